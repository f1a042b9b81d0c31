"""Findings as SARIF 2.1.0, which code-review tools show at the line and follow from run to run.

A line exists in text files only; where the source is a cell of a sheet, the file is the physical location and the cell a
logical one. Nothing of this machine is written: every file is named relative to the study or its raw folder.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, Protocol
from urllib.parse import quote

import pandas as pd

from hcc_sdtm.finding import rule_ids
from hcc_sdtm.outputs.finding_groups import as_registered, sort_findings
from hcc_sdtm.register.waiving import WAIVED

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
PLACE = re.compile(r"(?P<file>.+?):(?:(?P<line>[1-9][0-9]*)|(?P<cell>[^:]+))")
NO_LINES = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".sas7bdat", ".xpt", ".zip"}
LONGEST_NAME = 140


class DocumentedRule(Protocol):
    """What is asked of a rule: its id, name, severity and texts under their headings."""

    @property
    def id(self) -> str:
        """RS-003."""

    @property
    def name(self) -> str:
        """response.after-death."""

    @property
    def severity(self) -> str:
        """error, warning or note, which are SARIF's levels too."""

    @property
    def documentation(self) -> Mapping[str, str]:
        """Text by heading."""


def render_sarif(findings: pd.DataFrame, rules: Iterable[DocumentedRule]) -> str:
    """The findings as one SARIF run, errors first; the findings' keys are its fingerprints, a waiver is a suppression.

    A rule that is not among ``rules`` is described by its name alone.
    """
    registered = sort_findings(as_registered(findings))
    labels = dict(zip(rule_ids(registered), registered["rule"], strict=True))
    described = {rule.id: _descriptor(rule) for rule in rules}
    for id, label in labels.items():
        described.setdefault(id, {"id": id, "name": label.removeprefix(id).strip() or id})
    places = {id: position for position, id in enumerate(described)}
    has_waived = bool((registered["status"] == WAIVED).any())
    driver = {
        "name": "hcc-sdtm",
        "version": importlib.metadata.version("hcc-sdtm"),
        "rules": list(described.values()),
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, places, has_waived) for finding in registered.to_dict("records")],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


def _descriptor(rule: DocumentedRule) -> dict[str, Any]:
    finds, why, example, source = (
        rule.documentation.get(heading, "") for heading in ("What it finds", "Why it matters", "Example", "Source")
    )
    first = re.split(r"(?<=[.!?])\s", finds, maxsplit=1)[0]
    help_text = " ".join(
        f"{heading}: {text}" for heading, text in (("Why", why), ("Example", example), ("Source", source))
    )
    markdown = f"**Why it matters.** {why}\n\n**Example.** {example}\n\n**Source.** {source}"
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": first or rule.name},
        "fullDescription": {"text": finds or rule.name},
        "help": {"text": help_text, "markdown": markdown},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Mapping[Any, str], places: Mapping[str, int], has_waived: bool) -> dict[str, Any]:
    id = finding["rule"].split(" ", 1)[0]
    result: dict[str, Any] = {
        "ruleId": id,
        "ruleIndex": places[id],
        "level": finding["severity"],
        "message": {"text": finding["message"] or finding["rule"]},
        "partialFingerprints": {"findingKey/v1": finding["key"]},
    }
    location = _location(finding)
    if location:
        result["locations"] = [location]
    if has_waived:  # of all results or of none
        waived = {"kind": "external", "status": "accepted", "justification": finding["waiver"]}
        result["suppressions"] = [waived] if finding["status"] == WAIVED else []
    shown = (
        "site",
        "dataset",
        "table",
        "subject",
        "keys",
        "record",
        "variable",
        "value",
        "expected",
        "typed",
        "cause",
        "status",
    )
    result["properties"] = {name: finding[name] for name in shown if finding[name]}
    return result


def _location(finding: Mapping[Any, str]) -> dict[str, Any]:
    location: dict[str, Any] = {}
    logical = []
    parts = [part for part in (finding["dataset"] or finding["table"], finding["record"], finding["variable"]) if part]
    if parts:
        kind = "variable" if finding["variable"] else "record" if finding["record"] else "dataset"
        logical.append({"name": parts[-1][:LONGEST_NAME], "fullyQualifiedName": "/".join(parts), "kind": kind})
    source = finding["source"]
    if source:
        found = PLACE.fullmatch(source)
        file, line, cell = (found["file"], found["line"], found["cell"]) if found else (source, None, None)
        if line and PurePosixPath(file).suffix.casefold() in NO_LINES:
            line, cell = None, line
        physical: dict[str, Any] = {"artifactLocation": {"uri": quote(file)}}
        if line:
            physical["region"] = {"startLine": int(line)}
        location["physicalLocation"] = physical
        if cell:
            logical.append({"name": cell, "fullyQualifiedName": source, "kind": "cell"})
    if logical:
        location["logicalLocations"] = logical
    return location
