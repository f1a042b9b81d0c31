"""A site's reviewed dictionary: which controlled term each of its own spellings stands for, as someone has signed.

One CSV file or more beside the mapping, with the columns ``list, typed, term, reviewed_by, reviewed_on``. A list is a
codelist, a variable, or a name that the mapping's rules use. A line that nobody has reviewed is a proposal: never applied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hcc_sdtm.dates import PartialDate
from hcc_sdtm.mapping.tables.view import clean
from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.csv_file import read_csv_file
from hcc_sdtm.spec.model import Codelist, Specs

COLUMNS = ("list", "typed", "term", "reviewed_by", "reviewed_on")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a dictionary."""

    list: str
    typed: str
    term: str
    is_reviewed: bool
    source: Source


@dataclass(frozen=True)
class TermDictionary:
    """The lines of a site's dictionary, by list and by cleaned text: those that are reviewed, and the proposals."""

    reviewed: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    proposed: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    """Every list with a line."""

    @property
    def entries(self) -> Iterator[Entry]:
        """Every line that can be applied."""
        for by_text in self.reviewed.values():
            yield from by_text.values()

    def term(self, lists: Sequence[str], folded: str) -> Entry | None:
        """The reviewed line for a cleaned text, in the first of the lists that has one."""
        return _first(self.reviewed, lists, folded)

    def proposal(self, lists: Sequence[str], folded: str) -> Entry | None:
        """The line for a cleaned text that nobody has reviewed."""
        return _first(self.proposed, lists, folded)


def _first(lines: Mapping[str, Mapping[str, Entry]], lists: Sequence[str], folded: str) -> Entry | None:
    return next((lines[name][folded] for name in lists if folded in lines.get(name, ())), None)


def read_dictionary(
    files: Sequence[tuple[Path, str]], specs: Specs, own_lists: Collection[str], problems: list[Problem]
) -> TermDictionary:
    """The dictionary in some files, each a path and the name that sources print; ``own_lists`` are those that rules name.

    Wrong, and added to ``problems``: a file that is no such table, a list that does not exist, a reviewed line without a
    term or with one that its closed codelist does not have, a text with two terms in one list.
    """
    reviewed: dict[str, dict[str, Entry]] = {}
    proposed: dict[str, dict[str, Entry]] = {}
    unknown: dict[str, list[Entry]] = {}
    variables = sorted({name for dataset in specs.sdtm.values() for name in dataset.by_name})
    known = {*specs.codelists, *variables, *own_lists}
    for path, name in files:
        for entry in _read_entries(path, name, problems):
            if entry.list not in known:
                unknown.setdefault(entry.list, []).append(entry)
                continue
            problems += _term_problems(entry, _codelists(specs, entry.list))
            lines = (reviewed if entry.is_reviewed else proposed).setdefault(entry.list, {})
            first = lines.setdefault(clean(entry.typed), entry)
            if entry.is_reviewed and first.term != entry.term:
                message = f'"{entry.typed}" of {entry.list} stands for "{first.term}" already, on {first.source}'
                problems.append(Problem(entry.source, message))
    for listed, (first, *others) in unknown.items():
        hint = nearest(listed, [*own_lists, *specs.codelists, *variables])
        hint += f" (and {len(others)} more lines)" if others else ""
        problems.append(Problem(first.source, f'no codelist, variable or list of a rule "{listed}"{hint}'))
    return TermDictionary(reviewed, proposed, tuple(dict.fromkeys([*reviewed, *proposed, *unknown])))


def _read_entries(path: Path, name: str, problems: list[Problem]) -> Iterator[Entry]:
    found: list[Problem] = []
    table = read_csv_file(path, found, COLUMNS, None)
    problems += [replace(problem, source=replace(problem.source, file=name)) for problem in found]
    for row in table.rows:
        source = replace(row.source, file=name)
        if not row["list"] or not row["typed"]:
            problems.append(Problem(source, "list and typed must both be given"))
            continue
        if row["reviewed_on"] and not _is_day(row["reviewed_on"]):
            problems.append(Problem(source, f'reviewed_on "{row["reviewed_on"]}" is no day such as 2021-03-05'))
        if row["reviewed_on"] and not row["reviewed_by"]:
            problems.append(
                Problem(source, "reviewed_on without reviewed_by; a line counts once someone has signed it")
            )
        if row["reviewed_by"] and not row["term"]:
            problems.append(Problem(source, f'"{row["typed"]}" is reviewed and has no term'))
        yield Entry(row["list"], row["typed"], row["term"], bool(row["reviewed_by"]), source)


def _is_day(text: str) -> bool:
    try:
        return PartialDate.from_iso(text).is_complete
    except ValueError:
        return False


def _codelists(specs: Specs, name: str) -> list[Codelist]:
    """The codelist of that name, or those of the variable of that name."""
    if name in specs.codelists:
        return [specs.codelists[name]]
    by_value = [level.codelist for level in specs.valuelevel if level.variable == name]
    own = [dataset.by_name[name].codelist for dataset in specs.sdtm.values() if name in dataset.by_name]
    return [specs.codelists[each] for each in dict.fromkeys([*own, *by_value]) if each]


def _term_problems(entry: Entry, codelists: Sequence[Codelist]) -> Iterator[Problem]:
    yield from unknown_terms([(entry.term, entry.source)] if entry.term else [], codelists)


def unknown_terms(terms: Iterable[tuple[str, Source]], codelists: Sequence[Codelist]) -> Iterator[Problem]:
    """A problem for each term, with the place it stands in, that closed codelists do not have; none where one is open."""
    if not codelists or any(codelist.extensible for codelist in codelists):
        return
    allowed = {term for codelist in codelists for term in codelist.terms}
    names = "/".join(codelist.name for codelist in codelists)
    for term, source in terms:
        if term not in allowed:
            by_synonym = [codelist.by_folded.get(term.casefold()) for codelist in codelists]
            meant = next(filter(None, by_synonym), None)
            hint = f'; did you mean "{meant}"?' if meant else nearest(term, allowed)
            yield Problem(source, f'"{term}" is not a term of {names}{hint}')
