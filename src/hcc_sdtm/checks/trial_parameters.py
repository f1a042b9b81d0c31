"""Rules on the parameters of TS: which of them a trial must state."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.text_frame import text_frame

START = "SSTDTC"
REQUIRED = (
    "ACTSUB", "ADAPT", "ADDON", "AGEMAX", "AGEMIN", "DCUTDESC", "DCUTDTC", "FCNTRY", "HLTSUBJI", "INDIC", "LENGTH", "NARMS",
    "OBJPRIM", "OUTMSPRI", "PLANSUB", "RANDOM", "REGID", "SDTIGVER", "SDTMVER", "SENDTC", "SEXPOP", "SPONSOR", "STOPRULE",
    "STYPE", "TBLIND", "TCNTRL", "TDIGRP", "TINDTP", "TITLE", "TPHASE", "TRT", "TTYPE",
)  # fmt: skip
"""Parameters of every interventional trial beside its start date (SDTMIG 3.4, appendix C1)."""

INTERVENTIONAL = "INTERVENTIONAL"
REQUIRED_WHERE = (
    ("STYPE", (INTERVENTIONAL,), ("INTMODEL", "INTTYPE")),
    ("INTTYPE", ("DRUG", "BIOLOGIC"), ("PCLAS",)),
    ("ADDON", ("Y",), ("CURTRT",)),
    ("RANDOM", ("Y",), ("RANDQT",)),
    ("TCNTRL", ("ACTIVE",), ("COMPTRT",)),
)
"""Parameters that another one makes necessary: the other, its values, what they ask for."""


@rule("SD-0357", "trial.parameter-missing", "warning", covers="CORE-000741")
def parameter_missing(evidence: Evidence) -> Iterator[Flag]:
    """A parameter that TS must have and does not, once each.

    What it finds: A required parameter without a record, such as TITLE or PLANSUB; INTTYPE and INTMODEL of an interventional
        trial, PCLAS of a drug, CURTRT with ADDON Y, RANDQT with RANDOM Y, COMPTRT with an active control. The start
        date is SD-0358.
    Why it matters: Agencies load TS before anything else, and return submissions in which it is not complete.
    Example: TS without STOPRULE.
    Source: SDTMIG 3.4 section 7.4 and appendix C1; FDA Study Data Technical Conformance Guide, appendix B.
    """
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSVAL")
    there = set(summary["TSPARMCD"])
    pairs = set(zip(summary["TSPARMCD"], summary["TSVAL"], strict=True))
    types = {value for code, value in pairs if code == "STYPE" and value}
    asked = REQUIRED if not types or INTERVENTIONAL in types else ()
    wanted = [(code, "asked of every interventional trial") for code in asked if code not in there]
    for other, values, codes in REQUIRED_WHERE:
        causes = [f"{other} is {value}" for value in values if (other, value) in pairs]
        wanted += [(code, causes[0]) for code in codes if causes and code not in there]
    for code, reason in wanted:
        yield _whole(f"TS has no {code}: {reason}", code)


@rule("SD-0358", "trial.start-missing", "error", covers="CORE-000505")
def start_missing(evidence: Evidence) -> Iterator[Flag]:
    """A trial without its start date.

    What it finds: TS without SSTDTC, or with one that has no value.
    Why it matters: By the start date an agency decides which standards it asks for; without it the data is refused.
    Example: TS has no record SSTDTC.
    Source: FDA Technical Rejection Criteria for Study Data, rule 1734; SDTMIG 3.4 appendix C1.
    """
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSVAL", optional=("TSVALNF",))
    starts = summary[summary["TSPARMCD"] == START]
    if starts.empty:
        yield _whole(f"TS has no {START}: the trial's start date", START)
        return
    # neither value nor null flavor is SD-0351
    empty = starts[(starts["TSVAL"] == "") & (starts["TSVALNF"] != "")]
    yield Flag("TS", empty["position"].to_numpy(), "TSVAL", f"{START} has no value", "the trial's start date")


def _whole(message: str, expected: str) -> Flag:
    return Flag("TS", np.empty(0, dtype=np.int64), "TSPARMCD", message, expected, is_whole=True)
