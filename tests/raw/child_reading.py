"""Reads files in a process of their own, so that one that takes too long, takes too much memory or ends it is named."""

import json
import subprocess
import sys
from dataclasses import dataclass

MOST_SECONDS = 20
MOST_MEGABYTES = 512

_CHILD = """
import json, resource, signal, sys
from pathlib import Path
from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import read_raw_file
{setup}
def megabytes():
    # getrusage would count the memory of the process that started this one
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) >> 10
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))  # for the machine's sake; the measure is the resident memory
for line in sys.stdin:
    item = json.loads(line)
    signal.alarm({seconds})  # no handler: also what never returns to Python is ended
    try:
        outcome = read(*item)
    except StudyError as failure:
        outcome = "refused: " + str(failure)
    except BaseException as failure:
        outcome = f"raised: {{type(failure).__name__}}: {{failure}}"
    signal.alarm(0)
    print(json.dumps([outcome, megabytes()]), flush=True)
"""

READ = """
def read(folder, name):
    sheets, findings = read_raw_file(Path(folder), name)
    kinds = {type(text) for sheet in sheets for text in sheet.grid.ravel()}
    assert kinds <= {str}, kinds
    return f"read: {len(sheets)}"
"""


@dataclass(frozen=True)
class Outcome:
    """What came of one file: ``read: ..``, ``refused: ..``, ``raised: ..`` or ``died: ..``, and the most memory so far."""

    text: str
    megabytes: int


def read_in_child(items, setup=READ, seconds=MOST_SECONDS):
    """The outcome of ``read(*item)``, which ``setup`` defines, for each item; after a death a new process reads the rest."""
    code = _CHILD.format(setup=setup, seconds=seconds)
    outcomes = []
    while len(outcomes) < len(items):
        rest = "".join(json.dumps(item) + "\n" for item in items[len(outcomes) :])
        child = subprocess.run([sys.executable, "-c", code], input=rest, capture_output=True, text=True, check=False)
        outcomes += [Outcome(*json.loads(line)) for line in child.stdout.splitlines()]
        if len(outcomes) < len(items):
            last = child.stderr.strip().splitlines()[-1:]
            outcomes.append(Outcome(f"died: status {child.returncode} {' '.join(last)}", 0))
    return outcomes
