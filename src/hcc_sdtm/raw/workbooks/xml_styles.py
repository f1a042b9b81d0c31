"""The styles of a workbook in XML: what each does to a cell's value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hcc_sdtm.raw.number_format import parse_number_format, shows_nothing
from hcc_sdtm.raw.workbooks.sheet_facts import CellStyle
from hcc_sdtm.raw.workbooks.xlsx_styles import UNSEEN_COLOUR, UNSEEN_FORMAT

_NAMED_FORMATS = {
    "Short Date": "yyyy-mm-dd",
    "Medium Date": "yyyy-mm-dd",
    "Long Date": "yyyy-mm-dd",
    "General Date": "yyyy-mm-dd hh:mm:ss",
    "Short Time": "hh:mm",
    "Medium Time": "hh:mm",
    "Long Time": "hh:mm:ss",
}
_DEFAULT = "Default"
_WHITE = "#ffffff"


@dataclass
class XmlStyles:
    """The styles met so far, by their ids: the settings of each, and the id of the one it is based on."""

    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    _id: str = ""
    _known: dict[str, CellStyle] = field(default_factory=dict)

    def begin(self, said: Mapping[str, str]) -> None:
        """A style begins."""
        self._id = said.get("ID", "")
        self.settings[self._id] = {}
        self.parents[self._id] = said.get("Parent", _DEFAULT)

    def add(self, element: str, said: Mapping[str, str]) -> None:
        """An element inside the style, with what its attributes say."""
        self.settings[self._id] |= {f"{element}.{attribute}": value for attribute, value in said.items()}

    def cell_style(self, style: str) -> CellStyle:
        """What a style (``""``: the default one) does, the settings of those it is based on where it has none of its own."""
        if style not in self._known:
            settings: dict[str, str] = {}
            seen: set[str] = set()
            following = style or _DEFAULT
            while following in self.settings and following not in seen:
                seen.add(following)
                settings = self.settings[following] | settings
                following = self.parents[following]
            code = settings.get("NumberFormat.Format", "General")
            code = _NAMED_FORMATS.get(code, code)
            colour = settings.get("Font.Color", "").lower()
            is_same = bool(colour) and colour == settings.get("Interior.Color", _WHITE).lower()
            unseen = UNSEEN_FORMAT if shows_nothing(code) else UNSEEN_COLOUR if is_same else ""
            self._known[style] = CellStyle(parse_number_format(code), settings.get("Font.StrikeThrough") == "1", unseen)
        return self._known[style]
