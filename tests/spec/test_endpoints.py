from __future__ import annotations

from pathlib import Path

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.endpoints import RiskSetMinimum, SurvivalEndpoint, read_endpoints

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
KNOWN = {"ADTTE": ["PFS"], "ADRS": ["RSP", "BOR"]}


def read(folder, text, **known):
    path = folder / "endpoints.yaml"
    path.write_text(text, encoding="utf-8")
    return read_endpoints(path, "specs/endpoints.yaml", **known)


def problems(folder, text, **known):
    with pytest.raises(StudyError) as raised:
        read(folder, text, **known)
    return [str(problem) for problem in raised.value.problems]


def test_numbers_are_numbers_and_defaults_stand(tmp_path):
    listed = read(tmp_path, LIST, parameters=KNOWN, subject_variables=["RTFL"])
    first = listed.endpoints[0]
    assert isinstance(first, SurvivalEndpoint)
    assert (first.times, first.interval, first.level, first.unit) == ((6.0, 12.0), "log-log", 0.95, "months")


def test_every_name_is_checked_at_its_line(tmp_path):
    text = LIST.replace("parameter: RSP", "parameter: RSPP").replace("id: ORR", "id: PFS")
    text = text.replace("parameter: BOR", "parameter: BORR").replace("population: RTFL\n", "population: RTFF\n")
    assert problems(tmp_path, text, parameters=KNOWN, subject_variables=["RTFL"]) == [
        'specs/endpoints.yaml:4: the id "PFS" is used a second time',
        'specs/endpoints.yaml:7: unknown parameter of ADRS "RSPP"; did you mean "RSP"?',
        'specs/endpoints.yaml:8: unknown population "RTFF"; did you mean "RTFL"?',
        'specs/endpoints.yaml:8: unknown variable of ADSL "RTFF"; did you mean "RTFL"?',
        'specs/endpoints.yaml:9: unknown parameter of ADRS "BORR"; did you mean "BOR"?',
    ]


def test_wrong_keys_and_values(tmp_path):
    assert problems(tmp_path, LIST.replace("times: [6, 12]", "time: [6, 12]")) == [
        'specs/endpoints.yaml:3: unknown key "time"; did you mean "times"?'
    ]
    (negative,) = problems(tmp_path, LIST.replace("[6, 12]", "[-6]"))
    assert "must be more than 0" in negative
    (estimator,) = problems(tmp_path, LIST.replace("estimator: survival", "estimator: survivall"))
    assert estimator.startswith("specs/endpoints.yaml:3")


def test_fewest_at_risk_is_the_larger_of_number_and_share():
    assert [RiskSetMinimum().of(n) for n in (20, 100)] == [10, 15]


def test_the_reference_trial_s_own_list():
    path = Path(__file__).parents[2] / "specs" / "endpoints.yaml"
    listed = read_endpoints(path, "specs/endpoints.yaml")
    assert [endpoint.id for endpoint in listed.endpoints][:3] == ["PFS", "PFSEMA", "ORR"]
