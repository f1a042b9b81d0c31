"""Dates on a line: every dated record of one subject, and what the times of the analysis run from and to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hcc_sdtm.dates.iso import EPOCH
from hcc_sdtm.outputs.figures.records import known_text, render_day
from hcc_sdtm.outputs.figures.sheet import EDGE, Frame, Key, Sheet, draw_sheet, stack_texts
from hcc_sdtm.outputs.figures.style import COLOURS, INK, QUIET, RULE, shorten_text, styled, text_width, wrap_text
from hcc_sdtm.outputs.figures.subject_times import TimeLine
from hcc_sdtm.outputs.figures.swimmer import RANGE, Lane, mark_style

NAME_SIZE, TEXT_SIZE, NAME_WIDTH = 8.0, 6.5, 122.0
BASE, LEVEL, TIME_ROW = 15.0, 8.0, 24.0
LEFT, RIGHT, HEAD = NAME_WIDTH + EDGE + 10, 14.0, 9.0
TEXT_WIDTH = 120.0
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60)

EVENT: dict[str, Any] = {"marker": "o", "markersize": 5.5, "color": INK, "linestyle": "none"}
BEHIND: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85}
"""Behind a text, so that the upright lines do not cross it."""

CENSORED: dict[str, Any] = {
    "marker": "o", "markersize": 5.5, "markerfacecolor": "white", "markeredgecolor": INK, "linestyle": "none",
}  # fmt: skip


def render_subject(
    lanes: Sequence[Lane],
    times: Sequence[TimeLine],
    sheet: Sheet,
    origin: float = np.nan,
    cutoff: float = np.nan,
    followed: float = np.nan,
) -> Figure:
    """A line for each kind of records from the top, then one for each time; what one subject has none of has no line.

    A date known in part is a line over the days that it can be, its mark on the day that the analysis took (or in its middle
    where it took none), and its text says what is known. Texts that would touch are set above each other. ``origin`` and
    ``cutoff`` are upright lines. A bar that continues ends on the day ``followed``, the last of follow-up.
    """
    own = [lane for lane in lanes if len(lane.drawn)]
    first, last = _span(own, times, origin, cutoff)
    going = min(followed, last) if np.isfinite(followed) else last
    scale = Frame(0, LEFT, RIGHT).width / (last - first)
    texts = [_place_texts(lane, first, last, scale) for lane in own]
    heights = [BASE + LEVEL * (1 + max((level for *_, level in placed), default=-1)) for placed in texts]
    whole = sum(heights) + TIME_ROW * len(times) + 8
    ranges = any((lane.drawn["earliest"] < lane.drawn["latest"]).any() for lane in own)
    ranges = ranges or any(time.low < time.high for time in times)
    keys = [Key("date known in part: the days it can be", RANGE)] if ranges else []
    keys += [Key("time ends with an event", EVENT)] if any(time.is_event for time in times) else []
    keys += [Key("time is censored", CENSORED)] if any(not time.is_event for time in times) else []
    sheet = replace(sheet, keys=(*sheet.keys, *keys))
    with styled():
        figure, axes = draw_sheet(sheet, Frame(whole, LEFT, RIGHT, above=HEAD + 14, below=24))
        axes.set_xlim(first, last)
        axes.set_ylim(0, whole)
        _draw_ticks(axes, first, last)
        _draw_limits(axes, origin, cutoff, first, scale)
        top = whole
        for lane, placed, height in zip(own, texts, heights, strict=True):
            _draw_lane(axes, lane, top - height + BASE / 2, placed, first, going, scale)
            top -= height
        if times and own:
            axes.axhline(top - 2, color=QUIET, linewidth=0.8)
        for number, time in enumerate(times):
            _draw_time(axes, time, top - 8 - TIME_ROW * (number + 0.5), first, scale)
    return figure


def _span(lanes: Sequence[Lane], times: Sequence[TimeLine], origin: float, cutoff: float) -> tuple[float, float]:
    """The days from the first to the last of anything, with a little room."""
    columns = ("earliest", "latest", "end_earliest", "end_latest")
    days = [day for lane in lanes for name in columns for day in lane.drawn[name]]
    days += [day for time in times for day in (time.start, time.end, time.low, time.high)] + [origin, cutoff]
    known = [day for day in days if np.isfinite(day)] or [0.0, 365.0]
    room = max(0.02 * (max(known) - min(known)), 10.0)
    return min(known) - room, max(known) + room


def _place_texts(lane: Lane, first: float, last: float, scale: float) -> list[tuple[float, str, int]]:
    """The text of each record with its place in points from the left and its level; a text longer than its room is cut."""
    found: list[tuple[float, str, float]] = []
    for text, earliest, latest, at in zip(*_columns(lane, "text", "earliest", "latest"), _middles(lane), strict=True):
        parts = [str(text)] if text else []
        if earliest < latest:
            parts.append(known_text(earliest, latest))
        words = shorten_text(", ".join(parts), TEXT_WIDTH, TEXT_SIZE)
        if words:
            width = text_width(words, TEXT_SIZE)
            middle = (at - first) * scale + (width / 2 if lane.is_bar else 0.0)
            place = min(max(middle, width / 2), (last - first) * scale - width / 2)
            found.append((place, words, width))
    found.sort(key=lambda each: each[0])
    levels = stack_texts([place for place, *_ in found], [width for *_, width in found], gap=3.0)
    return [(place, text, level) for (place, text, _), level in zip(found, levels, strict=True)]


def _draw_ticks(axes: Axes, first: float, last: float) -> None:
    start, end = ((EPOCH + np.timedelta64(int(day), "D")).astype("datetime64[M]").astype(int) for day in (first, last))
    step = next((step for step in MONTH_STEPS if (end - start) / step <= 8), MONTH_STEPS[-1])
    months = np.arange(-(-start // step) * step, end + 1, step)
    dates = months.astype("datetime64[M]")
    days = (dates.astype("datetime64[D]") - EPOCH).astype(float)
    keep = (days >= first) & (days <= last)
    axes.set_xticks(days[keep], [str(date) for date in dates[keep]], fontsize=8)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)


def _draw_limits(axes: Axes, origin: float, cutoff: float, first: float, scale: float) -> None:
    """The origin and the data cut-off as upright lines, their names above them, beside each other where there is room."""
    width = axes.get_xlim()[1] - first
    wanted = [(origin, f"origin {_day(origin)}", "solid"), (cutoff, f"data cut-off {_day(cutoff)}", (0, (4, 3)))]
    shown = sorted((each for each in wanted if np.isfinite(each[0])), key=lambda each: each[0])
    widths = [text_width(text, 7) for _, text, _ in shown]
    places = [
        min(max((day - first) * scale, length / 2), width * scale - length / 2)
        for (day, _, _), length in zip(shown, widths, strict=True)
    ]
    levels = stack_texts(places, widths, gap=4.0)
    for (day, text, dashes), place, level in zip(shown, places, levels, strict=True):
        axes.axvline(day, color=QUIET, linewidth=0.9, linestyle=dashes, zorder=1)
        axes.annotate(
            text, (0, 1), (place, 2 + HEAD * level), xycoords="axes fraction", textcoords="offset points",
            ha="center", va="bottom", fontsize=7, color=QUIET, annotation_clip=False,
        )  # fmt: skip


def _day(day: float) -> str:
    return render_day(day) if np.isfinite(day) else ""


def _draw_lane(
    axes: Axes,
    lane: Lane,
    y: float,
    placed: Sequence[tuple[float, str, int]],
    first: float,
    going: float,
    scale: float,
) -> None:
    axes.axhline(y, color=RULE, linewidth=0.6, zorder=0)
    _write_name(axes, lane.look.label, y)
    middles = _middles(lane)
    if lane.is_bar:
        columns = _columns(lane, "latest", "end_earliest", "end_latest")
        for start, latest, end, end_latest in zip(middles, *columns, strict=True):
            until = end if np.isfinite(end) else going if lane.look.no_end == "continues" else latest
            axes.barh(
                y, max(until - start, 1.5 / scale), left=start, height=6, facecolor=COLOURS[lane.look.colour],
                edgecolor=INK, linewidth=0.5, zorder=3,
            )  # fmt: skip
            _draw_range(axes, end, end_latest, y)
    else:
        axes.plot(middles, [y] * len(middles), zorder=5, clip_on=False, **mark_style(lane.look, 6.0))
    for low, high in zip(*_columns(lane, "earliest", "latest"), strict=True):
        _draw_range(axes, low, high, y)
    for place, text, level in placed:
        axes.annotate(
            text, (first + place / scale, y), (0, 4.5 + LEVEL * level), textcoords="offset points", ha="center",
            va="bottom", fontsize=TEXT_SIZE, annotation_clip=False, zorder=6, bbox=BEHIND,
        )  # fmt: skip


def _columns(lane: Lane, *names: str) -> list[list[Any]]:
    """Columns of the records as lists."""
    return [lane.drawn[name].tolist() for name in names]


def _middles(lane: Lane) -> list[float]:
    """The day of each record: the one the analysis took, else the middle of those it can be."""
    between = (lane.drawn["earliest"] + lane.drawn["latest"]) / 2
    return [float(day) for day in lane.drawn["day"].fillna(between)]


def _draw_range(axes: Axes, low: float, high: float, y: float) -> None:
    if low < high:
        axes.plot([low, high], [y, y], zorder=4, **RANGE)


def _draw_time(axes: Axes, time: TimeLine, y: float, first: float, scale: float) -> None:
    _write_name(axes, time.name, y)
    axes.plot([time.start, time.end], [y, y], color=INK, linewidth=1.4, zorder=3)
    axes.plot([time.start], [y], marker="|", markersize=7, color=INK, markeredgewidth=1.4, zorder=3)
    _draw_range(axes, time.low, time.high, y - 6)  # below the line, which would hide it
    axes.plot([time.end], [y], zorder=5, clip_on=False, **(EVENT if time.is_event else CENSORED))
    room = (axes.get_xlim()[1] - first) * scale
    text = shorten_text(time.text, room, TEXT_SIZE)
    place = max(min((time.start - first) * scale, room - text_width(text, TEXT_SIZE)), 0.0)
    axes.annotate(
        text, (first + place / scale, y), (0, 4), textcoords="offset points", ha="left", va="bottom",
        fontsize=TEXT_SIZE, annotation_clip=False, zorder=6, bbox=BEHIND,
    )  # fmt: skip


def _write_name(axes: Axes, name: str, y: float) -> None:
    lines = wrap_text(name, NAME_WIDTH, NAME_SIZE)
    text = lines[0] if len(lines) == 1 else shorten_text(name, NAME_WIDTH, NAME_SIZE)
    axes.annotate(
        text, (0, y), (-LEFT + EDGE, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        va="center", fontsize=NAME_SIZE, annotation_clip=False,
    )  # fmt: skip
