"""The marginals of a large study against the study's parameters, within sampling error at 2,000 subjects."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from hcc_sdtm.synthetic.known_study import simulate_study
from hcc_sdtm.synthetic.plan import CUT_OFF, NE, NONE, ORGANS, PD
from hcc_sdtm.synthetic.truth import build_observer

MONTH = 30.4375


@pytest.fixture(scope="module")
def study():
    return simulate_study(2000, 11)


@pytest.fixture(scope="module")
def treated(study):
    """Irradiated subjects who are not hand-written, with what an observer concludes of them."""
    observer = build_observer(study)
    joined = pd.concat([study.subjects, observer.drop(columns="USUBJID")], axis=1)
    return joined[joined["RTSTART"].notna() & ~joined.index.isin(study.course.scenarios)]


def share(values, expected, within):
    assert abs(float(np.mean(values)) - expected) <= within, float(np.mean(values))


def test_demographics_and_disease(study, treated):
    share(treated["SEX"] == "M", 0.85, 0.025)
    share(treated["HBV"], 0.82, 0.03)
    share(treated["AGE"], 57, 0.8)
    share(treated["ECOG"] == 0, 0.50, 0.035)
    share(treated["CHILDPUGH"] == 5, 0.60, 0.035)
    share(treated["PROGRESSING"] == 1, 0.50, 0.035)
    share(np.log10(treated["AFP"]), np.log10(200), 0.1)
    present = study.course.lesions.organ[treated.index]
    for organ, expected in zip(ORGANS, (0.75, 0.50, 0.35, 0.20, 0.12), strict=True):
        share((present == ORGANS.index(organ)).any(axis=1), expected, 0.035)


def test_radiotherapy(treated):
    for technique, expected in (("SBRT", 0.60), ("IMRT", 0.30), ("3D-CRT", 0.10)):
        share(treated["TECH1"] == technique, expected, 0.035)
    share(treated["DELIVERED1"] < treated["PLANNED1"], 0.04, 0.015)
    ends = treated["END1"].to_numpy().astype("int64").astype("datetime64[D]")
    starts = treated["RTSTART"].to_numpy().astype("int64").astype("datetime64[D]")
    assert np.is_busday(ends).all()
    assert np.is_busday(starts).all()
    wait = treated["RTSTART"] - treated["QUALIFYING"]
    share(wait, 24, 1.5)
    assert wait.between(7, 42).all()


def test_response(treated):
    for best, expected in (("CR", 0.05), ("PR", 0.33), ("SD", 0.43), ("PD", 0.14), ("NE", 0.05)):
        share(treated["BOR"] == best, expected, 0.06)
    for best, expected in (("CR", 0.13), ("PR", 0.35), ("SD", 0.35), ("PD", 0.12), ("NE", 0.05)):
        share(treated["BORM"] == best, expected, 0.06)
    lost = treated["BOR"].isin(["CR", "PR"]).mean() - treated["CBOR"].isin(["CR", "PR"]).mean()
    assert 0.04 < lost < 0.10


def survival(treated, date, censor):
    # a date without its day is taken as the middle of what is known
    written = treated[date]
    filled = written.where(written.str.len() > 4, written + "-06").str.ljust(10, " ").str.replace("   ", "-15")
    end = pd.to_datetime(filled)
    days = (end - pd.to_datetime(treated["RTSTDTC"])).dt.days + 1
    return KaplanMeierFitter().fit(days.clip(lower=1) / MONTH, treated[censor] == 0)


def test_progression_free_and_overall_survival(treated):
    progression = survival(treated, "PFSADT", "PFSCNSR")
    assert 7.6 < progression.median_survival_time_ < 9.4
    assert abs(progression.predict(12) - 0.35) < 0.04
    death = survival(treated, "OSADT", "OSCNSR")
    assert 19.5 < death.median_survival_time_ < 24.5
    assert abs(death.predict(12) - 0.74) < 0.04


def test_what_follows(study, treated):
    recist = study.course.recist[treated.index]
    progressed = (recist == PD).any(axis=1)
    pattern = study.course.growth[treated.index][progressed]
    for code, expected in ((0, 0.60), (1, 0.30), (2, 0.10)):
        share(pattern == code, expected, 0.04)
    changed = treated["SWITCHREASON"] == "PROGRESSIVE DISEASE"
    share((treated["SECONDLINE"].notna() & changed)[progressed], 0.64, 0.06)
    living = treated[treated["SEENDEATH"].isna() & (treated["DISPOSITION"] == "")]
    share(living["LASTCONTACT"] < CUT_OFF - 60, 0.10, 0.035)
    assert (treated["LASTCONTACT"] <= CUT_OFF).all()


def test_scans_that_were_not_evaluable_or_unscheduled(study):
    codes = study.course.recist
    done = codes != NONE
    share((codes == NE)[done], 0.035, 0.015)
    share(done[:, 1::2].sum() / done.sum(), 0.05, 0.02)


def test_dates_are_partial_as_often_as_stated(study):
    known = study.known[~study.known.index.isin(study.course.scenarios)]
    share(known["DIAGNOSIS"].str.len() == 7, 0.30, 0.035)
    share(known["DIAGNOSIS"].str.len() == 4, 0.06, 0.02)
    dead = known["SEENDEATH"][known["SEENDEATH"] != ""]
    share(dead.str.len() == 7, 0.06, 0.025)
    prior = known["PRIOR1"][known["PRIOR1"] != ""]
    share(prior.str.len() == 7, 0.40, 0.05)
    second = known["SECONDLINE"][known["SECONDLINE"] != ""]
    share(second.str.len() == 7, 0.20, 0.05)
    assert set(known["RTSTART"].str.len()) == {0, 10}
    born = known["BIRTH"].str.len() == 4
    assert (born == (study.subjects.loc[known.index, "SITEID"] == "103")).all()


def test_nothing_is_seen_after_death_last_contact_or_cut_off(study):
    subjects = study.subjects
    scans = study.scans
    assert (scans["DAY"].to_numpy() <= subjects["LASTCONTACT"].to_numpy()[scans["ROW"]]).all()
    for name in ("SECONDLINE", "LOCAL", "CLINICALPD", "RTEND"):
        late = subjects[name] > subjects["LASTCONTACT"]
        assert not late.any(), name
    order = ["DIAGNOSIS", "FIRSTSTART", "QUALIFYING", "CONSENT", "RTSTART", "RTEND"]
    for earlier, later in pairwise(order):
        assert not (subjects[earlier] > subjects[later]).any(), (earlier, later)


def test_baseline_scans_stand_within_28_days_before_radiotherapy(study):
    gap = study.subjects["RTSTART"] - study.subjects["BASELINE"]
    assert gap.dropna().between(0, 28).all()
