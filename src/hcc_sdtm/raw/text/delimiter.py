"""What stands between the fields of a text file, and what around them, from the first of its text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

SAMPLE_CHARACTERS = 1 << 16

_DELIMITERS = "\t,;|^~¦\x1f\x01，"
_NAMES = {
    "\t": "a tab",
    ",": "a comma",
    ";": "a semicolon",
    "|": "a bar",
    "^": "a caret",
    "~": "a tilde",
    "\x1f": "a unit separator",
    "\x01": "a control character",
    "，": "a full-width comma",
    " ": "a space",
}
_SAID = re.compile(r'"?sep=(?P<delimiter>[^"\r\n]|\t)"?(\r\n|\n|\r)', re.IGNORECASE)
_BETWEEN_DIGITS = re.compile(r"(?<=\d),(?=\d)")
_WRAPPED = re.compile(r"'[^']*'")
_COLUMNS_OF_SPACES = re.compile(r"\S {2,}\S")
_QUOTED_WORDS = re.compile(r'"[^"\r\n]*"( "[^"\r\n]*")+[\r\n]')
_GOOD_SHARE = 0.9
_POOR_SHARE = 0.3
_HALF = 0.5
_PROSE = "，"
_FEWEST_ALIGNED = 3


@dataclass(frozen=True)
class Layout:
    """The delimiter and the quote of a text file; ``said`` is the line at its start that names the delimiter.

    ``doubt`` is why another delimiter may be meant, ``""`` where none comes near.
    """

    delimiter: str
    quote: str = '"'
    said: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class _Fit:
    delimiter: str
    share: float
    names_all: bool
    width: int

    @property
    def rank(self) -> tuple[float, bool, float, int]:
        # a broken record more or less must not outweigh a first line that names every column
        return (round(self.share * 20), self.names_all, self.share, self.width)


def find_layout(sample: str) -> Layout:
    """The layout under which most records of ``sample`` have the same number of fields, more than one.

    A first line ``sep=;``, as spreadsheet programs write and read it, settles the delimiter. Without any delimiter it is a
    comma, and each line one field.
    """
    said = _SAID.match(sample)
    if said:
        return Layout(said["delimiter"], said=said[0])
    whole = sample[: sample.rfind("\n") + 1] or sample if len(sample) >= SAMPLE_CHARACTERS else sample
    fits = [fit for fit in (_fit(whole, delimiter) for delimiter in _DELIMITERS) if fit.width > 1]
    fits = [fit for fit in fits if fit.delimiter not in _PROSE or fit.share >= _GOOD_SHARE]
    others = [fit for fit in fits if fit.delimiter != "," and fit.share >= _GOOD_SHARE]
    if others and _is_decimal_comma(whole):
        fits = [fit for fit in fits if fit.delimiter != ","]
    if not fits and _QUOTED_WORDS.match(whole):
        return Layout(" ", doubt="no other sign stands between its quoted names")
    if not fits:
        return Layout(",", doubt=_doubt_of_one_column(whole))
    ordered = sorted(fits, key=lambda fit: fit.rank, reverse=True)
    best = ordered[0]
    rivals = [fit for fit in ordered[1:] if fit.share >= _GOOD_SHARE and fit.names_all and fit.rank[0] >= best.rank[0]]
    doubt = f"{_name(rivals[0].delimiter)} would make {rivals[0].width} fields of the records as well" if rivals else ""
    if best.share < _POOR_SHARE or (best.share < _HALF and not best.names_all):
        doubt = "most of the first lines have other numbers of fields"
    return Layout(best.delimiter, _quote(whole, best.delimiter), doubt=doubt)


def delimiter_name(delimiter: str) -> str:
    """The delimiter in words: ``a tab``."""
    return _name(delimiter)


def _name(delimiter: str) -> str:
    return _NAMES.get(delimiter, f'"{delimiter}"')


def _fit(sample: str, delimiter: str) -> _Fit:
    """How evenly a delimiter splits the sample, with quotes as quotes or as plain text, whichever is more even."""
    if delimiter not in sample:
        return _Fit(delimiter, 0.0, False, 0)
    quoted = _fit_of([len(record) for record in _records(sample, delimiter, csv.QUOTE_MINIMAL)], delimiter)
    if quoted.rank[0] == 20 or '"' not in sample:
        return quoted
    plain = _fit_of([len(record) for record in _records(sample, delimiter, csv.QUOTE_NONE)], delimiter)
    return max(quoted, plain, key=lambda fit: fit.rank[0])


def _fit_of(widths: Sequence[int], delimiter: str) -> _Fit:
    filled = [width for width in widths if width]
    if not filled:
        return _Fit(delimiter, 0.0, False, 0)
    split = Counter(width for width in filled if width > 1)
    if not split:
        return _Fit(delimiter, 0.0, False, 1)
    # of two widths as frequent, the one that comes first
    width, count = max(split.items(), key=lambda item: (item[1], -filled.index(item[0])))
    return _Fit(delimiter, count / len(filled), filled[0] == width, width)


def _records(sample: str, delimiter: str, quoting: int) -> list[list[str]]:
    # a literal type is asked for, and both are plain numbers
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    return list(reader)


def _is_decimal_comma(sample: str) -> bool:
    return len(_BETWEEN_DIGITS.findall(sample)) > 0.8 * sample.count(",") > 0


def _quote(sample: str, delimiter: str) -> str:
    first = next((record for record in _records(sample, delimiter, csv.QUOTE_NONE) if record), [])
    return "'" if len(first) > 1 and all(_WRAPPED.fullmatch(field) for field in first) else '"'


def _doubt_of_one_column(sample: str) -> str:
    aligned = sum(bool(_COLUMNS_OF_SPACES.search(line)) for line in sample.splitlines()[:1000])
    return "its columns seem to be aligned with spaces" if aligned >= _FEWEST_ALIGNED else ""
