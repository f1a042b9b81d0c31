from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.register.history import (
    HISTORY_COLUMNS,
    Run,
    apply_history,
    count_change,
    list_gone,
    no_history,
    read_history,
    render_trend,
    summarise_trend,
    update_history,
)

FIRST, SECOND, THIRD = (Run(f"run{number}", f"2024-0{number}-01T00:00:00") for number in (1, 2, 3))


def run_with(*keys, site="101"):
    fields = {
        "rule": "R-001 a.b",
        "site": site,
        "dataset": "DM",
        "subject": "S",
        "variable": "SEX",
        "severity": "error",
    }
    return pd.DataFrame([{"key": key, **fields} for key in keys], columns=["key", *fields], dtype=object)


def rows(history):
    return history[["key", "first_run", "last_run", "state"]].to_numpy().tolist()


def test_keys_are_open_while_found_then_gone_then_new_again():
    one = update_history(no_history(), run_with("b", "a"), FIRST)
    assert rows(one) == [["a", "run1", "run1", "open"], ["b", "run1", "run1", "open"]]
    two = update_history(one, run_with("b", "c"), SECOND)
    assert rows(two) == [["a", "run1", "run1", "gone"], ["b", "run1", "run2", "open"], ["c", "run2", "run2", "open"]]
    assert two["last_seen"].tolist() == [FIRST.timestamp, SECOND.timestamp, SECOND.timestamp]
    assert count_change(one, two) == (1, 1)

    found = apply_history(run_with("a", "b", "d"), two)
    assert found["status"].tolist() == ["new again", "still open", "new"]
    gone = list_gone(found, two)
    assert gone["key"].tolist() == ["c"]
    assert summarise_trend(found, gone).to_dict("records") == [
        {"severity": "error", "new": 2, "still_open": 1, "waived": 0, "gone": ""},
        {"severity": "all", "new": 2, "still_open": 1, "waived": 0, "gone": 1},
    ]
    assert render_trend(found, gone) == "since the last registered run: new 2, still open 1, gone 1"
    assert rows(update_history(two, run_with("a", "b"), THIRD))[0] == ["a", "run1", "run3", "open"]


def test_a_waived_finding_is_counted_as_waived_only():
    found = run_with("a", "b").assign(status=["waived", "still open"])
    assert summarise_trend(found, no_history()).iloc[-1].tolist() == ["all", 0, 1, 1, 0]
    assert render_trend(found, no_history()).endswith("new 0, still open 1, gone 0, waived 1")


def test_a_run_of_some_sites_says_nothing_about_the_others():
    history = update_history(
        no_history(), pd.concat([run_with("a"), run_with("b", site="102"), run_with("c", site="")]), FIRST
    )
    assert list_gone(run_with(), history)["key"].tolist() == ["a", "b", "c"]
    assert list_gone(run_with(), history, ["101"])["key"].tolist() == ["a"]


def test_where_nothing_was_registered_nothing_is_new():
    found = apply_history(run_with("a"), no_history())
    assert found["status"].tolist() == [""]
    assert render_trend(found, list_gone(found, no_history())) == ""


def test_after_a_run_without_findings_all_are_gone():
    history = update_history(no_history(), run_with("a"), FIRST)
    assert rows(update_history(history, run_with(), SECOND)) == [["a", "run1", "run1", "gone"]]
    assert len(update_history(no_history(), run_with(), FIRST)) == 0


KEYS = st.sets(st.sampled_from("abcdef"))


@given(st.lists(KEYS, max_size=5), KEYS)
def test_the_history_holds_every_key_once_and_the_same_run_twice_changes_nothing(before, last):
    history = no_history()
    for number, keys in enumerate(before):
        history = update_history(history, run_with(*sorted(keys)), Run(f"r{number}", f"2024-01-0{number + 1}"))
    run = Run("last", "2024-02-01")
    after = update_history(history, run_with(*sorted(last)), run)
    assert after["key"].tolist() == sorted(set().union(*before, last))
    assert set(after.loc[after["state"] == "open", "key"]) == last
    pd.testing.assert_frame_equal(update_history(after, run_with(*sorted(last, reverse=True)), run), after)


def test_a_history_that_was_edited_is_refused_with_its_lines(tmp_path):
    (tmp_path / "register").mkdir()
    lines = [
        ",".join(HISTORY_COLUMNS),
        "a,R-001 a.b,,,,,r,t,r,t,open",
        "b,R-001 a.b,,,,,r,t,r,t,closed",
        "a,,,,,,r,t,r,t,gone",
    ]
    (tmp_path / "register" / "history.csv").write_text("\n".join(lines), encoding="utf-8")
    problems = []
    history = read_history(tmp_path, problems)
    assert history["key"].tolist() == ["a", "b"]
    assert [str(problem) for problem in problems] == [
        'register/history.csv:4: key "a" is already on line 2',
        'register/history.csv:3: state "closed"; expected open or gone',
    ]


def test_a_history_without_its_columns_is_refused(tmp_path):
    (tmp_path / "register").mkdir()
    (tmp_path / "register" / "history.csv").write_text("key,rule\na,b\n", encoding="utf-8")
    problems = []
    read_history(tmp_path, problems)
    assert 'register/history.csv:1: column "state" is missing' in [str(problem) for problem in problems]
