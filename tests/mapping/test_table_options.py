import pytest
from pydantic import ValidationError

from hcc_sdtm.mapping.language.table_options import Checkbox, Table, Unpivot
from hcc_sdtm.raw.header import Heading

FORM = {"file": "t.csv", "subject": "no"}


@pytest.mark.parametrize(
    ("written", "heading"),
    [
        ({}, Heading((1,))),
        ({"header": "3"}, Heading((3,))),
        ({"header": ["1", "2"]}, Heading((1, 2))),
        ({"header": {"levels": ["1", "2"], "fill": "right"}}, Heading((1, 2), fill=True)),
        ({"header": {"any_of": ["1", "2", "3"]}, "names": "clean"}, Heading((1, 2, 3), alternatives=True, clean=True)),
    ],
)
def test_a_header_as_the_reader_wants_it(written, heading):
    assert Table.model_validate(FORM | written).heading == heading


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"header": []}, "a header is a row, a list of rows that are its levels, or any_of: rows"),
        ({"header": {"levels": [1], "any_of": [2]}}, "a header is a row, a list of rows"),
        ({"header": [2, 2]}, "a row stands twice among the header rows"),
        ({"header": {"levels": [1], "fill": "right"}}, "fill needs several levels"),
        ({"header": [0]}, "greater than or equal to 1"),
        ({"header": [1, 4], "first_row": "4"}, "the first row lies below the header, whose last row is 4"),
        ({"columns": {"a": []}}, "at least 1 item"),
    ],
)
def test_a_table_that_cannot_be(written, message):
    with pytest.raises(ValidationError, match=message):
        Table.model_validate(FORM | written)


def test_the_headers_of_an_unpivot_in_the_order_of_its_items():
    option = Unpivot.model_validate(
        {
            "columns": "{A}-{B} {measure}",
            "A": {"x": "1", "y": "2"},
            "B": ["p", "q"],
            "measures": {"R": "res", "U": "unit"},
        }
    )
    assert option.items == [
        {"A": ("x", "1"), "B": ("p", "p")},
        {"A": ("x", "1"), "B": ("q", "q")},
        {"A": ("y", "2"), "B": ("p", "p")},
        {"A": ("y", "2"), "B": ("q", "q")},
    ]
    assert option.headers == {
        "R": ["x-p res", "x-q res", "y-p res", "y-q res"],
        "U": ["x-p unit", "x-q unit", "y-p unit", "y-q unit"],
    }


def test_the_boxes_of_a_group():
    group = Checkbox.model_validate({"columns": "race___{code}", "code": {"1": "WHITE", "2": "ASIAN"}})
    assert group.boxes == {"race___1": "WHITE", "race___2": "ASIAN"}
