"""Kaplan-Meier of a million subjects against lifelines' fit alone: ratios of one run.

    python bench/endpoints.py [--subjects 1000000] [--repeats 5]

Each repeat does one after the other on the same durations: ``KaplanMeierFitter().fit`` (which makes no median), and
`kaplan_meier` with its log-log limits, the median with its limits and a rate. Once with durations in whole days, of which few
are distinct, and once with durations that are all distinct. The ratios are those of the medians.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from lifelines import KaplanMeierFitter

from hcc_sdtm.endpoints import kaplan_meier


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--subjects", type=int, default=1_000_000)
    options.add_argument("--repeats", type=int, default=5)
    chosen = options.parse_args()
    random = np.random.default_rng(1)
    event = random.random(chosen.subjects) < 0.6
    durations = {
        "days": random.integers(1, 2000, chosen.subjects).astype(np.float64),
        "all distinct": random.exponential(300, chosen.subjects),
    }
    print(f"{chosen.subjects:,} subjects, medians of {chosen.repeats}")
    print(f"{'':<34} {'seconds':>8} {'ratio':>6}   smallest to largest")
    for name, duration in durations.items():
        compare(name, duration, event, chosen.repeats)


def compare(name: str, duration: np.ndarray, event: np.ndarray, repeats: int) -> None:
    """Prints the seconds of both, and the ratio."""
    works: dict[str, Callable[[], object]] = {
        f"lifelines fit, {name}": lambda: KaplanMeierFitter().fit(duration, event),
        f"kaplan_meier, {name}": lambda: ours(duration, event),
    }
    seconds: dict[str, list[float]] = {label: [] for label in works}
    for _ in range(repeats):
        for label, work in works.items():
            start = time.perf_counter()
            work()
            seconds[label].append(time.perf_counter() - start)
    base = statistics.median(seconds[f"lifelines fit, {name}"])
    for label, found in seconds.items():
        middle = statistics.median(found)
        print(f"{label:<34} {middle:>8.3f} {middle / base:>6.2f}   {min(found):.3f} to {max(found):.3f}")


def ours(duration: np.ndarray, event: np.ndarray) -> object:
    """The curve with its limits, its median with limits, and a rate."""
    curve = kaplan_meier(duration, event)
    return curve.quantile(0.5), curve.rate(365)


if __name__ == "__main__":
    main()
