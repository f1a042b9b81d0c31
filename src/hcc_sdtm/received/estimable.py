"""Received analysis datasets as the input of endpoints: read, chosen, and the list's names checked against them."""

from __future__ import annotations

from pathlib import Path

from hcc_sdtm.problem import StudyError
from hcc_sdtm.received.analysis_datasets import AnalysisDatasets, choose_datasets
from hcc_sdtm.received.known_parameters import known_names, unit_problems
from hcc_sdtm.received.received import Received, read_received
from hcc_sdtm.spec.endpoint_list import read_endpoints
from hcc_sdtm.spec.endpoint_plan import EndpointPlan
from hcc_sdtm.spec.endpoints import EndpointList
from hcc_sdtm.spec.standard_specs import read_standard_specs


def read_estimable(data: Path, plan: EndpointPlan) -> tuple[Received, AnalysisDatasets, EndpointList]:
    """The datasets of a folder or file, those that the endpoints read, and the list with the units that the data says.

    Raises StudyError with every problem: of the files, then of datasets and columns, then of parameters, variables and units
    that the list names and the data does not have.
    """
    received = read_received(data, None, read_standard_specs())
    chosen = choose_datasets(received, data, plan.listed, plan.file)
    known = known_names(chosen)
    problems = list(unit_problems(chosen, known, received, plan.file))
    try:
        listed = read_endpoints(plan.path, plan.file.name, known)
    except StudyError as error:
        raise StudyError([*error.problems, *problems]) from None
    if problems:
        raise StudyError(problems)
    return received, chosen, listed
