"""What SDTMIG 3.4 says of a dataset: its label, its variables, and what else its class may have.

Knows the domains of the standard, SUPP-- of each, and parts of a split domain (LBCH is LB). Says nothing of ADaM, nor of a
study's own specs: those are what is judged. Variables that only the model has (SDTM 2.0) stand in ``model_variables.csv``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hcc_sdtm.spec.model import DatasetSpec, Variable
from hcc_sdtm.spec.sdtmig import SUPP, build_supplement, read_sdtmig

MODEL = Path(__file__).parent / "model_variables.csv"
OBSERVATIONS = ("INTERVENTIONS", "EVENTS", "FINDINGS")
"""Classes whose datasets may have any variable of their class in the model (SDTMIG 3.4, 2.5)."""

EVERY_CLASS = "ALL"
KEYS = "STUDYID DOMAIN USUBJID --SEQ"


@dataclass(frozen=True)
class Standard:
    """What the standard has for a dataset; ``spec`` is None for a domain that a sponsor made."""

    spec: DatasetSpec | None
    is_part: bool
    """Whether the dataset is a part of a split domain, whose label is the sponsor's own."""

    allowed: frozenset[str]
    """Variables that it may have beyond those of the spec; empty where the class is closed or not known."""

    def variable(self, name: str) -> Variable | None:
        """The standard's variable of that name for the domain itself."""
        return self.spec.by_name.get(name) if self.spec is not None else None

    def has(self, name: str) -> bool:
        """Whether the dataset may have the variable."""
        return self.variable(name) is not None or name in self.allowed

    @property
    def is_closed(self) -> bool:
        """Whether it is known which variables the dataset may have."""
        return self.spec is not None or bool(self.allowed)


@cache
def standard_of(name: str, class_: str) -> Standard:
    """The standard of a dataset by its name, and by its class where the standard has no such domain."""
    domains, supplement = _domains()
    if name.startswith(SUPP):
        parent = name.removeprefix(SUPP)
        base = next(iter(domains.values()))
        whole = build_supplement(domains.get(parent) or domains.get(parent[:2]) or base, supplement)
        return Standard(whole, parent not in domains, frozenset())
    if name in domains:
        return Standard(domains[name], False, _allowed(domains[name].class_, name))
    if name[:2] in domains and 2 < len(name) <= len("FAMH"):
        return Standard(domains[name[:2]], True, _allowed(domains[name[:2]].class_, name[:2]))
    if name.startswith("AP") and len(name) == len("APMH"):
        return Standard(None, False, frozenset())  # associated persons: a guide of its own
    beyond = _allowed(class_, name[:2])
    return Standard(None, False, beyond | frozenset(_names(KEYS, name[:2])) if beyond else beyond)


@cache
def _domains() -> tuple[dict[str, DatasetSpec], tuple[Variable, ...]]:
    return read_sdtmig((), ())


@cache
def _model() -> dict[str, str]:
    """Variables by class: those of the model alone, and those that any domain of the class has; ``--`` for the prefix."""
    with MODEL.open(encoding="utf-8", newline="") as stream:
        found = {row["class"]: row["variables"].split() for row in csv.DictReader(stream)}
    for spec in _domains()[0].values():
        class_ = _base(spec.class_)
        for variable in spec.variables if class_ in OBSERVATIONS else ():
            name = f"--{variable.name[2:]}" if variable.name.startswith(spec.name) else variable.name
            of_every = variable.role in ("Identifier", "Timing")
            found[EVERY_CLASS if of_every else class_].append(name)
    return {class_: " ".join(dict.fromkeys(names)) for class_, names in found.items()}


def _allowed(class_: str, prefix: str) -> frozenset[str]:
    base = _base(class_)
    if base not in OBSERVATIONS:
        return frozenset()
    return frozenset(_names(f"{_model()[EVERY_CLASS]} {_model()[base]}", prefix))


def _base(class_: str) -> str:
    return "FINDINGS" if class_ == "FINDINGS ABOUT" else class_


def _names(names: str, prefix: str) -> list[str]:
    return names.replace("--", prefix).split()
