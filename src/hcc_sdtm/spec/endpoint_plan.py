"""The files that say what `estimate` makes: the list of endpoints that is named, and tables.yaml and figures.yaml beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.problem import Problem, StudyError, attempt
from hcc_sdtm.source import Source
from hcc_sdtm.spec.endpoint_list import read_endpoints
from hcc_sdtm.spec.endpoints import EndpointList
from hcc_sdtm.spec.figure_reading import read_figures
from hcc_sdtm.spec.figures import FigureList
from hcc_sdtm.spec.table_list import EstimatesTable, TableList
from hcc_sdtm.spec.table_reading import read_tables
from hcc_sdtm.spec.yaml_file import YamlFile, read_yaml


@dataclass(frozen=True)
class EndpointPlan:
    """The list as it was written, what it says before any data is known, and the tables and figures.

    ``files`` are all that were read, by the name that problems print.
    """

    path: Path
    file: YamlFile
    listed: EndpointList
    tables: TableList
    figures: FigureList
    files: dict[str, Path]


def read_endpoint_plan(path: Path) -> EndpointPlan:
    """The plan of a list of endpoints. Raises StudyError with every problem of its files.

    Without tables.yaml beside it there is one table, of all endpoints; without figures.yaml the curve of each endpoint.
    """
    if not path.is_file():
        raise StudyError(
            [Problem(Source(str(path)), "no such file; name the list of endpoints, such as endpoints.yaml")]
        )
    problems: list[Problem] = []
    files = {path.name: path}
    beside = {name: path.parent / name for name in ("tables.yaml", "figures.yaml") if (path.parent / name).is_file()}
    listed = attempt(problems, lambda: read_endpoints(path, path.name))
    own_tables = own_figures = None
    if "tables.yaml" in beside:
        own_tables = attempt(problems, lambda: read_tables(beside["tables.yaml"], "tables.yaml"))
    if "figures.yaml" in beside:
        own_figures = attempt(problems, lambda: read_figures(beside["figures.yaml"], "figures.yaml"))
    if problems or listed is None:
        raise StudyError(problems)
    file = read_yaml(path, path.name)
    if not listed.endpoints:
        raise StudyError([Problem(file.source(("endpoints",)), "the list has no endpoint")])
    tables = own_tables or _one_table(listed)
    return EndpointPlan(path, file, listed, tables, own_figures or FigureList(), files | beside)


def _one_table(listed: EndpointList) -> TableList:
    ids = tuple(endpoint.id for endpoint in listed.endpoints)
    has_groups = any(endpoint.by for endpoint in listed.endpoints)
    table = EstimatesTable(table="estimates", id="estimates", title="Endpoints", endpoints=ids, groups=has_groups)
    return TableList(tables=(table,))
