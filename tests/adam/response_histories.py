"""Histories of visit responses, drawn and written, and what one reads off them one assessment after the other."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

MINIMUM_SD, CONFIRMATION = 35, 28
RESPONSES = ["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"]


def assessments(history: str) -> pd.DataFrame:
    """One subject's assessments from ``42 PR, 84 CR``."""
    rows = [entry.split() for entry in history.split(",") if entry.strip()]
    return pd.DataFrame(
        {
            "subject": ["A"] * len(rows),
            "day": [float(day) for day, _ in rows],
            "response": [value for _, value in rows],
        }
    )


histories = st.lists(st.sampled_from(RESPONSES), min_size=1, max_size=8).flatmap(
    lambda values: st.lists(st.integers(1, 400), min_size=len(values), max_size=len(values), unique=True).map(
        lambda days: pd.DataFrame({"subject": "A", "day": [float(day) for day in sorted(days)], "response": values})
    )
)
"""One subject's assessments, in order."""


def until_progression(table: pd.DataFrame, after_complete: str = "PD") -> list[tuple[float, str]]:
    """Day and response up to the first PD, less than complete after complete being PD or what it is given as."""
    seen: list[tuple[float, str]] = []
    for day, value in zip(table["day"], table["response"], strict=True):
        had_complete = any(other == "CR" for _, other in seen)
        if after_complete == "PD" and had_complete and value in ("PR", "SD", "NON-CR/NON-PD"):
            value = "PD"
        seen.append((day, value))
        if value == "PD":
            break
    return seen


def confirmed_at(seen: list[tuple[float, str]], first: int, max_ne: int, max_sd: int) -> int | None:
    """Which later assessment confirms the CR or PR at ``first``; None: none does, or it is neither."""
    day, best = seen[first]
    if best not in ("CR", "PR"):
        return None
    good = ("CR",) if best == "CR" else ("CR", "PR")
    most = {"NE": max_ne, "SD": max_sd if best == "PR" else 0}
    for later in range(first + 1, len(seen)):
        between = [value for _, value in seen[first + 1 : later]]
        fits = all(value in good or between.count(value) <= most.get(value, 0) for value in between)
        if seen[later][1] in good and seen[later][0] - day >= CONFIRMATION and fits:
            return later
    return None


def confirmed_by_reading(table: pd.DataFrame, max_ne: int, max_sd: int, after_complete: str) -> str:
    """Confirmed best response read off a history one assessment after the other."""
    seen = until_progression(table, after_complete)
    for best in ("CR", "PR"):
        for at, (_, value) in enumerate(seen):
            if value == best and confirmed_at(seen, at, max_ne, max_sd) is not None:
                return best
    values = {value for day, value in seen if day >= MINIMUM_SD}
    if values & {"CR", "PR", "SD"}:
        return "SD"
    if "NON-CR/NON-PD" in values:
        return "NON-CR/NON-PD"
    return "PD" if seen[-1][1] == "PD" else "NE"


def best_by_reading(table: pd.DataFrame) -> str:
    """Best response without confirmation read off a history."""
    seen = until_progression(table, "as given")
    early = ("SD", "NON-CR/NON-PD")
    values = {value for day, value in seen if value not in early or day >= MINIMUM_SD}
    return next((value for value in RESPONSES if value in values), "NE")
