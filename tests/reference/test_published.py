"""Published numbers, each with its source in the YAML file beside this one, against our estimators."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from lifelines.datasets import load_leukemia, load_lung
from ruamel.yaml import YAML

from hcc_sdtm.endpoints import (
    cox,
    cumulative_incidence,
    gray_test,
    hazard_ratios,
    interval_censored,
    kaplan_meier,
    log_rank,
    proportion,
    proportion_difference,
)


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


def test_hazard_ratio_of_one_variable():
    data, case = load_lung(), COMPARISONS["cox"][0]
    row = hazard_ratios(data["time"], data["status"], data["sex"], 1).ratios.iloc[0]
    ratio, coefficient, se, z, p, lower, upper = case["rows"][0]
    assert round(row["hazard_ratio"], 3) == ratio
    assert (round(row["coefficient"], 4), round(row["se"], 4), round(row["z"], 3)) == (coefficient, se, z)
    assert (round(row["p"], 5), round(row["lower"], 4), round(row["upper"], 3)) == (p, lower, upper)


GRAY = published("gray")


@pytest.mark.parametrize("name", GRAY["tests"])
def test_gray(name):
    place = np.arange(len(GRAY["time"]))
    time, cause, group, strata = (np.array(GRAY[column]) for column in ("time", "cause", "group", "strata"))
    kept = {
        "everybody": place >= 0,
        "first 80 without the missing": (place < 80) & ~np.isin(place, GRAY["missing"]),
        "groups a and c": group != 2,
    }[name]
    for number, statistic, p in GRAY["tests"][name]:
        found = gray_test(time[kept], cause[kept], group[kept], strata[kept], of=number)
        assert found.df == len(set(group[kept])) - 1
        assert (found.statistic, found.p) == (pytest.approx(statistic, abs=6e-7), pytest.approx(p, abs=6e-8))


def test_cumulative_incidences_by_group():
    time, cause, group = (np.array(GRAY[column]) for column in ("time", "cause", "group"))
    for code, number, *expected in GRAY["incidences"]:
        own = (group == code) | (code == 0)
        curve = cumulative_incidence(time[own], cause[own])
        found = [curve.rate(t, number).estimate for t in range(1, 1 + len(expected))]
        np.testing.assert_allclose(found, expected, rtol=0, atol=6e-8)


def test_aalens_variances_by_group():
    time, cause, group = (np.array(GRAY[column]) for column in ("time", "cause", "group"))
    for code, number, *expected in GRAY["variances"]:
        own = (group == code) | (code == 0)
        curve = cumulative_incidence(time[own], cause[own], variance="aalen").curve
        rows = curve[curve["cause"] == number]
        found = [rows.loc[rows["time"] <= t, "se"].iloc[-1] ** 2 for t in range(1, 1 + len(expected))]
        np.testing.assert_allclose(found, expected, rtol=0, atol=6e-9)


def test_turnbull():
    case = published("turnbull")
    found = interval_censored(case["lower"], case["upper"])
    assert found.converged
    np.testing.assert_allclose(found.sets[["lower", "upper", "mass"]], case["sets"], rtol=0, atol=5.01e-5)


COMPARED = {"rows", "median", "quantiles", "rates", "lower", "upper", "statistic", "events", "expected", "tests"}
COMPARED |= {"incidences", "variances", "sets", "at_risk"}
FILES = ("survival", "quantiles", "lung", "competing", "proportions", "comparisons", "gray", "turnbull")


def numbers_of(node, counted=False):
    """How many numbers stand under a key whose values are compared."""
    if isinstance(node, dict):
        return sum(numbers_of(value, counted or key in COMPARED) for key, value in node.items())
    if isinstance(node, list):
        return sum(numbers_of(value, counted) for value in node)
    return int(counted and isinstance(node, int | float))


def test_at_least_a_hundred_published_numbers():
    found = {name: numbers_of(published(name)) for name in FILES}
    # the intervals of the cosmesis data are no results
    found["turnbull"] = numbers_of(published("turnbull")["sets"], counted=True)
    found["differences"] = 2 * len(published("proportion_differences"))
    assert all(found.values())
    assert sum(found.values()) >= 300, found


@pytest.mark.parametrize("name", FILES)
def test_every_file_has_its_source(name):
    assert "source" in (Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
