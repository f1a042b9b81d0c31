"""A small study for the figures: four subjects, their datasets, estimates and facts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm.endpoints.listed import estimate_endpoints
from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.figures.source import FigureSource
from hcc_sdtm.spec.endpoints import EndpointList

DAY = 22280.0  # 2020-12-31
ENDPOINTS = EndpointList.model_validate(
    {
        "populations": {"RTFL": "all treated"},
        "endpoints": [
            {
                "id": "PFS", "label": "PFS", "estimator": "survival", "parameter": "PFS", "population": "RTFL",
                "unit": "months", "times": [6], "by": ["SEX"],
            },
            {
                "id": "OS", "label": "OS", "estimator": "survival", "parameter": "OS", "population": "RTFL",
                "unit": "months",
            },
            {
                "id": "NEXT", "label": "Next line", "estimator": "cumulative-incidence", "parameter": "NEXT",
                "population": "RTFL", "unit": "months", "causes": ["second line", "death"],
            },
        ],
    }
)  # fmt: skip


def source(**changed):
    """The study; ``changed`` replaces parts of it."""
    subjects = [f"T-{at}" for at in range(1, 5)]
    adsl = pd.DataFrame({"USUBJID": subjects, "SUBJID": ["1", "2", "3", "4"], "SEX": ["F", "M", "F", "M"]})
    adsl["RTFL"] = ["Y", "Y", "Y", "N"]
    adsl["TRTSDT"] = [DAY, DAY, DAY, np.nan]
    adsl["DTHDT"] = [DAY + 300, np.nan, np.nan, np.nan]
    adsl["DTHDTF"] = ["D", "", "", ""]
    adsl["LSTALVDT"] = [DAY + 290, DAY + 400, DAY + 200, DAY]
    adsl["EOSSTT"] = ["DISCONTINUED", "ONGOING", "ONGOING", ""]
    times = [
        (subject, parameter, start, start + days, days / 30.4375, float(cnsr), cause)
        for parameter, found in {
            "PFS": [(100, 0, 1), (400, 1, 0), (150, 0, 1)],
            "OS": [(300, 0, 1), (400, 1, 0), (200, 1, 0)],
            "NEXT": [(120, 0, 1), (400, 1, 0), (150, 0, 2)],
        }.items()
        for subject, start, (days, cnsr, cause) in zip(subjects, [DAY] * 3, found, strict=False)
    ]
    columns = ["USUBJID", "PARAMCD", "STARTDT", "ADT", "AVAL", "CNSR", "CAUSE"]
    adtte = pd.DataFrame(times, columns=columns).assign(EVNTDESC="Something", ADTF="", SRCDOM="", SRCSEQ=np.nan)
    adtte["ADTLO"], adtte["ADTHI"] = adtte["ADT"], adtte["ADT"]
    adtte["AVALLO"], adtte["AVALHI"] = adtte["AVAL"], adtte["AVAL"]
    second = adtte.index[(adtte["PARAMCD"] == "NEXT") & (adtte["USUBJID"] == "T-1")]
    adtte.loc[second, ["ADTF", "SRCDOM", "SRCSEQ"]] = ["D", "CM", 1.0]
    adtte.loc[second, ["ADTLO", "ADTHI"]] = [DAY + 91, DAY + 120]
    adtte.loc[second, ["AVALLO", "AVALHI"]] = [3.0, 3.9]
    adrs = pd.DataFrame(
        [
            ("T-1", "OVR", DAY + 40, "PR"), ("T-1", "OVR", DAY + 100, "PD"), ("T-1", "BOR", DAY + 40, "PR"),
            ("T-2", "BOR", DAY + 40, "SD"), ("T-1", "DEPTH", DAY + 40, ""), ("T-2", "DEPTH", DAY + 40, ""),
            ("T-4", "DEPTH", DAY + 40, ""),
        ],
        columns=["USUBJID", "PARAMCD", "ADT", "AVALC"],
    ).assign(ADTF="", SRCDOM="", SRCSEQ=np.nan)  # fmt: skip
    adrs["AVAL"] = [np.nan] * 4 + [-45.0, 10.0, -99.0]
    adtr = pd.DataFrame(
        [("T-1", DAY - 5, 40.0, np.nan, "Y"), ("T-1", DAY + 40, 22.0, -45.0, ""), ("T-2", DAY - 3, 10.0, np.nan, "Y")],
        columns=["USUBJID", "ADT", "AVAL", "PCHG", "ABLFL"],
    ).assign(PARAMCD="SUMDIAM")
    cm = pd.DataFrame(
        [("T-1", 1.0, "SECOND LINE", "2021-04", "", "DRUG B"), ("T-2", 1.0, "FIRST LINE", "2020-11-05", "", "DRUG A")],
        columns=["USUBJID", "CMSEQ", "CMCAT", "CMSTDTC", "CMENDTC", "CMDECOD"],
    )
    datasets = {"ADSL": adsl, "ADRS": adrs, "ADTTE": adtte, "ADTR": adtr, "CM": cm}
    facts = Facts("A trial", "T", "2022-06-30", "0123456789abcdef")
    made = FigureSource(facts, datasets, estimate_endpoints(adsl, adrs, adtte, ENDPOINTS), ENDPOINTS, {"SEX": "Sex"})
    return replace(made, **changed)
