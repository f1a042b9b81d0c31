import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import read_sheets

HEAD = """<?xml version="1.0" encoding="{encoding}"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:html="http://www.w3.org/TR/REC-html40">
"""


def read(tmp_path, inside, encoding="utf-8", name="a.xls"):
    path = tmp_path / name
    path.write_bytes((HEAD.format(encoding=encoding) + inside + "</Workbook>").encode(encoding))
    sheets, findings = read_sheets(path, f"101/{name}")
    return sheets, findings[findings["rule"] != "RAW-028 raw.kind-not-as-named"].reset_index(drop=True)


def sheet(*rows, name="入组"):
    return f'<Worksheet ss:Name="{name}"><Table>{"".join(rows)}</Table></Worksheet>'


def row(*cells, attributes=""):
    return f"<Row{attributes}>{''.join(cells)}</Row>"


def cell(text, kind="String", attributes="", **more):
    return f'<Cell{attributes}><Data ss:Type="{kind}">{text}</Data></Cell>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb2312", "windows-1252"])
def test_encodings(tmp_path, encoding):
    text = "né" if encoding == "windows-1252" else "姓名"
    sheets, findings = read(tmp_path, sheet(row(cell(text)), name="a"), encoding)
    assert sheets[0].grid.tolist() == [[text]]
    assert findings.empty


@pytest.mark.parametrize(
    ("text", "kind", "style", "expected"),
    [
        ("007", "String", "", "007"),
        ("  a&#10;b ", "String", "", "  a\nb "),
        ("&lt;5 &amp; NA", "String", "", "<5 & NA"),
        ("0.10", "Number", "", "0.1"),
        ("7", "Number", "zeros", "007"),
        ("1E-3", "Number", "", "0.001"),
        ("NaN", "Number", "", "NaN"),
        ("1", "Boolean", "", "TRUE"),
        ("0", "Boolean", "", "FALSE"),
        ("2021-03-05T00:00:00.000", "DateTime", "", "2021-03-05"),
        ("2021-03-05T08:30:00.000", "DateTime", "", "2021-03-05T08:30"),
        ("2021-03-05T00:00:00.000", "DateTime", "month", "2021-03"),
        ("2021-03-05T00:00:00.000", "DateTime", "child", "2021-03"),
        ("2021-03-05T00:00:00.000", "DateTime", "short", "2021-03-05"),
        ("44260", "Number", "month", "2021-03"),
        ("1899-12-31T08:30:00.000", "DateTime", "", "08:30"),
        ("1900-02-28T00:00:00.000", "DateTime", "", "1900-02-28"),
        ("someday", "DateTime", "", "someday"),
        ('<html:B>a</html:B><html:Font html:Color="#ff0000">b</html:Font>', "String", "", "ab"),
    ],
)
def test_values(tmp_path, text, kind, style, expected):
    styles = (
        '<Styles><Style ss:ID="Default"/><Style ss:ID="zeros"><NumberFormat ss:Format="000"/></Style>'
        '<Style ss:ID="month"><NumberFormat ss:Format="yyyy\\-mm"/></Style><Style ss:ID="child" ss:Parent="month"/>'
        '<Style ss:ID="short"><NumberFormat ss:Format="Short Date"/></Style></Styles>'
    )
    attributes = f' ss:StyleID="{style}"' if style else ""
    assert read(tmp_path, styles + sheet(row(cell(text, kind, attributes))))[0][0].grid.tolist() == [[expected]]


def test_the_1904_date_system(tmp_path):
    styles = '<Styles><Style ss:ID="d"><NumberFormat ss:Format="Short Date"/></Style></Styles>'
    said = '<ExcelWorkbook xmlns="urn:schemas-microsoft-com:office:excel"><Date1904/></ExcelWorkbook>'
    rows = row(cell("1", "Number", ' ss:StyleID="d"'), cell("2021-03-05T00:00:00.000", "DateTime"))
    sheets, _ = read(tmp_path, said + styles + sheet(rows))
    assert sheets[0].grid.tolist() == [["1904-01-02", "2021-03-05"]]
    assert sheets[0].date_system == "1904"


def test_places_spans_and_styles_of_rows_and_columns(tmp_path):
    styles = '<Styles><Style ss:ID="z"><NumberFormat ss:Format="00"/></Style></Styles>'
    rows = [
        '<Column ss:Index="3" ss:StyleID="z"/>',
        row(cell("a", attributes=' ss:MergeAcross="1" ss:MergeDown="1"'), cell("1", "Number")),
        row(cell("2", "Number"), attributes=' ss:Index="4" ss:StyleID="z"'),
        row(cell("b", attributes=' ss:Index="2"'), cell("c")),
    ]
    sheets, _ = read(tmp_path, styles + sheet(*rows))
    assert sheets[0].grid.tolist() == [["a", "", "01"], ["", "", ""], ["", "", ""], ["02", "", ""], ["", "b", "c"]]
    assert sheets[0].merged == ((1, 1, 2, 2),)


def test_what_a_reader_of_the_sheet_should_know_is_found(tmp_path):
    styles = (
        '<Styles><Style ss:ID="s"><Font ss:StrikeThrough="1"/></Style>'
        '<Style ss:ID="w"><Font ss:Color="#FFFFFF"/></Style></Styles>'
    )
    options = "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"
    hidden = f'<Worksheet ss:Name="old"><Table>{{}}</Table>{options}</Worksheet>'
    rows = [
        '<Column ss:Index="2" ss:Hidden="1"/>',
        row(cell("a"), cell("b"), cell("c", attributes=' ss:StyleID="s"')),
        row(cell("d"), attributes=' ss:Hidden="1"'),
        row('<Cell ss:Formula="=1"/>', cell("#N/A", "Error"), cell("x", attributes=' ss:StyleID="w"')),
        row('<Cell><Data ss:Type="String">e</Data><Comment><ss:Data>read me</ss:Data></Comment></Cell>'),
        row(cell("p<html:S>q</html:S>")),
    ]
    sheets, findings = read(tmp_path, styles + sheet(*rows) + hidden.format(row(cell("x"))))
    assert sheets[0].grid.tolist() == [["a", "b", "c"], ["d", "", ""], ["", "#N/A", "x"], ["e", "", ""], ["pq", "", ""]]
    assert sheets[0].comments == {(4, 1): "read me"}
    assert findings[["rule", "source"]].to_numpy().tolist() == [
        ["RAW-003 raw.hidden-column", "101/a.xls:入组!B"],
        ["RAW-002 raw.hidden-row", "101/a.xls:入组!2"],
        ["RAW-004 raw.error-cell", "101/a.xls:入组!B3"],
        ["RAW-005 raw.formula-without-value", "101/a.xls:入组!A3"],
        ["RAW-025 raw.cell-comment", "101/a.xls:入组!A4"],
        ["RAW-026 raw.struck-text", "101/a.xls:入组!C1"],
        ["RAW-026 raw.struck-text", "101/a.xls:入组!A5"],
        ["RAW-027 raw.text-not-seen", "101/a.xls:入组!C3"],
        ["RAW-001 raw.hidden-sheet", "101/a.xls:old"],
    ]


LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("<Workbook", f'<!DOCTYPE w [<!ENTITY e0 "ha">{LAUGHS}]><Workbook', "has a document type declaration"),
        (
            "<Workbook",
            '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><Workbook',
            "has a document type declaration",
        ),
        ("</Table>", "", "mismatched tag"),
        (
            "<Row>",
            '<Row ss:Index="3000000000">',
            "the sheet is too large: its last cell is A3000000000 and only",
        ),
        ("<Row>", '<Row ss:Index="-4">', "its rows or columns are not in order"),
        ("<Row>", '<Row/><Row ss:Index="1">', "its rows or columns are not in order"),
        ("<Cell>", '<Cell ss:MergeDown="-1">', "a cell has no place in its sheet"),
        ("<Row>", '<Row ss:Index="x">', "a value in it is not what its place allows"),
        (">a<", ">" + "a" * 140_000 + "<", "a cell holds more than 131,072 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, before, after, message):
    path = tmp_path / "a.xls"
    page = HEAD.format(encoding="utf-8") + sheet(row(cell("a"))) + "</Workbook>"
    path.write_bytes(page.replace(before, after, 1).encode())
    with pytest.raises(StudyError, match=message) as refusal:
        read_sheets(path, "101/a.xls")
    assert str(refusal.value).startswith("101/a.xls")
    assert "\n" not in str(refusal.value)
