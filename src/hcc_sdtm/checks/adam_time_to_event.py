"""Rules on times to an event: recomputed from their dates, and in accord with ADSL.

Knows the arithmetic of ADaMIG and the conventions that a sponsor may choose among; knows no endpoint of a trial. Which
convention a parameter follows is told by its own records, or by the trial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.adam_pointers import misdated
from hcc_sdtm.checks.analysis_evidence import (
    analysis_datasets,
    beside,
    first_days,
    is_near,
    is_survival,
    numbers,
    rounding,
    texts_at,
)
from hcc_sdtm.checks.column import Column
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.written_days import written_days

MONTH_DAYS = 30.4375
YEAR_DAYS = 365.25
NAMED_UNIT = re.compile(r".*\((days?|weeks?|months?|years?)\).*", re.IGNORECASE)
OF_EVERYONE = re.compile(r"(?:OS|PFS|C?BOR|C?RSP)[A-Z0-9]*")
"""Parameters that everyone of a population has a record of."""

HALF = 0.5
MOST = 0.8
FEWEST = 4
"""A date of ADSL is the origin of a parameter where so many of its records, and more than `MOST` of them, start there."""

ALMOST_ALL = 0.9
POPULATIONS = ("ITTFL", "FASFL", "RANDFL", "ENRLFL", "SAFFL", "PPROTFL")


@rule("AD-0130", "tte.value-differs", "error")
def value_differs(evidence: Evidence) -> Iterator[Flag]:
    """A time that is not the one between its dates, at the time.

    What it finds: AVAL other than ADT - STARTDT, or one more, in days, weeks, months of 30.4375 days or years of 365.25. The
        unit is the one in brackets in PARAM, or what most records of the parameter follow, and so is the day that is added;
        a trial says it for all. A parameter that follows none is one finding at the dataset. Negative times and
        dates that AD-0123 asks about are left to those.
    Why it matters: AVAL is what the curve is drawn from, and the dates are what can be traced.
    Example: STARTDT 2022-03-01, ADT 2022-04-01 and AVAL 1.02 months, where all other records count the first day: 1.05.
    Source: ADaMIG 1.3 section 3.3, AVAL, STARTDT and ADT.
    """
    for name in analysis_datasets(evidence, "PARAMCD", "AVAL", "ADT", "STARTDT", word="TTE"):
        value, column = numbers(evidence, name, "AVAL"), evidence.column(name, "AVAL")
        days = evidence.days(name, "ADT")["earliest"].to_numpy() - evidence.days(name, "STARTDT")["earliest"].to_numpy()
        known = (value >= 0) & ~np.isnan(days) & ~evidence.once(misdated, name)
        parameter = evidence.column(name, "PARAMCD")
        usual = _usual_first_day(evidence, value, days, known, rounding(column))
        for code, text in enumerate(parameter.texts):
            at = np.flatnonzero(known & (parameter.codes == code))
            if not len(at):
                continue
            units = _units(evidence, name, at)
            tried = [
                (size, unit, first, is_near(value[at], (days[at] + first) / size, rounding(column)))
                for first in usual
                for unit, size in units.items()
            ]
            size, unit, first, fits = max(tried, key=lambda each: int(each[3].sum()))
            is_fixed = evidence.facts is not None and len(units) == 1
            if fits.mean() < HALF and not is_fixed and len(at) > 1:
                message = f"AVAL of {text} is not the time from STARTDT to ADT in days, weeks, months or years"
                yield Flag(name, np.empty(0, dtype=np.int64), "AVAL", message, "ADT - STARTDT + 1", is_whole=True)
                continue
            wrong = at[~fits]
            right = [f"{each:.6g}" for each in (days[wrong] + first) / size]
            how = f"ADT - STARTDT{' + 1' if first else ''}"
            messages = [
                f"AVAL of {text} is {own}, and {how} is {each} {unit}"
                for own, each in zip(texts_at(column, wrong), right, strict=True)
            ]
            yield Flag(name, wrong, "AVAL", messages, right)


def _usual_first_day(
    evidence: Evidence, value: np.ndarray, days: np.ndarray, known: np.ndarray, allowed: float
) -> tuple[int, ...]:
    """What may be added to the difference of two dates, the usual first; where there is a trial, what it says."""
    if evidence.facts is not None:
        return (evidence.facts.first_day,)
    fits = {}
    for first in (1, 0):
        sizes = (1.0, 7.0, MONTH_DAYS, YEAR_DAYS)
        tried = [is_near(value[known], (days[known] + first) / size, allowed) for size in sizes]
        fits[first] = int(np.logical_or.reduce(tried).sum())
    return (1, 0) if fits[1] >= fits[0] else (0, 1)


def _units(evidence: Evidence, dataset: str, at: np.ndarray) -> dict[str, float]:
    """Days of each unit that the parameter at the positions can be in."""
    month = evidence.facts.month_days if evidence.facts is not None else MONTH_DAYS
    sizes = {"days": 1.0, "weeks": 7.0, "months": float(month), "years": YEAR_DAYS}
    if evidence.has(dataset, "PARAM"):
        named = {
            match[1].lower().rstrip("s") + "s"
            for text in set(texts_at(evidence.column(dataset, "PARAM"), at))
            if (match := NAMED_UNIT.fullmatch(text))
        }
        if len(named) == 1:
            unit = named.pop()
            return {unit: sizes[unit]}
    return sizes


@rule("AD-0131", "tte.origin-differs", "error")
def origin_differs(evidence: Evidence) -> Iterator[Flag]:
    """An origin that is not the date of ADSL that the other records of the parameter start from, at the origin.

    What it finds: Where more than four in five records of a parameter start on one date of ADSL, a STARTDT that is another
        day than that date of the subject. Several parameters of a subject with one such day are asked about once.
    Why it matters: One subject's time is counted from another origin.
    Example: PFS of all subjects starts on TRTSDT, and on RANDDT in one record.
    Source: ADaMIG 1.3 section 3.3, STARTDT.
    """
    # a name with an underscore in front is a step on the way, which nobody is sent
    dates = [name for name in _columns(evidence, "ADSL") if name.endswith("DT") and not name.startswith("_")]
    if not dates:
        raise Missing("there is no dataset ADSL with a date")
    for name in analysis_datasets(evidence, "USUBJID", "PARAMCD", "STARTDT", word="TTE"):
        start, subjects = evidence.days(name, "STARTDT")["earliest"].to_numpy(), evidence.column(name, "USUBJID")
        parameter = evidence.column(name, "PARAMCD")
        known = {date: beside(evidence, name, first_days(evidence, date)) for date in dates}
        asked: set[tuple[int, str, float]] = set()
        for text in sorted(parameter.texts):
            at = np.flatnonzero((parameter.codes == parameter.texts.index(text)) & ~np.isnan(start))
            fits = {date: int((start[at] == days[at]).sum()) for date, days in known.items()}
            date = max(fits, key=fits.__getitem__)
            if fits[date] < max(FEWEST, MOST * len(at)):
                continue
            right = known[date][at]
            wrong = at[(start[at] != right) & ~np.isnan(right)]
            # one subject's date may be the origin of many parameters: it is asked about once
            keys = [(int(subjects.codes[each]), date, float(start[each])) for each in wrong]
            wrong = wrong[[key not in asked for key in keys]]
            asked.update(keys)
            expected = written_days(known[date][wrong]).tolist()
            messages = [
                f"{text} starts on {own}, and {date} of the subject, from which it starts in the other records, is {day}"
                for own, day in zip(written_days(start[wrong]), expected, strict=True)
            ]
            yield Flag(name, wrong, "STARTDT", messages, expected)


def _columns(evidence: Evidence, dataset: str) -> list[str]:
    return list(evidence.datasets[dataset].frame.columns) if evidence.has(dataset, "USUBJID") else []


@rule("AD-0135", "tte.event-after-survival", "warning")
def event_after_survival(evidence: Evidence) -> Iterator[Flag]:
    """An event later than the end of the subject's overall survival, at its date.

    What it finds: CNSR 0 with an ADT after the last ADT of the subject's parameters of overall survival.
    Why it matters: Whoever has an event is alive on that day: overall survival was censored too early.
    Example: Progression on 2022-10-11, OS censored on 2022-09-30.
    Source: ADaMIG 1.3 section 3.3, ADT; the order of events.
    """
    found = False
    for name in analysis_datasets(evidence, "USUBJID", "PARAMCD", "CNSR", "ADT", word="TTE"):
        days, subjects = evidence.days(name, "ADT")["earliest"].to_numpy(), evidence.column(name, "USUBJID")
        at = np.flatnonzero(is_survival(evidence, name) & ~np.isnan(days))
        found |= bool(len(at))
        last = np.full(len(subjects.texts), -np.inf)
        np.maximum.at(last, subjects.codes[at], days[at])
        last[np.isinf(last)] = np.nan
        end = last[subjects.codes]
        wrong = np.flatnonzero(evidence.column(name, "CNSR").where("0".__eq__) & (days > end))
        messages = [
            f"the event is on {own}, after the end of overall survival on {right}"
            for own, right in zip(written_days(days[wrong]), written_days(end[wrong]), strict=True)
        ]
        yield Flag(name, wrong, "ADT", messages, "a date up to the end of overall survival")
    if not found:
        raise Missing("no dataset has a parameter of overall survival")


@rule("AD-0136", "analysis.subject-without-record", "warning")
def subject_without_record(evidence: Evidence) -> Iterator[Flag]:
    """A subject of a population without the endpoint that nearly all others of it have, at the population flag in ADSL.

    What it finds: For survival and best response (PARAMCD OS.., PFS.., BOR.., RSP..), where no population of ADSL is exactly
        who has a record, the subjects who lack one of the nearest population, of whom at least nine in ten have it.
    Why it matters: A subject without a record is in no curve, no number at risk and no denominator.
    Example: 57 subjects with SAFFL Y, and PFS of 56 of them.
    Source: ICH E9, the full analysis set; ADaMIG 1.3 sections 3.2 and 3.3.
    """
    subjects = evidence.column("ADSL", "USUBJID")
    flags = [each for each in POPULATIONS if evidence.has("ADSL", each)]
    if not flags:
        raise Missing("ADSL has no population flag")
    populations = {flag: _subjects(subjects, evidence.column("ADSL", flag).where("Y".__eq__)) for flag in flags}
    for name in analysis_datasets(evidence, "USUBJID", "PARAMCD", word="BDS"):
        parameter, own = evidence.column(name, "PARAMCD"), evidence.column(name, "USUBJID")
        for code, text in enumerate(parameter.texts):
            if OF_EVERYONE.fullmatch(text) is None:
                continue
            having = _subjects(own, parameter.codes == code)
            if having in populations.values():
                continue
            flag = min(flags, key=lambda each: len(populations[each] ^ having))
            lacking = populations[flag] - having
            if having <= populations[flag] and len(having) >= ALMOST_ALL * len(populations[flag]):
                at = np.flatnonzero(subjects.where(lacking.__contains__))
                message = f"{flag} is Y and {name} has no {text} of the subject, as it has of the others"
                yield Flag("ADSL", at, flag, message, f"a record with PARAMCD {text} in {name}")


def _subjects(column: Column, mask: np.ndarray) -> set[str]:
    return {column.texts[code] for code in np.unique(column.codes[mask]).tolist()}
