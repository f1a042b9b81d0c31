import pandas as pd
import pytest

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.dates.iso import bounds
from tests.checks.tables import SPECS, TRIAL, build_dataset, parse_table


def evidence(**tables: str) -> Evidence:
    return Evidence({name: build_dataset(name, parse_table(text)) for name, text in tables.items()}, SPECS, TRIAL)


def test_records_have_their_position_their_days_and_what_is_optional():
    study = evidence(RS="USUBJID  RSDTC\nS-1  2022-02\nS-2  .")
    records = study.records("RS", "USUBJID", date="RSDTC", optional=("RSEVAL", "VISITNUM"))
    day = bounds(pd.Series(["2022-02-01"]))["earliest"].iloc[0]
    expected = pd.DataFrame(
        {
            "USUBJID": ["S-1", "S-2"],
            "RSDTC": ["2022-02", ""],
            "RSEVAL": ["", ""],
            "VISITNUM": [float("nan")] * 2,
            "position": [0, 1],
            "earliest": [day, float("nan")],
            "latest": [day + 27, float("nan")],
        }
    )
    pd.testing.assert_frame_equal(records, expected)


def test_what_is_not_there_is_named():
    study = evidence(RS="USUBJID  RSDTC\nS-1  2022-02")
    with pytest.raises(Missing, match="there is no dataset TR"):
        study.records("TR", "USUBJID")
    with pytest.raises(Missing, match="RS has no RSCAT, VISITNUM"):
        study.records("RS", "USUBJID", "RSCAT", "VISITNUM")


def test_supplemental_values_join_their_parent_by_its_sequence_number():
    study = evidence(
        EX="USUBJID  EXSEQ\nS-1  1\nS-1  2\nS-2  1",
        SUPPEX="""
        USUBJID  IDVAR  IDVARVAL  QNAM     QVAL
        S-2      EXSEQ  1         TOTDOSE  30
        S-1      EXSEQ  2         TOTDOSE  50
        S-1      EXSEQ  2         FXDELIV  5
        """,
    )
    values = study.supplement("EX", "TOTDOSE")
    assert values["position"].tolist() == [0, 1, 2]
    assert values["TOTDOSE"].tolist() == ["", "50", "30"]
    assert values["TOTDOSE_position"].fillna(-1).tolist() == [-1, 1, 0]


def test_treatment_starts_with_the_first_record_that_the_trial_names():
    study = evidence(
        EX="""
        USUBJID  EXCAT         EXSTDTC
        S-1      RADIOTHERAPY  2022-06-01
        S-1      RADIOTHERAPY  2022-03
        S-1      CHEMOTHERAPY  2021-01-01
        S-2      RADIOTHERAPY  .
        """
    )
    days = bounds(pd.Series(["2022-03-01", "2022-03-31"]))["earliest"]
    starts = study.treatment_starts().set_index("USUBJID")
    assert starts.loc["S-1"].tolist() == days.tolist()
    assert starts.loc["S-2"].isna().all()
