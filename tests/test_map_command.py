"""hcc-sdtm map: datasets without analysis, mappings checked without data, and the schema for editors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner

from hcc_sdtm.cli import main
from hcc_sdtm.outputs.manifest import read_manifest
from tests.conftest import ROOT


def run(*arguments: object):
    # an exception must not pass for status 1
    return CliRunner().invoke(main, ["map", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def mappings_only(tmp_path) -> Path:
    """The reference study without any data and without answers to the trial's questions."""
    study = tmp_path / "study"
    study.mkdir()
    shutil.copy(ROOT / "study.yaml", study)
    shutil.copytree(ROOT / "mappings", study / "mappings")
    return study


@pytest.fixture(scope="module")
def mapped(tmp_path_factory):
    out = tmp_path_factory.mktemp("mapped") / "out"
    return run(ROOT, "-o", out), out


def test_mapping_alone_writes_the_datasets_of_the_run_and_nothing_after_them(mapped, reference_run):
    ended, out = mapped
    assert ended.exit_code == 1
    assert "DM 60" in ended.output
    assert f"Outputs: {out} (sdtm/, findings.xlsx, reconciliation.csv)" in ended.output
    assert {path.name for path in out.iterdir()} == {
        "sdtm", "findings.csv", "findings.xlsx", "reconciliation.csv", "lineage.parquet", "mappings", "manifest.json"
    }  # fmt: skip
    assert {path.stem for path in (out / "sdtm").glob("*.json")} == {
        path.stem for path in (reference_run.out / "sdtm").glob("*.json")
    }
    for name in ("dm", "rs", "suppex"):
        whole = json.loads((reference_run.out / "sdtm" / f"{name}.json").read_text(encoding="utf-8"))
        alone = json.loads((out / "sdtm" / f"{name}.json").read_text(encoding="utf-8"))
        assert alone["rows"] == whole["rows"]
    written, _ = pyreadstat.read_xport(out / "sdtm" / "dm.xpt")
    assert len(written) == len(reference_run.frame("DM"))


def test_its_findings_are_those_of_mapping(mapped, reference_run):
    _, out = mapped
    alone = pd.read_csv(out / "findings.csv", dtype=str, keep_default_na=False)
    everything = reference_run.result.findings
    assert set(alone["rule"]) < set(everything["rule"])
    assert not alone["rule"].str.match("(RS|TR|TU|DS|DM)-").any(), "what only checks find"
    mapping = everything["rule"].str.startswith("MAP-")
    assert (alone["rule"].str.startswith("MAP-")).sum() == mapping.sum()


def test_its_folder_has_a_manifest_of_what_was_read_and_takes_the_place_of_itself(mapped, tmp_path):
    out = shutil.copytree(mapped[1], tmp_path / "out")
    manifest = read_manifest(out)
    names = {entry["name"] for entry in manifest["inputs"]}
    assert {"raw/site_101.xlsx", "mappings/site_101.yaml", "specs/sdtm/dm.csv"} <= names
    assert manifest["settled"]
    assert CliRunner().invoke(main, ["verify", str(out)]).exit_code == 0
    again = run(ROOT, "-o", out, "--site", "102")
    assert again.exit_code == 1
    assert "DM 18" in again.output
    assert not any(
        "site_101" in entry["name"] for entry in read_manifest(out)["inputs"] if entry["name"].startswith("raw/")
    )
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "mine.txt").write_text("mine")
    refused = run(ROOT, "-o", tmp_path / "mine")
    assert refused.exit_code == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["mine.txt"]


def test_a_trace_of_what_was_only_mapped_says_what_is_missing(tmp_path):
    out = tmp_path / "out"
    run(ROOT, "-o", out, "--site", "103")
    ended = CliRunner().invoke(main, ["trace", str(out), "PFS", "103-001"], catch_exceptions=False)
    assert ended.exit_code == 2
    assert "has no results, only what was mapped; name a folder of hcc-sdtm run" in ended.output


def test_check_needs_neither_data_nor_answers(mappings_only):
    ended = run(mappings_only, "--check")
    assert (ended.exit_code, ended.output) == (0, "3 mappings, nothing wrong\n")


def test_check_tells_every_problem_of_every_mapping_and_warns(mappings_only):
    for name, old, new in (
        ("site_101", "SEX: {term: 性别", "SEXX: {term: 性别"),
        ("site_103", "unique: subject", "unike: subject"),
        ("site_102", "tables:\n", "tables:\n  spare: {file: spare.csv, subject: no}\n"),
    ):
        path = mappings_only / "mappings" / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    ended = run(mappings_only, "--check")
    assert ended.exit_code == 2
    assert "not done: 2 problems\n" in ended.output
    assert 'DM has no variable "SEXX"; did you mean "SEX"?' in ended.output
    assert 'unknown key "unike"; did you mean "unique"?' in ended.output
    assert 'no block reads the table "spare"' in ended.output
    assert "warning: mappings/site_102.yaml:" in ended.output


def test_warnings_alone_are_no_failure(mappings_only):
    path = mappings_only / "mappings" / "site_102.yaml"
    text = path.read_text(encoding="utf-8").replace("tables:\n", "tables:\n  spare: {file: s.csv, subject: no}\n", 1)
    path.write_text(text, encoding="utf-8")
    ended = run(mappings_only, "--check")
    assert ended.exit_code == 0
    assert ended.output.endswith("3 mappings, 1 warning\n")


def test_the_schema_is_printed_for_a_study_and_anywhere(mappings_only, tmp_path, monkeypatch):
    of_study = run(mappings_only, "--schema")
    assert json.loads(of_study.stdout)["properties"]["RS"]
    monkeypatch.chdir(tmp_path)
    assert json.loads(run("--schema").stdout)["properties"]["DM"]


@pytest.mark.parametrize(
    "arguments", [(), ("--check", "--schema"), ("--check", "-o", "out"), ("--check", "--site", "101")]
)
def test_one_thing_is_asked_for_at_a_time(arguments):
    ended = run(ROOT, *arguments)
    assert ended.exit_code == 2
    assert "give one of -o OUT (with --raw, --site), --check and --schema" in ended.output


def test_a_new_study_names_its_schema_for_editors(tmp_path):
    ended = CliRunner().invoke(main, ["init", str(tmp_path / "new")], catch_exceptions=False)
    assert ended.exit_code == 0
    mappings = tmp_path / "new" / "mappings"
    first = (mappings / "site_001.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=mapping.schema.json"
    assert (mappings / "mapping.schema.json").read_text(encoding="utf-8") == run(tmp_path / "new", "--schema").stdout
    assert run(tmp_path / "new", "--check").output == "1 mapping, nothing wrong\n"


def test_sites_on_one_form_map_as_if_each_were_written_out_and_the_form_is_an_input(tmp_path, mapped):
    study = tmp_path / "study"
    shutil.copytree(ROOT / "mappings", study / "mappings")
    shutil.copytree(ROOT / "specs", study / "specs")
    shutil.copy(ROOT / "study.yaml", study)
    own = study / "mappings" / "site_103.yaml"
    (study / "mappings" / "forms").mkdir()
    text = own.read_text(encoding="utf-8")
    assert 'site: "103"\n' in text
    assert "dates: {order: mdy}\n" in text
    form = text.replace('site: "103"\n', "").replace("dates: {order: mdy}\n", "dates: {order: dmy}\n")
    (study / "mappings" / "forms" / "edc.yaml").write_text(form, encoding="utf-8")
    own.write_text('extends: forms/edc.yaml\nsite: "103"\ndates: {order: mdy}\n', encoding="utf-8")
    out = tmp_path / "out"
    assert run(study, "--check").output == "3 mappings, nothing wrong\n"
    ended = run(study, "-o", out, "--raw", ROOT / "raw")
    assert ended.exit_code == 1
    _, whole = mapped
    for path in sorted((whole / "sdtm").glob("*.xpt")):
        assert (out / "sdtm" / path.name).read_bytes() == path.read_bytes(), path.name
    names = {entry["name"] for entry in read_manifest(out)["inputs"]}
    assert {"mappings/site_103.yaml", "mappings/forms/edc.yaml"} <= names
    assert CliRunner().invoke(main, ["verify", str(out)]).exit_code == 0
