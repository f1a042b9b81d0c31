"""A column of one text. ``np.full`` makes a new text for each of its cells, thirty times slower and larger."""

from __future__ import annotations

from typing import Literal

import numpy as np


def repeat_text(text: str, shape: int | tuple[int, int], order: Literal["C", "F"] = "C") -> np.ndarray:
    """An array of objects all of which are the one ``text``."""
    texts = np.empty(shape, dtype=object, order=order)
    texts.fill(text)
    return texts
