"""The command: what it writes, what it refuses, and what it learns from."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from hcc_sdtm.cli import main
from hcc_sdtm.drafting.writing.writing import DRAFT_MARK

ROOT = Path(__file__).resolve().parents[2]
SEX = "subject,sex,consent date\n104-001,Male,2021-03-05\n104-002,Female,2021-03-06\n104-003,Male,2021-04-01\n"


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    (folder / "raw").mkdir(parents=True)
    shutil.copytree(ROOT / "mappings", folder / "mappings")
    text = (ROOT / "study.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("mappings:")]
    (folder / "study.yaml").write_text("\n".join([*lines, "mappings: [mappings/*.yaml]"]), encoding="utf-8")
    (folder / "raw" / "visits.csv").write_text(SEX, encoding="utf-8")
    return folder


def call(*arguments):
    result = CliRunner().invoke(main, ["draft", *map(str, arguments)])
    return result.exit_code, result.output


def test_a_draft_is_written_beside_the_others_and_learns_from_them(study):
    status, said = call(study / "raw" / "visits.csv", "-o", study / "mappings" / "site_104.yaml")
    text = (study / "mappings" / "site_104.yaml").read_text(encoding="utf-8")
    assert (status, text.startswith(DRAFT_MARK)) == (0, True)
    assert 'site: "104"' in text
    assert "file: visits.csv" in text
    assert "like site 101 and 102 and 103" in text
    assert "1 tables" in said


def test_nothing_is_written_over(study):
    out = study / "mappings" / "site_101.yaml"
    before = out.read_bytes()
    assert call(study / "raw" / "visits.csv", "-o", out) == (
        2,
        f"not done: 1 problem\n  {out}: exists already; nothing was written\n",
    )
    assert out.read_bytes() == before


def test_every_file_that_cannot_be_read_is_named_and_nothing_is_written(study):
    broken = study / "raw" / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    out = study / "mappings" / "site_104.yaml"
    status, said = call(broken, study / "raw" / "visit.csv", study / "raw" / "visits.csv", "-o", out)
    assert status == 2
    assert "broken.xlsx" in said
    assert 'no such file; did you mean "visits.csv"?' in said
    assert not out.exists()


def test_a_draft_and_a_broken_mapping_teach_nothing(study):
    call(study / "raw" / "visits.csv", "-o", study / "mappings" / "site_105.yaml", "--site", "105")
    (study / "mappings" / "site_102.yaml").write_text("site: [", encoding="utf-8")
    status, _ = call(study / "raw" / "visits.csv", "-o", study / "mappings" / "site_104.yaml")
    text = (study / "mappings" / "site_104.yaml").read_text(encoding="utf-8")
    assert status == 0
    assert "site 105" not in text
    assert "like site 101 and 103" in text
    assert "# mappings/site_102.yaml: not learnt from" in text


def test_a_folder_gives_all_its_files_and_what_is_no_table_is_said(study):
    (study / "raw" / "protocol.pdf").write_bytes(b"%PDF-1.7\n")
    (study / "raw" / "ae.csv").write_text(
        "subject,adverse event,start date\n104-001,fever,2021-03-05\n", encoding="utf-8"
    )
    status, _ = call(study / "raw", "-o", study / "mappings" / "site_104.yaml")
    text = (study / "mappings" / "site_104.yaml").read_text(encoding="utf-8")
    assert status == 0
    assert "file: ae.csv" in text
    assert "protocol.pdf" in text.split("# Not placed:")[1]


def test_without_a_study_the_packaged_specs_do(tmp_path):
    (tmp_path / "visits.csv").write_text(SEX, encoding="utf-8")
    status, _ = call(tmp_path / "visits.csv", "-o", tmp_path / "104.yaml")
    text = (tmp_path / "104.yaml").read_text(encoding="utf-8")
    assert (status, 'site: "104"' in text) == (0, True)
    assert "like site" not in text


def test_a_study_that_is_not_there_is_a_problem(tmp_path):
    (tmp_path / "visits.csv").write_text(SEX, encoding="utf-8")
    status, said = call(tmp_path / "visits.csv", "-o", tmp_path / "104.yaml", "--study", tmp_path / "nowhere")
    assert (status, "no study.yaml here" in said) == (2, True)


def test_two_files_of_one_name_are_refused(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "visits.csv").write_text(SEX, encoding="utf-8")
    status, said = call(tmp_path / "a" / "visits.csv", tmp_path / "b" / "visits.csv", "-o", tmp_path / "104.yaml")
    assert (status, "a second file of this name" in said) == (2, True)
