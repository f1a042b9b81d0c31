import pytest

from hcc_sdtm.mapping.tables.transfers import choose_transfers

THREE = ["101_20240301.xlsx", "101_2024-09-01.xlsx", "101_1Jun2024.xlsx"]


def files(choice):
    return [transfer.file for transfer in choice.chosen]


def test_without_a_word_several_files_are_a_doubt_and_none_is_chosen():
    choice = choose_transfers("101_*.xlsx", None, [*THREE, "102_20240301.xlsx"])
    assert (choice.chosen, choice.doubt) == ((), "it must match one file")
    assert list(choice.rivals) == sorted(THREE)


def test_newest_takes_the_latest_date_in_a_name_however_it_is_written():
    choice = choose_transfers("101_*.xlsx", "newest", THREE)
    assert files(choice) == ["101_2024-09-01.xlsx"]
    newer = "101_2024-09-01.xlsx"
    assert choice.superseded == {"101_20240301.xlsx": newer, "101_1Jun2024.xlsx": newer}


def test_all_takes_every_file_oldest_first_where_the_names_tell():
    assert files(choose_transfers("101_*.xlsx", "all", THREE)) == [
        "101_20240301.xlsx",
        "101_1Jun2024.xlsx",
        "101_2024-09-01.xlsx",
    ]
    assert files(choose_transfers("*.csv", "all", ["b.csv", "a.csv"])) == ["a.csv", "b.csv"]


UNDATED = "not every name has one date that can be read without doubt"
TIED = "no date in a name is later than all others"


@pytest.mark.parametrize(
    ("names", "doubt"),
    [
        (["v_20240301.csv", "v_final.csv"], UNDATED),  # a name without a date
        (["v_03-05-2024.csv", "v_04-05-2024.csv"], UNDATED),  # day and month cannot be told apart
        (["v_20241301.csv", "v_20240301.csv"], UNDATED),  # no such month
        (["v_240301.csv", "v_240901.csv"], UNDATED),  # which part is the year
        (["v_20240101-20240301.csv", "v_20240901.csv"], UNDATED),  # two dates
        (["v_20240301.csv", "v_2024-03-01.csv"], TIED),
        (["v_2024-03.csv", "v_2024-03-15.csv"], TIED),  # before or after that day
    ],
)
def test_newest_is_refused_where_the_names_leave_a_doubt(names, doubt):
    choice = choose_transfers("v_*.csv", "newest", names)
    assert (choice.chosen, choice.doubt) == ((), doubt)


def test_months_can_be_compared_where_they_differ():
    assert files(choose_transfers("v_*.csv", "newest", ["v_2024-02.csv", "v_2024-03.csv"])) == ["v_2024-03.csv"]


def test_only_a_date_that_a_wildcard_has_part_in_counts():
    names = ["20190101_study_2024-03-01.csv", "20190101_study_2024-09-01.csv"]
    assert files(choose_transfers("20190101_study_*.csv", "newest", names)) == [names[1]]
    assert files(choose_transfers("20190101_study_2024-??-01.csv", "newest", names)) == [names[1]]


def test_files_whose_keys_differ_are_parts_and_each_has_its_newest():
    names = ["V1_20240301.csv", "V2_20240301.csv", "V2_20240901.csv"]
    choice = choose_transfers("V{VISITNUM}_*.csv", "newest", names)
    assert [(each.file, each.keys) for each in choice.chosen] == [
        ("V1_20240301.csv", {"VISITNUM": "1"}),
        ("V2_20240901.csv", {"VISITNUM": "2"}),
    ]
    assert choose_transfers("V{VISITNUM}_*.csv", None, names).rivals == ("V2_20240301.csv", "V2_20240901.csv")
    assert len(choose_transfers("V{VISITNUM}_*.csv", None, names[:2]).chosen) == 2


def test_nothing_that_matches_is_no_doubt():
    choice = choose_transfers("x*.csv", "newest", THREE)
    assert (choice.chosen, choice.doubt) == ((), "")


def test_a_name_that_is_the_pattern_is_meant_alone():
    assert files(choose_transfers("a[1].csv", None, ["a[1].csv", "a1.csv"])) == ["a[1].csv"]
