"""The first day of a study through the command line: one hospital of twelve fails, files change, transfers come twice."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from hcc_sdtm import pipeline
from hcc_sdtm.dataset import Lineage
from hcc_sdtm.mapping.sites import map_sites
from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.study import read_study
from tests.reference_study.study_copy import copy_study, hcc_sdtm, read_rows, replace, write_rows
from tests.reference_study.test_bad_input import line_of, refused
from tests.reference_study.truth import ROOT

TWELVE = [str(number) for number in range(201, 213)]


@pytest.fixture
def twelve(tmp_path: Path) -> Path:
    """Twelve hospitals with the form of site 103, each with its own number and half of its patients."""
    study = tmp_path / "study"
    shutil.copytree(ROOT / "specs", study / "specs")
    (study / "mappings").mkdir()
    (study / "study.yaml").write_text('study: RTHCC\nmappings: ["mappings/*.yaml"]\n', encoding="utf-8")
    mapping = (ROOT / "mappings" / "site_103.yaml").read_text(encoding="utf-8")
    for site in TWELVE:
        (study / "mappings" / f"site_{site}.yaml").write_text(mapping.replace("103", site), encoding="utf-8")
        (study / "raw" / f"site_{site}").mkdir(parents=True)
        for path in (ROOT / "raw" / "site_103").glob("*.csv"):
            head, *rows = read_rows(path)
            kept = [row for row in rows if int(row[0].rpartition("-")[2]) <= 7]
            write_rows(
                study / "raw" / f"site_{site}" / path.name,
                [head, *[[text.replace("103-", f"{site}-") for text in row] for row in kept]],
            )
    return study


def rename(path: Path, old: str, new: str) -> None:
    head, *rows = read_rows(path)
    head[head.index(old)] = new
    write_rows(path, [head, *rows])


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "proposed"),
    [
        ("enrolment.csv", "sex", "gender", "SEX: {term: sex", "gender"),  # nothing alike in the name, but in the values
        ("enrolment.csv", "birth_year", "year_of_birth", "{date: birth_year}", "year_of_birth"),
        ("labs.csv", "record_id", "record id", "labs: {file: site_207/labs.csv", "record id"),
    ],
)
def test_a_renamed_column_at_one_of_twelve_is_named_and_the_others_are_mapped(twelve, file, old, new, key, proposed):
    rename(twelve / "raw" / "site_207" / file, old, new)
    line = line_of(twelve / "mappings" / "site_207.yaml", key)
    done = map_sites(read_study(twelve), (), Lineage(), keep_going=True)
    (problem,) = [str(problem) for problem in done.problems]
    assert problem.startswith(f"mappings/site_207.yaml:{line}: ")
    assert f'no column "{old}"; did you mean "{proposed}"?' in problem
    assert [site.site for site in done.sites] == [site for site in TWELVE if site != "207"]


def test_the_outputs_of_eleven_hospitals_say_that_the_twelfth_is_missing(twelve):
    rename(twelve / "raw" / "site_207" / "enrolment.csv", "sex", "gender")
    out = twelve.parent / "out"
    ended = hcc_sdtm("run", twelve, "-o", out, "--keep-going")
    assert ended.exit_code == 2
    first, problem = ended.stderr.splitlines()
    assert first == "not done: 1 problem"
    assert problem.startswith("  mappings/site_207.yaml:")
    subjects = {row[2] for row in json.loads((out / "sdtm" / "dm.json").read_text(encoding="utf-8"))["rows"]}
    assert {subject.split("-")[1] for subject in subjects} == set(TWELVE) - {"207"}
    assert "the sites of mappings/site_207.yaml failed" in (out / "report.html").read_text(encoding="utf-8")
    assert hcc_sdtm("verify", out).exit_code == 0


def test_without_keep_going_nothing_is_written_and_one_site_can_be_run_by_itself(twelve):
    rename(twelve / "raw" / "site_207" / "enrolment.csv", "sex", "gender")
    assert len(refused(twelve)) == 1
    (twelve / "mappings" / "site_205.yaml").write_text("site: '205'\ntables: [\n", encoding="utf-8")
    out = twelve.parent / "out"
    ended = hcc_sdtm("run", twelve, "-o", out, "--site", "203")
    assert ended.exit_code == 1
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    named = [entry["name"] for entry in manifest["inputs"]]
    assert [name for name in named if name.startswith("mappings/")] == ["mappings/site_203.yaml"]
    assert {name.split("/")[1] for name in named if name.startswith("raw/")} == {"site_203"}
    assert [path.name for path in (out / "mappings").iterdir()] == ["site_203.yaml"]


def test_files_of_a_failed_site_are_not_called_unread_without_a_word(twelve):
    rename(twelve / "raw" / "site_207" / "enrolment.csv", "sex", "gender")
    result = pipeline.run(twelve, keep_going=True)
    unread = result.findings[result.findings["rule"] == "MAP-023 file.unused"]
    assert set(unread["source"].str.split("/").str[0]) == {"site_207"}
    assert set(unread["message"]) == {"no mapping reads this file; it may be of a site that was left out"}


def test_another_folder_of_raw_files_takes_the_place_of_the_studys_own(tmp_path):
    study = copy_study(tmp_path / "study")
    (study / "raw").rename(tmp_path / "elsewhere")
    (study / "raw").mkdir()
    ended = hcc_sdtm("run", study, "-o", tmp_path / "out", "--raw", tmp_path / "elsewhere", "--site", "103")
    assert ended.exit_code == 1


@pytest.mark.parametrize("name", ["raw/site_103/labs.csv", "mappings/site_103.yaml", "specs/trial.yaml"])
def test_a_file_that_changes_during_the_run_is_refused_with_both_hashes_and_nothing_is_written(tmp_path, name):
    study = copy_study(tmp_path / "study")
    path, out = study / name, tmp_path / "out"
    before = hashlib.sha256(path.read_bytes()).hexdigest()

    def change(step: str) -> None:
        if step == "checking":
            path.write_bytes(path.read_bytes() + b"\n")

    with pytest.raises(StudyError) as error:
        pipeline.run(study, out, sites=["103"], progress=change)
    now = hashlib.sha256(path.read_bytes()).hexdigest()
    assert [str(problem) for problem in error.value.problems] == [
        f"{name}: changed while it was read: SHA-256 {before} before, {now} now; run again"
    ]
    assert not out.exists()
    assert [each.name for each in tmp_path.iterdir()] == ["study"]


def test_a_file_that_goes_away_during_the_run_is_refused(tmp_path):
    study = copy_study(tmp_path / "study")
    path = study / "raw" / "site_103" / "labs.csv"

    def remove(step: str) -> None:
        if step == "checking":
            path.unlink()

    with pytest.raises(StudyError, match=r"^raw/site_103/labs\.csv: gone since it was read; run again$"):
        pipeline.run(study, tmp_path / "out", sites=["103"], progress=remove)
    assert not (tmp_path / "out").exists()


def test_a_second_file_of_a_site_is_refused_until_the_mapping_says_which(tmp_path):
    study = copy_study(tmp_path / "study")
    mapping, folder = study / "mappings" / "site_103.yaml", study / "raw" / "site_103"
    (folder / "labs.csv").rename(folder / "labs_2024-03-01.csv")
    shutil.copy(folder / "labs_2024-03-01.csv", folder / "labs_2024-09-01.csv")
    replace(mapping, "file: site_103/labs.csv", 'file: "site_103/labs_*.csv"')
    digest = hashlib.sha256((folder / "labs_2024-09-01.csv").read_bytes()).hexdigest()
    (problem,) = refused(study, "--site", "103")
    for name in ("labs_2024-03-01.csv", "labs_2024-09-01.csv"):
        assert f"site_103/{name} (SHA-256 {digest})" in problem
    replace(mapping, 'file: "site_103/labs_*.csv"', 'file: "site_103/labs_*.csv", transfers: newest')
    ended = hcc_sdtm("run", study, "-o", tmp_path / "out", "--site", "103")
    assert ended.exit_code == 1
    with (tmp_path / "out" / "reconciliation.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = [line for line in csv.DictReader(stream) if line["measure"] == "files"]
    assert [(line["file"], line["class"], line["where"]) for line in lines] == [
        ("site_103/labs_2024-03-01.csv", "superseded", "by site_103/labs_2024-09-01.csv")
    ]


def test_a_site_whose_files_are_a_copy_of_anothers_is_refused_or_found(tmp_path):
    study = copy_study(tmp_path / "study")
    # the files of site 104 are those of 103, whose numbers they have: both enrol the same patients
    shutil.copytree(study / "raw" / "site_103", study / "raw" / "site_104")
    mapping = (study / "mappings" / "site_103.yaml").read_text(encoding="utf-8")
    copied = mapping.replace('site: "103"', 'site: "104"').replace("file: site_103/", "file: site_104/")
    (study / "mappings" / "site_104.yaml").write_text(copied, encoding="utf-8")
    replace(study / "study.yaml", "mappings/site_103.yaml]", "mappings/site_103.yaml, mappings/site_104.yaml]")
    problem, of_other = sorted(refused(study), key=lambda each: "site_104.yaml:" not in each.partition(" ")[0])
    assert problem.startswith("mappings/site_104.yaml:")
    assert of_other.startswith("mappings/site_103.yaml:")
    assert 'site "103" enrols' in of_other
    assert 'site "104" enrols 103-001 (site_104/enrolment.csv:A2, site_103/enrolment.csv:A2)' in problem
    assert 'as site "103" does by mappings/site_103.yaml:' in problem
    ended = hcc_sdtm("run", study, "-o", tmp_path / "out", "--keep-going")
    assert ended.exit_code == 2
    assert "the sites of mappings/site_103.yaml, mappings/site_104.yaml failed" in ended.stdout
