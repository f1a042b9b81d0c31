from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq

from hcc_sdtm.adam.deriving import derive_adam
from hcc_sdtm.adam.times.candidate_rows import CATEGORIES, DECISION_COLUMNS
from hcc_sdtm.adam.times.decisions import explain
from hcc_sdtm.outputs.decisions import read_decisions, write_decisions
from tests.adam.tables import ADAM, SPECS, TRIAL, study
from tests.adam.test_candidates import course, tables

SUBJECTS = [
    course(scans=[("2021-04-12", "SD"), ("2021-06-14", "PD")], therapy="2021-06-01", death="2021-08"),
    course(scans=[("2021-04-12", "SD")], lost="2021-09-01"),
]


def derived():
    return derive_adam(study(**tables(SUBJECTS)), SPECS, TRIAL, ADAM)


def test_what_is_written_reads_back_equal_and_needs_no_spec_to_be_told(tmp_path):
    result = derived()
    path = tmp_path / "decisions.parquet"
    write_decisions(path, result.decisions, result.decision_texts)
    for paramcd in ("PFS", "OS", "TTNT2L"):
        for subject in ("S0", "S1"):
            own = result.decisions
            own = own[(own["PARAMCD"] == paramcd) & (own["USUBJID"] == subject)].reset_index(drop=True)
            rows, texts = read_decisions(path, subject, paramcd)
            pd.testing.assert_frame_equal(rows, own.astype(dict.fromkeys(("USUBJID", *CATEGORIES), object)))
            assert explain(rows, texts) == explain(own, result.decision_texts[paramcd]) != []


def test_the_bytes_are_those_of_the_rows(tmp_path):
    for name in ("first", "second"):
        result = derived()
        write_decisions(tmp_path / name, result.decisions, result.decision_texts)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_dates_are_dates_and_texts_are_held_once(tmp_path):
    result = derived()
    write_decisions(tmp_path / "decisions.parquet", result.decisions, result.decision_texts)
    schema = pq.read_schema(tmp_path / "decisions.parquet")
    assert schema.names == list(DECISION_COLUMNS)
    assert {str(schema.field(name).type) for name in ("DATE", "COMPARED", "ADT")} == {"date32[day]"}
    assert all("dictionary" in str(schema.field(name).type) for name in ("USUBJID", *CATEGORIES))


def test_a_folder_without_the_file_and_a_subject_without_candidates_have_none(tmp_path):
    rows, texts = read_decisions(tmp_path / "decisions.parquet", "S0", "PFS")
    assert (rows.empty, texts) == (True, {})
    write_decisions(tmp_path / "decisions.parquet", derived().decisions, {})
    rows, texts = read_decisions(tmp_path / "decisions.parquet", "nobody", "PFS")
    assert (rows.empty, texts) == (True, {})
    assert explain(rows, texts) == []
