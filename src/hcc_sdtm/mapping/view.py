"""The rows of one table of a mapping: text columns over rows, each value with its cell.

``items`` tells which sheet and which unpivot item a row comes from; with the raw row it gives the column of every value.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Origins
from hcc_sdtm.finding import build_findings
from hcc_sdtm.mapping.verbs import SUBJECT
from hcc_sdtm.raw.table import ERROR_TEXTS

TableKey = tuple[str, str, tuple[int, ...]]
"""Which sheet under which header: file, sheet, header rows."""


def clean(text: str) -> str:
    """A text for comparing: surrounding space cut, full-width characters half-width, lower case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


@dataclass
class View:
    """The rows of one table of a mapping.

    ``texts`` gives each column's text by row; ``positions`` its 1-based spreadsheet columns, one tuple an item (or a
    single one for every item); a column without positions stands in no cell (an unpivot key).
    """

    name: str
    texts: dict[str, np.ndarray]
    positions: dict[str, tuple[tuple[int, ...], ...]]
    rows: np.ndarray
    items: np.ndarray
    origins: Origins
    missing: Collection[str]
    parts: tuple[TableKey, ...]
    items_each: int
    hidden: frozenset[str] = frozenset()
    """Columns that are identifying: no rule may read them, and no message may name one that it was not given."""

    date_system: str = ""
    """The year that the workbook's day numbers count from, ``1900`` or ``1904``; ``""`` where nothing says."""

    distinct: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def factorized(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Codes and distinct texts of a column; surrounding space is cut, declared missing texts and errors are ``""``."""
        if column not in self.distinct:
            codes, typed = pd.factorize(self.texts[column])
            trimmed = np.array([str(text).strip() for text in typed], dtype=object)
            trimmed[[clean(text) in self.missing or text in ERROR_TEXTS for text in trimmed]] = ""
            recoded, texts = pd.factorize(trimmed)
            self.distinct[column] = (recoded[codes] if len(codes) else codes, np.asarray(texts, dtype=object))
        return self.distinct[column]

    def values(self, column: str, rows: np.ndarray) -> np.ndarray:
        """The trimmed text of a column at some rows."""
        codes, texts = self.factorized(column)
        return texts[codes[rows]] if len(rows) else np.empty(0, dtype=object)

    @property
    def named(self) -> list[str]:
        """The columns that a message may propose."""
        return [column for column in self.texts if column not in self.hidden]

    def lacking(self, column: str) -> list[TableKey]:
        """The stacked sheets without a column that others have."""
        places, each = self.positions[column], self.items_each
        if len(places) <= 1:
            return []
        return [key for at, key in enumerate(self.parts) if not any(places[at * each : (at + 1) * each])]

    def columns_at(self, column: str, item: int) -> tuple[int, ...]:
        """1-based spreadsheet columns of a column's value for one item."""
        places = self.positions[column]
        return places[item if len(places) > 1 else 0] if places else ()

    def cells(self, rows: Iterable[int], column: str) -> tuple[list[str], list[str]]:
        """Source and typed text of a column at some rows, as texts."""
        sources, typed = [], []
        for row in rows:
            places = self.columns_at(column, int(self.items[row]))
            source, text = self.origins.cells(int(self.rows[row]), places)[0]
            sources.append(str(source))
            typed.append(text if places else "")
        return sources, typed

    def findings(
        self,
        rows: np.ndarray,
        column: str,
        rule: str,
        severity: str,
        site: str,
        message: Sequence[str] | str,
        variable: str = "",
        dataset: str = "",
        expected: Sequence[str] | str = "",
    ) -> pd.DataFrame:
        """One finding for each row, at the cell of the column."""
        sources, typed = self.cells(rows, column)
        subject = self.texts[SUBJECT][rows] if SUBJECT in self.texts else ""
        return build_findings(
            rule,
            severity,
            len(rows),
            message=message,
            site=site,
            table=self.name,
            subject=subject,
            dataset=dataset,
            variable=variable or column,
            expected=expected,
            source=sources,
            typed=typed,
        )

    def keep(self, mask: np.ndarray) -> View:
        """The view with the rows of the mask only."""
        texts = {column: text[mask] for column, text in self.texts.items()}
        return replace(self, texts=texts, rows=self.rows[mask], items=self.items[mask], distinct={})
