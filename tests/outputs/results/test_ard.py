"""The results as data: every statistic, its number as it was computed, and the records behind it."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pandas as pd
import pytest

from hcc_sdtm.endpoints.listed import RESULT_COLUMNS
from hcc_sdtm.outputs.results.ard import plain_number, result_text, write_ard
from tests.outputs.results.made import ADTTE, FACTS, SUBJECTS, estimates
from tests.outputs.tables import CUTOFF


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("ard") / "ard.json"
    write_ard(path, estimates(), FACTS, CUTOFF)
    return path


@pytest.fixture(scope="module")
def ard(written):
    return json.loads(written.read_text(encoding="utf-8"), parse_constant=pytest.fail)


def test_what_holds_for_all_results_stands_at_the_head(ard):
    assert {name: value for name, value in ard.items() if isinstance(value, str)} == {
        "study": "TRIAL-1",
        "title": "A trial",
        "timestamp": "2024-02-29T00:00:00",
        "data_cutoff": "2024-02-29",
        "source_hash": "0123456789abcdef",
        "banner": "Dates are fictional.",
    }


def test_a_line_a_statistic_with_every_column_and_every_digit(ard, written):
    results = estimates().results
    assert [list(entry) for entry in ard["results"]] == [[*RESULT_COLUMNS, "dataset", "analysed"]] * len(results)
    for entry, row in zip(ard["results"], results.to_dict("records"), strict=True):
        for name in RESULT_COLUMNS:
            if isinstance(row[name], str):
                assert entry[name] == (row[name] if name != "text" else result_text(row))
            else:
                assert entry[name] == (row[name] if math.isfinite(row[name]) else None)
    lines = written.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if '"statistic": ' in line]) == len(results)


def test_measure_time_cause_and_group_name_a_row_of_an_endpoint(ard):
    keys = [
        tuple(entry[name] for name in ("endpoint", "group", "measure", "time", "cause")) for entry in ard["results"]
    ]
    assert len(keys) == len(set(keys))


def behind(ard, entry):
    """USUBJID and ASEQ of the records that an entry rests on, as docs/results.md says to find them."""
    names, records = ard["analysed"]["subjects"], ard["analysed"]["records"]
    return [
        (names[subject], aseq)
        for place in entry["analysed"]
        for subject, aseq in zip(records[place]["subject"], records[place]["aseq"], strict=True)
    ]


def entry_of(ard, endpoint, measure, group="", cause=None):
    return next(
        entry
        for entry in ard["results"]
        if (entry["endpoint"], entry["measure"], entry["group"]) == (endpoint, measure, group)
        and cause in (None, entry["cause"])
    )


def test_the_records_behind_a_result(ard):
    in_population = SUBJECTS[:7]
    assert behind(ard, entry_of(ard, "PFS", "median")) == [(name, 4) for name in in_population]
    assert behind(ard, entry_of(ard, "TTNT", "incidence")) == [(name, 7) for name in in_population]
    assert behind(ard, entry_of(ard, "PFS", "median", "SEX=F")) == [(name, 4) for name in ("T-2", "T-4", "T-6")]
    assert entry_of(ard, "PFS", "median")["dataset"] == "ADTTE"
    assert entry_of(ard, "ORR", "proportion")["dataset"] == "ADRS"
    assert [name for name, _ in behind(ard, entry_of(ard, "ORR", "proportion"))] == ["T-1", "T-2", "T-3", "T-4", "T-6"]


def test_a_comparison_rests_on_the_records_of_its_groups(ard):
    both = {(name, 4) for name in SUBJECTS[:7]}
    ratio = next(entry for entry in ard["results"] if entry["measure"] == "hazard-ratio")
    assert {ratio["group"], ratio["cause"]} == {"SEX=F", "SEX=M"}
    assert set(behind(ard, ratio)) == both
    assert set(behind(ard, entry_of(ard, "PFS", "p-value", "SEX"))) == both


def test_every_record_behind_a_result_is_one_of_the_dataset(ard):
    there = set(zip(ADTTE["USUBJID"], ADTTE["ASEQ"], strict=True))
    found = {pair for entry in ard["results"] if entry["dataset"] == "ADTTE" for pair in behind(ard, entry)}
    assert found <= there


def test_a_dataset_without_aseq_has_null(tmp_path):
    made = estimates()
    blind = replace(made, sets={})
    write_ard(tmp_path / "none.json", blind, FACTS, CUTOFF)
    data = json.loads((tmp_path / "none.json").read_text(encoding="utf-8"))
    assert data["analysed"] == {"subjects": [], "records": []}
    assert {tuple(entry["analysed"]) for entry in data["results"]} == {()}


def test_no_results(tmp_path):
    made = estimates()
    empty = replace(made, results=made.results.iloc[:0], sets={})
    write_ard(tmp_path / "ard.json", empty, FACTS, CUTOFF)
    assert json.loads((tmp_path / "ard.json").read_text(encoding="utf-8"))["results"] == []


def test_equal_results_are_equal_bytes(tmp_path, written):
    write_ard(tmp_path / "again.json", estimates(), FACTS, CUTOFF)
    assert (tmp_path / "again.json").read_bytes() == written.read_bytes()


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3.0, 3), (0.1, 0.1), (float("nan"), None), (float("inf"), None), (None, None), (-0.5, -0.5), (7, 7)],
)
def test_a_number_as_json_has_it(value, expected):
    found = plain_number(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [("8.3 (6.1 to NE)", 8.25, "8.3 (6.1 to NE)"), ("", 38.0, "38"), ("", float("nan"), "NE")],
)
def test_what_a_reader_is_shown(text, value, expected):
    assert result_text(pd.Series({"text": text, "value": value})) == expected
