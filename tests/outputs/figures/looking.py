"""What is drawn on a figure, for its tests: its texts and where they stand, its lines, and what they hide."""

from __future__ import annotations

from collections import defaultdict

import matplotlib.image
import numpy as np
import pytest
from matplotlib.patches import PathPatch
from matplotlib.text import Text
from PIL import Image

from hcc_sdtm.outputs.figures.bars import CORNERS
from hcc_sdtm.outputs.figures.sheet import write_figure


def texts(figure):
    """Every text that is shown."""
    figure.canvas.draw()
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def words(figure):
    """All texts in one."""
    return " ".join(text.get_text() for text in texts(figure))


def rows(figure):
    """The texts that stand at one height, left to right, from the top."""
    found = defaultdict(list)
    for text in texts(figure):
        box = text.get_window_extent()
        found[round((box.y0 + box.y1) / 2)].append((box.x0, text.get_text()))
    return [[word for _, word in sorted(found[y])] for y in sorted(found, reverse=True)]


def bars(figure):
    """Every bar of a look that `draw_bars` drew: left, low, width, height and hatch, in the units of the axes."""
    found = []
    for patch in figure.axes[0].patches:
        if isinstance(patch, PathPatch):
            corners = patch.get_path().vertices.reshape(-1, CORNERS, 2)
            sizes = corners[:, 2] - corners[:, 0]
            found += [(*start, *size, patch.get_hatch()) for start, size in zip(corners[:, 0], sizes, strict=True)]
    return [(*(round(float(side), 6) for side in sides), hatch) for *sides, hatch in found]


def require_readable(figure, may_touch=()):
    """No text leaves the sheet, and none touches another."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    sheet = figure.bbox
    for text, box in boxes:
        inside = box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= sheet.x1 + 0.5 and box.y1 <= sheet.y1 + 0.5
        assert inside, f"{text} leaves the sheet"
    kept = [(text, box) for text, box in boxes if text not in may_touch]
    for number, (text, box) in enumerate(kept):
        for other, second in kept[number + 1 :]:
            across = min(box.x1, second.x1) - max(box.x0, second.x0)
            down = min(box.y1, second.y1) - max(box.y0, second.y0)
            # a line's box has room for descenders and accents that its letters do not fill
            assert across <= 0.8 or down <= 3.0, f'"{text}" touches "{other}"'


def require_same_bytes(folder, render):
    """Drawn twice, the files are the same, and carry no date."""
    files = []
    for name in ("one", "two"):
        (folder / name).mkdir()
        svg, png = folder / name / "a.svg", folder / name / "a.png"
        assert write_figure(render(), svg, png) == ""
        files.append((svg.read_bytes(), png.read_bytes()))
    assert files[0] == files[1]
    assert b"<dc:date>" not in files[0][0]
    image = matplotlib.image.imread(folder / "one" / "a.png")
    assert image.shape[1] == 1440  # 7.2 inches
    assert Image.open(folder / "one" / "a.png").info["dpi"] == pytest.approx((200, 200), abs=0.01)
    assert image[..., :3].min() < 0.3  # something is drawn
    for edge in (image[0], image[-1], image[:, 0], image[:, -1]):
        assert np.all(edge[:, :3] == 1)  # and nothing runs over an edge
