"""The rows of a forest from the results: all subjects, then the groups of each variable.

Reads the results by machine names (measure, time, cause, group). Does not estimate anything.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hcc_sdtm.outputs.figures.forest import ForestRow, render_forest
from hcc_sdtm.outputs.figures.sheet import Sheet
from hcc_sdtm.outputs.figures.source import CannotDrawError, FigureSource
from hcc_sdtm.spec.figures import ForestFigure

RATIO = "hazard-ratio"
REFERENCE = "reference"
WARNINGS_SHOWN = 4
EVENTS = ("events", "number")
"""Measures that count what happened: of a time to event, and of a proportion."""


def render_forests(spec: ForestFigure, source: FigureSource, sheet: Sheet) -> Figure:
    """The forest of the trial's list. Raises CannotDrawError where the results have no such statistic of a group."""
    results = source.estimates.results
    own = results[results["endpoint"] == spec.endpoint]
    if own.empty:
        raise CannotDrawError(f"there is no endpoint {spec.endpoint}")
    chosen = _statistics(own, spec)
    if chosen.empty:
        raise CannotDrawError(f"{spec.endpoint} has no {spec.measure}")
    ratios = own[own["measure"] == RATIO].drop_duplicates("group").set_index("group")
    has_ratios = spec.measure != RATIO and not ratios.empty
    without: list[str] = []
    rows = [_row("All subjects", "", own, chosen, ratios if has_ratios else None, indent=False)]
    for variable in spec.by:
        groups = [group for group in dict.fromkeys(own["group"]) if str(group).startswith(f"{variable}=")]
        if not groups:
            continue
        label = spec.names.get(variable, source.labels.get(variable, variable))
        if lacking := _subjects(own, "") - sum(_subjects(own, group) for group in groups):
            without.append(f"{label} {lacking}")
        rows.append(ForestRow(label))
        for group in groups:
            name = spec.names.get(group, group.partition("=")[2])
            rows.append(_row(name, group, own, chosen, ratios if has_ratios else None))
    if len(rows) == 1:
        raise CannotDrawError(f"{spec.endpoint} is not given by {', '.join(spec.by)}")
    if spec.measure == RATIO:
        rows = [row for row in rows if row.is_heading or row.text or row.indent]
    first = chosen.iloc[0]
    head = _label(first) if spec.measure != RATIO else "Hazard ratio"
    label = spec.x_label or head
    is_log = spec.scale == "log" or (spec.scale is None and spec.measure == RATIO)
    happened = "Events" if "events" in set(own["measure"]) else "Number"
    heads = ["n", happened, head, *(["Hazard ratio"] if has_ratios else [])]
    method = str(first["method"]) if spec.measure != RATIO else "Hazard ratio against the reference, by Cox regression"
    foot = [f"{method}; {first['population']}."]
    if has_ratios:
        foot.append("Hazard ratio by Cox regression.")
    if without:
        foot.append(f"Subjects without a value, in no group: {'; '.join(without)}.")
    foot += _warnings(chosen)
    return render_forest(rows, replace(sheet, foot=(*foot, *sheet.foot)), label, heads, is_log)


def _statistics(own: pd.DataFrame, spec: ForestFigure) -> pd.DataFrame:
    """The rows of the statistic, one a group, by group."""
    chosen = own[own["measure"] == spec.measure]
    times = chosen["time"].to_numpy(np.float64)
    if spec.time is not None:
        chosen = chosen[np.isclose(times, spec.time)]
    if spec.cause:
        chosen = chosen[chosen["cause"] == spec.cause]
    else:  # a statistic that is given twice is first given for everybody, then on a condition, which is its cause
        chosen = chosen.assign(_given=chosen["cause"] != "").sort_values("_given", kind="stable")
    return chosen.drop_duplicates("group").set_index("group", drop=False)


def _row(
    name: str,
    group: str,
    own: pd.DataFrame,
    chosen: pd.DataFrame,
    ratios: pd.DataFrame | None,
    indent: bool = True,
) -> ForestRow:
    of_group = own[own["group"] == group]
    n, events = _count(of_group, ("subjects",)), _count(of_group, EVENTS)
    further: tuple[str, ...] = ()
    if ratios is not None and group:
        further = (str(ratios.loc[group, "text"]) if group in ratios.index else REFERENCE,)
        is_compared = any(str(other).partition("=")[0] == group.partition("=")[0] for other in ratios.index)
        further = further if is_compared else ("",)
    if group not in chosen.index:
        return ForestRow(name, n, events, REFERENCE if group and n else "", further=further, indent=indent)
    row = chosen.loc[group]
    numbers = {key: float(row[key]) for key in ("lower", "upper", "least", "greatest")}
    if row["bound"] and np.isnan(numbers["greatest"]) and np.isfinite(numbers["least"]):
        numbers["greatest"] = np.inf  # not reached in some completion of the unknown dates
    return ForestRow(name, n, events, str(row["text"]), float(row["value"]), **numbers, further=further, indent=indent)


def _count(of_group: pd.DataFrame, measures: tuple[str, ...]) -> str:
    found = of_group[of_group["measure"].isin(measures) & (of_group["cause"] == "")]
    return "" if found.empty else f"{float(found['value'].iloc[0]):.0f}"


def _subjects(own: pd.DataFrame, group: str) -> int:
    return int(_count(own[own["group"] == group], ("subjects",)) or 0)


def _label(row: pd.Series) -> str:
    words = str(row["statistic"])
    unit = f" ({row['unit']})" if row["unit"] and row["unit"] not in words else ""
    return words[:1].upper() + words[1:] + unit


def _warnings(chosen: pd.DataFrame) -> list[str]:
    """What warns of the numbers that are shown, each with its group."""
    found = [
        f"{group or 'all subjects'}: {text}"
        for group, text in zip(chosen["group"], chosen["warning"], strict=True)
        if text
    ]
    more = [f"and {len(found) - WARNINGS_SHOWN} more"] if len(found) > WARNINGS_SHOWN else []
    return [f"Read with care: {'; '.join([*found[:WARNINGS_SHOWN], *more])}."] if found else []
