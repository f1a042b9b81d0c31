import numpy as np
from matplotlib.figure import Figure

from hcc_sdtm.outputs.figures.bars import draw_bars
from tests.outputs.figures.looking import bars


def test_each_bar_stands_where_it_was_told_and_one_with_a_missing_value_nowhere():
    figure = Figure()
    axes = figure.add_subplot()
    axes.set_xlim(0, 4)
    axes.set_ylim(-1, 9)
    draw_bars(axes, [0, 1, 2], 0.5, [1.0, np.nan, 0.5], np.array([3.0, 3.0, -1.0]), {"hatch": "//"})
    assert bars(figure) == [(0.0, 0.5, 1.0, 3.0, "//"), (2.0, 0.5, 0.5, -1.0, "//")]
    assert axes.get_xlim() == (0, 4)
    draw_bars(axes, [], 0, [], 1, {})
    draw_bars(axes, [np.nan], 0, 1, 1, {})
    assert len(axes.patches) == 1
    figure.canvas.draw()
