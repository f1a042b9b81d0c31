"""One rule on the rows of a view: values, which alternative gave them, and findings at the cells that could not be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.mapping.cell_rules import lookup_role
from hcc_sdtm.mapping.condition import Join, Test, row_mask
from hcc_sdtm.mapping.date_column import MIDNIGHT
from hcc_sdtm.mapping.function import FUNCTIONS
from hcc_sdtm.mapping.model import SiteMapping
from hcc_sdtm.mapping.settling import SettledDates
from hcc_sdtm.mapping.values import Values, spread, take
from hcc_sdtm.mapping.verbs import (
    Call,
    Concat,
    Constant,
    Copy,
    Date,
    FirstOf,
    Lookup,
    Number,
    Offset,
    RuleModel,
    Split,
    Term,
    columns_read,
)
from hcc_sdtm.mapping.view import View, clean
from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.model import Codelist

DATE_UNREADABLE = "MAP-010 date.unreadable"
DATE_IMPOSSIBLE = "MAP-011 date.impossible"
DATE_AMBIGUOUS = "MAP-012 date.ambiguous"
TERM_UNKNOWN = "MAP-013 term.unknown"
NUMBER_UNREADABLE = "MAP-014 number.unreadable"
LOOKUP_MANY = "MAP-015 lookup.several-rows"
CALL_FAILED = "MAP-016 call.no-value"
CALL_DOUBTED = "MAP-021 call.value-doubted"
ANCHOR_PARTIAL = "MAP-017 offset.anchor-not-complete"
DATE_SURROUNDED = "MAP-024 date.text-around"
DATE_RANGE = "MAP-025 date.range"
DATE_SERIAL = "MAP-026 date.serial-of-unknown-system"
TIME_UNREADABLE = "MAP-029 time.unreadable"
TIME_WITHOUT_DAY = "MAP-030 time.without-day"
TIME_CONTRADICTED = "MAP-031 time.contradicted"

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
FULL_WIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: " ", 0x2212: "-"}
"""Full-width signs, the ideographic space and the minus sign, as ASCII."""

FIRST_DAY, LAST_DAY = dates.to_days(pd.Series(["0001-01-01", "9999-12-31"]))

_DATE_RULES = {
    "unreadable": DATE_UNREADABLE,
    "impossible": DATE_IMPOSSIBLE,
    "ambiguous": DATE_AMBIGUOUS,
    "surrounded": DATE_SURROUNDED,
    "range": DATE_RANGE,
    "serial": DATE_SERIAL,
}


@dataclass
class Evaluation:
    """What rules of one mapping need: its views, its settled date columns, and where findings go.

    ``reads`` tells by view and column which rows' texts a rule or a condition looked at.
    """

    mapping: SiteMapping
    views: Mapping[str, View]
    dates: SettledDates
    findings: list[pd.DataFrame] = field(default_factory=list)
    reads: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def add_read(self, view: View, columns: Iterable[str], rows: np.ndarray) -> None:
        """The texts of the columns at those rows were looked at."""
        for column in columns:
            self.reads.setdefault((view.name, column), np.zeros(len(view), dtype=bool))[rows] = True

    def add_findings(
        self,
        view: View,
        rows: np.ndarray,
        column: str,
        rule: str,
        message: Sequence[str] | str,
        target: Target,
        severity: str = "error",
        expected: str = "",
    ) -> None:
        """One finding for each of the rows, at the column's cell, about the variable that was to be filled."""
        site = self.mapping.head.site
        found = view.findings(rows, column, rule, severity, site, message, target.variable, target.dataset, expected)
        self.findings.append(found)

    def evaluate(
        self, rule: RuleModel, view: View, rows: np.ndarray, target: Target, block: Mapping[str, Values]
    ) -> Values:
        """The rule's values at rows of the view; rows that its ``when`` leaves out are empty."""
        if rule.when is not None:
            inside = self.mask(rule.when, view, rows)
            part = self._apply(rule, view, rows[inside], target, {name: take(v, inside) for name, v in block.items()})
            return spread(part, inside)
        return self._apply(rule, view, rows, target, block)

    def mask(self, condition: Test | Join, view: View, rows: np.ndarray) -> np.ndarray:
        """Which of the rows meet the condition."""
        return row_mask(condition, len(rows), lambda test: self._test(test, view, rows))

    def _test(self, test: Test, view: View, rows: np.ndarray) -> np.ndarray:
        self.add_read(view, (test.column,), rows)
        codes, texts = view.factorized(test.column)
        if test.test in ("before", "after"):
            days = dates.to_days(self.dates.of_condition(view, test.column).reading["iso"]).to_numpy()
            limit = dates.to_days(pd.Series([test.values[0]])).iat[0]
            answers = days < limit if test.test == "before" else days > limit
        else:
            answers = np.array([_passes(test, text) for text in texts], dtype=bool)
        return np.asarray(answers[codes[rows]] if len(rows) else np.zeros(0, dtype=bool), dtype=bool)

    def _apply(
        self, rule: RuleModel, view: View, rows: np.ndarray, target: Target, block: Mapping[str, Values]
    ) -> Values:
        if not isinstance(rule, FirstOf):
            self.add_read(view, columns_read(rule), rows)
        match rule:
            case Constant(constant=text):
                return Values(np.full(len(rows), text, dtype=object))
            case Copy(copy_=column):
                return Values(view.values(column, rows))
            case Term(term=column):
                return Values(self._distinct(view, rows, column, target, lambda texts: _terms(rule, texts, target)))
            case Date():
                return Values(self._date(rule, view, rows, target))
            case Number(number=column):
                return Values(self._distinct(view, rows, column, target, lambda texts: _numbers(texts, rule.times)))
            case Split(split=column, separator=separator, part=part):
                return Values(self._distinct(view, rows, column, target, lambda texts: _parts(texts, separator, part)))
            case Concat(concat=parts, separator=separator):
                return Values(_joined([_concat_part(view, rows, part) for part in parts], separator, len(rows)))
            case FirstOf(first_of=rules):
                return self._first_of(rules, view, rows, target, block)
            case Lookup():
                return self._lookup(rule, view, rows, target)
            case Offset():
                return self._offset(rule, view, rows, target, block)
            case Call():
                return Values(self._call(rule, view, rows, target))
        raise TypeError(f"no evaluation for {type(rule).__name__}")

    def _distinct(
        self,
        view: View,
        rows: np.ndarray,
        column: str,
        target: Target,
        read: Callable[[np.ndarray], tuple[np.ndarray, list[tuple[int, str, str, str]]]],
    ) -> np.ndarray:
        """Values of a column read once a distinct text; each problem becomes a finding at every row with that text."""
        codes, texts = view.factorized(column)
        here = codes[rows]
        present = np.unique(here)
        values, problems = read(texts[present])
        for at, rule, message, expected in problems:
            bad = rows[here == present[at]]
            self.add_findings(view, bad, column, rule, message, target, expected=expected)
        return values[np.searchsorted(present, here)] if len(rows) else values

    def _date(self, rule: Date, view: View, rows: np.ndarray, target: Target) -> np.ndarray:
        reading = self.dates.of_rule(view, rule).reading
        here = view.factorized(rule.date)[0][rows]
        columns = ("iso", "problem", "candidates", "kind")
        texts, problems, candidates, kinds = (reading[name].to_numpy(dtype=object) for name in columns)
        present = np.unique(here)
        for at in present[kinds[present] != ""]:
            expected = candidates[at].replace("|", " to " if kinds[at] == "range" else " or ")
            bad = rows[here == at]
            self.add_findings(view, bad, rule.date, _DATE_RULES[kinds[at]], problems[at], target, expected=expected)
        values: np.ndarray = texts[here]
        if not rule.time:
            return values
        times = self._distinct(view, rows, rule.time, target, _times)
        return self._add_times(rule, view, rows, target, values, times, kinds[here] == "")

    def _add_times(
        self,
        rule: Date,
        view: View,
        rows: np.ndarray,
        target: Target,
        values: np.ndarray,
        times: np.ndarray,
        sound: np.ndarray,
    ) -> np.ndarray:
        """The dates with their times of day; ``sound`` dates are those without a problem, which is a finding already."""
        if not len(rows):
            return values
        codes, pairs = pd.factorize(pd.MultiIndex.from_arrays([values, times]))
        joined = [_date_with_time(date, time) for date, time in pairs]
        for at, (_, found, message) in enumerate(joined):
            # a date that was not read has no day for the time, and that is said at the date
            bad = rows[(codes == at) & (sound | (found != TIME_WITHOUT_DAY))] if found else rows[:0]
            if len(bad):
                self.add_findings(view, bad, rule.time, found, message, target, severity="warning")
        return np.array([date for date, _, _ in joined], dtype=object)[codes]

    def _first_of(
        self,
        rules: tuple[RuleModel, ...],
        view: View,
        rows: np.ndarray,
        target: Target,
        block: Mapping[str, Values],
    ) -> Values:
        branch = np.full(len(rows), -1, dtype=np.int64)
        values: np.ndarray | None = None
        looked_up: dict[str, np.ndarray] = {}
        for number, rule in enumerate(rules):
            waiting = branch < 0
            part = spread(
                self.evaluate(rule, view, rows[waiting], target, {name: take(v, waiting) for name, v in block.items()}),
                waiting,
            )
            if values is None:
                values = part.values
            elif values.dtype != part.values.dtype:
                values, part.values = Values(values).texts, part.texts
            taken = waiting & part.filled
            values = np.where(taken, part.values, values)
            branch[taken] = number
            for name, found in part.looked_up.items():
                before = looked_up.get(name, np.full((len(rows), 2), -1))
                looked_up[name] = np.where(taken[:, np.newaxis], found, before)
        return Values(values if values is not None else np.full(len(rows), "", dtype=object), branch, looked_up)

    def _lookup(self, rule: Lookup, view: View, rows: np.ndarray, target: Target) -> Values:
        there = self.views[rule.lookup.table]
        self.add_read(there, (rule.lookup.on,), np.arange(len(there)))
        keys, wanted = there.values(rule.lookup.on, np.arange(len(there))), view.values(rule.lookup.on, rows)
        first = pd.Series(np.arange(len(keys)), index=keys)
        several = set(first.index[first.index.duplicated()]) - {""}
        first = first[~first.index.duplicated()]
        at = first.reindex(wanted).fillna(-1).to_numpy(dtype=np.int64)
        doubtful = np.isin(wanted, list(several))
        if doubtful.any():
            message = f'the table "{there.name}" has several rows for this {rule.lookup.on}; no value is taken'
            self.add_findings(view, rows[doubtful], rule.lookup.on, LOOKUP_MANY, message, target)
        found = (at >= 0) & ~doubtful & (wanted != "")
        given = spread(self.evaluate(rule.lookup.give, there, at[found], target, {}), found)
        places = np.full((len(rows), 2), -1, dtype=np.int64)
        places[found] = np.column_stack([there.rows[at[found]], there.items[at[found]]])
        role = lookup_role(rule)
        inner = {f"{role}>{name}": deeper for name, deeper in given.looked_up.items()}
        return Values(given.values, given.branch, {role: places, **inner})

    def _offset(
        self, rule: Offset, view: View, rows: np.ndarray, target: Target, block: Mapping[str, Values]
    ) -> Values:
        by = rule.offset
        column, scale = (by.days, 1.0) if by.days else (by.weeks, 7.0)
        number = self._distinct(view, rows, column, target, lambda texts: _numbers(texts, scale))
        anchor = by.after or by.before
        head = self.mapping.head
        start = (
            np.full(len(rows), head.anchors[anchor].date, dtype=object)
            if anchor in head.anchors
            else block[anchor].values
        )
        from_day = dates.to_days(pd.Series(start, dtype=object)).to_numpy()
        partial = (start != "") & np.isnan(from_day) & ~np.isnan(number)
        if partial.any():
            message = f"{anchor} is not known to the day, so nothing can be counted from it"
            self.add_findings(view, rows[partial], column, ANCHOR_PARTIAL, message, target)
        # half a day and less is rounding of the site's own division by 7; the date is the nearest whole day
        days = from_day + np.where(by.after != "", 1, -1) * np.rint(number)
        outside = (days < FIRST_DAY) | (days > LAST_DAY)
        if outside.any():
            message = f"counted from {anchor} this lies outside the years 0001 to 9999; the value is left missing"
            self.add_findings(view, rows[outside], column, DATE_IMPOSSIBLE, message, target)
            days[outside] = np.nan
        return Values(dates.from_days(pd.Series(days)).to_numpy(dtype=object))

    def _call(self, rule: Call, view: View, rows: np.ndarray, target: Target) -> np.ndarray:
        if not len(rows):
            return np.empty(0, dtype=object)
        texts = [view.values(column, rows) for column in rule.columns]
        codes, combinations = pd.factorize(pd.MultiIndex.from_arrays(texts))
        values = np.full(len(combinations), "", dtype=object)
        for at, combination in enumerate(combinations):
            found, severity = CALL_DOUBTED, "warning"
            try:
                values[at], message = FUNCTIONS[rule.call](tuple(combination), rule.settings)
            except ValueError as error:
                found, severity, message = CALL_FAILED, "error", str(error)
            if message:
                self.add_findings(view, rows[codes == at], rule.columns[-1], found, message, target, severity)
        return values[codes]


@dataclass(frozen=True)
class Target:
    """The variable a rule fills, and the codelists its terms may come from."""

    dataset: str
    variable: str
    codelists: tuple[Codelist, ...] = ()


def _passes(test: Test, text: str) -> bool:
    if test.test in ("present", "absent"):
        return (text != "") == (test.test == "present")
    if test.test in ("above", "below"):
        number = _number(text)
        limit = float(test.values[0])
        return number is not None and (number > limit if test.test == "above" else number < limit)
    inside = clean(text) in {clean(value) for value in test.values}
    return inside if test.test in ("equals", "in") else not inside


def _terms(rule: Term, texts: np.ndarray, target: Target) -> tuple[np.ndarray, list[tuple[int, str, str, str]]]:
    known = {clean(typed): value for typed, value in rule.map.items()}
    values = np.full(len(texts), "", dtype=object)
    problems = []
    for at, text in enumerate(texts):
        if text == "":
            continue
        folded = clean(text)
        listed = (codelist.by_folded[folded] for codelist in target.codelists if folded in codelist.by_folded)
        value = known.get(folded) or next(listed, "")
        values[at] = value
        if not value:
            choices = [*rule.map, *(term for codelist in target.codelists for term in codelist.terms)]
            hint = nearest(text, choices).removeprefix("; ")
            names = " or ".join(["the mapping", *filter(None, ["/".join(each.name for each in target.codelists)])])
            message = f'"{text}" is no term that {names} knows; the value is left missing'
            problems.append((at, TERM_UNKNOWN, message, hint))
    return values, problems


def _number(text: str) -> float | None:
    # not NFKC: it would read the square of 10² as one more digit, and float() would read 1_0 as 10
    folded = text.translate(FULL_WIDTH).strip()
    number = float(folded) if NUMBER.fullmatch(folded) else np.inf
    return number if np.isfinite(number) else None


def _numbers(texts: np.ndarray, times: float) -> tuple[np.ndarray, list[tuple[int, str, str, str]]]:
    values = np.full(len(texts), np.nan)
    problems = []
    for at, text in enumerate(texts):
        if text == "":
            continue
        number = _number(text)
        if number is None:
            message = f'"{text}" is not a number; the value is left missing'
            problems.append((at, NUMBER_UNREADABLE, message, "digits with at most one decimal point"))
        else:
            # a factor of a power of ten must not turn 4.1 cm into 40.99999999999999 mm
            values[at] = number if times == 1 else float(f"{number * times:.12g}")
    return values, problems


def _times(texts: np.ndarray) -> tuple[np.ndarray, list[tuple[int, str, str, str]]]:
    found = dates.read_time(pd.Series(texts, dtype=object))
    problems = [
        (int(at), TIME_UNREADABLE, f"{found.at[at, 'problem']}; the date stays without it", "")
        for at in np.flatnonzero(found["kind"] != "")
    ]
    return found["iso"].to_numpy(dtype=object), problems


def _date_with_time(date: str, time: str) -> tuple[str, str, str]:
    """A date with the time that another column gives, and the rule and message of what does not fit (``""``: nothing).

    A date's own midnight is what programs write where no time was recorded, and gives way.
    """
    if not time:
        return date, "", ""
    day, _, own = date.partition("T")
    if len(day) < len("2021-03-05") or day.startswith("-"):
        what = f"the date, {day}, is not known to the day" if day else "there is no date"
        return date, TIME_WITHOUT_DAY, f"a time of day ({time}), and {what}; the time is left out"
    if own and own not in MIDNIGHT and not time.startswith(own) and not own.startswith(time):
        message = f"{time} is another time than the one that the date itself has, {own}, which is kept"
        return date, TIME_CONTRADICTED, message
    return (date, "", "") if own and own not in MIDNIGHT and own.startswith(time) else (f"{day}T{time}", "", "")


def _parts(texts: np.ndarray, separator: str, part: int) -> tuple[np.ndarray, list[tuple[int, str, str, str]]]:
    pieces = [text.split(separator) for text in texts]
    return np.array([piece[part - 1].strip() if len(piece) >= part else "" for piece in pieces], dtype=object), []


def _concat_part(view: View, rows: np.ndarray, part: str | Constant) -> np.ndarray:
    return np.full(len(rows), part.constant, dtype=object) if isinstance(part, Constant) else view.values(part, rows)


def _joined(parts: list[np.ndarray], separator: str, size: int) -> np.ndarray:
    if not size:
        return np.empty(0, dtype=object)
    codes, combinations = pd.factorize(pd.MultiIndex.from_arrays(parts))
    texts = np.array(["" if "" in each else separator.join(each) for each in combinations], dtype=object)
    return texts[codes]
