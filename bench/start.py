"""How long `hcc-sdtm --help` takes, as a multiple of a Python that does nothing: medians of one run.

python bench/start.py [--repeats 15]
"""

import argparse
import statistics
import subprocess
import sys
import time


def seconds(command: list[str], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--repeats", type=int, default=15)
    repeats = options.parse_args().repeats
    nothing = seconds([sys.executable, "-c", "pass"], repeats)
    start = "import sys; sys.argv = ['hcc-sdtm', '--help']; from hcc_sdtm.cli import main; main()"
    print(f"hcc-sdtm --help: {seconds([sys.executable, '-c', start], repeats) / nothing:.1f} times python -c pass")
