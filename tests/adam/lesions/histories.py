"""Random lesion histories as TU and TR tables, and a slow reading of the criteria to judge them by.

The reading is plain Python over one subject at a time, written from RECIST 1.1 (Eisenhauer 2009) and mRECIST (Lencioni and
Llovet 2010) and sharing nothing with the package: no sums, terms or dates of it.
"""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field

import pandas as pd

START = datetime.date(2021, 3, 1)
PLACES = ("LIVER", "LUNG", "RETROPERITONEAL LYMPH NODE")


@dataclass
class Lesion:
    """A target or non-target: its sizes (mm, None: not measured) or states by visit, the baseline first."""

    name: str
    place: str
    longest: list[float | None] = field(default_factory=list)
    other: list[float | None] = field(default_factory=list)
    states: list[str] = field(default_factory=list)


@dataclass
class History:
    """A subject: days of the visits from the start of treatment (the baseline's is below 1), lesions, and new ones.

    ``news`` has for each new lesion the visit it was first seen at and its states from there on.
    """

    subject: str
    days: list[int]
    targets: list[Lesion]
    others: list[Lesion]
    news: list[tuple[int, list[str]]]


def draw_history(subject: str, source: random.Random) -> History:
    """A history whose sizes shrink, vanish, grow and are missing often enough to reach every response."""
    days, day = [-source.randrange(0, 25)], 0
    for _ in range(source.randrange(1, 7)):
        day += source.choice((20, 27, 28, 42, 60))
        days.append(day)
    targets = []
    for number in range(source.choice((0, 1, 2, 3))):
        lesion = Lesion(f"T{number + 1:02}", source.choice(PLACES))
        size = float(source.randrange(10, 60))
        for visit in range(len(days)):
            if visit:
                size = max(
                    0.0, round(size * source.choice((0, 0.3, 0.7, 0.8, 1, 1, 1.2, 1.3, 2)) + source.choice((0, 1)), 1)
                )
                size = size if source.random() > 0.1 else 0.0
            missing = source.random() < 0.06 and visit > 0
            lesion.longest.append(None if missing else size)
            part = round(size * source.choice((0, 0.5, 0.8, 1)), 1) if visit else size
            lesion.other.append(None if missing or (visit and source.random() < 0.05) else part)
        targets.append(lesion)
    others = []
    for number in range(source.choice((0, 0, 1, 2))):
        states = ["PRESENT"]
        states += [source.choice(("PRESENT", "PRESENT", "ABSENT", "ABSENT", "UNEQUIVOCAL", "NE", "")) for _ in days[1:]]
        others.append(Lesion(f"NT{number + 1:02}", "BONE", states=states))
    news = []
    if source.random() < 0.25 and len(days) > 1:
        first = source.randrange(1, len(days))
        news.append((first, [source.choice(("EQUIVOCAL", "EQUIVOCAL", "UNEQUIVOCAL", "")) for _ in days[first:]]))
    return History(subject, days, targets, others, news)


def tables_of(histories: list[History]) -> dict[str, pd.DataFrame]:
    """DM-less SDTM of the histories: EX, TU and TR, as text; visits are numbered from 1, the baseline's number."""
    tu, tr, ex = [], [], []
    for history in histories:
        dates = [(START + datetime.timedelta(days=day)).isoformat() for day in history.days]
        ex.append({"S": history.subject, "EXSTDTC": START.isoformat()})
        for kind, lesions in (("TARGET", history.targets), ("NON-TARGET", history.others)):
            for lesion in lesions:
                record = {"S": history.subject, "TULNKID": lesion.name, "TUSTRESC": kind, "TULOC": lesion.place}
                tu.append(record | {"TUDTC": dates[0], "VISITNUM": "1"})
                for visit, date in enumerate(dates):
                    at = {"S": history.subject, "TRLNKID": lesion.name, "TRDTC": date, "VISITNUM": str(visit + 1)}
                    tests = {"LDIAM": lesion.longest}
                    tests |= {"LPERP": lesion.other} if "NODE" in lesion.place else {"VDIAM": lesion.other}
                    tests = {name: sizes for name, sizes in tests.items() if name != "VDIAM" or lesion.place == "LIVER"}
                    for test, sizes in tests.items() if lesion.longest else ():
                        if sizes[visit] is not None:
                            size = f"{sizes[visit]:g}"
                            tr.append(at | {"TRTESTCD": test, "TRSTRESC": size, "TRSTRESN": size, "TRSTRESU": "mm"})
                    if lesion.states and lesion.states[visit]:
                        tr.append(at | {"TRTESTCD": "TUMSTATE", "TRSTRESC": lesion.states[visit]})
        for number, (first, states) in enumerate(history.news):
            name = f"NEW{number + 1:02}"
            record = {"S": history.subject, "TULNKID": name, "TUSTRESC": "NEW", "TULOC": "LUNG"}
            tu.append(record | {"TUDTC": dates[first], "VISITNUM": str(first + 1)})
            for step, state in enumerate(states):
                at = {
                    "S": history.subject,
                    "TRLNKID": name,
                    "TRDTC": dates[first + step],
                    "VISITNUM": str(first + step + 1),
                }
                if state:
                    tr.append(at | {"TRTESTCD": "TUMSTATE", "TRSTRESC": state})
    return {"EX": pd.DataFrame(ex), "TU": pd.DataFrame(tu).fillna(""), "TR": pd.DataFrame(tr).fillna("")}


def expected_responses(
    history: History, viable: bool, least_mm: float, confirmed_days: int
) -> list[tuple[str, str, str, str]]:
    """Target, non-target, new-lesion and overall response at each visit after the baseline that has any record."""
    answers = []
    baseline_sizes = [_size(lesion, 0, viable) for lesion in history.targets]
    if any(size is None for size in baseline_sizes):
        raise ValueError("histories measure every target at baseline")
    base = sum(size for size in baseline_sizes if size is not None)
    nadir, had_complete, partial_since, holds = base, False, None, False
    for visit in range(1, len(history.days)):
        if not _is_seen(history, visit):
            continue
        sizes = [_size(lesion, visit, viable) for lesion in history.targets]
        target = ""
        if history.targets:
            seen = [size for size in sizes if size is not None]
            measured = sum(seen)
            whole = len(seen) == len(sizes)
            back = had_complete and any(
                size is not None and size > 0 and "NODE" not in lesion.place
                for lesion, size in zip(history.targets, sizes, strict=True)
            )
            grew = measured - nadir
            ill = any(
                size is not None and size > 0 and ("NODE" not in lesion.place or size >= 10)
                for lesion, size in zip(history.targets, sizes, strict=True)
            )
            if nadir == 0 or not ill:
                progressed = ill
            else:
                progressed = grew > 1e-9 and round(measured - 1.2 * nadir, 6) >= 0 and round(grew - least_mm, 6) >= 0
            if progressed or back:
                target = "PD"
            elif not whole:
                target = "NE"
            elif all(
                size == 0 or ("NODE" in lesion.place and size < 10)
                for lesion, size in zip(history.targets, sizes, strict=True)
            ):
                target = "CR"
            elif round(measured - 0.7 * base, 6) <= 0 or holds:
                target = "PR"
            else:
                target = "SD"
            if whole:
                nadir = min(nadir, measured)
            if target in ("CR", "PR"):
                partial_since = history.days[visit] if partial_since is None else partial_since
                holds = holds or history.days[visit] - partial_since >= confirmed_days
            elif target != "NE":
                partial_since = None
            if target == "PD":
                had_complete, holds = False, False
            had_complete = had_complete or target == "CR"
        non_target = ""
        if history.others:
            states = [lesion.states[visit] or "NE" for lesion in history.others]
            if "UNEQUIVOCAL" in states:
                non_target = "PD"
            elif all(state == "ABSENT" for state in states):
                non_target = "CR"
            else:
                non_target = "NE" if "NE" in states else "NON-CR/NON-PD"
        new = ""
        for first, states in history.news:
            if visit >= first:
                # nobody's word at its first scan stands for certain; certain later means certain from the first on
                sure = states[0] == "" or "UNEQUIVOCAL" in states
                new = "UNEQUIVOCAL" if sure else "EQUIVOCAL"
        answers.append((target, non_target, new, _overall(target, non_target, new)))
    return answers


def _size(lesion: Lesion, visit: int, viable: bool) -> float | None:
    """The short axis of a node, the viable diameter of a liver lesion where asked for, else the longest diameter."""
    if "NODE" in lesion.place or (viable and lesion.place == "LIVER"):
        size = lesion.other[visit]
        # a lesion of no length has no short axis and no viable part
        return 0.0 if size is None and lesion.longest[visit] == 0 else size
    return lesion.longest[visit]


def _is_seen(history: History, visit: int) -> bool:
    measured = any(lesion.longest[visit] is not None or lesion.other[visit] is not None for lesion in history.targets)
    stated = any(lesion.states[visit] for lesion in history.others)
    return (
        measured
        or stated
        or any(visit == first or (visit > first and states[visit - first]) for first, states in history.news)
    )


def _overall(target: str, non_target: str, new: str) -> str:
    if target == "PD" or non_target == "PD" or new == "UNEQUIVOCAL":
        return "PD"
    if target == "":
        return non_target or "NE"
    if target == "CR":
        return "CR" if non_target in ("CR", "") else "PR"
    return target
