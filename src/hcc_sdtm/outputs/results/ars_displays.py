"""What an Analysis Results Standard file says of the tables and figures beside it, and of terms that the standard lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from hcc_sdtm.outputs.made import Made
from hcc_sdtm.outputs.results.ars_identifiers import Identifiers

Object = dict[str, Any]

STANDARD_FILE_TYPES = frozenset({"pdf", "rtf", "txt"})
"""File types of the standard (ARS 1.0, OutputFileTypeEnum); others are terms of our own."""
PURPOSES = {
    "primary": "PRIMARY OUTCOME MEASURE",
    "secondary": "SECONDARY OUTCOME MEASURE",
    "exploratory": "EXPLORATORY OUTCOME MEASURE",
}
REASONS = {
    "protocol": "SPECIFIED IN PROTOCOL",
    "sap": "SPECIFIED IN SAP",
    "data": "DATA DRIVEN",
    "agency": "REQUESTED BY REGULATORY AGENCY",
}
NOT_STATED = "NOT STATED"
"""What is said of the purpose or reason of an endpoint whose spec does not say it."""


def purpose(word: str) -> Object:
    """The term of the standard for why an endpoint matters, or our own for one that does not say."""
    return {"controlledTerm": PURPOSES[word]} if word else {"sponsorTermId": "TERM_PURPOSE_NOT_STATED"}


def reason(word: str) -> Object:
    """The term of the standard for why an analysis was made, or our own for one that does not say."""
    return {"controlledTerm": REASONS[word]} if word else {"sponsorTermId": "TERM_REASON_NOT_STATED"}


def terminology(made: Iterable[Made], is_purpose_missing: bool, is_reason_missing: bool) -> list[Object]:
    """The extensions of the standard's terms that the file uses, and no others."""
    types = sorted({_file_type(file) for each in made for file in each.files} - STANDARD_FILE_TYPES)
    files = [{"id": _type_id(each), "submissionValue": each} for each in types]
    not_stated = "The list of endpoints does not say it."
    terms = {
        "AnalysisPurposeEnum": [_term("TERM_PURPOSE_NOT_STATED", not_stated)] if is_purpose_missing else [],
        "AnalysisReasonEnum": [_term("TERM_REASON_NOT_STATED", not_stated)] if is_reason_missing else [],
        "OutputFileTypeEnum": files,
    }
    return [{"id": f"EXT_{name}", "enumeration": name, "sponsorTerms": each} for name, each in terms.items() if each]


def outputs(made: Iterable[Made]) -> list[Object]:
    """Every table and figure that was made, with its files; where they lie is said from the folder of the file."""
    identifiers = Identifiers()
    found = []
    for number, each in enumerate((each for each in made if each.files), start=1):
        kind = "OUT"
        found.append(
            {
                "name": each.title,
                "id": identifiers.of(number, kind, each.id),
                "version": 1,
                "displays": [
                    {"order": 1, "display": _display(identifiers.of((number, "display"), "DISP", each.id), each)}
                ],
                "fileSpecifications": [_file(file) for file in each.files],
            }
        )
    return found


def contents(name: str, label: str, items: Sequence[Object]) -> Object:
    """A list of contents of items at the first level, in order."""
    listed = [{"level": 1, "order": order} | item for order, item in enumerate(items, start=1)]
    return {"name": name, "label": label, "contentsList": {"listItems": listed}}


def _display(identifier: str, made: Made) -> Object:
    return {"name": made.title, "id": identifier, "version": 1, "displayTitle": made.title}


def _file(file: str) -> Object:
    kind = _file_type(file)
    said = {"controlledTerm": kind} if kind in STANDARD_FILE_TYPES else {"sponsorTermId": _type_id(kind)}
    parts = PurePosixPath(file).parts
    location = "/".join(parts[1:] if parts[0] == "results" else ("..", *parts))
    return {"name": parts[-1], "fileType": said, "location": location}


def _file_type(file: str) -> str:
    return PurePosixPath(file).suffix.removeprefix(".")


def _type_id(kind: str) -> str:
    return f"TERM_FILE_{kind.upper()}"


def _term(identifier: str, description: str) -> Object:
    return {"id": identifier, "submissionValue": NOT_STATED, "description": description}
