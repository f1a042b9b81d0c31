"""``register/history.csv``: which findings each registered run had, so that a run can say what is new and what is gone.

One row a key. It is written by an explicit command and only read by a run; beside it ``register/runs.csv`` lists the runs
that were registered, so that one is never counted twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hcc_sdtm.problem import Problem
from hcc_sdtm.source import Source
from hcc_sdtm.spec.csv_file import read_csv_file, read_unique

HISTORY_FILE = "register/history.csv"
RUNS_FILE = "register/runs.csv"
PLACE = ("rule", "site", "dataset", "subject", "variable")
HISTORY_COLUMNS = ("key", *PLACE, "first_run", "first_seen", "last_run", "last_seen", "state")
RUN_COLUMNS = ("run", "timestamp", "findings", "new", "gone")
OPEN, GONE = "open", "gone"
NEW, AGAIN, STILL_OPEN = "new", "new again", "still open"


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was written: 12 digits of the SHA-256 of its manifest, and the time that its outputs carry."""

    id: str
    timestamp: str


def no_history() -> pd.DataFrame:
    """A history in which nothing was registered."""
    return pd.DataFrame(columns=list(HISTORY_COLUMNS), dtype=object)


def read_history(study: Path, problems: list[Problem]) -> pd.DataFrame:
    """The history of a study folder, all text; empty where no run was registered. What is wrong is added to ``problems``."""
    frame = _read(study, HISTORY_FILE, HISTORY_COLUMNS, "key", problems)
    for line, state in zip(frame["line"], frame["state"], strict=True):
        if state not in (OPEN, GONE):
            problems.append(Problem(Source(HISTORY_FILE, line=line), f'state "{state}"; expected {OPEN} or {GONE}'))
    return frame[list(HISTORY_COLUMNS)]


def read_runs(study: Path, problems: list[Problem]) -> pd.DataFrame:
    """The runs that were registered, in their order, all text."""
    return _read(study, RUNS_FILE, RUN_COLUMNS, "run", problems)[list(RUN_COLUMNS)]


def _read(study: Path, name: str, columns: Collection[str], key: str, problems: list[Problem]) -> pd.DataFrame:
    if not (study / name).is_file():
        return pd.DataFrame(columns=[*columns, "line"], dtype=object)
    found: list[Problem] = []
    file = read_csv_file(study / name, found, columns)
    unique = read_unique(file.rows, (key,), found)
    problems += [Problem(Source(name, line=problem.source.line), problem.message) for problem in found]
    rows = [[*(row[column] for column in columns), row.line] for row in unique.values()]
    return pd.DataFrame(rows, columns=[*columns, "line"], dtype=object)


def apply_history(findings: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """The findings with ``status``: new, new again (it was gone), still open; ``""`` for all where nothing was registered.

    ``findings`` has ``key``.
    """
    if history.empty:
        return findings.assign(status="")
    state = findings["key"].map(dict(zip(history["key"], history["state"], strict=True)))
    return findings.assign(status=state.map({OPEN: STILL_OPEN, GONE: AGAIN}).fillna(NEW).astype(object))


def list_gone(findings: pd.DataFrame, history: pd.DataFrame, sites: Collection[str] = ()) -> pd.DataFrame:
    """The rows of the history that were open at the last registered run and are no findings now.

    A run of some ``sites`` alone says nothing about the others: only rows of those sites count then.
    """
    gone = (history["state"] == OPEN) & ~history["key"].isin(findings["key"])
    if sites:
        gone &= history["site"].isin(sites)
    return history[gone].reset_index(drop=True)


def summarise_trend(findings: pd.DataFrame, gone: pd.DataFrame) -> pd.DataFrame:
    """One row for each severity and ``all``: how many findings are ``new`` (again among them), ``still_open``, ``waived``;
    and, in the row for all, how many are ``gone``, whose severity the history does not keep.

    ``findings`` has ``status``; a waived finding is counted as waived only.
    """
    rows = []
    for severity in (*dict.fromkeys(findings["severity"]), "all"):
        status = findings["status"] if severity == "all" else findings.loc[findings["severity"] == severity, "status"]
        counts = [int(status.isin(names).sum()) for names in ((NEW, AGAIN), (STILL_OPEN,), ("waived",))]
        rows.append([severity, *counts, len(gone) if severity == "all" else ""])
    return pd.DataFrame(rows, columns=["severity", "new", "still_open", "waived", "gone"], dtype=object)


def render_trend(findings: pd.DataFrame, gone: pd.DataFrame) -> str:
    """``since the last registered run: new 3, still open 41, gone 5``; ``""`` where nothing was registered."""
    if not (findings["status"].isin((NEW, AGAIN, STILL_OPEN)).any() or len(gone)):
        return ""
    every = summarise_trend(findings, gone).iloc[-1]
    waived = f", waived {every['waived']}" if every["waived"] else ""
    text = f"new {every['new']}, still open {every['still_open']}, gone {every['gone']}{waived}"
    return f"since the last registered run: {text}"


def update_history(history: pd.DataFrame, findings: pd.DataFrame, run: Run) -> pd.DataFrame:
    """The history after the run: its findings are open and last seen now, all others are gone; in the order of keys.

    ``findings`` has ``key`` and the columns of `PLACE`; those of the latest run stand.
    """
    seen = findings[["key", *PLACE]].drop_duplicates("key")
    before = history.set_index("key")
    known = before.reindex(seen["key"])
    now = pd.DataFrame(
        {
            **{name: seen[name].to_numpy() for name in ("key", *PLACE)},
            "first_run": known["first_run"].fillna(run.id).to_numpy(),
            "first_seen": known["first_seen"].fillna(run.timestamp).to_numpy(),
            "last_run": run.id,
            "last_seen": run.timestamp,
            "state": OPEN,
        },
        dtype=object,
    )
    gone = history[~history["key"].isin(now["key"])].assign(state=GONE)
    parts = [part for part in (now, gone) if len(part)]
    whole = pd.concat(parts, ignore_index=True) if parts else no_history()
    return whole.sort_values("key", ignore_index=True)[list(HISTORY_COLUMNS)]


def count_change(before: pd.DataFrame, after: pd.DataFrame) -> tuple[int, int]:
    """How many keys became open, and how many gone, from one history to the next."""
    was, now = (set(frame.loc[frame["state"] == OPEN, "key"]) for frame in (before, after))
    return len(now - was), len(was - now)
