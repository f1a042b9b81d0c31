"""Colours and marks are told apart by every kind of colour vision, and in grey."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from hcc_sdtm.outputs.figures.spider import LOOKS
from hcc_sdtm.outputs.figures.style import FILLS, LINES, missing_letters, shorten_text, text_width, wrap_text

# Machado, Oliveira and Fernandes 2009, severity 1.0, for linear RGB.
VISIONS = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    f = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def lightness(colour):
    return lab(linear(colour))[0]


@pytest.mark.parametrize("vision", [None, *VISIONS])
@pytest.mark.parametrize("looks", [LINES, [look[:2] for look in LOOKS]], ids=["curves", "spider"])
def test_colours_of_lines_are_told_apart(vision, looks):
    seen = [linear(colour) for colour, _ in looks]
    if vision:
        seen = [np.array(VISIONS[vision]) @ colour for colour in seen]
    for first, second in combinations(seen, 2):
        assert np.linalg.norm(lab(first) - lab(second)) > 8


def test_lines_are_told_apart_without_colour():
    assert len({str(dashes) for _, dashes in LINES}) == len(LINES)
    assert len({marker for *_, marker in LOOKS}) == len(LOOKS)


def test_bars_are_told_apart_without_colour():
    for (first, hatch), (second, other) in combinations(FILLS, 2):
        assert hatch != other or abs(lightness(first) - lightness(second)) > 40


def test_a_width_is_what_is_drawn():
    assert text_width("", 9) == 0
    assert text_width("a\u3000b", 9) == text_width("a b", 9)  # any white space is a space
    assert text_width("mm", 10) == pytest.approx(2 * text_width("m", 10), rel=0.03)
    assert text_width("iiii", 20) == pytest.approx(2 * text_width("iiii", 10))
    assert text_width("word", 10, bold=True) > text_width("word", 10)


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Z")), max_size=60), st.floats(40, 300))
def test_wrapping_loses_no_letter_and_keeps_to_the_width(text, width):
    lines = wrap_text(text, width, 8)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(text_width(line, 8) <= width or len(line) == 1 for line in lines)
    assert text_width(shorten_text(text, width, 8), 8) <= width


def test_chinese_is_broken_between_signs():
    assert len(wrap_text("肝细胞癌放射治疗研究中心", 50, 9)) > 1


def test_letters_that_no_font_has_are_named():
    assert missing_letters("Sum of diameters (mm) ≥ 30 %, α") == ""
    assert missing_letters("a\U0010fffdb") == "\U0010fffd"
