from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.outputs.figures.records import DRAWN_COLUMNS
from hcc_sdtm.outputs.figures.sheet import Sheet
from hcc_sdtm.outputs.figures.swimmer import BAR, Lane, render_swimmer
from hcc_sdtm.spec.figures import MarkedRecords
from tests.outputs.figures.looking import bars as drawn_bars
from tests.outputs.figures.looking import require_readable, require_same_bytes, words

NAN = np.nan
RT = MarkedRecords(dataset="EX", date="EXSTDTC", end="EXENDTC", label="Radiotherapy", colour="black")
DRUG = MarkedRecords(
    dataset="CM", date="CMSTDTC", end="CMENDTC", no_end="continues", label="First line", colour="sky-blue"
)
PD = MarkedRecords(dataset="ADRS", date="ADT", label="Progression", marker="diamond", colour="orange")
DEATH = MarkedRecords(dataset="ADSL", date="DTHDT", label="Death", marker="cross")
BARS = pd.DataFrame({"start": [1000.0, 2000.0], "end": [1100.0, 2050.0]}, index=["S1", "S2"])
NAMES = pd.Series({"S1": "101-001", "S2": "101-002", "S3": "101-003"})


def drawn(*rows):
    return pd.DataFrame(rows, columns=DRAWN_COLUMNS)


LANES = [
    Lane(RT, drawn(("S1", 1000.0, 1000.0, 1000.0, 1009.0, 1009.0, ""), ("S3", 1.0, 1.0, 1.0, 9.0, 9.0, ""))),
    Lane(DRUG, drawn(("S1", 900.0, 930.0, NAN, NAN, NAN, ""), ("S2", 1990.0, 1990.0, 1990.0, 2020.0, 2029.0, ""))),
    Lane(PD, drawn(("S1", 1040.0, 1070.0, 1050.0, NAN, NAN, ""))),
    Lane(DEATH, drawn(("S1", 1050.0, 1050.0, 1050.0, NAN, NAN, ""))),
]


def swimmer(bars=BARS, lanes=LANES, ongoing=("S2", "S9")):
    return render_swimmer(bars, lanes, Sheet("Swimmer"), NAMES.reindex(bars.index), ongoing, month_days=10.0)


def spans(figure):
    """Every bar as (row, from, to) in units of ten days, by its height on the row."""
    return {
        (round(low + height / 2, 3), round(height, 3)): (left, round(left + width, 6))
        for left, low, width, height, _ in drawn_bars(figure)
    }


def marks(figure, marker):
    return [line.get_data() for line in figure.axes[0].lines if line.get_marker() == marker]


def test_bars_are_the_follow_up_and_stripes_the_therapies_each_at_its_height():
    found = spans(swimmer())
    assert found[0.0, BAR] == (0.0, 10.0)
    assert found[1.0, BAR] == (0.0, 5.0)
    upper, lower = round(-BAR / 4, 3), round(BAR / 4, 3)
    assert found[upper, BAR / 2] == (0.0, 1.0)  # ten days, the last of them included
    assert found[lower, BAR / 2] == (0.0, 10.1)  # still going on the last day of follow-up
    assert found[round(1 + BAR / 4, 3), BAR / 2] == (0.0, 2.1)  # to the earliest day that it can have ended


def test_marks_stand_on_their_day_and_a_partial_date_has_its_range():
    figure = swimmer()
    ((x, _),) = marks(figure, "D")
    assert np.asarray(x).tolist() == [5.0]
    ranges = [np.asarray(x).tolist() for x, _ in marks(figure, "|")]
    assert [4.0, 7.0] in ranges
    assert [2.0, 2.9] in ranges
    assert "Date known in part: the days it can be" in words(figure)
    whole = [Lane(PD, drawn(("S1", 1040.0, 1040.0, 1040.0, NAN, NAN, "")))]
    assert "known in part" not in words(swimmer(lanes=whole))


def test_two_marks_of_one_day_are_moved_apart():
    figure = swimmer()
    ((_, first),), ((_, second),) = marks(figure, "D"), marks(figure, "X")
    assert abs(first[0] - second[0]) > 0.2


def test_arrows_of_those_who_go_on_and_nobody_else_s_records():
    figure = swimmer()
    arrows = [text for text in figure.axes[0].texts if text.arrow_patch is not None]
    assert [arrow.xy for arrow in arrows] == [(5.0, 1.0)]
    assert "101-003" not in words(figure)


def test_a_record_before_the_origin_is_named_and_not_drawn():
    early = [Lane(PD, drawn(("S1", 990.0, 990.0, 990.0, NAN, NAN, "")))]
    assert marks(swimmer(lanes=early), "D") == []
    assert "1 records before the origin are not drawn." in words(swimmer(lanes=early))


@pytest.mark.parametrize("n", [1, 60])
def test_a_sheet_of_any_length_is_readable(tmp_path, n):
    rng = np.random.default_rng(3)
    subjects = [f"S{at}" for at in range(n)]
    bars = pd.DataFrame({"start": 1000.0, "end": 1000 + rng.integers(30, 900, n)}, index=subjects)
    days = 1000.0 + rng.integers(1, 30, n)
    events = pd.DataFrame({"USUBJID": subjects, "earliest": days, "latest": days + 9, "day": days, "text": ""})
    lanes = [
        Lane(look, events.assign(end_earliest=NAN, end_latest=NAN)[list(DRAWN_COLUMNS)]) for look in (RT, PD, DEATH)
    ]

    def render():
        return render_swimmer(bars, lanes, Sheet("Swimmer"), pd.Series(subjects, index=subjects), subjects[::2])

    require_readable(render())
    require_same_bytes(tmp_path, render)
