import pytest

from tests.adam.lesions.test_responses import DATES, responses_of, scans


def overall(*rows, days=None):
    tables = scans(*rows)
    if days:
        dates = dict(zip(DATES[1:], days, strict=False))
        tables["TR"]["TRDTC"] = tables["TR"]["TRDTC"].replace(dates)
        tables["TU"]["TUDTC"] = tables["TU"]["TUDTC"].replace(dates)
    return responses_of(tables, "iRECIST")["overall"].tolist()


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ("50 65 71", ["iUPD", "iCPD"]),
        ("50 65 69", ["iUPD", "iUPD"]),
        ("50 65 50 52", ["iUPD", "iSD", "iSD"]),
        ("50 65 30 40 46", ["iUPD", "iPR", "iUPD", "iCPD"]),
        ("50 65 71 20", ["iUPD", "iCPD", "iCPD"]),
        ("50 50 0 10", ["iSD", "iCR", "iUPD"]),
        ("50 65 . 71", ["iUPD", "iUPD"]),
    ],
)
def test_progression_is_unconfirmed_until_the_next_assessment_shows_more(sizes, expected):
    assert overall(f"T01 TARGET LIVER LDIAM {sizes}") == expected


def test_the_next_assessment_confirms_between_4_and_8_weeks_only():
    row = "T01 TARGET LIVER LDIAM 50 65 71"
    assert overall(row, days=["2021-04-12", "2021-05-10"]) == ["iUPD", "iCPD"]
    assert overall(row, days=["2021-04-12", "2021-05-09"]) == ["iUPD", "iUPD"]
    assert overall(row, days=["2021-04-12", "2021-06-07"]) == ["iUPD", "iCPD"]
    assert overall(row, days=["2021-04-12", "2021-06-08"]) == ["iUPD", "iUPD"]


def test_a_second_new_lesion_or_another_kind_of_progression_confirms():
    target = "T01 TARGET LIVER LDIAM 50 50 50"
    first = "NEW01 NEW LUNG LDIAM . 8 8"
    assert overall(target, first) == ["iUPD", "iUPD"]
    assert overall(target, "NEW01 NEW LUNG LDIAM . 8 13") == ["iUPD", "iCPD"]
    assert overall(target, first, "NEW02 NEW BONE LDIAM . . 7") == ["iUPD", "iCPD"]
    assert overall("T01 TARGET LIVER LDIAM 50 50 65", first) == ["iUPD", "iCPD"]
    assert overall(target, "NT01 NON-TARGET BONE TUMSTATE PRESENT UNEQUIVOCAL UNEQUIVOCAL") == ["iUPD", "iUPD"]


def test_target_and_non_target_have_the_terms_of_irecist():
    tables = scans("T01 TARGET LIVER LDIAM 50 65 20", "NT01 NON-TARGET BONE TUMSTATE PRESENT PRESENT ABSENT")
    responses = responses_of(tables, "iRECIST")
    assert responses["target"].tolist() == ["iUPD", "iPR"]
    assert responses["non_target"].tolist() == ["NON-iCR/NON-iUPD", "iCR"]
