"""Where a value came from: a cell of a site's file, or a line of a file that a person wrote."""

from __future__ import annotations

from dataclasses import dataclass


def column_letters(column: int) -> str:
    """Spreadsheet letters of a 1-based column number: 1 is A, 28 is AB."""
    letters = ""
    while column > 0:
        column, remainder = divmod(column - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


def column_number(letters: str) -> int:
    """1-based column number of spreadsheet letters: A is 1, AB is 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A place a person can open: ``site_101.xlsx:随访!C7``, ``visits.csv:C7`` or ``mappings/site_101.yaml:14``.

    ``row`` and ``column`` are 1-based and are those a spreadsheet program shows; a CSV file has no ``sheet``.
    A spec file has a ``line`` instead.
    """

    file: str
    sheet: str = ""
    row: int = 0
    column: int = 0
    line: int = 0

    @property
    def cell(self) -> str:
        """The cell's address inside its sheet, ``C7``; empty where the source is a line or a whole file."""
        if not self.row:
            return column_letters(self.column)
        return f"{column_letters(self.column)}{self.row}"

    def __str__(self) -> str:
        if self.line:
            return f"{self.file}:{self.line}"
        place = f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.sheet or self.cell
        return f"{self.file}:{place}" if place else self.file
