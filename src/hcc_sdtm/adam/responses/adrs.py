"""ADRS: responses and the dates that endpoints need, each parameter by its rule in ``adrs.yaml``.

A Y/N parameter has one record for each subject of the population, dated where it is Y; the visit responses have one for
each subject and day. SRCDOM, SRCVAR and SRCSEQ point to the SDTM record that gave ADT, for derived parameters too.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hcc_sdtm.adam.analysis_dataset import build_analysis_dataset
from hcc_sdtm.adam.responses.adrs_verbs.assembly import adrs_columns
from hcc_sdtm.adam.responses.adrs_verbs.building import Building
from hcc_sdtm.adam.responses.adrs_verbs.verbs import VERBS
from hcc_sdtm.adam.timeline import unusable_date_findings
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import Finding, findings_frame, join_findings
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

NO_SOURCE = "ADRS-106 parameter.no-source"
"""The study has no records that a parameter asks for: it is not made, because nobody was asked."""


def build_adrs(
    datasets: Mapping[str, Dataset],
    adsl: Dataset,
    specs: Specs,
    trial: Trial,
    adam: AdamSpecs,
    given: Mapping[str, pd.DataFrame | None] | None = None,
) -> tuple[Dataset, pd.DataFrame]:
    """ADRS from SDTM and ADSL, and findings about responses that disagree, are undated or follow a complete one.

    Of the visit responses ANL01FL marks those after the start of treatment, up to the first PD and not after death: only
    they make other parameters. An assessment on the day of start is a baseline assessment. Parameters that are ``given``, by
    PARAMCD, are not made again: they are rows of an ADRS, or None where the study has no records that could tell.
    """
    building = Building(datasets, adsl, specs, trial, adam)
    known = given or {}
    not_made: dict[str, str] = {}
    for parameter in adam.adrs.parameters:
        source = next((not_made[name] for name in parameter.earlier if name in not_made), "")
        if parameter.paramcd in known:
            rows = building.given_rows(known[parameter.paramcd])
        else:
            rows = None if source else VERBS[parameter.verb](building, parameter.rule)
        if rows is None:
            not_made[parameter.paramcd] = source or parameter.source
            rows = building.undated_rows(building.population[:0], "")
        building.rows[parameter.paramcd] = rows
    building.findings.append(_not_made(not_made))
    building.findings.append(unusable_date_findings(building.timelines))
    columns, subject = adrs_columns(building)
    return build_analysis_dataset(specs.adam["ADRS"], columns, adsl, subject), join_findings(building.findings)


def _not_made(sources: Mapping[str, str]) -> pd.DataFrame:
    """One finding for each source that the study has not."""
    found = []
    for source in dict.fromkeys(sources.values()):
        names = ", ".join(paramcd for paramcd, missing in sources.items() if missing == source)
        message = f"the study has no records of {source}: {names} are not made, for nobody was asked"
        found.append(
            Finding(NO_SOURCE, "note", message, dataset="ADRS", variable="PARAMCD", expected=f"records of {source}")
        )
    return findings_frame(found)
