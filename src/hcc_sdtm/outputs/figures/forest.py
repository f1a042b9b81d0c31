"""Forest: a statistic for all subjects and for subgroups, with its limits, beside the numbers it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from hcc_sdtm.outputs.figures.sheet import EDGE, WIDTH, Frame, Key, Sheet, draw_sheet
from hcc_sdtm.outputs.figures.style import COLOURS, INK, QUIET, RULE, shorten_text, styled, text_width, wrap_text
from hcc_sdtm.outputs.figures.waterfall import level_ticks

ROW, SIZE, COLUMN_GAP, HEAD = 14.0, 8.5, 12.0, 12.0
NAME_WIDTH = 150.0
LEAST_PLOT, LEAST_COLUMN = 110.0, 16.0
RATIOS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
BOUNDS: dict[str, Any] = {"facecolor": "#d7dade", "edgecolor": QUIET, "linewidth": 0.4}


@dataclass(frozen=True)
class ForestRow:
    """One line: a heading (without ``n``), or a group with its statistic; NaN is not estimable, of a limit not reached.

    ``least`` and ``greatest`` are what the unknown dates could make of the estimate (infinite: not reached); ``further`` are
    texts of more columns.
    """

    name: str
    n: str = ""
    events: str = ""
    text: str = ""
    estimate: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    least: float = np.nan
    greatest: float = np.nan
    further: tuple[str, ...] = ()
    indent: bool = True

    @property
    def is_heading(self) -> bool:
        """Whether it names the groups below it."""
        return not self.n and not self.text


def render_forest(
    rows: Sequence[ForestRow], sheet: Sheet, x_label: str, heads: Sequence[str], is_log: bool = False
) -> Figure:
    """A line for each row from the top; ``heads`` name the columns: n, events, the statistic, then the further ones.

    A line through the plot is at the estimate of the first row, or at 1 on a logarithmic axis. A limit that is not reached is
    an arrow. The square is the larger the more subjects it stands for. The grey bar is what the unknown dates could make of
    the estimate. Without any estimate the plot is empty, and its texts say NE.
    """
    widths = _widths(rows, heads)
    head_lines = [wrap_text(head, width + 2, SIZE, bold=True) for head, width in zip(heads, widths[1:], strict=False)]
    above = HEAD * max(map(len, head_lines), default=1) + 8
    right_of = sum(widths[3:]) + COLUMN_GAP * len(widths[3:])
    names = min(widths[0], NAME_WIDTH, WIDTH - 2 * EDGE - LEAST_PLOT - sum(widths[1:]) - COLUMN_GAP * len(widths))
    left = EDGE + names + sum(widths[1:3]) + 3 * COLUMN_GAP
    frame = Frame(ROW * len(rows) + 4, left, EDGE + right_of, above=above, below=36)
    has_bounds = any(np.isfinite(row.least) and row.least < row.greatest for row in rows)
    keys = [Key("what the unknown dates could make of the estimate", fill=BOUNDS)] if has_bounds else []
    sheet = replace(sheet, keys=(*sheet.keys, *keys))
    with styled():
        figure, axes = draw_sheet(sheet, frame)
        low, high = _draw_axes(axes, rows, x_label, is_log)
        for place, row in enumerate(rows):
            _draw_row(axes, place, row, low, high, rows)
            _write_row(axes, place, row, names, widths, frame)
        _write_heads(axes, head_lines, names, widths, frame)
    return figure


def _widths(rows: Sequence[ForestRow], heads: Sequence[str]) -> list[float]:
    """Widths of the columns: names, n, events, the statistic, then the further ones.

    A heading has the room of the two columns beside it as well; the head of a column is broken to the width of its texts.
    """
    texts = [["  " + row.name, row.n, row.events, row.text, *row.further] for row in rows if not row.is_heading]
    number = max([1 + len(heads), *map(len, texts)])
    widths = [LEAST_COLUMN] * number
    for at in range(number):
        own = [text_width(line[at], SIZE, bold=at == 0) for line in texts if at < len(line)]
        words = heads[at - 1].split() if 0 < at <= len(heads) else []
        widths[at] = max([LEAST_COLUMN, *own, *(text_width(word, SIZE, bold=True) for word in words)])
    return widths


def _draw_axes(axes: Axes, rows: Sequence[ForestRow], x_label: str, is_log: bool) -> tuple[float, float]:
    values = np.array([v for row in rows for v in (row.estimate, row.lower, row.upper, row.least, row.greatest)])
    values = values[np.isfinite(values) & (values > 0)] if is_log else values[np.isfinite(values)]
    if is_log:
        axes.set_xscale("log")
        smallest, largest = (min(values, default=0.5), max(values, default=2.0))
        below = max((ratio for ratio in RATIOS if ratio <= min(smallest, 0.5)), default=smallest)
        above = min((ratio for ratio in RATIOS if ratio >= max(largest, 2.0)), default=largest)
        ticks = np.array([ratio for ratio in RATIOS if below <= ratio <= above])
        low, high = float(below), float(above)
        axes.xaxis.set_major_locator(FixedLocator(list(ticks)))
        axes.xaxis.set_major_formatter(FixedFormatter([f"{tick:g}" for tick in ticks]))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        ticks = _steps(values)
        low, high = float(ticks[0]), float(ticks[-1])
        axes.set_xticks(ticks)
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.4, -0.7)
    axes.set_yticks([])
    axes.set_xlabel(x_label)
    axes.spines["left"].set_visible(False)
    at = 1.0 if is_log else next((row.estimate for row in rows), np.nan)
    if np.isfinite(at):
        axes.axvline(at, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    return low, high


def _steps(values: np.ndarray) -> np.ndarray:
    """Ticks over the values and 0, five or six of them."""
    high = max(values, default=1.0)
    if min(values, default=0.0) < 0:
        return level_ticks(values, ())
    size = 10.0 ** np.floor(np.log10(max(high, 1e-9)))
    step = next(size * part for part in (0.2, 0.5, 1.0, 2.0, 5.0) if high / (size * part) <= 6)
    return np.asarray(np.arange(0, np.ceil(high / step - 1e-9) + 1) * step)


def _draw_row(axes: Axes, place: int, row: ForestRow, low: float, high: float, rows: Sequence[ForestRow]) -> None:
    if not np.isfinite(row.estimate):
        return
    if np.isfinite(row.least) and row.least < row.greatest:
        axes.barh(place, min(row.greatest, high) - row.least, left=row.least, height=0.62, zorder=2, **BOUNDS)
    if np.isfinite([row.lower, row.upper]).any():
        _draw_limits(axes, place, row, low, high)
    most = max((float(each.n) for each in rows if each.n.isdigit()), default=1.0)
    share = np.sqrt(float(row.n) / most) if row.n.isdigit() and most else 1.0
    axes.plot(
        [row.estimate], [place], marker="s", markersize=3.5 + 4 * share, color=COLOURS["blue"], markeredgecolor=INK,
        markeredgewidth=0.6, zorder=4, clip_on=False,
    )  # fmt: skip


def _draw_limits(axes: Axes, place: int, row: ForestRow, low: float, high: float) -> None:
    """The limits as a line, with an arrow at the edge for one that is not reached."""
    start, end = (limit if np.isfinite(limit) else edge for limit, edge in ((row.lower, low), (row.upper, high)))
    axes.plot([start, end], [place, place], color=INK, linewidth=1.1, zorder=3, solid_capstyle="butt")
    for limit, edge, marker in ((row.lower, low, "<"), (row.upper, high, ">")):
        style: dict[str, Any] = {"color": INK, "zorder": 3, "clip_on": False}
        if np.isfinite(limit):
            axes.plot([limit], [place], marker="|", markersize=6, markeredgewidth=1.1, **style)
        else:
            axes.plot([edge], [place], marker=marker, markersize=5, **style)


def _write_row(axes: Axes, place: int, row: ForestRow, names: float, widths: Sequence[float], frame: Frame) -> None:
    weight = "bold" if row.is_heading or not row.indent else "normal"
    indent = 0.0 if row.is_heading or not row.indent else 8.0
    room = names + (sum(widths[1:3]) + 2 * COLUMN_GAP if row.is_heading else -indent)
    name = shorten_text(row.name, room, SIZE)
    _write(axes, name, place, EDGE + indent - frame.left, "left", weight)
    for text, x in zip((row.n, row.events, row.text, *row.further), _places(names, widths, frame), strict=False):
        _write(axes, text, place, x, "right", "normal")


def _write_heads(
    axes: Axes, heads: Sequence[Sequence[str]], names: float, widths: Sequence[float], frame: Frame
) -> None:
    for lines, x in zip(heads, _places(names, widths, frame), strict=False):
        for number, line in enumerate(reversed(lines)):
            axes.annotate(
                line, (0, 1), (x, HEAD * (number + 0.5) + 2), xycoords="axes fraction", textcoords="offset points",
                ha="right", va="center", fontsize=SIZE, fontweight="bold", color=QUIET, annotation_clip=False,
            )  # fmt: skip


def _places(names: float, widths: Sequence[float], frame: Frame) -> list[float]:
    """Where each column after the names ends, in points from the left end of the axes."""
    places, x = [], EDGE + names - frame.left
    for number, width in enumerate(widths[1:], start=1):
        x = (frame.width if number == 3 else x) + COLUMN_GAP + width
        places.append(x)
    return places


def _write(axes: Axes, text: str, place: int, x: float, side: str, weight: str) -> None:
    axes.annotate(
        text, (0, place), (x, 0), xycoords=("axes fraction", "data"), textcoords="offset points", ha=side, va="center",
        fontsize=SIZE, fontweight=weight, annotation_clip=False,
    )  # fmt: skip
