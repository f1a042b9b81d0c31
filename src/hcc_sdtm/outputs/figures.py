"""Figures of survival and of cumulative incidence, each with its numbers at risk below the time axis.

The table below the axis follows Morris et al. 2019 (KMunicate): at risk, censored so far, events so far.
Figures are drawn through matplotlib's objects and not through pyplot, whose state is global, and have the
same bytes every time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from hcc_sdtm.endpoints.competing import IncidenceCurve
from hcc_sdtm.endpoints.estimating import NOT_ESTIMABLE
from hcc_sdtm.endpoints.survival import Rate, SurvivalCurve
from hcc_sdtm.spec.endpoints import Transform

WIDTH = 7.2  # inches: two columns of a journal page
DOTS_PER_INCH = 300

# Everything around the curve in points, so that no text depends on the size of the axes.
AXES_POINTS = 250.0
LEFT_POINTS, RIGHT_POINTS = 72.0, 20.0
TITLE_POINTS = 32.0
SUMMARY_SIZE, SUMMARY_LINE, SUMMARY_GAP = 8.5, 13.0, 9.0
TABLE_POINTS, ROW_POINTS = 54.0, 14.5
LETTER_POINTS = 5.0
EDGE_POINTS = 8.0  # from the figure's left edge to its texts

# Texts are broken where the width of the page ends; a row's name sooner, for it takes room from the axes.
TITLE_LETTERS, SUMMARY_LETTERS, ROW_LETTERS = 66, 92, 22
TITLE_LINE = 15.0

TICK_STEPS = (0.5, 1, 2, 3, 6, 12, 24, 36, 60, 120, 180, 365, 730, 1826)
TICKS_AT_MOST = 11

INK = "#222222"
QUIET = "#6b7280"
# Okabe and Ito 2008: told apart by readers of every kind of colour vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")

CENSORING: dict[str, Any] = {
    "linestyle": "none",
    "marker": "|",
    "markersize": 6,
    "markeredgewidth": 0.9,
    "clip_on": False,
}

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
    "font.size": 9,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "hcc-sdtm",
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "path.simplify": False,
}


def render_survival(
    curve: SurvivalCurve,
    svg: Path,
    png: Path,
    title: str,
    y_label: str,
    unit: str,
    marks: Sequence[float] = (),
    banner: str = "",
) -> None:
    """Writes a Kaplan-Meier figure twice: band, censorings, median, rates at the ``marks``, numbers at risk.

    ``unit`` is that of the durations (months). A rate or a limit that is not estimable is NE. A ``banner`` ("dates are
    fictional: ...") stands at the foot, for a figure is passed on without the page it came from.
    """
    rows = curve.curve
    times = _ticks(curve.last_time)
    table = {
        "At risk": curve.at_risk(times),
        "Censored": _so_far(rows, "censored", times),
        "Events": _so_far(rows, "events", times),
    }
    median = curve.quantile(0.5)
    given = f" event-free at {curve.start:.1f} {unit}" if curve.start > 0 else ""
    summary = [
        f"{curve.events} events in {curve.n} subjects{given}; "
        f"median {_number(median.estimate)} {unit} ({_number(median.lower)} to {_number(median.upper)})",
        "; ".join(_rate_text(curve.rate(mark), mark, unit) for mark in marks),
        _limits_name(curve.level, curve.ci),
    ]
    lines = [part for line in summary for part in wrap(line, SUMMARY_LETTERS)]
    with _drawing(title, y_label, unit, times, table, len(lines), banner) as (figure, axes):
        _draw_steps(axes, rows, "survival", curve.start, curve.last_time, 1.0, COLOURS[0], "")
        censored = rows[rows["censored"] > 0]
        axes.plot(censored["time"], censored["survival"], color=COLOURS[0], zorder=4, **CENSORING)
        if len(censored):
            axes.plot([], [], color=COLOURS[0], label="censored", **CENSORING)
            # above the axes, beside the last line of the summary, which is short: inside no corner is free of every curve
            axes.legend(
                loc="lower right", frameon=False, bbox_to_anchor=(1, 1 + SUMMARY_GAP / AXES_POINTS),
                fontsize=SUMMARY_SIZE, labelcolor=QUIET, borderpad=0, borderaxespad=0, handlelength=1, handletextpad=0.2,
            )  # fmt: skip
        if np.isfinite(median.estimate):
            guide: dict[str, Any] = {"color": QUIET, "linewidth": 0.8, "linestyle": (0, (3, 3)), "zorder": 1}
            axes.plot([0, median.estimate, median.estimate], [0.5, 0.5, 0], **guide)
        axes.annotate(
            "\n".join(lines), (0, 1), (EDGE_POINTS - _left(table), SUMMARY_GAP), xycoords="axes fraction",
            textcoords="offset points",
            va="bottom", color=QUIET, fontsize=SUMMARY_SIZE, linespacing=SUMMARY_LINE / SUMMARY_SIZE / 1.2,
        )  # fmt: skip
        _save(figure, svg, png)


def render_incidence(
    curve: IncidenceCurve,
    svg: Path,
    png: Path,
    title: str,
    y_label: str,
    unit: str,
    causes: Mapping[int, str],
    marks: Sequence[float] = (),
    banner: str = "",
) -> None:
    """Writes a figure of competing causes twice: cumulative incidences, numbers at risk, events so far.

    ``causes`` names each cause, the one of interest first; ``banner`` as in `render_survival`.
    """
    last = float(curve.curve["time"].max()) if len(curve.curve) else np.nan
    times = _ticks(last)
    of_cause = {cause: curve.curve[curve.curve["cause"] == cause] for cause in causes}
    table = {"At risk": curve.at_risk(times)}
    table |= {name: _so_far(of_cause[cause], "events", times) for cause, name in causes.items()}
    labels = {}
    for cause, name in causes.items():
        rates = [_rate_text(curve.rate(mark, cause), mark, unit) for mark in marks]
        labels[cause] = wrap("; ".join([f"{name}: {curve.events(cause)} of {curve.n}", *rates]), SUMMARY_LETTERS)
    with _drawing(title, y_label, unit, times, table, sum(map(len, labels.values())) + 1, banner) as (figure, axes):
        for colour, (cause, label) in zip(COLOURS, labels.items(), strict=False):
            _draw_steps(axes, of_cause[cause], "incidence", 0.0, last, 0.0, colour, "\n".join(label))
        axes.plot([], [], linestyle="none", label=_limits_name(curve.level, curve.ci))
        axes.legend(
            loc="lower left", frameon=False,
            bbox_to_anchor=((EDGE_POINTS - _left(table)) / _axes_width(table), 1 + SUMMARY_GAP / AXES_POINTS),
            fontsize=SUMMARY_SIZE, labelcolor=QUIET,
            borderpad=0, borderaxespad=0, handlelength=1.6,
            labelspacing=SUMMARY_LINE / SUMMARY_SIZE - 1.1,
        )  # fmt: skip
        _save(figure, svg, png)


@contextmanager
def _drawing(
    title: str, y_label: str, unit: str, times: np.ndarray, table: Mapping[str, np.ndarray], lines: int, banner: str
) -> Iterator[tuple[Figure, Axes]]:
    """A figure, its axes, the table and the banner below, room for summary lines above; our style ends with the block."""
    left, heading, foot = _left(table), wrap(title, TITLE_LETTERS), wrap(banner, SUMMARY_LETTERS)
    above = SUMMARY_GAP + SUMMARY_LINE * lines
    below = TABLE_POINTS + ROW_POINTS * sum(len(wrap(name, ROW_LETTERS)) for name in table)
    below += SUMMARY_GAP + SUMMARY_LINE * len(foot) if foot else 0
    width = 72 * WIDTH
    height = above + TITLE_POINTS + TITLE_LINE * (len(heading) - 1) + AXES_POINTS + below
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height / 72))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((left / width, below / height, _axes_width(table) / width, AXES_POINTS / height))
        axes.annotate(
            "\n".join(heading), (0, 1), (EDGE_POINTS - left, above + 4), xycoords="axes fraction",
            textcoords="offset points", va="bottom", fontsize=11, fontweight="bold", linespacing=TITLE_LINE / 11 / 1.2,
        )  # fmt: skip
        axes.set_xlabel(f"Time ({unit})", labelpad=4)
        axes.set_ylabel(y_label, labelpad=6)
        axes.set_xticks(times)
        axes.set_xlim(0, times[-1])
        axes.set_ylim(0, 1.0)
        axes.set_yticks(np.linspace(0, 1, 6))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
        axes.spines[["left", "bottom"]].set_position(("outward", 6))
        axes.grid(axis="y", color="#e5e7eb", linewidth=0.6)
        axes.set_axisbelow(True)
        _draw_table(axes, left, times, table)
        if foot:
            axes.annotate(
                "\n".join(foot), (0, 0), (EDGE_POINTS - left, EDGE_POINTS - below), xycoords="axes fraction",
                textcoords="offset points", va="bottom", fontsize=SUMMARY_SIZE, fontweight="bold",
                linespacing=SUMMARY_LINE / SUMMARY_SIZE / 1.2,
            )  # fmt: skip
        yield figure, axes


def _left(table: Mapping[str, np.ndarray]) -> float:
    """Points left of the axes: room for the longest line of the rows' names."""
    longest = max(len(line) for name in table for line in wrap(name, ROW_LETTERS))
    return max(LEFT_POINTS, LETTER_POINTS * longest + 24)


def _axes_width(table: Mapping[str, np.ndarray]) -> float:
    """Points that are left for the axes."""
    return 72 * WIDTH - _left(table) - RIGHT_POINTS


def _ticks(last: float) -> np.ndarray:
    """Tick times from 0 to at least the last observed time, at a step that people count in."""
    end = last if np.isfinite(last) and last > 0 else 1.0
    step = next((step for step in TICK_STEPS if end / step <= TICKS_AT_MOST - 1), end / (TICKS_AT_MOST - 1))
    return np.arange(0, np.ceil(end / step) + 1) * step


def _draw_steps(
    axes: Axes,
    rows: pd.DataFrame,
    height: str,
    start: float,
    last: float,
    first: float,
    colour: str,
    label: str,
) -> None:
    """The step function and its band; both end at the last observed time."""
    times = np.concatenate([[start], rows["time"].to_numpy(np.float64), [last]])
    heights = np.concatenate([[first], rows[height].to_numpy(np.float64)])
    lower = np.concatenate([[first], rows["lower"].to_numpy(np.float64)])
    upper = np.concatenate([[first], rows["upper"].to_numpy(np.float64)])
    edges = np.repeat(times, 2)[1:-1]
    axes.fill_between(edges, np.repeat(lower, 2), np.repeat(upper, 2), color=colour, alpha=0.16, linewidth=0, zorder=2)
    axes.plot(
        edges,
        np.repeat(heights, 2),
        color=colour,
        linewidth=1.7,
        label=label or None,
        clip_on=False,
        zorder=3,
        solid_capstyle="butt",
    )


def _draw_table(axes: Axes, left: float, times: np.ndarray, table: Mapping[str, np.ndarray]) -> None:
    """Counts below the axis, each under its tick, with the row's name at the left edge of the figure."""
    style: dict[str, Any] = {
        "textcoords": "offset points",
        "va": "center",
        "annotation_clip": False,
        "fontsize": SUMMARY_SIZE,
    }
    down = -(TABLE_POINTS - 8) + ROW_POINTS / 2
    for name, counts in table.items():
        for line in wrap(name, ROW_LETTERS):
            down -= ROW_POINTS
            axes.annotate(line, (0, 0), (EDGE_POINTS - left, down), xycoords="axes fraction", color=QUIET, **style)
        for time, count in zip(times, counts, strict=True):
            axes.annotate(
                str(int(count)),
                (time, 0),
                (0, down),
                xycoords=("data", "axes fraction"),
                ha="center",
                **style,
            )


def _so_far(rows: pd.DataFrame, column: str, times: np.ndarray) -> np.ndarray:
    """How many until just before each time, so that with those at risk they make up the whole."""
    total = np.concatenate([[0], np.cumsum(rows[column].to_numpy())])
    return np.asarray(total[np.searchsorted(rows["time"].to_numpy(), times, side="left")])


def _number(value: float) -> str:
    return f"{value:.1f}" if np.isfinite(value) else NOT_ESTIMABLE


def _percent(value: float) -> str:
    return f"{100 * value:.1f}" if np.isfinite(value) else NOT_ESTIMABLE


def _rate_text(rate: Rate, mark: float, unit: str) -> str:
    limits = f"{_percent(rate.lower)} to {_percent(rate.upper)}"
    return (
        f"at {mark:g} {unit} {_percent(rate.estimate)} % ({limits})"
        if np.isfinite(rate.estimate)
        else f"at {mark:g} {unit} {NOT_ESTIMABLE}"
    )


def _limits_name(level: float, ci: Transform) -> str:
    return f"{100 * level:g} % confidence limits, {ci} transform"


def _save(figure: Figure, svg: Path, png: Path) -> None:
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    figure.savefig(png, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
