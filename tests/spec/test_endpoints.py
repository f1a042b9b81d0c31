from __future__ import annotations

import pytest
from pydantic import ValidationError

from hcc_sdtm.spec.adam.asked_interval import AskedInterval
from hcc_sdtm.spec.endpoints import EndpointList, RiskSetMinimum, SurvivalEndpoint

PFS = {"id": "PFS", "label": "PFS", "estimator": "survival", "parameter": "PFS", "population": "RTFL"}
ORR = {"id": "ORR", "label": "ORR", "estimator": "proportion", "parameter": "RSP", "population": "RTFL"}


def listed(*endpoints, **further):
    return EndpointList.model_validate({"populations": {"RTFL": "all treated"}, "endpoints": endpoints, **further})


def message(*endpoints):
    with pytest.raises(ValidationError) as raised:
        listed(*endpoints)
    return raised.value.errors()[0]["msg"]


def test_texts_become_numbers_and_defaults_stand():
    (endpoint,) = listed(PFS | {"times": ["6", "12"]}).endpoints
    assert isinstance(endpoint, SurvivalEndpoint)
    assert (endpoint.times, endpoint.interval, endpoint.level, endpoint.unit) == ((6.0, 12.0), "log-log", 0.95, "")
    assert (endpoint.by, endpoint.compare, endpoint.given, endpoint.restricted_mean) == ((), False, (), ())


def test_fewest_at_risk_is_the_larger_of_number_and_share():
    assert [RiskSetMinimum().of(n) for n in (20, 100)] == [10, 15]


def test_each_scheme_is_an_endpoint_of_its_own():
    schemes = ["PFSB", {"id": "PFS-E", "parameter": "PFSEMA", "scheme": "EMA type", "note": "supportive"}]
    endpoint = PFS | {"schemes": schemes, "by": "SEX", "compare": "yes", "purpose": "primary", "times": ["12"]}
    first, second, third = listed(endpoint | {"scheme": "FDA table A", "note": "primary"}).endpoints
    assert [each.id for each in (first, second, third)] == ["PFS", "PFSB", "PFS-E"]
    assert [each.parameter for each in (first, second, third)] == ["PFS", "PFSB", "PFSEMA"]
    assert [each.label for each in (first, second, third)] == ["PFS", "PFS, PFSB", "PFS, EMA type"]
    assert [each.scheme for each in (first, second, third)] == ["FDA table A", "PFSB", "EMA type"]
    assert [each.note for each in (first, second, third)] == ["primary", "", "supportive"]
    assert [each.times for each in (first, second, third)] == [(12.0,)] * 3
    assert [each.by for each in (first, second, third)] == [("SEX",), (), ()]
    assert [each.purpose for each in (first, second, third)] == ["primary", "exploratory", "exploratory"]


def test_a_scheme_of_a_proportion_may_have_its_own_values():
    endpoint = ORR | {"schemes": [{"id": "R", "parameter": "BORR", "scheme": "recomputed", "values": ["CR", "PR"]}]}
    assert [each.values for each in listed(endpoint).endpoints] == [("Y",), ("CR", "PR")]


def test_response_groups_are_what_is_read_together():
    among = {"parameter": "BOR", "values": ["PD"], "label": "evaluable"}
    evaluable = ORR | {"id": "E", "among": among}
    endpoints = listed(PFS, ORR | {"schemes": ["CRSP"]}, evaluable, evaluable | {"id": "F"})
    assert endpoints.response_groups == (("RSP",), ("CRSP",), ("RSP", "BOR"))


def test_asked_intervals_are_the_distinct_ones_of_interval_censored_endpoints():
    read = {"parameter": "OVR", "values": ["SD"], "where": {"RSEVAL": ["A"], "ANL01FL": ["Y"]}}
    common = {name: PFS[name] for name in ("label", "parameter", "population")}
    interval = common | {"id": "IC", "estimator": "interval-censored", "assessments": read, "between": "PD"}
    endpoints = listed(PFS, interval, interval | {"id": "IC2", "between": "Death"})
    where = (("ANL01FL", ("Y",)), ("RSEVAL", ("A",)))
    assert endpoints.asked_intervals == (AskedInterval(PFS["parameter"], "OVR", ("SD",), where),)


def test_comparing():
    assert "compare needs by" in message(PFS | {"compare": "yes"})
    assert 'reference names "SEXX"' in message(PFS | {"compare": "yes", "by": "SEX", "reference": {"SEXX": "F"}})
    assert "reference needs compare" in message(PFS | {"by": "SEX", "reference": {"SEX": "F"}})
    follow_up = PFS | {"estimator": "follow-up", "by": "SEX", "compare": "yes"}
    assert "compare is for survival, cumulative-incidence and proportion" in message(follow_up)
    late = {"estimator": "cumulative-incidence", "causes": ["a"], "by": "SEX", "compare": "yes", "delayed_entry": {}}
    assert "Gray's test has no delayed entry" in message(PFS | late)


def test_two_causes_of_one_name():
    assert 'two causes are called "a"' in message(PFS | {"estimator": "cumulative-incidence", "causes": ["a", "a"]})
