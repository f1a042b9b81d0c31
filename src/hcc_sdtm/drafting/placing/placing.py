"""What each column of a table may be: by its header, by its table, by its values. Chooses nothing for good: a block does.

A header says most; the table's name tells a lesion's ``Status`` from a patient's; values that cannot be what the header says
take a meaning away, and values that are the terms of one list give one to a header that says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from hcc_sdtm.drafting.export.found_tables import FoundColumn, FoundTable
from hcc_sdtm.drafting.knowledge.concept import ANY, Concept
from hcc_sdtm.drafting.knowledge.finders import Finders
from hcc_sdtm.drafting.knowledge.header_key import header_key
from hcc_sdtm.drafting.knowledge.synonyms import Match, Meaning, Synonyms
from hcc_sdtm.drafting.placing.column_values import READ_AS, term_share, value_score
from hcc_sdtm.spec.model import Specs

LEAST_SCORE = 0.55
_NEAR_BEST = 0.3
_NAMED_TABLE, _OTHER_TABLE, _GENERIC = 0.2, -0.1, 0.05
_BY_VALUES = 0.6
_LABEL = 0.93
"""What a dictionary's word for a column is worth beside its header."""

_VALUE_LISTS = (
    Concept("DM", "SEX"),
    Concept("RS", "RSORRES", "OVRLRESP"),
    Concept("TU", "TUORRES"),
    Concept("SS", "SSORRES", "SURVSTAT"),
)
"""What a column may be by its values alone, whatever its header says."""

_ROLES = ("--ORNRLO", "--ORNRHI", "--ORRESU", "--DTC")
_WHOLE = 0.9
"""From this score on a header says one thing and no more."""

TOPICS = frozenset(["ORRES", "OCCUR", "TRT", "TERM", "DECOD", "DOSE", "LOC", "LNKID"])
"""Ends of the variables that say what a record is about."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that a column may be, how likely (about 0 to 1.3), and why; ``number`` is the one in its header."""

    concept: Concept
    verb: str
    score: float
    why: str
    number: int = 0


@dataclass(frozen=True)
class PlacedTable:
    """A table, and what each of its columns may be, the likeliest first; ``topics`` are the domains it seems to hold."""

    table: FoundTable
    candidates: Mapping[str, tuple[Candidate, ...]]
    topics: frozenset[str]
    named: frozenset[str] = frozenset()
    """The domains that its name says."""

    def best(self, column: str) -> Candidate | None:
        """What a column most likely is; None where nothing says."""
        found = self.candidates.get(column, ())
        return found[0] if found else None


def place_table(table: FoundTable, synonyms: Synonyms, finders: Finders) -> PlacedTable:
    """What the columns of a table may be."""
    named = _topics_by_name(table, synonyms)
    candidates = {column.name: _candidates(column, named, synonyms, finders) for column in table.columns}
    found = {
        each.concept.domain
        for several in candidates.values()
        for each in several[:1]
        if not each.concept.is_generic and each.concept.variable[2:] in TOPICS and each.score >= 0.9
    }
    return PlacedTable(table, candidates, frozenset(named) | frozenset(found), frozenset(named))


def _topics_by_name(table: FoundTable, synonyms: Synonyms) -> frozenset[str]:
    """The domains that the names of the table say: its upper header level, its sheet, its file."""
    for names in (table.leading, (table.sheet,), (table.name,)):
        found = [match for name in names if name for match in synonyms.held_by(name)]
        best = max((match.quality for match in found), default=0.0)
        if best >= 0.6:
            return frozenset(match.meaning.concept.domain for match in found if match.quality >= best - 0.05)
    return frozenset()


def _candidates(
    column: FoundColumn, named: Collection[str], synonyms: Synonyms, finders: Finders
) -> tuple[Candidate, ...]:
    found: dict[Concept, Candidate] = {}
    for match, text in _matches(column, synonyms):
        score = match.quality + _context(match.meaning, named) + value_score(column, match.meaning, named, finders)
        why = _why(column, match, text)
        candidate = Candidate(match.meaning.concept, match.meaning.verb, round(score, 3), why, match.number)
        old = found.get(candidate.concept)
        if old is None or old.score < candidate.score:
            found[candidate.concept] = candidate
    found = _with_roles(found)
    if max((each.score for each in found.values()), default=0.0) < _BY_VALUES:
        for each in _by_values(column, finders):
            found.setdefault(each.concept, each)
    ordered = sorted(found.values(), key=lambda each: (-each.score, each.concept))
    if not ordered:
        return ()
    least = max(LEAST_SCORE, ordered[0].score - _NEAR_BEST)
    return tuple(each for each in ordered if each.score >= least)


def _with_roles(found: dict[Concept, Candidate]) -> dict[Concept, Candidate]:
    """The candidates; a header with a test and a role of a result (``albumin_norm_range_upper``) is that role of that test."""
    roles = [
        each
        for each in found.values()
        if each.concept.is_generic and each.concept.variable in _ROLES and each.score < _WHOLE
    ]
    results = [
        each
        for each in found.values()
        if each.concept.variable.endswith("ORRES") and each.concept.test and each.score < _WHOLE
    ]
    if not roles or not results:
        return found
    role = max(roles, key=lambda each: each.score)
    kept = {concept: each for concept, each in found.items() if each not in results}
    for result in results:
        domain = result.concept.domain
        concept = Concept(domain, role.concept.name_in(domain), result.concept.test, result.concept.category)
        kept[concept] = replace(role, concept=concept, why=f"{role.why}, {result.why}", score=role.score + 0.01)
    return kept


def _matches(column: FoundColumn, synonyms: Synonyms) -> Iterable[tuple[Match, str]]:
    """The meanings of every text that the column is known by, and that text; a dictionary's word counts as its header."""
    texts = [*column.headers, *([column.label] if column.label and len(column.label) <= 80 else [])]
    number = next((match.number for text in texts[:1] for match in synonyms.matches(text) if match.number), 0)
    for text in texts:
        quality = 1.0 if text in column.headers else _LABEL
        for match in synonyms.matches(text):
            yield replace(match, number=match.number or number, quality=match.quality * quality), text


def _context(meaning: Meaning, named: Collection[str]) -> float:
    domain = meaning.concept.domain
    if not domain:
        return 0.0
    if domain == ANY:
        return _GENERIC if named else 0.0
    if domain in named and domain != "DM":
        return _NAMED_TABLE
    return 0.0 if not named or "DM" in named or domain == "DM" else _OTHER_TABLE


def _by_values(column: FoundColumn, finders: Finders) -> Iterable[Candidate]:
    """What a column may be by its values alone: the terms of one list, two of them at least, and no bare codes."""
    profile = column.profile
    if len(profile.texts) < 2 or profile.are_bare_codes or profile.is_dates or profile.is_numbers:
        return
    for concept in _VALUE_LISTS:
        variable = READ_AS.get(concept.variable, concept.variable)
        share = term_share(column, finders.of(concept.domain, variable, concept.test, concept.category))
        if share is not None and share >= 0.75:
            verb = "term" if variable == concept.variable else "copy"
            yield Candidate(concept, verb, _BY_VALUES * share, "its values alone")


def _why(column: FoundColumn, match: Match, text: str) -> str:
    known = f"like site {match.meaning.source}" if match.meaning.source else "synonym"
    if match.quality < 0.9:
        known = f'near "{match.meaning.header}"'
    if text == column.label and text not in column.headers:
        return f'data dictionary "{text}" ({known})'
    if header_key(text).same != header_key(match.meaning.header).same and match.quality >= 0.9 and not match.number:
        known = f'"{match.meaning.header}"'
    return f'header "{text}" ({known})'


def cdisc_meanings(specs: Specs, headers: Iterable[str]) -> list[Meaning]:
    """Meanings of headers that are names of CDISC variables, ``IT.AESTDAT`` too: CDASH's ``--DAT`` is ``--DTC``."""
    found = []
    for header in dict.fromkeys(headers):
        name = header.strip().removeprefix("IT.").upper()
        # exposure as it was collected becomes exposure
        exposure = f"EX{name[2:]}" if name.startswith("EC") else ""
        names = [
            each[:-3] + "DTC" if each.endswith("DAT") else each.replace("DSTXT", "DOSE") for each in (name, exposure)
        ]
        for variable in (name, *names):
            for domain, spec in specs.sdtm.items():
                known = spec.by_name.get(variable)
                own = domain == "DM" or variable[:2] == domain
                if known is None or not own or variable in ("STUDYID", "DOMAIN", "USUBJID", spec.sequence):
                    continue
                verb = (
                    "date"
                    if known.is_iso_date
                    else "number"
                    if known.is_numeric
                    else "term"
                    if known.codelist
                    else "copy"
                )
                found.append(Meaning(header, Concept(domain, variable), verb, known.label))
    return found
