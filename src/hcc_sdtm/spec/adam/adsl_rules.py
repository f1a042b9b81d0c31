"""``adsl.yaml``: how each variable of ADSL is made."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import model_validator

from hcc_sdtm.problem import Problem
from hcc_sdtm.spec.adam.checking import AdslDate, SpecChecker
from hcc_sdtm.spec.adam.records import DatedRecords, Records, imputation_flag
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth


class LastAlive(FileModel):
    """The latest date of any record but those of ``excluded``, which do not show the subject alive.

    A partial date counts by its first day, on which the subject lived whichever day it was. It is cut at the data
    cut-off and at the last day that the date of death can be; a death after the cut-off gives the cut-off.
    """

    death: DatedRecords
    excluded: tuple[Records, ...] = ()


class AdslRule(FileModel):
    """How one ADSL variable is made; exactly one of the verbs.

    ``dataset``     with ``value`` or ``date``: that variable of the chosen record. ``pick`` chooses by ``on``, the date
                    variable (default: the dataset's start or collection date): the first, the last, or the baseline,
                    which is the last on or before the start of treatment. ``after`` asks for records after an ADSL
                    date, ``in_baseline_window`` for records inside the trial's baseline window. ``terms`` translates
                    the value, ``other`` stands for every value not in it, ``missing`` for no record.
    ``treatment``   the first or last day of the trial's treatment
    ``constant``    a text
    ``flag``        Y where every named ADSL variable has a value, else ``no``
    ``concat``      the texts of the named ADSL variables, one after the other; missing where the first is
    ``last_alive``  the date last known alive
    """

    dataset: str = ""
    where: dict[str, Texts] = {}
    where_not: dict[str, Texts] = {}
    value: str = ""
    date: str = ""
    role: str = ""
    on: str = ""
    pick: Literal["first", "last", "baseline"] = "first"
    after: str = ""
    in_baseline_window: Truth = False
    terms: dict[str, str] = {}
    other: str = ""
    missing: str = ""
    treatment: Literal["start", "end"] | None = None
    constant: str = ""
    flag: Texts = ()
    no: str = "N"
    concat: Texts = ()
    last_alive: LastAlive | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> AdslRule:
        verbs = ("dataset", "treatment", "constant", "flag", "concat", "last_alive")
        given = [verb for verb in verbs if getattr(self, verb)]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(verbs)} was expected, not {' and '.join(given) or 'none'}")
        if self.dataset and bool(self.value) == bool(self.date):
            raise ValueError("with dataset goes either value or date")
        beside = self.model_fields_set - {given[0], *(("no",) if self.flag else ())}
        if beside and not self.dataset:
            raise ValueError(f"beside {given[0]} nothing is read of {', '.join(sorted(beside))}")
        return self

    @property
    def is_date(self) -> bool:
        """Whether the variable is a day number."""
        return bool(self.date or self.treatment or self.last_alive)

    @property
    def earlier(self) -> tuple[str, ...]:
        """The ADSL variables that the rule reads, role bounds apart."""
        baseline = ("TRTSDT",) if self.pick == "baseline" or self.in_baseline_window else ()
        return (*self.flag, *self.concat, *((self.after,) if self.after else ()), *baseline)


class AdslSpec(FileModel):
    """Rules of the ADSL variables, made in the order of the file.

    A variable that the spec table calls Predecessor needs no rule; a permissible one without a rule is left missing. A
    name that begins with an underscore is a step on the way: it is not published.
    """

    variables: dict[str, AdslRule]


def read_adsl_rules(checker: SpecChecker, path: Path) -> AdslSpec | None:
    """The rules of the file, its names checked; None where it cannot be read."""
    file, spec = checker.read(path, AdslSpec)
    if file is None or spec is None:
        return None
    table = checker.specs.adam["ADSL"]
    made = {variable.name for variable in table.variables if variable.origin == "Predecessor"}
    for name, rule in spec.variables.items():
        place = ("variables", name)
        if not name.startswith("_"):
            checker.known(file, place, "variable of ADSL", name, table.names)
        for earlier in rule.earlier:
            checker.known(file, place, "variable of ADSL made before this one", earlier, made)
        if rule.dataset:
            checker.check_records(file, place, rule, checker.specs.sdtm)
            flag = imputation_flag(name)
            if rule.role and flag not in table.names and not name.startswith("_"):
                message = f"{name} can be imputed, and the table of ADSL has no {flag} to say so"
                checker.problems.append(Problem(file.source((*place, "role")), message))
        if rule.last_alive:
            checker.check_records(file, (*place, "last_alive", "death"), rule.last_alive.death, checker.specs.sdtm)
            for number, records in enumerate(rule.last_alive.excluded):
                checker.check_records(file, (*place, "last_alive", "excluded", number), records, checker.specs.sdtm)
        made.add(name)
        if rule.is_date:
            checker.adsl_dates[name] = AdslDate(rule.role, frozenset(checker.adsl_dates))
    flags = {imputation_flag(name) for name in table.names}
    for variable in table.variables:
        is_flag = variable.name in flags
        if variable.name not in made and not is_flag and variable.core != "Perm":
            message = f"{variable.name} is in the table of ADSL and no rule makes it"
            checker.problems.append(Problem(file.source(("variables",)), message))
    return spec
