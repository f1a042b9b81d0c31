"""Colours, line styles, hatches, markers and letters of every figure, told apart by colour-blind readers and in grey.

Knows how things look and how wide a text is. Does not know what is drawn, nor where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

INK = "#222222"
QUIET = "#5b6270"
RULE = "#e5e7eb"
PALE = "#e9ebee"

COLOURS = MappingProxyType(
    {
        "black": "#000000",
        "orange": "#E69F00",
        "sky-blue": "#56B4E9",
        "green": "#009E73",
        "yellow": "#F0E442",
        "blue": "#0072B2",
        "vermilion": "#D55E00",
        "purple": "#CC79A7",
        "grey": "#9aa0a6",
    }
)
"""Okabe and Ito 2008, told apart by readers of every kind of colour vision; and a grey."""

LINES: tuple[tuple[str, Any], ...] = (
    (COLOURS["blue"], "solid"),
    (COLOURS["vermilion"], (0, (6, 2))),
    (COLOURS["black"], (0, (1.2, 1.6))),
    (COLOURS["orange"], (0, (6, 1.8, 1.2, 1.8))),
    (COLOURS["green"], (0, (10, 3))),
    (COLOURS["purple"], (0, (3, 1.5, 1, 1.5, 1, 1.5))),
)
"""Colour and dashes of the first, second ... line of a figure: the dashes alone tell them apart in grey."""

FILLS: tuple[tuple[str, str], ...] = (
    (COLOURS["blue"], ""),
    (COLOURS["sky-blue"], "////"),
    (PALE, ""),
    (COLOURS["yellow"], "...."),
    (COLOURS["vermilion"], "xxxx"),
    ("#ffffff", "----"),
    (COLOURS["purple"], "\\\\\\\\"),
    (COLOURS["green"], "++++"),
)
"""Colour and hatch of the first, second ... kind of bar: the hatch and the lightness alone tell them apart in grey."""

MARKERS = MappingProxyType(
    {
        "circle": "o",
        "square": "s",
        "diamond": "D",
        "triangle-up": "^",
        "triangle-down": "v",
        "cross": "X",
        "plus": "P",
        "star": "*",
        "pentagon": "p",
        "bar": "|",
    }
)

LETTERS = "DejaVu Sans"
"""Comes with matplotlib: the same on every machine."""

FALLBACKS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    *("Microsoft YaHei", "PingFang SC", "SimHei", "Arial Unicode MS", "Noto Sans CJK JP", "Noto Sans CJK KR"),
)
"""Tried in this order for what `LETTERS` lacks (Chinese, Japanese, Korean)."""

STYLE: dict[str, Any] = {
    "font.family": LETTERS,
    "font.size": 9,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a drug's or a trial's name is a dollar
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.6,
    "text.hinting": "none",  # it is not seen at this many dots, and takes half the time of a letter
    "svg.hashsalt": "hcc-sdtm",
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "path.simplify": False,
}

MEASURED_AT = 100.0
HINTED = 1.02
"""What fitting letters to whole dots can add to the width of a text."""

_PIECES = re.compile(r"\s+|[⺀-鿿가-힯豈-﫿＀-￯]|[^\s⺀-鿿가-힯豈-﫿＀-￯]+")


@contextmanager
def styled() -> Iterator[None]:
    """The style of every figure, until the block ends."""
    with mpl.rc_context(STYLE):
        yield


@cache
def missing_letters(text: str) -> str:
    """The letters of a text, once each and in order, that no font here has; ``""`` where it can be drawn whole."""
    known = _letters(LETTERS).union(*(_letters(name) for name in families(text)[1:]))
    return "".join(dict.fromkeys(letter for letter in text if ord(letter) not in known and not letter.isspace()))


@cache
def families(text: str) -> tuple[str, ...]:
    """The fonts that a text needs: ours alone, or with the first installed one that has what ours lacks."""
    lacking = {ord(letter) for letter in text if not letter.isspace()} - _letters(LETTERS)
    if not lacking:
        return (LETTERS,)
    installed = [name for name in FALLBACKS if name in _installed()]
    best = max(installed, key=lambda name: len(lacking & _letters(name)), default="")
    return (LETTERS, best) if best else (LETTERS,)


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line of text in points; a letter that no font here has is as wide as a question mark.

    Kerning, which draws some letters closer, is left out.
    """
    if lacking := missing_letters(text):
        text = text.translate(dict.fromkeys(map(ord, lacking), "?"))
    *_, other = families(text)
    is_bold = bold and other == LETTERS  # fonts of other scripts rarely come in bold
    return sum(_letter_width(letter, other, is_bold) for letter in text) * size * HINTED


def wrap_text(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """The text in lines no wider than ``width`` points; a word that is wider is broken, and Chinese between any two signs."""
    lines: list[str] = []
    line = ""
    for piece in _PIECES.findall(" ".join(text.split())):
        if text_width((line + piece).rstrip(), size, bold) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while text_width(line, size, bold) > width and len(line) > 1:
            fits = next((n for n in range(len(line) - 1, 0, -1) if text_width(line[:n], size, bold) <= width), 1)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line.rstrip()] if line.strip() else lines


def shorten_text(text: str, width: float, size: float) -> str:
    """The text where it is no wider than ``width`` points, else its beginning and an ellipsis."""
    if text_width(text, size) <= width:
        return text
    fits = next((n for n in range(len(text) - 1, 0, -1) if text_width(text[:n] + "…", size) <= width), 0)
    return text[:fits].rstrip() + "…"


@cache
def _letter_width(letter: str, other: str, bold: bool) -> float:
    """Of a letter as high as 1; ``other`` is the font of those that ours lacks, and any white space is a space."""
    letter = " " if letter.isspace() else letter
    name = LETTERS if ord(letter) in _letters(LETTERS) else other
    font = get_font(findfont(FontProperties(family=name, weight="bold" if bold else "normal")))
    font.set_size(MEASURED_AT, 72)
    return float(font.load_char(ord(letter)).horiAdvance) / 64 / MEASURED_AT


@cache
def _letters(name: str) -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=name))).get_charmap())


@cache
def _installed() -> frozenset[str]:
    return frozenset(entry.name for entry in fontManager.ttflist)
