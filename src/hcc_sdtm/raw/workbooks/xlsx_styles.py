"""The styles of an xlsx file (ECMA-376 part 1, 18.8): what each does to a cell's value.

Colours are compared as the file names them; a theme's other colours than its background and text are not looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from hcc_sdtm.raw.number_format import BUILT_IN_FORMATS, parse_number_format, shows_nothing
from hcc_sdtm.raw.workbooks.sheet_facts import CellStyle
from hcc_sdtm.raw.workbooks.xml_part import elements, is_on, local_name

UNSEEN_COLOUR = "its colour is that of the cell's background"
UNSEEN_FORMAT = "its number format shows nothing"

WHITE = "FFFFFF"
RESERVED_FILLS = (WHITE, "")
"""The first two fills, none and a pattern, which spreadsheet programs take as such whatever the file says."""

_PALETTE = ("000000", WHITE, "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF")
_SYSTEM_COLOURS = {"64": "000000", "65": WHITE}
_THEME_COLOURS = {"0": WHITE, "1": "000000"}


def read_cell_styles(styles: ElementTree.Element) -> tuple[CellStyle, ...]:
    """What each cell style does, in the order of their numbers."""
    codes = dict(BUILT_IN_FORMATS)
    for element in elements(styles, "numFmt"):
        if re.fullmatch(r"\d+", element.get("numFmtId", "")):
            codes[int(element.get("numFmtId", ""))] = element.get("formatCode", "")
    fonts = [(_is_struck(font), _colour(font)) for font in _entries(styles, "fonts")]
    fills = [*RESERVED_FILLS, *(_background(fill) for fill in list(_entries(styles, "fills"))[len(RESERVED_FILLS) :])]
    found = []
    for style in _entries(styles, "cellXfs"):
        code = codes.get(int(style.get("numFmtId", "0")), "General")
        font, fill = int(style.get("fontId", "0")), int(style.get("fillId", "0"))
        struck, colour = fonts[font] if font < len(fonts) else (False, "")
        background = fills[fill] if fill < len(fills) else WHITE
        unseen = UNSEEN_FORMAT if shows_nothing(code) else UNSEEN_COLOUR if colour and colour == background else ""
        found.append(CellStyle(parse_number_format(code), struck, unseen))
    return tuple(found)


def _entries(styles: ElementTree.Element, name: str) -> Iterable[ElementTree.Element]:
    lists = [element for element in styles if local_name(str(element.tag)) == name]
    return lists[0] if lists else ()


def _is_struck(font: ElementTree.Element) -> bool:
    return any(is_on(strike) for strike in elements(font, "strike"))


def _colour(font: ElementTree.Element) -> str:
    found = next(elements(font, "color"), None)
    return "" if found is None else _named_colour(found)


def _background(fill: ElementTree.Element) -> str:
    """The background's colour, white for none; ``""`` for a pattern or a gradient."""
    pattern = next(elements(fill, "patternFill"), None)
    kind = "" if pattern is None else pattern.get("patternType", "none")
    if kind == "none":
        return WHITE
    found = next(elements(fill, "fgColor"), None)
    return _named_colour(found) if kind == "solid" and found is not None else ""


def _named_colour(element: ElementTree.Element) -> str:
    if element.get("rgb"):
        return element.get("rgb", "")[-6:].upper()
    kind = "indexed" if "indexed" in element.attrib else "theme" if "theme" in element.attrib else ""
    return known_colour(kind, element.get(kind, ""), float(element.get("tint", "0")))


def known_colour(kind: str, number: str, tint: float) -> str:
    """Red, green and blue of a colour in the palette (``indexed``) or the theme, else its own name.

    ``""`` where the choice is the program's.
    """
    if kind == "indexed":
        return _PALETTE[int(number) % 8] if int(number) < 16 else _SYSTEM_COLOURS.get(number, f"indexed {number}")
    if kind == "theme":
        return _THEME_COLOURS.get(number, f"theme {number}") + (f" {tint}" if tint else "")
    return ""
