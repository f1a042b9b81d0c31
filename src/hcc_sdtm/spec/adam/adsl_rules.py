"""``adsl.yaml``: how each variable of ADSL is made. Reading it is `adsl_reading`."""

from __future__ import annotations

import math
import re
from typing import Literal

from pydantic import model_validator

from hcc_sdtm.spec.adam.adsl_verbs import Duration, Group, LastAlive, Limit, Percent
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth

RECORDS = "records"
"""What `count` is told where the records themselves are counted, and not the values of a variable."""

QUALIFIER = re.compile(r"(SUPP[A-Z]{2})\.([A-Z_][A-Z0-9_]{0,7})")
"""A qualifier of a record, named as a variable of it: ``SUPPEX.BED10``."""

OF_RECORDS = ("value", "date", "count", "sum", "highest", "lowest", "list")
"""What is taken of the records of a dataset: one of these."""

OVER_SEVERAL = ("count", "sum", "highest", "lowest", "list")
"""Those of `OF_RECORDS` that read all records of a subject, and not one that is picked."""

NUMBERS = ("count", "sum", "highest", "lowest")

BESIDE_FLAG = ("no", "when", "at_least", "at_most", "unless", "if_known")

VERBS = (
    "dataset", "treatment", "constant", "flag", "concat", "last_alive", "duration", "group", "group_number", "percent",
    "first_of",
)  # fmt: skip


def is_number(text: str) -> bool:
    """Whether the text is a finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


class AdslRule(FileModel):
    """How one ADSL variable is made; exactly one of the verbs.

    ``dataset``     with one of ``value`` and ``date``, that variable of the chosen record. ``pick`` chooses by ``on``, the
                    date variable (default: the dataset's start or collection date): the first, the last, the baseline,
                    which is the last on or before the start of treatment, or the ``only`` one: several that differ are a
                    finding, and the variable is left missing. ``same_day_as`` asks for records of the day of the record
                    that gave another variable. A record that by its partial date may be in time or not gives no value and
                    is a finding. ``terms`` translates the value, ``other`` stands for every value not in
                    it, ``missing`` for no record.
                    Or with one of ``count`` (``records``, or the distinct values of a variable), ``sum``, ``highest``,
                    ``lowest`` and ``list`` (the distinct values in order, with "; " between them), over all records of
                    the subject; ``missing`` stands for no record. A record without a value (but for ``list``), and one
                    that by its date may be in time or not, leave the variable missing and are findings.
                    ``after`` and ``until`` ask for records after, and on or before, an ADSL date, ``in_baseline_window``
                    for records inside the trial's baseline window. ``SUPPEX.BED10`` is the qualifier BED10 of a record.
    ``treatment``   the first or last day of the trial's treatment
    ``constant``    a text
    ``flag``        Y where every named ADSL variable has a value, else ``no``. ``when`` asks for one of the texts of a
                    variable, ``at_least`` and ``at_most`` for a number, ``unless`` for variables without a value. The flag
                    is missing where a variable of ``if_known`` has no value.
    ``concat``      the texts of the named ADSL variables, one after the other; missing where the first is
    ``last_alive``  the date last known alive
    ``duration``    the time between two ADSL dates
    ``group``       the group of a number; ``group_number`` its place among the groups of the named variable, from 1
    ``percent``     one number as a percentage of another
    ``first_of``    the first of the named ADSL variables that has a value
    """

    dataset: str = ""
    where: dict[str, Texts] = {}
    where_not: dict[str, Texts] = {}
    value: str = ""
    date: str = ""
    count: str = ""
    sum: str = ""
    highest: str = ""
    lowest: str = ""
    list: str = ""
    role: str = ""
    on: str = ""
    pick: Literal["first", "last", "baseline", "only"] = "first"
    same_day_as: str = ""
    after: str = ""
    until: str = ""
    in_baseline_window: Truth = False
    terms: dict[str, str] = {}
    other: str = ""
    missing: str = ""
    treatment: Literal["start", "end"] | None = None
    constant: str = ""
    flag: Texts = ()
    no: str = "N"
    when: dict[str, Texts] = {}
    at_least: dict[str, Limit] = {}
    at_most: dict[str, Limit] = {}
    unless: Texts = ()
    if_known: Texts = ()
    concat: Texts = ()
    last_alive: LastAlive | None = None
    duration: Duration | None = None
    group: Group | None = None
    group_number: str = ""
    percent: Percent | None = None
    first_of: Texts = ()

    @model_validator(mode="after")
    def _one_verb(self) -> AdslRule:
        given = [verb for verb in VERBS if getattr(self, verb)]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(VERBS)} was expected, not {' and '.join(given) or 'none'}")
        taken = [verb for verb in OF_RECORDS if getattr(self, verb)]
        if self.dataset and len(taken) != 1:
            raise ValueError(
                f"with dataset goes exactly one of {', '.join(OF_RECORDS)}, not {' and '.join(taken) or 'none'}"
            )
        beside = self.model_fields_set - {given[0], *(BESIDE_FLAG if self.flag else ())}
        if self.dataset:
            beside &= {*BESIDE_FLAG}
        if beside:
            raise ValueError(f"beside {given[0]} nothing is read of {', '.join(sorted(beside))}")
        if self.dataset:
            self._unread(taken[0])
        return self

    def _unread(self, taken: str) -> None:
        """Raises ValueError for a key of `dataset` that has no meaning beside what is taken of the records."""
        of_one = {"pick", "same_day_as", "terms", "other"}
        unread = {"value": {"role"}, "date": {"on", "missing", "terms", "other"}}.get(taken, {"role"} | of_one)
        if beside := self.model_fields_set & unread:
            raise ValueError(f"beside {taken} nothing is read of {', '.join(sorted(beside))}")
        if taken in NUMBERS and self.missing and not is_number(self.missing):
            raise ValueError(f'missing "{self.missing}" is no number, and {taken} makes one')

    @property
    def verb(self) -> str:
        """The verb, and of `dataset` what is taken of the records."""
        return next(verb for verb in (*OF_RECORDS, *VERBS) if getattr(self, verb))

    @property
    def is_date(self) -> bool:
        """Whether the variable is a day number, whatever others it is made from."""
        return bool(self.date or self.treatment or self.last_alive)

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of the dataset that the rule takes or orders by, qualifiers of its records among them."""
        named = (self.value, self.date, self.on, self.count, self.sum, self.highest, self.lowest, self.list)
        return tuple(name for name in named if name and name != RECORDS)

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """The qualifiers that the rule reads, as ``SUPPEX.BED10``."""
        named = dict.fromkeys((*self.variables, *self.where, *self.where_not))
        return tuple(name for name in named if QUALIFIER.fullmatch(name))

    @property
    def earlier(self) -> tuple[str, ...]:
        """The ADSL variables that the rule reads, role bounds apart."""
        names = [*self.flag, *self.when, *self.at_least, *self.at_most, *self.unless, *self.if_known, *self.concat]
        names += [*self.first_of, self.after, self.until, self.same_day_as, self.group_number]
        if self.duration:
            names += [self.duration.start, self.duration.end]
        if self.group:
            names += [self.group.of]
        if self.percent:
            names += [self.percent.of, self.percent.total]
        if self.pick == "baseline" or self.in_baseline_window:
            names += ["TRTSDT"]
        return tuple(dict.fromkeys(name for name in names if name))


class AdslSpec(FileModel):
    """Rules of the ADSL variables, made in the order of the file.

    A variable that the spec table calls Predecessor needs no rule; a permissible one without a rule is left missing. A
    name that begins with an underscore is a step on the way: it is not published.
    """

    variables: dict[str, AdslRule]
