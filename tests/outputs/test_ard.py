from __future__ import annotations

import json

from hcc_sdtm.outputs.ard import write_ard
from tests.outputs.tables import CUTOFF, RESULTS


def test_results_with_what_holds_for_all_of_them(tmp_path):
    write_ard(tmp_path / "ard.json", RESULTS, "RTHCC", CUTOFF, {"cutoff": "2024-02-29"})
    data = json.loads((tmp_path / "ard.json").read_text(encoding="utf-8"))
    assert data | {"results": 0} == {
        "study": "RTHCC",
        "timestamp": "2024-02-29T00:00:00",
        "cutoff": "2024-02-29",
        "results": 0,
    }
    assert [list(entry) for entry in data["results"]] == [list(RESULTS.columns)] * 3
    assert [(entry["value"], entry["text"], entry["n"]) for entry in data["results"]] == [
        (8.25, "8.3 (6.1 to 10.2)", 60),
        (None, "NE", 14),
        (38, "38", 60),
    ]


def test_no_results(tmp_path):
    write_ard(tmp_path / "ard.json", RESULTS.iloc[:0], "RTHCC", CUTOFF, {})
    assert json.loads((tmp_path / "ard.json").read_text(encoding="utf-8"))["results"] == []
