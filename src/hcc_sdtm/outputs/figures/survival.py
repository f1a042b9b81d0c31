"""Kaplan-Meier figures: one curve with its limits and median, or several beside each other, with numbers at risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hcc_sdtm.endpoints.survival import Rate, SurvivalCurve
from hcc_sdtm.number_text import NOT_ESTIMABLE, number_text
from hcc_sdtm.outputs.figures.sheet import Key, Sheet
from hcc_sdtm.outputs.figures.style import LINES, QUIET, styled
from hcc_sdtm.outputs.figures.time_axis import Table, draw_steps, draw_time_axes, so_far, time_ticks
from hcc_sdtm.spec.endpoints import Transform

CENSORING: dict[str, Any] = {
    "linestyle": "none",
    "marker": "|",
    "markersize": 6,
    "markeredgewidth": 0.9,
}


def render_survival(
    curve: SurvivalCurve, sheet: Sheet, unit: str, marks: Sequence[float] = (), y_label: str = "Probability"
) -> Figure:
    """A Kaplan-Meier figure of one curve: band, censorings, median, rates at the ``marks``, numbers at risk.

    ``unit`` is that of the durations (months). A rate or a limit that is not estimable is NE.
    """
    rows, times = curve.curve, time_ticks(curve.last_time)
    table: Table = [
        ("At risk", curve.at_risk(times)),
        ("Censored", so_far(rows, "censored", times)),
        ("Events", so_far(rows, "events", times)),
    ]
    median = curve.quantile(0.5)
    rates = "; ".join(rate_text(curve.rate(mark), mark, unit) for mark in marks)
    words = [_curve_text(curve, unit), rates, f"{limits_text(curve.level, curve.ci)}, shaded"]
    is_censored = bool((rows["censored"] > 0).any())
    keys = [Key("censored", CENSORING | {"color": LINES[0][0]})] if is_censored else []
    sheet = replace(sheet, summary=(*sheet.summary, *filter(None, words)), keys=(*sheet.keys, *keys))
    with styled():
        figure, axes = draw_time_axes(sheet, y_label, unit, times, table)
        draw_steps(axes, rows, "survival", (curve.start, curve.last_time), 1.0, LINES[0])
        _draw_censorings(axes, rows, LINES[0][0])
        if np.isfinite(median.estimate):
            guide: dict[str, Any] = {"color": QUIET, "linewidth": 0.8, "linestyle": (0, (3, 3)), "zorder": 1}
            axes.plot([0, median.estimate, median.estimate], [0.5, 0.5, 0], **guide)
    return figure


def render_survivals(
    curves: Mapping[str, SurvivalCurve],
    sheet: Sheet,
    unit: str,
    marks: Sequence[float] = (),
    y_label: str = "Probability",
    limits: bool | None = None,
) -> Figure:
    """Several Kaplan-Meier curves in one figure, by their names, each with its own dashes, median and numbers at risk.

    ``limits``: whether the bands are drawn; left out, they are for two curves, and not for more, where they hide each other.
    Raises ValueError for more curves than there are lines to tell apart.
    """
    if not 1 <= len(curves) <= len(LINES):
        raise ValueError(f"{len(curves)} curves; expected 1 to {len(LINES)} in one figure")
    has_limits = len(curves) <= 2 if limits is None else limits
    times = time_ticks(max((curve.last_time for curve in curves.values() if curve.n), default=np.nan))
    table: list[tuple[str, np.ndarray | None]] = [("At risk", None)]
    table += [(name, curve.at_risk(times)) for name, curve in curves.items()]
    table.append(("Events", None))
    table += [(name, so_far(curve.curve, "events", times)) for name, curve in curves.items()]
    keys = []
    for (colour, dashes), (name, curve) in zip(LINES, curves.items(), strict=False):
        rates = [rate_text(curve.rate(mark), mark, unit) for mark in marks]
        text = "; ".join([f"{name}: {_curve_text(curve, unit)}", *rates])
        keys.append(Key(text, {"color": colour, "linestyle": dashes, "linewidth": 1.7}))
    first = next(iter(curves.values()))
    shown = "shaded" if has_limits else "not drawn"
    foot = f"Kaplan-Meier; {limits_text(first.level, first.ci)}, {shown}. Upright strokes: censored."
    sheet = replace(sheet, keys=(*sheet.keys, *keys), foot=(foot, *sheet.foot))
    with styled():
        figure, axes = draw_time_axes(sheet, y_label, unit, times, table)
        for look, curve in zip(LINES, curves.values(), strict=False):
            if curve.n:
                span = (curve.start, curve.last_time)
                draw_steps(axes, curve.curve, "survival", span, 1.0, look, limits=has_limits)
                _draw_censorings(axes, curve.curve, look[0])
    return figure


def rate_text(rate: Rate, mark: float, unit: str) -> str:
    """``at 12 months 33.3 % (5.6 to 65.8)``; NE where it is not estimable."""
    if not np.isfinite(rate.estimate):
        return f"at {mark:g} {unit} {NOT_ESTIMABLE}"
    estimate, lower, upper = (number_text(100 * value) for value in (rate.estimate, rate.lower, rate.upper))
    return f"at {mark:g} {unit} {estimate} % ({lower} to {upper})"


def limits_text(level: float, ci: Transform) -> str:
    """``95 % confidence limits, log-log transform``."""
    return f"{100 * level:g} % confidence limits, {ci} transform"


def _curve_text(curve: SurvivalCurve, unit: str) -> str:
    median = curve.quantile(0.5)
    given = f" event-free at {curve.start:.1f} {unit}" if curve.start > 0 else ""
    limits = f"({number_text(median.lower)} to {number_text(median.upper)})"
    shown = f"{number_text(median.estimate)} {unit} {limits}"
    return f"{curve.events} events in {curve.n} subjects{given}; median {shown}"


def _draw_censorings(axes: Axes, rows: pd.DataFrame, colour: str) -> None:
    censored = rows[rows["censored"] > 0]
    axes.plot(censored["time"], censored["survival"], color=colour, zorder=4, clip_on=False, **CENSORING)
