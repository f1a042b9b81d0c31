"""Rules on the values of parameters: value and text, baseline, change from baseline, recomputed by their definitions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.analysis_evidence import analysis_datasets, groups, is_near, number, numbers, rounding, texts_at
from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.rule import Flag, rule

BASELINES = {"BASE": "AVAL", "BASEC": "AVALC", "BNRIND": "ANRIND", "BTOXGR": "ATOXGR"}
"""A variable at baseline, and the variable of the baseline record that it repeats."""

OF_BASELINE = ("USUBJID", "PARAMCD", "BASETYPE")


@rule("AD-0111", "analysis.value-and-text", "error")
def value_and_text(evidence: Evidence) -> Iterator[Flag]:
    """A value that goes with two texts, or a text with two values, within a parameter, at the rarer one.

    What it finds: In a parameter that has AVAL and AVALC in the same records, an AVAL with two AVALC or an AVALC with two
        AVAL. A text that is the number itself, however it is written, is that number.
    Why it matters: The two are one result; a rate by AVALC and a model of AVAL would count other subjects.
    Example: AVALC "PR" with AVAL 2, and with AVAL 3 in one record.
    Source: ADaMIG 1.3 section 3.3, AVALC maps one to one to AVAL within a parameter.
    """
    for name in analysis_datasets(evidence, "PARAMCD", "AVAL", "AVALC"):
        parameter, value, text = (evidence.column(name, each) for each in ("PARAMCD", "AVAL", "AVALC"))
        both = np.flatnonzero(value.given & text.given)
        pairs = pd.DataFrame(
            {"parameter": parameter.codes[both], "AVAL": value.codes[both], "AVALC": text.codes[both], "at": both}
        )
        counted = pairs.groupby(["parameter", "AVAL", "AVALC"], as_index=False).agg(at=("at", "min"), n=("at", "size"))
        amount = np.array([number(each) for each in value.texts])[counted["AVAL"]]
        written = np.array([number(each) for each in text.texts])[counted["AVALC"]]
        counted = counted[~is_near(written, amount, 0.0)]
        counted["AVAL"] = [value.texts[code] for code in counted["AVAL"]]
        counted["AVALC"] = [text.texts[code].strip() for code in counted["AVALC"]]
        counted["parameter"] = [parameter.texts[code] for code in counted["parameter"]]
        first = list(_contradicting(name, counted, "AVALC", "AVAL"))
        yield from first
        asked = [at for flag in first for at in flag.positions.tolist()]
        yield from _contradicting(name, counted[~counted["at"].isin(asked)], "AVAL", "AVALC")


def _contradicting(dataset: str, counted: pd.DataFrame, key: str, other: str) -> Iterator[Flag]:
    by = ["parameter", key]
    ordered = counted.sort_values([*by, "n", other], ascending=[True, True, False, True])
    odd = ordered[ordered.duplicated(by)]
    right = odd.merge(ordered.drop_duplicates(by), on=by, suffixes=("", "_usual"))
    messages = [
        f'{other} is "{value}" for {key} "{text}" of {parameter}, and "{usual}" in other records'
        for parameter, text, value, usual in right[["parameter", key, other, f"{other}_usual"]].itertuples(index=False)
    ]
    if len(right):
        yield Flag(dataset, right["at"].to_numpy(), other, messages, right[f"{other}_usual"].tolist())


@rule("AD-0112", "baseline.value-differs", "error")
def baseline_differs(evidence: Evidence) -> Iterator[Flag]:
    """A baseline that is not the value of the baseline record, at the baseline.

    What it finds: BASE other than AVAL of the subject's record with ABLFL Y of the same parameter and type of baseline; so
        BASEC and AVALC, BNRIND and ANRIND, BTOXGR and ATOXGR. Of several baseline records with several values nothing is
        said.
    Why it matters: Every change from baseline is computed from it.
    Example: AVAL 128 where ABLFL is Y, and BASE 182 in the records after it.
    Source: ADaMIG 1.3 section 3.3, BASE is the AVAL of the record with ABLFL Y.
    """
    for name in analysis_datasets(evidence, "PARAMCD", "USUBJID", "ABLFL"):
        is_baseline = evidence.column(name, "ABLFL").where("Y".__eq__)
        key = groups(evidence, name, *OF_BASELINE)
        for variable, source in BASELINES.items():
            if evidence.has(name, variable, source):
                yield from _other_baseline(evidence, name, variable, source, key, is_baseline)


def _other_baseline(
    evidence: Evidence, dataset: str, variable: str, source: str, key: np.ndarray, is_baseline: np.ndarray
) -> Iterator[Flag]:
    own, value = evidence.column(dataset, variable), evidence.column(dataset, source)
    at = np.flatnonzero(is_baseline & value.given)
    known = pd.DataFrame({"key": key[at], "code": value.codes[at]}).drop_duplicates()
    once = known.drop_duplicates("key", keep=False)
    right = pd.Series(key).map(once.set_index("key")["code"])
    has = right.notna().to_numpy() & own.given
    asked = np.flatnonzero(has)
    codes = right.to_numpy()[asked].astype(np.int64)
    amount, base = np.array([number(each) for each in value.texts]), np.array([number(each) for each in own.texts])
    places = {text.strip(): code for code, text in enumerate(value.texts)}
    same = np.array([places.get(text.strip(), -1) for text in own.texts])[own.codes[asked]] == codes
    same |= is_near(base[own.codes[asked]], amount[codes], rounding(own))
    wrong, expected = asked[~same], [value.texts[code] for code in codes[~same]]
    messages = [
        f"{variable} is {text}, and {source} of the baseline record is {usual}"
        for text, usual in zip(texts_at(own, wrong), expected, strict=True)
    ]
    yield Flag(dataset, wrong, variable, messages, expected)


@rule("AD-0113", "baseline.without-record", "warning")
def baseline_without_record(evidence: Evidence) -> Iterator[Flag]:
    """A baseline of which the dataset has no record, at the first record of the subject and parameter.

    What it finds: BASE with a value where no record of the subject, parameter and type of baseline has ABLFL Y. Datasets in
        which no record is flagged are left out.
    Why it matters: The baseline cannot be traced, and change from it cannot be checked.
    Example: BASE 128 in all records of AFP, none of which has ABLFL Y.
    Source: ADaMIG 1.3 section 3.3, BASE and ABLFL.
    """
    for name in analysis_datasets(evidence, "PARAMCD", "USUBJID", "ABLFL", "BASE"):
        is_baseline = evidence.column(name, "ABLFL").where("Y".__eq__)
        if not is_baseline.any():
            continue
        key = groups(evidence, name, *OF_BASELINE)
        wrong = np.flatnonzero(evidence.column(name, "BASE").given & ~np.isin(key, key[is_baseline]))
        base = evidence.column(name, "BASE")
        frame = pd.DataFrame({"key": key[wrong], "base": base.codes[wrong]})
        wrong = wrong[~frame.duplicated().to_numpy()]
        message = "BASE is {value}, and no record of the subject and parameter has ABLFL Y"
        yield Flag(name, wrong, "BASE", message, "a record with ABLFL Y")


@rule("AD-0114", "change.differs", "error")
def change_differs(evidence: Evidence) -> Iterator[Flag]:
    """A change from baseline that is not the value less the baseline, at the change.

    What it finds: CHG other than AVAL - BASE, with or without BASE or AVAL; rounding to the decimals of the column apart.
    Why it matters: It is the number that the tables show.
    Example: AVAL 64, BASE 56, CHG 18.
    Source: ADaMIG 1.3 section 3.3, CHG.
    """
    for name in analysis_datasets(evidence, "CHG", "AVAL", "BASE"):
        value, base = numbers(evidence, name, "AVAL"), numbers(evidence, name, "BASE")
        yield from _recomputed(evidence, name, "CHG", value - base, "AVAL - BASE")


@rule("AD-0115", "change.percent-differs", "error")
def percent_change_differs(evidence: Evidence) -> Iterator[Flag]:
    """A percent change that is not that of value and baseline, at the percent change.

    What it finds: PCHG other than 100 x (AVAL - BASE) / BASE, or where BASE is 0; rounding to the decimals of the column
        apart.
    Why it matters: Response by size of lesions is a percent change.
    Example: AVAL 64, BASE 56, PCHG 12.5; it is 14.29.
    Source: ADaMIG 1.3 section 3.3, PCHG.
    """
    for name in analysis_datasets(evidence, "PCHG", "AVAL", "BASE"):
        value, base = numbers(evidence, name, "AVAL"), numbers(evidence, name, "BASE")
        exact = 100 * (value - base) / np.where(base == 0, np.nan, base)
        yield from _recomputed(evidence, name, "PCHG", exact, "100 x (AVAL - BASE) / BASE")


def _recomputed(evidence: Evidence, dataset: str, variable: str, exact: np.ndarray, how: str) -> Iterator[Flag]:
    column = evidence.column(dataset, variable)
    given = column.of(number, float)
    wrong = np.flatnonzero(~np.isnan(given) & ~is_near(given, exact, rounding(column)))
    expected = ["no value" if np.isnan(right) else f"{right:.6g}" for right in exact[wrong]]
    messages = [
        f"{variable} is {text}; {how} " + ("cannot be computed" if right == "no value" else f"is {right}")
        for text, right in zip(texts_at(column, wrong), expected, strict=True)
    ]
    yield Flag(dataset, wrong, variable, messages, expected)
