import pytest

from hcc_sdtm.raw.text.delimiter import Layout, delimiter_name, find_layout


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a\tb\n1,5\t2,5\n", "\t"),
        ("a;b\n1,5;2,5\n", ";"),
        ("1,5;2,5\n3,5;4,5\n", ";"),  # no names: a comma between digits is a decimal mark
        ("1,2\n3,4\n", ","),
        ("a|b\n1|2\n", "|"),
        ("a^b^c\n1^2^3\n", "^"),
        ("a~b\n1~2\n", "~"),
        ("a\x1fb\n1\x1f2\n", "\x1f"),
        ("姓名，性别\n张三，男\n", "，"),
        ('a,b\n"x;y;z",2\n"p;q;r",3\n', ","),
        ('a\tb\n1\t5" tube, long\n2\t6" tube, long\n', "\t"),
        ("id|name|note\n1|Smith, John|a\n2|Doe, Jane|b\n", "|"),
        ("title of the export\n\na;b;c\n1;2;3\n4;5;6\n", ";"),
        ("a\n1\n", ","),
        ("", ","),
    ],
)
def test_delimiters(sample, delimiter):
    assert find_layout(sample) == Layout(delimiter)


def test_one_broken_record_does_not_outweigh_the_names():
    # every record has one comma too, except the one that is broken at the semicolon
    records = "".join(f"{number};x, y;z\n" for number in range(50))
    assert find_layout(f"a;b;c\n{records}51;x, y\n") == Layout(";")


@pytest.mark.parametrize("line", ["sep=;\n", "SEP=;\r\n", '"sep=;"\r\n'])
def test_a_first_line_that_says_the_delimiter_settles_it(line):
    assert find_layout(f"{line}a,b,c\n1,2,3\n") == Layout(";", said=line)


def test_single_quotes_around_every_name_are_quotes():
    assert find_layout("'a','b'\n'1','x,y'\n") == Layout(",", "'")
    assert find_layout("'a',b\n'1',2\n").quote == '"'


def test_another_delimiter_that_fits_as_well_is_a_doubt():
    layout = find_layout("a,b;c\n1,2;3\n4,x;y\n")
    assert layout.delimiter in ",;"
    assert "would make 2 fields of the records as well" in layout.doubt


def test_quoted_words_between_spaces_are_fields_and_a_doubt():
    assert find_layout('"id" "sex"\n"1" "M"\n') == Layout(" ", doubt="no other sign stands between its quoted names")


def test_delimiters_are_said_in_words():
    assert [delimiter_name(each) for each in ("\t", ",", "¦")] == ["a tab", "a comma", '"¦"']


def test_a_sign_in_a_few_lines_that_the_first_does_not_have_is_a_doubt():
    layout = find_layout("id\n007\n1,5\n")
    assert (layout.delimiter, layout.doubt) == (",", "most of the first lines have other numbers of fields")
