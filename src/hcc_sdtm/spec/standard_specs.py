"""Specs for datasets of a trial that nobody described: SDTMIG 3.4, its terminology and the packaged rules."""

from __future__ import annotations

from dataclasses import replace

from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.sdtmig import build_supplement, read_sdtmig
from hcc_sdtm.spec.tables import has_supplement, read_spec_tables


def read_standard_specs() -> Specs:
    """The standard's domains with SUPP-- of each, the packaged codelists and rules; no analysis dataset and no relationship.

    Which variables tell records apart is for a trial to say: here the sequence number does, where a domain has one.
    """
    packaged = read_spec_tables([reference_study() / "specs"])
    domains, variables = read_sdtmig(packaged.codelists, set(packaged.tables["methods"]["method"]))
    domains = {name: _keyed_by_sequence(spec) for name, spec in domains.items()}
    supplements = [build_supplement(spec, variables) for spec in domains.values() if has_supplement(spec)]
    sdtm = domains | {spec.name: spec for spec in supplements}
    return replace(packaged, sdtm=sdtm, adam={}, relationships=())


def _keyed_by_sequence(spec: DatasetSpec) -> DatasetSpec:
    identity = tuple(key for key in ("STUDYID", "USUBJID") if key in spec.by_name)
    return replace(spec, keys=(*identity, spec.sequence)) if spec.sequence else spec
