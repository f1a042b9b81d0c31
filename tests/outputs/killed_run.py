"""Runs writes of an output folder that kill themselves, one at each line that `open_output` goes through.

Called as ``python -m tests.outputs.killed_run FOLDER SYSTEM``; prints one JSON object a kill. A program of its
own, because it forks and kills. SYSTEM is the value of ``sys.platform`` the code is to see: ``linux`` swaps
folders, ``other`` cannot.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from hcc_sdtm.outputs.manifest import MANIFEST, build_manifest, verify_manifest, write_manifest
from hcc_sdtm.outputs.replace import MARKER, open_output
from tests.outputs.tables import CUTOFF, FINDINGS

FILES = 4


def write(out: Path, version: str) -> None:
    with open_output(out) as folder:
        for number in range(FILES):
            (folder / f"part{number}").mkdir()
            (folder / f"part{number}" / "data.txt").write_text(f"{version} {number}\n")
        write_manifest(folder, build_manifest("S", CUTOFF, [], FINDINGS.iloc[:0], {}, notes=[version]))


def state(out: Path) -> str:
    """old or new where the folder wholly is one of them, absent where it is not there, else what is wrong with it."""
    if not out.exists():
        return "absent"
    problems = verify_manifest(out)
    versions = {(out / f"part{number}" / "data.txt").read_text().split()[0] for number in range(FILES)}
    note = json.loads((out / MANIFEST).read_text())["notes"]
    return note[0] if not problems and versions == set(note) else f"broken: {problems} {versions} {note}"


def run_killed_at(out: Path, step: int) -> bool:
    """Whether a child was killed at the ``step``-th line on its way to the new version; two visits to a line count."""
    child = os.fork()
    if child == 0:
        lines = Counter()

        def trace(frame, event, _):
            name = Path(frame.f_code.co_filename).name
            if name not in ("replace.py", "killed_run.py", "shutil.py"):
                return None
            if event == "line":
                lines[name, frame.f_lineno] += 1
                lines["steps"] += lines[name, frame.f_lineno] <= 2  # a loop's later rounds teach nothing new
                if lines["steps"] == step:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        write(out, "new")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status):
        raise RuntimeError("the child failed")
    return False


def main(folder: Path, system: str) -> None:
    sys.platform = system
    for before in ("old", "absent"):
        killed, step = True, 0
        while killed:
            step += 1
            out = folder / before / str(step) / "out"
            if before == "old":
                write(out, "old")
            killed = run_killed_at(out, step)
            after = state(out)
            litter = [path.name for path in out.parent.glob(".*")]
            write(out, "next")
            remains = [path.name for path in out.parent.iterdir() if MARKER in path.name]
            kill = {"before": before, "step": step, "killed": killed, "after": after, "litter": litter}
            print(json.dumps(kill | {"final": state(out), "remains": remains}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
