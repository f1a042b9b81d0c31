"""Whether a reconciliation adds up, told from the cells of the files as another reader gives them."""

from __future__ import annotations

import re

import pandas as pd

from hcc_sdtm.source import column_number

Cell = tuple[int, int]
Cells = dict[tuple[str, str], set[Cell]]
"""The filled cells (1-based row and column) of each file and sheet."""

SILENT = {"used", "declared unused", "header"}
"""Classes of cells that no finding needs to name."""


def parse_cells(text: str) -> set[Cell]:
    """The cells of ``C7, C9:C12``."""
    found = set()
    for letters, first, last in re.findall(r"\b([A-Z]{1,3})([0-9]+)(?::[A-Z]{1,3}([0-9]+))?\b", text):
        found |= {(row, column_number(letters)) for row in range(int(first), int(last or first) + 1)}
    return found


def parse_rows(text: str) -> set[int]:
    """The rows of ``7, 9:12``."""
    found = set()
    for first, last in re.findall(r"([0-9]+)(?::([0-9]+))?", text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def cells_by_class(lines: pd.DataFrame, filled: set[Cell]) -> dict[str, set[Cell]]:
    """The cells that one sheet's lines name, by class; used and header cells are named by none."""
    found: dict[str, set[Cell]] = {}
    rows = lines[lines["measure"] == "rows"]
    of_rows = {
        "above the table": "above the table",
        "left out": "in a row left out",
        "taken by no block": "in a row that no block takes",
    }
    for row_class, cell_class in of_rows.items():
        named = parse_rows(", ".join(rows.loc[rows["class"] == row_class, "where"]))
        found[cell_class] = {cell for cell in filled if cell[0] in named}
    for line in lines[(lines["measure"] == "cells") & (lines["where"] != "")].to_dict("records"):
        found.setdefault(line["class"], set()).update(parse_cells(line["where"]) & filled)
    if "in a sheet that no table reads" in set(rows["class"]):
        found["in a sheet that no table reads"] = set(filled)
    return {name: cells for name, cells in found.items() if cells}


def assert_adds_up(
    reconciliation: pd.DataFrame, findings: pd.DataFrame, sheets: Cells, heights: dict | None = None
) -> None:
    """Every filled cell is in exactly one class, and every class that needs one is named by a finding."""
    of_sheets = reconciliation[reconciliation["measure"].isin(["rows", "cells", "rows mapped"])]
    assert set(zip(of_sheets["file"], of_sheets["sheet"], strict=True)) == {
        place for place, filled in sheets.items() if filled or (heights or {}).get(place)
    }
    for (file, sheet), filled in sheets.items():
        lines = of_sheets[(of_sheets["file"] == file) & (of_sheets["sheet"] == sheet)]
        cells, rows = lines[lines["measure"] == "cells"], lines[lines["measure"] == "rows"]
        assert cells["count"].sum() == len(filled), (file, sheet)
        counts = rows.groupby("class")["count"].sum()
        assert counts.drop("empty", errors="ignore").sum() == len({row for row, _ in filled}), (file, sheet)
        if heights is not None:
            assert counts.sum() == heights[file, sheet]
        mapped = lines[(lines["measure"] == "rows mapped") & (lines["name"] == "")]["count"]
        assert mapped.max() <= counts.get("mapped", 0) if len(mapped) else True
        found = cells_by_class(lines, filled)
        sizes = cells.groupby("class")["count"].sum().to_dict()
        for name, of_class in found.items():
            assert len(of_class) == sizes[name], (file, sheet, name)
        every = [cell for of_class in found.values() for cell in of_class]
        assert len(every) == len(set(every))
        assert len(every) + sizes.get("used", 0) + sizes.get("header", 0) == len(filled)
        prefix = f"{file}:{sheet}!" if sheet else f"{file}:"
        of_sheet = findings[findings["source"].str.startswith(f"{file}:{sheet}" if sheet else file)]
        for name, of_class in found.items():
            if name not in SILENT:
                assert of_class <= named_cells(of_sheet, prefix, filled), (file, sheet, name)


def named_cells(findings: pd.DataFrame, prefix: str, filled: set[Cell]) -> set[Cell]:
    """The filled cells of a sheet that findings name: by ranges, by the row or by the column that they stand at."""
    named: set[Cell] = set()
    for finding in findings.to_dict("records"):
        rule, message = finding["rule"][:7], finding["message"]
        place = finding["source"].removeprefix(prefix)
        if rule in ("MAP-060", "MAP-063"):
            named |= parse_cells(message.rpartition(": ")[2])
        elif rule in ("MAP-061", "MAP-062", "MAP-067", "MAP-039", "MAP-040", "MAP-045"):
            in_brackets = re.search(r"\(([0-9:, ]+)", message)
            text = in_brackets[1] if in_brackets else message.rpartition(" row")[2].rpartition(": ")[2]
            rows = parse_rows(text)
            named |= {cell for cell in filled if cell[0] in rows}
        elif rule == "MAP-003":
            column = column_number(re.sub("[0-9]", "", place))
            named |= {cell for cell in filled if cell[1] == column}
        elif rule == "MAP-006":
            named |= filled
        elif rule in ("MAP-001", "MAP-002", "MAP-004", "MAP-005"):
            row = int(re.sub("[A-Z]", "", place))
            named |= {cell for cell in filled if cell[0] == row}
    return named
