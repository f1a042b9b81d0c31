"""Datasets that came from outside as files: what they hold, and what the files say of themselves."""

from hcc_sdtm.received.define_check import check_define
from hcc_sdtm.received.define_metadata import DefineMetadata
from hcc_sdtm.received.file_table import FileMetadata, FileVariable
from hcc_sdtm.received.finding_sites import derive_finding_sites
from hcc_sdtm.received.received import Received, read_received

__all__ = [
    "DefineMetadata",
    "FileMetadata",
    "FileVariable",
    "Received",
    "check_define",
    "derive_finding_sites",
    "read_received",
]
