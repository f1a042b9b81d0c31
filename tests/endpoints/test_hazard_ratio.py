from __future__ import annotations

import numpy as np
import pytest
from lifelines.datasets import load_lung

from hcc_sdtm.endpoints import cox, hazard_ratios


@pytest.mark.parametrize(("seed", "delayed", "stratified"), [(1, False, False), (2, True, False), (3, True, True)])
def test_equals_lifelines_with_ties(seed, delayed, stratified):
    random = np.random.default_rng(seed)
    entry, length = random.integers(0, 4, 80), random.integers(1, 9, 80)
    event, group, strata = random.integers(0, 2, 80), random.choice(["a", "b", "c"], 80), random.integers(0, 2, 80)
    time, late, layers = entry + length, entry if delayed else None, strata if stratified else None
    ours = hazard_ratios(time, event, group, "a", late, strata=layers)
    theirs = cox(time, event, {name: group == name for name in "bc"}, layers, late)
    for column in ("coefficient", "se", "hazard_ratio", "lower", "upper", "z", "p"):
        np.testing.assert_allclose(ours.ratios[column], theirs.ratios[column], rtol=3e-5, atol=1e-5)


def test_lung_by_sex():
    data = load_lung()
    ours = hazard_ratios(data["time"], data["status"], data["sex"], 1)
    # lifelines stops a little before the maximum
    theirs = cox(data["time"], data["status"], data[["sex"]])
    assert ours.ratios["coefficient"].item() == pytest.approx(theirs.ratios["coefficient"].item(), abs=1e-5)
    assert ours.ratios["se"].item() == pytest.approx(theirs.ratios["se"].item(), abs=1e-5)
    assert ours.ratios["covariate"].item() == 2
    assert ours.warnings == ()


def test_the_other_reference_turns_the_ratio_round():
    time, event, group = [1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0], ["x", "y", "x", "x", "y", "y"]
    with pytest.warns(UserWarning, match="4 events for 1 covariate: 10 each are usual"):
        one, other = (hazard_ratios(time, event, group, name).ratios.iloc[0] for name in "xy")
    assert one["hazard_ratio"] == pytest.approx(1 / other["hazard_ratio"])
    assert one["lower"] == pytest.approx(1 / other["upper"])


def test_events_of_one_group_before_all_of_the_other():
    with pytest.warns(UserWarning, match="did not settle"):
        model = hazard_ratios([1, 2, 3, 7, 8, 9], [1, 1, 1, 0, 0, 0], ["a", "a", "a", "b", "b", "b"], "b")
    assert model.warnings[0].startswith("the model did not settle")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hazard_ratios([1, 2], [0, 0], ["a", "b"], "a"), "no event"),
        (lambda: hazard_ratios([1, 2], [1, 0], ["a", "a"], "a"), "at least two groups, not 1"),
        (lambda: hazard_ratios([1, 2], [1, 0], ["a", "b"], "c"), 'nobody is in the reference "c"; the groups are a, b'),
        (lambda: hazard_ratios([1, -2], [1, 0], ["a", "b"], "a"), r"must not be negative: time\[1\] is -2"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
