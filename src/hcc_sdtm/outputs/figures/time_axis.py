"""The time axis of curves: ticks that people count in, probabilities up the side, and a table of counts below.

The table below the axis follows Morris et al. 2019 (KMunicate): at risk, censored so far, events so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from hcc_sdtm.outputs.figures.sheet import EDGE, NOTE_SIZE, WIDTH, Frame, Sheet, draw_sheet
from hcc_sdtm.outputs.figures.style import QUIET, RULE, text_width, wrap_text

AXES_HEIGHT = 250.0
TABLE_TOP, ROW = 46.0, 14.0
NAME_WIDTH = 120.0
LEAST_LEFT = 72.0

TICK_STEPS = (0.5, 1, 2, 3, 6, 12, 24, 36, 60, 120, 180, 365, 730, 1826)
TICKS_AT_MOST = 11

Table = Sequence[tuple[str, np.ndarray | None]]
"""The name of each row and its counts at each tick; None is a heading of the rows below it."""


def time_ticks(last: float) -> np.ndarray:
    """Tick times from 0 to at least the last observed time, at a step that people count in."""
    end = last if np.isfinite(last) and last > 0 else 1.0
    step = next((step for step in TICK_STEPS if end / step <= TICKS_AT_MOST - 1), end / (TICKS_AT_MOST - 1))
    return np.arange(0, np.ceil(end / step - 1e-9) + 1) * step


def draw_time_axes(sheet: Sheet, y_label: str, unit: str, times: np.ndarray, table: Table) -> tuple[Figure, Axes]:
    """A figure with axes from 0 to 100 % over the ticks ``times`` (in ``unit``), and the table below them."""
    left = table_left(table)
    rows = sum(len(wrap_text(name, left - EDGE - 16, NOTE_SIZE)) for name, _ in table)
    figure, axes = draw_sheet(sheet, Frame(AXES_HEIGHT, left, below=TABLE_TOP + ROW * rows))
    axes.set_xlabel(f"Time ({unit})", labelpad=4)
    axes.set_ylabel(y_label, labelpad=6)
    axes.set_xticks(times)
    axes.set_xlim(0, times[-1])
    axes.set_ylim(0, 1.0)
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    axes.spines[["left", "bottom"]].set_position(("outward", 6))
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    _draw_table(axes, left, times, table)
    return figure, axes


def table_left(table: Table) -> float:
    """Points left of the axes: room for the longest line of the rows' names, within reason."""
    lines = [line for name, _ in table for line in wrap_text(name, NAME_WIDTH, NOTE_SIZE)]
    longest = max(text_width(line, NOTE_SIZE, bold=True) for line in lines)
    return min(max(LEAST_LEFT, EDGE + longest + 18), WIDTH / 3)


def so_far(rows: pd.DataFrame, column: str, times: np.ndarray) -> np.ndarray:
    """How many until just before each time, so that with those at risk they make up the whole."""
    total = np.concatenate([[0], np.cumsum(rows[column].to_numpy())])
    return np.asarray(total[np.searchsorted(rows["time"].to_numpy(), times, side="left")])


def draw_steps(
    axes: Axes,
    rows: pd.DataFrame,
    height: str,
    span: tuple[float, float],
    first: float,
    look: tuple[str, Any],
    limits: bool = True,
) -> None:
    """The step function of a column from its ``first`` height, and its band; both end at the last time of the ``span``."""
    colour, dashes = look
    times = np.concatenate([[span[0]], rows["time"].to_numpy(np.float64), [span[1]]])
    edges = np.repeat(times, 2)[1:-1]
    if limits:
        low, high = (np.concatenate([[first], rows[name].to_numpy(np.float64)]) for name in ("lower", "upper"))
        band: dict[str, Any] = {"color": colour, "alpha": 0.16, "linewidth": 0, "zorder": 2}
        axes.fill_between(edges, np.repeat(low, 2), np.repeat(high, 2), **band)
    heights = np.concatenate([[first], rows[height].to_numpy(np.float64)])
    axes.plot(
        edges, np.repeat(heights, 2), color=colour, linestyle=dashes, linewidth=1.7, clip_on=False, zorder=3,
        solid_capstyle="butt", dash_capstyle="butt",
    )  # fmt: skip


def _draw_table(axes: Axes, left: float, times: np.ndarray, table: Table) -> None:
    """Counts below the axis, each under its tick, with the row's name at the left edge of the figure."""
    style: dict[str, Any] = {
        "textcoords": "offset points",
        "va": "center",
        "annotation_clip": False,
        "fontsize": NOTE_SIZE,
    }
    down = -TABLE_TOP + ROW / 2 + 4
    for name, counts in table:
        weight = "bold" if counts is None else "normal"
        for line in wrap_text(name, left - EDGE - 16, NOTE_SIZE):
            down -= ROW
            axes.annotate(
                line, (0, 0), (EDGE - left, down), xycoords="axes fraction", color=QUIET, fontweight=weight, **style
            )  # fmt: skip
        for time, count in zip(times, counts, strict=True) if counts is not None else ():
            axes.annotate(
                str(int(count)), (time, 0), (0, down), xycoords=("data", "axes fraction"), ha="center", **style
            )  # fmt: skip
