import datetime
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.dates import bounds, from_days, to_days
from hcc_sdtm.dates.event_order import narrow, suspects

EVENTS = ["birth", "diagnosis", "consent", "treatment", "progression", "death"]


def narrowed_texts(row, order=(EVENTS,)):
    """First and last day of each event of one subject."""
    found = narrow(pd.DataFrame([row]), order)
    assert found.contradictions.empty
    return {
        name: (from_days(found.earliest[name])[0], from_days(found.latest[name])[0]) for name in found.earliest.columns
    }


def contradictions(*rows, order=(EVENTS,)):
    frame = pd.DataFrame(rows, columns=EVENTS, index=[f"subject {number}" for number in range(len(rows))], dtype=object)
    found = narrow(frame, order).contradictions
    assert list(found.columns) == ["position", "before", "after"]
    assert list(found.index) == list(range(len(found)))
    found["suspect"] = suspects(found, EVENTS)
    return [tuple(row) for row in found.itertuples(index=False)]


def test_each_event_is_narrowed_by_all_others():
    row = {"diagnosis": "2020", "consent": "2020-06-10", "treatment": "2020-06", "progression": "", "death": "2021-03"}
    assert narrowed_texts(row, [list(row)]) == {
        "diagnosis": ("2020-01-01", "2020-06-10"),
        "consent": ("2020-06-10", "2020-06-10"),
        "treatment": ("2020-06-10", "2020-06-30"),
        "progression": ("2020-06-10", "2021-03-31"),
        "death": ("2021-03-01", "2021-03-31"),
    }


def test_a_missing_event_passes_on_what_limits_it_and_may_stay_open():
    row = {"birth": "", "diagnosis": "2020-05-01", "consent": "not known", "death": "2020", "other": "2019"}
    assert narrowed_texts(row, [["birth", "diagnosis", "consent", "death"]]) == {
        "birth": ("", "2020-05-01"),
        "diagnosis": ("2020-05-01", "2020-05-01"),
        "consent": ("2020-05-01", "2020-12-31"),
        "death": ("2020-05-01", "2020-12-31"),
        "other": ("2019-01-01", "2019-12-31"),
    }


def test_chains_make_a_partial_order():
    row = {
        "consent": "2020-03-05",
        "treatment": "2020",
        "progression": "2020",
        "death": "2020-09",
        "cut-off": "2020-08-31",
    }
    order = [["consent", "treatment", "death"], ["consent", "progression", "death"], ["progression", "cut-off"]]
    assert narrowed_texts(row, order) == {
        "consent": ("2020-03-05", "2020-03-05"),
        "treatment": ("2020-03-05", "2020-09-30"),
        "progression": ("2020-03-05", "2020-08-31"),
        "death": ("2020-09-01", "2020-09-30"),
        "cut-off": ("2020-08-31", "2020-08-31"),
    }


@pytest.mark.parametrize(
    ("text", "first", "last", "expected"),
    [
        ("2003---15", "2003-02-16", "2003-09-14", ("2003-03-15", "2003-08-15")),
        ("2003---15", "2003-02-15", "2003-09-15", ("2003-02-15", "2003-09-15")),
        ("2003---31", "2003-04-01", "2003-11-30", ("2003-05-31", "2003-10-31")),
        ("2003---30", "2003-01-31", "2003-03-29", None),
        ("2003---15", "", "2003-09-14", ("2003-01-15", "2003-08-15")),
        ("--03-12", "2019-05-01", "2021-03-12T10:00", ("2020-03-12", "2021-03-12")),
        ("--02-29", "1896-03-01", "1908-02-28", ("1904-02-29", "1904-02-29")),
        ("--02-29", "", "1904-02-28", ("", "1896-02-29")),
        ("--03", "2019-05-01", "2021-03-12", ("2020-03-01", "2021-03-12")),
        ("----15", "2019-05-16", "2019-08-01", ("2019-06-15", "2019-07-15")),
    ],
)
def test_a_known_day_is_narrowed_to_days_that_it_can_be(text, first, last, expected):
    row = {"first": first, "event": text, "last": last}
    if expected:
        assert narrowed_texts(row, [list(row)])["event"] == expected
    else:
        assert not narrow(pd.DataFrame([row]), [list(row)]).contradictions.empty


def test_day_numbers_and_text_stand_together_and_the_index_is_kept():
    frame = pd.DataFrame({"a": [22345.5, np.nan], "b": ["2021", "2021-03"], "c": [22400, 22400.0]}, index=["x", "y"])
    found = narrow(frame, [["a", "b", "c"]])
    assert list(found.earliest.index) == list(found.latest.index) == ["x", "y"]
    first, last = to_days(pd.Series(["2021-03-01", "2021-03-31"]))
    np.testing.assert_array_equal(found.earliest, [[22345, 22345, 22400], [np.nan, first, 22400]])
    np.testing.assert_array_equal(found.latest, [[22345, 22400, 22400], [last, last, 22400]])


def test_the_event_in_most_contradictions_is_the_suspect_and_of_several_the_last():
    fine = ("1961-03-04", "2020-01", "2020-02-01", "2020-02-10", "2020-09", "2021")
    assert contradictions(fine) == []
    assert contradictions(fine, ("1961-03-04", "1951-06", *fine[2:]), fine) == [(1, "birth", "diagnosis", "diagnosis")]
    assert contradictions(("1961-03-04", "2020-03", *fine[2:])) == [
        (0, "diagnosis", "consent", "diagnosis"),
        (0, "diagnosis", "treatment", "diagnosis"),
    ]
    assert contradictions(("2020-02-05", *fine[1:3], *[""] * 3)) == [
        (0, "birth", "diagnosis", "birth"),
        (0, "birth", "consent", "birth"),
    ]


def test_two_wrong_dates_are_asked_about_once_each():
    row = ("1961-03-04", "2022-01-01", "2020-02-01", "2020-02-10", "2010-09", "2021-05")
    assert contradictions(row) == [
        (0, "diagnosis", "consent", "diagnosis"),
        (0, "diagnosis", "treatment", "diagnosis"),
        (0, "diagnosis", "progression", "diagnosis"),
        (0, "diagnosis", "death", "diagnosis"),
        (0, "consent", "progression", "progression"),
        (0, "treatment", "progression", "progression"),
    ]


def test_only_what_is_sure_is_found_and_nothing_of_events_without_a_date():
    assert contradictions(("1961", "1961", "", "", "", "1961-01-01")) == []
    assert contradictions(("", "2020-03-15", "2020---15", "", "", "2020-04-10")) == []
    assert contradictions(("", "", "2020-03-01", "", "", "2020-02")) == [(0, "consent", "death", "death")]
    assert contradictions(("1961-03-04T10:00", "1961-03-04T09:00", *[""] * 4)) == []


def test_a_day_of_an_unknown_month_without_a_place_is_found_with_its_neighbours():
    assert contradictions(("", "2020-03-16", "2020---15", "", "2020", "2020-04-10")) == [
        (0, "diagnosis", "consent", "consent"),
        (0, "consent", "death", "consent"),
    ]
    assert contradictions(("", "2020-03-10", "2020---15", "2020---14", "", "2020-04-10")) == [
        (0, "diagnosis", "consent", "consent"),
        (0, "consent", "treatment", "treatment"),
        (0, "treatment", "death", "treatment"),
    ]


def test_events_outside_a_contradiction_are_never_left_without_a_day():
    row = {
        "consent": "2020-04-01",
        "progression": "2020---31",
        "second": "2020-04-30",
        "birth": "2021",
        "diagnosis": "2020-01",
    }
    found = narrow(pd.DataFrame([row]), [["birth", "diagnosis"], ["consent", "progression", "second"]])
    assert [tuple(pair)[1:] for pair in found.contradictions.itertuples(index=False)] == [
        ("birth", "diagnosis"),
        ("consent", "progression"),
        ("progression", "second"),
    ]
    assert (found.earliest <= found.latest).all(axis=None)


def test_events_in_a_contradiction_keep_their_own_days_and_limit_no_other():
    row = ("", "2020", "2020-06-10", "2020-06-01", "2020-09", "2020")
    found = narrow(pd.DataFrame([row], columns=EVENTS), [EVENTS])
    assert contradictions(row) == [(0, "consent", "treatment", "treatment")]
    assert list(from_days(found.earliest.loc[0])) == [
        "",
        "2020-01-01",
        "2020-06-10",
        "2020-06-01",
        "2020-09-01",
        "2020-09-01",
    ]
    assert list(from_days(found.latest.loc[0])) == [
        *["2020-09-30"] * 2,
        "2020-06-10",
        "2020-06-01",
        "2020-09-30",
        "2020-12-31",
    ]


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ([["birth", "deaht"]], '"deaht" in the order is no event of birth, .*, death; did you mean "death"[?]$'),
        ([["birth", "death"], ["death", "consent", "birth"]], "goes in a circle: birth -> death -> consent -> birth;"),
        ([["death", "death"]], "goes in a circle: death -> death;"),
        (EVENTS, '"birth" in the order is no chain; expected a list of lists of events'),
    ],
)
def test_a_wrong_order_is_refused(order, message):
    with pytest.raises(ValueError, match=message):
        narrow(pd.DataFrame([[""] * 6], columns=EVENTS), order)


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(ValueError, match='two columns of the events are named "death"'):
        narrow(pd.DataFrame([["", ""]], columns=["death", "death"]), [["death"]])


def test_no_subjects_and_no_order():
    found = narrow(pd.DataFrame({"a": [], "b": []}, dtype=object), [["a", "b"]])
    assert len(found.earliest) == len(found.latest) == len(found.contradictions) == 0
    assert list(found.latest.columns) == ["a", "b"]
    assert narrowed_texts({"a": "2021", "b": "2020"}, []) == {
        "a": ("2021-01-01", "2021-12-31"),
        "b": ("2020-01-01", "2020-12-31"),
    }


# From here on: everything against the set of all assignments of days to the events of one subject.

YEARS = range(2018, 2025)
"""The texts drawn name days of 2020 and 2021; a year unknown is any of these, or any time before or after."""


def day_number(year, month, day):
    return (datetime.date(year, month, day) - datetime.date(1960, 1, 1)).days


def days_of_a_month_number(year, month, day):
    try:
        return [day_number(year, month, day)]
    except ValueError:
        return []


@st.composite
def dated(draw):
    """A text, and all days that it can mean; a missing one has None for any day at all."""
    day = draw(st.dates(datetime.date(2020, 12, 10), datetime.date(2021, 3, 20)))
    match draw(st.sampled_from(["day", "day", "month", "month unknown", "month unknown", "year unknown", "missing"])):
        case "day":
            return day.isoformat(), [day_number(day.year, day.month, day.day)]
        case "month":
            first = day_number(day.year, day.month, 1)
            following = first + 31
            last = day_number(*(datetime.date(1960, 1, 1) + datetime.timedelta(days=following)).timetuple()[:2], 1)
            return day.isoformat()[:7], list(range(first, last))
        case "month unknown":
            found = [days_of_a_month_number(day.year, month, day.day) for month in range(1, 13)]
            return f"{day.year}---{day.day:02d}", list(itertools.chain(*found))
        case "year unknown":
            found = [days_of_a_month_number(year, day.month, day.day) for year in YEARS]
            return f"--{day.month:02d}-{day.day:02d}", [-np.inf, *itertools.chain(*found), np.inf]
    return draw(st.sampled_from(["", "not a date"])), None


@st.composite
def histories(draw):
    """Rows of events, with all days of each, and chains along the columns."""
    names = [f"event {number}" for number in range(draw(st.integers(2, 4)))]
    rows = draw(st.lists(st.lists(dated(), min_size=len(names), max_size=len(names)), min_size=1, max_size=3))
    chains = st.lists(st.sampled_from(names), unique=True, min_size=2).map(sorted)
    return names, rows, draw(st.lists(chains, min_size=1, max_size=3))


def agreeing(domains, pairs):
    """For every assignment, an axis for each event, whether it keeps to the order."""
    shape = [len(days) for days in domains]
    agrees = np.ones(shape, dtype=bool)
    along = [
        np.reshape(days, [-1 if axis == event else 1 for axis in range(len(domains))])
        for event, days in enumerate(domains)
    ]
    for before, after in pairs:
        agrees &= along[before] <= along[after]
    return agrees


def extremes(domains, pairs):
    """First and last day of each event over all assignments that keep to the order; None where there are none."""
    known = sorted({day for days in domains if days for day in (days[0], days[-1], *days)})
    # an event without a date lies at one of the days of others, or beyond them, as well as anywhere
    domains = [np.array(days or sorted({-np.inf, *known, np.inf}), dtype=float) for days in domains]
    agrees = agreeing(domains, pairs)
    if not agrees.any():
        return None
    found = []
    for event, days in enumerate(domains):
        possible = days[agrees.any(axis=tuple(axis for axis in range(len(domains)) if axis != event))]
        found.append((possible.min(), possible.max()))
    return [(low if np.isfinite(low) else np.nan, high if np.isfinite(high) else np.nan) for low, high in found]


@given(histories())
def test_the_days_left_and_the_contradictions_are_those_of_all_assignments(history):
    names, rows, chains = history
    frame = pd.DataFrame([[text for text, _ in row] for row in rows], columns=names, dtype=object)
    found = narrow(frame, chains)
    pairs = {(names.index(a), names.index(b)) for chain in chains for a, b in itertools.combinations(chain, 2)}
    for _ in names:
        pairs |= {(a, d) for a, b in pairs for c, d in pairs if b == c}
    for position, row in enumerate(rows):
        domains = [days for _, days in row]
        of_row = found.contradictions[found.contradictions["position"] == position]
        expected = extremes(domains, pairs)
        assert (expected is None) == (len(of_row) > 0)
        involved = {names.index(name) for name in [*of_row["before"], *of_row["after"]]}
        if expected is None:
            expected = extremes([None if event in involved else days for event, days in enumerate(domains)], pairs)
            own = pd.concat([bounds(frame[name].iloc[[position]]) for name in names]).to_numpy()
            expected = [tuple(own[event]) if event in involved else expected[event] for event in range(len(names))]
            assert_direct(of_row, own, domains, names, pairs)
        limits = pd.concat([found.earliest.loc[position], found.latest.loc[position]], axis=1)
        np.testing.assert_array_equal(limits.to_numpy(), expected)


def assert_direct(of_row, own, domains, names, pairs):
    """Each pair that contradicts by its own texts stands there once; any other has a day of an unknown month or year."""
    stated = [(names.index(row.before), names.index(row.after)) for row in of_row.itertuples()]
    assert len(set(stated)) == len(stated)
    assert set(stated) <= pairs
    direct = {(before, after) for before, after in pairs if own[before][0] > own[after][1]}
    assert direct <= set(stated)
    for before, after in set(stated) - direct:
        assert any(
            domains[event] and len(domains[event]) > 1 and max(np.diff(domains[event])) > 1 for event in (before, after)
        )


@given(st.lists(st.tuples(st.integers(0, 3), st.permutations(EVENTS).map(lambda names: names[:2])), max_size=30))
def test_every_contradiction_has_one_of_its_events_as_suspect_and_no_suspect_is_needless(drawn):
    frame = pd.DataFrame([(subject, *pair) for subject, pair in drawn], columns=["position", "before", "after"])
    found = suspects(frame, EVENTS)
    assert list(found.index) == list(frame.index)
    assert ((found == frame["before"]) | (found == frame["after"])).all()
    for position, pairs in frame.assign(suspect=found).groupby("position"):
        counts = pd.concat([pairs["before"], pairs["after"]]).value_counts()
        most = counts[counts == counts.max()].index
        assert max(most, key=EVENTS.index) in set(pairs["suspect"]), position


def test_an_event_that_is_not_listed_is_refused():
    frame = pd.DataFrame({"position": [0], "before": ["birth"], "after": ["deth"]})
    with pytest.raises(ValueError, match=r'"deth" is no event of .*; did you mean "death"'):
        suspects(frame, EVENTS)
