import io
import time

import pytest

from hcc_sdtm.raw.grid import TooManyCellsError
from hcc_sdtm.raw.text.delimiter import Layout
from hcc_sdtm.raw.text.records import FieldTooLongError, read_records


def read(text, delimiter=",", quote='"'):
    return read_records(lambda: io.StringIO(text, newline=""), Layout(delimiter, quote))


@pytest.mark.parametrize(
    ("text", "expected", "unpaired"),
    [
        # a quote that nobody closed, in a file that ends, or in which another follows
        ('a,b\n1,"2\n3,4\n', [["a", "b"], ["1", '"2'], ["3", "4"]], [(2, 2)]),
        ('a,b\n1,"2\n3,4\n5,"6"\n', [["a", "b"], ["1", '"2'], ["3", "4"], ["5", "6"]], [(2, 2)]),
        # quotes that are text
        ('a,b\n1,"Aspirin" 100\n', [["a", "b"], ["1", '"Aspirin" 100']], [(2, 2)]),
        ('a,b\n1,5" tube\n2,6"\n', [["a", "b"], ["1", '5" tube'], ["2", '6"']], []),
        # quotes inside a quoted field that are not doubled
        ('a,b\n1,"12" monitor"\n2,"x ""y"", z"\n', [["a", "b"], ["1", '12" monitor'], ["2", 'x "y", z']], [(2, 2)]),
        # the rest of the file is quoted over several lines all the same
        ('a,b\n1,"x"y\n2,"p\nq"\n', [["a", "b"], ["1", '"x"y'], ["2", "p\nq"]], [(2, 2)]),
        (
            'a,b\n1,"x"y\n2,"p\n""q""\nr"\n3,"s\n',
            [["a", "b"], ["1", '"x"y'], ["2", 'p\n"q"\nr'], ["3", '"s']],
            [(2, 2), (4, 2)],
        ),
    ],
)
def test_quotes_that_do_not_pair_up_swallow_no_record(text, expected, unpaired):
    records = read(text)
    assert records.texts.tolist() == expected
    assert records.unpaired == unpaired
    assert records.widths == [len(record) for record in expected]


def test_two_stray_quotes_take_no_rows_between_them():
    text = "id\tdrug\tdose\n" + '1\t"Lenvatinib\t8\n' + "2\tSorafenib\t400\n" * 20 + '3\tRegorafenib"\t160\n'
    records = read(text, "\t")
    assert len(records.widths) == 23
    assert records.texts[1].tolist() == ["1", '"Lenvatinib', "8"]
    assert records.unpaired == [(2, 2)]


def test_a_quoted_text_that_could_be_rows_is_read_as_quoted_and_doubted():
    records = read('id,note\n1,"first\nsecond, line"\n2,x\n')
    assert records.texts.tolist() == [["id", "note"], ["1", "first\nsecond, line"], ["2", "x"]]
    assert records.swallowing == [(2, 2)]
    assert records.unpaired == []


def test_where_the_names_are_quoted_quotes_are_trusted():
    records = read('"a"\t"b"\n"1"\t"x\ty\nz"\n"2"\t"w"\n', "\t")
    assert records.texts.tolist() == [["a", "b"], ["1", "x\ty\nz"], ["2", "w"]]
    assert records.unpaired == []


@pytest.mark.parametrize("inside", ["\n", "\r"])
def test_line_breaks_without_quotes_in_a_file_of_cr_lf(inside):
    records = read(f"a;b;c\r\n1;x{inside}y;2\r\n3;z;4\r\n", ";")
    assert records.texts.tolist() == [["a", "b", "c"], ["1", f"x{inside}y", "2"], ["3", "z", "4"]]
    assert records.broken == [(2, 2)]


def test_one_cr_lf_at_the_end_of_an_uneven_file_joins_nothing():
    records = read("a,b\n1,2,3\n4,5\n6,7\r\n")
    assert records.widths == [2, 3, 2, 2]
    assert records.broken == []


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_line_ends(end):
    text = f'a,b{end}{end}1,"x{end}y"{end}2,z'
    assert read(text).texts.tolist() == [["a", "b"], ["", ""], ["1", f"x{end}y"], ["2", "z"]]


def test_mixed_line_ends_each_end_a_record():
    assert read("a,b\r\n1,2\n3,4\r5,6").texts.tolist() == [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]]


def test_a_cell_without_end_is_refused_with_its_row():
    with pytest.raises(FieldTooLongError, match="row 2"):
        read('a,b\n1,"' + "x" * 140_000)


def test_a_file_of_stray_quotes_is_read_in_a_time_that_grows_with_it():
    # each line opens a field that the next one might close
    lines = "".join(f'{number},"x ""y\n' for number in range(30_000))
    started = time.process_time()
    records = read(f"a,b\n{lines}")
    assert len(records.widths) == 30_001
    assert time.process_time() - started < 10


def test_a_record_without_end_is_read_in_a_time_that_grows_with_it():
    # each line closes the field of the one before and opens the next
    started = time.process_time()
    with pytest.raises(TooManyCellsError, match="a line has more than 100,000 fields"):
        read('a,"y\n' + 'x","y\nx","z","y\n' * 100_000 + 'x","z"y\n')
    assert time.process_time() - started < 20
