"""Swimmer: a bar a subject from the origin to the end of follow-up, with therapies in it and events on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hcc_sdtm.outputs.figures.bars import draw_bars
from hcc_sdtm.outputs.figures.sheet import Frame, Key, Sheet, draw_sheet, stack_texts
from hcc_sdtm.outputs.figures.style import COLOURS, INK, MARKERS, PALE, QUIET, RULE, shorten_text, styled, text_width
from hcc_sdtm.outputs.figures.time_axis import time_ticks
from hcc_sdtm.spec.figures import MarkedRecords

ROW, NAME_SIZE, NAME_WIDTH = 12.0, 6.5, 96.0
BAR = 0.78
"""Share of a row that its bar takes."""

MARK_SIZE, MARK_ROOM, MARK_SHIFT = 5.0, 5.5, 3.6
ARROW: dict[str, Any] = {"marker": ">", "markersize": 4.5, "color": INK, "linestyle": "none"}
POINTING: dict[str, Any] = {
    "arrowstyle": "<|-",
    "color": INK,
    "linewidth": 0.8,
    "mutation_scale": 7,
    "shrinkA": 0,
    "shrinkB": 0,
}
OUTLINE: dict[str, Any] = {"facecolor": PALE, "edgecolor": QUIET, "linewidth": 0.5}
RANGE: dict[str, Any] = {"color": INK, "linewidth": 0.9, "marker": "|", "markersize": 4, "markeredgewidth": 0.9}


@dataclass(frozen=True)
class Lane:
    """One kind of records and those that are drawn (`records.DRAWN_COLUMNS`); with an end they are bars, else marks."""

    look: MarkedRecords
    drawn: pd.DataFrame

    @property
    def is_bar(self) -> bool:
        """Whether the records last."""
        return bool(self.look.end)


def render_swimmer(
    bars: pd.DataFrame,
    lanes: Sequence[Lane],
    sheet: Sheet,
    names: pd.Series,
    ongoing: Collection[str] = (),
    longest: float = np.nan,
    month_days: float = 30.4375,
) -> Figure:
    """A row for each subject of ``bars`` (index; ``start`` and ``end`` as day numbers), in its order from the top.

    Therapies are stripes of the bar, each kind always at its own height, from their earliest day to the earliest day that
    they can have ended; a date known in part has a line over the days that it can be, and its mark on the day that the
    analysis took, or else in the middle. Marks that would hide each other are moved apart, up and down. What lies before
    the origin is not drawn, and the foot says so. ``longest`` (months) makes the axis of several sheets the same.
    """
    own = [replace(lane, drawn=lane.drawn[lane.drawn["USUBJID"].isin(bars.index)]) for lane in lanes]
    origin, place = bars["start"], pd.Series(np.arange(len(bars), dtype=float), index=bars.index)
    ends = (bars["end"] - origin) / month_days
    known = longest if np.isfinite(longest) else float(ends.max())
    ticks = time_ticks(known)
    stripes = [lane for lane in own if lane.is_bar]
    shown = [shorten_text(str(name), NAME_WIDTH, NAME_SIZE) for name in names.reindex(bars.index)]
    left = max(52.0, 24.0 + max((text_width(name, NAME_SIZE) for name in shown), default=0.0))
    frame = Frame(ROW * len(bars) + 6, left, below=36)
    scale = frame.width / (ticks[-1] * 1.03)
    marks = _place_marks(own, origin, place, month_days, scale)
    is_range = bool((marks["low"] < marks["high"]).any()) or any(_has_open_end(lane) for lane in stripes)
    before = int((marks["high"] < 0).sum())
    foot = [f"{before} records before the origin are not drawn."] if before else []
    sheet = replace(sheet, keys=(*sheet.keys, *_keys(own, bool(ongoing), is_range)), foot=(*sheet.foot, *foot))
    with styled():
        figure, axes = draw_sheet(sheet, frame)
        _draw_axes(axes, ticks, shown)
        draw_bars(axes, 0, place - BAR / 2, ends, BAR, {**OUTLINE, "zorder": 2})
        for number, lane in enumerate(stripes):
            _draw_stripes(axes, lane, number, len(stripes), bars, place, month_days)
        for going in [subject for subject in bars.index if subject in set(ongoing)]:
            axes.annotate(
                "", (ends[going], place[going]), (9, 0), textcoords="offset points", annotation_clip=False,
                arrowprops=POINTING,
            )  # fmt: skip
        _draw_marks(axes, marks[marks["high"] >= 0], own)
    return figure


def mark_style(look: MarkedRecords, size: float = MARK_SIZE) -> dict[str, Any]:
    """How the mark of a kind of records looks."""
    colour = COLOURS[look.colour]
    face = "white" if look.hollow else colour
    is_stroke = look.marker == "bar"
    edge = colour if look.hollow or is_stroke else INK
    width = 1.2 if look.hollow or is_stroke else 0.5
    return {
        "marker": MARKERS[look.marker], "markersize": size, "linestyle": "none", "markerfacecolor": face,
        "markeredgecolor": edge, "markeredgewidth": width,
    }  # fmt: skip


def _keys(lanes: Sequence[Lane], has_arrow: bool, is_range: bool) -> list[Key]:
    keys = [Key("Follow-up", fill=OUTLINE)]
    for lane in lanes:
        if len(lane.drawn) and lane.is_bar:
            keys.append(
                Key(lane.look.label, fill={"facecolor": COLOURS[lane.look.colour], "edgecolor": INK, "linewidth": 0.4})
            )
        elif len(lane.drawn):
            keys.append(Key(lane.look.label, mark_style(lane.look)))
    if has_arrow:
        keys.append(Key("Ongoing", ARROW))
    if is_range:
        keys.append(Key("Date known in part: the days it can be", RANGE))
    return keys


def _has_open_end(lane: Lane) -> bool:
    drawn = lane.drawn
    return bool(((drawn["earliest"] < drawn["latest"]) | (drawn["end_earliest"] < drawn["end_latest"])).any())


def _place_marks(
    lanes: Sequence[Lane], origin: pd.Series, place: pd.Series, month_days: float, scale: float
) -> pd.DataFrame:
    """The marks with ``at``, ``low`` and ``high`` in months, their row and how far they are moved up, in points."""
    parts = []
    for number, lane in enumerate(lanes):
        drawn = lane.drawn
        if lane.is_bar or not len(drawn):
            continue
        zero = origin.reindex(drawn["USUBJID"]).to_numpy()
        day = drawn["day"].fillna((drawn["earliest"] + drawn["latest"]) / 2)
        columns = {"at": day, "low": drawn["earliest"], "high": drawn["latest"]}
        months = {name: (values.to_numpy() - zero) / month_days for name, values in columns.items()}
        row = place.reindex(drawn["USUBJID"]).to_numpy()
        parts.append(pd.DataFrame({"lane": number, "row": row, **months}))
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=float) for name in ("lane", "row", "at", "low", "high", "up")})
    marks = pd.concat(parts, ignore_index=True).sort_values(["row", "at", "lane"], kind="stable", ignore_index=True)
    marks["up"] = 0.0
    for _, rows in marks.groupby("row", sort=False):
        levels = np.array(stack_texts((rows["at"] * scale).tolist(), [MARK_ROOM] * len(rows), gap=0.0))
        marks.loc[rows.index, "up"] = np.where(levels % 2 == 1, 1, -1) * ((levels + 1) // 2) * MARK_SHIFT
    return marks


def _draw_axes(axes: Axes, ticks: np.ndarray, shown: Sequence[str]) -> None:
    axes.set_xlim(0, ticks[-1] * 1.03)
    axes.set_xticks(ticks)
    axes.set_xlabel("Months")
    axes.set_ylim(len(shown) - 0.25, -0.75)
    axes.set_yticks([])
    for row, name in enumerate(shown):
        axes.annotate(
            name, (0, row), (-3, 0), xycoords=("axes fraction", "data"), textcoords="offset points", ha="right",
            va="center", fontsize=NAME_SIZE, annotation_clip=False,
        )  # fmt: skip
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)


def _draw_stripes(
    axes: Axes,
    lane: Lane,
    number: int,
    stripes: int,
    bars: pd.DataFrame,
    place: pd.Series,
    month_days: float,
) -> None:
    """One kind of therapy: a stripe at its own height in the bar, and a line where start or end is known in part."""
    drawn = lane.drawn
    if not len(drawn):
        return
    start, end = (bars[name].reindex(drawn["USUBJID"]).to_numpy() for name in ("start", "end"))
    going = end if lane.look.no_end == "continues" else drawn["latest"].to_numpy()
    until, latest = (np.where(np.isnan(drawn[name]), going, drawn[name]) for name in ("end_earliest", "end_latest"))
    first = drawn["day"].fillna(drawn["earliest"]).to_numpy()
    low = np.maximum(first - start, 0)
    high = np.maximum(np.minimum(until, end) - start + 1, 0)
    height = BAR / stripes
    middle = place.reindex(drawn["USUBJID"]).to_numpy() - BAR / 2 + height * (number + 0.5)
    keep = high > low
    lowest_side, length = (middle - height / 2)[keep], (high - low)[keep] / month_days
    look = {"facecolor": COLOURS[lane.look.colour], "edgecolor": INK, "linewidth": 0.2, "zorder": 3}
    draw_bars(axes, low[keep] / month_days, lowest_side, length, height, look)
    ranges = [(drawn["earliest"].to_numpy(), drawn["latest"].to_numpy()), (until, latest)]
    for lowest, highest in ranges:
        for at in np.flatnonzero((lowest < highest) & (highest >= start) & (lowest <= end)):
            between = np.clip(np.array([lowest[at], highest[at]]) - start[at], 0, None) / month_days
            axes.plot(between, [middle[at]] * 2, zorder=5, clip_on=False, **RANGE)


def _draw_marks(axes: Axes, marks: pd.DataFrame, lanes: Sequence[Lane]) -> None:
    for number, lane in enumerate(lanes):
        rows = marks[marks["lane"] == number]
        up = rows["row"] - rows["up"] / ROW
        for low, high, at in zip(rows["low"], rows["high"], up, strict=True):
            if low < high:
                axes.plot([max(low, 0), high], [at, at], zorder=5, clip_on=False, **RANGE)
        if len(rows):
            axes.plot(rows["at"].clip(lower=0), up, zorder=6, clip_on=False, **mark_style(lane.look))
