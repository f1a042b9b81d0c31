from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.outputs.figures.records import DRAWN_COLUMNS
from hcc_sdtm.outputs.figures.sheet import Sheet
from hcc_sdtm.outputs.figures.subject import render_subject
from hcc_sdtm.outputs.figures.subject_times import TimeLine
from hcc_sdtm.outputs.figures.swimmer import Lane
from hcc_sdtm.spec.figures import MarkedRecords
from tests.outputs.figures.looking import require_readable, require_same_bytes, rows, words
from tests.outputs.figures.studied import DAY

NAN = np.nan
SCAN = MarkedRecords(dataset="ADRS", date="ADT", label="Response", marker="circle", colour="blue", text="AVALC")
DRUG = MarkedRecords(dataset="CM", date="CMSTDTC", end="CMENDTC", no_end="continues", label="Second line", text="X")
NONE = MarkedRecords(dataset="DS", date="DSSTDTC", label="Lost")
TIMES = [
    TimeLine("PFS", DAY, DAY + 100, DAY + 100, DAY + 100, True, "3.3, event: Disease progression"),
    TimeLine(
        "NEXT", DAY, DAY + 120, DAY + 91, DAY + 120, False, "3.9, censored: Ongoing (3.0 to 3.9 by the unknown dates)"
    ),
]


def drawn(*rows):
    return pd.DataFrame(rows, columns=DRAWN_COLUMNS)


def subject(lanes=None, times=TIMES):
    lanes = lanes or [
        Lane(
            SCAN, drawn(*(("S1", DAY + at, DAY + at, DAY + at, NAN, NAN, "NON-CR/NON-PD") for at in (40, 44, 48, 300)))
        ),
        Lane(DRUG, drawn(("S1", DAY + 91, DAY + 120, DAY + 95, NAN, NAN, "REGORAFENIB"))),
        Lane(NONE, drawn()),
    ]
    return render_subject(lanes, times, Sheet("Every date: 1"), DAY, DAY + 500, DAY + 320)


def marks(figure, marker):
    return [np.asarray(line.get_xdata()).tolist() for line in figure.axes[0].lines if line.get_marker() == marker]


def test_records_stand_on_their_days_and_what_there_is_none_of_has_no_line():
    figure = subject()
    assert [DAY + 40, DAY + 44, DAY + 48, DAY + 300] in marks(figure, "o")
    assert "Lost" not in words(figure)


def test_a_partial_date_has_its_range_its_day_and_what_is_known_of_it():
    figure = subject()
    assert [DAY + 91, DAY + 120] in marks(figure, "|")
    assert "REGORAFENIB, 2021-04" in words(figure)
    (bar,) = figure.axes[0].patches[:1]
    assert (bar.get_x(), bar.get_x() + bar.get_width()) == (DAY + 95, DAY + 320)  # to the end of follow-up


def test_each_time_runs_from_its_origin_to_its_end_filled_for_an_event():
    figure = subject()
    ends = [line for line in figure.axes[0].lines if line.get_marker() == "o" and len(line.get_xdata()) == 1]
    assert [(line.get_xdata()[0], line.get_markerfacecolor()) for line in ends] == [
        (DAY + 100, "#222222"), (DAY + 120, "white"),
    ]  # fmt: skip
    assert [DAY + 91, DAY + 120] in marks(figure, "|")
    assert "3.9, censored: Ongoing (3.0 to 3.9 by the unknown dates)" in words(figure)


def test_origin_and_cut_off_are_upright_lines_with_their_days():
    figure = subject()
    upright = [line.get_xdata()[0] for line in figure.axes[0].lines if list(line.get_ydata()) == [0, 1]]
    assert {DAY, DAY + 500} <= set(upright)
    assert ["origin 2020-12-31", "data cut-off 2022-05-15"] in rows(figure)


@pytest.mark.parametrize("origin", [DAY, DAY + 495])
def test_texts_touch_neither_each_other_nor_the_edge(tmp_path, origin):
    require_readable(subject())
    close = render_subject([], TIMES, Sheet("Close"), origin, DAY + 500)
    require_readable(close)
    require_same_bytes(tmp_path, subject)


def test_a_subject_without_any_date_has_an_empty_sheet():
    require_readable(render_subject([], [], Sheet("Nothing")))
