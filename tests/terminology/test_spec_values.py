"""Terms that specs name, each with its line."""

from __future__ import annotations

from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.terminology.spec_values import spec_values
from tests.conftest import ROOT


def found_in(tmp_path, **files):
    for name, text in files.items():
        path = tmp_path / name.replace("__", "/").replace("_yaml", ".yaml").replace("_csv", ".csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    specs = read_spec_tables([ROOT / "specs"])
    return [
        (each.place.removeprefix(f"{tmp_path.as_posix()}/"), each.dataset, each.variable, each.value, each.codelists)
        for each in spec_values(specs, [tmp_path])
    ]


def test_where_values_of_valuelevel_lines(tmp_path):
    text = "dataset,variable,where_variable,where_value,codelist\nDS,DSDECOD,DSCAT,OTHER EVENT,OTHEVENT\n"
    assert found_in(tmp_path, valuelevel_csv=text) == [("valuelevel.csv:2", "DS", "DSCAT", "OTHER EVENT", ("DSCAT",))]


def test_tests_and_units_of_result_limits(tmp_path):
    text = "dataset,testcd,unit,low,high,upper_low,upper_high,source\nLB,AFP,ug/L,0,1,1,2,x\n"
    assert found_in(tmp_path, rules__plausible_results_csv=text) == [
        ("rules/plausible_results.csv:2", "LB", "LBTESTCD", "AFP", ("LBTESTCD",)),
        ("rules/plausible_results.csv:2", "LB", "LBSTRESU", "ug/L", ("UNIT",)),
    ]


def test_conditions_wherever_they_stand_beside_a_dataset(tmp_path):
    text = (
        "censorings:\n"
        "  - name: lost\n"
        "    dataset: DS\n"
        "    where:\n"
        "      DSCAT: DISPOSITION EVENT\n"
        "      DSDECOD: [LOST TO FOLLOW-UP, DEATH]\n"
        "    where_not: {DSSCAT: STUDY TREATMENT}\n"
        "where: {SEX: M}\n"
    )
    assert found_in(tmp_path, parameters__x_yaml=text) == [
        ("parameters/x.yaml:5", "DS", "DSCAT", "DISPOSITION EVENT", ("DSCAT",)),
        ("parameters/x.yaml:6", "DS", "DSDECOD", "LOST TO FOLLOW-UP", ("NCOMPLT",)),
        ("parameters/x.yaml:6", "DS", "DSDECOD", "DEATH", ("NCOMPLT",)),
        ("parameters/x.yaml:7", "DS", "DSSCAT", "STUDY TREATMENT", ("DSSCAT",)),
    ]


def test_a_rule_for_a_set_uses_the_terms_of_its_entries(tmp_path):
    text = (
        "sets:\n  criteria:\n    - {rscat: RECIST 1.1}\n    - {rscat: RECIST 1.2}\nparameters:\n"
        "  - for_each: criteria\n    make:\n      - responses: {dataset: RS, where: {RSCAT: '{rscat}'}}\n"
    )
    found = found_in(tmp_path, adrs_yaml=text)
    assert [each[:4] for each in found] == [
        ("adrs.yaml:8", "RS", "RSCAT", "RECIST 1.1"),
        ("adrs.yaml:8", "RS", "RSCAT", "RECIST 1.2"),
    ]


def test_terms_of_the_trial(tmp_path):
    text = "primary_criterion: RECIST 1.1\nepochs:\n  before: SCREENING\n  during: TREATMENT\n"
    found = found_in(tmp_path, trial_yaml=text)
    assert found[0][:4] == ("trial.yaml:1", "RS", "RSCAT", "RECIST 1.1")
    assert [each[:4] for each in found[1:]] == [
        ("trial.yaml:3", "EX", "EPOCH", "SCREENING"),
        ("trial.yaml:4", "EX", "EPOCH", "TREATMENT"),
    ]


def test_a_file_that_is_no_yaml_is_left_to_those_who_read_it(tmp_path):
    assert found_in(tmp_path, trial_yaml="a: [", adsl_yaml="just a text") == []


def test_every_term_that_the_reference_studys_specs_name_is_one_of_its_codelists(tmp_path):
    specs = read_spec_tables([ROOT / "specs"])
    used = [each for each in spec_values(specs, [ROOT / "specs"]) if each.codelists and each.value]
    assert len(used) > 60
    lost = [each for each in used if not any(each.value in specs.codelists[name].terms for name in each.codelists)]
    assert {(each.variable, each.value) for each in lost} <= {("DSSCAT", "")}
