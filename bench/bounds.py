"""All endpoints of the reference trial with their bounds against one lifelines fit of the same subjects: ratios of one run.

    python bench/bounds.py [--subjects 10000] [--repeats 9]

A synthetic study is derived once, with what its unknown dates leave open. The fit is ``KaplanMeierFitter().fit`` of the
progression-free survival. They take turns, and the ratios are those of the medians.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lifelines import KaplanMeierFitter

from hcc_sdtm import pipeline
from hcc_sdtm.endpoints.bounds import add_bounds
from hcc_sdtm.endpoints.listed import estimate_endpoints
from hcc_sdtm.mapping.sites import mapping_problems
from hcc_sdtm.spec.study import read_study
from hcc_sdtm.synthetic.study import write_study_folder


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--subjects", type=int, default=10_000)
    options.add_argument("--repeats", type=int, default=9)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_study_folder(Path(folder), chosen.subjects, 1)
        study = read_study(Path(folder), None, mapping_problems)
        result = pipeline.compute(study, (), False, lambda step: None, impact=False)
    endpoints, admissible = study.endpoints, result.derived.admissible
    frames = [result.adam[name].published for name in ("ADSL", "ADRS", "ADTTE")]
    alone = endpoints.model_copy(
        update={
            "endpoints": tuple(each.model_copy(update={"by": (), "compare": False}) for each in endpoints.endpoints)
        }
    )
    pfs = frames[2][frames[2]["PARAMCD"] == "PFS"]
    estimates, of_all = (estimate_endpoints(*frames, each) for each in (endpoints, alone))
    works: dict[str, Callable[[], object]] = {
        "lifelines fit": lambda: KaplanMeierFitter().fit(pfs["AVAL"], pfs["CNSR"] == 0),
        "list with bounds": lambda: add_bounds(estimate_endpoints(*frames, endpoints), endpoints, admissible),
        "list": lambda: estimate_endpoints(*frames, endpoints),
        "its bounds": lambda: add_bounds(estimates, endpoints, admissible),
        "list without subgroups": lambda: estimate_endpoints(*frames, alone),
        "its bounds ": lambda: add_bounds(of_all, alone, admissible),
    }
    seconds: dict[str, list[float]] = {label: [] for label in works}
    for _ in range(chosen.repeats):
        for label, work in works.items():
            start = time.perf_counter()
            work()
            seconds[label].append(time.perf_counter() - start)
    outcomes = 0 if admissible is None else len(admissible.outcomes)
    print(f"{len(frames[0]):,} subjects, {outcomes:,} admissible outcomes, {len(estimates.results):,} statistics")
    print(f"{'':<24} {'seconds':>8} {'ratio':>6}   smallest to largest")
    base = statistics.median(seconds["lifelines fit"])
    for label, found in seconds.items():
        middle = statistics.median(found)
        print(f"{label:<24} {middle:>8.4f} {middle / base:>6.1f}   {min(found):.4f} to {max(found):.4f}")


if __name__ == "__main__":
    main()
