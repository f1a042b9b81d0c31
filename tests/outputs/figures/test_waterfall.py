from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.outputs.figures.sheet import Sheet
from hcc_sdtm.outputs.figures.waterfall import level_ticks, render_waterfall
from tests.outputs.figures.looking import bars, require_readable, require_same_bytes, texts, words

VALUES = pd.Series({"S1": -40.0, "S2": 25.0, "S3": 0.0, "S4": -40.0, "S5": -100.0})
BEST = pd.Series({"S1": "PR", "S2": "PD", "S3": "SD", "S4": "SD", "S5": "CR", "S9": "NE"})


def waterfall(values=VALUES, categories=BEST, order=("CR", "PR", "SD", "PD"), names=True, marked=("S4", "S9")):
    own = pd.Series(values.index, index=values.index) if names else None
    return render_waterfall(
        values, Sheet("Best change"), "Change (%)", categories, order, marked, "new lesion", (20, -30), own
    )


def test_bars_go_from_largest_to_smallest_and_ties_by_name():
    found = sorted((round(left + width / 2, 6), height) for left, _, width, height, _ in bars(waterfall()))
    assert found == [(0, 25.0), (1, 0.0), (2, -40.0), (3, -40.0), (4, -100.0)]
    names = [text for text in texts(waterfall()) if text.get_text() in VALUES.index]
    placed = sorted(names, key=lambda text: text.get_window_extent().x0)
    assert [text.get_text() for text in placed] == ["S2", "S3", "S1", "S4", "S5"]


def test_each_best_response_has_its_own_hatch_or_lightness_and_its_number_in_the_key():
    figure = waterfall()
    assert len({bar.get_hatch() or str(bar.get_facecolor()) for bar in figure.axes[0].patches}) == 4
    for key in ("CR (1)", "PR (1)", "SD (2)", "PD (1)"):
        assert key in words(figure)
    assert "NE" not in words(figure)  # nobody with a bar


def test_an_asterisk_at_the_end_of_the_bar_of_each_subject_who_has_one():
    figure = waterfall()
    (mark,) = [text for text in texts(figure) if text.get_text() == "*"]
    assert mark.xy == (3, -40.0)
    assert "new lesion" in words(figure)
    assert "new lesion" not in words(waterfall(marked=("S9",)))


def test_thresholds_are_lines_with_their_numbers():
    figure = waterfall()
    heights = {float(line.get_ydata()[0]) for line in figure.axes[0].lines}
    assert {20.0, -30.0, 0.0} <= heights
    assert "+20 %" in words(figure)
    assert "−30 %" in words(figure)


def test_a_subject_without_category_is_named_none():
    assert "none (1)" in words(waterfall(categories=BEST.drop("S1")))


@pytest.mark.parametrize(("n", "has_names"), [(1, True), (60, True), (300, False)])
def test_names_stand_below_the_bars_as_long_as_they_fit(tmp_path, n, has_names):
    rng = np.random.default_rng(1)
    subjects = [f"101-{at:04}" for at in range(n)]
    values = pd.Series(rng.normal(-20, 30, n).clip(-100), index=subjects)
    best = pd.Series(rng.choice(["CR", "PR", "SD", "PD"], n), index=subjects)
    figure = waterfall(values, best, marked=subjects[::7])
    require_readable(figure, may_touch=["*"])
    assert ("101-0000" in words(figure)) == has_names
    assert ("Names of subjects are left out" in words(figure)) != has_names
    require_same_bytes(tmp_path, lambda: waterfall(values, best, marked=subjects[::7]))


@pytest.mark.parametrize("values", [[], [0.0], [5.0], [-3.0, 900.0], [np.nan, 10.0]])
def test_ticks_reach_over_every_value(values):
    ticks = level_ticks(np.array(values), (20, -30))
    finite = [value for value in values if np.isfinite(value)]
    assert ticks[0] <= min([-30, *finite])
    assert ticks[-1] >= max([20, *finite])
    assert 2 <= len(ticks) <= 12
