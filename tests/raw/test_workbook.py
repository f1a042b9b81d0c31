import datetime as dt
import re
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import build_table, read_sheets
from hcc_sdtm.raw.number_format import BUILT_IN_FORMATS, parse_number_format
from hcc_sdtm.raw.workbooks import workbook as workbook_module
from hcc_sdtm.raw.workbooks.workbook import read_workbook


@pytest.fixture
def book():
    book = openpyxl.Workbook()
    book.active.title = "随访"
    return book


def read(book, tmp_path):
    book.save(tmp_path / "b.xlsx")
    return reread(tmp_path)


def reread(tmp_path):
    return read_sheets(tmp_path / "b.xlsx", "101/b.xlsx")


def rewrite(tmp_path, part, change):
    """The saved workbook with one of its parts changed."""
    source = zipfile.ZipFile(tmp_path / "b.xlsx")
    parts = {name: source.read(name) for name in source.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as changed:
        for name, content in parts.items():
            changed.writestr(name, content)


def fill(sheet, cells):
    for address, content in cells.items():
        value, number_format = content if isinstance(content, tuple) else (content, None)
        sheet[address] = value
        if number_format:
            sheet[address].number_format = number_format


def listed(findings):
    return findings[["rule", "severity", "source", "typed"]].to_numpy().tolist()


DAY = dt.datetime(2021, 3, 5)
MOMENT = dt.datetime(2021, 3, 5, 14, 30)

SHOWN = {
    "A1": ("007", None),
    "B1": (7, "000"),
    "C1": (7, None),
    "D1": (0.125, "0.00"),
    "E1": (True, None),
    "A2": (DAY, "yyyy-mm-dd"),
    "B2": (DAY, "yyyy-mm"),
    "C2": (DAY, "yyyy"),
    "D2": (MOMENT, "yyyy-mm-dd hh:mm"),
    "E2": (MOMENT, "hh:mm"),
    "A3": (DAY, 'yyyy"年"m"月"'),
    "B3": (MOMENT, "yyyy-mm-dd"),
    "C3": (dt.time(14, 30, 7), "hh:mm:ss"),
    "D3": (dt.timedelta(hours=30), "[h]:mm"),
    "E3": ("  NA \n不详", None),
}
SHOWN_TEXTS = [
    ["007", "007", "7", "0.125", "TRUE"],
    ["2021-03-05", "2021-03", "2021", "2021-03-05T14:30", "14:30"],
    ["2021-03", "2021-03-05", "14:30:07", "30:00", "  NA \n不详"],
]


def test_cells_are_read_as_they_are_shown(book, tmp_path):
    fill(book.active, SHOWN)
    sheets, findings = read(book, tmp_path)
    assert sheets[0].grid.tolist() == SHOWN_TEXTS
    assert (sheets[0].file, sheets[0].sheet) == ("101/b.xlsx", "随访")
    assert findings.empty


def test_a_sheet_written_in_another_way_reads_the_same(book, tmp_path):
    fill(book.active, SHOWN)
    book.save(tmp_path / "b.xlsx")

    def swap_attributes(part):
        return re.sub(rb'<c (r="[A-Z]+\d+") (s="\d+")', rb"<c \2 \1", part)

    rewrite(tmp_path, "xl/worksheets/sheet1.xml", swap_attributes)
    assert reread(tmp_path)[0][0].grid.tolist() == SHOWN_TEXTS


def test_cells_without_an_address_read_the_same(book, tmp_path):
    fill(book.active, SHOWN)
    book.save(tmp_path / "b.xlsx")
    rewrite(tmp_path, "xl/worksheets/sheet1.xml", lambda part: re.sub(rb'<c r="[A-Z]+\d+"', b"<c", part))
    assert reread(tmp_path)[0][0].grid.tolist() == SHOWN_TEXTS


def test_formats_that_a_file_names_by_number_only(book, tmp_path):
    fill(book.active, {"A1": (DAY, "yyyy-mm"), "B1": (DAY, "yyyy-mm-dd")})
    book.save(tmp_path / "b.xlsx")

    def name_by_number(part):
        return re.sub(rb'numFmtId="164"(?! formatCode)', b'numFmtId="57"', part)

    rewrite(tmp_path, "xl/styles.xml", name_by_number)
    assert reread(tmp_path)[0][0].grid.tolist() == [["2021-03", "2021-03-05"]]


def test_the_grid_starts_at_a1(book, tmp_path):
    fill(book.active, {"C3": "x", "D5": "y"})
    sheets, _ = read(book, tmp_path)
    assert sheets[0].grid.tolist() == [
        ["", "", "", ""],
        ["", "", "", ""],
        ["", "", "x", ""],
        ["", "", "", ""],
        ["", "", "", "y"],
    ]


def test_an_empty_sheet_is_there(book, tmp_path):
    book.create_sheet("empty")
    fill(book.active, {"A1": "x"})
    sheets, findings = read(book, tmp_path)
    assert [(sheet.sheet, sheet.grid.shape) for sheet in sheets] == [("随访", (1, 1)), ("empty", (0, 0))]
    assert findings.empty


def test_dates_counted_from_1904(book, tmp_path):
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    fill(book.active, {"A1": (DAY, "yyyy-mm-dd"), "A2": (DAY, "yyyy-mm"), "A3": (MOMENT, "yyyy-mm-dd hh:mm")})
    assert read(book, tmp_path)[0][0].grid[:, 0].tolist() == ["2021-03-05", "2021-03", "2021-03-05T14:30"]


def test_dates_before_march_1900_are_found(book, tmp_path):
    fill(book.active, {f"A{row}": (serial, "yyyy-mm-dd") for row, serial in enumerate((59, 60, 61), 1)})
    sheets, findings = read(book, tmp_path)
    # day 60 is shown as a date that never was, so it must not become the day before or after it
    assert sheets[0].grid[:, 0].tolist() == ["1900-02-28", "1900-02-29", "1900-03-01"]
    assert listed(findings) == [
        ["RAW-007 raw.date-before-march-1900", "warning", "101/b.xlsx:随访!A1", ""],
        ["RAW-012 raw.date-cell-without-date", "warning", "101/b.xlsx:随访!A2", ""],
    ]


# what the number is, how it is shown, its text when days count from 1900 and from 1904, and the findings of each
NUMBERS = [
    (-1, "yyyy-mm-dd", "-1 RAW-012", "-1 RAW-012"),
    (-0.5, "h:mm", "-0.5 RAW-012", "-0.5 RAW-012"),
    (-0.5, "[h]:mm", "-12:00", "-12:00"),
    (-2.5, "0.00", "-2.5", "-2.5"),
    (0, "yyyy-mm-dd", "00:00 RAW-012", "00:00 RAW-012"),
    (0, "h:mm", "00:00", "00:00"),
    (0.25, "yyyy-mm-dd h:mm AM/PM", "06:00 RAW-012", "06:00 RAW-012"),
    (0.99999, "h:mm", "23:59", "23:59"),
    (1, "yyyy-mm-dd", "1900-01-01 RAW-007", "1904-01-02"),
    (59, "yyyy-mm-dd", "1900-02-28 RAW-007", "1904-02-29"),
    (60, "yyyy-mm-dd", "1900-02-29 RAW-012", "1904-03-01"),
    (60, "yyyy-mm", "1900-02 RAW-007", "1904-03"),
    (60, "General", "60", "60"),
    (60, "0.0", "60", "60"),
    (60.5, "yyyy-mm-dd h:mm", "1900-02-29T12:00 RAW-012", "1904-03-01T12:00"),
    (61, "yyyy-mm-dd", "1900-03-01", "1904-03-02"),
    (1899, "yyyy-mm-dd", "1905-03-13", "1909-03-14"),
    (1900, "yyyy-mm-dd", "1905-03-14 RAW-013", "1909-03-15 RAW-013"),
    (2021, "yyyy-mm-dd", "1905-07-13 RAW-013", "1909-07-14 RAW-013"),
    (2021, "yyyy-mm", "1905-07 RAW-013", "1909-07 RAW-013"),
    (2021, "General", "2021", "2021"),
    (2021.5, "yyyy-mm-dd h:mm", "1905-07-13T12:00", "1909-07-14T12:00"),
    (2100, "yyyy-mm-dd", "1905-09-30", "1909-10-01"),
    (45352, "General", "45352", "45352"),
    (45352, "yyyy-mm-dd", "2024-03-01", "2028-03-02"),
    (45352, "yyyy-mm", "2024-03", "2028-03"),
    (45352, "mmm-yy", "2024-03", "2028-03"),
    (45352, "yyyy", "2024", "2028"),
    (45352, "d-mmm", "2024-03-01 RAW-008", "2028-03-02 RAW-008"),
    (45352.604166666664, "yyyy-mm-dd", "2024-03-01", "2028-03-02"),
    (45352.604166666664, "h:mm", "14:30", "14:30"),
    (45352.604166666664, "yyyy-mm-dd h:mm AM/PM", "2024-03-01T14:30", "2028-03-02T14:30"),
    (45352.99999, "yyyy-mm-dd", "2024-03-01", "2028-03-02"),
    (45352.999999999, "yyyy-mm-dd", "2024-03-02", "2028-03-03"),
    (45352.99999, "yyyy-mm-dd hh:mm:ss", "2024-03-01T23:59:59", "2028-03-02T23:59:59"),
    (1.25, "[h]:mm", "30:00", "30:00"),
    (2957003, "yyyy-mm-dd", "9995-12-30", "9999-12-31"),
    (2958465, "yyyy-mm-dd", "9999-12-31", "2958465"),
    (2958465.9999999, "yyyy-mm-dd hh:mm:ss", "9999-12-31T23:59:59", "2958465.9999999"),
    (20210305, "yyyy-mm-dd", "20210305", "20210305"),
    (1e15, "yyyy-mm-dd", "1000000000000000 RAW-029", "1000000000000000 RAW-029"),
    (123456789012345, "0", "123456789012345", "123456789012345"),
]


@pytest.mark.parametrize("plainly_written", [True, False])
@pytest.mark.parametrize("system", ["1900", "1904"])
def test_a_number_is_the_date_that_is_shown_or_a_finding(book, tmp_path, system, plainly_written):
    if system == "1904":
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    fill(book.active, {f"A{row}": (number, code) for row, (number, code, *_) in enumerate(NUMBERS, 1)})
    book.save(tmp_path / "b.xlsx")
    if not plainly_written:
        rewrite(tmp_path, "xl/worksheets/sheet1.xml", lambda part: re.sub(rb'<c r="[A-Z]+\d+"', b"<c", part))
    sheets, findings = reread(tmp_path)
    rules = dict(zip(findings["source"], findings["rule"].str[:7], strict=True))
    found = [
        f"{text} {rules.get(f'101/b.xlsx:随访!A{row}', '')}".strip() for row, text in enumerate(sheets[0].grid[:, 0], 1)
    ]
    assert found == [texts[system == "1904"] for _, _, *texts in NUMBERS]
    assert sheets[0].date_system == system


@pytest.mark.parametrize("epoch", ["WINDOWS_EPOCH", "MAC_EPOCH"])
def test_days_and_moments_agree_with_openpyxl(book, tmp_path, epoch):
    book.epoch = getattr(openpyxl.utils.datetime, epoch)
    days = [*range(61, 2_957_000, 7_919), *range(45_000, 45_400)]
    moments = [day + minute / 1440 for day, minute in zip(days, range(0, 1440, 7), strict=False)]
    for row, (day, moment) in enumerate(zip(days, moments, strict=False), 1):
        fill(book.active, {f"A{row}": (day, "yyyy-mm-dd"), f"B{row}": (moment, "yyyy-mm-dd hh:mm")})
    sheets, _ = read(book, tmp_path)
    cells = openpyxl.load_workbook(tmp_path / "b.xlsx").active
    half_a_second = dt.timedelta(milliseconds=500)
    for row, (day, moment) in enumerate(sheets[0].grid.tolist(), 1):
        assert day == cells.cell(row, 1).value.date().isoformat()
        known = (cells.cell(row, 2).value + half_a_second).isoformat(timespec="minutes")
        assert moment == known.removesuffix("T00:00")


@pytest.mark.parametrize("number", [number for number in BUILT_IN_FORMATS if BUILT_IN_FORMATS[number] != "General"])
def test_every_format_known_by_number_only_is_read_as_what_it_shows(book, tmp_path, number):
    fill(book.active, {"A1": (45352.604166666664, "yyyy-mm")})
    book.save(tmp_path / "b.xlsx")
    rewrite(
        tmp_path,
        "xl/styles.xml",
        lambda part: re.sub(rb'numFmtId="164"(?! formatCode)', b'numFmtId="%d"' % number, part),
    )
    shown = parse_number_format(BUILT_IN_FORMATS[number])
    elapsed = {46: "1088462:30"}
    expected = elapsed.get(number) or shown.date_text(dt.datetime(2024, 3, 1, 14, 30))
    assert reread(tmp_path)[0][0].grid[0, 0] == expected


@pytest.mark.parametrize(
    ("properties", "system"),
    [
        (b'<workbookPr date1904="1"/>', "1904"),
        (b'<workbookPr date1904="true"/>', "1904"),
        (b'<workbookPr date1904="0"/>', "1900"),
        (b"<workbookPr/>", "1900"),
        (b"", "1900"),
    ],
)
def test_the_date_system_is_the_workbooks(book, tmp_path, properties, system):
    fill(book.active, {"A1": 45352, "A2": (45352, "yyyy-mm-dd")})
    book.save(tmp_path / "b.xlsx")
    rewrite(tmp_path, "xl/workbook.xml", lambda part: re.sub(rb"<workbookPr[^>]*/>", properties, part))
    sheet = reread(tmp_path)[0][0]
    assert sheet.date_system == system
    assert sheet.grid[:, 0].tolist() == ["45352", {"1900": "2024-03-01", "1904": "2028-03-02"}[system]]
    assert build_table(sheet, (1,), ()).date_system == system


def test_a_date_shown_without_its_year_is_found(book, tmp_path):
    fill(book.active, {"A1": (DAY, "yyyy-mm-dd"), "A2": (DAY, 'm"月"d"日"')})
    sheets, findings = read(book, tmp_path)
    assert sheets[0].grid[:, 0].tolist() == ["2021-03-05", "2021-03-05"]
    assert listed(findings) == [["RAW-008 raw.year-not-shown", "warning", "101/b.xlsx:随访!A2", ""]]


def test_error_cells_keep_their_text(book, tmp_path):
    fill(book.active, {"A1": "x", "B2": "#N/A", "C4": "#DIV/0!"})
    sheets, findings = read(book, tmp_path)
    assert sheets[0].grid.tolist() == [["x", "", ""], ["", "#N/A", ""], ["", "", ""], ["", "", "#DIV/0!"]]
    assert listed(findings) == [
        ["RAW-004 raw.error-cell", "warning", "101/b.xlsx:随访!B2", "#N/A"],
        ["RAW-004 raw.error-cell", "warning", "101/b.xlsx:随访!C4", "#DIV/0!"],
    ]


def test_a_formula_without_its_result_is_found(book, tmp_path):
    fill(book.active, {"A1": 1, "B1": "=A1+1", "C1": "end"})
    sheets, findings = read(book, tmp_path)
    assert sheets[0].grid.tolist() == [["1", "", "end"]]
    assert listed(findings) == [["RAW-005 raw.formula-without-value", "warning", "101/b.xlsx:随访!B1", ""]]


def test_a_formula_whose_result_is_empty_text_is_in_order(book, tmp_path):
    fill(book.active, {"A1": 1, "B1": "=A1+1"})
    book.save(tmp_path / "b.xlsx")
    rewrite(tmp_path, "xl/worksheets/sheet1.xml", lambda part: part.replace(b'<c r="B1">', b'<c r="B1" t="str">'))
    sheets, findings = reread(tmp_path)
    assert sheets[0].grid[0, 0] == "1"
    assert findings.empty


def test_what_is_hidden_is_read_and_found(book, tmp_path):
    fill(book.active, {"A1": "a", "B2": "b", "C3": "c", "A4": "d", "A6": "f"})
    for row in (2, 3, 5, 6, 9):
        book.active.row_dimensions[row].hidden = True
    book.active.column_dimensions["C"].hidden = True
    book.active.column_dimensions["H"].hidden = True
    book.create_sheet("keys").sheet_state = "veryHidden"
    fill(book["keys"], {"A1": "k"})
    sheets, findings = read(book, tmp_path)
    assert sheets[0].grid[2, 2] == "c"
    assert sheets[0].hidden_rows == {2, 3, 5, 6}
    assert sheets[0].hidden_columns == {3}
    assert listed(findings) == [
        ["RAW-003 raw.hidden-column", "note", "101/b.xlsx:随访!C", ""],
        ["RAW-002 raw.hidden-row", "note", "101/b.xlsx:随访!2", ""],
        ["RAW-002 raw.hidden-row", "note", "101/b.xlsx:随访!6", ""],
        ["RAW-001 raw.hidden-sheet", "note", "101/b.xlsx:keys", ""],
    ]
    assert findings["message"][1] == "rows 2 to 3 are hidden; read anyway"


def test_merged_ranges_and_comments(book, tmp_path):
    fill(book.active, {"A1": "病历号", "B1": "第1次随访", "B2": "日期", "C2": "疗效"})
    book.active.merge_cells("B1:C1")
    book.active.merge_cells("A1:A2")
    book.active["C2"].comment = Comment("见影像报告\n第二行", "PI")
    sheets, findings = read(book, tmp_path)
    assert sheets[0].merged == ((1, 1, 2, 1), (1, 2, 1, 3))
    assert sheets[0].comments == {(2, 3): "见影像报告\n第二行"}
    assert listed(findings) == [["RAW-025 raw.cell-comment", "note", "101/b.xlsx:随访!C2", ""]]
    assert findings["message"][0] == "the cell has a comment of 9 characters, which is no data; see the file"


def test_a_far_stray_cell_is_refused_before_it_costs_memory(book, tmp_path):
    fill(book.active, {"A1": "x", "XFD1048576": "y"})
    refused = r"^101/b\.xlsx:随访: the sheet is too large: its last cell is XFD1048576 and only 2 cells hold something; delete"
    with pytest.raises(StudyError, match=refused):
        read(book, tmp_path)


def test_a_far_formatted_empty_cell_is_no_matter(book, tmp_path):
    fill(book.active, {"A1": "x"})
    book.active["XFD1048576"].number_format = "yyyy"
    assert read(book, tmp_path)[0][0].grid.tolist() == [["x"]]


def test_a_workbook_without_styles_is_read(book, tmp_path):
    fill(book.active, {"A1": "x", "B1": 2})
    book.save(tmp_path / "b.xlsx")
    rewrite(
        tmp_path,
        "xl/_rels/workbook.xml.rels",
        lambda part: re.sub(rb"<Relationship [^>]*styles[^>]*>", b"", part),
    )
    sheets, findings = reread(tmp_path)
    assert sheets[0].grid.tolist() == [["x", "2"]]
    assert findings.empty


@pytest.mark.parametrize(("columns", "is_read"), [(3, True), (4, False)])
def test_a_stray_cell_in_the_last_row_is_read_where_the_sheet_is_narrow(book, tmp_path, columns, is_read):
    fill(book.active, {"A1": "x"})
    book.active.cell(1_048_576, columns, "y")
    if is_read:
        assert read(book, tmp_path)[0][0].grid[-1, -1] == "y"
    else:
        with pytest.raises(StudyError, match="its last cell is D1048576 and only 2 cells hold something"):
            read(book, tmp_path)


def test_a_workbook_under_the_name_of_another_kind_is_read_and_found(book, tmp_path):
    fill(book.active, {"A1": "007"})
    book.save(tmp_path / "b.xls")
    sheets, findings = read_sheets(tmp_path / "b.xls", "101/b.xls")
    assert sheets[0].grid.tolist() == [["007"]]
    assert listed(findings) == [["RAW-028 raw.kind-not-as-named", "note", "101/b.xls", ""]]
    assert findings["message"][0] == (
        'the file is an xlsx workbook although its name ends in ".xls"; it is read as what it is'
    )


def test_a_very_hidden_sheet_is_said_to_be_one(book, tmp_path):
    for name, state in (("a", "hidden"), ("b", "veryHidden")):
        fill(book.create_sheet(name), {"A1": "k"})
        book[name].sheet_state = state
    assert read(book, tmp_path)[1]["message"].tolist() == [
        "the sheet is hidden; it is read anyway",
        "the sheet is hidden, and no menu of the program shows it; it is read anyway",
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 cut off", "it is cut off or damaged; ask for it again"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
            "it is cut off or damaged; ask for it again, saved as .xlsx",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "it is protected by a password; save it without one",
        ),
    ],
)
@pytest.mark.parametrize("ending", ["xlsx", "xls", "xlsb", "ods"])
def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path, content, reason, ending):
    (tmp_path / f"b.{ending}").write_bytes(content)
    with pytest.raises(StudyError) as refusal:
        read_workbook(tmp_path / f"b.{ending}", f"101/b.{ending}")
    assert str(refusal.value) == f"101/b.{ending}: cannot be read as a .{ending} workbook: {reason}"


def test_an_archive_of_something_else_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("report.docx", b"")
    with pytest.raises(
        StudyError, match=r"it is an archive without a workbook in it; see whether it is the right file$"
    ):
        read_workbook(tmp_path / "b.xlsx", "b.xlsx")


def test_ten_thousand_sheets_are_the_most(book, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_module, "MAX_SHEETS", 2)
    fill(book.active, {"A1": "x"})
    book.create_sheet("b")
    assert len(read(book, tmp_path)[0]) == 2
    book.create_sheet("c")
    with pytest.raises(StudyError, match="it has 3 sheets, and no more than 2 are read; split it into several files"):
        read(book, tmp_path)


def test_two_sheets_of_one_name_are_refused(book, tmp_path):
    fill(book.active, {"A1": "x"})
    book.create_sheet("b")
    book.save(tmp_path / "b.xlsx")
    rewrite(tmp_path, "xl/workbook.xml", lambda part: part.replace(b'name="b"', 'name="随访"'.encode()))
    with pytest.raises(StudyError, match='it has several sheets named "随访"; give each its own name'):
        reread(tmp_path)


def test_a_sheet_whose_part_is_missing_is_not_left_out_in_silence(book, tmp_path):
    fill(book.active, {"A1": "x"})
    book.save(tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx") as source:
        parts = {name: source.read(name) for name in source.namelist() if "sheet1" not in name}
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as changed:
        for name, content in parts.items():
            changed.writestr(name, content)
    with pytest.raises(StudyError, match=r'its part "xl/worksheets/sheet1\.xml" is missing; ask for the file again'):
        reread(tmp_path)
