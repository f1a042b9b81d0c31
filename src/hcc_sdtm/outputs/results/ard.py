"""ard.json: the results as data, one entry a statistic, with the facts that hold for all and the records behind each.

The records stand once for each endpoint and group, as the place of the subject in one list and its ASEQ, and a result points to
them: thirty statistics of ten thousand subjects do not name them thirty times.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from hcc_sdtm.endpoints.listed import NOT_ESTIMABLE, Estimates
from hcc_sdtm.outputs.facts import Facts

Number = int | float | None


def write_ard(path: Path, estimates: Estimates, facts: Facts, timestamp: datetime) -> None:
    """Writes the results, a line a statistic, in their own order, and the records behind them.

    A result has the columns of `RESULT_COLUMNS`, ``dataset`` and ``analysed``, the places in the list ``analysed.records`` of
    what it rests on. A value or limit that is not estimable is null, and the text of such a value NE.
    """
    subjects, records = _records(estimates.analysed)
    places = {(entry["endpoint"], entry["group"]): place for place, entry in enumerate(records)}
    head = {
        "study": facts.study,
        "title": facts.title,
        "timestamp": timestamp.strftime("%Y-%m-%dT%H:%M:%S"),
        "data_cutoff": facts.data_cutoff,
        "source_hash": facts.source_hash,
        "banner": facts.banner,
    }
    lines = []
    for row in estimates.results.to_dict("records"):
        behind = list(_behind(row, places))
        dataset = records[behind[0]]["dataset"] if behind else ""
        lines.append(_dump({name: _plain(name, row) for name in row} | {"dataset": dataset, "analysed": behind}))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2])
        file.write(f',\n "results": {_listed(lines)},\n')
        file.write(f' "analysed": {{\n  "subjects": {_dump(subjects)},\n')
        file.write(f'  "records": {_listed([_dump(entry) for entry in records])}\n }}\n}}\n')


def result_text(row: Mapping[Any, Any]) -> str:
    """What a reader is shown of one result: its text, else its value, else NE."""
    if row["text"]:
        return str(row["text"])
    return NOT_ESTIMABLE if plain_number(row["value"]) is None else f"{row['value']:.6g}"


def plain_number(value: Any) -> Number:
    """A number as JSON has it: a whole one without a fraction, None for what is missing or not finite."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def _records(analysed: pd.DataFrame) -> tuple[list[str], list[dict[str, Any]]]:
    """The subjects in order, and for each endpoint and group its dataset and the place and ASEQ of each record."""
    names = sorted({str(name) for name in analysed["USUBJID"].unique()})
    place = {name: number for number, name in enumerate(names)}
    numbers = analysed["USUBJID"].map(place).astype("int64") if len(analysed) else analysed["USUBJID"]
    entries = []
    keys = [analysed[name].astype(object) for name in ("endpoint", "group", "dataset")]
    for (endpoint, group, dataset), part in analysed.assign(_subject=numbers).groupby(keys, sort=False):
        aseq = part["ASEQ"].to_numpy(dtype=float).tolist()
        entries.append(
            {
                "endpoint": endpoint,
                "group": group,
                "dataset": dataset,
                "subject": part["_subject"].tolist(),
                "aseq": [plain_number(each) for each in aseq],
            }
        )
    return names, entries


def _behind(row: Mapping[Any, Any], places: Mapping[tuple[str, str], int]) -> Iterator[int]:
    """Where the records of a result are: those of its group; of both groups that are compared; of all of a variable."""
    endpoint, group = row["endpoint"], row["group"]
    if group and "=" not in group:
        yield from (
            place for (name, each), place in places.items() if name == endpoint and each.startswith(f"{group}=")
        )
        return
    compared = row["cause"] if row["cause"].startswith(f"{group.partition('=')[0]}=") else group
    for each in dict.fromkeys((group, compared)):
        if (endpoint, each) in places:
            yield places[endpoint, each]


def _plain(name: Any, row: Mapping[Any, Any]) -> Any:
    if name == "text":
        return result_text(row)
    value = row[name]
    return value if isinstance(value, str) else plain_number(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _listed(lines: Sequence[str]) -> str:
    return "[\n   " + ",\n   ".join(lines) + "\n  ]" if lines else "[]"
