"""What one header cell says: its name, and the unit or the list of codes written behind it. No table is known here."""

from __future__ import annotations

import re

_LINE_BREAK = re.compile(r"\s*[\r\n]+\s*")
_HAN = "\u3400-\u9fff"
_SPACE_IN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_OPENING, _CLOSING = "(（[［【〔", ")）]］】〕"
_CODE_EQUALS = re.compile(rf"(?:[\s,，;；:：|]\s*|(?<=[{_HAN}]))(?=[0-9A-Za-z]{{1,4}}\s*[=＝]\s*\S)")
_CODE_FIRST = re.compile(r"[0-9A-Za-z]{1,4}\s*[=＝]")
_CODE_COLON = re.compile(
    r"[\s,，;；:：]\s*(?=\d{1,2}\s*[:：.、-]\s*[^\d\s][^\d]*(?:[\s,，;；、/|]\d{1,2}\s*[:：.、-]\s*[^\d\s][^\d]*)+$)"
)
_CODE_HAN = re.compile(
    rf"[\s,，;；:：]\s*(?=\d{{1,2}}(?![年月日天周次时])[{_HAN}]+(?:[\s,，;；、/|]+\d{{1,2}}(?![年月日天周次时])[{_HAN}]+)+$)"
)
_UNITS = (
    r"%|‰|mmHg|cmH2O|bpm|[cm]?Gy|kg/m2|kg/m²|m2|m²|kg|mg|[uμµ]g|ng|pg|cm|mm|[uμµ]m|[md]l|[munpμµ]?mol|m?IU|mU"
    r"|(?:[kmunpμµf]?g|[munpμµ]?mol|m?A?I?U|k?U|cells|copies)/(?:[dmuμµ]?L|kg|g|d|day|h)"
    r"|(?:[×x*]\s*)?10[\^E]?\d{1,2}/[uμµ]?L"
)
_UNIT_END = re.compile(rf"(?:\s*[,，/]\s*|\s+|(?<=[{_HAN}])|(?=[%×]))(?P<unit>{_UNITS})$", re.IGNORECASE)
_ENDS = " :：,，;；、/|"
_LONGEST = 400
"""Characters of a header text that is still taken apart: longer ones are no names."""


def header_text(text: str) -> str:
    """The text of a header cell without outer space and with line breaks as spaces."""
    return _LINE_BREAK.sub(" ", text.strip())


def split_header(text: str) -> tuple[str, str]:
    """The name in a header text, and the unit, range or code list behind it (several: joined with ``; ``).

    ``身高(cm)`` is 身高 and cm, ``性别 1=男 2=女`` is 性别 and ``1=男 2=女``, ``Weight [kg]`` is Weight and kg; brackets may
    be full-width. Cut are brackets at the end, codes with ``=`` (or two and more with ``:``, ``.``, ``-``), and a known unit
    after a space, a comma or a Chinese word. Space inside the name is single, and none stands between Chinese characters.
    A text that would have no name left, or is longer than any name, stays whole.
    """
    name = _SPACE_IN_HAN.sub("", " ".join(text.split()))
    if len(name) > _LONGEST:
        return name, ""
    whole = name
    notes: list[str] = []
    while True:
        name = name.rstrip(_ENDS)
        start, note = _last_note(name)
        if not name[:start].strip(_ENDS):
            break
        notes.insert(0, note.strip(_ENDS))
        name = name[:start]
    return name or whole, "; ".join(filter(None, notes))


def _last_note(name: str) -> tuple[int, str]:
    """Where the last note of a name starts, and what it says; 0 where there is none."""
    if name and name[-1] in _CLOSING:
        opening = max(_matching(name), 0)
        return opening, name[opening + 1 : -1]
    if _CODE_FIRST.match(name):
        return 0, ""
    for pattern in (_CODE_EQUALS, _CODE_COLON, _CODE_HAN):
        found = pattern.search(name)
        if found:
            return found.start(), name[found.end() :]
    unit = _UNIT_END.search(name)
    return (unit.start(), unit["unit"]) if unit else (0, "")


def _matching(name: str) -> int:
    """Where the bracket that closes a name at its end opens; -1 where it never does. A ``（`` may be closed by ``)``."""
    depth = 0
    for at in range(len(name) - 1, -1, -1):
        depth += (name[at] in _CLOSING) - (name[at] in _OPENING)
        if depth == 0:
            return at
    return -1
