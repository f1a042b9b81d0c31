"""Rules on the reference dates of DM: against the doses in EX, and against each other.

A partial date is the interval of days it can mean; only a sure contradiction is found.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.event_order import misdated_alive
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.text_frame import text_frame
from hcc_sdtm.dates.iso import EPOCH

IN_ORDER = (
    ("RFICDTC", "RFXSTDTC"),
    ("RFICDTC", "RFSTDTC"),
    ("RFICDTC", "RFENDTC"),
    ("RFICDTC", "RFPENDTC"),
    ("RFSTDTC", "RFENDTC"),
    ("RFXSTDTC", "RFXENDTC"),
    ("RFXENDTC", "RFPENDTC"),
    ("RFCSTDTC", "RFCENDTC"),
    ("BRTHDTC", "RFICDTC"),
    ("BRTHDTC", "RFSTDTC"),
)
"""Dates of DM of which the first may not be after the second."""

CONSENT, BIRTH = "RFICDTC", "BRTHDTC"


@rule("SD-0340", "subject.first-exposure-disagrees", "error", covers="CORE-000239 CG0148")
def first_exposure_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """A date of first treatment that is not the first of EX, at that date.

    What it finds: RFXSTDTC surely another day than the earliest EXSTDTC of the subject, or missing where EX has one.
    Why it matters: Treatment emergence and every time from treatment start are counted from it.
    Example: RFXSTDTC 2022-03-07, first dose in EX on 2022-03-01.
    Source: SDTMIG 3.4 section 5.2, RFXSTDTC; CG0148.
    """
    doses = _exposure(evidence, "EXSTDTC").groupby("USUBJID", sort=False)
    first = pd.DataFrame({"earliest": doses["earliest"].min(), "latest": doses["latest"].min()})
    yield from _against_exposure(evidence, "RFXSTDTC", first, "the first start in EX")


@rule("SD-0341", "subject.last-exposure-disagrees", "error", covers="CORE-000238 CG0147")
def last_exposure_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """A date of last treatment that is not the last of EX, at that date.

    What it finds: RFXENDTC surely another day than the latest EXSTDTC or EXENDTC of the subject, or missing where
        EX has one. A subject with a record that has no end may still be treated, and a later day is not asked about.
    Why it matters: The end of treatment bounds treatment emergence, epochs and dose intensity.
    Example: RFXENDTC 2022-03-11, last fraction in EX on 2022-03-18.
    Source: SDTMIG 3.4 section 5.2, RFXENDTC; CG0147.
    """
    starts, ends = _exposure(evidence, "EXSTDTC"), _exposure(evidence, "EXENDTC")
    doses = pd.concat([starts, ends], ignore_index=True).groupby("USUBJID", sort=False)
    last = pd.DataFrame({"earliest": doses["earliest"].max(), "latest": doses["latest"].max()})
    texts = text_frame(evidence, "EX", "USUBJID", "EXENDTC")
    still = last.index.isin(texts.loc[texts["EXENDTC"] == "", "USUBJID"])
    last.loc[still, "latest"] = np.inf
    yield from _against_exposure(evidence, "RFXENDTC", last, "the last dose in EX", asks=~still)


def _exposure(evidence: Evidence, variable: str) -> pd.DataFrame:
    return evidence.records("EX", "USUBJID", date=variable).dropna(subset=["earliest"])


def _against_exposure(
    evidence: Evidence, variable: str, doses: pd.DataFrame, what: str, asks: np.ndarray | None = None
) -> Iterator[Flag]:
    """Flags at the variable where it cannot be the day of the doses; ``asks`` masks the subjects who must have a day."""
    subjects = evidence.records("DM", "USUBJID", date=variable).drop_duplicates("USUBJID", keep=False)
    must = doses.assign(asked=True if asks is None else asks)
    subjects = subjects.merge(must, left_on="USUBJID", right_index=True, suffixes=("", "_dose"))
    apart = (subjects["earliest"] > subjects["latest_dose"]) | (subjects["latest"] < subjects["earliest_dose"])
    given = np.array([bool(str(text).strip()) for text in subjects[variable]], dtype=bool)
    wrong = subjects[apart.to_numpy() | (~given & subjects["asked"].to_numpy(dtype=bool))]
    days = [_day(first, last) for first, last in zip(wrong["earliest_dose"], wrong["latest_dose"], strict=True)]
    messages = [
        f'{variable} is "{text}", and {what} is {day}' if text else f"{variable} has no value, and {what} is {day}"
        for text, day in zip(wrong[variable], days, strict=True)
    ]
    yield Flag("DM", wrong["position"].to_numpy(), variable, messages, days)


def _day(first: float, last: float) -> str:
    """A day, or the days from the first to the last, as a person writes them."""
    texts = [str(EPOCH + int(day)) for day in (first, last) if np.isfinite(day)]
    return texts[0] if len(texts) == 1 or texts[0] == texts[1] else f"between {texts[0]} and {texts[1]}"


@rule(
    "SD-0342",
    "subject.dates-out-of-order",
    "error",
    covers="CORE-000658 CORE-000711 CORE-000713 CORE-000714 CORE-000760",
)
def dates_out_of_order(evidence: Evidence) -> Iterator[Flag]:
    """Reference dates of DM that contradict each other, once for each date.

    What it finds: Birth or consent surely after any of the dates that follow it, a start after its end, treatment after
        the end of participation. Of the dates that contradict each other the one in most contradictions is asked
        about, once; of two in as many the consent or the birth, else the second. A subject with a date that DT-005 asks
        about, or with a dose that ends before it starts, is left out.
    Why it matters: Consent comes before everything that is done for the trial; the rest bound the time at risk.
    Example: RFICDTC 2022-05-01 and RFSTDTC 2022-03-07.
    Source: SDTMIG 3.4 section 5.2, reference dates; ICH E6 section 4.8.8, consent before participation.
    """
    pairs = [pair for pair in IN_ORDER if evidence.has("DM", *pair)]
    if not pairs:
        raise Missing("DM has no two reference dates")
    texts = {name: evidence.column("DM", name).of(str.strip, object) for pair in pairs for name in pair}
    wrong: dict[int, list[tuple[str, str]]] = {}
    for first, second in pairs:
        starts, ends = evidence.days("DM", first), evidence.days("DM", second)
        after = starts["earliest"].to_numpy() > ends["latest"].to_numpy()
        after |= _is_later_that_day(texts[first], texts[second])
        if (first, second) == ("RFXSTDTC", "RFXENDTC") and ("RFSTDTC", "RFENDTC") in pairs:
            # where the reference period is that of treatment, its two ends are asked about, and not the same dates twice
            after &= (texts["RFSTDTC"] != texts[first]) | (texts["RFENDTC"] != texts[second])
        for at in np.flatnonzero(after).tolist():
            wrong.setdefault(at, []).append((first, second))
    elsewhere = _asked_elsewhere(evidence) if wrong else set()
    asked: dict[str, dict[int, str]] = {}
    for at, contradictions in wrong.items():
        if at not in elsewhere:
            for variable, others in _fewest_dates(contradictions):
                sides = [
                    f'{"after" if is_first else "before"} {other} "{texts[other][at]}"' for other, is_first in others
                ]
                asked.setdefault(variable, {})[at] = f'{variable} "{texts[variable][at]}" is {" and ".join(sides)}'
    for variable, messages in asked.items():
        yield Flag("DM", np.array(list(messages), dtype=np.int64), variable, list(messages.values()))


def _fewest_dates(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, list[tuple[str, bool]]]]:
    """Dates to ask about, in turn the one in most of the pairs left, with the other dates of those and whether it comes first.

    Of two in as many, consent and birth before the others, then the second of the pair.
    """
    while pairs:
        counts = {name: sum(name in pair for pair in pairs) for pair in pairs for name in (pair[1], pair[0])}
        most = max(counts.values())
        worst = [name for name in counts if counts[name] == most]
        variable = next((name for name in worst if name in (CONSENT, BIRTH)), worst[0])
        yield (
            variable,
            [(pair[1], True) if pair[0] == variable else (pair[0], False) for pair in pairs if variable in pair],
        )
        pairs = [pair for pair in pairs if variable not in pair]


def _asked_elsewhere(evidence: Evidence) -> set[int]:
    """Records of DM of subjects with a date that DT-005 asks about, or a dose that ends before it starts."""
    found: set[str] = set()
    if evidence.has("EX", "USUBJID", "EXSTDTC", "EXENDTC"):
        doses = text_frame(evidence, "EX", "USUBJID")
        starts, ends = evidence.days("EX", "EXSTDTC"), evidence.days("EX", "EXENDTC")
        found |= set(doses.loc[ends["latest"].to_numpy() < starts["earliest"].to_numpy(), "USUBJID"])
    try:
        wrong = evidence.once(misdated_alive)
    except Missing:
        wrong = pd.DataFrame({"dataset": [], "position": []})
    for dataset, own in wrong.groupby("dataset"):
        found |= set(text_frame(evidence, str(dataset), "USUBJID")["USUBJID"].iloc[own["position"].to_numpy()])
    subjects = text_frame(evidence, "DM", optional=("USUBJID",))
    return set(subjects.loc[subjects["USUBJID"].isin(found), "position"].tolist())


def _is_later_that_day(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Mask of the pairs of one day where both times are given and the first is later."""
    if not any(len(text) > len("2022-03-05T1") for text in second):
        return np.zeros(len(first), dtype=bool)
    later = [
        len(a) > 13 and len(b) > 13 and a[:10] == b[:10] and a[10:] > b[10 : len(a)] and a[10 : len(b)] > b[10:]
        for a, b in zip(first, second, strict=True)
    ]
    return np.array(later, dtype=bool)


@rule("SD-0343", "subject.reference-start-untreated", "error", covers="CORE-000758 CG0534")
def reference_start_untreated(evidence: Evidence) -> Iterator[Flag]:
    """A reference start of a subject who was not treated, where it is the start of treatment for the others.

    What it finds: RFSTDTC of a subject whose ARMNRS is given and is not UNPLANNED TREATMENT, in data where RFSTDTC is
        RFXSTDTC for every other subject with both. One with an actual arm is SD-0209.
    Why it matters: Study days of a subject who never started would be counted from a start of treatment.
    Example: ARMNRS SCREEN FAILURE with RFSTDTC 2022-01-05, where RFSTDTC is the first fraction.
    Source: SDTMIG 3.4 section 5.2, RFSTDTC and ARMNRS; CG0534.
    """
    subjects = text_frame(evidence, "DM", "RFSTDTC", "RFXSTDTC", "ARMNRS", optional=("ACTARMCD",))
    both = subjects[(subjects["RFSTDTC"] != "") & (subjects["RFXSTDTC"] != "") & (subjects["ARMNRS"] == "")]
    if both.empty or (both["RFSTDTC"].str[:10] != both["RFXSTDTC"].str[:10]).any():
        return
    untreated = ~subjects["ARMNRS"].isin(["", "UNPLANNED TREATMENT"]) & (subjects["RFSTDTC"] != "")
    untreated &= subjects["ACTARMCD"] == ""
    message = 'RFSTDTC is "{value}", the start of treatment, and ARMNRS says that the subject was not treated'
    yield Flag("DM", subjects.loc[untreated, "position"].to_numpy(), "RFSTDTC", message, "no value")
