"""Rules of a template as lines of a draft: the site's columns put in, terms and units found, what is unknown asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hcc_sdtm.drafting.export.found_tables import FoundColumn
from hcc_sdtm.drafting.export.site import Bound
from hcc_sdtm.drafting.knowledge.concept import ANY
from hcc_sdtm.drafting.knowledge.template import Ref, RefJoin, RefTest, RuleTree
from hcc_sdtm.drafting.knowledge.units import factor_between, label_unit
from hcc_sdtm.drafting.placing.binder import MOST_TERMS, Binder, UnboundError
from hcc_sdtm.drafting.writing.draft import Line, TermLine
from hcc_sdtm.mapping.language.verbs import SUBJECT

_UNIT_OF_COLUMN = "{unit}"
_LATE_KEYS = ("when", "label")


def build_line(
    binder: Binder, variable: str, rules: Sequence[RuleTree], source: str, is_supp: bool = False
) -> Line | None:
    """The first of the rules whose columns are here, as a line; None where none is."""
    for rule in rules:
        try:
            return _line(binder, Line(variable, {}, is_supp=is_supp, source=source), rule)
        except UnboundError:
            continue
    return None


def line_from_anywhere(
    binder: Binder, variable: str, rule: RuleTree, ref: Ref, source: str, is_supp: bool = False
) -> Line | None:
    """The line from the block's own table, or looked up in another table with one row a subject."""
    bound = binder.find(ref, others=True)
    if bound is None or bound.placed is binder.placed:
        return build_line(binder, variable, [rule], source, is_supp)
    line = build_line(binder.on(bound.placed), variable, [rule], source, is_supp)
    if line is not None:
        line.table = bound.placed.table.name
        line.rule = {"lookup": {"table": line.table, "give": line.rule}}
    return line


def _line(binder: Binder, line: Line, rule: RuleTree) -> Line:
    if "lookup" in rule:
        give = rule["lookup"]["give"]
        ref = next((each for each in give.values() if isinstance(each, Ref)), None)
        found = (
            line_from_anywhere(binder, line.variable, give, ref, line.source, line.is_supp) if ref is not None else None
        )
        if found is None:
            raise UnboundError(line.variable)
        return found
    late: dict[str, Any] = {}
    if "when" in rule:
        late["when"] = binder.condition(rule["when"])
    if "label" in rule:
        late["label"] = rule["label"]
    if "constant" in rule:
        _add_constant(binder, line, str(rule["constant"]))
    elif rule.get("copy") == SUBJECT:
        line.rule["copy"] = SUBJECT
        line.why.append("the subject's number")
    elif "term" in rule:
        _add_term(binder, line, _take(binder, line, rule["term"]))
    elif "number" in rule:
        _add_number(binder, line, _take(binder, line, rule["number"]), str(rule.get("label", "")))
    elif "date" in rule:
        _add_date(binder, line, _take(binder, line, rule["date"]))
    elif "copy" in rule:
        line.rule["copy"] = _take(binder, line, rule["copy"]).column.name
    else:
        line.rule |= {key: _replaced(binder, line, value) for key, value in rule.items() if key not in _LATE_KEYS}
    line.rule |= late
    return line


def _take(binder: Binder, line: Line, ref: Ref) -> Bound:
    bound = binder.find(ref)
    if bound is None:
        raise UnboundError(str(ref))
    _note(binder, line, bound)
    return bound


def _note(binder: Binder, line: Line, bound: Bound) -> None:
    binder.used[bound.column.name] = None
    line.columns.append(bound.column.name)
    line.score = min(line.score, bound.candidate.score)
    line.why.append(bound.candidate.why)


def _replaced(binder: Binder, line: Line, value: Any) -> Any:
    if isinstance(value, Ref):
        return _take(binder, line, value).column.name
    if isinstance(value, RefTest | RefJoin):
        return binder.condition(value)
    if isinstance(value, Mapping):
        return {key: _replaced(binder, line, each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(binder, line, each) for each in value]
    return value if isinstance(value, str | int | float) else str(value)


def _add_constant(binder: Binder, line: Line, text: str) -> None:
    if line.variable.endswith(("ORRESU", "STRESU")) and binder.topic is not None:
        _add_unit(binder, line, binder.topic, "" if text == _UNIT_OF_COLUMN else text)
        return
    number = binder.number or 1
    marks = {"{test}": binder.test, "{category}": binder.category, "{nn}": f"{number:02d}", "{N}": str(number)}
    for mark, meant in marks.items():
        text = text.replace(mark, meant)
    if not text:
        raise UnboundError(line.variable)
    line.rule["constant"] = text
    line.is_constant = True


def _add_unit(binder: Binder, line: Line, topic: FoundColumn, wanted: str) -> None:
    """The unit of the block's result: from a column of units, or as its header says; an unknown one is asked about."""
    is_original = line.variable.endswith("ORRESU")
    units = binder.variable("ORRESU")
    if units is not None and is_original:
        _note(binder, line, units)
        _add_term(binder, line, units)
        return
    known = unit_term(binder, topic.unit)
    if is_original:
        unit = known
    elif units is not None:
        typed = _units_typed(binder, units)
        unit = next(iter(typed)) if len(typed) == 1 and (not wanted or typed == {wanted}) else ""
    else:
        unit = known if not wanted else wanted if factor_between(known, wanted) is not None else ""
    line.is_constant = True
    line.rule["constant"] = unit or wanted or "?"
    if not unit:
        line.question = f'unit of "{topic.name}" unknown'
    elif is_original:
        line.why.append(f'unit "{topic.unit}" of the header')


def unit_term(binder: Binder, typed: str) -> str:
    """The controlled term of a unit; the text itself where it has none."""
    found = binder.site.finders.of(ANY, "--ORRESU").find(typed) if typed else None
    return found.term if found is not None else typed


def _units_typed(binder: Binder, units: Bound) -> set[str]:
    finder = binder.site.finders.of(binder.domain, f"{binder.domain}ORRESU")
    found = [finder.find(text) for text in units.column.profile.texts[:MOST_TERMS]]
    return {each.term if each is not None else "?" for each in found}


def _add_number(binder: Binder, line: Line, bound: Bound, label: str) -> None:
    """The number, times the factor of its unit; where the unit is not known and matters, a question."""
    name = bound.column.name
    line.rule["number"] = name
    wanted = label_unit(label) or binder.targets.get(line.variable[2:], "")
    if not wanted:
        return
    units = binder.variable("ORRESU") if line.variable.endswith("STRESN") else None
    if units is not None:
        if wanted != _UNIT_OF_COLUMN and _units_typed(binder, units) != {wanted}:
            line.question = f'units in "{units.column.name}" are not all {wanted}: give factors'
        return
    known = unit_term(binder, bound.column.unit)
    if wanted == _UNIT_OF_COLUMN:
        line.question = "" if known else f'unit of "{name}" unknown'
        return
    factor = factor_between(known, wanted)
    if factor is None:
        line.question = f'unit of "{name}" is {known}; {wanted} is wanted' if known else f'unit of "{name}" unknown'
    elif factor != 1.0:
        line.rule["times"] = int(factor) if factor.is_integer() else factor
        line.why.append(f"{known} to {wanted}")


def _add_date(binder: Binder, line: Line, bound: Bound) -> None:
    """The date; with an order of its own where the column settles another than the site's, or contradicts itself."""
    name, evidence, declared = bound.column.name, bound.column.profile.order, binder.site.date_order
    line.rule["date"] = name
    if evidence.is_contradictory:
        line.rule["order"] = "none"
        line.notes.append(f'"{name}" has dates with the day first and with the month first: ask who writes which')
    elif evidence.order and evidence.order not in (declared, "ymd" if declared != "none" else declared):
        line.rule["order"] = evidence.order
        proof = "" if name in binder.site.quiet else f', as "{evidence.settled_by}" shows'
        line.why.append(f"this column is {evidence.order}{proof}")
        if declared != "none":
            line.notes.append(f'"{name}" is {evidence.order}, and most columns are {declared}')
    elif evidence.undecided and not evidence.order and declared != "none":
        line.notes.append(f'nothing in "{name}" tells day from month; it is read as {declared}, like the others')


def _add_term(binder: Binder, line: Line, bound: Bound) -> None:
    """The term rule with its map, by what is found; texts without a term are listed, never guessed."""
    column = bound.column
    finder = binder.site.finders.of(binder.domain, line.variable, binder.test, binder.category)
    counts = _counts(binder, bound)
    shown = [(text, count) for text, count in counts[:MOST_TERMS] if not binder.site.secrets.hides(text)]
    found = [(text, finder.find(text, column.codes.get(text, "")), count) for text, count in shown]
    placed = {text: each.term for text, each, _ in found if each is not None}
    is_same = bool(placed) and len(placed) == len(counts) and all(text == term for text, term in placed.items())
    if is_same and not finder.lists:
        line.rule["copy"] = column.name
        return
    line.rule["term"] = column.name
    if placed:
        line.rule["map"] = placed
    elif not finder.lists:
        line.question = "no term is known for its values: write the map"
    line.lists = tuple(each.name for each in finder.lists)
    line.more = len(counts) - len(shown)
    for text, each, count in found:
        label = column.codes.get(text, "")
        if each is not None:
            line.terms.append(TermLine(text, each.term, each.how, each.is_sure, count, label=label))
        else:
            line.terms.append(TermLine(text, "", "", False, count, finder.nearest(label or text), label))


def _counts(binder: Binder, bound: Bound) -> list[tuple[str, int]]:
    """The distinct texts of a column in the block's rows with how often each stands, the most frequent first."""
    texts = bound.column.texts
    if binder.mask is not None and bound.placed is binder.placed:
        texts = texts[binder.mask]
    codes, distinct = pd.factorize(texts)
    counts = np.bincount(codes, minlength=len(distinct)) if len(codes) else np.zeros(0, dtype=int)
    summed: dict[str, int] = {}
    for text, count in zip(distinct, counts, strict=True):
        bare = str(text).strip()
        if not binder.site.is_missing(bare):
            summed[bare] = summed.get(bare, 0) + int(count)
    return sorted(summed.items(), key=lambda pair: -pair[1])
