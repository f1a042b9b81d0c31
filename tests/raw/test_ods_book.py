import zipfile

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.workbooks.workbook import read_workbook

SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
    )
)
SPACES += ' xmlns:calcext="urn:c" xmlns:fo="urn:f" xmlns:draw="urn:d" xmlns:dc="urn:e"'
DAY = "<number:year/><number:text>-</number:text><number:month/><number:text>-</number:text><number:day/>"
STYLES = (
    f'<number:date-style style:name="Nd">{DAY}</number:date-style>'
    '<number:date-style style:name="Nm"><number:year/><number:text>-</number:text><number:month/></number:date-style>'
    '<number:date-style style:name="Ndm"><number:day/><number:month/></number:date-style>'
    '<number:time-style style:name="Nt"><number:hours/><number:minutes/></number:time-style>'
    '<number:time-style style:name="Ne" number:truncate-on-overflow="false"><number:hours/><number:minutes/>'
    '</number:time-style><number:number-style style:name="Np"><number:number number:decimal-places="0" '
    'number:min-integer-digits="3"/></number:number-style>'
    + "".join(
        f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="N{name}"/>'
        for name in ("d", "m", "dm", "t", "e", "p")
    )
    + '<style:style style:name="struck" style:family="table-cell">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="child" style:family="table-cell" style:parent-style-name="struck"/>'
    '<style:style style:name="white" style:family="table-cell"><style:text-properties fo:color="#ffffff"/></style:style>'
    '<style:style style:name="onblue" style:family="table-cell"><style:table-cell-properties fo:background-color="#0000ff"/>'
    '<style:text-properties fo:color="#ffffff"/></style:style>'
    '<style:style style:name="T1" style:family="text">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="hid" style:family="table"><style:table-properties table:display="false"/></style:style>'
)

COLLAPSED = 'table:visibility="collapse"'
SHOWN = "<text:p>as it is shown</text:p>"


def text(content, more=""):
    return f'<table:table-cell office:value-type="string" {more}><text:p>{content}</text:p></table:table-cell>'


def value(kind, content, more=""):
    name = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    return f'<table:table-cell office:value-type="{kind}" office:{name}="{content}" {more}>{SHOWN}</table:table-cell>'


def row(*cells, more=""):
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def sheet(*rows, name="S", more="", columns=""):
    return f'<table:table table:name="{name}" {more}>{columns}{"".join(rows)}</table:table>'


@pytest.fixture
def read(tmp_path):
    def read(*sheets, before="", parts=None, declaration=""):
        tables = f"<office:body><office:spreadsheet>{before}{''.join(sheets)}</office:spreadsheet></office:body>"
        styles = f"<office:automatic-styles>{STYLES}</office:automatic-styles>"
        content = (
            f'<?xml version="1.0" encoding="UTF-8"?>{declaration}'
            f"<office:document-content {SPACES}>{styles}{tables}</office:document-content>"
        )
        with zipfile.ZipFile(tmp_path / "a.ods", "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            for name, part in ({"content.xml": content} | (parts or {})).items():
                package.writestr(name, part)
        return read_workbook(tmp_path / "a.ods", "a.ods")

    return read


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (text("007"), "007"),
        (text("NA "), "NA "),
        (text('<text:s text:c="2"/>two <text:s/>spaces <text:s/>'), "  two  spaces  "),
        (text("\n   printed\n   apart "), "printed apart "),
        (text("a<text:tab/>b<text:line-break/>c"), "a\tb\nc"),
        (text("a</text:p><text:p>b</text:p><text:p>"), "a\nb\n"),
        (text("a<text:span>b</text:span> <text:span> c</text:span>"), "ab c"),
        (text('<text:a href="x">link</text:a>'), "link"),
        (
            text(
                "<text:ruby><text:ruby-base>課長</text:ruby-base><text:ruby-text>かちょう</text:ruby-text></text:ruby>"
            ),
            "課長",
        ),
        (text("x<draw:frame><draw:text-box><text:p>a picture</text:p></draw:text-box></draw:frame>"), "x"),
        ('<table:table-cell office:value-type="string" office:string-value="kept"/>', "kept"),
        (value("float", "7"), "7"),
        (value("float", "0.10"), "0.1"),
        (value("float", "7", 'table:style-name="p"'), "007"),
        (value("percentage", "0.5"), "0.5"),
        (value("currency", "1E-05"), "0.00001"),
        (value("boolean", "true"), "TRUE"),
        (value("date", "2021-03-05"), "2021-03-05"),
        (value("date", "2021-03-05", 'table:style-name="d"'), "2021-03-05"),
        (value("date", "2021-03-05T14:30:00", 'table:style-name="d"'), "2021-03-05"),
        (value("date", "2021-03-05T14:30:15"), "2021-03-05T14:30:15"),
        (value("date", "2021-03-05", 'table:style-name="m"'), "2021-03"),
        (value("date", "1850-01-01", 'table:style-name="d"'), "1850-01-01"),
        (value("date", "not a date"), "not a date"),
        (value("time", "PT14H30M00S", 'table:style-name="t"'), "14:30"),
        (value("time", "PT30H00M00.5S", 'table:style-name="t"'), "06:00"),
        (value("time", "PT30H00M00S", 'table:style-name="e"'), "30:00"),
        (value("time", "-PT12H", 'table:style-name="e"'), "-12:00"),
    ],
)
def test_text_of_a_cell(read, cell, expected):
    sheets, findings = read(sheet(row(cell)))
    assert sheets[0].grid.tolist() == [[expected]]
    assert findings.empty


def test_styles_of_columns_rows_and_parents(read):
    columns = (
        '<table:table-column table:number-columns-repeated="2" table:default-cell-style-name="m"/><table:table-column/>'
    )
    day = value("date", "2021-03-05")
    sheets, _ = read(
        sheet(
            row(day, day, day),
            row(day, value("date", "2021-03-05", 'table:style-name="d"')),
            row(day, more='table:default-cell-style-name="d"'),
            row(text("x", 'table:style-name="child"')),
            columns=columns,
        )
    )
    assert sheets[0].grid[:3].tolist() == [
        ["2021-03", "2021-03", "2021-03-05"],
        ["2021-03", "2021-03-05", ""],
        ["2021-03-05", "", ""],
    ]
    assert sheets[0].struck == {(4, 1)}


def test_repeated_cells_and_rows_are_there_as_often_as_they_are_seen(read):
    sheets, _ = read(
        sheet(
            row(
                '<table:table-cell table:number-columns-repeated="2"/>',
                text("a", 'table:number-columns-repeated="2"'),
                more='table:number-rows-repeated="2"',
            ),
            row('<table:table-cell table:number-columns-repeated="16384"/>', more='table:number-rows-repeated="1000"'),
            row(text("b")),
            row(
                '<table:table-cell table:number-columns-repeated="16384"/>', more='table:number-rows-repeated="1047573"'
            ),
        )
    )
    assert sheets[0].grid.shape == (1003, 4)
    assert sheets[0].grid[[0, 1, 2, 1002]].tolist() == [
        ["", "", "a", "a"],
        ["", "", "a", "a"],
        [""] * 4,
        ["b", "", "", ""],
    ]


def test_facts_of_cells_rows_and_columns(read):
    comment = (
        "<office:annotation><dc:creator>PI</dc:creator><dc:date>2024</dc:date>"
        "<text:p>见影像</text:p><text:p>第二行</text:p></office:annotation>"
    )
    error = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    sheets, findings = read(
        sheet(
            row(f'<table:table-cell office:value-type="string">{comment}<text:p>a</text:p></table:table-cell>', text("b")),
            row(text("by a filter"), more='table:visibility="filter"'),
            f"<table:table-row-group>{row(text('in a group'), more=COLLAPSED)}</table:table-row-group>",
            row(text("by hand"), more=COLLAPSED),
            row(text("crossed", 'table:style-name="struck"'), text('10 <text:span text:style-name="T1">20</text:span>')),
            row(text("white", 'table:style-name="white"'), text("seen", 'table:style-name="onblue"')),
            row('<table:table-cell office:value-type="float" office:value="5"><text:p/></table:table-cell>'),
            row(f'<table:table-cell table:formula="of:=1/0" {error}><text:p>#DIV/0!</text:p></table:table-cell>'),
            row(value("float", "0", 'table:formula="of:=1/0"').replace("as it is shown", "Err:503")),
            row('<table:table-cell table:formula="of:=A1"/>'),
            row(value("date", "2021-03-05", 'table:style-name="dm"'), value("date", "1905-07-13", 'table:style-name="d"')),
            row(value("date", "1899-12-30", 'table:style-name="d"'), value("float", "110101199001011234")),
            row(
                text("m", 'table:number-columns-spanned="2" table:number-rows-spanned="2"'),
                text("under").replace("table-cell", "covered-table-cell"),
            ),
            columns='<table:table-column/><table:table-column table:visibility="collapse"/>',
        ),
        sheet(row(text("x")), name="old", more='table:style-name="hid"'),
    )  # fmt: skip
    raw = sheets[0]
    assert raw.comments == {(1, 1): "见影像\n第二行"}
    assert raw.struck == {(5, 1), (5, 2)}
    assert raw.merged == ((13, 1, 14, 2),)
    assert raw.hidden_columns == {2}
    assert raw.grid[[7, 8], 0].tolist() == ["#DIV/0!", "Err:503"]
    assert findings["message"][1:4].tolist() == [
        "row 2 is hidden by a filter; read anyway",
        "row 3 is hidden in a closed group; read anyway",
        "row 4 is hidden; read anyway",
    ]
    assert [f"{rule[4:7]} {source[6:]}" for rule, source in findings[["rule", "source"]].to_numpy()] == [
        "003 S!B", "002 S!2", "002 S!3", "002 S!4", "004 S!A8", "004 S!A9", "005 S!A10", "013 S!B11", "012 S!A12", "008 S!A11",
        "025 S!A1", "026 S!A5", "026 S!B5", "027 S!A6", "027 S!A7", "027 S!B13", "029 S!B12", "001 old",
    ]  # fmt: skip


def test_changes_that_were_taken_back_are_no_sheet(read):
    old = (
        "<table:tracked-changes><table:deletion><table:cut-offs/>"
        + row(text("gone"))
        + "</table:deletion></table:tracked-changes>"
    )
    sheets, _ = read(sheet(row(text("kept"))), before=old)
    assert [raw.grid.tolist() for raw in sheets] == [[["kept"]]]


@pytest.mark.parametrize(("day", "system"), [("1899-12-30", "1900"), ("1904-01-01", "1904"), ("1900-01-01", "")])
def test_the_day_that_numbers_count_from(read, day, system):
    settings = f'<table:calculation-settings><table:null-date table:date-value="{day}"/></table:calculation-settings>'
    assert read(sheet(row(text("x"))), before=settings)[0][0].date_system == system


def test_styles_may_lie_in_a_part_of_their_own(read):
    common = '<style:style style:name="c" style:family="table-cell" style:data-style-name="N9"/>'
    month = '<number:date-style style:name="N9"><number:year/><number:month/></number:date-style>'
    styles = f"<office:document-styles {SPACES}><office:styles>{month}{common}</office:styles></office:document-styles>"
    sheets, _ = read(sheet(row(value("date", "2021-03-05", 'table:style-name="c"'))), parts={"styles.xml": styles})
    assert sheets[0].grid.tolist() == [["2021-03"]]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            row(text("x", 'table:number-columns-repeated="16384"'), more='table:number-rows-repeated="1048576"'),
            "its cells are repeated to 17,179,869,184; delete the copies below and right of the table",
        ),
        (
            row(text("x"))
            + row(more='table:number-rows-repeated="1048574"')
            + row('<table:table-cell table:number-columns-repeated="16383"/>', text("y")),
            "its last cell is XFD1048576 and only 2 cells hold something; delete what stands far below or right of the table",
        ),
    ],
)
def test_a_sheet_far_larger_than_what_it_holds_is_refused(read, rows, reason):
    with pytest.raises(StudyError) as refusal:
        read(sheet(rows))
    assert str(refusal.value) == f"a.ods:S: the sheet is too large: {reason}"


@pytest.mark.parametrize("count", ["0", "-3", "x"])
def test_a_count_that_is_none_is_a_refusal_that_quotes_nothing(read, count):
    with pytest.raises(
        StudyError,
        match=r"a value in it is not what its place allows; open it in a spreadsheet program and save it again$",
    ):
        read(sheet(row(text("x"), text("张三", f'table:number-columns-repeated="{count}"'))))


def test_a_locked_document_is_refused(read):
    manifest = (
        "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    )
    with pytest.raises(StudyError, match=r"it is protected by a password; save it without one$"):
        read(sheet(), parts={"META-INF/manifest.xml": manifest, "content.xml": "\0\1\2"})


def test_entities_are_refused(read):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(StudyError, match="one of its parts has a document type declaration, which can hide anything"):
        read(sheet(row(text("&b;"))), declaration=bomb)


def test_spaces_without_end_are_refused(read):
    with pytest.raises(StudyError, match="a value in it is not what its place allows"):
        read(sheet(row(text('a<text:s text:c="999999999"/>'))))
