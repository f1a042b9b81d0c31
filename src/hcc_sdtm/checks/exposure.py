"""Rules on radiotherapy: dose per fraction, total dose, biologically effective dose."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule

GRAY = {"Gy": 1.0, "cGy": 0.01}

FRACTION_DOSE_GY = (1.5, 34.0)
"""Doses per fraction in use: conventional fractions of 1.8 to 2 Gy up to one fraction of 34 Gy to the lung (RTOG 0915)."""

TOTAL_TOLERANCE = 0.02
"""Share of a total dose that rounding of the dose per fraction can make."""

BED10_GY = (30.0, 130.0)
"""Biologically effective doses in use, alpha/beta 10: 30 Gy in 10 fractions gives 39, 50 Gy in 5 gives 100."""


@rule("EX-001", "dose.total-disagrees", "error")
def total_dose_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """A total dose that is not dose per fraction times fractions delivered, at the total dose.

    What it finds: TOTDOSE in SUPPEX more than 2 % away from EXDOSE times FXDELIV. A dose that EX-002 asks
        about is left out, and a number of fractions that EX-004 does.
    Why it matters: Dose explains response and toxicity; one of the three numbers is wrong.
    Example: 5 fractions of 8 Gy delivered, total dose 45 Gy.
    Source: ICRU report 91, prescription and reporting; the definition of a total dose.
    """
    doses = _fractions(evidence)
    doses = doses.merge(_supplement(evidence, "FXDELIV", "TOTDOSE"), on="position")
    product = doses["gray"] * doses["FXDELIV"]
    wrong = doses["likely"] & ((doses["TOTDOSE"] - product).abs() > TOTAL_TOLERANCE * product.abs())
    wrong &= ~doses["position"].isin(_exceeding(evidence)["position"])
    messages = [
        f"total dose {total:g} Gy, and {count:g} fractions of {gray:g} Gy are {gray * count:g} Gy"
        for total, count, gray in doses.loc[wrong, ["TOTDOSE", "FXDELIV", "gray"]].itertuples(index=False)
    ]
    expected = [f"{value:g}" for value in product[wrong]]
    yield Flag("SUPPEX", doses.loc[wrong, "TOTDOSE_position"].to_numpy(dtype=int), "QVAL", messages, expected)


@rule("EX-002", "dose.unlikely", "error")
def dose_unlikely(evidence: Evidence) -> Iterator[Flag]:
    """A dose per fraction that nobody prescribes, at the dose.

    What it finds: A radiotherapy dose per fraction below 1.5 Gy or above 34 Gy, after its unit is taken into
        account.
    Why it matters: Nearly always gray and centigray were taken for one another, or a total dose stands for a
        fraction's.
    Example: 12 typed in a column of centigray: 0.12 Gy a fraction.
    Source: RTOG 0915 (34 Gy in one fraction); ASTRO guidelines on fractionation.
    """
    doses = _fractions(evidence)
    unlikely = doses["gray"].notna() & ~doses["likely"]
    low, high = FRACTION_DOSE_GY
    yield Flag(
        "EX",
        doses.loc[unlikely, "position"].to_numpy(),
        "EXDOSE",
        [f"{gray:g} Gy in one fraction" for gray in doses.loc[unlikely, "gray"]],
        f"{low:g} to {high:g} Gy; gray and centigray may be mixed up",
    )


@rule("EX-003", "bed.unlikely", "warning")
def bed_unlikely(evidence: Evidence) -> Iterator[Flag]:
    """A biologically effective dose outside what treats a tumour, at the value.

    What it finds: BED10 in SUPPEX below 30 Gy or above 130 Gy. A dose that EX-002 asks about is left out.
    Why it matters: Either the course was broken off, or fractions, dose or the formula are wrong.
    Example: BED10 of 200 Gy, from 10 fractions of 10 Gy where 5 were given.
    Source: Linear-quadratic model, n d (1 + d / 10): palliative 30 Gy in 10 gives 39, 54 Gy in 3 gives 151.
    """
    doses = _fractions(evidence).merge(_supplement(evidence, "BED10"), on="position")
    low, high = BED10_GY
    unlikely = doses["likely"] & ((doses["BED10"] < low) | (doses["BED10"] > high))
    yield Flag(
        "SUPPEX",
        doses.loc[unlikely, "BED10_position"].to_numpy(dtype=int),
        "QVAL",
        "biologically effective dose of {value} Gy",
        f"{low:g} to {high:g} Gy",
    )


@rule("EX-004", "fractions.more-than-planned", "warning")
def fractions_exceed_plan(evidence: Evidence) -> Iterator[Flag]:
    """More fractions delivered than planned, at those delivered.

    What it finds: FXDELIV in SUPPEX above FXPLAN of the same record.
    Why it matters: A course may be broken off, but nobody gives more fractions than were planned; the total dose, or the plan,
        is wrong.
    Example: 50 fractions delivered, 5 planned.
    Source: ICRU report 91, prescription and reporting.
    """
    evidence.supplement("EX", "FXDELIV", "FXPLAN")
    wrong = _exceeding(evidence)
    messages = [
        f"{count:g} fractions delivered, and {planned:g} were planned"
        for count, planned in wrong[["FXDELIV", "FXPLAN"]].itertuples(index=False)
    ]
    expected = [f"at most {planned:g}" for planned in wrong["FXPLAN"]]
    yield Flag("SUPPEX", wrong["FXDELIV_position"].to_numpy(dtype=int), "QVAL", messages, expected)


def _exceeding(evidence: Evidence) -> pd.DataFrame:
    """Radiotherapy records with more fractions delivered than planned; none where either is not recorded."""
    try:
        fractions = _supplement(evidence, "FXDELIV", "FXPLAN")
    except Missing:
        return pd.DataFrame(columns=["position", "FXDELIV", "FXPLAN", "FXDELIV_position"])
    return fractions[fractions["FXDELIV"] > fractions["FXPLAN"]]


def _fractions(evidence: Evidence) -> pd.DataFrame:
    """Radiotherapy records: position, ``gray`` a fraction, and whether that is ``likely`` (also True where there is none)."""
    if evidence.trial.treatment_start.dataset != "EX":
        raise Missing("the trial's treatment is not in EX")
    treatment = evidence.treatment()[["position"]]
    doses = evidence.records("EX", "EXDOSE", "EXDOSU").merge(treatment, on="position")
    doses["gray"] = doses["EXDOSE"] * doses["EXDOSU"].map(GRAY)
    doses["likely"] = doses["gray"].isna() | doses["gray"].between(*FRACTION_DOSE_GY)
    return doses


def _supplement(evidence: Evidence, *names: str) -> pd.DataFrame:
    """`Evidence.supplement` of EX with the values as numbers, NaN where there is none or it is no number."""
    values = evidence.supplement("EX", *names)
    for name in names:
        numbers = {text: pd.to_numeric(text, errors="coerce") for text in values[name].unique()}
        values[name] = values[name].map(numbers).astype(float).replace([np.inf, -np.inf], np.nan)
    return values
