"""Packages of terminology written as NCI publishes them: text, ODM-XML, Excel."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl

from hcc_sdtm.spec.codelists import read_codelists
from hcc_sdtm.spec.model import Codelist
from hcc_sdtm.spec.sdtmig import FOLDER
from hcc_sdtm.terminology.package import Package, PublishedCodelist, PublishedTerm
from tests.conftest import ROOT
from tests.raw import xls_files

HEADER = (
    "Code", "Codelist Code", "Codelist Extensible (Yes/No)", "Codelist Name", "CDISC Submission Value",
    "CDISC Synonym(s)", "CDISC Definition", "NCI Preferred Term",
)  # fmt: skip
OF_ADAM = ("DATEFL", "SBJTSTAT")
PINNED = "2025-03-28"
"""The date of the SDTM package that the packaged specs have."""


def sdtm_package(date: str = PINNED) -> Package:
    """The codelists of the packaged specs as the package they were taken from."""
    codelists = read_codelists([FOLDER, ROOT / "specs"], [])
    main = {
        each.code: each for name, each in codelists.items() if each.code and name not in ("NY_Y", "NY_YN", *OF_ADAM)
    }
    return Package("SDTM", date, {code: published(each) for code, each in main.items()})


def adam_package(date: str = "2026-03-27") -> Package:
    codelists = read_codelists([ROOT / "specs"], [])
    return Package("ADaM", date, {codelists[name].code: published(codelists[name]) for name in OF_ADAM})


def published(codelist: Codelist) -> PublishedCodelist:
    """The published part of a codelist: its terms with an NCI code."""
    codes = codelist.term_codes
    terms = tuple(PublishedTerm(codes[value], value, given) for value, given in codelist.terms.items() if codes[value])
    return PublishedCodelist(codelist.code, codelist.name, codelist.label, codelist.extensible, terms)


def edited(package: Package, name: str, **changes: object) -> Package:
    """The package with one codelist changed: a field of it, or ``terms`` as a function of its terms."""
    (found,) = (each for each in package.codelists.values() if each.name == name)
    terms = changes.pop("edit", None)
    new = replace(found, **changes)
    if callable(terms):
        new = replace(new, terms=tuple(terms(found.terms)))
    return replace(package, codelists={**package.codelists, found.code: new})


def without(package: Package, *names: str) -> Package:
    return replace(
        package, codelists={code: each for code, each in package.codelists.items() if each.name not in names}
    )


def rows(package: Package) -> list[tuple[str, ...]]:
    """The rows of the table, header first; a codelist's own row stands before its terms, and the definitions are short."""
    table: list[tuple[str, ...]] = [HEADER]
    for each in package.codelists.values():
        is_open = "Yes" if each.extensible else "No"
        called = f"CDISC {package.standard} {each.label} Terminology"
        table.append((each.code, "", is_open, each.label, each.name, each.label, "What it is for.", called))
        for term in each.terms:
            # NCI lists the value itself among the synonyms of some terms
            synonyms = "; ".join((term.value, *term.synonyms)) if term.synonyms else ""
            table.append(
                (
                    term.code,
                    each.code,
                    "",
                    each.label,
                    term.value,
                    synonyms,
                    'A "term", so to say.',
                    f"NCI {term.value}",
                )
            )
    return table


def write_text(folder: Path, package: Package, name: str = "") -> Path:
    path = folder / (name or f"{package.standard} Terminology {package.date}.txt")
    path.write_text("".join("\t".join(row) + "\n" for row in rows(package)), encoding="utf-8")
    return path


def write_xlsx(folder: Path, package: Package, name: str = "", sheet: str = "") -> Path:
    book = openpyxl.Workbook()
    readme = book.active
    readme.title = "ReadMe"
    for line in (("CDISC Controlled Terminology",), ("Code (Column A)", "A unique number")):
        readme.append(line)
    table = book.create_sheet(sheet or f"{package.standard} Terminology {package.date}")
    for row in rows(package):
        table.append(row)
    path = folder / (name or f"{package.standard} Terminology.xlsx")
    book.save(path)
    return path


def odm_text(package: Package) -> str:
    said = f"CDISC_CT.{package.standard}.{package.date}"
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:nciodm="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC" '
        f'FileType="Snapshot" Granularity="Metadata" FileOID="{said}" CreationDateTime="2020-01-01T00:00:00" '
        f'AsOfDateTime="{package.date}T00:00:00" ODMVersion="1.3.2" SourceSystem="NCI Thesaurus" '
        f'SourceSystemVersion="{package.date}">\n<Study OID="{said}"><GlobalVariables>'
        f"<StudyName>CDISC {package.standard} Controlled Terminology</StudyName></GlobalVariables>\n"
        f'<MetaDataVersion OID="MDV.{said}" Name="CDISC {package.standard} Controlled Terminology">\n'
    ]
    for each in package.codelists.values():
        parts.append(
            f'<CodeList OID="CL.{each.code}.{each.name}" Name="{html.escape(each.label)}" DataType="text" '
            f'nciodm:ExtCodeID="{each.code}" nciodm:CodeListExtensible="{"Yes" if each.extensible else "No"}">\n'
            "<Description><TranslatedText>What it is for.</TranslatedText></Description>\n"
        )
        parts += [_item(term) for term in each.terms]
        parts.append(
            f"<nciodm:CDISCSubmissionValue>{html.escape(each.name)}</nciodm:CDISCSubmissionValue>"
            f"<nciodm:CDISCSynonym>{html.escape(each.label)}</nciodm:CDISCSynonym>"
            f"<nciodm:PreferredTerm>CDISC {package.standard} {html.escape(each.label)} Terminology</nciodm:PreferredTerm>"
            "</CodeList>\n"
        )
    return "".join([*parts, "</MetaDataVersion></Study></ODM>\n"])


def _item(term: PublishedTerm) -> str:
    synonyms = "".join(f"<nciodm:CDISCSynonym>{html.escape(each)}</nciodm:CDISCSynonym>" for each in term.synonyms)
    return (
        f'<EnumeratedItem CodedValue="{html.escape(term.value)}" nciodm:ExtCodeID="{term.code}">{synonyms}'
        f"<nciodm:CDISCDefinition>A term.</nciodm:CDISCDefinition>"
        f"<nciodm:PreferredTerm>{html.escape(term.value)}</nciodm:PreferredTerm></EnumeratedItem>\n"
    )


def write_odm(folder: Path, package: Package, name: str = "") -> Path:
    path = folder / (name or f"{package.standard} Terminology.odm.xml")
    path.write_text(odm_text(package), encoding="utf-8")
    return path


def small_package(
    codelists: Mapping[str, Iterable[tuple[str, str, Sequence[str]]]], standard: str = "SDTM", date: str = "2030-01-05"
) -> Package:
    """A package from ``{"SEX C66731 No Sex": [(code, value, synonyms), ..]}``."""
    found = {}
    for key, terms in codelists.items():
        name, code, is_open, label = key.split(" ", 3)
        listed = tuple(PublishedTerm(term, value, tuple(synonyms)) for term, value, synonyms in terms)
        found[code] = PublishedCodelist(code, name, label, is_open == "Yes", listed)
    return Package(standard, date, found)


def write_xls(folder: Path, package: Package, name: str = "") -> Path:
    cells = [
        xls_files.label(row, column, text)
        for row, texts in enumerate(rows(package))
        for column, text in enumerate(texts)
        if text
    ]
    path = folder / (name or f"{package.standard} Terminology.xls")
    sheet = f"{package.standard} Terminology {package.date}"
    path.write_bytes(xls_files.compound_file(xls_files.workbook([(sheet, 0, b"".join(cells))])))
    return path
