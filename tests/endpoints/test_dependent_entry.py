from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, kstest

from hcc_sdtm.endpoints import dependent_entry

SUBJECTS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 7), st.integers(0, 1)), min_size=2, max_size=30)


def by_hand(time, event, entry):
    """Tau, pairs and z from the definition, pair after pair."""
    score, pairs, variance = 0, 0, 0.0
    for i in range(len(time)):
        for j in range(len(time)):
            later = time[j] > time[i] or (time[j] == time[i] and not event[j])
            if i != j and event[i] and entry[j] < time[i] and later:
                pairs += 1
                score += np.sign(entry[j] - entry[i])
    for t in sorted({t for t, had in zip(time, event, strict=True) if had}):
        at_risk = [number for number in range(len(time)) if entry[number] < t <= time[number]]
        having = sum(event[number] and time[number] == t for number in at_risk)
        ranks = [sum(np.sign(entry[a] - entry[b]) for b in at_risk) for a in at_risk]
        if len(at_risk) > 1:
            variance += having * (len(at_risk) - having) / (len(at_risk) - 1) * np.mean(np.square(ranks))
    return score, pairs, variance


@given(SUBJECTS)
def test_equals_the_definition(rows):
    entry, length, event = (np.array(column) for column in zip(*rows, strict=True))
    found = dependent_entry(entry + length, event, entry)
    score, pairs, variance = by_hand(entry + length, event, entry)
    assert found.pairs == pairs
    if pairs and variance > 0:
        assert (found.tau, found.z) == pytest.approx((score / pairs, score / variance**0.5))
    else:
        assert np.isnan([found.tau, found.z, found.p]).all()


def test_without_delay_and_censoring_it_is_kendalls_tau():
    # everybody is at risk before the first event, so that every pair is compared
    random = np.random.default_rng(2)
    entry, time = random.random(60), 2 + random.random(60)
    assert dependent_entry(time, np.ones(60), entry).tau == pytest.approx(kendalltau(entry, time).statistic)


def test_dependence_is_seen_with_its_sign():
    random = np.random.default_rng(5)
    entry, event = random.uniform(0, 20, 300), random.random(300) < 0.7
    late_lives_longer = dependent_entry(entry + 1 + random.exponential(5 + 3 * entry), event, entry)
    late_dies_sooner = dependent_entry(entry + 1 + random.exponential(60 - 2.9 * entry), event, entry)
    assert late_lives_longer.tau > 0.1
    assert late_dies_sooner.tau < -0.1
    assert max(late_lives_longer.p, late_dies_sooner.p) < 1e-4


def test_p_is_uniform_where_entry_and_event_are_independent():
    random = np.random.default_rng(11)
    p = []
    for _ in range(400):
        entry, time = random.uniform(0, 10, 400), random.exponential(8, 400)
        kept = entry < time
        p.append(dependent_entry(time[kept], random.random(kept.sum()) < 0.8, entry[kept]).p)
    assert kstest(p, "uniform").pvalue > 0.01


def test_nothing_to_compare():
    assert np.isnan(dependent_entry([2, 9], [1, 1], [0, 5]).tau)
    assert np.isnan(dependent_entry([2, 9], [1, 1], [1, 1]).p)
    assert np.isnan(dependent_entry([], [], []).tau)


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"an entry must lie before the exit: entry\[1\] is 2"):
        dependent_entry([1, 2], [1, 1], [0, 2])
