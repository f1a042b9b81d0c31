"""From a number to the cells behind it: endpoint, the subject's analysis row, the SDTM record it points to, the cell.

Works on a folder of outputs alone; the text of a cell is read from the site's file, which must still be the one that the
manifest names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.adam.pointers import SOURCE_COLUMNS, follow_pointer
from hcc_sdtm.adam.times.decisions import explain, name_record
from hcc_sdtm.dataset import Dataset, Trace, at_column, format_value
from hcc_sdtm.outputs.decisions import read_decisions
from hcc_sdtm.outputs.lineage import read_lineage, read_starts
from hcc_sdtm.outputs.manifest import ManifestError, file_digest, read_manifest
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.model import DatasetSpec, Variable

SHOWN = ("PARAM", "STARTDT", "ADT", "AVAL", "AVALC", "CNSR", "EVNTDESC", "CNSDTDSC")
"""Variables of a row that are shown, where they have a value."""

ADMISSIBLE = ("ADTLO", "ADTHI", "AVALLO", "AVALHI", "ADTBND")
"""Shown too where partial dates leave the row open."""


@dataclass(frozen=True)
class TracedDate:
    """One date of an analysis row: the records it was followed through, whether they agree, and the cells at the end.

    ``records`` are dataset, 1-based record, variable and value, from the analysis row on. ``ends`` are the date of the last
    record and, where that is a finding, its result.
    """

    variable: str
    records: tuple[tuple[str, int, str, str], ...]
    agrees: bool
    ends: tuple[Trace, ...]


@dataclass(frozen=True)
class TracedRow:
    """A subject's row of one parameter, in words, and its dates; ``notes`` hold for every number of the run.

    ``why`` says which dates were considered and what became of each. ``pointer`` names the record that gave the date,
    where OUT has no SDTM to follow it into.
    """

    notes: tuple[str, ...]
    parameter: str
    subject: str
    results: tuple[str, ...]
    row: tuple[str, ...]
    dates: tuple[TracedDate, ...]
    why: tuple[str, ...] = ()
    pointer: str = ""


def trace_parameter(out: Path, raw: Path, name: str, subject: str) -> list[TracedRow]:
    """The rows of a subject behind an endpoint (its id, or a parameter code), each followed to the cells.

    Where OUT was derived from anyone's SDTM there are no cells: the rows, why, and the name of the SDTM record.

    ``subject`` is a USUBJID or a study number. Raises StudyError where OUT has no such endpoint or subject, or a raw file
    is not the one of the run.
    """
    manifest = _manifest(out)
    if not (out / "results" / "ard.json").is_file():
        if (out / "adam" / "adtte.json").is_file():
            return _trace_derived(out, manifest["notes"], name, subject)
        raise StudyError(
            [Problem(Source(str(out)), "has no results, only what was mapped; name a folder of hcc-sdtm run")]
        )
    require_same_files(manifest, raw)
    datasets = read_outputs(out, raw)
    results = json.loads((out / "results" / "ard.json").read_text(encoding="utf-8"))["results"]
    starts = read_starts(out / "lineage.parquet")
    parameter = _parameter(out, results, datasets, name)
    subject = _subject(out, datasets, subject)
    rows = []
    for dataset in (datasets["ADTTE"], datasets["ADRS"]):
        frame = dataset.frame
        found = frame.index[(frame["PARAMCD"] == parameter) & (frame["USUBJID"] == subject)]
        why = _why(out, datasets, parameter, subject) if dataset.name == "ADTTE" and len(found) else ()
        rows += [
            _traced_row(datasets, dataset, int(position), results, starts, manifest["notes"], why) for position in found
        ]
    if not rows:
        raise _no_row(out, parameter, subject)
    return rows


def _trace_derived(out: Path, notes: Sequence[str], name: str, subject: str) -> list[TracedRow]:
    datasets = {}
    for path in sorted((out / "adam").glob("*.json")):
        spec, frame = _read_dataset_json(path)
        datasets[spec.name] = Dataset(spec, frame)
    parameter, subject = _parameter(out, [], datasets, name), _subject(out, datasets, subject, "ADSL")
    rows = []
    for dataset in (datasets["ADTTE"], datasets["ADRS"]):
        frame = dataset.frame
        for position in frame.index[(frame["PARAMCD"] == parameter) & (frame["USUBJID"] == subject)]:
            why = _why(out, datasets, parameter, subject) if dataset.name == "ADTTE" else ()
            domain, variable, sequence = _followed(datasets, subject, *frame.loc[position, list(SOURCE_COLUMNS)])
            record = name_record(domain, variable, sequence)
            pointer = record if record.endswith(variable) else f"{record} {variable}"
            shown = _shown_values(dataset, int(position))
            rows.append(TracedRow(tuple(notes), parameter, subject, (), shown, (), why, pointer))
    if not rows:
        raise _no_row(out, parameter, subject)
    return rows


def _no_row(out: Path, parameter: str, subject: str) -> StudyError:
    message = f"{subject} has no row of {parameter}; it is not in the population of that parameter"
    return StudyError([Problem(Source(f"{out.name}/adam"), message)])


def read_outputs(out: Path, raw: Path) -> dict[str, Dataset]:
    """All datasets of a folder of outputs with their lineage; ``raw`` is the folder of the sites' files."""
    frames, specs = {}, {}
    for path in sorted([*(out / "sdtm").glob("*.json"), *(out / "adam").glob("*.json")]):
        spec, frame = _read_dataset_json(path)
        frames[spec.name], specs[spec.name] = frame, spec
    return read_lineage(out / "lineage.parquet", frames, specs, raw)


def _read_dataset_json(path: Path) -> tuple[DatasetSpec, pd.DataFrame]:
    """A written dataset and as much of its spec as it tells; numeric dates are day numbers again."""
    content = json.loads(path.read_text(encoding="utf-8"))
    columns, source = content["columns"], Source(path.name)
    frame = pd.DataFrame(content["rows"], columns=[column["name"] for column in columns])
    variables = []
    for column in columns:
        name, is_day = column["name"], column.get("targetDataType") == "integer"
        numeric = is_day or column["dataType"] in ("integer", "float", "double", "decimal")
        values = dates.to_days(frame[name].fillna("").astype(object)) if is_day else frame[name]
        frame[name] = values.astype(float) if numeric else values.astype(object)
        kind, shown = ("float" if numeric else "text"), ("DATE9." if is_day else "")
        variables.append(Variable(name, column["label"], kind, 8, "", "", "", "", "", "", shown, source))
    return DatasetSpec(content["name"], content["label"], "", "", (), (), tuple(variables), source), frame


def _manifest(out: Path) -> dict[str, Any]:
    try:
        return read_manifest(out)
    except ManifestError as error:
        raise StudyError([Problem(Source(str(out)), f"{error}; name a folder that hcc-sdtm run has written")]) from None


def _raw_digests(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The hash of each site's file of the run, by its path under the raw folder."""
    inputs = {entry["name"]: entry["sha256"] for entry in manifest["inputs"]}
    return {name.removeprefix("raw/"): digest for name, digest in inputs.items() if name.startswith("raw/")}


def require_same_files(manifest: Mapping[str, Any], raw: Path) -> None:
    """Nothing where every file of the sites is the one of the run; else StudyError with each that is not."""
    problems = []
    for name, digest in _raw_digests(manifest).items():
        source = Source(f"raw/{name}")
        if not (raw / name).is_file():
            problems.append(Problem(source, f"not in {raw}; name the folder of the sites' files with --raw"))
        elif file_digest(raw / name) != digest:
            problems.append(Problem(source, "not the file of this run: it changed since; run again"))
    if problems:
        raise StudyError(problems)


def _parameter(out: Path, results: list[dict[str, object]], datasets: Mapping[str, Dataset], name: str) -> str:
    by_endpoint = {str(row["endpoint"]): str(row["parameter"]) for row in results}
    known = {*datasets["ADTTE"].frame["PARAMCD"], *datasets["ADRS"].frame["PARAMCD"]}
    if name in known:
        return name
    if name in by_endpoint:
        return by_endpoint[name]
    message = f'no endpoint or parameter "{name}"{nearest(name, [*by_endpoint, *known])}'
    file = "results/ard.json" if results else "adam/adtte.json"
    raise StudyError([Problem(Source(f"{out.name}/{file}"), message)])


def _subject(out: Path, datasets: Mapping[str, Dataset], text: str, name: str = "DM") -> str:
    frame = datasets[name].frame
    found = frame.loc[(frame["USUBJID"] == text) | (frame["SUBJID"] == text), "USUBJID"]
    if found.empty:
        message = f'no subject "{text}"{nearest(text, frame["SUBJID"])}'
        file = "sdtm/dm.json" if name == "DM" else f"adam/{name.lower()}.json"
        raise StudyError([Problem(Source(f"{out.name}/{file}"), message)])
    return str(found.iloc[0])


def _traced_row(
    datasets: Mapping[str, Dataset],
    dataset: Dataset,
    position: int,
    results: list[dict[str, object]],
    starts: Mapping[str, str],
    notes: Sequence[str],
    why: Sequence[str],
) -> TracedRow:
    record = dataset.frame.iloc[position]
    steps = follow_pointer(datasets, dataset.name, position)
    dates_traced = [_follow(datasets, dataset, position, "ADT", steps)] if steps else []
    if start := starts.get(str(record["PARAMCD"]), ""):
        steps = _start_steps(datasets, str(record["USUBJID"]), start)
        dates_traced.insert(0, _follow(datasets, dataset, position, "STARTDT", steps))
    of_parameter = [
        f"{entry['endpoint']}: {entry['statistic']} = {entry['text']} {entry['unit'] or ''}".rstrip()
        for entry in results
        if entry["parameter"] == record["PARAMCD"] and entry["text"]
    ]
    parameter, subject = str(record["PARAMCD"]), str(record["USUBJID"])
    row = _shown_values(dataset, position)
    return TracedRow(tuple(notes), parameter, subject, tuple(of_parameter), row, tuple(dates_traced), tuple(why))


def _shown_values(dataset: Dataset, position: int) -> tuple[str, ...]:
    record = dataset.frame.iloc[position]
    names = [name for name in SHOWN if name in record]
    names += [name for name in ADMISSIBLE if record.get("ADTBND", "")]
    shown = [(name, _shown(dataset, name, record[name])) for name in names]
    return tuple(f"{name} = {value}" for name, value in shown if value)


def _why(out: Path, datasets: Mapping[str, Dataset], parameter: str, subject: str) -> tuple[str, ...]:
    """The candidates of the subject's decision as sentences, each record the one in SDTM that it was followed to."""
    rows, texts = read_decisions(out / "decisions.parquet", subject, parameter)

    def followed(domain: str, variable: str, sequence: float) -> str:
        return name_record(*_followed(datasets, subject, domain, variable, sequence))

    return tuple(explain(rows, texts, followed))


def _followed(
    datasets: Mapping[str, Dataset], subject: str, domain: str, variable: str, sequence: float
) -> tuple[str, str, float]:
    """SRCDOM, SRCVAR and SRCSEQ followed through analysis datasets, as far as there are records."""
    while (
        domain in datasets and not pd.isna(sequence) and all(name in datasets[domain].frame for name in SOURCE_COLUMNS)
    ):
        at = datasets[domain].position(subject, int(sequence))
        if at < 0 or not datasets[domain].frame["SRCDOM"].iloc[at]:
            break
        domain, variable, sequence = (datasets[domain].frame[name].iloc[at] for name in SOURCE_COLUMNS)
    return domain, variable, sequence


def _start_steps(datasets: Mapping[str, Dataset], subject: str, start: str) -> list[tuple[str, int, str]]:
    """A parameter's origin is a date of ADSL, which remembers the record it was taken from."""
    adsl = datasets["ADSL"]
    at = adsl.position(subject, 0)
    steps = [("ADSL", at, start)]
    derivation, column = adsl.derivations.get(start), at_column(start)
    if derivation is None or derivation.dataset not in datasets or column not in adsl.frame:
        return steps
    number = adsl.frame[column].iloc[at]
    there = datasets[derivation.dataset].position(subject, 0 if pd.isna(number) else int(number))
    return [*steps, (derivation.dataset, there, derivation.inputs[0])] if there >= 0 else steps


def _follow(
    datasets: Mapping[str, Dataset], dataset: Dataset, position: int, variable: str, steps: list[tuple[str, int, str]]
) -> TracedDate:
    chain = [(dataset.name, position, variable), *steps]
    records = tuple(
        (name, at + 1, column, _shown(datasets[name], column, datasets[name].frame[column].iloc[at]))
        for name, at, column in chain
    )
    day = dataset.frame[variable].iloc[position]
    last_name, last_at, last_column = chain[-1]
    value = datasets[last_name].frame[last_column].iloc[last_at]
    if pd.isna(day):
        agrees = True  # an undated response points to its record, and there is no date to compare
    elif isinstance(value, str):
        limits = dates.bounds(pd.Series([value], dtype=object)).iloc[0]
        agrees = bool(limits["earliest"] <= day <= limits["latest"])
    else:
        agrees = bool(value == day)
    result = f"{last_name}STRESC"
    wanted = [last_column, *([result] if result in datasets[last_name].frame and result != last_column else [])]
    ends = tuple(datasets[last_name].trace(last_at, name) for name in wanted) if len(chain) > 1 else ()
    return TracedDate(variable, records, agrees, ends)


def _shown(dataset: Dataset, name: str, value: object) -> str:
    if dataset.spec.by_name[name].format and not isinstance(value, str):
        return str(dates.from_days(pd.Series([value])).iat[0])
    return format_value(value)


def render_trace(row: TracedRow) -> str:
    """The chain as text, one line a step, indented as it goes deeper; above it, why the date is this one."""
    lines = [*row.notes, f"{row.parameter} of {row.subject}"]
    lines += [f"  endpoint  {text}" for text in row.results]
    lines.append("  row       " + "; ".join(row.row))
    lines += [f"  {'why' if not number else '   '}       {sentence}" for number, sentence in enumerate(row.why)]
    if row.pointer:
        lines.append(f"  record    {row.pointer}")
    elif not row.dates:
        lines.append("  no one record gives this answer: it rests on all of the subject's assessments")
    for date in row.dates:
        lines.append(f"  {date.variable}")
        for depth, (name, record, variable, value) in enumerate(date.records):
            lines.append("    " + "  " * depth + f"{name} record {record} {variable} = {value}")
        lines.append(f"    {'the dates agree' if date.agrees else 'THE DATES DO NOT AGREE'}")
        lines += ["    " + line for end in date.ends for line in _trace_lines(end)]
    return "\n".join(lines)


def _trace_lines(trace: Trace, depth: int = 0) -> Iterator[str]:
    indent = "  " * depth
    if trace.source is not None:
        yield (
            f'{indent}{trace.source} holds "{trace.typed}"'
            if trace.source.row
            else f"{indent}{trace.source}: {trace.how}"
        )
        return
    yield f"{indent}{trace.dataset}.{trace.variable} = {trace.value} ({trace.how})"
    for step in trace.inputs:
        yield from _trace_lines(step, depth + 1)


def find_raw(out: Path) -> Path:
    """The folder of the sites' files where none is named: beside OUT, in the current folder, or the reference study's own.

    The first that has every file of the run is taken; where none has, the first that exists, so that the error names it.
    """
    candidates = [out.resolve().parent / "raw", Path.cwd() / "raw", reference_study() / "raw"]
    names = _raw_digests(_manifest(out))
    complete = [folder for folder in candidates if all((folder / name).is_file() for name in names)]
    existing = [folder for folder in candidates if folder.is_dir()]
    return next(iter([*complete, *existing]), candidates[0])
