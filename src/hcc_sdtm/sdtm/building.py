"""All SDTM datasets of a study from what its sites' mappings gave, in the order the derivations need each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import ITEM, ROW, Dataset, Derivation, Lineage
from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.applying import MappedSite
from hcc_sdtm.sdtm.demographics import derive_arm, derive_reference_dates, keep_first
from hcc_sdtm.sdtm.relationships import build_relationships
from hcc_sdtm.sdtm.results import derive_standard_results, derive_test_names
from hcc_sdtm.sdtm.sequence import sequence_numbers, sort_positions
from hcc_sdtm.sdtm.supplemental import build_supplemental
from hcc_sdtm.sdtm.timing import derive_epoch, derive_last_before_treatment, derive_study_days, derive_visit
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.trial import Trial


def build_sdtm(
    sites: Sequence[MappedSite], specs: Specs, trial: Trial, study_id: str, lineage: Lineage
) -> tuple[dict[str, Dataset], pd.DataFrame]:
    """Every domain that a site's mapping fills, its SUPP--, and RELREC, by name; the lineage gets them too.

    Findings: a subject with more than one DM record, or without an arm, links of records without a partner (REL rules).
    """
    by_domain: dict[str, list[pd.DataFrame]] = {}
    mapped: dict[str, set[str]] = {}
    for site in sites:
        for domain, frames in site.frames.items():
            filled = [frame for frame in frames if len(frame)]
            mapped.setdefault(domain, set()).update(str(name) for frame in filled for name in frame)
            identified = [_identified(frame, site, study_id, domain, specs.sdtm[domain]) for frame in filled]
            by_domain.setdefault(domain, []).extend(identified)
    datasets = {
        domain: _ordered(pd.concat(frames, ignore_index=True), specs.sdtm[domain].taking(mapped[domain]), lineage)
        for domain, frames in by_domain.items()
        if frames
    }
    findings = []
    if "DM" in datasets:
        datasets["DM"], duplicates = keep_first(datasets["DM"])
        findings.append(duplicates)
        derive_reference_dates(datasets["DM"], datasets, trial)
        findings.append(derive_arm(datasets["DM"], datasets, trial))
        known = datasets["DM"].frame["AGE"].notna()
        datasets["DM"].fill("AGEU", np.where(known, "YEARS", ""), Derivation("ages are given in years", ("AGE",)))
    for dataset in datasets.values():
        derive_test_names(dataset, specs)
        derive_standard_results(dataset)
        derive_visit(dataset, trial)
        if "DM" in datasets:
            derive_study_days(dataset, datasets["DM"].frame)
        if "DM" in datasets and dataset.name != "DM":
            demographics = datasets["DM"].frame
            derive_epoch(dataset, demographics, trial)
            derive_last_before_treatment(dataset, demographics)
    labels = {key: label for site in sites for key, label in site.labels.items()}
    for dataset in list(datasets.values()):
        spec = specs.sdtm.get(f"SUPP{dataset.name}")
        supplemental = build_supplemental(dataset, spec, labels, lineage) if spec else None
        if supplemental is not None:
            datasets[supplemental.name] = supplemental
    finished = {name: _finished(datasets[name]) for name in sorted(datasets)}
    related, of_links = build_relationships(finished, specs.relationships, specs.sdtm["RELREC"], study_id, lineage)
    if related is not None:
        finished = dict(sorted({**finished, related.name: related}.items()))
    lineage.datasets.update(finished)
    return finished, join_findings([*findings, of_links])


def _identified(frame: pd.DataFrame, site: MappedSite, study_id: str, domain: str, spec: DatasetSpec) -> pd.DataFrame:
    """A block's records with what identifies them; DM also gets its site and country."""
    subject = frame["SUBJID"]
    added: dict[str, str | pd.Series] = {
        "STUDYID": study_id,
        "DOMAIN": domain,
        "USUBJID": study_id + "-" + subject,
    }
    if "SITEID" in spec.by_name:
        added |= {"SITEID": site.site, "COUNTRY": site.country}
    added = {name: value for name, value in added.items() if name not in frame}
    return frame.assign(**added) if "SUBJID" in spec.by_name else frame.assign(**added).drop(columns="SUBJID")


def _ordered(frame: pd.DataFrame, spec: DatasetSpec, lineage: Lineage) -> Dataset:
    """The domain's records in their final order and types, every variable of the spec there, with --SEQ."""
    for name in frame.columns:
        if name in spec.by_name:
            numeric = spec.by_name[name].is_numeric
            frame[name] = frame[name].astype(float) if numeric else frame[name].fillna("").astype(object)
        elif name.startswith((f"{ROW}:", f"{ITEM}:")):
            frame[name] = frame[name].fillna(-1).astype("Int64")
        elif name.startswith(("_branch:", "_supp_plan:")):
            frame[name] = frame[name].fillna(-1).astype(np.int64)
        elif name.startswith("_supp:"):
            frame[name] = frame[name].fillna("").astype(object)
    absent = {
        variable.name: np.nan if variable.is_numeric else ""
        for variable in spec.variables
        if variable.name not in frame
    }
    frame = frame.iloc[sort_positions(frame, spec.sort)]
    frame.index = pd.RangeIndex(len(frame))
    frame = frame.assign(**absent)
    if spec.sequence:
        frame[spec.sequence] = sequence_numbers(frame["USUBJID"])
    dataset = Dataset(spec, frame, lineage)
    identity = Derivation("study, site and subject number", ("SUBJID",))
    dataset.derivations |= dict.fromkeys(("STUDYID", "DOMAIN", "USUBJID", "SITEID", "COUNTRY"), identity)
    if spec.sequence:
        dataset.derivations[spec.sequence] = Derivation(f"order by {' '.join(spec.sort)}")
    return dataset


def _finished(dataset: Dataset) -> Dataset:
    """The dataset with every variable of its spec in spec order, then its origin columns; a Perm variable that is empty
    throughout is left out (SDTMIG 3.4, 4.1.2)."""
    frame = dataset.frame
    names = [
        variable.name
        for variable in dataset.spec.variables
        if variable.core != "Perm" or _has_value(frame[variable.name])
    ]
    hidden = [
        name for name in frame.columns if name.startswith("_") and not name.startswith(("_supp", "_branch:_supp"))
    ]
    dataset.frame = frame[[*names, *hidden]]
    return dataset


def _has_value(column: pd.Series) -> bool:
    return bool((column != "").any() if column.dtype == object else column.notna().any())
