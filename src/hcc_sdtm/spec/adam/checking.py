"""What the files of the analysis are checked against while they are read, and the problems found so far."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from hcc_sdtm.problem import Problem, attempt, nearest
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.trial import ROLES, WrittenTrial
from hcc_sdtm.spec.yaml_file import Path_, YamlFile, listed, read_yaml, validate

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class AdslDate:
    """A date of ADSL: its role, and the dates that are made before it."""

    role: str
    after: frozenset[str]


class SpecChecker:
    """Reads the files one after the other and collects what is wrong with them."""

    def __init__(self, specs: Specs, trial: WrittenTrial | None) -> None:
        self.specs = specs
        self.trial = trial
        self.problems: list[Problem] = []
        self.adsl_dates: dict[str, AdslDate] = {}
        self.roles: set[str] = set()

    def read(self, path: Path, model: type[ModelT]) -> tuple[YamlFile | None, ModelT | None]:
        """The file and its model; None for either that could not be made."""
        file = self.read_yaml(path)
        return file, None if file is None else self.validate(file, model)

    def read_yaml(self, path: Path) -> YamlFile | None:
        """The file as it is written; None where it is no YAML."""
        return attempt(self.problems, lambda: read_yaml(path, path.as_posix()))

    def validate(self, file: YamlFile, model: type[ModelT]) -> ModelT | None:
        """The file as the model; None where it does not fit."""
        return attempt(self.problems, lambda: validate(file, model))

    def check_records(
        self, file: YamlFile, place: Path_, records: Any, available: dict[str, DatasetSpec] | Any
    ) -> None:
        """Add a problem for a dataset, variable or role that does not exist."""
        if not self.known(file, (*place, "dataset"), "dataset", records.dataset, available):
            return
        names = list(available[records.dataset].names)
        if records.dataset == "ADSL":
            names += sorted(self.adsl_dates)
        # a variable that only the standard gives the domain may be asked for: a mapping may fill it
        askable = [*names, *available[records.dataset].by_name]
        for key in ("where", "where_not"):
            for variable in getattr(records, key):
                self.known(file, (*place, key, variable), f"variable of {records.dataset}", variable, askable)
        for key in ("date", "value", "on"):
            if variable := getattr(records, key, ""):
                self.known(file, (*place, key), f"variable of {records.dataset}", variable, names)
        if role := getattr(records, "role", ""):
            self.check_role(file, (*place, "role"), role)

    def check_role(self, file: YamlFile, place: Path_, role: str) -> None:
        """Note that the role is used, and add a problem where the trial does not have it."""
        self.roles.add(role)
        if self.trial is not None:
            roles = tuple(dict.fromkeys((*ROLES, *self.trial.trial.partial_dates)))
            if role not in roles:
                message = f'no role "{role}"{listed(roles)}{nearest(role, roles)}'
                self.problems.append(Problem(file.source(place), message))

    def known(self, file: YamlFile, place: Path_, what: str, name: str, names: Collection[str]) -> bool:
        """Whether the name is one of the names; a problem with the nearest is added where it is not."""
        if name not in names:
            self.problems.append(Problem(file.source(place), f'no {what} "{name}"{nearest(name, names)}'))
        return name in names
