"""Tables of a web page to sheets, one each: many programs export a page under the name of a workbook.

A cell's text is what a browser shows: white space run together, ``<br>`` and paragraphs as line breaks, a non-breaking space as
the space that was typed. Spans are merged ranges. A table inside a cell is a sheet of its own.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.file_kind import NoTableError
from hcc_sdtm.raw.grid import Grid, TooManyCellsError
from hcc_sdtm.raw.html.html_page import HtmlPage
from hcc_sdtm.raw.html.html_tokens import UnclosedError, read_tokens
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.raw.text.delimited import OUTSIDE_TABLE
from hcc_sdtm.raw.text.encoding_name import parse_encoding
from hcc_sdtm.raw.text.text_file import read_text_file
from hcc_sdtm.raw.workbooks.sheet_findings import sheet_findings
from hcc_sdtm.source import Source

END_MISSING = "RAW-015 raw.end-missing"

_HEAD_BYTES = 4096
_SAID_ENCODING = re.compile(
    rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}encoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
_SHEET_NAME = re.compile(r"<x:ExcelWorksheet>\s*<x:Name>([^<]{1,100})</x:Name>")


def read_html(path: Path, name: str, encoding: str = "") -> tuple[list[RawSheet], pd.DataFrame]:
    """Each table of a page that holds a text, as a sheet named as the page says, else ``table 1``; one alone has no name.

    Findings: RAW-002, RAW-010, RAW-014, RAW-015 where the page ends inside a table, RAW-022 where texts stand outside, RAW-026,
    RAW-027. Raises NoTableError for a page without a table, StudyError for one that is cut short or beyond the limits.
    """
    text = read_text_file(path, name, encoding, _said_encoding(path))
    source = text.read()
    page = HtmlPage()
    try:
        for token in read_tokens(source):
            page.add(token)
        is_cut = page.close()
        tables = [table for table in page.tables if table.has_text()]
        names = _sheet_names(source, len(tables))
        sheets = [table.sheet(name, each) for table, each in zip(tables, names, strict=True)]
    except UnclosedError as failure:
        raise _refusal(name, "is cut short inside a tag, or has one without its end; export it again") from failure
    except TooManyCellsError as failure:
        raise _refusal(name, f"is too large: {failure}") from failure
    if not sheets:
        where = "; its sheets lie in other files" if page.in_frame else ""
        message = f"is a web page without a table{where}; open it in a spreadsheet program and save it as xlsx"
        raise NoTableError([Problem(Source(name), message)])
    findings = [*text.findings]
    if is_cut:
        message = (
            "the page ends inside a table: it may be cut short, and rows lost; compare its last row with the source"
        )
        findings.append(Finding(END_MISSING, "warning", message, source=str(Source(name))))
    if page.outside:
        message = f"texts that stand outside the tables ({page.outside:,}: titles, notes) are no cells and are not read"
        findings.append(Finding(OUTSIDE_TABLE, "note", message, source=str(Source(name))))
    for table, sheet in zip(tables, sheets, strict=True):
        findings += sheet_findings(sheet, Grid(sheet.grid, False), table.facts, {})
    return sheets, findings_frame(findings)


def _said_encoding(path: Path) -> str:
    with path.open("rb") as file:
        found = _SAID_ENCODING.search(file.read(_HEAD_BYTES))
    try:
        return parse_encoding((found[1] or found[2]).decode("ascii")) if found else ""
    except ValueError:
        return ""


def _sheet_names(source: str, count: int) -> list[str]:
    """Names from what spreadsheet programs write beside the tables, when there is one for each."""
    said = _SHEET_NAME.findall(source)
    if len(said) == count and len(set(said)) == count:
        return said
    return [""] if count == 1 else [f"table {number}" for number in range(1, count + 1)]


def _refusal(name: str, message: str) -> StudyError:
    return StudyError([Problem(Source(name), message)])
