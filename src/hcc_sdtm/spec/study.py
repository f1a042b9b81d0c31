"""A study folder: ``study.yaml`` names its raw folder, mappings and specs; the packaged specs are its defaults.

A study's own spec tables overlay the packaged ones. ``specs/trial.yaml`` is always the study's own, because its keys
without a default must be answered by someone who knows the trial; ``adsl.yaml``, ``adrs.yaml``, ``parameters/``,
``endpoints.yaml``, ``tables.yaml`` and ``figures.yaml`` are taken whole from the study where it has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import Field

from hcc_sdtm.problem import Problem, StudyError, attempt, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.adam.reading import AdamSpecs, read_adam_specs
from hcc_sdtm.spec.analysis_plan import AnalysisPlan
from hcc_sdtm.spec.endpoint_list import KnownNames, KnownParameter, read_endpoints
from hcc_sdtm.spec.endpoints import EndpointList
from hcc_sdtm.spec.event_problems import event_problems
from hcc_sdtm.spec.figure_reading import FigureNames, read_figures
from hcc_sdtm.spec.figures import FigureList
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.table_list import TableList
from hcc_sdtm.spec.table_reading import TableNames, read_tables
from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.spec.trial import Trial, WrittenTrial, with_cutoff
from hcc_sdtm.spec.yaml_file import FileModel, Texts, YamlFile, read_yaml, validate

STUDY_FILE = "study.yaml"


class StudyFile(FileModel):
    """``study.yaml``: the study's identifier, and where its parts lie under its folder."""

    study: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9._-]{0,19}$")]
    raw: str = "raw"
    mappings: Texts
    specs: str = "specs"


@dataclass(frozen=True)
class Study:
    """Everything a run needs but the data: paths, specs, trial, ADaM specs, endpoints, tables, figures.

    ``mappings`` has each mapping's path and the name that sources print.
    """

    root: Path
    study_id: str
    raw: Path
    mappings: tuple[tuple[Path, str], ...]
    spec_folders: tuple[Path, ...]
    specs: Specs
    trial: Trial
    trial_file: YamlFile
    adam: AdamSpecs
    endpoints: EndpointList
    tables: TableList
    figures: FigureList

    @property
    def plan(self) -> AnalysisPlan:
        """What says how the analysis datasets are made."""
        return AnalysisPlan(self.specs, self.trial, self.trial_file, self.adam)


def read_study(
    path: Path,
    raw: Path | None = None,
    check_mappings: Callable[
        [Sequence[tuple[Path, str]], Path, Specs], list[Problem]
    ] = lambda mappings, raw, specs: [],
    cutoff: str = "",
) -> Study:
    """The study in a folder, or whose ``study.yaml`` is named; ``raw`` takes the place of its raw folder, ``cutoff`` that of
    the trial's data cut-off.

    Raises StudyError with the problems of all its files at once. Mappings are read by the mapping layer; where the study
    cannot be had, ``check_mappings`` (mappings, raw folder, specs) adds theirs to the block.
    """
    file, root, written = _read_study_file(path)
    problems: list[Problem] = []

    raw_folder = raw if raw is not None else root / written.raw
    if raw is not None and not raw.is_dir():
        problems.append(Problem(Source(str(raw)), "no such folder of raw files"))
    elif not raw_folder.is_dir():
        where = file.source(("raw",))
        problems.append(Problem(where, f'no folder "{raw_folder}" of raw files{nearest(written.raw, _folders(root))}'))
    mappings = _mappings(root, written, file, problems)
    folders = _spec_folders(root, written)
    trial_name = f"{written.specs}/trial.yaml"
    trial_file = attempt(problems, lambda: read_yaml(root / trial_name, trial_name))
    trial = attempt(problems, lambda: validate(trial_file, Trial)) if trial_file else None
    if trial is not None and cutoff:
        trial = attempt(problems, partial(with_cutoff, trial, cutoff))
    specs = attempt(problems, lambda: read_spec_tables(folders))
    written_trial = WrittenTrial(trial, trial_file) if trial and trial_file else None
    if specs and written_trial:
        problems.extend(event_problems(written_trial, specs.sdtm))
    adam = attempt(problems, lambda: read_adam_specs(folders, specs, written_trial)) if specs else None
    endpoints = attempt(problems, lambda: _read_endpoints(folders, specs, adam)) if specs and adam else None
    tables = figures = None
    if specs and adam and endpoints:
        tables = attempt(problems, partial(_read_tables, folders, specs, adam, endpoints))
        figures = attempt(problems, partial(_read_figures, folders, specs, adam, endpoints))
    if problems or not (trial_file and trial and specs and adam and endpoints and tables and figures):
        of_mappings = check_mappings(mappings, raw_folder, specs) if specs and raw_folder.is_dir() else []
        raise StudyError([*problems, *of_mappings])
    return Study(
        root, written.study, raw_folder, tuple(mappings), folders, specs, trial, trial_file, adam, endpoints, tables, figures
    )  # fmt: skip


@dataclass(frozen=True)
class WrittenMappings:
    """The mappings of a study, each a path and the name that sources print, and the specs they are checked against."""

    mappings: tuple[tuple[Path, str], ...]
    specs: Specs


def read_written_mappings(path: Path) -> WrittenMappings:
    """What a study's mappings can be checked by without its data and its trial.

    Raises StudyError with the problems of ``study.yaml`` and of the spec tables.
    """
    file, root, written = _read_study_file(path)
    problems: list[Problem] = []
    mappings = _mappings(root, written, file, problems)
    try:
        specs = read_spec_tables(_spec_folders(root, written))
    except StudyError as error:
        raise StudyError([*problems, *error.problems]) from None
    if problems:
        raise StudyError(problems)
    return WrittenMappings(tuple(mappings), specs)


@dataclass(frozen=True)
class WrittenSpecs:
    """The spec tables of a study, their folders, each overlaying those before it, and the study's own, which may not exist.

    ``mappings`` are those that are there, each a path and the name that sources print.
    """

    root: Path
    own: Path
    folders: tuple[Path, ...]
    specs: Specs
    mappings: tuple[tuple[Path, str], ...]


def read_written_specs(path: Path) -> WrittenSpecs:
    """A study's spec tables and where they lie, without its data, its trial and what its mappings say.

    Raises StudyError with the problems of ``study.yaml`` and of the spec tables.
    """
    file, root, written = _read_study_file(path)
    folders = _spec_folders(root, written)
    mappings = _mappings(root, written, file, [])  # a new study has none yet
    return WrittenSpecs(root, root / written.specs, folders, read_spec_tables(folders), tuple(mappings))


def read_written_trial(written: WrittenSpecs) -> Trial:
    """The facts of the trial in the study's own specs. Raises StudyError with every problem of the file."""
    path = written.own / "trial.yaml"
    file = read_yaml(path, path.relative_to(written.root).as_posix())
    trial = validate(file, Trial)
    problems = event_problems(WrittenTrial(trial, file), written.specs.sdtm)
    if problems:
        raise StudyError(problems)
    return trial


def _read_study_file(path: Path) -> tuple[YamlFile, Path, StudyFile]:
    """``study.yaml`` of a folder, or that is named; the study's folder; and the file's values."""
    file_path = path / STUDY_FILE if path.is_dir() else path
    if not file_path.is_file():
        message = f"no {STUDY_FILE} here; name a study folder, or make one with: hcc-sdtm init DIR"
        raise StudyError([Problem(Source(str(path)), message)])
    file = read_yaml(file_path, file_path.name)
    return file, file_path.parent, validate(file, StudyFile)


def _spec_folders(root: Path, written: StudyFile) -> tuple[Path, ...]:
    own = root / written.specs
    return tuple(dict.fromkeys([reference_study() / "specs", *([own] if own.is_dir() else [])]))


def _mappings(root: Path, written: StudyFile, file: YamlFile, problems: list[Problem]) -> list[tuple[Path, str]]:
    return [
        (found, found.relative_to(root).as_posix())
        for pattern in written.mappings
        for found in _mapping_files(root, pattern, file, problems)
    ]


def _folders(root: Path) -> list[str]:
    return [path.name for path in root.iterdir() if path.is_dir()]


def _mapping_files(root: Path, pattern: str, file: YamlFile, problems: list[Problem]) -> list[Path]:
    try:
        found = sorted(root.glob(pattern))
    except (ValueError, NotImplementedError):
        message = f'"{pattern}" is no path under the study folder'
        problems.append(Problem(file.source(("mappings",)), message))
        return []
    if not found:
        names = [path.relative_to(root).as_posix() for path in root.glob("*/*.yaml")]
        problems.append(Problem(file.source(("mappings",)), f'no mapping "{pattern}"{nearest(pattern, names)}'))
    return found


def _read_endpoints(folders: tuple[Path, ...], specs: Specs, adam: AdamSpecs) -> EndpointList:
    paths = [folder / "endpoints.yaml" for folder in folders if (folder / "endpoints.yaml").is_file()]
    adtte = {
        each.paramcd: KnownParameter(each.unit, each.scheme.name if each.scheme else "", 2 if each.competing else 1)
        for each in adam.parameters
    }
    adrs = {each.paramcd: KnownParameter(scheme=", ".join(each.category)) for each in adam.adrs.parameters}
    return read_endpoints(paths[-1], "specs/endpoints.yaml", KnownNames(adtte, adrs, specs.adam["ADSL"].names))


def _read_tables(folders: tuple[Path, ...], specs: Specs, adam: AdamSpecs, endpoints: EndpointList) -> TableList:
    """The trial's own list, whose every name must be known; else the packaged one, from which it may lack a table's parts."""
    path = [folder / "tables.yaml" for folder in folders if (folder / "tables.yaml").is_file()][-1]
    names = TableNames(
        {name: dataset.names for name, dataset in specs.adam.items()},
        {
            "ADTTE": {parameter.paramcd for parameter in adam.parameters},
            "ADRS": {parameter.paramcd for parameter in adam.adrs.parameters},
        },
        {endpoint.id for endpoint in endpoints.endpoints},
        endpoints.populations,
    )
    return read_tables(path, "specs/tables.yaml", names if path.parent == folders[-1] else None)


def _read_figures(folders: tuple[Path, ...], specs: Specs, adam: AdamSpecs, endpoints: EndpointList) -> FigureList:
    """The trial's own list, whose every name must be known; else the packaged one, of which it may lack figures."""
    path = [folder / "figures.yaml" for folder in folders if (folder / "figures.yaml").is_file()][-1]
    names = FigureNames(
        {name: list(dataset.by_name) for name, dataset in {**specs.sdtm, **specs.adam}.items()},
        {
            "ADTTE": {parameter.paramcd for parameter in adam.parameters},
            "ADRS": {parameter.paramcd for parameter in adam.adrs.parameters},
        },
        endpoints,
    )
    return read_figures(path, "specs/figures.yaml", names if path.parent == folders[-1] else None)
