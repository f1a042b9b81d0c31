"""Turns the questions of a run into the lines of workbooks, in the language of each site."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from hcc_sdtm.outputs.queries.column_uses import ColumnUse, column_uses, read_name
from hcc_sdtm.outputs.queries.found import Question
from hcc_sdtm.outputs.queries.moved import MovedRow, moved_lines
from hcc_sdtm.outputs.queries.query_line import QueryLine
from hcc_sdtm.outputs.queries.site_files import SiteFolder
from hcc_sdtm.outputs.queries.texts import QueryTexts, site_language
from hcc_sdtm.outputs.queries.touched import EndpointNeeds, endpoint_needs
from hcc_sdtm.outputs.queries.words import WORDS, Words, format_mark
from hcc_sdtm.register.queries import Query
from hcc_sdtm.source import Source
from hcc_sdtm.spec.study import Study

MOST_ENDPOINTS = 3
"""Endpoints that a query names, in the order of the trial's list; a date of death touches nearly all."""

MOST_CELLS = 10
"""Further cells that a query names; all of them are coloured."""


@dataclass
class Wording:
    """The words for the questions of one run; ``language`` ``""`` is that of each site's country."""

    study: Study
    folders: Mapping[str, SiteFolder]
    language: str
    moved: Mapping[str, Sequence[MovedRow]] = field(default_factory=dict)
    """What the answers to each question move, by its rank."""

    def __post_init__(self) -> None:
        self._needs: EndpointNeeds = endpoint_needs(self.study)
        self._uses: dict[str, list[ColumnUse]] = {}
        self._texts: dict[str, QueryTexts] = {}
        self._headers: dict[tuple[str, str, str], list[tuple[str, dict[int, str]]]] = {}

    def words(self, site: str) -> Words:
        """The words of a site's language."""
        return WORDS[self._language(site)]

    def line(self, question: Question, query: Query) -> QueryLine:
        """The question as its workbook shows it, with what was answered before."""
        language = self._language(question.site)
        words = WORDS[language]
        texts = self._texts.setdefault(language, QueryTexts(language, self.study.specs))
        said = texts.text_of(question.first, bool(query.hidden))
        others = [texts.text_of(other, bool(query.hidden)).seen for other in question.others]
        cell = question.cell
        shown = {
            "number": query.number,
            "file": cell.file,
            "sheet": cell.sheet,
            "cell": cell.cell,
            "subject": question.first["subject"],
            "seen": "\n".join([said.seen, *(f"{words.also}{other}" for other in others), *_further(question, words)]),
            "matters": said.matters,
            "endpoints": self._moved_and_touched(question, words),
            "expected": said.expected,
            "state": words.state(query.state),
            "answer": words.answer(query.answer),
            "new_value": query.new_value,
            "comment": query.comment,
            "answered_by": query.answered_by,
            "answered": query.answered,
            "key": format_mark(self.study.study_id, query.key, query.rounds),
        }
        return QueryLine(shown, question.first["severity"], question.cells)

    def _language(self, site: str) -> str:
        return self.language or site_language(self.folders[site].mapping.head.country)

    def _moved_and_touched(self, question: Question, words: Words) -> str:
        """What the answers move, and the endpoints touched; the lesions behind a response touch none by themselves."""
        moved, touched = moved_lines(self.moved.get(question.rank, ()), words), self._endpoints(question, words)
        return "\n".join(moved if moved and touched == words.no_endpoint else [*moved, touched])

    def _endpoints(self, question: Question, words: Words) -> str:
        every = [endpoint.id for endpoint in self.study.endpoints.endpoints]
        touched: set[str] = set()
        for finding in (question.first, *question.others):
            touched.update(self._touched(question, finding))
        if not touched:
            return words.no_endpoint
        if len(touched) == len(every):
            return words.every_endpoint
        labels = [self._needs.label(endpoint) for endpoint in every if endpoint in touched]
        more = len(labels) - MOST_ENDPOINTS
        shown = labels if more <= 1 else [*labels[:MOST_ENDPOINTS], words.more.format(count=more)]
        return words.separator.join(shown)

    def _touched(self, question: Question, finding: Mapping[str, str]) -> Collection[str]:
        if finding["dataset"]:
            return self._needs.touched(finding["dataset"], finding["variable"], finding["keys"])
        touched: set[str] = set()
        for use in self._uses_of(question, finding):
            touched.update(self._needs.touched(use.dataset, use.variable, use.keys))
        return touched

    def _uses_of(self, question: Question, finding: Mapping[str, str]) -> list[ColumnUse]:
        """What the mapping makes of the cell: of its column, or of the row where no variable is made of the column."""
        folder, cell = self.folders[question.site], question.cell
        uses = self._uses.setdefault(question.site, column_uses(folder.mapping))
        names = {
            table: finding["variable"] or read_name(folder.mapping, table, headers.get(cell.column, ""))
            for table, headers in self._headers_of(question.site, cell)
            if finding["table"] in ("", table)
        }
        of_column = [use for use in uses if use.column and names.get(use.table) == use.column]
        is_row = cell.column == 1 and not finding["variable"]
        return of_column if of_column and not is_row else [use for use in uses if not use.column and use.table in names]

    def _headers_of(self, site: str, cell: Source) -> list[tuple[str, dict[int, str]]]:
        """The tables on a cell's sheet, each with its headers by column."""
        place = (site, cell.file, cell.sheet)
        if place not in self._headers:
            folder = self.folders[site]
            sheet = next(each for each in folder.sheets(cell.file) if each.sheet == cell.sheet)
            self._headers[place] = [
                (table, {at: name for name, at in raw.positions.items()}) for table, raw in folder.raw_tables(sheet)
            ]
        return self._headers[place]


def _further(question: Question, words: Words) -> list[str]:
    """The further cells of a question in one line, the first ones of many; none where it has one cell."""
    first, *others = question.cells
    same = (first.file, first.sheet)
    shown = [
        cell.cell if (cell.file, cell.sheet) == same else f"{cell.sheet or cell.file}!{cell.cell}" for cell in others
    ]
    more = [words.more.format(count=len(shown) - MOST_CELLS)] if len(shown) > MOST_CELLS else []
    return [words.further + words.separator.join([*shown[:MOST_CELLS], *more])] if shown else []
