"""Rules on the results of any findings dataset: as collected against the standard form, and against the reference range.

Knows no test and no unit: a conversion is judged by the other records of the same test and units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.column import combined_codes
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.rule_on_dataset import number_of
from hcc_sdtm.spec.rule_table import CLASSES

RESULTS, LIMITS = ("ORRES", "STRESN"), (("ORNRLO", "ORNRHI"), ("STNRLO", "STNRHI"))
"""The result as collected and in standard form, and the limits of the range that each is compared with."""

CONTINUOUS = re.compile(r"\s*(?:[<>]=?|[≤≥~=]|(?:less|greater|more) than|up to)?\s*[-+]?[0-9]*[.,]?[0-9]+\S*\s*", re.I)
"""A result of a continuous measurement: a number, or a limit of detection."""

DIRECTIONS = ("", "LOW", "HIGH", "NORMAL")
"""What a range says of a result; the first: nothing."""

SAME_RATIO = 0.1
"""Share by which a conversion may differ from the usual one of its test: rounding of small numbers makes some."""

UNUSUAL = 0.1
"""Share of a test's records up to which those that are converted otherwise are asked about; more are a second usage."""

LEAST_RECORDS = 5
"""Records of a test from which there is a usual conversion."""


@rule("SD-0637", "result.range-reversed", "error", covers="CORE-000889 CORE-000672")
def range_reversed(evidence: Evidence) -> Iterator[Flag]:
    """A reference range whose upper limit is not above its lower limit, at the upper limit.

    What it finds: In any dataset of findings, --ORNRHI up to --ORNRLO; --STNRHI up to --STNRLO, where the range as
        collected is not the cause.
    Why it matters: Every result is outside such a range.
    Example: LBORNRLO 80, LBORNRHI 44.
    Source: FDA rules FB3901 and FB3902; SDTMIG 3.4 section 6.3.5.
    """
    looked_at = False
    for dataset in _findings_datasets(evidence):
        asked = np.zeros(len(evidence.datasets[dataset]), dtype=bool)
        for low, high in ((f"{dataset[:2]}{low}", f"{dataset[:2]}{high}") for low, high in LIMITS):
            if evidence.has(dataset, low, high):
                looked_at = True
                lower, upper = _numbers(evidence, dataset, low), _numbers(evidence, dataset, high)
                wrong = (upper <= lower) & ~asked
                asked |= wrong
                positions = np.flatnonzero(wrong)
                messages = [f"{high} is {upper[at]:.10g} and {low} is {lower[at]:.10g}" for at in positions]
                yield Flag(dataset, positions, high, messages, [f"more than {lower[at]:.10g}" for at in positions])
    if not looked_at:
        raise Missing("no dataset of findings has a reference range")


@rule("SD-0639", "result.range-of-text", "warning",
      covers="CORE-000289 CORE-000290 CORE-000298 CORE-000299 CG0180 CG0181 CG0182 CG0183")  # fmt: skip
def range_of_text(evidence: Evidence) -> Iterator[Flag]:
    """Limits of a range beside a result that is no number, at the first limit.

    What it finds: In any dataset of findings, a result as collected that is neither a number nor a limit of detection, with
        a numeric limit of a reference range.
    Why it matters: The limits belong to another test or unit, or the result is a note in the place of a number.
    Example: LBORRES NEGATIVE with LBORNRLO 0 and LBORNRHI 5.
    Source: SDTMIG 3.4 section 6.3.5, LBORNRLO; CG0180 to CG0183.
    """
    looked_at = False
    for dataset in _findings_datasets(evidence):
        limits = [
            f"{dataset[:2]}{name}" for pair in LIMITS for name in pair if evidence.has(dataset, f"{dataset[:2]}{name}")
        ]
        result = f"{dataset[:2]}ORRES"
        if limits and evidence.has(dataset, result):
            looked_at = True
            column = evidence.column(dataset, result)
            left = column.where(lambda text: text.strip() != "" and CONTINUOUS.fullmatch(text) is None)
            for limit in limits if left.any() else []:
                wrong = left & np.isfinite(_numbers(evidence, dataset, limit))
                left &= ~wrong
                positions = np.flatnonzero(wrong)
                messages = [
                    f'{limit} has a value and {result} is "{column.texts[column.codes[at]]}", no number'
                    for at in positions
                ]
                yield Flag(dataset, positions, limit, messages, "no value, or a number as result")
    if not looked_at:
        raise Missing("no dataset of findings has results and a reference range")


@rule("SD-0640", "result.range-indicator-disagrees", "error")
def range_indicator_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """A range indicator that the result and its range contradict, at the indicator.

    What it finds: In any dataset of findings, --NRIND NORMAL for a number outside the range, LOW for one that is not below
        it, HIGH for one that is not above it. Where the record has results and ranges in original and in standard units,
        both must contradict the indicator.
    Why it matters: Shifts from baseline are counted from the indicator.
    Example: LBNRIND NORMAL, ALT 145 U/L with a range of 7 to 40.
    Source: SDTMIG 3.4 section 6.3.5, LBNRIND.
    """
    looked_at = False
    for dataset in _findings_datasets(evidence):
        indicator = f"{dataset[:2]}NRIND"
        if not evidence.has(dataset, indicator):
            continue
        column = evidence.column(dataset, indicator)
        scales = [
            (_numbers(evidence, dataset, result), _numbers(evidence, dataset, low), _numbers(evidence, dataset, high))
            for result, (low, high) in (
                (f"{dataset[:2]}{name}", (f"{dataset[:2]}{ends[0]}", f"{dataset[:2]}{ends[1]}"))
                for name, ends in zip(RESULTS, LIMITS, strict=True)
            )
            if evidence.has(dataset, result, low, high)
        ]
        if not scales:
            continue
        looked_at = True
        said = column.of(_direction, np.int8)
        told = np.zeros(len(column.codes), dtype=np.int8)
        contradicted = np.zeros(len(column.codes), dtype=bool)
        agreed = np.zeros(len(column.codes), dtype=bool)
        for value, low, high in scales:
            right = 1 * (value < low) + 2 * (value > high) + 3 * ((value >= low) & (value <= high))
            known = right > 0
            contradicted |= known & (said != right)
            agreed |= known & (said == right)
            told = np.where((told == 0) & known, right, told)
        positions = np.flatnonzero(contradicted & ~agreed & (said > 0))
        result = f"{dataset[:2]}{RESULTS[0]}"
        results = evidence.column(dataset, result) if evidence.has(dataset, result) else column
        messages = [
            f'{indicator} is "{column.texts[column.codes[at]]}" and the result {results.texts[results.codes[at]]} is '
            f"{DIRECTIONS[told[at]].lower()} by its range"
            for at in positions
        ]
        yield Flag(dataset, positions, indicator, messages, [DIRECTIONS[told[at]] for at in positions])
    if not looked_at:
        raise Missing("no dataset of findings has a range indicator beside results and ranges")


def _direction(text: str) -> int:
    """The place in `DIRECTIONS` of what an indicator says; LOW LOW is LOW, ABNORMAL is nothing a range could contradict."""
    first = text.partition(" ")[0]
    return DIRECTIONS.index(first) if first in DIRECTIONS else 0


@rule("SD-0641", "result.same-unit-other-number", "error")
def same_unit_other_number(evidence: Evidence) -> Iterator[Flag]:
    """A standard result that is another number than the one collected, in the same unit.

    What it finds: In any dataset of findings, numeric --ORRES and --STRESC that differ by more than rounding, where
        --ORRESU and --STRESU are the same.
    Why it matters: Nothing was converted, so one of the two numbers is wrong, and analyses read the second.
    Example: LBORRES 45 U/L, LBSTRESC 54 U/L.
    Source: SDTMIG 3.4 section 4.5.1, original and standardized results.
    """
    looked_at = False
    for dataset in _findings_datasets(evidence):
        names = [f"{dataset[:2]}{name}" for name in ("ORRES", "ORRESU", "STRESC", "STRESU")]
        if not evidence.has(dataset, *names):
            continue
        looked_at = True
        first, second = _numbers(evidence, dataset, names[0]), _numbers(evidence, dataset, names[2])
        units = [evidence.column(dataset, name).of(str.strip, object) for name in (names[1], names[3])]
        digits = evidence.column(dataset, names[2]).of(_decimals, float)
        apart = np.abs(first - second) > 0.500001 * 10.0**-digits
        apart &= ~np.isclose(first, second, rtol=1e-9, atol=0.0)
        positions = np.flatnonzero(apart & np.asarray(units[0] == units[1], dtype=bool))
        messages = [
            f"{names[2]} is {second[at]:.10g} and {names[0]} {first[at]:.10g}, both in {units[0][at] or 'no unit'}"
            for at in positions
        ]
        yield Flag(dataset, positions, names[2], messages, [f"{first[at]:.10g}" for at in positions])
    if not looked_at:
        raise Missing("no dataset of findings has original and standard results and units")


@rule("SD-0659", "result.conversion-differs", "warning")
def conversion_differs(evidence: Evidence) -> Iterator[Flag]:
    """A standard result that was converted by another factor than the rest of its test, at the standard number.

    What it finds: In any dataset of findings, a ratio of --STRESN to --ORRES that is more than 10 % away from the usual one
        of the same test, specimen and pair of units, where at least nine tenths of five records or more have that one.
    Why it matters: A wrong factor is wrong by as much as the units differ.
    Example: Creatinine 1.1 mg/dL as 97 umol/L in all records but one, where it is 9.7.
    Source: SDTMIG 3.4 section 4.5.1, original and standardized results.
    """
    looked_at = False
    for dataset in _findings_datasets(evidence):
        names = [f"{dataset[:2]}{name}" for name in ("TESTCD", "ORRESU", "STRESU")]
        result, number = f"{dataset[:2]}ORRES", f"{dataset[:2]}STRESN"
        if not evidence.has(dataset, *names, result, number):
            continue
        looked_at = True
        optional = [
            f"{dataset[:2]}{name}" for name in ("SPEC", "METHOD") if evidence.has(dataset, f"{dataset[:2]}{name}")
        ]
        units = [evidence.column(dataset, name).of(str.strip, object) for name in names[1:]]
        first, second = _numbers(evidence, dataset, result), _numbers(evidence, dataset, number)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(np.asarray(units[0] != units[1], dtype=bool) & (first > 0), second / first, np.nan)
        usable = np.flatnonzero(np.isfinite(ratio))
        if not len(usable):
            continue
        group = combined_codes([evidence.column(dataset, name) for name in (*names, *optional)])[usable]
        ratios = pd.DataFrame({"group": group, "ratio": ratio[usable], "at": usable})
        ratios["usual"] = ratios.groupby("group")["ratio"].transform("median")
        ratios["odd"] = (ratios["ratio"] - ratios["usual"]).abs() > SAME_RATIO * ratios["usual"].abs()
        shares = ratios.groupby("group")["odd"].agg(["mean", "size"])
        judged = ratios["group"].isin(shares.index[(shares["mean"] <= UNUSUAL) & (shares["size"] >= LEAST_RECORDS)])
        odd = ratios[ratios["odd"] & judged]
        messages = [
            f"{number} is {second[at]:.10g} {units[1][at]} for {first[at]:.10g} {units[0][at]}, {factor:.10g} times; in other "
            f"records of the test {typical:.10g} times"
            for at, factor, typical in zip(odd["at"], odd["ratio"], odd["usual"], strict=True)
        ]
        expected = [f"{first[at] * typical:.10g}" for at, typical in zip(odd["at"], odd["usual"], strict=True)]
        yield Flag(dataset, odd["at"].to_numpy(), number, messages, expected)
    if not looked_at:
        raise Missing("no dataset of findings has original and standard results and units")


def _findings_datasets(evidence: Evidence) -> list[str]:
    return [name for name, dataset in evidence.tabulations.items() if dataset.spec.class_ in CLASSES["FINDINGS"]]


def _numbers(evidence: Evidence, dataset: str, variable: str) -> np.ndarray:
    """The numbers of a column, NaN where a record has none."""
    return evidence.column(dataset, variable).of(lambda text: np.nan if (n := number_of(text)) is None else n, float)


def _decimals(text: str) -> int:
    """Decimals that a number is written with; very many for one with an exponent."""
    return len(text.strip().partition(".")[2]) if re.fullmatch(r"[-+]?[0-9]*\.?[0-9]*", text.strip()) else 300
