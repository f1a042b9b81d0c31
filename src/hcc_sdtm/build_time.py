"""SOURCE_DATE_EPOCH, the time that a reproducible build gives to what it writes.

Loads nothing heavy, because the command line asks for it before anything else.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source

VARIABLE = "SOURCE_DATE_EPOCH"


def source_date_epoch() -> datetime | None:
    """The time that the environment asks for, in UTC and without a zone; None where it asks for none.

    Raises StudyError for a text that is no time.
    """
    text = os.environ.get(VARIABLE)
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        message = f'"{text}" is no time; whole seconds since 1970 were expected'
        raise StudyError([Problem(Source(VARIABLE), message)]) from None
