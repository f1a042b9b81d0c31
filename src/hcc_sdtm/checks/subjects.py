"""Rules on who is in the study: every subject of every dataset is in DM, and every enrolled subject was treated."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.rule import Flag, rule


@rule("DM-001", "subject.not-in-demographics", "error", covers="CORE-000201 CG0029")
def not_in_demographics(evidence: Evidence) -> Iterator[Flag]:
    """A subject of any dataset whom DM does not have, at the first of the subject's records.

    What it finds: A USUBJID in any dataset that DM does not have. One finding a subject, whatever number of
        records.
    Why it matters: The subject counts in no analysis, or is another subject under a mistyped number.
    Example: LB has results of RTHCC-103-054, and no enrolment form names that subject.
    Source: SDTMIG 3.4 section 5.2: DM has one record for every subject of the other datasets.
    """
    known = set(evidence.records("DM", "USUBJID")["USUBJID"])
    parts = [evidence.records(name, "USUBJID").assign(dataset=name) for name in evidence.tabulations if name != "DM"]
    if not parts:
        return
    records = pd.concat(parts, ignore_index=True)
    strangers = records[~records["USUBJID"].isin({*known, ""})]
    in_datasets = strangers.drop_duplicates(["USUBJID", "dataset"]).groupby("USUBJID")["dataset"].agg(", ".join)
    firsts = strangers.drop_duplicates("USUBJID")
    for name, first in firsts.groupby("dataset", sort=False):
        messages = [
            f'subject "{subject}" has records in {in_datasets[subject]} and none in DM' for subject in first["USUBJID"]
        ]
        yield Flag(str(name), first["position"].to_numpy(), "USUBJID", messages, "a subject of DM")


UNTREATED = ("SCREEN FAILURE", "NEVER DOSED")
"""Dispositions that say why a subject has no treatment (codelist NCOMPLT)."""


@rule("DM-002", "subject.not-in-treatment", "warning")
def not_in_treatment(evidence: Evidence) -> Iterator[Flag]:
    """A subject of DM, no screen failure, without a record of the trial's treatment.

    What it finds: A subject in DM without any record that the trial names as its treatment. Screen failures
        are left out, and subjects whom DS calls never dosed.
    Why it matters: Time from treatment start cannot be counted; the treatment form may be lost, or filed
        under another number.
    Example: RTHCC-101-029 gave consent, has no screening failure, and no radiotherapy is recorded.
    Source: SDTMIG 3.4 section 5.2: ARMNRS says why a subject was not treated; ICH E9 section 5.2, analysis
        sets.
    """
    subjects = evidence.records("DM", "USUBJID", optional=("ARMNRS",))
    treated = set(evidence.treatment()["USUBJID"])
    failed = set(subjects.loc[subjects["ARMNRS"] == "SCREEN FAILURE", "USUBJID"])
    if evidence.has("DS", "USUBJID", "DSDECOD"):
        disposition = evidence.records("DS", "USUBJID", "DSDECOD")
        failed |= set(disposition.loc[disposition["DSDECOD"].isin(UNTREATED), "USUBJID"])
    choice = evidence.trial.treatment_start
    where = " and ".join(f"{variable} {' or '.join(values)}" for variable, values in choice.where.items())
    wanted = f"record of {choice.dataset}" + (f" with {where}" if where else "")
    untreated = subjects[~subjects["USUBJID"].isin(treated | failed)]
    yield Flag(
        "DM",
        untreated["position"].to_numpy(),
        "USUBJID",
        f'subject "{{value}}" is enrolled, is no screen failure, and has no {wanted}',
        f"a {wanted}, or a screen failure in DS",
    )
