"""Bars of one look, as many as there are, drawn as one shape: a shape of its own for each takes most of a figure's time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import ArrayLike

CORNERS = 5
"""Points of a bar: left below, right below, right above, left above, and back."""


def draw_bars(
    axes: Axes, left: ArrayLike, low: ArrayLike, width: ArrayLike, height: ArrayLike, look: Mapping[str, Any]
) -> None:
    """Draws a bar for each place, in the units of the axes, whose limits stay; one with a value that is missing is not drawn.

    ``look`` is how it looks, as PathPatch is told.
    """
    sides = np.stack(np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (left, low, width, height))))
    x, y, wide, high = sides[:, np.isfinite(sides).all(axis=0)]
    points = np.array([[x, y], [x + wide, y], [x + wide, y + high], [x, y + high], [x, y]])
    if points.size:
        codes = np.tile([Path.MOVETO, *[Path.LINETO] * (CORNERS - 2), Path.CLOSEPOLY], len(x))
        axes.add_artist(PathPatch(Path(points.transpose(2, 0, 1).reshape(-1, 2), codes), snap=True, **look))
