"""Kaplan-Meier in plain Python, apart from the package: what the real studies' survival figures are compared with."""

from __future__ import annotations

from math import exp, log, sqrt

import pytest

MONTH = 30.4375
Z = 1.959963984540054
Times = list[tuple[float, bool]]


def kaplan_meier(times: Times) -> list[tuple[float, float, float, float]]:
    """Time, survival and log-log 95 % limits (Greenwood) at each event time, from 0 on."""
    survival, variance, curve = 1.0, 0.0, [(0.0, 1.0, 1.0, 1.0)]
    for time in sorted({time for time, event in times if event}):
        at_risk = sum(other >= time for other, _ in times)
        events = sum(event and other == time for other, event in times)
        survival *= 1 - events / at_risk
        if at_risk == events:
            curve.append((time, 0.0, float("nan"), float("nan")))
            break
        variance += events / (at_risk * (at_risk - events))
        spread = Z * sqrt(variance) / abs(log(survival))
        curve.append((time, survival, survival ** exp(spread), survival ** exp(-spread)))
    return curve


def first_at_half(curve, column: int) -> float:
    return next(point[0] for point in curve if point[column] <= 0.5 + 1e-12)


def close(value: object) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def require_median(entry, curve) -> None:
    assert entry["value"] == close(first_at_half(curve, 1) / MONTH)
    # the lower limit of the curve reaches one half first: it is the lower limit of the median
    assert entry["lower"] == close(first_at_half(curve, 2) / MONTH)
    assert entry["upper"] == close(first_at_half(curve, 3) / MONTH)
