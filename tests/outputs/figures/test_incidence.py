from __future__ import annotations

import numpy as np
import pytest

from hcc_sdtm.endpoints.competing import cumulative_incidence
from hcc_sdtm.outputs.figures.incidence import render_incidence
from hcc_sdtm.outputs.figures.sheet import Sheet
from tests.outputs.figures.looking import require_readable, require_same_bytes, rows, words

TIME = np.array([2.0, 3.0, 5.0, 8.0, 10.0, 12.0, 14.0, 20.0])
CAUSE = np.array([1, 2, 1, 1, 0, 1, 0, 0])
CAUSES = {1: "Second line", 2: "Death first"}


def incidence(curve=None, stacked=False, causes=CAUSES):
    return render_incidence(
        curve or cumulative_incidence(TIME, CAUSE), Sheet("Incidence"), "months", causes, (12,), stacked
    )


def test_counts_and_words():
    figure = incidence()
    assert ["At risk", "8", "8", "6", "5", "5", "4", "3", "2", "1", "1", "1"] in rows(figure)
    assert ["Second line", "0", "0", "1", "2", "2", "3", "3", "4", "4", "4", "4"] in rows(figure)
    assert ["Death first", "0", "0", "1", "1", "1", "1", "1", "1", "1", "1", "1"] in rows(figure)
    assert "Second line: 4 of 8; at 12 months" in words(figure)
    assert "Death first: 1 of 8" in words(figure)
    require_readable(figure)


def test_lines_end_at_the_incidence_and_differ_in_dashes():
    curve = cumulative_incidence(TIME, CAUSE)
    lines = incidence().axes[0].lines
    for line, cause in zip(lines, (1, 2), strict=True):
        own = curve.curve[curve.curve["cause"] == cause]
        assert line.get_ydata()[-1] == pytest.approx(own["incidence"].iloc[-1])
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == 2


def test_stacked_causes_add_up_to_what_is_not_event_free():
    curve = cumulative_incidence(TIME, CAUSE)
    figure = incidence(stacked=True)
    require_readable(figure)
    areas = figure.axes[0].collections
    top = areas[-1].get_paths()[0].vertices[:, 1].max()
    assert top == pytest.approx(1 - curve.curve["survival"].iloc[-1])
    assert len({area.get_hatch() for area in areas}) == 2
    assert "not drawn" in words(figure)


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("n", [0, 1, 400])
def test_any_number_of_subjects_can_be_drawn_the_same_way_twice(tmp_path, n, stacked):
    rng = np.random.default_rng(7)
    curve = cumulative_incidence(rng.exponential(300, n), rng.integers(0, 3, n), causes=2)
    require_same_bytes(tmp_path, lambda: incidence(curve, stacked))
    require_readable(incidence(curve, stacked))


def test_more_causes_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="7 causes"):
        incidence(causes={at: str(at) for at in range(1, 8)})
