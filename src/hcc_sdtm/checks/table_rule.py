"""A line of the rule tables as a rule: the function of its kind, on each dataset of its scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.kinds import dates, groups, records, references, structure
from hcc_sdtm.checks.rule import HEADINGS, Flag
from hcc_sdtm.checks.rule_on_dataset import RuleOnDataset, datasets_in_scope, missing_dataset
from hcc_sdtm.spec.rule_table import RuleRow

KINDS: Mapping[str, Callable[[RuleOnDataset], Iterator[Flag]]] = {
    "required": records.required,
    "any-required": records.any_required,
    "null": records.null,
    "in-list": records.in_list,
    "not-in-list": records.not_in_list,
    "in-codelist": records.in_codelist,
    "pattern": records.pattern,
    "not-pattern": records.not_pattern,
    "iso8601": records.iso8601,
    "number": records.number,
    "equals": records.equals,
    "differs": records.differs,
    "compares": records.compares,
    "any-in-list": records.any_in_list,
    "not-after": dates.not_after,
    "not-before": dates.not_before,
    "same-day": dates.same_day,
    "study-day": records.study_day,
    "max-bytes": records.max_bytes,
    "trimmed": records.trimmed,
    "ascii": records.ascii_,
    "unique": groups.unique,
    "one-to-one": groups.one_to_one,
    "one-value": groups.one_value,
    "all-or-none": groups.all_or_none,
    "not-constant": groups.not_constant,
    "reference": references.reference,
    "agrees": references.agrees,
    "has-record": references.has_record,
    "no-record": references.no_record,
    "column": structure.column,
    "any-column": structure.any_column,
    "no-column": structure.no_column,
    "columns-together": structure.columns_together,
    "some-value": structure.some_value,
}


@dataclass(frozen=True)
class TableRule:
    """A rule that a line says; it has the fields of `hcc_sdtm.checks.rule.Rule` that runs and pages read."""

    row: RuleRow

    @property
    def id(self) -> str:
        """The line's id."""
        return self.row.id

    @property
    def name(self) -> str:
        """The line's dotted name."""
        return self.row.name

    @property
    def severity(self) -> str:
        """The line's severity."""
        return self.row.severity

    @property
    def label(self) -> str:
        """Id and dotted name, as findings carry it."""
        return f"{self.row.id} {self.row.name}"

    @property
    def covers(self) -> tuple[str, ...]:
        """Ids of the published rules that it covers."""
        return self.row.covers

    @property
    def documentation(self) -> dict[str, str]:
        """Text under each of the headings of every rule."""
        return dict(zip(HEADINGS, self.row.texts, strict=True))

    def parts(self, evidence: Evidence) -> Iterator[tuple[str, Callable[[], Iterator[Flag]]]]:
        """Each dataset of the scope, and what looks at it; one part that is `Missing` where there is none."""
        if self.row.kind in ("dataset", "no-dataset"):
            yield self.row.scope[0], lambda: self._presence(evidence)
            return
        names = datasets_in_scope(self.row, evidence)
        for name in names:
            yield name, lambda name=name: self._on(evidence, name)  # type: ignore[misc]
        if not names:
            yield "", self._nowhere

    def _on(self, evidence: Evidence, name: str) -> Iterator[Flag]:
        on = RuleOnDataset(self.row, evidence, evidence.datasets[name])
        if on.applies:
            yield from KINDS[self.row.kind](on)

    def _nowhere(self) -> Iterator[Flag]:
        raise missing_dataset(self.row)
        yield

    def _presence(self, evidence: Evidence) -> Iterator[Flag]:
        if not evidence.datasets:
            raise Missing("there are no datasets")
        name, makes_necessary = self.row.scope[0], self.row.value.split()
        is_asked = not makes_necessary or any(each in evidence.datasets for each in makes_necessary)
        if is_asked and (name in evidence.datasets) != (self.row.kind == "dataset"):
            others = ", ".join(each for each in makes_necessary if each in evidence.datasets)
            because = f" beside {others}" if others else ""
            what = "is missing" if self.row.kind == "dataset" else "may not be there"
            message = self.row.message or f"the dataset {name} {what}{because}"
            yield Flag(name, np.empty(0, dtype=np.int64), "", message, is_whole=True)
