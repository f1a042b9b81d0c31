import datetime
import random
import re

import pytest
from hypothesis import find, given, settings

from hcc_sdtm import strategies
from hcc_sdtm.dates import PartialDate

FIRST, LAST = datetime.date(2021, 1, 31), datetime.date(2021, 12, 31)


@given(strategies.partial_dates(FIRST, LAST))
def test_partial_dates_can_mean_a_day_of_the_window(partial):
    assert any(FIRST <= day <= LAST for day in partial.days())


@given(strategies.partial_dates(candidates=False, times=False))
def test_parts_that_are_not_asked_for_are_not_made(partial):
    assert partial.candidates == ()
    assert partial.hour is None


@pytest.mark.parametrize("order", ["ymd", "dmy", "mdy"])
def test_date_texts_keep_to_the_order_asked_for(order):
    @given(strategies.date_texts(order, FIRST, LAST))
    def check(written):
        assert written.order == order
        assert any(FIRST <= day <= LAST for day in written.meaning.days())

    check()


@pytest.mark.parametrize(
    ("pattern", "meaning"),
    [
        (r"UN\W+0?5\W+2021", PartialDate(2021, 5)),
        (r"０?５．０?３．２０２１", PartialDate(2021, 3, 5)),
        (r"05MAR2021", PartialDate(2021, 3, 5)),
        (r"2021年3月5日", PartialDate(2021, 3, 5)),
        (r"2021---05", PartialDate(2021, None, 5)),
    ],
)
def test_the_usual_ways_of_writing_are_among_the_texts(pattern, meaning):
    day = meaning.days()[0]
    texts = strategies.date_texts("dmy", day, day)
    found = find(
        texts,
        lambda written: bool(re.fullmatch(pattern, written.text.strip())),
        settings=settings(max_examples=20_000, database=None),
        random=random.Random(1),  # the same texts every time
    )
    assert found.meaning == meaning
