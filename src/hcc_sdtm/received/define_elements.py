"""The elements of a define.xml as a tree: those of ODM and Define-XML with their lines, those of others left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hcc_sdtm.raw.odm.xml_stream import XmlPlace, read_xml

ODM_SPACE = "http://www.cdisc.org/ns/odm/v1."
DEFINE_SPACE = "http://www.cdisc.org/ns/def/v"
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"


@dataclass
class DefineElement:
    """An element of the file that is wanted: its local name, attributes by local name, children, text, and line."""

    name: str
    attributes: Mapping[str, str]
    line: int
    children: list[DefineElement] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def __getitem__(self, attribute: str) -> str:
        return self.attributes.get(attribute, "")

    def all(self, name: str) -> Iterator[DefineElement]:
        """Its children of a name, in their order."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> DefineElement | None:
        """Its first child of a name; None where there is none."""
        return next(self.all(name), None)

    @property
    def text(self) -> str:
        """Its own text, without blanks around it."""
        return "".join(self.parts).strip()


def read_define_elements(path: Path) -> tuple[DefineElement, set[str]]:
    """The root with all elements of ODM and Define-XML below it, and the namespaces of the file's elements and attributes."""
    spaces: set[str] = set()
    top = DefineElement("", {}, 0)
    open_elements = [top]
    foreign = 0
    place = XmlPlace()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal foreign
        space, _, local = name.rpartition(" ")
        spaces.update(key.rpartition(" ")[0] for key in attributes)
        spaces.add(space)
        is_known = space.startswith((ODM_SPACE, DEFINE_SPACE)) or len(open_elements) == 1
        if foreign or not is_known:
            foreign += 1
            return
        known = {
            key.rpartition(" ")[2]: value
            for key, value in attributes.items()
            if " " not in key or key.startswith(DEFINE_SPACE) or key == _LANGUAGE
        }
        element = DefineElement(local, known, place.line)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(name: str) -> None:
        nonlocal foreign
        if foreign:
            foreign -= 1
        else:
            open_elements.pop()

    def characters(text: str) -> None:
        if not foreign:
            open_elements[-1].parts.append(text)

    read_xml(path, start, end, characters, place)
    return top.children[0], spaces
