"""A variable of a SAS dataset with its values, whatever kind of file it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hcc_sdtm.raw.grid import TooManyCellsError, check_extent


class SasFileError(Exception):
    """The file cannot be read. Its text says why, to follow "cannot be read as a SAS file:"."""


@dataclass
class SasColumn:
    """A variable with its values: text, or numbers with the letter of each special missing value (``""``: none)."""

    name: str
    label: str
    format: str
    texts: np.ndarray | None = None
    numbers: np.ndarray = field(default_factory=lambda: np.empty(0))
    letters: np.ndarray | None = None


def object_array(texts: Sequence[str]) -> np.ndarray:
    """An object array of the texts, which numpy would otherwise give a width."""
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


@dataclass
class SasDataset:
    """A dataset: its name, its variables in order, and its number of rows."""

    title: str
    columns: list[SasColumn]
    rows: int


def check_size(title: str, rows: int, columns: int) -> None:
    """Raises SasFileError where a dataset has more cells than a sheet may have."""
    try:
        check_extent(rows + 1, columns, (rows + 1) * columns)
    except TooManyCellsError as failure:
        raise SasFileError(f'the dataset "{title}" is too large: {failure}') from failure
