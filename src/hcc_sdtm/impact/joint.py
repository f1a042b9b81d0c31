"""The least and greatest of an endpoint's statistics when every subject takes the answer that is best, or worst, for them.

The choice over subjects is that of `hcc_sdtm.endpoints.bounds`, whose admissible outcomes are here those of answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.finding_outcomes import Admissible
from hcc_sdtm.adam.admissible.response_outcomes import RESPONSE_COLUMNS
from hcc_sdtm.adam.admissible.time_outcomes import OUTCOME_COLUMNS, in_order, no_outcomes
from hcc_sdtm.endpoints.bounds import add_bounds
from hcc_sdtm.endpoints.listed import Estimates
from hcc_sdtm.impact.feeds import RankedEndpoint
from hcc_sdtm.impact.impact import JOINT_COLUMNS
from hcc_sdtm.impact.outcomes import TIMES, Outcome
from hcc_sdtm.spec.endpoints import EndpointList, ProportionEndpoint


def joint_bounds(
    endpoint: RankedEndpoint,
    outcomes: Mapping[str, Sequence[Outcome]],
    estimates: Estimates,
    endpoints: EndpointList,
) -> pd.DataFrame:
    """The statistics of an endpoint with what they can be (`JOINT_COLUMNS`), over every choice of one outcome a subject.

    ``outcomes`` has that as recorded among those of each subject. Who leaves the population counts as without a record.
    """
    alone = endpoints.model_copy(update={"endpoints": (endpoint,)})
    whole = estimates.results
    of_endpoint = whole[(whole["endpoint"] == endpoint.id) & (whole["group"] == "")].reset_index(drop=True)
    of_endpoint = of_endpoint.assign(least=np.nan, greatest=np.nan, bound="", warning="")
    own = Estimates(
        of_endpoint,
        {name: curve for name, curve in estimates.curves.items() if name == endpoint.id},
        {},
        {key: chosen for key, chosen in estimates.sets.items() if key == (endpoint.id, "")},
    )
    admissible = _as_admissible(endpoint, outcomes)
    found = add_bounds(own, alone, admissible).results
    return found[found["group"] == ""][list(JOINT_COLUMNS)].reset_index(drop=True)


def _as_admissible(endpoint: RankedEndpoint, outcomes: Mapping[str, Sequence[Outcome]]) -> Admissible:
    pairs = [(name, outcome) for name, each in outcomes.items() for outcome in each]
    missed = pd.DataFrame(columns=["USUBJID", "PARAMCD", "EARLIEST"])
    if isinstance(endpoint, ProportionEndpoint):
        codes = (endpoint.parameter, endpoint.among.parameter) if endpoint.among else (endpoint.parameter,)
        none = ("",) * len(codes)
        rows = pd.DataFrame(
            {
                "USUBJID": [name for name, _ in pairs],
                "PARAMCDS": [codes] * len(pairs),
                "AVALCS": [none if outcome is None else outcome for _, outcome in pairs],
            },
            columns=RESPONSE_COLUMNS,
            dtype=object,
        )
        return Admissible(no_outcomes(), missed, rows)
    numbers = np.array([[np.nan] * len(TIMES) if outcome is None else outcome for _, outcome in pairs], dtype=float)
    frame = pd.DataFrame(numbers.reshape(len(pairs), len(TIMES)), columns=list(TIMES))
    frame = frame.assign(
        USUBJID=pd.Series([name for name, _ in pairs], dtype=object),
        PARAMCD=endpoint.parameter,
        STARTDT=0.0,
        ADT=frame["AVAL"],
    )
    return Admissible(in_order(frame[OUTCOME_COLUMNS]), missed)
