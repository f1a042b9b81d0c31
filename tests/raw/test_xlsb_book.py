import struct
import zipfile

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.workbooks.workbook import read_workbook
from hcc_sdtm.raw.workbooks.xlsb_records import packed_number

from .xlsx_files import relationships


def record(kind, content=b""):
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    length = b""
    while size >= 128:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return number + length + bytes([size]) + content


def text(value):
    encoded = value.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def rich(value, runs=()):
    tail = struct.pack("<I", len(runs)) + b"".join(struct.pack("<HH", *run) for run in runs) if runs else b""
    return bytes([1 if runs else 0]) + text(value) + tail


def font(struck=False, rgb=None):
    colour = struct.pack("<BBh", 2 << 1 | 1, 0, 0) + bytes.fromhex(rgb) + b"\xff" if rgb else b"\0" * 8
    return record(
        43, struct.pack("<HHHHBBBB", 220, 8 if struck else 0, 400, 0, 0, 0, 0, 0) + colour + b"\0" + text("Arial")
    )


def fill(pattern=0, rgb="000000"):
    return record(
        45, struct.pack("<I", pattern) + struct.pack("<BBh", 5, 0, 0) + bytes.fromhex(rgb) + b"\xff" + b"\0" * 48
    )


def style(number=0, font_index=0, fill_index=0):
    return record(47, struct.pack("<HHHHH", 0, number, font_index, fill_index, 0) + b"\0" * 6)


STYLES = (
    record(44, struct.pack("<H", 164) + text("yyyy-mm")) + record(44, struct.pack("<H", 165) + text("000"))
    + font() + font(struck=True) + font(rgb="FFFFFF") + fill() + fill(17) + fill(1, "FFFFFF")
    + record(617) + style() + style(14) + style(164) + style(165) + style(0, 1) + style(0, 2) + style(0, 2, 2) + record(618)
)  # fmt: skip
"""Style 1 shows a date, 2 a month, 3 padding; 4 is struck through, 5 and 6 are white on white."""


def cell(kind, column, content=b"", style_index=0):
    return record(kind, struct.pack("<II", column, style_index) + content)


def short(kind, content=b"", style_index=0):
    return record(kind, struct.pack("<I", style_index) + content)


def row(index, hidden=False, level=0):
    return record(0, struct.pack("<IIHBB", index, 0, 300, 0, level | (0x10 if hidden else 0)) + b"\0" * 5)


def double(value):
    return struct.pack("<d", value)


@pytest.fixture
def read(tmp_path):
    def read(*sheets, texts=b"", comments=b"", date_1904=False):
        book = record(153, bytes([date_1904]) + b"\0" * 11)
        links = [("t", "sharedStrings", "sharedStrings.bin"), ("y", "styles", "styles.bin")]
        with zipfile.ZipFile(tmp_path / "a.xlsb", "w", zipfile.ZIP_DEFLATED) as package:
            for number, (name, state, records) in enumerate(sheets, 1):
                book += record(156, struct.pack("<II", state, number) + text(f"s{number}") + text(name))
                links.append((f"s{number}", "worksheet", f"worksheets/sheet{number}.bin"))
                package.writestr(f"xl/worksheets/sheet{number}.bin", records)
            package.writestr("_rels/.rels", relationships([("r", "officeDocument", "xl/workbook.bin")]))
            package.writestr("xl/_rels/workbook.bin.rels", relationships(links))
            package.writestr("xl/workbook.bin", book)
            package.writestr("xl/styles.bin", STYLES)
            package.writestr("xl/sharedStrings.bin", texts)
            if comments:
                package.writestr("xl/comments1.bin", comments)
                link = relationships([("c", "comments", "../comments1.bin")])
                package.writestr("xl/worksheets/_rels/sheet1.bin.rels", link)
        return read_workbook(tmp_path / "a.xlsb", "a.xlsb")

    return read


def test_values_are_read_as_they_are_shown(read):
    cells = (
        row(0) + cell(6, 0, text("007")) + cell(7, 1, struct.pack("<I", 0)) + cell(62, 2, rich("粗体", [(0, 0)]))
        + cell(5, 3, double(44260), 1) + cell(9, 4, double(44260), 2) + cell(2, 5, struct.pack("<i", 7 << 2 | 2), 3)
        + row(2) + cell(4, 0, b"\1") + cell(10, 1, b"\0") + cell(8, 2, text(" x ")) + cell(1, 3) + cell(5, 4, double(0.1))
    )  # fmt: skip
    sheets, findings = read(("入组", 0, cells), texts=record(19, rich(" NA\n ")))
    assert sheets[0].grid.tolist() == [
        ["007", " NA\n ", "粗体", "2021-03-05", "2021-03", "007"],
        [""] * 6,
        ["TRUE", "FALSE", " x ", "", "0.1", ""],
    ]
    assert (sheets[0].sheet, sheets[0].date_system) == ("入组", "1900")
    assert findings.empty


def test_cells_that_do_not_name_their_column(read):
    cells = (
        row(0)
        + cell(6, 3, text("d"))
        + short(16, double(44260), 1)
        + short(15, b"\1")
        + short(18, struct.pack("<I", 0))
    )
    sheets, _ = read(("S", 0, cells), texts=record(19, rich("x")), date_1904=True)
    assert sheets[0].grid.tolist() == [["", "", "", "d", "2025-03-06", "TRUE", "x"]]
    assert sheets[0].date_system == "1904"


@pytest.mark.parametrize(
    ("bits", "value"),
    [
        (struct.pack("<i", 7 << 2 | 2), 7.0),
        (struct.pack("<i", -7 * 4 | 2), -7.0),
        (struct.pack("<i", 1234 << 2 | 3), 12.34),
        (struct.pack("<I", struct.unpack("<Q", double(1.5))[0] >> 32), 1.5),
        (struct.pack("<I", struct.unpack("<Q", double(-150.0))[0] >> 32 | 1), -1.5),
    ],
)
def test_numbers_kept_in_thirty_bits(bits, value):
    assert packed_number(bits, 0) == value


def test_facts_of_cells_rows_and_columns(read):
    cells = (
        record(60, struct.pack("<IIIIH", 1, 1, 0, 0, 1))
        + row(0) + cell(6, 0, text("a")) + cell(6, 1, text("b"))
        + row(1, hidden=True) + cell(6, 0, text("crossed"), 4)
        + row(2, hidden=True, level=1) + cell(7, 0, struct.pack("<I", 0))
        + row(3, hidden=True) + cell(6, 0, text("white"), 5) + cell(5, 1, double(5), 6)
        + row(4) + cell(3, 0, b"\x2a") + cell(11, 1, b"\x07") + cell(5, 2, double(-1), 1)
        + record(176, struct.pack("<IIII", 0, 1, 2, 3))
        + record(161, struct.pack("<IIII", 0, 1, 0, 1)) + record(163, b"\0" * 6) + record(164) + record(162)
    )  # fmt: skip
    sheets, findings = read(
        ("S", 0, cells),
        ("old", 1, row(0) + cell(6, 0, text("x"))),
        ("keys", 2, row(0) + cell(6, 0, text("x"))),
        texts=record(19, rich("10 20", [(0, 0), (3, 1)])),
        comments=record(635, struct.pack("<IIIII", 0, 0, 0, 0, 0) + b"\0" * 16) + record(637, rich("见影像")),
    )
    sheet = sheets[0]
    assert sheet.grid[4].tolist() == ["#N/A", "#DIV/0!", "-1"]
    assert sheet.merged == ((1, 3, 2, 4),)
    assert sheet.comments == {(1, 1): "见影像"}
    assert sheet.struck == {(2, 1), (3, 1)}
    assert sheet.hidden_columns == {2}
    assert findings[["source", "message"]].to_numpy().tolist()[:4] == [
        ["a.xlsb:S!B", "column B is hidden; it is read anyway"],
        ["a.xlsb:S!2", "row 2 is hidden by a filter; read anyway"],
        ["a.xlsb:S!3", "row 3 is hidden in a closed group; read anyway"],
        ["a.xlsb:S!4", "row 4 is hidden; read anyway"],
    ]
    assert [f"{rule[4:7]} {source[7:]}" for rule, source in findings[["rule", "source"]].to_numpy()][4:] == [
        "004 S!A5", "004 S!B5", "012 S!C5", "025 S!A1", "026 S!A2", "026 S!A3", "027 S!A4", "027 S!B4", "001 old", "001 keys",
    ]  # fmt: skip


def test_a_far_stray_cell_is_refused_before_it_costs_memory(read):
    far = row(0) + cell(6, 0, text("a")) + row(1_048_575) + cell(6, 16_383, text("b"))
    with pytest.raises(
        StudyError, match=r"^a\.xlsb:S: the sheet is too large: its last cell is XFD1048576 and only 2 cells"
    ):
        read(("S", 0, far))


@pytest.mark.parametrize(
    "cells",
    [
        b"\x06\xff\xff\xff\x7f",
        row(0) + record(6, struct.pack("<III", 0, 0, 0xFFFFFFFF)),
        row(0) + cell(7, 0, struct.pack("<I", 9)),
        row(0) + cell(5, 0, b"\0"),
        (row(0) + cell(6, 0, text("long enough to be cut off")))[:-9],
    ],
)
def test_a_damaged_record_is_a_refusal(read, cells):
    with pytest.raises(StudyError, match=r"^a\.xlsb: cannot be read as a \.xlsb workbook: .*; ?|damaged"):
        read(("S", 0, cells))
