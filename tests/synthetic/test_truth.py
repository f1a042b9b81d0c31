from dataclasses import replace

import pytest

from hcc_sdtm.synthetic.known_study import iso_text, simulate_study
from hcc_sdtm.synthetic.plan import day_number
from hcc_sdtm.synthetic.truth import (
    Scan,
    Seen,
    build_observer,
    build_scenarios,
    conclude_best_response,
    conclude_pfs,
    count_missed,
)

START = day_number("2021-03-01")


def seen(scans: str, **others) -> Seen:
    """Scans are ``date response`` with commas between."""
    listed = [scan.split() for scan in scans.split(",") if scan]
    return replace(
        Seen(START, "2021-03-01", True, tuple(Scan(day_number(day), day, response) for day, response in listed)),
        **others,
    )


def died(day: str) -> dict[str, object]:
    return {"death": day_number(day), "death_written": day}


@pytest.mark.parametrize(
    ("scans", "others", "pfs", "ema"),
    [
        ("2021-04-12 SD,2021-05-24 PD", {}, ("2021-05-24", 0), ("2021-05-24", 0)),
        ("2021-04-12 SD,2021-05-24 PR", {}, ("2021-05-24", 1), ("2021-05-24", 1)),
        ("2021-04-12 SD,2021-05-24 NE", {"left": True}, ("2021-04-12", 5), ("2021-04-12", 5)),
        ("", {}, ("2021-03-01", 2), ("2021-03-01", 2)),
        ("2021-04-12 NE", {}, ("2021-03-01", 2), ("2021-03-01", 2)),
        ("", died("2021-04-30"), ("2021-04-30", 0), ("2021-04-30", 0)),
        ("", died("2021-06-30"), ("2021-03-01", 4), ("2021-06-30", 0)),
        ("2021-05-24 PD", {"has_baseline": False}, ("2021-03-01", 2), ("2021-03-01", 2)),
        ("2021-04-12 NE", {"has_baseline": False, **died("2021-04-30")}, ("2021-04-30", 0), ("2021-04-30", 0)),
        ("2021-04-12 SD,2021-08-16 PD", {}, ("2021-04-12", 4), ("2021-08-16", 0)),
        ("2021-04-12 SD,2021-07-05 PD", {}, ("2021-07-05", 0), ("2021-07-05", 0)),
        ("2021-04-12 SD,2021-05-24 NE,2021-07-05 NE,2021-08-16 PD", {}, ("2021-04-12", 4), ("2021-08-16", 0)),
        ("2021-04-12 SD,2021-05-24 PD", {"therapy": day_number("2021-05-24")}, ("2021-05-24", 0), ("2021-05-24", 0)),
        ("2021-04-12 SD,2021-05-24 PD", {"therapy": day_number("2021-04-12")}, ("2021-04-12", 3), ("2021-05-24", 0)),
        ("2021-04-12 SD,2021-05-24 SD", {"therapy": day_number("2021-05-01")}, ("2021-04-12", 3), ("2021-05-24", 1)),
        ("2021-04-12 SD", {"therapy": day_number("2021-03-20")}, ("2021-03-01", 3), ("2021-04-12", 1)),
        ("2021-05-24 PD", died("2021-05-24"), ("2021-05-24", 0), ("2021-05-24", 0)),
        ("2021-05-24 PD", died("2021-05-10"), ("2021-05-10", 0), ("2021-05-10", 0)),
    ],
)
def test_progression_free_survival_by_the_written_rules(scans, others, pfs, ema):
    assert conclude_pfs(seen(scans, **others)) == pfs
    assert conclude_pfs(seen(scans, **others), ignore_therapy_and_gaps=True) == ema


@pytest.mark.parametrize(
    ("scans", "best"),
    [
        ("2021-04-12 PR,2021-05-24 PR", ("PR", "PR")),
        ("2021-04-12 PR,2021-05-24 PD", ("PR", "SD")),
        ("2021-04-12 PR,2021-05-24 CR,2021-07-05 CR", ("CR", "CR")),
        ("2021-04-12 PR,2021-05-24 CR", ("CR", "PR")),
        ("2021-04-12 CR,2021-05-24 PD", ("CR", "SD")),
        ("2021-04-12 PR,2021-05-24 NE,2021-07-05 PR", ("PR", "PR")),
        ("2021-04-12 PR,2021-05-24 NE,2021-06-01 NE,2021-07-05 PR", ("PR", "SD")),
        ("2021-04-12 PR,2021-04-30 PR", ("PR", "SD")),
        ("2021-04-12 SD", ("SD", "SD")),
        ("2021-04-04 SD", ("NE", "NE")),
        ("2021-04-05 SD", ("SD", "SD")),
        ("2021-04-12 PD,2021-05-24 PR", ("PD", "PD")),
        ("2021-04-12 NE", ("NE", "NE")),
        ("", ("NE", "NE")),
    ],
)
def test_best_response_unconfirmed_and_confirmed(scans, best):
    assert conclude_best_response(seen(scans)) == best


def test_scans_after_new_therapy_are_not_used_and_one_on_its_day_is():
    scans = "2021-04-12 SD,2021-05-24 PR,2021-07-05 PR"
    assert conclude_best_response(seen(scans, therapy=day_number("2021-05-24"))) == ("PR", "SD")
    assert conclude_best_response(seen(scans, therapy=day_number("2021-05-23"))) == ("SD", "SD")


def test_scans_after_death_are_not_used_and_one_on_its_day_is():
    scans = "2021-04-12 SD,2021-05-24 PR"
    assert conclude_best_response(seen(scans, **died("2021-05-24"))) == ("PR", "SD")
    assert conclude_best_response(seen(scans, **died("2021-05-23"))) == ("SD", "SD")


def test_an_assessment_is_missed_when_its_whole_window_passed():
    # windows of weeks 12 and 18 are days 77 to 91 and 119 to 133
    assert count_missed(START, START + 42, START + 133) == 1
    assert count_missed(START, START + 42, START + 134) == 2
    assert count_missed(START, START + 77, START + 134) == 1
    # week 24 ends on day 175, week 36 begins on day 238 with the wider window, to day 266
    assert count_missed(START, START + 126, START + 266) == 1
    assert count_missed(START, START + 126, START + 267) == 2


def test_the_hand_written_expectations_are_what_the_rules_conclude():
    study = simulate_study(60, 1)
    observer = build_observer(study).set_index("USUBJID")
    scenarios = build_scenarios(study.course)
    assert len(scenarios) == 22 * 4
    names = {"PFS": "PFS", "PFSEMA": "EMA"}
    for row in scenarios[scenarios["PARAMCD"].isin(names)].to_dict("records"):
        found = observer.loc[row["USUBJID"]]
        prefix = names[row["PARAMCD"]]
        assert (found[f"{prefix}ADT"], str(found[f"{prefix}CNSR"])) == (row["ADT"], row["CNSR"]), row["SCENARIO"]


def test_every_scenario_has_two_subjects():
    scenarios = build_scenarios(simulate_study(60, 1).course)
    assert scenarios.groupby("SCENARIO")["USUBJID"].nunique().to_dict() == dict.fromkeys(
        scenarios["SCENARIO"].unique(), 2
    )
    assert scenarios["SCENARIO"].nunique() == 11


def test_nobody_who_was_not_irradiated_has_conclusions():
    study = simulate_study(60, 1)
    observer = build_observer(study)
    without = observer[observer["RTSTDTC"] == ""]
    assert len(without) == 3
    assert (without[["PFSADT", "BOR", "OSADT", "SLCAUSE"]] == "").all(axis=None)


def test_a_wrongly_typed_death_is_what_the_observer_sees():
    study = simulate_study(60, 1)
    row = int(study.subjects["SEENDEATH"].first_valid_index())
    early = str(iso_text(study.subjects["RTSTART"].to_numpy()[[row]] + 300)[0])
    assert build_observer(study, {row: early}).at[row, "OSADT"] == early
