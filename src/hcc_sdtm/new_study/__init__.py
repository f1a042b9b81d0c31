"""A new study's folder: the files a person has to fill in, with what each is for."""

from __future__ import annotations

import shutil
from pathlib import Path

FILES = Path(__file__).parent / "files"


def write_new_study(folder: Path) -> None:
    """Copies the files of a new study into an empty or absent folder.

    A run of it ends with status 2 and the questions that ``specs/trial.yaml`` leaves open, until they are answered.
    """
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
