"""A new study's folder: the files a person has to fill in, with what each is for."""

from __future__ import annotations

import shutil
from pathlib import Path

from hcc_sdtm.mapping.language.json_schema import render_schema
from hcc_sdtm.spec.study import read_written_mappings

FILES = Path(__file__).parent / "files"
SCHEMA = "mapping.schema.json"


def write_new_study(folder: Path) -> None:
    """Copies the files of a new study into an empty or absent folder, with the JSON Schema that its mappings name for editors.

    A run of it ends with status 2 and the questions that ``specs/trial.yaml`` leaves open, until they are answered.
    """
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    schema = render_schema(read_written_mappings(folder).specs)
    (folder / "mappings" / SCHEMA).write_text(schema, encoding="utf-8", newline="\n")
