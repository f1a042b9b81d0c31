"""Rules on how values are written, whatever they mean: blanks before a text, words for nothing, unreadable characters.

Every text column of every dataset is looked at, by its distinct texts. Texts that say that nothing is there are those of
programs; a person's "none" or "unknown" may be an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.iso_forms import is_date
from hcc_sdtm.checks.rule import Flag, rule

NOTHING = frozenset(
    [".", "NULL", "null", "NaN", "nan", "NaT", "<NA>", "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"]
)  # fmt: skip
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]|[\n\r\t]")
DATE_END = "DTC"


def _texts(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Every dataset and text column of it."""
    if not evidence.datasets:
        raise Missing("there is no dataset")
    for name, dataset in evidence.datasets.items():
        for variable, dtype in dataset.frame.dtypes.items():
            if not str(variable).startswith("_") and dtype.kind not in "fiub":
                yield name, str(variable)


def _failing(
    evidence: Evidence, dataset: str, variable: str, is_wrong: Callable[[str], bool], message: str, expected: str = ""
) -> Iterator[Flag]:
    column = evidence.column(dataset, variable)
    wrong = {text for text in column.texts if is_wrong(text)}
    if wrong:
        yield Flag(dataset, column.where(wrong.__contains__).nonzero()[0], variable, message, expected)


@rule("SD-0110", "text.leading-blank", "error", covers="CORE-000867 FB1501")
def leading_blank(evidence: Evidence) -> Iterator[Flag]:
    """A text that begins with a blank, at the text.

    What it finds: A value of any text variable with a blank before its first character.
    Why it matters: It sorts and compares as another value: " PD" is no progression.
    Example: RSSTRESC " PD".
    Source: SDTMIG 3.4 section 4.2.1; FDA business rule FB1501.
    """
    for dataset, variable in _texts(evidence):
        yield from _failing(
            evidence, dataset, variable, lambda text: text[:1].isspace() and not text.isspace(),
            f'{variable} "{{value}}" begins with a blank', "the value without the blank",
        )  # fmt: skip


@rule("SD-0111", "text.program-word-for-nothing", "error", covers="CORE-000890 FB1502")
def word_for_nothing(evidence: Evidence) -> Iterator[Flag]:
    """A text with which a program says that there is none, at the text.

    What it finds: A value that is a dot, NULL, NaN, NaT, or an error of a spreadsheet as #N/A, and nothing else.
    Why it matters: It counts as an answer: the subject has a result, a race, a date.
    Example: DTHDTC "NaT"; LBORRES ".".
    Source: SDTMIG 3.4 section 4.2.1, missing values are null; FDA business rule FB1502.
    """
    for dataset, variable in _texts(evidence):
        message = f'{variable} is "{{value}}", which stands for no value'
        yield from _failing(evidence, dataset, variable, NOTHING.__contains__, message, "no value")


@rule("SD-0112", "text.unreadable-character", "warning")
def unreadable_character(evidence: Evidence) -> Iterator[Flag]:
    """A text with a character that cannot be printed, at the text.

    What it finds: A control character, a line break or a tab in a value, or the sign that stands for characters that could not
        be read.
    Why it matters: The text was cut or read in the wrong encoding; line breaks split records when it is exported.
    Example: MHTERM "Hepatitis" and then the replacement character for a letter.
    Source: FDA Study Data Technical Conformance Guide, section on character sets; SAS TS-140.
    """
    for dataset, variable in _texts(evidence):
        message = f"{variable} has a character that cannot be printed or was not read"
        yield from _failing(evidence, dataset, variable, _is_unreadable, message)


@rule("SD-0113", "text.date-not-iso8601", "error")
def date_not_iso8601(evidence: Evidence) -> Iterator[Flag]:
    """A date that the schema does not know for one and that is not ISO 8601, at the date.

    What it finds: A value of a variable whose name ends in DTC and that the spec does not make a date, or of a supplemental
        value whose QNAM ends in DTC, that is not a complete or partial ISO 8601 date.
    Why it matters: It cannot be compared with any other date.
    Example: SUPPAE with QNAM AEHOSDTC and QVAL "03/12/2022".
    Source: SDTMIG 3.4 section 4.4.1, formats for date/time variables.
    """
    for dataset, variable in _texts(evidence):
        known = evidence.datasets[dataset].spec.by_name.get(variable)
        if variable.endswith(DATE_END) and not (known is not None and known.is_iso_date):
            yield from _failing(evidence, dataset, variable, _is_no_date, _NO_DATE, _DATE_FORM)
    for dataset in evidence.datasets:
        if evidence.has(dataset, "QNAM", "QVAL"):
            names = evidence.column(dataset, "QNAM").where(lambda text: text.endswith(DATE_END))
            if names.any():
                wrong = evidence.column(dataset, "QVAL").where(_is_no_date) & names
                yield Flag(dataset, wrong.nonzero()[0], "QVAL", _NO_DATE, _DATE_FORM)


_NO_DATE = '"{value}" is not an ISO 8601 date'
_DATE_FORM = "YYYY-MM-DD, or as much of it as is known"


def _is_unreadable(text: str) -> bool:
    return not (text.isascii() and text.isprintable()) and UNREADABLE.search(text) is not None


def _is_no_date(text: str) -> bool:
    return text.strip() != "" and not is_date(text)
