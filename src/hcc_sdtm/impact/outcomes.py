"""What each endpoint reads of a subject, as recorded and under each answer.

An outcome is what the estimator of the endpoint takes: (AVAL, CNSR, CAUSE, ENTRY) of a time, the responses of a proportion;
None where the subject is not in the endpoint's population. The choice of records is that of `hcc_sdtm.endpoints.listed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hcc_sdtm.endpoints.listed import AnalysisData, Population, build_analysis_data
from hcc_sdtm.endpoints.listed.analysis_set import build_analysis_set, build_populations
from hcc_sdtm.impact.feeds import RankedEndpoint
from hcc_sdtm.spec.endpoints import ProportionEndpoint

Outcome = tuple[Any, ...] | None
"""The four numbers of a time, or the texts of responses; None: not in the population."""
TIMES = ("AVAL", "CNSR", "CAUSE", "ENTRY")


def endpoint_outcomes(endpoint: RankedEndpoint, data: AnalysisData) -> list[Outcome]:
    """The outcome of each subject, by its number; NaN or ``""`` where it has no record of the parameter."""
    population = next(iter(build_populations(data.subjects, endpoint.population, ())))
    if isinstance(endpoint, ProportionEndpoint):
        parameters = [(endpoint.parameter, endpoint.where)]
        parameters += [(endpoint.among.parameter, {})] if endpoint.among else []
        columns = [_responses(data, name, where, population) for name, where in parameters]
        found: list[Outcome] = list(zip(*columns, strict=True))
    else:
        chosen = build_analysis_set(data.adtte, endpoint.parameter, endpoint.where, population, "")
        numbers = np.full((len(data.subjects), len(TIMES)), np.nan)
        for place, name in enumerate(TIMES):
            if chosen.records.has(name):
                numbers[chosen.subjects, place] = chosen.numbers(name)
        found = list(map(tuple, numbers.tolist()))
    return [each if is_member else None for each, is_member in zip(found, population.members.tolist(), strict=True)]


def _responses(
    data: AnalysisData, parameter: str, where: Mapping[str, tuple[str, ...]], population: Population
) -> list[str]:
    chosen = build_analysis_set(data.adrs, parameter, where, population, "")
    codes, texts = chosen.texts("AVALC")
    values = np.full(len(data.subjects), "", dtype=object)
    values[chosen.subjects] = np.array([*texts, ""], dtype=object)[codes]
    return list(values)


def analysis_data(datasets: Mapping[str, pd.DataFrame]) -> AnalysisData:
    """ADSL, ADRS and ADTTE as endpoints read them."""
    return build_analysis_data(*(datasets[name] for name in ("ADSL", "ADRS", "ADTTE")))


def comparable(outcome: Outcome) -> Outcome:
    """The outcome with a text for each missing number, so that equal outcomes are equal."""
    return outcome if outcome is None else tuple("NE" if each != each else each for each in outcome)
