"""Which site the subject of a finding is of, as the received datasets say it: files from outside have no mapping to say it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hcc_sdtm.dataset import Dataset

ONE_ROW_A_SUBJECT = ("DM", "ADSL")


def derive_finding_sites(findings: pd.DataFrame, datasets: Mapping[str, Dataset]) -> pd.DataFrame:
    """The findings with ``site`` where it is ``""`` and the subject has one SITEID in DM, else in ADSL.

    A subject without a SITEID or with several keeps ``""``, and so does a finding without a subject.
    """
    site = findings["site"]
    for name in ONE_ROW_A_SUBJECT:
        frame = datasets[name].frame if name in datasets else pd.DataFrame()
        if {"USUBJID", "SITEID"} <= set(frame.columns):
            pairs = frame[["USUBJID", "SITEID"]].dropna().astype(str).drop_duplicates()
            pairs = pairs[(pairs["USUBJID"] != "") & (pairs["SITEID"] != "")]
            known = pairs.drop_duplicates("USUBJID", keep=False).set_index("USUBJID")["SITEID"]
            site = site.mask(site == "", findings["subject"].map(known).fillna(""))
    return findings.assign(site=site.astype(object))
