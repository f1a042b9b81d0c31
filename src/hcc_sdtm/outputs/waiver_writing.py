"""One more line in ``register/waivers.csv``, with the fingerprint of what was decided on."""

from __future__ import annotations

import csv
import io
import os
from datetime import date
from pathlib import Path

from hcc_sdtm.outputs.cells import safe_text
from hcc_sdtm.outputs.registering import find_study
from hcc_sdtm.outputs.written_run import read_written_run
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.register.waivers import ABOUT_WAIVERS, WAIVER_COLUMNS, WAIVERS_FILE, Waiver, read_waivers
from hcc_sdtm.source import Source

MARK = "\ufeff".encode()


def add_waiver(
    study: Path, out: Path, key: str, reason: str, author: str, decided: date, expires: date | None = None
) -> Waiver:
    """Waives the finding with this key of the run in ``out``: adds a line to the study's waivers and returns it.

    What stands in the file stays as it is, byte for byte. Raises StudyError where ``out`` is no whole and unchanged run, the
    key is none of its findings or is waived already, reason or author is empty, or the file is bad.
    """
    root = find_study(study)
    written = read_written_run(out)
    path = root / WAIVERS_FILE
    problems: list[Problem] = []
    waivers = read_waivers(root, None, problems)
    reason, author = " ".join(reason.split()), " ".join(author.split())
    for name, given in (("reason", reason), ("author", author)):
        if not given:
            problems.append(Problem(Source(f"--{name}"), "is empty; a waiver says why, and who decided it"))
    found = written.findings[written.findings["key"] == key]
    if found.empty:
        alike = [other for other in written.findings["key"] if other[:2] == key[:2]]
        problems.append(
            Problem(Source(str(out / "findings.csv")), f'no finding has the key "{key}"{nearest(key, alike)}')
        )
    elif str(found["rule"].iat[0]).startswith(ABOUT_WAIVERS):
        message = (
            f"{key} is a finding about a waiver, and none can be waived; mend the waiver at {found['source'].iat[0]}"
        )
        problems.append(Problem(Source(str(out / "findings.csv")), message))
    day = date.fromisoformat(written.run.timestamp[:10])
    if expires is not None and expires < day:
        message = f"{expires} is before {day}, the day that the run's outputs carry; expected that day or a later one"
        problems.append(Problem(Source("--expires"), message))
    before = [waiver for waiver in waivers if waiver.key == key]
    if before:
        message = f'waives "{key}" already ({before[0].text}); to decide anew, take this line out first'
        problems.append(Problem(before[0].source, message))
    header, text = _read(path)
    if expires is not None and "expires" not in header:
        problems.append(Problem(Source(WAIVERS_FILE, line=1), 'column "expires" is missing; add it to give a last day'))
    if problems:
        raise StudyError(problems)
    cells = {
        "rule": str(found["rule"].iat[0]).split(" ", 1)[0],
        "key": key,
        "reason": reason,
        "author": author,
        "date": decided.isoformat(),
        "evidence": str(found["evidence"].iat[0]),
        "expires": expires.isoformat() if expires else "",
    }
    text += b"" if text.endswith(b"\n") else b"\r\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(text + _line([safe_text(cells[name]) for name in header]))
    os.replace(beside, path)
    line = len(text.splitlines()) + 1
    return Waiver(
        cells["rule"], key, reason, author, decided, cells["evidence"], expires, Source(WAIVERS_FILE, line=line)
    )


def _read(path: Path) -> tuple[list[str], bytes]:
    """The columns of the file in their order, and its bytes; those of a new file where there is none."""
    if not path.is_file():
        return list(WAIVER_COLUMNS), MARK + _line(WAIVER_COLUMNS)
    content = path.read_bytes()
    header = next(csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"))), [])
    return [name.strip() for name in header], content


def _line(cells: list[str] | tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()
