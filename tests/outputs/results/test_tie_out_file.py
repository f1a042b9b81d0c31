"""tie_out.csv: every digit, and no cell that starts a formula."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd

from hcc_sdtm.outputs.results.tie_out_file import write_tie_out


def test_every_digit_and_no_formula(tmp_path):
    frame = pd.DataFrame(
        {
            "endpoint": ["PFS", "=1+1"],
            "time": [6.0, np.nan],
            "ours": [0.1 + 0.2, -1.5],
            "other": [0.3, -1.5],
            "difference": [5.551115123125783e-17, 0.0],
            "agrees": [True, False],
        }
    )
    write_tie_out(tmp_path / "tie_out.csv", frame)
    assert (tmp_path / "tie_out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "tie_out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["endpoint"] for row in rows] == ["PFS", "'=1+1"]
    assert float(rows[0]["ours"]) == 0.1 + 0.2
    assert [row["time"] for row in rows] == ["6", ""]
    assert rows[1]["ours"] == "-1.5"
    assert [row["agrees"] for row in rows] == ["Y", "N"]


def test_nothing_computed_again(tmp_path):
    write_tie_out(tmp_path / "tie_out.csv", pd.DataFrame(columns=["endpoint", "agrees"]).astype({"agrees": bool}))
    assert (tmp_path / "tie_out.csv").read_text(encoding="utf-8-sig").strip() == '"endpoint","agrees"'


def test_of_a_run(reference_run):
    with (reference_run.out / "results" / "tie_out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(reference_run.result.tie_out) > 20
    assert {row["agrees"] for row in rows} == {"Y"}
    results = reference_run.result.endpoints
    shown = set(results["endpoint"])
    assert {row["endpoint"] for row in rows} <= shown
