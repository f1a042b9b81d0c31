"""What a site's answers do to the queries of a study, and what is wrong with them.

Pure: the register before and the answers give the register after, or the problems of all answers at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.register.queries import (
    ANSWERED,
    CLOSED,
    CONFIRMED,
    ESCALATED,
    NOT_KNOWN,
    OPEN,
    REOPENED,
    WILL_FOLLOW,
    Query,
    sort_queries,
)
from hcc_sdtm.source import Source

REMOVED = "***"
"""What stands in the register for a text that identifies a patient."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of an answered workbook: the query's number and key (``""``: the column was deleted), and what was filled in.

    ``answer`` is one of `hcc_sdtm.register.queries.ANSWERS`, or ``""`` where nothing was chosen; ``round`` the round that the
    workbook asked in (0: not known).
    """

    source: Source
    number: str
    key: str
    answer: str
    new_value: str = ""
    comment: str = ""
    answered_by: str = ""
    answered: str = ""
    round: int = 0

    @property
    def said(self) -> tuple[str, str]:
        """What two answers to one query must agree in."""
        return self.answer, self.new_value


def take_answers(
    queries: Sequence[Query], answers: Sequence[Answer], most_rounds: int
) -> tuple[tuple[Query, ...], tuple[Query, ...], list[Problem]]:
    """The register after the answers, sorted; the queries that changed; and every problem, with which nothing may be written.

    Corrected and confirmed as is: answered. Not known: escalated. Nothing, or an answer that will follow: the round is over,
    and after ``most_rounds`` of them the query is escalated; a workbook of an earlier round ends none. An answer that the
    register has already changes nothing.

    Problems: a number that does not exist (with the nearest), a key of another query, two different answers to one, an
    answer to a closed one, a new value without the answer that it is a correction.
    """
    by_number = {query.number: query for query in queries}
    problems: list[Problem] = []
    taken: dict[str, Answer] = {}
    for answer in answers:
        query = by_number.get(answer.number)
        if query is None:
            message = f'no query "{answer.number}" in the register{nearest(answer.number, by_number)}'
            problems.append(Problem(answer.source, message))
            continue
        before = taken.get(answer.number)
        messages = _wrong(answer, query)
        if before is not None and any(answer.said) and any(before.said) and answer.said != before.said:
            messages.append(
                f"{answer.number} is answered {_shown(answer)} here and {_shown(before)} at {before.source}"
            )
        problems += [Problem(answer.source, message) for message in messages]
        if before is None or (any(answer.said) and not any(before.said)):
            taken[answer.number] = answer
    changed = {
        number: after
        for number, answer in taken.items()
        if (after := _answered(by_number[number], answer, most_rounds)) != by_number[number]
    }
    return sort_queries((by_number | changed).values()), sort_queries(changed.values()), problems


def _wrong(answer: Answer, query: Query) -> list[str]:
    messages = []
    if answer.key and answer.key not in query.keys:
        messages.append(
            f"{answer.number} is another question here than in the register; was its number overwritten, or its row moved?"
        )
    if query.state == CLOSED and any(answer.said) and not _is_known(answer, query):
        messages.append(f"{answer.number} is closed ({query.why}, {query.closed}); it takes no further answer")
    if answer.new_value and not answer.answer:
        messages.append(
            f'{answer.number} has the new value "{answer.new_value}" and no answer; "corrected" was expected'
        )
    if answer.new_value and answer.answer in (CONFIRMED, NOT_KNOWN):
        messages.append(f'{answer.number} is answered "{answer.answer}" and has the new value "{answer.new_value}"')
    return messages


def _is_known(answer: Answer, query: Query) -> bool:
    return answer.said == (query.answer, query.new_value)


def _shown(answer: Answer) -> str:
    return f'"{answer.answer}"' + (f' ("{answer.new_value}")' if answer.new_value else "")


def _answered(query: Query, answer: Answer, most_rounds: int) -> Query:
    if query.state == CLOSED or (answer.answer not in ("", WILL_FOLLOW) and _is_known(answer, query)):
        return query
    with_comment = replace(query, comment=answer.comment or query.comment)
    if answer.answer in ("", WILL_FOLLOW):
        return _without_answer(with_comment, answer, most_rounds)
    state, why = (ESCALATED, "the site does not know") if answer.answer == NOT_KNOWN else (ANSWERED, answer.answer)
    return replace(
        with_comment,
        state=state,
        why=why,
        answer=answer.answer,
        new_value=answer.new_value,
        answered_by=answer.answered_by,
        answered=answer.answered,
    )


def _without_answer(query: Query, answer: Answer, most_rounds: int) -> Query:
    """The query when its round came back without an answer, or with the promise of one."""
    if query.state not in (OPEN, REOPENED):
        return query
    if answer.answer:
        query = replace(query, answer=WILL_FOLLOW, answered_by=answer.answered_by, answered=answer.answered)
    if answer.round != query.rounds:
        return query
    if query.rounds >= most_rounds:
        return replace(query, returned="Y", state=ESCALATED, why=f"no answer after {query.rounds} rounds")
    return replace(query, returned="Y")


def propose_waivers(changed: Collection[Query], standing: Collection[str] = ()) -> Mapping[str, Query]:
    """The queries whose answer is that the cell is right as it is, by the key of each finding that may be waived.

    That is the finding asked about, and those asked under the same number that are ``standing``: a waiver of the first does
    not waive what follows from it.
    """
    confirmed = [query for query in changed if query.answer == CONFIRMED and query.state == ANSWERED]
    return {key: query for query in confirmed for key in query.keys if key == query.key or key in standing}
