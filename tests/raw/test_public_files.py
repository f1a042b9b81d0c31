"""Every spreadsheet of two readers' own test suites: read or refused, and equal to what openpyxl reads."""

import datetime as dt
import io
import os
import re
import warnings
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import read_sheets
from hcc_sdtm.raw.number_format import BUILT_IN_FORMATS, parse_number_format
from hcc_sdtm.raw.sheet_scan import parse_sheet, scan_sheet

FOLDER = Path(os.environ["HCC_SDTM_DATA"]) / "spreadsheets" if "HCC_SDTM_DATA" in os.environ else None
FILES = sorted(FOLDER.glob("*/*.*")) if FOLDER else []
XLSX = [path for path in FILES if path.suffix in (".xlsx", ".xlsm")]

needs_data = pytest.mark.skipif(not FILES, reason="HCC_SDTM_DATA names no folder with spreadsheets in it")


def oracle_number(value):
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def oracle_time(value, code):
    rounded = dt.datetime.combine(dt.date(2000, 1, 1), value) + dt.timedelta(microseconds=500_000)
    return f"{rounded:%H:%M:%S}" if rounded.second and "s" in code else f"{rounded:%H:%M}"


def oracle_date(value, number_format):
    code = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|AM/PM', "", number_format.split(";")[0]).lower()
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        tail = f":{seconds % 60:02d}" if seconds % 60 else ""
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}{tail}"
    if isinstance(value, dt.time):
        return oracle_time(value, code)
    if not re.search("[yde]", code) and "h" in code:
        return oracle_time(value.time(), code)
    value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    if "d" not in code and "y" in code:
        return f"{value:%Y-%m}" if "m" in code else f"{value:%Y}"
    clock = "h" in code and value.time() != dt.time()
    return f"{value:%Y-%m-%d}" + (f"T{oracle_time(value.time(), code)}" if clock else "")


def oracle_text(cell):
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return oracle_number(value)
    if isinstance(value, (dt.datetime, dt.time, dt.timedelta)):
        return oracle_date(value, cell.number_format)
    return str(value)


def oracle_sheets(path):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, data_only=True)
    except (OSError, LookupError, ValueError, TypeError, zipfile.BadZipFile):
        return None
    return {
        sheet.title: {(c.row, c.column): oracle_text(c) for row in sheet.iter_rows() for c in row if oracle_text(c)}
        for sheet in book.worksheets
        if sheet.max_row * sheet.max_column < 1_000_000  # openpyxl makes an object for every cell in between
    }


# calamine drops outer space that the file does not mark as kept (xml:space), as spreadsheet programs do
UNMARKED_SPACE = {
    "tests_encoded_entities.xlsx",
    "tests_whitespace_trim.xlsx",
    "tests_testthat_sheets_Ekaterinburg_IP_9.xlsx",
}


@needs_data
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_is_read_or_refused_in_one_line(path):
    try:
        sheets, refusal = read_sheets(path, path.name)[0], None
    except StudyError as failure:
        sheets, refusal = [], failure
    assert {type(text) for sheet in sheets for text in sheet.grid.ravel()} <= {str}
    if refusal:
        assert [problem.source.file for problem in refusal.problems] == [path.name]
        assert "\n" not in str(refusal)


@needs_data
@pytest.mark.parametrize("path", XLSX, ids=lambda path: path.name)
def test_values_agree_with_openpyxl(path):
    expected = oracle_sheets(path)
    if expected is None:
        pytest.skip("openpyxl cannot read it")
    try:
        sheets, _ = read_sheets(path, path.name)
    except StudyError:
        pytest.skip("refused")
    for sheet in sheets:
        if sheet.sheet not in expected:
            continue  # a sheet that openpyxl leaves out
        rows, columns = sheet.grid.nonzero()
        read = {(int(r) + 1, int(c) + 1): sheet.grid[r, c] for r, c in zip(rows, columns, strict=True)}
        oracle = {cell: text.replace("_x000D_\n", "\r\n") for cell, text in expected[sheet.sheet].items()}
        if path.name in UNMARKED_SPACE:
            read = {cell: text.strip() for cell, text in read.items() if text.strip()}
            oracle = {cell: text.strip() for cell, text in oracle.items() if text.strip()}
        # openpyxl, too, gives day 60 of the 1900 system as the day before it
        phantom = {cell for cell in read if read[cell] == "1900-02-29" and oracle.get(cell) == "1900-02-28"}
        assert {cell: read[cell] for cell in read if cell not in phantom} == {
            cell: oracle[cell] for cell in oracle if cell not in phantom
        }
        assert len(phantom) <= 1


@needs_data
@pytest.mark.parametrize("ending", ["xls", "xlsb", "ods"])
def test_a_file_that_does_not_say_how_dates_are_shown_gives_a_note_on_each_sheet_with_dates(ending):
    sheets, findings = read_sheets(FOLDER / "calamine" / f"tests_date.{ending}", "a")
    assumed = findings[findings["rule"] == "RAW-006 raw.date-precision-assumed"]
    assert assumed["source"].tolist() == [f"a:{sheet.sheet}" for sheet in sheets]
    assert assumed["severity"].tolist() == ["note"]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", sheets[0].grid[0, 0])


@needs_data
def test_the_comparison_is_not_empty():
    compared = [oracle_sheets(path) for path in XLSX]
    assert sum(len(cells) for sheets in compared if sheets for cells in sheets.values()) > 30_000


@needs_data
@pytest.mark.parametrize("path", XLSX, ids=lambda path: path.name)
def test_scanning_bytes_finds_what_parsing_finds(path):
    formats = [parse_number_format(code) for code in ("General", *BUILT_IN_FORMATS.values(), "000")] * 20
    try:
        package = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        pytest.skip("no package")
    for part in [name for name in package.namelist() if "worksheets/sheet" in name and name.endswith(".xml")]:
        try:
            content = package.read(part)
        except zipfile.BadZipFile:
            continue
        scanned = scan_sheet(io.BytesIO(content), formats)
        if scanned is None:
            continue
        parsed = parse_sheet(io.BytesIO(content), formats)
        assert scanned.errors == parsed.errors
        assert scanned.uncached == parsed.uncached
        assert scanned.undatable == parsed.undatable
        assert scanned.hidden_rows == parsed.hidden_rows
        assert scanned.hidden_columns == parsed.hidden_columns
        assert scanned.height >= parsed.height
        assert scanned.width >= parsed.width
        found = styles_by_cell(scanned)
        dates = styles_by_cell(parsed)
        assert {cell: found.get(cell, scanned.usual) for cell in dates} == dates
        assert found.keys() <= dates.keys()


def styles_by_cell(facts):
    return {
        (row, column): shown
        for column, cells in facts.styled.items()
        for row, shown in zip(cells.rows, cells.formats, strict=True)
    }
