"""Rules on where analysis records come from: SRCDOM, SRCVAR and SRCSEQ followed.

A pointer leads to SDTM or to another analysis dataset, whose own pointers are followed as well: each hop is checked at the
record that has the pointer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hcc_sdtm.checks.analysis_evidence import SEVERAL, analysis_datasets, find_records, firsts, moment_days, numbers
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.written_days import written_days, written_spans
from hcc_sdtm.problem import nearest

POINTER = ("SRCDOM", "SRCVAR", "SRCSEQ")
DATE = re.compile(r"[A-Z0-9]*DTC|[A-Z0-9]*DTM?")
COMPLETE, PARTIAL_TO = 1.0, {"D": 31.0, "M": 366.0}
"""How many days a date of a level of imputation can mean at most: a month, a year; Y is more."""


@dataclass(frozen=True)
class _Hop:
    """Pointers of one dataset to one variable of another: positions of the records, and of those they name (-1: none)."""

    dataset: str
    source: str
    variable: str
    positions: np.ndarray
    there: np.ndarray


@rule("AD-0125", "source.no-dataset", "error")
def no_dataset(evidence: Evidence) -> Iterator[Flag]:
    """A pointer into a dataset that is not there, at SRCDOM.

    What it finds: SRCDOM that names no dataset that was sent. Where no SDTM dataset was sent, domains are not asked about.
        One finding a name.
    Why it matters: The value cannot be followed to a cell.
    Example: SRCDOM RSS.
    Source: ADaMIG 1.3 section 3.3, SRCDOM.
    """
    for name in analysis_datasets(evidence, "SRCDOM", word="BDS"):
        column = evidence.column(name, "SRCDOM")
        for text in column.texts:
            said = text.strip()
            is_apart = not evidence.tabulations and said in evidence.specs.sdtm
            if said and said not in evidence.datasets and not is_apart:
                at = _first_by_subject(evidence, name, np.flatnonzero(column.where(text.__eq__)))
                message = f'SRCDOM "{text}" is no dataset that was sent{nearest(text, evidence.datasets)}'
                yield Flag(name, at, "SRCDOM", message, "a dataset that was sent")


def _first_by_subject(evidence: Evidence, dataset: str, positions: np.ndarray) -> np.ndarray:
    """The position of the lowest subject, so that the order of records decides nothing."""
    subjects = evidence.datasets[dataset].frame.get("USUBJID")
    if subjects is None or not len(positions):
        return positions[:1]
    texts = subjects.to_numpy(dtype=object)[positions].astype(str)
    return positions[np.argsort(texts, kind="stable")[:1]]


@rule("AD-0121", "source.no-variable", "error")
def no_variable(evidence: Evidence) -> Iterator[Flag]:
    """A pointer to a variable that the dataset has not, at SRCVAR.

    What it finds: SRCVAR that the dataset of SRCDOM does not have. One finding a name.
    Why it matters: The value cannot be followed to a cell.
    Example: SRCDOM RS and SRCVAR ADT.
    Source: ADaMIG 1.3 section 3.3, SRCVAR.
    """
    for name in analysis_datasets(evidence, "SRCDOM", "SRCVAR", word="BDS"):
        for source, variable, positions in _pointed(evidence, name):
            if not evidence.has(source, variable):
                known = nearest(variable, evidence.datasets[source].frame.columns)
                message = f'{source} has no variable "{variable}"{known}'
                at = _first_by_subject(evidence, name, positions)
                yield Flag(name, at, "SRCVAR", message, f"a variable of {source}")


def _pointed(evidence: Evidence, dataset: str) -> Iterator[tuple[str, str, np.ndarray]]:
    """Each dataset that is there and variable that pointers name, and the positions of those pointers."""
    source, variable = evidence.column(dataset, "SRCDOM"), evidence.column(dataset, "SRCVAR")
    both = np.flatnonzero(source.given & variable.given)
    codes = source.codes[both].astype(np.int64) * len(variable.texts) + variable.codes[both]
    for code in np.unique(codes):
        domain = source.texts[code // len(variable.texts)].strip()
        if domain in evidence.datasets:
            yield domain, variable.texts[code % len(variable.texts)].strip(), both[codes == code]


def _hops(evidence: Evidence, dataset: str) -> list[_Hop]:
    """Pointers of a dataset to variables that are there, followed one hop."""
    count = len(evidence.datasets[dataset])
    given = numbers(evidence, dataset, "SRCSEQ") if evidence.has(dataset, "SRCSEQ") else np.full(count, np.nan)
    return [
        _Hop(dataset, source, variable, at, find_records(evidence, source, dataset, at, given[at]))
        for source, variable, at in _pointed(evidence, dataset)
        if evidence.has(source, variable, "USUBJID")
    ]


def _all_hops(evidence: Evidence) -> Iterator[_Hop]:
    followed = False
    for name in analysis_datasets(evidence, "USUBJID", "SRCDOM", "SRCVAR", word="BDS"):
        for hop in evidence.once(_hops, name):
            followed = True
            yield hop
    if not followed:
        raise Missing("no pointer names a variable of a dataset that is there")


@rule("AD-0122", "source.no-record", "error")
def no_record(evidence: Evidence) -> Iterator[Flag]:
    """A pointer to a record that is not there, at SRCSEQ.

    What it finds: No record of the subject in the dataset of SRCDOM with the --SEQ (ASEQ in an analysis dataset) that SRCSEQ
        says; no SRCSEQ where the subject has several records there.
    Why it matters: The value cannot be followed to a cell: a reviewer takes it as made up.
    Example: SRCDOM RS, SRCSEQ 16, and the subject has 7 records in RS.
    Source: ADaMIG 1.3 section 3.3, SRCSEQ.
    """
    for hop in _all_hops(evidence):
        if evidence.has(hop.dataset, "SRCSEQ"):
            lost, unclear = hop.positions[hop.there == -1], hop.positions[hop.there == SEVERAL]
            message = f'{hop.source} has no record of the subject with the number "{{value}}"'
            yield Flag(hop.dataset, lost, "SRCSEQ", message, f"a record of {hop.source}")
            message = f"SRCSEQ has no value, and the subject has several records in {hop.source}"
            yield Flag(hop.dataset, unclear, "SRCSEQ", message, f"the number of one record of {hop.source}")


@rule("AD-0123", "source.other-date", "error")
def other_date(evidence: Evidence) -> Iterator[Flag]:
    """An analysis date that the record it points to does not have, at the date.

    What it finds: ADT outside the days that the date named by SRCDOM, SRCVAR and SRCSEQ can mean, once a day and record that
        is pointed to. A date after the data cut-off agrees with the cut-off; a source without a year agrees with any day.
        Where SRCDT says what the date was before it was moved to a scheduled visit, SRCDT is compared.
    Why it matters: The time to the event was computed from another day than the one collected.
    Example: ADT 2022-04-21, and RSDTC of the record is 2022-04-12.
    Source: ADaMIG 1.3 section 3.3, SRCDOM, SRCVAR and SRCSEQ.
    """
    for hop in _all_hops(evidence):
        if not evidence.has(hop.dataset, "ADT") or not DATE.fullmatch(hop.variable):
            continue
        at, limits, wrong = _contradicted(evidence, hop)
        day, named = evidence.once(_own_days, hop.dataset)
        day, named = day[at], named[at]
        wrong = firsts((hop.there[hop.there >= 0], day), wrong)
        expected = written_spans(*limits[:, wrong])
        messages = [
            f"{name} is {own}, and {hop.variable} of the record in {hop.source} that it points to is {right}"
            for name, own, right in zip(named[wrong], written_days(day[wrong]), expected, strict=True)
        ]
        yield Flag(hop.dataset, at[wrong], "ADT", messages, expected)


def _contradicted(evidence: Evidence, hop: _Hop) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of the records whose source was found, its first and last day, and which have an ADT that it cannot mean."""
    at, earliest, latest = _source_days(evidence, hop)
    day = evidence.once(_own_days, hop.dataset)[0][at]
    is_cut = (day == evidence.cutoff_day) & (latest > evidence.cutoff_day)
    return at, np.array([earliest, latest]), np.flatnonzero(((day < earliest) | (day > latest)) & ~is_cut)


def _own_days(evidence: Evidence, dataset: str) -> tuple[np.ndarray, np.ndarray]:
    """The day of each record that its source has to have, and the variable that says it: SRCDT where it is given, else ADT."""
    day = evidence.days(dataset, "ADT")["earliest"].to_numpy()
    named = np.full(len(day), "ADT", dtype=object)
    if not evidence.has(dataset, "SRCDT"):
        return day, named
    source = evidence.days(dataset, "SRCDT")["earliest"].to_numpy()
    return np.where(np.isnan(source), day, source), np.where(np.isnan(source), named, "SRCDT")


def misdated(evidence: Evidence, dataset: str) -> np.ndarray:
    """Mask of the records whose ADT the record that they point to contradicts: AD-0123 asks about them."""
    mask = np.zeros(len(evidence.datasets[dataset]), dtype=bool)
    if evidence.has(dataset, "USUBJID", "ADT", "SRCDOM", "SRCVAR"):
        for hop in evidence.once(_hops, dataset):
            if DATE.fullmatch(hop.variable):
                at, _, wrong = _contradicted(evidence, hop)
                mask[at[wrong]] = True
    return mask


def _source_days(evidence: Evidence, hop: _Hop) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of the records whose source was found, and the first and last day that its date can mean."""
    found = hop.there >= 0
    if hop.variable.endswith("DTM"):
        days = moment_days(evidence, hop.source, hop.variable)[hop.there[found]]
        return hop.positions[found], days, days
    limits = evidence.days(hop.source, hop.variable).iloc[hop.there[found]]
    return hop.positions[found], limits["earliest"].to_numpy(), limits["latest"].to_numpy()


@rule("AD-0124", "imputation.flag-differs", "error")
def imputation_flag_differs(evidence: Evidence) -> Iterator[Flag]:
    """An imputation flag that does not say how much of the collected date was known, at the flag.

    What it finds: ADTF without the level that was missing in the date that SRCDOM, SRCVAR and SRCSEQ name (D for the day, M
        for the month and day, Y for the year); ADTF at a date that was complete. So DTHDTF and DTHDTC of DM.
    Why it matters: The flag is how a reviewer knows which event dates were made up.
    Example: RSDTC 2022-04 and ADTF empty; RSDTC 2022-04-12 and ADTF D.
    Source: ADaMIG 1.3 section 3.1, the flag is the highest level that was imputed.
    """
    checked = False
    if evidence.has("ADSL", "DTHDT", "DTHDTF", "USUBJID") and evidence.has("DM", "DTHDTC", "USUBJID"):
        checked = True
        known = evidence.days_of_subjects("DM", "DTHDTC")
        subjects = evidence.column("ADSL", "USUBJID").of(str.strip, object)
        at = np.array([number for number, subject in enumerate(subjects) if subject in known], dtype=np.int64)
        limits = np.array([known[subject] for subject in subjects[at]], dtype=float).reshape(-1, 2)
        yield from _flag_of(evidence, "ADSL", "DTHDT", "DTHDTF", at, limits[:, 0], limits[:, 1], "DTHDTC of DM")
    for name in analysis_datasets(evidence):
        if evidence.has(name, "USUBJID", "ADT", "ADTF", *POINTER):
            for hop in evidence.once(_hops, name):
                if hop.variable.endswith("DTC"):
                    checked = True
                    at, earliest, latest = _source_days(evidence, hop)
                    what = f"{hop.variable} of {hop.source}"
                    yield from _flag_of(evidence, name, "ADT", "ADTF", at, earliest, latest, what)
    if not checked:
        raise Missing("no imputation flag has a collected date beside it")


def _flag_of(
    evidence: Evidence,
    dataset: str,
    date: str,
    flag: str,
    at: np.ndarray,
    earliest: np.ndarray,
    latest: np.ndarray,
    what: str,
) -> Iterator[Flag]:
    """Flags where an imputation flag is not the level that the first and last possible day of its source make."""
    has_date = ~np.isnan(evidence.days(dataset, date)["earliest"].to_numpy()[at]) & ~np.isnan(earliest)
    at, earliest, latest = at[has_date], earliest[has_date], latest[has_date]
    open_days = latest - earliest + 1
    level = np.select(
        [open_days <= COMPLETE, open_days <= PARTIAL_TO["D"], open_days <= PARTIAL_TO["M"]], ["", "D", "M"], "Y"
    )
    # a date at the cut-off may stand for any later one
    day = evidence.days(dataset, date)["earliest"].to_numpy()[at]
    column = evidence.column(dataset, flag)
    own = column.of(str.strip, object)[at]
    wrong = (own != level) & ((day >= earliest) & (day <= latest))
    shown = [each or "no value" for each in level[wrong]]
    partial = zip(own[wrong], shown, written_days(earliest[wrong]), written_days(latest[wrong]), strict=True)
    messages = [
        f"{flag} is {text or 'missing'}, and {what} "
        + (f"is {first}, known to the day" if right == "no value" else f"is any day from {first} to {last}: {right}")
        for text, right, first, last in partial
    ]
    yield Flag(dataset, at[wrong], flag, messages, shown)
