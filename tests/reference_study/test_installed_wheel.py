"""The wheel, built and installed into a new environment: the reference study travels inside it.

The new environment has its own interpreter, pip and site-packages, and the wheel is installed there without its dependencies.
Those are lent to it by a ``.pth`` line that names the site-packages of the environment under test, so that the test is quick
and needs no index. A ``.pth`` in a lent folder is not read, so an editable install of this repository is not lent with them.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.reference_study.truth import ROOT

pytestmark = pytest.mark.slow

BIN = "Scripts" if os.name == "nt" else "bin"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    # with hatchling at hand nothing has to be fetched
    isolation = ["--no-isolation"] if importlib.util.find_spec("hatchling") else []
    command = [sys.executable, "-m", "build", "--wheel", *isolation, "--outdir", folder, ROOT]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """The new environment's folder of programs."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / BIN / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel]
    subprocess.run(install, check=True, env=clean())
    asked = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(asked.stdout.strip()) / "lent.pth").write_text("\n".join(sorted(lent)) + "\n", encoding="utf-8")
    return folder / BIN


def clean() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")
    }


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean(), capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_the_reference_study_and_nothing_of_the_tests(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    held = {
        path.relative_to(ROOT).as_posix()
        for part in ("mappings", "specs", "raw", "truth")
        for path in (ROOT / part).rglob("*")
        if path.is_file()
    }
    prefix = "hcc_sdtm/reference_study/"
    assert {name.removeprefix(prefix) for name in names if name.startswith(prefix)} == held | {"study.yaml"}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"hcc_sdtm"}
    assert "hcc_sdtm/py.typed" in names
    assert "hcc_sdtm/new_study/files/specs/trial.yaml" in names
    assert "hcc_sdtm/outputs/templates/report.html.j2" in names


def test_the_installed_package_is_the_one_that_is_used(environment, tmp_path):
    asked = run(environment / "python", "-c", "import hcc_sdtm; print(hcc_sdtm.__file__)", cwd=tmp_path)
    assert asked.returncode == 0, asked.stderr
    assert Path(asked.stdout.strip()).is_relative_to(environment.parent)


def test_the_demo_runs_in_an_empty_folder_from_the_installed_wheel(environment, reference_run, tmp_path):
    ended = run(environment / "hcc-sdtm", "demo", cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Planted faults found at their cell: 17 of 17" in ended.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["hcc-sdtm-demo"]
    for folder in ("sdtm", "adam"):
        for path in (reference_run.out / folder).iterdir():
            assert (tmp_path / "hcc-sdtm-demo" / folder / path.name).read_bytes() == path.read_bytes(), path.name
    # the line that the demo ends with can be typed as it stands
    last = ended.stdout.strip().splitlines()[-1].split(": ")[1].split()
    traced = run(environment / last[0], *last[1:], cwd=tmp_path)
    assert traced.returncode == 0, traced.stderr
    assert ' holds "' in traced.stdout


def test_init_makes_a_study_folder_from_the_installed_wheel(environment, tmp_path):
    ended = run(environment / "hcc-sdtm", "init", "new", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    files = {path.relative_to(tmp_path / "new").as_posix() for path in (tmp_path / "new").rglob("*") if path.is_file()}
    assert {"study.yaml", "specs/trial.yaml", "mappings/site_001.yaml", "raw/README.txt"} <= files
    ended = run(environment / "hcc-sdtm", "run", "new", "-o", "out", cwd=tmp_path)
    assert ended.returncode == 2
    assert 'the key "staging_system" is missing' in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
