"""The reference study, run once for every test process: its result, and the folder it was written to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from hcc_sdtm import pipeline
from hcc_sdtm.pipeline import RunResult

# A deadline would make every property a timed test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class ReferenceRun:
    result: RunResult
    out: Path

    def frame(self, name: str) -> pd.DataFrame:
        """A published dataset of the run."""
        return {**self.result.sdtm, **self.result.adam}[name].published


@pytest.fixture(scope="session")
def reference_run(tmp_path_factory: pytest.TempPathFactory) -> ReferenceRun:
    out = tmp_path_factory.mktemp("reference_study") / "out"
    return ReferenceRun(pipeline.run(ROOT, out), out)
