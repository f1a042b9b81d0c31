from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines.statistics import multivariate_logrank_test

from hcc_sdtm.endpoints import log_rank

SUBJECTS = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 1), st.integers(0, 2), st.integers(0, 1)), min_size=2, max_size=40
)


def by_hand(rows, strata=False):
    """Observed, expected and chi-squared of two or more groups, table by table."""
    groups = sorted({row[2] for row in rows})
    expected, variance = dict.fromkeys(groups, 0.0), np.zeros((len(groups), len(groups)))
    for stratum in sorted({row[3] for row in rows}) if strata else [None]:
        own = [row for row in rows if stratum is None or row[3] == stratum]
        for time in sorted({row[0] for row in own if row[1]}):
            at_risk = {group: sum(row[0] >= time and row[2] == group for row in own) for group in groups}
            total, events = sum(at_risk.values()), sum(row[0] == time and row[1] for row in own)
            for at, group in enumerate(groups):
                expected[group] += events * at_risk[group] / total
                for at2, other in enumerate(groups):
                    if total > 1:
                        share = at_risk[other] / total
                        variance[at, at2] += (
                            events * (total - events) / (total - 1) * at_risk[group] / total * ((at == at2) - share)
                        )
    observed = {group: sum(row[1] and row[2] == group for row in rows) for group in groups}
    excess = np.array([observed[group] - expected[group] for group in groups])
    return (
        observed,
        expected,
        float(excess @ np.linalg.pinv(variance) @ excess),
        int((np.diag(variance) > 1e-12).sum()) - 1,
    )


@given(SUBJECTS, st.booleans())
def test_agrees_with_the_tables_made_by_hand(rows, stratified):
    time, event, group, strata = (list(column) for column in zip(*rows, strict=True))
    if len(set(group)) < 2:
        with pytest.raises(ValueError, match="at least two groups"):
            log_rank(time, event, group)
        return
    found = log_rank(time, event, group, strata if stratified else None)
    observed, expected, statistic, df = by_hand(rows, stratified)
    assert found.groups["events"].tolist() == list(observed.values())
    assert found.groups["expected"].tolist() == pytest.approx(list(expected.values()))
    assert found.df == max(df, 0)
    if df > 0:
        assert found.statistic == pytest.approx(statistic, abs=1e-6)
    else:
        assert np.isnan(found.p)


@given(SUBJECTS)
def test_agrees_with_lifelines(rows):
    time, event, group, _ = (list(column) for column in zip(*rows, strict=True))
    observed = {code for at, had, code, _ in rows}
    if len(observed) != 2 or not any(event):
        return
    found = log_rank(time, event, group)
    if found.df:
        theirs = multivariate_logrank_test(time, group, event)
        assert (found.statistic, found.p) == pytest.approx((theirs.test_statistic, theirs.p_value), rel=1e-6, abs=1e-9)


def test_who_enters_late_is_not_at_risk_before():
    late = log_rank([2, 4, 6, 8], [1, 1, 1, 1], ["a", "b", "a", "b"], entry=[0, 3, 0, 5])
    assert late.groups["expected"].tolist() == pytest.approx([1 + 1 / 2 + 1 / 2 + 0, 1 / 2 + 1 / 2 + 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: log_rank([1, -1], [1, 0], ["a", "b"]), r"a duration must not be negative: time\[1\] is -1"),
        (lambda: log_rank([1, 2], [1, 2], ["a", "b"]), r"an event is 0 or 1: event\[1\] is 2"),
        (lambda: log_rank([1, 2], [1, 0], ["a", None]), r"group\[1\] is missing"),
        (lambda: log_rank([1, 2], [1, 0], ["a", "b"], strata=["x"]), "time has 2 values and strata 1"),
        (lambda: log_rank([1, 2], [1, 0], ["a", "a"]), "at least two groups, not 1"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
