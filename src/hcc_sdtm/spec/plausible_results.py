"""``rules/plausible_results.csv``: between which numbers a test's results lie in a unit, for every test and unit known.

A result has ``low`` and ``high``, the upper limit of a reference range ``upper_low`` and ``upper_high``; an empty one says
that nothing is known. Which results are compared with it stands in `hcc_sdtm.checks.results`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import isfinite
from pathlib import Path

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.spec.csv_file import Row, read_csv_file

TABLE = "rules/plausible_results"

KEY = ("dataset", "testcd", "unit")
BOUNDS = ("low", "high", "upper_low", "upper_high")
COLUMNS = (*KEY, *BOUNDS, "source")


def check_plausible_results(folders: Sequence[Path], datasets: Collection[str], problems: list[Problem]) -> None:
    """Add a problem for each line with an unknown dataset, a bound that is no number, or a low one above its high one."""
    for folder in folders:
        path = folder / f"{TABLE}.csv"
        if path.is_file():
            # problems of the file as a table are those of reading it with all others
            for row in read_csv_file(path, [], COLUMNS).rows:
                problems.extend(Problem(row.source, message) for message in _wrong(row, datasets))


def _wrong(row: Row, datasets: Collection[str]) -> list[str]:
    found = []
    if row["dataset"] not in datasets:
        found.append(f'no dataset "{row["dataset"]}"{nearest(row["dataset"], datasets)}')
    found += [f"{name} is missing" for name in ("testcd", "unit") if not row[name]]
    numbers = {name: _number(row[name]) for name in BOUNDS if row[name]}
    found += [f'{name} "{row[name]}" is no number' for name, number in numbers.items() if number is None]
    for low, high in (BOUNDS[:2], BOUNDS[2:]):
        least, most = numbers.get(low), numbers.get(high)
        if least is not None and most is not None and least > most:
            found.append(f"{low} {row[low]} is above {high} {row[high]}")
    return found


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None
