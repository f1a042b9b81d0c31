from __future__ import annotations

from pathlib import Path

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.endpoint_list import KnownNames, KnownParameter, read_endpoints

LIST = """\
populations: {RTFL: all treated}
endpoints:
  - {id: PFS, label: PFS, estimator: survival, parameter: PFS, population: RTFL, times: [6, 12]}
  - id: ORR
    label: ORR
    estimator: proportion
    parameter: RSP
    population: RTFL
    among: {parameter: BOR, values: PD, label: evaluable}
"""
ADTTE = {"PFS": KnownParameter("months", "FDA table A"), "PFSB": KnownParameter("months", "FDA table B")}
KNOWN = KnownNames(
    {**ADTTE, "TTNT": KnownParameter("days", "", 2)},
    {"RSP": KnownParameter(scheme="RECIST 1.1"), "BOR": KnownParameter(), "OVR": KnownParameter()},
    ["RTFL", "SEX", "SLREAS"],
)


def read(folder, text, known=None):
    path = folder / "endpoints.yaml"
    path.write_text(text, encoding="utf-8")
    return read_endpoints(path, "specs/endpoints.yaml", known)


def problems(folder, text, known=None):
    with pytest.raises(StudyError) as raised:
        read(folder, text, known)
    return [str(problem) for problem in raised.value.problems]


def test_units_and_schemes_come_from_the_parameters(tmp_path):
    text = LIST.replace("times: [6, 12]", "times: [6, 12], schemes: [PFSB]")
    first, second, third = read(tmp_path, text, KNOWN).endpoints
    assert (first.unit, first.scheme, third.scheme) == ("months", "FDA table A", "RECIST 1.1")
    assert (second.id, second.label, second.scheme) == ("PFSB", "PFS, FDA table B", "FDA table B")
    alone = read(tmp_path, text).endpoints
    assert (alone[0].unit, alone[1].label) == ("", "PFS, PFSB")


def test_every_name_is_checked_at_its_line(tmp_path):
    text = LIST.replace("parameter: RSP", "parameter: RSPP").replace("id: ORR", "id: PFS")
    text = text.replace("parameter: BOR", "parameter: BORR").replace("population: RTFL\n", "population: RTFF\n")
    assert problems(tmp_path, text, KNOWN) == [
        'specs/endpoints.yaml:4: the id "PFS" is used a second time',
        'specs/endpoints.yaml:8: unknown population "RTFF"; did you mean "RTFL"?',
        'specs/endpoints.yaml:7: unknown parameter of ADRS "RSPP"; did you mean "RSP"?',
        'specs/endpoints.yaml:8: unknown variable of ADSL "RTFF"; did you mean "RTFL"?',
        'specs/endpoints.yaml:9: unknown parameter of ADRS "BORR"; did you mean "BOR"?',
    ]


FURTHER = """\
  - id: SECOND
    label: second line
    estimator: cumulative-incidence
    parameter: TTNT
    population: RTFL
    unit: months
    by: [SEX, AGEE]
    causes: [switch]
  - id: REASONS
    label: reasons
    estimator: categories
    parameter: TTNT
    population: RTFL
    variable: SLREASS
    event: switch
  - id: INTERVAL
    label: interval
    estimator: interval-censored
    parameter: PFS
    population: RTFL
    assessments: {parameter: OVRR, values: SD}
    between: PD
    schemes:
      - PFSB
      - {parameter: PFSX, scheme: x}
"""


def test_every_kind_of_name(tmp_path):
    assert problems(tmp_path, LIST + FURTHER, KNOWN) == [
        'specs/endpoints.yaml:15: the unit is "months", and that of TTNT is days',
        'specs/endpoints.yaml:16: unknown variable of ADSL "AGEE"',
        "specs/endpoints.yaml:17: 1 causes are named, and TTNT has 2",
        'specs/endpoints.yaml:23: unknown variable of ADSL "SLREASS"; did you mean "SLREAS"?',
        'specs/endpoints.yaml:30: unknown parameter of ADRS "OVRR"; did you mean "OVR"?',
        'specs/endpoints.yaml:34: unknown parameter of ADTTE "PFSX"; did you mean "PFS"?',
    ]


def test_without_known_names_the_list_alone_is_checked(tmp_path):
    text = LIST.replace("population: RTFL\n", "population: RTFF\n")
    assert problems(tmp_path, text) == ['specs/endpoints.yaml:8: unknown population "RTFF"; did you mean "RTFL"?']


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("times: [6, 12]", "time: [6, 12]", 'specs/endpoints.yaml:3: unknown key "time"; did you mean "times"?'),
        ("[6, 12]", "[-6]", "must be more than 0"),
        ("estimator: survival", "estimator: survivall", "specs/endpoints.yaml:3"),
        ("times: [6, 12]", "schemes: [{scheme: x}]", 'the key "parameter" is missing'),
        ("times: [6, 12]", "schemes: PFSB", "specs/endpoints.yaml:3"),
        ("times: [6, 12]", "purpose: first", "primary"),
        ("times: [6, 12]", "interval: exact", "log-log"),
    ],
)
def test_wrong_keys_and_values(tmp_path, old, new, expected):
    (found,) = problems(tmp_path, LIST.replace(old, new), KNOWN)
    assert expected in found


def test_a_file_that_is_no_list(tmp_path):
    assert problems(tmp_path, "endpoints: none\n", KNOWN)
    assert problems(tmp_path, "- a\n", KNOWN)
    assert problems(tmp_path, "populations: {A: a}\nendpoints: [none]\n", KNOWN)


def test_the_reference_trial_s_own_list():
    path = Path(__file__).parents[2] / "specs" / "endpoints.yaml"
    listed = read_endpoints(path, "specs/endpoints.yaml")
    assert [endpoint.id for endpoint in listed.endpoints][:4] == ["PFS", "PFSB", "PFSC", "PFSEMA"]
    assert {12.0} <= set(listed.endpoints[0].times)
    assert listed.response_groups[:2] == (("RSP",), ("CRSP",))
