from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.finding import finding_keys, findings_frame, without_positions
from hcc_sdtm.register.fingerprint import fingerprint_evidence
from hcc_sdtm.register.history import HISTORY_COLUMNS, no_history
from hcc_sdtm.register.waivers import Waiver
from hcc_sdtm.register.waiving import apply_waivers
from hcc_sdtm.source import Source
from tests.register.findings import AFTER_DEATH, FINDINGS, SEX

CUTOFF = datetime(2024, 2, 29)


def registered(findings):
    return findings.assign(key=finding_keys(findings), evidence=fingerprint_evidence(findings), status="new")


def waiver_of(finding, line=2, **fields):
    frame = findings_frame([finding])
    waiver = Waiver(
        finding.rule.split(" ")[0], finding_keys(frame)[0], "confirmed by the site", "Li Wei", date(2024, 2, 1),
        fingerprint_evidence(frame)[0], None, Source("register/waivers.csv", line=line),
    )  # fmt: skip
    return replace(waiver, **fields)


def apply(findings, *waivers, history=None):
    return apply_waivers(registered(findings), waivers, no_history() if history is None else history, CUTOFF)


def test_a_waiver_marks_its_finding_and_changes_nothing_else():
    result, wrong = apply(FINDINGS, waiver_of(AFTER_DEATH))
    assert result["status"].tolist() == ["waived", "new", "new"]
    assert result["waiver"].tolist() == ["confirmed by the site (Li Wei, 2024-02-01)", "", ""]
    assert wrong.empty
    pd.testing.assert_frame_equal(result[list(FINDINGS)], FINDINGS)


def test_it_holds_where_rows_were_inserted_above():
    moved = replace(
        AFTER_DEATH, record="900", source="site_103/response.csv:E12", message=AFTER_DEATH.message.replace("577", "9")
    )
    result, wrong = apply(findings_frame([moved]), waiver_of(AFTER_DEATH))
    assert (result["status"].tolist(), len(wrong)) == (["waived"], 0)


def test_other_evidence_is_an_error_that_says_what_was_decided_and_by_whom():
    later = replace(AFTER_DEATH, message=AFTER_DEATH.message.replace("2023-10-14", "2023-09-01"))
    result, wrong = apply(findings_frame([later]), waiver_of(AFTER_DEATH, line=7))
    assert (result["status"].tolist(), result["waiver"].tolist()) == (["new"], [""])
    (found,) = wrong.to_dict("records")
    assert (found["rule"], found["severity"], found["source"]) == (
        "WVR-001 waiver.evidence-changed", "error", "register/waivers.csv:7",
    )  # fmt: skip
    assert (found["site"], found["dataset"], found["subject"], found["variable"]) == ("103", "RS", "S-103-001", "RSDTC")
    assert 'RS-003 is waived by Li Wei ("confirmed by the site", 2024-02-01)' in found["message"]
    assert later.message in found["message"]
    assert found["message"].endswith(result["evidence"].iat[0])


@pytest.mark.parametrize(("day", "held"), [("2024-02-28", False), ("2024-02-29", True), ("2025-01-01", True)])
def test_it_holds_to_its_last_day(day, held):
    result, wrong = apply(FINDINGS, waiver_of(SEX, expires=date.fromisoformat(day)))
    assert (result["status"].iat[1] == "waived") is held
    assert wrong["rule"].tolist() == ([] if held else ["WVR-002 waiver.expired"])
    if not held:
        assert "held until 2024-02-28, and this run is of 2024-02-29" in wrong["message"].iat[0]


def test_a_finding_that_is_gone_names_the_nearest():
    gone = waiver_of(replace(SEX, typed="nan"))
    (found,) = apply(FINDINGS, gone)[1].to_dict("records")
    assert (found["rule"], found["severity"]) == ("WVR-003 waiver.without-finding", "warning")
    assert found["expected"] == finding_keys(FINDINGS)[1]
    assert (
        f"the nearest is {finding_keys(FINDINGS)[1]}: MAP-013 DM 101-021 SEX at site_101.xlsx:入组!C22"
        in found["message"]
    )
    nothing_alike = apply(FINDINGS.iloc[[2]], gone)[1]
    assert nothing_alike["message"].iat[0].endswith("; MAP-013 finds nothing in it")


def test_the_history_tells_what_a_key_that_is_gone_was():
    waiver = waiver_of(SEX, key="0123456789ab", rule="DM-020")
    row = [
        "0123456789ab",
        "DM-020 a.b",
        "101",
        "DM",
        "101-021",
        "AGE",
        "r1",
        "2023-01-01T00:00:00",
        "r2",
        "2023-06-30T00:00:00",
        "gone",
    ]
    history = pd.DataFrame([row], columns=list(HISTORY_COLUMNS))
    (message,) = apply(FINDINGS, waiver, history=history)[1]["message"]
    assert "it was DM 101-021 AGE, last seen in the run of 2023-06-30" in message
    assert "the nearest is" in message
    assert "MAP-013 DM 101-021 SEX" in message


def test_a_run_of_some_sites_asks_for_no_finding_of_another():
    waiver = waiver_of(SEX, key="0123456789ab", rule="DM-020")
    row = ["0123456789ab", "DM-020 a.b", "102", "DM", "S", "AGE", "r1", "2023-01-01", "r2", "2023-06-30", "gone"]
    history = pd.DataFrame([row], columns=list(HISTORY_COLUMNS))
    for known, sites, count in (
        (history, (), 1),
        (history, ["102"], 1),
        (history, ["101"], 0),
        (no_history(), ["101"], 0),
    ):
        assert len(apply_waivers(registered(FINDINGS), [waiver], known, CUTOFF, sites)[1]) == count


def test_a_key_of_another_rule_waives_nothing():
    result, wrong = apply(FINDINGS, waiver_of(SEX, rule="RS-003"))
    assert "waived" not in set(result["status"])
    assert "is a finding of another rule, MAP-013 term.unknown" in wrong["message"].iat[0]


EVIDENCE = ("severity", "value", "typed", "expected", "message")
TEXT = st.text("ab1 \"'=南:!,.CE", max_size=12)


@given(
    st.fixed_dictionaries(dict.fromkeys(EVIDENCE[1:], TEXT) | {"severity": st.sampled_from(("error", "warning"))}),
    st.fixed_dictionaries({}, optional=dict.fromkeys(EVIDENCE[1:], TEXT) | {"severity": st.just("note")}),
)
def test_a_waiver_never_hides_a_finding_whose_evidence_differs(fields, change):
    decided = replace(AFTER_DEATH, **fields)
    now = replace(decided, **change)
    frame = findings_frame([now])
    result, wrong = apply(frame, waiver_of(decided))
    same = all(getattr(now, name) == getattr(decided, name) for name in EVIDENCE[:4])
    same &= without_positions(now.message) == without_positions(decided.message)
    assert (result["status"].iat[0] == "waived") is same
    assert len(wrong) == (0 if same else 1)
