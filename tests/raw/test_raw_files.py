import hashlib
import io
import os
import zipfile

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import hash_raw_file, list_raw_files, read_raw_file

TABLE = b"id,sex\n1,M\n"


def packed(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    inner = packed({"rs.csv": TABLE})
    files = {
        "b.csv": TABLE,
        "101/x.csv": TABLE,
        "101/a.zip": packed({"forms/rs.csv": TABLE, "__MACOSX/._rs.csv": b"x", "inner.zip": inner}),
        "named.csv": packed({"dm.csv": TABLE}),
        "bad.zip": b"PK\x03\x04 cut",
        ".DS_Store": b"x",
        "~$b.xlsx": b"x",
        "Thumbs.db": b"x",
        ".git/config.csv": b"x",
        "dir.zip/c.csv": TABLE,
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_every_file_under_the_folder_is_listed_those_of_archives_under_their_names(folder):
    assert list_raw_files(folder) == [
        "101/a.zip/forms/rs.csv",
        "101/a.zip/inner.zip/rs.csv",
        "101/x.csv",
        "b.csv",
        "bad.zip",
        "dir.zip/c.csv",
        "named.csv/dm.csv",
    ]


def test_every_file_that_is_listed_is_read_under_its_name(folder):
    for name in list_raw_files(folder):
        if name == "bad.zip":
            continue
        sheets, _ = read_raw_file(folder, name)
        assert [(sheet.file, sheet.grid.tolist()) for sheet in sheets] == [(name, [["id", "sex"], ["1", "M"]])]
        assert hash_raw_file(folder, name) == hashlib.sha256(TABLE).hexdigest()


def test_an_archive_that_cannot_be_opened_says_why_when_it_is_read(folder):
    with pytest.raises(StudyError, match=r"^bad\.zip: is a damaged archive, or one cut short; send it again"):
        read_raw_file(folder, "bad.zip")


def test_a_pipe_in_the_folder_is_listed_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    assert list_raw_files(tmp_path) == ["pipe.csv"]
    with pytest.raises(StudyError, match=r"^pipe\.csv: is a device or a pipe, not a file; copy the data to a file$"):
        read_raw_file(tmp_path, "pipe.csv")
    with pytest.raises(StudyError, match=r"^pipe\.csv: no such file$"):
        hash_raw_file(tmp_path, "pipe.csv")


def test_a_declared_encoding_reaches_a_file_in_an_archive(tmp_path):
    (tmp_path / "a.zip").write_bytes(packed({"x.csv": "né\n".encode("mac_roman")}))
    sheets, findings = read_raw_file(tmp_path, "a.zip/x.csv", "Mac Roman")
    assert sheets[0].grid.tolist() == [["né"]]
    assert findings.empty


@pytest.mark.parametrize(
    "name", ["none.csv", "101/a.zip/none.csv", "b.csv/x.csv", "none.zip/x.csv", "101/a.zip/inner.zip/x.csv"]
)
def test_a_file_that_is_not_there_is_named(folder, name):
    for read in (read_raw_file, hash_raw_file):
        with pytest.raises(StudyError) as refusal:
            read(folder, name)
        assert str(refusal.value).startswith(f"{name}: ")
        assert "\n" not in str(refusal.value)


def test_an_archive_read_by_its_own_name_gives_all_its_files(folder):
    sheets, findings = read_raw_file(folder, "101/a.zip")
    assert [sheet.file for sheet in sheets] == ["101/a.zip/forms/rs.csv", "101/a.zip/inner.zip/rs.csv"]
    assert findings[["rule", "severity", "source"]].to_numpy().tolist() == [
        ["RAW-020 raw.member-left-out", "note", "101/a.zip/__MACOSX/._rs.csv"]
    ]
