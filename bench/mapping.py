"""Raw files to mapped domains against their floor, at several sizes: ratios of one machine in one run.

    python bench/mapping.py [--sizes 10000 100000] [--repeats 3]

Mapping is everything from the files to the frames of the domains: the mappings read, the files read, dates settled, rules
applied, findings, the reconciliation. The floor brings the same files to text and does nothing else: calamine for workbooks
(every sheet, every cell as ``str``), ``pandas.read_csv`` for text files. Each repeat runs one after the other in a new
process each, and the ratio is that of the medians. Imports are counted on neither side, nor are the study's specs. CPU is
that of all threads, user and system: the mapping reads files in threads of its own, and the floor is one.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--repeats", type=int, default=3)
    chosen = options.parse_args()
    print(f"{'subjects':>9} {'floor s':>9} {'mapped s':>9} {'ratio':>6} {'of CPU':>7}   growth (floor, mapped)")
    before = None
    for size in sorted(chosen.sizes):
        with tempfile.TemporaryDirectory() as folder:
            before = report(Path(folder), size, chosen.repeats, before)


def report(study: Path, size: int, repeats: int, before: tuple[float, float] | None) -> tuple[float, float]:
    run_child("synth", study, size)
    floor, mapped = [], []
    for _ in range(repeats):
        mapped.append(run_child("mapping", study, size))
        floor.append(run_child("floor", study, size))
    seconds = [statistics.median(each["seconds"] for each in found) for found in (floor, mapped)]
    cpu = [statistics.median(each["cpu"] for each in found) for found in (floor, mapped)]
    times = [after / earlier for after, earlier in zip(seconds, before or (), strict=False)]
    growth = f"{times[0]:.1f}, {times[1]:.1f} times" if times else ""
    ratios = f"{seconds[1] / seconds[0]:>6.2f} {cpu[1] / cpu[0]:>7.2f}"
    print(f"{size:>9} {seconds[0]:>9.2f} {seconds[1]:>9.2f} {ratios}   {growth}", flush=True)
    return seconds[0], seconds[1]


def run_child(kind: str, study: Path, size: int) -> dict:
    command = [sys.executable, __file__, "--child", kind, str(study), str(size)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])


def child(kind: str, study: Path, size: int) -> None:
    if kind == "synth":
        from hcc_sdtm.synthetic.study import write_study_folder

        write_study_folder(study, size, 1)
        print("{}")
        return
    work = prepare_mapping(study) if kind == "mapping" else prepare_floor(study)
    start, cpu = time.perf_counter(), cpu_seconds()
    work()
    print(json.dumps({"seconds": time.perf_counter() - start, "cpu": cpu_seconds() - cpu}))


def prepare_mapping(study: Path) -> Callable[[], object]:
    """What maps the study, everything that it imports imported."""
    import hcc_sdtm.pipeline  # noqa: F401
    from hcc_sdtm.dataset import Lineage
    from hcc_sdtm.mapping.sites import map_sites
    from hcc_sdtm.spec.study import read_study

    loaded = read_study(study)
    return lambda: map_sites(loaded, (), Lineage(), keep_going=False)


def prepare_floor(study: Path) -> Callable[[], None]:
    """What brings the study's files to text, one after the other."""
    import pandas as pd
    from python_calamine import CalamineWorkbook

    def read() -> None:
        for path in sorted((study / "raw").rglob("*")):
            if path.suffix == ".xlsx":
                workbook = CalamineWorkbook.from_path(str(path))
                for name in workbook.sheet_names:
                    _ = [[str(cell) for cell in row] for row in workbook.get_sheet_by_name(name).to_python()]
            elif path.is_file():
                pd.read_csv(path, dtype=str, keep_default_na=False, encoding="latin-1")

    return read


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
