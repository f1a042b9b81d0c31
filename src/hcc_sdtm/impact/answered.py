"""The outcomes that the answers lead to: subjects copied once for each answer, derived again by the derivation of the study.

Only the subjects of questions are copied, and only what the endpoints need is derived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, product

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.completions import name_copies
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.impact.answers import Answer
from hcc_sdtm.impact.copies import Copy, build_answered_copies
from hcc_sdtm.impact.feeds import RankedEndpoint
from hcc_sdtm.impact.located import Located
from hcc_sdtm.impact.moves import Alternatives
from hcc_sdtm.impact.outcomes import Outcome, analysis_data, endpoint_outcomes
from hcc_sdtm.impact.questions import Question

COPIES_AT_ONCE = 20_000
MOST_TOGETHER = 500
"""So many combinations of the answers to a subject's questions are tried together; of more, each question's alone."""

TOGETHER = -1
"""Stands for all questions together."""

Derive = Callable[[Mapping[str, Dataset]], Mapping[str, Dataset]]


def answered_outcomes(
    questions: Sequence[Question],
    endpoints: Sequence[RankedEndpoint],
    located: Located,
    published: Mapping[str, pd.DataFrame],
    derive: Derive,
) -> tuple[list[Alternatives], bool]:
    """For each endpoint the outcomes that are not as recorded, by number of the question, `TOGETHER` for all of them at once;
    and whether all combinations of several questions of a subject were tried.

    ``published`` has the analysis datasets as they are.
    """
    found = [Alternatives(recorded) for recorded in _by_subject(endpoints, published)]
    copies, is_whole = list_copies(questions)
    for part in _in_parts(copies):
        derived = derive(build_answered_copies(located, [copy for _, copy in part]))
        data = analysis_data({name: derived[name].frame for name in ("ADSL", "ADRS", "ADTTE")})
        order = data.subjects.names.get_indexer(pd.Index(name_copies(len(part)), dtype=object))
        for endpoint, alternatives in zip(endpoints, found, strict=True):
            outcomes: list[Outcome] = [*endpoint_outcomes(endpoint, data), None]
            for (numbers, copy), at in zip(part, order.tolist(), strict=True):
                for number in numbers:
                    alternatives.add(number, copy.subject, outcomes[at])
    return found, is_whole


def list_copies(questions: Sequence[Question]) -> tuple[list[tuple[tuple[int, ...], Copy]], bool]:
    """The copies to make, each with the questions that it answers, and whether every combination is among them.

    A subject of several questions is copied for each of their answers, and for every combination of them.
    """
    made: list[tuple[tuple[int, ...], Copy]] = []
    of_subject: dict[str, list[tuple[Answer, ...]]] = {}
    for number, question in enumerate(questions):
        for subject, answers in question.answers.items():
            of_subject.setdefault(subject, []).append(answers)
            made += [((number, TOGETHER), Copy(subject, answer)) for answer in answers]
    is_whole = True
    for subject, own in of_subject.items():
        if len(own) > 1 and np.prod([1.0 + len(each) for each in own]) > MOST_TOGETHER:
            is_whole = False
        elif len(own) > 1:
            for each in islice(product(*(((), *answers) for answers in own)), 1, None):
                if sum(map(bool, each)) > 1:
                    made.append(((TOGETHER,), Copy(subject, tuple(edit for answer in each for edit in answer))))
    return made, is_whole


def _by_subject(endpoints: Sequence[RankedEndpoint], published: Mapping[str, pd.DataFrame]) -> list[dict[str, Outcome]]:
    data = analysis_data(published)
    names = data.subjects.names.tolist()
    return [dict(zip(names, endpoint_outcomes(endpoint, data), strict=True)) for endpoint in endpoints]


def _in_parts(copies: list[tuple[tuple[int, ...], Copy]]) -> Iterator[list[tuple[tuple[int, ...], Copy]]]:
    for start in range(0, len(copies), COPIES_AT_ONCE):
        yield copies[start : start + COPIES_AT_ONCE]
