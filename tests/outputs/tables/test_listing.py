import pandas as pd
import pytest

from hcc_sdtm.outputs.tables.building import build_table
from hcc_sdtm.outputs.tables.content import NotMade
from tests.outputs.tables.frames import ADTTE, content_of, shown, spec_of

YAML = """
    table: listing
    population: RTFL
    dataset: ADTTE
    where: {PARAMCD: PFS}
    sort: [CNSR, USUBJID]
    columns:
      - {variable: SUBJID, label: Subject}
      - {variable: SEX}
      - {variable: ADT, label: Date}
      - {variable: AVAL, label: Months, decimals: 2}
      - {variable: EVNTDESC}
"""


def test_records_with_the_variables_of_the_subject(tmp_path):
    table = build_table(spec_of(tmp_path, YAML), content_of())
    assert table.population == "All treated: 3 records of 3 subjects"
    assert [column.label for column in table.columns] == [
        "Subject", "Sex", "Date", "Months", "Event or Censoring Description",
    ]  # fmt: skip
    assert shown(table) == [
        ("1", "M", "2021-04-30", "3.25", "Death"),
        ("2", "M", "2021-04-20", "2.00", "Disease progression"),
        ("3", "F", "", "1.01", "Two or more missed"),
    ]


def test_dates_that_are_dates_already_stay_what_they_are(tmp_path):
    adtte = ADTTE.assign(ADT=pd.to_datetime(["2021-04-30", "2021-04-20", None, "2022-01-01", "2022-01-01"]))
    lines = shown(build_table(spec_of(tmp_path, YAML), content_of(ADTTE=adtte)))
    assert [cells[2] for cells in lines] == ["2021-04-30", "2021-04-20", ""]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("PARAMCD: PFS", "PARAMCD: OS", "ADTTE has no such record"),
        ("variable: SEX", "variable: STAGE", "neither ADTTE nor ADSL has STAGE"),
        ("dataset: ADTTE", "dataset: ADTR", "there is no ADTR"),
    ],
)
def test_what_the_data_lacks_is_the_reason(tmp_path, old, new, reason):
    with pytest.raises(NotMade, match=reason):
        build_table(spec_of(tmp_path, YAML.replace(old, new)), content_of())
