import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.outputs.tables.rtf import has_rtf, render_table_rtf
from hcc_sdtm.outputs.tables.rtf_text import rtf_text
from hcc_sdtm.outputs.tables.table import Column, Count, Line, Table
from tests.outputs.tables.frames import FACTS

TABLE = Table(
    "t", "Table 1. 基线 {x}", "All treated (N = 3)",
    (Column("Characteristic"), Column("Male\n(N = 2)", "Sex"), Column("Female\n(N = 1)", "Sex")),
    (
        Line(("Age", ), kind="head"), Line(("≥ 65 岁", Count(1, 2), Count(0, 1)), indent=1), Line(("few at risk",), 2, "note"),
        Line(("Response",), kind="head"), Line(("CR\\PR", Count(2, 2), Count(1, 1)), indent=1),
    ),
    ("A footnote, 注.",), FACTS,
)  # fmt: skip

needs_rtflite = pytest.mark.skipif(not has_rtf(), reason="rtflite is not installed: pip install hcc-sdtm[rtf]")


def read_back(rtf):
    """What a reader of the RTF sees: codes as characters, control words gone."""
    text = re.sub(r"\\uc1\\u(-?\d+)[?*]", lambda code: chr(int(code.group(1)) % 0x10000), rtf)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    return re.sub(r"\\([\\{}])", r"\1", re.sub(r"\\line ", "\n", text))


@needs_rtflite
def test_everything_that_the_table_says_is_in_the_document_once_a_page():
    rtf = render_table_rtf(TABLE)
    rtf.encode("ascii")
    text = read_back(rtf).replace("\u2007", " ")
    for wanted in (
        "Table 1. 基线 {x}", "All treated (N = 3)", "Male\n(N = 2)", "≥ 65 岁", "1 ( 50.0)", "CR\\PR", "few at risk",
        "Sex", "Age", "A footnote, 注.", "Data cut-off: 2024-02-29. Source hash: 0123456789abcdef.", "Response",
    ):  # fmt: skip
        assert text.count(wanted) == 1, wanted
    assert "landscape" in rtf


@needs_rtflite
def test_the_banner_stands_on_every_page():
    rtf = render_table_rtf(replace(TABLE, facts=replace(FACTS, banner="All dates are fictional.")))
    header = rtf[rtf.index("{\\header") :]
    assert "All dates are fictional." in header[: header.index("\n")]


@needs_rtflite
def test_long_tables_repeat_title_heads_and_lose_no_line():
    lines = tuple(Line((f"line {number:03}.", Count(number, 400), "x")) for number in range(400))
    rtf = render_table_rtf(replace(TABLE, lines=lines))
    pages = rtf.count("\\page\n") + rtf.count("\\page{") + 1
    text = read_back(rtf)
    assert all(text.count(f"line {number:03}.") == 1 for number in range(400))
    assert text.count("Characteristic") == text.count("Table 1. 基线") >= 10
    assert pages >= 10


@needs_rtflite
def test_lines_look_as_they_are_on_every_page_and_a_head_stands_again_where_its_lines_go_on():
    numbered = [(f"line {number:02}.", number % 5 == 0, number % 3) for number in range(70)]
    lines = [Line((text, Count(1, 70), "x"), indent, "note" if note else "line") for text, note, indent in numbered]
    rtf = render_table_rtf(replace(TABLE, lines=(Line(("The head",), kind="head"), *lines)))
    for text, note, indent in numbered:
        italic = "\\i" if note else ""
        assert f"\\li{200 * indent}\\ri0\\ql\\fs18{{\\f3{italic} {text}}}\\cell" in rtf, text
    pages = rtf.split("\\page{")
    assert len(pages) >= 3
    assert all(page.count("The head") == 1 for page in pages)
    assert [page.count("A footnote") for page in pages] == [1] * len(pages)
    last_rows = [page[page.rindex("\\trowd") :] for page in pages]
    has_end = ["\\clbrdrb\\brdrs" in row for row in last_rows]  # the line below the table
    assert has_end == [*[False] * (len(pages) - 1), True]


@needs_rtflite
def test_a_page_holds_what_fits_by_the_lines_that_texts_take():
    long = "several words " * 30  # of a third of the page's width: some seven lines
    one, many = (
        render_table_rtf(replace(TABLE, lines=tuple(Line((text, "", "")) for _ in range(60)))).split("\\page{")
        for text in ("word", long)
    )
    assert len(one) == 2
    assert 13 <= len(many) <= 21


@needs_rtflite
@pytest.mark.parametrize("lines", [(), TABLE.lines[:1]])
def test_a_table_without_lines_has_its_heads(lines):
    rtf = render_table_rtf(replace(TABLE, lines=lines))
    assert "Characteristic" in rtf
    assert "A footnote" in rtf
    assert rtf.count("{") - rtf.count("\\{") == rtf.count("}") - rtf.count("\\}")
    assert "\x01" not in rtf


@needs_rtflite
def test_equal_tables_have_equal_bytes():
    assert render_table_rtf(TABLE) == render_table_rtf(replace(TABLE))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text_comes_back(text):
    escaped = rtf_text(text)
    assert escaped.isascii()
    assert read_back(escaped) == text
