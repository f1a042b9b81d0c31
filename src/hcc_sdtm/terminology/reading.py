"""A published file of controlled terminology, ODM-XML, tab-delimited text or Excel, to the package that it holds."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.file_kind import ARCHIVE, HTML, ODM, TEXT, WORKBOOK, XML_WORKBOOK, find_file_kind
from hcc_sdtm.raw.sheets import read_sheets
from hcc_sdtm.source import Source
from hcc_sdtm.terminology.package import Package, PublishedCodelist
from hcc_sdtm.terminology.package_lists import PackageLists
from hcc_sdtm.terminology.package_name import find_date, find_standard
from hcc_sdtm.terminology.package_odm import read_package_odm
from hcc_sdtm.terminology.package_table import read_package_table

MOST_PROBLEMS = 20
"""Problems of a file that are told; what comes after has most often the same cause."""

_GUESSED = ("RAW-010", "RAW-014")


def read_package(path: Path, date: str = "") -> Package:
    """The package in a file; ``date`` is what a person says its date is, ``""`` lets the file and its name say.

    Raises StudyError with everything that is wrong: no such file, another kind of file, one that is cut off, damaged or in
    another encoding, a missing column, a codelist that comes twice, a term of no codelist, a date that is not settled, the
    terminology of a standard that is not taken.
    """
    name = path.name
    lists = PackageLists()
    guesses: list[str] = []
    kind = find_file_kind(
        path, name, PurePosixPath(name).suffix.lower(), (WORKBOOK, XML_WORKBOOK, ODM, HTML, TEXT, ARCHIVE)
    )
    if kind.key == HTML:
        message = (
            "is a web page (HTML): an error page in place of the file, or the package as a page; "
            "download the text, the Excel or the ODM-XML file"
        )
        raise StudyError([Problem(Source(name), message)])
    if kind.key == ARCHIVE:
        raise StudyError([Problem(Source(name), "is an archive; unpack it and name the file of terminology in it")])
    if kind.key == ODM:
        statements = read_package_odm(path, name, lists)
    else:
        sheets, findings = read_sheets(path, name, "utf-8" if kind.key == TEXT and _is_utf8(path) else "")
        statements = read_package_table(name, sheets, lists)
        guesses = findings["message"][findings["rule"].str.split(" ").str[0].isin(_GUESSED)].tolist()
    codelists = lists.build()
    if guesses and not all(map(_is_ascii, codelists.values())):
        how = guesses[0].split(";")[0].split(":")[0]
        message = (
            f"is not UTF-8, in which it is published: it can only be {how}; download it again and do not save it anew"
        )
        lists.problems.insert(0, Problem(Source(name), message))
    standard, found_date = "", ""
    try:
        standard = find_standard(name, statements)
        found_date = find_date(name, statements, date)
    except StudyError as error:
        lists.problems[:0] = error.problems
    if lists.problems:
        raise StudyError(_first(lists.problems, name))
    return Package(standard, found_date, codelists, tuple(lists.left_out))


def _is_utf8(path: Path) -> bool:
    """Whether a text file is UTF-8 throughout; in one with few other letters their number alone would not settle it."""
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_ascii(codelist: PublishedCodelist) -> bool:
    texts = (codelist.name, codelist.label, *(text for term in codelist.terms for text in (term.value, *term.synonyms)))
    return all(map(str.isascii, texts))


def _first(problems: list[Problem], name: str) -> list[Problem]:
    more = len(problems) - MOST_PROBLEMS
    if more <= 0:
        return problems
    return [*problems[:MOST_PROBLEMS], Problem(Source(name), f"and {more} more problems of the file")]
