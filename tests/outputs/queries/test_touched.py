"""Which endpoints a finding touches, by the reference study's own specs."""

import pytest

from hcc_sdtm.outputs.queries.touched import endpoint_needs, parse_keys

RECIST = {
    "PFS", "PFSB", "PFSC", "PFSEMA", "PFS-INTERVAL", "PFS2", "ORR", "ORR-CONFIRMED", "ORR-EVALUABLE", "ORR-MEASURABLE", "DCR",
    "DCR-EVALUABLE", "CBR", "CBR-CONFIRMED", "DCTRL", "DOR", "TTR",
}  # fmt: skip
MRECIST = {"ORR-MRECIST", "ORR-CONFIRMED-MRECIST", "DCR-MRECIST", "CBR-MRECIST", "CBR-CONFIRMED-MRECIST"}
LESIONS = {"ORR-RECOMPUTED", "ORR-RECOMPUTED-MRECIST", "DCR-RECOMPUTED", "DCR-RECOMPUTED-MRECIST"}
ALIVE = {"OS", "OSDE", "OSRT", "TTNT2L", "TTNT2LQ", "NLFS", "SWITCH-REASONS", "PFS2", "FOLLOW-UP"}
DEATH = ALIVE | {"PFS", "PFSB", "PFSC", "PFSEMA", "PFS-INTERVAL", "DCTRL", "DOR"}
EVERY = RECIST | MRECIST | LESIONS | ALIVE


@pytest.fixture(scope="module")
def needs(reference_run):
    return endpoint_needs(reference_run.result.study)


@pytest.mark.parametrize(
    ("dataset", "variable", "keys", "expected"),
    [
        ("DM", "SEX", "", {"PFS"}),  # its subgroups
        ("DM", "BRTHDTC", "", set()),
        ("DM", "DTHDTC", "", DEATH),
        ("DM", "USUBJID", "", EVERY),
        ("LB", "USUBJID", "LBTESTCD=AFP", EVERY),
        ("EX", "EXSTDTC", "EXCAT=RADIOTHERAPY", EVERY),
        ("EX", "EXDOSE", "EXCAT=RADIOTHERAPY", set()),
        ("RS", "RSSTRESC", "RSCAT=RECIST 1.1 RSTESTCD=OVRLRESP", RECIST),
        ("RS", "RSORRES", "RSCAT=RECIST 1.1 RSTESTCD=OVRLRESP", RECIST),
        (
            "RS",
            "RSSTRESC",
            "RSCAT=MRECIST LENCIONI LIVER CANCER 2010 RSTESTCD=OVRLRESP",
            MRECIST,
        ),
        ("RS", "RSSTRESC", "RSTESTCD=ECOG101", {"PFS"}),
        ("LB", "LBDTC", "LBTESTCD=AFP", ALIVE),
        ("CM", "CMSTDTC", "CMCAT=FIRST LINE", ALIVE),
        ("MH", "MHSTDTC", "MHCAT=PRIMARY DIAGNOSIS MHEVDTYP=INITIAL DIAGNOSIS", ALIVE),
        ("SS", "SSDTC", "SSSTRESC=DEAD", set()),
        ("TR", "TRSTRESN", "", LESIONS),
        ("ADSL", "DTHDT", "", DEATH),
        ("ADTTE", "ADT", "PARAMCD=PFS", {"PFS", "PFS-INTERVAL"}),
        ("ADRS", "AVALC", "PARAMCD=RSP", {"ORR", "ORR-EVALUABLE", "ORR-MEASURABLE"}),
        ("ZZ", "ZZDTC", "", set()),
    ],
)
def test_what_a_variable_touches(needs, dataset, variable, keys, expected):
    assert set(needs.touched(dataset, variable, keys)) == expected


def test_second_line_therapy_censors_progression_and_is_an_event_of_its_own(needs):
    touched = set(needs.touched("CM", "CMSTDTC", "CMCAT=SECOND LINE"))
    assert {"PFS", "TTNT2L", "ORR"} <= touched
    assert "ORR-MRECIST" in touched


def test_endpoints_have_the_order_of_the_trial_and_their_labels(needs):
    touched = needs.touched("DM", "DTHDTC")
    assert touched[0] == "PFS"
    assert needs.label("PFS") == "Progression-free survival from radiotherapy"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("RSCAT=RECIST 1.1 VISITNUM=6", {"RSCAT": "RECIST 1.1", "VISITNUM": "6"}),
        ("RSEVAL=", {"RSEVAL": ""}),
        ("", {}),
        ("no keys here", {}),
    ],
)
def test_keys_of_a_finding(text, values):
    assert parse_keys(text) == values
