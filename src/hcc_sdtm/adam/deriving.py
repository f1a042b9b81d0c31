"""All analysis datasets from SDTM, in the order in which each needs the one before.

Knows that order and nothing else: how a dataset is made stands in the module of its name. A trial that has no records of a
dataset's source (lesions, responses) has the dataset without records, or not at all where its module says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from hcc_sdtm.adam.admissible.columns import add_admissible
from hcc_sdtm.adam.admissible.finding_outcomes import Admissible, find_admissible
from hcc_sdtm.adam.lesions.adtr import build_adtr
from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.adam.times.adtte import build_adtte_records
from hcc_sdtm.adam.times.candidates import build_candidates
from hcc_sdtm.adam.times.decided import Decided, decide_parameters
from hcc_sdtm.adam.times.decisions import decision_texts
from hcc_sdtm.adam.times.schemes import compare_schemes
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import findings_frame, join_findings
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial


@dataclass(frozen=True)
class DerivedAdam:
    """The analysis datasets by name, in the order in which they are made, and the findings of making them.

    ``schemes`` has the subjects whose date or censoring is another one under another censoring scheme (`compare_schemes`);
    ``decisions`` every candidate date of ADTTE and what became of it (`build_candidates`), ``decision_texts`` what the names
    in it mean; ``admissible`` what partial dates leave open.
    """

    datasets: dict[str, Dataset]
    findings: pd.DataFrame
    schemes: pd.DataFrame = field(default_factory=pd.DataFrame)
    decisions: pd.DataFrame = field(default_factory=pd.DataFrame)
    decision_texts: dict[str, dict[str, str]] = field(default_factory=dict)
    admissible: Admissible | None = None


def derive_adam(sdtm: Mapping[str, Dataset], specs: Specs, trial: Trial, adam: AdamSpecs) -> DerivedAdam:
    """ADSL, ADTR (where there are lesions), ADRS and ADTTE of SDTM datasets, with the findings of all of them.

    The datasets may come from mappings or from anyone's files; DM has to be among them. Raises nothing of its own.
    """
    made = _derive(sdtm, specs, trial, adam)
    parameters = [each.parameter for each in made.decided]

    def derive_copies(
        copies: Mapping[str, Dataset], of_values: AdamSpecs, read: Collection[str]
    ) -> Mapping[str, Dataset]:
        return _derive(copies, specs, trial, of_values, has_lesions="ADTR" in read).datasets

    admissible = find_admissible(sdtm, made.datasets, specs, trial, adam, derive_copies)
    adsl, adtte = made.datasets["ADSL"], made.datasets["ADTTE"]
    adtte, of_bounds = add_admissible(adtte, admissible, adsl, trial, parameters)
    return DerivedAdam(
        {**made.datasets, "ADTTE": adtte},
        join_findings([made.findings, of_bounds]),
        compare_schemes(adtte.frame, parameters),
        build_candidates(made.decided),
        decision_texts(parameters),
        admissible,
    )


@dataclass(frozen=True)
class _Made:
    """The analysis datasets without what partial dates leave open, and the decisions behind ADTTE."""

    datasets: dict[str, Dataset]
    findings: pd.DataFrame
    decided: list[Decided]


def _derive(
    sdtm: Mapping[str, Dataset], specs: Specs, trial: Trial, adam: AdamSpecs, has_lesions: bool = True
) -> _Made:
    adsl, of_adsl = build_adsl(sdtm, specs, trial, adam)
    adtr, of_adtr = build_adtr(sdtm, adsl, specs, trial, adam) if has_lesions else (None, findings_frame())
    sources = sdtm if adtr is None else {**sdtm, "ADTR": adtr}
    adrs, of_adrs = build_adrs(sdtm, adsl, specs, trial, adam)
    decided, lines = decide_parameters(sources, adsl, adrs, specs, trial, adam)
    adtte, of_adtte = build_adtte_records(decided, lines, adsl, specs, trial, adam)
    lesions = {} if adtr is None else {"ADTR": adtr}
    datasets = {"ADSL": adsl, **lesions, "ADRS": adrs, "ADTTE": adtte}
    return _Made(datasets, join_findings([of_adsl, of_adtr, of_adrs, of_adtte]), decided)
