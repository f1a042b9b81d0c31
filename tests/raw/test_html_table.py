import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import read_sheets
from hcc_sdtm.raw.file_kind import NoTableError


def read(tmp_path, page, name="a.xls", encoding=""):
    path = tmp_path / name
    path.write_bytes(page if isinstance(page, bytes) else page.encode())
    sheets, findings = read_sheets(path, f"101/{name}", encoding)
    return sheets, findings[findings["rule"] != "RAW-028 raw.kind-not-as-named"].reset_index(drop=True)


def grids(tmp_path, page):
    return [sheet.grid.tolist() for sheet in read(tmp_path, page)[0]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("007", "007"),
        ("  a \n  b ", "a b"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p><p>b</p>", "a\nb"),
        ("<div>a<div>b</div></div>c", "a\nb\nc"),
        ("&nbsp;", ""),
        ("a&nbsp;&nbsp;b&nbsp;", "a  b "),
        ("&lt;5 &eacute; &#20013; &amp;amp;", "<5 é 中 &amp;"),
        ("<b>a</b><font color=red>b</font>", "ab"),
        ("a<!-- comment -->b<script>x</script>", "ab"),
        ("AFP<ULN", "AFP<ULN"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),
    ],
)
def test_the_text_of_a_cell_is_what_a_browser_shows(tmp_path, cell, text):
    assert grids(tmp_path, f"<table><tr><td>x</td><td>{cell}</td></tr></table>") == [[["x", text]]]


def test_spans_are_merged_ranges(tmp_path):
    page = (
        "<table><tr><th rowspan=2>姓名</th><th colspan=2>第1次</th></tr><tr><th>日期</th><th>疗效</th></tr>"
        "<tr><td>张三</td><td>2021</td><td>PR</td></tr></table>"
    )
    sheets, _ = read(tmp_path, page)
    assert sheets[0].grid.tolist() == [["姓名", "第1次", ""], ["", "日期", "疗效"], ["张三", "2021", "PR"]]
    assert sheets[0].merged == ((1, 1, 2, 1), (1, 2, 1, 3))


def test_a_span_that_reaches_below_the_table_ends_with_it(tmp_path):
    sheets, _ = read(tmp_path, "<table><tr><td rowspan=0>a<td>b<tr><td>c</table>")
    assert sheets[0].grid.tolist() == [["a", "b"], ["", "c"]]
    assert sheets[0].merged == ((1, 1, 2, 1),)


def test_cells_and_rows_end_where_the_next_begins(tmp_path):
    page = "<table><thead><tr><td>a<td>b<tbody><tr><td>c<tr><td>d<td>e</table>"
    assert grids(tmp_path, page) == [[["a", "b"], ["c", ""], ["d", "e"]]]


def test_each_table_with_a_text_is_a_sheet(tmp_path):
    page = "<table><tr><td>a</td></tr></table><table><tr><td> </td></tr></table><table><tr><td>b</td></tr></table>"
    sheets, findings = read(tmp_path, page)
    assert [(sheet.sheet, sheet.grid.tolist()) for sheet in sheets] == [("table 1", [["a"]]), ("table 2", [["b"]])]
    assert findings.empty


def test_a_table_in_a_cell_of_another_is_a_sheet_of_its_own(tmp_path):
    page = "<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>"
    assert grids(tmp_path, page) == [[["a", "b"]]]


def test_names_of_sheets_that_a_spreadsheet_program_wrote(tmp_path):
    names = "<x:ExcelWorksheet>\n<x:Name>入组</x:Name></x:ExcelWorksheet>"
    page = f"<head><!--[if gte mso 9]><xml>{names}</xml><![endif]--></head><table><tr><td>a</table>"
    assert [sheet.sheet for sheet in read(tmp_path, page)[0]] == ["入组"]


def test_hidden_rows_and_cells_and_struck_text_are_found(tmp_path):
    page = (
        "<table><tr><td>a</td></tr><tr style='height:0;DISPLAY: none'><td>b</td></tr>"
        "<tr><td><s>c</s></td><td>x<strike>y</strike></td><td style='display:none'>d</td></tr></table>"
    )
    sheets, findings = read(tmp_path, page)
    assert sheets[0].hidden_rows == frozenset({2})
    assert sheets[0].struck == frozenset({(3, 1), (3, 2)})
    assert findings[["rule", "source"]].to_numpy().tolist() == [
        ["RAW-002 raw.hidden-row", "101/a.xls:2"],
        ["RAW-026 raw.struck-text", "101/a.xls:A3"],
        ["RAW-026 raw.struck-text", "101/a.xls:B3"],
        ["RAW-027 raw.text-not-seen", "101/a.xls:C3"],
    ]


def test_texts_beside_the_tables_are_counted(tmp_path):
    _, findings = read(
        tmp_path, "<html><title>t</title><h1>随访表</h1><table><tr><td>a</td></tr></table><p>end</p></html>"
    )
    assert findings[["rule", "message"]].to_numpy().tolist() == [
        [
            "RAW-022 raw.outside-table",
            "texts that stand outside the tables (2: titles, notes) are no cells and are not read",
        ]
    ]


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta http-equiv=Content-Type content='text/html; charset=gb2312'>", "gb18030"),
        ('<meta charset="GBK">', "gb18030"),
        ("<meta charset=ISO-8859-15>", "iso8859-15"),
        ('<?xml version="1.0" encoding="iso-8859-15"?>', "iso8859-15"),
        ("<meta charset=gb2312>", "utf-8"),  # what the bytes settle stands
        ("", "utf-16"),
    ],
)
def test_the_page_says_its_encoding(tmp_path, head, encoding):
    text = "疗效" if encoding in ("gb18030", "utf-8", "utf-16") else "né"
    sheets, findings = read(tmp_path, f"{head}<table><tr><td>{text}</td></tr></table>".encode(encoding))
    assert sheets[0].grid.tolist() == [[text]]
    assert findings.empty


def test_a_declared_encoding_comes_first(tmp_path):
    page = "<meta charset=cp1252><table><tr><td>décès</td></tr></table>".encode("mac_roman")
    assert read(tmp_path, page, encoding="Mac Roman")[0][0].grid.tolist() == [["décès"]]


def test_a_page_that_ends_inside_a_table_may_be_cut_short(tmp_path):
    sheets, findings = read(tmp_path, "<html><table><tr><td>a</td></tr><tr><td>b")
    assert sheets[0].grid.tolist() == [["a"], ["b"]]
    assert findings["rule"].tolist() == ["RAW-015 raw.end-missing"]


@pytest.mark.parametrize(
    ("page", "kind", "message"),
    [
        ("<html><p>nothing</p></html>", NoTableError, "is a web page without a table; open it"),
        (
            "<html><frameset><frame src='sheet001.htm'></frameset></html>",
            NoTableError,
            "is a web page without a table; its sheets lie in other files; open it in a spreadsheet program",
        ),
        (
            "<html><table><tr><td cla",
            StudyError,
            "is cut short inside a tag, or has one without its end; export it again",
        ),
        (
            "<table>" + "<tr><td colspan=16384>x" * 300,
            StudyError,
            "is too large: 245 cells span 4,014,080; save the table as xlsx",
        ),
        ("<table><tr>" + "<td colspan=10000>x" * 2, StudyError, "is too large: a row has more than 16,384 columns"),
        ("<table><tr><td>" + "x" * 140_000, StudyError, "is too large: a cell has more than 131,072 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, page, kind, message):
    with pytest.raises(kind) as refusal:
        read(tmp_path, page)
    assert str(refusal.value).startswith(f"101/a.xls: {message}")
    assert "\n" not in str(refusal.value)
