import pytest

from hcc_sdtm.checks.iso_forms import FORMS, is_complete_date, is_date, is_duration, is_interval
from hcc_sdtm.spec.rule_kinds import ISO_FORMS


@pytest.mark.parametrize(
    "text", ["2021-03-05", "2021-03", "2021", "2021---15", "--12-15", "2021-03-05T14:30", "2024-02-29"]
)
def test_dates(text: str) -> None:
    assert is_date(text)
    assert not is_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        "20210305",
        "2021-02-29",
        "2021-3-5",
        "2021-W01-1",
        "05/03/2021",
        "2021-03-05 14:30",
        "2021-13",
        "",
        "２０２１-03-05",
    ],
)
def test_no_dates(text: str) -> None:
    assert not is_date(text)


@pytest.mark.parametrize("text", ["P3D", "-PT24H", "P1Y2M10DT2H30M", "P4W", "PT0,5H", "P0D"])
def test_durations(text: str) -> None:
    assert is_duration(text)


@pytest.mark.parametrize("text", ["P", "PT", "P3", "3D", "P1DT", "P4W2D", "P2D1Y", "--P1D", "p3d"])
def test_no_durations(text: str) -> None:
    assert not is_duration(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("2021-03-05/2021-03-09", True), ("2021-03/P5D", True), ("2021-03-05/", False), ("P5D/2021-03-05", False)],
)
def test_intervals(text: str, is_one: bool) -> None:
    assert is_interval(text) is is_one


def test_a_complete_date_is_known_to_the_day() -> None:
    assert is_complete_date("2021-03-05T14")
    assert not is_complete_date("2021-03")
    assert not is_complete_date("2021-02-30")


def test_every_form_of_the_rule_tables_has_its_test() -> None:
    assert set(FORMS) == set(ISO_FORMS)
