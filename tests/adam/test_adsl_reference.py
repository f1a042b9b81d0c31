"""ADSL of the reference study against its simulated truth, computed here with nothing of the package."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

TRUTH = Path(__file__).resolve().parents[2] / "truth"
MONTH = 30.4375
CUTOFF = "2024-02-29"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(TRUTH / f"{name}.csv", dtype=str, keep_default_na=False)


def days_between(first: str, last: str) -> float:
    whole = len(first) == len(last) == 10
    return float((date.fromisoformat(last) - date.fromisoformat(first)).days) if whole else np.nan


@pytest.fixture(scope="module")
def adsl(reference_run) -> pd.DataFrame:
    return reference_run.frame("ADSL").set_index("USUBJID")


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    """The true dates, but of subjects of whom the sites typed another date of death."""
    faults = read("faults")
    wrong = faults.loc[faults["VARIABLE"].isin(["DTHDTC"]), "USUBJID"]
    frame = read("events").set_index("USUBJID")
    return frame[~frame.index.isin(wrong)]


def same(found: pd.Series, expected: dict[str, object]) -> None:
    """Every subject of ``expected`` has that value; a number to the ninth digit, None a missing value."""
    assert len(expected) >= 50
    for subject, value in expected.items():
        if value is None or value != value:
            assert found[subject] == "" or found[subject] != found[subject], (subject, found[subject])
        elif isinstance(value, str):
            assert found[subject] == value, subject
        else:
            assert found[subject] == pytest.approx(value, abs=1e-9), subject


def over_truth(frame: pd.DataFrame, events: pd.DataFrame, how) -> dict[str, object]:
    """What ``how`` makes of each subject's true records; None without one."""
    groups = dict(list(frame.groupby("USUBJID")))
    return {subject: how(groups[subject]) if subject in groups else None for subject in events.index}


def test_every_enrolled_subject_is_in_adsl_and_every_population_says_y_or_n(adsl):
    assert set(adsl.index) == set(read("events")["USUBJID"])
    for name in ("ITTFL", "ENRLFL", "SAFFL", "RTFL", "EVALFL"):
        assert set(adsl[name]) == {"Y", "N"}, name


def test_who_was_never_irradiated_stays_with_the_reason(adsl):
    truth = read("events").set_index("USUBJID")
    never = truth[(truth["NOTRTFL"] == "Y") & (truth["SCRNFFL"] == "N")].index
    assert len(never) == 2
    assert adsl.loc[never, ["ITTFL", "ENRLFL", "SAFFL", "ARMNRS"]].to_numpy().tolist() == [
        ["Y", "Y", "N", "ASSIGNED, NOT TREATED"]
    ] * len(never)
    failed = truth[truth["SCRNFFL"] == "Y"].index
    assert adsl.loc[failed, ["ITTFL", "ARMNRS", "EOSSTT", "DCSREAS"]].to_numpy().tolist() == [
        ["N", "SCREEN FAILURE", "DISCONTINUED", "SCREEN FAILURE"]
    ] * len(failed)


def test_duration_of_treatment(adsl, events):
    irradiated = events[events["RTSTDT"] != ""]
    expected = {row.Index: days_between(row.RTSTDT, row.RTENDDT) + 1 for row in irradiated.itertuples()}
    same(adsl["TRTDURD"], expected)


def test_times_to_radiotherapy(adsl, events):
    known = events[(events["RTSTDT"] != "")]
    same(adsl["QPTORTD"], {row.Index: days_between(row.QUALPDDT, row.RTSTDT) for row in known.itertuples()})
    collected = read("sdtm/mh")
    typed = collected[collected["MHEVDTYP"] == "INITIAL DIAGNOSIS"].set_index("USUBJID")["MHSTDTC"]
    complete = [subject for subject in known.index if len(typed[subject]) == 10]
    found = {subject: days_between(typed[subject], known.at[subject, "RTSTDT"]) / MONTH for subject in complete}
    assert len(found) >= 25
    for subject, months in found.items():
        assert adsl.at[subject, "DXTORTM"] == pytest.approx(months, abs=1e-9)


def test_doses_of_the_courses(adsl, events):
    qualifiers = read("sdtm/suppex")
    highest = {"RTFRAC": "FXDELIV", "RTDOSE": "TOTDOSE", "RTBED": "BED10"}
    for name, qualifier in highest.items():
        own = qualifiers[qualifiers["QNAM"] == qualifier]
        same(adsl[name], over_truth(own, events, lambda group: max(group["QVAL"].astype(float))))
    own = qualifiers[qualifiers["QNAM"] == "BED10"]
    same(adsl["RTBEDLO"], over_truth(own, events, lambda group: min(group["QVAL"].astype(float))))
    same(
        adsl["RTTECH"],
        over_truth(
            qualifiers[qualifiers["QNAM"] == "RTTECH"], events, lambda group: "; ".join(sorted(set(group["QVAL"])))
        ),
    )

    def delivered(group: pd.DataFrame) -> float:
        numbers = group["QVAL"].astype(float)
        return 100 * numbers[group["QNAM"] == "FXDELIV"].sum() / numbers[group["QNAM"] == "FXPLAN"].sum()

    fractions = qualifiers[qualifiers["QNAM"].isin(["FXPLAN", "FXDELIV"])]
    same(adsl["TRCMP"], over_truth(fractions, events, delivered))
    assert (adsl["TRCMP"] < 100).any()


def test_irradiated_lesions(adsl, events):
    courses = read("sdtm/ex")
    # where the record of a course names no lesion, nobody knows how many were irradiated
    same(
        adsl["RTLESN"],
        over_truth(courses, events, lambda group: float(len(set(group["EXLNKID"]))) if all(group["EXLNKID"]) else None),
    )
    same(adsl["RTLOC"], over_truth(courses, events, lambda group: "; ".join(sorted(set(group["EXLOC"])))))


def test_lesions_and_organs_at_baseline(adsl, events):
    lesions = read("sdtm/tu")
    baseline = lesions[lesions["TUSTRESC"].isin(["TARGET", "NON-TARGET"])]
    same(adsl["LESBLN"], over_truth(baseline, events, lambda group: float(len(set(group["TULNKID"])))))
    same(adsl["ORGBLN"], over_truth(baseline, events, lambda group: float(len(set(group["TULOC"])))))
    same(adsl["EHSFL"], over_truth(baseline, events, lambda group: "Y" if (group["TULOC"] != "LIVER").any() else "N"))
    targets = baseline[baseline["TUSTRESC"] == "TARGET"]
    same(adsl["TARBLN"], over_truth(targets, events, lambda group: float(len(set(group["TULNKID"])))))
    assert set(adsl["EHSFL"]) == {"Y", ""}  # stage IIIb is extrahepatic spread


def test_disease_before_radiotherapy(adsl, events):
    history, drugs, local = read("sdtm/mh"), read("sdtm/cm"), read("sdtm/pr")
    hepatitis = history[history["MHTERM"] == "HEPATITIS B"]
    same(adsl["HBVFL"], over_truth(hepatitis, events, lambda group: group["MHOCCUR"].iloc[0]))
    first = drugs[drugs["CMCAT"] == "FIRST LINE"]
    same(adsl["FLDRUG"], over_truth(first, events, lambda group: "; ".join(sorted(set(group["CMDECOD"])))))
    same(adsl["LINEBLN"], {subject: float(subject in set(first["USUBJID"])) for subject in events.index})
    before = local[local["PRCAT"] == "PRIOR LOCAL THERAPY"]["USUBJID"].value_counts()
    same(adsl["PRLOCN"], {subject: float(before.get(subject, 0)) for subject in events.index})


def test_baseline_scores_and_groups(adsl, events):
    scores = read("sdtm/rs")
    for name, test in (("CPCLBL", "CPS0107"), ("CPSCBL", "CPS0106")):
        own = scores[scores["RSTESTCD"] == test]
        kind = str if test == "CPS0107" else float
        same(adsl[name], over_truth(own, events, lambda group, kind=kind: kind(group["RSSTRESC"].iloc[0])))
    pairs = adsl[adsl["CPCLBL"] != ""]
    assert (pairs["CPBL"] == pairs["CPCLBL"] + pairs["CPSCBL"].astype(int).astype(str)).all()
    assert adsl["AGEGR1"].tolist() == [">=65" if age >= 65 else "18-64" for age in adsl["AGE"]]
    known = adsl[adsl["AFPBL"].notna()]
    assert known["AFPGR1"].tolist() == [">=400" if value >= 400 else "<400" for value in known["AFPBL"]]
    assert known["AFPGR1N"].tolist() == [2 if value >= 400 else 1 for value in known["AFPBL"]]
    assert set(adsl.loc[adsl["AFPBL"].isna(), "AFPGR1"]) == {""}


def test_end_of_study_and_follow_up(adsl, events):
    ended = read("sdtm/ds")
    ended = ended[ended["DSCAT"] == "DISPOSITION EVENT"]
    by_cutoff = ended[[text <= CUTOFF for text in ended["DSSTDTC"]]]
    same(adsl["DCSREAS"], over_truth(by_cutoff, events, lambda group: group["DSDECOD"].iloc[-1]))
    status = over_truth(by_cutoff, events, lambda group: "DISCONTINUED")
    same(adsl["EOSSTT"], {subject: value or "ONGOING" for subject, value in status.items()})
    dead = adsl[(adsl["DCSREAS"] == "DEATH") & adsl.index.isin(events.index)]
    assert len(dead) >= 20
    assert (dead["EOSDT"] == dead["DTHDT"]).all()
    assert (dead["EOSDTF"] == dead["DTHDTF"]).all()
    assert adsl.loc[adsl["EOSSTT"] == "ONGOING", "EOSDT"].isna().all()
    irradiated = events[events["RTSTDT"] != ""]
    expected = {}
    for row in irradiated.itertuples():
        # who left the study before death is alive as far as the study knows
        is_seen = "Y" not in (row.LOSTFL, row.WITHDFL)
        if len(row.DTHDT) == 10 and CUTOFF >= row.DTHDT and is_seen and adsl.at[row.Index, "DTHDTF"] == "":
            expected[row.Index] = (days_between(row.RTSTDT, row.DTHDT) + 1) / MONTH
    assert len(expected) >= 20
    for subject, months in expected.items():
        assert adsl.at[subject, "FUPM"] == pytest.approx(months, abs=1e-9), subject
        until = days_between(irradiated.at[subject, "RTENDDT"], irradiated.at[subject, "DTHDT"])
        assert adsl.at[subject, "LDDTHELD"] == until
    alive = adsl[(adsl["DTHFL"] != "Y") & (adsl["SAFFL"] == "Y")]
    assert len(alive) >= 20
    assert alive["FUPM"].tolist() == pytest.approx(((alive["LSTALVDT"] - alive["TRTSDT"] + 1) / MONTH).tolist())


def test_reason_for_the_change_of_line_and_group_of_progressing_lesions(adsl, events):
    given = read("sdtm/suppcm")
    reasons = given[(given["QNAM"] == "SWREAS") & (given["CMCAT"] == "SECOND LINE")]
    same(adsl["SLREAS"], over_truth(reasons, events, lambda group: group["QVAL"].iloc[0]))
    known = adsl[adsl["OLIGON"].notna()]
    assert known["OLIGGR1"].tolist() == [">=2" if value >= 2 else "1" for value in known["OLIGON"]]
    assert known["OLIGGR1N"].tolist() == [2 if value >= 2 else 1 for value in known["OLIGON"]]
    assert set(adsl.loc[adsl["OLIGON"].isna(), "OLIGGR1"]) <= {""}
