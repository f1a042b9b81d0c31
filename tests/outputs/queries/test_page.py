"""docs/queries.md: its commands run, its tables hold."""

import re
import shutil

from click.testing import CliRunner

from hcc_sdtm.cli import main
from hcc_sdtm.register.queries import ANSWERS, STATES, read_queries
from tests.outputs.queries.conftest import ROOT, copy_study

PAGE = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")


def commands():
    block = re.search(r"```\n(.*?)```", PAGE, flags=re.DOTALL)[1]
    return [line.partition("#")[0].split()[1:] for line in block.splitlines() if line.startswith("hcc-sdtm ")]


def test_the_round_trip_of_the_page_runs(tmp_path, monkeypatch):
    copy_study(tmp_path)
    (tmp_path / "answered").mkdir()
    monkeypatch.chdir(tmp_path)
    shown = []
    for arguments in commands():
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code in (0, 1), done.output
        shown.append(done.output)
        if arguments[0] == "queries" and arguments[1] == "study":
            shutil.copy("out-queries/101_queries.xlsx", "answered")
    assert len(shown) == 5
    assert "out-queries/101_queries.xlsx" in shown[1]
    assert "Changed: nothing; waiting for an answer:" in shown[2]
    assert {query.rounds for query in read_queries(tmp_path / "study/register/queries.csv") if query.site == "101"} == {
        2
    }


def test_the_page_names_every_answer_state_and_option():
    for word in (*ANSWERS, *STATES, "-o", "--site", "--copy", "--language", "--rounds"):
        assert word in PAGE


def test_the_first_word_may_be_left_out_and_a_folder_may_have_the_name_of_a_command():
    write = CliRunner().invoke(main, ["queries", "write", "--help"]).output
    assert "[STUDY] OUT" in write
    shown = CliRunner().invoke(main, ["queries", "a", "b", "c"])
    assert shown.exit_code == 2
    assert "give STUDY" in shown.output
    assert "import" in CliRunner().invoke(main, ["queries", "--help"]).output
    named = CliRunner().invoke(main, ["queries", "write", "import", "out"])
    assert "no study.yaml here" in named.output
