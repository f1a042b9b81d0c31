"""What a run does to the queries of a study: new ones get numbers, those not found any more close, those found again re-open.

Pure: the register before and what the run found give the register after. Days are those it is told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from hcc_sdtm.register.queries import (
    ANSWERED,
    CLOSED,
    CORRECTED,
    ESCALATED,
    OPEN,
    REOPENED,
    Query,
    format_number,
    parse_number,
    sort_queries,
)

MOST_ROUNDS = 2
"""Rounds in which a query may stay without an answer before it is escalated, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run asks a site about one cause: the key of its finding, those of findings asked with it, and where it is."""

    site: str
    key: str
    also: tuple[str, ...]
    rule: str
    severity: str
    cell: str
    file_hash: str
    hidden: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all its findings, its own first."""
        return (self.key, *self.also)


@dataclass(frozen=True)
class Occasion:
    """A run that queries are asked from: its identity, the sites it had, the day, and the rounds that are allowed.

    ``waived`` are the keys of findings that a waiver answers.
    """

    run: str
    sites: Collection[str]
    day: str
    most_rounds: int = MOST_ROUNDS
    waived: Collection[str] = ()


def ask_queries(
    queries: Sequence[Query], asked: Sequence[Asked], occasion: Occasion
) -> tuple[tuple[Query, ...], tuple[str, ...]]:
    """The register after a run, sorted; and the number of each thing asked, in their order.

    A known key keeps its number, closed or not. A query that the run did not find closes; only those of its sites. One that was
    answered as corrected re-opens where it is found in a file that is another than the one it was asked about: until the site
    sends its next file it waits. The same run a second time changes nothing.
    """
    by_key: dict[tuple[str, str], list[Query]] = {}
    for query in queries:
        for key in query.keys:
            by_key.setdefault((query.site, key), []).append(query)
    counts: dict[str, int] = {}
    for query in queries:
        _, count = parse_number(query.number) or ("", 0)
        counts[query.site] = max(counts.get(query.site, 0), count)
    after = {query.number: query for query in queries}
    numbers: list[str] = []
    given: dict[str, str] = {}
    for one in asked:
        known = [query for key in one.keys for query in by_key.get((one.site, key), ()) if query.number not in given]
        if known:
            query = min(known, key=lambda query: _preference(query, one))
            number = query.number
            after[number] = _found_again(query, one, occasion)
        else:
            counts[one.site] = counts.get(one.site, 0) + 1
            number = format_number(one.site, counts[one.site])
            after[number] = _placed(Query(number, one.site, one.key, opened=occasion.day), one, occasion)
        given[number] = number
        numbers.append(number)
    merged = {key: number for one, number in zip(asked, numbers, strict=True) for key in one.keys}
    for query in queries:
        if query.site in occasion.sites and query.number not in given and query.state != CLOSED:
            after[query.number] = _not_found(query, merged, occasion)
    return sort_queries(after.values()), tuple(numbers)


def _preference(query: Query, one: Asked) -> tuple[bool, bool, tuple[str, int]]:
    """What makes one of several numbers the right one: it is open, it asks about the same finding, it is the oldest."""
    return (query.state == CLOSED, query.key != one.key, parse_number(query.number) or ("", 0))


def _placed(query: Query, one: Asked, occasion: Occasion) -> Query:
    """The query where it is now. It keeps the keys it had: a workbook that is still with the site carries one of them."""
    key = query.key if query.key in one.keys else one.key
    also = dict.fromkeys(other for other in (*one.keys, *query.keys) if other != key)
    return replace(
        query,
        key=key,
        also=" ".join(also),
        rule=one.rule,
        severity=one.severity,
        cell=one.cell,
        file_hash=one.file_hash,
        hidden="Y" if one.hidden else "",
        last_run=occasion.run,
    )


def _found_again(query: Query, one: Asked, occasion: Occasion) -> Query:
    placed = _placed(query, one, occasion)
    if query.state == CLOSED:
        return _reopened(placed, "found again")
    if query.state == ANSWERED:
        still = query.answer == CORRECTED and query.file_hash != one.file_hash
        return _reopened(placed, "answered as corrected, and found again") if still else placed
    is_next_round = bool(query.returned) or query.file_hash != one.file_hash
    if query.state in (OPEN, REOPENED) and is_next_round:
        if query.rounds >= occasion.most_rounds:
            return replace(placed, state=ESCALATED, why=f"no answer after {query.rounds} rounds")
        return replace(placed, rounds=query.rounds + 1, returned="")
    return placed


def _reopened(query: Query, why: str) -> Query:
    """The query asked anew; what was answered before stands in the reason."""
    before = f' "{query.answer}"' if query.answer else ""
    before += f": {query.new_value}" if query.answer and query.new_value else ""
    said = f"{why}; the answer was{before}" if before else why
    return replace(
        query,
        state=REOPENED,
        why=said,
        rounds=1,
        returned="",
        closed="",
        answer="",
        new_value="",
        answered_by="",
        answered="",
    )


def _not_found(query: Query, merged: dict[str, str], occasion: Occasion) -> Query:
    under = [merged[key] for key in query.keys if key in merged]
    why = f"asked under {under[0]}" if under else "no longer found"
    if query.key in occasion.waived:
        why = "waived"
    return replace(query, state=CLOSED, why=why, closed=occasion.day)
