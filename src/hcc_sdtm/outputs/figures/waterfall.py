"""Waterfall: a bar a subject, from the largest value to the smallest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hcc_sdtm.outputs.figures.bars import draw_bars
from hcc_sdtm.outputs.figures.sheet import Frame, Key, Sheet, draw_sheet
from hcc_sdtm.outputs.figures.style import FILLS, INK, QUIET, RULE, styled, text_width

HEIGHT, LEFT, RIGHT = 270.0, 52.0, 34.0
LEAST_GAP = 4.0
"""Points a bar; with less, bars of one kind stand side by side without gap and outline, as an area with its hatch."""

LABEL_SIZES = (7.0, 6.0, 5.0)
"""Sizes of the subjects' names, the first that fits; where none does they are left out."""

NO_CATEGORY = "none"


def render_waterfall(
    values: pd.Series,
    sheet: Sheet,
    y_label: str,
    categories: pd.Series | None = None,
    order: Sequence[str] = (),
    marked: Collection[str] = (),
    mark_label: str = "",
    thresholds: Sequence[float] = (),
    names: pd.Series | None = None,
) -> Figure:
    """A bar for each value, by subject, in descending order; ties by the subject's name.

    ``values`` and ``categories`` are by subject; ``order`` has the categories in the order of the key (colour and hatch of
    the first, second ...), and a subject without one is "none". The subjects ``marked`` have an asterisk, which means
    ``mark_label``. ``names`` are short names of subjects for below the bars: where they do not fit they are left out, and
    the foot says so. A value of zero is a line on the axis.
    """
    ordered = values.rename_axis("subject").reset_index(name="value").sort_values(
        ["value", "subject"], ascending=[False, True], kind="stable"
    )  # fmt: skip
    subjects, heights = ordered["subject"].tolist(), ordered["value"].to_numpy(np.float64)
    of_subject = pd.Series("", index=subjects) if categories is None else categories.reindex(subjects).fillna("")
    kinds = [*order, *sorted(set(of_subject) - {"", *order})]
    looks = {kind: fill_of(number) for number, kind in enumerate([*kinds, ""])}
    counts = of_subject.value_counts()
    keys = [
        Key(f"{kind or NO_CATEGORY} ({counts[kind]})", fill=looks[kind])
        for kind in [*kinds, ""]
        if kind in counts and categories is not None
    ]
    has_mark = bool(set(marked) & set(subjects))
    if has_mark:
        keys.append(Key(mark_label, {"marker": (6, 2, 0), "markersize": 5, "color": INK, "linestyle": "none"}))
    step = (Frame(HEIGHT, LEFT, RIGHT).width) / max(len(subjects), 1)
    shown = [str(name) for name in (names.reindex(subjects) if names is not None else [])]
    size = next((size for size in LABEL_SIZES if shown and size * 1.15 <= step), 0.0)
    longest = max((text_width(name, size) for name in shown), default=0.0) if size else 0.0
    foot = () if size or not shown else ("Names of subjects are left out: the bars are too many for them.",)
    sheet = replace(sheet, keys=(*sheet.keys, *keys), foot=(*foot, *sheet.foot))
    with styled():
        figure, axes = draw_sheet(sheet, Frame(HEIGHT, LEFT, RIGHT, below=12 + longest))
        _draw_axes(axes, heights, y_label, thresholds, len(subjects))
        for kind, look in looks.items():
            at = np.flatnonzero((of_subject == kind).to_numpy())
            if len(at):
                thin = {"linewidth": 0.0} if step < LEAST_GAP else {}
                width = 1.0 if thin else 0.8
                draw_bars(axes, at - width / 2, 0, width, heights[at], {**look, **thin, "zorder": 3})
        for place in [number for number, subject in enumerate(subjects) if subject in set(marked)]:
            up = heights[place] >= 0
            axes.annotate(
                "*", (place, heights[place]), (0, -3 if up else -2), textcoords="offset points", ha="center",
                va="bottom" if up else "top", fontsize=min(9.0, max(5.0, step * 1.6)), zorder=5,
            )  # fmt: skip
        for place, name in enumerate(shown if size else []):
            axes.annotate(
                name, (place, 0), (0, -4), xycoords=("data", "axes fraction"), textcoords="offset points",
                rotation=90, ha="center", va="top", fontsize=size, color=QUIET, annotation_clip=False,
            )  # fmt: skip
    return figure


def fill_of(number: int) -> dict[str, Any]:
    """How the bars of the first, second ... category look; after the last of the fills they begin again."""
    colour, hatch = FILLS[number % len(FILLS)]
    return {"facecolor": colour, "hatch": hatch, "edgecolor": INK, "linewidth": 0.5}


def level_ticks(values: np.ndarray, thresholds: Sequence[float]) -> np.ndarray:
    """Ticks of a change in percent: at a step that people count in, from below the smallest value to above the largest."""
    finite = values[np.isfinite(values)]
    low, high = min([0.0, *finite, *thresholds]), max([0.0, *finite, *thresholds])
    step = next(step for step in (10, 20, 25, 50, 100, 200, 500, 10**9) if (high - low) / step <= 9)
    ticks = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    return ticks if len(ticks) > 1 else np.array([-step, 0.0, step])


def draw_levels(axes: Axes, thresholds: Sequence[float]) -> None:
    """A line at each threshold, its number at the right end, and the line of no change."""
    axes.axhline(0, color=INK, linewidth=0.8, zorder=4)
    for level in thresholds:
        axes.axhline(level, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        axes.annotate(
            f"{level:+g} %".replace("-", "−"), (1, level), (3, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=7, color=QUIET, annotation_clip=False,
        )  # fmt: skip


def _draw_axes(axes: Axes, heights: np.ndarray, y_label: str, thresholds: Sequence[float], subjects: int) -> None:
    ticks = level_ticks(heights, thresholds)
    axes.set_yticks(ticks)
    room = 0.04 * (ticks[-1] - ticks[0])  # for an asterisk at the end of the longest bar
    axes.set_ylim(ticks[0] - room, ticks[-1] + room)
    axes.set_ylabel(y_label)
    axes.set_xlim(-0.7, max(subjects, 1) - 0.3)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    draw_levels(axes, thresholds)
