import re

import pytest

from hcc_sdtm.mapping.rules.units import Units


@pytest.mark.parametrize(
    ("typed", "factor"),
    [
        ("Gy", 1), ("gy", 1), ("GY", 1), (" G y ", 1), ("Ｇｙ", 1), ("cGy", 0.01), ("CGY", 0.01),
        ("µg/L", 2), ("μg/l", 2), ("μG / L", 2), ("mU", 3), ("MU", 4),
    ],
)  # fmt: skip
def test_a_unit_is_found_however_it_is_typed(typed, factor):
    assert Units({"Gy": 1, "cGy": 0.01, "µg/L": 2, "mU": 3, "MU": 4}).factor(typed) == factor


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("rad", 'the unit "rad" has no factor'),
        ("cGyy", 'the unit "cGyy" has no factor; did you mean "cGy"?'),
        ("Mu", 'the unit "Mu" may be mU or MU'),
    ],
)
def test_a_unit_that_is_not_declared_is_none(typed, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Units({"Gy": 1, "cGy": 0.01, "mU": 3, "MU": 4}).factor(typed)
