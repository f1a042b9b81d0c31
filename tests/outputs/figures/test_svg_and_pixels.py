from io import StringIO

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from hcc_sdtm.outputs.figures.style import styled
from hcc_sdtm.outputs.figures.svg_and_pixels import SvgAndPixels


def figure_of_everything():
    """Lines, dashes, marks, areas, hatches, clipped and not, texts straight and turned, an arrow."""
    figure = Figure(figsize=(4, 3))
    axes = figure.add_axes((0.15, 0.15, 0.75, 0.75))
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 1)
    axes.plot([-5, 3, 15], [0.1, 0.9, 0.2], linestyle=(0, (6, 2)), linewidth=2)
    axes.plot([1, 2, 3], [0.5, 0.6, 0.7], marker="D", markersize=7, markeredgecolor="black", linestyle="none")
    axes.fill_between([0, 5, 12], [0, 0.1, 0], [0.3, 0.4, 0.5], alpha=0.3, hatch="//", edgecolor="black")
    axes.bar([6, 7], [0.5, 1.4], hatch="xx", edgecolor="black")
    axes.annotate("an arrow", (8, 0.8), (4, 0.95), arrowprops={"arrowstyle": "<|-"})
    axes.set_ylabel("turned by a right angle")
    figure.text(0.02, 0.97, "A title, bold", fontweight="bold", va="top")
    return figure


def drawn(dots_per_inch):
    svg = StringIO()
    with styled():
        figure = figure_of_everything()
        figure.set_dpi(72)
        renderer = SvgAndPixels(4 * 72, 3 * 72, svg, dots_per_inch)
        figure.draw(renderer)
        renderer.finalize()
    return renderer.pixels, svg.getvalue()


@pytest.mark.parametrize("dots_per_inch", [72, 150, 200])
def test_the_pixels_are_those_of_matplotlib(dots_per_inch):
    with styled():
        figure = figure_of_everything()
        figure.set_dpi(dots_per_inch)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    theirs, ours = np.asarray(canvas.buffer_rgba()).astype(int), drawn(dots_per_inch)[0].astype(int)
    assert ours.shape == theirs.shape
    assert theirs[..., :3].mean() < 250  # there is something to see
    assert np.abs(ours - theirs).mean() < 1.0
    assert (np.abs(ours - theirs).max(axis=2) > 100).mean() < 0.005  # letters may stand a part of a dot elsewhere


def test_the_svg_is_that_of_matplotlib(tmp_path):
    with styled():
        FigureCanvasSVG(figure_of_everything()).print_svg(
            tmp_path / "theirs.svg", metadata={"Date": None, "Creator": None}
        )
    assert drawn(200)[1] == (tmp_path / "theirs.svg").read_text(encoding="utf-8")
