"""Files as sites send them, read to text with the address of every cell."""

from hcc_sdtm.raw.header import build_table
from hcc_sdtm.raw.header_text import split_header
from hcc_sdtm.raw.raw_files import hash_raw_file, list_raw_files, read_raw_file
from hcc_sdtm.raw.sheets import read_sheets
from hcc_sdtm.raw.table import RawSheet, RawTable

__all__ = [
    "RawSheet",
    "RawTable",
    "build_table",
    "hash_raw_file",
    "list_raw_files",
    "read_raw_file",
    "read_sheets",
    "split_header",
]
