"""Best response, response, benefit, existence and lasting values as ``adrs.yaml`` asks for them."""

from __future__ import annotations

import pytest

from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.spec.adam.adrs_rules import AdrsSpec
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

OVR = {
    "paramcd": "OVR",
    "param": "Overall Response",
    "responses": {"dataset": "RS", "where": {"RSTESTCD": "OVRLRESP"}, "value": "RSSTRESC", "date": "RSDTC"},
}
THERAPY = {"paramcd": "NACTDT", "param": "New Therapy", "new_therapy": {}}
START = "S | EXSTDTC | EXENDTC\nA | 2021-03-01 | 2021-03-10"


def derive(*parameters, **tables):
    """ADRS of subject A, irradiated on 2021-03-01, with the parameters beside OVR and NACTDT; and the findings."""
    given = {"DM": "S | DTHDTC | DTHFL\nA | . | .", "EX": START, **tables}
    datasets = study(**given)
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    made = [{"param": f"Parameter {each['paramcd']}", **each} for each in parameters]
    rules = AdrsSpec.model_validate({"population": "RTFL", "parameters": [OVR, THERAPY, *made]})
    return build_adrs(datasets, adsl, SPECS, TRIAL, type(ADAM)(ADAM.adsl, rules, ADAM.parameters, ADAM.criteria))


def records(dataset, *paramcds: str, columns: str = "PARAMCD AVALC ADT") -> list[str]:
    return as_text(dataset.frame[dataset.frame["PARAMCD"].isin(paramcds)], columns)


def responses(history: str) -> str:
    """An RS table from ``2021-04-12 SD, 2021-05-24 PD``."""
    return "S | RSDTC | RSSTRESC\n" + "\n".join(f"A | {' | '.join(entry.split())}" for entry in history.split(", "))


@pytest.mark.parametrize(
    ("history", "tables", "expected"),
    [
        ("2021-04-12 NE", {}, "NE | 2021-04-12 | ONLY NE"),
        ("2021-03-20 SD", {}, "NE | 2021-03-20 | SD TOO EARLY"),
        ("2021-02-01 SD", {}, "MISSING | . | NO ASSESSMENT"),
        ("2021-03-01 PR", {}, "MISSING | . | NO ASSESSMENT"),
        ("2021-04-12 PR", {"DM": "S | DTHDTC\nA | 2021-04-01"}, "MISSING | . | DEATH BEFORE ASSESSMENT"),
        ("2021-04-12 PR", {"CM": "S | CMSTDTC\nA | 2021-04-11"}, "MISSING | . | NEW THERAPY BEFORE ASSESSMENT"),
        ("2021-04-12 PR", {"CM": "S | CMSTDTC\nA | 2021-04-12"}, "PR | 2021-04-12 | ."),
    ],
)
def test_best_response_that_is_none_says_why(history, tables, expected):
    best = {"paramcd": "BOR", "best": {"of": "OVR", "until": "NACTDT", "none": "MISSING"}}
    adrs, _ = derive(best, RS=responses(history), **tables)
    assert records(adrs, "BOR", columns="AVALC ADT NEREAS") == [expected]


def test_without_a_required_baseline_nothing_is_judged():
    best = {"paramcd": "BOR", "best": {"of": "OVR", "until": "NACTDT", "baseline": "_BASEDT", "none": "MISSING"}}
    rsp = {"paramcd": "RSP", "response": {"of": "OVR", "baseline": "_BASEDT"}}
    history = responses("2021-04-12 PR")
    adrs, _ = derive(best, rsp, RS=history)
    assert records(adrs, "BOR", "RSP", columns="AVALC ADT NEREAS") == ["NE | . | NO BASELINE", "N | . | ."]
    adrs, _ = derive(best, rsp, RS=history, TU="S | TUDTC\nA | 2021-02-20")
    assert records(adrs, "BOR", "RSP", columns="AVALC ADT NEREAS") == ["PR | 2021-04-12 | .", "Y | 2021-04-12 | ."]


def test_days_of_a_parameter_stand_before_those_of_the_trial():
    early = {"paramcd": "BORE", "best": {"of": "OVR", "stable_disease_days": 10}}
    late = {"paramcd": "CBORL", "best": {"of": "OVR", "confirmed": True, "confirmation_days": 60}}
    trial = {"paramcd": "CBOR", "best": {"of": "OVR", "confirmed": True}}
    adrs, _ = derive(early, late, trial, RS=responses("2021-03-20 SD"))
    assert records(adrs, "BORE", "CBORL") == ["BORE | SD | 2021-03-20", "CBORL | NE | 2021-03-20"]
    adrs, _ = derive(early, late, trial, RS=responses("2021-04-12 PR, 2021-05-24 PR"))
    assert records(adrs, "CBOR", "CBORL") == ["CBOR | PR | 2021-04-12", "CBORL | SD | 2021-04-12"]


def test_response_is_dated_by_the_first_best_response_by_the_best_and_confirmation_by_either():
    confirmed = {"of": "OVR", "confirmed": True}
    adrs, _ = derive(
        {"paramcd": "BOR", "best": {"of": "OVR"}},
        {"paramcd": "RSP", "response": {"of": "OVR"}},
        {"paramcd": "CRSP", "response": confirmed},
        {"paramcd": "CRSP2", "response": {**confirmed, "dated_by": "confirming"}},
        {"paramcd": "BCP", "is_in": {"of": "BOR", "values": ["CR", "PR"]}},
        RS=responses("2021-03-22 SD, 2021-04-12 PR, 2021-05-24 CR"),
    )
    assert records(adrs, "BOR", "BCP", "CRSP", "CRSP2", "RSP") == lines(
        """
        BCP   | Y  | 2021-05-24
        BOR   | CR | 2021-05-24
        CRSP  | Y  | 2021-04-12
        CRSP2 | Y  | 2021-05-24
        RSP   | Y  | 2021-04-12
        """
    )


@pytest.mark.parametrize(
    ("history", "control", "benefit", "confirmed"),
    [
        ("2021-04-12 SD, 2021-05-24 PD", "Y | 2021-04-12", "N | .", "N | ."),
        ("2021-04-12 PR, 2021-05-24 PD", "Y | 2021-04-12", "Y | 2021-04-12", "N | ."),
        ("2021-04-12 SD, 2021-08-08 SD", "Y | 2021-04-12", "N | .", "N | ."),
        ("2021-04-12 SD, 2021-08-09 SD", "Y | 2021-04-12", "Y | 2021-08-09", "Y | 2021-08-09"),
        ("2021-04-12 PR, 2021-08-09 SD", "Y | 2021-04-12", "Y | 2021-04-12", "Y | 2021-08-09"),
        ("2021-08-09 NON-CR/NON-PD", "Y | 2021-08-09", "Y | 2021-08-09", "Y | 2021-08-09"),
        ("2021-04-12 PD, 2021-08-09 SD", "N | .", "N | .", "N | ."),
        ("2021-03-20 CR, 2021-08-09 SD", "Y | 2021-03-20", "Y | 2021-03-20", "N | ."),
    ],
)
def test_disease_control_and_clinical_benefit_are_two_things(history, control, benefit, confirmed):
    # 161 days after 2021-03-01 is 2021-08-09
    adrs, _ = derive(
        {"paramcd": "BOR", "best": {"of": "OVR"}},
        {"paramcd": "DC", "disease_control": {"of": "BOR"}},
        {"paramcd": "CB", "clinical_benefit": {"of": "OVR", "days": 161}},
        {"paramcd": "CCB", "clinical_benefit": {"of": "OVR", "days": 161, "confirmed": True}},
        RS=responses(history),
    )
    assert records(adrs, "DC", "CB", "CCB") == [f"CB | {benefit}", f"CCB | {confirmed}", f"DC | {control}"]


def test_values_of_a_benefit_may_be_named():
    only = {"paramcd": "CB", "clinical_benefit": {"of": "OVR", "days": 100, "values": ["CR", "PR", "SD"]}}
    adrs, _ = derive(only, RS=responses("2021-08-09 NON-CR/NON-PD"))
    assert records(adrs, "CB") == ["CB | N | ."]


def test_the_last_assessment_may_be_after_progression_and_may_be_of_everyone():
    values = {"of": "OVR", "values": ["CR", "PR", "SD", "PD"]}
    subjects = "S\nA\nB"
    adrs, _ = derive(
        {"paramcd": "LSTA", "last": values},
        {"paramcd": "LSTALL", "last": {**values, "after_progression": True, "everyone": True}},
        {"paramcd": "LSTNAC", "last": {**values, "until": "NACTDT"}},
        DM=subjects,
        EX="S | EXSTDTC\nA | 2021-03-01\nB | 2021-03-01",
        RS=responses("2021-04-12 SD, 2021-05-24 PD, 2021-07-05 SD, 2021-08-16 NE"),
        CM="S | CMSTDTC\nA | 2021-05-01",
    )
    columns = "USUBJID PARAMCD AVALC AVAL ADT ANL01FL"
    assert records(adrs, "LSTA", "LSTALL", "LSTNAC", columns=columns) == lines(
        """
        A | LSTA   | PD | 5 | 2021-05-24 | Y
        A | LSTALL | SD | 3 | 2021-07-05 | Y
        A | LSTNAC | SD | 3 | 2021-04-12 | Y
        B | LSTALL | .  | . | .          | Y
        """
    )


def test_what_exists_has_no_date_and_an_event_has_bounds():
    target = {"dataset": "TU", "where": {"TUSTRESC": "TARGET"}}
    adrs, findings = derive(
        {"paramcd": "HASTAR", "exists": target},
        {"paramcd": "MDIS", "event": {**target, "date": "TUDTC", "not_after": "TRTSDT"}},
        {"paramcd": "LATER", "event": {**target, "date": "TUDTC", "not_before": "TRTSDT"}},
        DM="S\nA\nB",
        EX="S | EXSTDTC\nA | 2021-03-01\nB | 2021-03-01",
        TU="S | TUDTC\nA | 2021-02-20\nA | 2021-04-01\nB | 2021-03-02",
    )
    assert findings.empty
    assert records(adrs, "HASTAR", "MDIS", "LATER", columns="USUBJID PARAMCD AVALC ADT SRCSEQ") == lines(
        """
        A | HASTAR | Y | .          | .
        A | LATER  | Y | 2021-04-01 | 2
        A | MDIS   | Y | 2021-02-20 | 1
        B | HASTAR | Y | .          | .
        B | LATER  | Y | 2021-03-02 | 1
        B | MDIS   | N | .          | .
        """
    )


def test_where_nobody_was_asked_nobody_has_the_answer_no():
    target = {"dataset": "TU", "where": {"TUSTRESC": "TARGET"}}
    adrs, findings = derive(
        {"paramcd": "HASTAR", "exists": target},
        {"paramcd": "MDIS", "event": {**target, "date": "TUDTC"}},
        {"paramcd": "MDIS2", "is_in": {"of": "MDIS", "values": "Y"}},
        {"paramcd": "OVRR", "recomputed": {"criterion": "RECIST 1.1"}},
        {"paramcd": "BORR", "best": {"of": "OVRR"}},
    )
    assert set(adrs.frame["PARAMCD"]) == {"NACTDT"}
    assert list(findings["message"]) == [
        "the study has no records of TU: HASTAR, MDIS, MDIS2 are not made, for nobody was asked",
        "the study has no records of TU and TR: OVRR, BORR are not made, for nobody was asked",
    ]


def test_progression_by_irecist_is_the_unconfirmed_one_that_was_confirmed():
    adrs, _ = derive(
        {"paramcd": "IPD", "confirmed_progression": {"of": "OVR"}},
        {"paramcd": "IBOR", "best": {"of": "OVR"}},
        RS=responses("2021-04-12 iSD, 2021-05-24 iUPD, 2021-06-24 iCPD, 2021-07-05 iPR"),
    )
    assert records(adrs, "IPD", "IBOR") == ["IBOR | iSD | 2021-04-12", "IPD | Y | 2021-05-24"]
    assert records(adrs, "OVR", columns="AVALC AVAL ANL01FL") == lines(
        "iSD | 3 | Y\niUPD | 5.5 | Y\niCPD | 5 | Y\niPR | 2 | ."
    )


def test_a_response_without_baseline_is_a_question_once_a_subject():
    asked = {"paramcd": "OVRB", "responses": {**OVR["responses"], "baseline": "_BASEDT"}}
    tables = {
        "DM": "S\nA\nB",
        "EX": "S | EXSTDTC\nA | 2021-03-01\nB | 2021-03-01",
        "RS": "S | RSDTC | RSSTRESC\nA | 2021-04-12 | NE\nA | 2021-05-24 | SD\nA | 2021-07-05 | SD\nB | 2021-04-12 | SD",
    }
    _, findings = derive(asked, TU="S | TUDTC\nB | 2021-02-20", **tables)
    assert as_text(findings, "rule subject record value") == ["ADRS-105 response.without-baseline | A | 2 | SD"]
    _, findings = derive(asked, **tables)  # no baseline of anybody is in the data
    assert findings.empty


def test_the_progression_that_radiotherapy_was_given_for_is_never_one():
    history = responses("2021-02-10 PD, 2021-03-01 PD, 2021-04-12 SD")
    best = {"paramcd": "BOR", "best": {"of": "OVR"}}
    progressed = {"paramcd": "PD", "first": {"of": "OVR", "values": "PD"}}
    last = {"paramcd": "LSTA", "last": {"of": "OVR", "values": ["SD", "PD"], "after_progression": True}}
    adrs, _ = derive(best, progressed, last, RS=history)
    assert records(adrs, "BOR", "PD", "LSTA") == ["BOR | SD | 2021-04-12", "LSTA | SD | 2021-04-12", "PD | N | ."]


def test_numbers_of_values_and_categories_are_those_of_the_spec():
    best = {
        "paramcd": "BOR",
        "best": {"of": "OVR", "none": "MISSING"},
        "category": ["Tumor Response", "", "RECIST 1.1"],
    }
    adrs, _ = derive(best)
    assert records(adrs, "BOR", columns="AVALC AVAL PARCAT1 PARCAT2 PARCAT3") == [
        "MISSING | 7 | Tumor Response | . | RECIST 1.1"
    ]
    codes = AdrsSpec.model_validate({"population": "RTFL", "codes": {"MISSING": "99"}, "parameters": []}).codes
    assert (codes["MISSING"], codes["CR"]) == (99, 1)


EVALUATED = """
S | RSEVAL               | RSDTC      | RSSTRESC
A | INVESTIGATOR         | 2021-04-12 | PR
A | INDEPENDENT ASSESSOR | 2021-04-13 | PD
B | INVESTIGATOR         | 2021-04-12 | SD
"""


def test_several_evaluators_in_one_parameter_are_an_error_and_one_each_are_none():
    subjects = {"DM": "S\nA\nB", "EX": "S | EXSTDTC\nA | 2021-03-01\nB | 2021-03-01", "RS": EVALUATED}
    _, findings = derive(**subjects)
    assert list(findings["message"]) == [
        "one parameter reads responses of several evaluators (INDEPENDENT ASSESSOR, INVESTIGATOR), of 1 subject: "
        "name one of them in where, RSEVAL"
    ]
    own = [
        {"paramcd": f"OVR{suffix}", "responses": {**OVR["responses"], "where": {"RSEVAL": evaluator}}}
        for suffix, evaluator in (("I", "INVESTIGATOR"), ("R", "INDEPENDENT ASSESSOR"))
    ]
    best = [{"paramcd": f"BOR{suffix}", "best": {"of": f"OVR{suffix}"}} for suffix in "IR"]
    adrs, findings = derive(*own, *best, **subjects)
    assert list(findings["rule"]) == ["ADRS-107 response.several-evaluators"]  # that of OVR, which mixes them
    assert records(adrs, "BORI", "BORR", columns="USUBJID PARAMCD AVALC") == lines(
        "A | BORI | PR\nA | BORR | PD\nB | BORI | SD\nB | BORR | NE"
    )
