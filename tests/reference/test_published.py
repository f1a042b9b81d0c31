"""Published numbers, each with its source in the YAML file beside this one, against our estimators."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from lifelines.datasets import load_leukemia, load_lung
from ruamel.yaml import YAML

from hcc_sdtm.endpoints import cox, cumulative_incidence, kaplan_meier, log_rank, proportion, proportion_difference


def published(name):
    return YAML(typ="safe", pure=True).load((Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8"))


SURVIVAL = published("survival")


@pytest.mark.parametrize("name", SURVIVAL)
def test_kaplan_meier(name):
    case = SURVIVAL[name]
    curve = kaplan_meier(case["time"], case["event"], ci=case["ci"])
    by_time = curve.curve.set_index("time")
    half = 0.5 * 10.0 ** -case["digits"]
    for time, at_risk, events, *numbers in case["rows"]:
        row = by_time.loc[time]
        assert (row["at_risk"], row["events"]) == (at_risk, events)
        se = row["se"] / row["survival"] if case["se"] == "log" and row["survival"] else row["se"]
        ours = [row["survival"], se, row["lower"], row["upper"]]
        np.testing.assert_allclose(ours, numbers, rtol=0, atol=half * 1.0001, err_msg=f"{name} at {time}")
    median = curve.quantile(0.5)
    np.testing.assert_array_equal([median.estimate, median.lower, median.upper], case["median"])


@pytest.mark.parametrize("case", published("quantiles"), ids=lambda case: case["source"][-20:])
def test_quantiles_on_level_steps(case):
    curve = kaplan_meier(case["time"], case["event"], ci="log")
    for numerator, denominator, estimate, lower in case["rows"]:
        quantile = curve.quantile(1 - numerator / denominator)
        np.testing.assert_array_equal(
            [quantile.estimate, quantile.lower, quantile.upper], [estimate, lower, np.nan], f"{numerator}/{denominator}"
        )


def test_lung():
    case = published("lung")
    data = load_lung()
    curve = kaplan_meier(data["time"], data["status"], ci="log")
    assert (curve.n, curve.events) == (case["n"], case["events"])
    assert {p: curve.quantile(p).estimate for p in case["quantiles"]} == case["quantiles"]
    median = curve.quantile(0.5)
    assert [median.estimate, median.lower, median.upper] == case["median"]
    for time, at_risk, *numbers in case["rates"]:
        rate = curve.rate(time)
        se = curve.curve.loc[curve.curve["time"] <= time, "se"].iloc[-1]
        assert rate.at_risk == at_risk
        np.testing.assert_allclose([rate.estimate, se, rate.lower, rate.upper], numbers, rtol=0, atol=0.0005)


def test_cumulative_incidence():
    case = published("competing")
    curve = cumulative_incidence(case["time"], case["cause"]).curve.set_index(["cause", "time"])
    assert curve.loc[1, "at_risk"].to_dict() == case["at_risk"]
    for cause, time, *parts in case["rows"]:
        incidence, variance = Fraction(*parts[:2]), Fraction(*parts[2:])
        row = curve.loc[(cause, time)]
        assert row["incidence"] == pytest.approx(float(incidence), abs=1e-12)
        assert row["se"] ** 2 == pytest.approx(float(variance), abs=1e-12)


@pytest.mark.parametrize(
    ("interval", "case"),
    [(interval, case) for interval, cases in published("proportions").items() for case in cases],
    ids=lambda value: value if isinstance(value, str) else f"{value['x']}/{value['n']}",
)
def test_proportions(interval, case):
    share = proportion(case["x"], case["n"], interval)
    assert share.estimate == case["x"] / case["n"]
    assert (round(share.lower, 4), round(share.upper, 4)) == (case["lower"], case["upper"])


@pytest.mark.parametrize("case", published("proportion_differences"), ids=str)
def test_differences_of_proportions(case):
    *counts, lower, upper = case
    difference = proportion_difference(*counts)
    assert (difference.lower, difference.upper) == pytest.approx((lower, upper), abs=5.01e-5)
    assert difference.estimate == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])


COMPARISONS = published("comparisons")
DATA = {"lung": load_lung, "leukemia": lambda: load_leukemia().rename(columns={"t": "time"})}


@pytest.mark.parametrize("case", COMPARISONS["log_rank"], ids=lambda case: case["data"])
def test_log_rank(case):
    data = DATA[case["data"]]()
    found = log_rank(data["time"], data["status"], data[case["group"]])
    assert round(found.statistic, case["digits"]) == case["statistic"]
    assert found.groups["events"].tolist() == case["events"]
    np.testing.assert_allclose(found.groups["expected"], case["expected"], rtol=0, atol=0.05)


@pytest.mark.parametrize("case", COMPARISONS["cox"], ids=lambda case: f"{case['data']} {len(case['rows'])}")
def test_cox(case):
    data = DATA[case["data"]]().dropna(subset=case["covariates"])
    strata = data[case["strata"]] if "strata" in case else None
    model = cox(data["time"], data["status"], data[case["covariates"]], strata)
    assert (model.n, model.events) == (case.get("n", model.n), case.get("events", model.events))
    columns = ["hazard_ratio", "coefficient", "se", "z", "p", "lower", "upper"]
    for (_, row), numbers in zip(model.ratios.iterrows(), case["rows"], strict=True):
        digits = [len(f"{number!r}".partition(".")[2]) for number in numbers]
        close = [
            abs(row[name] - number) <= 10.0 ** -min(at, 4)
            for name, number, at in zip(columns, numbers, digits, strict=True)
        ]
        assert all(close), (row.to_dict(), numbers)
    assert model.warnings == ()
