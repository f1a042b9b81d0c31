"""The detection matrix: for each planted error whether it was found at its place, by which rules, and what else was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.finding import finding_keys, rule_ids
from hcc_sdtm.pipeline import check_received
from tests.checks.seeded.clean_study import STUDY, clean_study
from tests.checks.seeded.planted import Place, Planted, Submission, places
from tests.checks.seeded.submission import receive

HEAVY = ("error", "warning")
TOLD_BY = ["rule", "dataset", "record", "variable", "subject", "message"]


@dataclass(frozen=True)
class Detection:
    """What the checks said of one planted error.

    ``right`` are the places that are right, the planted one first; ``found`` is yes, no, or the place where it was found
    instead; ``further`` counts the findings that are neither there nor grouped under one that is.
    """

    kind: str
    right: tuple[Place, ...]
    found: str
    rules: tuple[str, ...]
    further: int

    @property
    def is_found(self) -> bool:
        return self.found == "yes"


def findings_of(study: Submission) -> pd.DataFrame:
    """Findings of severity error or warning on the submission, as received files give them, with ``key``."""
    found = check_received(receive(study, STUDY.specs), STUDY.trial).findings
    found = found.assign(key=finding_keys(found))
    return found[found["severity"].isin(HEAVY)]


def detect(errors: Iterable[Planted]) -> list[Detection]:
    """Plants each error alone in a copy of the clean study, checks it, and compares with the findings of the clean study."""
    clean = findings_of(dict(clean_study()))
    known = set(map(tuple, clean[TOLD_BY].to_numpy()))
    return [_detect(error, known) for error in errors]


def _detect(error: Planted, known: set[tuple[str, ...]]) -> Detection:
    study = dict(clean_study())
    first = error.plant(study)
    right = tuple(places(error, study, first))
    findings = findings_of(study)
    is_new = np.array([tuple(row) not in known for row in findings[TOLD_BY].to_numpy()], dtype=bool)
    new = findings[is_new]
    at = np.array([tuple(row) in right for row in new[["dataset", "record", "variable"]].to_numpy()], dtype=bool)
    here = new[at]
    heads = set(here["cause"].where(here["cause"] != "", here["key"]))
    lead = new["cause"].where(new["cause"] != "", new["key"])
    further = new[~lead.isin(heads)]
    if len(here):
        return Detection(error.kind, right, "yes", tuple(dict.fromkeys(rule_ids(here))), len(further))
    elsewhere = new[new["cause"] == ""]
    where = "; ".join(
        dict.fromkeys(" ".join(filter(None, row)) for row in elsewhere[["dataset", "record", "variable"]].to_numpy())
    )
    return Detection(error.kind, right, where or "no", tuple(dict.fromkeys(rule_ids(new))), len(further))
