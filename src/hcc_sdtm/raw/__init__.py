"""Files as sites send them, read to text with the address of every cell."""

from hcc_sdtm.raw.header import build_table
from hcc_sdtm.raw.sheets import read_sheets
from hcc_sdtm.raw.table import RawSheet, RawTable

__all__ = ["RawSheet", "RawTable", "build_table", "read_sheets"]
