from __future__ import annotations

from datetime import date

import pytest
from click.testing import CliRunner

from hcc_sdtm.cli import main
from hcc_sdtm.finding import finding_keys
from hcc_sdtm.outputs.waiver_writing import add_waiver
from hcc_sdtm.problem import StudyError
from hcc_sdtm.register.waivers import WAIVER_COLUMNS
from tests.outputs.tables import CUTOFF
from tests.outputs.written import make_study, write_run
from tests.register.findings import FINDINGS

KEYS = finding_keys(FINDINGS)
DAY = date(2024, 3, 1)


@pytest.fixture
def study(tmp_path):
    study = make_study(tmp_path / "study")
    write_run(study, tmp_path / "one", FINDINGS)
    return study


def refused(study, out, *arguments, **options):
    with pytest.raises(StudyError) as raised:
        add_waiver(study, out, *arguments, **options)
    return [str(problem) for problem in raised.value.problems]


def test_the_next_run_has_the_finding_waived(study, tmp_path):
    waiver = add_waiver(study, tmp_path / "one", KEYS[0], "confirmed\n by phone", "Li Wei", DAY, date(2024, 12, 31))
    assert str(waiver.source) == "register/waivers.csv:2"
    text = (study / "register" / "waivers.csv").read_text(encoding="utf-8-sig")
    line = f"RS-003,{KEYS[0]},confirmed by phone,Li Wei,2024-03-01,{waiver.evidence},2024-12-31"
    assert text.splitlines() == [",".join(WAIVER_COLUMNS), line]
    frame = write_run(study, tmp_path / "two", FINDINGS)
    assert frame["status"].tolist() == ["waived", "", ""]
    assert frame["waiver"].iat[0] == "confirmed by phone (Li Wei, 2024-03-01, until 2024-12-31)"
    second = add_waiver(study, tmp_path / "one", KEYS[1], "x", "y", DAY)
    assert str(second.source) == "register/waivers.csv:3"


def test_what_a_person_wrote_stays_byte_for_byte(study, tmp_path):
    before = f'evidence,author,rule,key,reason,date\n{"0" * 12},李伟,MAP-003,{KEYS[2]},"two\nlines",2024-01-01'
    (study / "register").mkdir()
    (study / "register" / "waivers.csv").write_bytes(before.encode())
    waiver = add_waiver(study, tmp_path / "one", KEYS[0], "=reason", "Li, Wei", DAY)
    after = (study / "register" / "waivers.csv").read_bytes().decode()
    assert after == f'{before}\r\n{waiver.evidence},"Li, Wei",RS-003,{KEYS[0]},\'=reason,2024-03-01\r\n'
    assert str(waiver.source) == "register/waivers.csv:4"
    assert refused(study, tmp_path / "one", KEYS[1], "x", "y", DAY, DAY) == [
        'register/waivers.csv:1: column "expires" is missing; add it to give a last day'
    ]


def test_what_cannot_be_waived_is_said_at_once_and_nothing_is_written(study, tmp_path):
    wrong = KEYS[0][:-1] + "x"
    problems = refused(study, tmp_path / "one", wrong, " ", "", DAY)
    assert problems == [
        "--reason: is empty; a waiver says why, and who decided it",
        "--author: is empty; a waiver says why, and who decided it",
        f'{tmp_path}/one/findings.csv: no finding has the key "{wrong}"; did you mean "{KEYS[0]}"?',
    ]
    assert not (study / "register").exists()


def test_a_finding_is_waived_once(study, tmp_path):
    add_waiver(study, tmp_path / "one", KEYS[0], "x", "Li", DAY)
    before = (study / "register" / "waivers.csv").read_bytes()
    (problem,) = refused(study, tmp_path / "one", KEYS[0], "y", "Li", DAY)
    assert problem == (
        f'register/waivers.csv:2: waives "{KEYS[0]}" already (x (Li, 2024-03-01)); to decide anew, take this line out first'
    )
    assert (study / "register" / "waivers.csv").read_bytes() == before


def test_a_bad_file_is_refused(study, tmp_path):
    (study / "register").mkdir()
    (study / "register" / "waivers.csv").write_text("rule,key\n")
    assert 'register/waivers.csv:1: column "author" is missing' in refused(
        study, tmp_path / "one", KEYS[0], "x", "y", DAY
    )


def test_the_command_takes_its_day_from_the_environment_where_it_gives_one(study, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1709164800")  # 2024-02-29
    command = ["waive", str(study), str(tmp_path / "one"), KEYS[1], "--reason", "asked", "--author", "Li"]
    ended = CliRunner().invoke(main, [*command, "--expires", "2024-12-31"])
    assert ended.exit_code == 0
    assert (
        f"register/waivers.csv:2: MAP-013 {KEYS[1]} is waived: asked (Li, 2024-02-29, until 2024-12-31)" in ended.output
    )
    ended = CliRunner().invoke(main, [*command, "--expires", "soon"])
    assert (ended.exit_code, "'soon' does not match" in ended.output) == (2, True)
    ended = CliRunner().invoke(main, command)
    assert ended.exit_code == 2
    assert "already (asked" in ended.output


def test_a_last_day_before_the_run_is_refused(study, tmp_path):
    assert refused(study, tmp_path / "one", KEYS[0], "x", "y", DAY, date(2020, 1, 1)) == [
        f"--expires: 2020-01-01 is before {CUTOFF.date()}, the day that the run's outputs carry; "
        "expected that day or a later one"
    ]
    assert not (study / "register").exists()
    add_waiver(study, tmp_path / "one", KEYS[0], "x", "y", DAY, CUTOFF.date())
    assert write_run(study, tmp_path / "two", FINDINGS)["status"].iat[0] == "waived"


def test_a_finding_about_a_waiver_cannot_be_waived(study, tmp_path):
    add_waiver(study, tmp_path / "one", KEYS[0], "x", "y", DAY)
    found = write_run(study, tmp_path / "two", FINDINGS.iloc[1:])
    key = found.loc[found["rule"].str.startswith("WVR-003"), "key"].iat[0]
    before = (study / "register" / "waivers.csv").read_bytes()
    assert refused(study, tmp_path / "two", key, "x", "y", DAY) == [
        f"{tmp_path}/two/findings.csv: {key} is a finding about a waiver, and none can be waived; "
        "mend the waiver at register/waivers.csv:2"
    ]
    assert (study / "register" / "waivers.csv").read_bytes() == before
