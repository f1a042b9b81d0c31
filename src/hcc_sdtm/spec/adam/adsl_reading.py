"""Reading ``adsl.yaml``: every name that a rule uses is checked against the spec tables and the variables made before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.spec.adam.adsl_rules import NUMBERS, QUALIFIER, RECORDS, AdslRule, AdslSpec, is_number
from hcc_sdtm.spec.adam.adsl_verbs import LastAlive
from hcc_sdtm.spec.adam.checking import AdslDate, SpecChecker
from hcc_sdtm.spec.adam.records import imputation_flag
from hcc_sdtm.spec.yaml_file import Path_, YamlFile, listed

POPULATION = "Population Indicator"
"""The role of a population flag in the table of ADSL."""


def read_adsl_rules(checker: SpecChecker, path: Path) -> AdslSpec | None:
    """The rules of the file, its names checked; None where it cannot be read."""
    file, spec = checker.read(path, AdslSpec)
    if file is None or spec is None:
        return None
    _RuleNames(checker, file, spec).check()
    return spec


class _RuleNames:
    """The variables made so far while the rules are gone through, and what each holds: a date, a number or a text."""

    def __init__(self, checker: SpecChecker, file: YamlFile, spec: AdslSpec) -> None:
        self.checker = checker
        self.file = file
        self.rules = spec.variables
        self.table = checker.specs.adam["ADSL"]
        copied = [variable for variable in self.table.variables if variable.origin == "Predecessor"]
        self.kinds = {variable.name: "number" if variable.is_numeric else "text" for variable in copied}

    def check(self) -> None:
        """Add a problem for everything that is wrong, rule by rule in the order of the file."""
        for name, rule in self.rules.items():
            self.check_rule(name, rule)
        flags = {imputation_flag(name) for name in self.table.names}
        for variable in self.table.variables:
            if variable.name not in self.kinds and variable.name not in flags and variable.core != "Perm":
                self.problem((), f"{variable.name} is in the table of ADSL and no rule makes it")

    def check_rule(self, name: str, rule: AdslRule) -> None:
        place: Path_ = (name,)
        published = not name.startswith("_")
        if published:
            self.known(place, "variable of ADSL", name, self.table.names)
        known = [self.known(place, "variable of ADSL made before this one", each, self.kinds) for each in rule.earlier]
        if all(known):
            self.check_kinds(place, rule)
        if rule.dataset:
            self.check_dataset(place, rule)
            flag = imputation_flag(name)
            if rule.role and flag not in self.table.names and published:
                self.problem((*place, "role"), f"{name} can be imputed, and the table of ADSL has no {flag} to say so")
        if rule.last_alive:
            self.check_last_alive((*place, "last_alive"), rule.last_alive)
        if rule.group_number and getattr(self.rules.get(rule.group_number), "group", None) is None:
            self.problem((*place, "group_number"), f"{rule.group_number} is not made by group, so it has no numbers")
        self.check_texts(place, name, rule)
        kind = self.kind(rule)
        if published and name in self.table.by_name:
            numeric = self.table.by_name[name].is_numeric
            if numeric and kind == "text" and not rule.value:
                self.problem(place, f"{name} is a number in the table of ADSL, and {rule.verb} makes a text")
            if not numeric and kind != "text" and not rule.value:
                self.problem(place, f"{name} is a text in the table of ADSL, and {rule.verb} makes a {kind}")
            if rule.value:
                kind = "number" if numeric else "text"
        self.kinds[name] = kind
        if kind == "date":
            self.checker.adsl_dates[name] = AdslDate(rule.role, frozenset(self.checker.adsl_dates))

    def check_texts(self, place: Path_, name: str, rule: AdslRule) -> None:
        """Add a problem for a population flag that is not Y or N, and for a number whose ``missing`` is none."""
        variable = self.table.by_name.get(name)
        if variable is None:
            return
        if variable.role == POPULATION and rule.if_known:
            self.problem((*place, "if_known"), f"{name} is the flag of a population, which is never missing in ADSL")
        if variable.role == POPULATION and rule.flag and rule.no != "N":
            self.problem((*place, "no"), f'no "{rule.no}": {name} is the flag of a population, which is Y or N')
        if variable.is_numeric and rule.value and rule.missing and not is_number(rule.missing):
            self.problem((*place, "missing"), f'missing "{rule.missing}" is no number, and {name} is one')

    def check_kinds(self, place: Path_, rule: AdslRule) -> None:
        """Add a problem for a variable that does not hold what the verb reads."""
        dates = [rule.after, rule.until]
        dates += [rule.duration.start, rule.duration.end] if rule.duration else []
        numbers = [*rule.at_least, *rule.at_most]
        numbers += [rule.group.of] if rule.group else []
        numbers += [rule.percent.of, rule.percent.total] if rule.percent else []
        for names, kind in ((dates, "date"), (numbers, "number"), (rule.concat, "text")):
            for each in names:
                if each and self.kinds[each] != kind:
                    self.problem(place, f"{rule.verb} needs a {kind}, and {each} is a {self.kinds[each]}")
        kinds = {self.kinds[each]: each for each in rule.first_of}
        if len(kinds) > 1:
            told = " and ".join(f"{each} is a {kind}" for kind, each in kinds.items())
            self.problem(place, f"first_of needs variables of one kind; {told}")
        if rule.same_day_as and not getattr(self.rules.get(rule.same_day_as), "value", ""):
            self.problem((*place, "same_day_as"), f"{rule.same_day_as} is not the value of a record, so it has no day")

    def check_dataset(self, place: Path_, rule: AdslRule) -> None:
        """Add a problem for a dataset, a variable or a qualifier that does not exist."""
        own = {
            key: {name: texts for name, texts in getattr(rule, key).items() if not QUALIFIER.fullmatch(name)}
            for key in ("where", "where_not")
        }
        value = "" if QUALIFIER.fullmatch(rule.value) else rule.value
        sdtm = self.checker.specs.sdtm
        self.checker.check_records(
            self.file, ("variables", *place), rule.model_copy(update=own | {"value": value}), sdtm
        )
        if rule.dataset not in sdtm:
            return
        self.check_dates(place, rule.dataset, {"date": rule.date, "on": rule.on})
        for key in ("count", "sum", "highest", "lowest", "list"):
            name = getattr(rule, key)
            if name and not QUALIFIER.fullmatch(name) and not (key == "count" and name == RECORDS):
                names = [*sdtm[rule.dataset].names, *([RECORDS] if key == "count" else [])]
                self.known((*place, key), f"variable of {rule.dataset}", name, names)
        dates = {f"{rule.dataset}STDTC", f"{rule.dataset}DTC"}
        is_limited = (rule.until or rule.after or rule.in_baseline_window) and not (rule.date or rule.on)
        if is_limited and not dates & set(sdtm[rule.dataset].names):
            self.problem(place, f"records of {rule.dataset} have no date of their own; on has to name one")
        for qualifier in rule.qualifiers:
            supplement = qualifier.partition(".")[0]
            if supplement != f"SUPP{rule.dataset}":
                wanted = f'"{qualifier}" is no qualifier of {rule.dataset}; expected SUPP{rule.dataset}.NAME'
                self.problem(place, wanted)
            else:
                self.known(place, "dataset", supplement, sdtm)

    def check_last_alive(self, place: Path_, alive: LastAlive) -> None:
        """Add a problem for a dataset or variable that does not exist."""
        sdtm = self.checker.specs.sdtm
        whole: Path_ = ("variables", *place)
        self.checker.check_records(self.file, (*whole, "death"), alive.death, sdtm)
        self.check_dates((*place, "death"), alive.death.dataset, {"date": alive.death.date})
        for number, records in enumerate(alive.excluded):
            self.checker.check_records(self.file, (*whole, "excluded", number), records, sdtm)
        for number, source in enumerate(alive.sources):
            self.checker.check_records(self.file, (*whole, "sources", number), source, sdtm)
            if source.dataset in sdtm:
                for name in source.dates:
                    at = (*place, "sources", number, "dates")
                    self.known(at, f"variable of {source.dataset}", name, sdtm[source.dataset].names)
                    self.check_dates(at[:-1], source.dataset, {"dates": name})

    def check_dates(self, place: Path_, dataset: str, named: Mapping[str, str]) -> None:
        """Add a problem for each of the variables, by key, that the dataset has and that is no date."""
        spec = self.checker.specs.sdtm.get(dataset)
        names = [] if spec is None else spec.names
        dates = [each for each in names if each.endswith("DTC")]
        for key, name in named.items():
            if name in names and name not in dates:
                self.problem((*place, key), f'"{name}" of {dataset} is no date{listed(dates)}{nearest(name, dates)}')

    def kind(self, rule: AdslRule) -> str:
        """What the rule makes: a date, a number or a text."""
        if rule.is_date:
            return "date"
        if any(getattr(rule, key) for key in (*NUMBERS, "duration", "percent", "group_number")):
            return "number"
        if rule.first_of:
            return self.kinds.get(rule.first_of[0], "text")
        if rule.value and rule.dataset in self.checker.specs.sdtm:
            variable = self.checker.specs.sdtm[rule.dataset].by_name.get(rule.value)
            return "number" if variable is not None and variable.is_numeric else "text"
        return "text"

    def known(self, place: Path_, what: str, name: str, names: Iterable[str]) -> bool:
        return self.checker.known(self.file, ("variables", *place), what, name, list(names))

    def problem(self, place: Path_, message: str) -> None:
        self.checker.problems.append(Problem(self.file.source(("variables", *place)), message))
