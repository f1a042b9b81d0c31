from io import BytesIO

import matplotlib.image
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hcc_sdtm.outputs.figures.png import render_png


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([3, 4]), st.integers(0, 2**32 - 1))
def test_any_pixels_come_back(height, width, values, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, values), dtype=np.uint8)
    file = render_png(pixels, 200)
    assert np.array_equal(np.asarray(Image.open(BytesIO(file))), pixels[..., :3])
    assert np.array_equal((matplotlib.image.imread(BytesIO(file)) * 255).round().astype(np.uint8), pixels[..., :3])
    assert file == render_png(pixels.copy(), 200)


def test_it_says_how_large_it_is_on_paper():
    image = Image.open(BytesIO(render_png(np.zeros((20, 30, 3), np.uint8), 200)))
    assert image.size == (30, 20)
    assert image.info["dpi"] == pytest.approx((200, 200), abs=0.01)
