"""Copies of subjects, one for each completion of their partial dates."""

from __future__ import annotations

import pandas as pd
import pytest

from hcc_sdtm.adam.admissible.completions import Batch, build_copies, combine_days, possible_days
from hcc_sdtm.adam.deriving import derive_adam
from hcc_sdtm.dates import from_days, to_days
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

CUTOFF = float(to_days(pd.Series(["2024-02-29"]))[0])


@pytest.mark.parametrize(
    ("text", "first", "last", "count"),
    [
        ("2021-02", "2021-02-01", "2021-02-28", 28),
        ("2020", "2020-01-01", "2020-12-31", 366),
        ("2021---15", "2021-01-15", "2021-12-15", 12),
        ("2021---31", "2021-01-31", "2021-12-31", 7),
        ("2024", "2024-01-01", "2024-02-29", 60),  # no later than the data cut-off
        ("2025", "2025-01-01", "2025-01-01", 1),  # wherever it is, it is after it
        ("2021-05-06 | 2021-06-05", "2021-05-06", "2021-06-05", 2),  # the readings of an ambiguous date
        ("2021-01 | 2021-10", "2021-01-01", "2021-10-31", 62),
        ("2024-02-03 | 2024-03-02", "2024-02-03", "2024-02-03", 1),
    ],
)
def test_the_days_that_a_partial_date_can_be(text, first, last, count):
    days = possible_days(text, CUTOFF)
    assert [*from_days(pd.Series(days[[0, -1]])), len(days)] == [first, last, count]


def test_a_copy_has_the_records_of_its_subject_with_the_days_written_in():
    datasets = study(
        DM="S\nB\nA",
        RS="S | RSDTC | RSSTRESC\nB | 2021-05-01 | SD\nA | 2021-06 | PD\nB | 2021-07 | PD\nA | 2021-04-01 | SD",
        CM="S | CMSTDTC\nA | 2021-03-03",
    )
    cells = pd.DataFrame({"dataset": ["RS", "RS"], "position": [1, 2], "variable": ["RSDTC", "RSDTC"]})
    may, july = to_days(pd.Series(["2021-06-02", "2021-06-03"])), to_days(pd.Series(["2021-07-09"]))
    batches = [
        Batch(1, (0,), ((1,),), combine_days([july.to_numpy()])),
        Batch(0, (0,), ((0,),), combine_days([may.to_numpy()])),
    ]
    kept = {"DM": datasets["DM"].frame.index.to_numpy(), "RS": datasets["RS"].frame.index.to_numpy()}
    copies = build_copies(datasets, kept, cells, batches, pd.Index(["A", "B"], dtype=object))
    assert as_text(copies["RS"].frame, "USUBJID RSDTC RSSTRESC RSSEQ") == lines(
        """
        000000000 | 2021-05-01 | SD | 1
        000000000 | 2021-07-09 | PD | 2
        000000001 | 2021-06-02 | PD | 1
        000000001 | 2021-04-01 | SD | 2
        000000002 | 2021-06-03 | PD | 1
        000000002 | 2021-04-01 | SD | 2
        """
    )
    assert list(copies["DM"].frame["USUBJID"]) == ["000000000", "000000001", "000000002"]
    assert "CM" not in copies


COURSE = {
    "DM": "S | DTHDTC | DTHFL\nA | . | .",
    "EX": "S | EXSTDTC | EXENDTC\nA | 2021-03-01 | 2021-03-10",
    "TU": "S | TUDTC\nA | 2021-02-20",
}


def outcomes(paramcd, **tables):
    found = derive_adam(study(**{**COURSE, **tables}), SPECS, TRIAL, ADAM).admissible.outcomes
    return found[found["PARAMCD"] == paramcd]


def test_records_of_one_visit_with_one_partial_text_have_one_day():
    rows = (
        "S | RSDTC | RSSTRESC | RSCAT | VISITNUM\nA | 2021-04-12 | SD | RECIST 1.1 | 2\n"
        "A | 2021-05 | PD | {0} | 3\nA | 2021-05 | {1}"
    )
    together = outcomes("PFSEMA", RS=rows.format("RECIST 1.1", "SD | MRECIST LENCIONI LIVER CANCER 2010 | 3"))
    assert len(together) == 31
    # another visit of the same month has a day of its own: the earlier of two progressions is the event, whichever it is
    apart = outcomes("PFSEMA", RS=rows.format("RECIST 1.1", "PD | RECIST 1.1 | 4"))
    assert len(apart) == 31
    assert apart["ADT"].min() == together["ADT"].min()


def test_a_day_whose_month_is_not_known_is_one_of_twelve():
    found = outcomes("PFSEMA", RS="S | RSDTC | RSSTRESC\nA | 2021-04-12 | SD\nA | 2021---15 | PD")
    # progression before treatment cannot be; from 15 March on it is the event
    assert list(from_days(found["ADT"])) == [f"2021-{month:02d}-15" for month in range(3, 13)]


def test_a_date_without_a_year_and_a_missing_one_are_not_completed():
    assert outcomes("PFSEMA", RS="S | RSDTC | RSSTRESC\nA | 2021-04-12 | SD\nA | --05-12 | PD\nA | . | PD").empty


def test_a_trial_without_roles_and_orders_leaves_all_days_open():
    trial = TRIAL.model_copy(update={"partial_dates": {}, "event_order": ()})
    tables = {**COURSE, "DM": "S | DTHDTC | DTHFL\nA | 2021-05-10 | Y", "RS": "S | RSDTC | RSSTRESC\nA | 2021-05 | PD"}
    result = derive_adam(study(**tables), SPECS, trial, ADAM)
    found = result.admissible.outcomes
    days = found[found["PARAMCD"] == "PFSEMA"]["ADT"]
    # a progression after death is no assessment that counts, and the death is the event
    assert list(from_days(days)) == [f"2021-05-{day:02d}" for day in range(1, 11)]


def test_dates_that_cannot_be_in_order_bound_nothing():
    # consent after treatment: nobody knows which is wrong, and the progression still has all its days
    dm = "S | DTHDTC | DTHFL | RFICDTC\nA | . | . | 2021-04-01"
    found = outcomes("PFSEMA", DM=dm, RS="S | RSDTC | RSSTRESC\nA | 2021-05 | PD")
    assert len(found) == 31
