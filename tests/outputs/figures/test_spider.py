from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.outputs.figures.sheet import Sheet
from hcc_sdtm.outputs.figures.spider import render_spider
from tests.outputs.figures.looking import require_readable, require_same_bytes, words

POINTS = pd.DataFrame(
    [("S1", 2.0, -20.0), ("S1", -0.3, 0.0), ("S1", 4.0, -35.0), ("S2", 1.5, 30.0), ("S3", 1.0, np.nan)],
    columns=["subject", "time", "value"],
)
BEST = pd.Series({"S1": "PR", "S2": "PD", "S3": "NE"})


def spider(points=POINTS, categories=BEST):
    return render_spider(points, Sheet("Spider"), "Change (%)", "months", categories, ("PR", "PD", "NE"), (20, -30))


def lines(figure):
    return [line for line in figure.axes[0].lines if line.get_marker() != "None"]


def test_a_line_a_subject_through_its_points_in_the_order_of_time():
    first, second = lines(spider())
    assert np.array(first.get_data()).tolist() == [[-0.3, 2.0, 4.0], [0.0, -20.0, -35.0]]
    assert np.array(second.get_data()).tolist() == [[1.5], [30.0]]
    assert first.get_marker() != second.get_marker()
    assert first.get_linestyle() != second.get_linestyle()


def test_who_has_no_value_is_in_neither_figure_nor_key():
    assert "PR (1)" in words(spider())
    assert "NE" not in words(spider())


def test_every_point_lies_on_the_axes():
    axes = spider().axes[0]
    low, high = axes.get_xlim()
    bottom, top = axes.get_ylim()
    for line in lines(axes.figure):
        assert low <= min(line.get_xdata())
        assert max(line.get_xdata()) <= high
        assert bottom <= min(line.get_ydata())
        assert max(line.get_ydata()) <= top


@pytest.mark.parametrize("n", [0, 60, 300])
def test_any_number_of_subjects(tmp_path, n):
    rng = np.random.default_rng(2)
    points = pd.DataFrame(
        {"subject": np.repeat([f"S{at}" for at in range(n)], 4), "time": np.tile([-0.2, 1.5, 3.0, 4.5], n)}
    )
    points["value"] = rng.normal(-10, 25, len(points)).clip(-100)
    best = pd.Series({f"S{at}": ("PR", "PD", "NE")[at % 3] for at in range(n)}, dtype=object)
    require_readable(spider(points, best))
    require_same_bytes(tmp_path, lambda: spider(points, best))
