"""What a run made: every step's product, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from hcc_sdtm.adam.deriving import DerivedAdam
from hcc_sdtm.dataset import Dataset, Lineage
from hcc_sdtm.endpoints.listed import Curve, Estimates
from hcc_sdtm.impact.impact import Impact
from hcc_sdtm.mapping.applying import MappedSite
from hcc_sdtm.problem import Problem
from hcc_sdtm.received import Received
from hcc_sdtm.received.analysis_datasets import AnalysisDatasets
from hcc_sdtm.register.register import has_standing_errors
from hcc_sdtm.spec.analysis_plan import AnalysisPlan
from hcc_sdtm.spec.endpoints import EndpointList
from hcc_sdtm.spec.figures import FigureList
from hcc_sdtm.spec.study import Study
from hcc_sdtm.spec.table_list import TableList


@dataclass(frozen=True)
class RunResult:
    """What a run made. ``findings`` is one frame for every step; ``outcomes`` has each rule's answer, one of three.

    ``estimates`` has the results, the curves, and the records behind them. ``reconciliation`` says what became of every row
    and cell that was sent (`reconciling.RECONCILIATION_COLUMNS`); ``inputs`` has the SHA-256 of every file that was read, as it
    was then; ``incomplete`` the sites that failed and were left out (with ``keep_going``), each with its problems.
    """

    study: Study
    sites: tuple[MappedSite, ...]
    sdtm: dict[str, Dataset]
    derived: DerivedAdam
    findings: pd.DataFrame
    outcomes: pd.DataFrame
    estimates: Estimates
    assumptions: pd.DataFrame
    lineage: Lineage
    reconciliation: pd.DataFrame
    inputs: dict[str, str]
    incomplete: tuple[Problem, ...] = ()
    trend: str = ""
    """How many findings are new, still open and gone since the last registered run; ``""`` where none was registered."""
    tie_out: pd.DataFrame = field(default_factory=pd.DataFrame)
    """The results that were computed by a second route, and whether they agree; no rows where nothing was computed again."""
    impact: Impact | None = None
    """What the open findings move; None where they were not ranked."""

    @property
    def adam(self) -> dict[str, Dataset]:
        """The analysis datasets by name."""
        return self.derived.datasets

    @property
    def endpoints(self) -> pd.DataFrame:
        """The results, one row a statistic (`hcc_sdtm.endpoints.listed.RESULT_COLUMNS`)."""
        return self.estimates.results

    @property
    def curves(self) -> Mapping[str, Curve]:
        """The curve of each endpoint that has one, for all its subjects."""
        return self.estimates.curves

    @property
    def banner(self) -> str:
        """Sentences that hold for every number: fictional dates, sites left out. Empty for an ordinary run."""
        sentences = [sentence for site in self.sites for _, sentence, _ in site.fictional]
        if self.incomplete:
            files = ", ".join(sorted({problem.source.file for problem in self.incomplete}))
            sentences.append(f"Incomplete: the sites of {files} failed and are left out of every number.")
        return " ".join(dict.fromkeys(sentences))

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error that nobody waived."""
        return has_standing_errors(self.findings)


@dataclass(frozen=True)
class CheckResult:
    """What a check of someone's datasets found: them, its findings and, for each rule and dataset, one of three answers."""

    received: Received
    findings: pd.DataFrame
    outcomes: pd.DataFrame

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error that nobody waived."""
        return has_standing_errors(self.findings)


@dataclass(frozen=True)
class DeriveResult:
    """The analysis datasets made from SDTM that came from elsewhere, by what they were made, and every finding.

    ``assumptions`` is the ledger of what a statistician could argue with; ``inputs`` has the SHA-256 of every file of data and
    of specs, by name, as it was when it was read.
    """

    received: Received
    plan: AnalysisPlan
    derived: DerivedAdam
    findings: pd.DataFrame
    outcomes: pd.DataFrame
    assumptions: pd.DataFrame
    inputs: dict[str, str]

    @property
    def adam(self) -> dict[str, Dataset]:
        """The analysis datasets by name."""
        return self.derived.datasets

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return has_standing_errors(self.findings)


@dataclass(frozen=True)
class EstimateResult:
    """Endpoints estimated from analysis datasets that came from elsewhere, from which of them, and every finding.

    ``listed`` is the list that asked for them, with the units that the data says; ``inputs`` has the SHA-256 of every file of
    data and of specs, by name, as it was when it was read; ``tie_out`` the results that were computed by a second route.
    """

    received: Received
    chosen: AnalysisDatasets
    listed: EndpointList
    tables: TableList
    figures: FigureList
    estimates: Estimates
    tie_out: pd.DataFrame
    findings: pd.DataFrame
    inputs: dict[str, str]

    @property
    def endpoints(self) -> pd.DataFrame:
        """The results, one row a statistic (`hcc_sdtm.endpoints.listed.RESULT_COLUMNS`)."""
        return self.estimates.results

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return has_standing_errors(self.findings)
