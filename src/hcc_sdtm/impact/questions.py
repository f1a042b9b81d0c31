"""The open findings as questions: one for each cause, with the answers that each of its cells can have.

Findings with one cause are one question, as they are one query to the site. Waived findings are not open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

import numpy as np
import pandas as pd

from hcc_sdtm.finding import rule_ids
from hcc_sdtm.impact.answer_rules import RuleAnswers, answers_of_rule
from hcc_sdtm.impact.answers import Answer, Answering, CellAnswers
from hcc_sdtm.impact.located import Place
from hcc_sdtm.register.waiving import WAIVED

MOST_COMBINATIONS = 500
"""Combinations of the answers to a subject's cells that are tried; of more, each cell's answers, the others as recorded."""

NO_LINE = "no line of the table of answers"
NO_RECORD = "is at no record of a subject of the study"
FEEDS_NOTHING = "feeds no endpoint"
NO_ANSWER = "nothing limits what the answer may be"


@dataclass(frozen=True)
class Question:
    """Findings with one cause. ``answers`` are by subject what the answers to its cells would write, jointly.

    ``keys`` are those of the findings, that of the lead first; ``is_whole`` says that no possible answer was left out;
    ``reason`` why there are none, ``""`` where there are some.
    """

    keys: tuple[str, ...]
    answers: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    is_whole: bool = True
    reason: str = ""


def build_questions(findings: pd.DataFrame, answering: Answering, kinds: Mapping[str, str]) -> list[Question]:
    """The open findings as questions, in the order of their leads.

    ``findings`` has ``key``, ``cause`` and ``status``; ``kinds`` has the kind of each rule of the rule tables by id.
    """
    is_open = (findings["status"] != WAIVED).to_numpy()
    opened = findings[is_open].assign(_rule=rule_ids(findings[is_open]))
    names = [str(name) for name in opened]
    groups: dict[str, list[dict[str, Any]]] = {}
    for values in opened.itertuples(index=False, name=None):
        row = dict(zip(names, values, strict=True))
        groups.setdefault(row["cause"] or row["key"], []).append(row)
    return [_question(sorted(rows, key=lambda row: row["cause"] != ""), answering, kinds) for rows in groups.values()]


def _question(rows: list[dict[str, Any]], answering: Answering, kinds: Mapping[str, str]) -> Question:
    keys = tuple(row["key"] for row in rows)
    asked: dict[tuple[str, tuple[Place, ...], str], list[tuple[Place, RuleAnswers, Mapping[str, str]]]] = {}
    reasons: list[str] = []
    for row in rows:
        found = _asked(row, answering, kinds)
        if isinstance(found, str):
            reasons.append(found)
        else:
            rule, subject, place, family = found
            # findings on several records of one cell have one answer: that of the rule that knows most of it
            same = answering.same_answer(place, subject, family)
            asked.setdefault((subject, same, family), []).append((place, rule, row))
    by_subject: dict[str, list[CellAnswers]] = {}
    for (subject, _, family), findings in asked.items():
        place = min(place for place, *_ in findings)
        answers = answering.answers(place, subject, family, [(rule, row) for _, rule, row in findings])
        if answers.answers:
            by_subject.setdefault(subject, []).append(answers)
        else:
            reasons.append(NO_ANSWER)
    if not by_subject:
        return Question(keys, reason=reasons[0])
    combined = {subject: combine_answers([each.answers for each in cells]) for subject, cells in by_subject.items()}
    is_whole = all(each.is_whole for cells in by_subject.values() for each in cells)
    return Question(
        keys, {name: each for name, (each, _) in combined.items()}, is_whole and all(w for _, w in combined.values())
    )


def _asked(
    row: Mapping[str, str], answering: Answering, kinds: Mapping[str, str]
) -> tuple[RuleAnswers, str, Place, str] | str:
    """What is asked about one finding: its rule's answers, the subject, the value and its family; else why nothing is."""
    rule = answers_of_rule(row["_rule"], kinds.get(row["_rule"], ""))
    if rule is None or rule.reason:
        return rule.reason if rule else NO_LINE
    located = answering.located
    place = located.find(row)
    if place is None:
        return NO_RECORD
    place = located.standard(place)
    dataset = located.datasets[place.dataset]
    is_date = dataset.spec.by_name[place.variable].is_iso_date if place.variable in dataset.spec.by_name else False
    family = located.feeds.family(place.dataset, place.variable, is_date)
    if not family and place.dataset in located.feeds.datasets and rule.kinds["record"]:
        family = "record"
    if not family or not rule.of(family):
        return FEEDS_NOTHING
    return rule, located.subject(row["subject"]), place, family


def combine_answers(cells: list[tuple[Answer, ...]]) -> tuple[tuple[Answer, ...], bool]:
    """Every combination of the answers to several cells, what is recorded among those of each; and whether that is all.

    The combination in which all cells are as recorded is left out. Of too many only those in which one cell is answered, and
    those that the answers make in order: all first answers, all second ones.
    """
    options = [((), *answers) for answers in cells]
    count = float(np.prod([float(len(each)) for each in options]))
    if count <= MOST_COMBINATIONS:
        return tuple(tuple(edit for part in each for edit in part) for each in islice(product(*options), 1, None)), True
    alone = [answer for answers in cells for answer in answers]
    longest = max(len(answers) for answers in cells)
    together = [
        tuple(edit for answers in cells for edit in answers[min(number, len(answers) - 1)]) for number in range(longest)
    ]
    return tuple(dict.fromkeys([*alone, *together])), False
