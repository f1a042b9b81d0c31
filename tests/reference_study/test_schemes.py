"""The hand-written conclusions of each scenario under each censoring scheme, and the table of what changes between them."""

from __future__ import annotations

import csv
from itertools import combinations

import pytest

from hcc_sdtm.dates.iso import from_days
from tests.reference_study.truth import read_truth

SCENARIOS = read_truth("scenarios.csv")
PARAMETERS = ("PFS", "PFSB", "PFSC", "PFSEMA")


@pytest.fixture(scope="module")
def adtte(reference_run):
    frame = reference_run.frame("ADTTE")
    return frame.assign(ADT=from_days(frame["ADT"]), SRCDT=from_days(frame["SRCDT"])).set_index(["USUBJID", "PARAMCD"])


def test_every_scenario_has_its_four_conclusions():
    assert len(SCENARIOS) == 88
    assert {row["PARAMCD"] for row in SCENARIOS} == {*PARAMETERS}


@pytest.mark.parametrize("row", SCENARIOS, ids=[f"{row['USUBJID']}-{row['PARAMCD']}" for row in SCENARIOS])
def test_a_scenario_is_concluded_as_written(adtte, row):
    found = adtte.loc[(row["USUBJID"], row["PARAMCD"])]
    assert (found["ADT"], f"{found['CNSR']:g}") == (row["ADT"], row["CNSR"]), row["WHY"]


def test_a_moved_date_keeps_the_day_on_which_it_was_seen(adtte):
    moved = adtte[adtte["SRCDT"] != ""].reset_index()
    assert set(moved["PARAMCD"]) == {"PFSB", "PFSC"}
    assert set(moved["CNSR"]) == {0}
    assert (moved["ADT"] > moved["SRCDT"]).all()


def test_the_table_has_every_difference_between_two_schemes_and_no_other(reference_run, adtte):
    with (reference_run.out / "results" / "schemes.csv").open(encoding="utf-8-sig", newline="") as stream:
        written = list(csv.DictReader(stream))
    subjects = {name for name, code in adtte.index if code == "PFS"}
    differ = {
        (name, first, second)
        for name in subjects
        for first, second in combinations(PARAMETERS, 2)
        if tuple(adtte.loc[(name, first), ["ADT", "CNSR"]]) != tuple(adtte.loc[(name, second), ["ADT", "CNSR"]])
    }
    assert {(row["USUBJID"], row["PARAMCDA"], row["PARAMCDB"]) for row in written} == differ
    assert len(written) == len(differ)
    for row in written:
        for side in "AB":
            found = adtte.loc[(row["USUBJID"], row[f"PARAMCD{side}"])]
            assert (row[f"ADT{side}"], row[f"CNSR{side}"]) == (found["ADT"], f"{found['CNSR']:g}")
            assert row[f"ADT{side}"] in row["WHY"]
            assert row[f"SCHEME{side}"] in row["WHY"]
