"""Runs of options: those that are spelled out are the options that were joined."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.endpoints.bounds.curves import MISSING, NO_ENTRIES, Ranked
from hcc_sdtm.endpoints.bounds.runs import Runs, united

SUBJECTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 2), st.integers(0, 3), st.integers(0, 4)), max_size=8
)


def ranked(rows, delayed):
    columns = [np.array([row[k] for row in rows], dtype=np.int64) for k in range(3)]
    return Ranked(columns[0], columns[1], columns[2] if delayed else NO_ENTRIES)


def spelled(runs, delayed):
    """Each option: subject, exit, code, entry."""
    one = runs.one_by_one()
    entry = one.entry if delayed else np.zeros_like(one.exit)
    return list(zip(*(each.tolist() for each in (one.subject, one.exit, one.code, entry)), strict=True))


@given(SUBJECTS, st.sampled_from(["days", "entry too", "no entry"]), st.booleans())
def test_they_are_the_distinct_options_however_they_come(blocks, kind, has_none):
    options = [
        (subject, since + at, code, min(entry, since) + (at if kind == "entry too" else 0))
        for subject, since, code, length, entry in blocks
        for at in range(length + 1)
    ]
    delayed = kind != "no entry"
    more = [(0, MISSING, MISSING, MISSING)] if has_none else []
    runs = Runs.of(
        ranked([each[1:] for each in options], delayed),
        np.array([each[0] for each in options], dtype=np.int64),
        ranked([each[1:] for each in more], delayed),
        np.array([each[0] for each in more], dtype=np.int64),
    )
    rows = {(*each[:3], each[3] if delayed else (MISSING if each[1] < 0 else 0)) for each in [*options, *more]}
    expected = sorted(rows if delayed else {(*each[:3], 0) for each in rows})
    assert sorted(spelled(runs, delayed)) == expected
    assert int(runs.lengths.sum()) == len(expected)
    order = list(zip(runs.subject.tolist(), runs.exit.tolist(), runs.code.tolist(), strict=True))
    assert order == sorted(order)


def test_the_days_of_an_unknown_origin_are_one_run():
    days = ranked([(day, 1, day - 5) for day in range(10, 41)], True)
    subject = np.zeros(31, dtype=np.int64)
    runs = Runs.of(days, subject, ranked([(20, 1, 15)], True), np.zeros(1, dtype=np.int64))
    assert [runs.since.tolist(), runs.exit.tolist(), runs.entered.tolist(), runs.entry.tolist()] == [
        [10],
        [40],
        [5],
        [35],
    ]


@given(SUBJECTS, st.integers(0, 9))
def test_who_leaves_by_a_place_has_no_record_after_it(blocks, place):
    options = [(subject, since + at, code) for subject, since, code, length, _ in blocks for at in range(length + 1)]
    subject = np.array([each[0] for each in options], dtype=np.int64)
    nothing = ranked([], False)
    runs = Runs.of(ranked([(*each[1:], 0) for each in options], False), subject, nothing, np.zeros(0, dtype=np.int64))
    expected = {(who, at, code, 0) if at > place else (who, MISSING, MISSING, 0) for who, at, code in options}
    assert sorted(spelled(runs.after(place), False)) == sorted(expected)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 12), st.integers(0, 4)), max_size=10))
def test_united_runs_neither_overlap_nor_follow_each_other(runs):
    key, since, length = (np.array([run[k] for run in runs], dtype=np.int64) for k in range(3))
    (owner,), first, last = united([key], since, since + length)
    places = {(who, at) for who, start, more in runs for at in range(start, start + more + 1)}
    found = [(who, at) for who, start, end in zip(owner, first, last, strict=True) for at in range(start, end + 1)]
    assert found == sorted(places)
    assert all(owner[at] != owner[at + 1] or first[at + 1] > last[at] + 1 for at in range(len(owner) - 1))
