"""Reads the spec tables of one or more folders into `Specs`, with everything that is wrong with them at once.

Under all folders lie the domains of SDTMIG 3.4 (`hcc_sdtm.spec.sdtmig`), so that a domain needs a table only where it is
to differ from the standard.
A later folder overlays an earlier one, as a study's own specs overlay the packaged defaults: its
``sdtm/ex.csv`` takes the place of that file; its lines of ``datasets.csv``, ``codelists.csv``,
``valuelevel.csv`` and the other tables replace the lines with the same key and add the rest. A line of
``codelists.csv`` may leave the facts of the codelist (code, label, extensible) blank where another line gives
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec import plausible_results
from hcc_sdtm.spec.codelists import read_codelists
from hcc_sdtm.spec.csv_file import Row, read_csv_file, read_overlays, read_unique
from hcc_sdtm.spec.model import Codelist, DatasetSpec, Specs, ValueLevel, Variable
from hcc_sdtm.spec.relationships import read_relationships
from hcc_sdtm.spec.rule_table import read_rule_rows
from hcc_sdtm.spec.sdtmig import DATASET_COLUMNS, FOLDER, build_supplement, read_sdtmig
from hcc_sdtm.spec.transport import LABEL_BYTES, NAME, TEXT_BYTES

CORES: Mapping[str, tuple[str, ...]] = {"sdtm": ("Req", "Exp", "Perm"), "adam": ("Req", "Cond", "Perm")}
TYPES = ("text", "integer", "float", "date", "datetime")
ORIGINS = ("Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available")

LONGEST = {"text": TEXT_BYTES, "integer": 8, "float": 8, "date": TEXT_BYTES, "datetime": TEXT_BYTES}

SUPP_TABLE = "supp"
"""``sdtm/supp.csv`` serves every SUPP-- dataset that has no table of its own."""

SUPP_NAME = 4
"""Longest name of a dataset for which SUPP and the name fit the eight characters of a dataset name."""

VARIABLE_COLUMNS = ("variable", "label", "type", "length", "core")
VARIABLE_OPTIONAL = ("role", "codelist", "origin", "source", "method", "format")
VALUELEVEL_COLUMNS = ("dataset", "variable", "where_variable", "where_value", "codelist")

OTHER_TABLES: Mapping[str, tuple[tuple[str, ...], int]] = {
    "methods": (("method", "name", "type", "description"), 1),
    "comments": (("dataset", "variable", "comment", "document"), 2),
    "documents": (("document", "title", "file"), 1),
    "standards": (("standard", "name", "type", "publishing_set", "version", "status"), 1),
    plausible_results.TABLE: (plausible_results.COLUMNS, len(plausible_results.KEY)),
}
"""Columns of the tables that `Specs.tables` carries as text, and how many of the first ones are the key.

Any further CSV file beside them is carried too; it has columns of its own, the first is its key. Under ``rules/`` every
other file is a table of rules (`hcc_sdtm.spec.rule_table`).
"""


def read_spec_tables(folders: Sequence[Path]) -> Specs:
    """The specs in the folders, each overlaying those before it; raises `StudyError` with every problem."""
    problems: list[Problem] = []
    found = []
    for folder in folders:
        if folder.is_dir():
            found.append(folder)
        else:
            problems.append(Problem(Source(folder.as_posix()), "is not a folder of spec tables"))
    codelists = read_codelists([FOLDER, *found], problems)
    tables = _read_other_tables(found, problems)
    methods = set(tables["methods"]["method"])
    datasets = _read_datasets(found, codelists, methods, problems)
    sdtm = {name: spec for name, (kind, spec) in datasets.items() if kind == "sdtm"}
    specs = Specs(
        sdtm=sdtm,
        adam={name: spec for name, (kind, spec) in datasets.items() if kind == "adam"},
        codelists=codelists,
        valuelevel=_read_valuelevel(found, {name: spec for name, (_, spec) in datasets.items()}, codelists, problems),
        relationships=read_relationships(found, sdtm, problems),
        tables=tables,
        rules=read_rule_rows(found, datasets, codelists, problems),
    )
    _check_predecessors(specs, problems)
    _check_comments(found, specs, problems)
    plausible_results.check_plausible_results(found, sdtm, problems)
    if problems:
        raise StudyError(problems)
    return specs


def _check_word(row: Row, column: str, words: Iterable[str], problems: list[Problem]) -> bool:
    """Whether the cell is one of ``words``; if not, a problem names the nearest, or all of a few."""
    words = list(words)
    if row[column] in words:
        return True
    hint = nearest(row[column], words)
    if not hint and len(words) <= len(ORIGINS):
        hint = f"; expected {', '.join(words)}"
    problems.append(Problem(row.source, f'unknown {column} "{row[column]}"{hint}'))
    return False


def _check_name(row: Row, column: str, problems: list[Problem]) -> None:
    if not NAME.fullmatch(row[column]):
        message = f'{column} "{row[column]}" is not a name: a capital letter, then up to 7 of A-Z, 0-9 and _'
        problems.append(Problem(row.source, message))


def _check_label(row: Row, problems: list[Problem]) -> None:
    size = len(row["label"].encode())
    if not size:
        problems.append(Problem(row.source, "label is empty"))
    elif size > LABEL_BYTES:
        message = f'label "{row["label"]}" has {size} bytes; at most {LABEL_BYTES} fit'
        problems.append(Problem(row.source, message))


def _read_datasets(
    folders: Sequence[Path],
    codelists: Mapping[str, Codelist],
    methods: set[str],
    problems: list[Problem],
) -> dict[str, tuple[str, DatasetSpec]]:
    """Kind and spec of each dataset: those of the folders, then what SDTMIG 3.4 has beside them."""
    rows: dict[str, Row] = {}
    for file in read_overlays(folders, "datasets", DATASET_COLUMNS, (), problems):
        rows |= {name: row for (name,), row in read_unique(file.rows, ("dataset",), problems).items()}
    if folders and not rows:
        problems.append(Problem(Source((folders[-1] / "datasets.csv").as_posix()), "lists no dataset"))
    standard, supplement = read_sdtmig(codelists, methods)
    paths = {
        (kind, path.stem): path
        for folder in folders
        for kind in CORES
        for path in sorted((folder / kind).glob("*.csv"))
    }
    read: dict[Path, tuple[Variable, ...]] = {}

    def variables_of(kind: str, stem: str) -> tuple[Variable, ...] | None:
        """The variables in a table of the folders; None where there is no such table."""
        path = paths.get((kind, stem))
        if path is not None and path not in read:
            read[path] = _read_variables(path, kind, codelists, methods, problems)
        return read[path] if path is not None else None

    datasets: dict[str, tuple[str, DatasetSpec]] = {}
    for name, row in rows.items():
        _check_name(row, "dataset", problems)
        _check_label(row, problems)
        kind = row["kind"]
        if not _check_word(row, "kind", CORES, problems):
            continue
        known = standard[name].variables if kind == "sdtm" and name in standard else ()
        variables = variables_of(kind, name.lower())
        if variables is None and kind == "sdtm" and name.startswith("SUPP"):
            variables = variables_of(kind, SUPP_TABLE) or supplement
        variables = variables if variables is not None else known
        if not variables:
            message = f"dataset {name} has no table of variables: {kind}/{name.lower()}.csv does not exist"
            if (kind, name.lower()) not in paths:
                problems.append(Problem(row.source, message))
            continue
        keys, sort = tuple(row["keys"].split()), tuple(row["sort"].split())
        names = [variable.name for variable in (*variables, *known)]
        for column, given in (("keys", keys), ("sort", sort)):
            if not given:
                problems.append(Problem(row.source, f"{column} of dataset {name} is empty"))
            problems += [
                Problem(row.source, f'unknown variable "{key}" in {column} of {name}{nearest(key, names)}')
                for key in given
                if key not in names
            ]
        spec = DatasetSpec(name, row["label"], row["class"], row["structure"], keys, sort, variables, row.source, known)
        datasets[name] = (kind, spec)
    for name, spec in standard.items():
        if name not in rows:
            own = variables_of("sdtm", name.lower())
            datasets[name] = ("sdtm", replace(spec, variables=own) if own is not None else spec)
    for name, (kind, spec) in list(datasets.items()):
        supplemental = f"SUPP{name}"
        if kind == "sdtm" and supplemental not in rows and has_supplement(spec):
            own = variables_of("sdtm", supplemental.lower()) or variables_of("sdtm", SUPP_TABLE)
            datasets[supplemental] = ("sdtm", build_supplement(spec, own or supplement))
    problems += [
        Problem(
            Source(path.as_posix()),
            f'no dataset "{stem.upper()}" in datasets.csv{nearest(stem.upper(), rows)}',
        )
        for (_, stem), path in paths.items()
        # a dataset that is listed has had its own problem
        if path not in read and stem.upper() not in rows and stem != SUPP_TABLE
    ]
    return datasets


def has_supplement(spec: DatasetSpec) -> bool:
    """Whether the dataset's records may have supplemental qualifiers: those about subjects, relationships apart."""
    return spec.has_subjects and spec.class_ != "RELATIONSHIP" and len(spec.name) <= SUPP_NAME


def _read_variables(
    path: Path, kind: str, codelists: Mapping[str, Codelist], methods: set[str], problems: list[Problem]
) -> tuple[Variable, ...]:
    file = read_csv_file(path, problems, VARIABLE_COLUMNS, VARIABLE_OPTIONAL)
    variables = []
    for row in read_unique(file.rows, ("variable",), problems).values():
        _check_name(row, "variable", problems)
        _check_label(row, problems)
        _check_word(row, "core", CORES[kind], problems)
        for column, words in (("codelist", codelists), ("method", methods), ("origin", ORIGINS)):
            if row[column]:
                _check_word(row, column, words, problems)
        known_type = _check_word(row, "type", TYPES, problems)
        variables.append(
            Variable(
                name=row["variable"],
                label=row["label"],
                type=row["type"] if known_type else "text",
                length=_parse_length(row, problems) if known_type else 0,
                core=row["core"],
                role=row["role"],
                codelist=row["codelist"],
                origin=row["origin"],
                source=row["source"],
                method=row["method"],
                format=row["format"],
                line=row.source,
            )
        )
    return tuple(variables)


def _parse_length(row: Row, problems: list[Problem]) -> int:
    longest = LONGEST[row["type"]]
    if re.fullmatch(r"[0-9]{1,4}", row["length"]) and 1 <= int(row["length"]) <= longest:
        return int(row["length"])
    message = f'length "{row["length"]}" of {row["variable"]} is not a whole number from 1 to {longest}'
    problems.append(Problem(row.source, message))
    return 0


def _read_valuelevel(
    folders: Sequence[Path],
    datasets: Mapping[str, DatasetSpec],
    codelists: Mapping[str, Codelist],
    problems: list[Problem],
) -> tuple[ValueLevel, ...]:
    """The value-level codelists; lines that differ in the where value only become one."""
    rows: dict[tuple[str, ...], Row] = {}
    for file in read_overlays(folders, "valuelevel", VALUELEVEL_COLUMNS, (), problems):
        rows |= read_unique(file.rows, VALUELEVEL_COLUMNS[:-1], problems)
    grouped: dict[tuple[str, str, str, str], list[str]] = {}
    for row in rows.values():
        if not _check_word(row, "dataset", datasets, problems):
            continue
        names = datasets[row["dataset"]].by_name
        for column in ("variable", "where_variable"):
            _check_word(row, column, names, problems)
        if row["codelist"]:
            _check_word(row, "codelist", codelists, problems)
        where = (row["dataset"], row["variable"], row["where_variable"], row["codelist"])
        grouped.setdefault(where, []).append(row["where_value"])
    levels = tuple(
        ValueLevel(dataset, variable, where_variable, tuple(values), codelist)
        for (dataset, variable, where_variable, codelist), values in grouped.items()
    )
    for row in rows.values():
        _check_where_value(row, datasets, codelists, levels, problems)
    return levels


def _check_where_value(
    row: Row,
    datasets: Mapping[str, DatasetSpec],
    codelists: Mapping[str, Codelist],
    levels: Sequence[ValueLevel],
    problems: list[Problem],
) -> None:
    """A where value must be a term of a codelist of its variable, where that has any."""
    dataset, name = row["dataset"], row["where_variable"]
    variable = datasets[dataset].by_name.get(name) if dataset in datasets else None
    if variable is None:
        return
    lists = {variable.codelist} | {
        level.codelist for level in levels if (level.dataset, level.variable) == (dataset, name)
    }
    terms = [term for codelist in sorted(lists & codelists.keys()) for term in codelists[codelist].terms]
    if terms and row["where_value"] not in terms:
        hint = nearest(row["where_value"], terms)
        message = f'where_value "{row["where_value"]}" is in no codelist of {name}{hint}'
        problems.append(Problem(row.source, message))


def _read_other_tables(folders: Sequence[Path], problems: list[Problem]) -> dict[str, pd.DataFrame]:
    """Every table carried as text, by its path without ``.csv``; the known ones are there even when empty."""
    tables = {name: pd.DataFrame(columns=list(columns), dtype=object) for name, (columns, _) in OTHER_TABLES.items()}
    for folder in folders:
        for path in sorted([*folder.glob("*.csv"), *(folder / "rules").glob("*.csv")]):
            name = path.relative_to(folder).with_suffix("").as_posix()
            if name in ("datasets", "codelists", "valuelevel", "relationships"):
                continue
            if path.parent.name == "rules" and name not in OTHER_TABLES:
                continue
            if name in OTHER_TABLES:
                columns, size = OTHER_TABLES[name]
                file = read_csv_file(path, problems, columns)
                read_unique(file.rows, columns[:size], problems)
            else:
                size = 1
                file = read_csv_file(path, problems, (), None)
                columns = file.columns
            cells = [[row[column] for column in columns] for row in file.rows]
            frame = pd.DataFrame(cells, columns=list(columns), dtype=object)
            tables[name] = _overlay(tables[name], frame, list(columns[:size])) if name in tables else frame
    return tables


def _overlay(under: pd.DataFrame, over: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """The lines of ``under`` whose key ``over`` does not have, then those of ``over``."""
    if not set(key) <= set(under.columns):
        return over
    replaced = pd.MultiIndex.from_frame(under[key]).isin(pd.MultiIndex.from_frame(over[key]))
    return pd.concat([under[~replaced], over], ignore_index=True).fillna("")


def _check_predecessors(specs: Specs, problems: list[Problem]) -> None:
    """A variable copied from another names it, ``DM.SEX``, as its source."""
    datasets = {**specs.sdtm, **specs.adam}
    names = [f"{spec.name}.{name}" for spec in datasets.values() for name in spec.names]
    checked: set[Source] = set()
    for spec in datasets.values():
        for variable in spec.variables:
            if variable.origin != "Predecessor" or variable.line in checked or variable.source in names:
                continue
            checked.add(variable.line)
            hint = nearest(variable.source, names)
            message = f'predecessor "{variable.source}" of {variable.name} is no variable{hint}'
            problems.append(Problem(variable.line, message))


def _check_comments(folders: Sequence[Path], specs: Specs, problems: list[Problem]) -> None:
    """A comment is about a dataset or variable that exists, and points to a document that exists.

    A dataset whose table a later folder has replaced may have lost the variable: the comment has nothing to be about.
    """
    datasets = {**specs.sdtm, **specs.adam}
    documents = set(specs.tables["documents"]["document"])
    # what is wrong with the file itself was said when its table was read
    own = {(folder / "comments.csv").as_posix(): number for number, folder in enumerate(folders)}
    for file in read_overlays(folders, "comments", OTHER_TABLES["comments"][0], (), []):
        for row in file.rows:
            later = folders[own[row.source.file] + 1 :]
            table = f"{row['dataset'].lower()}.csv"
            is_replaced = any((folder / kind / table).is_file() for folder in later for kind in CORES)
            if _check_word(row, "dataset", datasets, problems) and row["variable"] and not is_replaced:
                _check_word(row, "variable", datasets[row["dataset"]].names, problems)
            if row["document"]:
                _check_word(row, "document", documents, problems)
