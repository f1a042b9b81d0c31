"""Reads ``relationships.csv``: which records of which datasets belong together (SDTMIG 3.4, 8.2 and 8.3).

The lines with one ``relid`` are one relationship, each line a dataset and the variable that links its records. At the
level ``dataset`` each says whether it is the ONE or the MANY side; at the level ``record`` records are related one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.spec.csv_file import Row, read_overlays
from hcc_sdtm.spec.model import DatasetSpec, Relationship, RelationshipSide

COLUMNS = ("relid", "level", "dataset", "variable")
OPTIONAL_COLUMNS = ("reltype",)
LEVELS = ("dataset", "record")
TYPES = ("ONE", "MANY")


def read_relationships(
    folders: Sequence[Path], datasets: Mapping[str, DatasetSpec], problems: list[Problem]
) -> tuple[Relationship, ...]:
    """The relationships in the order of the files; a later folder's lines of a ``relid`` take the place of an earlier one's.

    What is wrong is added to ``problems``: an unknown level, dataset, variable or type, a side that stands alone or twice.
    """
    lines: dict[str, list[Row]] = {}
    for file in read_overlays(folders, "relationships", COLUMNS, OPTIONAL_COLUMNS, problems):
        own: dict[str, list[Row]] = {}
        for row in file.rows:
            own.setdefault(row["relid"], []).append(row)
        lines |= own
    found = []
    for relid, rows in lines.items():
        of_lines = [problem for row in rows for problem in _line_problems(row, datasets)]
        problems += of_lines or _problems_together(relid, rows)
        sides = tuple(RelationshipSide(row["dataset"], row["variable"], row["reltype"], row.source) for row in rows)
        found.append(Relationship(relid, rows[0]["level"], sides))
    return tuple(found)


def _line_problems(row: Row, datasets: Mapping[str, DatasetSpec]) -> Iterator[Problem]:
    if not row["relid"]:
        yield Problem(row.source, "relid is empty; the lines of one relationship share a name")
    if row["level"] not in LEVELS:
        hint = nearest(row["level"], LEVELS) or f"; expected {' or '.join(LEVELS)}"
        yield Problem(row.source, f'unknown level "{row["level"]}"{hint}')
    elif row["level"] == "dataset" and row["reltype"] not in TYPES:
        yield Problem(row.source, f'reltype "{row["reltype"]}" of a relationship of datasets; expected ONE or MANY')
    elif row["level"] == "record" and row["reltype"]:
        yield Problem(row.source, f'reltype "{row["reltype"]}" of a relationship of records; it is empty there')
    spec = datasets.get(row["dataset"])
    if spec is None:
        yield Problem(row.source, f'unknown dataset "{row["dataset"]}"{nearest(row["dataset"], datasets)}')
    elif not spec.has_subjects or spec.class_ == "RELATIONSHIP":
        yield Problem(row.source, f"{row['dataset']} ({spec.label}) has no records of subjects that could be related")
    elif row["variable"] not in spec.by_name:
        hint = nearest(row["variable"], spec.by_name)
        yield Problem(row.source, f'{row["dataset"]} has no variable "{row["variable"]}"{hint}')


def _problems_together(relid: str, rows: Sequence[Row]) -> Iterator[Problem]:
    first = rows[0]
    if len(rows) < 2:
        yield Problem(first.source, f'"{relid}" relates {first["dataset"]} to nothing; give it a second line')
    for at, row in enumerate(rows):
        if row["level"] != first["level"]:
            yield Problem(row.source, f'level of "{relid}" is {first["level"]} on line {first.line}')
        for earlier in rows[:at]:
            if (row["dataset"], row["variable"]) == (earlier["dataset"], earlier["variable"]):
                message = f'{row["dataset"]} {row["variable"]} stands in "{relid}" on line {earlier.line} already'
                yield Problem(row.source, message)
