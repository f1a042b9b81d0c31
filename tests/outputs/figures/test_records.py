from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.outputs.figures.records import choose_categories, choose_drawn, choose_evenly, choose_records, known_text
from hcc_sdtm.outputs.figures.source import CannotDrawError
from hcc_sdtm.spec.adam.records import Records
from hcc_sdtm.spec.figures import Categories, MarkedRecords
from tests.outputs.figures.studied import DAY, source


def drawn(**asked):
    return choose_drawn(source(), MarkedRecords(label="x", **asked))


def test_a_partial_date_is_the_days_it_can_be_and_the_day_that_the_times_took():
    found = drawn(dataset="CM", where={"CMCAT": "SECOND LINE"}, date="CMSTDTC", text="CMDECOD")
    row = found.iloc[0]
    assert (row["earliest"], row["latest"], row["day"]) == (DAY + 91, DAY + 120, DAY + 120)  # April 2021, its last day
    assert row["text"] == "DRUG B"
    assert np.isnan(row["end_earliest"])


def test_a_complete_date_is_its_own_day():
    row = drawn(dataset="CM", where_not={"CMCAT": "SECOND LINE"}, date="CMSTDTC").iloc[0]
    assert row["earliest"] == row["latest"] == row["day"] == DAY - 56


def test_a_completed_date_of_adam_goes_back_to_the_period_that_was_known():
    row = drawn(dataset="ADSL", where_not={"DTHDT": ""}, date="DTHDT").iloc[0]
    assert row["day"] == DAY + 300  # 2021-10-27
    assert (row["earliest"], row["latest"]) == (DAY + 274, DAY + 304)


def test_a_record_without_date_is_not_drawn_and_pick_takes_one_a_subject():
    assert len(drawn(dataset="ADSL", date="DTHDT")) == 1
    assert drawn(dataset="ADRS", where={"PARAMCD": "OVR"}, date="ADT", text="AVALC", pick="first")["text"].tolist() == [
        "PR"
    ]
    assert drawn(dataset="ADRS", where={"PARAMCD": "OVR"}, date="ADT", text="AVALC", pick="last")["text"].tolist() == [
        "PD"
    ]


def test_numbers_are_asked_for_as_they_are_printed():
    found = choose_records(source(), Records(dataset="ADTTE", where={"PARAMCD": ("PFS",), "CNSR": ("0",)}))
    assert found["USUBJID"].tolist() == ["T-1", "T-3"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Records(dataset="EX"), "there is no dataset EX"),
        (Records(dataset="CM", where={"CMSCAT": ("X",)}), "CM has no variable CMSCAT"),
    ],
)
def test_what_is_not_there_is_said(asked, message):
    with pytest.raises(CannotDrawError, match=message):
        choose_records(source(), asked)


def test_categories_are_in_the_order_asked_for_and_what_else_occurs_after_them():
    wanted = Categories(label="Best", dataset="ADRS", where={"PARAMCD": "BOR"}, value="AVALC", values=["CR", "SD"])
    found, order = choose_categories(source(), wanted, pd.Index(["T-1", "T-2", "T-3"]))
    assert found.tolist() == ["PR", "SD", ""]
    assert order == ["SD", "PR"]


def test_evenly_takes_both_ends():
    order = pd.Index([str(at) for at in range(100)])
    found = choose_evenly(order, 4, "even")
    assert list(found) == ["0", "33", "66", "99"]
    assert list(choose_evenly(order, 4, "first")) == ["0", "1", "2", "3"]
    assert choose_evenly(order, 100, "even") is order


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (DAY, DAY, "2020-12-31"),
        (DAY + 91, DAY + 120, "2021-04"),
        (DAY + 1, DAY + 365, "2021"),
        (DAY + 91, DAY + 119, "2021-04-01 to 2021-04-29"),
    ],
)
def test_what_is_known_of_a_date(low, high, text):
    assert known_text(low, high) == text
