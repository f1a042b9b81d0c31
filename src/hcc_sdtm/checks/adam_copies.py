"""Rules on what analysis records copy from SDTM: the record by its --SEQ, its values, and its period."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.analysis_evidence import analysis_datasets, find_records, number, numbers, texts_at
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.written_days import written_days

SEQUENCE = re.compile(r"(?P<domain>[A-Z]{2})SEQ")


@rule("AD-0126", "copied.no-record", "error")
def copied_no_record(evidence: Evidence) -> Iterator[Flag]:
    """An analysis record with a sequence number of SDTM that no SDTM record of the subject has, at the number.

    What it finds: --SEQ in an analysis dataset (RSSEQ in ADRS, AESEQ in ADAE) without a record of that number in the domain.
    Why it matters: The record comes from nowhere, or the number from another version of the data.
    Example: ADAE with AESEQ 9 of a subject who has 8 adverse events.
    Source: ADaMIG 1.3 section 3.3, --SEQ kept for traceability.
    """
    for name, domain, at, there in _copies(evidence):
        lost = at[there == -1]
        message = f'{domain} has no record of the subject with {domain}SEQ "{{value}}"'
        yield Flag(name, lost, f"{domain}SEQ", message, f"a record of {domain}")


@rule("AD-0127", "copied.value-differs", "error")
def copied_value_differs(evidence: Evidence) -> Iterator[Flag]:
    """A value copied from SDTM that is another there, at the copy.

    What it finds: In analysis records that keep --SEQ, a variable of that domain (RSSTRESC, AEDECOD, VSDTC) with another
        value than in the SDTM record.
    Why it matters: A copied variable is what was collected; whoever needs another value gives it another name.
    Example: RSSTRESC PR in ADRS and SD in RS.
    Source: ADaMIG 1.3 section 3.1, variables copied from SDTM keep their values.
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
            yield name, match["domain"], at, find_records(evidence, match["domain"], name, at, sequence[at])
    if not found:
        raise Missing("no analysis dataset has a --SEQ of a domain that is there")


@rule("AD-0128", "analysis.period-differs", "error")
def period_differs(evidence: Evidence) -> Iterator[Flag]:
    """An analysis start or end that the collected date of the same record cannot mean, at the analysis date.

    What it finds: ASTDT outside the days that --STDTC of the same record can mean; so AENDT and --ENDTC. A date after the
        data cut-off agrees with the cut-off.
    Why it matters: Imputation fills what is missing and never changes what was collected.
    Example: AESTDTC 2022-04-12, ASTDT 2022-04-21.
    Source: ADaMIG 1.3 section 3.3, ASTDT and AENDT; 3.1, imputation.
    """
    found = False
    for name in analysis_datasets(evidence):
        for variable, end in (("ASTDT", "STDTC"), ("AENDT", "ENDTC")):
            form = re.compile(rf"(?!RF)[A-Z]{{2}}{end}")
            collected = [each for each in evidence.datasets[name].frame.columns if form.fullmatch(each)]
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
