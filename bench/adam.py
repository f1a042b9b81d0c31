"""ADRS and ADTTE against pandas sorting the same responses: ratios of one run.

    python bench/adam.py [--sizes 5000 50000] [--assessments 10] [--repeats 3]

Each subject has so many assessments by RECIST 1.1, at the visits of the packaged trial, now and then a death and a
second-line drug. ``sort`` is ``RS.sort_values(["USUBJID", "RSDTC"])`` on the same frame; ``ADRS`` makes every packaged
parameter, ``ADTTE`` three (PFS, OS from radiotherapy, duration of control), from SDTM and ADSL. They take turns, and the ratio
is that of the medians.
"""

import argparse
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.adam.times.adtte import build_adtte
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import from_days
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.study import read_study
from hcc_sdtm.spec.trial import Visit

PARAMETERS = ("PFS", "OSRT", "DCTRL")
RESPONSES = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
SHARES = (0.06, 0.24, 0.5, 0.05, 0.1, 0.05)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sizes", type=int, nargs="+", default=[5_000, 50_000])
    options.add_argument("--assessments", type=int, default=10)
    options.add_argument("--repeats", type=int, default=3)
    chosen = options.parse_args()
    study = read_study(reference_study())
    adam = replace(study.adam, parameters=tuple(p for p in study.adam.parameters if p.paramcd in PARAMETERS))
    print("subjects  records   sort s  ADRS s  ADTTE s  ratio")
    for subjects in chosen.sizes:
        datasets = make_datasets(study.specs, study.trial.visits, subjects, chosen.assessments)
        adsl, _ = build_adsl(datasets, study.specs, study.trial, adam)
        responses = datasets["RS"].published
        seconds: dict[str, list[float]] = {"sort": [], "ADRS": [], "ADTTE": []}
        for _ in range(chosen.repeats):
            start = time.perf_counter()
            responses.sort_values(["USUBJID", "RSDTC"])
            sorted_at = time.perf_counter()
            adrs, _ = build_adrs(datasets, adsl, study.specs, study.trial, adam)
            responses_at = time.perf_counter()
            build_adtte(datasets, adsl, adrs, study.specs, study.trial, adam)
            times_at = time.perf_counter()
            for name, spent in zip(
                seconds, (sorted_at - start, responses_at - sorted_at, times_at - responses_at), strict=True
            ):
                seconds[name].append(spent)
        sort, responses_s, times_s = (statistics.median(seconds[name]) for name in ("sort", "ADRS", "ADTTE"))
        ratio = (responses_s + times_s) / sort
        print(f"{subjects:8,} {len(responses):8,} {sort:8.2f} {responses_s:7.2f} {times_s:8.2f} {ratio:6.2f}")


def make_datasets(specs: Specs, visits: Sequence[Visit], subjects: int, assessments: int) -> dict[str, Dataset]:
    """SDTM datasets of so many subjects, each treated and with so many assessments."""
    draw = np.random.default_rng(7)
    names = np.array([f"RTHCC-101-{number:06}" for number in range(1, subjects + 1)], dtype=object)
    start = draw.integers(18_000, 19_000, subjects).astype(float)
    planned = [visit for visit in visits if visit.day > 0][:assessments]
    day = (start[:, None] + [visit.day for visit in planned] + draw.integers(-5, 6, (subjects, assessments))).ravel()
    died = draw.random(subjects) < 0.4
    death = np.where(died, start + draw.integers(600, 900, subjects), np.nan)
    switched = np.flatnonzero(draw.random(subjects) < 0.3)
    count = subjects * assessments
    order = draw.permutation(count)  # the files of a site are in no order
    response = draw.choice(np.array(RESPONSES, dtype=object), count, p=SHARES)
    return {
        "DM": dataset(
            specs, "DM", USUBJID=names, SITEID="101", ARMCD="RT", ARM="Radiotherapy", ACTARMCD="RT", SEX="M",
            RFICDTC=texts(start - 20), RFSTDTC=texts(start), DTHDTC=texts(death), DTHFL=np.where(died, "Y", ""),
        ),
        "EX": dataset(
            specs, "EX", USUBJID=names, EXTRT="RADIOTHERAPY", EXCAT="RADIOTHERAPY", EXSEQ=1.0,
            EXSTDTC=texts(start), EXENDTC=texts(start + 7),
        ),
        "RS": dataset(
            specs, "RS", USUBJID=np.repeat(names, assessments)[order],
            RSSEQ=np.tile(np.arange(1.0, assessments + 1), subjects)[order],
            RSCAT="RECIST 1.1", RSTESTCD="OVRLRESP", RSSTRESC=response, RSORRES=response, RSEVAL="INVESTIGATOR",
            VISIT=np.tile(np.array([visit.name for visit in planned], dtype=object), subjects)[order],
            VISITNUM=np.tile([float(visit.number) for visit in planned], subjects)[order], RSDTC=texts(day[order]),
        ),
        "TU": dataset(
            specs, "TU", USUBJID=names, TUSEQ=1.0, TULNKID="T01", TUTESTCD="TUMIDENT", TUSTRESC="TARGET",
            TUEVAL="INVESTIGATOR", VISITNUM=1.0, TUDTC=texts(start - 10),
        ),
        "CM": dataset(
            specs, "CM", USUBJID=names[switched], CMSEQ=1.0, CMTRT="REGORAFENIB", CMCAT="SECOND LINE",
            CMSTDTC=texts(start[switched] + draw.integers(100, 800, len(switched))),
        ),
    }  # fmt: skip


def texts(days: np.ndarray) -> np.ndarray:
    return from_days(pd.Series(days)).to_numpy(dtype=object)


def dataset(specs: Specs, name: str, **columns: np.ndarray | str | float) -> Dataset:
    """A dataset with the columns given and the others missing."""
    spec = specs.sdtm[name]
    given: Mapping[str, np.ndarray | str | float] = {"STUDYID": "RTHCC", "DOMAIN": name, **columns}
    size = len(columns["USUBJID"])
    frame = {
        variable.name: np.full(size, given.get(variable.name, np.nan if variable.is_numeric else ""), dtype=object)
        if not isinstance(given.get(variable.name), np.ndarray)
        else given[variable.name]
        for variable in spec.variables
    }
    made = pd.DataFrame(frame)
    for variable in spec.variables:
        if variable.is_numeric:
            made[variable.name] = made[variable.name].astype(float)
    return Dataset(spec, made)


if __name__ == "__main__":
    main()
