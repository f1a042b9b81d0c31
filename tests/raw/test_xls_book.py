import struct

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.workbooks import xls_book
from hcc_sdtm.raw.workbooks.workbook import read_workbook

from . import xls_files as xls


@pytest.fixture
def read(tmp_path):
    def read(*sheets, **options):
        (tmp_path / "a.xls").write_bytes(xls.compound_file(xls.workbook(sheets, **options)))
        return read_workbook(tmp_path / "a.xls", "a.xls")

    return read


FORMATS = (
    xls.number_format(164, "yyyy-mm")
    + xls.number_format(165, "000")
    + xls.number_format(166, "[h]:mm")
    + xls.number_format(167, ";;;")
)
STYLES = b"".join(xls.style(format_key=key) for key in (14, 164, 165, 166, 167))
"""Styles 1 to 5: a date, a month, padding, a length of time, nothing."""


def test_values_are_read_as_they_are_shown(read):
    sheets, findings = read(
        (
            "入组",
            0,
            xls.label(0, 0, "007")
            + xls.label(0, 1, " NA\n ")
            + xls.number(0, 2, 7)
            + xls.number(0, 3, 7, 3)
            + xls.number(1, 0, 44260, 1)
            + xls.number(1, 1, 44260, 2)
            + xls.number(1, 2, 44260.604166666664, 1)
            + xls.number(1, 3, 1.25, 4)
            + xls.boolean_or_error(2, 0, 1, False)
            + xls.boolean_or_error(2, 1, 0, False)
            + xls.number(2, 3, 0.1),
        ),
        formats=FORMATS,
        styles=STYLES,
    )
    assert sheets[0].grid.tolist() == [
        ["007", " NA\n ", "7", "007"],
        ["2021-03-05", "2021-03", "2021-03-05", "30:00"],
        ["TRUE", "FALSE", "", "0.1"],
    ]
    assert (sheets[0].file, sheets[0].sheet, sheets[0].date_system) == ("a.xls", "入组", "1900")
    assert findings.empty


def test_dates_counted_from_1904(read):
    sheets, _ = read(("S", 0, xls.number(0, 0, 44260, 1)), styles=STYLES, formats=FORMATS, date_1904=True)
    assert sheets[0].grid.tolist() == [["2025-03-06"]]
    assert sheets[0].date_system == "1904"


def test_facts_of_cells_rows_and_columns(read):
    sheets, findings = read(
        (
            "S",
            0,
            xls.row(1, hidden=True)
            + xls.row(2, hidden=True, level=1)
            + xls.hidden_column(1)
            + xls.label(0, 0, "a")
            + xls.label(0, 1, "b")
            + xls.label(1, 0, "crossed", 6)
            + xls.label(2, 0, "10 20", 0, [(3, 1)])
            + xls.label(3, 0, "white", 7)
            + xls.number(3, 1, 5, 5)
            + xls.boolean_or_error(4, 0, 0x2A, True)
            + xls.number(4, 1, -1, 1)
            + xls.number(5, 1, 60, 1)
            + xls.number(6, 1, 110101199001011234)
            + xls.merged(0, 1, 2, 3)
            + xls.comment(0, 0, "见影像"),
        ),
        ("old", 1, xls.label(0, 0, "x")),
        ("keys", 2, xls.label(0, 0, "x")),
        fonts=xls.font(struck=True) + xls.font(colour=1),
        formats=FORMATS,
        styles=STYLES + xls.style(font_index=1) + xls.style(font_index=2),
    )
    sheet = sheets[0]
    assert sheet.grid[4, 0] == "#N/A"
    assert sheet.grid[4:6, 1].tolist() == ["-1", "1900-02-29"]
    assert sheet.hidden_rows == {2, 3}
    assert sheet.hidden_columns == {2}
    assert sheet.merged == ((1, 3, 2, 4),)
    assert sheet.comments == {(1, 1): "见影像"}
    assert sheet.struck == {(2, 1), (3, 1)}
    assert [
        f"{rule[:7]} {source.removeprefix('a.xls:')}" for rule, source in findings[["rule", "source"]].to_numpy()
    ] == [
        "RAW-003 S!B",
        "RAW-002 S!2",
        "RAW-002 S!3",
        "RAW-004 S!A5",
        "RAW-012 S!B5",
        "RAW-012 S!B6",
        "RAW-025 S!A1",
        "RAW-026 S!A2",
        "RAW-026 S!A3",
        "RAW-027 S!A4",
        "RAW-027 S!B4",
        "RAW-029 S!B7",
        "RAW-001 old",
        "RAW-001 keys",
    ]


def test_a_far_stray_cell_is_refused_before_it_costs_memory(read):
    with pytest.raises(
        StudyError, match=r"^a\.xls:S: the sheet is too large: its last cell is IV65536 and only 2 cells"
    ):
        read(("S", 0, xls.label(0, 0, "a") + xls.label(65535, 255, "b")))


def test_a_column_that_no_sheet_has_is_a_refusal(read):
    with pytest.raises(StudyError, match="it is cut off or damaged"):
        read(("S", 0, xls.label(0, 0, "a") + xls.record(0x203, struct.pack("<HHHd", 65535, 65535, 0, 1))))


def test_a_locked_workbook_is_refused(read):
    with pytest.raises(StudyError, match=r"it is protected by a password; save it without one$"):
        read(("S", 0, xls.label(0, 0, "a")), locked=True)


def test_a_file_of_another_kind_is_no_workbook_and_is_not_quoted(tmp_path):
    (tmp_path / "a.xls").write_bytes("张三\t101".encode())
    with pytest.raises(StudyError) as refusal:
        read_workbook(tmp_path / "a.xls", "a.xls")
    assert (
        str(refusal.value)
        == "a.xls: cannot be read as a .xls workbook: there is no workbook in it; see whether it is the right file"
    )


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
def test_a_file_cut_off_is_refused(tmp_path, share):
    cells = b"".join(xls.label(row, 0, f"text {row}") for row in range(500))
    content = xls.compound_file(xls.workbook([("S", 0, cells)]))
    (tmp_path / "a.xls").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(StudyError, match="it is cut off or damaged; ask for it again"):
        read_workbook(tmp_path / "a.xls", "a.xls")


def test_a_file_larger_than_any_is_refused_by_its_size(read, monkeypatch):
    monkeypatch.setattr(xls_book, "_MAX_BYTES", 1000)
    with pytest.raises(StudyError, match=r"an xls file of more than 1,000 bytes is not read; save it as \.xlsx$"):
        read(("S", 0, xls.label(0, 0, "a")))
