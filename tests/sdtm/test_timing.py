import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.sdtm.timing import (
    derive_epoch,
    derive_last_before_treatment,
    derive_study_days,
    derive_visit,
)
from tests.sdtm.study import TRIAL, dataset


def listed(made, variable):
    return [None if value != value else value for value in made.frame[variable]]


def test_study_day_has_no_day_zero_and_needs_both_dates_to_the_day():
    dm = dataset("DM", "ABC", RFSTDTC=["2021-03-05", "2021-03", ""]).frame
    dates = [
        "2021-03-04",
        "2021-03-05",
        "2021-03-06",
        "2021-03",
        "2021---05",
        "",
        "2021-03-05",
        "2021-03-05",
        "2021-03-05",
    ]
    rs = dataset("RS", "AAAAAABCD", RSDTC=dates)
    derive_study_days(rs, dm)
    assert listed(rs, "RSDY") == [-1.0, 1.0, 2.0, None, None, None, None, None, None]


def test_every_study_day_of_the_spec_comes_from_its_own_date():
    dm = dataset("DM", "A", RFSTDTC=["2021-03-05"]).frame
    ex = dataset("EX", "A", EXSTDTC=["2021-03-05"], EXENDTC=["2021-03-15"])
    derive_study_days(ex, dm)
    assert (listed(ex, "EXSTDY"), listed(ex, "EXENDY")) == ([1.0], [11.0])


@pytest.mark.parametrize(
    ("date", "epoch"),
    [
        ("2021-02-28", ""),  # before consent
        ("2021-03-01", "SCREENING"),
        ("2021-03-09", "SCREENING"),
        ("2021-03-10", "TREATMENT"),
        ("2021-03-20", "TREATMENT"),
        ("2021-03-21", "FOLLOW-UP"),
        ("2021-03", ""),  # in all three
        ("2021-04", "FOLLOW-UP"),
        ("2021", ""),
        ("2022", "FOLLOW-UP"),
        ("2021---15", ""),
        ("--03-12", ""),
        ("", ""),
    ],
)
def test_epoch_is_the_stretch_that_holds_the_whole_date(date, epoch):
    dm = dataset("DM", "A", RFICDTC=["2021-03-01"], RFSTDTC=["2021-03-10"], RFENDTC=["2021-03-20"]).frame
    rs = dataset("RS", "A", RSDTC=[date])
    derive_epoch(rs, dm, TRIAL)
    assert listed(rs, "EPOCH") == [epoch]


@pytest.mark.parametrize(
    ("consent", "first", "last", "date", "epoch"),
    [
        ("2021-03-01", "", "", "2021-08-01", "SCREENING"),  # never treated
        ("2021-03-01", "2021-04", "2021-04", "2021-03-31", "SCREENING"),
        ("2021-03-01", "2021-04", "2021-04", "2021-04-10", ""),  # before or after the first day
        ("2021-03-01", "2021-04", "2021-04", "2021-05-01", "FOLLOW-UP"),
        ("2021-03-01", "2021-04-05", "2021-04", "2021-04-05", "TREATMENT"),
        ("2021-03-01", "2021-04-05", "2021-04", "2021-04-20", ""),  # the last day is somewhere in April
        ("2021-03-01", "2021-04-05", "2021-05", "2021-04-20", "TREATMENT"),
        ("2021-03-01", "2021-04-05", "2021-05", "2021-06-01", "FOLLOW-UP"),
        ("2021-03-01", "2021-04-05", "", "2021-04-05", "TREATMENT"),
        ("2021-03-01", "2021-04-05", "", "2021-06-01", ""),  # started; the end is not known
        ("2021-03", "2021-04-05", "2021-04-20", "2021-03-15", ""),  # before or after consent
        ("2021-03", "2021-04-05", "2021-04-20", "2021-04-01", "SCREENING"),
        ("", "2021-04-05", "2021-04-20", "2021-04-01", ""),
    ],
)
def test_epoch_with_reference_dates_that_are_partial_or_missing(consent, first, last, date, epoch):
    dm = dataset("DM", "A", RFICDTC=[consent], RFSTDTC=[first], RFENDTC=[last]).frame
    rs = dataset("RS", "A", RSDTC=[date])
    derive_epoch(rs, dm, TRIAL)
    assert listed(rs, "EPOCH") == [epoch]


@given(
    st.dates().map(str).map(lambda text: text[:4]),
    st.integers(1, 28),
    st.lists(st.integers(0, 400), min_size=3, max_size=3).map(sorted),
    st.sampled_from([4, 7, 10]),
)
def test_epoch_never_contradicts_a_real_day_of_a_partial_date(year, day, gaps, width):
    start = np.datetime64(f"{year}-01-{day:02d}")
    consent, first, last = (start + gap for gap in gaps)
    dm = dataset("DM", "A", RFICDTC=[str(consent)], RFSTDTC=[str(first)], RFENDTC=[str(last)]).frame
    exact = first + 3
    rs = dataset("RS", "AA", RSDTC=[str(exact), str(exact)[:width]])
    derive_epoch(rs, dm, TRIAL)
    known, partial = rs.frame["EPOCH"]
    assert partial in ("", known)


def test_visit_names_planned_days_and_unscheduled_numbers():
    rs = dataset("RS", "AAAAA", VISITNUM=[1, 2, 3.1, 4.12, np.nan])
    derive_visit(rs, TRIAL)
    assert listed(rs, "VISIT") == ["BASELINE", "WEEK 6", "UNSCHEDULED 3.1", "UNSCHEDULED 4.12", ""]
    assert listed(rs, "VISITDY") == [-14.0, 42.0, None, None, None]


def test_last_observation_before_treatment_is_flagged_for_each_lesion_and_test():
    dm = dataset("DM", "ABC", RFXSTDTC=["2021-03-10", "2021-03", ""]).frame
    rows = [
        # subject, lesion, test, result, date, flag
        ("A", "T01", "LDIAM", "20", "2021-02-20", ""),
        ("A", "T01", "LDIAM", "22", "2021-03-10", "Y"),  # the day of the first treatment
        ("A", "T01", "LDIAM", "25", "2021-03-11", ""),
        ("A", "T01", "VDIAM", "15", "2021-02-20", "Y"),
        ("A", "T01", "VDIAM", "", "2021-03-09", ""),  # no result
        ("A", "T02", "LDIAM", "11", "2021-02-20", "Y"),
        ("A", "T02", "LDIAM", "12", "2021-03", ""),  # a date in part is never it
        ("A", "T03", "LDIAM", "9", "2021-03-09", ""),
        ("A", "T03", "LDIAM", "9", "2021-03-09", "Y"),  # twice on one day: the later record
        ("B", "T01", "LDIAM", "30", "2021-02-20", ""),  # first treatment not known to the day
        ("C", "T01", "LDIAM", "30", "2021-02-20", ""),  # never treated
        ("D", "T01", "LDIAM", "30", "2021-02-20", ""),  # not in DM
    ]
    subjects, lesions, tests, results, dates, flags = zip(*rows, strict=True)
    tr = dataset("TR", "".join(subjects), TRLNKID=lesions, TRTESTCD=tests, TRORRES=results, TRDTC=dates)
    derive_last_before_treatment(tr, dm)
    assert listed(tr, "TRLOBXFL") == list(flags)
