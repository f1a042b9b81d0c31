import numpy as np
import pytest

from hcc_sdtm import dates
from hcc_sdtm.dataset import Origins
from hcc_sdtm.mapping.language.arrange_options import By
from hcc_sdtm.mapping.tables.row_groups import NO_KEY, group_rows, row_keys
from tests.mapping.views import order_of, view_of


def order(typed, **by):
    view = view_of(Origins(), "t", "subject,x", [["A", text] for text in typed])
    return order_of(view, By.model_validate(by))


def day(text):
    return (
        dates.PartialDate.from_iso(text).earliest.toordinal()
        - dates.PartialDate.from_iso("1960-01-01").earliest.toordinal()
    )


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2021-03-05", ("2021-03-05", 0), ("2021-03-05", 86399)),
        ("2021-03-05 14:30", ("2021-03-05", 52200), ("2021-03-05", 52259)),
        ("2021-03-05 14:30:05", ("2021-03-05", 52205), ("2021-03-05", 52205)),
        ("2021-03", ("2021-03-01", 0), ("2021-03-31", 86399)),
        ("2021", ("2021-01-01", 0), ("2021-12-31", 86399)),
    ],
)
def test_the_first_and_last_moment_that_a_date_can_mean(typed, first, last):
    found = order([typed], date="x")
    for value, (text, seconds) in ((found.first, first), (found.last, last)):
        assert value[0] == pytest.approx(day(text) + seconds / 86400)
    assert found.known.tolist() == [True]


def test_texts_that_cannot_be_compared():
    found = order(["", "NK", "soon", "31/02/2021", "--03-05"], date="x")
    assert found.known.tolist() == [False] * 5
    assert found.unread.tolist() == [False, False, True, True, True]
    found = order(["1", "", "<5", "１.5"], number="x")
    assert found.first[[0, 3]].tolist() == [1.0, 1.5]
    assert found.unread.tolist() == [False, False, True, False]


def test_a_date_whose_day_and_month_are_not_sure_is_compared_by_its_year():
    found = order(["05/06/2021"], date="x", order="none")
    assert found.first[0] == day("2021-01-01")


def test_keys_are_compared_as_conditions_compare_and_over_several_tables():
    origins = Origins()
    one = view_of(origins, "one", "a,b", [["x", "1"], ["X ", "１"], ["x", "2"], ["", "1"], ["x", "NK"]])
    two = view_of(origins, "two", "b,a", [["2", "ｘ"], ["9", "x"]])
    keys, others = row_keys([one, two], ["a", "b"])
    assert keys[0] == keys[1] != keys[2] == others[0]
    assert keys[3] == keys[4] == NO_KEY
    assert others[1] not in keys


def test_groups_are_numbered_as_they_appear_and_ordered_by_time():
    view = view_of(Origins(), "t", "subject", [["B"], ["A"], ["B"], ["B"]])
    groups, findings = group_rows(view, ["subject"], np.array([3.0, 1, 2, 2]), "1")
    assert groups.numbers.tolist() == [0, 1, 0, 0]
    assert groups.order.tolist() == [2, 3, 0, 1]
    assert [groups.starts.tolist(), groups.sizes.tolist(), groups.ends.tolist()] == [[0, 3], [3, 1], [2, 3]]
    assert [groups.run_starts.tolist(), groups.run_sizes.tolist()] == [[0, 2, 3], [2, 1, 1]]
    assert groups.runs.tolist() == [0, 0, 1, 2]
    assert findings.empty
