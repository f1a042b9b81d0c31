"""Specs, frames and results that the tests of outputs share."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from hcc_sdtm.endpoints.listed import RESULT_COLUMNS
from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import DatasetSpec, Variable

LINE = Source("specs/test.csv", line=2)
CUTOFF = datetime(2024, 2, 29)


def variable(name: str, kind: str = "text", label: str = "", form: str = "") -> Variable:
    return Variable(name, label or f"Label of {name}", kind, 20, "Req", "", "", "", "", "", form, LINE)


def dataset_spec(
    *variables: Variable, name: str = "AD", label: str = "A Dataset", keys: tuple[str, ...] = ()
) -> DatasetSpec:
    return DatasetSpec(name, label, "FINDINGS", "One record per subject", keys, keys, variables, LINE)


SPEC = dataset_spec(
    variable("STUDYID"),
    variable("USUBJID"),
    variable("RSSEQ", "integer"),
    variable("RSORRES"),
    variable("RSDTC", "date"),
    variable("AVAL", "float"),
    variable("ADT", "integer", form="DATE9."),
    keys=("STUDYID", "USUBJID", "RSSEQ"),
)
FRAME = pd.DataFrame(
    {
        "STUDYID": ["RTHCC"] * 3,
        "USUBJID": ["RTHCC-101-001", "RTHCC-101-002", "RTHCC-103-001"],
        "RSSEQ": [1.0, 2.0, 1.0],
        "RSORRES": ["部分缓解(PR)", "", 'said "PD", \\ twice'],
        "RSDTC": ["2021-03-05", "2021-03", ""],
        "AVAL": [1.5, np.nan, 1e-7],
        "ADT": [22344.0, np.nan, 0.0],
    }
)

FINDINGS = findings_frame(
    [
        Finding(
            "DM-004 sex.term", "warning", 'SEX "X" is not a term', "101", "DM", subject="RTHCC-101-001",
            record="10", variable="SEX", value="X", source="site_101.xlsx:入组!C7", typed="=1+1",
        ),
        Finding(
            "RS-003 response.after-death", "error", "response after <death>", "102", "RS", subject="RTHCC-102-001",
            keys="RSSEQ=4", record="2", variable="RSDTC", value="2021-05-01", source="visits.csv:C7", typed="-1.5",
        ),
        Finding("RS-003 response.after-death", "error", "response after <death>", "102", "RS", record="10"),
        Finding("ST-001 column.unused", "note", "nobody reads +cmd", table="visit", value="\x0bbell"),
    ]
)  # fmt: skip


def results_frame(*rows: dict[str, object]) -> pd.DataFrame:
    """Results with every column; what a row does not say is empty, and a number NaN."""
    numbers = ("value", "lower", "upper", "time", "n", "least", "greatest")
    usual = {name: np.nan if name in numbers else "" for name in RESULT_COLUMNS}
    return pd.DataFrame([usual | row for row in rows], columns=list(RESULT_COLUMNS))


PFS = {
    "endpoint": "PFS",
    "label": "Progression-free survival",
    "method": "Kaplan-Meier",
    "population": "FAS",
    "parameter": "PFS",
}
ORR = {
    "endpoint": "ORR", "label": "Objective response <rate>", "method": "Clopper-Pearson", "population": "FAS",
    "parameter": "BOR", "group": "READER=读片 1",
}  # fmt: skip
RESULTS = results_frame(
    {
        **PFS,
        "statistic": "median",
        "measure": "median",
        "unit": "months",
        "value": 8.25,
        "text": "8.3 (6.1 to 10.2)",
        "n": 60,
    },
    {**PFS, "statistic": "rate at 12 months", "measure": "rate", "unit": "%", "time": 12.0, "n": 14},
    {**ORR, "statistic": "rate", "measure": "proportion", "unit": "%", "value": 38.0, "n": 60},
)
