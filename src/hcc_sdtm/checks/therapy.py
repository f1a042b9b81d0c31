"""Rules on systemic therapy: its lines follow one another."""

from __future__ import annotations

from collections.abc import Iterator

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule

FIRST_LINE = "FIRST LINE"
"""CMCAT of the line that the trial's radiotherapy is added to."""


@rule("CM-001", "therapy.second-line-before-first", "error")
def second_line_before_first(evidence: Evidence) -> Iterator[Flag]:
    """A new systemic therapy that starts before the first line, at its start.

    What it finds: A record that the trial names as new systemic therapy and that starts surely before the
        subject's first-line therapy does.
    Why it matters: Time to second line is counted to this date, and it censors progression-free survival.
    Example: First line from 2021-04-12, second line from 2020-12-01.
    Source: The order of lines of therapy.
    """
    starts = evidence.therapy_starts("systemic")
    if not starts:
        raise Missing("the trial names no new systemic therapy")
    therapies = evidence.records("CM", "USUBJID", "CMCAT", date="CMSTDTC")
    first = therapies[therapies["CMCAT"] == FIRST_LINE].dropna(subset="earliest")
    first = first.sort_values(["earliest", "position"]).drop_duplicates("USUBJID")
    first = first[["USUBJID", "CMSTDTC", "earliest"]].rename(columns={"CMSTDTC": "first", "earliest": "first_earliest"})
    for records in starts:
        early = records.merge(first, on="USUBJID")
        early = early[early["latest"] < early["first_earliest"]]
        messages = [
            f"second line from {second}, first line from {earlier}"
            for second, earlier in zip(early["text"], early["first"], strict=True)
        ]
        if len(early):
            dataset, variable = early["dataset"].iloc[0], early["variable"].iloc[0]
            expected = [f"a date after {earlier}" for earlier in early["first"]]
            yield Flag(dataset, early["position"].to_numpy(), variable, messages, expected)
