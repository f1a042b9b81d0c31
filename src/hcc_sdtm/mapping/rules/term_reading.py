"""Distinct texts of a column as controlled terms: what the mapping, the reviewed dictionary and the codelists know."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hcc_sdtm.mapping.language.term_dictionary import Entry, TermDictionary
from hcc_sdtm.mapping.language.verbs import Term
from hcc_sdtm.mapping.rules.remark import LEFT_MISSING, Target, Unread
from hcc_sdtm.mapping.tables.view import clean
from hcc_sdtm.problem import nearest
from hcc_sdtm.repeated_text import repeat_text

TERM_UNKNOWN = "MAP-013 term.unknown"
_IS_NO_TERM = " is no term that "
HINTED = 300
"""How many unknown texts of one column get a nearest term: finding it takes longer than all the rest."""


def dictionary_lists(rule: Term, target: Target) -> tuple[str, ...]:
    """The lists of the dictionary that a rule may read: its own, else those of the variable's codelists and its name."""
    if rule.list_:
        return (rule.list_,)
    return (*(codelist.name for codelist in target.codelists), target.variable)


def read_terms(
    rule: Term, texts: np.ndarray, target: Target, dictionary: TermDictionary
) -> tuple[np.ndarray, list[Unread], list[Entry | None]]:
    """The term of each text, what nobody knows (MAP-013), and the line of the dictionary that gave each, where one did.

    The rule's ``map`` goes before the dictionary, and that before the codelists' own terms and synonyms. A text that only a
    proposal knows stays unknown, and the finding names the proposal.
    """
    known = {clean(typed): value for typed, value in rule.map.items()}
    lists = dictionary_lists(rule, target)
    values = repeat_text("", len(texts))
    unread, used = [], [None] * len(texts)  # type: tuple[list[Unread], list[Entry | None]]
    for at, text in enumerate(texts):
        if text == "":
            continue
        folded = clean(text)
        if folded in known:
            values[at] = known[folded]
            continue
        entry = dictionary.term(lists, folded)
        if entry is not None:
            values[at], used[at] = entry.term, entry
            continue
        listed = (codelist.by_folded[folded] for codelist in target.codelists if folded in codelist.by_folded)
        values[at] = next(listed, "")
        if values[at] == "":
            message = f'"{text}"{_IS_NO_TERM}{_named(target, lists, dictionary)} knows; {LEFT_MISSING}'
            unread.append(Unread(at, TERM_UNKNOWN, message, _proposed(text, lists, dictionary)))
    choices = _choices(rule, target, lists, dictionary) if unread else []
    for number, each in enumerate(unread[:HINTED]):
        if not each.expected:
            unread[number] = each._replace(expected=nearest(texts[each.at], choices).removeprefix("; "))
    return values, unread, used


def unknown_text(message: str) -> str:
    """The text that a message of `read_terms` quotes: all of a joined one, which stands in several cells."""
    return message.rpartition(_IS_NO_TERM)[0][1:-1]


def _named(target: Target, lists: Sequence[str], dictionary: TermDictionary) -> str:
    codelists = "/".join(codelist.name for codelist in target.codelists)
    has_list = any(name in dictionary.reviewed for name in lists)
    return " or ".join(["the mapping", *["its dictionary"] * has_list, *filter(None, [codelists])])


def _proposed(text: str, lists: Sequence[str], dictionary: TermDictionary) -> str:
    proposal = dictionary.proposal(lists, clean(text))
    if proposal is None or not proposal.term:
        return ""
    return f'"{proposal.term}" is proposed and not reviewed, {proposal.source}'


def _choices(rule: Term, target: Target, lists: Sequence[str], dictionary: TermDictionary) -> list[str]:
    """Everything that a text could have been meant as."""
    listed = [entry for name in lists for entry in dictionary.reviewed.get(name, {}).values()]
    return [
        *rule.map,
        *(part for entry in listed for part in (entry.typed, entry.term)),
        *(term for codelist in target.codelists for term in codelist.terms),
    ]
