"""Rules on death: one date in DM, and DS, SS and every assessment in accord with it.

A death and a record dated after it contradict each other, and one of the two dates is wrong. One wrong death makes many
records look wrong, one wrong record only itself: by that the rules decide which cell to ask about.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.event_order import is_misdated
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule

ASSESSMENTS = (
    ("RS", "RSDTC"),
    ("TR", "TRDTC"),
    ("TU", "TUDTC"),
    ("LB", "LBDTC"),
    ("VS", "VSDTC"),
    ("EX", "EXSTDTC"),
    ("EX", "EXENDTC"),
    ("CM", "CMSTDTC"),
    ("PR", "PRSTDTC"),
)
"""Dates on which the subject was alive. Ends of medication are not among them: they are often those of the last supply."""

AFTER_DEATH_COLUMNS = ["USUBJID", "death", "death_position", "dataset", "variable", "text", "earliest", "position"]


@rule("DS-001", "death.before-last-visit", "error")
def death_before_last_visit(evidence: Evidence) -> Iterator[Flag]:
    """A death earlier than something that only happens to the living, at the date of death.

    What it finds: A date of death surely earlier than dated assessments, doses or therapy starts. Responses on
        one day, with nothing else after death, are RS-003 and not this; a date that contradicts other events
        too is DT-005.
    Why it matters: Death is an event of every endpoint, and every assessment after it is lost to the
        analysis.
    Example: Death on 2023-11-13, and a scan and a laboratory sample on 2023-11-22.
    Source: SDTMIG 3.4 section 5.2, DTHDTC; the order of events.
    """
    after = evidence.once(_after_death)
    asked = after[after["USUBJID"].isin(subjects_with_wrong_death(evidence))]
    last = asked.sort_values(["earliest", "position"], kind="stable").drop_duplicates("USUBJID", keep="last")
    last = last.assign(count=last["USUBJID"].map(asked.groupby("USUBJID").size()))
    messages = [
        f'death "{death}" is earlier than {count} record{"s" if count > 1 else ""}, the last of them {variable} {text} '
        f"({dataset} record {position + 1})"
        for death, count, variable, text, dataset, position in last[
            ["death", "count", "variable", "text", "dataset", "position"]
        ].itertuples(index=False)
    ]
    expected = [f"a date on or after {text}" for text in last["text"]]
    yield Flag("DM", last["death_position"].to_numpy(), "DTHDTC", messages, expected)


@rule("RS-003", "response.after-death", "error")
def response_after_death(evidence: Evidence) -> Iterator[Flag]:
    """A response dated after death, at its own date.

    What it finds: A response dated surely after the subject's death, where responses of that one day are all
        that is after it. Anything more is one wrong death, DS-001.
    Why it matters: A progression after death would be dated later than the event that it precedes.
    Example: Death on 2023-03-02; all scans before it, and one response dated 2023-10-31.
    Source: SDTMIG 3.4 section 5.2, DTHDTC; the order of events.
    """
    evidence.records("RS", "USUBJID", "RSDTC")
    after = evidence.once(_after_death)
    asked = after[(after["dataset"] == "RS") & ~after["USUBJID"].isin(subjects_with_wrong_death(evidence))]
    messages = [
        f'response dated "{text}" is after death on {death}'
        for text, death in zip(asked["text"], asked["death"], strict=True)
    ]
    yield Flag(
        "RS",
        asked["position"].to_numpy(),
        "RSDTC",
        messages,
        [f"a date on or before {death}" for death in asked["death"]],
    )


@rule(
    "SS-001", "survival.disagrees", "error",
    covers="CORE-000008 CORE-000034 CORE-000251 CORE-000252 CORE-000259 CORE-000679 CORE-000913 "
    "CG0067 CG0069 CG0132 CG0136 CG0171 FB0608 FB0611 FB0613 FB0614",
)  # fmt: skip
def survival_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """Survival status, disposition and date of death that do not say the same.

    What it finds: DEAD in SS or DEATH in DS without a death in DM; a death in DM that DS does not have,
        unless the subject had left the study; a death dated otherwise in DS than in DM; DEAD in SS on a day
        before death, ALIVE on a day after it. Once a subject; one whose death DS-001 asks about is left out.
    Why it matters: Overall survival reads one of these; a disagreement moves or loses a death.
    Example: SS says DEAD, DM has no date of death.
    Source: SDTMIG 3.4 sections 5.2 (DTHFL, DTHDTC), 6.2.4 (DS) and 6.3 (SS).
    """
    subjects = evidence.records("DM", "USUBJID", date="DTHDTC", optional=("DTHFL",)).drop_duplicates("USUBJID")
    subjects["died"] = (subjects["DTHDTC"] != "") | (subjects["DTHFL"] == "Y")
    subjects = subjects[~subjects["USUBJID"].isin(subjects_with_wrong_death(evidence))]
    if not evidence.has("SS") and not evidence.has("DS"):
        raise Missing("there is neither dataset SS nor DS")
    flags = list(_disposition_flags(evidence, subjects)) if evidence.has("DS") else []
    yield from flags
    for flag in flags:
        asked = evidence.datasets[flag.dataset].frame["USUBJID"].iloc[flag.positions]
        subjects = subjects[~subjects["USUBJID"].isin(asked)]
    if evidence.has("SS"):
        yield from _status_flags(evidence, subjects)


def _disposition_flags(evidence: Evidence, subjects: pd.DataFrame) -> Iterator[Flag]:
    ends = evidence.records("DS", "USUBJID", "DSDECOD", date="DSSTDTC", optional=("DSCAT", "DSSCAT"))
    deaths = _with_death(ends[ends["DSDECOD"] == "DEATH"], subjects)
    yield from _unsupported("DS", "DSDECOD", deaths)
    yield from _dated_otherwise("DS", "DSSTDTC", deaths)
    is_left = (ends["DSCAT"] == "DISPOSITION EVENT") & (ends["DSDECOD"] != "DEATH")
    left = ends.loc[is_left & (ends["DSSCAT"] != "STUDY TREATMENT"), "USUBJID"]  # off treatment is not off study
    silent = subjects[subjects["died"] & ~subjects["USUBJID"].isin({*deaths["USUBJID"], *left})]
    silent = silent[silent["USUBJID"].isin(ends["USUBJID"])]
    message = 'death "{value}" has no DS record with DSDECOD DEATH, and the subject had not left the study'
    yield Flag("DM", silent["position"].to_numpy(), "DTHDTC", message, "DSDECOD DEATH in DS")


def _status_flags(evidence: Evidence, subjects: pd.DataFrame) -> Iterator[Flag]:
    status = evidence.records("SS", "USUBJID", "SSTESTCD", "SSSTRESC", date="SSDTC")
    status = status[status["SSTESTCD"] == "SURVSTAT"]
    dead = _with_death(status[status["SSSTRESC"] == "DEAD"], subjects)
    yield from _unsupported("SS", "SSSTRESC", dead)
    early = dead[dead["latest"] < dead["death_earliest"]].drop_duplicates("USUBJID")
    messages = [
        f"DEAD on {text}, before death on {death}" for text, death in zip(early["SSDTC"], early["DTHDTC"], strict=True)
    ]
    # the day of a status is that of the contact, which may be long after the death
    yield Flag(
        "SS", early["position"].to_numpy(), "SSDTC", messages, [f"{death} or later" for death in early["DTHDTC"]]
    )
    alive = _with_death(status[status["SSSTRESC"] == "ALIVE"], subjects)
    late = alive[alive["earliest"] > alive["death_latest"]]
    messages = [
        f"ALIVE on {text}, after death on {death}" for text, death in zip(late["SSDTC"], late["DTHDTC"], strict=True)
    ]
    yield Flag("SS", late["position"].to_numpy(), "SSDTC", messages, "a day before the death, or no death")


def _with_death(records: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
    """The records of subjects in DM, with what DM says of their death."""
    deaths = subjects[["USUBJID", "DTHDTC", "died", "earliest", "latest"]]
    deaths = deaths.rename(columns={"earliest": "death_earliest", "latest": "death_latest"})
    return records.merge(deaths, on="USUBJID")


def _unsupported(dataset: str, variable: str, records: pd.DataFrame) -> Iterator[Flag]:
    alone = records[~records["died"]].drop_duplicates("USUBJID")
    message = "{value}, and DM has no death of the subject"
    yield Flag(dataset, alone["position"].to_numpy(), variable, message, "a date of death in DM")


def _dated_otherwise(dataset: str, variable: str, records: pd.DataFrame) -> Iterator[Flag]:
    apart = (records["earliest"] > records["death_latest"]) | (records["latest"] < records["death_earliest"])
    other = records[apart].drop_duplicates("USUBJID")
    messages = [
        f"death on {text} here, on {death} in DM" for text, death in zip(other[variable], other["DTHDTC"], strict=True)
    ]
    yield Flag(dataset, other["position"].to_numpy(), variable, messages, other["DTHDTC"].tolist())


def _after_death(evidence: Evidence) -> pd.DataFrame:
    """Records dated surely after the subject's death, `AFTER_DEATH_COLUMNS`; ``text`` is the record's date as it stands.

    A date that other events contradict as well, or the data cut-off, is not among them: it is wrong, and not the death.
    """
    deaths = evidence.deaths()
    dated = [pair for pair in ASSESSMENTS if evidence.has(pair[0], "USUBJID", pair[1])]
    if not dated:
        raise Missing(f"none of {', '.join(variable for _, variable in ASSESSMENTS)} is there")
    parts = []
    for dataset, variable in dated:
        records = evidence.records(dataset, "USUBJID", date=variable).merge(deaths, on="USUBJID")
        is_late = (records["earliest"] > records["death_latest"]) & (records["earliest"] <= evidence.cutoff_day)
        records = records[is_late]
        records = records[~is_misdated(evidence, dataset, variable, records["position"])]
        records = records.rename(columns={variable: "text"}).assign(dataset=dataset, variable=variable)
        parts.append(records[AFTER_DEATH_COLUMNS])
    return pd.concat(parts, ignore_index=True)


def subjects_with_wrong_death(evidence: Evidence) -> np.ndarray:
    """Subjects whose date of death DS-001 asks about: more than one day, or more than responses, contradict it.

    Raises Missing where there is no death or no assessment to compare it with.
    """
    after = evidence.once(_after_death)
    by_subject = after.groupby("USUBJID").agg(
        days=("text", "nunique"), others=("dataset", lambda names: (names != "RS").any())
    )
    return by_subject.index[(by_subject["days"] > 1) | by_subject["others"].astype(bool)].to_numpy()
