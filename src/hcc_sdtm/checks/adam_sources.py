"""Rules on where analysis records come from: SRCDOM, SRCVAR and SRCSEQ followed, and values copied from SDTM compared.

A pointer leads to SDTM or to another analysis dataset, whose own pointers are followed as well: each hop is checked at the
record that has the pointer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.checks.analysis_evidence import analysis_datasets, moment_days, number, numbers, texts_at
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.written_days import written_days
from hcc_sdtm.problem import nearest

POINTER = ("SRCDOM", "SRCVAR", "SRCSEQ")
DATE = re.compile(r"[A-Z0-9]*DTC|[A-Z0-9]*DTM?")
SEQUENCE = re.compile(r"(?P<domain>[A-Z]{2})SEQ")
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

    What it finds: SRCDOM that names no dataset beside this one, where SDTM datasets or other analysis datasets are there.
        One finding a name.
    Why it matters: The value cannot be followed to a cell.
    Example: SRCDOM RSS.
    Source: ADaMIG 1.3 section 3.3.8, SRCDOM.
    """
    for name in analysis_datasets(evidence, "SRCDOM", word="BDS"):
        if not _has_others(evidence, name):
            raise Missing(f"there is no dataset beside {name} that SRCDOM could name")
        column = evidence.column(name, "SRCDOM")
        for text in column.texts:
            if text.strip() and text.strip() not in evidence.datasets:
                at = _first_by_subject(evidence, name, np.flatnonzero(column.where(text.__eq__)))
                message = f'SRCDOM "{text}" names no dataset{nearest(text, evidence.datasets)}'
                yield Flag(name, at, "SRCDOM", message, "a dataset that was sent")


def _has_others(evidence: Evidence, dataset: str) -> bool:
    return any(name not in (dataset, "ADSL") for name in evidence.datasets)


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
    Source: ADaMIG 1.3 section 3.3.8, SRCVAR.
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


def _hops(evidence: Evidence, dataset: str) -> Iterator[_Hop]:
    """Pointers of a dataset to variables that are there, followed one hop."""
    wanted = evidence.column(dataset, "USUBJID").of(str.strip, object)
    given = numbers(evidence, dataset, "SRCSEQ") if evidence.has(dataset, "SRCSEQ") else np.full(len(wanted), np.nan)
    for source, variable, positions in _pointed(evidence, dataset):
        if evidence.has(source, variable, "USUBJID"):
            there = _found(evidence, source, wanted[positions], given[positions])
            yield _Hop(dataset, source, variable, positions, there)


def _found(evidence: Evidence, source: str, subjects: np.ndarray, sequence: np.ndarray) -> np.ndarray:
    """Position of each subject's record with the number, or of the subject's only record where there is none; -1: none.

    -2 where there is no number, and the subject has several records.
    """
    records = pd.DataFrame({"subject": evidence.column(source, "USUBJID").of(str.strip, object)})
    records["at"] = np.arange(len(records))
    asked = pd.DataFrame({"subject": subjects, "sequence": sequence})
    alone = records.drop_duplicates("subject", keep=False).set_index("subject")["at"]
    several = set(records.loc[records["subject"].duplicated(), "subject"])
    without = np.where(
        asked["subject"].isin(several), -2.0, asked["subject"].map(alone).fillna(-1).to_numpy(dtype=float)
    )
    name = next((each for each in ("ASEQ", f"{source[:2]}SEQ") if evidence.has(source, each)), "")
    if not name:
        return without.astype(np.int64)
    records["sequence"] = numbers(evidence, source, name)
    numbered = records.dropna(subset="sequence").drop_duplicates(["subject", "sequence"])
    found = asked.merge(numbered, on=["subject", "sequence"], how="left")["at"].fillna(-1).to_numpy(dtype=float)
    return np.where(np.isnan(sequence), without, found).astype(np.int64)


def _all_hops(evidence: Evidence) -> Iterator[_Hop]:
    followed = False
    for name in analysis_datasets(evidence, "USUBJID", "SRCDOM", "SRCVAR", word="BDS"):
        for hop in _hops(evidence, name):
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
    Source: ADaMIG 1.3 section 3.3.8, SRCSEQ.
    """
    for hop in _all_hops(evidence):
        if evidence.has(hop.dataset, "SRCSEQ"):
            lost, unclear = hop.positions[hop.there == -1], hop.positions[hop.there == -2]
            message = f'{hop.source} has no record of the subject with the number "{{value}}"'
            yield Flag(hop.dataset, lost, "SRCSEQ", message, f"a record of {hop.source}")
            message = f"SRCSEQ has no value, and the subject has several records in {hop.source}"
            yield Flag(hop.dataset, unclear, "SRCSEQ", message, f"the number of one record of {hop.source}")


@rule("AD-0123", "source.other-date", "error")
def other_date(evidence: Evidence) -> Iterator[Flag]:
    """An analysis date that the record it points to does not have, at the date.

    What it finds: ADT outside the days that the date named by SRCDOM, SRCVAR and SRCSEQ can mean. A date after the data
        cut-off agrees with the cut-off; a source without a year agrees with any day.
    Why it matters: The time to the event was computed from another day than the one collected.
    Example: ADT 2022-04-21, and RSDTC of the record is 2022-04-12.
    Source: ADaMIG 1.3 section 3.3.8, SRCDOM, SRCVAR and SRCSEQ.
    """
    for hop in _all_hops(evidence):
        if not evidence.has(hop.dataset, "ADT") or not DATE.fullmatch(hop.variable):
            continue
        at, earliest, latest = _source_days(evidence, hop)
        day = evidence.days(hop.dataset, "ADT")["earliest"].to_numpy()[at]
        is_cut = (day == evidence.cutoff_day) & (latest > evidence.cutoff_day)
        wrong = ((day < earliest) | (day > latest)) & ~is_cut
        expected = written_days(earliest[wrong]).tolist()
        messages = [
            f"ADT is {own}, and {hop.variable} of the record in {hop.source} that it points to is {right}"
            for own, right in zip(written_days(day[wrong]), expected, strict=True)
        ]
        yield Flag(hop.dataset, at[wrong], "ADT", messages, expected)


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
    Source: ADaMIG 1.3 section 3.1.3, the flag is the highest level that was imputed.
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
            for hop in _hops(evidence, name):
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


@rule("AD-0126", "copied.no-record", "error")
def copied_no_record(evidence: Evidence) -> Iterator[Flag]:
    """An analysis record with a sequence number of SDTM that no SDTM record of the subject has, at the number.

    What it finds: --SEQ in an analysis dataset (RSSEQ in ADRS, AESEQ in ADAE) without a record of that number in the domain.
    Why it matters: The record comes from nowhere, or the number from another version of the data.
    Example: ADAE with AESEQ 9 of a subject who has 8 adverse events.
    Source: ADaMIG 1.3 section 3.3.8, --SEQ kept for traceability.
    """
    for name, domain, at, there in _copies(evidence):
        lost = at[there < 0]
        message = f'{domain} has no record of the subject with {domain}SEQ "{{value}}"'
        yield Flag(name, lost, f"{domain}SEQ", message, f"a record of {domain}")


@rule("AD-0127", "copied.value-differs", "error")
def copied_value_differs(evidence: Evidence) -> Iterator[Flag]:
    """A value copied from SDTM that is another there, at the copy.

    What it finds: In analysis records that keep --SEQ, a variable of that domain (RSSTRESC, AEDECOD, VSDTC) with another
        value than in the SDTM record.
    Why it matters: A copied variable is what was collected; whoever needs another value gives it another name.
    Example: RSSTRESC PR in ADRS and SD in RS.
    Source: ADaMIG 1.3 section 3.1.1, variables copied from SDTM keep their values.
    """
    for name, domain, at, there in _copies(evidence):
        at, there = at[there >= 0], there[there >= 0]
        for variable in evidence.datasets[name].frame.columns:
            if not variable.startswith(domain) or variable == f"{domain}SEQ" or not evidence.has(domain, variable):
                continue
            own, right = evidence.column(name, variable), evidence.column(domain, variable)
            known: dict[object, int] = {}
            mine, theirs = (
                np.array([known.setdefault(_comparable(text), len(known)) for text in column.texts], dtype=np.int64)
                for column in (own, right)
            )
            differs = mine[own.codes[at]] != theirs[right.codes[there]]
            wrong, expected = at[differs], texts_at(right, there[differs])
            messages = [
                f'{variable} is "{text}", and "{usual}" in {domain}'
                for text, usual in zip(texts_at(own, wrong), expected, strict=True)
            ]
            yield Flag(name, wrong, variable, messages, expected)


def _comparable(text: str) -> object:
    value = number(text.strip())
    return text.strip() if np.isnan(value) else value


def _copies(evidence: Evidence) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Analysis datasets with a --SEQ of a domain that is there: positions of its records, and of those in the domain."""
    found = False
    for name in analysis_datasets(evidence, "USUBJID"):
        for variable in evidence.datasets[name].frame.columns:
            match = SEQUENCE.fullmatch(variable)
            if match is None or not evidence.has(match["domain"], "USUBJID", variable):
                continue
            found = True
            sequence = numbers(evidence, name, variable)
            at = np.flatnonzero(~np.isnan(sequence))
            subjects = evidence.column(name, "USUBJID").of(str.strip, object)
            yield name, match["domain"], at, _found(evidence, match["domain"], subjects[at], sequence[at])
    if not found:
        raise Missing("no analysis dataset has a --SEQ of a domain that is there")


@rule("AD-0128", "analysis.period-differs", "error")
def period_differs(evidence: Evidence) -> Iterator[Flag]:
    """An analysis start or end that the collected date of the same record cannot mean, at the analysis date.

    What it finds: ASTDT outside the days that --STDTC of the same record can mean; so AENDT and --ENDTC. A date after the
        data cut-off agrees with the cut-off.
    Why it matters: Imputation fills what is missing and never changes what was collected.
    Example: AESTDTC 2022-04-12, ASTDT 2022-04-21.
    Source: ADaMIG 1.3 section 3.3.3, ASTDT and AENDT; 3.1.3, imputation.
    """
    found = False
    for name in analysis_datasets(evidence):
        for variable, end in (("ASTDT", "STDTC"), ("AENDT", "ENDTC")):
            collected = [
                each for each in evidence.datasets[name].frame.columns if re.fullmatch(rf"[A-Z]{{2}}{end}", each)
            ]
            if len(collected) != 1 or not evidence.has(name, variable):
                continue
            found = True
            limits = evidence.days(name, collected[0])
            earliest, latest = limits["earliest"].to_numpy(), limits["latest"].to_numpy()
            day = evidence.days(name, variable)["earliest"].to_numpy()
            is_cut = (day == evidence.cutoff_day) & (latest > evidence.cutoff_day)
            wrong = np.flatnonzero(((day < earliest) | (day > latest)) & ~is_cut)
            expected = texts_at(evidence.column(name, collected[0]), wrong)
            messages = [
                f"{variable} is {own}, and {collected[0]} is {right}"
                for own, right in zip(written_days(day[wrong]), expected, strict=True)
            ]
            yield Flag(name, wrong, variable, messages, expected)
    if not found:
        raise Missing("no analysis dataset has a period and the collected dates of it")
