"""The subjects of the clean study: the few facts from which all their records follow."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

VISIT_DAYS = (42, 84, 126, 168, 252)
"""The planned days after the baseline."""


@dataclass(frozen=True)
class Subject:
    """What is known of one subject; all else follows. Days are study days, 1 is the first fraction.

    ``sizes`` are the longest diameters of the two targets (liver, lung) in mm at the baseline and each visit after it;
    ``responses`` the overall responses at the visits after the baseline.
    """

    number: str
    age: int
    sex: str
    start: str
    fractions: int = 5
    dose: float = 8
    sizes: tuple[tuple[int, int], ...] = ()
    responses: tuple[str, ...] = ()
    new_lesion_at: int = 0
    death: int = 0
    second_line: int = 0
    diagnosis: str = ""
    is_treated: bool = True
    not_treated: str = ""

    @property
    def site(self) -> str:
        return self.number.partition("-")[0]

    @property
    def days_of_treatment(self) -> int:
        """From the first to the last fraction: every other day up to 5 fractions, else 5 times a week, from a Monday."""
        if self.fractions <= 5:
            return 11
        weeks, rest = divmod(self.fractions - 1, 5)
        return 7 * weeks + rest + 1

    def date(self, day: int) -> str:
        """The date of a study day; there is no day 0."""
        return (dt.date.fromisoformat(self.start) + dt.timedelta(day - 1 if day > 0 else day)).isoformat()

    def day(self, date: str) -> float:
        """The study day of a complete date; NaN for a partial one and without a start of treatment."""
        if len(date) < 10 or not self.is_treated:
            return np.nan
        days = (dt.date.fromisoformat(date) - dt.date.fromisoformat(self.start)).days
        return days + 1 if days >= 0 else days

    @property
    def consent(self) -> str:
        return self.date(-10)

    @property
    def last_day(self) -> int:
        """The day of death, or that of the last contact."""
        return self.death or self.visit_day(len(self.responses)) + 20

    def visit_day(self, place: int) -> int:
        """The study day of the baseline (0) and of each visit after it, within the trial's windows."""
        return -7 if place == 0 else VISIT_DAYS[place - 1] + place % 3


SUBJECTS = (
    Subject(
        "101-001",
        61,
        "M",
        "2023-05-08",
        sizes=((50, 30), (34, 20), (30, 20), (30, 20), (32, 20)),
        responses=("PR", "PR", "PR", "PR"),
        diagnosis="2021-06-14",
    ),
    Subject(
        "101-002",
        55,
        "M",
        "2023-05-15",
        sizes=((40, 25), (39, 25), (38, 24), (38, 24)),
        responses=("SD", "SD", "PD"),
        new_lesion_at=3,
        second_line=150,
        diagnosis="2020-11",
    ),
    Subject(
        "101-003",
        68,
        "M",
        "2023-05-22",
        sizes=((45, 20), (44, 20), (60, 24)),
        responses=("SD", "PD"),
        second_line=110,
        death=210,
        diagnosis="2021-02-03",
    ),
    Subject(
        "101-004",
        49,
        "F",
        "2023-06-05",
        sizes=((62, 31), (60, 30)),
        responses=("SD",),
        death=70,
        diagnosis="2022-01-19",
    ),
    Subject(
        "101-005",
        58,
        "M",
        "2023-06-12",
        fractions=15,
        dose=3,
        sizes=((36, 22), (34, 22), (33, 21), (33, 21), (34, 21)),
        responses=("SD", "SD", "SD", "SD"),
        diagnosis="2021-09-30",
    ),
    Subject(
        "101-006",
        64,
        "F",
        "2023-06-19",
        fractions=15,
        dose=3,
        sizes=((55, 18), (50, 18), (37, 12), (36, 12)),
        responses=("SD", "PR", "PR"),
        diagnosis="2020-07-08",
    ),
    Subject(
        "102-001",
        52,
        "M",
        "2023-06-26",
        fractions=10,
        dose=4,
        sizes=((30, 15), (29, 15), (28, 14), (28, 14)),
        responses=("SD", "SD", "SD"),
        diagnosis="2022-03",
    ),
    Subject(
        "102-002",
        71,
        "M",
        "2023-07-03",
        fractions=10,
        dose=4,
        sizes=((48, 26), (46, 26), (45, 26), (46, 26)),
        responses=("SD", "SD", "SD"),
        diagnosis="2021-12-12",
    ),
    Subject(
        "102-003",
        46,
        "M",
        "2023-07-10",
        dose=7,
        sizes=((70, 33), (68, 33), (66, 32)),
        responses=("SD", "SD"),
        diagnosis="2022-04-25",
    ),
    Subject(
        "102-004",
        59,
        "F",
        "2023-07-17",
        dose=6,
        sizes=((52, 28), (33, 18), (30, 16)),
        responses=("PR", "PR"),
        diagnosis="2021-05-17",
    ),
    Subject(
        "102-005",
        66,
        "M",
        "2023-07-24",
        sizes=((41, 19),),
        is_treated=False,
        not_treated="ASSIGNED, NOT TREATED",
        diagnosis="2021-10-11",
    ),
    Subject("102-006", 73, "M", "2023-07-31", is_treated=False, not_treated="SCREEN FAILURE", diagnosis="2022-02-02"),
)
