"""One table while it is opened: where its options stand, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from unicodedata import normalize

import numpy as np

from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.language.table_options import Table
from hcc_sdtm.mapping.tables.near_column import why_missing
from hcc_sdtm.mapping.tables.site_files import SiteFiles
from hcc_sdtm.mapping.tables.view import View, clean
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source


class UnopenedTable(StudyError):
    """A table cannot be opened. ``view`` has its columns, where they are known, so that rules can be checked against them."""

    def __init__(self, problems: Sequence[Problem], view: View | None = None) -> None:
        super().__init__(problems)
        self.view = view


@dataclass
class TableOpening:
    """What opening one table of a mapping needs, and what it found.

    ``numbers`` gives the study's number by the site's own, cleaned; empty where they are the same.
    """

    name: str
    mapping: SiteMapping
    files: SiteFiles
    numbers: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def table(self) -> Table:
        """The table as the mapping writes it."""
        return self.mapping.head.tables[self.name]

    @property
    def missing(self) -> frozenset[str]:
        """The texts that mean no value at this site, cleaned."""
        return frozenset(clean(text) for text in self.mapping.head.missing) | {""}

    @cached_property
    def subject_pattern(self) -> re.Pattern[str]:
        """What a whole subject number of the site looks like."""
        return re.compile(self.mapping.head.subjects.pattern or ".*", re.DOTALL)

    def study_number(self, text: str) -> str:
        """The study's number of a subject, from the text in the table's column of subjects; ``""`` where it gives none."""
        subjects = self.mapping.head.subjects
        number = self.numbers.get(clean(text), "") if subjects.file else normalize("NFKC", text).strip()
        return subjects.prefix + number if number and self.subject_pattern.fullmatch(number) else ""

    def source(self, *path: str | int) -> Source:
        """The line of an option of the table."""
        return self.mapping.file.source(("tables", self.name, *path))

    def add_problem(self, message: str, *path: str | int) -> None:
        """Something is wrong at an option of the table; the same is said once."""
        problem = Problem(self.source(*path), message)
        if problem not in self.problems:
            self.problems.append(problem)

    def has(self, view: View, columns: Iterable[str], *path: str | int, read_as: str = "") -> bool:
        """Whether the view has the columns; a problem for each that it has not. ``read_as`` is what rules call it."""
        lacks = [column for column in columns if column not in view.texts]
        where = " and ".join(str(Source(*key[:2])) for key in view.parts)
        for column in lacks:
            why = why_missing(column, view, self.mapping, self.files, self.numbers, read_as)
            self.add_problem(f'{where} has no column "{column}"{why}', *path)
        return not lacks

    def add_findings(
        self, view: View, rows: np.ndarray, column: str, rule: str, severity: str, message: Sequence[str] | str
    ) -> None:
        """One finding for each of the rows, at the column's cell."""
        self.files.findings.append(view.findings(rows, column, rule, severity, self.files.site, message))
