"""What the values of a column say of a meaning that its header gives it: much against what they cannot be."""

from __future__ import annotations

from collections.abc import Collection

from hcc_sdtm.drafting.export.found_tables import FoundColumn
from hcc_sdtm.drafting.knowledge.concept import ANY, Concept
from hcc_sdtm.drafting.knowledge.finders import Finders
from hcc_sdtm.drafting.knowledge.header_key import plain
from hcc_sdtm.drafting.knowledge.synonyms import Meaning
from hcc_sdtm.drafting.knowledge.terms import TermFinder, read_term_synonyms

READ_AS = {"SSORRES": "SSSTRESC", "RSORRES": "RSSTRESC", "TRORRES": "TRSTRESC", "PRTRT": "PRDECOD"}
"""The variable whose terms the texts of a copied column are read as."""

_RIGHT, _OTHER, _WRONG = 0.1, -0.5, -1.0
_UNJUDGED = ("ignore", "identifying", "hospital", "subject", "comment")


def value_score(column: FoundColumn, meaning: Meaning, named: Collection[str], finders: Finders) -> float:
    """What the values say of a meaning: nothing where there are none, much against one that they cannot have."""
    profile = column.profile
    if profile.is_empty or meaning.verb in _UNJUDGED:
        return 0.0
    match meaning.verb:
        case "date":
            return _RIGHT if profile.is_dates else 0.0 if profile.date_share >= 0.3 else _WRONG
        case "number":
            return _RIGHT if profile.is_numbers else 0.0 if profile.number_share >= 0.3 else _WRONG
    if profile.is_dates and profile.date_share > profile.number_share:
        return _WRONG
    share = term_share(column, _finder(meaning.concept, named, finders))
    if meaning.concept.variable.endswith(("TRT", "TERM")) and _answers_yes_or_no(column):
        return _OTHER
    if meaning.verb in ("term", "flag"):
        if share is None:
            return 0.0
        is_coded = profile.are_bare_codes and not column.codes
        return _RIGHT * share if share > 0 else 0.0 if is_coded else _OTHER
    if meaning.concept.variable in READ_AS and share is not None:
        is_coded = profile.are_bare_codes and not column.codes
        return _RIGHT * share if share > 0 or is_coded else _OTHER
    return 0.0


def _answers_yes_or_no(column: FoundColumn) -> bool:
    """Whether the values only say whether there was one, not which."""
    answers = read_term_synonyms()["NY"]
    texts = [plain(column.codes.get(text, text)) for text in column.profile.texts]
    return 0 < len(texts) <= 4 and all(text in answers for text in texts)


def _finder(concept: Concept, named: Collection[str], finders: Finders) -> TermFinder:
    variable = READ_AS.get(concept.variable, concept.variable)
    domains = [concept.domain] if not concept.is_generic else [*sorted(named), ANY]
    for domain in domains:
        found = finders.of(domain, Concept(ANY, variable).name_in(domain), concept.test, concept.category)
        if not found.is_open:
            return found
    return finders.of(ANY, variable, concept.test, concept.category)


def term_share(column: FoundColumn, finder: TermFinder) -> float | None:
    """Share of the column's distinct values that have a term; None where no terms are known or there are no values."""
    texts = column.profile.texts[:50]
    if finder.is_open or not texts:
        return None
    return sum(finder.find(text, column.codes.get(text, "")) is not None for text in texts) / len(texts)
