"""What became of every row and cell that was sent: reconciliation.csv, and the tables of the report that sum it up."""

from __future__ import annotations

import csv
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hcc_sdtm.mapping.account.changed_values import CHANGE_COLUMNS
from hcc_sdtm.mapping.account.reconciling import RECONCILIATION_COLUMNS
from hcc_sdtm.mapping.account.sheet_use import CellClass, RowClass
from hcc_sdtm.outputs.cells import safe_column

LINES_SHOWN = 60


def write_reconciliation(path: Path, frame: pd.DataFrame) -> None:
    """Writes the reconciliation as CSV for a spreadsheet program (UTF-8 with mark, no cell starts a formula), in its order."""
    texts = {name: safe_column(frame[name].astype(str)) for name in RECONCILIATION_COLUMNS}
    pd.DataFrame(texts).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_ALL)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One sheet in the report: rows under the header, and filled cells of all but the header; texts say how many of what."""

    place: str
    rows: int
    mapped: str
    left_out: str
    untaken: int
    cells: int
    used: str
    declared: int
    lost: str


@dataclass(frozen=True, slots=True)
class ReconciliationSummary:
    """What the report shows: the cells of all sheets in one sentence, a line a sheet, files that no mapping reads, texts that
    no term covers, values by variable."""

    cells: str
    sheets: Sequence[SheetLine]
    unread_files: Sequence[str]
    texts: Sequence[Mapping[Hashable, object]]
    values: Sequence[Mapping[Hashable, object]]
    more_texts: int
    more_values: int


def summarise_reconciliation(frame: pd.DataFrame) -> ReconciliationSummary:
    """The reconciliation as the report shows it; lists stop at `LINES_SHOWN` and say how many more there are."""
    of_sheets = frame[frame["measure"].isin(("rows", "rows mapped", "cells"))]
    sheets = [
        _sheet_line(f"{file}:{sheet}" if sheet else str(file), lines)
        for (_, file, sheet), lines in of_sheets.groupby(["site", "file", "sheet"], sort=False)
    ]
    files = frame[frame["measure"] == "files"]
    texts = frame[frame["measure"] == "texts"].sort_values("count", ascending=False, kind="stable")
    values = frame[frame["measure"] == "values"]
    # what was typed and gave nothing comes first
    by_variable = (
        values.pivot_table(
            index=["site", "name"], columns="class", values="count", aggfunc="sum", fill_value=0, sort=False
        )
        .reindex(columns=list(CHANGE_COLUMNS[2:]), fill_value=0)
        .sort_values(CHANGE_COLUMNS[-1], ascending=False, kind="stable")
        .reset_index()
    )
    return ReconciliationSummary(
        _all_cells(frame[(frame["measure"] == "cells") & (frame["class"] != CellClass.HEADER.label)]),
        sheets,
        [" ".join(filter(None, texts)) for texts in files[["file", "class", "where"]].itertuples(index=False)],
        texts.head(LINES_SHOWN).to_dict("records"),
        by_variable.head(LINES_SHOWN).to_dict("records"),
        max(0, len(texts) - LINES_SHOWN),
        max(0, len(by_variable) - LINES_SHOWN),
    )  # fmt: skip


def _all_cells(lines: pd.DataFrame) -> str:
    every = int(lines["count"].sum())
    if not every:
        return "no filled cell was read"
    named = (CellClass.USED.label, CellClass.DECLARED_UNUSED.label)
    used, declared = (int(lines.loc[lines["class"] == name, "count"].sum()) for name in named)
    shares = ((used, named[0]), (declared, named[1]), (every - used - declared, "in no dataset"))
    return f"{every:,} filled cells: " + ", ".join(f"{count:,} ({count / every:.1%}) {name}" for count, name in shares)


def _sheet_line(place: str, lines: pd.DataFrame) -> SheetLine:
    rows, mapped, cells = (lines[lines["measure"] == measure] for measure in ("rows", "rows mapped", "cells"))
    by_class = rows.groupby("class", sort=False)["count"].sum()
    totals = mapped[mapped["name"] == ""]
    left_out = rows[rows["class"] == RowClass.LEFT_OUT.label]
    keys = int(by_class.get(RowClass.KEY_OF_A_SUBJECT.label, 0))
    data = cells[cells["class"] != CellClass.HEADER.label]
    count = {name: int(number) for name, number in data.groupby("class", sort=False)["count"].sum().items()}
    every, used = sum(count.values()), count.get(CellClass.USED.label, 0)
    declared = CellClass.DECLARED_UNUSED.label
    lost = {name: number for name, number in count.items() if name not in (CellClass.USED.label, declared)}
    named = [f"{domain} {number:,}" for domain, number in zip(totals["class"], totals["count"], strict=True)]
    return SheetLine(
        place,
        sum(int(by_class.get(each.label, 0)) for each in RowClass if each >= RowClass.MAPPED),
        ", ".join([*named, *([f"keys {keys:,}"] if keys else [])]),
        ", ".join(f"{number:,} {why}" for why, number in zip(left_out["rule"], left_out["count"], strict=True)),
        sum(int(by_class.get(each.label, 0)) for each in RowClass if each >= RowClass.TAKEN_BY_NO_BLOCK),
        every,
        f"{used / every:.1%}" if every else "",
        count.get(declared, 0),
        ", ".join(f"{number:,} {name}" for name, number in lost.items()),
    )
