from __future__ import annotations

import pandas as pd
import pytest

from hcc_sdtm.adam.event_limits import build_event_limits, limit_column
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.dates.iso import from_days
from hcc_sdtm.spec.trial import Trial
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

DM = "S | ARMCD | DTHDTC | DTHFL\nA | RT | {} | Y"
EX = "S | EXSTDTC | EXENDTC\nA | 2021-03-01 | 2021-03-10"


def shown(limits, name: str) -> list[str]:
    return [from_days(pd.Series(limits[limit_column(name, end)]))[0] for end in ("earliest", "latest")]


@pytest.mark.parametrize(
    ("death", "scan", "second_line", "expected"),
    [
        ("2021", "2021-07", ".", "2021-07-01 | M"),  # not before a progression known to its month
        ("2021", "2021-07", "2021-09", "2021-09-01 | M"),  # nor before a second line
        ("2021", "2021", ".", "2021-03-10 | M"),  # the progression may be of the day after treatment; alive is known
        ("2021-07", "2021-07", ".", "2021-07-01 | D"),
        ("2021-05", "2021-07", ".", "2021-05-01 | D"),  # a bound outside what is known of the date does not move it
        ("2021", "2021-02", ".", "2021-03-10 | M"),  # the progression that qualified the subject
    ],
)
def test_a_partial_death_is_not_before_a_partial_event_that_it_follows(death, scan, second_line, expected):
    datasets = study(
        DM=DM.format(death),
        EX=EX,
        RS=f"S | RSDTC | RSSTRESC\nA | {scan} | PD",
        CM=f"S | CMSTDTC\nA | {second_line}",
    )
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    assert as_text(adsl.frame, "DTHDT DTHDTF") == lines(expected)
    assert not [name for name in adsl.published if name.startswith("_")]


def test_an_event_has_the_days_that_the_order_leaves_it():
    datasets = study(
        DM=DM.format("2021-08"), EX=EX, RS="S | RSDTC | RSSTRESC\nA | 2021-07 | PD", CM="S | CMSTDTC\nA | 2021"
    )
    limits = build_event_limits(datasets, TRIAL, pd.Index(["A"], dtype=object))
    assert shown(limits, "second line") == ["2021-03-01", "2021-08-31"]  # from the start of treatment to death
    assert shown(limits, "progression") == ["2021-07-01", "2021-07-31"]
    assert shown(limits, "radiotherapy") == ["2021-03-01", "2021-03-01"]


def test_no_event_is_after_the_cutoff_and_one_without_a_date_limits_nothing():
    datasets = study(DM=DM.format("."), EX=EX, CM="S | CMSTDTC\nA | 2024")
    limits = build_event_limits(datasets, TRIAL, pd.Index(["A", "B"], dtype=object))
    assert shown(limits, "second line") == ["2024-01-01", "2024-02-29"]
    assert shown(limits, "progression") == ["", ""]
    assert [from_days(pd.Series(limits[limit_column("radiotherapy", "latest")]))[1]] == [""]


def test_a_trial_whose_roles_no_event_bounds_has_no_limits():
    assert build_event_limits({}, TRIAL.model_copy(update={"partial_dates": {}}), pd.Index(["A"])) == {}


def test_a_partial_date_of_a_role_without_a_policy_is_a_finding_and_not_guessed():
    trial: Trial = TRIAL.model_copy(update={"partial_dates": {}})
    adsl, findings = build_adsl(study(DM=DM.format("2021"), EX=EX), SPECS, trial, ADAM)
    assert as_text(adsl.frame, "DTHDT DTHDTF") == [". | ."]
    assert as_text(findings, "rule dataset variable value") == [
        "ADSL-101 adam.unusable-date | DM | DTHDTC | 2021",
        "ADSL-102 adam.undated-death | ADSL | DTHDT | .",
    ]
