"""The register of queries: its file, its numbers, and what runs and answers do to it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.problem import StudyError
from hcc_sdtm.register.queries import COLUMNS, Query, parse_number, queries_frame, read_queries
from hcc_sdtm.register.query_answers import Answer, propose_waivers, take_answers
from hcc_sdtm.register.query_states import Asked, Occasion, ask_queries
from hcc_sdtm.source import Source


def one(key, site="101", also=(), file_hash="f1", hidden=False):
    return Asked(site, key, also, "MAP-011", "error", f"a.xlsx:S!{key}1", file_hash, hidden)


def at(run="r1", sites=("101",), rounds=2, waived=()):
    return Occasion(run, sites, "2024-03-01", rounds, waived)


def ask(queries, asked, **occasion):
    return ask_queries(queries, asked, at(**occasion))


def states(queries):
    return {query.number: query.state for query in queries}


def answer(number, said="", new="", key="", rounds=1, row=5, comment=""):
    return Answer(
        Source("101.xlsx", "Queries", row, 11), number, key, said, new, comment, "Dr Li", "2024-03-02", rounds
    )


# the file


def test_the_register_reads_back_as_it_was_written(tmp_path):
    queries, _ = ask((), [one("a"), one("b", also=("c", "d"), hidden=True)])
    path = tmp_path / "queries.csv"
    queries_frame(queries).to_csv(path, index=False, encoding="utf-8-sig")
    assert read_queries(path) == queries


def test_no_register_is_an_empty_one(tmp_path):
    assert read_queries(tmp_path / "queries.csv") == ()


def test_every_problem_of_the_register_is_told_with_its_line(tmp_path):
    rows = [Query("101-0001", "101", "a"), Query("101-0001", "101", "b"), Query("102-0001", "101", "c", state="opne")]
    rows.append(Query("101-0003", "101", "d", answer="correct"))
    path = tmp_path / "queries.csv"
    frame = queries_frame(rows)
    frame.loc[0, "rounds"] = "two"
    frame.to_csv(path, index=False)
    with pytest.raises(StudyError) as error:
        read_queries(path)
    assert [str(problem) for problem in error.value.problems] == [
        'register/queries.csv:2: rounds "two" is no count',
        'register/queries.csv:4: answer "correct" is not one of corrected, confirmed as is, not known, will follow; '
        'did you mean "corrected"?',
        'register/queries.csv:5: number "102-0001" is not of the form 101-0001',
        'register/queries.csv:5: state "opne" is not one of open, answered, closed, re-opened, escalated; '
        'did you mean "open"?',
    ]


def test_a_column_that_was_deleted_is_told(tmp_path):
    path = tmp_path / "queries.csv"
    path.write_text(",".join(column for column in COLUMNS if column != "state") + "\n")
    with pytest.raises(StudyError, match='no column "state"'):
        read_queries(path)


@pytest.mark.parametrize("number", ["101-0001", "site-7-12345", "a-b-0000"])
def test_a_number_is_the_site_and_a_count(number):
    site, count = parse_number(number)
    assert number.startswith(f"{site}-")
    assert int(number.rpartition("-")[2]) == count


@pytest.mark.parametrize("number", ["101-1", "", "0001", "101-00a1"])
def test_another_text_is_no_number(number):
    assert parse_number(number) is None


# runs


def test_numbers_are_given_a_site_and_kept():
    first, numbers = ask((), [one("a"), one("b"), one("c", site="102")], sites=("101", "102"))
    assert numbers == ("101-0001", "101-0002", "102-0001")
    again, numbers = ask(first, [one("x"), one("b"), one("a"), one("c", site="102")], sites=("101", "102"))
    assert numbers == ("101-0003", "101-0002", "101-0001", "102-0001")
    assert len(again) == 4


def test_a_query_that_is_no_longer_found_closes_and_its_number_is_never_given_again():
    first, _ = ask((), [one("a"), one("b")])
    second, _ = ask(first, [one("a")], run="r2")
    assert states(second) == {"101-0001": "open", "101-0002": "closed"}
    assert second[1].why == "no longer found"
    assert second[1].closed == "2024-03-01"
    _, numbers = ask(second, [one("a"), one("new")], run="r3")
    assert numbers == ("101-0001", "101-0003")


def test_a_run_without_a_site_closes_none_of_its_queries():
    first, _ = ask((), [one("a"), one("b", site="102")], sites=("101", "102"))
    second, _ = ask(first, [], run="r2", sites=("102",))
    assert states(second) == {"101-0001": "open", "102-0001": "closed"}


def test_a_closed_query_that_is_found_again_re_opens_under_its_number():
    first, _ = ask((), [one("a")])
    closed, _ = ask(first, [], run="r2")
    again, numbers = ask(closed, [one("a")], run="r3")
    assert numbers == ("101-0001",)
    assert (again[0].state, again[0].why, again[0].closed) == ("re-opened", "found again", "")


def test_the_same_run_a_second_time_changes_nothing():
    first, _ = ask((), [one("a"), one("b")])
    assert ask(first, [one("a"), one("b")]) == (first, ("101-0001", "101-0002"))


def test_a_waived_query_closes_as_waived():
    first, _ = ask((), [one("a")])
    second, _ = ask(first, [], run="r2", waived=("a",))
    assert (second[0].state, second[0].why) == ("closed", "waived")


def test_what_is_asked_with_another_keeps_the_oldest_number_and_the_others_say_so():
    first, _ = ask((), [one("a"), one("b")])
    second, numbers = ask(first, [one("b", also=("a",))], run="r2")
    assert numbers == ("101-0002",)  # it asks about the same finding as before
    assert (second[0].state, second[0].why) == ("closed", "asked under 101-0002")


def test_a_query_goes_on_when_only_what_was_asked_with_it_is_left():
    first, _ = ask((), [one("a", also=("b",))])
    second, numbers = ask(first, [one("b")], run="r2")
    assert numbers == ("101-0001",)
    assert second[0].key == "b"
    assert "a" in second[0].keys  # a workbook that is still with the site says a


def test_a_correction_that_did_not_come_is_asked_again_and_one_that_has_not_come_yet_waits():
    first, _ = ask((), [one("a")])
    answered, _, problems = take_answers(first, [answer("101-0001", "corrected", "45")], 2)
    assert problems == []
    waiting, _ = ask(answered, [one("a")], run="r2")
    assert states(waiting) == {"101-0001": "answered"}
    again, _ = ask(waiting, [one("a", file_hash="f2")], run="r3")
    assert again[0].state == "re-opened"
    assert again[0].why == 'answered as corrected, and found again; the answer was "corrected": 45'
    assert (again[0].answer, again[0].new_value) == ("", "")


def test_a_correction_that_came_closes_the_query():
    first, _ = ask((), [one("a")])
    answered, _, _ = take_answers(first, [answer("101-0001", "corrected", "45")], 2)
    closed, _ = ask(answered, [], run="r2")
    assert (closed[0].state, closed[0].why, closed[0].new_value) == ("closed", "no longer found", "45")


def test_files_that_come_without_an_answer_escalate():
    queries, _ = ask((), [one("a")])
    for file_hash, state in (("f1", "open"), ("f2", "open"), ("f3", "escalated"), ("f4", "escalated")):
        queries, _ = ask(queries, [one("a", file_hash=file_hash)], run=file_hash)
        assert queries[0].state == state
    assert queries[0].why == "no answer after 2 rounds"


@given(st.lists(st.lists(st.sampled_from("abcdef"), unique=True), max_size=6))
def test_a_number_is_of_one_key_for_ever_whatever_runs_find(runs):
    queries, of_key = (), {}
    for count, keys in enumerate(runs):
        queries, numbers = ask(queries, [one(key, file_hash=str(count)) for key in keys], run=str(count), rounds=9)
        for key, number in zip(keys, numbers, strict=True):
            assert of_key.setdefault(key, number) == number
        found = {number for number, state in states(queries).items() if state != "closed"}
        assert found == set(numbers)
    assert len(set(of_key.values())) == len(of_key)


# answers


@pytest.mark.parametrize(
    ("said", "new", "state", "why"),
    [
        ("corrected", "45", "answered", "corrected"),
        ("confirmed as is", "", "answered", "confirmed as is"),
        ("not known", "", "escalated", "the site does not know"),
        ("will follow", "", "open", ""),
        ("", "", "open", ""),
    ],
)
def test_what_each_answer_does(said, new, state, why):
    before, _ = ask((), [one("a")])
    after, changed, problems = take_answers(before, [answer("101-0001", said, new, comment="seen")], 2)
    assert problems == []
    assert (after[0].state, after[0].why, after[0].answer, after[0].new_value) == (state, why, said, new)
    assert after[0].comment == "seen"
    assert changed == after


def test_a_confirmed_query_is_proposed_for_a_waiver():
    before, _ = ask((), [one("a"), one("b")])
    _, changed, _ = take_answers(before, [answer("101-0001", "confirmed as is"), answer("101-0002", "corrected")], 2)
    assert list(propose_waivers(changed)) == ["a"]


def test_what_follows_from_a_confirmed_finding_is_proposed_too_where_it_stands():
    before, _ = ask((), [one("a", also=("b", "c"))])
    _, changed, _ = take_answers(before, [answer("101-0001", "confirmed as is")], 2)
    assert list(propose_waivers(changed, {"c", "z"})) == ["a", "c"]


def test_two_rounds_without_an_answer_escalate_and_the_same_workbook_twice_is_one_round():
    queries, _ = ask((), [one("a")])
    for _ in range(3):
        queries, _, _ = take_answers(queries, [answer("101-0001", rounds=1)], 2)
    assert (queries[0].state, queries[0].rounds, queries[0].returned) == ("open", 1, "Y")
    queries, _ = ask(queries, [one("a")])
    assert (queries[0].state, queries[0].rounds, queries[0].returned) == ("open", 2, "")
    queries, _, _ = take_answers(queries, [answer("101-0001", rounds=1)], 2)
    assert queries[0].state == "open"
    queries, _, _ = take_answers(queries, [answer("101-0001", rounds=2)], 2)
    assert (queries[0].state, queries[0].why) == ("escalated", "no answer after 2 rounds")


def test_an_escalated_query_may_still_be_answered():
    before, _ = ask((), [one("a")])
    after, _, _ = take_answers(before, [answer("101-0001", "not known")], 2)
    last, _, _ = take_answers(after, [answer("101-0001", "corrected", "7")], 2)
    assert (last[0].state, last[0].new_value) == ("answered", "7")


def test_an_answer_that_is_known_changes_nothing():
    before, _ = ask((), [one("a")])
    after, _, _ = take_answers(before, [answer("101-0001", "corrected", "7")], 2)
    assert take_answers(after, [answer("101-0001", "corrected", "7")], 2) == (after, (), [])


def test_everything_that_is_wrong_with_answers_is_told_at_its_cell():
    before, _ = ask((), [one("a"), one("b"), one("c"), one("d"), one("e")])
    closed = tuple(
        replace(query, state="closed", why="no longer found", closed="2024-02-01") if query.key == "e" else query
        for query in before
    )
    answers = [
        answer("101-0033", "corrected", row=5),
        answer("101-0001", "corrected", "7", key="b", row=6),
        answer("101-0002", "confirmed as is", "8", row=7),
        answer("101-0003", "", "9", row=8),
        answer("101-0004", "corrected", "7", row=9),
        answer("101-0004", "corrected", "8", row=10),
        answer("101-0005", "corrected", "7", row=11),
    ]
    _, _, problems = take_answers(closed, answers, 2)
    assert [str(problem) for problem in problems] == [
        '101.xlsx:Queries!K5: no query "101-0033" in the register; did you mean "101-0003"?',
        "101.xlsx:Queries!K6: 101-0001 is another question here than in the register; was its number overwritten, or its "
        "row moved?",
        '101.xlsx:Queries!K7: 101-0002 is answered "confirmed as is" and has the new value "8"',
        '101.xlsx:Queries!K8: 101-0003 has the new value "9" and no answer; "corrected" was expected',
        '101.xlsx:Queries!K10: 101-0004 is answered "corrected" ("8") here and "corrected" ("7") at 101.xlsx:Queries!K9',
        "101.xlsx:Queries!K11: 101-0005 is closed (no longer found, 2024-02-01); it takes no further answer",
    ]


def test_the_same_answer_twice_and_an_empty_line_beside_it_are_one_answer():
    before, _ = ask((), [one("a")])
    lines = [answer("101-0001"), answer("101-0001", "corrected", "7"), answer("101-0001", "corrected", "7")]
    after, _, problems = take_answers(before, lines, 2)
    assert problems == []
    assert after[0].new_value == "7"


def test_a_closed_query_without_an_answer_is_no_problem():
    before, _ = ask((), [one("a")])
    closed, _ = ask(before, [], run="r2")
    assert take_answers(closed, [answer("101-0001")], 2) == (closed, (), [])
