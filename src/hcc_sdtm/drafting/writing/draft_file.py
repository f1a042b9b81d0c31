"""A draft as a file: read what was named, draft, write; nothing is written over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hcc_sdtm.drafting.drafting import Draft, draft_mapping
from hcc_sdtm.drafting.export.export_files import find_study, read_export, read_surroundings, site_in_name
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source


def write_mapping_draft(files: Sequence[Path], out: Path, study: Path | None = None, site: str = "") -> Draft:
    """The draft of a mapping of an export's files, written to ``out``.

    Without ``study`` the nearest study folder above ``out`` is meant, or none; without ``site`` the number in its name. Raises
    StudyError where ``out`` exists or a file cannot be read; then nothing is written.
    """
    if out.exists():
        raise StudyError([Problem(Source(str(out)), "exists already; nothing was written")])
    number = site or site_in_name(out)
    around = read_surroundings(study or find_study(out), number, out)
    sheets, without = read_export(files, around.raw)
    draft = draft_mapping(sheets, number, around.specs, around.approved, [*without, *around.left_aside])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(draft.text, encoding="utf-8", newline="\n")
    return draft
