"""The bounds of the packaged endpoints of a small study against every completion of its dates, derived from SDTM anew."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.adam.deriving import derive_adam
from hcc_sdtm.endpoints.bounds import add_bounds
from hcc_sdtm.endpoints.listed import estimate_endpoints
from hcc_sdtm.spec.endpoint_list import read_endpoints
from tests.adam.tables import ADAM, SPECS, TRIAL, study
from tests.adam.test_admissible import frame
from tests.endpoints.bounds.test_adding import compare, values_by_row

FILE = Path(__file__).parents[3] / "specs" / "endpoints.yaml"
LATE = {"count": 2, "share": 0.2}


def packaged():
    """The packaged list for all subjects, with a curve that starts where two are at risk."""
    listed = read_endpoints(FILE, "endpoints.yaml")
    of_few = []
    for endpoint in listed.endpoints:
        late = getattr(endpoint, "delayed_entry", None)
        changed = {"by": (), "compare": False, "reference": {}}
        of_few.append(
            endpoint.model_copy(update={**changed, **({"delayed_entry": late.model_copy(update=LATE)} if late else {})})
        )
    return listed.model_copy(update={"endpoints": tuple(of_few)})


KNOWN = {
    "B": {"diagnosis": "2020-06-20", "scans": "2021-04-12 PR, 2021-05-24 PR, 2021-07-20 PD", "death": "2022-01-10"},
    "C": {"diagnosis": "2021-01-15", "scans": "2021-04-10 SD, 2021-05-20 SD, 2021-08-20 SD"},
    "D": {"diagnosis": "2020-12-01", "scans": "2021-04-12 PD", "therapy": "2021-05-11", "death": "2021-09-02"},
}


def tables(courses):
    """SDTM of subjects by name: scans, death, therapy, diagnosis."""
    rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in ("DM", "EX", "MH", "TU", "RS", "CM")}
    for subject, course in courses.items():
        death = course.get("death", "")
        rows["DM"].append((subject, death, "Y" if death else ""))
        rows["EX"].append((subject, "2021-03-01", "2021-03-10"))
        rows["MH"].append((subject, course["diagnosis"]))
        rows["TU"].append((subject, "2021-02-20"))
        rows["RS"] += [(subject, *scan.split()) for scan in course["scans"].split(", ")]
        rows["CM"] += [(subject, course["therapy"])] if "therapy" in course else []
    columns = {"DM": "S DTHDTC DTHFL", "EX": "S EXSTDTC EXENDTC", "MH": "S MHSTDTC", "TU": "S TUDTC"}
    columns |= {"RS": "S RSDTC RSSTRESC", "CM": "S CMSTDTC"}
    return study(**{name: frame(columns[name], each) for name, each in rows.items()})


def days(first, last):
    return [str(day)[:10] for day in pd.date_range(first, last)]


SCANNED_LATE = {"diagnosis": "2020-03-03", "scans": "2021-05-29 SD"}
OF_MAY = days("2021-05-29", "2021-05-31")
CASES = {
    # a therapy that may come before the progression of its month, and a death of the month of the last scan
    "therapy and death": {
        "A": (
            {"diagnosis": "2020-01-10", "scans": "2021-04-12 SD, 2021-05-24 PD"},
            ("therapy", "2021-05", days("2021-05-01", "2021-05-31")),
        ),
        "E": (SCANNED_LATE, ("death", "2021-05", OF_MAY)),
    },
    "diagnosis and death": {
        "A": (
            {"scans": "2021-04-12 SD", "death": "2021-10-05"},
            ("diagnosis", "2021-02", days("2021-02-01", "2021-02-28")),
        ),
        "E": (SCANNED_LATE, ("death", "2021-05", OF_MAY)),
    },
    # a response of which it is not known whether it came in time
    "scan": {
        "A": (
            {"diagnosis": "2020-03-03", "death": "2021-10-05"},
            ("scans", "2021-04 SD", [f"{day} SD" for day in days("2021-04-01", "2021-04-30")]),
        ),
    },
}


def chosen(frame_of, copies):
    """The records of known subjects, and of one copy of each other, under its subject's name."""
    names = {**{name: name for name in KNOWN}, **{copy: subject for subject, copy in copies.items()}}
    own = frame_of[frame_of["USUBJID"].isin(names)]
    return own.assign(USUBJID=own["USUBJID"].map(names))


@pytest.mark.parametrize("case", CASES)
def test_the_bounds_are_those_of_every_completion(case):
    endpoints = packaged()
    partial = {subject: {**course, what: text} for subject, (course, (what, text, _)) in CASES[case].items()}
    base = derive_adam(tables({**KNOWN, **partial}), SPECS, TRIAL, ADAM, endpoints.response_groups)
    frames = [base.datasets[name].frame for name in ("ADSL", "ADRS", "ADTTE")]
    analysed = estimate_endpoints(*frames, endpoints)
    found = add_bounds(analysed, endpoints, base.admissible).results

    completed = {
        f"{subject}{number}": {**course, what: text}
        for subject, (course, (what, _, texts)) in CASES[case].items()
        for number, text in enumerate(texts)
    }
    every = derive_adam(tables({**KNOWN, **completed}), SPECS, TRIAL, ADAM)
    adrs, adtte = (every.datasets[name].frame for name in ("ADRS", "ADTTE"))
    copies = [[name for name in completed if name[0] == subject] for subject in CASES[case]]
    versions = [dict(zip(CASES[case], version, strict=True)) for version in product(*copies)]
    values = [
        values_by_row(
            estimate_endpoints(frames[0], chosen(adrs, each), chosen(adtte, each), endpoints).results, endpoints
        )
        for each in versions
    ]
    moved = 0
    for key, row in values_by_row(found, endpoints).items():
        if row.bound:
            at = [version.get(key) for version in values]
            without = 0 if row.measure in ("at-risk", "count") else np.nan
            if row.endpoint == "SWITCH-REASONS" and row.measure == "proportion" and None in at:
                continue
            compare(row, np.array([without if each is None else each.value for each in at], dtype=float))
            moved += row.least < row.greatest
    assert moved > 5
