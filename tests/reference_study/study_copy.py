"""A copy of the reference study that a test may spoil or mend, and the command line run on it."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from hcc_sdtm.cli import main
from tests.reference_study.truth import ROOT

PARTS = ("mappings", "specs", "raw")


def copy_study(folder: Path) -> Path:
    for name in PARTS:
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "study.yaml", folder)
    return folder


def replace(path: Path, old: str, new: str) -> None:
    """One text of a file that a person wrote, which must be in it once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")


def read_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="cp1252", newline="") as stream:
        return list(csv.reader(stream))


def write_rows(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="cp1252", newline="") as stream:
        csv.writer(stream).writerows(rows)


def hcc_sdtm(*arguments: object) -> Result:
    # an exception must not pass for status 1
    return CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)
