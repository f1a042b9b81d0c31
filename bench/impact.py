"""What the ranking of findings costs, beside the steps of a run without it: the ratio of one machine in one process.

    python bench/impact.py [--sizes 60 1000 10000] [--repeats 3]

The run is every step but writing. The ranking is made from its result, so that the ratio is what the run takes more.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from hcc_sdtm import pipeline
from hcc_sdtm.impact.ranking import rank_findings
from hcc_sdtm.mapping.sites import mapping_problems
from hcc_sdtm.spec.study import read_study
from hcc_sdtm.synthetic.study import write_study_folder


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sizes", type=int, nargs="+", default=[60, 1000, 10000])
    options.add_argument("--repeats", type=int, default=3)
    chosen = options.parse_args()
    print(f"{'subjects':>9} {'findings':>9} {'tried':>7} {'run s':>8} {'ranking s':>10} {'of the run':>11}")
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            report(Path(folder), size, chosen.repeats)


def report(folder: Path, size: int, repeats: int) -> None:
    write_study_folder(folder, size, 7)
    study = read_study(folder, None, mapping_problems)
    start = time.perf_counter()
    result = pipeline.compute(study, (), False, lambda step: None, impact=False)
    run = time.perf_counter() - start
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        impact = rank_findings(study, result.findings, result.sdtm, result.adam, result.estimates)
        seconds.append(time.perf_counter() - start)
    ranking = statistics.median(seconds)
    counts = f"{size:>9} {len(result.findings):>9} {len(impact.texts):>7}"
    print(f"{counts} {run:>8.2f} {ranking:>10.2f} {ranking / run:>10.1%}", flush=True)


if __name__ == "__main__":
    main()
