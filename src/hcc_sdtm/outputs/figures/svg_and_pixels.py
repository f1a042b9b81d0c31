"""Draws a figure as SVG and on pixels at once: matplotlib lays out its texts and lines a single time, which is the long part.

Knows paths, marks and texts; images are not drawn on the pixels.
"""

from __future__ import annotations

from typing import Any, TextIO

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform, TransformedBbox, TransformedPath
from numpy.typing import NDArray

POINTS_PER_INCH = 72


class SvgAndPixels(RendererSVG):  # type: ignore[misc]  # matplotlib has no types for it
    """A renderer of SVG, whose unit is the point, that draws everything on pixels as well; `finalize` ends the SVG."""

    def __init__(self, width: float, height: float, svg: TextIO, dots_per_inch: int) -> None:
        super().__init__(width, height, svg, metadata={"Date": None, "Creator": None})
        self._dots = dots_per_inch / POINTS_PER_INCH
        self._to_dots = Affine2D().scale(self._dots)
        # rounded, as it takes the whole dots of 1439.9999 only
        self._agg = RendererAgg(round(width * self._dots, 6), round(height * self._dots, 6), dots_per_inch)

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """What is drawn so far: height, width, and red, green, blue and opacity."""
        return np.asarray(self._agg.buffer_rgba())

    def draw_path(self, gc: Any, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        """Draws a line or an area."""
        super().draw_path(gc, path, transform, rgbFace)
        self._agg.draw_path(self._in_dots(gc), path, transform + self._to_dots, rgbFace)

    def draw_markers(
        self,
        gc: Any,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,
    ) -> None:
        """Draws the mark at every point of the path."""
        super().draw_markers(gc, marker_path, marker_trans, path, trans, rgbFace)
        to_dots = self._to_dots
        self._agg.draw_markers(
            self._in_dots(gc), marker_path, marker_trans + to_dots, path, trans + to_dots, rgbFace
        )  # fmt: skip

    def draw_path_collection(self, *arguments: Any, **named: Any) -> None:
        """Draws the paths of a collection one by one, each by `draw_path`."""
        RendererBase.draw_path_collection(self, *arguments, **named)

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Text | None = None,
    ) -> None:
        """Draws one line of text."""
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        self._agg.draw_text(self._in_dots(gc), x * self._dots, y * self._dots, s, prop, angle, ismath, mtext)

    def _in_dots(self, gc: Any) -> Any:
        """How a thing is drawn, clipped in dots; widths and dashes of lines are points to both."""
        clipped: Any = GraphicsContextBase()
        clipped.copy_properties(gc)
        if gc.get_clip_rectangle() is not None:
            clipped.set_clip_rectangle(TransformedBbox(gc.get_clip_rectangle(), self._to_dots))
        path, transform = gc.get_clip_path()
        if path is not None:
            clipped.set_clip_path(TransformedPath(path, transform + self._to_dots))
        return clipped
