"""One column of a dataset by its distinct texts: what a rule says of a value is worked out once for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import format_value


class Column:
    """The distinct values of a column as text (``""``: none), and which of them each record has.

    ``codes`` has a place in ``texts`` for each record.
    """

    def __init__(self, values: pd.Series) -> None:
        found = values.to_numpy()
        if found.dtype == object:
            codes, distinct = pd.factorize(found, use_na_sentinel=False)
            self.texts = [value if type(value) is str else format_value(value) for value in distinct]
        elif isinstance(values.dtype, pd.CategoricalDtype):
            codes, distinct = pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=False)
            self.texts = [format_value(value) for value in distinct]
        else:
            codes, distinct = pd.factorize(found, use_na_sentinel=False)
            self.texts = [format_value(value) for value in distinct.tolist()]
        self.codes: np.ndarray = codes

    @cached_property
    def given(self) -> np.ndarray:
        """Mask of the records with a value; a text of blanks is none."""
        return self.where(lambda text: text.strip() != "")

    @cached_property
    def has_gaps(self) -> bool:
        """Whether any record has no value."""
        return any(not text.strip() for text in self.texts)

    @cached_property
    def is_empty(self) -> bool:
        """Whether no record has a value."""
        return not any(text.strip() for text in self.texts)

    def where(self, test: Callable[[str], bool]) -> np.ndarray:
        """Mask of the records whose text passes the test."""
        answers = [bool(test(text)) for text in self.texts]
        if all(answers):
            return np.ones(len(self.codes), dtype=bool)
        if not any(answers):
            return np.zeros(len(self.codes), dtype=bool)
        mask: np.ndarray = np.array(answers, dtype=bool)[self.codes]
        return mask

    def of(self, convert: Callable[[str], object], dtype: type) -> np.ndarray:
        """What each record's text becomes."""
        made: np.ndarray = np.empty(len(self.texts), dtype=dtype)
        made[:] = [convert(text) for text in self.texts]
        of_records: np.ndarray = made[self.codes]
        return of_records


def combined_codes(columns: list[Column]) -> np.ndarray:
    """A number for each record, equal where the records agree in all the columns."""
    codes = columns[0].codes.astype(np.int64)
    for column in columns[1:]:
        codes = codes * len(column.texts) + column.codes
        codes = pd.factorize(codes)[0]
    return codes
