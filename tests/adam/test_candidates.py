"""Every candidate date and its rule: the chosen ones give ADTTE again, and the rule of every other one holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcc_sdtm.adam.deriving import derive_adam
from hcc_sdtm.adam.times.candidate_rows import DECISION_COLUMNS
from hcc_sdtm.adam.times.candidates import GIVES, ROLES, RULES, build_candidates
from hcc_sdtm.dates import from_days
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

DAYS = [f"2021-{month:02d}-{day:02d}" for month in range(2, 11) for day in (1, 14)]
SOMETIMES = st.one_of(st.just(""), st.sampled_from([*DAYS, "2021-05", "2021"]))
SUBJECTS = st.lists(
    st.fixed_dictionaries(
        {
            "scans": st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from(["SD", "PR", "PD", "NE"])), max_size=4),
            "death": SOMETIMES,
            "therapy": SOMETIMES,
            "local": SOMETIMES,
            "lost": SOMETIMES,
            "baseline": st.booleans(),
            "diagnosis": st.sampled_from(["2020-01-01", "2021-06-01", ""]),
        }
    ),
    min_size=1,
    max_size=5,
)


def frame(columns, rows):
    return pd.DataFrame(rows, columns=columns.split(), dtype=object)


def tables(subjects):
    named = [(f"S{number}", each) for number, each in enumerate(subjects)]
    return {
        "DM": frame("S DTHDTC DTHFL", [(name, each["death"], "Y" if each["death"] else "") for name, each in named]),
        "EX": frame("S EXSTDTC EXENDTC", [(name, "2021-03-01", "2021-03-10") for name, _ in named]),
        "MH": frame("S MHSTDTC", [(name, each["diagnosis"]) for name, each in named]),
        "TU": frame("S TUDTC", [(name, "2021-02-20") for name, each in named if each["baseline"]]),
        "RS": frame("S RSDTC RSSTRESC", [(name, *scan) for name, each in named for scan in each["scans"]]),
        "CM": frame("S CMSTDTC", [(name, each["therapy"]) for name, each in named if each["therapy"]]),
        "PR": frame("S PRSTDTC", [(name, each["local"]) for name, each in named if each["local"]]),
        "DS": frame(
            "S DSDECOD DSSTDTC", [(name, "LOST TO FOLLOW-UP", each["lost"]) for name, each in named if each["lost"]]
        ),
    }


def course(**given):
    return {
        "scans": [],
        "death": "",
        "therapy": "",
        "local": "",
        "lost": "",
        "baseline": True,
        "diagnosis": "2020-01-01",
    } | given


def told(given, paramcd):
    """The candidates of one subject's parameter as text."""
    rows = derive_adam(study(**tables([course(**given)])), SPECS, TRIAL, ADAM).decisions
    rows = rows[rows["PARAMCD"] == paramcd].copy()
    rows["COMPAREDDT"], rows["ONDT"] = rows["COMPARED"], rows["DATE"]
    for name in ("ROLE", "NAME", "CHOSEN", "GIVES", "RULE", "BY"):
        rows[name] = rows[name].astype(object)
    return as_text(rows, "ROLE NAME ONDT CHOSEN GIVES RULE BY COMPAREDDT CNSR")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"scans": [("2021-04-12", "SD"), ("2021-05-24", "PD")], "death": "2021-06-01"},
            """
            event | progression | 2021-05-24 | Y | date and reason | TAKEN | . | . | 0
            event | death | 2021-06-01 | N | . | LATER EVENT | progression | 2021-05-24 | .
            assessment | event_free | 2021-04-12 | N | . | EVENT CAME | progression | 2021-05-24 | .
            """,
        ),
        (
            {"scans": [("2021-04-12", "SD"), ("2021-05-24", "PD")], "therapy": "2021-05-02"},
            """
            event | progression | 2021-05-24 | N | . | TAKEN AWAY | new therapy | 2021-05-02 | .
            reason | new therapy | 2021-05-02 | Y | reason | REASON | . | . | 3
            assessment | event_free | 2021-04-12 | Y | date | LAST FREE | new therapy | 2021-05-02 | .
            assessment | event_free | 2021-05-24 | N | . | AFTER LIMIT | new therapy | 2021-05-02 | .
            """,
        ),
        (
            {"scans": [("2021-04-12", "SD")], "death": "2021-07-13", "therapy": "2021-07-13"},
            """
            event | death | 2021-07-13 | N | . | TAKEN AWAY | missed assessments | 2021-07-12 | .
            reason | missed assessments | 2021-07-12 | Y | reason | REASON | . | . | 4
            assessment | event_free | 2021-04-12 | Y | date | LAST FREE | missed assessments | 2021-07-12 | .
            """,
        ),
        (
            {"scans": [("2021-05-24", "PD")], "baseline": False, "lost": "2021-08-01"},
            """
            event | progression | 2021-05-24 | N | . | NO BASELINE | . | . | .
            reason | no baseline | . | Y | reason | REASON | . | . | 2
            reason | lost | 2021-08-01 | N | . | LATER REASON | no baseline | . | .
            assessment | event_free | 2021-05-24 | N | . | NO BASELINE | . | . | .
            origin | TRTSDT | 2021-03-01 | Y | date | AT ORIGIN | . | . | .
            """,
        ),
        (
            {"scans": [("2021-04-12", "SD")]},
            """
            cut-off | ongoing | 2024-02-29 | Y | reason | REASON | . | . | 1
            assessment | event_free | 2021-04-12 | Y | date | LAST FREE | . | . | .
            """,
        ),
    ],
)
def test_the_candidates_of_pfs(given, expected):
    found = [line for line in told(given, "PFS") if not line.startswith("reason | new therapy | 2021-07-13")]
    assert found == lines(expected)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SUBJECTS)
def test_the_chosen_candidates_give_adtte_and_the_rules_of_the_others_hold(subjects):
    result = derive_adam(study(**tables(subjects)), SPECS, TRIAL, ADAM)
    adtte = result.datasets["ADTTE"].frame.set_index(["USUBJID", "PARAMCD"]).sort_index()
    decisions = result.decisions.astype(
        dict.fromkeys(("USUBJID", "PARAMCD", "ROLE", "RULE", "GIVES", "SRCDOM", "BY"), object)
    )
    assert tuple(decisions) == DECISION_COLUMNS
    assert set(decisions["RULE"]) <= set(RULES)
    assert set(decisions["ROLE"]) <= set(ROLES)
    assert set(decisions["GIVES"]) <= set(GIVES)

    chosen = decisions[decisions["CHOSEN"] == "Y"]
    assert (chosen["GIVES"] != "").all()
    dates = chosen[chosen["GIVES"].str.contains("date")].set_index(["USUBJID", "PARAMCD"]).sort_index()
    reasons = chosen[chosen["GIVES"].str.contains("reason")].set_index(["USUBJID", "PARAMCD"]).sort_index()
    for found in (dates, reasons):
        assert found.index.equals(adtte.index)  # exactly one of each
    np.testing.assert_array_equal(dates["ADT"], adtte["ADT"])
    np.testing.assert_array_equal(dates["DATE"], adtte["SRCDT"].fillna(adtte["ADT"]))
    np.testing.assert_array_equal(reasons["CNSR"], adtte["CNSR"])
    recorded = dates["SRCDOM"] != ""
    np.testing.assert_array_equal(dates["SRCDOM"][recorded], adtte["SRCDOM"][recorded])
    np.testing.assert_array_equal(dates["SRCSEQ"][recorded], adtte["SRCSEQ"][recorded])

    rejected = decisions[decisions["CHOSEN"] == "N"]
    assert (rejected["GIVES"] == "").all()
    ends = adtte["ADT"].reindex(pd.MultiIndex.from_frame(rejected[["USUBJID", "PARAMCD"]])).to_numpy()
    codes = adtte["CNSR"].reindex(pd.MultiIndex.from_frame(rejected[["USUBJID", "PARAMCD"]])).to_numpy()
    day, compared, rule = rejected["DATE"].to_numpy(), rejected["COMPARED"].to_numpy(), rejected["RULE"].to_numpy()
    is_event = np.isin(rejected["ROLE"], ["event", "competing event"])
    holds = {
        "BEFORE ORIGIN": day < compared,
        "NOT AFTER": ~(day > compared),
        "AFTER END": day > compared,
        "NO BASELINE": np.array([not subjects[int(name[1:])]["baseline"] for name in rejected["USUBJID"]], dtype=bool),
        "TOO LATE": day > compared,
        "LATER EVENT": day >= compared,
        "TAKEN AWAY": (compared < day) & (codes > 0),
        "LATER REASON": codes > 0,
        "NOT BEFORE EVENT": (day >= compared) & (codes == 0),
        "EVENT CAME": codes == 0,
        "AFTER LIMIT": (day > compared) & (codes > 0),
        "NOT AT VISIT": codes > 0,
    }
    for name in set(rule):
        assert holds[name][rule == name].all(), name
    # an event that was seen on or before the end of the time is never left without a rule that excludes it
    early = (
        is_event
        & (day < ends)
        & ~np.isin(rule, ["BEFORE ORIGIN", "NOT AFTER", "NO BASELINE", "TOO LATE", "LATER EVENT"])
    )
    assert not early.any(), rejected[early]


def test_no_subjects_no_candidates():
    assert build_candidates([]).empty
    assert tuple(build_candidates([])) == DECISION_COLUMNS


def test_a_date_of_a_planned_visit_is_kept_beside_the_day_it_was_seen():
    rows = derive_adam(
        study(**tables([course(scans=[("2021-04-12", "SD"), ("2021-06-14", "PD")])])), SPECS, TRIAL, ADAM
    ).decisions
    taken = rows[(rows["PARAMCD"] == "PFSB") & (rows["RULE"] == "TAKEN")]
    assert list(from_days(taken[["DATE", "ADT"]].iloc[0].astype(float))) == ["2021-06-14", "2021-07-05"]
