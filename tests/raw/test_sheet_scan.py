import io
import os
import re
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.raw.number_format import BUILT_IN_FORMATS, parse_number_format
from hcc_sdtm.raw.workbooks.sheet_facts import CellStyle
from hcc_sdtm.raw.workbooks.sheet_parse import parse_sheet
from hcc_sdtm.raw.workbooks.sheet_scan import _BLOCK_BYTES, NotPlainError, _cells_elsewhere, _count_tags, scan_sheet
from hcc_sdtm.source import column_letters

from .xlsx_files import MAIN

FOLDER = Path(os.environ["HCC_SDTM_DATA"]) / "spreadsheets" if "HCC_SDTM_DATA" in os.environ else None
XLSX = sorted(path for path in FOLDER.glob("*/*.xls[xm]") if zipfile.is_zipfile(path)) if FOLDER else []
CODES = ("General", *BUILT_IN_FORMATS.values(), "000", "[h]:mm")
STYLES = [CellStyle(parse_number_format(code)) for code in CODES] * 20
MARKED = [CellStyle(), CellStyle(struck=True), CellStyle(unseen="white"), CellStyle(parse_number_format("yyyy-mm"))]
SAME_FACTS = (
    "errors", "uncached", "undatable", "struck", "unseen",
    "hidden_rows", "hidden_columns", "grouped_rows", "filtered_rows",
)  # fmt: skip


def styles_by_cell(facts):
    return {
        (row, column): shown
        for column, cells in facts.styled.items()
        for row, shown in zip(cells.rows, cells.formats, strict=True)
    }


def assert_same(content, styles, struck_texts=None):
    """A scan finds what the parser finds; it may also tell the format of cells that hold no number."""
    scanned = scan_sheet(io.BytesIO(content), styles, struck_texts)
    parsed = parse_sheet(io.BytesIO(content), styles, struck_texts).facts
    for name in SAME_FACTS:
        assert getattr(scanned, name) == getattr(parsed, name), name
    assert scanned.height >= parsed.height
    assert scanned.width >= parsed.width
    assert scanned.filled >= parsed.filled
    found, shown = styles_by_cell(scanned), styles_by_cell(parsed)
    assert {cell: found.get(cell, scanned.usual) for cell in shown} == shown
    assert found.keys() <= shown.keys()


@pytest.mark.skipif(not XLSX, reason="HCC_SDTM_DATA names no folder with spreadsheets in it")
@pytest.mark.parametrize("path", XLSX, ids=lambda path: path.name)
def test_scanning_bytes_finds_what_parsing_finds(path):
    with zipfile.ZipFile(path) as package:
        for part in [name for name in package.namelist() if re.search(r"worksheets/sheet.*\.xml$", name)]:
            content = package.read(part)
            try:
                assert_same(content, STYLES)
            except NotPlainError:
                assert parse_sheet(io.BytesIO(content), STYLES).facts.filled >= 0


CELL = st.sampled_from(
    [
        "",
        '<c r="@" s="1"><v>1</v></c>',
        '<c r="@" s="1"/>',
        '<c r="@" t="s" s="2"><v>2</v></c>',
        '<c r="@" s="3"><v>60</v></c>',
        '<c r="@" s="3"><f>A1*2</f><v>-5.5</v></c>',
        '<c r="@" t="s"><v>1</v></c>',
        '<c r="@" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        '<c r="@"><f>A1</f></c>',
        '<c r="@" t="str"><f>A1</f><v></v></c>',
        '<c r="@" t="b"><v>1</v></c>',
        '<c r="@" t="inlineStr"><is><t>x</t></is></c>',
    ]
)
ROW = st.tuples(
    st.sampled_from(["", ' hidden="1"', ' outlineLevel="2" hidden="true"', ' spans="1:3"']), st.lists(CELL, max_size=4)
)


@given(
    st.lists(ROW, max_size=6), st.sampled_from(["", '<autoFilter ref="A1:C3"><filterColumn colId="0"/></autoFilter>'])
)
def test_scanning_finds_what_parsing_finds_in_any_sheet(rows, tail):
    cells = "".join(
        f'<row r="{row}"{way}>'
        + "".join(cell.replace("@", f"{column_letters(column)}{row}") for column, cell in enumerate(found, 1))
        + "</row>"
        for row, (way, found) in enumerate(rows, 1)
    )
    columns = '<cols><col min="2" max="2" hidden="1"/></cols>'
    part = f'<worksheet xmlns="{MAIN}">{columns}<sheetData>{cells}</sheetData>{tail}</worksheet>'
    assert_same(part.encode(), MARKED, {1: False, 2: True})


@pytest.mark.parametrize("blocks", [0, 1, 2])
@pytest.mark.parametrize("shift", range(-4, 3))
def test_a_tag_is_counted_once_wherever_a_block_ends(blocks, shift):
    cells = b" " * max(0, blocks * _BLOCK_BYTES + shift) + b'<c r="A1"><f>1</f></c>'
    assert _count_tags(cells) == {"c": 1, "f": 1, "s": 0, "!": 0}
    assert _count_tags(cells + b"<") == _count_tags(cells)


def test_cells_of_no_bytes_have_no_tags():
    assert not any(_count_tags(b"").values())


@given(st.integers(1, 1_048_576), st.integers(1, 16_384), st.integers(1, 2_000_000), st.integers(1, 20_000))
def test_a_cell_outside_a_large_rectangle_is_found(height, width, row, column):
    cell = f'<c r="{column_letters(column)}{row}">'.encode()
    found = any(pattern.search(cell) for pattern in _cells_elsewhere(height, width))
    if row <= height and column <= width:
        assert not found
    elif not found:
        # let through only where the rectangle stays one that costs little
        assert max(row, height) * max(column, width) <= 16_000_000


@pytest.mark.parametrize(
    "part",
    [
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData/></x:worksheet>',
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c><v>1</v></c></row></sheetData></worksheet>',
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A99"><v>1</v></c></row></sheetData></worksheet>',
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="C1" t="d"><v>1</v></c></row></sheetData></worksheet>',
        f'<worksheet xmlns="{MAIN}"><!-- c --><sheetData/></worksheet>',
        "no sheet",
    ],
)
def test_a_part_that_is_not_written_in_the_plain_way_is_told(part):
    with pytest.raises(NotPlainError):
        scan_sheet(io.BytesIO(part.encode()), [CellStyle()])


def test_a_row_without_end_is_not_gathered(monkeypatch):
    monkeypatch.setattr("hcc_sdtm.raw.workbooks.sheet_scan._CHUNK_BYTES", 64)
    monkeypatch.setattr("hcc_sdtm.raw.workbooks.sheet_scan._MOST_IN_A_ROW", 1024)
    part = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">' + '<c r="A1"><v>1</v></c>' * 100
    with pytest.raises(NotPlainError):
        scan_sheet(io.BytesIO(part.encode()), [CellStyle()])


def test_signs_of_numbers_outside_cells_cost_no_more_than_their_length():
    cells = '<row r="1"><c r="A1" s="1"><v>-5</v></c></row><row r="2">' + "<v>-" * 300_000 + "</row>"
    before = time.process_time()
    part = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'.encode()
    facts = scan_sheet(io.BytesIO(part), [CellStyle(), CellStyle(parse_number_format("yyyy-mm-dd"))])
    assert facts.undatable == {(1, 1): "-5"}
    assert time.process_time() - before < 5
