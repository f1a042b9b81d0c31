"""The decision rules against a slow reading of them, subject by subject, that shares no code with the package."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.adam.times.adtte import build_adtte
from hcc_sdtm.dates.iso import from_days
from tests.adam.tables import ADAM, SPECS, TRIAL, study

CUTOFF = date(2024, 2, 29)
WEEKS = [6, 12, 18, 24, *range(36, 400, 12)]
VISITS = [(7 * week, 7 if week <= 24 else 14) for week in WEEKS]  # every 12 weeks for ever


@dataclass(frozen=True)
class Patient:
    name: str
    start: date
    has_baseline: bool
    scans: tuple[tuple[date, str], ...]
    death: date | None
    second_line: date | None
    local: date | None
    clinical: date | None
    lost: date | None
    diagnosis: date | None = date(2019, 5, 1)
    qualifying: date | None = date(2020, 6, 1)


def draw_patient(rng: random.Random, name: str) -> Patient:
    start = date(2021, 1, 1) + timedelta(rng.randrange(0, 700))

    def some_day(share: float, reach: int = 900) -> date | None:
        return start + timedelta(rng.randrange(0, reach)) if rng.random() < share else None

    scans: dict[date, str] = {}
    for planned, window in VISITS[: rng.randrange(0, 16)]:
        if rng.random() < 0.65:
            off = rng.choice([0, 0, -window, window, -window - 1, window + 1, rng.randrange(-20, 20)])
            scans[start + timedelta(max(planned + off, 1))] = rng.choices(
                ["CR", "PR", "SD", "NON-CR/NON-PD", "NE", "PD"], [1, 3, 6, 1, 2, 1]
            )[0]
    if rng.random() < 0.2:
        scans[start - timedelta(rng.randrange(0, 30))] = "PD"
    for _ in range(rng.randrange(0, 3)):
        scans[start + timedelta(rng.randrange(1, 900))] = rng.choice(["SD", "NE", "PD"])
    days = list(scans)
    second = rng.choice(days) if days and rng.random() < 0.15 else some_day(0.3)
    return Patient(
        name,
        start,
        rng.random() < 0.9,
        tuple(sorted(scans.items())),
        rng.choice(days) if days and rng.random() < 0.1 else some_day(0.4),
        second if second is None or second >= start else start,
        some_day(0.15),
        some_day(0.2),
        some_day(0.15),
    )


def next_visit(patient: Patient, day: date) -> date:
    """The day in the window of a visit, else the planned day of the next one."""
    since = (day - patient.start).days
    for planned, window in VISITS:
        if planned - window <= since <= planned + window:
            return day
    return patient.start + timedelta(next(planned for planned, _ in VISITS if planned > since))


def is_at_visit(patient: Patient, day: date) -> bool:
    since = (day - patient.start).days
    return any(planned - window <= since <= planned + window for planned, window in VISITS)


def too_many_missed(patient: Patient, last: date, event: date, by: str) -> date | None:
    """The last day on which two visits are not missed, where the event comes after it."""
    since, gone = (last - patient.start).days, (event - patient.start).days
    if by == "windows":
        closed = [planned + w for planned, w in VISITS if planned - w > since and planned + w < gone]
        return patient.start + timedelta(closed[1]) if len(closed) >= 2 else None
    passed = [(planned, w) for planned, w in VISITS if planned - w <= since]
    own, early = passed[-1] if passed else (0, 0)
    second, late = VISITS[len(passed) + 1]
    allowed = (second - own) + early + late
    return last + timedelta(allowed) if (event - last).days > allowed else None


def conclude(patient: Patient, scheme: str, by: str = "windows", cutoff: date = CUTOFF) -> tuple[date, int]:
    """ADT and CNSR of one subject, read off the rules in words."""
    death = patient.death if patient.death and patient.death <= cutoff else None
    seen = [(day, what) for day, what in patient.scans if patient.start < day <= cutoff]
    seen = [(day, what) for day, what in seen if death is None or day <= death]
    used = []
    for day, what in seen:
        used.append((day, what))
        if what == "PD":
            break
    adequate = [day for day, what in used if what != "NE"]
    candidates = []  # day, rank on the same day, kind
    if patient.has_baseline:
        candidates += [(day, 0, "progression") for day, what in used if what == "PD"]
        if scheme == "PFSC" and patient.clinical and patient.start < patient.clinical <= cutoff:
            candidates.append((patient.clinical, 1, "clinical"))
    if death and scheme != "TTP" and death >= patient.start:
        candidates.append((death, 2, "death"))
    event = min(candidates) if candidates else None
    lost = patient.lost is not None and patient.start <= patient.lost <= cutoff

    if event is None and not patient.has_baseline:
        return patient.start, 2
    if event is None and not adequate:
        return patient.start, 2
    limit, code = None, None
    if scheme != "PFSEMA":
        therapies = [day for day in (patient.second_line, patient.local) if day and patient.start <= day <= cutoff]
        therapy = min(therapies) if therapies else None
        gap = None
        if event:
            free = [day for day in adequate if day < event[0] or (day == event[0] and event[2] not in ("progression",))]
            gap = too_many_missed(patient, free[-1] if free else patient.start, event[0], by)
        if therapy is not None and (event is None or therapy < event[0]):
            limit, code = therapy, 3
        if gap is not None:
            limit, code = min(limit or gap, gap), code or 4
    if limit is None and event:
        day, _, kind = event
        moved = scheme in ("PFSB", "PFSC") and kind != "death"
        if moved:
            day = max(day, min([next_visit(patient, day), cutoff, *([death] if death else [])]))
        return day, 0
    before = [
        day
        for day in adequate
        if (limit is None or day <= limit)
        and (event is None or day < event[0] or (day == event[0] and event[2] != "progression"))
        and (scheme != "PFSB" or is_at_visit(patient, day))
    ]
    if code is None:
        code = 7 if scheme == "TTP" and death and death >= patient.start else 5 if lost else 1
    return (before[-1] if before and patient.has_baseline else patient.start), code


def tables(patients: list[Patient]) -> dict[str, pd.DataFrame]:
    """The patients as SDTM tables."""

    def frame(columns: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
        cells = [tuple(str(cell) for cell in row) for row in rows]
        return pd.DataFrame(cells, columns=columns.split(), dtype=object)

    clinical = "PROTOCOL DEFINED RESPONSE CRITERIA"
    return {
        "DM": frame("S DTHDTC DTHFL", [(p.name, p.death or "", "Y" if p.death else "") for p in patients]),
        "EX": frame("S EXSTDTC EXENDTC", [(p.name, p.start, p.start) for p in patients if p.start != date.max]),
        "MH": frame(
            "S MHCAT MHEVDTYP MHSTDTC",
            [(p.name, "PRIMARY DIAGNOSIS", "INITIAL DIAGNOSIS", p.diagnosis) for p in patients if p.diagnosis]
            + [(p.name, "QUALIFYING PROGRESSION", "", p.qualifying) for p in patients if p.qualifying],
        ),
        "TU": frame("S TUDTC", [(p.name, p.start - timedelta(7)) for p in patients if p.has_baseline]),
        "RS": frame(
            "S RSCAT RSTESTCD RSSTRESC RSDTC",
            [(p.name, "RECIST 1.1", "OVRLRESP", what, day) for p in patients for day, what in p.scans]
            + [(p.name, clinical, "SYMPTDTR", "Y", p.clinical) for p in patients if p.clinical],
        ),
        "CM": frame("S CMSTDTC", [(p.name, p.second_line) for p in patients if p.second_line]),
        "PR": frame("S PRSTDTC", [(p.name, p.local) for p in patients if p.local]),
        "DS": frame("S DSDECOD DSSTDTC", [(p.name, "LOST TO FOLLOW-UP", p.lost) for p in patients if p.lost]),
    }


def baselines(patients: list[Patient]) -> pd.DataFrame:
    rows = [(p.name, str(p.start - timedelta(7))) for p in patients if p.has_baseline]
    return pd.DataFrame(rows, columns=["S", "TUDTC"], dtype=object)


def derive(patients: list[Patient], trial=TRIAL, **replaced: pd.DataFrame):
    datasets = study(**{**tables(patients), **replaced})
    adsl, _ = build_adsl(datasets, SPECS, trial, ADAM)
    adrs, _ = build_adrs(datasets, adsl, SPECS, trial, ADAM)
    adtte, findings = build_adtte(datasets, adsl, adrs, SPECS, trial, ADAM)
    return adsl.frame, adrs.frame, adtte.frame, findings


def decisions(adtte: pd.DataFrame, paramcd: str) -> dict[str, tuple[date, int]]:
    rows = adtte[adtte["PARAMCD"] == paramcd]
    return {
        name: (date.fromisoformat(day), int(code))
        for name, day, code in zip(rows["USUBJID"], from_days(rows["ADT"]), rows["CNSR"], strict=True)
    }


SCHEMES = ("PFS", "PFSB", "PFSC", "PFSEMA", "TTP")


@pytest.mark.parametrize("by", ["windows", "gap"])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_decision_is_that_of_the_rules_read_slowly(by, seed):
    rng = random.Random(seed)
    patients = [draw_patient(rng, f"P{number:04}") for number in range(1500)]
    adtte = derive(patients, TRIAL.model_copy(update={"missed_by": by}))[2]
    for scheme in SCHEMES:
        found = decisions(adtte, scheme)
        expected = {patient.name: conclude(patient, scheme, by) for patient in patients}
        wrong = {name: (found.get(name), expected[name]) for name in expected if found.get(name) != expected[name]}
        assert not wrong, (scheme, len(wrong), list(wrong.items())[:3])
        assert {code for _, code in expected.values()} >= {0, 1, 2, 5}


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.dates(date(2021, 6, 1), date(2023, 6, 1)))
def test_an_earlier_cutoff_is_as_if_nothing_after_it_had_been_written(seed, cutoff):
    rng = random.Random(seed)
    patients = [draw_patient(rng, f"P{number}") for number in range(8)]
    trial = TRIAL.model_copy(update={"data_cutoff": cutoff.isoformat()})

    def until(day: date | None) -> date | None:
        return day if day and day <= cutoff else None

    then = [
        Patient(
            p.name,
            p.start if p.start <= cutoff else date.max,
            p.has_baseline and p.start - timedelta(7) <= cutoff,
            tuple(scan for scan in p.scans if scan[0] <= cutoff),
            until(p.death),
            until(p.second_line),
            until(p.local),
            until(p.clinical),
            until(p.lost),
        )
        for p in patients
    ]
    known = {"TU": baselines(patients)}
    later, earlier = derive(patients, trial, **known)[2], derive(then, trial, **known)[2]
    of_survival = ("OS", "OSDE", "OSRT", "TTNT2L", "TTNT2LQ", "NLFS", "PFS2")
    for paramcd in sorted({*later["PARAMCD"], *earlier["PARAMCD"]} - {*of_survival}):
        assert decisions(later, paramcd) == decisions(earlier, paramcd), paramcd
    for paramcd in of_survival:
        both = decisions(later, paramcd), decisions(earlier, paramcd)
        assert {name for name, (_, code) in both[0].items() if code == 0} == {
            name for name, (_, code) in both[1].items() if code == 0
        }
    assert (from_days(later["ADT"]) <= cutoff.isoformat()).all()
    for patient in patients:
        if patient.start <= cutoff:
            for scheme in SCHEMES:
                assert decisions(later, scheme)[patient.name] == conclude(patient, scheme, cutoff=cutoff)


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_everyone_of_a_population_has_a_record_or_a_finding_that_says_why_not(seed):
    rng = random.Random(seed)
    drawn = [draw_patient(rng, f"P{number}") for number in range(8)]
    patients = [
        Patient(
            p.name,
            date.max if rng.random() < 0.1 else p.start,
            False if p.start == date.max else p.has_baseline,
            p.scans,
            p.start - timedelta(3) if rng.random() < 0.1 else p.death,
            p.start - timedelta(40) if rng.random() < 0.1 else p.second_line,
            p.local,
            p.clinical,
            p.lost,
            None if rng.random() < 0.2 else p.diagnosis,
            None if rng.random() < 0.2 else p.qualifying,
        )
        for p in drawn
    ]
    known = {"TU": baselines(drawn)}
    adsl, adrs, adtte, findings = derive(patients, **known)
    for parameter in ADAM.parameters:
        people = set(adsl.loc[adsl[parameter.population] == "Y", "USUBJID"])
        if parameter.among and parameter.among.dataset == "ADRS":
            among = np.logical_and.reduce([adrs[name].isin(texts) for name, texts in parameter.among.where.items()])
            people &= set(adrs.loc[among, "USUBJID"])
        has = set(adtte.loc[adtte["PARAMCD"] == parameter.paramcd, "USUBJID"])
        assert has <= people
        for name in people - has:
            said = findings[(findings["subject"] == name) & findings["rule"].str.match("ADTTE-1(01|10|11)")]
            assert said["message"].str.contains(rf"\b{parameter.paramcd}\b").any(), (parameter.paramcd, name)
    assert not adtte.duplicated(["USUBJID", "PARAMCD"]).any()
    assert (adtte["ADT"] >= adtte["STARTDT"]).all()
    assert (adtte["AVAL"] > adtte["ENTRY"]).all()
    assert (adtte["SRCDOM"] != "").all()


def ends(patient: Patient, paramcd: str) -> tuple[date, int] | None:
    """Day and CAUSE of what ends a time to next-line therapy, progression on it, or death; None: censored."""
    death = patient.death if patient.death and patient.start <= patient.death <= CUTOFF else None
    line = patient.second_line if patient.second_line and patient.second_line <= CUTOFF else None
    events = [(death, 2, 2 if paramcd == "TTNT2L" else 1)] if death else []
    if paramcd in ("TTNT2L", "NLFS"):
        events += [(line, 1, 1)] if line else []
    elif line and paramcd == "PFS2":
        events += [(day, 1, 1) for day, what in patient.scans if what == "PD" and line < day <= CUTOFF]
    if not events:
        return None
    day, _, cause = min(events)
    return day, cause


@pytest.mark.parametrize("paramcd", ["TTNT2L", "NLFS", "PFS2", "OSRT"])
def test_next_line_and_survival_end_where_a_slow_reading_ends_them(paramcd):
    rng = random.Random(7)
    patients = [draw_patient(rng, f"P{number:04}") for number in range(1500)]
    adtte = derive(patients)[2]
    rows = adtte[(adtte["PARAMCD"] == paramcd) & (adtte["CNSR"] == 0)]
    found = {
        name: (date.fromisoformat(day), int(cause))
        for name, day, cause in zip(rows["USUBJID"], from_days(rows["ADT"]), rows["CAUSE"], strict=True)
    }
    assert found == {p.name: end for p in patients if (end := ends(p, paramcd))}
    assert len(decisions(adtte, paramcd)) == len(patients)


def test_a_response_lasts_until_progression_free_survival_ends():
    rng = random.Random(8)
    patients = [draw_patient(rng, f"P{number:04}") for number in range(1500)]
    adtte = derive(patients)[2]
    of_response, of_survival = decisions(adtte, "DOR"), decisions(adtte, "PFS")
    baseline = {patient.name for patient in patients if patient.has_baseline}
    judged = {name: end for name, end in of_response.items() if name in baseline}
    assert len(judged) > 100
    assert judged == {name: of_survival[name] for name in judged}
    starts = adtte[adtte["PARAMCD"] == "DOR"].set_index("USUBJID")["STARTDT"]
    reached = adtte[adtte["PARAMCD"] == "TTR"].set_index("USUBJID")["ADT"]
    pd.testing.assert_series_equal(starts, reached, check_names=False)
    scans = {patient.name: dict(patient.scans) for patient in patients}
    first = {name: date.fromisoformat(day) for name, day in zip(starts.index, from_days(starts), strict=True)}
    assert {scans[name][day] for name, day in first.items()} == {"CR", "PR"}
