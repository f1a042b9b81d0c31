"""The commands of docs/terminology.md run, in their order, and do what the page says."""

from __future__ import annotations

import re
import shlex
import shutil

from click.testing import CliRunner

from hcc_sdtm.cli import main
from hcc_sdtm.spec.study import read_written_specs
from tests.conftest import ROOT
from tests.terminology.published import adam_package, sdtm_package, write_odm, write_text, write_xlsx

PAGE = (ROOT / "docs" / "terminology.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```\n(.*?)```", PAGE, flags=re.DOTALL) for line in block.splitlines()]


def test_the_commands_of_the_page(tmp_path, monkeypatch, reference_run):
    assert len(COMMANDS) == 6
    assert all(line.startswith("hcc-sdtm ct import ") for line in COMMANDS)
    study = tmp_path / "study"
    for name in ("mappings", "specs"):
        shutil.copytree(ROOT / name, study / name)
    shutil.copy(ROOT / "study.yaml", study)
    for name in ("mappings", "specs"):  # the first two commands are said inside a study's folder
        shutil.copytree(study / name, tmp_path / name)
    shutil.copy(study / "study.yaml", tmp_path)
    shutil.copytree(reference_run.out, tmp_path / "out")
    new = sdtm_package("2030-03-29")
    write_xlsx(tmp_path, new, "SDTM Terminology 2030-03-29.xlsx")
    write_text(tmp_path, new, "SDTM Terminology.txt")
    write_odm(tmp_path, new)
    write_text(tmp_path, adam_package("2030-03-29"))
    write_text(tmp_path, sdtm_package("2029-12-28"))
    monkeypatch.chdir(tmp_path)
    for line in COMMANDS:
        ended = CliRunner().invoke(main, shlex.split(line)[1:], catch_exceptions=False)
        assert ended.exit_code == 0, f"{line}\n{ended.output}"
    table = read_written_specs(study).specs.tables["standards"].set_index("standard")["version"]
    assert (table["CT-SDTM"], table["CT-ADAM"]) == ("2029-12-28", "2030-03-29")


def test_the_dates_that_the_page_names_are_those_of_the_packaged_specs():
    rows = read_written_specs(ROOT).specs.tables["standards"]
    for _, row in rows[rows["type"] == "CT"].iterrows():
        assert f"{row['publishing_set']} CT {row['version']}" in PAGE
