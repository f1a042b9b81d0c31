"""The full run against its floor, at several sizes: ratios of one machine in one run, never absolute promises.

    python bench/full_run.py [--sizes 60 1000 10000] [--repeats 3]

The floor is a process of its own that imports the same libraries, reads the same files to text with calamine (and csv for
text files) and writes the same XPT datasets with pyreadstat; what it has to load to be able to write them is not counted.
The impact ranking (`run --no-impact`) is left out of the full run: its cost depends on the findings, not on the data.
Each repeat runs the floor and the full run one after the other, in a new process each, and the ratio is that of the medians.
Memory is the peak resident size less that of a process that only imports, against the raw text as UTF-8 plus the XPT bytes.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

IMPORTS = (
    "import pandas, pandera.pandas, pyreadstat, lifelines, scipy.stats, openpyxl, matplotlib.figure, pydantic, click"
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sizes", type=int, nargs="+", default=[60, 1000, 10000])
    options.add_argument("--repeats", type=int, default=3)
    chosen = options.parse_args()
    imports_only = measured("imports", Path(), Path())
    print(f"{'subjects':>9} {'floor s':>9} {'full s':>9} {'ratio':>6} {'memory':>7}   (memory: times the data)")
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            report(Path(folder), size, chosen.repeats, imports_only["peak"])


def report(folder: Path, size: int, repeats: int, imports_peak: float) -> None:
    study, out = folder / "study", folder / "out"
    subprocess.run([sys.executable, __file__, "--child", "synth", study, str(size)], check=True)
    full, floor = [], []
    for _ in range(repeats):
        full.append(measured("full", study, out))
        floor.append(measured("floor", study, out))
    floor_seconds = statistics.median(each["seconds"] for each in floor)
    full_seconds = statistics.median(each["seconds"] for each in full)
    data = floor[0]["text_bytes"] + sum(path.stat().st_size for path in out.rglob("*.xpt"))
    memory = (max(each["peak"] for each in full) - imports_peak) / data
    ratio = full_seconds / floor_seconds
    print(f"{size:>9} {floor_seconds:>9.2f} {full_seconds:>9.2f} {ratio:>6.2f} {memory:>7.1f}", flush=True)


def measured(kind: str, study: Path, out: Path) -> dict:
    command = [sys.executable, __file__, "--child", kind, str(study), str(out)]
    start = time.perf_counter()
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
    found["seconds"] = time.perf_counter() - start - found.pop("loading", 0.0)
    return found


def child(kind: str, study: Path, out: Path) -> None:
    facts: dict = {}
    if kind == "synth":
        from hcc_sdtm.synthetic.study import write_study_folder

        write_study_folder(study, int(str(out)), 1)
        return
    if kind == "imports":
        exec(IMPORTS)
    if kind == "full":
        from hcc_sdtm.pipeline import run

        run(study, out, impact=False)
    if kind == "floor":
        exec(IMPORTS)
        facts = floor(study, out)
    facts["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(facts))


def floor(study: Path, out: Path) -> dict:
    import csv

    import pyreadstat
    from python_calamine import CalamineWorkbook

    start = time.perf_counter()
    frames = {
        path: pyreadstat.read_xport(path, disable_datetime_conversion=True) for path in sorted(out.rglob("*.xpt"))
    }
    loading = time.perf_counter() - start
    size = 0
    for path in sorted((study / "raw").rglob("*")):
        if path.suffix == ".xlsx":
            workbook = CalamineWorkbook.from_path(str(path))
            for name in workbook.sheet_names:
                rows = [[str(cell) for cell in row] for row in workbook.get_sheet_by_name(name).to_python()]
                size += sum(len(cell.encode()) for row in rows for cell in row)
        elif path.suffix == ".csv":
            with path.open(encoding="latin-1", newline="") as file:
                size += sum(len(cell) for row in csv.reader(file) for cell in row)
    with tempfile.TemporaryDirectory() as folder:
        for path, (frame, metadata) in frames.items():
            labels = metadata.column_names_to_labels
            pyreadstat.write_xport(
                frame,
                Path(folder) / path.name,
                table_name=path.stem.upper(),
                column_labels=labels,
                file_format_version=5,
            )
    return {"loading": loading, "text_bytes": size}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
