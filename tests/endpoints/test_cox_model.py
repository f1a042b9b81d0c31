from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.endpoints import cox


def test_hazard_ratio_of_one_binary_covariate_and_the_warning_of_few_events():
    model = cox([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0], {"arm": [1, 0, 1, 1, 0, 0]})
    assert (model.n, model.events) == (6, 4)
    assert model.warnings == ("4 events for 1 covariate: 10 each are usual",)
    ratio = model.ratios.iloc[0]
    # the score of the partial likelihood is 0 at the estimate
    theta = ratio["hazard_ratio"]
    score = (1 - 3 * theta / (3 * theta + 3)) + (0 - 2 * theta / (2 * theta + 3)) + (1 - theta / (theta + 2)) + 0
    assert score == pytest.approx(0, abs=1e-4)
    assert ratio["lower"] < theta < ratio["upper"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cox([1, 2], [0, 0], {"x": [0, 1]}), "no event"),
        (lambda: cox([1, 2], [1, 0], {"x": [1, 1]}), "x is 1 for everybody"),
        (lambda: cox([1, 2], [1, 0], {"x": [1, np.nan]}), r"x\[1\] is missing"),
        (lambda: cox([1, 2], [1, 0], pd.DataFrame({"x": [1]})), "time has 2 values and x 1"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
