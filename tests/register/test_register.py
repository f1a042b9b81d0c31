from __future__ import annotations

import hashlib
from datetime import datetime

import pandas as pd
import pytest

from hcc_sdtm.finding import FINDING_COLUMNS, finding_keys
from hcc_sdtm.problem import StudyError
from hcc_sdtm.register.fingerprint import fingerprint_evidence
from hcc_sdtm.register.history import Run, no_history, update_history
from hcc_sdtm.register.register import REGISTER_COLUMNS, Register, has_standing_errors, read_register, with_register
from tests.register.findings import FINDINGS
from tests.register.test_waiving import AFTER_DEATH, SEX, waiver_of

CUTOFF = datetime(2024, 2, 29)


def test_without_a_register_findings_have_key_and_evidence_only():
    frame, found = with_register(FINDINGS, Register(), CUTOFF)
    assert list(frame) == [*FINDING_COLUMNS, *REGISTER_COLUMNS]
    assert frame["key"].tolist() == finding_keys(FINDINGS).tolist()
    assert frame["evidence"].tolist() == fingerprint_evidence(FINDINGS).tolist()
    assert set(frame["status"]) | set(frame["waiver"]) == {""}
    assert found.empty


def test_status_is_new_still_open_or_waived_and_findings_of_the_register_stand_at_the_end():
    earlier = FINDINGS.assign(key=finding_keys(FINDINGS)).iloc[:2]
    history = update_history(no_history(), earlier, Run("r1", "2024-01-01T00:00:00"))
    waivers = [waiver_of(AFTER_DEATH), waiver_of(SEX, line=3, evidence="000000000000")]
    frame, found = with_register(FINDINGS, Register(waivers, history), CUTOFF)
    assert frame["status"].tolist() == ["waived", "still open", "new", "new"]
    assert found["rule"].tolist() == ["WVR-001 waiver.evidence-changed"]
    pd.testing.assert_frame_equal(frame[list(FINDING_COLUMNS)], pd.concat([FINDINGS, found], ignore_index=True))
    assert frame["key"].is_unique
    # what has the columns already gets them anew
    pd.testing.assert_frame_equal(with_register(frame.iloc[:3], Register(waivers, history), CUTOFF)[0], frame)


def test_errors_that_are_waived_do_not_count():
    only = FINDINGS.iloc[[0, 2]]
    assert has_standing_errors(only)
    assert has_standing_errors(with_register(only, Register(), CUTOFF)[0])
    assert not has_standing_errors(with_register(only, Register([waiver_of(AFTER_DEATH)]), CUTOFF)[0])
    assert has_standing_errors(with_register(only, Register([waiver_of(AFTER_DEATH, evidence="0" * 12)]), CUTOFF)[0])
    assert not has_standing_errors(FINDINGS.iloc[[2]])


def test_the_register_of_a_folder_names_its_files_with_their_digest(tmp_path):
    assert read_register(tmp_path, []).inputs == {}
    (tmp_path / "register").mkdir()
    text = "rule,key,reason,author,date,evidence\nRS-003,0123456789ab,x,y,2024-01-01,0123456789ab\n"
    (tmp_path / "register" / "waivers.csv").write_text(text)
    register = read_register(tmp_path, ["RS-003"])
    assert register.inputs == {"register/waivers.csv": hashlib.sha256(text.encode()).hexdigest()}
    assert [waiver.key for waiver in register.waivers] == ["0123456789ab"]


def test_all_files_of_a_bad_register_are_told_at_once(tmp_path):
    (tmp_path / "register").mkdir()
    (tmp_path / "register" / "waivers.csv").write_text("rule\n")
    (tmp_path / "register" / "history.csv").write_text("key\n")
    with pytest.raises(StudyError) as raised:
        read_register(tmp_path, [])
    assert {problem.source.file for problem in raised.value.problems} == {
        "register/waivers.csv",
        "register/history.csv",
    }
