"""ars.json against the Analysis Results Standard, and against the results that it is made from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from hcc_sdtm.outputs.results.ars import build_reporting_event, write_ars
from hcc_sdtm.outputs.results.ars_identifiers import Identifiers
from tests.outputs.results import ars_model
from tests.outputs.results.made import FACTS, LISTED, MADE, estimates

REFERENCES = {
    "analysisSetId": "analysisSets", "dataSubsetId": "dataSubsets", "methodId": "methods", "groupingId": "analysisGroupings",
    "operationId": "operations", "analysisId": "analyses", "outputId": "outputs", "categoryIds": "categories",
    "referenceDocumentId": "referenceDocuments", "sponsorTermId": "sponsorTerms",
    "referencedOperationRelationshipId": "referencedOperationRelationships",
}  # fmt: skip
"""The list whose objects each kind of reference names."""


@pytest.fixture(scope="module")
def event():
    return build_reporting_event(estimates().results, LISTED, FACTS, MADE, "specs/endpoints.yaml")


def walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of the file with the name that it has."""
    yield key, value
    if isinstance(value, dict):
        for name, part in value.items():
            yield from walk(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from walk(part, key)


def errors(event: Any) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(ars_model.schema()).iter_errors(event)]


def dangling(event: Any) -> set[tuple[str, str]]:
    """References to what the file does not define."""
    defined: dict[str, set[str]] = {}
    for key, value in walk(event):
        if isinstance(value, dict) and "id" in value:
            defined.setdefault(key, set()).add(value["id"])
    return {
        (key, value)
        for key, value in walk(event)
        if key in REFERENCES and isinstance(value, str) and value not in defined.get(REFERENCES[key], ())
    }


def test_it_is_valid_by_the_model(event):
    assert errors(event) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda event: event.pop("mainListOfContents"), "'mainListOfContents' is a required property"),
        (lambda event: event["analyses"][0].update(colour="red"), "'colour' was unexpected"),
        (lambda event: event["analysisSets"][0]["condition"].update(comparator="="), "'=' is not one of"),
        (lambda event: event["analyses"][0]["results"][0].update(rawValue=3), "3 is not of type 'string'"),
    ],
)
def test_the_model_of_the_test_sees_what_is_wrong(event, change, said):
    broken = json.loads(json.dumps(event))
    change(broken)
    assert any(said in message for message in errors(broken))


def test_every_reference_is_defined_and_no_identifier_twice(event):
    assert dangling(event) == set()
    broken = json.loads(json.dumps(event))
    broken["analyses"][0]["methodId"] = "MT_NONE"
    assert dangling(broken) == {("methodId", "MT_NONE")}
    identifiers = [value["id"] for _, value in walk(event) if isinstance(value, dict) and "id" in value]
    assert len(identifiers) == len(set(identifiers))


def test_every_number_is_that_of_the_results(event):
    results = estimates().results
    left = {}
    operations = {each["id"]: (method["name"], each) for method in event["methods"] for each in method["operations"]}
    for analysis in event["analyses"]:
        for result in analysis["results"]:
            group = result.get("resultGroups", [{}])[0].get("groupValue", "")
            key = (analysis["id"], group, result["operationId"])
            assert key not in left
            left[key] = (operations[result["operationId"]], result)
    parts = {"value": "", "lower": ", lower confidence limit", "upper": ", upper confidence limit"}
    checked = 0
    for row in results.to_dict("records"):
        variable, _, value = row["group"].partition("=")
        analysis_id = f"AN_{row['endpoint']}" + (f"_by_{variable}" if variable else "")
        name = row["measure"]
        name += f" at {row['time']:g}" if row["time"] in (3.0, 6.0) else ""
        name += f": {row['cause']}" if row["cause"] else ""
        for part, words in parts.items():
            found = [
                (key, result)
                for key, ((method, operation), result) in left.items()
                if key[0].removesuffix("_2") == analysis_id
                and key[1] == value
                and method == row["method"]
                and operation["name"] == name + words
            ]
            if part != "value" and not found:
                assert row[part] != row[part]
                continue
            ((key, result),) = found
            raw = result.get("rawValue")
            assert (float(raw) == row[part]) if raw is not None else (row[part] != row[part])
            if raw is None:
                assert result["formattedValue"].startswith("NE")
            del left[key]
            checked += 1
    assert {operation["name"].split(", ")[-1] for (_, operation), _ in left.values()} <= {"time that the data set"}
    assert checked > len(results)


def analysis(event, identifier):
    return next(each for each in event["analyses"] if each["id"] == identifier)


def test_what_an_analysis_says_of_its_endpoint(event):
    pfs = analysis(event, "AN_PFS")
    assert pfs["purpose"] == {"controlledTerm": "PRIMARY OUTCOME MEASURE"}
    assert pfs["reason"] == {"controlledTerm": "SPECIFIED IN PROTOCOL"}
    assert (pfs["dataset"], pfs["variable"]) == ("ADTTE", "AVAL")
    assert pfs["description"].startswith("By the protocol.")
    assert "orderedGroupings" not in pfs
    by_sex = analysis(event, "AN_PFS_by_SEX")
    assert by_sex["orderedGroupings"] == [{"order": 1, "groupingId": "GF_SEX", "resultsByGroup": True}]
    groups = {group.get("groupValue") for result in by_sex["results"] for group in result["resultGroups"]}
    assert groups == {"F", "M"}


def test_an_endpoint_that_does_not_say_its_purpose_has_a_term_of_our_own(event):
    assert analysis(event, "AN_ORR")["purpose"] == {"sponsorTermId": "TERM_PURPOSE_NOT_STATED"}
    extensions = {each["enumeration"]: each["sponsorTerms"] for each in event["terminologyExtensions"]}
    assert [term["submissionValue"] for term in extensions["AnalysisPurposeEnum"]] == ["NOT STATED"]
    assert [term["submissionValue"] for term in extensions["OutputFileTypeEnum"]] == ["html", "png", "svg"]


def test_populations_parameters_and_groups(event):
    assert [each["condition"] for each in event["analysisSets"]] == [
        {"dataset": "ADSL", "variable": "FASFL", "comparator": "EQ", "value": ["Y"]}
    ]
    subsets = {each["id"]: each for each in event["dataSubsets"]}
    assert subsets["DS_PFS"]["condition"]["value"] == ["PFS"]
    clauses = subsets[analysis(event, "AN_ORR")["dataSubsetId"]]["compoundExpression"]
    assert clauses["logicalOperator"] == "AND"
    assert [(each["condition"]["variable"], each["condition"]["value"]) for each in clauses["whereClauses"]] == [
        ("PARAMCD", ["BOR"]),
        ("ANL01FL", ["Y"]),
    ]
    assert event["analysisGroupings"] == [
        {"id": "GF_SEX", "label": "SEX", "groupingDataset": "ADSL", "groupingVariable": "SEX", "dataDriven": True}
    ]


def test_a_proportion_names_its_numerator_and_denominator(event):
    orr = analysis(event, "AN_ORR")
    method = next(each for each in event["methods"] if each["id"] == orr["methodId"])
    names = {each["id"]: each["name"] for each in method["operations"]}
    (proportion,) = [each for each in method["operations"] if each["name"] == "proportion"]
    roles = {
        each["referencedOperationRole"]["controlledTerm"]: names[each["operationId"]]
        for each in proportion["referencedOperationRelationships"]
    }
    assert roles == {"NUMERATOR": "number", "DENOMINATOR": "subjects"}
    assert "Only among subjects with an evaluable response: BOR CR, PR, SD, PD." in orr["description"]


def test_a_time_that_the_data_set_is_a_result_and_no_part_of_an_identifier():
    made = estimates().results.head(1).assign(measure="at-risk", time=9.593429158110883, cause="first event")
    event = build_reporting_event(made, LISTED, FACTS, (), "endpoints.yaml")
    (method,) = event["methods"]
    assert [each["name"] for each in method["operations"]] == [
        "at-risk: first event",
        "at-risk: first event, time that the data set",
    ]
    assert [each["rawValue"] for each in event["analyses"][0]["results"]] == ["7", "9.593429158110883"]
    assert not any("9" in each["id"].removeprefix(method["id"]) for each in method["operations"])
    assert errors(event) == []


def test_bounds_are_results_where_they_were_made():
    results = estimates().results
    is_median = (results["endpoint"] == "PFS") & (results["measure"] == "median") & (results["group"] == "")
    results.loc[is_median, ["least", "greatest"]] = [3.0, 5.25]
    results.loc[is_median, "bound"] = "exact"
    event = build_reporting_event(results, LISTED, FACTS, (), "endpoints.yaml")
    names = {each["id"]: each["name"] for method in event["methods"] for each in method["operations"]}
    found = {names[each["operationId"]]: each for each in analysis(event, "AN_PFS")["results"]}
    completions = "value over all admissible completions of unknown dates"
    assert found[f"median, smallest {completions}"]["rawValue"] == "3"
    assert found[f"median, largest {completions}"]["formattedValue"] == "5.3"
    assert sum("completions" in name for name in found) == 2


def test_tables_and_figures_with_their_places(event):
    assert [each["name"] for each in event["outputs"]] == ["Baseline", "Progression-free survival"]
    files = [file for output in event["outputs"] for file in output["fileSpecifications"]]
    assert [(file["name"], file["location"]) for file in files] == [
        ("baseline.html", "tables/baseline.html"),
        ("baseline.rtf", "tables/baseline.rtf"),
        ("pfs.svg", "figures/pfs.svg"),
        ("pfs.png", "figures/pfs.png"),
    ]
    assert files[1]["fileType"] == {"controlledTerm": "rtf"}


def test_the_contents_list_every_analysis_and_output_once(event):
    listed = [value for key, value in walk(event["mainListOfContents"]) if key == "analysisId"]
    assert sorted(listed) == sorted(each["id"] for each in event["analyses"])
    others = [value for key, value in walk(event["otherListsOfContents"]) if key == "outputId"]
    assert others == [each["id"] for each in event["outputs"]]


def test_equal_results_are_equal_bytes(tmp_path):
    for name in ("one", "two"):
        write_ars(tmp_path / name, estimates().results, LISTED, FACTS, MADE, "specs/endpoints.yaml")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_no_two_things_have_one_identifier():
    identifiers = Identifiers()
    assert [identifiers.of(thing, "AN", text) for thing, text in enumerate(["a b", "a-b", "治疗", "死亡", "a b"])] == [
        "AN_a_b", "AN_a_b_2", "AN", "AN_2", "AN_a_b_3",
    ]  # fmt: skip
    assert identifiers.of(0, "AN", "whatever") == "AN_a_b"


def test_the_reference_study(reference_run):
    event = json.loads((reference_run.out / "results" / "ars.json").read_text(encoding="utf-8"))
    assert errors(event) == []
    assert dangling(event) == set()
    shown = {
        (analysis["id"], result["operationId"], result.get("resultGroups", [{}])[0].get("groupValue"))
        for analysis in event["analyses"]
        for result in analysis["results"]
    }
    assert len(shown) == sum(len(analysis["results"]) for analysis in event["analyses"])
    for output in event.get("outputs", ()):
        for file in output["fileSpecifications"]:
            assert (reference_run.out / "results" / file["location"]).is_file()
    for document in event["referenceDocuments"]:
        if document["id"] != "RD_ENDPOINTS":
            assert (reference_run.out / "results" / document["location"]).is_file()
