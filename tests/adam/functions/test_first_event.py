"""The first of several dated sources, with the record that gave it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hcc_sdtm as hs
from hcc_sdtm.adam import EventSource
from tests.adam.tables import table

DM = table("USUBJID | DTHDTC\nA | 2021-06-20\nB | 2021-04-01\nC | .\nD | 2021-07")
RS = table(
    """
    USUBJID | RSSTRESC | RSDTC
    A       | SD       | 2021-04-12
    A       | PD       | 2021-06-05
    A       | PD       | 2021-07-05
    B       | PD       | 2021-04-01
    C       | PD       | .
    D       | PD       | 2021-08
    """
)
DEATH = EventSource("death", DM, "DTHDTC")
PROGRESSION = EventSource("progression", RS, "RSDTC", {"RSSTRESC": "PD"})


def shown(found: pd.DataFrame) -> list[str]:
    days = hs.dates.from_days(found["day"])
    rows = found.assign(day=days).astype(object).itertuples(index=False)
    return [" | ".join("." if value is None or value == "" else str(value) for value in row) for row in rows]


def test_the_first_of_two_sources_and_which_record_it_was():
    assert shown(hs.adam.first_event([PROGRESSION, DEATH])) == [
        "A | 2021-06-05 | progression | 1 | 0 | 0",
        "B | 2021-04-01 | progression | 3 | 0 | 0",  # of one day: the source that is named first
        "C | . | . | . | 0 | 2",
        "D | . | . | . | 2 | 0",  # two dates known to the month, neither of them guessed at
    ]
    assert shown(hs.adam.first_event([DEATH, PROGRESSION]))[1] == "B | 2021-04-01 | death | 1 | 0 | 0"


def test_the_last_of_two_sources():
    assert (
        shown(hs.adam.first_event([PROGRESSION, DEATH], which="last"))[0] == "A | 2021-07-05 | progression | 2 | 0 | 0"
    )


def test_every_subject_that_is_asked_for_has_a_row_in_that_order():
    found = hs.adam.first_event([PROGRESSION], subjects=pd.Series(["E", "B"]))
    assert shown(found) == ["E | . | . | . | 0 | 0", "B | 2021-04-01 | progression | 3 | 0 | 0"]


def test_day_numbers_and_timestamps_give_the_same():
    expected = shown(hs.adam.first_event([DEATH], subjects=DM["USUBJID"][:3]))
    days = EventSource("death", DM.assign(DTHDT=hs.dates.to_days(DM["DTHDTC"])), "DTHDT")
    stamps = EventSource("death", DM.assign(DTHDT=pd.to_datetime(DM["DTHDTC"], errors="coerce")), "DTHDT")
    for source in (days, stamps):
        assert shown(hs.adam.first_event([source], subjects=DM["USUBJID"][:3])) == expected


def test_where_takes_numbers_and_missing_values():
    frame = pd.DataFrame({"USUBJID": ["A", "A", "B"], "ADT": [10.0, 9.0, 8.0], "CNSR": [0.0, 1.0, np.nan]})
    found = hs.adam.first_event([EventSource("event", frame, "ADT", {"CNSR": "0"})])
    assert found["day"].tolist() == [10.0]
    found = hs.adam.first_event([EventSource("event", frame, "ADT", {"CNSR": ["0", ""]})])
    assert found["day"].tolist() == [10.0, 8.0]


def test_no_rows_are_no_events():
    assert hs.adam.first_event([EventSource("death", DM[:0], "DTHDTC")]).empty
    found = hs.adam.first_event([EventSource("death", DM[:0], "DTHDTC")], subjects=pd.Series(["A"]))
    assert shown(found) == ["A | . | . | . | 0 | 0"]


@pytest.mark.parametrize(
    ("sources", "arguments", "message"),
    [
        ([], {}, "needs one source at least"),
        ([DEATH, DEATH], {}, 'two sources are called "death"'),
        (
            [EventSource("death", DM, "DTHDT")],
            {},
            r'the frame of "death" has no column "DTHDT"; did you mean "DTHDTC"\?',
        ),
        ([EventSource("PD", RS, "RSDTC", {"RSSTRES": "PD"})], {}, r'no column "RSSTRES"; did you mean "RSSTRESC"\?'),
        ([DEATH], {"by": "SUBJID"}, r'no column "SUBJID"; did you mean "USUBJID"\?'),
        ([DEATH], {"subjects": pd.Series(["A", "A"])}, 'subjects has "A" more than once'),
        ([EventSource("death", DM.assign(USUBJID=""), "DTHDTC")], {}, "has rows without USUBJID"),
        ([DEATH], {"which": "earliest"}, 'which "earliest" is not one of first, last'),
    ],
)
def test_a_wrong_argument_is_named_with_the_nearest(sources, arguments, message):
    with pytest.raises(ValueError, match=message):
        hs.adam.first_event(sources, **arguments)


@pytest.mark.parametrize(
    "dates",
    [
        pd.to_datetime(pd.Series(["2021-06-20 23:30", None])),
        pd.to_datetime(pd.Series(["2021-06-20 23:30", None])).dt.tz_localize("Asia/Shanghai"),
        pd.Series([pd.Timestamp("2021-06-20 23:30"), None], dtype=object),
        pd.Series([pd.Timestamp("2021-06-20").date(), None], dtype=object),
        pd.Series(["2021-06-20T23:30", None], dtype="category"),
    ],
)
def test_dates_of_any_kind_are_the_day_on_the_wall(dates):
    frame = pd.DataFrame({"USUBJID": ["A", "B"], "ADT": dates})
    assert shown(hs.adam.first_event([EventSource("x", frame, "ADT")])) == [
        "A | 2021-06-20 | x | 0 | 0 | 0",
        "B | . | . | . | 0 | 1",
    ]


@pytest.mark.parametrize(
    ("frame", "subjects", "message"),
    [
        (pd.DataFrame({"USUBJID": [1], "ADT": ["2021-06-20"]}), None, 'USUBJID is text in the frame of "death"'),
        (DM, pd.Series([1, 2]), 'USUBJID is number in subjects and text in the frame of "x"'),
        (DM, pd.Series(["A", None]), "subjects has rows without USUBJID"),
        (DM.assign(USUBJID=["A", 1, "C", "D"]), None, 'USUBJID of the frame of "x" has numbers and texts'),
        (DM.assign(ADT=20210620), None, 'ADT "20210620" is no day number; expected days since 1960-01-01'),
    ],
)
def test_subjects_or_dates_of_another_kind_are_refused(frame, subjects, message):
    source = EventSource("x", frame.assign(ADT=frame.get("ADT", "2021-06-20")), "ADT")
    sources = [DEATH, source] if subjects is None else [source, DEATH]
    with pytest.raises(ValueError, match=message):
        hs.adam.first_event(sources, subjects=subjects)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"ASEQ": "Y"}, 'where asks for ASEQ "Y", and ASEQ of the frame of "x" is a column of numbers'),
        ({"ASEQ": 1}, "where asks for ASEQ 1; expected a text, in quotes"),
        ({"DTHDTC": [1]}, "where asks for DTHDTC 1; expected a text, in quotes"),
    ],
)
def test_a_where_that_can_choose_nothing_is_refused(where, message):
    with pytest.raises(ValueError, match=message):
        hs.adam.first_event([EventSource("x", DM.assign(ASEQ=1.0), "DTHDTC", where)])


def test_a_subject_column_called_as_a_result_is_refused():
    with pytest.raises(ValueError, match='cannot be called "source"'):
        hs.adam.first_event([EventSource("x", DM.rename(columns={"USUBJID": "source"}), "DTHDTC")], by="source")
