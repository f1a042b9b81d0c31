"""Random histories of irradiated and other lesions as tables, and what becomes of them worked out in plain loops."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

START = 100.0
ORGANS = ("LIVER", "LUNG", "BONE", "")
STATES = ("PRESENT", "ABSENT", "UNEQUIVOCAL", "EQUIVOCAL", "NE")
CHANGES = (0, 0.5, 0.8, 1, 1, 1.2, 1.25, 1.5)


@dataclass
class Lesion:
    """One lesion of one subject; ``seen`` has its scans: assessment, day, size (None: none), state."""

    subject: int
    kind: str
    organ: str
    is_node: bool
    irradiated: float | None
    seen: list[tuple[int, float, float | None, str]] = field(default_factory=list)
    new_on: tuple[int, float] | None = None


@dataclass
class Study:
    """Lesions, and the assessments of each subject: number, first and last day, visit number (None: none)."""

    lesions: list[Lesion]
    assessments: list[tuple[int, float, float, float | None]]

    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """lesions, assessments, sizes, irradiated and new, as the functions under test read them."""
        lesions = pd.DataFrame(
            {
                "subject": [lesion.subject for lesion in self.lesions],
                "reader": [lesion.subject for lesion in self.lesions],
                "kind": np.array([lesion.kind for lesion in self.lesions], dtype=object),
                "location": np.array([lesion.organ for lesion in self.lesions], dtype=object),
                "is_node": [lesion.is_node for lesion in self.lesions],
            }
        )
        assessments = pd.DataFrame(self.assessments, columns=["reader", "first_day", "last_day", "AVISITN"])
        assessments["AVISITN"] = assessments["AVISITN"].astype(float)
        assessments["subject"], assessments["AVISIT"] = assessments["reader"], ""
        scans = [
            (number, assessment, day, np.nan if size is None else size, state)
            for number, lesion in enumerate(self.lesions)
            for assessment, day, size, state in lesion.seen
        ]
        sizes = pd.DataFrame(scans, columns=["lesion", "assessment", "day", "size", "state"])
        sizes = sizes.astype({"lesion": np.int64, "assessment": np.int64, "day": float, "size": float, "state": object})
        sizes["position"] = np.arange(len(sizes))
        treated = [(n, lesion.irradiated) for n, lesion in enumerate(self.lesions) if lesion.irradiated is not None]
        irradiated = pd.DataFrame(treated, columns=["lesion", "start"]).astype({"lesion": np.int64, "start": float})
        fresh = [(n, *lesion.new_on) for n, lesion in enumerate(self.lesions) if lesion.new_on is not None]
        new = pd.DataFrame(fresh, columns=["lesion", "assessment", "day"])
        new = new.astype({"lesion": np.int64, "assessment": np.int64, "day": float})
        new["dataset"], new["position"] = "TU", new["lesion"]
        return lesions, assessments, sizes, irradiated, new


def random_study(seed: int, subjects: int = 6) -> Study:
    """Histories with missing sizes, disappearances, late courses of radiotherapy and lesions that come late."""
    generator = np.random.default_rng(seed)
    lesions: list[Lesion] = []
    assessments: list[tuple[int, float, float, float | None]] = []
    for subject in range(subjects):
        count = int(generator.integers(2, 8))
        days = np.sort(generator.choice(np.arange(60, 500, 7), count, replace=False)) * 1.0
        if generator.random() < 0.8:
            days[0] = START - float(generator.integers(0, 20))
        first = len(assessments)
        for number, day in enumerate(np.sort(days)):
            visit = None if generator.random() < 0.2 else float(number + 1)
            assessments.append((subject, float(day), float(day) + float(generator.integers(0, 4)), visit))
        own = list(range(first, len(assessments)))
        for _ in range(int(generator.integers(1, 6))):
            lesions.append(_random_lesion(generator, subject, own, assessments))
    return Study(lesions, assessments)


def _random_lesion(generator, subject: int, own: list[int], assessments: list) -> Lesion:
    kind = str(generator.choice(["TARGET", "TARGET", "NON-TARGET", "NEW"]))
    irradiated = float(generator.choice([START, START, START + 1, 200.0])) if generator.random() < 0.5 else None
    lesion = Lesion(subject, kind, str(generator.choice(ORGANS)), bool(generator.random() < 0.2), irradiated)
    came = int(generator.integers(0, len(own))) if kind == "NEW" else 0
    size = float(generator.integers(10, 50))
    for assessment in own[came:]:
        _, first_day, last_day, _ = assessments[assessment]
        day = float(generator.integers(int(first_day), int(last_day) + 1))
        size = max(0.0, np.floor(size * generator.choice(CHANGES) + generator.integers(0, 7)))
        roll = generator.random()
        state = str(generator.choice(STATES)) if kind != "TARGET" and roll < 0.5 else ""
        known = None if (kind == "NON-TARGET" and roll < 0.6) or generator.random() < 0.1 else size
        if generator.random() > 0.08:
            lesion.seen.append((assessment, day, known, state))
    if kind == "NEW":
        _, first_day, last_day, _ = assessments[own[came]]
        lesion.new_on = (own[came], float(generator.integers(int(first_day), int(last_day) + 1)))
    return lesion


def slow_progression(study: Study, percent: float, mm: float, local: tuple[float, float, bool], normal: float):
    """(lesion, assessment) -> (how, in field, evaluable, day) of every scan after the start, worked out one at a time."""
    found = {}
    for number, lesion in enumerate(study.lesions):
        scans = sorted(lesion.seen, key=lambda scan: (scan[1], scan[0]))
        sizes = [0.0 if state == "ABSENT" and size is None else size for _, _, size, state in scans]
        is_new = lesion.new_on is not None and lesion.new_on[1] > START
        for at, (assessment, day, _, state) in enumerate(scans):
            if day <= START or (is_new and (assessment == lesion.new_on[0] or day <= lesion.new_on[1])):
                continue
            in_field = lesion.irradiated is not None and day > lesion.irradiated
            origin = lesion.irradiated if in_field else START
            p, m, again = local if in_field else (percent, mm, True)
            earlier = [(scans[k][1], sizes[k]) for k in range(at) if sizes[k] is not None]
            before = [k for k, (when, _) in enumerate(earlier) if when <= origin]
            counted = [size for _, size in earlier[(before[-1] if before else 0) :]]
            nadir = min(counted) if counted else None
            size, how = sizes[at], ""
            is_normal = lesion.is_node and size is not None and size < normal
            by_size = (lesion.kind != "NON-TARGET" or in_field) and size is not None and not is_normal
            can_grow = by_size and nadir is not None and size > nadir
            if can_grow and 100 * size >= (100 + p) * nadir - 1e-6 and size - nadir >= m:
                how = "GROWTH"
            is_seen = (size is not None and size > 0) or state in ("PRESENT", "UNEQUIVOCAL")
            if again and nadir == 0 and is_seen and not is_normal:
                how = "REAPPEARANCE"
            if state == "UNEQUIVOCAL" and lesion.kind == "NON-TARGET":
                how = "UNEQUIVOCAL"
            evaluable = size is not None or (lesion.kind != "TARGET" and state not in ("", "NE"))
            found[number, assessment] = (how, in_field, evaluable, day)
        if is_new:
            found[number, lesion.new_on[0]] = ("NEW", False, True, lesion.new_on[1])
    return found
