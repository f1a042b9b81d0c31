"""Reads the XML of an ODM export piece by piece; nothing is held but the definitions and the rows.

Versions 1.2 and 1.3, untyped and typed item data, snapshots and transactions; of version 2.0 item groups inside one
another and values as elements. Audit records, signatures and the elements of other vendors are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.raw.limits import MAX_FIELD_CHARACTERS
from hcc_sdtm.raw.odm.odm_metadata import OdmMetadata
from hcc_sdtm.raw.odm.odm_records import GROUP_PARTS, Key, OdmRecords, OdmRow
from hcc_sdtm.raw.odm.xml_stream import XmlFileError, read_xml

_NAMESPACE = re.compile(r"http://www\.cdisc\.org/ns/odm/v[\d.]+")
_DEEPEST = 64
_SHORT = 24
_PASSED_OVER = frozenset({"AuditRecord", "AuditRecords", "Signature", "Signatures", "Annotations", "Query", "Archive"})
_LEVELS = {"SubjectData": 0, "StudyEventData": 2, "FormData": 4, "ItemGroupData": 6}
"""Parts of the key above each element of data."""

SITE = "LocationOID"
_OWN_TEXT = """
    SubjectKey StudyEventOID StudyEventRepeatKey FormOID FormRepeatKey ItemGroupOID ItemGroupRepeatKey TransactionType"""
_OWN = frozenset(_OWN_TEXT.split())


@dataclass(slots=True)
class _OpenItem:
    """An item that is open: what its attributes say, and the values, unit and comment met inside it."""

    oid: str
    transaction: str
    is_null: bool
    unit: str
    values: list[str]
    comment: str = ""


class NotOdmError(XmlFileError):
    """The file is no ODM export of data. Its text says why."""


class OdmParser:
    """One pass through a file: ``metadata`` and ``records`` fill as it is read."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self.metadata = OdmMetadata()
        self.records = OdmRecords()
        self.has_data = False
        self._defines = False
        self._stack: list[str] = []
        self._skipped = 0
        self._pieces: list[list[str]] = []
        """Pieces of the text of each element that is open."""

        self._size = 0
        self._namespace = ""
        self._names: dict[str, tuple[str, bool]] = {}
        """Each full name met: the name without its namespace, and whether elements of it are read."""

        self._keys: list[tuple[str, Key, str]] = []
        """Element, key and transaction of each element of data that is open."""

        self._study = ""
        self._row: OdmRow | None = None
        self._item: _OpenItem | None = None
        self._around: set[Key] = set()
        """Item groups that hold others."""

        self._known: dict[str, str] = {}

    def read(self, path: Path) -> None:
        """Reads the whole file. Raises XmlFileError, and OSError for a file that cannot be opened."""
        read_xml(path, self._start, self._end, self._characters)
        if not self.has_data:
            what = "is a Define-XML: it describes datasets" if self._defines else "is an ODM file of definitions"
            raise NotOdmError(f"{what} and holds no clinical data; give the export of the data")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._stack:
            self._namespace = _check_root(name)
        known = self._names.get(name)
        if known is None:
            namespace, _, element = name.rpartition(" ")
            known = (element, namespace == self._namespace and element not in _PASSED_OVER)
            self._names[name] = known
        element, is_read = known
        self._stack.append(element)
        self._pieces.append([])
        self._size = 0
        if self._skipped or not is_read:
            self._skipped += 1
        elif not self._keys:
            self._start_outside(element, attributes)
        elif element.startswith("ItemData"):
            self._start_item(attributes)
        else:
            self._start_data(element, attributes)
        if len(self._stack) > _DEEPEST:
            raise NotOdmError(f"its elements lie more than {_DEEPEST} deep in one another")

    def _end(self, name: str) -> None:
        element = self._stack.pop()
        pieces = self._pieces.pop()
        self._size = 0
        if self._skipped:
            self._skipped -= 1
        elif self._item is not None and element.startswith("ItemData"):
            self._end_item(self._item, self._item.values if element == "ItemData" else [_typed("".join(pieces))])
            self._item = None
        elif element in ("ClinicalData", "ReferenceData"):
            self._keys = []
        elif self._keys:
            self._end_data(element, "".join(pieces))
        else:
            self.metadata.end("".join(pieces))

    def _characters(self, text: str) -> None:
        self._size += len(text)
        _check_size(self._size)
        if self._pieces and not self._skipped:
            self._pieces[-1].append(text)

    def _start_outside(self, element: str, attributes: Mapping[str, str]) -> None:
        self._defines |= any("/ns/def/" in each for each in attributes)
        if element in ("ClinicalData", "ReferenceData"):
            self.has_data = True
            self._study = attributes.get("StudyOID", "")
            self._keys = [(element, (self._study, ""), "")]
        else:
            self.metadata.start(element, attributes)

    def _start_item(self, attributes: Mapping[str, str]) -> None:
        above = self._keys[-1][2]
        self._item = _OpenItem(
            attributes.get("ItemOID", ""),
            attributes.get("TransactionType", "") or ("" if above == "Context" else above),
            attributes.get("IsNull", "") == "Yes",
            attributes.get("MeasurementUnitOID", ""),
            [attributes["Value"]] if "Value" in attributes else [],
        )

    def _start_data(self, element: str, attributes: Mapping[str, str]) -> None:
        around, key, above = self._keys[-1]
        transaction = attributes.get("TransactionType", "") or ("" if above == "Context" else above)
        if element in _LEVELS:
            key = self._key_of(element, attributes)
            if element != "SubjectData":
                key = self.records.settle(key, attributes.get("TransactionType", ""))
            if element == "ItemGroupData" and around == "ItemGroupData":
                self._around.add(self._keys[-1][1])
            self._keys.append((element, key, transaction))
            self._row = None
            if transaction == "Remove":
                if above != "Remove":
                    self.records.remove(key)
            else:
                self._note_element(element, key, attributes)
        elif element == "MeasurementUnitRef" and self._item:
            self._item.unit = attributes.get("MeasurementUnitOID", "")
        elif element == "SiteRef":
            self.records.replace_note(key, SITE, attributes.get("LocationOID", ""))

    def _note_element(self, element: str, key: Key, attributes: Mapping[str, str]) -> None:
        if element == "SubjectData":
            self.records.subjects.setdefault(key)
        for name, text in attributes.items():
            namespace, _, local = name.rpartition(" ")
            if "Dataset-XML" in namespace:
                raise NotOdmError("is a Dataset-XML file of a finished dataset; give the export of the data")
            if name not in _OWN and text and not namespace.startswith("http://www.w3.org/"):
                self.records.replace_note(key, f"{element}.{local}", text)

    def _end_data(self, element: str, text: str) -> None:
        if element == "Value" and self._item:
            self._item.values.append(text)
        elif element == "Comment" and "Annotation" in self._stack:
            self._comment(" ".join(text.split()))
        elif element == self._keys[-1][0]:
            _, key, transaction = self._keys.pop()
            if element == "ItemGroupData" and transaction != "Remove" and key not in self._around:
                # a group without an item is a row too
                self._row = self._row or self.records.open_row(key, transaction)
            self._around.discard(key)
            self._row = None

    def _end_item(self, item: _OpenItem, values: list[str]) -> None:
        _, key, above = self._keys[-1]
        if item.transaction == "Context" or above == "Remove" or not item.oid:
            return
        if self._row is None:
            self._row = self.records.open_row(_filled(key, GROUP_PARTS), item.transaction)
        text = "" if item.is_null or item.transaction == "Remove" else "; ".join(values)
        _check_size(len(text))
        text = self._known.setdefault(text, text) if len(text) < _SHORT else text
        known = "Update" if item.transaction == "Remove" else item.transaction
        self._row = self.records.set_text(self._row, item.oid, text, known)
        if item.unit:
            self._row.units[item.oid] = item.unit
        if item.comment:
            self._row.comments[item.oid] = item.comment

    def _comment(self, text: str) -> None:
        if self._item is not None:
            self._item.comment = text
        elif text:
            element, key, _ = self._keys[-1]
            self.records.note(key, f"{element}.Comment", text)

    def _key_of(self, element: str, attributes: Mapping[str, str]) -> Key:
        around, above, _ = self._keys[-1]
        if element == "SubjectData":
            return (self._study, attributes.get("SubjectKey", ""))
        name = element.removesuffix("Data")
        own = (attributes.get(f"{name}OID", ""), attributes.get(f"{name}RepeatKey", ""))
        if around == "ItemGroupData":
            # version 2.0: the groups around it stand in the place of the form, with all that tells their repeats apart
            form = "/".join(filter(None, (above[4], above[6])))
            return (*above[:4], form, "/".join(filter(None, (above[5], above[7]))), *own)
        return (*_filled(above, _LEVELS[element]), *own)


def _typed(text: str) -> str:
    """The text of an element as typed: without the line breaks and indentation by which a file is laid out."""
    return text.strip() if text[:1] in ("\r", "\n") or text[-1:] in ("\r", "\n") else text


def _filled(key: Key, size: int) -> Key:
    return (*key, *("",) * (size - len(key)))


def _check_size(size: int) -> None:
    if size > MAX_FIELD_CHARACTERS:
        raise NotOdmError(f"a text in it has more than {MAX_FIELD_CHARACTERS:,} characters")


def _check_root(name: str) -> str:
    """The namespace of the root; NotOdmError, with what the file is instead, for another root than an export's."""
    namespace, _, element = name.rpartition(" ")
    if element == "ODM" and (not namespace or _NAMESPACE.fullmatch(namespace)):
        return namespace
    known = {
        "urn:schemas-microsoft-com:office:spreadsheet": "an Excel 2003 XML workbook; save it as .xlsx",
        "urn:hl7-org:v3": "an HL7 clinical document",
        "http://hl7.org/fhir": "an HL7 FHIR resource",
        "http://www.w3.org/1999/xhtml": "a web page; save the table as a workbook or a text file",
    }
    what = known.get(namespace, f"XML with the root element {element}")
    raise NotOdmError(f"is {what}, not an ODM export")
