"""Errors planted one at a time in a clean submission are found where they were planted."""

import re
from pathlib import Path

import pytest

from hcc_sdtm.pipeline import check
from tests.checks.seeded.clean_study import REPOSITORY, clean_study
from tests.checks.seeded.detecting import HEAVY, detect, findings_of
from tests.checks.seeded.kinds_of_error import GROUPS, KINDS
from tests.checks.seeded.page import render_table
from tests.checks.seeded.submission import write

PAGE = (REPOSITORY / "docs" / "detection.md").read_text(encoding="utf-8")
LEAST_SHARE = 0.95


def test_the_clean_submission_has_no_finding():
    assert findings_of(dict(clean_study()))["message"].tolist() == []


def test_the_clean_submission_has_no_finding_as_files(tmp_path: Path):
    write(clean_study(), tmp_path)
    findings = check(tmp_path, study=REPOSITORY).findings
    assert findings.loc[findings["severity"].isin(HEAVY), "message"].tolist() == []


def test_every_kind_has_a_name_of_its_own():
    assert len({error.kind for error in KINDS}) == len(KINDS) >= 100


@pytest.mark.parametrize("group", GROUPS)
def test_errors_are_found_as_the_page_says(group):
    table = render_table(detect(GROUPS[group]))
    print(f"\n{group}\n{table}")
    assert table in PAGE, "write it anew: python bench/seeded_errors.py --write"


def test_nearly_all_are_found_at_the_right_cell():
    rows = [[cell.strip() for cell in line.split("|")] for line in PAGE.splitlines() if re.match(r"\| .*: ", line)]
    found = {row[1]: row[3] == "yes" for row in rows}
    assert set(found) == {error.kind for error in KINDS}
    assert sum(found.values()) / len(found) >= LEAST_SHARE
