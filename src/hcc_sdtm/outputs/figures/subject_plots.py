"""The plots of single subjects: those named, and those whose open findings and unknown dates move the results the most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hcc_sdtm.dates.iso import bounds, to_days
from hcc_sdtm.outputs.figures.records import choose_drawn
from hcc_sdtm.outputs.figures.sheet import Sheet
from hcc_sdtm.outputs.figures.source import CannotDrawError, FigureSource
from hcc_sdtm.outputs.figures.subject import render_subject
from hcc_sdtm.outputs.figures.subject_times import times_of
from hcc_sdtm.outputs.figures.swimmer import Lane
from hcc_sdtm.spec.figures import MarkedRecords, SubjectFigure

LIMITS = ("ADTLO", "ADTHI")
NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9.-]+")


def render_subjects(
    spec: SubjectFigure, source: FigureSource, sheet: Sheet, records: Mapping[str, MarkedRecords]
) -> Iterator[tuple[str, Figure]]:
    """A sheet for each subject of the spec; records whose dataset is not there are left out, and the foot says which.

    Raises CannotDrawError where nobody is to be drawn.
    """
    subjects = choose_subjects(spec, source)
    if not subjects:
        wanted = ", ".join(spec.subjects)
        raise CannotDrawError(f"no subject {wanted} in ADSL" if wanted else "no subject's dates move a result")
    lanes, missing = _lanes(spec, source, records)
    foot = [f"Not drawn, as the data lack them: {'; '.join(missing)}."] if missing else []
    names, taken = source.subject_names(), set[str]()
    adsl = source.frame("ADSL", ("USUBJID",))
    origins = pd.Series(np.nan, index=adsl["USUBJID"])
    if spec.origin in adsl:
        origins = pd.Series(bounds(adsl[spec.origin])["earliest"].to_numpy(), index=adsl["USUBJID"])
    ends = [
        pd.Series(bounds(adsl[name])["latest"].to_numpy(), index=adsl["USUBJID"]) for name in spec.end if name in adsl
    ]
    followed = pd.concat(ends, axis=1).bfill(axis=1).iloc[:, 0] if ends else origins * np.nan
    cutoff = float(to_days(pd.Series([source.facts.data_cutoff], dtype=object)).iloc[0])
    adtte = source.datasets.get("ADTTE")
    for subject in subjects:
        name = str(names[subject])
        own = replace(sheet, title=f"{sheet.title}: {name}", foot=(*foot, *sheet.foot))
        times = [] if adtte is None else times_of(adtte, subject, _days(adtte), spec.parameters)
        yield (
            _suffix(name, taken),
            render_subject(
                [_own(lane, subject) for lane in lanes], times, own, origins[subject], cutoff, followed[subject]
            ),
        )


def choose_subjects(spec: SubjectFigure, source: FigureSource) -> list[str]:
    """USUBJID of the subjects named, then of the ``most`` that move the results, each once.

    First those with the highest ranked findings (column ``rank``, empty where a finding moves nothing), then those the end
    of whose times the unknown dates leave open the widest.
    """
    names = source.subject_names()
    by_name = dict(zip(names, names.index, strict=True)) | {subject: subject for subject in names.index}
    named = [by_name[subject] for subject in spec.subjects if subject in by_name]
    moving = [by_name[subject] for subject in (*_ranked(source), *_widest(spec, source)) if subject in by_name]
    further = [subject for subject in dict.fromkeys(moving) if subject not in named]
    return [*dict.fromkeys(named), *further[: spec.most]]


def missing_subjects(spec: SubjectFigure, source: FigureSource) -> list[str]:
    """The subjects that the spec names and ADSL does not have."""
    names = source.subject_names()
    known = {*names, *names.index}
    return [subject for subject in spec.subjects if subject not in known]


def _ranked(source: FigureSource) -> list[str]:
    found = source.findings
    if found is None or not {"rank", "subject"} <= set(found.columns):
        return []
    ranks = pd.to_numeric(found["rank"], errors="coerce")
    moving = found[ranks.notna() & (found["subject"] != "")].assign(rank=ranks).sort_values("rank", kind="stable")
    return list(dict.fromkeys(moving["subject"]))


def _widest(spec: SubjectFigure, source: FigureSource) -> list[str]:
    adtte = source.datasets.get("ADTTE")
    if adtte is None or not set(LIMITS) <= set(adtte.columns):
        return []
    days = _days(adtte)
    width = (days["ADTHI"] - days["ADTLO"])[adtte["PARAMCD"].isin(spec.parameters)]
    widest = pd.DataFrame({"subject": adtte["USUBJID"], "width": width}).dropna()
    widest = widest[widest["width"] > 0].sort_values(["width", "subject"], ascending=[False, True], kind="stable")
    return list(dict.fromkeys(widest["subject"]))


def _days(adtte: pd.DataFrame) -> pd.DataFrame:
    """The dates of the times as day numbers; the limits are the date itself where there are none."""
    days = pd.DataFrame({name: bounds(adtte[name])["earliest"] for name in ("STARTDT", "ADT") if name in adtte})
    for name in LIMITS:
        days[name] = bounds(adtte[name])["earliest"].fillna(days["ADT"]) if name in adtte else days["ADT"]
    return days


def _lanes(
    spec: SubjectFigure, source: FigureSource, records: Mapping[str, MarkedRecords]
) -> tuple[Sequence[Lane], list[str]]:
    lanes, missing = [], []
    for name in spec.records:
        try:
            lanes.append(Lane(records[name], choose_drawn(source, records[name])))
        except CannotDrawError as reason:
            missing.append(f"{records[name].label} ({reason})")
    return lanes, missing


def _suffix(name: str, taken: set[str]) -> str:
    """The subject's name as part of a file's, once each."""
    stem = NOT_IN_FILE_NAMES.sub("_", name)
    suffix = stem
    number = 1
    while suffix.casefold() in taken:
        number += 1
        suffix = f"{stem}_{number}"
    taken.add(suffix.casefold())
    return f"-{suffix}"


def _own(lane: Lane, subject: str) -> Lane:
    """The lane with the records of one subject alone."""
    return replace(lane, drawn=lane.drawn[lane.drawn["USUBJID"] == subject])
