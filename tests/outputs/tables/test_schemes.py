from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.outputs.tables.building import build_table
from hcc_sdtm.outputs.tables.content import NotMade
from tests.outputs.tables.frames import content_of, shown, spec_of

YAML = """
    table: schemes
    of: PFS
    population: RTFL
"""
ROW = {
    "OF": "PFS", "SCHEMEA": "A", "ADTA": "2021-06-14", "CNSRA": 0.0, "EVNTDESCA": "Progression", "SCHEMEB": "B",
    "ADTB": "2021-05-01", "CNSRB": 4.0, "EVNTDESCB": "Missed", "WHY": "B censors",
}  # fmt: skip


def test_subjects_are_listed_by_pair_of_schemes(tmp_path):
    schemes = pd.DataFrame(
        [
            {**ROW, "USUBJID": "S2"},
            {**ROW, "USUBJID": "S1", "CNSRB": np.nan},
            {**ROW, "USUBJID": "S5"},
            {**ROW, "USUBJID": "S1", "OF": "TTP"},
        ]
    )
    table = build_table(spec_of(tmp_path, YAML), replace(content_of(), schemes=schemes))
    assert shown(table) == [
        ("A and B: 2 subjects",),
        ("1", "2021-06-14 event: Progression", "no record", "B censors"),
        ("2", "2021-06-14 event: Progression", "2021-05-01 censored (4): Missed", "B censors"),
    ]


def test_datasets_from_elsewhere_have_no_comparison(tmp_path):
    spec = spec_of(tmp_path, YAML)
    with pytest.raises(NotMade, match="came from elsewhere"):
        build_table(spec, content_of())
    nothing = pd.DataFrame(columns=[*ROW, "USUBJID"])
    with pytest.raises(NotMade, match="no subject has another date"):
        build_table(spec, replace(content_of(), schemes=nothing))
