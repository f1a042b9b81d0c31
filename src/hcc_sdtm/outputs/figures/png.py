"""Pixels as PNG. Knows the file format (PNG, third edition) and nothing of what is shown."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BITS, RGB, DEFLATE, ADAPTIVE, WHOLE = 8, 2, 0, 0, 0
UNFILTERED = 0
METRES_PER_INCH = 0.0254
METRE = 1
LEVEL = 1
"""Of zlib: sheets are mostly empty, and other levels and the filters of lines take twice the time for the same size."""


def render_png(pixels: NDArray[np.uint8], dots_per_inch: int) -> bytes:
    """The file of an image (height, width, red, green and blue), the same for the same pixels; without a date or a name.

    A fourth value of a pixel, its opacity, is left out.
    """
    height, width, _ = pixels.shape
    lines = np.full((height, 1 + 3 * width), UNFILTERED, dtype=np.uint8)
    for colour in range(3):
        lines[:, 1 + colour :: 3] = pixels[:, :, colour]
    dots_per_metre = round(dots_per_inch / METRES_PER_INCH)
    return b"".join(
        [
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, BITS, RGB, DEFLATE, ADAPTIVE, WHOLE)),
            _chunk(b"pHYs", struct.pack(">IIB", dots_per_metre, dots_per_metre, METRE)),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), LEVEL)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
