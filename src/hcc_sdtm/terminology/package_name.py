"""Which standard's terminology a file is, and of which date: by what it says of itself, then by its name.

CDISC publishes a package a quarter for each standard; NCI's text file says its date nowhere but in its name. Where two
places say different things, or none says anything, a person has to.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source

READ = ("SDTM", "ADaM")
"""Standards whose packages are taken."""

STANDARDS = {
    name.casefold(): name
    for name in (
        *READ, "SEND", "CDASH", "Protocol", "Define-XML", "Glossary", "DDF", "MRCT", "TMF", "QRS", "QS-FT", "QS", "COA",
        "CDISC Glossary",
    )
}  # fmt: skip

_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_STANDARD = re.compile(
    rf"(?<![A-Za-z])({'|'.join(sorted(map(re.escape, STANDARDS), key=len, reverse=True))})(?![A-Za-z])", re.IGNORECASE
)
_PREFERRED = re.compile(rf"CDISC ({'|'.join(map(re.escape, STANDARDS))}) ", re.IGNORECASE)


@dataclass
class Statements:
    """What a file says of itself: texts that name its standard and date, each with where; and its codelists' NCI names."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    preferred: list[str] = field(default_factory=list)


def find_standard(name: str, statements: Statements) -> str:
    """The standard of a package; StudyError where none is named, or it is one that is not taken.

    NCI names its codelists ``CDISC SDTM Sex of Individual Terminology``: what most of them say is more than a sheet's or
    a file's name.
    """
    counted = Counter(match[1].casefold() for text in statements.preferred if (match := _PREFERRED.match(text)))
    found = STANDARDS[counted.most_common(1)[0][0]] if counted else ""
    for text, _ in statements.texts if not found else ():
        if match := _STANDARD.search(text):
            found = STANDARDS[match[1].casefold()]
            break
    if not found and (match := _STANDARD.search(PurePosixPath(name).name)):
        found = STANDARDS[match[1].casefold()]
    if not found:
        message = "neither the file nor its name says which standard's terminology it is; keep the published name"
        raise StudyError([Problem(Source(name), message)])
    if found not in READ:
        message = (
            f"is {found} terminology; a study's codelists are from {' and '.join(READ)} terminology, take that file"
        )
        raise StudyError([Problem(Source(name), message)])
    return found


def find_date(name: str, statements: Statements, given: str) -> str:
    """The date of a package as ISO text; ``given`` is what a person says. StudyError where it is not settled."""
    said: dict[str, str] = {}
    for text, where in [*statements.texts, (PurePosixPath(name).name, "its name")]:
        for date in _dates(text):
            said.setdefault(date, where)
    if given and given not in _dates(given):
        raise StudyError([Problem(Source("--date"), f'"{given}" is no day such as 2025-03-28')])
    if given and said and given not in said:
        message = f"the file is of {_listed(said)}, not of {given}; leave --date out, or take the file of that date"
        raise StudyError([Problem(Source(name), message)])
    if given:
        return given
    if len(said) > 1:
        message = f"says different dates: {_listed(said)}; say which is right with --date"
        raise StudyError([Problem(Source(name), message)])
    if not said:
        message = "neither the file nor its name says the date of the package; give it as --date 2025-03-28"
        raise StudyError([Problem(Source(name), message)])
    return next(iter(said))


def _listed(said: dict[str, str]) -> str:
    return " and ".join(f"{date} ({where})" for date, where in said.items())


def _dates(text: str) -> Iterable[str]:
    found: Sequence[tuple[str, str, str]] = _DATE.findall(text)
    for year, month, day in found:
        try:
            yield dt.date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            continue
