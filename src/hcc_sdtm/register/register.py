"""What people decided about findings, and what earlier runs found: the folder ``register/`` of a study, read by every run."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.finding import FINDING_COLUMNS, finding_keys, join_findings
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.register.fingerprint import fingerprint_evidence
from hcc_sdtm.register.history import HISTORY_FILE, apply_history, no_history, read_history
from hcc_sdtm.register.waivers import WAIVERS_FILE, Waiver, read_waivers
from hcc_sdtm.register.waiving import WAIVED, apply_waivers

REGISTER_COLUMNS = ("key", "evidence", "status", "waiver")
"""What the register adds to a finding: its key, the fingerprint of its evidence, its status, and who waived it and why."""


@dataclass(frozen=True)
class Register:
    """Waivers and history of a study; ``inputs`` has the SHA-256 of each of their files, by the name that the study knows."""

    waivers: Sequence[Waiver] = ()
    history: pd.DataFrame = field(default_factory=no_history)
    inputs: Mapping[str, str] = field(default_factory=dict)


def read_register(study: Path, known_rules: Collection[str]) -> Register:
    """The register of a study folder; empty where there is none. Nothing is ever written by a run.

    ``known_rules`` are the ids of all rules. Raises StudyError with every problem of its files.
    """
    problems: list[Problem] = []
    waivers = read_waivers(study, known_rules, problems)
    history = read_history(study, problems)
    if problems:
        raise StudyError(problems)
    paths = [name for name in (WAIVERS_FILE, HISTORY_FILE) if (study / name).is_file()]
    return Register(waivers, history, {name: hashlib.sha256((study / name).read_bytes()).hexdigest() for name in paths})


def with_register(
    findings: pd.DataFrame, register: Register, timestamp: datetime, sites: Collection[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The findings as outputs show them, `REGISTER_COLUMNS` added, and the findings about the register itself.

    Those about the register stand at the end of the first frame too. A ``key`` that the findings have already is kept.
    ``status`` is new, new again, still open or waived, and ``""`` where no run was registered. ``timestamp`` is the time that
    the outputs carry, by which a waiver expires; ``sites`` are those of a run that takes some only, which says nothing of
    waivers of the others.
    """
    plain = findings[list(FINDING_COLUMNS)].reset_index(drop=True)
    keyed = _with_status(plain, register, findings["key"].to_numpy() if "key" in findings else None)
    waived, of_register = apply_waivers(keyed, register.waivers, register.history, timestamp, sites)
    if of_register.empty:
        return waived, of_register
    # one frame for the keys, so that no two findings have the same
    together = _with_status(join_findings([plain, of_register]), register).assign(waiver="")
    together.loc[waived.index, ["status", "waiver"]] = waived[["status", "waiver"]]
    return together, of_register


def _with_status(findings: pd.DataFrame, register: Register, keys: np.ndarray | None = None) -> pd.DataFrame:
    keyed = findings.assign(
        key=finding_keys(findings) if keys is None else keys, evidence=fingerprint_evidence(findings)
    )
    return apply_history(keyed, register.history)


def has_standing_errors(findings: pd.DataFrame) -> bool:
    """Whether any finding of severity error is not waived; ``findings`` may lack ``status``."""
    errors = findings["severity"] == "error"
    return bool((errors & (findings["status"] != WAIVED)).any() if "status" in findings else errors.any())
