"""The page of the first day, run: its commands in order, its changes applied, its outputs seen."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "first-day.md"
PROGRAM = Path(sys.executable).parent / "hcc-sdtm"
MOST_LINES = 120


def blocks(text):
    """Language and lines of each fenced block, in order."""
    return [(language, body.splitlines()) for language, body in re.findall(r"```(\w+)\n(.*?)```", text, re.S)]


def run(command, folder):
    """What a command prints; ``cp`` and ``rm`` are done here, so that the page runs wherever Python does."""
    name, *arguments = shlex.split(command)
    if name == "rm":
        (folder / arguments[0]).unlink()
        return ""
    if name == "cp":
        shutil.copy(folder / arguments[0], folder / arguments[1])
        return ""
    assert name == "hcc-sdtm", f"the page runs {name}"
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True)
    allowed = (0, 1) if arguments[0] == "run" else (0,)
    assert done.returncode in allowed, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def is_line(written, shown):
    """Whether a line of a file is the one shown, its comment left out."""
    return written == shown or written.startswith((f"{shown}  #", f"{shown}    #"))


def apply(lines, folder):
    """The changes of one file: each removed line must stand there exactly once."""
    path = folder / lines[0].removeprefix("--- ")
    text = path.read_text(encoding="utf-8").splitlines()
    at = None
    for line in lines[1:]:
        if line.startswith("-"):
            places = [number for number, written in enumerate(text) if is_line(written, line[1:])]
            assert len(places) == 1, f"{path.name} has {len(places)} lines: {line[1:]}"
            at = places[0]
            del text[at]
        else:
            text.insert(at, line[1:])
            at += 1
    path.write_text("\n".join(text) + "\n", encoding="utf-8")


def test_the_first_day(tmp_path):
    page = PAGE.read_text(encoding="utf-8")
    assert len(page.splitlines()) < MOST_LINES
    printed, said = "", 0
    for language, lines in blocks(page):
        if language == "diff":
            apply(lines, tmp_path)
            continue
        if language == "yaml":
            draft = (tmp_path / "study/mappings/site_102.yaml").read_text(encoding="utf-8").splitlines()
            assert set(lines) <= set(draft), lines
            continue
        for line in lines:
            if line.startswith("$ "):
                printed = run(line.removeprefix("$ "), tmp_path)
            else:
                said += 1
                assert line in printed, f"not printed: {line}\n{printed}"
    assert said >= 5
    dm = (tmp_path / "out" / "sdtm" / "dm.json").read_text(encoding="utf-8")
    assert "102-001" in dm
    findings = (tmp_path / "out" / "findings.csv").read_text(encoding="utf-8-sig")
    assert "Initials" not in findings


def test_the_numbers_on_the_page_are_those_of_the_test(tmp_path):
    """The table's counts of lines, so that the page and the mappings do not part."""
    from tests.drafting.test_reference_sites import SITES, compared

    rows = dict(re.findall(r"\| (10\d),[^|]*\| (\d+ \| \d+ % \| \d+ \| \d+ %) \|", PAGE.read_text(encoding="utf-8")))
    for site in SITES:
        warm = compared(site, tuple(other for other in SITES if other != site), tmp_path)
        cold = compared(site, (), tmp_path)
        row = f"{warm.lines} | {warm.recall:.0%} | {warm.drafted - warm.right} | {cold.recall:.0%}".replace("%", " %")
        assert rows[site] == row
