"""The assumption ledger of a study: every choice that a statistician could argue with, its value, and the line to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from hcc_sdtm.mapping.applying import MappedSite
from hcc_sdtm.mapping.rules.settling import DATE_ORDER, DATE_SYSTEM, TIME_OF_DAY
from hcc_sdtm.outputs.analysis_ledger import analysis_assumptions
from hcc_sdtm.outputs.assumptions import Assumption, build_assumptions
from hcc_sdtm.spec.analysis_plan import AnalysisPlan
from hcc_sdtm.spec.endpoints import IncidenceEndpoint, IntervalCensoredEndpoint, SurvivalEndpoint
from hcc_sdtm.spec.study import Study


def list_assumptions(study: Study, sites: Sequence[MappedSite]) -> pd.DataFrame:
    """The ledger, numbered: what the analysis datasets are made by, then intervals and sites."""
    parts = [analysis_assumptions(study.plan), _endpoints(study), _sites(sites)]
    return build_assumptions(line for part in parts for line in part)


def list_plan_assumptions(plan: AnalysisPlan) -> pd.DataFrame:
    """The ledger of analysis datasets alone, made from SDTM that came from elsewhere."""
    return build_assumptions(analysis_assumptions(plan))


def _endpoints(study: Study) -> Iterator[Assumption]:
    for endpoint in study.endpoints.endpoints:
        limits = "no limits"
        if not isinstance(endpoint, IntervalCensoredEndpoint):
            limits = f"interval {endpoint.interval}, {endpoint.level:.0%}"
        value = f"{endpoint.estimator}, {limits}, population {endpoint.population}"
        if isinstance(endpoint, SurvivalEndpoint | IncidenceEndpoint) and (minimum := endpoint.delayed_entry):
            value += f", curve from where {minimum.count} and {minimum.share:.0%} are at risk"
        yield Assumption(f"endpoint {endpoint.id}", value, "specs/endpoints.yaml", " ".join(endpoint.note.split()))


_SETTLED = {
    DATE_ORDER: "decides which part of a date is the day",
    DATE_SYSTEM: "decides the date that a number stands for",
    TIME_OF_DAY: "a program wrote midnight where no time was recorded",
}
"""Why each fact matters that a whole column settles."""


def _sites(sites: Sequence[MappedSite]) -> Iterator[Assumption]:
    for site in sites:
        for anchor, sentence, source in site.fictional:
            yield Assumption(f"fictional date, site {site.site}", anchor, str(source), sentence)
        undeclared = site.settled[site.settled["how"] != "declared"]
        for fact in undeclared.itertuples():
            yield Assumption(
                f"{fact.fact}, site {site.site}",
                f"{fact.table}.{fact.column}: {fact.value}",
                f"{fact.how} {fact.evidence}".strip(),
                _SETTLED[str(fact.fact)],
            )
