"""Reads ``specs/tables.yaml`` and checks what it names against the trial's other specs.

Knows which key of which kind of table names what. What the data itself lacks is found when the table is built.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.spec.table_list import (
    CensoringTable,
    CharacteristicsTable,
    DispositionTable,
    EstimatesTable,
    ListingTable,
    ResponseTable,
    SchemesTable,
    TableList,
    TableSpec,
)
from hcc_sdtm.spec.yaml_file import Path_, YamlFile, read_yaml, validate

Named = tuple[Path_, str, str, Collection[str]]
"""Where a name stands, what it should be, the name, and those that exist."""


@dataclass(frozen=True)
class TableNames:
    """What a table may name: variables by analysis dataset, parameters by dataset, endpoints, and populations."""

    variables: Mapping[str, Collection[str]]
    parameters: Mapping[str, Collection[str]]
    endpoints: Collection[str]
    populations: Collection[str]


def read_tables(path: Path, name: str, names: TableNames | None = None) -> TableList:
    """The trial's list of tables; ``name`` is how problems print the file.

    With ``names`` everything that the list names must be among them. Raises StudyError with every problem and its line.
    """
    file = read_yaml(path, name)
    listed = validate(file, TableList)
    problems = _repeated(file, listed)
    if names is not None:
        problems += [
            Problem(file.source(place), f'unknown {what} "{value}"{nearest(value, known)}')
            for place, what, value, known in _all_named(listed, names)
            if value not in known
        ]
    if problems:
        raise StudyError(sorted(problems, key=lambda problem: problem.source.line))
    return listed


def _repeated(file: YamlFile, listed: TableList) -> list[Problem]:
    problems, seen = [], set()
    for number, table in enumerate(listed.tables):
        if table.id in seen:
            place = file.source(("tables", number, "id"))
            problems.append(Problem(place, f'the id "{table.id}" is used a second time'))
        seen.add(table.id)
    return problems


def _all_named(listed: TableList, names: TableNames) -> Iterator[Named]:
    for flag in listed.populations:
        yield ("populations", flag), "variable of ADSL", flag, names.variables["ADSL"]
    known = replace(names, populations={*names.populations, *listed.populations})
    for number, table in enumerate(listed.tables):
        yield from _named(("tables", number), table, known)


def _named(place: Path_, table: TableSpec, names: TableNames) -> Iterator[Named]:
    """Every name in a table."""
    subject = ("variable of ADSL", names.variables["ADSL"])

    def variable(at: Path_, value: str) -> Named:
        return (*place, *at), subject[0], value, subject[1]

    def parameter(at: Path_, dataset: str, value: str) -> Named:
        return (*place, *at), f"parameter of {dataset}", value, names.parameters[dataset]

    if table.population:
        yield (*place, "population"), "population", table.population, names.populations
    if isinstance(table, CharacteristicsTable):
        if table.by:
            yield variable(("by",), table.by)
        for at, each in enumerate(table.variables):
            yield variable(("variables", at, "variable"), each.variable)
    elif isinstance(table, DispositionTable):
        for at, line in enumerate(table.lines):
            for key, conditions in (("where", line.where), ("where_not", line.where_not)):
                for name in conditions:
                    yield variable(("lines", at, key, name), name)
            if line.each:
                yield variable(("lines", at, "each"), line.each)
    elif isinstance(table, ResponseTable | CensoringTable):
        dataset = "ADRS" if isinstance(table, ResponseTable) else "ADTTE"
        for at, column in enumerate(table.columns):
            yield parameter(("columns", at, "parameter"), dataset, column.parameter)
        if isinstance(table, ResponseTable) and table.values:
            for at, rate in enumerate(table.rates):
                for value in rate.values:
                    yield (*place, "rates", at, "values"), "value", value, table.values
    elif isinstance(table, EstimatesTable):
        for at, endpoint in enumerate(table.endpoints):
            yield (*place, "endpoints", at), "endpoint", endpoint, names.endpoints
    elif isinstance(table, SchemesTable):
        yield parameter(("of",), "ADTTE", table.of)
    elif isinstance(table, ListingTable):
        yield from _named_in_listing(place, table, names)


def _named_in_listing(place: Path_, table: ListingTable, names: TableNames) -> Iterator[Named]:
    known = {*names.variables.get(table.dataset, ()), *names.variables["ADSL"]}
    what = "variable of ADSL" if table.dataset == "ADSL" else f"variable of {table.dataset} or ADSL"
    for key, conditions in (("where", table.where), ("where_not", table.where_not)):
        for name, values in conditions.items():
            yield (*place, key, name), what, name, known
            if name == "PARAMCD" and table.dataset in names.parameters:
                for at, value in enumerate(values):
                    yield (
                        (*place, key, name, at), f"parameter of {table.dataset}", value, names.parameters[table.dataset],
                    )  # fmt: skip
    for at, column in enumerate(table.columns):
        yield (*place, "columns", at, "variable"), what, column.variable, known
    for at, name in enumerate(table.sort):
        yield (*place, "sort", at), what, name, known
