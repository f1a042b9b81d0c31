import openpyxl
import pytest

from hcc_sdtm.raw import build_table, read_sheets
from hcc_sdtm.raw.merged_cells import merged_findings


@pytest.fixture
def table(tmp_path):
    def table(rows, merged, header=(1,)):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for cells in merged:
            book.active.merge_cells(cells)
        book.save(tmp_path / "a.xlsx")
        return build_table(read_sheets(tmp_path / "a.xlsx", "a.xlsx")[0][0], header, ())

    return table


def listed(findings):
    return findings[["rule", "severity", "source", "message"]].to_numpy().tolist()


def test_a_value_merged_over_several_rows_is_found_with_how_many_rows_have_none(table):
    rows = [["id", "date"], ["001", "d1"], [None, "d2"], [None, None], [None, "d4"], ["002", "d5"]]
    advice = "if it holds for each of them, unmerge the cells and repeat it"
    assert listed(merged_findings(table(rows, ["A2:A5"]))) == [
        [
            "RAW-024 raw.merged-body-cells",
            "warning",
            "a.xlsx:Sheet!A2",
            f"the value is merged over 4 rows (A2 to A5) and read in row 2 only, the 2 filled below it have none; {advice}",
        ]
    ]


def test_a_note_merged_over_columns(table):
    found = merged_findings(table([["a", "b", "c"], ["x", "y", "z"], ["note below"]], ["A3:C3"]))
    assert found["source"].tolist() == ["a.xlsx:Sheet!A3"]
    assert found["message"][0].startswith("the value is merged over columns A to C and read in column A only;")


def test_a_header_and_empty_cells_are_no_matter(table):
    rows = [["id", "visit 1", None], [None, "date", "size"], ["001", None, "5"], ["002", None, "6"]]
    assert merged_findings(table(rows, ["A1:A2", "B1:C1", "B3:B4"], (1, 2))).empty


def test_many_are_told_once_for_their_column(table):
    rows = [["id", "date"], *([f"{n:03d}" if n % 2 == 0 else None, "d"] for n in range(60))]
    found = merged_findings(table(rows, [f"A{row}:A{row + 1}" for row in range(2, 62, 2)]))
    assert found["source"].tolist() == ["a.xlsx:Sheet!A"]
    assert found["message"][0].startswith("30 values stand in merged cells of up to 2 rows (A2, A4, A6, ")
