"""What an observer with these scans must conclude, by the simulation's own logic; nothing here uses the package's derivations.

The rules, all on true days (a date that was written down without its day is decided by its true day and given as written):

- A subject never irradiated has no conclusions but the date of diagnosis and of last contact.
- *Adequate* is a scan after the start of radiotherapy whose RECIST 1.1 response is not NE; unscheduled scans count.
- *Progression* is the first scan after the start of radiotherapy read as PD. Clinical progression is none. What was seen
  on or before the start of radiotherapy is the qualifying progression and never an event.
- *New anticancer therapy* is the earlier of the second systemic line and a local therapy on study.
- *Missed* are the scheduled assessments whose whole window (7 days either side to week 24, then 14) lies after the last
  adequate scan (the start of radiotherapy, where there is none) and before the event.

PFS, the event being the earlier of progression and death; the first rule that fits decides:

1. no baseline scan, and the event is not a death: censored at the start of radiotherapy, CNSR 2;
2. no adequate scan after the start and no event: the same, CNSR 2;
3. therapy before the event (a therapy on the day of the event is not before it), or therapy and no event: censored at the
   last adequate scan on or before the start of therapy (the start of radiotherapy, where there is none), CNSR 3;
4. two or more missed assessments before the event: censored at the last adequate scan before the event, CNSR 4;
5. the event, CNSR 0;
6. censored at the last adequate scan, CNSR 5 when lost or withdrawn, else 1.

PFSEMA leaves out rules 3 and 4. Best overall response uses scans after the start of radiotherapy up to and including
the first PD of the same criterion, and not after the start of new anticancer therapy nor after death:

- unconfirmed (BOR): the best of CR, PR, SD (CR, PR and SD at least 35 days after the start), PD, NE; NE without any scan;
- confirmed (CBOR): CR where a CR is followed by a CR at least 28 days later, PR where a CR or PR is followed by one at least
  28 days later, in each case with nothing between but responses of that kind and at most one NE; else SD where any CR,
  PR or SD stands at least 35 days after the start; else PD; else NE.

OS: death, CNSR 0; else last contact, CNSR 5 when lost or withdrawn, else 6. Time to second line: cause 1 its first dose, 2
death before it, 0 last contact. Days are not counted here.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hcc_sdtm.synthetic.course import Course
from hcc_sdtm.synthetic.known_study import KnownStudy, iso_text
from hcc_sdtm.synthetic.plan import WEEKS, WINDOW_DAYS, day_number

MINIMUM_SD_DAYS, CONFIRMATION_DAYS = 35, 28


@dataclass(frozen=True)
class Scan:
    """A scan after the start of radiotherapy: true day, date as written, response."""

    day: float
    written: str
    response: str


@dataclass(frozen=True)
class Seen:
    """What is known of one irradiated subject; days are None where nothing happened."""

    start: float
    start_written: str
    has_baseline: bool
    scans: tuple[Scan, ...]
    death: float | None = None
    death_written: str = ""
    therapy: float | None = None
    left: bool = False


def conclude_pfs(seen: Seen, ignore_therapy_and_gaps: bool = False) -> tuple[str, int]:
    """Date as written and CNSR by the rules above."""
    adequate = [scan for scan in seen.scans if scan.response != "NE"]
    progression = next((scan for scan in adequate if scan.response == "PD"), None)
    event, written = seen.death, seen.death_written
    if progression is not None and (event is None or progression.day <= event):
        event, written = progression.day, progression.written
    is_death = event is not None and (progression is None or progression.day > event)
    at_start = (seen.start_written, 2)
    if not seen.has_baseline and not is_death:
        return at_start
    if not adequate and event is None:
        return at_start
    if not ignore_therapy_and_gaps:
        if seen.therapy is not None and (event is None or seen.therapy < event):
            return last_adequate(seen, adequate, seen.therapy)[1], 3
        if event is not None:
            day, date = last_adequate(seen, [scan for scan in adequate if scan.day < event], event)
            if count_missed(seen.start, day, event) >= 2:
                return date, 4
    if event is not None:
        return written, 0
    return adequate[-1].written, 5 if seen.left else 1


def last_adequate(seen: Seen, adequate: Sequence[Scan], limit: float) -> tuple[float, str]:
    """Day and written date of the last adequate scan on or before the limit; the start of radiotherapy where there is none."""
    before = [scan for scan in adequate if scan.day <= limit]
    return (before[-1].day, before[-1].written) if before else (seen.start, seen.start_written)


def count_missed(start: float, after: float, before: float) -> int:
    """Scheduled assessments whose whole window lies between two days."""
    windows = ((start + 7 * week - WINDOW_DAYS[week], start + 7 * week + WINDOW_DAYS[week]) for week in WEEKS)
    return sum(opens > after and closes < before for opens, closes in windows)


def conclude_best_response(seen: Seen) -> tuple[str, str]:
    """Unconfirmed and confirmed best overall response by the rules above."""
    used: list[Scan] = []
    for scan in seen.scans:
        if any(end is not None and scan.day > end for end in (seen.therapy, seen.death)):
            break
        used.append(scan)
        if scan.response == "PD":
            break
    late = {scan.response for scan in used if scan.day - seen.start >= MINIMUM_SD_DAYS}
    progressed = any(scan.response == "PD" for scan in used)
    best = next((name for name in ("CR", "PR", "SD") if name in late), "PD" if progressed else "NE")
    if is_confirmed(used, ("CR",)):
        return best, "CR"
    if is_confirmed(used, ("CR", "PR")):
        return best, "PR"
    if late & {"CR", "PR", "SD"}:
        return best, "SD"
    return best, "PD" if progressed else "NE"


def is_confirmed(scans: Sequence[Scan], kinds: tuple[str, ...]) -> bool:
    """Whether two responses of these kinds stand far enough apart with at most one NE and nothing else between."""
    for position, first in enumerate(scans):
        if first.response not in kinds:
            continue
        not_evaluable = 0
        for later in scans[position + 1 :]:
            not_evaluable += later.response == "NE"
            if later.response not in (*kinds, "NE") or not_evaluable > 1:
                break
            if later.response in kinds and later.day - first.day >= CONFIRMATION_DAYS:
                return True
    return False


def build_observer(study: KnownStudy, typed_deaths: dict[int, str] | None = None) -> pd.DataFrame:
    """One row a subject with everything an observer must conclude; dates as written.

    ``typed_deaths`` gives, by row, a death date that a site typed wrongly: an observer can only see that one.
    """
    subjects, known = study.subjects, study.known
    by_row: dict[int, list[tuple[float, str, str, str]]] = {}
    after = study.scans[study.scans["RECIST"] != ""]
    for row, *scan in after[["ROW", "DAY", "DATE", "RECIST", "MRECIST"]].itertuples(index=False):
        by_row.setdefault(row, []).append(tuple(scan))
    rows = []
    for row, (subject, dates) in enumerate(zip(subjects.to_dict("records"), known.to_dict("records"), strict=True)):
        typed_death = (typed_deaths or {}).get(row, "")
        if typed_death:
            subject["SEENDEATH"] = day_number(typed_death)
            dates["SEENDEATH"] = dates["STATUSDAY"] = typed_death
        rows.append(_conclusions(subject, dates, by_row.get(row, [])))
    return pd.DataFrame(rows, dtype=object)


def _day(value: float) -> float | None:
    return None if pd.isna(value) else value


def _conclusions(
    subject: Mapping[Hashable, Any], dates: Mapping[Hashable, Any], scans: list[tuple[float, str, str, str]]
) -> dict[str, object]:
    found: dict[str, object] = {
        "USUBJID": subject["USUBJID"],
        "RTSTDTC": dates["RTSTART"],
        "DIAGDTC": dates["DIAGNOSIS"],
    }
    if not dates["RTSTART"]:
        names = (
            "PFSADT",
            "PFSCNSR",
            "EMAADT",
            "EMACNSR",
            "BOR",
            "CBOR",
            "BORM",
            "CBORM",
            "OSADT",
            "OSCNSR",
            "SLADT",
            "SLCAUSE",
        )
        return found | dict.fromkeys(names, "")
    left = subject["DISPOSITION"] in ("LOST TO FOLLOW-UP", "WITHDRAWAL BY SUBJECT")
    days = [value for value in (_day(subject["SECONDLINE"]), _day(subject["LOCAL"])) if value is not None]
    death = _day(subject["SEENDEATH"])

    def seen(response: int) -> Seen:
        return Seen(
            start=subject["RTSTART"],
            start_written=dates["RTSTART"],
            has_baseline=bool(dates["BASELINE"]),
            scans=tuple(Scan(line[0], line[1], str(line[response])) for line in scans),
            death=death,
            death_written=dates["SEENDEATH"],
            therapy=min(days, default=None),
            left=left,
        )

    found["PFSADT"], found["PFSCNSR"] = conclude_pfs(seen(2))
    found["EMAADT"], found["EMACNSR"] = conclude_pfs(seen(2), ignore_therapy_and_gaps=True)
    found["BOR"], found["CBOR"] = conclude_best_response(seen(2))
    found["BORM"], found["CBORM"] = conclude_best_response(seen(3))
    found["OSADT"] = dates["STATUSDAY"]
    found["OSCNSR"] = 0 if death is not None else 5 if left else 6
    second = dates["SECONDLINE"]
    found["SLADT"] = second or dates["STATUSDAY"]
    found["SLCAUSE"] = 1 if second else 2 if death is not None else 0
    return found


def build_events(study: KnownStudy) -> pd.DataFrame:
    """One row a subject with its true times, whether or not anyone saw them."""
    subjects = study.subjects
    frame = pd.DataFrame({"USUBJID": subjects["USUBJID"]})
    days = {
        "DIAGNOSIS": "DIAGDT",
        "FIRSTSTART": "FIRSTLDT",
        "QUALIFYING": "QUALPDDT",
        "CONSENT": "CONSDT",
        "RTSTART": "RTSTDT",
        "RTEND": "RTENDDT",
        "TRUEPD": "PDDT",
        "DEATH": "DTHDT",
        "SECONDLINE": "SECLDT",
        "LOCAL": "LOCALDT",
        "CLINICALPD": "CLINPDDT",
        "LASTCONTACT": "LSTCDT",
    }
    for name, column in days.items():
        frame[column] = iso_text(subjects[name])
    for name, column in {
        "NOTRT": "NOTRTFL",
        "SCRNFAIL": "SCRNFFL",
        "LOST": "LOSTFL",
        "WITHDREW": "WITHDFL",
    }.items():
        frame[column] = ["Y" if flag else "N" for flag in subjects[name]]
    frame["SCENARIO"] = ""
    for row, scenario in study.course.scenarios.items():
        frame.loc[row, "SCENARIO"] = scenario.name
    return frame


def build_scenarios(course: Course) -> pd.DataFrame:
    """The hand-written expectations: one row a subject and parameter."""
    rows = [
        (course.subjects["USUBJID"].iat[row], scenario.name, parameter, date, str(censored), scenario.why)
        for row, scenario in course.scenarios.items()
        for parameter, (date, censored) in scenario.expected.items()
    ]
    return pd.DataFrame(rows, columns=["USUBJID", "SCENARIO", "PARAMCD", "ADT", "CNSR", "WHY"], dtype=object)
