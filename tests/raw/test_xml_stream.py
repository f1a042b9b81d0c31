import pytest

from hcc_sdtm.raw.odm.xml_stream import XmlFileError, XmlPlace, read_xml


def events(path):
    seen = []
    read_xml(
        path, lambda name, attributes: seen.append((name, attributes)), lambda name: seen.append(name), seen.append
    )
    return seen


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
def test_elements_and_texts_come_in_the_order_of_the_file(tmp_path, encoding):
    said = "gbk" if encoding == "gbk" else "utf-16" if encoding == "utf-16" else "utf-8"
    text = f'<?xml version="1.0" encoding="{said}"?><a xmlns="u:x" b="1"><c>张 &amp; 王</c></a>'
    path = tmp_path / "x.xml"
    path.write_bytes(text.encode(encoding))
    assert events(path) == [("u:x a", {"b": "1"}), ("u:x c", {}), "张 & 王", "u:x c", "u:x a"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<a><b></a>", "line 1: mismatched tag"),
        (b"<a>\n\n", "line 3: no element found"),
        (b"<?xml version='1.0' encoding='x-none'?><a/>", 'it says that it is in "x-none"'),
        (b"<a>\xff</a>", "its bytes are not in utf-8"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "document type declaration"),
    ],
)
def test_what_is_not_whole_or_declares_a_document_type_is_refused(tmp_path, content, reason):
    path = tmp_path / "x.xml"
    path.write_bytes(content)
    with pytest.raises(XmlFileError) as error:
        events(path)
    assert reason in str(error.value)


def test_the_line_of_an_element_is_known_while_its_start_is_handled(tmp_path):
    path = tmp_path / "x.xml"
    path.write_text("<a>\n<b\n c='1'/>\n\n<d/></a>", encoding="utf-8")
    place, lines = XmlPlace(), []
    read_xml(path, lambda name, _: lines.append((name, place.line)), lambda name: None, lambda text: None, place)
    assert lines == [("a", 1), ("b", 2), ("d", 5)]
