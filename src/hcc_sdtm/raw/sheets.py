"""Any file a site sends to its sheets: the one entrance to reading, by the ending of the file's name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.delimited import read_delimited
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.raw.workbook import read_workbook
from hcc_sdtm.source import Source

READERS = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), read_workbook),
    **dict.fromkeys((".csv", ".tsv", ".txt"), read_delimited),
}
"""The reader of each kind of file: (path, name) -> (sheets, findings)."""


def read_sheets(path: Path, name: str) -> tuple[list[RawSheet], pd.DataFrame]:
    """Every sheet of a file, hidden ones too, and the findings made in reading it (RAW rules).

    ``name`` is how sources print the file. Raises StudyError for a file that is not there or cannot be read.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        message = f'files ending in "{path.suffix}" are not read; allowed: {", ".join(sorted(READERS))}'
        raise StudyError([Problem(Source(name), message)])
    if not path.is_file():
        raise StudyError([Problem(Source(name), "no such file")])
    return reader(path, name)
