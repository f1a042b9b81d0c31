"""The names that datasets and variables of files go by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from hcc_sdtm.finding import Finding
from hcc_sdtm.problem import Problem
from hcc_sdtm.received.file_table import FileMetadata, FileTable, quoted
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs

NAME_DIFFERS = "REC-002 received.name-differs"
NAME_CASE = "REC-007 received.name-not-capitals"
NO_NAME = "REC-008 received.no-usable-name"


def name_table(table: FileTable, stem: str, is_alone: bool, specs: Specs) -> FileTable:
    """The table with names of dataset and variables in capitals, and without the columns that cannot be named.

    A dataset goes by the name in its file where that is known, else by the file's where that is. Findings: REC-002 where the
    two differ, REC-007 for names in small letters, REC-008 for names that no variable can have.
    """
    metadata = table.metadata
    said = metadata.name.upper()
    known = {*specs.sdtm, *specs.adam}
    name = stem if is_alone and (not said or (said not in known and stem in known)) else said or stem
    findings = [*table.findings]
    if is_alone and said != stem:
        inside = f'the dataset in it is named "{metadata.name}"' if said else "the dataset in it has no name"
        message = f"{inside}; it is read as {name}"
        findings.append(Finding(NAME_DIFFERS, "warning", message, dataset=name, expected=stem, source=metadata.file))
    small = [
        variable.name
        for variable in metadata.variables
        if variable.name != variable.name.upper() and not variable.name.startswith("_")
    ]
    if small:
        message = (
            f"{quoted(small)} of {name} are not in capitals, as names of variables are; they are read as if they were"
        )
        findings.append(
            Finding(
                NAME_CASE,
                "warning",
                message,
                dataset=name,
                variable=small[0].upper(),
                value=small[0],
                expected=small[0].upper(),
                source=metadata.file,
            )
        )
    variables, columns = [], []
    for variable, column in zip(metadata.variables, table.columns, strict=True):
        upper = variable.name.strip().upper()
        if not upper or upper.startswith("_"):
            message = f'the name "{variable.name}" of a column cannot be that of a variable; the column is left out'
            findings.append(Finding(NO_NAME, "error", message, dataset=name, value=variable.name, source=metadata.file))
        else:
            variables.append(variable if variable.name == upper else replace(variable, name=upper))
            columns.append(column)
    named = FileMetadata(name, metadata.label, metadata.file, tuple(variables))
    findings = [replace(each, dataset=name) if each.dataset else each for each in findings]
    return replace(table, metadata=named, columns=columns, findings=findings)


def naming_problems(tables: list[FileTable]) -> Iterator[Problem]:
    """Two files for one dataset, two columns of one name, and datasets without any column."""
    files: dict[str, list[str]] = {}
    for table in tables:
        metadata = table.metadata
        files.setdefault(metadata.name, []).append(metadata.file)
        counts = Counter(variable.name for variable in metadata.variables)
        again = [name for name, count in counts.items() if count > 1]
        if again:
            yield Problem(
                Source(metadata.file),
                f"several columns of {metadata.name} have the name {quoted(again)}; rename or drop one",
            )
        if not metadata.variables:
            yield Problem(Source(metadata.file), f"the dataset {metadata.name} has no variables; ask for it again")
    for name, places in files.items():
        if len(places) > 1:
            shown = " and ".join(dict.fromkeys(places))
            count = "twice" if len(places) == 2 else f"{len(places)} times"
            message = f"the dataset {name} is there {count}: {shown}; leave one, or name the file to be read"
            yield Problem(Source(places[0]), message)
