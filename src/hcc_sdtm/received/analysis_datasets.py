"""Which of the received datasets stand for ADSL, ADRS and ADTTE, and what a list of endpoints needs of them.

Knows what endpoints read, and nothing of how they are estimated. A dataset of another name is taken where it alone has the
structure of what is missing; ADSL, where there is none, is made of what its subjects' records repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import Finding, findings_frame, join_findings
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.received.file_table import quoted
from hcc_sdtm.received.number_columns import with_numbers, with_plain_numbers
from hcc_sdtm.received.received import Received
from hcc_sdtm.received.records_of_subjects import subject_columns
from hcc_sdtm.source import Source
from hcc_sdtm.spec.endpoints import (
    CategoriesEndpoint,
    EndpointList,
    EndpointSpec,
    IncidenceEndpoint,
    IntervalCensoredEndpoint,
    ProportionEndpoint,
)
from hcc_sdtm.spec.yaml_file import YamlFile

TAKEN_FOR = "EST-040 estimate.dataset-of-another-name"
NO_ADSL = "EST-041 estimate.without-adsl"

STRUCTURES: Mapping[str, tuple[str, ...]] = {
    "ADSL": ("USUBJID",),
    "ADRS": ("USUBJID", "PARAMCD", "AVALC"),
    "ADTTE": ("USUBJID", "PARAMCD", "AVAL", "CNSR"),
}
"""The columns that tell each kind of dataset (ADaM basic data structure for time-to-event analyses 1.0, section 3)."""
NUMBERS = {
    "ADTTE": ("AVAL", "CNSR", "CAUSE", "ENTRY", "ASEQ", "ADT", "STARTDT", "AVALLO", "AVALHI"),
    "ADRS": ("ASEQ", "ADT"),
}
"""What is read as numbers; dates are day numbers since 1960-01-01."""


@dataclass(frozen=True)
class AnalysisDatasets:
    """The datasets that endpoints read, by what they stand for; ``made_adsl`` where ADSL was made of the records of others.

    ``findings`` say which dataset was taken for which. A dataset that no endpoint reads is not there.
    """

    datasets: Mapping[str, Dataset]
    made_adsl: pd.DataFrame | None
    findings: pd.DataFrame

    def frame(self, name: str) -> pd.DataFrame:
        """The records of a dataset; without any, an empty frame with the columns of its structure."""
        if name == "ADSL" and self.made_adsl is not None:
            return self.made_adsl
        if name in self.datasets:
            return self.datasets[name].frame
        return pd.DataFrame({column: pd.Series(dtype=object) for column in STRUCTURES[name]})


def choose_datasets(received: Received, data: Path, listed: EndpointList, file: YamlFile) -> AnalysisDatasets:
    """The datasets that the list needs.

    Findings: EST-040 for a dataset that was taken by its structure, EST-041 where there is no ADSL. Raises StudyError where one
    cannot be told, lacks a column that an endpoint reads, or (ADSL) has a subject twice or cannot be made.
    """
    problems: list[Problem] = []
    findings: list[Finding] = []
    chosen: dict[str, Dataset] = {}
    needed = [name for name in STRUCTURES if name == "ADSL" or any(name in reads(each) for each in listed.endpoints)]
    for name in needed:
        found = _choose(name, received, data, listed, file, problems)
        if found is None:
            continue
        chosen[name] = found
        if found.name not in (name, _named(listed).get(name, "").upper()):
            message = (
                f"{found.name} is taken for {name}, by its columns; datasets of the endpoints' list can name another"
            )
            where = received.metadata[found.name].file
            findings.append(Finding(TAKEN_FOR, "note", message, dataset=found.name, expected=name, source=where))
    for name, dataset in chosen.items():
        if not len(dataset):
            problems.append(Problem(Source(received.metadata[dataset.name].file), f"{dataset.name} has no records"))
        problems += _lacking(name, dataset, received, listed, file)
    made = None
    if not problems and "ADSL" not in chosen:
        made = subject_columns(chosen, _asked_of_subjects(listed), received)
        names = " and ".join(dataset.name for dataset in chosen.values())
        message = (
            f"there is no ADSL: the subjects are those of {names}, and who has no record there is not counted anywhere"
        )
        findings.append(Finding(NO_ADSL, "warning", message, dataset="ADSL", expected="ADSL among the data"))
    elif "ADSL" in chosen and not problems:
        problems += _subjects_twice(chosen["ADSL"], received)
    if problems:
        raise StudyError(problems)
    noticed = [findings_frame(findings)]
    if "ADSL" in chosen:
        chosen["ADSL"] = with_plain_numbers(chosen["ADSL"], received.metadata[chosen["ADSL"].name])
    for name in ("ADTTE", "ADRS"):
        if name in chosen:
            chosen[name], of_texts = with_numbers(chosen[name], NUMBERS[name])
            noticed.append(of_texts)
    return AnalysisDatasets(chosen, made, join_findings(noticed))


def records_of(endpoint: EndpointSpec) -> str:
    """The dataset whose parameter the endpoint names."""
    return "ADRS" if isinstance(endpoint, ProportionEndpoint) else "ADTTE"


def reads(endpoint: EndpointSpec) -> Mapping[str, tuple[str, ...]]:
    """The columns that an endpoint reads of ADTTE and ADRS, besides those of their structure and of ``where``."""
    if isinstance(endpoint, ProportionEndpoint):
        return {"ADRS": ()}
    delayed = ("ENTRY",) if getattr(endpoint, "delayed_entry", None) else ()
    if isinstance(endpoint, IncidenceEndpoint):
        return {"ADTTE": ("CAUSE", *delayed)}
    if isinstance(endpoint, IntervalCensoredEndpoint):
        return {"ADTTE": ("EVNTDESC", "STARTDT", "ADT"), "ADRS": ("ADT",)}
    return {"ADTTE": delayed}


def _choose(
    name: str, received: Received, data: Path, listed: EndpointList, file: YamlFile, problems: list[Problem]
) -> Dataset | None:
    named = _named(listed).get(name)
    if named is not None:
        upper = named.upper()
        if upper in received.datasets:
            return received.datasets[upper]
        has = ", ".join(received.datasets)
        message = f'the data has no dataset "{named}"{nearest(upper, received.datasets)} (it has {has})'
        problems.append(Problem(file.source(("datasets", name)), message))
        return None
    if name in received.datasets:
        return received.datasets[name]
    alike = [dataset for dataset in received.datasets.values() if _is_like(name, dataset)]
    if len(alike) == 1:
        return alike[0]
    if len(alike) > 1:
        choices = ", ".join(dataset.name for dataset in alike)
        message = (
            f"has no {name}, and {choices} could be it; write datasets: {{{name}: {alike[0].name}}} in {file.name}"
        )
        problems.append(Problem(Source(str(data)), message))
    elif name != "ADSL":
        columns = ", ".join(STRUCTURES[name])
        has = ", ".join(received.datasets)
        message = f"has no {name}, nor another dataset with {columns} (it has {has})"
        problems.append(Problem(Source(str(data)), f"{message}; {_why(name, listed)}"))
    return None


def _named(listed: EndpointList) -> Mapping[str, str]:
    return {str(name): dataset for name, dataset in listed.datasets.items()}


def _is_like(name: str, dataset: Dataset) -> bool:
    columns = set(dataset.frame.columns)
    if not columns.issuperset(STRUCTURES[name]):
        return False
    if name == "ADTTE":
        return True
    return dataset.name.startswith(name) and (name == "ADSL" or "CNSR" not in columns)


def _why(name: str, listed: EndpointList) -> str:
    ids = [endpoint.id for endpoint in listed.endpoints if name in reads(endpoint)]
    shown = ", ".join(ids[:6]) + (f" and {len(ids) - 6} more" if len(ids) > 6 else "")
    return f"{shown} need{'s' if len(ids) == 1 else ''} it"


def _lacking(
    name: str, dataset: Dataset, received: Received, listed: EndpointList, file: YamlFile
) -> Iterator[Problem]:
    """A problem for each column that an endpoint reads and the dataset lacks: at the file, or at the endpoint's line."""
    columns = dataset.frame.columns
    asked = dict.fromkeys(STRUCTURES[name])
    for endpoint in listed.endpoints:
        asked |= dict.fromkeys(reads(endpoint).get(name, ()), endpoint.id)
    for column, endpoint_id in asked.items():
        if column not in columns:
            why = f", which {endpoint_id} reads" if endpoint_id else ""
            message = f"{dataset.name} has no variable {column}{why}{nearest(column, columns)}"
            yield Problem(Source(received.metadata[dataset.name].file), message)
    for number, written in enumerate(file.data["endpoints"]):
        of = "ADRS" if written.get("estimator") == "proportion" else "ADTTE"
        for variable in written.get("where", {}) if of == name else ():
            if variable not in columns:
                message = f'unknown variable of {dataset.name} "{variable}"{nearest(variable, columns)}'
                yield Problem(file.source(("endpoints", number, "where", variable)), message)


def _asked_of_subjects(listed: EndpointList) -> tuple[str, ...]:
    """The variables of ADSL that the list names."""
    flags = dict.fromkeys(endpoint.population for endpoint in listed.endpoints)
    groups = dict.fromkeys(variable for endpoint in listed.endpoints for variable in endpoint.by)
    counted = {each.variable: None for each in listed.endpoints if isinstance(each, CategoriesEndpoint)}
    return tuple(flags | groups | counted)


def _subjects_twice(adsl: Dataset, received: Received) -> Iterator[Problem]:
    subjects = adsl.frame["USUBJID"]
    twice = subjects[subjects.duplicated()].unique()
    if len(twice):
        message = f"{adsl.name} has one record a subject, and several of {quoted(list(twice), 3)}"
        yield Problem(Source(received.metadata[adsl.name].file), message)
