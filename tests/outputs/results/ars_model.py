"""What the Analysis Results Standard 1.0 asks of a JSON file: the properties of each class, which must be there, and terms.

Facts of the logical model published at https://github.com/cdisc-org/analysis-results-standard, told again in a short form: a
property is text unless it says otherwise; ``+`` must be there, ``[]`` is a list, ``A|B`` is one of several classes.
"""

from __future__ import annotations

from typing import Any

NAMED = "name+ description label"
IDENTIFIED = f"id+ {NAMED}"
CLAUSE = "level+:integer order+:integer condition:WhereClauseCondition"

CLASSES = {
    "ReportingEvent": f"{IDENTIFIED} version:integer mainListOfContents+:ListOfContents otherListsOfContents:ListOfContents[] "
    "referenceDocuments:ReferenceDocument[] terminologyExtensions:TerminologyExtension[] "
    "analysisOutputCategorizations:AnalysisOutputCategorization[] analysisSets:AnalysisSet[] "
    "analysisGroupings:SubjectGroupingFactor[] dataGroupings:DataGroupingFactor[] dataSubsets:DataSubset[] "
    "globalDisplaySections:GlobalDisplaySection[] methods:AnalysisMethod[] analyses:Analysis[] outputs:Output[]",
    "ListOfContents": f"{NAMED} contentsList+:NestedList",
    "NestedList": "listItems:OrderedListItem[]",
    "OrderedListItem": f"{NAMED} level+:integer order+:integer sublist:NestedList analysisId outputId",
    "ReferenceDocument": f"{IDENTIFIED} location",
    "TerminologyExtension": "id+ enumeration:ExtensibleTerminologyEnum sponsorTerms+:SponsorTerm[]",
    "SponsorTerm": "id+ submissionValue+ description",
    "AnalysisOutputCategorization": "id+ label categories+:AnalysisOutputCategory[]",
    "AnalysisOutputCategory": "id+ label subCategorizations:AnalysisOutputCategorization[]",
    "AnalysisSet": f"id+ label {CLAUSE} compoundExpression:CompoundReference",
    "DataSubset": f"id+ label {CLAUSE} compoundExpression:CompoundSubsetExpression",
    "AnalysisGroup": f"id+ label {CLAUSE} compoundExpression:CompoundReference",
    "DataGroup": f"id+ label {CLAUSE} compoundExpression:CompoundReference",
    "WhereClause": f"{CLAUSE} compoundExpression:CompoundSubsetExpression",
    "WhereClauseCondition": "dataset variable comparator:ConditionComparatorEnum value:text[]",
    "CompoundReference": "logicalOperator+:ExpressionLogicalOperatorEnum whereClauses:text[]",
    "CompoundSubsetExpression": "logicalOperator+:ExpressionLogicalOperatorEnum whereClauses:WhereClause[]",
    "SubjectGroupingFactor": "id+ label dataDriven+:boolean groupingDataset groupingVariable groups:AnalysisGroup[]",
    "DataGroupingFactor": "id+ label dataDriven+:boolean groupingDataset groupingVariable groups:DataGroup[]",
    "AnalysisMethod": f"{IDENTIFIED} documentRefs:DocumentReference[] codeTemplate:AnalysisProgrammingCodeTemplate "
    "operations+:Operation[]",
    "Operation": f"{IDENTIFIED} order+:integer resultPattern "
    "referencedOperationRelationships:ReferencedOperationRelationship[]",
    "ReferencedOperationRelationship": "id+ description referencedOperationRole+:OperationRole|SponsorTermRef "
    "operationId+ analysisId",
    "Analysis": f"{IDENTIFIED} version:integer reason+:AnalysisReason|SponsorTermRef purpose+:AnalysisPurpose|SponsorTermRef "
    "categoryIds:text[] documentRefs:DocumentReference[] analysisSetId dataset variable dataSubsetId "
    "orderedGroupings:OrderedGroupingFactor[] methodId+ referencedAnalysisOperations:ReferencedAnalysisOperation[] "
    "programmingCode:AnalysisOutputProgrammingCode results:OperationResult[]",
    "OrderedGroupingFactor": "order+:integer groupingId+ resultsByGroup+:boolean",
    "ReferencedAnalysisOperation": "referencedOperationRelationshipId+ analysisId+",
    "OperationResult": "operationId+ resultGroups:ResultGroup[] rawValue formattedValue",
    "ResultGroup": "groupingId+ groupId groupValue",
    "Output": f"{IDENTIFIED} version:integer categoryIds:text[] documentRefs:DocumentReference[] displays+:OrderedDisplay[] "
    "fileSpecifications:OutputFile[] programmingCode:AnalysisOutputProgrammingCode",
    "OrderedDisplay": "order+:integer display+:OutputDisplay",
    "OutputDisplay": f"{IDENTIFIED} version:integer displayTitle displaySections:DisplaySection[]",
    "OutputFile": f"{NAMED} fileType:OutputFileType|SponsorTermRef location style",
    "DocumentReference": "referenceDocumentId+",
    "AnalysisReason": "controlledTerm+:AnalysisReasonEnum",
    "AnalysisPurpose": "controlledTerm+:AnalysisPurposeEnum",
    "OperationRole": "controlledTerm+:OperationRoleEnum",
    "OutputFileType": "controlledTerm+:OutputFileTypeEnum",
    "SponsorTermRef": "sponsorTermId+",
}

TERMS = {
    "AnalysisReasonEnum": ["SPECIFIED IN PROTOCOL", "SPECIFIED IN SAP", "DATA DRIVEN", "REQUESTED BY REGULATORY AGENCY"],
    "AnalysisPurposeEnum": [
        "PRIMARY OUTCOME MEASURE", "SECONDARY OUTCOME MEASURE", "EXPLORATORY OUTCOME MEASURE",
    ],
    "OperationRoleEnum": ["NUMERATOR", "DENOMINATOR"],
    "OutputFileTypeEnum": ["pdf", "rtf", "txt"],
    "ConditionComparatorEnum": ["EQ", "NE", "GT", "GE", "LT", "LE", "IN", "NOTIN"],
    "ExpressionLogicalOperatorEnum": ["AND", "OR", "NOT"],
    "ExtensibleTerminologyEnum": ["AnalysisReasonEnum", "AnalysisPurposeEnum", "OperationRoleEnum", "OutputFileTypeEnum"],
}  # fmt: skip

NOT_USED_HERE = (
    "GlobalDisplaySection",
    "DisplaySection",
    "AnalysisOutputProgrammingCode",
    "AnalysisProgrammingCodeTemplate",
)
"""Classes that a file of ours has no object of: none is allowed."""


def schema() -> dict[str, Any]:
    """A JSON Schema of the classes and terms, for a reporting event."""
    classes = {name: _class(told) for name, told in CLASSES.items()}
    terms = {name: {"enum": values} for name, values in TERMS.items()}
    nothing: dict[str, Any] = dict.fromkeys(NOT_USED_HERE, False)
    return {"$ref": "#/$defs/ReportingEvent", "$defs": classes | terms | nothing}


def _class(told: str) -> dict[str, Any]:
    properties, required = {}, []
    for word in told.split():
        name, _, kind = word.partition(":")
        if name.endswith("+"):
            required.append(name[:-1])
        properties[name.removesuffix("+")] = _kind(kind)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _kind(kind: str) -> dict[str, Any]:
    if kind.endswith("[]"):
        return {"type": "array", "items": _kind(kind.removesuffix("[]"))}
    if "|" in kind:
        return {"anyOf": [_kind(each) for each in kind.split("|")]}
    if kind in ("", "text"):
        return {"type": "string"}
    return {"type": kind} if kind in ("integer", "boolean") else {"$ref": f"#/$defs/{kind}"}
