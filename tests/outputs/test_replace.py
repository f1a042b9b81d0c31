from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hcc_sdtm.outputs.manifest import build_manifest, verify_manifest, write_manifest
from hcc_sdtm.outputs.replace import MARKER, open_output
from hcc_sdtm.problem import StudyError
from tests.outputs.tables import CUTOFF, FINDINGS

ROOT = Path(__file__).parents[2]


def write(out: Path, text: str = "one") -> None:
    with open_output(out) as folder:
        (folder / "data.txt").write_text(text)
        finish(folder)


def finish(folder: Path) -> None:
    write_manifest(folder, build_manifest("S", CUTOFF, [], FINDINGS.iloc[:0], {}))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(out: Path) -> str:
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} if out.is_dir() else {}
    with pytest.raises(StudyError) as caught, open_output(out):
        pytest.fail("the work had begun")
    assert {path: path.read_bytes() for path in before} == before
    assert not [name for name in names(out.parent) if MARKER in name]
    return str(caught.value)


def test_a_new_folder_appears_with_its_parents(tmp_path):
    write(tmp_path / "a" / "b" / "out")
    assert names(tmp_path / "a" / "b") == ["out"]
    assert verify_manifest(tmp_path / "a" / "b" / "out") == []


def test_an_empty_folder_and_our_own_are_replaced_whole(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o750)
    write(out)
    with open_output(out) as folder:
        assert (out / "data.txt").read_text() == "one"
        (folder / "other.txt").write_text("two")
        finish(folder)
    assert names(out) == ["manifest.json", "other.txt"]
    assert names(tmp_path) == ["out"]
    assert out.stat().st_mode & 0o777 == 0o750


def test_after_an_exception_nothing_has_changed(tmp_path):
    out = tmp_path / "out"
    write(out)

    def fail() -> None:
        with open_output(out) as folder:
            (folder / "data.txt").write_text("two")
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fail()
    assert (out / "data.txt").read_text() == "one"
    assert names(tmp_path) == ["out"]


def test_a_run_that_writes_no_manifest_replaces_nothing(tmp_path):
    out = tmp_path / "out"
    write(out)
    with pytest.raises(RuntimeError, match=r"manifest\.json"), open_output(out) as folder:
        (folder / "data.txt").write_text("two")
    assert (out / "data.txt").read_text() == "one"
    assert names(tmp_path) == ["out"]


def test_a_folder_that_is_not_ours_is_refused_by_name(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("years of work")
    message = refused(out)
    assert "thesis.docx" in message
    assert "no manifest.json" in message


@pytest.mark.parametrize("manifest", ["{}", "[]", "not json", '{"generator": "npm", "outputs": []}', "\x00\xff"])
def test_a_manifest_of_something_else_does_not_make_it_ours(tmp_path, manifest):
    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text(manifest, encoding="latin-1")
    assert "is not empty (manifest.json)" in refused(out)


def test_changed_and_added_files_are_all_named(tmp_path):
    out = tmp_path / "out"
    write(out)
    (out / "data.txt").write_text("eno")  # as long as before
    (out / "notes").mkdir()
    (out / "notes" / "mine.txt").write_text("x")
    message = refused(out)
    assert "out/data.txt: changed since" in message
    assert "out/notes/mine.txt: added since" in message


def test_a_link_put_into_the_folder_is_refused_and_never_followed(tmp_path):
    out, precious = tmp_path / "out", tmp_path / "precious"
    write(out)
    precious.mkdir()
    (precious / "file").write_text("x")
    (out / "link").symlink_to(precious)
    assert "out/link: added" in refused(out)
    assert names(precious) == ["file"]


def test_missing_files_and_desktop_litter_lose_nobody_anything(tmp_path):
    out = tmp_path / "out"
    write(out)
    (out / "data.txt").unlink()
    (out / ".DS_Store").write_text("x")
    write(out, "two")
    assert names(out) == ["data.txt", "manifest.json"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("x")
    assert "is a file" in refused(tmp_path / "out")


def test_work_done_in_the_folder_during_the_run_is_kept(tmp_path):
    out = tmp_path / "out"
    write(out)

    def run_while_someone_works() -> None:
        with open_output(out) as folder:
            finish(folder)
            (out / "remarks.txt").write_text("looked at it")

    with pytest.raises(StudyError, match=r"out/remarks\.txt: added"):
        run_while_someone_works()
    assert names(out) == ["data.txt", "manifest.json", "remarks.txt"]
    assert names(tmp_path) == ["out"]


def test_a_link_to_the_folder_stays_a_link(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    write(link)
    assert link.is_symlink()
    assert (real / "data.txt").read_text() == "one"


def test_two_runs_to_one_folder(tmp_path):
    out = tmp_path / "out"
    with open_output(out) as folder:
        with pytest.raises(StudyError, match="another run"):
            write(out)
        with open_output(tmp_path / "out2") as other:
            finish(other)
        finish(folder)
    assert names(tmp_path) == ["out", "out2"]


def test_look_alikes_beside_the_folder_are_left_alone(tmp_path):
    look_alike = tmp_path / f".out.{MARKER}-mine"
    look_alike.mkdir()
    (look_alike / "file").write_text("x")
    (tmp_path / f".out.{MARKER}-file").write_text("x")
    write(tmp_path / "out")
    assert (look_alike / "file").read_text() == "x"
    assert (tmp_path / f".out.{MARKER}-file").exists()


def holder_of_a_killed_run(tmp_path: Path) -> Path:
    """Both renames still to see: OUT is moved away, the new outputs wait."""
    write(tmp_path / "out", "old")
    holder = tmp_path / f".out.{MARKER}-k1"
    holder.mkdir()
    (holder / MARKER).write_text("x")
    (holder / "new").mkdir()
    (holder / "new" / "data.txt").write_text("new")
    finish(holder / "new")
    (tmp_path / "out").rename(holder / "old")
    return holder


def test_a_replacement_that_was_half_done_is_completed_before_anything_else(tmp_path):
    holder_of_a_killed_run(tmp_path)
    with open_output(tmp_path / "out") as folder:
        assert (tmp_path / "out" / "data.txt").read_text() == "new"
        assert len([name for name in names(tmp_path) if MARKER in name]) == 1
        finish(folder)
    assert names(tmp_path) == ["out"]


def test_former_outputs_are_not_thrown_away_when_someone_has_made_the_folder_again(tmp_path):
    holder = holder_of_a_killed_run(tmp_path)
    (tmp_path / "out").mkdir()
    with pytest.raises(StudyError, match="move this folder away"), open_output(tmp_path / "out"):
        pytest.fail("the work had begun")
    assert (holder / "old" / "data.txt").read_text() == "old"
    assert (holder / "new" / "data.txt").read_text() == "new"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked children")
@pytest.mark.parametrize(
    ("system", "allowed"),
    [
        ("linux", {("old", "old"), ("old", "new"), ("absent", "absent"), ("absent", "new")}),
        # without a swap a kill may leave no folder at all, until the next start completes it
        (
            "other",
            {("old", "old"), ("old", "new"), ("absent", "absent"), ("absent", "new"), ("old", "absent")},
        ),
    ],
)
def test_a_kill_at_any_line_leaves_the_folder_whole(tmp_path, system, allowed):
    if system == "linux" and not sys.platform.startswith("linux"):
        pytest.skip("swapping folders is Linux's")
    done = subprocess.run(
        [sys.executable, "-m", "tests.outputs.killed_run", str(tmp_path), system],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(kill["killed"] for kill in kills) >= 100
    for kill in kills:
        assert (kill["before"], kill["after"]) in allowed, kill
        assert kill["final"] == "next", kill
        assert kill["remains"] == [], kill
    seen = {(kill["before"], kill["after"]) for kill in kills}
    assert seen == allowed
    assert sum(bool(kill["litter"]) for kill in kills) >= 50  # there was something to clean up


@pytest.mark.parametrize("name", ["file/out", "x" * 300])
def test_a_place_that_cannot_hold_a_folder_is_refused(tmp_path, name):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StudyError, match="cannot be written: "), open_output(tmp_path / name):
        pass
