import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.raw.text.delimiter import Layout
from hcc_sdtm.raw.text.quoted_fields import closing_quote, open_field, split_fields

LAYOUT = Layout(",")


@given(st.lists(st.text('ab,"é ', max_size=6), min_size=1, max_size=5), st.booleans())
def test_a_well_made_record_is_split_as_the_csv_module_splits_it(fields, quote_all):
    out = io.StringIO()
    csv.writer(out, lineterminator="", quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL).writerow(fields)
    assert list(split_fields(out.getvalue(), LAYOUT)) == [(field, True) for field in fields]
    assert open_field(out.getvalue(), LAYOUT) == -1


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('a,"b', [("a", True), ('"b', False)]),
        ('a,"b" c,d', [("a", True), ('"b" c', False), ("d", True)]),
        ('"5" tube",x', [('5" tube', False), ("x", True)]),
        ('5" tube,6"', [('5" tube', True), ('6"', True)]),
        ('"', [('"', False)]),
        ("", []),
        (",", [("", True), ("", True)]),
    ],
)
def test_quotes_that_do_not_pair_up(text, fields):
    assert list(split_fields(text, LAYOUT)) == fields


@pytest.mark.parametrize(("text", "start"), [('a,"b', 2), ('a,"b ""', 2), ('"a","', 4), ('a,b"', -1), ('"a"b,c', -1)])
def test_a_field_that_is_open_at_the_end(text, start):
    assert open_field(text, LAYOUT) == start


@pytest.mark.parametrize(
    ("text", "end"), [('b",c', 1), ('b"', 1), ('b ""c""', -1), ("b", -1), ('b"c', None), ('""', -1)]
)
def test_where_a_field_ends_that_goes_on_in_a_line(text, end):
    assert closing_quote(text, LAYOUT) == end
