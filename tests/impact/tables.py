"""A small study of five subjects, its endpoints and its findings, for rankings that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hcc_sdtm.adam.deriving import derive_datasets
from hcc_sdtm.endpoints.listed import estimate_endpoints
from hcc_sdtm.finding import Finding, finding_keys, findings_frame
from hcc_sdtm.impact.ranking import rank_findings
from hcc_sdtm.mapping.sites import mapping_problems
from hcc_sdtm.spec.endpoints import EndpointList
from hcc_sdtm.spec.study import read_study
from tests.adam.tables import study
from tests.conftest import ROOT

START = "2021-03-01"
POPULATIONS = {"RTFL": "all who started radiotherapy"}
PFSEMA = {
    "id": "PFS",
    "label": "Progression-free",
    "estimator": "survival",
    "parameter": "PFSEMA",
    "population": "RTFL",
}
ORR = {"id": "ORR", "label": "Response", "estimator": "proportion", "parameter": "RSP", "population": "RTFL"}
OS = {
    "id": "OS",
    "label": "Survival",
    "estimator": "survival",
    "parameter": "OSRT",
    "population": "RTFL",
    "times": [12],
}
REFERENCE = read_study(ROOT, None, mapping_problems)

PROGRESSIONS = {"A": "2021-05-24", "B": "2021-06-21", "C": "2021-07-19", "D": "2021-08-16", "E": "2021-09-13"}
"""The day on which each of the five progressed; the median is that of C."""


def trial(*endpoints):
    """The reference study with these endpoints only."""
    listed = EndpointList.model_validate({"populations": POPULATIONS, "endpoints": list(endpoints)})
    return replace(REFERENCE, endpoints=listed)


def five(deaths=None, **tables):
    """Five subjects with one scan before their progression, and one that shows it."""
    deaths = deaths or {}
    names = list(PROGRESSIONS)
    scans = [(name, day, term, str(number)) for name in names for day, term, number in
             (("2021-04-12", "SD", 2), (PROGRESSIONS[name], "PD", 3))]  # fmt: skip
    rows = {
        "DM": ("S DTHDTC DTHFL BRTHDTC", [(n, deaths.get(n, ""), "Y" if n in deaths else "", "") for n in names]),
        "EX": ("S EXSTDTC EXENDTC", [(name, START, "2021-03-10") for name in names]),
        "MH": ("S MHSTDTC", [(name, "2020-01-10") for name in names]),
        "TU": ("S TUDTC", [(name, "2021-02-20") for name in names]),
        "RS": ("S RSDTC RSSTRESC VISITNUM", scans),
        "CM": ("S CMSTDTC CMCAT", [("other", "2021-01-01", "SECOND LINE")]),
        "PR": ("S PRSTDTC", [("other", "2021-01-01")]),
    }
    made = {name: pd.DataFrame(own, columns=columns.split(), dtype=object) for name, (columns, own) in rows.items()}
    return study(**{**made, **tables})


def finding(rule, dataset, record, variable, subject, **more):
    """A finding at a record of the study, by its 1-based position."""
    return Finding(rule, "error", "m", dataset=dataset, record=str(record), variable=variable, subject=subject, **more)


def found(*findings, causes=()):
    """The findings as a run has them; ``causes`` are pairs of places, of what follows and of what leads it."""
    frame = findings_frame(findings)
    frame = frame.assign(key=finding_keys(frame), status="", waiver="", evidence="")
    for follows, leads in causes:
        frame.loc[follows, "cause"] = frame.loc[leads, "key"]
    return frame


def derived(sdtm, asked):
    """The analysis datasets of SDTM."""
    return derive_datasets(sdtm, asked.specs, asked.trial, asked.adam)


def estimated(datasets, asked):
    """The estimates of analysis datasets."""
    return estimate_endpoints(*(datasets[name].published for name in ("ADSL", "ADRS", "ADTTE")), asked.endpoints)


def ranked(sdtm, findings, *endpoints):
    """The ranking of the findings of a small study."""
    asked = trial(*endpoints)
    datasets = derived(sdtm, asked)
    return rank_findings(asked, findings, sdtm, datasets, estimated(datasets, asked))
