"""`hcc-sdtm ct import`: what it says, what it writes, its exit status."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from hcc_sdtm.cli import main
from hcc_sdtm.spec.study import read_written_specs
from hcc_sdtm.terminology import study_terminology
from hcc_sdtm.terminology.package import PublishedTerm
from tests.conftest import ROOT
from tests.terminology.published import (
    OF_ADAM,
    PINNED,
    adam_package,
    edited,
    sdtm_package,
    without,
    write_odm,
    write_text,
    write_xlsx,
)

NEXT = "2030-01-05"


def run(*arguments):
    return CliRunner().invoke(main, ["ct", "import", *map(str, arguments)], catch_exceptions=False)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def whole_study(tmp_path):
    """A study whose own specs are all the tables of the reference study."""
    study = tmp_path / "study"
    for name in ("mappings", "specs"):
        shutil.copytree(ROOT / name, study / name)
    shutil.copy(ROOT / "study.yaml", study)
    return study


@pytest.fixture
def new_study(tmp_path):
    """A study with the packaged specs, a term and a synonym of its own, and one mapping."""
    study = tmp_path / "study"
    (study / "specs").mkdir(parents=True)
    (study / "mappings").mkdir()
    (study / "study.yaml").write_text("study: X1\nmappings: mappings/*.yaml\n", encoding="utf-8")
    (study / "specs" / "codelists.csv").write_text(
        "codelist,term,synonyms\r\nSEX,M,男\r\nLOC,HEPATIC SEGMENT X,\r\n", encoding="utf-8", newline=""
    )
    (study / "mappings" / "site_1.yaml").write_text(
        'site: "1"\nDM:\n  - rows: patient\n    SEX: {term: sex, map: {男: M, 女: F}}\n'
        "EX:\n  - rows: patient\n    EXLOC: {constant: HEPATIC SEGMENT X}\n",
        encoding="utf-8",
    )
    return study


def male(terms):
    return [replace(term, value="MALE") if term.value == "M" else term for term in terms]


@pytest.mark.parametrize("write", [write_text, write_xlsx, write_odm])
def test_the_package_that_a_study_has_changes_nothing(tmp_path, whole_study, write):
    before = bytes_of(whole_study)
    ended = run(write(tmp_path, sdtm_package()), whole_study)
    assert ended.output == (
        f"SDTM CT {PINNED}: the study has it already; nothing changes\nNo value in use changes its standing\n"
    )
    assert ended.exit_code == 0
    assert bytes_of(whole_study) == before


def test_so_does_the_adam_package(tmp_path, whole_study):
    before = bytes_of(whole_study)
    ended = run(write_text(tmp_path, adam_package()), whole_study)
    assert ended.output.startswith("ADaM CT 2026-03-27: the study has it already; nothing changes\n")
    assert ended.exit_code == 0
    assert bytes_of(whole_study) == before


def test_an_adam_package_changes_the_adam_codelists_alone(tmp_path, whole_study):
    package = edited(adam_package(NEXT), "DATEFL", edit=lambda terms: [*terms, PublishedTerm("C9", "C", ())])
    ended = run(write_text(tmp_path, package), whole_study)
    assert ended.exit_code == 0
    assert 'added: "C" (C9)' in ended.output
    specs = read_written_specs(whole_study).specs
    assert specs.codelists["DATEFL"].term_codes["C"] == "C9"
    versions = dict(zip(specs.tables["standards"]["standard"], specs.tables["standards"]["version"], strict=True))
    assert (versions["CT-SDTM"], versions["CT-ADAM"]) == (PINNED, NEXT)
    lines = (whole_study / "specs" / "codelists.csv").read_text(encoding="utf-8").splitlines()
    before = (ROOT / "specs" / "codelists.csv").read_text(encoding="utf-8").splitlines()
    changed = [line for line in lines if line not in before]
    assert [line.split(",")[0] for line in changed[1:]] == ["DATEFL", "DATEFL", "SBJTSTAT"]


def test_a_value_in_use_that_is_renamed_is_told_with_each_place_and_the_status_is_1(tmp_path, new_study):
    file = write_text(tmp_path, edited(sdtm_package(NEXT), "SEX", edit=male))
    ended = run(file, new_study)
    assert ended.exit_code == 1
    specs = (new_study / "specs").as_posix()
    assert f"SDTM CT {NEXT} in place of {PINNED}, from {file.name}\n" in ended.output
    assert '\nSEX (C66731, Sex)\n  renamed: "M" is "MALE" now (C20197)\n' in ended.output
    assert (
        "The study's own that stay, in SEX, LOC, PROCEDUR: " in ended.output
        or "The study's own that stay, in " in ended.output
    )
    assert '\n  SEX "M": "MALE" is in its place\n    mappings/site_1.yaml:4: DM.SEX\n' in ended.output
    assert "Written: specs/codelists.csv, specs/standards.csv\n" in ended.output
    assert specs not in ended.output.split("Values in use")[0]


def test_what_is_written_is_read_as_the_package_with_the_studys_own(tmp_path, new_study):
    package = edited(sdtm_package(NEXT), "SEX", edit=male)
    run(write_text(tmp_path, package), new_study)
    codelists = read_written_specs(new_study).specs.codelists
    sex = codelists["SEX"]
    assert list(sex.terms) == ["F", "INTERSEX", "MALE", "U"]
    assert sex.terms["MALE"] == ("Male", "男")
    assert sex.term_codes["MALE"] == "C20197"
    assert "HEPATIC SEGMENT X" in codelists["LOC"].terms
    assert "HEPATECTOMY" in codelists["PROCEDUR"].terms
    for code, published in package.codelists.items():
        (mine,) = (each for name, each in codelists.items() if each.code == code and name == published.name)
        assert {value: mine.term_codes[value] for value in mine.terms if mine.term_codes[value]} == {
            term.value: term.code for term in published.terms
        }
    text = (new_study / "specs" / "codelists.csv").read_bytes()
    assert text.startswith(b"codelist,term,synonyms,code,label,extensible,term_code,standard\r\n")
    assert b"LOC,HEPATIC SEGMENT X,\r\n" in text
    assert text.count(b"\n") == text.count(b"\r\n")
    standards = (new_study / "specs" / "standards.csv").read_text(encoding="utf-8")
    assert standards.splitlines()[1:] == [f"CT-SDTM,CDISC/NCI,CT,SDTM,{NEXT},Final"]


def test_a_second_import_changes_no_byte_and_the_way_back_gives_the_former_terms(tmp_path, new_study):
    former = read_written_specs(new_study).specs.codelists
    file = write_text(tmp_path, edited(sdtm_package(NEXT), "SEX", edit=male))
    run(file, new_study)
    once = bytes_of(new_study)
    again = run(file, new_study)
    assert again.output.startswith(f"SDTM CT {NEXT}: the study has it already; nothing changes\n")
    assert again.exit_code == 0
    assert bytes_of(new_study) == once
    back = run(write_text(tmp_path, sdtm_package()), new_study, "--older")
    assert back.exit_code == 0
    assert f"SDTM CT {PINNED} in place of {NEXT}" in back.output
    now = read_written_specs(new_study).specs.codelists
    assert now["SEX"].terms["M"] == ("Male", "男")  # the study's line alone had taken the published synonym away
    assert {name: {**each.terms, "M": ()} for name, each in now.items()} == {
        name: {**each.terms, "M": ()} for name, each in former.items()
    }


def test_the_package_that_a_study_has_leaves_its_own_lines_alone(tmp_path, new_study):
    before = bytes_of(new_study)
    ended = run(write_text(tmp_path, sdtm_package()), new_study)
    assert ended.output.startswith(f"SDTM CT {PINNED}: the study has it already; nothing changes\n")
    assert bytes_of(new_study) == before


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path, new_study):
    before = bytes_of(new_study)
    file = write_text(tmp_path, edited(sdtm_package(NEXT), "SEX", edit=male))
    dry = run(file, new_study, "--dry-run")
    assert dry.exit_code == 1
    assert bytes_of(new_study) == before
    wet = run(file, new_study)
    assert dry.output == wet.output.replace("Written: ", "Would be written: ")


def test_values_of_a_finished_run_are_counted(tmp_path, whole_study, reference_run):
    file = write_text(tmp_path, edited(sdtm_package(NEXT), "SEX", edit=male))
    ended = run(file, whole_study, "--out", reference_run.out)
    count = int((reference_run.frame("DM")["SEX"] == "M").sum())
    assert f"    out/sdtm/dm.xpt: DM.SEX, {count} records (" in ended.output
    assert f"    out/adam/adsl.xpt: ADSL.SEX, {count} records (" in ended.output
    assert ended.exit_code == 1


def test_own_terms_that_are_published_now_and_near_ones(tmp_path, new_study):
    package = edited(
        sdtm_package(NEXT),
        "LOC",
        edit=lambda terms: [*terms, PublishedTerm("C9", "HEPATIC SEGMENT X", ("Segment X",))],
    )
    ended = run(write_text(tmp_path, package), new_study)
    assert ended.exit_code == 0
    assert '  published now: "HEPATIC SEGMENT X", which was the study\'s own\n' in ended.output
    assert (
        '  LOC "HEPATIC SEGMENT X": it was the study\'s own and is published now (C9)\n'
        "    mappings/site_1.yaml:7: EX.EXLOC\n"
    ) in ended.output
    assert read_written_specs(new_study).specs.codelists["LOC"].term_codes["HEPATIC SEGMENT X"] == "C9"


def test_a_codelist_that_is_retired_stays_and_its_values_are_told(tmp_path, whole_study):
    file = write_text(tmp_path, without(sdtm_package(NEXT), "DSSCAT"))
    ended = run(file, whole_study)
    assert ended.exit_code == 1
    assert "DSSCAT (C170443): not in the package: retired; it stays as the study's own\n" in ended.output
    assert '  DSSCAT "STUDY PARTICIPATION": the codelist DSSCAT (C170443) is published no more\n' in ended.output
    assert "DSSCAT" in read_written_specs(whole_study).specs.codelists
    assert all(name not in ended.output for name in OF_ADAM)


def test_a_codelist_that_no_variable_has_is_of_no_standard_and_not_retired(tmp_path, new_study):
    (new_study / "specs" / "adam").mkdir()
    table = (ROOT / "specs" / "adam" / "adsl.csv").read_text(encoding="utf-8").replace(",SBJTSTAT,", ",,")
    (new_study / "specs" / "adam" / "adsl.csv").write_text(table, encoding="utf-8")
    ended = run(write_text(tmp_path, sdtm_package(NEXT)), new_study)
    assert ended.exit_code == 0
    assert "retired" not in ended.output


def test_an_older_package_needs_the_word(tmp_path, whole_study):
    before = bytes_of(whole_study)
    file = write_text(tmp_path, sdtm_package("2020-06-26"))
    ended = run(file, whole_study)
    assert ended.exit_code == 2
    assert (
        f"{file.name}: is SDTM CT 2020-06-26, older than {PINNED}, to which the study is pinned; "
        "to go back to it say --older" in ended.output
    )
    assert bytes_of(whole_study) == before


def test_a_package_that_lacks_many_codelists_is_not_taken(tmp_path, whole_study):
    before = bytes_of(whole_study)
    package = sdtm_package(NEXT)
    part = replace(package, codelists=dict(list(package.codelists.items())[:40]))
    ended = run(write_text(tmp_path, part), whole_study)
    assert ended.exit_code == 2
    assert "has 40 codelists and lacks " in ended.output
    assert "it is cut off, or a part; download it again" in ended.output
    assert bytes_of(whole_study) == before


def test_a_date_that_the_file_does_not_say(tmp_path, whole_study):
    file = write_text(tmp_path, sdtm_package(), "SDTM Terminology.txt")
    assert "give it as --date 2025-03-28" in run(file, whole_study).output
    assert run(file, whole_study, "--date", PINNED).exit_code == 0


def test_the_same_date_with_another_content_is_said(tmp_path, whole_study):
    file = write_text(
        tmp_path, edited(sdtm_package(), "SEX", edit=lambda terms: [*terms, PublishedTerm("C9", "X", ())])
    )
    ended = run(file, whole_study)
    assert ended.output.startswith(f"SDTM CT {PINNED} (the same date, another content), from ")
    assert "X" in read_written_specs(whole_study).specs.codelists["SEX"].terms


def test_json_has_everything(tmp_path, new_study):
    package = edited(sdtm_package(NEXT), "SEX", edit=male)
    package = edited(
        package, "UNIT", edit=lambda terms: [*terms, *(PublishedTerm(f"C9{at}", f"u{at}") for at in range(40))]
    )
    ended = run(write_text(tmp_path, package), new_study, "--json")
    told = json.loads(ended.output)
    assert (told["standard"], told["date"], told["pinned"], told["same"]) == ("SDTM", NEXT, PINNED, False)
    assert told["written"] == ["specs/codelists.csv", "specs/standards.csv"]
    by_name = {each["codelist"]: each for each in told["codelists"]}
    assert by_name["SEX"]["renamed"] == [{"code": "C20197", "from": "M", "to": "MALE"}]
    assert len(by_name["UNIT"]["added"]) == 40
    assert {
        "status": "no longer a term",
        "codelist": "SEX",
        "dataset": "DM",
        "variable": "SEX",
        "value": "M",
        "place": "mappings/site_1.yaml:4",
        "records": 0,
        "first_records": [],
        "message": '"MALE" is in its place',
    } in told["values"]
    assert set(told["other_standards"]) == set(OF_ADAM)


def test_long_lists_are_cut_on_a_terminal(tmp_path, whole_study):
    package = edited(
        sdtm_package(NEXT),
        "UNIT",
        edit=lambda terms: [*terms, *(PublishedTerm(f"C9{at}", f"u{at}") for at in range(40))],
    )
    ended = run(write_text(tmp_path, package), whole_study)
    assert "  .. and 28 more changes; --json has all\n" in ended.output


def test_a_study_without_specs_of_its_own_gets_them(tmp_path, new_study):
    shutil.rmtree(new_study / "specs")
    ended = run(write_text(tmp_path, edited(sdtm_package(NEXT), "SEX", edit=male)), new_study)
    assert ended.exit_code == 1
    assert sorted(path.name for path in (new_study / "specs").iterdir()) == ["codelists.csv", "standards.csv"]
    assert "MALE" in read_written_specs(new_study).specs.codelists["SEX"].terms


def test_a_study_without_mappings_and_a_folder_without_a_study(tmp_path, new_study):
    shutil.rmtree(new_study / "mappings")
    file = write_text(tmp_path, sdtm_package(NEXT))
    assert run(file, new_study).exit_code == 0
    ended = run(file, tmp_path / "nowhere")
    assert ended.exit_code == 2
    assert "no study.yaml here" in ended.output


def test_where_the_second_file_cannot_be_put_in_place_the_first_is_put_back(tmp_path, new_study, monkeypatch):
    before = bytes_of(new_study)
    put = os.replace

    def fails(old, new):
        if Path(new).name == "standards.csv":
            raise OSError(28, "No space left on device")
        put(old, new)

    monkeypatch.setattr(study_terminology.os, "replace", fails)
    ended = run(write_text(tmp_path, edited(sdtm_package(NEXT), "SEX", edit=male)), new_study)
    assert ended.exit_code == 2
    assert "specs: cannot be written: No space left on device; nothing was changed" in ended.output
    assert bytes_of(new_study) == before


def test_a_file_that_would_not_read_back_is_not_written(tmp_path, new_study, monkeypatch):
    before = bytes_of(new_study)
    monkeypatch.setattr(study_terminology, "update_lines", lambda *given: None)
    with pytest.raises(RuntimeError, match="are not those that were found"):
        run(write_text(tmp_path, edited(sdtm_package(NEXT), "SEX", edit=male)), new_study)
    assert bytes_of(new_study) == before
