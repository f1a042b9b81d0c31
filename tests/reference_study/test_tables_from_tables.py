"""Site 102 with its follow-up taken from a stack, and its responses read beside the enrolment: same data, same cells."""

from __future__ import annotations

import re

import pytest

from tests.reference_study.cells import read_cell
from tests.reference_study.study_copy import copy_study, hcc_sdtm, replace

HELD = re.compile(r'^\s+(\S.*) holds "(.*)"$', flags=re.MULTILINE)
FOLLOW_UP = "  follow_up: {file: site_102.xlsx, sheet: Follow-up, header: 1, subject: Subject, unique: subject}\n"
STACKED = """
  form: {file: site_102.xlsx, sheet: Follow-up, header: 1, subject: Subject}
  follow_up: {stack: [enrolment, form], latest: {per: [subject], by: {date: Last contact}}, unique: subject}
  seen: {join: {left: response, right: follow_up, on: [subject], cardinality: many_to_one}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    study = copy_study(tmp_path_factory.mktemp("study"))
    mapping = study / "mappings" / "site_102.yaml"
    replace(mapping, FOLLOW_UP, STACKED)
    text = mapping.read_text(encoding="utf-8")
    assert text.count("rows: response\n") > 1
    mapping.write_text(text.replace("rows: response\n", "rows: seen\n"), encoding="utf-8")
    out = study / "out"
    ended = hcc_sdtm("run", study, "-o", out)
    assert ended.exit_code == 1, ended.output
    return study, out


@pytest.mark.parametrize("name", ["dm", "ds", "rs", "tr"])
def test_the_datasets_are_the_same(reference_run, made, name):
    _, out = made
    assert (out / "sdtm" / f"{name}.xpt").read_bytes() == (reference_run.out / "sdtm" / f"{name}.xpt").read_bytes()


@pytest.mark.parametrize(
    ("subject", "endpoint"), [("102-017", "PFS"), ("102-017", "OS"), ("102-017", "ORR"), ("102-003", "OS")]
)
def test_a_trace_on_disk_ends_in_the_same_cells(reference_run, made, subject, endpoint):
    study, out = made
    before = hcc_sdtm("trace", reference_run.out, endpoint, subject, "--raw", study / "raw").output
    after = hcc_sdtm("trace", out, endpoint, subject, "--raw", study / "raw").output
    found = HELD.findall(after)
    assert found == HELD.findall(before)
    assert found
    for cell, typed in found:
        assert read_cell(cell) == typed
