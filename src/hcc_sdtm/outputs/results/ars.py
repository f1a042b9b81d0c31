"""ars.json: the same results in the CDISC Analysis Results Standard, version 1.0, so that its readers can use them.

A reporting event with an analysis for each endpoint and for each variable that it is given by, the methods and operations
that made their results, the sets of subjects, the subsets of records, the groupings, and the tables and figures. Every number
is that of ard.json. Derivation is not described here: that is what Define-XML is for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.made import Made
from hcc_sdtm.outputs.results.ars_displays import contents, outputs, purpose, reason, terminology
from hcc_sdtm.outputs.results.ars_identifiers import Identifiers
from hcc_sdtm.outputs.results.ars_operations import Operations
from hcc_sdtm.outputs.results.ars_selection import Selection, dataset_of
from hcc_sdtm.spec.endpoints import EndpointList, EndpointSpec, ProportionEndpoint

Object = dict[str, Any]

ESTIMATORS = {
    "survival": "Time to event",
    "follow-up": "Follow-up",
    "cumulative-incidence": "Competing risks",
    "proportion": "Proportion",
    "interval-censored": "Interval-censored time to event",
    "categories": "Distribution",
}
DOCUMENTS = (
    ("RD_ENDPOINTS", "List of endpoints", "The endpoints, their populations, methods and times", "endpoints.yaml"),
    ("RD_ARD", "Results as data", "The same results with the records of ADTTE and ADRS behind each", "ard.json"),
    ("RD_TIE_OUT", "Tie-out", "The results that were computed by a second route", "tie_out.csv"),
    ("RD_MANIFEST", "Manifest", "Every file that was read and written, with its SHA-256", "../manifest.json"),
)


def write_ars(
    path: Path, results: pd.DataFrame, endpoints: EndpointList, facts: Facts, made: Sequence[Made], listed_in: str
) -> None:
    """Writes the reporting event; ``made`` are the tables and figures, ``listed_in`` the file of the endpoints' list."""
    event = build_reporting_event(results, endpoints, facts, made, listed_in)
    text = json.dumps(event, ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def build_reporting_event(
    results: pd.DataFrame, endpoints: EndpointList, facts: Facts, made: Sequence[Made], listed_in: str
) -> Object:
    """The reporting event as the JSON Schema of ARS 1.0 has it."""
    specs = {endpoint.id: endpoint for endpoint in endpoints.endpoints}
    operations = Operations(results, {name: frozenset(_numbers(each.model_dump())) for name, each in specs.items()})
    selection = Selection(endpoints)
    identifiers = Identifiers()
    analyses, items = [], []
    for name, of_endpoint in results.groupby("endpoint", sort=False):
        spec = specs[str(name)]
        own = [
            _analysis(spec, str(variable), str(method), part, operations, selection, identifiers)
            for (variable, method), part in of_endpoint.groupby([_variable(of_endpoint["group"]), "method"], sort=False)
        ]
        analyses += own
        references = [{"name": each["name"], "analysisId": each["id"]} for each in own]
        items.append(references[0] if len(own) == 1 else {"name": spec.label, "sublist": _nested(references)})
    shown = outputs(made)
    event: Object = {
        "name": facts.title or facts.study,
        "id": identifiers.of("event", "RE", facts.study),
        "version": 1,
        "description": " ".join(part for part in (facts.source_line, facts.banner) if part),
        "mainListOfContents": contents("List of Planned Analyses", "LOPA", items),
    }
    if shown:
        references = [{"name": each["name"], "outputId": each["id"]} for each in shown]
        event["otherListsOfContents"] = [contents("List of Planned Outputs", "LOPO", references)]
    words = [(endpoint.purpose, endpoint.reason) for endpoint in specs.values()]
    event["referenceDocuments"] = [
        {
            "name": title,
            "id": identifier,
            "description": what,
            "location": listed_in if place == "endpoints.yaml" else place,
        }
        for identifier, title, what, place in DOCUMENTS
    ]
    event["terminologyExtensions"] = terminology(made, not all(p for p, _ in words), not all(r for _, r in words))
    event["analysisOutputCategorizations"] = [_categorization(specs.values())]
    event["analysisSets"] = selection.analysis_sets()
    event["analysisGroupings"] = selection.groupings()
    event["dataSubsets"] = selection.subsets()
    event["methods"] = operations.methods()
    event["analyses"] = analyses
    event["outputs"] = shown
    return {key: value for key, value in event.items() if value != []}


def _analysis(
    spec: EndpointSpec,
    variable: str,
    method: str,
    part: pd.DataFrame,
    operations: Operations,
    selection: Selection,
    identifiers: Identifiers,
) -> Object:
    dataset, analysed = dataset_of(spec)
    identifier = identifiers.of(
        ("analysis", spec.id, variable, method), "AN", spec.id, *(("by", variable) if variable else ())
    )
    grouping = selection.grouping_id(variable) if variable else ""
    analysis: Object = {
        "name": f"{spec.label} by {variable}" if variable else spec.label,
        "id": identifier,
        "version": 1,
        "description": _description(spec, part),
        "reason": reason(spec.reason),
        "purpose": purpose(spec.purpose),
        "categoryIds": [_category_id(spec.estimator)],
        "documentRefs": [{"referenceDocumentId": "RD_ENDPOINTS"}],
        "analysisSetId": selection.analysis_set_id(spec.population),
        "dataset": dataset,
        "variable": analysed,
        "dataSubsetId": selection.subset_id(spec),
        "methodId": operations.method_id(method),
    }
    if variable:
        analysis["orderedGroupings"] = [{"order": 1, "groupingId": grouping, "resultsByGroup": True}]
    referenced = [
        {"referencedOperationRelationshipId": each, "analysisId": identifier}
        for each in operations.relationships(method)
    ]
    if referenced:
        analysis["referencedAnalysisOperations"] = referenced
    results = []
    for row in part.to_dict("records"):
        groups = {"resultGroups": [_result_group(grouping, row["group"])]} if variable else {}
        results += [each | groups for each in operations.results(row)]
    return analysis | {"results": results}


def _description(spec: EndpointSpec, part: pd.DataFrame) -> str:
    """Note, denominator and every warning of the results, for the standard has no place for them at a result."""
    sentences = [" ".join(spec.note.split())]
    if isinstance(spec, ProportionEndpoint):
        sentences.append(f"Counted: {dataset_of(spec)[1]} {', '.join(spec.values)}.")
        if spec.among:
            among = f"{spec.among.parameter} {', '.join(spec.among.values)}"
            sentences.append(f"Only among subjects with {spec.among.label}: {among}.")
    sentences += [f"{warning.rstrip('.')}." for warning in dict.fromkeys(part["warning"]) if warning]
    return " ".join(sentence for sentence in sentences if sentence)


def _result_group(grouping: str, group: str) -> Object:
    """The group of a result; without a value where it compares all groups."""
    value = group.partition("=")[2]
    return {"groupingId": grouping} | ({"groupValue": value} if value else {})


def _variable(groups: pd.Series) -> pd.Series:
    return groups.astype(object).str.partition("=")[0].rename("variable")


def _categorization(specs: Iterator[EndpointSpec] | Any) -> Object:
    estimators = dict.fromkeys(endpoint.estimator for endpoint in specs)
    categories = [{"id": _category_id(each), "label": ESTIMATORS.get(each, each)} for each in estimators]
    return {"id": "CATN_ESTIMATOR", "label": "Kind of estimate", "categories": categories}


def _category_id(estimator: str) -> str:
    return f"CAT_{estimator.upper().replace('-', '_')}"


def _nested(items: Sequence[Object]) -> Object:
    return {"listItems": [{"level": 2, "order": order} | item for order, item in enumerate(items, start=1)]}


def _numbers(value: Any) -> Iterator[float]:
    """Every number in a spec, however deep."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)
