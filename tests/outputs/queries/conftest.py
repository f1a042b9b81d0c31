"""A copy of the reference study with a register of its own, and its queries written once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from hcc_sdtm.outputs.queries.writing import QueryRequest, WrittenQueries, write_queries
from hcc_sdtm.register.queries import QUERIES_FILE, Query, read_queries

ROOT = Path(__file__).resolve().parents[3]
DAY = "2024-03-01"


@dataclass(frozen=True)
class QueryStudy:
    """A study folder, the outputs of its run, and the folder of its query workbooks."""

    study: Path
    out: Path
    folder: Path

    def write(self, **options: object) -> WrittenQueries:
        """Writes the queries as the command does."""
        settings = {"day": DAY, "folder": self.folder, **options}
        return write_queries(QueryRequest(self.study, settings.pop("out", self.out), **settings))

    def at(self, cell: str) -> Query:
        """The query about a cell."""
        return next(query for query in self.queries.values() if query.cell == cell)

    @property
    def queries(self) -> dict[str, Query]:
        """The register, by number."""
        return {query.number: query for query in read_queries(self.study / QUERIES_FILE)}


def copy_study(folder: Path) -> Path:
    study = folder / "study"
    for name in ("mappings", "specs", "raw"):
        shutil.copytree(ROOT / name, study / name)
    shutil.copy(ROOT / "study.yaml", study)
    return study


@pytest.fixture
def reference(reference_run, tmp_path) -> QueryStudy:
    """The reference study without any query yet."""
    return QueryStudy(copy_study(tmp_path), reference_run.out, tmp_path / "workbooks")


@pytest.fixture(scope="session")
def asked_once(reference_run, tmp_path_factory) -> QueryStudy:
    """The reference study with its queries written once; never changed."""
    folder = tmp_path_factory.mktemp("asked")
    study = QueryStudy(copy_study(folder), reference_run.out, folder / "workbooks")
    study.write()
    return study


@pytest.fixture
def asked(asked_once, tmp_path) -> QueryStudy:
    """A copy of the reference study with its queries, to work on."""
    shutil.copytree(asked_once.study, tmp_path / "study")
    shutil.copytree(asked_once.folder, tmp_path / "workbooks")
    return QueryStudy(tmp_path / "study", asked_once.out, tmp_path / "workbooks")
