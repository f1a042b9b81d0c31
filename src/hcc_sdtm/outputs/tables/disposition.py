"""Who was screened, enrolled, treated, left and why."""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.outputs.tables.content import TableContent, as_text, keeps
from hcc_sdtm.outputs.tables.table import Column, Count, Line, Table
from hcc_sdtm.spec.table_list import DispositionLine, DispositionTable

NOT_GIVEN = "Reason not given"


def build_disposition(spec: DispositionTable, content: TableContent) -> Table:
    """The lines that the trial names, each a count of subjects, with percentages of the population."""
    named = [
        name for line in spec.lines for name in (*line.where, *line.where_not, *([line.each] if line.each else []))
    ]
    everyone = content.subjects("", *dict.fromkeys(named))
    subjects = content.subjects(spec.population)
    lines = [
        made for line in spec.lines for made in _lines(line, everyone if line.everyone else subjects, len(subjects))
    ]
    columns = [Column("Subjects", width=1.2), Column(f"n (%)\n(N = {len(subjects)})")]
    return content.table(spec, columns, lines, [])


def _lines(line: DispositionLine, subjects: pd.DataFrame, whole: int) -> list[Line]:
    chosen = subjects[keeps(subjects, line.where) & keeps(subjects, line.where_not, is_kept=False)]
    of = None if line.everyone else whole
    made = [Line((line.label, Count(len(chosen), of)), line.indent)] if line.label else []
    if line.each:
        counts = as_text(chosen[line.each]).value_counts()
        ordered = sorted(counts.items(), key=lambda pair: (pair[0] == "", -pair[1], pair[0]))
        indent = line.indent + (1 if line.label else 0)
        made += [Line((sentence(str(value)) or NOT_GIVEN, Count(int(n), of)), indent) for value, n in ordered]
    return made


def sentence(term: str) -> str:
    """A term of controlled terminology as words: ``LOST TO FOLLOW-UP`` is ``Lost to follow-up``."""
    return term.capitalize() if term.isupper() else term
