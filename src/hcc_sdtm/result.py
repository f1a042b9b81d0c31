"""What a run made: every step's product, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hcc_sdtm.adam.deriving import DerivedAdam
from hcc_sdtm.dataset import Dataset, Lineage
from hcc_sdtm.endpoints.estimating import Curve
from hcc_sdtm.mapping.applying import MappedSite
from hcc_sdtm.problem import Problem
from hcc_sdtm.received import Received
from hcc_sdtm.register.register import has_standing_errors
from hcc_sdtm.spec.analysis_plan import AnalysisPlan
from hcc_sdtm.spec.study import Study


@dataclass(frozen=True)
class RunResult:
    """What a run made. ``findings`` is one frame for every step; ``outcomes`` has each rule's answer, one of three.

    ``endpoints`` has one row a statistic; ``curves`` the curve of each endpoint that has one. ``reconciliation`` says what
    became of every row and cell that was sent (`reconciling.RECONCILIATION_COLUMNS`); ``inputs`` has the SHA-256 of every file
    that was read, as it was then; ``incomplete`` the sites that failed and were left out (with ``keep_going``), each with its
    problems.
    """

    study: Study
    sites: tuple[MappedSite, ...]
    sdtm: dict[str, Dataset]
    derived: DerivedAdam
    findings: pd.DataFrame
    outcomes: pd.DataFrame
    endpoints: pd.DataFrame
    curves: dict[str, Curve]
    assumptions: pd.DataFrame
    lineage: Lineage
    reconciliation: pd.DataFrame
    inputs: dict[str, str]
    incomplete: tuple[Problem, ...] = ()
    trend: str = ""
    """How many findings are new, still open and gone since the last registered run; ``""`` where none was registered."""

    @property
    def adam(self) -> dict[str, Dataset]:
        """The analysis datasets by name."""
        return self.derived.datasets

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
