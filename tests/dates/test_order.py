import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm import strategies
from hcc_sdtm.dates import OrderEvidence, order_evidence


def evidence(*texts, missing=("",)):
    return order_evidence(pd.Series(texts, dtype=object), missing=missing)


def test_a_day_over_twelve_settles_the_column():
    found = evidence("03/04/2021", " 15/03/2021", "21.12.2021", "05/05/2021", "", "2021-03-04", "05 Mar 2021")
    assert found == OrderEvidence(
        year_first=("2021-03-04",), day_first=(" 15/03/2021", "21.12.2021"), undecided=("03/04/2021",)
    )
    assert (found.order, found.settled_by, found.is_contradictory) == ("dmy", " 15/03/2021", False)
    assert found.against("dmy") == ()
    assert found.against("mdy") == (" 15/03/2021", "21.12.2021")
    assert found.against("ymd") == (" 15/03/2021", "21.12.2021", "03/04/2021")


def test_month_first():
    found = evidence("03/04/2021", "03/15/2021")
    assert (found.order, found.settled_by) == ("mdy", "03/15/2021")
    assert found.against("dmy") == ("03/15/2021",)


def test_contradictory_values_settle_nothing():
    found = evidence("15/03/2021", "03/15/2021")
    assert (found.order, found.settled_by, found.is_contradictory) == (None, "", True)


def test_no_value_settles_nothing():
    found = evidence("03/04/2021", "05/05/2021", "30/02/2021", "不详", "March 2021")
    assert found == OrderEvidence(undecided=("03/04/2021",))
    assert (found.order, found.settled_by, found.is_contradictory) == (None, "", False)


def test_only_leading_years_are_ymd():
    assert evidence("2021.3.5", "2021年3月", "20210305").order == "ymd"
    assert evidence("2021.3.5", "03/04/2021").order is None


def test_two_digit_years_are_told_by_what_no_other_order_allows():
    assert evidence("03/25/21").order == "mdy"
    assert evidence("25/12/99").order == "dmy"
    assert evidence("99/12/25").order == "ymd"
    assert evidence("25/12/21") == OrderEvidence(open=("25/12/21",))
    assert evidence("99/12/31", "21/03/05") == OrderEvidence(short_year_first=("99/12/31",), open=("21/03/05",))
    assert evidence("99/12/31", "31/12/99").is_contradictory
    assert evidence("99/12/31").against("dmy") == ("99/12/31",)
    # four digits of a year say nothing of those that have two
    assert evidence("2021-03-05", "21/03/05").order is None
    assert evidence("21/03/05").against("ymd") == ()


def test_missing_texts_prove_nothing_and_one_text_counts_once():
    assert evidence("15/03/2021", "15/03/2021", missing=["15/03/2021"]) == OrderEvidence()
    assert evidence("15/03/2021", "15/03/2021").day_first == ("15/03/2021",)


def test_another_order_is_refused():
    with pytest.raises(ValueError, match="is not one of ymd, dmy, mdy"):
        OrderEvidence().against("ydm")


@given(st.sampled_from(["dmy", "mdy"]).flatmap(lambda order: st.lists(strategies.date_texts(order), max_size=8)))
def test_a_column_of_one_order_is_never_evidence_for_the_other(written):
    found = order_evidence(pd.Series([each.text for each in written], dtype=object))
    for each in written:
        assert each.text not in found.against(each.order)
    assert not found.is_contradictory
