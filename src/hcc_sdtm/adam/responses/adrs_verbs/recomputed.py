"""Visit responses as the lesions give them, by a criterion, instead of as they were recorded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.responses.adrs_verbs.building import ROW_COLUMNS, Building
from hcc_sdtm.adam.responses.adrs_verbs.visits import is_analysed
from hcc_sdtm.adam.responses.response import worst_of_day
from hcc_sdtm.spec.adam.lesion_verbs import RecomputedResponses

PARTS = {"overall": "overall", "target": "target", "non-target": "non_target", "new lesion": "new_lesion"}
"""The column of `RESPONSE_COLUMNS` that has each part of a response."""


def recomputed_responses(building: Building, rule: RecomputedResponses) -> pd.DataFrame | None:
    """One row for each subject and day that the evaluator assessed lesions after the baseline: the part of the response.

    Dated by the scan that decides the overall response, of two on a day by the worse. ANL01FL marks what may make other
    parameters, as it does for recorded responses: up to the first overall PD. A part that there is not (no target lesion)
    has no row; without a new lesion the answer is N. Findings about lesions are made with the sums (ADTR).
    """
    reading, criterion = building.adam.criteria.reading, building.adam.criteria.named(rule.criterion)
    if reading is None or criterion is None or not building.lesions:
        return None
    found = building.judged(criterion)
    subject = found["subject"].to_numpy(dtype=np.int64)
    own = (found["evaluator"] == (rule.evaluator or reading.evaluator)).to_numpy() & building.in_population[subject]
    found = found[own & found["day"].notna().to_numpy()].reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "subject": found["subject"].to_numpy(dtype=np.int64),
            "ADT": found["day"].to_numpy(dtype=float),
            "ADTF": found["flag"].to_numpy(dtype=object),
            "AVALC": found["overall"].to_numpy(dtype=object),
            "ANL01FL": "",
            "source": _sources(building, found["dataset"]),
            "position": found["position"].to_numpy(dtype=np.int64),
        }
    )
    rows = rows[ROW_COLUMNS].assign(AVISIT=found["AVISIT"].to_numpy(), AVISITN=found["AVISITN"].to_numpy())
    kept, _ = worst_of_day(building.assessments(rows))
    part = found[PARTS[rule.part]].to_numpy(dtype=object)[kept.index]
    if rule.part == "new lesion":
        part = np.where(part == "", "N", part)
    rows = rows.loc[kept.index].reset_index(drop=True)
    rows["ANL01FL"] = np.where(is_analysed(building, rows), "Y", "").astype(object)
    made: pd.DataFrame = rows.assign(AVALC=part)[part != ""]
    return made.reset_index(drop=True)


def _sources(building: Building, datasets: pd.Series) -> np.ndarray:
    numbers = {
        name: building.source(building.datasets[name], f"{name}DTC")
        for name in datasets.unique()
        if name in building.datasets
    }
    return datasets.map(numbers).fillna(-1).to_numpy(dtype=np.int64)
