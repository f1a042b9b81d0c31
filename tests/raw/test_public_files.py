"""Every public file is read or refused with one line, in bounded memory and time, and none ends the process."""

import os
from pathlib import Path

import pandas as pd
import pytest

from hcc_sdtm.raw import list_raw_files, read_raw_file

from .child_reading import MOST_MEGABYTES, READ, read_in_child

FOLDER = Path(os.environ["HCC_SDTM_DATA"]) if "HCC_SDTM_DATA" in os.environ else None
FOLDERS = {"spreadsheets": 209, "edc-exports": 167, "raw-forms": 4, "tcga-lihc": 8, "standards": 2}

DYING = """
import os, time
def read(what):
    if what == "abort":
        os.abort()
    if what == "sleep":
        time.sleep(60)
    if what == "memory":
        filled = bytearray(600 << 20)
    if what == "panic":
        raise type("PanicException", (BaseException,), {})("of a library below")
    return "read: " + what
"""


def test_a_file_that_ends_the_process_is_the_one_that_is_named():
    whats = ["a", "abort", "b", "panic", "sleep", "c", "memory"]
    outcomes = read_in_child([[what] for what in whats], DYING, seconds=10)
    assert [outcome.text.partition(" ")[0] for outcome in outcomes] == [
        "read:", "died:", "read:", "raised:", "died:", "read:", "read:",
    ]  # fmt: skip
    assert outcomes[-1].megabytes > MOST_MEGABYTES > outcomes[-2].megabytes


@pytest.mark.skipif(FOLDER is None, reason="HCC_SDTM_DATA names no folder")
@pytest.mark.parametrize(("name", "count"), FOLDERS.items())
def test_every_file_is_read_or_refused_in_one_line(name, count):
    files = list_raw_files(FOLDER / name)
    archives = sorted(path.name for path in (FOLDER / name).glob("*.zip"))
    assert len(files) == count
    outcomes = read_in_child([[str(FOLDER / name), each] for each in (*files, *archives)], READ)
    wrong = {
        file: outcome
        for file, outcome in zip((*files, *archives), outcomes, strict=True)
        if not outcome.text.startswith(("read: ", f"refused: {file}"))
        or "\n" in outcome.text
        or outcome.megabytes > MOST_MEGABYTES
    }
    assert not wrong
    assert sum(outcome.text.startswith("read: ") for outcome in outcomes) >= 0.9 * count or name == "standards"


@pytest.mark.skipif(FOLDER is None, reason="HCC_SDTM_DATA names no folder")
@pytest.mark.parametrize("encoding", ["utf16", "iso8859-15", "macroman"])
def test_one_export_in_another_encoding_is_the_same_tables(encoding):
    folder = FOLDER / "edc-exports"
    name = "s_export_CSV-xls_CTU05_short_ref_miss_fr_{}.zip".format
    members = [
        member for member in list_raw_files(folder) if member.startswith(name(encoding)) and member.endswith(".xls")
    ]
    assert len(members) == 31
    accents = 0
    for member in members:
        sheets, findings = read_raw_file(folder, member)
        expected, _ = read_raw_file(folder, member.replace(name(encoding), name("utf8bom")))
        assert [sheet.grid.tolist() for sheet in sheets] == [sheet.grid.tolist() for sheet in expected]
        assert not findings["rule"].str.startswith(("RAW-014", "RAW-016", "RAW-018", "RAW-019")).any()
        accents += sum(not text.isascii() for text in sheets[0].grid.ravel())
    assert accents > 30


@pytest.mark.skipif(FOLDER is None, reason="HCC_SDTM_DATA names no folder")
@pytest.mark.parametrize("folder", ["raw-forms", "tcga-lihc"])
def test_text_files_read_as_pandas_reads_them(folder):
    for path in sorted((FOLDER / folder).iterdir()):
        sheets, findings = read_raw_file(path.parent, path.name)
        separator = "\t" if path.suffix == ".txt" else ","
        frame = pd.read_csv(path, sep=separator, header=None, dtype=str, keep_default_na=False, skip_blank_lines=False)
        assert sheets[0].grid.tolist() == frame.to_numpy().tolist()
        assert findings.empty
