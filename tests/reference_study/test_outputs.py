"""What a run leaves behind: the same bytes each time, readable by other programs, whole after a kill, and naming nobody."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest

from hcc_sdtm import pipeline
from tests.reference_study.cells import open_workbook
from tests.reference_study.study_copy import copy_study, hcc_sdtm, read_rows, write_rows
from tests.reference_study.truth import RAW, ROOT

COMMAND = (sys.executable, "-c", "from hcc_sdtm.cli import main; main()")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    return kept | changes


def test_every_output_of_the_readme_is_there(reference_run):
    written = set(contents(reference_run.out))
    for kind, names in (("sdtm", reference_run.result.sdtm), ("adam", reference_run.result.adam)):
        for name in names:
            assert {f"{kind}/{name.lower()}.xpt", f"{kind}/{name.lower()}.json"} <= written
    for name in reference_run.result.curves:
        assert {f"results/figures/{name.lower()}.svg", f"results/figures/{name.lower()}.png"} <= written
    assert {
        "results/ard.json",
        "results/ars.json",
        "results/tie_out.csv",
        "results/tables/endpoints.html",
        "findings.csv",
        "findings.xlsx",
        "rules.csv",
        "lineage.parquet",
        "assumptions.csv",
        "reconciliation.csv",
        "report.html",
        "manifest.json",
    } <= written


def test_another_process_place_time_zone_and_hash_seed_give_the_same_bytes(reference_run, tmp_path):
    out = tmp_path / "elsewhere" / "out"
    ended = subprocess.run(
        [*COMMAND, "run", ROOT, "-o", out],
        cwd=tmp_path,
        env=environment(PYTHONHASHSEED="4711", TZ="Asia/Shanghai", LC_ALL="C"),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr.decode()
    one, two = contents(reference_run.out), contents(out)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_the_order_of_a_sites_rows_changes_no_sdtm_value(reference_run, tmp_path):
    study = copy_study(tmp_path)
    shuffle = random.Random(20210301).shuffle
    for path in (study / "raw" / "site_103").glob("*.csv"):
        head, *rows = read_rows(path)
        # the row of a duplicated subject stays last: of two rows of one subject the first is kept, as its finding says
        last = [rows.pop()] if path.name == "enrolment.csv" else []
        shuffle(rows)
        write_rows(path, [head, *rows, *last])
    result = pipeline.run(study)
    assert result.sdtm.keys() == reference_run.result.sdtm.keys()
    for name, dataset in result.sdtm.items():
        pd.testing.assert_frame_equal(dataset.published, reference_run.frame(name))


def test_every_xpt_reads_back_as_the_published_frame(reference_run):
    names = [("sdtm", name) for name in reference_run.result.sdtm] + [
        ("adam", name) for name in reference_run.result.adam
    ]
    for folder, name in names:
        frame, meta = pyreadstat.read_xport(
            str(reference_run.out / folder / f"{name.lower()}.xpt"), disable_datetime_conversion=True
        )
        expected = reference_run.frame(name)
        assert meta.table_name == name
        assert list(frame) == list(expected)
        for column in expected:
            if expected[column].dtype == object:
                assert frame[column].fillna("").tolist() == expected[column].tolist(), (name, column)
            else:
                np.testing.assert_allclose(frame[column].to_numpy(float), expected[column].to_numpy(), rtol=1e-14)


def test_every_dataset_json_reads_back_as_the_published_frame(reference_run):
    names = [("sdtm", name) for name in reference_run.result.sdtm] + [
        ("adam", name) for name in reference_run.result.adam
    ]
    for folder, name in names:
        path = reference_run.out / folder / f"{name.lower()}.json"
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)
        expected = reference_run.frame(name)
        assert content["datasetJSONVersion"].startswith("1.1")
        assert content["name"] == name
        assert content["records"] == len(content["rows"]) == len(expected)
        assert [column["name"] for column in content["columns"]] == list(expected)
        for position, column in enumerate(content["columns"]):
            values = [row[position] for row in content["rows"]]
            wanted = expected[column["name"]]
            if wanted.dtype != object and column["dataType"] == "date":
                wanted = (pd.Timestamp("1960-01-01") + pd.to_timedelta(wanted, unit="D")).dt.strftime("%Y-%m-%d")
            assert values == [None if pd.isna(value) else value for value in wanted], (name, column["name"])


def test_results_are_json_without_nan_and_hold_every_statistic(reference_run):
    text = (reference_run.out / "results" / "ard.json").read_text(encoding="utf-8")
    results = json.loads(text, parse_constant=pytest.fail)["results"]
    endpoints = reference_run.result.endpoints
    assert [(row["endpoint"], row["statistic"], row["text"]) for row in results] == list(
        endpoints[["endpoint", "statistic", "text"]].itertuples(index=False, name=None)
    )
    for row, value in zip(results, endpoints["value"], strict=True):
        assert row["value"] == (None if np.isnan(value) else pytest.approx(value, rel=1e-12)), row["statistic"]


def test_no_cell_of_the_findings_can_start_a_formula(reference_run):
    book = openpyxl.load_workbook(reference_run.out / "findings.xlsx")
    assert book.sheetnames[0] == "Summary"
    assert {"101", "102", "103"} <= set(book.sheetnames)
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert len(texts) > 300
    assert not [text for text in texts if text.startswith(tuple("=+-@"))]
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_report_names_every_endpoint_and_fetches_nothing(reference_run):
    report = (reference_run.out / "report.html").read_text(encoding="utf-8")
    for label in reference_run.result.endpoints["label"].unique():
        assert label.replace("&", "&amp;") in report
    assert " src=" not in report.replace(' src="data:', "")
    assert "<link" not in report
    assert "<script" not in report


# identity


def identifiers() -> list[str]:
    """Hospital numbers and names of site 101, as typed and, for the numbers, without their leading zeros."""
    rows = list(open_workbook(RAW / "site_101.xlsx")["入组"].iter_rows(min_row=2, max_col=2, values_only=True))
    numbers = [str(number) for number, _ in rows]
    return [*numbers, *(number.lstrip("0") for number in numbers), *(str(name) for _, name in rows)]


def searchable(path: Path) -> str:
    """Everything a file holds as text: packed parts opened, parquet columns and metadata decoded."""
    data = [path.read_bytes()]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            data += [packed.read(name) for name in packed.namelist()]
    text = "\n".join(
        part.decode(encoding, "replace") for part in data for encoding in ("utf-8", "gb18030", "utf-16-le")
    )
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        text += (
            str({key: value.decode() for key, value in (table.schema.metadata or {}).items()})
            + table.to_pandas().to_csv()
        )
    return text


def named_in(text: str) -> list[str]:
    escaped = {identifier: json.dumps(identifier)[1:-1] for identifier in identifiers()}
    return [identifier for identifier, other in escaped.items() if identifier in text or other in text]


def test_the_search_for_identifiers_can_find_them():
    found = named_in(searchable(RAW / "site_101.xlsx"))
    assert len(identifiers()) == 84
    assert len(found) == 84


def test_no_hospital_number_or_name_is_in_any_output(reference_run):
    for path in sorted(reference_run.out.rglob("*")):
        if path.is_file() and path.suffix != ".png":
            assert named_in(searchable(path)) == [], path.name
    for path in reference_run.out.rglob("*.png"):
        assert not [name for name in identifiers() if name.encode() in path.read_bytes()]


def test_no_hospital_number_or_name_is_printed(reference_run, tmp_path):
    printed = hcc_sdtm("run", ROOT, "-o", tmp_path / "out", "--site", "101").output
    printed += hcc_sdtm("trace", reference_run.out, "OS", "101-005", "--raw", RAW).output
    assert "101-005" in printed
    assert named_in(printed) == []


# the folder


def test_the_manifest_is_verified_and_a_change_is_named(reference_run, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(reference_run.out, out)
    ended = hcc_sdtm("verify", out)
    assert (ended.exit_code, ended.output) == (0, f"{out}: as its manifest says\n")
    (out / "findings.csv").write_text("edited\n")
    (out / "sdtm" / "dm.xpt").unlink()
    (out / "notes.txt").write_text("mine\n")
    ended = hcc_sdtm("verify", out)
    assert ended.exit_code == 1
    assert ended.output.splitlines() == [
        "changed: findings.csv",
        "missing: sdtm/dm.xpt",
        "extra: notes.txt",
        f"{out}: 3 differences",
    ]


def test_a_folder_without_a_manifest_cannot_be_verified(tmp_path):
    ended = hcc_sdtm("verify", tmp_path)
    assert ended.exit_code == 2
    assert "has no manifest.json" in ended.output


def test_somebodys_folder_is_refused_and_kept(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("ten years of work")
    (out / "data.csv").write_text("1,2")
    ended = hcc_sdtm("run", ROOT, "-o", out)
    assert ended.exit_code == 2
    assert "is not empty (data.csv, thesis.docx) and out has no manifest.json" in ended.output
    assert contents(out) == {"data.csv": b"1,2", "thesis.docx": b"ten years of work"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_our_folder_with_a_changed_and_a_foreign_file_is_refused_and_kept(reference_run, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(reference_run.out, out)
    (out / "findings.csv").write_text("with a column for answers")
    (out / "answers.docx").write_text("answers")
    before = contents(out)
    ended = hcc_sdtm("run", ROOT, "-o", out)
    assert ended.exit_code == 2
    assert ended.output.splitlines() == [
        "not done: 2 problems",
        "  out/findings.csv: changed since the outputs were written; move it away or give another folder",
        "  out/answers.docx: added since the outputs were written; move it away or give another folder",
    ]
    assert contents(out) == before


# What the killed run had written when it was killed; the last waits for the swap itself.
MOMENTS = [
    "",
    "new",
    "new/sdtm/dm.xpt",
    "new/findings.csv",
    "new/results/ard.json",
    "new/report.html",
    "new/manifest.json",
    "swapped",
]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
def test_a_run_killed_at_any_moment_leaves_the_old_outputs_or_the_new_ones(reference_run, tmp_path):
    out, old = tmp_path / "out", contents(reference_run.out)
    command, left = [*COMMAND, "run", ROOT, "--site", "103", "-o", out], {}
    for moment in MOMENTS:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(reference_run.out, out)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(process, out, moment)
        finally:
            process.kill()
            process.wait()
        assert process.returncode in (-signal.SIGKILL, 1), moment
        left[moment] = contents(out)
    # the next run works, finds what the killed ones left beside the folder, and removes it
    ended = subprocess.run(command, capture_output=True, check=False)
    assert ended.returncode == 1, ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    new = contents(out)
    assert new["sdtm/dm.json"] != old["sdtm/dm.json"]
    for moment, found in left.items():
        at_the_end = moment in ("new/manifest.json", "swapped")
        assert found == old or (at_the_end and found == new), moment
    assert left["swapped"] == new


def wait_for(process: subprocess.Popen[bytes], out: Path, moment: str) -> None:
    """Until the run has come to the moment, or has ended."""
    inode = out.stat().st_ino
    until = time.monotonic() + 60
    while process.poll() is None:
        assert time.monotonic() < until, moment
        holders = list(out.parent.glob(".out.*"))
        if moment == "" and time.monotonic() > until - 59.5:
            return
        if moment == "swapped" and out.exists() and out.stat().st_ino != inode:
            return
        if moment not in ("", "swapped") and any((holder / moment).exists() for holder in holders):
            return
        time.sleep(0.001)
