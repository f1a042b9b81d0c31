import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.outputs.tables.building import build_table
from hcc_sdtm.outputs.tables.content import NotMade
from tests.outputs.tables.frames import ADTTE, content_of, shown, spec_of

YAML = """
    table: censoring
    population: RTFL
    columns: [{parameter: PFS, label: A}, {parameter: PFSB, label: B}]
"""


def test_events_and_reasons_in_the_order_of_their_codes(tmp_path):
    assert shown(build_table(spec_of(tmp_path, YAML), content_of())) == [
        ("Events", "2 (50.0)", "0"),
        ("Death", "1 (25.0)", "0"),
        ("Disease progression", "1 (25.0)", "0"),
        ("Censored", "1 (25.0)", "1 (25.0)"),
        ("Ongoing", "0", "1 (25.0)"),
        ("Two or more missed", "1 (25.0)", "0"),
        ("No record", "1 (25.0)", "3 (75.0)"),
    ]


def test_a_record_without_a_code_is_counted_and_not_lost(tmp_path):
    adtte = ADTTE.assign(CNSR=ADTTE["CNSR"].where(ADTTE["USUBJID"] != "S3", np.nan))
    lines = shown(build_table(spec_of(tmp_path, YAML), content_of(ADTTE=adtte)))
    assert ("No usable event or censoring code", "1 (25.0)", "0") in lines
    totals = [
        cells for cells in lines if cells[0] in ("Events", "Censored", "No usable event or censoring code", "No record")
    ]
    assert [sum(int(cells[at].split()[0]) for cells in totals) for at in (1, 2)] == [4, 4]


def test_a_subject_with_two_records_is_the_reason(tmp_path):
    with pytest.raises(NotMade, match="PFS has several records"):
        build_table(spec_of(tmp_path, YAML), content_of(ADTTE=pd.concat([ADTTE, ADTTE])))
