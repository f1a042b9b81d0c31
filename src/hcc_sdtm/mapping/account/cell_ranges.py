"""Many cells named in few words: ``C7, C9:C12``."""

from __future__ import annotations

import numpy as np

from hcc_sdtm.source import column_letters

MOST_RANGES = 40
"""Ranges that one message names; a person goes to the file's own filter for more."""


def runs(wanted: np.ndarray, among: np.ndarray) -> list[tuple[int, int]]:
    """First and last number of each stretch of ``wanted`` numbers with no other of ``among`` between; both ascending.

    Numbers that are in neither may lie inside a stretch: empty rows interrupt nothing.
    """
    if not len(wanted):
        return []
    at = np.searchsorted(among, wanted)
    breaks = np.flatnonzero(np.diff(at) > 1)
    firsts, lasts = np.append(0, breaks + 1), np.append(breaks, len(wanted) - 1)
    return list(zip(wanted[firsts].tolist(), wanted[lasts].tolist(), strict=True))


def cell_ranges(column: int, wanted: np.ndarray, among: np.ndarray, most: int = MOST_RANGES) -> str:
    """The wanted 1-based rows of a 1-based column as ``C7, C9:C12``; ``among`` are all its filled rows.

    Beyond ``most`` ranges only how many more cells there are, and the last.
    """
    return _text(column_letters(column), wanted, among, most)


def row_ranges(wanted: np.ndarray, among: np.ndarray, most: int = MOST_RANGES) -> str:
    """The wanted 1-based rows as ``7, 9:12``; ``among`` are all filled rows."""
    return _text("", wanted, among, most)


def _text(letters: str, wanted: np.ndarray, among: np.ndarray, most: int) -> str:
    stretches = runs(wanted, among)
    named = [
        f"{letters}{first}" if first == last else f"{letters}{first}:{letters}{last}"
        for first, last in stretches[:most]
    ]
    text = ", ".join(named)
    if len(stretches) > most:
        more = int((wanted > stretches[most - 1][1]).sum())
        text += f" and {more:,} more, the last {letters}{stretches[-1][1]}"
    return text
