"""A small trial of made analysis datasets, its list of endpoints and what they come to."""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.endpoints.listed import Estimates, estimate_endpoints
from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.made import Made
from hcc_sdtm.spec.endpoints import EndpointList

SUBJECTS = [f"T-{number}" for number in range(1, 9)]

ADSL = pd.DataFrame({"USUBJID": SUBJECTS, "FASFL": ["Y"] * 7 + ["N"], "SEX": list("MFMFMFMF")})
ADTTE = pd.DataFrame(
    {
        "USUBJID": SUBJECTS * 2,
        "PARAMCD": ["PFS"] * 8 + ["TTNT"] * 8,
        "AVAL": [1.5, 2.25, 3.0, 4.0, 5.0, 6.5, 7.0, 8.0] * 2,
        "CNSR": [0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0],
        "CAUSE": [0.0] * 8 + [1, 0, 2, 1, 0, 2, 1, 1],
        "EVNTDESC": ["Death", "Alive"] * 8,
        "ASEQ": [4.0] * 8 + [7.0] * 8,
    }
)
ADRS = pd.DataFrame(
    {
        "USUBJID": SUBJECTS[:6],
        "PARAMCD": "BOR",
        "AVALC": ["CR", "PR", "SD", "PD", "NE", "PR"],
        "ANL01FL": "Y",
        "ASEQ": 2.0,
    }
)

LISTED = EndpointList.model_validate(
    {
        "populations": {"FASFL": "all who were treated"},
        "endpoints": [
            {
                "id": "PFS", "label": "Progression-free survival", "estimator": "survival", "parameter": "PFS",
                "population": "FASFL", "unit": "months", "times": [3, 6], "by": ["SEX"], "compare": True,
                "purpose": "primary", "reason": "protocol", "note": "By the protocol.",
            },
            {
                "id": "TTNT", "label": "Time to next therapy", "estimator": "cumulative-incidence", "parameter": "TTNT",
                "population": "FASFL", "unit": "months", "times": [6], "causes": ["next therapy", "death"],
            },
            {
                "id": "ORR", "label": "Response rate", "estimator": "proportion", "parameter": "BOR",
                "population": "FASFL", "values": ["CR", "PR"], "where": {"ANL01FL": ["Y"]},
                "among": {"parameter": "BOR", "values": ["CR", "PR", "SD", "PD"], "label": "an evaluable response"},
            },
        ],
    }
)  # fmt: skip

FACTS = Facts("A trial", "TRIAL-1", "2024-02-29", "0123456789abcdef", "Dates are fictional.")
MADE = (
    Made("baseline", "Baseline", ("results/tables/baseline.html", "results/tables/baseline.rtf")),
    Made("PFS", "Progression-free survival", ("results/figures/pfs.svg", "results/figures/pfs.png")),
    Made("swimmer", "Swimmer", reason="there is no dataset EX"),
)


def estimates() -> Estimates:
    return estimate_endpoints(ADSL, ADRS, ADTTE, LISTED)
