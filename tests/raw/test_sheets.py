import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import read_sheets


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"^102/a\.xlsx: no such file$"):
        read_sheets(tmp_path / "a.xlsx", "102/a.xlsx")


def test_an_ending_that_is_not_read_is_named_with_those_that_are(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(StudyError, match=r'^a\.pdf: files ending in "\.pdf" are not read; allowed: \.csv, '):
        read_sheets(tmp_path / "a.pdf", "a.pdf")


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.xlsb", "a.ods", "a.xlsm"])
def test_a_broken_workbook_is_refused_by_name(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(StudyError, match=f"^101/{name}: cannot be read as a .* workbook: "):
        read_sheets(tmp_path / name, f"101/{name}")
