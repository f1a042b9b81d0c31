"""Rules on the durations of ADSL."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.analysis_evidence import numbers
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule


@rule("AD-0260", "adsl.treatment-duration", "error")
def treatment_duration(evidence: Evidence) -> Iterator[Flag]:
    """A duration of treatment that is not that of the first and last day of treatment.

    What it finds: TRTDURD other than TRTEDT - TRTSDT + 1, and TRTDURD of a subject who lacks one of the two dates.
    Why it matters: Exposure is summarised from it, and a day less for everybody is seen by nobody.
    Example: TRTSDT and TRTEDT are the same day and TRTDURD is 0.
    Source: ADaMIG 1.3 section 3.2, TRTDURD.
    """
    needed = ("TRTDURD", "TRTSDT", "TRTEDT")
    if not all(evidence.has("ADSL", name) for name in needed):
        raise Missing("ADSL does not have TRTDURD, TRTSDT and TRTEDT")
    given = numbers(evidence, "ADSL", "TRTDURD")
    first, last = (evidence.days("ADSL", name)["earliest"].to_numpy() for name in needed[1:])
    right = last - first + 1
    wrong = np.flatnonzero(~np.isnan(given) & ~(given == right))
    expected = ["" if np.isnan(days) else f"{days:g}" for days in right[wrong]]
    messages = [
        f"TRTDURD is {own:g}; TRTSDT to TRTEDT {f'is {days} days' if days else 'cannot be counted'}"
        for own, days in zip(given[wrong], expected, strict=True)
    ]
    yield Flag("ADSL", wrong, "TRTDURD", messages, [days or "no value" for days in expected])
