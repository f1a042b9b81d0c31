"""Rules on the values of TS: given or explained, in the form that their parameter has.

Knows the form of dates, durations, numbers and countries. Terms are `trial_terms`, the parameters that must be there
`trial_parameters`. A value may be missing only with a null flavor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.iso_forms import is_date, is_duration
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.text_frame import text_frame
from hcc_sdtm.checks.trial_terms import NULL_WORDS, codelist_of

DATES = ("SSTDTC", "SENDTC", "DCUTDTC", "CSRARDTC")
DURATIONS = ("AGEMAX", "AGEMIN", "CRMDUR", "LENGTH", "PLNTRDUR", "PTRTDUR", "SDMDUR", "TRGFUDUR")
COUNTS = ("ACTSUB", "NARMS", "NCOHORT", "PLANSUB")


@rule("SD-0351", "trial.value-missing", "error", covers="CORE-000149 CORE-000151 CG0259 CG0261")
def value_missing(evidence: Evidence) -> Iterator[Flag]:
    """A parameter of the trial without a value and without a null flavor.

    What it finds: A record of TS where TSVAL and TSVALNF are both missing.
    Why it matters: Whether a parameter does not apply or was forgotten is what TSVALNF is for.
    Example: AGEMAX with neither a value nor PINF.
    Source: SDTMIG 3.4 section 7.4; CG0259.
    """
    summary = text_frame(evidence, "TS", "TSVAL", optional=("TSPARMCD", "TSVALNF"))
    empty = summary[(summary["TSVAL"] == "") & (summary["TSVALNF"] == "")]
    messages = [f"{code or 'the parameter'} has neither a value nor a null flavor" for code in empty["TSPARMCD"]]
    yield Flag("TS", empty["position"].to_numpy(), "TSVAL", messages, "a value, or TSVALNF")


@rule("SD-0352", "trial.value-is-null-word", "error", covers="CORE-000787 CG0291")
def value_is_null_word(evidence: Evidence) -> Iterator[Flag]:
    """A value that is a word for having none.

    What it finds: A TSVAL such as NA, Unknown or "No maximum" that is no term of the parameter, where TSVALNF is missing.
    Why it matters: Why a value is missing belongs in TSVALNF; as a value it is read as text.
    Example: AGEMAX "No maximum": TSVALNF is PINF.
    Source: SDTMIG 3.4 section 7.4, null flavors; CG0291.
    """
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSVAL", optional=("TSVALNF",))
    words = {text for text in summary["TSVAL"].unique() if NULL_WORDS.fullmatch(text)}
    wrong = summary[summary["TSVAL"].isin(words) & (summary["TSVALNF"] == "")]
    known = [
        value in codelist.terms if (codelist := codelist_of(evidence, code)) is not None else False
        for code, value in zip(wrong["TSPARMCD"], wrong["TSVAL"], strict=True)
    ]
    wrong = wrong[~np.array(known, dtype=bool)]
    message = 'TSVAL "{value}" is a word for having no value'
    yield Flag("TS", wrong["position"].to_numpy(), "TSVAL", message, "no value, and its null flavor in TSVALNF")


@rule("SD-0353", "trial.value-form", "error", covers="CORE-000294 CORE-000505 CG0270")
def value_form(evidence: Evidence) -> Iterator[Flag]:
    """A value that is not of the form that its parameter has.

    What it finds: A date that is not ISO 8601, a duration or an age that is not an ISO 8601 duration, a number of subjects or
        arms that is not a whole number, a country that is not of three letters. A word for
        having no value is SD-0352.
    Why it matters: Programs of agencies and registries read the values.
    Example: AGEMIN "18 years" for P18Y.
    Source: SDTMIG 3.4 section 7.4 and appendix C1; CG0270, CG0285.
    """
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSVAL", optional=("TSVALNF",))
    # a value beside a null flavor is SD-0295
    given = summary[(summary["TSVAL"] != "") & (summary["TSVALNF"] == "")]
    given = given[~given["TSVAL"].map(NULL_WORDS.fullmatch).astype(bool)]
    for codes, test, expected in FORMS:
        own = given[given["TSPARMCD"].isin(codes)]
        wrong = own[np.array([not test(value) for value in own["TSVAL"]], dtype=bool)]
        messages = [
            f'{code} is "{value}"; expected {expected}'
            for code, value in zip(wrong["TSPARMCD"], wrong["TSVAL"], strict=True)
        ]
        yield Flag("TS", wrong["position"].to_numpy(), "TSVAL", messages, expected)


FORMS: tuple[tuple[tuple[str, ...], Callable[[str], bool], str], ...] = (
    (DATES, is_date, "an ISO 8601 date"),
    (DURATIONS, is_duration, "an ISO 8601 duration such as P18Y or P12W"),
    (COUNTS, lambda text: re.fullmatch(r"[0-9]+", text) is not None, "a whole number"),
    (("FCNTRY",), lambda text: re.fullmatch(r"[A-Z]{3}", text) is not None, "a country of ISO 3166, three letters"),
)


@rule("SD-0359", "trial.value-continued", "error", covers="CORE-000151 CORE-000582 CG0261 CG0262")
def value_continued(evidence: Evidence) -> Iterator[Flag]:
    """A value that goes on in a further variable, with a gap before it.

    What it finds: TSVAL1 given where TSVAL is missing, TSVAL2 where TSVAL1 is, and so on. Asked at the missing part.
    Why it matters: A part of a long text is lost, or stands in the wrong place.
    Example: TSVAL and TSVAL2 given, TSVAL1 empty.
    Source: SDTMIG 3.4 section 4.5.3, text of more than 200 characters; CG0261, CG0262.
    """
    evidence.column("TS", "TSVAL")
    columns = [str(name) for name in evidence.datasets["TS"].frame.columns if re.fullmatch("TSVAL[0-9]+", str(name))]
    if not columns:
        return
    names = ["TSVAL", *(f"TSVAL{number}" for number in range(1, max(int(name[5:]) for name in columns) + 1))]
    summary = text_frame(evidence, "TS", "TSVAL", optional=tuple(names[1:]))
    for before, after in pairwise(names):
        gaps = summary[(summary[before] == "") & (summary[after] != "")]
        variable = before if evidence.has("TS", before) else after
        message = f"{before} has no value, and {after} goes on with the text"
        yield Flag("TS", gaps["position"].to_numpy(), variable, message, f"{after} in {before}")


@rule("SD-0361", "trial.healthy-with-indication", "warning", covers="CORE-000742")
def healthy_with_indication(evidence: Evidence) -> Iterator[Flag]:
    """An indication of a trial in healthy subjects.

    What it finds: INDIC with a value, or with another null flavor than NA, where HLTSUBJI is Y.
    Why it matters: Healthy subjects have no disease that is treated; the one or the other is wrong.
    Example: HLTSUBJI Y and INDIC "Hepatocellular carcinoma".
    Source: SDTMIG 3.4 appendix C1, INDIC and HLTSUBJI; FDA business rule FB1110.
    """
    summary = text_frame(evidence, "TS", "TSPARMCD", "TSVAL", optional=("TSVALNF",))
    healthy = ((summary["TSPARMCD"] == "HLTSUBJI") & (summary["TSVAL"] == "Y")).any()
    own = summary[summary["TSPARMCD"] == "INDIC"] if healthy else summary.iloc[:0]
    wrong = own[(own["TSVAL"] != "") | ((own["TSVALNF"] != "NA") & (own["TSVALNF"] != ""))]
    message = "INDIC is given for healthy subjects"
    yield Flag("TS", wrong["position"].to_numpy(), "TSVAL", message, "no value, and TSVALNF NA")
