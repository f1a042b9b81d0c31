from __future__ import annotations

import numpy as np
import pytest

from hcc_sdtm.outputs.figures.forest import ForestRow, render_forest
from hcc_sdtm.outputs.figures.sheet import Sheet
from tests.outputs.figures.looking import require_readable, require_same_bytes, rows, words

NAN = np.nan
ROWS = [
    ForestRow("All subjects", "57", "39", "8.3 (5.9 to 11.1)", 8.3, 5.9, 11.1, 8.0, 9.1, indent=False),
    ForestRow("Sex at birth, as the site recorded it in its own form"),
    ForestRow("F", "5", "3", "11.2 (11.1 to NE)", 11.2, 11.1, NAN, 11.2, np.inf, ("reference",)),
    ForestRow("M", "50", "35", "8.2 (5.6 to 8.5)", 8.2, 5.6, 8.5, further=("1.40 (0.70 to 2.90)",)),
    ForestRow("U", "2", "1", "NE"),
]
HEADS = ("n", "Events", "Median (months)", "Hazard ratio")


def forest(given=ROWS, is_log=False):
    return render_forest(given, Sheet("Subgroups"), "Median (months)", HEADS, is_log)


def squares(figure):
    found = [line for line in figure.axes[0].lines if line.get_marker() == "s"]
    return [(line.get_xdata()[0], line.get_ydata()[0], line.get_markersize()) for line in found]


def test_a_square_at_each_estimate_the_larger_the_more_subjects():
    found = squares(forest())
    assert [(x, y) for x, y, _ in found] == [(8.3, 0), (11.2, 2), (8.2, 3)]
    assert found[0][2] > found[2][2] > found[1][2]


def test_limits_are_a_line_and_one_that_is_not_reached_an_arrow():
    axes = forest().axes[0]
    solid = [line for line in axes.lines if len(line.get_xdata()) == 2 and line.get_linestyle() == "-"]
    spans = {line.get_ydata()[0]: list(line.get_xdata()) for line in solid}
    assert spans[3] == [5.6, 8.5]
    assert spans[2] == [11.1, axes.get_xlim()[1]]
    assert [line.get_ydata()[0] for line in axes.lines if line.get_marker() == ">"] == [2]


def test_what_the_unknown_dates_could_make_of_it_is_a_bar():
    figure = forest()
    spans = {
        round(bar.get_y() + bar.get_height() / 2): (bar.get_x(), bar.get_x() + bar.get_width())
        for bar in figure.axes[0].patches
    }
    assert spans[0] == pytest.approx((8.0, 9.1))
    assert spans[2][1] == pytest.approx(figure.axes[0].get_xlim()[1])
    assert set(spans) == {0, 2}
    assert "what the unknown dates could make" in words(figure)
    assert "unknown dates" not in words(forest(ROWS[3:]))


def test_numbers_stand_in_their_row():
    found = rows(forest())
    assert ["All subjects", "57", "39", "8.3 (5.9 to 11.1)"] in found
    assert ["M", "50", "35", "8.2 (5.6 to 8.5)", "1.40 (0.70 to 2.90)"] in found
    assert ["U", "2", "1", "NE"] in found
    assert ["n", "Events", "(months)", "Hazard ratio"] in found  # a head is broken to the width of its column


def test_a_ratio_is_on_a_logarithmic_axis_with_a_line_at_one():
    given = [ForestRow("F", "5", "3", "reference"), ForestRow("M", "50", "35", "1.40", 1.4, 0.3, 2.9)]
    axes = forest(given, is_log=True).axes[0]
    assert axes.get_xscale() == "log"
    assert any(list(line.get_xdata()) == [1.0, 1.0] for line in axes.lines)
    assert axes.get_xlim()[0] <= 0.3
    assert axes.get_xlim()[1] >= 2.9


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("given", [ROWS, ROWS * 8, [ForestRow("All", "0", "0", "NE", indent=False)]])
def test_texts_touch_neither_each_other_nor_the_edge(tmp_path, given, is_log):
    require_readable(forest(given, is_log))
    require_same_bytes(tmp_path, lambda: forest(given, is_log))
