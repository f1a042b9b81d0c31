"""The styles of an xlsb file (MS-XLSB 2.2.6.1): what each does to a cell's value, and which fonts are struck through."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from hcc_sdtm.raw.number_format import BUILT_IN_FORMATS, parse_number_format, shows_nothing
from hcc_sdtm.raw.workbooks.sheet_facts import CellStyle
from hcc_sdtm.raw.workbooks.xlsb_records import wide_string
from hcc_sdtm.raw.workbooks.xlsx_styles import RESERVED_FILLS, UNSEEN_COLOUR, UNSEEN_FORMAT, WHITE, known_colour

_FORMAT, _FONT, _FILL, _STYLE, _STYLES_BEGIN, _STYLES_END = 44, 43, 45, 47, 617, 618
_STRUCK = 0x08
_FONT_COLOUR_AT, _FILL_COLOUR_AT = 12, 4
_NO_FILL, _SOLID_FILL = 0, 1
_COLOUR_KINDS = {1: "indexed", 2: "rgb", 3: "theme"}


@dataclass
class Styles:
    """Cell styles by number, and whether each font is struck through."""

    cells: list[CellStyle] = field(default_factory=list)
    struck_fonts: list[bool] = field(default_factory=list)


def read_styles(records: Iterable[tuple[int, bytes]]) -> Styles:
    """The styles in the records of their part."""
    found = Styles()
    codes = dict(BUILT_IN_FORMATS)
    colours: list[str] = []
    fills: list[str] = []
    inside = False
    for kind, content in records:
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", content)[0]] = wide_string(content, 2)[0]
        elif kind == _FONT:
            found.struck_fonts.append(bool(content[2] & _STRUCK))
            colours.append(_colour(content, _FONT_COLOUR_AT))
        elif kind == _FILL:
            pattern = struct.unpack_from("<I", content)[0]
            solid = _colour(content, _FILL_COLOUR_AT) if pattern == _SOLID_FILL else ""
            fills.append(WHITE if pattern == _NO_FILL else solid)
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            inside = kind == _STYLES_BEGIN
        elif kind == _STYLE and inside:
            number, font, fill = struct.unpack_from("<HHH", content, 2)
            code = codes.get(number, "General")
            background = [*RESERVED_FILLS, *fills[len(RESERVED_FILLS) :]][fill]
            is_same = colours[font] != "" and colours[font] == background
            unseen = UNSEEN_FORMAT if shows_nothing(code) else UNSEEN_COLOUR if is_same else ""
            found.cells.append(CellStyle(parse_number_format(code), found.struck_fonts[font], unseen))
    return found


def _colour(content: bytes, at: int) -> str:
    """A colour as the styles of an xlsx file name it."""
    flags, index, tint = struct.unpack_from("<BBh", content, at)
    kind = _COLOUR_KINDS.get(flags >> 1, "")
    if kind == "rgb":
        return content[at + 4 : at + 7].hex().upper()
    return known_colour(kind, str(index), float(tint))
