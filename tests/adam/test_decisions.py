"""Why a date is this one, in sentences."""

from __future__ import annotations

import pandas as pd
import pytest

from hcc_sdtm.adam.deriving import derive_adam
from hcc_sdtm.adam.times.decisions import decision_texts, explain, name_record
from tests.adam.tables import ADAM, SPECS, TRIAL, study
from tests.adam.test_candidates import course, tables


def sentences(paramcd, **given):
    result = derive_adam(study(**tables([course(**given)])), SPECS, TRIAL, ADAM)
    rows = result.decisions[result.decisions["PARAMCD"] == paramcd]
    return explain(rows, result.decision_texts[paramcd], lambda domain, variable, sequence: domain)


@pytest.mark.parametrize(
    ("paramcd", "given", "expected"),
    [
        (
            "PFS",
            {"scans": [("2021-04-12", "SD"), ("2021-05-24", "PD")], "therapy": "2021-05-02"},
            [
                "Progression on 2021-05-24 (ADRS) was not taken: new therapy began on 2021-05-02, before it; censored on "
                "2021-04-12 (ADRS), last adequate assessment (CNSR 3).",
                "Adequate assessment on 2021-05-24 (ADRS) does not end the time: it is after 2021-05-02, the limit set by "
                "new therapy.",
            ],
        ),
        (
            "PFS",
            {"scans": [("2021-04-12", "SD")], "death": "2021-07-13"},
            [
                "Death on 2021-07-13 (ADRS) was not taken: too many planned assessments had gone by without one on "
                "2021-07-12, before it; censored on 2021-04-12 (ADRS), last adequate assessment (CNSR 4)."
            ],
        ),
        (
            "PFS",
            {"scans": [("2021-04-12", "SD")]},
            [
                "Censored on 2021-04-12 (ADRS), last adequate assessment (ongoing: no event up to the data cut-off, "
                "2024-02-29; CNSR 1)."
            ],
        ),
        (
            "PFS",
            {"scans": [("2021-05-24", "PD")], "baseline": False},
            [
                "Censored on 2021-03-01, start of radiotherapy, for no event-free record counts (no baseline; CNSR 2).",
                "Progression on 2021-05-24 (ADRS) was not taken: there is no baseline assessment.",
                "Adequate assessment on 2021-05-24 (ADRS) does not end the time: there is no baseline assessment.",
            ],
        ),
        (
            "PFSEMA",
            {"scans": [("2021-05-24", "PD")], "death": "2021-05-24"},
            [
                "The event is progression on 2021-05-24 (ADRS).",
                "Death on 2021-05-24 (ADRS) was not taken: progression on that day is listed first.",
            ],
        ),
        (
            "OSRT",
            {"scans": [("2021-05-24", "SD")], "death": "2021-08"},
            [
                "The event is death on 2021-08-01 (DM, day imputed).",
                "Known alive on 2021-05-24 (RS) does not end the time: death came on 2021-08-01.",
            ],
        ),
        (
            "OSRT",
            {"scans": [], "death": "2021-02-14"},
            [
                "Censored on 2021-03-01, start of radiotherapy, for no event-free record counts (alive: no event up to the "
                "data cut-off, 2024-02-29; CNSR 6).",
                "Death on 2021-02-14 (DM) was not taken: it is before the start of radiotherapy, 2021-03-01.",
                "Known alive on 2020-01-01 (MH) does not end the time: it is before the start of radiotherapy, 2021-03-01.",
            ],
        ),
    ],
)
def test_each_decision_in_words(paramcd, given, expected):
    assert sentences(paramcd, **given)[: len(expected)] == expected


def test_every_rule_and_role_that_occurs_has_its_sentence():
    subjects = [
        course(scans=[("2021-04-12", "SD"), ("2021-06-14", "PD")], therapy="2021-06-01", death="2021-08-01"),
        course(scans=[("2021-04-12", "SD")], lost="2021-09-01", local="2021-05-02"),
        course(scans=[("2021-02-20", "PD"), ("2021-08-24", "PD")], diagnosis="2021-06-01"),
    ]
    result = derive_adam(study(**tables(subjects)), SPECS, TRIAL, ADAM)
    for (subject, paramcd), rows in result.decisions.groupby(["USUBJID", "PARAMCD"], observed=True):
        told = explain(rows, result.decision_texts[str(paramcd)])
        others = rows[(rows["CHOSEN"] == "N") & (rows["RULE"] != "TAKEN AWAY")]
        assert len(told) == 1 + len(others), (subject, paramcd)
        assert all(sentence.endswith(".") and "nan" not in sentence and "  " not in sentence for sentence in told)
        assert not any(rule.lower() in sentence for sentence in told for rule in ("after limit", "event came"))


def test_what_a_record_is_called():
    assert name_record("RS", "RSDTC", 4.0) == "RS record 4"
    assert name_record("DM", "DTHDTC", float("nan")) == "DM.DTHDTC"
    assert name_record("", "", float("nan")) == ""


def test_nothing_considered_nothing_said():
    empty = derive_adam(study(**tables([course()])), SPECS, TRIAL, ADAM).decisions.iloc[:0]
    assert explain(empty, {}) == []


def test_the_texts_say_what_the_names_of_a_parameter_mean():
    texts = decision_texts(ADAM.parameters)
    assert set(texts) == {parameter.paramcd for parameter in ADAM.parameters}
    assert texts["PFS"]["event_free"] == "last adequate assessment"
    assert texts["PFS"]["missed assessments"] == "missed_assessments"
    assert texts["OS"]["DIAGDT"] == "initial diagnosis"


def test_the_sentences_do_not_depend_on_the_order_of_the_raw_rows():
    subjects = [course(scans=[("2021-04-12", "SD"), ("2021-06-14", "PD")], therapy="2021-06-01", death="2021-08-01")]
    turned = {name: table[::-1].reset_index(drop=True) for name, table in tables(subjects).items()}
    first, second = (derive_adam(study(**each), SPECS, TRIAL, ADAM).decisions for each in (tables(subjects), turned))
    columns = ["PARAMCD", "ROLE", "NAME", "DATE", "RULE", "BY", "COMPARED", "CHOSEN"]
    pd.testing.assert_frame_equal(first[columns].astype(object), second[columns].astype(object))
