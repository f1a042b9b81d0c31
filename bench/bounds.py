"""All endpoints of the reference trial with their bounds against one lifelines fit of the same subjects: ratios of one run.

    python bench/bounds.py [--copies 176] [--repeats 5]

The 57 subjects of the reference study are derived once, with what their unknown dates leave open, and copied; each copy is
moved by up to 60 days of its own, outcomes and all. The fit is ``KaplanMeierFitter().fit`` of the progression-free survival.
They take turns, and the ratios are those of the medians.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter

from hcc_sdtm.adam.admissible.finding_outcomes import Admissible
from hcc_sdtm.endpoints.bounds import add_bounds
from hcc_sdtm.endpoints.listed import estimate_endpoints
from hcc_sdtm.pipeline import run
from hcc_sdtm.spec.folder import reference_study

TIMES = ("AVAL", "ENTRY", "AVALLO", "AVALHI")
MONTH_DAYS = 30.4375


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--copies", type=int, default=176)
    options.add_argument("--repeats", type=int, default=5)
    chosen = options.parse_args()
    result = run(reference_study())
    endpoints = result.study.endpoints
    moves = np.random.default_rng(1).integers(0, 60, (chosen.copies, len(result.adam["ADSL"].frame)))
    place = {name: at for at, name in enumerate(result.adam["ADSL"].frame["USUBJID"])}
    adsl, adrs, adtte = (copied(result.adam[name].published, moves, place) for name in ("ADSL", "ADRS", "ADTTE"))
    known = result.derived.admissible
    if known is None:
        raise SystemExit("the reference study has no unknown dates")
    outcomes, unknown, responses, too_many = (
        copied(each, moves, place)
        for each in (known.outcomes, known.not_enumerated, known.responses, known.responses_not_enumerated)
    )
    admissible = Admissible(outcomes, unknown, responses, too_many)
    alone = endpoints.model_copy(
        update={
            "endpoints": tuple(each.model_copy(update={"by": (), "compare": False}) for each in endpoints.endpoints)
        }
    )
    pfs = adtte[adtte["PARAMCD"] == "PFS"]
    estimates = estimate_endpoints(adsl, adrs, adtte, endpoints)
    of_all = estimate_endpoints(adsl, adrs, adtte, alone)
    works: dict[str, Callable[[], object]] = {
        "lifelines fit": lambda: KaplanMeierFitter().fit(pfs["AVAL"], pfs["CNSR"] == 0),
        "list": lambda: estimate_endpoints(adsl, adrs, adtte, endpoints),
        "bounds of the list": lambda: add_bounds(replace(estimates), endpoints, admissible),
        "list without subgroups": lambda: estimate_endpoints(adsl, adrs, adtte, alone),
        "its bounds": lambda: add_bounds(replace(of_all), alone, admissible),
    }
    seconds: dict[str, list[float]] = {label: [] for label in works}
    for _ in range(chosen.repeats):
        for label, work in works.items():
            start = time.perf_counter()
            work()
            seconds[label].append(time.perf_counter() - start)
    print(f"{len(adsl):,} subjects, {len(outcomes):,} admissible outcomes, {len(estimates.results):,} statistics")
    print(f"{'':<24} {'seconds':>8} {'ratio':>6}   smallest to largest")
    base = statistics.median(seconds["lifelines fit"])
    for label, found in seconds.items():
        middle = statistics.median(found)
        print(f"{label:<24} {middle:>8.4f} {middle / base:>6.1f}   {min(found):.4f} to {max(found):.4f}")


def copied(frame: pd.DataFrame, moves: np.ndarray, place: dict[str, int]) -> pd.DataFrame:
    """The rows once for each copy of their subjects, whose times are moved by the days of the copy."""
    parts = []
    at = frame["USUBJID"].map(place).to_numpy(dtype=np.int64)
    for number, days in enumerate(moves):
        part = frame.assign(USUBJID=frame["USUBJID"] + f"-{number:05d}")
        for name in TIMES:
            if name in part:
                part[name] = part[name].astype(float) + days[at] / MONTH_DAYS
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    main()
