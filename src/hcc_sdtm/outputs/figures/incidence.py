"""Cumulative incidence of competing causes, as lines with limits or stacked to the whole, with numbers at risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hcc_sdtm.endpoints.competing import IncidenceCurve
from hcc_sdtm.outputs.figures.sheet import Key, Sheet
from hcc_sdtm.outputs.figures.style import FILLS, INK, LINES, styled
from hcc_sdtm.outputs.figures.survival import limits_text, rate_text
from hcc_sdtm.outputs.figures.time_axis import Table, draw_steps, draw_time_axes, so_far, time_ticks

METHOD = "Aalen-Johansen"


def render_incidence(
    curve: IncidenceCurve,
    sheet: Sheet,
    unit: str,
    causes: Mapping[int, str],
    marks: Sequence[float] = (),
    stacked: bool = False,
    y_label: str = "Cumulative incidence",
) -> Figure:
    """A figure of competing causes: cumulative incidences, rates at the ``marks``, numbers at risk, events so far.

    ``causes`` names each cause, the one of interest first; ``stacked`` piles them up, so that what is left above is the
    share without any event, and draws no limits. Raises ValueError for more causes than can be told apart.
    """
    if len(causes) > len(LINES):
        raise ValueError(f"{len(causes)} causes; expected at most {len(LINES)} in one figure")
    last = float(curve.risk_sets.exits[-1]) if curve.n else np.nan
    times = time_ticks(last)
    of_cause = {cause: curve.curve[curve.curve["cause"] == cause] for cause in causes}
    table: Table = [
        ("At risk", curve.at_risk(times)),
        *((name, so_far(of_cause[cause], "events", times)) for cause, name in causes.items()),
    ]
    keys = []
    for number, (cause, name) in enumerate(causes.items()):
        rates = [rate_text(curve.rate(mark, cause), mark, unit) for mark in marks] if curve.n else []
        text = "; ".join([f"{name}: {curve.events(cause)} of {curve.n}", *rates])
        line = {"color": LINES[number][0], "linestyle": LINES[number][1], "linewidth": 1.7}
        keys.append(Key(text, fill=_fill(number)) if stacked else Key(text, line))
    shown = "not drawn" if stacked else "shaded"
    foot = f"{METHOD}; {limits_text(curve.level, curve.ci)}, {shown}."
    sheet = replace(sheet, keys=(*sheet.keys, *keys), foot=(foot, *sheet.foot))
    with styled():
        figure, axes = draw_time_axes(sheet, y_label, unit, times, table)
        if stacked:
            _draw_stack(axes, [of_cause[cause]["incidence"].to_numpy() for cause in causes], curve, last)
        else:
            for look, cause in zip(LINES, causes, strict=False):
                draw_steps(axes, of_cause[cause], "incidence", (0.0, last), 0.0, look)
    return figure


def _fill(number: int) -> dict[str, Any]:
    colour, hatch = FILLS[number]
    return {"facecolor": colour, "hatch": hatch, "edgecolor": INK, "linewidth": 0.6}


def _draw_stack(axes: Axes, incidences: Sequence[np.ndarray], curve: IncidenceCurve, last: float) -> None:
    """Each cause on top of those before it, as steps."""
    if not curve.n:
        return
    first_cause = curve.curve["cause"] == curve.curve["cause"].iloc[0]
    times = np.concatenate([[0.0], curve.curve.loc[first_cause, "time"], [last]])
    edges = np.repeat(times, 2)[1:-1]
    floor = np.zeros(len(edges))
    for number, incidence in enumerate(incidences):
        top = floor + np.repeat(np.concatenate([[0.0], incidence]), 2)
        axes.fill_between(edges, floor, top, zorder=2, **_fill(number))
        floor = top
