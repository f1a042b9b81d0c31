import pandas as pd
import pytest

from hcc_sdtm.adam.lesions.disagreements import compare_responses
from hcc_sdtm.adam.lesions.irradiated import build_irradiated
from hcc_sdtm.adam.lesions.records import build_lesions
from hcc_sdtm.adam.lesions.responses import judge_lesions
from tests.adam.lesions.test_responses import DATES, TABLES, scans, subjects_of
from tests.adam.tables import ADAM, TRIAL, study


def recorded(*responses, test="OVRLRESP", category="RECIST 1.1", dates=DATES[1:], **further):
    """RS of one subject: one response a visit from the second on; ``.``: none."""
    rows = [
        {"S": "A", "RSCAT": category, "RSTESTCD": test, "RSSTRESC": response, "RSORRES": response, "RSDTC": date}
        | {"VISITNUM": str(visit + 2)}
        | further
        for visit, (response, date) in enumerate(zip(responses, dates, strict=False))
        if response != "."
    ]
    return pd.DataFrame(rows)


def compare(lesion_tables, responses, criterion="RECIST 1.1", **others):
    datasets = study(**lesion_tables, RS=responses, **others)
    subjects = subjects_of(["A"])
    lesions, _ = build_lesions(datasets, subjects, TABLES, TRIAL, ADAM.criteria.reading)
    judged, _ = judge_lesions(lesions, ADAM.criteria.named(criterion), subjects, TRIAL)
    return compare_responses(datasets, lesions, judged, subjects, TABLES, TRIAL, ADAM.criteria.reading)


def messages(compared):
    return [f"{rule[:8]} {text}" for rule, text in compared.findings[["rule", "message"]].itertuples(index=False)]


def test_what_agrees_is_not_asked_about():
    compared = compare(scans("T01 TARGET LIVER LDIAM 50 35 34 45"), recorded("PR", "PR", "PD"))
    assert compared.rows["agrees"].all()
    assert compared.findings.empty


def test_a_response_that_differs_says_both_why_and_what_it_changes():
    compared = compare(scans("T01 TARGET LIVER LDIAM 50 35 42 43 44"), recorded("PR", "SD", "SD", "PD"))
    assert messages(compared) == [
        'ADRS-120 by RECIST 1.1 "SD", and the lesions say PD: the sum is 42 mm, 7 mm above the nadir of 35 mm (20 %); '
        "progression 2021-05-24 instead of 2021-08-16"
    ]
    finding = compared.findings.iloc[0]
    assert (finding["dataset"], finding["variable"], finding["value"], finding["expected"]) == (
        "RS",
        "RSORRES",
        "SD",
        "PD",
    )
    assert "VISITNUM=3" in finding["keys"]


def test_the_effect_on_best_response_is_with_and_without_confirmation():
    compared = compare(scans("T01 TARGET LIVER LDIAM 50 36 36 36"), recorded("PR", "PR", "SD"))
    assert messages(compared) == [
        'ADRS-120 by RECIST 1.1 "PR", and the lesions say SD: the sum is 36 mm, 28 % below the baseline of 50 mm, nadir '
        "50 mm; confirmed best response PR becomes SD",
        'ADRS-120 by RECIST 1.1 "PR", and the lesions say SD: the sum is 36 mm, 28 % below the baseline of 50 mm, nadir '
        "36 mm; confirmed best response PR becomes SD",
    ]
    once = compare(scans("T01 TARGET LIVER LDIAM 50 36 36"), recorded("PR", "SD"))
    assert messages(once)[0].endswith("best response PR becomes SD")
    late = compare(scans("T01 TARGET LIVER LDIAM 50 49 36"), recorded("SD", "NE"))
    assert messages(late)[0].endswith("changes neither the best response nor the date of progression")


def test_nothing_is_asked_after_the_first_progression_of_either():
    compared = compare(scans("T01 TARGET LIVER LDIAM 50 65 20 20"), recorded("PD", "SD", "SD"))
    assert compared.findings.empty
    assert compared.rows["counts"].tolist() == [True, False, False]


def test_a_missing_target_is_named_as_the_reason_for_ne():
    lesion_tables = scans("T01 TARGET LIVER LDIAM 50 20", "T02 TARGET LUNG LDIAM 20 .")
    assert messages(compare(lesion_tables, recorded("PR"))) == [
        'ADRS-120 by RECIST 1.1 "PR", and the lesions say NE: 1 of 2 targets has no size; best response PR becomes NE; '
        "confirmed best response SD becomes NE"
    ]


def test_parts_are_compared_with_their_own_records():
    lesion_tables = scans(
        "T01 TARGET LIVER LDIAM 50 20",
        "NT01 NON-TARGET BONE TUMSTATE PRESENT PRESENT",
        "NEW01 NEW LUNG TUMSTATE . UNEQUIVOCAL",
    )
    responses = pd.concat(
        [
            recorded("PD"),
            recorded("SD", test="TRGRESP"),
            recorded("CR", test="NTRGRESP"),
            recorded("N", test="NEWLIND"),
        ]
    )
    assert messages(compare(lesion_tables, responses)) == [
        'ADRS-121 "SD", and the lesions say PR: the sum is 20 mm, 60 % below the baseline of 50 mm, nadir 50 mm',
        'ADRS-122 "CR", and the lesions say NON-CR/NON-PD',
        'ADRS-123 "N", and the lesions say UNEQUIVOCAL',
    ]


def test_an_assessment_without_a_response_is_asked_about_where_its_evaluator_gives_responses():
    lesion_tables = scans("T01 TARGET LIVER LDIAM 50 20 45")
    assert messages(compare(lesion_tables, recorded("PR"))) == [
        "ADRS-124 no overall response by RECIST 1.1 is recorded, and the lesions say PD: the sum is 45 mm, 25 mm above the "
        "nadir of 20 mm (125 %); progression 2021-05-24 instead of none"
    ]
    assert compare(lesion_tables, recorded("PR", RSEVAL="INDEPENDENT ASSESSOR")).findings.empty


def test_a_new_lesion_that_nobody_reported_is_asked_about_at_tu():
    lesion_tables = scans("T01 TARGET LIVER LDIAM 50 50", "NEW01 NEW LUNG TUMSTATE . . NEW")
    compared = compare(lesion_tables, recorded("SD"))
    assert compared.findings[["dataset", "variable"]].to_numpy().tolist() == [["TU", "TUORRES"]]
    assert "there is a new lesion, first seen 2021-05-24" in compared.findings["message"].iloc[0]


def test_responses_after_a_new_therapy_change_no_best_response():
    lesion_tables = scans("T01 TARGET LIVER LDIAM 50 50 20")
    therapy = pd.DataFrame([{"S": "A", "CMTRT": "REGORAFENIB", "CMSTDTC": "2021-04-20"}])
    assert messages(compare(lesion_tables, recorded("SD", "SD"), CM=therapy))[0].endswith(
        "changes neither the best response nor the date of progression"
    )
    assert messages(compare(lesion_tables, recorded("SD", "SD")))[0].endswith("best response SD becomes PR")


@pytest.mark.parametrize("response", ["CHECK", "SEE NOTE"])
def test_a_text_that_is_no_response_differs_from_every_response(response):
    assert messages(compare(scans("T01 TARGET LIVER LDIAM 50 20"), recorded(response)))[0].startswith(
        f'ADRS-120 by RECIST 1.1 "{response}", and the lesions say PR'
    )


def test_responses_by_another_criterion_and_of_the_baseline_are_left_alone():
    lesion_tables = scans("T01 TARGET LIVER LDIAM 50 20")
    baseline = recorded("PD", dates=DATES[:1]).assign(VISITNUM="1")
    other = recorded("SD", category="MRECIST LENCIONI LIVER CANCER 2010")
    assert compare(lesion_tables, pd.concat([baseline, other])).rows["part"].tolist() == []


def test_where_states_of_non_targets_were_never_recorded_what_they_could_explain_is_not_asked():
    lesion_tables = scans("T01 TARGET LIVER LDIAM 50 20 0 0 0", "NT01 NON-TARGET BONE TUMSTATE PRESENT")
    assert messages(compare(lesion_tables, recorded("PR", "CR", "PR", "PD"))) == []
    assert messages(compare(lesion_tables, recorded("SD", "CR")))[0].startswith('ADRS-120 by RECIST 1.1 "SD"')
    stated = scans("T01 TARGET LIVER LDIAM 50 20 0", "NT01 NON-TARGET BONE TUMSTATE PRESENT PRESENT PRESENT")
    assert messages(compare(stated, recorded("PR", "CR")))[0].startswith('ADRS-120 by RECIST 1.1 "CR"')


@pytest.mark.parametrize(
    ("name", "column"), [("RS", "RSSTRESC"), ("TR", "TRSTRESC"), ("TU", "TULNKID"), ("RS", "RSTESTCD")]
)
def test_a_variable_that_is_not_there_is_missing_everywhere(name, column):
    datasets = study(**scans("T01 TARGET LIVER LDIAM 50 35 34"), RS=recorded("PR", "PR"), EX=pd.DataFrame([{"S": "A"}]))
    datasets[name].frame.drop(columns=column, inplace=True)
    supplement = pd.DataFrame(
        [{"S": "A", "RDOMAIN": "TU", "IDVAR": "TUSEQ", "IDVARVAL": "1", "QNAM": "IRRADFL", "QVAL": "Y"}]
    )
    datasets |= study(SUPPTU=supplement)
    subjects = subjects_of(["A"])
    lesions, _ = build_lesions(datasets, subjects, TABLES, TRIAL, ADAM.criteria.reading)
    judged, _ = judge_lesions(lesions, ADAM.criteria.named("RECIST 1.1"), subjects, TRIAL)
    compared = compare_responses(datasets, lesions, judged, subjects, TABLES, TRIAL, ADAM.criteria.reading)
    irradiated, _ = build_irradiated(datasets, subjects, TRIAL.progression, lesions.lesions)
    if name != "TR":
        assert compared.rows.empty
        assert len(irradiated) == (name == "RS")
