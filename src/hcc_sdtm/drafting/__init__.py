"""A mapping drafted for an export that nobody has seen: deterministic, offline, every line with its evidence."""

from hcc_sdtm.drafting.drafting import Draft, draft_mapping
from hcc_sdtm.drafting.writing.draft_file import write_mapping_draft

__all__ = ["Draft", "draft_mapping", "write_mapping_draft"]
