"""``rules/*.csv``: rules on SDTM and ADaM data as lines of a table, each of one of a closed list of kinds.

Knows what a line may say and finds everything that is wrong with it. How a kind is evaluated stands in
`hcc_sdtm.checks.kinds`. A study's own table adds lines, and takes the place of a packaged line that has the same id;
severity ``off`` takes a rule away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.csv_file import Row, read_csv_file
from hcc_sdtm.spec.plausible_results import TABLE as PLAUSIBLE
from hcc_sdtm.spec.rule_condition import Condition, is_variable, parse_conditions

COLUMNS = (
    "id", "name", "severity", "scope", "when", "kind", "variable", "value", "message", "covers", "finds", "matters",
    "example", "source",
)  # fmt: skip
SEVERITIES = ("error", "warning", "note", "off")
CLASSES = {
    "EVENTS": ("EVENTS",),
    "INTERVENTIONS": ("INTERVENTIONS",),
    "FINDINGS": ("FINDINGS", "FINDINGS ABOUT"),
    "FINDINGS_ABOUT": ("FINDINGS ABOUT",),
    "SPECIAL_PURPOSE": ("SPECIAL PURPOSE",),
    "TRIAL_DESIGN": ("TRIAL DESIGN",),
    "RELATIONSHIP": ("RELATIONSHIP",),
    "STUDY_REFERENCE": ("STUDY REFERENCE",),
}
"""Words of a scope for the datasets of a class, as spec tables name the class."""

GROUPS = ("SDTM", "ADAM", "SUPP", "BDS", "TTE", "OCCDS", *CLASSES)
"""Words of a scope for several datasets; any other word is a dataset."""

ISO_FORMS = ("date", "duration", "date-or-duration", "interval", "complete-date")

_ID = re.compile(r"[A-Z]{2,6}-[0-9]{3,4}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+")
_COMPARISONS = re.compile(
    r"(?:>=|<=|>|<|=|!=) ?-?[0-9]+(?:\.[0-9]+)?(?: and (?:>=|<=|>|<|=|!=) ?-?[0-9]+(?:\.[0-9]+)?)*"
)
_REFERENCE = re.compile(r"(?P<dataset>[A-Z][A-Z0-9]*)\.(?P<variable>[A-Z][A-Z0-9]*)")


@dataclass(frozen=True)
class RuleRow:
    """One rule as its line says it; ``--`` in names stands for the prefix of the dataset that is checked."""

    id: str
    name: str
    severity: str
    scope: tuple[str, ...]
    when: tuple[Condition, ...]
    kind: str
    variables: tuple[str, ...]
    value: str
    message: str
    covers: tuple[str, ...]
    texts: tuple[str, str, str, str]
    """What it finds, why it matters, an example, the source."""

    source: Source

    @property
    def terms(self) -> tuple[str, ...]:
        """The value as a list: ``A|B``."""
        return tuple(part.strip() for part in self.value.split("|"))


def _no_value(value: str) -> str:
    return "takes no value" if value else ""


def _a_list(value: str) -> str:
    return "" if all(part.strip() for part in value.split("|")) else "needs terms as A|B"


def _a_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        return f"is not a regular expression: {error}"
    return "" if value else "needs a regular expression"


def _one_of(words: Collection[str]) -> Callable[[str], str]:
    return lambda value: "" if value in words else f"needs one of {', '.join(words)}"


def _a_variable(value: str) -> str:
    return "" if is_variable(value) else "needs a variable"


def _some_variables(value: str) -> str:
    return "" if value and all(map(is_variable, value.split())) else "needs variables"


def _comparisons(value: str) -> str:
    return "" if _COMPARISONS.fullmatch(value) else "needs comparisons as >= 0 and < 100"


def _bytes(value: str) -> str:
    return "" if value.isdecimal() and int(value) > 0 else "needs a number of bytes"


def _references(value: str) -> str:
    return (
        ""
        if value and all(map(_REFERENCE.fullmatch, value.split()))
        else "needs variables of a dataset as TA.ARMCD TA.ARM"
    )


def _keyed(value: str) -> str:
    place, by, keys = value.partition(" by ")
    is_right = _REFERENCE.fullmatch(place) and by and not _some_variables(keys)
    return "" if is_right else "needs a variable of a dataset and keys as DM.ARM by USUBJID"


def _record(value: str) -> str:
    place, _, _ = value.partition(" when ")
    return _references(place)


def _within(value: str) -> str:
    return (
        ""
        if not value
        else ""
        if value.startswith("within ") and not _some_variables(value[7:])
        else "needs: within VARIABLES"
    )


def _datasets(value: str) -> str:
    return ""


KINDS: Mapping[str, tuple[int, Callable[[str], str]]] = {
    "required": (1, _no_value),
    "any-required": (2, _no_value),
    "null": (1, _no_value),
    "in-list": (1, _a_list),
    "not-in-list": (1, _a_list),
    "in-codelist": (1, _a_list),
    "pattern": (1, _a_pattern),
    "not-pattern": (1, _a_pattern),
    "iso8601": (1, _one_of(ISO_FORMS)),
    "number": (1, _comparisons),
    "equals": (1, _a_variable),
    "differs": (1, _a_variable),
    "not-after": (1, _a_variable),
    "study-day": (1, _a_variable),
    "max-bytes": (1, _bytes),
    "trimmed": (1, _no_value),
    "ascii": (1, _no_value),
    "unique": (1, _no_value),
    "one-to-one": (2, _within),
    "one-value": (1, _some_variables),
    "reference": (1, _references),
    "agrees": (1, _keyed),
    "has-record": (1, _record),
    "no-record": (1, _record),
    "column": (1, _no_value),
    "no-column": (1, _no_value),
    "columns-together": (2, _no_value),
    "some-value": (1, _no_value),
    "dataset": (0, _datasets),
    "no-dataset": (0, _datasets),
}
"""Every kind: how many variables it needs at least, and what is wrong with its value (``""``: nothing)."""


def read_rule_rows(
    folders: Sequence[Path], datasets: Collection[str], codelists: Collection[str], problems: list[Problem]
) -> tuple[RuleRow, ...]:
    """The rules of all folders in the order of files and lines; those of a later folder replace those with their id.

    Adds a problem for everything that is wrong with a line: its id, name, severity, a dataset of its scope, its kind, a
    condition, a value that its kind does not take, a codelist, a text that is missing.
    """
    found: dict[str, RuleRow] = {}
    for folder in folders:
        here: dict[str, RuleRow] = {}
        for path in sorted((folder / "rules").glob("*.csv")):
            if path.stem != PLAUSIBLE.partition("/")[2]:
                for row in read_csv_file(path, problems, COLUMNS).rows:
                    rule = _read_row(row, datasets, codelists, problems)
                    if rule.id in here:
                        problems.append(Problem(row.source, f'id "{rule.id}" is already at {here[rule.id].source}'))
                    here.setdefault(rule.id, rule)
        found |= here
    names: dict[str, RuleRow] = {}
    for rule in found.values():
        if names.setdefault(rule.name, rule) is not rule:
            problems.append(Problem(rule.source, f'name "{rule.name}" is that of {names[rule.name].id} too'))
    return tuple(rule for rule in found.values() if rule.severity != "off")


def _read_row(row: Row, datasets: Collection[str], codelists: Collection[str], problems: list[Problem]) -> RuleRow:
    wrong: list[str] = []
    conditions, messages = parse_conditions(row["when"])
    wrong += messages
    if not _ID.fullmatch(row["id"]):
        wrong.append(f'id "{row["id"]}" is not of the form SD-0001')
    if not _NAME.fullmatch(row["name"]):
        wrong.append(f'name "{row["name"]}" is not small letters in parts as response.after-death')
    if row["severity"] not in SEVERITIES:
        wrong.append(f'severity "{row["severity"]}" is not one of {", ".join(SEVERITIES)}')
    scope = tuple(row["scope"].split())
    for word in scope:
        name = word.removeprefix("-")
        if name not in GROUPS and name not in datasets and not re.fullmatch(r"AD[A-Z0-9]{1,6}", name):
            wrong.append(f'scope: no dataset or class "{name}"{nearest(name, [*GROUPS, *datasets])}')
    if not any(not word.startswith("-") for word in scope):
        wrong.append("scope names no dataset")
    variables = tuple(row["variable"].split())
    wrong += [f'variable "{name}" is not a name' for name in variables if not is_variable(name)]
    if row["kind"] not in KINDS:
        wrong.append(f'unknown kind "{row["kind"]}"{nearest(row["kind"], KINDS)}')
    else:
        least, what_is_wrong = KINDS[row["kind"]]
        if len(variables) < least:
            wrong.append(f"kind {row['kind']} needs at least {least} variable{'s' if least > 1 else ''}")
        if message := what_is_wrong(row["value"]):
            wrong.append(f'value "{row["value"]}": kind {row["kind"]} {message}')
        elif row["kind"] == "in-codelist":
            terms = [part.strip() for part in row["value"].split("|")]
            wrong += [f'no codelist "{name}"{nearest(name, codelists)}' for name in terms if name not in codelists]
    wrong += [f"{name} is missing" for name in ("finds", "matters", "example", "source") if not row[name]]
    problems += [Problem(row.source, message) for message in wrong]
    return RuleRow(
        row["id"],
        row["name"],
        row["severity"],
        scope,
        conditions,
        row["kind"],
        variables,
        row["value"],
        row["message"],
        tuple(row["covers"].split()),
        (row["finds"], row["matters"], row["example"], row["source"]),
        row.source,
    )
