"""The function of each verb of ``adrs.yaml``, by its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from hcc_sdtm.adam.responses.adrs_verbs.answers import disease_control, first_of, is_in, last_of
from hcc_sdtm.adam.responses.adrs_verbs.best import best_overall_response
from hcc_sdtm.adam.responses.adrs_verbs.building import Building
from hcc_sdtm.adam.responses.adrs_verbs.confirming import benefit, progression, response
from hcc_sdtm.adam.responses.adrs_verbs.events import event, exists, new_therapy
from hcc_sdtm.adam.responses.adrs_verbs.lesion_depth import response_depth
from hcc_sdtm.adam.responses.adrs_verbs.lesion_fields import field_progression, field_status
from hcc_sdtm.adam.responses.adrs_verbs.lesion_patterns import lesion_count, progression_pattern
from hcc_sdtm.adam.responses.adrs_verbs.recomputed import recomputed_responses
from hcc_sdtm.adam.responses.adrs_verbs.visits import single_response, visit_responses

Verb = Callable[[Building, Any], pd.DataFrame | None]
"""The rows of a parameter, from what is made so far and the verb's rule (a field of `AdrsParameter` by the same name).

None: the study has no records that could tell, and the parameter is not made.
"""

VERBS: Mapping[str, Verb] = {
    "responses": visit_responses,
    "single": single_response,
    "recomputed": recomputed_responses,
    "first": first_of,
    "last": last_of,
    "best": best_overall_response,
    "is_in": is_in,
    "disease_control": disease_control,
    "response": response,
    "clinical_benefit": benefit,
    "confirmed_progression": progression,
    "event": event,
    "exists": exists,
    "new_therapy": new_therapy,
    "field_status": field_status,
    "field_progression": field_progression,
    "pattern": progression_pattern,
    "lesion_count": lesion_count,
    "depth": response_depth,
}
