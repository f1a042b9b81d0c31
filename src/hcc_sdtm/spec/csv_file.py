"""A CSV table as a person wrote it: text cells, and every row knows its line."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.source import Source


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column name, stripped of surrounding blanks, its file and the line it starts at."""

    cells: dict[str, str]
    file: str
    line: int

    @property
    def source(self) -> Source:
        """The line that the row starts at."""
        return Source(self.file, line=self.line)

    def __getitem__(self, column: str) -> str:
        """The cell's text; ``""`` where the table has no such column."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class CsvFile:
    """A table: its column names in order, and its rows that are not blank."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_csv_file(
    path: Path,
    problems: list[Problem],
    required: Collection[str] = (),
    optional: Collection[str] | None = (),
) -> CsvFile:
    """The table in a UTF-8 file, with or without a byte order mark.

    What is wrong with it is added to ``problems``. ``optional`` None allows any further column; a column that
    is not allowed is left out.
    """
    name = path.as_posix()
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            records = list(_records(stream))
    except OSError as error:
        problems.append(Problem(Source(name), f"cannot be read: {error.strerror}"))
        return CsvFile(name, (), ())
    except UnicodeDecodeError:
        problems.append(Problem(Source(name), "is not UTF-8 text; save it as CSV UTF-8"))
        return CsvFile(name, (), ())
    except csv.Error as error:
        problems.append(Problem(Source(name), f"is not a CSV table: {error}"))
        return CsvFile(name, (), ())
    if not records:
        problems.append(Problem(Source(name), "is empty; a header line was expected"))
        return CsvFile(name, (), ())
    header_line, header = records[0]
    columns = _read_header(header, Source(name, line=header_line), required, optional, problems)
    rows = []
    whole = list(columns.values()) == list(range(len(header)))
    for line, cells in records[1:]:
        if len(cells) > len(header) and any(cells[len(header) :]):
            message = f"has {len(cells)} cells, but the header has {len(header)}"
            problems.append(Problem(Source(name, line=line), message))
        if whole:
            named = dict(zip(columns, cells, strict=False))
        else:
            named = {column: cells[at] for column, at in columns.items() if at < len(cells)}
        rows.append(Row(named, name, line))
    return CsvFile(name, tuple(columns), tuple(rows))


def read_unique(rows: Iterable[Row], columns: Sequence[str], problems: list[Problem]) -> dict[tuple[str, ...], Row]:
    """The rows of one file by key; a key that comes again is a problem, and its first row stays."""
    unique: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        if key in unique:
            what = " ".join(f'{column} "{row[column]}"' for column in columns)
            problems.append(Problem(row.source, f"{what} is already on line {unique[key].line}"))
        else:
            unique[key] = row
    return unique


def read_overlays(
    folders: Sequence[Path],
    stem: str,
    required: Sequence[str],
    optional: Sequence[str],
    problems: list[Problem],
) -> Iterator[CsvFile]:
    """The file of this name in each folder that has it."""
    for folder in folders:
        path = folder / f"{stem}.csv"
        if path.is_file():
            yield read_csv_file(path, problems, required, optional)


def _records(stream: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Line and stripped cells of each record that is not blank; a quoted cell may span lines."""
    reader = csv.reader(stream, strict=True)
    line = 1
    for record in reader:
        cells = [cell.strip() for cell in record]
        if any(cells):
            yield line, cells
        line = reader.line_num + 1


def _read_header(
    header: list[str],
    source: Source,
    required: Collection[str],
    optional: Collection[str] | None,
    problems: list[Problem],
) -> dict[str, int]:
    columns: dict[str, int] = {}
    allowed = None if optional is None else [*required, *optional]
    for at, column in enumerate(header):
        if column in columns:
            problems.append(Problem(source, f'column "{column}" appears twice'))
        elif allowed is not None and column not in allowed:
            hint = nearest(column, allowed) or f"; the columns are {', '.join(allowed)}"
            problems.append(Problem(source, f'unknown column "{column}"{hint}'))
        else:
            columns[column] = at
    problems += [Problem(source, f'column "{column}" is missing') for column in required if column not in columns]
    return columns
