"""Small studies whose subjects have several outcomes each, and every version of them one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import strategies as st

from hcc_sdtm.endpoints.bounds.outcomes import NO_RECORD, Alternatives, Outcomes, Times
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions

GONE = (np.nan, NO_RECORD, np.nan)
"""No record of the subject."""


@st.composite
def studies(draw, causes=1, delayed=False, last=9):
    """A list of subjects, each a list of distinct outcomes (time, code, entry), the first of which was analysed."""

    def outcome():
        if draw(st.integers(0, 7)) == 0:
            return GONE
        time = draw(st.integers(1, last)) / 2
        entry = draw(st.integers(0, int(2 * time) - 1)) / 2 if delayed else 0.0
        return time, draw(st.integers(0, causes)), entry

    subjects = []
    combinations = 1
    for _ in range(draw(st.integers(2, 7))):
        most = 4 if combinations <= 300 else 1
        found = {str(each): each for each in (outcome() for _ in range(draw(st.integers(1, most))))}
        subjects.append(list(found.values()))
        combinations *= len(found)
    return subjects


def versions(subjects):
    """Every version: arrays of time, code and entry of who has a record."""
    for version in product(*subjects):
        present = [each for each in version if each[1] != NO_RECORD]
        yield tuple(np.array([each[k] for each in present]) for k in range(3))


def outcomes_of(rows):
    columns = [np.array([row[k] for row in rows], dtype=float) for k in range(3)]
    return Outcomes(Times.of(columns[0]), columns[1].astype(np.int64), Times.of(columns[2]))


def study_versions(subjects, causes=1, delayed=False, asked=(), ranges=()):
    """The versions of the study as the bounds read them; who has a range (first time, last) comes after the others."""
    several = [(number, each) for number, own in enumerate(subjects) if len(own) > 1 for each in own]
    nobody = np.empty(0, dtype=np.int64)
    alternatives = Alternatives(
        outcomes_of([own[0] for own in subjects]),
        np.arange(len(subjects)),
        outcomes_of([each for _, each in several]),
        np.array([number for number, _ in several], dtype=np.int64),
        nobody,
        np.array(ranges, dtype=float).reshape(-1, 2),
        np.arange(len(ranges)) + len(subjects),
        len(subjects) + len(ranges),
        asked=np.array(asked, dtype=float),
    )
    return StudyVersions.of(alternatives, causes, delayed)
