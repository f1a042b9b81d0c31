from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.responses.histories import NE, PD, PR, codes_of, first_of_each, in_order, read_histories


def table() -> pd.DataFrame:
    rows = [
        ("B", 84, "PD"),
        ("A", 84, "iCPD"),
        ("B", 42, "SD"),
        ("A", 42, "PR"),
        ("B", 126, "CR"),
        ("A", 20, "said no"),
    ]
    return pd.DataFrame(rows, columns=["subject", "day", "response"], index=list("uvwxyz"))


def test_assessments_are_in_order_and_keep_their_labels():
    histories = read_histories(table())
    assert "".join(histories.label) == "zxvwuy"
    assert list(histories.number) == [0, 0, 0, 1, 1, 1]
    assert list(histories.code[:3]) == [NE, PR, PD]
    assert list(histories.terms()) == ["NE", "PR", "iCPD", "SD", "PD", "CR"]
    assert read_histories(histories) is histories


def test_nothing_follows_progression_and_subjects_do_not_see_each_other():
    histories = read_histories(table())
    assert "".join(histories.until_progression().label) == "zxvwu"
    assert list(histories.seen_before(histories.code == PD)) == [False, False, False, False, False, True]
    assert "".join(histories.label[first_of_each(histories, histories.day >= 84)]) == "vu"


def test_no_assessments_are_histories_too():
    histories = read_histories(table().iloc[:0])
    assert len(histories.until_progression()) == 0
    assert list(first_of_each(histories, histories.code == PD)) == []


def test_what_is_sorted_is_not_sorted_again():
    subject, day = np.array([0, 0, 1]), np.array([5.0, 5.0, 1.0])
    assert list(in_order(subject, day)) == [0, 1, 2]
    assert list(in_order(subject[::-1], day)) == [2, 1, 0]


def test_a_term_of_neither_criterion_is_not_evaluable():
    assert list(codes_of(["iPR", "PR", "partial"])) == [PR, PR, NE]
