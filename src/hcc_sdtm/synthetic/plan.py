"""The trial's plan and the codes of the simulation: calendar, schedule of scans, responses, organs."""

from __future__ import annotations

import numpy as np

MONTH = 30.4375


def day_number(text: str) -> float:
    """Days from 1970-01-01 of an ISO 8601 date."""
    return float(np.datetime64(text, "D").astype(np.int64))


SITE_SHARES = {"101": 28 / 60, "102": 18 / 60, "103": 14 / 60}


ACCRUAL_START, ACCRUAL_END, CUT_OFF = (
    day_number("2021-01-01"),
    day_number("2022-12-31"),
    day_number("2024-02-29"),
)

WEEKS = (6, 12, 18, 24, *range(36, 145, 12))
"""Scheduled scans after the start of radiotherapy; VISITNUM 2 is the first."""

WINDOW_DAYS = {week: 7 if week <= 24 else 14 for week in WEEKS}

SLOTS: tuple[float, ...] = tuple(
    slot for number in range(2, 2 + len(WEEKS)) for slot in (float(number), round(number + 0.1, 1))
)
"""VISITNUM of each place a scan can have in a course: every scheduled one, and one unscheduled after it."""

NONE, CR, PR, SD, PD, NE = range(6)
RESPONSES = ("", "CR", "PR", "SD", "PD", "NE")

LIVER, LUNG, NODE, BONE, ADRENAL = range(5)
ORGANS = ("LIVER", "LUNG", "RETROPERITONEAL LYMPH NODE", "BONE", "ADRENAL GLAND")


def choose(generator: np.random.Generator, weights: tuple[float, ...], size: int) -> np.ndarray:
    """Indexes drawn with these weights."""
    limits = np.cumsum(weights) / np.sum(weights)
    return np.searchsorted(limits, generator.random(size), side="right")
