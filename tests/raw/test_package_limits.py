import io
import struct
import zipfile

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.workbooks import package_limits, xml_part
from hcc_sdtm.raw.workbooks.package_limits import UnreadableError, check_package
from hcc_sdtm.raw.workbooks.workbook import read_workbook
from hcc_sdtm.raw.workbooks.xml_part import parse_part

from .xlsx_files import HEAD, MAIN, write_xlsx

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def refusal(path):
    with pytest.raises(StudyError) as refused:
        read_workbook(path, "a.xlsx")
    text = str(refused.value)
    assert text.startswith("a.xlsx: cannot be read as a .xlsx workbook: ")
    assert "\n" not in text
    return text.removeprefix("a.xlsx: cannot be read as a .xlsx workbook: ")


@pytest.mark.parametrize(
    ("where", "part"),
    [
        ({"rows": ROW + " " * (1 << 25)}, "xl/worksheets/sheet1.xml"),
        ({"rows": ROW, "texts": f"<si><t>{'a' * (1 << 25)}</t></si>"}, "xl/sharedStrings.xml"),
        ({"rows": ROW, "parts": {"xl/other.xml": b"\0" * (1 << 25)}}, "xl/other.xml"),
    ],
)
def test_a_part_that_unpacks_to_far_more_than_it_takes_is_refused(tmp_path, where, part):
    found = refusal(write_xlsx(tmp_path / "a.xlsx", **where))
    assert found.startswith(f'its part "{part}" unpacks to 33,55')
    assert found.endswith(" bytes, more than a table needs; copy the table to a new workbook")


def test_a_picture_may_be_of_any_size(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", ROW, parts={"xl/media/image1.bmp": b"\0" * (1 << 25)})
    assert read_workbook(path, "a.xlsx")[0][0].grid.tolist() == [["1"]]


def test_all_parts_together_are_limited(tmp_path, monkeypatch):
    monkeypatch.setattr(package_limits, "MAX_UNPACKED_BYTES", 2_000)
    assert "more than a table needs" in refusal(write_xlsx(tmp_path / "a.xlsx", ROW * 30))


def test_the_list_of_texts_has_a_limit_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(package_limits, "MAX_SHARED_TEXT_BYTES", 1_000)
    texts = "".join(f"<si><t>text {n}</t></si>" for n in range(100))
    assert refusal(write_xlsx(tmp_path / "a.xlsx", ROW, texts)).startswith(
        'its part "xl/sharedStrings.xml" unpacks to '
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "again", ["xl/worksheets/sheet1.xml", "XL/Worksheets/SHEET1.xml", "xl\\worksheets\\sheet1.xml"]
)
def test_a_part_that_is_there_twice_is_refused(tmp_path, again):
    path = write_xlsx(tmp_path / "a.xlsx", ROW)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(again, "<worksheet/>")
    assert refusal(path).startswith("it holds two parts named ")


def test_a_part_larger_than_the_list_says_is_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", ROW * 1000)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as package:
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size
    said = struct.pack("<I", size)
    assert content.count(said) == 2
    path.write_bytes(bytes(content).replace(said, struct.pack("<I", 200)))
    assert refusal(path).startswith("it is cut off or damaged")


@pytest.mark.parametrize(
    "part",
    [
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
        "xl/workbook.xml",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_any_part(tmp_path, part, encoding):
    path = write_xlsx(tmp_path / "a.xlsx", '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', "<si><t>x</t></si>")
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    text = parts[part].decode().partition("?>")[2]
    parts[part] = f'<?xml version="1.0" encoding="{encoding}"?>{BOMB}{text}'.encode(encoding)
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert refusal(path).startswith(
        "one of its parts has a document type declaration, which can hide anything; save it again"
    )


def test_a_locked_part_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("xl/workbook.xml", "x")
    content = bytearray(stream.getvalue())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with (
        zipfile.ZipFile(io.BytesIO(bytes(content))) as package,
        pytest.raises(UnreadableError, match="protected by a password"),
    ):
        check_package(package)


def test_a_small_part_with_more_elements_than_any_has_is_refused(monkeypatch):
    monkeypatch.setattr(xml_part, "_MOST_ELEMENTS", 3)
    assert parse_part(b"<a><b/><c/></a>").tag == "a"
    with pytest.raises(UnreadableError, match="one of its parts has more than 3 elements"):
        parse_part(b"<a><b/><c/><d/></a>")


def test_a_text_of_a_million_characters_is_no_cell(tmp_path):
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><r><rPr><strike/></rPr><t>' + "ab" * 600_000 + "</t></r></is></c></row>"
    )
    assert refusal(write_xlsx(tmp_path / "a.xlsx", rows)).startswith(
        "one of its cells holds more than a million characters"
    )


def test_a_workbook_without_its_workbook_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("_rels/.rels", f'{HEAD}<Relationships xmlns="{MAIN}"/>')
    assert refusal(path) == 'its part "xl/workbook.xml" is missing; ask for the file again'
