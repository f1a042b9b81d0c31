"""SAS version 5 transport files, and what such a file cannot hold.

The format is old: names of 8 characters, labels of 40 bytes, text of 200 bytes, numbers as IBM floating
point, no character set. pyreadstat writes it, but cuts a long label in silence (also inside a character)
and lets longer text through, so every limit is checked here first. Which variables a dataset should have is
not this file's concern.
"""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.outputs.xpt_records import longest_row, render_records
from hcc_sdtm.spec.model import DatasetSpec, Variable
from hcc_sdtm.spec.transport import LABEL_BYTES, NAME, TEXT_BYTES

# Magnitudes of an 8-byte IBM float (SAS TS-140). The format reaches 16**63, but ReadStat, on which pyreadstat and haven
# stand, reads numbers from 2**249 as infinite.
LARGEST_NUMBER = 16.0**62
SMALLEST_NUMBER = 16.0**-65

# Where the library and the member header keep their creation and modification times.
TIME_OFFSETS = (144, 160, 464, 480)
TIME = re.compile(rb"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def check_xpt(dataset: Dataset) -> pd.DataFrame:
    """Findings for everything in the dataset that a version 5 transport file cannot hold, or holds badly.

    Errors: a name or label against the rules, text over 200 bytes, a number out of range, a last record of
    blanks only (readers drop it). Warning: text outside ASCII, once a variable, at its first record; it is
    written as UTF-8.
    """
    return join_findings([*_check_names(dataset), *_check_values(dataset), _check_last_record(dataset)])


def write_xpt(path: Path, frame: pd.DataFrame, spec: DatasetSpec, timestamp: datetime) -> None:
    """Writes the published frame; the same frame and timestamp give the same bytes.

    Each text variable is as long as its longest value; a numeric one is 8 bytes and carries the format of
    its spec. Raises ValueError when `check_xpt` has an error, or when the frame has a column that the spec
    does not know.
    """
    unknown = [name for name in frame.columns if name not in spec.by_name]
    if unknown:
        raise ValueError(f"{spec.name}: the spec has no variable {', '.join(unknown)}")
    findings = check_xpt(Dataset(spec, frame))
    errors = findings[findings["severity"] == "error"]
    if len(errors):
        raise ValueError(f"{spec.name} cannot be written as XPT:\n" + "\n".join(errors["message"].unique()))
    variables = [spec.by_name[name] for name in frame.columns]
    columns = {v.name: frame[v.name].to_numpy(np.float64 if v.is_numeric else object, copy=False) for v in variables}
    # the header is the library's, of a row that has each column's width; the records take it ten times as long as they have to
    pyreadstat.write_xport(
        pd.DataFrame(longest_row(columns) if len(frame) else columns),
        str(path),
        file_label=spec.label,
        column_labels={variable.name: variable.label for variable in variables},
        table_name=spec.name,
        file_format_version=5,
        variable_format={v.name: v.format for v in variables if v.is_numeric and v.format},
    )
    if len(frame):
        with path.open("r+b") as file:
            file.seek(path.stat().st_size - len(b"".join(render_records(longest_row(columns)))))
            file.truncate()
            file.writelines(render_records(columns))
    _pin_times(path, timestamp)


def _pin_times(path: Path, timestamp: datetime) -> None:
    text = f"{timestamp:%d}{MONTHS[timestamp.month - 1]}{timestamp:%y:%H:%M:%S}".encode()
    with path.open("r+b") as file:
        header = file.read(TIME_OFFSETS[-1] + len(text))
        for offset in TIME_OFFSETS:
            found = header[offset : offset + len(text)]
            if not TIME.fullmatch(found):
                raise RuntimeError(f"{path.name}: no time at byte {offset} of the header but {found!r}")
            file.seek(offset)
            file.write(text)


def _check_names(dataset: Dataset) -> list[pd.DataFrame]:
    spec = dataset.spec
    labels = [("", spec.label), *((v.name, v.label) for v in spec.variables if v.name in dataset.frame)]
    names = [("", spec.name), *((name, name) for name, _ in labels[1:])]
    bad_names = [
        (variable, name, f'"{name}" is not a name of 1 to 8 characters A-Z, 0-9, _ that starts with a letter')
        for variable, name in names
        if not NAME.fullmatch(name)
    ]
    bad_labels = [
        (variable, label, f'label "{label}" of {variable or spec.name} {problem}')
        for variable, label in labels
        if (problem := _label_problem(label))
    ]
    return [
        build_findings(
            rule,
            "error",
            len(rows),
            dataset=spec.name,
            variable=[row[0] for row in rows],
            value=[row[1] for row in rows],
            message=[row[2] for row in rows],
        )
        for rule, rows in (("XPT-001 xpt.name", bad_names), ("XPT-002 xpt.label", bad_labels))
        if rows
    ]


def _label_problem(label: str) -> str:
    if not label.isascii() or not label.isprintable():
        return "has characters outside printable ASCII"
    if len(label) > LABEL_BYTES:
        return f"has {len(label)} bytes; at most {LABEL_BYTES} are allowed"
    if label.count('"') % 2 or label.count("'") % 2:
        return "has an unbalanced quotation mark"
    if any(label.count(left) != label.count(right) for left, right in ("()", "[]", "{}")):
        return "has an unbalanced bracket"
    return ""


def _check_values(dataset: Dataset) -> list[pd.DataFrame]:
    found = []
    for variable in dataset.spec.variables:
        if variable.name not in dataset.frame:
            continue
        if variable.is_numeric:
            found.append(_check_numbers(dataset, variable))
        else:
            found += _check_text(dataset, variable)
    return found


def _check_numbers(dataset: Dataset, variable: Variable) -> pd.DataFrame:
    size = np.abs(dataset.frame[variable.name].to_numpy(np.float64))
    outside = (size > LARGEST_NUMBER) | ((size > 0) & (size < SMALLEST_NUMBER))
    message = "{value} is outside the range of an 8-byte IBM floating point number"
    return dataset.findings(outside, "XPT-004 xpt.number", "error", variable.name, message)


def _check_text(dataset: Dataset, variable: Variable) -> list[pd.DataFrame]:
    # Sets and not pandas' factorize, which takes two texts for one where they differ after a NUL.
    values = dataset.frame[variable.name].tolist()
    distinct = set(values)
    unfit = {value: problem for value in distinct if (problem := _text_problem(value))}
    beyond_ascii = {value for value in distinct if not value.isascii()}
    found = []
    if unfit:
        where = _positions(values, unfit)
        messages = [f"{variable.name} {unfit[values[position]]}" for position in where]
        found.append(dataset.findings(where, "XPT-003 xpt.text", "error", variable.name, messages))
    if beyond_ascii:
        where = _positions(values, beyond_ascii)
        message = (
            f'{len(where)} records of {variable.name} have text outside ASCII, such as "{{value}}"; '
            "the transport file holds them as UTF-8 and says so nowhere"
        )
        found.append(dataset.findings(where[:1], "XPT-005 xpt.ascii", "warning", variable.name, message))
    return found


def _text_problem(text: str) -> str:
    size = len(text.encode())
    if size > TEXT_BYTES:
        return f"has {size} bytes; at most {TEXT_BYTES} are allowed"
    return "has a NUL character, which ends the text" if "\0" in text else ""


def _positions(values: list[str], wanted: Container[str]) -> np.ndarray:
    return np.flatnonzero(np.fromiter((value in wanted for value in values), dtype=bool, count=len(values)))


def _check_last_record(dataset: Dataset) -> pd.DataFrame:
    frame = dataset.published
    last = frame.iloc[-1] if len(frame) else pd.Series(dtype=object)
    blank = len(last) > 0 and all(isinstance(value, str) and not value.strip() for value in last)
    return dataset.findings(
        np.array([len(frame) - 1] if blank else [], dtype=np.int64),
        "XPT-006 xpt.blank-end",
        "error",
        str(frame.columns[0]) if len(frame.columns) else "",
        "the last record is blank in every variable; readers take it for padding",
    )
