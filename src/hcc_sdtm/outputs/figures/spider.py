"""Spider: change from baseline over time, a line a subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hcc_sdtm.outputs.figures.sheet import Frame, Key, Sheet, draw_sheet
from hcc_sdtm.outputs.figures.style import COLOURS, QUIET, RULE, styled
from hcc_sdtm.outputs.figures.time_axis import time_ticks
from hcc_sdtm.outputs.figures.waterfall import NO_CATEGORY, draw_levels, level_ticks

HEIGHT, LEFT, RIGHT = 290.0, 52.0, 34.0

LOOKS = (
    (COLOURS["blue"], "solid", "o"),
    (COLOURS["sky-blue"], (0, (6, 2)), "s"),
    (QUIET, (0, (1.2, 1.4)), "^"),
    (COLOURS["orange"], (0, (6, 1.8, 1.2, 1.8)), "P"),
    (COLOURS["vermilion"], "solid", "X"),
    (COLOURS["black"], (0, (3, 2)), "D"),
    (COLOURS["purple"], (0, (10, 3)), "v"),
    (COLOURS["green"], (0, (3, 1.5, 1, 1.5, 1, 1.5)), "p"),
)
"""Colour, dashes and marker of each category: any two of the three tell them apart."""


def render_spider(
    points: pd.DataFrame,
    sheet: Sheet,
    y_label: str,
    unit: str,
    categories: pd.Series | None = None,
    order: Sequence[str] = (),
    thresholds: Sequence[float] = (),
) -> Figure:
    """A line for each subject through its points, in the order of their times.

    ``points`` have subject, time (in ``unit``, from the origin; before it: negative) and value; a point without either is
    left out. A subject with one point is a marker. ``categories`` and ``order`` as in `render_waterfall`.
    """
    known = points[np.isfinite(points["time"]) & np.isfinite(points["value"])]
    known = known.sort_values(["subject", "time", "value"], kind="stable")
    subjects = list(dict.fromkeys(known["subject"]))
    of_subject = pd.Series("", index=subjects) if categories is None else categories.reindex(subjects).fillna("")
    kinds = [*order, *sorted(set(of_subject) - {"", *order}), ""]
    looks = {kind: LOOKS[number % len(LOOKS)] for number, kind in enumerate(kinds)}
    counts = of_subject.value_counts()
    keys = []
    for kind in kinds if categories is not None else ():
        if kind in counts:
            colour, dashes, marker = looks[kind]
            line = {"color": colour, "linestyle": dashes, "marker": marker, "markersize": 3.6, "linewidth": 1.1}
            keys.append(Key(f"{kind or NO_CATEGORY} ({counts[kind]})", line))
    sheet = replace(sheet, keys=(*sheet.keys, *keys))
    values = known["value"].to_numpy(np.float64)
    times = known["time"].to_numpy(np.float64)
    ticks = time_ticks(float(times.max()) if len(times) else np.nan)
    first = min(0.0, float(times.min())) if len(times) else 0.0
    width = 0.5 if len(subjects) > 150 else 0.9
    with styled():
        figure, axes = draw_sheet(sheet, Frame(HEIGHT, LEFT, RIGHT, below=36))
        levels = level_ticks(values, thresholds)
        axes.set_yticks(levels)
        room = 0.02 * (levels[-1] - levels[0])
        axes.set_ylim(levels[0] - room, levels[-1] + room)
        axes.set_ylabel(y_label)
        axes.set_xticks(ticks)
        axes.set_xlim(first - 0.01 * ticks[-1], ticks[-1])
        axes.set_xlabel(f"Time ({unit})")
        axes.grid(axis="y", color=RULE, linewidth=0.6)
        axes.set_axisbelow(True)
        draw_levels(axes, thresholds)
        for subject, rows in known.groupby("subject", sort=False):
            colour, dashes, marker = looks[of_subject[subject]]
            axes.plot(
                rows["time"], rows["value"], color=colour, linestyle=dashes, linewidth=width, marker=marker,
                markersize=2.6, markeredgewidth=0, alpha=0.9, zorder=3,
            )  # fmt: skip
    return figure
