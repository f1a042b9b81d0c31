"""Findings ranked by what they move: each endpoint recomputed under every admissible answer to every open finding.

The first statistic of the first endpoint decides, then the next: the order of the trial's list, endpoints marked primary
first. Months and percentage points are never compared with each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from hcc_sdtm.adam.deriving import derive_datasets
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.endpoints.bounds.point_values import build_point_values
from hcc_sdtm.endpoints.listed import Estimates
from hcc_sdtm.impact.answered import TOGETHER, answered_outcomes
from hcc_sdtm.impact.answers import Answering
from hcc_sdtm.impact.feeds import RankedEndpoint, find_feeds, ranked_endpoints
from hcc_sdtm.impact.impact import JOINT_COLUMNS, RANKING_COLUMNS, Impact
from hcc_sdtm.impact.joint import joint_bounds
from hcc_sdtm.impact.located import Located
from hcc_sdtm.impact.marks import MOVES_NOTHING
from hcc_sdtm.impact.moves import AT_LEAST, MOVED_COLUMNS, Alternatives, move_statistics
from hcc_sdtm.impact.outcomes import Outcome
from hcc_sdtm.impact.possible_days import PossibleDays
from hcc_sdtm.impact.questions import Question, build_questions
from hcc_sdtm.impact.wording import impact_text, summary_sentences
from hcc_sdtm.spec.study import Study


def rank_findings(
    study: Study,
    findings: pd.DataFrame,
    sdtm: Mapping[str, Dataset],
    adam: Mapping[str, Dataset],
    estimates: Estimates,
) -> Impact:
    """What the open findings of a run move, each with the least and greatest value over its admissible answers.

    ``findings`` has ``key``, ``cause`` and ``status``; a waived finding is not open. A finding that feeds no endpoint, or whose
    rule has no answers in the table, is counted with its reason.
    """
    endpoints = ranked_endpoints(study.endpoints.endpoints)
    if not endpoints or findings.empty or "DM" not in sdtm:
        return Impact(pd.DataFrame(columns=list(RANKING_COLUMNS)))
    specs, trial = study.specs, study.trial
    own = {name: each for name, each in sdtm.items() if name in specs.sdtm or "USUBJID" in each.frame}
    feeds = find_feeds(endpoints, {**sdtm, **adam}, adam["ADSL"], specs, trial, study.adam)
    located = Located(own, feeds)
    answering = Answering(located, PossibleDays(located, trial))
    questions = build_questions(findings, answering, {row.id: row.kind for row in specs.rules})
    published = {name: adam[name].published for name in ("ADSL", "ADRS", "ADTTE")}

    def derive(copies: Mapping[str, Dataset]) -> Mapping[str, Dataset]:
        return derive_datasets(copies, specs, trial, feeds.adam, feeds.has_lesions)

    alternatives, is_whole = answered_outcomes(questions, endpoints, located, published, derive)
    joint_of = partial(joint_bounds, estimates=estimates, endpoints=study.endpoints)
    moved = _moved(questions, endpoints, alternatives, estimates, joint_of)
    together = _together(endpoints[0], alternatives[0], questions, is_whole, joint_of)
    return _impact(questions, endpoints, moved, together, estimates.results)


def _moved(
    questions: Sequence[Question],
    endpoints: Sequence[RankedEndpoint],
    alternatives: Sequence[Alternatives],
    estimates: Estimates,
    joint_of: Callable[[RankedEndpoint, Mapping[str, Sequence[Outcome]]], pd.DataFrame],
) -> pd.DataFrame:
    """What each question moves of each endpoint: the rows of `move_statistics` with ``place``, the number of the endpoint, and
    ``statistic``, the number of the statistic in it."""
    is_whole = {number: question.is_whole for number, question in enumerate(questions)}
    parts: list[pd.DataFrame] = []
    for place, (endpoint, own) in enumerate(zip(endpoints, alternatives, strict=True)):
        if own.of:
            points = build_point_values(estimates, endpoint)
            if points is None:
                continue
            moved = move_statistics(points, own, is_whole, partial(joint_of, endpoint))
            order = {_key(*key): number for number, key in enumerate(points.keys)}
            keys = zip(moved["measure"], moved["time"], moved["cause"], strict=True)
            parts.append(moved.assign(place=place, within=[order[_key(*key)] for key in keys]))
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _key(measure: str, time: float, cause: str) -> tuple[str, float | None, str]:
    return measure, None if np.isnan(time) else float(time), cause


def _together(
    endpoint: RankedEndpoint,
    alternatives: Alternatives,
    questions: Sequence[Question],
    is_whole: bool,
    joint_of: Callable[[RankedEndpoint, Mapping[str, Sequence[Outcome]]], pd.DataFrame],
) -> pd.DataFrame:
    outcomes = alternatives.with_recorded(TOGETHER)
    if not outcomes:
        return pd.DataFrame(columns=list(JOINT_COLUMNS))
    found = joint_of(endpoint, outcomes)
    if is_whole and all(question.is_whole for question in questions):
        return found
    return found.assign(bound=found["bound"].where(found["bound"] == "", AT_LEAST))


def _impact(
    questions: Sequence[Question],
    endpoints: Sequence[RankedEndpoint],
    moved: pd.DataFrame,
    together: pd.DataFrame,
    results: pd.DataFrame,
) -> Impact:
    not_tried = Counter(question.reason for question in questions for _ in question.keys if question.reason)
    texts = {key: MOVES_NOTHING for question in questions if not question.reason for key in question.keys}
    if moved.empty:
        empty = pd.DataFrame(columns=list(RANKING_COLUMNS))
        return Impact(
            empty, {}, texts, together, not_tried, summary_sentences(empty, endpoints, together, texts, not_tried)
        )
    order = _question_order(moved)
    rank_of = {number: rank for rank, number in enumerate(order, start=1)}
    columns = ["endpoint", "measure", "time", "cause", "statistic", "unit"]
    whole = results.loc[results["group"] == "", columns].itertuples(index=False, name=None)
    words = {(name, *_key(*key)): (statistic, unit) for name, *key, statistic, unit in whole}
    ordered = moved.assign(rank=moved["question"].map(rank_of)).sort_values(["rank", "place", "within"], kind="stable")
    rows = []
    for rank, place, number, *row in ordered[["rank", "place", *MOVED_COLUMNS]].itertuples(index=False, name=None):
        endpoint, question, key = endpoints[place], questions[number], row[:3]
        statistic, unit = words[(endpoint.id, *_key(*key))]
        head = (rank, question.keys[0], len(question.keys), endpoint.id, endpoint.label, statistic)
        rows.append((*head, *key, unit, *row[3:]))
    ranking = pd.DataFrame(rows, columns=list(RANKING_COLUMNS))
    ranks: dict[str, int] = {}
    for number, rank in rank_of.items():
        text = impact_text(ranking[ranking["rank"] == rank])
        for finding in questions[number].keys:
            ranks[finding], texts[finding] = rank, text
    sentences = summary_sentences(ranking, endpoints, together, texts, not_tried)
    return Impact(ranking, ranks, texts, together, not_tried, sentences)


def _question_order(moved: pd.DataFrame) -> list[int]:
    """The questions, most moving first: by the change of the first statistic of the first endpoint, then of the next."""
    changes = moved.pivot(index="question", columns=["place", "within"], values="change").fillna(0.0).sort_index(axis=1)
    # what differs by rounding only is equal, and goes by the next statistic
    keys = [np.round(-changes[name].to_numpy(dtype=float), 9) for name in changes]
    order = np.lexsort((changes.index.to_numpy(), *reversed(keys)))
    return [int(number) for number in changes.index.to_numpy()[order]]
