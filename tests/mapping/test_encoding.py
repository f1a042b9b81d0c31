"""The encoding of a text file that its table declares."""

import pytest

from hcc_sdtm.problem import StudyError
from tests.mapping.site import map_text, records

MAPPING = """
site: "101"
tables:
  t: {{file: t.csv, subject: id{encoding}}}
  again: {{file: t.csv, subject: id{other}}}
DM:
  - {{rows: t, SUBJID: {{copy: subject}}, RACE: {{copy: name}}}}
"""
TEXT = "id,name\n1,Bécue\n"


def mapped(tmp_path, encoding="", other=None):
    raw = tmp_path / "raw"
    raw.mkdir(exist_ok=True)
    (raw / "t.csv").write_bytes(TEXT.encode("cp1250"))
    told = [f", encoding: {name}" if name else "" for name in (encoding, encoding if other is None else other)]
    return map_text(tmp_path, MAPPING.format(encoding=told[0], other=told[1]))


def test_a_declared_encoding_is_read_and_no_guess_is_reported(tmp_path):
    site, lineage = mapped(tmp_path, "windows-1250")
    assert records(site, "DM")["RACE"].tolist() == ["Bécue"]
    assert not site.findings["rule"].str.startswith(("RAW-010", "RAW-014")).any()
    assert {table.encoding for table in lineage.origins.tables} == {
        "windows-1250"
    }  # a trace reads the file with it again


def test_an_encoding_that_is_none_is_named_with_the_nearest(tmp_path):
    with pytest.raises(
        StudyError, match=r'site\.yaml:4: encoding "windos-1250".*did you mean "windows-1250"'
    ) as caught:
        mapped(tmp_path, "windos-1250", "")
    assert len(caught.value.problems) == 1


def test_an_encoding_that_the_bytes_contradict_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"t\.csv.*UTF-8"):
        mapped(tmp_path, "UTF-8")


def test_tables_that_read_one_file_declare_one_encoding(tmp_path):
    with pytest.raises(StudyError, match='different encodings, "windows-1250" and none'):
        mapped(tmp_path, "windows-1250", "")
