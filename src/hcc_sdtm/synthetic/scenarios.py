"""Subjects whose course is written by hand, and what must be concluded of them, written by hand too.

One scenario for each situation that a definition of progression-free survival has to decide. Scans stand on the exact
days of the schedule (42 days to week 24, then 84), so that an actual and a scheduled date are the same where the
definitions allow either. The expectations are of four schemes:

``PFS``     documented progression or death; censored at the last adequate assessment before new anticancer therapy or
            before a gap of two or more missed assessments (FDA table A)
``PFSB``    the same with uniform dates: progression between visits counts at the next scheduled visit (FDA table B)
``PFSC``    the investigator's claim: clinical progression counts, at the scheduled visit when claimed (FDA table C)
``PFSEMA``  new therapy and missed visits are ignored

CNSR: 0 event, 1 ongoing without event, 2 no baseline or no post-baseline assessment, 3 new anticancer therapy, 4 two or
more missed assessments, 5 lost to follow-up or withdrawn. Source: FDA guidance on endpoints (2018), appendix on censoring,
and the EMA guideline on anticancer products, appendix 1.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """One hand-written subject.

    ``scans`` are ``VISITNUM date response``; ``BL`` is a baseline scan, whose absence is a scenario of its own.
    ``reread`` is the record of the progression that led to radiotherapy (scan date, date it was read again).
    ``expected`` is date and CNSR by PARAMCD.
    """

    name: str
    site: str
    rt_start: str
    scans: tuple[str, ...]
    last_contact: str
    expected: dict[str, tuple[str, int]]
    why: str
    second_line: str = ""
    death: str = ""
    clinical_pd: str = ""
    reread: tuple[str, str] | None = None
    lost: bool = False


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "gap of two visits then PD",
        "101",
        "2021-03-01",
        ("1 2021-02-22 BL", "2 2021-04-12 SD", "5 2021-08-16 PD"),
        "2024-02-15",
        {
            "PFS": ("2021-04-12", 4),
            "PFSB": ("2021-04-12", 4),
            "PFSC": ("2021-04-12", 4),
            "PFSEMA": ("2021-08-16", 0),
        },
        "weeks 12 and 18 were missed before the progression of week 24, so the last adequate scan is that of week 6",
    ),
    Scenario(
        "gap of two visits then PD",
        "102",
        "2021-06-01",
        ("1 2021-05-20 BL", "2 2021-07-13 SD", "3 2021-08-24 PR", "6 2022-02-08 PD"),
        "2024-02-20",
        {
            "PFS": ("2021-08-24", 4),
            "PFSB": ("2021-08-24", 4),
            "PFSC": ("2021-08-24", 4),
            "PFSEMA": ("2022-02-08", 0),
        },
        "weeks 18 and 24 were missed before the progression of week 36; the last adequate scan is that of week 12",
        second_line="2022-03-01",
    ),
    Scenario(
        "gap of two visits then death",
        "101",
        "2021-03-01",
        ("1 2021-02-22 BL", "2 2021-04-12 SD"),
        "2021-07-30",
        {
            "PFS": ("2021-04-12", 4),
            "PFSB": ("2021-04-12", 4),
            "PFSC": ("2021-04-12", 4),
            "PFSEMA": ("2021-07-30", 0),
        },
        "no scan at weeks 12 and 18, then death 109 days after the scan of week 6",
        death="2021-07-30",
    ),
    Scenario(
        "gap of two visits then death",
        "103",
        "2021-06-01",
        ("1 2021-05-20 BL", "2 2021-07-13 PR", "3 2021-08-24 PR", "4 2021-10-05 PR"),
        "2022-03-15",
        {
            "PFS": ("2021-10-05", 4),
            "PFSB": ("2021-10-05", 4),
            "PFSC": ("2021-10-05", 4),
            "PFSEMA": ("2022-03-15", 0),
        },
        "no scan at weeks 24 and 36, then death 161 days after the scan of week 18",
        death="2022-03-15",
    ),
    Scenario(
        "new therapy before PD",
        "101",
        "2021-03-01",
        ("1 2021-02-22 BL", "2 2021-04-12 SD", "3 2021-05-24 SD", "4 2021-07-05 PD"),
        "2024-02-12",
        {
            "PFS": ("2021-05-24", 3),
            "PFSB": ("2021-05-24", 3),
            "PFSC": ("2021-05-24", 3),
            "PFSEMA": ("2021-07-05", 0),
        },
        "second line began on 2021-06-10, between the scans of weeks 12 and 18",
        second_line="2021-06-10",
    ),
    Scenario(
        "new therapy before PD",
        "102",
        "2021-06-01",
        ("1 2021-05-20 BL", "2 2021-07-13 PR", "3 2021-08-24 PR", "4 2021-10-05 PD"),
        "2024-01-30",
        {
            "PFS": ("2021-08-24", 3),
            "PFSB": ("2021-08-24", 3),
            "PFSC": ("2021-08-24", 3),
            "PFSEMA": ("2021-10-05", 0),
        },
        "second line began on the day of the week-12 scan; a scan on that day still counts",
        second_line="2021-08-24",
    ),
    Scenario(
        "new therapy on the day of PD",
        "101",
        "2021-03-01",
        ("1 2021-02-22 BL", "2 2021-04-12 SD", "3 2021-05-24 PD"),
        "2024-02-25",
        {
            "PFS": ("2021-05-24", 0),
            "PFSB": ("2021-05-24", 0),
            "PFSC": ("2021-05-24", 0),
            "PFSEMA": ("2021-05-24", 0),
        },
        "therapy that begins on the day of progression is not before it",
        second_line="2021-05-24",
    ),
    Scenario(
        "new therapy on the day of PD",
        "103",
        "2021-06-01",
        ("1 2021-05-20 BL", "2 2021-07-13 PR", "3 2021-08-24 PR", "4 2021-10-05 PR", "5 2021-11-16 PD"),
        "2023-12-28",
        {
            "PFS": ("2021-11-16", 0),
            "PFSB": ("2021-11-16", 0),
            "PFSC": ("2021-11-16", 0),
            "PFSEMA": ("2021-11-16", 0),
        },
        "therapy that begins on the day of progression is not before it",
        second_line="2021-11-16",
        death="2023-12-28",
    ),
    Scenario(
        "PD and death the same day",
        "101",
        "2021-03-01",
        ("1 2021-02-22 BL", "2 2021-04-12 SD", "3 2021-05-24 PD"),
        "2021-05-24",
        {
            "PFS": ("2021-05-24", 0),
            "PFSB": ("2021-05-24", 0),
            "PFSC": ("2021-05-24", 0),
            "PFSEMA": ("2021-05-24", 0),
        },
        "one event, described as progression",
        death="2021-05-24",
    ),
    Scenario(
        "PD and death the same day",
        "102",
        "2021-06-01",
        ("1 2021-05-20 BL", "2 2021-07-13 SD", "3 2021-08-24 SD", "4 2021-10-05 PD"),
        "2021-10-05",
        {
            "PFS": ("2021-10-05", 0),
            "PFSB": ("2021-10-05", 0),
            "PFSC": ("2021-10-05", 0),
            "PFSEMA": ("2021-10-05", 0),
        },
        "one event, described as progression",
        death="2021-10-05",
    ),
    Scenario(
        "death before any scan",
        "101",
        "2021-03-01",
        ("1 2021-02-22 BL",),
        "2021-03-29",
        {
            "PFS": ("2021-03-29", 0),
            "PFSB": ("2021-03-29", 0),
            "PFSC": ("2021-03-29", 0),
            "PFSEMA": ("2021-03-29", 0),
        },
        "death before the first assessment is an event at its own date",
        death="2021-03-29",
    ),
    Scenario(
        "death before any scan",
        "102",
        "2021-06-01",
        ("1 2021-05-20 BL",),
        "2021-07-28",
        {
            "PFS": ("2021-07-28", 0),
            "PFSB": ("2021-07-28", 0),
            "PFSC": ("2021-07-28", 0),
            "PFSEMA": ("2021-07-28", 0),
        },
        "one assessment, that of week 6, was missed before death; two would censor",
        death="2021-07-28",
    ),
    Scenario(
        "clinical PD only",
        "101",
        "2021-03-01",
        ("1 2021-02-22 BL", "2 2021-04-12 SD", "3 2021-05-24 SD"),
        "2024-02-10",
        {
            "PFS": ("2021-05-24", 1),
            "PFSB": ("2021-05-24", 1),
            "PFSC": ("2021-07-05", 0),
            "PFSEMA": ("2021-05-24", 1),
        },
        "progression was claimed at the visit of week 18 without a scan; only scheme C counts it",
        clinical_pd="2021-07-05",
    ),
    Scenario(
        "clinical PD only",
        "103",
        "2021-06-01",
        ("1 2021-05-20 BL", "2 2021-07-13 SD"),
        "2024-01-15",
        {
            "PFS": ("2021-07-13", 1),
            "PFSB": ("2021-07-13", 1),
            "PFSC": ("2021-08-24", 0),
            "PFSEMA": ("2021-07-13", 1),
        },
        "progression was claimed at the visit of week 12 without a scan; only scheme C counts it",
        clinical_pd="2021-08-24",
    ),
    Scenario(
        "no baseline scan",
        "101",
        "2021-03-01",
        ("2 2021-04-12 NE", "3 2021-05-24 PD"),
        "2024-02-05",
        {
            "PFS": ("2021-03-01", 2),
            "PFSB": ("2021-03-01", 2),
            "PFSC": ("2021-03-01", 2),
            "PFSEMA": ("2021-03-01", 2),
        },
        "without a baseline nothing can be compared: censored at the start of radiotherapy although progression was called",
    ),
    Scenario(
        "no baseline scan",
        "103",
        "2021-06-01",
        ("2 2021-07-13 NE", "3 2021-08-24 NE"),
        "2024-01-08",
        {
            "PFS": ("2021-06-01", 2),
            "PFSB": ("2021-06-01", 2),
            "PFSC": ("2021-06-01", 2),
            "PFSEMA": ("2021-06-01", 2),
        },
        "without a baseline nothing can be compared: censored at the start of radiotherapy",
    ),
    Scenario(
        "NE last",
        "101",
        "2022-12-12",
        (
            "1 2022-12-01 BL",
            "2 2023-01-23 SD",
            "3 2023-03-06 SD",
            "4 2023-04-17 SD",
            "5 2023-05-29 SD",
            "6 2023-08-21 SD",
            "7 2023-11-13 SD",
            "8 2024-02-05 NE",
        ),
        "2024-02-26",
        {
            "PFS": ("2023-11-13", 1),
            "PFSB": ("2023-11-13", 1),
            "PFSC": ("2023-11-13", 1),
            "PFSEMA": ("2023-11-13", 1),
        },
        "a scan that cannot be evaluated is not adequate; the one before it is the last",
    ),
    Scenario(
        "NE last",
        "102",
        "2021-06-01",
        ("1 2021-05-20 BL", "2 2021-07-13 PR", "3 2021-08-24 PR", "4 2021-10-05 PR", "5 2021-11-16 NE"),
        "2021-11-30",
        {
            "PFS": ("2021-10-05", 5),
            "PFSB": ("2021-10-05", 5),
            "PFSC": ("2021-10-05", 5),
            "PFSEMA": ("2021-10-05", 5),
        },
        "the last scan cannot be evaluated, and the subject was then lost to follow-up",
        lost=True,
    ),
    Scenario(
        "unscheduled PD",
        "101",
        "2021-03-01",
        ("1 2021-02-22 BL", "2 2021-04-12 SD", "3 2021-05-24 SD", "3.1 2021-06-14 PD"),
        "2024-02-18",
        {
            "PFS": ("2021-06-14", 0),
            "PFSB": ("2021-07-05", 0),
            "PFSC": ("2021-07-05", 0),
            "PFSEMA": ("2021-06-14", 0),
        },
        "progression between weeks 12 and 18 counts at its own date, under uniform dates at week 18",
        second_line="2021-07-20",
    ),
    Scenario(
        "unscheduled PD",
        "103",
        "2021-06-01",
        (
            "1 2021-05-20 BL",
            "2 2021-07-13 PR",
            "3 2021-08-24 PR",
            "4 2021-10-05 PR",
            "5 2021-11-16 PR",
            "5.1 2022-01-04 PD",
        ),
        "2022-12-09",
        {
            "PFS": ("2022-01-04", 0),
            "PFSB": ("2022-02-08", 0),
            "PFSC": ("2022-02-08", 0),
            "PFSEMA": ("2022-01-04", 0),
        },
        "progression between weeks 24 and 36 counts at its own date, under uniform dates at week 36",
        second_line="2022-02-01",
        death="2022-12-09",
    ),
    Scenario(
        "qualifying PD re-read after RT start",
        "102",
        "2021-03-01",
        ("1 2021-02-22 BL", "2 2021-04-12 SD", "3 2021-05-24 SD", "4 2021-07-05 PD"),
        "2024-02-08",
        {
            "PFS": ("2021-07-05", 0),
            "PFSB": ("2021-07-05", 0),
            "PFSC": ("2021-07-05", 0),
            "PFSEMA": ("2021-07-05", 0),
        },
        "the scan of 2021-02-10 was read again on 2021-03-15; it led to radiotherapy and is no event after it",
        second_line="2021-08-02",
        reread=("2021-02-10", "2021-03-15"),
    ),
    Scenario(
        "qualifying PD re-read after RT start",
        "102",
        "2021-06-01",
        (
            "1 2021-05-20 BL",
            "2 2021-07-13 SD",
            "3 2021-08-24 SD",
            "4 2021-10-05 SD",
            "5 2021-11-16 SD",
            "6 2022-02-08 PD",
        ),
        "2024-02-22",
        {
            "PFS": ("2022-02-08", 0),
            "PFSB": ("2022-02-08", 0),
            "PFSC": ("2022-02-08", 0),
            "PFSEMA": ("2022-02-08", 0),
        },
        "the planning scan of the day radiotherapy began was read as progression three weeks later; it is no event",
        reread=("2021-06-01", "2021-06-22"),
    ),
)
