"""Subgroups in short: a line for each, with its estimate and how it compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hcc_sdtm.outputs.results.ard import result_text

ESTIMATES = ("median", "proportion", "incidence")
COMPARISONS = ("hazard-ratio", "difference")


@dataclass(frozen=True, slots=True)
class Subgroup:
    """One group of one endpoint; ``comparison`` is against the reference group, ``p`` that of the variable's test."""

    label: str
    group: str
    n: str
    events: str
    estimate: str
    comparison: str
    p: str
    warnings: str


def build_subgroups(results: pd.DataFrame, labels: Mapping[str, str]) -> list[Subgroup]:
    """A line for each group of each endpoint that is given by one, in the order of the results.

    A variable is called by its label where ``labels`` have it.
    """
    made = []
    tests = results[results["measure"] == "p-value"]
    p_values = {(row["endpoint"], row["group"]): result_text(row) for row in tests.to_dict("records")}
    groups = results[results["group"].str.contains("=", regex=False)]
    for (endpoint, group), part in groups.groupby(["endpoint", "group"], sort=False):
        rows = part.to_dict("records")
        estimate, comparison = _first(rows, ESTIMATES), _first(rows, COMPARISONS)
        variable, value = str(group).split("=", 1)
        warned = [str(row["warning"]) for row in (estimate, comparison) if row.get("warning")]
        made.append(
            Subgroup(
                label=str(rows[0]["label"]),
                group=f"{labels.get(variable, variable)}: {value}",
                n=_text(_first(rows, ("subjects",))),
                events=_text(_first([row for row in rows if not row["cause"]], ("events", "number"))),
                estimate=_named(estimate),
                comparison=_named(comparison).replace(f"{variable}=", ""),
                p=p_values.get((endpoint, variable), ""),
                warnings="; ".join(dict.fromkeys(warned)),
            )
        )
    return made


def _first(rows: Sequence[Mapping[Any, Any]], measures: tuple[str, ...]) -> Mapping[Any, Any]:
    return next((row for measure in measures for row in rows if row["measure"] == measure), {})


def _text(row: Mapping[Any, Any]) -> str:
    return result_text(row) if row else ""


def _named(row: Mapping[Any, Any]) -> str:
    """``median 8.2 (5.6 to 8.5) months``, ``hazard ratio against SEX=M 0.63 (0.19 to 2.08)``."""
    return f"{row['statistic']} {result_text(row)} {row['unit']}".strip() if row else ""
