"""Ten treated subjects and two others, and a list of one endpoint estimated on a few records of theirs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.endpoints.listed import Estimates, estimate_endpoints
from hcc_sdtm.spec.endpoints import EndpointList

SUBJECTS = [f"S-{number:02d}" for number in range(1, 13)]
ADSL = pd.DataFrame(
    {
        "USUBJID": SUBJECTS,
        "RTFL": ["Y"] * 10 + ["N", ""],
        "SITEID": ["101"] * 5 + ["102"] * 7,
        "SEX": ["F", "M"] * 4 + ["", "M"] + ["F", "F"],
    }
)
EIGHT = [(1, 2, 0), (2, 3, 0), (3, 5, 0), (4, 8, 0), (5, 10, 1), (6, 12, 0), (7, 14, 3), (8, 20, 1)]
"""(subject, time, CNSR): survival is 0.5 from 8 to 12, so that the median is 10."""


def adtte(parameter: str, rows: list[tuple[int, float, float]], **columns: object) -> pd.DataFrame:
    """One record for each (subject number, AVAL, CNSR); a column given as None is left out."""
    numbers, time, censored = zip(*rows, strict=True)
    data: dict[str, object] = {"USUBJID": [SUBJECTS[number - 1] for number in numbers], "PARAMCD": parameter}
    data |= {"PARAM": "Time to something (Months)", "AVAL": np.array(time, dtype=float)}
    data |= {"CNSR": np.array(censored, dtype=float), "ENTRY": np.nan, "CAUSE": np.nan}
    return pd.DataFrame({name: values for name, values in (data | columns).items() if values is not None})


def adrs(parameter: str, values: list[str], **columns: object) -> pd.DataFrame:
    """One record for each of the first subjects."""
    return pd.DataFrame({"USUBJID": SUBJECTS[: len(values)], "PARAMCD": parameter, "AVALC": values, **columns})


def estimate(
    endpoint: dict[str, object],
    adtte_frame: pd.DataFrame | None = None,
    adrs_frame: pd.DataFrame | None = None,
    adsl: pd.DataFrame = ADSL,
    **further: object,
) -> Estimates:
    """The endpoint of parameter P in all treated, on these records or none."""
    common = {"id": "E", "label": "An endpoint", "parameter": "P", "population": "RTFL"}
    listed = {"populations": {"RTFL": "all treated"}, "endpoints": [common | endpoint], **further}
    empty_tte, empty_rs = adtte("", [(1, 1, 1)]).iloc[:0], adrs("", ["Y"]).iloc[:0]
    return estimate_endpoints(
        adsl,
        adrs_frame if adrs_frame is not None else empty_rs,
        adtte_frame if adtte_frame is not None else empty_tte,
        EndpointList.model_validate(listed),
    )


def texts(made: Estimates, group: str = "") -> dict[str, str]:
    """What a reader is shown of a group, by statistic."""
    part = made.results[made.results["group"] == group]
    return dict(zip(part["statistic"], part["text"], strict=True))


def warnings(made: Estimates, group: str = "") -> dict[str, str]:
    """The warnings of a group, by statistic."""
    part = made.results[(made.results["group"] == group) & (made.results["warning"] != "")]
    return dict(zip(part["statistic"], part["warning"], strict=True))
