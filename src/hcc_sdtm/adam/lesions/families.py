"""Which lesions a lesion came of that split off, or that others merged into.

Source: SDTMIG 3.4, domain TU (TUSPLIT, TUMERGE); RECIST 1.1 section 4.3.2.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.records import Lesions
from hcc_sdtm.finding import findings_frame

UNKNOWN_FAMILY = "ADTR-106 lesion.family-unknown"
"""A lesion that fell apart or coalesced names no target that it came from: it is in no sum."""

SEPARATORS = re.compile(r"[/+,;& ]+")


def read_families(lesions: Lesions, rows: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The target (``parent``) that each lesion which split or merged came from; and findings where it names none.

    A merged lesion's link names its parts (T01/T02), a fragment's begins with that of the lesion it is of (T01.1); else all
    have one TUGRPID.
    """
    own = lesions.lesions.iloc[rows]
    found: list[tuple[int, int]] = []
    unknown = []
    for row in own.index[own["family"] != ""]:
        child = own.loc[row]
        others = own[(own["reader"] == child["reader"]) & (own["family"] == "")]
        links = others["lesion"]
        parts = set(SEPARATORS.split(child["lesion"]))
        if child["family"] == "merge":
            parents = others.index[links.isin(parts)]
        else:
            longest = max((link for link in links if link and child["lesion"].startswith(link)), key=len, default=None)
            parents = others.index[links == longest]
        if not len(parents) and child["group"]:
            parents = others.index[others["group"] == child["group"]]
        found += [(int(row), int(parent)) for parent in parents]
        if not len(parents):
            unknown.append(int(child["position"]))
    families = pd.DataFrame(found, columns=["lesion", "parent"], dtype=np.int64)
    if not unknown or lesions.identification is None:
        return families, findings_frame()
    message = 'lesion "{value}" came of others, and names none of the targets: it is in no sum'
    expected = "the links of its parts (T01/T02), that of the lesion it is of (T01.1), or their TUGRPID"
    at = np.array(unknown)
    return families, lesions.identification.findings(at, UNKNOWN_FAMILY, "warning", "TULNKID", message, expected)
