from __future__ import annotations

import numpy as np
import pytest

from hcc_sdtm.endpoints import hazard_ratios, log_rank
from hcc_sdtm.endpoints.group_counts import GroupCounts, count_groups, read_group_counts
from hcc_sdtm.endpoints.hazard_ratio import hazard_ratios_of
from hcc_sdtm.endpoints.log_rank import log_rank_of

TIME, EVENT, GROUP = [1, 2, 2, 3, 4, 4, 5, 6], [1, 1, 0, 1, 1, 0, 0, 1], ["a", "b", "a", "b", "b", "c", "c", "a"]


def test_who_is_at_risk_and_has_the_event_at_each_time_of_an_event():
    counts = read_group_counts(TIME, EVENT, GROUP, None, None)
    [(at_risk, having)] = counts.strata
    # at 1, 2, 3, 4 and 6
    assert at_risk.tolist() == [[3, 2, 1, 1, 1], [3, 3, 2, 1, 0], [2, 2, 2, 2, 0]]
    assert having.tolist() == [[1, 0, 0, 0, 1], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0]]
    assert (counts.names, counts.sizes.tolist(), counts.events.tolist()) == (["a", "b", "c"], [3, 3, 2], [2, 3, 0])


def test_strata_have_times_of_their_own_and_who_enters_late_is_not_at_risk_before():
    counts = read_group_counts([2, 4, 6, 8], [1, 1, 1, 0], ["a", "b", "a", "b"], [1, 1, 2, 2], [0, 3, 0, 5])
    assert [at_risk.tolist() for at_risk, _ in counts.strata] == [[[1, 0], [0, 1]], [[1], [1]]]
    assert counts.events.tolist() == [2, 1]


def test_groups_alone_are_compared_as_if_there_were_no_others():
    time, event, group = (np.array(each) for each in (TIME, EVENT, GROUP))
    own = group != "b"
    counts = read_group_counts(TIME, EVENT, GROUP, None, None).take([0, 2])
    assert counts.sizes.tolist() == [3, 2]
    assert log_rank_of(counts).p == pytest.approx(log_rank(time[own], event[own], group[own]).p)
    own = group != "c"
    with pytest.warns(UserWarning, match="5 events for 1 covariate"):
        expected = hazard_ratios(time[own], event[own], group[own], "a").ratios
    made = hazard_ratios_of(read_group_counts(TIME, EVENT, GROUP, None, None).take([0, 1]), "a", 0.95).ratios
    np.testing.assert_array_equal(made.drop(columns="covariate"), expected.drop(columns="covariate"))


def test_without_an_event_there_is_no_time():
    times = np.array([1.0, 2.0])
    at_risk, having = count_groups([(times, np.array([0, 0]), None), (times, np.array([False, False]), None)])
    assert at_risk.shape == having.shape == (2, 0)
    assert GroupCounts(["a", "b"], np.array([2, 2]), [(at_risk, having)]).events.tolist() == [0, 0]
