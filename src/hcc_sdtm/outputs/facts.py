"""What every table, figure and page says of itself: trial, data cut-off, and the short hash of everything it was made from.

It knows the facts and how the hash is made; where they stand on a page is each page's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from hcc_sdtm.result import RunResult

SOURCE_HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that hold for everything in a folder of outputs.

    ``data_cutoff`` is an ISO 8601 day, ``""`` where none is known; ``source_hash`` is that of `hash_sources`; ``banner`` are
    sentences that must stand on every page ("dates are fictional: ..."), ``""`` for an ordinary run.
    """

    title: str
    study: str
    data_cutoff: str
    source_hash: str
    banner: str = ""

    @property
    def source_line(self) -> str:
        """One line for the foot of a page: study, data cut-off and source hash."""
        cutoff = f" Data cut-off: {self.data_cutoff}." if self.data_cutoff else ""
        return f"Study: {self.study}.{cutoff} Source hash: {self.source_hash}."


def hash_sources(inputs: Mapping[str, str]) -> str:
    """The first 16 hexadecimal digits of one SHA-256 over every input file: a line ``<SHA-256>  <name>`` each, by name.

    ``inputs`` has the SHA-256 of each file by its name, as manifest.json lists them under ``inputs``. The lines are those that
    the program sha256sum prints, so that a reader can make the same hash from the manifest or from the files.
    """
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(inputs.items()))
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()[:SOURCE_HASH_DIGITS]


def build_facts(result: RunResult) -> Facts:
    """The facts of a run."""
    trial = result.study.trial
    return Facts(trial.title, result.study.study_id, trial.data_cutoff, hash_sources(result.inputs), result.banner)
