import io
import os
import zipfile

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import file_kind as file_kind_module
from hcc_sdtm.raw.file_kind import (
    ARCHIVE,
    HTML,
    KINDS,
    ODM,
    SAS_DATASET,
    SAS_TRANSPORT,
    TEXT,
    WORKBOOK,
    XML_WORKBOOK,
    NoTableError,
    find_file_kind,
)

SPREADSHEET_XML = '<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'


def packed(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def kind(tmp_path, content, ending=".csv"):
    path = tmp_path / f"a{ending}"
    path.write_bytes(content)
    return find_file_kind(path, f"101/a{ending}", ending, KINDS).key


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (packed("[Content_Types].xml", "xl/workbook.xml", "_rels/.rels"), WORKBOOK),
        (packed("mimetype", "content.xml"), WORKBOOK),
        (packed("a.csv"), ARCHIVE),
        (packed(), ARCHIVE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", WORKBOOK),
        (b"\x09\x08\x10\x00\x00\x06", WORKBOOK),
        (bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011"), SAS_DATASET),
        (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", SAS_TRANSPORT),
        (b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!", SAS_TRANSPORT),
        (SPREADSHEET_XML.encode(), XML_WORKBOOK),
        (SPREADSHEET_XML.encode("utf-16"), XML_WORKBOOK),
        (b'<?xml version="1.0"?><!-- x --><ODM FileType="Snapshot"/>', ODM),
        (b"<html><body><table></table></body></html>", HTML),
        (b"\n <TABLE border=1><tr><td>1", HTML),
        ("<!DOCTYPE html><p>姓名".encode("gb18030"), HTML),
        ("<table><tr><td>é".encode("utf-16-le"), HTML),
        (b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>', HTML),
        (b"a,b\n1,2\n", TEXT),
        (b"<5,>6\n1,2\n", TEXT),
        (b"<id>,<name>\n1,2\n", TEXT),
        (b"GROUP,x\nPKU,1\n", TEXT),
    ],
)
def test_the_kind_is_told_by_the_bytes(tmp_path, content, expected):
    assert kind(tmp_path, content) == expected
    assert kind(tmp_path, content, ".xlsx") == expected


def test_a_damaged_package_is_what_its_name_says(tmp_path):
    content = packed("a.csv")[:-10]
    assert kind(tmp_path, content, ".zip") == ARCHIVE
    assert kind(tmp_path, content, ".xlsx") == WORKBOOK


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.4", "is a PDF document, not a table; ask for the table as xlsx or csv"),
        (b"\x89PNG\r\n", "is a picture, not a table; ask for the table as xlsx or csv"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7z archive, not a table; unpack it, or pack the files as zip"),
        (b"Rar!\x1a\x07", "is a RAR archive, not a table; unpack it, or pack the files as zip"),
        (b"\x1f\x8b\x08", "is a gzip archive, not a table; unpack it, or pack the files as zip"),
        (b"$FL2@(#) SPSS", "is an SPSS file, not a table; ask for the table as xlsx or csv"),
        (
            b"MIME-Version: 1.0",
            "is a web archive (MHTML), not a table; open it in a spreadsheet program and save it as xlsx",
        ),
        (b'<?xml version="1.0"?><a/>', 'is XML with the root "a", which is not read; ask for the table as xlsx or csv'),
    ],
)
def test_another_kind_is_named_with_what_to_do(tmp_path, content, message):
    with pytest.raises(NoTableError) as refusal:
        kind(tmp_path, content)
    assert str(refusal.value) == f"101/a.csv: {message}"


def test_text_under_the_ending_of_something_else_is_no_table(tmp_path):
    with pytest.raises(NoTableError, match=r'^101/a\.md: files ending in "\.md" are not read; allowed: \.asc, \.csv, '):
        kind(tmp_path, b"# title\n", ".md")


def test_a_kind_without_a_reader_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"HEADER RECORD*******LIBV8")
    with pytest.raises(
        NoTableError, match="is a SAS transport file, which is not read; ask for the table as xlsx or csv"
    ):
        find_file_kind(tmp_path / "a.csv", "a.csv", ".csv", [TEXT])


def test_no_file_a_folder_a_pipe_and_an_empty_file(tmp_path):
    def refusal(name):
        with pytest.raises(StudyError) as raised:
            find_file_kind(tmp_path / name, name, ".csv", KINDS)
        return str(raised.value)

    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert refusal("none.csv") == "none.csv: no such file"
    assert refusal("empty.csv/none.csv") == "empty.csv/none.csv: no such file"
    assert refusal("folder.csv") == "folder.csv: is a folder, not a file"
    assert refusal("pipe.csv") == "pipe.csv: is a device or a pipe, not a file; copy the data to a file"
    assert refusal("empty.csv") == "empty.csv: is empty (0 bytes); export it again"
    assert refusal("loop.csv").startswith("loop.csv: cannot be read: Too many levels of symbolic links")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read every file")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n")
    path.chmod(0)
    with pytest.raises(StudyError, match=r"^a\.csv: may not be read by this user; change its permissions$"):
        find_file_kind(path, "a.csv", ".csv", KINDS)


def test_a_file_without_permission_is_said_to_be_one(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.csv").write_bytes(b"a\n")
    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(StudyError, match=r"^a\.csv: may not be read by this user; change its permissions$"):
        find_file_kind(tmp_path / "a.csv", "a.csv", ".csv", KINDS)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(file_kind_module, "MAX_FILE_BYTES", 2 << 20)
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(3 << 20)
    with pytest.raises(StudyError, match=r"^a\.csv: is larger than 2 MB, the most that is read; split it$"):
        find_file_kind(tmp_path / "a.csv", "a.csv", ".csv", KINDS)


def test_a_name_of_a_kind_that_its_bytes_are_not_is_not_said_to_be_of_no_kind(tmp_path):
    with pytest.raises(
        NoTableError, match=r'^101/a\.zip: its bytes are not those of a file ending in "\.zip"; it is dam'
    ):
        kind(tmp_path, b"a,b\n1,2\n", ".zip")
