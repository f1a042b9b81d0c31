"""What may stand in a doubted cell: days between the neighbours, terms, therapies, no record; and where it is written."""

from __future__ import annotations

import pandas as pd
import pytest

from hcc_sdtm.impact.answers import Answering
from hcc_sdtm.impact.copies import Copy, build_answered_copies
from hcc_sdtm.impact.feeds import find_feeds, ranked_endpoints
from hcc_sdtm.impact.located import Located, Place
from hcc_sdtm.impact.possible_days import MOST_DAYS, PossibleDays
from hcc_sdtm.impact.questions import MOST_COMBINATIONS, build_questions, combine_answers
from tests.impact.tables import OS, PFSEMA, derived, finding, five, found, trial

ASKED = trial(PFSEMA, OS)


def answering(sdtm, asked=ASKED):
    adam = derived(sdtm, asked)
    feeds = find_feeds(
        ranked_endpoints(asked.endpoints.endpoints),
        {**sdtm, **adam},
        adam["ADSL"],
        asked.specs,
        asked.trial,
        asked.adam,
    )
    located = Located(sdtm, feeds)
    return Answering(located, PossibleDays(located, asked.trial))


def question(sdtm, *findings, causes=()):
    (asked,) = build_questions(found(*findings, causes=causes), answering(sdtm), {})
    return asked


def texts(sdtm, *findings):
    """The texts that each answer writes, in order."""
    ((_, answers),) = question(sdtm, *findings).answers.items()
    return [tuple(edit.text for edit in answer) for answer in answers]


def days(sdtm, one):
    written = [each[0] for each in texts(sdtm, one)]
    return written[0], written[-1], len(written)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        # from the scan before to that after; the recorded day itself is no other answer
        (finding("DT-001 a.b", "RS", 3, "RSDTC", "B"), ("2021-03-01", "2021-06-21", 112)),
        # what the finding names counts too
        (
            finding("DT-001 a.b", "RS", 3, "RSDTC", "B", expected="a date on or after 2021-06-19"),
            ("2021-06-19", "2021-06-21", 3),
        ),
        (
            finding("DT-001 a.b", "RS", 3, "RSDTC", "B", expected="a date on or before 2021-03-03"),
            ("2021-03-01", "2021-03-03", 3),
        ),
        # a death is not before the progression, and not after the cut-off
        (
            finding("DT-001 a.b", "DM", 2, "DTHDTC", "B", expected="a date on or after 2024-02-20"),
            ("2024-02-20", "2024-02-29", 10),
        ),
        (
            finding("MAP-012 a.b", "RS", 3, "RSDTC", "B", expected="2021-05-06 or 2021-06-05"),
            ("2021-05-06", "2021-06-05", 2),
        ),
    ],
)
def test_the_days_that_the_neighbours_leave(one, expected):
    sdtm = five({"B": "2021-12-01"})
    first, last, count = days(sdtm, one)
    assert (first, last) == expected[:2]
    assert count == expected[2] or (expected[2] > MOST_DAYS >= count)


def test_of_many_days_the_ends_and_those_about_other_dates_are_tried():
    sdtm = five({"B": "2021-12-01"})
    asked = question(sdtm, finding("DT-001 a.b", "DM", 2, "DTHDTC", "B"))
    tried = {edit.text for answer in asked.answers["B"] for edit in answer}
    assert {"2021-06-21", "2024-02-29", "2021-06-22"} <= tried
    assert len(tried) <= MOST_DAYS
    assert not asked.is_whole


def test_a_partial_date_can_be_every_day_of_its_month():
    sdtm = five()
    sdtm["RS"].frame.loc[3, "RSDTC"] = "2021-06"
    assert days(sdtm, finding("ADSL-101 a.b", "RS", 4, "RSDTC", "B")) == ("2021-06-01", "2021-06-30", 30)


def test_a_doubted_response_is_any_that_the_data_has():
    sdtm = five()
    sdtm["RS"].frame["RSORRES"] = "typed"
    assert texts(sdtm, finding("RS-005 a.b", "RS", 4, "RSSTRESC", "B")) == [("SD", "SD")]
    # a finding that names the response knows more than one that doubts it
    both = (
        finding("RS-005 a.b", "RS", 4, "RSSTRESC", "B"),
        finding("ADRS-120 a.b", "RS", 4, "RSORRES", "B", expected="PD"),
    )
    assert question(sdtm, *both, causes=[(1, 0)]).reason == "nothing limits what the answer may be"


def test_a_therapy_of_doubtful_line_is_second_line_or_none():
    therapy = pd.DataFrame([("B", "2021-05-01", "UNKNOWN")], columns=["S", "CMSTDTC", "CMCAT"], dtype=object)
    sdtm = five(CM=five()["CM"].frame.iloc[:0].pipe(lambda _: therapy))
    assert texts(sdtm, finding("MAP-013 a.b", "CM", 1, "CMCAT", "B")) == [("SECOND LINE",), (None,)]


def test_a_death_that_was_none_takes_its_flag_with_it():
    answers = texts(five({"B": "2021-12-01"}), finding("SS-001 a.b", "DM", 2, "DTHDTC", "B"))
    assert answers[-1] == ("", "")


def test_records_of_one_visit_with_one_text_move_together():
    sdtm = five()
    frame = sdtm["RS"].frame
    sdtm["RS"].frame = pd.concat(
        [frame, frame.iloc[[3]].assign(RSCAT="MRECIST LENCIONI LIVER CANCER 2010")], ignore_index=True
    )
    asked = question(sdtm, finding("MAP-012 a.b", "RS", 4, "RSDTC", "B", expected="2021-06-05 or 2021-06-21"))
    ((answer,),) = asked.answers.values()
    assert [edit.place for edit in answer] == [Place("RS", 3, "RSDTC"), Place("RS", 10, "RSDTC")]


def test_two_records_of_one_cell_have_the_answers_of_the_finding_that_knows_most():
    # as any day of the year the second record would be moved away from the first, outside both readings
    sdtm = five()
    frame = sdtm["RS"].frame
    frame.loc[3, "RSDTC"] = "2021"
    sdtm["RS"].frame = pd.concat(
        [frame, frame.iloc[[3]].assign(RSCAT="MRECIST LENCIONI LIVER CANCER 2010")], ignore_index=True
    )
    read_two_ways = finding("MAP-012 a.b", "RS", 4, "RSDTC", "B", expected="2021-06-05 or 2021-05-06")
    unusable = finding("ADSL-101 a.b", "RS", 11, "RSDTC", "B")
    for pair in ((read_two_ways, unusable), (unusable, read_two_ways)):
        ((_, answers),) = question(sdtm, *pair, causes=[(1, 0)]).answers.items()
        assert [[edit.text for edit in each] for each in answers] == [["2021-06-05"] * 2, ["2021-05-06"] * 2]


def test_answers_of_several_cells_are_combined_unless_they_are_too_many():
    one, two = (tuple((f"{name}{n}",) for n in range(2)) for name in "ab")
    combined, is_whole = combine_answers([one, two])
    assert is_whole
    assert len(combined) == 3 * 3 - 1
    many = tuple((f"c{n}",) for n in range(MOST_COMBINATIONS))
    combined, is_whole = combine_answers([one, many])
    assert not is_whole
    assert set(one) | set(many) <= set(combined)
    assert ("b1", "c1") not in combined
    assert ("a1", "c7") in combined


def test_a_copy_has_what_the_answer_writes_and_nothing_else_changes():
    sdtm = five()
    located = answering(sdtm).located
    ((_, answers),) = question(sdtm, finding("ADRS-101 a.b", "RS", 4, "RSSTRESC", "B")).answers.items()
    copies = build_answered_copies(located, [Copy("B", answers[0]), Copy("C", ())])
    assert copies["RS"].frame[["USUBJID", "RSDTC", "RSSTRESC"]].to_numpy().tolist() == [
        ["000000000", "2021-04-12", "SD"],
        ["000000001", "2021-04-12", "SD"],
        ["000000001", "2021-07-19", "PD"],
    ]
    assert copies["DM"].frame["USUBJID"].tolist() == ["000000000", "000000001"]
    assert sdtm["RS"].frame["RSSTRESC"].tolist() == ["SD", "PD"] * 5
