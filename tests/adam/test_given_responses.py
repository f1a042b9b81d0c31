"""Lesion copies stand for those that differ in other dates, and for other days of death in the same order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.adam.admissible.completions import Batch, combine_days, name_copies
from hcc_sdtm.adam.admissible.given_responses import fewer_completions, is_made, lesion_responses
from hcc_sdtm.adam.admissible.inputs import find_inputs
from hcc_sdtm.adam.responses.adrs_verbs.building import GIVEN_COLUMNS
from tests.adam.tables import ADAM, SPECS, TRIAL

READ, UNREAD, DEATH = 0, 1, 2


def fewer(cells, days, records=(), wanted=(True,)):
    """The fewer completions of one subject whose dates stand in these cells, and the number of its own for each of all."""
    is_read, is_death = np.array([True, False, True]), np.array([False, False, True])
    batch = Batch(
        0, (0,), tuple((cell,) for cell in cells), combine_days([np.array(each, dtype=float) for each in days])
    )
    return fewer_completions(
        [batch] * len(wanted), np.array(wanted), is_read, is_death, [np.array(records, dtype=float)]
    )


def test_dates_that_are_not_read_make_no_copies():
    found = fewer([READ, UNREAD], [[10, 11], [20, 21, 22]])
    assert found.batches[0].days.tolist() == [[10], [11]]
    assert found.batches[0].cells == ((READ,),)
    assert found.like.tolist() == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("records", "groups"),
    [
        ([], [[1, 2, 3, 4, 5]]),
        ([3], [[1, 2], [3], [4, 5]]),  # before, on and after the assessment
        ([0, 9], [[1, 2, 3, 4, 5]]),
        ([2, 3, 9], [[1], [2], [3], [4, 5]]),
    ],
)
def test_a_day_of_death_stands_for_those_in_the_same_order_with_the_records(records, groups):
    found = fewer([DEATH], [[1, 2, 3, 4, 5]], records)
    alike = [np.flatnonzero(found.like == number) + 1 for number in range(len(found.batches[0].days))]
    assert [days.tolist() for days in alike] == groups
    assert all(day in days for (day,), days in zip(found.batches[0].days.tolist(), groups, strict=True))


def test_a_day_of_death_is_in_order_with_the_other_dates_of_its_completion():
    found = fewer([READ, DEATH], [[2, 3], [1, 2, 3, 4]])
    # each of two days of the scan with a death before, on and after it
    assert [tuple(found.batches[0].days[number]) for number in found.like] == [
        (2, 1), (2, 2), (2, 3), (2, 3), (3, 1), (3, 1), (3, 3), (3, 4),
    ]  # fmt: skip


def test_rows_are_spread_over_the_copies_that_are_alike():
    found = fewer([READ, UNREAD], [[10, 11], [20, 21]], wanted=(False, True))
    made = pd.DataFrame({name: ["" if name == "AVALC" else np.nan] * 3 for name in GIVEN_COLUMNS}).assign(
        USUBJID=name_copies(2)[[1, 0, 1]], AVALC=["PD", "SD", "PR"], PARAMCD="OVRR"
    )
    spread = found.spread(made)
    names = name_copies(8)
    assert list(zip(spread["USUBJID"], spread["AVALC"], strict=True)) == [
        (names[4], "SD"), (names[5], "SD"), (names[6], "PD"), (names[6], "PR"), (names[7], "PD"), (names[7], "PR"),
    ]  # fmt: skip


def test_only_what_is_made_from_lesions_themselves_is_given():
    inputs = [find_inputs((code,), SPECS, TRIAL, ADAM) for code in ("BORR", "BOR", "LOCPD")]
    given = lesion_responses(inputs, SPECS, TRIAL, ADAM)
    assert {"OVRR", "LOCPD"} <= set(given)
    assert not {"BORR", "NACTDT", "OVR", "BOR"} & set(given)


def test_a_parameter_without_rows_is_made_where_one_that_it_makes_has_some():
    assert is_made("OVRR", pd.DataFrame({"PARAMCD": ["BORR"]}), ADAM)
    assert is_made("OVRR", pd.DataFrame({"PARAMCD": ["OVRR"]}), ADAM)
    assert not is_made("OVRR", pd.DataFrame({"PARAMCD": ["BOR", "OVR"]}), ADAM)
