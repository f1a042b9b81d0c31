"""Reading ``parameters/*.yaml``, a file each: variants are completed from what they are like, and every name is checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.spec.adam.adrs_rules import AdrsSpec
from hcc_sdtm.spec.adam.adsl_rules import AdslSpec
from hcc_sdtm.spec.adam.checking import SpecChecker
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.yaml_file import Path_, YamlFile, listed

NOT_TAKEN_OVER = ("scheme",)
"""Keys that a parameter like another does not have from it."""

NAMED_LISTS = ("events", "competing", "censorings")


def read_parameters(
    checker: SpecChecker, paths: Sequence[Path], adsl: AdslSpec | None, adrs: AdrsSpec | None
) -> tuple[TimeToEvent, ...]:
    """The parameters of the files by code, their names checked; a file that cannot be read is left out.

    ``like: PFS`` takes every key from the file of that parameter but its ``scheme``; ``change`` beside it says by name what
    is other in its events, censorings or ``event_free``. With the values of ``by`` a file gives a parameter for each.
    """
    files = [file for path in paths if (file := checker.read_yaml(path)) is not None]
    written = {str(file.data.get("paramcd")): file for file in files if isinstance(file.data, dict)}
    found: dict[str, TimeToEvent] = {}
    schemes: list[tuple[YamlFile, TimeToEvent]] = []
    said: dict[str, set[str]] = {}
    for file in sorted(files, key=_is_variant):
        before = len(checker.problems)
        whole = _with_model_keys(checker, file, written)
        spec = checker.validate(whole, TimeToEvent) if whole is not None else None
        if spec is not None and adsl is not None and adrs is not None:
            _check_names(checker, file, spec, adsl, adrs)
            for parameter in _of_values(spec):
                if parameter.paramcd in found:
                    message = f"the parameter {parameter.paramcd} is in another file too"
                    checker.problems.append(Problem(file.source(("paramcd",)), message))
                _check_param(checker, file, parameter, found)
                found[parameter.paramcd] = parameter
                schemes.append((file, parameter))
        new = checker.problems[before:]
        if isinstance(file.data, dict):
            # what is wrong in a parameter is said there, and not again in each that is like it
            known = said.get(str(file.data.get("like")), set())
            checker.problems[before:] = [problem for problem in new if problem.message not in known]
            said[str(file.data.get("paramcd"))] = {problem.message for problem in new}
    for file, parameter in schemes:
        if parameter.scheme:
            checker.known(file, ("scheme", "of"), "parameter", parameter.scheme.of, found)
            if any(_is_same_scheme(parameter, other) for other in found.values()):
                message = f'two schemes of {parameter.scheme.of} have the name "{parameter.scheme.name}"'
                checker.problems.append(Problem(file.source(("scheme", "name")), message))
    return tuple(found[code] for code in sorted(found))


def _is_variant(file: YamlFile) -> bool:
    return isinstance(file.data, dict) and "like" in file.data


def _of_values(spec: TimeToEvent) -> Iterator[TimeToEvent]:
    """The parameters of the declared values; one whose values the data give stays as it is."""
    if spec.by is None or not spec.by.values:
        yield spec
        return
    for number, (value, code) in enumerate(spec.by.values.items(), start=1):
        yield spec.of_value(value, code, number)


def _check_param(
    checker: SpecChecker, file: YamlFile, parameter: TimeToEvent, found: Mapping[str, TimeToEvent]
) -> None:
    """Add a problem where another parameter has the same PARAM: with PARAMCD it is one to one (ADaMIG 1.3, 3.3.3)."""
    others = [code for code, other in found.items() if other.param == parameter.param and code != parameter.paramcd]
    if others:
        message = f'param "{parameter.param}": {others[0]} has it too, and every parameter has a name of its own'
        checker.problems.append(Problem(file.source(("param",)), message))


def _is_same_scheme(one: TimeToEvent, other: TimeToEvent) -> bool:
    return one is not other and one.scheme is not None and one.scheme == other.scheme


def _with_model_keys(checker: SpecChecker, file: YamlFile, written: Mapping[str, YamlFile]) -> YamlFile | None:
    """The file with the keys of the parameter that it is like, where it does not say them itself."""
    if not isinstance(file.data, dict):
        return file
    if "like" not in file.data:
        if "change" in file.data:
            message = "change says what is other than in the parameter that this one is like, and there is no like"
            checker.problems.append(Problem(file.source(("change",)), message))
            return None
        return file
    like = str(file.data["like"])
    model = written.get(like)
    if model is None or "like" in model.data:
        whole = [code for code, other in written.items() if "like" not in other.data]
        message = f'like: no parameter "{like}" that is written out whole{nearest(like, whole)}'
        checker.problems.append(Problem(file.source(("like",)), message))
        return None
    taken = {key: value for key, value in model.data.items() if key not in NOT_TAKEN_OVER}
    said = {key: value for key, value in file.data.items() if key not in ("like", "change")}
    for key, other in (("start", "start_record"), ("start_record", "start")):
        if key in said:
            taken.pop(other, None)
    data = {**taken, **said}
    lines = dict(file.lines)
    if "change" in file.data and not _change(checker, file, data, lines):
        return None
    return YamlFile(file.name, data, lines)


def _change(checker: SpecChecker, file: YamlFile, data: dict[str, Any], lines: dict[Path_, int]) -> bool:
    """Put the keys of ``change`` into the named parts; whether it could be read."""
    changes = file.data["change"]
    if not isinstance(changes, dict) or not all(isinstance(keys, dict) for keys in changes.values()):
        message = (
            "change: names of events or censorings (or event_free) were expected, each with the keys that are other"
        )
        checker.problems.append(Problem(file.source(("change",)), message))
        return False
    places: dict[str, Path_] = {"event_free": ("event_free",)} if isinstance(data.get("event_free"), dict) else {}
    for key in NAMED_LISTS:
        parts = data.get(key)
        for number, part in enumerate(parts if isinstance(parts, list) else []):
            if isinstance(part, dict) and "name" in part:
                places[str(part["name"])] = (key, number)
    unknown = [name for name in changes if name not in places]
    for name in unknown:
        message = f'change: no event or censoring "{name}"{listed(list(places))}{nearest(name, places)}'
        checker.problems.append(Problem(file.source(("change", name)), message))
    for name in [name for name in changes if name in places]:
        place = places[name]
        key, which = str(place[0]), place[-1]
        if len(place) == 1:
            data[key] = {**data[key], **changes[name]}
        else:
            data[key] = [
                {**part, **changes[name]} if number == which else part for number, part in enumerate(data[key])
            ]
        lines.setdefault((key,), file.source(("change",)).line)
        lines[place] = file.source(("change", name)).line
        for changed in changes[name]:
            lines[(*place, changed)] = file.source(("change", name, changed)).line
    return not unknown


def _check_names(checker: SpecChecker, file: YamlFile, spec: TimeToEvent, adsl: AdslSpec, adrs: AdrsSpec) -> None:
    """Add a problem for each name in the parameter that nothing has."""
    available = {**checker.specs.sdtm, **{name: t for name, t in checker.specs.adam.items() if name != "ADTTE"}}
    _check_population(checker, file, spec.population, adsl)
    for key in ("start", "baseline", "entry", "end"):
        if name := getattr(spec, key):
            checker.known(file, (key,), "date of ADSL", name, checker.adsl_dates)
    codes = [parameter.paramcd for parameter in adrs.parameters]
    for place, records in _records_of(spec):
        checker.check_records(file, place, records, available)
        _check_terms(checker, file, place, records, available)
        if records.dataset == "ADRS":
            for code in records.where.get("PARAMCD", ()):
                checker.known(file, (*place, "where", "PARAMCD"), "parameter of ADRS", code, codes)
    _check_by(checker, file, spec, available)


def _check_population(checker: SpecChecker, file: YamlFile, name: str, adsl: AdslSpec) -> None:
    table = checker.specs.adam["ADSL"]
    if not checker.known(file, ("population",), "variable of ADSL", name, table.names):
        return
    flags = [
        variable.name
        for variable in table.variables
        if (variable.codelist.startswith("NY") or _is_flag_rule(adsl, variable.name))
        and (variable.name in adsl.variables or variable.origin == "Predecessor")
    ]
    if name not in flags:
        what = "is made by no rule" if name not in adsl.variables else "is no flag"
        message = f"population: {name} {what} of ADSL{listed(flags)}{nearest(name, flags)}"
        checker.problems.append(Problem(file.source(("population",)), message))


def _is_flag_rule(adsl: AdslSpec, name: str) -> bool:
    return name in adsl.variables and bool(adsl.variables[name].flag)


def _check_terms(
    checker: SpecChecker, file: YamlFile, place: Path_, records: Any, available: Mapping[str, DatasetSpec]
) -> None:
    """Add a problem for a text that the closed codelist of its variable does not have: no record ever has it."""
    if records.dataset not in available:
        return
    for key in ("where", "where_not"):
        for variable, texts in getattr(records, key).items():
            spec = available[records.dataset].by_name.get(variable)
            codelist = checker.specs.codelists.get(spec.codelist) if spec is not None else None
            if codelist is None or codelist.extensible:
                continue
            for text in texts:
                if text and text not in codelist.terms:
                    expected = f"{listed(list(codelist.terms))}{nearest(text, codelist.terms)}"
                    message = f'{variable} never is "{text}": codelist {codelist.name} has no such term{expected}'
                    checker.problems.append(Problem(file.source((*place, key, variable)), message))


def _check_by(checker: SpecChecker, file: YamlFile, spec: TimeToEvent, available: Mapping[str, DatasetSpec]) -> None:
    if spec.by is None:
        return
    sources = [records for _, records in _records_of(spec)]
    for dataset in spec.by.datasets:
        place = ("by", "datasets")
        if not checker.known(file, place, "source of this parameter from", dataset, {each.dataset for each in sources}):
            continue
        checker.known(file, ("by", "variable"), f"variable of {dataset}", spec.by.variable, available[dataset].by_name)
        if any(each.dataset == dataset and spec.by.variable in each.where for each in sources):
            message = f"{spec.by.variable} is in where of a source from {dataset} already"
            checker.problems.append(Problem(file.source(("by", "variable")), message))


def _records_of(spec: TimeToEvent) -> Iterator[tuple[Path_, Any]]:
    """Everything in a parameter that names records, with its place in the file."""
    if spec.among:
        yield ("among",), spec.among
    if spec.start_record:
        yield ("start_record",), spec.start_record
    yield ("event_free",), spec.event_free
    for key, events in (("events", spec.events), ("competing", spec.competing)):
        for number, event in enumerate(events):
            yield (key, number), event
            if event.after:
                yield (key, number, "after"), event.after
    for number, censoring in enumerate(spec.censorings):
        if censoring.dataset:
            yield ("censorings", number), censoring
