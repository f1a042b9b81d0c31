from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest
from click.testing import CliRunner

from hcc_sdtm.cli import main
from hcc_sdtm.finding import finding_keys
from hcc_sdtm.outputs.registering import register_run
from hcc_sdtm.problem import StudyError
from hcc_sdtm.register.history import HISTORY_COLUMNS
from tests.outputs.written import make_study, write_run
from tests.register.findings import FINDINGS

LATER = datetime(2024, 6, 30)


def files(study):
    return {path.name: path.read_bytes() for path in (study / "register").iterdir()}


def history_of(study):
    return pd.read_csv(study / "register" / "history.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")


def refused(study, out):
    with pytest.raises(StudyError) as raised:
        register_run(study, out)
    return [problem.message for problem in raised.value.problems]


def test_a_run_is_taken_in_once_and_the_next_run_says_what_is_new_open_and_gone(tmp_path):
    study = make_study(tmp_path / "study")
    write_run(study, tmp_path / "one", FINDINGS)
    first = register_run(study, tmp_path / "one")
    assert (first.new, first.open, first.gone) == (3, 3, 0)
    history = history_of(study)
    assert list(history) == list(HISTORY_COLUMNS)
    assert history["key"].tolist() == sorted(finding_keys(FINDINGS))
    assert set(history["state"]) == {"open"}
    before = files(study)
    assert set(before) == {"history.csv", "runs.csv"}
    assert all(content.startswith(b"\xef\xbb\xbf") for content in before.values())

    again = register_run(study / "study.yaml", tmp_path / "one")
    assert again.is_known
    assert again.text == f"run {first.run.id} was registered before; nothing was changed"
    assert files(study) == before

    moved = FINDINGS.iloc[1:].assign(source="moved.xlsx:A!C99")
    frame = write_run(study, tmp_path / "two", pd.concat([moved, FINDINGS.iloc[[2]].assign(variable="新")]), LATER)
    assert frame["status"].tolist() == ["still open", "still open", "new"]
    second = register_run(study, tmp_path / "two")
    assert second.text == f"run {second.run.id} registered: new 1, open in all 3, gone 1"
    history = history_of(study)
    assert history.loc[history["state"] == "gone", "subject"].tolist() == ["S-103-001"]
    assert len(pd.read_csv(study / "register" / "runs.csv")) == 2
    # the first run once more, though a later one was registered
    assert register_run(study, tmp_path / "one").is_known


def test_a_finding_that_comes_back_is_new_again(tmp_path):
    study = make_study(tmp_path / "study")
    for name, findings in (("one", FINDINGS), ("two", FINDINGS.iloc[1:])):
        write_run(study, tmp_path / name, findings)
        register_run(study, tmp_path / name)
    assert write_run(study, tmp_path / "three", FINDINGS)["status"].tolist() == [
        "new again",
        "still open",
        "still open",
    ]


def test_the_files_start_no_formula(tmp_path):
    study = make_study(tmp_path / "study")
    write_run(study, tmp_path / "one", FINDINGS.assign(variable='=HYPERLINK("http://x")'))
    register_run(study, tmp_path / "one")
    assert set(history_of(study)["variable"]) == {'\'=HYPERLINK("http://x")'}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"study_id": "OTHER"}, 'is a run of study "OTHER", not of "TRIAL"'),
        (
            {"sites": ["101"]},
            "is a run of some sites only, without mappings/102.yaml; their findings would seem to be gone",
        ),
        ({"notes": ["Incomplete: the sites of x failed"]}, "is not whole: Incomplete: the sites of x failed"),
        ({"rules": False}, "has no findings.csv or no rules.csv: only a whole run can be registered"),
    ],
)
def test_what_is_no_whole_run_of_the_study_is_refused(tmp_path, options, said):
    study = make_study(tmp_path / "study")
    write_run(study, tmp_path / "one", FINDINGS, **options)
    assert refused(study, tmp_path / "one") == [said]
    assert not (study / "register").exists()


def test_a_run_that_was_changed_or_is_none_is_refused(tmp_path):
    study = make_study(tmp_path / "study")
    write_run(study, tmp_path / "one", FINDINGS)
    (tmp_path / "one" / "findings.csv").write_text("edited")
    (tmp_path / "one" / "notes.txt").write_text("mine")
    assert refused(study, tmp_path / "one") == [
        "not as its manifest says: changed: findings.csv", "not as its manifest says: extra: notes.txt",
    ]  # fmt: skip
    (tmp_path / "two").mkdir()
    assert refused(study, tmp_path / "two") == ["two has no manifest.json"]
    assert refused(tmp_path / "two", tmp_path / "one") == ["no study.yaml here; name a study folder"]


def test_an_older_run_is_refused_after_a_later_one(tmp_path):
    study = make_study(tmp_path / "study")
    write_run(study, tmp_path / "late", FINDINGS, LATER)
    write_run(study, tmp_path / "early", FINDINGS)
    register_run(study, tmp_path / "late")
    assert refused(study, tmp_path / "early") == ["is of 2024-02-29; a run of 2024-06-30 was registered after it"]


def test_a_bad_register_is_refused_and_left_as_it_is(tmp_path):
    study = make_study(tmp_path / "study")
    write_run(study, tmp_path / "one", FINDINGS)
    (study / "register").mkdir()
    (study / "register" / "history.csv").write_text("key\n")
    assert 'column "state" is missing' in refused(study, tmp_path / "one")
    assert files(study) == {"history.csv": b"key\n"}


def test_the_command(tmp_path):
    study = make_study(tmp_path / "study")
    write_run(study, tmp_path / "one", FINDINGS)
    ended = CliRunner().invoke(main, ["register", str(study), str(tmp_path / "one")])
    assert (ended.exit_code, "new 3, open in all 3, gone 0" in ended.output) == (0, True)
    ended = CliRunner().invoke(main, ["register", str(study), str(study)])
    assert ended.exit_code == 2
