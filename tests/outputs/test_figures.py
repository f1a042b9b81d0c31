from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict

import matplotlib as mpl
import matplotlib.image
import numpy as np
import pytest

from hcc_sdtm.endpoints.competing import cumulative_incidence
from hcc_sdtm.endpoints.survival import kaplan_meier
from hcc_sdtm.outputs import figures
from hcc_sdtm.outputs.figures import render_incidence, render_survival

TIME = np.array([2.0, 3.0, 5.0, 8.0, 10.0, 12.0, 14.0, 20.0])
EVENT = np.array([1, 1, 1, 1, 0, 1, 0, 0])
CAUSE = np.array([1, 2, 1, 1, 0, 1, 0, 0])


def survival(folder, curve, marks=(12,)):
    svg, png = folder / "a.svg", folder / "a.png"
    render_survival(curve, svg, png, "Survival <of> 8", "Survival", "months", marks)
    return svg, png


def incidence(folder, curve, marks=(12,)):
    svg, png = folder / "b.svg", folder / "b.png"
    render_incidence(curve, svg, png, "Incidence", "Share", "months", {1: "Second line", 2: "Death first"}, marks)
    return svg, png


def texts(svg):
    """Text of the figure by height on the page, left to right."""
    rows = defaultdict(list)
    for element in ElementTree.parse(svg).iter("{http://www.w3.org/2000/svg}text"):
        place = re.search(r"(?:translate\()([-\d.]+)[ ,]+([-\d.]+)", element.get("transform", ""))
        x, y = place.groups() if place else (element.get("x"), element.get("y"))
        rows[round(float(y))].append((float(x), "".join(element.itertext())))
    return {y: [text for _, text in sorted(row)] for y, row in rows.items()}


def test_counts_below_the_axis(tmp_path):
    svg, _ = survival(tmp_path, kaplan_meier(TIME, EVENT))
    rows = list(texts(svg).values())
    ticks = ["0", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20"]
    assert ticks in rows
    # at risk at t: exit at t or later; what has happened before t makes up the rest
    assert ["At risk", "8", "8", "6", "5", "5", "4", "3", "2", "1", "1", "1"] in rows
    assert ["Censored", "0", "0", "0", "0", "0", "0", "1", "1", "2", "2", "2"] in rows
    assert ["Events", "0", "0", "2", "3", "3", "4", "4", "5", "5", "5", "5"] in rows


def test_the_summary_is_the_curve_s_own(tmp_path):
    svg, _ = survival(tmp_path, kaplan_meier(TIME, EVENT))
    words = " ".join(text for row in texts(svg).values() for text in row)
    assert "5 events in 8 subjects; median 10.0 months" in words
    assert "at 12 months 33.3 %" in words
    assert "95 % confidence limits, log-log transform" in words
    assert "Survival <of> 8" in words


@pytest.mark.parametrize(
    ("time", "event"),
    [
        (TIME, EVENT),
        ([1.0, 1.5, 2.0, 60.0], [1, 1, 0, 0]),
        ([1.0, 2.0, 59.0, 60.0], [0, 0, 0, 0]),
        ([50.0, 58.0, 59.0, 60.0], [0, 1, 1, 1]),
    ],
    ids=["median in the middle", "median at the left", "no event", "median at the right"],
)
@pytest.mark.parametrize("marks", [(), (12, 36, 60, 120)], ids=["short summary", "long summary"])
def test_the_legend_touches_neither_the_curve_nor_its_median_nor_a_text(tmp_path, monkeypatch, time, event, marks):
    drawn = []
    monkeypatch.setattr(figures, "_save", lambda figure, *paths: drawn.append(figure))
    render_survival(kaplan_meier(time, event), tmp_path / "a", tmp_path / "b", "Title", "Survival", "months", marks)
    axes = drawn[0].axes[0]
    drawn[0].canvas.draw()
    legend = axes.get_legend().get_window_extent()
    others = [axes.bbox, *(text.get_window_extent() for text in axes.texts)]
    others += [line.get_window_extent() for line in axes.lines if len(line.get_xdata())]
    assert not any(legend.overlaps(other) for other in others)
    assert drawn[0].bbox.contains(legend.x0, legend.y0)
    assert drawn[0].bbox.contains(legend.x1, legend.y1)


def test_what_cannot_be_estimated_is_ne(tmp_path):
    svg, _ = survival(tmp_path, kaplan_meier([5.0, 6.0, 7.0], [0, 0, 1]), marks=(3, 12))
    words = " ".join(text for row in texts(svg).values() for text in row)
    assert "at 3 months 100.0 %" in words
    empty, _ = survival(tmp_path, kaplan_meier([5.0, 6.0], [0, 0]), marks=(12,))
    words = " ".join(text for row in texts(empty).values() for text in row)
    assert "0 events in 2 subjects; median NE months (NE to NE)" in words
    assert "at 12 months NE" in words


def test_delayed_entry_raises_the_number_at_risk(tmp_path):
    svg, _ = survival(tmp_path, kaplan_meier([10.0, 12.0, 20.0], [1, 0, 1], entry=[0.0, 5.0, 9.0]))
    assert ["At risk", "0", "1", "1", "2", "2", "3", "2", "1", "1", "1", "1"] in list(texts(svg).values())


def test_a_curve_that_starts_later_says_who_is_in_it(tmp_path):
    # the first subject has left before the start, so nothing is said of it
    curve = kaplan_meier([3.0, 12.0, 20.0], [1, 1, 0], entry=[0.0, 0.0, 9.0], start=5.0)
    svg, _ = survival(tmp_path, curve)
    words = " ".join(text for row in texts(svg).values() for text in row)
    assert "1 events in 2 subjects event-free at 5.0 months; median" in words


def test_competing_causes_and_counts(tmp_path):
    svg, _ = incidence(tmp_path, cumulative_incidence(TIME, CAUSE))
    rows = list(texts(svg).values())
    assert ["At risk", "8", "8", "6", "5", "5", "4", "3", "2", "1", "1", "1"] in rows
    assert ["Second line", "0", "0", "1", "2", "2", "3", "3", "4", "4", "4", "4"] in rows
    assert ["Death first", "0", "0", "1", "1", "1", "1", "1", "1", "1", "1", "1"] in rows
    words = " ".join(text for row in rows for text in row)
    assert "Second line: 4 of 8; at 12 months" in words
    assert "Death first: 1 of 8" in words


@pytest.mark.parametrize(
    ("render", "curve"),
    [(survival, kaplan_meier(TIME, EVENT)), (incidence, cumulative_incidence(TIME, CAUSE))],
    ids=["survival", "incidence"],
)
def test_the_same_curve_gives_the_same_bytes_and_leaves_matplotlib_as_it_was(tmp_path, render, curve):
    before = dict(mpl.rcParams)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = [path.read_bytes() for path in render(tmp_path / "one", curve)]
    second = [path.read_bytes() for path in render(tmp_path / "two", curve)]
    assert first == second
    assert dict(mpl.rcParams) == before
    assert b"<dc:date>" not in first[0]


@pytest.mark.parametrize("n", [0, 1, 400])
def test_any_number_of_subjects_can_be_drawn(tmp_path, n):
    rng = np.random.default_rng(7)
    time, cause = rng.exponential(300, n), rng.integers(0, 3, n)
    for _, png in (
        survival(tmp_path, kaplan_meier(time, (cause > 0).astype(int))),
        incidence(tmp_path, cumulative_incidence(time, cause, causes=2)),
    ):
        image = matplotlib.image.imread(png)
        assert image.shape[1] == 2160
        assert image[..., :3].min() < 0.2  # something is drawn
        assert (image[0, :, :3] == 1).all()  # and nothing runs over the upper
        assert (image[-1, :, :3] == 1).all()  # or lower edge
        assert (image[:, 0, :3] == 1).all()
        assert (image[:, -1, :3] == 1).all()
