"""The command line: what it prints, its exit status, and what it refuses to overwrite."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from hcc_sdtm.checks.table_rule import KINDS
from hcc_sdtm.cli import main
from tests.conftest import ROOT


def run(*arguments: object):
    # an exception must not pass for status 1
    return CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_tells_the_commands_and_the_exit_status(option):
    shown = run(option)
    assert shown.exit_code == 0
    told = " ".join(shown.output.split())
    assert "Exit status: 0 done; 1 done, and the data has findings of severity error; 2 not done." in told
    for name in ("demo", "estimate", "init", "rules", "run", "synth", "trace", "verify"):
        assert f"\n  {name} " in shown.output


def test_version():
    assert run("--version").output == f"main, version {version('hcc-sdtm')}\n"


def test_a_command_that_does_not_exist():
    ended = run("runn")
    assert ended.exit_code == 2
    assert "No such command 'runn'" in ended.output


def test_run_needs_a_folder_for_its_outputs():
    ended = run("run", ROOT)
    assert ended.exit_code == 2
    assert "Missing option '-o' / '--out'" in ended.output


def test_demo_finds_every_planted_fault_and_leads_on_to_a_trace(tmp_path):
    ended = run("demo", tmp_path / "out")
    assert ended.exit_code == 0, ended.output
    assert "Planted faults found at their cell: 17 of 17" in ended.output
    assert "Progression-free survival from radiotherapy (all who started radiotherapy, n = 57)" in ended.output
    assert f"Outputs: {tmp_path / 'out'} (report.html" in ended.output
    command = ended.output.strip().splitlines()[-1].split("cells: hcc-sdtm ")[1].split()
    assert run(*command).exit_code == 0


def test_demo_takes_the_place_of_its_own_outputs_and_of_nothing_else(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    ended = run("demo", tmp_path / "out")
    assert ended.exit_code == 2
    assert "mine.txt" in ended.output
    assert files(tmp_path / "out") == {"mine.txt": b"mine"}


def test_run_prints_what_a_program_wants(tmp_path, reference_run):
    ended = run("run", ROOT, "-o", tmp_path / "out", "--json")
    assert ended.exit_code == 1
    printed = json.loads(ended.stdout, parse_constant=pytest.fail)
    counts = {(row["severity"], row["rule"]): row["count"] for row in printed["findings"]}
    findings = reference_run.result.findings
    assert counts == findings.groupby(["severity", "rule"]).size().to_dict()
    whole = [row for row in printed["endpoints"] if not row["group"]]
    medians = {row["endpoint"]: row["value"] for row in whole if row["measure"] == "median"}
    numbers = len(reference_run.result.tie_out)
    assert printed["tie_out"] == {"numbers": numbers, "agree": numbers}
    assert medians["PFS"] == pytest.approx(8.312115, abs=1e-5)


def test_a_run_of_chosen_sites_in_a_pipe_is_silent_about_its_steps(tmp_path):
    code = "from hcc_sdtm.cli import main; main()"
    command = [sys.executable, "-c", code, "run", ROOT, "--site", "102", "--site", "103", "-o", tmp_path / "out"]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "Findings: " in ended.stdout
    subjects = json.loads((tmp_path / "out" / "sdtm" / "dm.json").read_text(encoding="utf-8"))["rows"]
    assert len(subjects) == 32
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    raw = [entry["name"] for entry in manifest["inputs"] if entry["name"].startswith("raw/")]
    assert raw
    assert not [name for name in raw if "site_101" in name]


def test_synth_gives_the_same_bytes_for_a_seed_and_a_study_that_runs(tmp_path):
    one, two, other = tmp_path / "one", tmp_path / "two", tmp_path / "other"
    for folder, seed in ((one, 7), (two, 7), (other, 8)):
        ended = run("synth", folder, "--subjects", 12, "--seed", seed)
        assert ended.exit_code == 0, ended.output
        assert ended.output.startswith(f"12 subjects in {folder}")
    assert files(one) == files(two)
    assert files(one).keys() == files(other).keys()
    assert files(one) != files(other)
    ended = run("run", one, "-o", tmp_path / "out")
    assert ended.exit_code == 1, ended.output
    assert run("verify", tmp_path / "out").exit_code == 0


@pytest.mark.parametrize("command", ["init", "synth"])
def test_a_folder_with_somebodys_files_is_refused(tmp_path, command):
    (tmp_path / "mine.txt").write_text("mine")
    ended = run(command, tmp_path)
    assert ended.exit_code == 2
    assert ended.output == f"not done: 1 problem\n  {tmp_path}: is not an empty folder; nothing was written\n"
    assert files(tmp_path) == {"mine.txt": b"mine"}


def test_synth_refuses_no_subjects(tmp_path):
    ended = run("synth", tmp_path / "new", "--subjects", 0)
    assert ended.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_rules_lists_each_and_shows_one():
    assert "error    RS-003 response.after-death\n" in run("rules").output
    shown = run("rules", "RS-003").output
    assert shown.startswith("RS-003 response.after-death\nWhat it finds: ")


def test_a_rule_that_does_not_exist():
    ended = run("rules", "RS-03")
    assert ended.exit_code == 2
    assert 'no rule "RS-03"; did you mean "RS-00' in ended.output


def test_trace_and_verify_of_a_folder_that_is_not_ours(tmp_path):
    for arguments in (("trace", tmp_path, "PFS", "101-002"), ("verify", tmp_path)):
        ended = run(*arguments)
        assert ended.exit_code == 2
        assert f"{tmp_path.name} has no manifest.json" in ended.output


def test_a_rule_that_fails_is_named_and_is_no_traceback(tmp_path, monkeypatch):
    def fail(on):
        raise KeyError("S-104, Zhang San")

    monkeypatch.setattr("hcc_sdtm.checks.table_rule.KINDS", {**KINDS, "study-day": fail})
    (tmp_path / "dm.csv").write_text("STUDYID,DOMAIN,USUBJID,RFSTDTC,DMDTC,DMDY\nX,DM,X-1,2022-01-01,2022-01-01,1\n")
    result = run("check", tmp_path)
    assert result.exit_code == 2
    assert result.stdout == ""
    first, second = result.stderr.splitlines()
    assert first == "not done: rule SD-0040 timing.study-day failed on DM; this is a fault of the rule, not of the data"
    assert second.startswith("  KeyError in ")
    assert "please report it" in second
    assert "Zhang San" not in result.stderr
