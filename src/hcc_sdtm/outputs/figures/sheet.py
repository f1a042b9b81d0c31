"""The sheet that a figure stands on: title above, axes of a given size, and below them what it was made from.

All sizes are points, so that no text depends on the size of the axes. Figures are drawn through matplotlib's objects and
not through pyplot, whose state is global, and have the same bytes every time.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.figures.style import INK, QUIET, families, missing_letters, styled, text_width, wrap_text
from hcc_sdtm.outputs.figures.svg_and_pixels import POINTS_PER_INCH, SvgAndPixels

WIDTH = 518.4
"""7.2 inches: two columns of a journal page."""

EDGE = 8.0
TITLE_SIZE, TITLE_LINE = 11.0, 15.0
NOTE_SIZE, NOTE_LINE = 8.5, 13.0
FOOT_SIZE, FOOT_LINE = 7.0, 10.0
GAP = 9.0
DOTS_PER_INCH = 200
"""Of a PNG, on paper as sharp as a laser printer's letters; the SVG has any."""

SAMPLE, SAMPLE_GAP, KEY_GAP = 22.0, 5.0, 14.0
"""Points of the sample of a key, between it and its words, and between two keys."""


@dataclass(frozen=True)
class Key:
    """What a line, a mark or a bar of the figure means: a sample of it, as Line2D or Rectangle are told, and words."""

    text: str
    line: Mapping[str, Any] = field(default_factory=dict)
    fill: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """What stands around the axes.

    ``summary`` are lines under the title, and the ``keys`` follow them; ``foot`` are sentences at the end of the sheet (n,
    method, what was left out); the study, its data cut-off and the hash of what the figure was made from follow, and the
    banner last, in bold.
    """

    title: str
    facts: Facts | None = None
    summary: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()

    @property
    def summary_lines(self) -> list[str]:
        """The summary in lines that fit the sheet."""
        return [part for line in self.summary for part in wrap_text(line, WIDTH - 2 * EDGE, NOTE_SIZE)]

    @property
    def foot_lines(self) -> list[str]:
        """The foot in lines that fit the sheet."""
        sentences = [*self.foot, *([self.facts.source_line] if self.facts else [])]
        return [part for text in sentences for part in wrap_text(text, WIDTH - 2 * EDGE, FOOT_SIZE)]

    @property
    def banner_lines(self) -> list[str]:
        """The banner in lines that fit the sheet."""
        banner = self.facts.banner if self.facts else ""
        return wrap_text(banner, WIDTH - 2 * EDGE, NOTE_SIZE, bold=True)


@dataclass(frozen=True)
class Frame:
    """The room around the axes in points: ``above`` and ``below`` are between the axes and the texts of the sheet."""

    height: float
    left: float
    right: float = 20.0
    above: float = GAP
    below: float = 40.0

    @property
    def width(self) -> float:
        """What is left for the axes."""
        return WIDTH - self.left - self.right


def draw_sheet(sheet: Sheet, frame: Frame) -> tuple[Figure, Axes]:
    """A figure with the sheet's texts, and empty axes of the frame's size; to be called within `styled`."""
    heading = wrap_text(sheet.title, WIDTH - 2 * EDGE, TITLE_SIZE, bold=True)
    summary, foot, banner = sheet.summary_lines, sheet.foot_lines, sheet.banner_lines
    placed = _place_keys(sheet.keys)
    key_lines = max((line + len(words) for _, line, words, _ in placed), default=0)
    top = EDGE + TITLE_LINE * len(heading) + GAP / 2 + NOTE_LINE * (len(summary) + key_lines) + frame.above
    bottom = frame.below + (GAP / 2 + FOOT_LINE * len(foot) if foot else 0) + EDGE
    bottom += GAP / 2 + NOTE_LINE * len(banner) if banner else 0
    whole = top + frame.height + bottom
    figure = Figure(figsize=(WIDTH / 72, whole / 72))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((frame.left / WIDTH, bottom / whole, frame.width / WIDTH, frame.height / whole))
    down = EDGE
    for line in heading:
        _write(figure, line, whole - down, whole, TITLE_SIZE, INK, bold=True)
        down += TITLE_LINE
    down += GAP / 2
    for line in summary:
        _write(figure, line, whole - down, whole, NOTE_SIZE, QUIET)
        down += NOTE_LINE
    for x, number, words, key in placed:
        _draw_key(figure, key, words, x, whole - down - NOTE_LINE * number, whole)
    up = bottom - frame.below - GAP / 2
    for line in foot:
        _write(figure, line, up, whole, FOOT_SIZE, QUIET)
        up -= FOOT_LINE
    up -= GAP / 2
    for line in banner:
        _write(figure, line, up, whole, NOTE_SIZE, INK, bold=True)
        up -= NOTE_LINE
    return figure, axes


def write_figure(figure: Figure, svg: Path, png: Path) -> str:
    """Writes a figure as SVG and PNG, with the same bytes every time; returns what a reader should know, ``""`` for nothing.

    The text of the SVG is text, and a browser finds letters for it. Where no font on this machine has the letters of a text,
    the PNG would show boxes: it is not written, and the sentence says so.
    """
    lacking = ""
    for text in figure.findobj(Text):
        if isinstance(text, Text) and (words := text.get_text()):
            names = families(words)
            text.set_fontfamily(list(names))
            if len(names) > 1:
                text.set_fontweight("normal")  # as it was measured
            lacking += missing_letters(words)
    before = figure.get_dpi()
    with styled(), warnings.catch_warnings():
        if lacking:  # matplotlib warns of each letter while it measures
            warnings.simplefilter("ignore", UserWarning)
        figure.set_dpi(POINTS_PER_INCH)
        width, height = figure.get_size_inches() * POINTS_PER_INCH
        with svg.open("w", encoding="utf-8", newline="\n") as file:
            renderer = SvgAndPixels(width, height, file, DOTS_PER_INCH)
            figure.draw(renderer)
            renderer.finalize()
    if not lacking:
        # sheets are mostly empty: more compression takes longer and saves little
        image = Image.fromarray(renderer.pixels).convert("RGB")
        image.save(png, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), compress_level=1)
    figure.set_dpi(before)
    letters = "".join(dict.fromkeys(lacking))[:20]
    return f"no PNG: no font on this machine has {letters}; the SVG is whole" if lacking else ""


def stack_texts(places: Sequence[float], widths: Sequence[float], gap: float = 2.0) -> list[int]:
    """A level for each text centred at a place (points, ascending), the lowest where it touches no other of its level."""
    ends: list[float] = []
    levels = []
    for place, width in zip(places, widths, strict=True):
        start = place - width / 2
        level = next((number for number, end in enumerate(ends) if end + gap <= start), len(ends))
        ends[level : level + 1] = [place + width / 2]
        levels.append(level)
    return levels


def _place_keys(keys: Sequence[Key]) -> list[tuple[float, int, list[str], Key]]:
    """Where each key starts, on which line, and its words in lines: side by side as long as they fit."""
    placed = []
    x, line = EDGE, 0
    for key in keys:
        width = SAMPLE + SAMPLE_GAP + text_width(key.text, NOTE_SIZE)
        if x > EDGE and x + width > WIDTH - EDGE:
            x, line = EDGE, line + 1
        words = wrap_text(key.text, WIDTH - 2 * EDGE - SAMPLE - SAMPLE_GAP, NOTE_SIZE)
        placed.append((x, line, words, key))
        if len(words) > 1:
            x, line = EDGE, line + len(words)
        else:
            x += width + KEY_GAP
    return placed


def _draw_key(figure: Figure, key: Key, words: Sequence[str], x: float, y: float, whole: float) -> None:
    middle = y - NOTE_LINE * 0.4
    if key.fill:
        corner, size = (x / WIDTH, (middle - 3.5) / whole), (SAMPLE / WIDTH, 7 / whole)
        figure.add_artist(Rectangle(corner, *size, transform=figure.transFigure, **key.fill))
    if key.line:
        is_mark = key.line.get("linestyle") in ("none", "None")
        xs = [x + SAMPLE / 2] if is_mark else [x, x + SAMPLE]
        style = {**key.line, "clip_on": False}
        line = Line2D([at / WIDTH for at in xs], [middle / whole] * len(xs), transform=figure.transFigure, **style)
        figure.add_artist(line)
    for number, text in enumerate(words):
        _write(figure, text, y - NOTE_LINE * number, whole, NOTE_SIZE, QUIET, x=x + SAMPLE + SAMPLE_GAP)


def _write(
    figure: Figure,
    text: str,
    y: float,
    whole: float,
    size: float,
    colour: str,
    bold: bool = False,
    x: float = EDGE,
) -> None:
    weight = "bold" if bold else "normal"
    figure.text(x / WIDTH, y / whole, text, va="top", ha="left", fontsize=size, color=colour, fontweight=weight)
