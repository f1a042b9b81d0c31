"""Taking a run into the register of its study, on a person's command: a run itself never writes there."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hcc_sdtm.outputs.cells import safe_column
from hcc_sdtm.outputs.written_run import WrittenRun, read_written_run
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.register.history import (
    HISTORY_FILE,
    OPEN,
    RUN_COLUMNS,
    RUNS_FILE,
    Run,
    count_change,
    read_history,
    read_runs,
    update_history,
)
from hcc_sdtm.source import Source
from hcc_sdtm.spec.study import STUDY_FILE, StudyFile, read_written_mappings
from hcc_sdtm.spec.yaml_file import read_yaml, validate


@dataclass(frozen=True, slots=True)
class Registered:
    """What registering a run changed: findings new, open in all, and gone; ``is_known``: the run was there and nothing was."""

    run: Run
    new: int
    open: int
    gone: int
    is_known: bool

    @property
    def text(self) -> str:
        """The change in one sentence."""
        if self.is_known:
            return f"run {self.run.id} was registered before; nothing was changed"
        return f"run {self.run.id} registered: new {self.new}, open in all {self.open}, gone {self.gone}"


def register_run(study: Path, out: Path) -> Registered:
    """Takes the findings of the run in ``out`` into ``register/history.csv`` of the study, and the run into ``runs.csv``.

    A run that is there already changes nothing. Each file appears whole or not at all. Raises StudyError where ``out`` is no
    whole, unchanged run of this study, is older than the last registered run, or a file of the register is bad.
    """
    root = find_study(study)
    written = read_written_run(out)
    problems = [Problem(Source(str(out)), message) for message in _wrong_run(study, root, written)]
    history, runs = read_history(root, problems), read_runs(root, problems)
    is_known = bool((runs["run"] == written.run.id).any())
    if len(runs) and not is_known and written.run.timestamp < runs["timestamp"].max():
        message = f"is of {written.run.timestamp[:10]}; a run of {runs['timestamp'].max()[:10]} was registered after it"
        problems.append(Problem(Source(str(out)), message))
    if problems:
        raise StudyError(problems)
    if is_known:
        return Registered(written.run, 0, int((history["state"] == OPEN).sum()), 0, is_known)
    after = update_history(history, written.findings, written.run)
    new, gone = count_change(history, after)
    row = [written.run.id, written.run.timestamp, str(len(written.findings)), str(new), str(gone)]
    # the history first: a run that is in the history alone is registered again with the same result
    write_register_file(root / HISTORY_FILE, after)
    write_register_file(root / RUNS_FILE, pd.concat([runs, pd.DataFrame([row], columns=list(RUN_COLUMNS))]))
    return Registered(written.run, new, int((after["state"] == OPEN).sum()), gone, is_known)


def find_study(study: Path) -> Path:
    """The folder of a study that is named by its folder or by its ``study.yaml``; StudyError where there is none."""
    file = study / STUDY_FILE if study.is_dir() else study
    if not file.is_file():
        raise StudyError([Problem(Source(str(study)), f"no {STUDY_FILE} here; name a study folder")])
    return file.parent


def write_register_file(path: Path, frame: pd.DataFrame) -> None:
    """Writes text columns as CSV for a spreadsheet program (UTF-8 with mark, no cell starts a formula), all at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    safe = frame.apply(safe_column) if len(frame) else frame
    safe.to_csv(beside, index=False, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    os.replace(beside, path)


def _wrong_run(study: Path, root: Path, written: WrittenRun) -> list[str]:
    """Why the run is not one of the whole study."""
    file = root / STUDY_FILE if study.is_dir() else study
    study_id = validate(read_yaml(file, file.name), StudyFile).study
    if written.study_id != study_id:
        return [f'is a run of study "{written.study_id}", not of "{study_id}"']
    unread = [name for _, name in read_written_mappings(study).mappings if name not in written.inputs]
    if unread:
        return [f"is a run of some sites only, without {', '.join(unread)}; their findings would seem to be gone"]
    return []
