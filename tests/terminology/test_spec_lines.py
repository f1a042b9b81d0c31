"""Tables whose lines stay as they are but for those that change."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.terminology.spec_lines import read_spec_lines

WRITTEN = '\ufeffa,b\r\n\r\n"1", x \r\n2,"two\r\nlines"\r\n\r\n3'


def read(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    return read_spec_lines(path, ["a", "b"])


def test_a_file_is_rendered_as_it_was(tmp_path):
    lines = read(tmp_path, WRITTEN)
    assert lines.render() == WRITTEN
    assert [record.cells for record in lines.records] == [
        {},
        {"a": "1", "b": "x"},
        {"a": "2", "b": "two\r\nlines"},
        {},
        {"a": "3"},
    ]


def test_a_line_that_says_the_same_keeps_its_text_and_another_does_not(tmp_path):
    lines = read(tmp_path, WRITTEN)
    first = lines.records[1]
    assert lines.changed(first, {"a": "1", "b": "x"}) is first
    lines.records[1] = lines.changed(first, {"a": "1", "b": "x, y"})
    assert lines.render() == WRITTEN.replace('"1", x ', '1,"x, y"')


def test_a_new_line_ends_as_the_others_and_the_last_one_gets_an_end(tmp_path):
    lines = read(tmp_path, WRITTEN)
    lines.records.append(lines.line_of({"a": "4"}))
    assert lines.render() == WRITTEN + "\r\n4,\r\n"


def test_a_further_column_leaves_the_lines(tmp_path):
    lines = read(tmp_path, "a,b\n1,2\n")
    lines.add_column("c")
    lines.add_column("a")
    lines.records.append(lines.line_of({"a": "3", "c": "4"}))
    assert lines.render() == "a,b,c\n1,2\n3,,4\n"


def test_a_file_that_is_not_there_begins_with_its_header(tmp_path):
    lines = read_spec_lines(tmp_path / "none.csv", ["a", "b"])
    assert lines.render() == "a,b\n"
    lines.records.append(lines.line_of({"a": "1"}))
    assert lines.render() == "a,b\n1,\n"


CELL = st.text(st.characters(categories=("L", "N", "P", "Zs"), include_characters='\n\r",'), max_size=8)


@given(st.lists(st.tuples(CELL, CELL), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_any_table_is_rendered_as_it_was(tmp_path_factory, rows, end):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=end).writerows([("a", "b"), *rows])
    assert read(tmp_path_factory.mktemp("t"), buffer.getvalue()).render() == buffer.getvalue()
