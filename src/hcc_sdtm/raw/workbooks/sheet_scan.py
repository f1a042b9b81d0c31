"""What calamine does not say of an xlsx sheet's cells, found in the bytes of the sheet's part while it is unpacked.

The part (ECMA-376 part 1, 18.3) is scanned where it is written in the plain way, as spreadsheet programs do. One that is not
(a namespace prefix, cells without an address or in a row of another number, text with runs struck through, dates as text)
goes through an XML parser instead (`parse_sheet`), which takes several times as long and finds the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import IO

import numpy as np

from hcc_sdtm.raw.grid import FREE_CELLS, StyledCells
from hcc_sdtm.raw.number_format import FULL, NumberFormat
from hcc_sdtm.raw.workbooks.serial_value import UNDATABLE
from hcc_sdtm.raw.workbooks.sheet_facts import CellStyle, SheetFacts
from hcc_sdtm.source import column_letters, column_number

_CHUNK_BYTES = 1 << 22
_BLOCK_BYTES = 1 << 16  # small enough that arrays made of a block stay in the processor's cache
_MOST_IN_A_ROW = 1 << 26
_TAIL_BYTES = 1 << 20
_END = b"</sheetData>"
_ROOT = re.compile(rb"<worksheet[\s>]")
_FORMULA = rb"(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)"
_CELL = rb'<c r="([A-Z]++)([1-9][0-9]*+)"'
_BEFORE_STYLE = rb'(?: (?:t|cm|vm|ph)="[^"]*+")*+'
_ERROR_CELL = re.compile(_CELL + rb'[^>]* t="e"[^>]*>\s*' + _FORMULA + rb"?\s*<v>([^<]+)</v>")
_UNCACHED_CELL = re.compile(_CELL + rb"([^>]*)>\s*" + _FORMULA + rb"\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_SHARED_TEXT_CELL = re.compile(_CELL + rb'[^>]* t="s"[^>]*>\s*<v>([0-9]+)</v>')
_ROW = re.compile(rb'<row(?: r="([0-9]+)")?')
_RARE_TYPE = re.compile(rb' t="[de]"')
_DOUBTFUL_NUMBER = re.compile(rb"<v>(?:-|60)")
_HIDDEN_ROW = re.compile(rb'<row r="([0-9]+)"([^>]* hidden="(?:1|true)"[^>]*)>')
_GROUPED = re.compile(rb' outlineLevel="[1-9]')
_HIDDEN_COLUMNS = re.compile(rb'<col\b(?=[^>]* hidden="(?:1|true)")[^>]*>')
_FILTER_MODE = re.compile(rb'<sheetPr\b[^>]* filterMode="(?:1|true)"')
_FILTER = re.compile(rb'<autoFilter\b[^>]* ref="[$A-Z]+([0-9]+):[$A-Z]+([0-9]+)"[^>]*>\s*<filterColumn')
_ATTRIBUTE = re.compile(r' (\w+)="(\d*)"')
_WHOLE_NUMBER = re.compile(rb"[<:]v>\s*([0-9]{1,9})\s*<")
_LONGEST_VALUE = 1 << 10
_MAX_COLUMN = 16_384
_FIRST_ROWS = 100
LAST_ROW = 1 << 20


class NotPlainError(Exception):
    """A part is not written in the plain way, so that a scan of its bytes would miss something."""


def scan_sheet(
    stream: IO[bytes], styles: Sequence[CellStyle], struck_texts: Mapping[int, bool] | None = None
) -> SheetFacts:
    """Facts of a sheet's part; ``styles`` are by number. Height and width reach the last cell, one that holds nothing too.

    ``struck_texts`` are the shared texts with something struck through, by number: all of the text or (False) a part.
    Raises NotPlainError for a part that must be parsed.
    """
    if styles and styles[0] != CellStyle():
        raise NotPlainError  # cells that name no style have this one, and a scan for styles would not see them
    facts = SheetFacts()
    letters: dict[bytes, int] = {}
    formats = [style.shown for style in styles]
    wanted: dict[bytes, NumberFormat] = {}
    styled_cell = _ERROR_CELL
    undatable_cell = _undatable_cell(formats)
    has_dates = any(shown.shows for shown in formats)
    marked = {b"%d" % number: style for number, style in enumerate(styles) if style.struck or style.unseen}
    marked_cell = _cell_of_style(marked)
    filters: list[tuple[int, int]] = []
    for first, chunk in enumerate(_chunks(stream)):
        if chunk.startswith(_END):
            filters += [(int(top), int(bottom)) for top, bottom in _FILTER.findall(chunk)] or filters
            break
        if first == 0:
            head, sign, cells = chunk.partition(b"<sheetData")
            if not sign or not _ROOT.search(head) or b"<!" in head:
                raise NotPlainError
            facts.hidden_columns = _hidden_columns(head)
            facts.usual = _usual_format(cells, formats)
            wanted = _wanted_formats(formats, facts.usual)
            styled_cell = _cell_of_style(wanted)
            filters = [(1, LAST_ROW)] if _FILTER_MODE.search(head) else []
        else:
            cells = chunk
        tags = _count_tags(cells)
        if tags["!"] or (tags["s"] and b"<strike" in cells):
            raise NotPlainError
        has_errors = _has_errors(cells)
        facts.filled += tags["c"]
        facts.height = max(facts.height, _last_row(cells))
        for rows in (_FIRST_ROWS, LAST_ROW):  # mostly the first rows have a cell in the last column
            names = _last_names(cells, rows)
            facts.width = max(facts.width, max((_number(name, letters) for name in names), default=0))
            if not any(pattern.search(cells) for pattern in _cells_elsewhere(facts.height, facts.width)):
                break
        else:
            raise NotPlainError
        if _has_style(cells, wanted):
            styled: dict[bytes, StyledCells] = {}
            for column, row, number in styled_cell.findall(cells):
                if column not in styled:
                    styled[column] = facts.styled.setdefault(_number(column, letters), StyledCells())
                styled[column].rows.append(int(row))
                styled[column].formats.append(wanted[number])
        if _has_style(cells, marked):
            for column, row, number in marked_cell.findall(cells):
                facts.add_look((int(row), _number(column, letters)), marked[number])
        if struck_texts:
            for column, row, number in _SHARED_TEXT_CELL.findall(cells):
                if int(number) in struck_texts:
                    facts.struck[int(row), _number(column, letters)] = struck_texts[int(number)]
        if has_errors:
            for column, row, text in _ERROR_CELL.findall(cells):
                facts.errors[int(row), _number(column, letters)] = text.decode()
        for before, place in _doubtful_numbers(cells) if has_dates else ():
            cell = undatable_cell.match(cells, max(cells.rfind(b"<c ", before, place), 0))
            if cell and b' t="' not in cell["rest"].replace(b' t="n"', b""):
                facts.undatable[int(cell[2]), _number(cell[1], letters)] = cell["number"].decode()
        if tags["f"]:
            facts.uncached += [
                (int(row), _number(column, letters))
                for column, row, rest in _UNCACHED_CELL.findall(cells)
                if b' t="str"' not in rest
            ]
        if b' hidden="' in cells:
            for row, rest in _HIDDEN_ROW.findall(cells):
                facts.hidden_rows.add(int(row))
                if _GROUPED.search(rest):
                    facts.grouped_rows.add(int(row))
    facts.filter_rows(filters)
    return facts


def whole_numbers(stream: IO[bytes], below: int) -> Iterator[int]:
    """Values of a sheet's cells that are whole numbers below a number, those of shared texts among them."""
    rest = b""
    while data := stream.read(_CHUNK_BYTES):
        data = rest + data
        cut = data.rfind(b"<") + 1
        yield from (number for text in _WHOLE_NUMBER.findall(data, 0, cut) if (number := int(text)) < below)
        rest = data[cut - 1 :][-_LONGEST_VALUE:]


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces of some megabytes, cut between rows; what follows its cells begins with `_END`."""
    rest = b""
    while data := stream.read(_CHUNK_BYTES):
        data = rest + data
        end = data.find(_END)
        if end >= 0:
            yield data[:end]
            yield data[end:] + stream.read(_TAIL_BYTES)
            return
        cut = data.rfind(b"</row>") + len(b"</row>")
        if cut < len(b"</row>"):
            rest = data
            if len(rest) > _MOST_IN_A_ROW:
                raise NotPlainError
            continue
        yield data[:cut]
        rest = data[cut:]
    yield rest


def _cell_of_style(numbers: Mapping[bytes, object]) -> re.Pattern[bytes]:
    return re.compile(_CELL + _BEFORE_STYLE + b' s="(' + (b"|".join(numbers) or b"(?!)") + b')"')


def _undatable_cell(formats: Sequence[NumberFormat]) -> re.Pattern[bytes]:
    """A cell under a date's or a time's format with a number that may be no date."""
    styles = b"|".join(
        str(number).encode() for number, shown in enumerate(formats) if shown.shows and not shown.elapsed
    )
    rest = rb'(?P<rest>[^>]* s="(?:' + (styles or b"(?!)") + rb')"[^>]*)>\s*'
    return re.compile(_CELL + rest + _FORMULA + rb"?\s*<v>(?P<number>" + UNDATABLE.pattern.encode() + rb")</v>")


def _cells_elsewhere(row: int, column: int) -> Iterator[re.Pattern[bytes]]:
    """Patterns of a cell below a row, right of a column, or whose address is not written in the plain way.

    The first, which is quick, finds one by its column, and by the length and the first digit of its row; the second is exact,
    and there where the first would let through a rectangle that costs too much.
    """
    digits, letters = str(max(row, 1)), column_letters(max(column, 1)).encode()
    shorter = b"|[1-9][0-9]{0,%d}" % (len(digits) - 2) if len(digits) > 1 else b""
    rows = b"(?:[1-%b][0-9]{%d}" % (digits[:1].encode(), len(digits) - 1) + shorter + b")"
    yield re.compile(rb'<c(?! r="' + _not_greater(letters) + rows + b'")')
    if (int(digits[0]) + 1) * 10 ** (len(digits) - 1) * column > 4 * FREE_CELLS:
        yield re.compile(rb'<c r="[A-Z]+' + _greater(digits.encode()))


def _not_greater(letters: bytes) -> bytes:
    """A pattern of the letters of a column and of those before it."""
    patterns = [b"[A-Z]{1,%d}" % (len(letters) - 1)] if len(letters) > 1 else []
    for place, letter in enumerate(letters):
        last = letter if place == len(letters) - 1 else letter - 1
        if last >= ord("A"):
            patterns.append(letters[:place] + b"[A-%c][A-Z]{%d}" % (last, len(letters) - place - 1))
    return b"(?:" + b"|".join(patterns) + b")"


def _greater(digits: bytes) -> bytes:
    """A pattern of a row's number that is greater than one."""
    patterns = [b"[0-9]{%d,}" % (len(digits) + 1)]
    for place, digit in enumerate(digits):
        if digit < ord("9"):
            patterns.append(digits[:place] + b"[%c-9][0-9]{%d}" % (digit + 1, len(digits) - place - 1))
    return b"(?:" + b"|".join(patterns) + b")"


def _count_tags(cells: bytes) -> dict[str, int]:
    """How many tags begin with each letter that matters: cells, formulas, runs struck through, and what is no element.

    Counted in arrays, as most tags begin with none but the first of them, and a search would stop at every one.
    """
    signs = np.frombuffer(cells, dtype=np.uint8)
    counts = dict.fromkeys("cfs!", 0)
    for start in range(0, len(signs), _BLOCK_BYTES):
        block = signs[start : start + _BLOCK_BYTES + 1]
        first_letters = block[1:] * (block[:-1] == ord("<"))
        for letter in counts:
            counts[letter] += int(np.count_nonzero(first_letters == ord(letter)))
    return counts


def _has_errors(cells: bytes) -> bool:
    """Whether there are error cells. Raises NotPlainError for dates as text, which are none by their format."""
    if not _RARE_TYPE.search(cells):
        return False
    if b' t="d"' in cells:
        raise NotPlainError
    return True


def _has_style(cells: bytes, numbers: Collection[bytes]) -> bool:
    """Whether a cell has one of the styles."""
    return bool(numbers) and re.search(rb' s="(?:' + b"|".join(numbers) + rb')"', cells) is not None


def _doubtful_numbers(cells: bytes) -> list[tuple[int, int]]:
    """Places of numbers that may be no date, after that of the one before (0 for the first): negative ones first."""
    places = [found.start() for found in _DOUBTFUL_NUMBER.finditer(cells)]
    return sorted(pairwise([0, *places]), key=lambda pair: cells[pair[1] + 3] != ord("-"))


def _hidden_columns(head: bytes) -> set[int]:
    tags = (dict(_ATTRIBUTE.findall(tag.decode())) for tag in _HIDDEN_COLUMNS.findall(head))
    return {column for attributes in tags for column in column_span(attributes)}


def _usual_format(chunk: bytes, formats: Sequence[NumberFormat]) -> NumberFormat:
    """The date format met most often, among those under which no cell needs a second look."""
    counts: dict[NumberFormat, int] = {}
    for number, shown in enumerate(formats):
        if shown.shows and not shown.hides_year:
            counts[shown] = counts.get(shown, 0) + chunk.count(b' s="%d"' % number)
    return max(counts, key=lambda shown: counts[shown], default=FULL)


def _wanted_formats(formats: Sequence[NumberFormat], usual: NumberFormat) -> dict[bytes, NumberFormat]:
    """Formats whose cells must be found, by style number."""
    return {
        str(number).encode(): shown
        for number, shown in enumerate(formats)
        if shown != usual and (shown.shows or shown.template)
    }


def _last_row(cells: bytes) -> int:
    """The last row's number. Raises NotPlainError for a row without a number."""
    numbers = _ROW.findall(cells)
    if b"" in numbers:
        raise NotPlainError
    return max(map(int, numbers), default=0)


def _last_names(cells: bytes, rows: int) -> set[bytes]:
    """The letters of the last cell of each of the first rows."""
    starts = [row.start() for row in islice(_ROW.finditer(cells), rows + 1)]
    ends = [*starts[1:], len(cells)] if len(starts) <= rows else starts[1:]
    places = [cells.rfind(b'<c r="', start, end) for start, end in zip(starts, ends, strict=False)]
    return {cells[place + 6 : place + 9].rstrip(b'0123456789"') for place in places if place >= 0}


def _number(name: bytes, letters: dict[bytes, int]) -> int:
    if name not in letters:
        letters[name] = column_number(name.decode())
    return letters[name]


def column_span(attributes: Mapping[str, str]) -> range:
    """Columns that a ``col`` element is about."""
    first, last = int(attributes.get("min") or 1), int(attributes.get("max") or 0)
    return range(first, min(last, _MAX_COLUMN) + 1)
