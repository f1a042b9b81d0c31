"""Reading and imputing a million dates against pandas reading them in one known format: ratios of one run.

    python bench/dates.py [--rows 1000000] [--distinct 30000] [--repeats 5]

Each repeat reads the same days one way after the other: ``pandas.to_datetime`` on texts of one format it is told
(``%d/%m/%Y``; ``%Y-%m-%d``, for which pandas has a parser of its own in C, is printed beside it), and `read` on texts of
eight formats that it is not told, in a declared order. Partial dates are imputed with a bound on either side. The ratios
are those of the medians.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.dates.reading import known_readings

FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%y", "%d %b %Y", "%Y年%m月%d日", "%Y%m%d", "%d-%m-%Y %H:%M", "UN %b %Y")
KNOWN_FORMAT, ISO_FORMAT = "%d/%m/%Y", "%Y-%m-%d"
FIRST_DAY = pd.Timestamp("1940-01-01")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--distinct", type=int, default=30_000)
    options.add_argument("--repeats", type=int, default=5)
    chosen = options.parse_args()
    pick = np.random.default_rng(1).integers(0, chosen.distinct, chosen.rows)
    days = FIRST_DAY + pd.to_timedelta(np.arange(chosen.distinct), unit="D")
    mixed = [day.strftime(FORMATS[position % len(FORMATS)]) for position, day in enumerate(days)]
    iso = days.strftime(ISO_FORMAT)
    partial = [text[: (4, 7, 7, 10)[position % 4]] for position, text in enumerate(iso)]
    known, plain, messy, open_dates = (
        pd.Series(np.array(texts, dtype=object)[pick]) for texts in (days.strftime(KNOWN_FORMAT), iso, mixed, partial)
    )
    before = pd.Series(np.array(iso, dtype=object)[np.roll(pick, 1)])
    after = pd.Series(np.array(partial, dtype=object)[np.roll(pick, 2)])
    known_label = f"pandas.to_datetime, {KNOWN_FORMAT}"
    ways: dict[str, Callable[[], object]] = {
        known_label: lambda: pd.to_datetime(known, format=KNOWN_FORMAT),
        f"pandas.to_datetime, {ISO_FORMAT}": lambda: pd.to_datetime(plain, format=ISO_FORMAT),
        "dates.read, mixed formats": lambda: dates.read(messy, order="dmy", century=30),
        "dates.impute, no bounds": lambda: dates.impute(open_dates, "last", "M"),
        "dates.impute, two bounds": lambda: dates.impute(open_dates, "last", "M", [before], [after]),
        "dates.impute_period": lambda: dates.impute_period(open_dates, after, "first", "last", "M"),
    }
    seconds: dict[str, list[float]] = {label: [] for label in ways}
    for _ in range(chosen.repeats):
        for label, run in ways.items():
            known_readings.cache_clear()  # a repeat must read its texts again
            start = time.perf_counter()
            run()
            seconds[label].append(time.perf_counter() - start)
    base = statistics.median(seconds[known_label])
    print(f"{chosen.rows:,} rows, {chosen.distinct:,} distinct texts, medians of {chosen.repeats}")
    print(f"{'':<34} {'seconds':>8} {'ratio':>6}   smallest to largest")
    for label, found in seconds.items():
        middle = statistics.median(found)
        print(f"{label:<34} {middle:>8.3f} {middle / base:>6.2f}   {min(found):.3f} to {max(found):.3f}")


if __name__ == "__main__":
    main()
