"""One small XML part of a packed workbook as a tree; parts with declarations of their own are refused.

A document type declaration can name entities that unfold to gigabytes, and no workbook needs one.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from hcc_sdtm.raw.workbooks.package_limits import UnreadableError

DECLARES = "one of its parts has a document type declaration, which can hide anything; save it again with a spreadsheet program"


_MOST_ELEMENTS = 2_000_000


class _Builder(ElementTree.TreeBuilder):
    count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> ElementTree.Element:
        self.count += 1
        if self.count > _MOST_ELEMENTS:
            raise UnreadableError(
                f"one of its parts has more than {_MOST_ELEMENTS:,} elements, which no workbook needs"
            )
        return super().start(tag, attributes)

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise UnreadableError(DECLARES)


def parse_part(content: bytes) -> ElementTree.Element:
    """The root of a part. Raises UnreadableError for a document type or too many elements, ParseError for what is no XML."""
    return ElementTree.fromstring(content, ElementTree.XMLParser(target=_Builder()))


def local_name(name: str) -> str:
    """A name without its namespace: strict and transitional files differ in theirs."""
    return name.rpartition("}")[2]


def elements(root: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """The root and what lies below it, of a local name in any namespace."""
    return (found for found in root.iter() if local_name(str(found.tag)) == name)


def is_on(element: ElementTree.Element, attribute: str = "val", default: str = "1") -> bool:
    """Whether a switch is on, by its attribute."""
    return element.get(attribute, default) in ("1", "true")
