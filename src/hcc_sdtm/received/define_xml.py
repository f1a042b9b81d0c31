"""Define-XML 2.0 and 2.1 to `DefineMetadata`, each part with its line.

A define with an attribute too many or a number that is none is read all the same, and what is wrong with it is a finding: it
is the thing that is checked. A document type declaration is refused, elements of other namespaces are left out. Analysis
results, methods, comments and documents are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from hcc_sdtm.finding import Finding
from hcc_sdtm.problem import nearest
from hcc_sdtm.raw.odm.xml_stream import XmlFileError
from hcc_sdtm.received.define_elements import DEFINE_SPACE, DefineElement, read_define_elements
from hcc_sdtm.received.define_metadata import (
    DefinedCodelist,
    DefinedDataset,
    DefinedItem,
    DefinedValue,
    DefineMetadata,
    RangeCheck,
)
from hcc_sdtm.received.file_table import refusal
from hcc_sdtm.source import Source

BROKEN_REFERENCE = "DEF-015 define.broken-reference"
BAD_ATTRIBUTE = "DEF-016 define.bad-attribute"

MAX_DEFINE_BYTES = 2**28
"""The largest define.xml that is read: those of large submissions have a tenth of it."""

VERSIONS = ("2.0", "2.1")
COMPARATORS = ("EQ", "NE", "IN", "NOTIN", "LT", "LE", "GT", "GE")


def read_define(path: Path) -> DefineMetadata:
    """What the file says, with findings on the file itself.

    Findings: DEF-015 for a reference to something that the file does not define, DEF-016 for an attribute that is missing or
    has a value that Define-XML does not know. Raises StudyError for a file that cannot be read, is no XML, no define, or of
    another version.
    """
    name = path.name
    if path.is_dir():
        raise refusal(str(path), "is a folder; name the define.xml in it")
    try:
        if path.stat().st_size > MAX_DEFINE_BYTES:
            raise refusal(name, f"is larger than {MAX_DEFINE_BYTES >> 20} MB, the most that is read of a define")
        root, spaces = read_define_elements(path)
    except FileNotFoundError as failure:
        near = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        raise refusal(str(path), f"no such file{nearest(name, near)}") from failure
    except OSError as failure:
        raise refusal(name, f"cannot be read: {failure.strerror or failure}") from failure
    except XmlFileError as failure:
        raise refusal(name, f"cannot be read as XML: {failure}") from failure
    if root.name != "ODM":
        raise refusal(name, f'is XML with the root "{root.name}", and no define.xml, whose root is ODM')
    version = next((each.removeprefix(DEFINE_SPACE) for each in sorted(spaces) if each.startswith(DEFINE_SPACE)), "")
    if version not in VERSIONS:
        said = f"is a define.xml of version {version}" if version else "is ODM without the elements of Define-XML"
        raise refusal(name, f"{said}; versions {' and '.join(VERSIONS)} are read")
    study = root.first("Study")
    metadata = study.first("MetaDataVersion") if study else None
    if metadata is None:
        raise refusal(name, "has no MetaDataVersion, which holds the definitions of a define.xml")
    return _Builder(name, version, metadata).build()


class _Builder:
    """The definitions of one MetaDataVersion, looked up by OID while datasets are built; findings as they are made."""

    def __init__(self, file: str, version: str, metadata: DefineElement) -> None:
        self.file, self.version, self.metadata = file, version, metadata
        self.findings: list[Finding] = []
        self.items = self.by_oid("ItemDef")
        self.lists = self.by_oid("ValueListDef")
        self.clauses = self.by_oid("WhereClauseDef")
        self.dataset_of: dict[str, set[str]] = {}
        for group in metadata.all("ItemGroupDef"):
            for reference in group.all("ItemRef"):
                self.dataset_of.setdefault(reference["ItemOID"], set()).add(group["Name"])
        self.codelists = {oid: self.codelist(element) for oid, element in self.by_oid("CodeList").items()}

    def build(self) -> DefineMetadata:
        """Everything that the file defines; a dataset that is defined twice stands for its first definition."""
        datasets: dict[str, DefinedDataset] = {}
        for group in self.metadata.all("ItemGroupDef"):
            dataset = self.dataset(group)
            if dataset.name in datasets:
                self.note(BAD_ATTRIBUTE, group, f'the dataset "{dataset.name}" is defined twice', dataset.name)
            else:
                datasets[dataset.name] = dataset
        if not datasets:
            raise refusal(self.file, "defines no dataset (ItemGroupDef)")
        return DefineMetadata(self.file, self.version, datasets, self.codelists, tuple(self.findings))

    def source(self, element: DefineElement) -> Source:
        return Source(self.file, line=element.line)

    def note(self, rule: str, element: DefineElement, message: str, dataset: str = "", variable: str = "") -> None:
        source = str(self.source(element))
        self.findings.append(Finding(rule, "error", message, dataset=dataset, variable=variable, source=source))

    def by_oid(self, kind: str) -> dict[str, DefineElement]:
        found: dict[str, DefineElement] = {}
        for element in self.metadata.all(kind):
            if element["OID"] in found:
                self.note(BAD_ATTRIBUTE, element, f'the OID "{element["OID"]}" of a {kind} is used twice')
            else:
                found[element["OID"]] = element
        return found

    def look_up(
        self, kind: str, known: Mapping[str, DefineElement], oid: str, at: DefineElement, dataset: str
    ) -> DefineElement | None:
        if oid not in known:
            self.note(BROKEN_REFERENCE, at, f'no {kind} has the OID "{oid}"{nearest(oid, known)}', dataset)
        return known.get(oid)

    def dataset(self, group: DefineElement) -> DefinedDataset:
        name = (group["Name"] or group["SASDatasetName"]).upper()
        if not name:
            self.note(BAD_ATTRIBUTE, group, "an ItemGroupDef has no Name")
        class_ = group.first("Class")
        items = [
            item
            for at, reference in enumerate(group.all("ItemRef"))
            if (item := self.item(reference, name, at)) is not None
        ]
        items.sort(key=lambda each: each.order or 0)
        return DefinedDataset(
            name,
            _description(group),
            class_["Name"] if class_ else group["Class"],
            group["Structure"],
            group["HasNoData"] == "Yes",
            tuple(items),
            self.source(group),
        )

    def item(self, reference: DefineElement, dataset: str, at: int) -> DefinedItem | None:
        definition = self.look_up("ItemDef", self.items, reference["ItemOID"], reference, dataset)
        if definition is None:
            return None
        name = definition["Name"]
        if not name:
            self.note(BAD_ATTRIBUTE, definition, f'the ItemDef "{definition["OID"]}" has no Name', dataset)
            return None
        mandatory = reference["Mandatory"]
        if mandatory not in ("Yes", "No"):
            self.note(
                BAD_ATTRIBUTE, reference, f'Mandatory "{mandatory}" of {name} is neither Yes nor No', dataset, name
            )
        if not definition["DataType"]:
            self.note(BAD_ATTRIBUTE, definition, f"{name} has no DataType", dataset, name)
        codelist = definition.first("CodeListRef")
        origin = definition.first("Origin")
        values = definition.first("ValueListRef")
        oid = codelist["CodeListOID"] if codelist else ""
        if oid and oid not in self.codelists:
            self.note(
                BROKEN_REFERENCE,
                definition,
                f'no CodeList has the OID "{oid}"{nearest(oid, self.codelists)}',
                dataset,
                name,
            )
        number = self.whole(reference, "OrderNumber", dataset, name)
        return DefinedItem(
            name=name,
            label=_description(definition),
            type=definition["DataType"],
            length=self.whole(definition, "Length", dataset, name),
            format=definition["DisplayFormat"],
            codelist=oid if oid in self.codelists else "",
            origin=origin["Type"] if origin else "",
            is_mandatory=mandatory.casefold() == "yes",
            order=at + 1 if number is None else number,
            key=self.whole(reference, "KeySequence", dataset, name),
            has_no_data=reference["HasNoData"] == "Yes",
            line=self.source(definition),
            values=tuple(self.values(values, definition, dataset)) if values else (),
        )

    def values(self, reference: DefineElement, definition: DefineElement, dataset: str) -> Iterator[DefinedValue]:
        listed = self.look_up("ValueListDef", self.lists, reference["ValueListOID"], definition, dataset)
        for at, each in enumerate(listed.all("ItemRef") if listed else ()):
            target = self.items.get(each["ItemOID"])
            item = self.item(each, dataset, at) if target is None or target.first("ValueListRef") is None else None
            clauses = [self.clause(where, dataset) for where in each.all("WhereClauseRef")]
            if item is not None and clauses and all(clauses):
                yield DefinedValue(item, tuple(clauses))

    def clause(self, reference: DefineElement, dataset: str) -> tuple[RangeCheck, ...]:
        """The conditions; none where one of them cannot be understood."""
        clause = self.look_up("WhereClauseDef", self.clauses, reference["WhereClauseOID"], reference, dataset)
        checks = []
        for check in clause.all("RangeCheck") if clause else ():
            item = self.look_up("ItemDef", self.items, check["ItemOID"], check, dataset)
            if check["Comparator"] not in COMPARATORS:
                message = f'Comparator "{check["Comparator"]}" is none of {", ".join(COMPARATORS)}'
                self.note(BAD_ATTRIBUTE, check, message, dataset)
                return ()
            if item is None:
                return ()
            holders = {holder.upper() for holder in self.dataset_of.get(check["ItemOID"], ())}
            holder = "" if not holders or dataset in holders else min(holders)
            values = tuple(value.text for value in check.all("CheckValue"))
            checks.append(RangeCheck(holder, item["Name"], check["Comparator"], values))
        return tuple(checks)

    def codelist(self, element: DefineElement) -> DefinedCodelist:
        terms, extended = {}, set()
        for item in (*element.all("CodeListItem"), *element.all("EnumeratedItem")):
            decode = item.first("Decode")
            terms[item["CodedValue"]] = _translated(decode) if decode else ""
            if item["ExtendedValue"] == "Yes":
                extended.add(item["CodedValue"])
        return DefinedCodelist(
            element["OID"], element["Name"], element["DataType"], terms, frozenset(extended),
            element.first("ExternalCodeList") is not None, self.source(element),
        )  # fmt: skip

    def whole(self, element: DefineElement, attribute: str, dataset: str, variable: str) -> int | None:
        """A whole number from 1; None where there is none."""
        text = element[attribute]
        if text.isascii() and text.isdecimal() and int(text):
            return int(text)
        if text:
            self.note(
                BAD_ATTRIBUTE,
                element,
                f'{attribute} "{text}" of {variable} is not a whole number from 1',
                dataset,
                variable,
            )
        return None


def _description(element: DefineElement) -> str:
    description = element.first("Description")
    return _translated(description) if description else ""


def _translated(element: DefineElement) -> str:
    """The English text, else the first."""
    texts = list(element.all("TranslatedText"))
    english = [text for text in texts if text["lang"].casefold().startswith("en")]
    return (english or texts)[0].text if texts else ""
