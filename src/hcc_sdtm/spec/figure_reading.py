"""figures.yaml as a `FigureList`: every name in it that the trial does not have is a problem, with its line.

The packaged file is for every study that has none of its own. It is not checked against a study's specs: what a study lacks
of it is a figure that is not made, with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.spec.adam.records import Records
from hcc_sdtm.spec.endpoints import EndpointList, EndpointSpec, IncidenceEndpoint, SurvivalEndpoint
from hcc_sdtm.spec.figures import (
    FigureList,
    FigureSpec,
    ForestFigure,
    IncidenceFigure,
    MarkedRecords,
    SpiderFigure,
    SubjectFigure,
    SurvivalFigure,
    SwimmerFigure,
    WaterfallFigure,
)
from hcc_sdtm.spec.yaml_file import Path_, YamlFile, listed, read_yaml, validate


@dataclass(frozen=True)
class FigureNames:
    """What a list may name: variables by dataset, PARAMCDs by dataset (one that is not here is not checked), endpoints."""

    variables: Mapping[str, Collection[str]]
    parameters: Mapping[str, Collection[str]]
    endpoints: EndpointList


def read_figures(path: Path, name: str, names: FigureNames | None = None) -> FigureList:
    """The trial's list; ``name`` is how problems print the file.

    What the list names must be among ``names`` where they are given; records, ids and names within it always must. Raises
    StudyError with every problem and its line.
    """
    file = read_yaml(path, name)
    figures = validate(file, FigureList)
    checker = _Checker(file, names)
    for key, records in figures.records.items():
        checker.check_records(("records", key), records)
    seen: set[str] = set()
    reserved = {endpoint.id.casefold() for endpoint in names.endpoints.endpoints} if names else set()
    for number, figure in enumerate(figures.figures):
        place = ("figures", number)
        if figure.id.casefold() in seen:
            checker.add((*place, "id"), f'the id "{figure.id}" is used a second time, and files are named by it')
        if figure.id.casefold() in reserved:
            checker.add((*place, "id"), f'the id "{figure.id}" is an endpoint\'s, whose curve has its figure already')
        seen.add(figure.id.casefold())
        checker.check_figure(place, figure, figures.records)
    if checker.problems:
        raise StudyError(checker.problems)
    return figures


class _Checker:
    """Collects what is wrong with the names of a file."""

    def __init__(self, file: YamlFile, names: FigureNames | None) -> None:
        self.file, self.names = file, names
        self.problems: list[Problem] = []

    def add(self, place: Path_, message: str) -> None:
        self.problems.append(Problem(self.file.source(place), message))

    def known(self, place: Path_, what: str, name: str, known: Collection[str]) -> bool:
        if name in known:
            return True
        self.add(place, f'unknown {what} "{name}"{nearest(name, known) or listed(known)}')
        return False

    def check_figure(self, place: Path_, figure: FigureSpec, records: Mapping[str, MarkedRecords]) -> None:
        if isinstance(figure, SwimmerFigure | SubjectFigure):
            for at, name in enumerate(figure.records):
                self.known(self._item((*place, "records"), at), "name of records", name, records)
        if self.names is None:
            return
        if isinstance(figure, SurvivalFigure):
            endpoints = [
                self._endpoint(self._item((*place, "endpoints"), at), name, SurvivalEndpoint)
                for at, name in enumerate(figure.endpoints)
            ]
            if figure.by:
                self._check_by((*place, "by"), figure.by, endpoints[0])
        elif isinstance(figure, IncidenceFigure):
            self._endpoint((*place, "endpoint"), figure.endpoint, IncidenceEndpoint)
        elif isinstance(figure, ForestFigure):
            endpoint = self._endpoint((*place, "endpoint"), figure.endpoint, None)
            for at, variable in enumerate(figure.by):
                self._check_by(self._item((*place, "by"), at), variable, endpoint)
        elif isinstance(figure, SubjectFigure):
            self._variable((*place, "origin"), "ADSL", figure.origin)
            for at, variable in enumerate(figure.end):
                self._variable(self._item((*place, "end"), at), "ADSL", variable)
            for at, name in enumerate(figure.parameters):
                self._parameter(self._item((*place, "parameters"), at), "ADTTE", name)
        else:
            self._check_subjects_figure(place, figure)

    def _check_subjects_figure(self, place: Path_, figure: WaterfallFigure | SpiderFigure | SwimmerFigure) -> None:
        self._variable((*place, "population"), "ADSL", figure.population)
        if isinstance(figure, SwimmerFigure):
            self._variable((*place, "origin"), "ADSL", figure.origin)
            for at, variable in enumerate(figure.end):
                self._variable(self._item((*place, "end"), at), "ADSL", variable)
            for variable in figure.ongoing:
                self._variable((*place, "ongoing", variable), "ADSL", variable)
            return
        self._parameter((*place, "parameter"), figure.dataset, figure.parameter)
        if figure.categories:
            self.check_records((*place, "categories"), figure.categories)
        if isinstance(figure, WaterfallFigure):
            for name, records in figure.marked.items():
                self.check_records((*place, "marked", name), records)
        else:
            self._variable((*place, "origin"), "ADSL", figure.origin)
            for variable in (figure.value, *figure.where):
                key = ("where", variable) if variable in figure.where else ("value",)
                self._variable((*place, *key), figure.dataset, variable)

    def check_records(self, place: Path_, records: Records) -> None:
        """Adds a problem for a dataset, variable or parameter that the trial does not have."""
        if self.names is None:
            return
        if not self.known((*place, "dataset"), "dataset", records.dataset, self.names.variables):
            return
        for key in ("where", "where_not"):
            for variable, texts in getattr(records, key).items():
                self._variable((*place, key, variable), records.dataset, variable)
                for at, text in enumerate(texts if variable == "PARAMCD" else ()):
                    self._parameter(self._item((*place, key, variable), at), records.dataset, text)
        for key in ("date", "end", "text", "value"):
            if name := getattr(records, key, ""):
                self._variable((*place, key), records.dataset, name)

    def _item(self, place: Path_, at: int) -> Path_:
        """The place of an item of a list; of the key where one text stands for the list."""
        return (*place, at) if (*place, at) in self.file.lines else place

    def _variable(self, place: Path_, dataset: str, name: str) -> None:
        """A name that stands in the file; what the file leaves out stays as it is, and may not be there."""
        if self.names is not None and place in self.file.lines:
            self.known(place, f"variable of {dataset}", name, self.names.variables.get(dataset, ()))

    def _parameter(self, place: Path_, dataset: str, name: str) -> None:
        if self.names is not None and dataset in self.names.parameters:
            self.known(place, f"parameter of {dataset}", name, self.names.parameters[dataset])

    def _endpoint(self, place: Path_, name: str, kind: type[EndpointSpec] | None) -> EndpointSpec | None:
        if self.names is None:
            return None
        by_id = {endpoint.id: endpoint for endpoint in self.names.endpoints.endpoints}
        fitting = [key for key, endpoint in by_id.items() if kind is None or isinstance(endpoint, kind)]
        if name in by_id and name not in fitting:
            self.add(place, f'the endpoint "{name}" has no curve of that kind{listed(fitting)}')
            return None
        return by_id[name] if self.known(place, "endpoint", name, fitting) else None

    def _check_by(self, place: Path_, variable: str, endpoint: EndpointSpec | None) -> None:
        if endpoint is not None and variable not in endpoint.by:
            known = listed(endpoint.by) if endpoint.by else "; it is given by no variable"
            self.add(
                place, f'the endpoint "{endpoint.id}" is not given by "{variable}"{known}: say so in endpoints.yaml'
            )
