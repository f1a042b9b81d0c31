"""The rules of clinical sense on the reference study's true values: silent there, and each planted kind of fault found alone,
at its value. The truth has the values that a trial is about and not every variable of the standard, so that rules on the
standard have nothing to say here.
"""

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.checks.rules import RULES
from hcc_sdtm.checks.running import NOT_EVALUATED, run_checks
from hcc_sdtm.dataset import Dataset
from tests.checks.tables import REPOSITORY, SPECS, TRIAL, read_truth

FAULTS = pd.read_csv(REPOSITORY / "truth" / "faults.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
CLINICAL = tuple(rule for rule in RULES if not rule.id.startswith(("SD-", "AD-")))
WITHOUT_LESION = FAULTS[FAULTS["FAULT"] == "progression in RS and none in the lesions"]


@pytest.fixture(scope="module")
def truth():
    return read_truth()


def errors(datasets):
    findings, outcomes = run_checks(datasets, SPECS, TRIAL, CLINICAL)
    silent = set(outcomes.loc[outcomes["outcome"] == NOT_EVALUATED, "rule"])
    assert silent <= {"TR-004 lesion.sum-differs"}, outcomes  # no hospital sends sums
    wrong = findings[findings["severity"] == "error"]
    return set(zip(wrong["rule"].str[:6], wrong["subject"], wrong["dataset"], wrong["variable"], strict=True))


def changed(datasets, name, mask, **values):
    """The datasets with other values in the masked records of one, which must be some."""
    assert mask.any()
    frame = datasets[name].frame.copy()
    for variable, value in values.items():
        frame.loc[mask, variable] = value
    return {**datasets, name: Dataset(datasets[name].spec, frame)}


def fault(kind, dataset=""):
    rows = FAULTS[(FAULTS["FAULT"] == kind) & FAULTS["DATASET"].str.contains(dataset)]
    return rows.to_dict("records")


def standing():
    """A lesion was left out before the forms were written, so these two faults are in the truth too."""
    return {("RS-005", subject, "RS", "RSSTRESC") for subject in WITHOUT_LESION["USUBJID"]}


def test_the_truth_has_no_error_but_the_lesions_that_were_never_recorded(truth):
    assert len(standing()) == 2
    assert errors(truth) == standing()


def test_an_early_death_is_one_error_at_the_death(truth):
    for planted in fault("death before last visit"):
        subject, typed = planted["USUBJID"], "".join(ch if ch.isdigit() else "-" for ch in planted["TYPED"])
        early = typed if typed[:4].isdigit() else "-".join(reversed(typed.split("-")))
        deaths = truth["DM"].frame["USUBJID"] == subject
        ends = (truth["DS"].frame["USUBJID"] == subject) & (truth["DS"].frame["DSDECOD"] == "DEATH")
        spoilt = changed(changed(truth, "DM", deaths, DTHDTC=early), "DS", ends, DSSTDTC=early)
        spoilt = changed(spoilt, "SS", truth["SS"].frame["USUBJID"] == subject, SSDTC=early)
        assert errors(spoilt) - standing() == {("DS-001", subject, "DM", "DTHDTC")}


def test_a_response_after_death_is_one_error_at_the_response(truth):
    for planted in fault("response after death"):
        subject, visit = planted["USUBJID"], float(planted["KEYS"].split("=")[1])
        month, day, year = planted["TYPED"].split("/")
        records = (truth["RS"].frame["USUBJID"] == subject) & (truth["RS"].frame["VISITNUM"] == visit)
        spoilt = changed(truth, "RS", records, RSDTC=f"{year}-{month}-{day}")
        assert errors(spoilt) - standing() == {("RS-003", subject, "RS", "RSDTC")}


def test_a_lesion_in_centimetres_is_one_error_at_the_lesion(truth):
    for planted in fault("a unit slip", "TR"):
        keys = dict(pair.split("=") for pair in planted["KEYS"].split(";"))
        frame = truth["TR"].frame
        records = (frame["USUBJID"] == planted["USUBJID"]) & (frame["VISITNUM"] == float(keys["VISITNUM"]))
        records &= (frame["TRLNKID"] == keys["TRLNKID"]) & (frame["TRTESTCD"] == keys["TRTESTCD"])
        slip = float(planted["TYPED"])
        spoilt = changed(truth, "TR", records, TRORRES=planted["TYPED"], TRSTRESN=slip, TRSTRESC=planted["TYPED"])
        assert errors(spoilt) - standing() == {("TR-001", planted["USUBJID"], "TR", "TRORRES")}


def test_gray_for_centigray_is_one_error_at_the_dose(truth):
    for planted in fault("a unit slip", "EX"):
        records = truth["EX"].frame["USUBJID"] == planted["USUBJID"]
        records &= truth["EX"].frame["EXLOC"] == planted["KEYS"].split("=")[1]
        spoilt = changed(truth, "EX", records, EXDOSE=float(planted["TYPED"]) / 100)
        assert errors(spoilt) - standing() == {("EX-002", planted["USUBJID"], "EX", "EXDOSE")}


def test_a_stranger_in_one_dataset_is_one_error(truth):
    for planted in fault("a subject in one form and not in another"):
        name = planted["DATASET"]
        frame = truth[name].frame
        copy = frame.iloc[[0, 0]].assign(USUBJID=planted["USUBJID"])
        added = Dataset(truth[name].spec, pd.concat([frame, copy], ignore_index=True))
        assert errors({**truth, name: added}) - standing() == {("DM-001", planted["USUBJID"], name, "USUBJID")}


@pytest.mark.parametrize(
    ("dataset", "where", "variable", "typed"),
    [
        ("MH", {"MHEVDTYP": "INITIAL DIAGNOSIS"}, "MHSTDTC", "2024-01"),
        ("MH", {"MHEVDTYP": "INITIAL DIAGNOSIS"}, "MHSTDTC", "1900"),
        ("MH", {"MHCAT": "QUALIFYING PROGRESSION"}, "MHSTDTC", "2024-02-20"),
        ("DM", {}, "BRTHDTC", "2024"),
        ("DM", {}, "RFICDTC", "2024-02"),
        ("CM", {"CMCAT": "FIRST LINE"}, "CMSTDTC", "2024"),
        ("CM", {"CMCAT": "SECOND LINE"}, "CMSTDTC", "1999-06"),
    ],
)
def test_an_event_in_the_wrong_year_is_one_error_at_its_date(truth, dataset, where, variable, typed):
    second = set(truth["CM"].frame.query("CMCAT == 'SECOND LINE'")["USUBJID"])
    treated = truth["EX"].frame.query("EXSTDTC < '2023-06'")["USUBJID"]
    subject = sorted(second & set(treated) - set(WITHOUT_LESION["USUBJID"]))[0]
    frame = truth[dataset].frame
    mask = frame["USUBJID"] == subject
    for name, value in where.items():
        mask &= frame[name] == value
    spoilt = changed(truth, dataset, mask, **{variable: typed})
    assert errors(spoilt) - standing() == {("DT-005", subject, dataset, variable)}


def test_stable_disease_called_progression_is_found_wherever_its_lesions_were_measured(truth):
    frame = truth["RS"].frame
    stable = np.flatnonzero((frame["RSCAT"] == TRIAL.primary_criterion) & (frame["RSSTRESC"] == "SD"))
    sizes = truth["TR"].frame
    measured = set(zip(sizes["USUBJID"], sizes["VISITNUM"], strict=True))
    for position in stable[:: max(1, len(stable) // 12)]:
        subject, visit = frame["USUBJID"].iat[position], frame["VISITNUM"].iat[position]
        has_baseline = (subject, 1.0) in measured and (subject, visit) in measured
        mask = np.arange(len(frame)) == position
        spoilt = errors(changed(truth, "RS", mask, RSSTRESC="PD"))
        assert (("RS-005", subject, "RS", "RSSTRESC") in spoilt) == has_baseline
