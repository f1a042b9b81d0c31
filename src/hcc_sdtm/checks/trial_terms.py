"""Rules on the terms in TS: which codelist holds for a value depends on its parameter.

Knows the codelist of each parameter that has one, and the words for having no value, which are no terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.text_frame import text_frame
from hcc_sdtm.spec.model import Codelist

INDICATORS = (
    "ADAPT", "ADDON", "BRDNAIND", "BRIND", "DMCIND", "EGBLIND", "EGCTMON", "EGLEADSM", "EGREPLBL", "EGREPLTR", "EPDISIND",
    "EXTTIND", "FDADEIND", "FDADRIND", "HLTSUBJI", "ONGOSIND", "PASSIND", "PDPSTIND", "PDSTIND", "PIPIND", "RANDOM", "RDIND",
    "SSTDYIND",
)  # fmt: skip
CODELISTS = {
    "DOSFRM": "FRM",
    "DOSFRQ": "FREQ",
    "DOSU": "UNIT",
    "INTMODEL": "INTMODEL",
    "INTTYPE": "INTTYPE",
    "ROUTE": "ROUTE",
    "SEXPOP": "SEXPOP",
    "STYPE": "STYPE",
    "TBLIND": "TBLIND",
    "TCNTRL": "TCNTRL",
    "TINDTP": "TINDTP",
    "TPHASE": "TPHASE",
    "TTYPE": "TTYPE",
} | dict.fromkeys(INDICATORS, "NY")
"""Codelist of the values of each parameter that has one."""

SHOWN_TERMS = 20
NULL_WORDS = re.compile(
    r"(?i)NI|INV|DER|OTH|NINF|PINF|UNC|MSK|NA|N/A|UNK|ASKU|NAV|NASK|QS|TRC|NULL|MISSING|(NOT|NON)[ -]?"
    r"(APPLICABLE|AVAILABLE|KNOWN|ASKED|DONE|REPORTED|STATED)|UNKNOWN|NO INFORMATION|MASKED|(POSITIVE|NEGATIVE) INFINITY"
    r"|NO (MAXIMUM|MINIMUM|UPPER LIMIT|LOWER LIMIT)"
)
"""Null flavors of ISO 21090 and the words for them."""


@rule("SD-0354", "trial.value-not-in-codelist", "error")
def value_not_in_codelist(evidence: Evidence) -> Iterator[Flag]:
    """A value that is no term of its parameter's codelist, which may not be extended.

    What it finds: A TSVAL of INTTYPE, STYPE, SEXPOP or an indicator that is not a term of its codelist.
    Why it matters: Which codelist holds depends on TSPARMCD; the lists are closed.
    Example: INTTYPE "RADIOTHERAPY": the term is RADIATION.
    Source: SDTMIG 3.4 section 7.4 and appendix C1; controlled terminology of SDTM.
    """
    yield from _unknown_terms(evidence, extensible=False)


@rule("SD-0355", "trial.value-term-added", "warning")
def value_term_added(evidence: Evidence) -> Iterator[Flag]:
    """A value that is no term of its parameter's codelist, which may be extended.

    What it finds: A TSVAL of TPHASE, TTYPE, TBLIND, TCNTRL, TINDTP, INTMODEL, DOSU, DOSFRM, DOSFRQ or ROUTE that the codelist
        does not have.
    Why it matters: Most added terms are a spelling or a synonym of one that exists.
    Example: TPHASE "Phase II Trial": the term is PHASE II TRIAL.
    Source: SDTMIG 3.4 section 7.4 and appendix C1; controlled terminology of SDTM.
    """
    yield from _unknown_terms(evidence, extensible=True)


def _unknown_terms(evidence: Evidence, extensible: bool) -> Iterator[Flag]:
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSVAL")
    if not any(name in evidence.specs.codelists for name in CODELISTS.values()):
        raise Missing("there is no codelist of a trial summary parameter")
    positions, messages, expected = [], [], []
    for code, value, at in summary[["TSPARMCD", "TSVAL", "position"]].itertuples(index=False):
        codelist = codelist_of(evidence, code)
        if codelist is None or codelist.extensible != extensible or not value or value in codelist.terms:
            continue
        if NULL_WORDS.fullmatch(value):
            continue
        folded = codelist.by_folded.get(value.casefold(), "")
        hint = f'; the term is "{folded}"' if folded else _listed(codelist)
        positions.append(at)
        messages.append(f'{code} "{value}" is not in codelist {codelist.name}{hint}')
        expected.append(folded)
    yield Flag("TS", np.array(positions, dtype=np.int64), "TSVAL", messages, expected)


def _listed(codelist: Codelist) -> str:
    return f" ({', '.join(sorted(codelist.terms))})" if len(codelist.terms) <= SHOWN_TERMS else ""


def codelist_of(evidence: Evidence, code: str) -> Codelist | None:
    """The codelist of a parameter's values; None where it has none."""
    return evidence.specs.codelists.get(CODELISTS.get(code, ""))


@rule("SD-0356", "trial.term-code", "error", covers="CORE-001080 CG0288")
def term_code(evidence: Evidence) -> Iterator[Flag]:
    """A code of CDISC terminology that is not the one of the value beside it.

    What it finds: A TSVALCD of the form of an NCI code that is not that of TSVAL in the parameter's codelist, where TSVCDREF is
        CDISC terminology.
    Why it matters: The code is what machines read; it then says something else than the value.
    Example: INTTYPE RADIATION with C1909, the code of DRUG.
    Source: SDTMIG 3.4 section 7.4; CG0288.
    """
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSVAL", "TSVALCD", "TSVCDREF")
    positions, messages, expected = [], [], []
    for code, value, found, reference, at in summary[
        ["TSPARMCD", "TSVAL", "TSVALCD", "TSVCDREF", "position"]
    ].itertuples(index=False):
        codelist = codelist_of(evidence, code)
        right = codelist.term_codes.get(value, "") if codelist is not None else ""
        if reference.startswith("CDISC") and right and re.fullmatch("C[0-9]+", found) and found != right:
            positions.append(at)
            messages.append(f'TSVALCD is "{found}", and the code of {code} {value} is {right}')
            expected.append(right)
    yield Flag("TS", np.array(positions, dtype=np.int64), "TSVALCD", messages, expected)


@rule("SD-0360", "trial.parameter-name-disagrees", "error")
def parameter_name_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """A parameter's name that is the name of another parameter.

    What it finds: A TSPARM that the terminology has for another code than TSPARMCD.
    Why it matters: Code and name say two things of one value.
    Example: TSPARMCD AGEMIN with "Planned Maximum Age of Subjects".
    Source: SDTMIG 3.4 section 7.4; codelists TSPARMCD and TSPARM share their NCI codes.
    """
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSPARM")
    codes, names = (evidence.specs.codelists.get(name) for name in ("TSPARMCD", "TSPARM"))
    if codes is None or names is None:
        raise Missing("there is no codelist TSPARMCD and TSPARM")
    right = {code: names.by_code.get(codes.term_codes.get(code, ""), "") for code in summary["TSPARMCD"].unique()}
    expected = summary["TSPARMCD"].map(right)
    wrong = summary[(expected != "") & (expected != summary["TSPARM"]) & summary["TSPARM"].isin(names.terms)]
    messages = [
        f'TSPARM is "{name}" where TSPARMCD is {code}' for code, name in wrong[["TSPARMCD", "TSPARM"]].to_numpy()
    ]
    yield Flag("TS", wrong["position"].to_numpy(), "TSPARM", messages, expected[wrong.index].tolist())
