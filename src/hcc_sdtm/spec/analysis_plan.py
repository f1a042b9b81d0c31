"""What analysis datasets are made by when SDTM comes from elsewhere: a trial file and the specs that lie beside it.

Knows no site, mapping or endpoint. SDTM is what SDTMIG 3.4 and the study's own spec tables say, and a dataset that was
received has the variables that it came with: those, and no others, may be named in the files of the analysis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from hcc_sdtm.problem import Problem, StudyError, attempt, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.adam.reading import AdamSpecs, read_adam_specs
from hcc_sdtm.spec.event_problems import event_problems
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.standard_specs import read_standard_specs
from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.spec.trial import Trial, WrittenTrial, with_cutoff
from hcc_sdtm.spec.yaml_file import YamlFile, read_yaml, validate

SPEC_FILES = ("*.csv", "*.yaml", "*/*.csv", "*/*.yaml")
"""Where files of specs lie in a folder of them."""

UNUSED = ("trial.yaml", "endpoints.yaml", "study.yaml")
"""Files beside them that say nothing here: the trial's own file is named, and endpoints are not estimated."""


@dataclass(frozen=True)
class AnalysisPlan:
    """Everything that says how analysis datasets are made: spec tables, the trial and its file, the ADaM specs."""

    specs: Specs
    trial: Trial
    trial_file: YamlFile
    adam: AdamSpecs

    def asked_datasets(self) -> dict[str, list[str]]:
        """The SDTM datasets that the files name, each with the parts of the analysis that ask for it."""
        found: dict[str, list[str]] = {}
        for part, value in self._parts():
            for name in _datasets_of(value):
                if name in self.specs.sdtm and part not in found.setdefault(name, []):
                    found[name].append(part)
        return {name: parts for name, parts in found.items() if parts}

    def _parts(self) -> Iterator[tuple[str, Any]]:
        for name in type(self.trial).model_fields:
            yield name, getattr(self.trial, name)
        for variable, rule in self.adam.adsl.variables.items():
            yield f"ADSL {variable}", rule
        for parameter in self.adam.adrs.parameters:
            yield f"ADRS {parameter.paramcd}", parameter
        for each in self.adam.parameters:
            yield f"ADTTE {each.paramcd}", each


def _datasets_of(value: Any) -> Iterator[str]:
    """Every text under the key ``dataset``, at whatever depth."""
    if isinstance(value, BaseModel):
        if isinstance(name := getattr(value, "dataset", None), str) and name:
            yield name
        for field in type(value).model_fields:
            yield from _datasets_of(getattr(value, field))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _datasets_of(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _datasets_of(each)


@dataclass(frozen=True)
class WrittenPlan:
    """What could be read before the data is known: the folders of specs, the tables, the trial, and all problems so far.

    ``specs`` are those that data is read by: the standard alone, without analysis datasets, where the tables are bad.
    ``trial`` is None where its file is bad.
    """

    trial_path: Path
    folders: tuple[Path, ...]
    specs: Specs
    trial: Trial | None
    trial_file: YamlFile | None
    problems: tuple[Problem, ...]

    def complete(self, received: Mapping[str, DatasetSpec]) -> AnalysisPlan:
        """The plan for data that has the variables of these SDTM datasets; one that was not received has the standard's.

        Raises StudyError with every problem of all files.
        """
        problems = list(self.problems)
        specs = replace(self.specs, sdtm={**self.specs.sdtm, **received})
        written = WrittenTrial(self.trial, self.trial_file) if self.trial and self.trial_file else None
        if written is not None:
            problems += event_problems(written, specs.sdtm)
        adam: AdamSpecs | None = None
        # where the specs lie is not known without the trial's file or a folder that exists
        is_known = self.trial_file is not None or len(self.folders) > 1
        try:
            adam = read_adam_specs(self.folders, specs, written) if specs.adam and is_known else None
        except StudyError as error:
            problems += [*error.problems, *self._packaged_notes(error.problems)]
        if problems or adam is None or written is None:
            raise StudyError(problems)
        return AnalysisPlan(specs, written.trial, written.file, adam)

    def _packaged_notes(self, problems: Sequence[Problem]) -> Iterator[Problem]:
        """A problem that says what to do where packaged files do not fit the data."""
        packaged = f"{self.folders[0].as_posix()}/"
        names = {each.source.file.removeprefix(packaged) for each in problems if each.source.file.startswith(packaged)}
        names -= {self.trial_path.as_posix().removeprefix(packaged)}
        if names and len(self.folders) > 1:
            message = f"packaged files do not fit this data ({', '.join(sorted(names))}); put your own beside it"
            yield Problem(Source(self.trial_path.as_posix()), message)

    @property
    def files(self) -> dict[str, Path]:
        """Every file of specs that is read, by the name that a manifest gives it; a later folder's stands for an earlier's."""
        found = {
            f"specs/{path.relative_to(folder).as_posix()}": path
            for folder in self.folders
            for pattern in SPEC_FILES
            for path in sorted(folder.glob(pattern))
            if path.name not in UNUSED and path.is_file()
        }
        return found | ({f"specs/{self.trial_path.name}": self.trial_path} if self.trial_path.is_file() else {})


def read_written_plan(trial: Path, folder: Path | None = None, cutoff: str = "") -> WrittenPlan:
    """What the trial file and the specs beside it say; ``folder`` takes the place of the trial file's own folder.

    Packaged files stand for those that are not there. ``cutoff`` is a day that takes the place of the trial's data
    cut-off. What is wrong is in ``problems``, for `WrittenPlan.complete` to raise with the rest.
    """
    problems: list[Problem] = []

    file = attempt(problems, lambda: _read_trial_file(trial))
    facts = attempt(problems, lambda: validate(file, Trial)) if file is not None else None
    if facts is not None and cutoff:
        facts = attempt(problems, partial(with_cutoff, facts, cutoff))
    own = folder if folder is not None else trial.parent
    if folder is not None and not folder.is_dir():
        beside = [path.name for path in folder.parent.iterdir() if path.is_dir()] if folder.parent.is_dir() else []
        problems.append(Problem(Source(str(folder)), f"no such folder of specs{nearest(folder.name, beside)}"))
    packaged = reference_study() / "specs"
    folders = tuple(dict.fromkeys([packaged, *([own] if own.is_dir() else [])]))
    standard = read_standard_specs()
    tables = attempt(problems, lambda: read_spec_tables(folders))
    if tables is None:
        return WrittenPlan(trial, folders, standard, facts, file, tuple(problems))
    named = [path.stem.upper() for path in sorted((own / "sdtm").glob("*.csv"))]
    sdtm = {**standard.sdtm, **{name: tables.sdtm[name] for name in named if name in tables.sdtm}}
    specs = replace(tables, sdtm=sdtm, relationships=())
    return WrittenPlan(trial, folders, specs, facts, file, tuple(problems))


def _read_trial_file(path: Path) -> YamlFile:
    if path.is_file():
        return read_yaml(path, path.as_posix())
    if path.is_dir():
        message = "is a folder; name the trial's own file in it, such as trial.yaml"
        raise StudyError([Problem(Source(str(path)), message)])
    beside = [each.name for each in path.parent.glob("*.yaml")] if path.parent.is_dir() else []
    raise StudyError([Problem(Source(str(path)), f"no such file{nearest(path.name, beside)}")])
