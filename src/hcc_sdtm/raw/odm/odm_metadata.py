"""What the metadata of an ODM export says: item groups, items, code lists, units and sites, by their OID."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class OdmItem:
    """A question: its name in the database, its text, and the OIDs of its code list and of its unit where it has one."""

    name: str = ""
    question: str = ""
    codelist: str = ""
    units: list[str] = field(default_factory=list)


@dataclass
class OdmMetadata:
    """All definitions of a file. A later definition of the same OID adds to the earlier one."""

    groups: dict[str, list[str]] = field(default_factory=dict)
    """The items of each item group, in the order of the form."""

    items: dict[str, OdmItem] = field(default_factory=dict)
    codelists: dict[str, dict[str, str]] = field(default_factory=dict)
    """The text of each code, by code list."""

    units: dict[str, str] = field(default_factory=dict)
    locations: dict[str, str] = field(default_factory=dict)

    _open: list[tuple[str, str]] = field(default_factory=list)
    """Element and OID of each definition that is open."""

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """Takes the start of an element that stands outside the clinical data."""
        oid = attributes.get("OID", "")
        if element == "ItemGroupDef":
            self.groups.setdefault(oid, [])
        elif element == "ItemDef":
            self.items.setdefault(oid, OdmItem()).name = attributes.get("Name", "").strip()
        elif element == "CodeList":
            self.codelists.setdefault(oid, {})
        elif element == "MeasurementUnit":
            self.units[oid] = attributes.get("Name", "") or oid
        elif element == "Location":
            self.locations[oid] = attributes.get("Name", "")
        elif element == "ItemRef" and (group := self._inside("ItemGroupDef")):
            item = attributes.get("ItemOID", "")
            if item not in self.groups[group]:
                self.groups[group].append(item)
        elif element == "CodeListRef" and (item := self._inside("ItemDef")):
            self.items[item].codelist = attributes.get("CodeListOID", "")
        elif element == "MeasurementUnitRef" and (item := self._inside("ItemDef")):
            self.items[item].units.append(attributes.get("MeasurementUnitOID", ""))
        elif element == "CodeListItem":
            oid = attributes.get("CodedValue", "")
        self._open.append((element, oid))

    def end(self, text: str) -> None:
        """Takes the end of the innermost open element, whose text is given; of several languages the first counts."""
        self._open.pop()
        inside = [element for element, _ in self._open]
        if not text or not inside or inside[-1] not in ("Question", "Decode", "Symbol"):
            return
        if inside[-1] == "Question" and (item := self._inside("ItemDef")):
            self.items[item].question = self.items[item].question or " ".join(text.split())
        elif inside[-1] == "Decode" and (codelist := self._inside("CodeList")):
            self.codelists[codelist].setdefault(self._inside("CodeListItem"), " ".join(text.split()))
        elif inside[-1] == "Symbol" and (unit := self._inside("MeasurementUnit")):
            self.units[unit] = text.strip()

    def decodes(self, item: str) -> Mapping[str, str]:
        """The text of each code of an item; empty where it has no code list with texts."""
        return self.codelists.get(self.items[item].codelist, {}) if item in self.items else {}

    def unit_names(self, units: Sequence[str]) -> str:
        """Units by their OIDs, joined."""
        return ", ".join(self.units.get(unit, unit) for unit in units)

    def _inside(self, element: str) -> str:
        return next((oid for name, oid in reversed(self._open) if name == element), "")
