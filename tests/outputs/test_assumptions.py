from __future__ import annotations

import csv

from hcc_sdtm.outputs.assumptions import Assumption, build_assumptions, write_assumptions


def test_numbered_lines_that_no_spreadsheet_takes_for_formulas(tmp_path):
    frame = build_assumptions(
        [
            Assumption("month", "30.4375 days", "specs/trial.yaml:14", "months of every duration"),
            Assumption("offset", "=RT start", "mappings/site_101.yaml:3", "日期 are fictional"),
        ]
    )
    assert frame["number"].tolist() == [1, 2]
    path = tmp_path / "assumptions.csv"
    write_assumptions(path, frame)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["number", "topic", "value", "where", "why"],
            ["1", "month", "30.4375 days", "specs/trial.yaml:14", "months of every duration"],
            ["2", "offset", "'=RT start", "mappings/site_101.yaml:3", "日期 are fictional"],
        ]
