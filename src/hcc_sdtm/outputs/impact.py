"""Which open finding moves which statistic, and by how much: results/impact.csv, and the report's section."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hcc_sdtm.impact.impact import Impact
from hcc_sdtm.outputs.cells import safe_column

IMPACT_FILE = "results/impact.csv"
NUMBERS = ("time", "value", "least", "greatest", "change")
COLUMNS = (
    *(
        "rank",
        "key",
        "rule",
        "site",
        "subject",
        "findings",
        "endpoint",
        "label",
        "statistic",
        "measure",
        "time",
        "cause",
    ),
    *("unit", "value", "least", "greatest", "change", "bound"),
)
NOT_ESTIMABLE = "NE"
QUESTIONS_SHOWN = 20


def write_impact(path: Path, ranking: pd.DataFrame, findings: pd.DataFrame) -> None:
    """Writes the ranking (`hcc_sdtm.impact.ranking.RANKING_COLUMNS`), most moving first, with what the findings are about.

    UTF-8 with mark, every field quoted. A number has as many digits as it needs to be read back as it is; NE where it is not
    estimable, or where the change is to or from that.
    """
    about = findings.drop_duplicates("key").set_index("key")[["rule", "site", "subject"]]
    shown = ranking.join(about, on="key").fillna({"rule": "", "site": "", "subject": ""})
    for name in NUMBERS:
        missing = "" if name == "time" else NOT_ESTIMABLE
        shown[name] = [repr(value) if abs(value) < float("inf") else missing for value in shown[name].astype(float)]
    texts = shown[list(COLUMNS)].astype(str).astype(object)
    safe = texts.apply(safe_column) if len(texts) else texts
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_ALL)


@dataclass(frozen=True)
class ImpactContent:
    """What the report says of the ranking: its sentences, the first questions, how many more, and what was not tried."""

    sentences: tuple[str, ...]
    rows: list[dict[str, object]]
    more: int
    not_tried: list[tuple[str, int]]


def impact_content(impact: Impact, findings: pd.DataFrame, most: int = QUESTIONS_SHOWN) -> ImpactContent:
    """The ranking for the report; ``findings`` are those of the run, marked."""
    leads = impact.ranking.drop_duplicates("rank")
    about = findings.drop_duplicates("key").set_index("key")[["rule", "message", "subject", "source", "impact"]]
    rows = leads[["rank", "key", "findings"]].head(most).join(about, on="key")
    rows = rows.assign(others=rows["findings"] - 1)
    not_tried = sorted(impact.not_tried.items(), key=lambda each: (-each[1], each[0]))
    shown = [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
    return ImpactContent(impact.sentences, shown, max(0, len(leads) - most), not_tried)
