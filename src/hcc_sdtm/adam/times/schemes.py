"""The subjects whose date or censoring is another one under another censoring scheme of the same parameter, and why.

Which parameters are schemes of which is in their files (``scheme``). Compares what was decided, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from hcc_sdtm.dates.iso import from_days
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent

COMPARED = ("SCHEME", "PARAMCD", "ADT", "CNSR", "EVNTDESC", "CNSDTDSC")
SCHEME_COLUMNS = ("USUBJID", "OF", *(f"{name}{side}" for side in "AB" for name in COMPARED), "WHY")
"""Columns of the comparison: subject, parameter of which both are schemes, the two schemes (A, B) and the reason."""

POINTER = ("SRCDOM", "SRCVAR", "SRCSEQ")
READ = ("USUBJID", "ADT", "CNSR", "EVNTDESC", "CNSDTDSC", "SRCDT", *POINTER)


def compare_schemes(adtte: pd.DataFrame, parameters: Sequence[TimeToEvent]) -> pd.DataFrame:
    """One row for each subject and pair of schemes whose ADT or CNSR differ, with both and a sentence that says why.

    ``adtte`` is ADTTE with the parameters; dates of the result are ISO text, all columns are `SCHEME_COLUMNS`. A subject whom
    one of the two does not have is in it too. The parameter itself is the first scheme of a pair, else the one whose code
    comes first; pairs are in that order and subjects in that of ADTTE. Empty where no parameters are schemes.
    """
    schemes: dict[str, list[TimeToEvent]] = {}
    for parameter in sorted(parameters, key=lambda parameter: parameter.paramcd):
        if parameter.scheme is not None and parameter.by is None:
            schemes.setdefault(parameter.scheme.of, []).append(parameter)
    found = []
    for of, members in sorted(schemes.items()):
        members.sort(key=lambda parameter: parameter.paramcd != of)
        rows = {each.paramcd: adtte.loc[adtte["PARAMCD"] == each.paramcd, list(READ)] for each in members}
        order = pd.Index(adtte["USUBJID"].unique())
        found += [
            _pair(of, one, other, rows[one.paramcd], rows[other.paramcd], order)
            for one, other in combinations(members, 2)
        ]
    if not found:
        return pd.DataFrame(columns=list(SCHEME_COLUMNS))
    return pd.concat(found, ignore_index=True)


def _pair(
    of: str, one: TimeToEvent, other: TimeToEvent, first: pd.DataFrame, second: pd.DataFrame, order: pd.Index
) -> pd.DataFrame:
    both = first.merge(second, on="USUBJID", how="outer", suffixes=("A", "B"))
    both = both.iloc[np.argsort(order.get_indexer(pd.Index(both["USUBJID"])), kind="stable")]
    is_same = (both["ADTA"] == both["ADTB"]) & (both["CNSRA"] == both["CNSRB"])
    both = both[~is_same].reset_index(drop=True)
    for side, parameter in (("A", one), ("B", other)):
        both[f"SCHEME{side}"] = parameter.scheme.name if parameter.scheme else ""
        both[f"PARAMCD{side}"] = parameter.paramcd
        both[[f"EVNTDESC{side}", f"CNSDTDSC{side}"]] = both[[f"EVNTDESC{side}", f"CNSDTDSC{side}"]].fillna("")
        both[f"SRCDT{side}"] = both[f"SRCDT{side}"].fillna(both[f"ADT{side}"])
        for name in (f"ADT{side}", f"SRCDT{side}"):
            both[name] = from_days(both[name].astype(float))
    both["OF"] = of
    both["WHY"] = _why(both, one, other)
    return both[list(SCHEME_COLUMNS)]


def _why(both: pd.DataFrame, one: TimeToEvent, other: TimeToEvent) -> np.ndarray:
    """The sentence of each row, by which of the two have an event and what the other says of it."""
    is_event = {side: (both[f"CNSR{side}"] == 0).to_numpy() for side in "AB"}
    lacks = {side: both[f"CNSR{side}"].isna().to_numpy() for side in "AB"}
    same_record = np.logical_and.reduce(
        [
            both[f"{name}A"].eq(both[f"{name}B"]) | (both[f"{name}A"].isna() & both[f"{name}B"].isna())
            for name in POINTER
        ]
    )
    conditions = [lacks["A"], lacks["B"], is_event["A"] & is_event["B"] & same_record, is_event["A"] & is_event["B"]]
    sentences = [_no_record(both, "A"), _no_record(both, "B"), _other_visit(both), _other_event(both, one, other)]
    for side, own, others in (("A", one, other), ("B", other, one)):
        for condition, sentence in _event_of_one(both, side, own, others):
            conditions.append(is_event[side] & condition)
            sentences.append(sentence)
    return np.select(conditions, [sentence.to_numpy(dtype=object) for sentence in sentences], _both_censored(both))


def _no_record(both: pd.DataFrame, side: str) -> pd.Series:
    return "no record of " + both[f"PARAMCD{side}"]


def _other_visit(both: pd.DataFrame) -> pd.Series:
    counts = [both[f"SCHEME{side}"] + " counts it on " + both[f"ADT{side}"] for side in "AB"]
    return both["EVNTDESCA"] + " was seen on " + both["SRCDTA"] + ": " + counts[0] + ", " + counts[1]


def _other_event(both: pd.DataFrame, one: TimeToEvent, other: TimeToEvent) -> pd.Series:
    counts = [
        both[f"SCHEME{side}"] + " counts " + both[f"EVNTDESC{side}"] + " of " + both[f"ADT{side}"] for side in "AB"
    ]
    why = pd.Series("", index=both.index)
    for side, own, others in (("A", one, other), ("B", other, one)):
        alone = ~_is_event_of(both[f"EVNTDESC{side}"], own, others)
        other_name = both["SCHEMEB" if side == "A" else "SCHEMEA"]
        why = why.where(~alone, "; " + both[f"EVNTDESC{side}"] + " is no event of " + other_name)
    return counts[0] + ", " + counts[1] + why


def _event_of_one(
    both: pd.DataFrame, side: str, own: TimeToEvent, others: TimeToEvent
) -> Iterator[tuple[np.ndarray, pd.Series]]:
    """What to say where this side has an event and the other is censored."""
    apart = "B" if side == "A" else "A"
    counted = both[f"SCHEME{side}"] + " counts " + both[f"EVNTDESC{side}"] + " on " + both[f"ADT{side}"]
    seen = " (seen on " + both[f"SRCDT{side}"] + ")"
    counted += seen.where(both[f"ADT{side}"] != both[f"SRCDT{side}"], "")
    ends = "censors on " + both[f"ADT{apart}"] + " (" + both[f"CNSDTDSC{apart}"] + "): " + both[f"EVNTDESC{apart}"]
    is_known = _is_event_of(both[f"EVNTDESC{side}"], own, others)
    kept = {each.description for each in own.applied}
    ignored = ", which " + both[f"SCHEME{side}"] + " ignores"
    ignored = ignored.where(~both[f"EVNTDESC{apart}"].isin(kept), "")
    yield is_known.to_numpy(), counted + "; " + both[f"SCHEME{apart}"] + " " + ends + ignored
    yield ~is_known.to_numpy(), counted + ", which is no event of " + both[f"SCHEME{apart}"] + "; it " + ends


def _both_censored(both: pd.DataFrame) -> pd.Series:
    ends = [
        both[f"SCHEME{side}"] + " censors on " + both[f"ADT{side}"] + " (" + both[f"CNSDTDSC{side}"] + ")"
        for side in "AB"
    ]
    same = both["EVNTDESCA"] == both["EVNTDESCB"]
    differ = ends[0] + ": " + both["EVNTDESCA"] + "; " + ends[1] + ": " + both["EVNTDESCB"]
    return differ.where(~same, "both: " + both["EVNTDESCA"] + "; " + ends[0] + ", " + ends[1])


def _is_event_of(description: pd.Series, own: TimeToEvent, others: TimeToEvent) -> pd.Series:
    """Whether the event that ``own`` describes so is one of the other scheme too, by its name."""
    names = {event.description: event.name for event in (*own.events, *own.competing)}
    known = {event.name for event in (*others.events, *others.competing)}
    return description.map(names).isin(known)
