"""Errors planted one at a time in a clean submission: how many the rules find at the right cell, and the nearest rival.

    python bench/seeded_errors.py [--write] [--rival PYTHON]

Prints the detection matrix; ``--write`` writes docs/detection.md. ``--rival`` names a Python that has pointblank: its
``validate_sdtmig`` gets the same SDTM datasets, and counts as having found an error where a row that it names, with the column
that it checked, is the planted one; for an error of structure any rule of the dataset that passed before and fails now will do.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "detection.md"


def main() -> None:
    from tests.checks.seeded.clean_study import clean_study
    from tests.checks.seeded.detecting import detect, findings_of
    from tests.checks.seeded.kinds_of_error import GROUPS
    from tests.checks.seeded.page import render_page

    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--write", action="store_true", help="write docs/detection.md")
    options.add_argument("--rival", help="a Python with pointblank")
    chosen = options.parse_args()
    clean = len(findings_of(dict(clean_study())))
    groups = {name: detect(errors) for name, errors in GROUPS.items()}
    page = render_page(groups, clean)
    if chosen.write:
        PAGE.write_text(page, encoding="utf-8")
    print(page)
    if chosen.rival:
        found = {each.kind: each.is_found for detections in groups.values() for each in detections}
        print_rival(chosen.rival, found)


def print_rival(python: str, found: dict[str, bool]) -> None:
    """Prints how many of the errors in SDTM both find, with each that only one of them does."""
    from tests.checks.seeded.clean_study import clean_study
    from tests.checks.seeded.kinds_of_error import KINDS
    from tests.checks.seeded.planted import places

    cases = []
    for error in KINDS:
        study = dict(clean_study())
        first = error.plant(study)
        if first[0].startswith("AD"):
            continue
        right = [place for place in places(error, study, first) if not place[0].startswith("AD")]
        cases.append({"kind": error.kind, "right": right, "sdtm": tables(study)})
    probe = subprocess.run([python, "-c", "import pointblank"], capture_output=True, check=False)
    if probe.returncode:
        print(f"pointblank is not installed in {python}; no comparison")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.json"
        path.write_text(json.dumps({"clean": tables(dict(clean_study())), "cases": cases}), encoding="utf-8")
        run = subprocess.run([python, __file__, "--child", str(path)], stdout=subprocess.PIPE, text=True, check=True)
    rival = json.loads(run.stdout.splitlines()[-1])
    kinds = [case["kind"] for case in cases]
    print(
        f"of {len(kinds)} kinds of error in SDTM: these rules {sum(found[kind] for kind in kinds)} at the right cell, ",
        end="",
    )
    print(
        f"pointblank {rival['version']} {len(rival['found'])}; it has {rival['clean']} findings on the clean submission"
    )
    only = [kind for kind in rival["found"] if not found[kind]]
    print("found by pointblank alone: " + ("; ".join(only) or "none"))


def tables(study: dict) -> dict[str, dict[str, list]]:
    """The SDTM datasets as lists by column; None for a missing number."""
    return {
        name: {
            column: [None if value != value else value for value in sent.frame[column].tolist()]
            for column in sent.frame
        }
        for name, sent in study.items()
        if not name.startswith("AD")
    }


def child(path: Path) -> dict:
    """What pointblank finds, run in the Python that has it."""
    import pandas as pd
    import pointblank

    def look(datasets: dict) -> tuple[set, set]:
        report = pointblank.validate_sdtmig({name: pd.DataFrame(columns) for name, columns in datasets.items()})
        failed = {(result.dataset, result.rule_id) for result in report.rules() if result.status == "fail"}
        return {(each.dataset, str(each.row + 1), each.checked_column) for each in report.findings()}, failed

    given = json.loads(path.read_text(encoding="utf-8"))
    cells, failed = look(given["clean"])
    found = []
    for case in given["cases"]:
        new_cells, new_failed = look(case["sdtm"])
        for dataset, record, variable in map(tuple, case["right"]):
            of_dataset = any(name == dataset for name, _ in new_failed - failed)
            if (dataset, record, variable) in new_cells - cells or (not record and of_dataset):
                found.append(case["kind"])
                break
    return {"version": pointblank.__version__, "clean": len(cells), "found": found}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(child(Path(sys.argv[2]))))
    else:
        sys.path.insert(0, str(ROOT))  # the clean submission and the errors are those of the tests
        main()
