import hashlib
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from hcc_sdtm.dataset import Origins
from hcc_sdtm.mapping.tables.site_files import SiteFiles
from hcc_sdtm.problem import StudyError
from hcc_sdtm.source import Source
from tests.mapping.reconciliation_checks import assert_adds_up
from tests.mapping.site import map_text, records
from tests.mapping.test_reconciling import filled_cells

LINE = Source("mappings/site.yaml", line=5)
HEAD = """
site: "201"
dates: {order: dmy}
tables:
  lab: {file: "lab_*.csv", subject: no%s}
LB:
  - rows: lab
    LBORRES: {copy: afp}
"""


def said(findings: pd.DataFrame, rule: str) -> list[tuple[str, str, str]]:
    found = findings[findings["rule"].str.startswith(rule)]
    return list(zip(found["severity"], found["source"], found["message"], strict=True))


def refusal(tmp_path: Path, options: str, **files: str) -> str:
    with pytest.raises(StudyError) as error:
        map_text(tmp_path, HEAD % options, **files)
    (problem,) = error.value.problems
    return str(problem)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


OLD, NEW = "no,afp\n1,5\n2,6\n", "no,afp\n1,5\n2,7\n3,8\n"


def test_a_second_file_for_a_table_is_refused_with_both_names_and_hashes(tmp_path):
    both = f"lab_a.csv (SHA-256 {digest(OLD)}) and lab_b.csv (SHA-256 {digest(NEW)})"
    assert refusal(tmp_path, "", lab_a=OLD, lab_b=NEW) == (
        f'mappings/site.yaml:5: "lab_*.csv" matches {both}; it '
        "must match one file: name the one, or say transfers: newest or transfers: all"
    )
    same = refusal(tmp_path, "", lab_a=OLD, lab_b=OLD)
    assert "the same bytes under each name" in same


def test_the_newest_transfer_takes_the_place_of_the_older_which_is_a_note(tmp_path):
    files = {"lab_2024-03-01": OLD, "lab_2024-09-01": NEW, "lab_1Jun2024": OLD}
    site, _ = map_text(tmp_path, HEAD % ", transfers: newest", **files)
    assert records(site, "LB")["LBORRES"].tolist() == ["5", "7", "8"]
    newer = "lab_2024-09-01.csv is newer by the date in its name and takes its place"
    assert said(site.findings, "MAP-064") == [
        ("note", "lab_1Jun2024.csv", f"not read: {newer}"),
        ("note", "lab_2024-03-01.csv", f"not read: {newer}"),
    ]
    assert site.files == ["lab_2024-09-01.csv"]
    assert site.superseded == dict.fromkeys(("lab_1Jun2024.csv", "lab_2024-03-01.csv"), "lab_2024-09-01.csv")


def test_the_newest_is_a_question_where_the_names_do_not_tell(tmp_path):
    text = refusal(tmp_path, ", transfers: newest", lab_final=OLD, lab_final2=NEW)
    assert text.endswith(
        "; not every name has one date that can be read without doubt: which is the newest? Name the one file, or say "
        "transfers: all"
    )
    assert digest(OLD) in text


def test_all_transfers_are_stacked_and_a_row_that_came_before_is_left_out(tmp_path):
    files = {"lab_2024-03-01": OLD, "lab_2024-09-01": NEW}
    site, _ = map_text(tmp_path, HEAD % ", transfers: all", **files)
    assert records(site, "LB").to_numpy().tolist() == [["1", "5"], ["2", "6"], ["2", "7"], ["3", "8"]]
    assert said(site.findings, "MAP-002") == [
        (
            "warning",
            "lab_2024-09-01.csv:A2",
            "row 2 of this transfer repeats rows of an earlier one cell for cell, and is left out",
        )
    ]
    assert_adds_up(site.reconciliation, site.findings, filled_cells(**files))


def test_a_key_whose_rows_differ_between_transfers_is_an_error_that_names_both_files(tmp_path):
    files = {"lab_2024-03-01": OLD, "lab_2024-09-01": NEW}
    site, _ = map_text(tmp_path, HEAD % ", transfers: all, unique: subject", **files)
    assert records(site, "LB")["LBORRES"].tolist() == ["5", "6", "8"]
    ((severity, source, message),) = said(site.findings, "MAP-004")
    assert (severity, source) == ("error", "lab_2024-09-01.csv:A3")
    assert "the first, at lab_2024-03-01.csv:A3, is kept" in message
    assert_adds_up(site.reconciliation, site.findings, filled_cells(**files))


def test_equal_rows_of_two_visits_are_no_repetition(tmp_path):
    mapping = (HEAD % ", transfers: all").replace(
        "lab_*.csv", "V{VISITNUM}_*.csv"
    ) + "    VISITNUM: {number: VISITNUM}\n"
    row = "no,afp\n1,5\n"
    site, _ = map_text(tmp_path, mapping, **{"V1_a": row, "V2_a": row, "V2_b": row})
    assert records(site, "LB")["VISITNUM"].tolist() == [1, 2]
    assert [source for _, source, _ in said(site.findings, "MAP-002")] == ["V2_b.csv:A2"]


def test_columns_are_compared_by_name_and_not_by_place(tmp_path):
    site, _ = map_text(tmp_path, HEAD % ", transfers: all", lab_a="no,afp\n1,5\n", lab_b="afp,no\n5,1\n1,5\n")
    assert records(site, "LB").to_numpy().tolist() == [["1", "5"], ["5", "1"]]


def test_a_file_is_hashed_before_it_is_read_and_an_archive_as_a_whole(tmp_path):
    (tmp_path / "lab.csv").write_text(OLD)
    with zipfile.ZipFile(tmp_path / "forms.zip", "w") as archive:
        archive.writestr("a/dm.csv", OLD)
        archive.writestr("a/rs.csv", NEW)
    files = SiteFiles(tmp_path, "201", Origins())
    for name in ("lab.csv", "forms.zip/a/dm.csv", "forms.zip/a/rs.csv"):
        (chosen,) = files.choose(name, None, LINE)
        assert files.read(chosen.file)[0].grid.shape[1] == 2
    assert files.hashes == {
        "lab.csv": digest(OLD),
        "forms.zip": hashlib.sha256((tmp_path / "forms.zip").read_bytes()).hexdigest(),
    }


def test_a_file_is_read_once(tmp_path):
    (tmp_path / "lab.csv").write_text(OLD)
    files = SiteFiles(tmp_path, "201", Origins())
    first = files.read("lab.csv")
    (tmp_path / "lab.csv").unlink()
    assert files.read("lab.csv") is first


def test_a_file_that_is_not_there_is_named_with_the_nearest(tmp_path):
    (tmp_path / "lab_2024.csv").write_text(OLD)
    with pytest.raises(StudyError, match=r'no file "lab_2023.csv" in .*; did you mean "lab_2024.csv"\?'):
        SiteFiles(tmp_path, "201", Origins()).choose("lab_2023.csv", None, LINE)
