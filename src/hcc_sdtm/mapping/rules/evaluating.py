"""One rule on the rows of a view: values, which alternative gave them, and findings at the cells that could not be read.

Each verb reads distinct texts, or distinct combinations of them, and knows nothing of rows; here they meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.mapping.language.condition import Join, Test, row_mask
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.language.term_dictionary import Entry
from hcc_sdtm.mapping.language.verbs import (
    SUBJECT,
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
    value_columns,
)
from hcc_sdtm.mapping.rules.alternatives import disagreements, first_filled, remarks_left, source_name
from hcc_sdtm.mapping.rules.answering import answers
from hcc_sdtm.mapping.rules.cell_rules import lookup_role
from hcc_sdtm.mapping.rules.combined_texts import combinations, joined_texts
from hcc_sdtm.mapping.rules.function import call_function
from hcc_sdtm.mapping.rules.matching import match_rows, shared_rows
from hcc_sdtm.mapping.rules.number_reading import number_reader
from hcc_sdtm.mapping.rules.remark import LEFT_MISSING, Remark, Target, Unread
from hcc_sdtm.mapping.rules.settling import SettledDates
from hcc_sdtm.mapping.rules.term_reading import read_terms
from hcc_sdtm.mapping.rules.time_of_day import TIME_WITHOUT_DAY, add_time, read_times
from hcc_sdtm.mapping.rules.undecided import DAY_TESTS, Undecided, incomparable
from hcc_sdtm.mapping.rules.unread_dates import DATE_IMPOSSIBLE, unread_dates
from hcc_sdtm.mapping.rules.values import Values, spread, take
from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.repeated_text import repeat_text
from hcc_sdtm.source import Source

LOOKUP_MANY = "MAP-015 lookup.several-rows"
ANCHOR_PARTIAL = "MAP-017 offset.anchor-not-complete"
SOURCES_DISAGREE = "MAP-048 source.disagrees"
LOOKUP_SHARED = "MAP-049 lookup.row-shared"
LOOKUP_OTHER = "MAP-068 lookup.another-subject"

FIRST_DAY, LAST_DAY = dates.to_days(pd.Series(["0001-01-01", "9999-12-31"]))

Block = Mapping[str, Values]
"""Values of the variables of a block that stand before, by name."""


@dataclass
class Evaluation:
    """What rules of one mapping need: its views, its settled date columns; and what they leave behind.

    ``reads`` tells by view and column which rows' texts a rule or a condition looked at; ``applied`` how many texts
    each line of the reviewed dictionary gave a term to.
    """

    mapping: SiteMapping
    views: Mapping[str, View]
    dates: SettledDates
    remarks: list[Remark] = field(default_factory=list)
    reads: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    applied: Counter[Entry] = field(default_factory=Counter)
    undecided: Undecided = field(init=False)

    def __post_init__(self) -> None:
        self.undecided = Undecided(self.mapping.head.site)

    @property
    def findings(self) -> list[pd.DataFrame]:
        """The findings of everything that was evaluated, and of settling."""
        said = (remark.findings(self.mapping.head.site) for remark in self.remarks)
        return [*self.dates.findings, *said, *self.undecided.findings]

    def add_read(self, view: View, columns: Iterable[str], rows: np.ndarray) -> None:
        """The texts of the columns at those rows were looked at."""
        for column in columns:
            self.reads.setdefault((view.name, column), np.zeros(len(view), dtype=bool))[rows] = True

    def add_sources(self, rule: RuleModel, found: Values, view: View, target: Target, line: Source) -> None:
        """How many values each alternative of a variable's rule gave, as a settled fact."""
        if not isinstance(rule, FirstOf) or found.branch is None:
            return
        counts = np.bincount(found.branch + 1, minlength=len(rule.first_of) + 1)
        named = [f"branch {number} ({source_name(part)})" for number, part in enumerate(rule.first_of, 1)]
        given = zip([*named, "none"], [*counts[1:], counts[0]], strict=True)
        value = ", ".join(f"{name}: {count}" for name, count in given)
        self.dates.add_fact(view, target.variable, f"source of {target.variable}", value, "declared", str(line))

    def evaluate(self, rule: RuleModel, view: View, rows: np.ndarray, target: Target, block: Block) -> Values:
        """The rule's values at rows of the view; rows that its ``when`` leaves out are empty."""
        if rule.when is None:
            return self._apply(rule, view, rows, target, block)
        inside, mark = self.mask(rule.when, view, rows), len(self.remarks)
        part = self._apply(rule, view, rows[inside], target, {name: take(v, inside) for name, v in block.items()})
        self._place(mark, inside)
        return spread(part, inside)

    def mask(self, condition: Test | Join, view: View, rows: np.ndarray) -> np.ndarray:
        """Which of the rows meet the condition."""
        unknown: dict[Test, np.ndarray] = {}
        met = row_mask(condition, len(rows), lambda test: self._test(test, view, rows, unknown))
        if unknown:
            both = row_mask(
                condition, len(rows), lambda test: self._test(test, view, rows, {}) | unknown.get(test, np.False_)
            )
            self.undecided.add(view, rows, unknown, met != both)
        return met

    def cells(self, rule: RuleModel, view: View, rows: np.ndarray) -> tuple[View, np.ndarray, str]:
        """The view, the rows in it and the column that a rule's values at some rows stand in; -1 where a lookup has no row."""
        while isinstance(rule, Lookup):
            there = self.views[rule.lookup.table]
            rows, view, rule = match_rows(view, rows, there, rule.lookup.on)[0], there, rule.lookup.give
        return view, rows, next(iter(value_columns(rule)), next(iter(columns_read(rule)), SUBJECT))

    def _test(self, test: Test, view: View, rows: np.ndarray, unknown: dict[Test, np.ndarray]) -> np.ndarray:
        """Which of the rows pass a test; those that it cannot compare are added to ``unknown``."""
        self.add_read(view, (test.column,), rows)
        codes, texts = view.factorized(test.column)
        days = None
        if test.test in DAY_TESTS:
            days = dates.to_days(self.dates.of_condition(view, test.column).reading["iso"]).to_numpy()
            limit = dates.to_days(pd.Series([test.values[0]])).iat[0]
            passed = days < limit if test.test == "before" else days > limit
        else:
            passed = answers(test, texts)
        if not len(rows):
            return np.zeros(0, dtype=bool)
        wrong = incomparable(test, texts, days)
        if wrong.any():
            unknown[test] = wrong[codes[rows]]
        return np.asarray(passed[codes[rows]], dtype=bool)

    def _place(self, mark: int, mask: np.ndarray, role: str = "") -> None:
        """Remarks since the mark were about the rows of the mask, read in the role; now they are about all rows."""
        positions = np.flatnonzero(mask)
        for at in range(mark, len(self.remarks)):
            remark = self.remarks[at]
            self.remarks[at] = replace(remark, at=positions[remark.at], role=f"{role}{remark.role}")

    def _apply(self, rule: RuleModel, view: View, rows: np.ndarray, target: Target, block: Block) -> Values:
        match rule:
            case FirstOf():
                return self._first_of(rule, view, rows, target, block)
            case Lookup():
                return self._lookup(rule, view, rows, target)
        self.add_read(view, columns_read(rule), rows)
        found = self._offset(rule, view, rows, target, block) if isinstance(rule, Offset) else None
        if found is None:
            found = Values(self._read(rule, view, rows, target))
        found.looked_up |= view.origins_of(columns_read(rule), rows)
        return found

    def _read(self, rule: RuleModel, view: View, rows: np.ndarray, target: Target) -> np.ndarray:
        """The values of a verb that reads one row of its table."""
        columns = tuple(columns_read(rule))
        match rule:
            case Constant(constant=text):
                return repeat_text(text, len(rows))
            case Copy(copy_=column, case=None):
                return view.values(column, rows)
            case Copy():
                return self._distinct(view, rows, columns, target, lambda texts: (_capitals(texts), []))
            case Term():
                return self._term(rule, view, rows, target)
            case Date():
                return self._date(rule, view, rows, target)
            case Number():
                return self._distinct(
                    view, rows, columns, target, number_reader(rule, view.may_have_number_cells(rule.number))
                )
            case Split(separator=separator, part=part):
                return self._distinct(view, rows, columns, target, lambda texts: (_parts(texts, separator, part), []))
            case Concat(concat=parts, separator=separator):
                return self._distinct(
                    view, rows, columns, target, lambda *texts: (joined_texts(parts, texts, separator), [])
                )
            case Call():
                return self._distinct(view, rows, columns, target, lambda *texts: call_function(rule, texts))
        raise TypeError(f"no evaluation for {type(rule).__name__}")

    def _distinct(
        self,
        view: View,
        rows: np.ndarray,
        columns: Sequence[str],
        target: Target,
        read: Callable[..., tuple[np.ndarray, Sequence[Unread]]],
    ) -> np.ndarray:
        """Values of columns read once a distinct combination of their texts; what is unread is said at every row with it."""
        if not len(rows):
            return read(*(np.empty(0, dtype=object) for _ in columns))[0][:0]
        here, texts = combinations(view, rows, columns)
        values, unread = read(*texts)
        self._say(view, rows, here, columns, unread, target)
        return np.asarray(values[here])

    def _say(
        self,
        view: View,
        rows: np.ndarray,
        here: np.ndarray,
        columns: Sequence[str],
        unread: Sequence[Unread],
        target: Target,
    ) -> None:
        """What is wrong with distinct texts, at every row with one; ``here`` tells which text each row has."""
        alike: dict[tuple[str, int, str], dict[int, Unread]] = {}
        for each in unread:
            alike.setdefault((each.rule, each.column, each.severity), {})[each.at] = each
        for (rule, column, severity), by_text in alike.items():
            bad = np.flatnonzero(np.isin(here, list(by_text)))
            found = [by_text[at] for at in here[bad].tolist()]
            messages, expected = [each.message for each in found], [each.expected for each in found]
            self.remarks.append(
                Remark(view, rows[bad], bad, columns[column], rule, messages, target, severity, expected)
            )

    def _remark(
        self, view: View, rows: np.ndarray, mask: np.ndarray, column: str, rule: str, message: str, target: Target
    ) -> None:
        """One error for each row of the mask."""
        bad = np.flatnonzero(mask)
        if len(bad):
            self.remarks.append(Remark(view, rows[bad], bad, column, rule, [message] * len(bad), target))

    def _term(self, rule: Term, view: View, rows: np.ndarray, target: Target) -> np.ndarray:
        if not len(rows):
            return np.empty(0, dtype=object)
        here, (texts,) = combinations(view, rows, (rule.term,))
        values, unread, used = read_terms(rule, texts, target, self.mapping.dictionary)
        self._say(view, rows, here, (rule.term,), unread, target)
        counts = np.bincount(here, minlength=len(texts))
        for at, entry in enumerate(used):
            if entry is not None:
                self.applied[entry] += int(counts[at])
        return np.asarray(values[here])

    def _date(self, rule: Date, view: View, rows: np.ndarray, target: Target) -> np.ndarray:
        reading = self.dates.of_rule(view, rule).reading
        here = view.factorized(rule.date)[0][rows]
        self._say(view, rows, here, (rule.date,), unread_dates(reading, np.flatnonzero(np.bincount(here))), target)
        texts, kinds = (reading[name].to_numpy(dtype=object) for name in ("iso", "kind"))
        values: np.ndarray = texts[here]
        if not rule.time or not len(rows):
            return values
        times = self._distinct(view, rows, (rule.time,), target, read_times)
        codes, pairs = pd.factorize(pd.MultiIndex.from_arrays([values, times]))
        joined = [add_time(date, time) for date, time in pairs]
        unfit = {at: (rule, message) for at, (_, rule, message) in enumerate(joined) if rule}
        # a date that was not read has no day for the time, and that is said at the date
        is_read = kinds[here] == ""
        for found in dict.fromkeys(rule for rule, _ in unfit.values()):
            ats = [at for at, (rule, _) in unfit.items() if rule == found]
            bad = np.flatnonzero(np.isin(codes, ats) & (is_read | (found != TIME_WITHOUT_DAY)))
            messages = [unfit[at][1] for at in codes[bad].tolist()]
            if len(bad):
                self.remarks.append(Remark(view, rows[bad], bad, rule.time, found, messages, target, "warning"))
        return np.array([date for date, _, _ in joined], dtype=object)[codes]

    def _first_of(self, rule: FirstOf, view: View, rows: np.ndarray, target: Target, block: Block) -> Values:
        parts, said = [], []
        for alternative in rule.first_of:
            mark = len(self.remarks)
            parts.append(self.evaluate(alternative, view, rows, target, block))
            said.append(self.remarks[mark:])
            del self.remarks[mark:]
        found = first_filled(parts)
        branch = found.branch if found.branch is not None else np.full(len(rows), -1)
        self.remarks += remarks_left(rule.first_of, said, branch)
        if rule.disagree == "finding":
            for number, winner, at in disagreements(rule.first_of, parts, branch, target):
                there, there_rows, column = self.cells(rule.first_of[number], view, rows[at])
                sources, typed = self._typed(rule.first_of[winner], view, rows[at])
                taken = zip(parts[winner].texts[at], typed, sources, strict=True)
                own = zip(parts[number].texts[at], there.cells(there_rows, column)[1], strict=True)
                message = [
                    f"{_shown(*one)} here, but {_shown(value, text)} at {source}, which is taken"
                    for one, (value, text, source) in zip(own, taken, strict=True)
                ]
                self.remarks.append(Remark(there, there_rows, at, column, SOURCES_DISAGREE, message, target, "warning"))
        return found

    def _typed(self, rule: RuleModel, view: View, rows: np.ndarray) -> tuple[list[str], list[str]]:
        there, there_rows, column = self.cells(rule, view, rows)
        return there.cells(there_rows, column)

    def _lookup(self, rule: Lookup, view: View, rows: np.ndarray, target: Target) -> Values:
        there, key = self.views[rule.lookup.table], rule.lookup.on
        self.add_read(view, key, rows)
        self.add_read(there, key, np.arange(len(there)))
        at, doubtful = match_rows(view, rows, there, key)
        named = " and ".join(key)
        message = f'the table "{there.name}" has several rows for this {named}; no value is taken'
        self._remark(view, rows, doubtful, key[0], LOOKUP_MANY, message, target)
        found = (at >= 0) & ~doubtful
        if rule.lookup.cardinality == "one_to_one":
            shared = shared_rows(at, found)
            message = f'several rows have this {named}, and the table "{there.name}" has one; no value is taken'
            self._remark(view, rows, shared, key[0], LOOKUP_SHARED, message, target)
            found &= ~shared
        if SUBJECT not in key:
            others = found.copy()
            others[found] = view.texts[SUBJECT][rows[found]] != there.texts[SUBJECT][at[found]]
            message = f'the row of "{there.name}" with this {named} is another subject\'s; no value is taken'
            self._remark(view, rows, others, key[0], LOOKUP_OTHER, message, target)
            found &= ~others
        role, mark = lookup_role(rule), len(self.remarks)
        given = spread(self.evaluate(rule.lookup.give, there, at[found], target, {}), found)
        self._place(mark, found, f">{role}")
        places = np.full((len(rows), 2), -1, dtype=np.int64)
        places[found] = np.column_stack([there.rows[at[found]], there.items[at[found]]])
        inner = {f"{role}>{name}": deeper for name, deeper in given.looked_up.items()}
        return Values(given.values, given.branch, {role: places, **inner})

    def _offset(self, rule: Offset, view: View, rows: np.ndarray, target: Target, block: Block) -> Values:
        by = rule.offset
        stretch = Number(number=by.column, times=1.0 if by.days else 7.0)
        number = self._distinct(view, rows, (by.column,), target, number_reader(stretch, False))
        if isinstance(by.anchor, RuleModel):
            start, name = self.evaluate(by.anchor, view, rows, target, block), "its anchor"
        else:
            declared, name = self.mapping.head.anchors.get(by.anchor), by.anchor
            start = Values(repeat_text(declared.shown, len(rows))) if declared else block[by.anchor]
        from_day = dates.to_days(pd.Series(start.texts, dtype=object)).to_numpy()
        nowhere = np.isnan(from_day) & ~np.isnan(number)
        for mask, why in ((start.filled, "is not known to the day"), (~start.filled, "has no value")):
            message = f"{name} {why}, so nothing can be counted from it"
            self._remark(view, rows, nowhere & mask, by.column, ANCHOR_PARTIAL, message, target)
        # half a day and less is rounding of the site's own division by 7; the date is the nearest whole day
        days = from_day + np.where(by.after != "", 1, -1) * np.rint(number)
        outside = (days < FIRST_DAY) | (days > LAST_DAY)
        message = f"counted from {name} this lies outside the years 0001 to 9999; {LEFT_MISSING}"
        self._remark(view, rows, outside, by.column, DATE_IMPOSSIBLE, message, target)
        days[outside] = np.nan
        return Values(dates.from_days(pd.Series(days)).to_numpy(dtype=object), start.branch, dict(start.looked_up))


def _capitals(texts: np.ndarray) -> np.ndarray:
    """The distinct texts in capitals."""
    return np.array([text.upper() for text in texts], dtype=object)


def _parts(texts: np.ndarray, separator: str, part: int) -> np.ndarray:
    pieces = [text.split(separator) for text in texts]
    return np.array([piece[part - 1].strip() if len(piece) >= part else "" for piece in pieces], dtype=object)


def _shown(value: str, typed: str) -> str:
    return f'"{value}"' if typed in ("", value) else f'"{typed}" ({value})'
