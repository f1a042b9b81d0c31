import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.raw.text import plain_records as plain_records_module
from hcc_sdtm.raw.text.delimiter import Layout
from hcc_sdtm.raw.text.plain_records import read_plain_records


def by_csv(text, delimiter=","):
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    width = max(map(len, records), default=0)
    return [record + [""] * (width - len(record)) for record in records], [len(record) for record in records]


@given(st.text('ab,"\n\r é男', max_size=40), st.integers(1, 40))
def test_a_text_is_read_as_the_csv_module_reads_it_or_not_at_all(text, block):
    plain_records_module._BLOCK_BYTES = block
    try:
        plain = read_plain_records(text.encode(), "utf-8", Layout(","))
    finally:
        plain_records_module._BLOCK_BYTES = 1 << 24
    if plain is None:
        return
    grid, widths = by_csv(text)
    assert plain.texts.tolist() == grid
    assert plain.widths == widths
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert plain.breaks == sum(1 for _ in io.StringIO(text, newline="")) - len(list(reader))


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(st.text('ab,"\n é男', max_size=5), min_size=width, max_size=width), min_size=1)
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_well_made_text_is_read(rows, end):
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end).writerows(rows)
    plain = read_plain_records(out.getvalue().encode(), "utf-8", Layout(","))
    assert plain is not None
    assert plain.texts.tolist() == rows


@pytest.mark.parametrize(
    "content",
    [
        b'a,"b\n',  # open
        b'a,"b"c\n',  # closed too early
        b'a,b"c\n',  # text, which the csv module reads
        b"a,\x00\n",
        b"a," + b"x" * 140_000 + b"\n",
    ],
)
def test_what_is_not_well_made_is_left_to_a_closer_look(content):
    assert read_plain_records(content, "utf-8", Layout(",")) is None


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("gb18030", "|"), ("utf-16", ","), ("cp932", "^"), ("utf-8", "，")]
)
def test_a_delimiter_that_may_be_half_a_character_is_left_to_a_closer_look(encoding, delimiter):
    assert read_plain_records(f"a{delimiter}b\n".encode(encoding), encoding, Layout(delimiter)) is None


def test_two_byte_characters_beside_commas():
    text = "姓名,性别\n张三,男\n\n李四,\n"
    plain = read_plain_records(text.encode("gb18030"), "gb18030", Layout(","))
    assert plain.texts.tolist() == [["姓名", "性别"], ["张三", "男"], ["", ""], ["李四", ""]]
    assert plain.widths == [2, 2, 0, 2]


def test_a_mark_and_the_line_that_says_the_delimiter_are_no_text():
    plain = read_plain_records(b"\xef\xbb\xbfsep=;\na;b\n", "utf-8-sig", Layout(";", said="sep=;\n"))
    assert plain.texts.tolist() == [["a", "b"]]
