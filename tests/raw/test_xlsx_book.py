from contextlib import ExitStack

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.grid import TooManyCellsError
from hcc_sdtm.raw.workbooks import xlsx_book, xlsx_package
from hcc_sdtm.raw.workbooks.package_limits import UnreadableError
from hcc_sdtm.raw.workbooks.workbook import read_workbook
from hcc_sdtm.raw.workbooks.xlsx_book import XlsxBook, _guarded

from .xlsx_files import MAIN, OFFICE, write_xlsx


@pytest.fixture
def read(tmp_path):
    def read(*arguments, **options):
        sheets, findings = read_workbook(write_xlsx(tmp_path / "a.xlsx", *arguments, **options), "a.xlsx")
        return sheets[0], findings

    return read


def listed(findings):
    return [
        f"{rule[:7]} {source.partition('!')[2]}"
        for rule, source in zip(findings["rule"], findings["source"], strict=True)
    ]


KEPT = ' xml:space="preserve"'
TEXTS = [
    (f"<t{KEPT}>  a </t>", "  a "),
    ("<t>  a </t>", "a"),
    (f"<t{KEPT}>a\n b\n</t>", "a\n b\n"),
    ("<t>a&#10;b</t>", "a\nb"),
    ("<t>a&#13;&#10;b</t>", "a\r\nb"),
    ("<t>a_x000D_\nb</t>", "a\r\nb"),
    ("<t>_x005F_x000D_</t>", "_x000D_"),
    ("<t>a_x0009_b</t>", "a\tb"),
    ("<t>&lt;&amp;&#x4e2d;</t>", "<&中"),
    ("<t><![CDATA[<x>]]></t>", "<x>"),
    ("<t>007</t>", "007"),
    ("<t>NA</t>", "NA"),
    ("<t>None</t>", "None"),
    (f"<r><t>10</t></r><r><t{KEPT}> mg</t></r>", "10 mg"),
    ("<r><rPr><b/></rPr><t>粗</t></r><r><t>体</t></r>", "粗体"),
    ('<t>課長</t><rPh sb="0" eb="1"><t>カチョウ</t></rPh><phoneticPr fontId="1"/>', "課長"),
    ('<r><t>課</t></r><rPh sb="0" eb="1"><t>カ</t></rPh><r><t>長</t></r>', "課長"),
    (f"<t>{'长' * 32_767}</t>", "长" * 32_767),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
@pytest.mark.parametrize("without_calamine", [False, True])
def test_texts_are_read_as_they_were_typed_shared_or_in_the_cell(read, text, expected, without_calamine):
    # an error that calamine does not know makes it refuse the sheet
    unknown = '<c r="C1" t="e"><v>#BUSY!</v></c>' if without_calamine else ""
    sheet, _ = read(
        f'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is>{text}</is></c>{unknown}</row>',
        f"<si>{text}</si>",
    )
    assert sheet.grid[0, :2].tolist() == [expected, expected]


VALUES = (
    '<row r="1"><c r="A1"><v>7</v></c><c r="B1" t="b"><v>1</v></c>'
    '<c r="C1" s="2"><v>44260</v></c><c r="D1" s="3"><v>44260</v></c>'
    '<c r="E1" t="str"><f>A1</f><v> x </v></c><c r="F1" t="d"><v>2021-03-05</v></c><c r="G1" s="1"><v>1.25</v></c></row>'
)


def test_a_sheet_that_calamine_refuses_reads_the_same_without_it(read):
    expected = ["7", "TRUE", "2021-03-05", "2021-03", " x ", "2021-03-05", "30:00"]
    assert read(VALUES)[0].grid.tolist() == [expected]
    sheet, findings = read(
        VALUES + '<row r="2"><c r="A2" t="e"><v>#BUSY!</v></c></row>',
        tail='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>',
    )
    assert sheet.grid.tolist() == [expected, ["#BUSY!", *[""] * 6]]
    assert sheet.merged == ((1, 1, 1, 2),)
    assert "RAW-004 A2" in listed(findings)


@pytest.mark.parametrize(
    ("number", "text"), [("1000000000", "1000000000"), ("-1e300", "-1" + "0" * 300), ("1e12", "1000000000000")]
)
def test_a_length_of_time_beyond_all_measure_is_the_number_and_costs_no_other_cell(read, number, text):
    sheet, _ = read(f'<row r="1"><c r="A1" s="1"><v>{number}</v></c><c r="B1"><v>5</v></c></row>')
    assert sheet.grid.tolist() == [[text, "5"]]


def test_a_broken_sheet_keeps_the_reason_that_calamine_gives(read):
    with pytest.raises(
        StudyError, match="string index not found in shared strings table; open it in a spreadsheet program"
    ):
        read('<row r="1"><c r="A1" t="s"><v>3</v></c></row>')


def test_text_struck_through_by_its_cell_or_a_run_of_it(read):
    run = "<r><rPr><strike/></rPr><t>10</t></r>"
    kept = "<r><rPr><strike val='0'/></rPr><t>20</t></r>"
    sheet, findings = read(
        '<row r="1"><c r="A1" s="4"><v>5</v></c><c r="B1" s="4"/><c r="C1" t="s"><v>0</v></c><c r="D1" t="s"><v>1</v></c>'
        f'<c r="E1" t="s"><v>2</v></c><c r="F1" t="inlineStr"><is>{run}{kept}</is></c></row>',
        f"<si>{run}</si><si>{run}{kept}</si><si>{kept}</si>",
    )
    assert sheet.grid.tolist() == [["5", "", "10", "1020", "20", "1020"]]
    assert sheet.struck == {(1, 1), (1, 3), (1, 4), (1, 6)}
    assert [
        (source, message.split(" struck")[0]) for source, message in findings[["source", "message"]].to_numpy()
    ] == [
        ("a.xlsx:S!A1", "the text is"),
        ("a.xlsx:S!C1", "the text is"),
        ("a.xlsx:S!D1", "a part of the text is"),
        ("a.xlsx:S!F1", "a part of the text is"),
    ]


def test_text_that_nobody_sees(read):
    cells = "".join(
        f'<c r="{letter}1" s="{style}"><v>1</v></c>' for letter, style in zip("ABC", (0, 5, 6), strict=True)
    )
    _, findings = read(
        f'<row r="1">{cells}<c r="D1" s="5"/></row><row r="2"><c r="A2"><v>2</v></c><c r="B2"><v>3</v></c></row>',
        tail='<mergeCells><mergeCell ref="A2:B2"/></mergeCells>',
    )
    assert listed(findings) == ["RAW-027 B1", "RAW-027 B2"]
    assert "(its colour is that of the cell's background)" in findings["message"][0]
    assert "(a merged cell lies over it)" in findings["message"][1]


ROWS = "".join(
    f'<row r="{row}"{way}><c r="A{row}"><v>{row}</v></c></row>'
    for row, way in enumerate(("", ' hidden="1"', ' hidden="1" outlineLevel="1"', ' hidden="1"', ""), 1)
)
FILTERED = (
    '<autoFilter ref="A1:A2"><filterColumn colId="0"><filters><filter val="1"/></filters></filterColumn></autoFilter>'
)


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize(
    ("tail", "head", "expected"),
    [
        (
            "",
            "",
            [
                "row 2 is hidden; read anyway",
                "row 3 is hidden in a closed group; read anyway",
                "row 4 is hidden; read anyway",
            ],
        ),
        (
            FILTERED,
            "",
            [
                "row 2 is hidden by a filter; read anyway",
                "row 3 is hidden in a closed group; read anyway",
                "row 4 is hidden; read anyway",
            ],
        ),
        ("", '<sheetPr filterMode="1"/>', ["rows 2 to 4 are hidden by a filter; read anyway"]),
        (
            '<autoFilter ref="A1:A5"/>',
            "",
            [
                "row 2 is hidden; read anyway",
                "row 3 is hidden in a closed group; read anyway",
                "row 4 is hidden; read anyway",
            ],
        ),
    ],
)
def test_why_rows_are_hidden(read, tail, head, expected, prefix):
    part = f'<worksheet xmlns="{MAIN}">{head}<sheetData>{ROWS}</sheetData>{tail}</worksheet>'
    if prefix:
        part = part.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:").replace("xmlns", "xmlns:x")
    assert read(parts={"xl/worksheets/sheet1.xml": part})[1]["message"].tolist() == expected


def test_rows_that_the_filter_of_a_table_hides(read):
    table = f'<table xmlns="{MAIN}" ref="A1:A5">{FILTERED.replace("A2", "A5")}</table>'
    _, findings = read(
        ROWS, parts={"xl/tables/table1.xml": table}, sheet_relations=[("t", "table", "../tables/table1.xml")]
    )
    assert findings["message"].tolist() == ["rows 2 to 4 are hidden by a filter; read anyway"]


def test_a_conversation_takes_the_place_of_the_note_that_older_programs_show(read):
    note = (
        '<comment ref="A1"><text><t>[Threaded comment] Your version of Excel</t></text></comment>'
        '<comment ref="A2"><text><r><t>see </t></r><r><t>report</t></r></text></comment>'
    )
    talk = (
        '<threadedComment ref="A1"><text>dose?</text></threadedComment>'
        '<threadedComment ref="A1"><text>10 mg</text></threadedComment>'
    )
    sheet, findings = read(
        ROWS.replace(" hidden", " x"),
        parts={
            "xl/comments1.xml": f'<comments xmlns="{MAIN}"><commentList>{note}</commentList></comments>',
            "xl/threadedComments/t1.xml": f"<ThreadedComments>{talk}</ThreadedComments>",
        },
        sheet_relations=[("c", "comments", "../comments1.xml"), ("t", "threadedComment", "../threadedComments/t1.xml")],
    )
    assert sheet.comments == {(1, 1): "dose?\n10 mg", (2, 1): "see report"}
    assert listed(findings) == ["RAW-025 A1", "RAW-025 A2"]
    assert not findings["message"].str.contains("dose|mg|report").any()


FAR = [
    '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    '<row r="2"><c r="XFD1048576"><v>1</v></c></row>',
    '<row r="2"><c r="xfd1048576"><v>1</v></c></row>',
    '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2097152"><v>1</v></c><c r="B2"><v>1</v></c></row>',
    '<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>',
    '<row r="2"><c t="n" r="XFD1048576"><v>1</v></c></row>',
]


@pytest.mark.parametrize("far", FAR)
def test_no_far_cell_reaches_calamine_wherever_it_is_written(tmp_path, far):
    path = write_xlsx(tmp_path / "a.xlsx", f'<row r="1"><c r="A1"><v>1</v></c></row>{far}')
    with ExitStack() as stack, pytest.raises(TooManyCellsError):
        XlsxBook(path, stack).read_sheet("S")


def test_a_panic_below_calamine_is_a_refusal():
    class PanicException(BaseException):
        """What a Rust panic looks like from Python."""

    with pytest.raises(UnreadableError, match=r"^the spreadsheet library failed on it; open it"), _guarded():
        raise PanicException("index out of bounds")


def test_an_interrupt_is_not_a_refusal():
    with pytest.raises(KeyboardInterrupt), _guarded():
        raise KeyboardInterrupt


def test_a_long_text_that_many_cells_share_is_held_once(read, monkeypatch):
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>1</v></c></row>' for row in range(1, 101))
    texts = f"<si><t>short</t></si><si><t>{'x' * 1000}</t></si>"

    def fail(*_):
        raise AssertionError("calamine was asked for a sheet")

    assert read(rows, texts)[0].grid.shape == (100, 1)
    monkeypatch.setattr(xlsx_package, "MAX_REPEATED_BYTES", 50_000)
    monkeypatch.setattr(xlsx_book, "_rows", fail)
    sheet, _ = read(rows, texts)
    assert {id(text) for text in sheet.grid[:, 0]} == {id(sheet.grid[0, 0])}
    assert sheet.grid[99, 0] == "x" * 1000


def test_short_texts_beside_a_long_one_are_not_taken_for_it(read, monkeypatch):
    monkeypatch.setattr(xlsx_package, "MAX_REPEATED_BYTES", 50_000)
    monkeypatch.setattr(xlsx_package.XlsxPackage, "read_values", None)
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 101))
    assert read(rows, f"<si><t>short</t></si><si><t>{'x' * 1000}</t></si>")[0].grid[99, 0] == "short"


def test_a_sheet_name_of_two_lines_is_told_on_one(tmp_path):
    sheets = "".join(f'<sheet name="a&#10;b" sheetId="{number}" r:id="r1"/>' for number in (1, 2))
    workbook = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'
    with pytest.raises(StudyError, match='several sheets named "a b"'):
        read_workbook(write_xlsx(tmp_path / "a.xlsx", parts={"xl/workbook.xml": workbook}), "a.xlsx")
