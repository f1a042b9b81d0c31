from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

from hcc_sdtm.endpoints.survival import kaplan_meier
from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.figures.sheet import Sheet
from hcc_sdtm.outputs.figures.survival import render_survival, render_survivals
from tests.outputs.figures.looking import require_readable, require_same_bytes, rows, words

TIME = np.array([2.0, 3.0, 5.0, 8.0, 10.0, 12.0, 14.0, 20.0])
EVENT = np.array([1, 1, 1, 1, 0, 1, 0, 0])
FACTS = Facts("A trial", "TRIAL", "2024-02-29", "0123456789abcdef", "Dates are fictional.")
SHEET = Sheet("Survival <of> 8", FACTS)


def survival(curve=None, marks=(12,)):
    return render_survival(curve or kaplan_meier(TIME, EVENT), SHEET, "months", marks)


def step(figure, number=0):
    """The distinct points of the number-th solid or dashed step line."""
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 3 and line.get_linestyle() != "None"]
    x, y = lines[number].get_data()
    return list(dict.fromkeys(zip(np.asarray(x).tolist(), np.round(np.asarray(y), 6).tolist(), strict=True)))


def test_counts_below_the_axis():
    found = rows(survival())
    assert ["0", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20"] in found
    # at risk at t: exit at t or later; what has happened before t makes up the rest
    assert ["At risk", "8", "8", "6", "5", "5", "4", "3", "2", "1", "1", "1"] in found
    assert ["Censored", "0", "0", "0", "0", "0", "0", "1", "1", "2", "2", "2"] in found
    assert ["Events", "0", "0", "2", "3", "3", "4", "4", "5", "5", "5", "5"] in found


def test_the_line_is_the_curve():
    points = step(survival())
    assert points[0] == (0.0, 1.0)
    assert (2.0, 0.875) in points
    assert (8.0, 0.5) in points
    assert points[-1] == (20.0, round(1 / 3, 6))


def test_a_stroke_for_each_censoring_at_the_height_of_the_curve():
    (strokes,) = [line for line in survival().axes[0].lines if line.get_marker() == "|"]
    assert strokes.get_xdata().tolist() == [10.0, 14.0, 20.0]
    assert np.allclose(strokes.get_ydata(), [0.5, 1 / 3, 1 / 3])


def test_the_summary_is_the_curve_s_own_and_the_foot_says_where_it_comes_from():
    shown = words(survival())
    assert "5 events in 8 subjects; median 10.0 months" in shown
    assert "at 12 months 33.3 %" in shown
    assert "95 % confidence limits, log-log transform" in shown
    assert "Survival <of> 8" in shown
    assert "Study: TRIAL. Data cut-off: 2024-02-29. Source hash: 0123456789abcdef." in shown
    assert "Dates are fictional." in shown


def test_what_cannot_be_estimated_is_ne():
    assert "at 3 months 100.0 %" in words(survival(kaplan_meier([5.0, 6.0, 7.0], [0, 0, 1]), (3, 12)))
    shown = words(survival(kaplan_meier([5.0, 6.0], [0, 0])))
    assert "0 events in 2 subjects; median NE months (NE to NE)" in shown
    assert "at 12 months NE" in shown


def test_delayed_entry_raises_the_number_at_risk():
    figure = survival(kaplan_meier([10.0, 12.0, 20.0], [1, 0, 1], entry=[0.0, 5.0, 9.0]))
    assert ["At risk", "0", "1", "1", "2", "2", "3", "2", "1", "1", "1", "1"] in rows(figure)


def test_a_curve_that_starts_later_says_who_is_in_it():
    # the first subject has left before the start, so nothing is said of it
    curve = kaplan_meier([3.0, 12.0, 20.0], [1, 1, 0], entry=[0.0, 0.0, 9.0], start=5.0)
    figure = survival(curve)
    assert "1 events in 2 subjects event-free at 5.0 months; median" in words(figure)
    assert step(figure)[0] == (5.0, 1.0)


@pytest.mark.parametrize(
    ("time", "event"),
    [
        (TIME, EVENT),
        ([1.0, 1.5, 2.0, 60.0], [1, 1, 0, 0]),
        ([1.0, 2.0, 59.0, 60.0], [0, 0, 0, 0]),
        ([50.0, 58.0, 59.0, 60.0], [0, 1, 1, 1]),
        ([], []),
    ],
    ids=["median in the middle", "median at the left", "no event", "median at the right", "nobody"],
)
@pytest.mark.parametrize("marks", [(), (12, 36, 60, 120)], ids=["short summary", "long summary"])
def test_texts_touch_neither_each_other_nor_the_edge(time, event, marks):
    require_readable(survival(kaplan_meier(time, event), marks))


def curves(number, n=40):
    rng = np.random.default_rng(5)
    names = ["Female", "Male, of whom some have a rather long name", "Unknown", "Fourth", "Fifth", "Sixth"]
    return {names[at]: kaplan_meier(rng.exponential(9 + at, n), rng.integers(0, 2, n)) for at in range(number)}


@pytest.mark.parametrize("number", [1, 2, 3, 6])
def test_several_curves_have_their_own_dashes_and_their_own_counts(number):
    drawn = curves(number)
    figure = render_survivals(drawn, SHEET, "months", (6, 12))
    require_readable(figure)
    lines = [line for line in figure.axes[0].lines if line.get_marker() != "|"]
    assert len(lines) == number
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == number
    for line, curve in zip(lines, drawn.values(), strict=True):
        assert line.get_ydata()[-1] == pytest.approx(curve.curve["survival"].iloc[-1])
    assert sum(row[0] in drawn and row[1] == "40" for row in rows(figure)) >= number - 1  # one name is of two lines
    has_bands = bool(figure.axes[0].collections)
    assert has_bands == (number <= 2)
    assert ("shaded" if has_bands else "not drawn") in words(figure)


def test_a_curve_of_nobody_stands_beside_the_others():
    figure = render_survivals({"A": kaplan_meier(TIME, EVENT), "B": kaplan_meier([], [])}, SHEET, "months")
    assert "B: 0 events in 0 subjects; median NE months" in words(figure)
    require_readable(figure)


def test_more_curves_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="7 curves; expected 1 to 6"):
        render_survivals({str(at): kaplan_meier(TIME, EVENT) for at in range(7)}, SHEET, "months")


def test_the_same_curve_gives_the_same_bytes_and_leaves_matplotlib_as_it_was(tmp_path):
    before = dict(mpl.rcParams)
    require_same_bytes(tmp_path, survival)
    assert dict(mpl.rcParams) == before


def test_ten_thousand_subjects_can_be_drawn(tmp_path):
    rng = np.random.default_rng(7)
    curve = kaplan_meier(np.ceil(rng.exponential(300, 10_000)) / 30.4375, rng.integers(0, 2, 10_000))
    require_same_bytes(tmp_path, lambda: survival(curve))
