"""The head of a draft: texts for no value, the order of dates, identifying columns, subject numbers; each with why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hcc_sdtm.drafting.export.found_tables import FoundColumn, FoundTable
from hcc_sdtm.drafting.export.subjects import Subjects, misfits, number_pattern
from hcc_sdtm.drafting.knowledge.approved import Lessons
from hcc_sdtm.drafting.knowledge.header_key import plain
from hcc_sdtm.drafting.knowledge.terms import missing_texts
from hcc_sdtm.drafting.writing.draft import LIKELY, LOOK, SURE

_SIGNS = frozenset(
    ["-", "--", "---", "—", "——", "/", "|", "\\", ".", "..", "?", "n/a", "na", "n.a.", "nan", "null", "#n/a", "nil"]
)
"""Texts that stand for no value wherever they are; a word may be an answer."""

_MOST_ASKED = 8
_LONGEST = max(map(len, missing_texts()))
"""Characters of the longest text that may stand for no value."""


@dataclass(frozen=True)
class HeadLine:
    """One key of the head with its value as a mapping writes it (None: a question), and why."""

    key: str
    value: Any
    why: str
    confidence: str
    question: str = ""


@dataclass(frozen=True)
class DateHabits:
    """The order of a site's dates, and the columns that settled it."""

    order: str
    why: str
    confidence: str
    question: str = ""


def find_missing(tables: Sequence[FoundTable]) -> tuple[dict[str, str], dict[str, int]]:
    """Texts that stand for no value, each with why; and words that may do so, with how many rows have them.

    A sign does wherever it stands, and a text in square brackets; a word only among dates or numbers. A sign that stands
    beside ``+`` in some column is an answer there.
    """
    known, taken, asked = frozenset(missing_texts()), dict[str, str](), Counter[str]()
    answers = set[str]()
    for table in tables:
        for column in table.columns:
            profile = column.profile
            counted = zip(profile.texts, profile.counts, strict=True)
            found = [(text, count) for text, count in counted if len(text) <= _LONGEST and plain(text) in known]
            if not found or column.is_made:
                continue
            rest = [text for text in profile.looked_at if plain(text) not in known]
            values = profile.date_share if profile.date_share > profile.number_share else profile.number_share
            of_values = bool(rest) and values * len(profile.looked_at) >= 0.6 * len(rest)
            for text, count in found:
                if text.lstrip("-").isdigit():
                    asked[text] += count if of_values else 0
                elif plain(text) in _SIGNS and any(plain(other).startswith("+") for other in rest):
                    answers.add(text)
                    asked[text] += count
                elif plain(text) in _SIGNS or (text.startswith("[") and text.endswith("]")):
                    taken.setdefault(text, f'stands in "{column.name}"')
                elif of_values:
                    taken[text] = f'stands among the values of "{column.name}"'
                else:
                    asked[text] += count
    taken = {text: why for text, why in taken.items() if text not in answers}
    return taken, {text: count for text, count in asked.items() if count and text not in taken}


def without_missing(table: FoundTable, missing: Iterable[str]) -> FoundTable:
    """The table with the texts that stand for no value as empty ones."""
    folded = {plain(text) for text in missing}
    columns = []
    for column in table.columns:
        codes, texts = pd.factorize(column.texts)
        is_missing = np.array([len(text) <= _LONGEST + 4 and plain(text) in folded for text in texts], dtype=bool)
        kept = np.where(is_missing, "", texts).astype(object)
        columns.append(replace(column, texts=kept[codes]) if is_missing.any() else column)
    return table.with_columns(columns)


def find_date_order(columns: Sequence[FoundColumn]) -> DateHabits:
    """The order of day and month that the site's date columns settle together.

    ``none`` where no column settles it, or where they settle different ones and none is clearly the rule.
    """
    votes: Counter[str] = Counter()
    proofs: dict[str, str] = {}
    undecided = 0
    for column in columns:
        evidence = column.profile.order
        if evidence.order:
            votes[evidence.order] += 1
            proofs.setdefault(evidence.order, column.name)
        elif evidence.undecided:
            undecided += 1
    if not votes:
        question = "which comes first, day or month? No date of this site tells" if undecided else ""
        return DateHabits("none", f"{undecided} columns of dates, none settles an order", LOOK, question)
    (order, count), *others = votes.most_common()
    # a year in front is understood under every order: it does not stand against another
    other = [(name, number) for name, number in others if name != "ymd"]
    if order == "ymd" and other:
        order, count = other.pop(0)
    if other and other[0][1] * 4 > count:
        question = f'columns disagree: "{proofs[order]}" is {order}, "{proofs[other[0][0]]}" is {other[0][0]}'
        return DateHabits("none", question, LOOK, question)
    why = f'{count} of {len(columns)} date columns settle it, "{proofs[order]}" first'
    return DateHabits(order, why, SURE if not other else LIKELY)


def missing_line(missing: Mapping[str, str], asked: Mapping[str, int]) -> HeadLine:
    """The key ``missing``, with the texts that may stand for no value too and are left for a person to say."""
    why = (
        "; ".join(f'"{text}" {reason}' for text, reason in missing.items())
        or "no text that is known to stand for no value"
    )
    others = "; ".join(f'"{text}" {count} times' for text, count in list(asked.items())[:_MOST_ASKED])
    why += f". Is it also no value: {others}?" if others else ""
    return HeadLine("missing", ["", *missing], why, LIKELY if missing or asked else SURE)


def subject_line(subjects: Subjects, site: str, lessons: Lessons) -> HeadLine:
    """The key ``subjects``: a key file, or what the numbers look like and what is put before them."""
    if subjects.key is not None:
        key = subjects.key
        value = {"file": key.file, "from": key.own, "to": key.study}
        return HeadLine("subjects", value, f'"{key.own}" and "{key.study}" stand side by side in {key.file}', SURE)
    if subjects.is_hospital:
        name = next(each.name for each in subjects.columns.values() if each.is_hospital)
        value = {"file": f"site_{site}_key.csv", "from": name, "to": "subject"}
        question = (
            f'"{name}" is a hospital number: which file gives the study number for it? (columns "{name}" and "subject")'
        )
        return HeadLine("subjects", value, "a hospital number must not become a subject number", LOOK, question)
    pattern, others = number_pattern(subjects.numbers)
    if subjects.unlike:
        names = ", ".join(subjects.unlike)
        question = f"the subject numbers of {names} are not like those of the other tables: one site, or several?"
        return HeadLine("subjects", {}, "no pattern: it would leave rows out", LOOK, question)
    value = {"pattern": pattern} if pattern else {}
    why = f"{len(subjects.numbers)} numbers" + (f", all but {others} of them like this" if others else " like this")
    if re.fullmatch(r"\[0-9\]\{\d+,\}", pattern) and site and subjects.numbers:
        like = _sites_with_prefix(lessons)
        why += (
            f"; study numbers start with the site at {', '.join(like)}"
            if like
            else "; numbers alone may stand at other sites too"
        )
        confidence = LIKELY if like else LOOK
        return HeadLine("subjects", {"prefix": f"{site}-", **value}, why, confidence)
    return HeadLine(
        "subjects", value, why if subjects.numbers else "no numbers", SURE if pattern and not others else LOOK
    )


def _sites_with_prefix(lessons: Lessons) -> list[str]:
    found = []
    for head in lessons.heads:
        start = f"{head.site}-"
        if head.subjects.prefix == start or head.subjects.pattern.startswith(start):
            found.append(f"site {head.site}")
    return found


def country_line(lessons: Lessons) -> HeadLine:
    """The key ``country``: that of the other sites where they agree, else a question."""
    known = {head.country for head in lessons.heads if head.country}
    if len(known) == 1:
        return HeadLine("country", known.pop(), f"like site {' and '.join(lessons.sites)}", LOOK)
    return HeadLine("country", None, "", LOOK, "which country? three letters of ISO 3166, as CHN")


def rows_below(table: FoundTable, subject: str, pattern: str) -> Mapping[str, Any]:
    """``until`` or ``skip`` for rows that are no records by their subject number: totals, notes, sub-headings.

    ``until`` where all of them are the last rows, ``skip`` where other rows follow; none where the numbers have no pattern.
    """
    column = table.by_name.get(subject)
    if column is None or not pattern:
        return {}
    odd = misfits(column.profile.texts, pattern)
    if not odd or len(odd) > 10 or len(odd) * 5 > len(column.profile.texts):
        return {}
    at = np.flatnonzero(pd.Series(column.texts).str.strip().isin(odd))
    filled = np.flatnonzero(pd.Series(column.texts).str.strip() != "")
    is_end = len(filled) > 0 and at.min() > max((row for row in filled if row not in set(at)), default=-1)
    if is_end:
        first = str(column.texts[at[0]]).strip()
        return {"until": {subject: {"equals": first}}}
    return {"skip": {subject: {"equals": odd[0]} if len(odd) == 1 else {"in": odd}}}
