"""A package as ODM-XML, the published ``SDTM Terminology.odm.xml``, to codelists and terms.

Each CodeList has its NCI code and whether it is extensible as attributes of NCI's own namespace, its short name as an element
or an attribute of it, and its terms as EnumeratedItem (CodeListItem in some tools). Nothing of the file is held but these.
"""

from __future__ import annotations

from pathlib import Path

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.odm.xml_stream import XmlFileError, read_xml
from hcc_sdtm.source import Source
from hcc_sdtm.terminology.package_lists import PackageLists
from hcc_sdtm.terminology.package_name import Statements

DEEPEST = 40
"""Elements inside one another; a package has eight."""

MOST_CHARACTERS = 1_000_000
"""Of one element's text."""

_TERMS = ("EnumeratedItem", "CodeListItem")
_TEXTS = ("CDISCSubmissionValue", "CDISCSynonym", "PreferredTerm", "StudyName", "StudyDescription", "ProtocolName")
_NAMING = {
    "ODM": ("SourceSystemVersion", "FileOID", "AsOfDateTime"),
    "Study": ("OID",),
    "MetaDataVersion": ("OID", "Name", "Description"),
}
"""Attributes that say which package it is."""


class _Handler:
    """Takes the elements of the file in their order."""

    def __init__(self, name: str, lists: PackageLists) -> None:
        self.name = name
        self.lists = lists
        self.statements = Statements()
        self.codelists = 0
        self.depth = 0
        self.codelist: dict[str, str] | None = None
        self.term: dict[str, str] | None = None
        self.synonyms: list[str] = []
        self.terms: list[tuple[dict[str, str], tuple[str, ...]]] = []
        self.text: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """The start of an element."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise XmlFileError(
                f"its elements stand inside one another more than {DEEPEST} deep, which no package needs"
            )
        element = name.rpartition(" ")[2]
        given = {key.rpartition(" ")[2]: value.strip() for key, value in attributes.items()}
        for key in _NAMING.get(element, ()):
            if given.get(key):
                self.statements.texts.append((given[key], f"its {element} {key}"))
        if element == "CodeList":
            self.codelists += 1
            self.codelist, self.terms = given, []
        elif element in _TERMS and self.codelist is not None:
            self.term, self.synonyms = given, []
        self.text = [] if element in _TEXTS else None

    def end(self, name: str) -> None:
        """The end of an element."""
        self.depth -= 1
        element = name.rpartition(" ")[2]
        if self.text is not None:
            self._take_text(element, " ".join("".join(self.text).split()))
            self.text = None
        if element in _TERMS and self.term is not None:
            listed = (*self.term.get("CDISCSynonym", "").split(";"), *self.synonyms)
            self.terms.append((self.term, listed))
            self.term = None
        elif element == "CodeList" and self.codelist is not None:
            self._add(self.codelist)
            self.codelist = None

    def characters(self, text: str) -> None:
        """A piece of text."""
        if self.text is not None:
            self.text.append(text)
            if sum(map(len, self.text)) > MOST_CHARACTERS:
                raise XmlFileError("one of its texts is longer than any that a package has; ask for it again")

    def _take_text(self, element: str, text: str) -> None:
        if self.term is not None:
            if element == "CDISCSynonym":
                self.synonyms.append(text)
        elif self.codelist is not None:
            if element == "PreferredTerm":
                self.statements.preferred.append(text)
            else:
                self.codelist.setdefault(element, text)
        elif element in ("StudyName", "StudyDescription", "ProtocolName"):
            self.statements.texts.append((text, f"its {element}"))

    def _add(self, codelist: dict[str, str]) -> None:
        # CL.C66731.SEX
        parts = [*codelist.get("OID", "").split("."), "", ""]
        code, name = codelist.get("ExtCodeID") or parts[1], codelist.get("CDISCSubmissionValue") or parts[2]
        source = Source(self.name, f"CodeList {codelist.get('OID', code)}")
        self.lists.add_codelist(code, name, codelist.get("Name", ""), codelist.get("CodeListExtensible", ""), source)
        for term, synonyms in self.terms:
            value = term.get("CodedValue", "")
            place = Source(self.name, f"{source.sheet} CodedValue {value}")
            self.lists.add_term(code, term.get("ExtCodeID", ""), value, synonyms, place)


def read_package_odm(path: Path, name: str, lists: PackageLists) -> Statements:
    """What the file says of itself; its codelists and terms are added to ``lists``.

    Raises StudyError for a file that is cut off, damaged or declares a document type, and for one without codelists.
    """
    handler = _Handler(name, lists)
    try:
        read_xml(path, handler.start, handler.end, handler.characters)
    except XmlFileError as failure:
        raise StudyError([Problem(Source(name), str(failure))]) from failure
    except OSError as failure:
        raise StudyError([Problem(Source(name), f"cannot be read: {failure.strerror or failure}")]) from failure
    if not handler.codelists:
        raise StudyError(
            [Problem(Source(name), "is ODM-XML without codelists; take the file SDTM Terminology.odm.xml")]
        )
    return handler.statements
