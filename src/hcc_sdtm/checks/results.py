"""Rules on results and their units: what nobody has in the unit that stands beside it.

The limits stand in the spec table ``rules/plausible_results.csv``, which a study may overlay. Nothing here knows a test.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.spec.plausible_results import BOUNDS, TABLE

PARTS = ("result", "lower", "upper")
"""What of a record is looked at: the result, and the limits of its reference range."""


@rule("LB-002", "result.unlikely-in-unit", "warning")
def unlikely_in_unit(evidence: Evidence) -> Iterator[Flag]:
    """A result, or its reference range, that nobody has in the unit beside it, at the result or else at the limit.

    What it finds: A laboratory result, vital sign or dose outside the limits that specs/rules/plausible_results.csv gives
        for its test and unit; an upper reference limit outside those of upper limits, a lower one above them. One question
        a record, which names the other units of the test that the record fits, or else those that fit what is wrong in
        it. A test or unit that is not in the table is not asked about.
    Why it matters: The value is of another unit or another test; converted or compared as it stands it is wrong by a
        factor of ten to a thousand.
    Example: Creatinine 78 mg/dL with limits 44 and 80, which are umol/L.
    Source: The table's own column; limits of what is recorded for adults, far outside the reference intervals.
    """
    table = _plausible(evidence)
    lacking = []
    asked = 0
    for domain, own in table.groupby("dataset", sort=False):
        for name in [name for name, of in evidence.domains.items() if of == domain] or [str(domain)]:
            asked += 1
            try:
                yield from _flags(evidence, name, own)
            except Missing as missing:
                lacking.append(str(missing))
    if len(lacking) == asked:
        raise Missing("; ".join(lacking) or f"{TABLE}.csv has no line")


def _plausible(evidence: Evidence) -> pd.DataFrame:
    """The table of bounds, its numbers as numbers (NaN: nothing is known). Raises Missing where the specs have none."""
    if TABLE not in evidence.specs.tables:
        raise Missing(f"the specs have no {TABLE}.csv")
    table = evidence.specs.tables[TABLE]
    return table.assign(**{name: pd.to_numeric(table[name]) for name in BOUNDS})


def _flags(evidence: Evidence, dataset: str, table: pd.DataFrame) -> Iterator[Flag]:
    test, value, unit = _variables(evidence, dataset)
    limits = (f"{dataset[:2]}ORNRLO", f"{dataset[:2]}ORNRHI")
    records = evidence.records(dataset, test, value, unit, optional=limits)
    variables = dict(zip(PARTS, (value, *limits), strict=True))
    records = records.assign(
        testcd=records[test], unit=records[unit], **{part: _numbers(records[name]) for part, name in variables.items()}
    )
    stated = records.merge(table[["testcd", "unit", *BOUNDS]], on=["testcd", "unit"])
    stated = stated.assign(**_unlikely(stated))
    wrong = stated[stated[_wrong(PARTS)].any(axis=1)]
    fits = _fits(wrong, table)
    for part in ("result", "upper", "lower"):
        chosen = wrong[wrong[f"{part}_wrong"]]
        wrong = wrong[~wrong[f"{part}_wrong"]]
        told = chosen.to_dict("records")
        messages = [_message(record, fits.get(record["position"], "")) for record in told]
        expected = [_expected_bounds(record, part) for record in told]
        yield Flag(dataset, chosen["position"].to_numpy(dtype=int), variables[part], messages, expected)


def _variables(evidence: Evidence, dataset: str) -> tuple[str, str, str]:
    """The variables with test, value and unit: of findings as collected, of interventions treatment and dose."""
    prefix = dataset[:2]
    if evidence.has(dataset, f"{prefix}DECOD"):
        return f"{prefix}DECOD", f"{prefix}DOSE", f"{prefix}DOSU"
    return f"{prefix}TESTCD", f"{prefix}ORRES", f"{prefix}ORRESU"


def _numbers(column: pd.Series) -> pd.Series:
    codes, distinct = pd.factorize(column)
    numbers = pd.to_numeric(pd.Series(distinct, dtype=object), errors="coerce").to_numpy(dtype=float)
    return pd.Series(np.append(numbers, np.nan)[codes], index=column.index).replace([np.inf, -np.inf], np.nan)


def _unlikely(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Which of result, lower and upper limit is outside the bounds of the row; a missing one is inside."""
    return {
        "result_wrong": (rows["result"] < rows["low"]) | (rows["result"] > rows["high"]),
        "lower_wrong": rows["lower"] > rows["upper_high"],
        "upper_wrong": (rows["upper"] < rows["upper_low"]) | (rows["upper"] > rows["upper_high"]),
    }


def _fits(wrong: pd.DataFrame, table: pd.DataFrame) -> dict[int, str]:
    """By position, what fits which other units of the test: the record as a whole, else what is wrong in it alone."""
    keys = ["position", "testcd", "unit", *PARTS]
    others = wrong[[*keys, *_wrong(PARTS)]].merge(
        table[["testcd", "unit", *BOUNDS]], on="testcd", suffixes=("", "_other")
    )
    others = others[others["unit"] != others["unit_other"]]
    here, there = others[_wrong(PARTS)].to_numpy(dtype=bool), pd.DataFrame(_unlikely(others)).to_numpy(dtype=bool)
    told: dict[int, str] = {}
    for fitting, only_wrong in ((~there.any(axis=1), False), (~(here & there).any(axis=1), True)):
        for position, rows in others[fitting].groupby("position", sort=False):
            units = " or ".join(rows["unit_other"])
            what = "fits" if not only_wrong else "the result fits" if rows["result_wrong"].iloc[0] else "the limits fit"
            told.setdefault(int(str(position)), f"{what} {units}")
    return told


def _wrong(parts: Iterable[str]) -> list[str]:
    return [f"{part}_wrong" for part in parts]


def _message(record: Mapping[Hashable, Any], fits: str) -> str:
    limits = [f"{record[part]:.10g}" for part in ("lower", "upper") if not pd.isna(record[part])]
    result = "" if pd.isna(record["result"]) else f" {record['result']:.10g}"
    told = f"{record['testcd']}{result} {record['unit']}"
    if limits:
        told += f", reference limit{'s' if len(limits) > 1 else ''} {' and '.join(limits)}"
    return f"{told}: {fits or 'fits no unit that is known for it'}"


def _expected_bounds(record: Mapping[Hashable, Any], part: str) -> str:
    if part == "lower":
        return f"no more than {record['upper_high']:.10g} {record['unit']}"
    low, high = ("low", "high") if part == "result" else ("upper_low", "upper_high")
    bounds = [
        f"{word} {record[name]:.10g}" for word, name in (("from", low), ("to", high)) if not pd.isna(record[name])
    ]
    return f"{' '.join(bounds)} {record['unit']}"
