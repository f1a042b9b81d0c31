"""Rules on the seriousness of adverse events: the judgement and its criteria in one record, asked about at the judgement."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule

CRITERIA = ("AESCAN", "AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESMIE", "AESOD")
"""Variables that say why an adverse event is serious (SDTMIG 3.4, 6.2.1)."""


@rule("SD-0451", "adverse-event.criterion-without-seriousness", "error", covers="CORE-000022 CG0041")
def criterion_without_seriousness(evidence: Evidence) -> Iterator[Flag]:
    """An adverse event that meets a criterion of seriousness and is not serious, at AESER.

    What it finds: AESER N or missing, where at least one of the criteria of seriousness is Y.
    Why it matters: Serious events are reported to authorities within days; this one is left out.
    Example: AESHOSP Y, AESER N.
    Source: SDTMIG 3.4 section 6.2.1; CG0041; ICH E2A.
    """
    met = _met(evidence)
    column = evidence.column("AE", "AESER")
    positions = np.flatnonzero(np.logical_or.reduce(list(met.values())) & column.where(lambda text: text in ("", "N")))
    messages = [
        f'AESER is "{column.texts[column.codes[at]]}" and {", ".join(name for name in met if met[name][at])} Y'
        for at in positions
    ]
    yield Flag("AE", positions, "AESER", messages, "Y")


@rule("SD-0452", "adverse-event.serious-without-criterion", "error", covers="CORE-000266 CG0042")
def serious_without_criterion(evidence: Evidence) -> Iterator[Flag]:
    """A serious adverse event that meets none of the criteria, at AESER.

    What it finds: AESER Y, where none of the criteria of seriousness that AE has is Y.
    Why it matters: Why the event is serious, death and hospital among the reasons, is what is reported of it.
    Example: AESER Y; AESDTH, AESHOSP and AESLIFE N.
    Source: SDTMIG 3.4 section 6.2.1; CG0042; ICH E2A.
    """
    met = _met(evidence)
    serious = evidence.column("AE", "AESER").where("Y".__eq__)
    positions = np.flatnonzero(serious & ~np.logical_or.reduce(list(met.values())))
    yield Flag("AE", positions, "AESER", f"AESER is Y and none of {', '.join(met)} is", "N, or a criterion Y")


def _met(evidence: Evidence) -> dict[str, np.ndarray]:
    """For each criterion that AE has, the mask of the records that meet it. Raises Missing where it has none."""
    evidence.column("AE", "AESER")
    there = [name for name in CRITERIA if evidence.has("AE", name)]
    if not there:
        raise Missing(f"AE has none of {', '.join(CRITERIA)}")
    return {name: evidence.column("AE", name).where("Y".__eq__) for name in there}
