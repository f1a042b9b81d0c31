"""The styles of an ods file (OpenDocument 1.3 part 3, 16): what each does to a cell's value.

Knows date and time styles, whole numbers with leading zeros, struck and coloured text. A style's map (another style on a
condition) is not followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hcc_sdtm.raw.number_format import PLAIN, NumberFormat
from hcc_sdtm.raw.workbooks.sheet_facts import CellStyle
from hcc_sdtm.raw.workbooks.xlsx_styles import UNSEEN_COLOUR

_SHOWN = {
    "number:year": "Y",
    "number:era": "Y",
    "number:month": "M",
    "number:day": "D",
    "number:day-of-week": "D",
    "number:hours": "h",
    "number:minutes": "h",
    "number:seconds": "s",
}
_DATES = ("number:date-style", "number:time-style")
_CLEAR = ("", "transparent", "#ffffff")
_INHERITED = ("format", "struck", "colour", "background")


@dataclass
class OdsStyles:
    """The styles met so far, in the order of the elements that say them."""

    properties: dict[str, dict[str, str]] = field(default_factory=dict)
    formats: dict[str, NumberFormat] = field(default_factory=dict)
    hidden_tables: set[str] = field(default_factory=set)
    struck_texts: set[str] = field(default_factory=set)
    _family: str = ""
    _name: str = ""
    _format: str = ""
    _shown: str = ""
    _digits: int = 0
    _elapsed: bool = False
    _literal: bool = False
    _known: dict[str, CellStyle] = field(default_factory=dict)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element of a style begins."""
        if name in ("style:style", "style:default-style"):
            self._family = attributes.get("style:family", "")
            self._name = attributes.get("style:name", "")
            if self._family == "table-cell":
                self.properties[self._name] = {
                    "parent": attributes.get("style:parent-style-name", ""),
                    "format": attributes.get("style:data-style-name", ""),
                }
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_tables.add(self._name)
        elif name == "style:text-properties":
            self._text_properties(attributes)
        elif name == "style:table-cell-properties" and self._family == "table-cell":
            self._set("background", attributes.get("fo:background-color", ""))
        elif name in _DATES or name == "number:number-style":
            self._format, self._shown, self._digits, self._literal = attributes.get("style:name", ""), "", 0, False
            self._elapsed = attributes.get("number:truncate-on-overflow") == "false"
        elif name in _SHOWN:
            self._shown += _SHOWN[name]
        elif name == "number:number":
            whole = attributes.get("number:decimal-places", "0") == "0" and "number:display-factor" not in attributes
            self._digits = int(attributes.get("number:min-integer-digits", "0")) if whole else 0

    def end(self, name: str) -> None:
        """An element of a style ends."""
        if name in _DATES:
            shown = "".join(part for part in "YMDhs" if part in self._shown)
            if "s" in shown and "h" not in shown:
                shown = shown.replace("s", "hs")
            self.formats[self._format] = NumberFormat(shown, (), self._elapsed)
        elif name == "number:number-style":
            padding = ("",) * self._digits if self._digits > 1 and not self._literal else ()
            self.formats[self._format] = NumberFormat("", padding)
        elif name == "number:text":
            self._literal = True

    def cell_style(self, name: str) -> CellStyle:
        """What a cell style does, its parents' settings where it has none of its own."""
        if name not in self._known:
            settings = self._settings(name)
            colour, background = settings.get("colour", ""), settings.get("background", "")
            is_same = bool(colour) and (colour == background or (colour in _CLEAR and background in _CLEAR))
            self._known[name] = CellStyle(
                self.formats.get(settings.get("format", ""), PLAIN),
                settings.get("struck", "") == "yes",
                UNSEEN_COLOUR if is_same else "",
            )
        return self._known[name]

    def _settings(self, name: str) -> dict[str, str]:
        found: dict[str, str] = {}
        seen: set[str] = set()
        while name not in seen:
            seen.add(name)
            own = self.properties.get(name, {})
            found = {key: own[key] for key in _INHERITED if own.get(key)} | found
            name = own.get("parent", "")
        return found

    def _text_properties(self, attributes: Mapping[str, str]) -> None:
        line = attributes.get("style:text-line-through-style", "")
        kind = attributes.get("style:text-line-through-type", "")
        struck = "no" if "none" in (line, kind) else "yes" if line or kind else ""
        if self._family == "text" and struck == "yes":
            self.struck_texts.add(self._name)
        elif self._family == "table-cell":
            self._set("struck", struck)
            automatic = attributes.get("style:use-window-font-color") == "true"
            self._set("colour", "automatic" if automatic else attributes.get("fo:color", "").lower())

    def _set(self, key: str, value: str) -> None:
        if value:
            self.properties[self._name][key] = value.lower()
