"""The time of day that another column gives to a date."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.mapping.rules.date_column import MIDNIGHT
from hcc_sdtm.mapping.rules.remark import Unread

TIME_UNREADABLE = "MAP-029 time.unreadable"
TIME_WITHOUT_DAY = "MAP-030 time.without-day"
TIME_CONTRADICTED = "MAP-031 time.contradicted"
TIME_RULES = (TIME_UNREADABLE, TIME_WITHOUT_DAY, TIME_CONTRADICTED)


def read_times(texts: np.ndarray) -> tuple[np.ndarray, list[Unread]]:
    """ISO times of distinct texts; a text that is no time of day is MAP-029, and the date stays without it."""
    found = dates.read_time(pd.Series(texts, dtype=object))
    unread = [
        Unread(int(at), TIME_UNREADABLE, f"{found.at[at, 'problem']}; the date stays without it")
        for at in np.flatnonzero(found["kind"] != "")
    ]
    return found["iso"].to_numpy(dtype=object), unread


def add_time(date: str, time: str) -> tuple[str, str, str]:
    """A date with a time, and the rule and message of what does not fit (``""``: nothing).

    A date's own midnight is what programs write where no time was recorded, and gives way. A time beside a date that is not
    known to the day is left out (MAP-030); beside another time of the date's own, too (MAP-031).
    """
    if not time:
        return date, "", ""
    day, _, own = date.partition("T")
    if len(day) < len("2021-03-05") or day.startswith("-"):
        what = f"the date, {day}, is not known to the day" if day else "there is no date"
        return date, TIME_WITHOUT_DAY, f"a time of day ({time}), and {what}; the time is left out"
    if own and own not in MIDNIGHT and not time.startswith(own) and not own.startswith(time):
        message = f"{time} is another time than the one that the date itself has, {own}, which is kept"
        return date, TIME_CONTRADICTED, message
    return (date, "", "") if own and own not in MIDNIGHT and own.startswith(time) else (f"{day}T{time}", "", "")
