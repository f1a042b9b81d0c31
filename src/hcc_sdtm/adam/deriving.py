"""All analysis datasets from SDTM, in the order in which each needs the one before.

Knows that order and nothing else: how a dataset is made stands in the module of its name. A trial that has no records of a
dataset's source (lesions, responses) has the dataset without records, or not at all where its module says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from hcc_sdtm.adam.admissible.columns import add_admissible
from hcc_sdtm.adam.admissible.finding_outcomes import Admissible, find_admissible
from hcc_sdtm.adam.admissible.tried import DerivedCopies
from hcc_sdtm.adam.lesions.adtr import build_adtr
from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.adam.times.adtte import build_adtte_records, build_times, describe_times
from hcc_sdtm.adam.times.candidates import build_candidates
from hcc_sdtm.adam.times.decided import Decided, decide_parameters
from hcc_sdtm.adam.times.decisions import decision_texts
from hcc_sdtm.adam.times.schemes import compare_schemes
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import findings_frame, join_findings
from hcc_sdtm.spec.adam.asked_interval import AskedInterval
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


def derive_adam(
    sdtm: Mapping[str, Dataset],
    specs: Specs,
    trial: Trial,
    adam: AdamSpecs,
    responses: Sequence[tuple[str, ...]] = (),
    of_mapping: pd.DataFrame | None = None,
    intervals: Sequence[AskedInterval] = (),
) -> DerivedAdam:
    """ADSL, ADTR (where there are lesions), ADRS and ADTTE of SDTM datasets, with the findings of all of them.

    The datasets may come from mappings or from anyone's files; DM has to be among them. ``responses`` are the groups of
    ADRS parameters (PARAMCD) of which is asked what partial dates leave open, and ``intervals`` the times of which is asked
    between which assessments they end; ``of_mapping`` are the findings of mapping, which tell what its ambiguous dates can
    be. Raises nothing of its own.
    """
    made = _derive(sdtm, specs, trial, adam)
    parameters = [each.parameter for each in made.decided]

    described = frozenset(each.parameter for each in intervals)
    derive = partial(derive_copies, specs, trial, described=described)
    admissible = find_admissible(sdtm, made.datasets, specs, trial, adam, derive, responses, of_mapping, intervals)
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


def derive_datasets(
    sdtm: Mapping[str, Dataset], specs: Specs, trial: Trial, adam: AdamSpecs, has_lesions: bool = True
) -> dict[str, Dataset]:
    """The analysis datasets of SDTM datasets and nothing else: no findings, and not what partial dates leave open.

    Without ``has_lesions`` ADTR is not made, for parameters that do not read it.
    """
    return _derive(sdtm, specs, trial, adam, has_lesions).datasets


def derive_copies(
    specs: Specs,
    trial: Trial,
    copies: Mapping[str, Dataset],
    adam: AdamSpecs,
    read: Collection[str],
    given: Mapping[str, pd.DataFrame | None],
    described: Collection[str] = (),
) -> DerivedCopies:
    """What is asked of copies of subjects: ADSL, ADRS (of which the parameters ``given`` are made) and times, where ``read``
    has the further analysis datasets that they are made from; and the descriptions of the parameters ``described``."""
    adsl, _ = build_adsl(copies, specs, trial, adam)
    adtr = build_adtr(copies, adsl, specs, trial, adam)[0] if "ADTR" in read else None
    adrs, _ = build_adrs(copies, adsl, specs, trial, adam, given)
    sources = copies if adtr is None else {**copies, "ADTR": adtr}
    decided, _ = decide_parameters(sources, adsl, adrs, specs, trial, adam)
    descriptions = {
        each.parameter.paramcd: describe_times(each) for each in decided if each.parameter.paramcd in described
    }
    return DerivedCopies(adsl.frame, adrs.frame, [build_times(each, trial) for each in decided], descriptions)


@dataclass(frozen=True)
class _Made:
    """The analysis datasets without what partial dates leave open, and the decisions behind ADTTE."""

    datasets: dict[str, Dataset]
    findings: pd.DataFrame
    decided: list[Decided]


def _derive(
    sdtm: Mapping[str, Dataset],
    specs: Specs,
    trial: Trial,
    adam: AdamSpecs,
    has_lesions: bool = True,
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
