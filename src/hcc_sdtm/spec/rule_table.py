"""``rules/*.csv``: rules on SDTM and ADaM data as lines of a table, each of one of a closed list of kinds.

Knows what a line may say and finds everything that is wrong with it. How a kind is evaluated stands in
`hcc_sdtm.checks.kinds`. A study's own table adds lines, and takes the place of a packaged line that has the same id;
severity ``off`` takes a rule away.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.csv_file import Row, read_csv_file
from hcc_sdtm.spec.plausible_results import TABLE as PLAUSIBLE
from hcc_sdtm.spec.rule_condition import Condition, is_variable, parse_conditions
from hcc_sdtm.spec.rule_kinds import KINDS, named_datasets, wrong_together

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

_ID = re.compile(r"[A-Z]{2,6}-[0-9]{3,4}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+")


@dataclass(frozen=True)
class RuleRow:
    """One rule as its line says it; ``--`` in names stands for the prefix of the dataset that is checked.

    A variable with ``?`` after its name need not be there: the rule is evaluated on the others.
    """

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


def _is_dataset(name: str, datasets: Collection[str]) -> bool:
    """Whether it is a dataset of the specs, or the name of an analysis dataset."""
    return name in datasets or re.fullmatch(r"AD[A-Z0-9]{1,6}", name) is not None


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
        if name not in GROUPS and not _is_dataset(name, datasets):
            wrong.append(f'scope: no dataset or class "{name}"{nearest(name, [*GROUPS, *datasets])}')
    if not any(not word.startswith("-") for word in scope):
        wrong.append("scope names no dataset")
    variables = tuple(row["variable"].split())
    wrong += [f'variable "{name}" is not a name' for name in variables if not is_variable(name.removesuffix("?"))]
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
        else:
            wrong += wrong_together(row["kind"], variables, row["value"])
            others = (name for name in named_datasets(row["kind"], row["value"]) if not _is_dataset(name, datasets))
            wrong += [f'value "{row["value"]}": no dataset "{name}"{nearest(name, datasets)}' for name in others]
        if row["kind"] in ("dataset", "no-dataset") and (len(scope) != 1 or scope[0] in GROUPS):
            wrong.append(f"scope of kind {row['kind']} must be one dataset")
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
