"""Dates that can be read in several ways, from the cell where they are typed to what they leave open."""

from __future__ import annotations

import pandas as pd
import pytest

from hcc_sdtm.adam.deriving import derive_adam
from hcc_sdtm.dates import from_days
from tests.adam.tables import ADAM, SPECS, TRIAL
from tests.sdtm.study import build

MAPPING = """
site: "301"
country: CHN
missing: [""]
dates: {order: none}
tables:
  patient: {file: patient.csv, header: 1, subject: id}
  visit: {file: visit.csv, header: 1, subject: id}
  drug: {file: drug.csv, header: 1, subject: id}
DM:
  - rows: patient
    SUBJID: {copy: subject}
    SEX: {constant: M}
    DTHDTC: {date: died}
EX:
  - rows: patient
    EXTRT: {constant: RADIOTHERAPY}
    EXCAT: {constant: RADIOTHERAPY}
    EXSTDTC: {date: treated}
    EXENDTC: {date: treated}
TU:
  - rows: patient
    TUTESTCD: {constant: TUMIDENT}
    TUORRES: {constant: TARGET}
    TUSTRESC: {constant: TARGET}
    TUDTC: {date: baseline}
RS:
  - rows: visit
    RSCAT: {constant: RECIST 1.1}
    RSTESTCD: {constant: OVRLRESP}
    RSORRES: {copy: response}
    RSSTRESC: {copy: response}
    RSDTC: {date: day}
CM:
  - rows: drug
    when: {drug: present}
    CMTRT: {copy: drug}
    CMCAT: {constant: SECOND LINE}
    CMSTDTC: {date: from}
"""


def derived(folder, visits, died="", drugs=""):
    files = {
        "patient": f"id,treated,baseline,died\n301-001,2021-03-01,2021-02-20,{died}\n301-002,2021-03-01,2021-02-20,\n",
        "visit": "id,day,response\n" + visits,
        "drug": "id,drug,from\n301-002,,\n" + drugs,
    }
    made = build(folder, {"301": MAPPING}, files)
    responses = [("DC", "BOR")]
    whole = derive_adam(made.datasets, SPECS, TRIAL, ADAM, responses, made.findings)
    return whole, derive_adam(made.datasets, SPECS, TRIAL, ADAM, responses)


def times(result, paramcd):
    rows = result.admissible.outcomes
    return list(from_days(rows.loc[rows["PARAMCD"] == paramcd, "ADT"].drop_duplicates()))


def test_an_ambiguous_progression_is_on_one_of_two_days(tmp_path):
    visits = "301-001,12 Apr 2021,SD\n301-001,06/07/2021,PD\n301-002,12 Apr 2021,SD\n"
    result, without = derived(tmp_path, visits)
    adtte = result.datasets["ADTTE"].frame.set_index(["USUBJID", "PARAMCD"]).loc[("RTHCC-301-001", "PFSEMA")]
    assert times(result, "PFSEMA") == ["2021-06-07", "2021-07-06"]
    assert adtte["ADTBND"] == "EXACT"
    assert list(from_days(adtte[["ADTLO", "ADTHI"]])) == ["2021-04-12", "2021-07-06"]
    # the year alone, which is what SDTM has, can be any of its days
    assert len(times(without, "PFSEMA")) > 300
    # what the run says does not change with what is known of the readings
    columns = ["USUBJID", "PARAMCD", "ADT", "AVAL", "CNSR"]
    pd.testing.assert_frame_equal(result.datasets["ADTTE"].frame[columns], without.datasets["ADTTE"].frame[columns])
    assert set(result.admissible.outcomes["USUBJID"]) == {"RTHCC-301-001"}


def test_a_reading_that_breaks_the_order_of_events_is_not_admissible(tmp_path):
    visits = "301-001,12 Apr 2021,SD\n301-001,06/07/2021,PD\n"
    result, _ = derived(tmp_path, visits, died="20 Jun 2021")
    assert times(result, "PFSEMA") == ["2021-06-07"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        # of two centuries one is before treatment; the record is no date in SDTM at all
        ("07-Jun-21", ["2021-06-07"]),
        # the year in front or behind
        ("21/06/22", ["2021-06-22", "2022-06-21"]),
    ],
)
def test_a_date_without_a_shared_year_is_missing_in_sdtm_and_its_readings_are_tried(tmp_path, typed, expected):
    result, without = derived(tmp_path, f"301-001,12 Apr 2021,SD\n301-001,{typed},PD\n")
    assert times(result, "PFSEMA") == expected
    assert times(without, "PFSEMA") == []


def test_one_cell_has_one_day_whatever_it_gives(tmp_path):
    mapping = MAPPING.replace("    EXENDTC: {date: treated}\n", "").replace(
        "RS:\n",
        "MH:\n  - rows: patient\n    MHTERM: {constant: HEPATOCELLULAR CARCINOMA}\n"
        "    MHCAT: {constant: PRIMARY DIAGNOSIS}\n"
        "    MHEVDTYP: {constant: INITIAL DIAGNOSIS}\n    MHSTDTC: {date: died}\nRS:\n",
    )
    files = {
        "patient": "id,treated,baseline,died\n301-001,2021-03-01,2021-02-20,2021-06\n",
        "visit": "id,day,response\n301-001,12 Apr 2021,SD\n",
        "drug": "id,drug,from\n301-001,,\n",
    }
    made = build(tmp_path, {"301": mapping}, files)
    # a diagnosis on the day of death makes every time from diagnosis one day long
    found = derive_adam(made.datasets, SPECS, TRIAL, ADAM).admissible.outcomes
    own = found[(found["PARAMCD"] == "OS") & (found["CNSR"] == 0)]
    assert len(own) == 30
    assert (own["ADT"] == own["STARTDT"]).all()


def test_responses_of_an_ambiguous_scan(tmp_path):
    # 5 March is too early for control, 3 May is not; 4 May and 5 April are both late enough
    result, _ = derived(tmp_path, "301-001,03/05/2021,SD\n301-002,05/04/2021,SD\n")
    assert result.admissible.of_responses(("DC", "BOR")) == {
        "RTHCC-301-001": [("N", "NE"), ("Y", "SD")],
        "RTHCC-301-002": [("Y", "SD")],
    }
