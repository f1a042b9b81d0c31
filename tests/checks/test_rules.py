"""Every rule against its cases: ``cases/<RULE-ID>.yaml``, with tables that pass, that fail, and that cannot be evaluated."""

from pathlib import Path

import numpy as np
import pytest

from hcc_sdtm.checks.rule import HEADINGS
from hcc_sdtm.checks.rules import RETIRED
from hcc_sdtm.checks.running import FAIL, NOT_EVALUATED, PASS, all_rules, run_checks
from hcc_sdtm.checks.step_rules import read_step_rules
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import SEVERITIES
from hcc_sdtm.problem import RuleFault
from hcc_sdtm.received.file_table import FileMetadata, FileVariable
from hcc_sdtm.spec.yaml_file import read_yaml
from tests.checks.tables import SPECS, TRIAL, build_dataset, parse_table

FOLDER = Path(__file__).parent / "cases"
EVERY_RULE = all_rules(SPECS)
BY_ID = {rule.id: rule for rule in EVERY_RULE}
CASES = {path.stem: read_yaml(path, path.name).data for path in sorted(FOLDER.glob("*.yaml"))}
KINDS = {"pass": PASS, "fail": FAIL, "not evaluated": NOT_EVALUATED}
EVERY = [
    pytest.param(rule, kind, case, id=f"{rule}-{kind}: {name}")
    for rule, kinds in CASES.items()
    for kind, cases in kinds.items()
    for name, case in cases.items()
]
FAILING = [(rule, case) for rule, kinds in CASES.items() for case in kinds["fail"].values()]


def build_datasets(case) -> dict[str, Dataset]:
    return {name: build_dataset(name, parse_table(text)) for name, text in case.items() if name.isupper()}


def build_metadata(case):
    """What files say of datasets: ``label``, ``file``, and ``variables`` with label, type and length."""
    return {
        name: FileMetadata(
            told.get("name", name),
            told.get("label"),
            told.get("file", ""),
            tuple(
                FileVariable(
                    variable,
                    facts.get("label"),
                    facts.get("type"),
                    int(facts.get("length", 0)) or None,
                    facts.get("format"),
                )
                for variable, facts in told["variables"].items()
            ),
        )
        for name, told in case.get("metadata", {}).items()
    }


def run_one(rule_id, datasets, metadata=None):
    findings, outcomes = run_checks(datasets, SPECS, TRIAL, (BY_ID[rule_id],), metadata)
    return findings, outcomes


def one_answer(outcomes):
    """The answer over all datasets of a rule's scope: fail before pass before not evaluated."""
    answers = [answer for answer in (FAIL, PASS, NOT_EVALUATED) if (outcomes["outcome"] == answer).any()]
    return answers[0]


@pytest.mark.parametrize(("rule_id", "kind", "case"), EVERY)
def test_case(rule_id, kind, case):
    findings, outcomes = run_one(rule_id, build_datasets(case), build_metadata(case))
    assert (one_answer(outcomes), outcomes["findings"].sum()) == (KINDS[kind], len(findings))
    expected = case.get("finds", [])
    places = findings["dataset"] + " " + findings["record"] + " " + findings["variable"]
    found = sorted(" ".join(place.split()) for place in places)
    assert found == sorted([expected] if isinstance(expected, str) else expected)
    assert set(findings["rule"]) <= {BY_ID[rule_id].label}
    assert set(findings["severity"]) <= {BY_ID[rule_id].severity}
    if "says" in case:
        assert findings["message"].str.contains(case["says"], regex=False).any(), findings["message"].tolist()
    if kind == "not evaluated":
        assert outcomes["reason"].str.contains(case["reason"], regex=False).any()
    assert ((outcomes["outcome"] == NOT_EVALUATED) == (outcomes["reason"] != "")).all()


def test_every_rule_has_its_cases():
    assert set(CASES) == set(BY_ID)
    for rule_id, kinds in CASES.items():
        assert set(kinds) <= set(KINDS), rule_id
        assert len(kinds["pass"]) >= 1, rule_id
        assert len(kinds["fail"]) >= 2, rule_id


def test_a_retired_id_is_not_used_again():
    assert not set(BY_ID) & set(RETIRED)
    assert not set(RETIRED) & {rule.id for rule in read_step_rules()}


def test_rules_are_told_apart_and_documented():
    assert len({rule.id for rule in EVERY_RULE}) == len({rule.name for rule in EVERY_RULE}) == len(EVERY_RULE)
    for rule in EVERY_RULE:
        assert rule.severity in SEVERITIES
        assert tuple(rule.documentation) == HEADINGS, rule.id
        assert all(rule.documentation.values()), rule.id


def test_a_rule_that_raises_is_not_caught():
    broken = build_datasets({"LB": "USUBJID  LBDTC\nS-1  2022-01-01", "DM": "USUBJID\nS-1"})
    broken["LB"].frame["USUBJID"] = [["a list is no subject"]]
    with pytest.raises(RuleFault, match=r"^rule DM-001 .* failed; this is a fault of the rule, not of the data"):
        run_one("DM-001", broken)


@pytest.mark.parametrize(("rule_id", "case"), FAILING)
def test_without_a_variable_a_rule_gives_an_answer_and_never_a_crash(rule_id, case):
    datasets = build_datasets(case)
    for name, dataset in datasets.items():
        others = {key: value for key, value in datasets.items() if key != name}
        for variable in dataset.frame.columns:
            thinner = Dataset(dataset.spec, dataset.frame.drop(columns=variable))
            findings, outcomes = run_one(rule_id, {**others, name: thinner})
            assert set(outcomes["outcome"]) <= set(KINDS.values())
            is_open = outcomes["outcome"] == NOT_EVALUATED
            assert (is_open == (outcomes["reason"] != "")).all()
            if is_open.all():
                assert not len(findings)
        empty = Dataset(dataset.spec, dataset.frame.iloc[:0])
        assert set(run_one(rule_id, {**others, name: empty})[1]["outcome"]) <= set(KINDS.values())
        run_one(rule_id, others)


@pytest.mark.parametrize(("rule_id", "case"), FAILING)
def test_the_order_of_records_changes_no_finding(rule_id, case):
    datasets = build_datasets(case)
    told = ["rule", "dataset", "subject", "variable", "value"]
    expected = sorted(map(tuple, run_one(rule_id, datasets)[0][told].to_numpy()))
    generator = np.random.default_rng(20220101)
    reverse = {name: np.arange(len(dataset))[::-1] for name, dataset in datasets.items()}
    orders = [{name: generator.permutation(len(dataset)) for name, dataset in datasets.items()} for _ in range(3)]
    for order in [reverse, *orders]:
        shuffled = {
            name: Dataset(dataset.spec, dataset.frame.iloc[order[name]].reset_index(drop=True))
            for name, dataset in datasets.items()
        }
        assert sorted(map(tuple, run_one(rule_id, shuffled)[0][told].to_numpy())) == expected
