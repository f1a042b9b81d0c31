from __future__ import annotations

import csv
import zipfile
from datetime import datetime

import numpy as np
import pandas as pd
from openpyxl import load_workbook

from hcc_sdtm.finding import FINDING_COLUMNS, Finding, findings_frame
from hcc_sdtm.outputs.findings import count_findings, sort_findings, write_findings
from tests.outputs.tables import CUTOFF, FINDINGS


def test_errors_come_first_and_records_in_order_of_number():
    ordered = sort_findings(FINDINGS.iloc[::-1])
    assert ordered[["severity", "record"]].to_numpy().tolist() == [
        ["error", "10"],
        ["error", "2"],
        ["warning", "10"],
        ["note", ""],
    ]
    two = FINDINGS.iloc[[1, 1]].assign(record=["10", "9"])
    assert sort_findings(two)["record"].tolist() == ["9", "10"]


def test_any_order_of_the_findings_gives_the_same_bytes(tmp_path):
    shuffled = FINDINGS.iloc[[2, 0, 3, 1]]
    for name, findings in (("one", FINDINGS), ("two", shuffled)):
        (tmp_path / name).mkdir()
        write_findings(tmp_path / name, findings, CUTOFF)
    for name in ("findings.csv", "findings.xlsx"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_csv_has_the_mark_every_finding_and_no_formula(tmp_path):
    write_findings(tmp_path, FINDINGS, CUTOFF)
    assert (tmp_path / "findings.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(FINDING_COLUMNS)
    assert [row["typed"] for row in rows] == ["", "-1.5", "'=1+1", ""]
    assert rows[2]["source"] == "site_101.xlsx:入组!C7"
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())


def test_workbook_has_a_summary_and_a_sheet_a_site(tmp_path):
    write_findings(tmp_path, FINDINGS, CUTOFF)
    book = load_workbook(tmp_path / "findings.xlsx")
    assert book.sheetnames == ["Summary", "no site", "101", "102"]
    summary = [list(row) for row in book["Summary"].iter_rows(values_only=True)]
    assert summary == [
        ["severity", "rule", "site", "count"],
        ["error", "all rules", "all", 2],
        ["warning", "all rules", "all", 1],
        ["note", "all rules", "all", 1],
        ["error", "RS-003 response.after-death", "102", 2],
        ["warning", "DM-004 sex.term", "101", 1],
        ["note", "ST-001 column.unused", "no site", 1],
    ]
    sheet = book["101"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:M2"
    header = [cell.value for cell in sheet[1]]
    row = dict(zip(header, sheet[2], strict=True))
    assert row["typed"].value == "'=1+1"
    assert row["typed"].data_type == "s"
    assert row["message"].alignment.wrap_text
    assert row["rule"].alignment.vertical == "top"
    assert sheet.column_dimensions["J"].width == 70
    assert book["no site"][2][header.index("value")].value == "\ufffdbell"
    assert book.properties.modified == book.properties.created == datetime(2024, 2, 29)


def test_a_long_message_has_a_row_high_enough_for_it(tmp_path):
    findings = findings_frame(
        [Finding("R-001 r", "error", text) for text in ("short", "word " * 40, "很长的说明" * 20)]
    )
    write_findings(tmp_path, findings, CUTOFF)
    sheet = load_workbook(tmp_path / "findings.xlsx")["no site"]
    heights = {sheet.cell(row, 10).value[:4]: sheet.row_dimensions[row].height for row in (2, 3, 4)}
    assert heights == {"shor": None, "word": 45, "很长的说": 45}


def test_members_of_the_workbook_carry_no_clock(tmp_path):
    write_findings(tmp_path, FINDINGS, CUTOFF)
    with zipfile.ZipFile(tmp_path / "findings.xlsx") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_a_workbook_that_would_be_too_long_is_cut_and_says_so(tmp_path):
    write_findings(tmp_path, FINDINGS, CUTOFF, workbook_limit=2)
    book = load_workbook(tmp_path / "findings.xlsx")
    assert book.sheetnames == ["Summary", "102"]
    first = [cell.value for cell in book["Summary"][2]]
    assert first == [None, "the sheets hold the first 2 of 4 findings; findings.csv has all", "all", 4]
    assert len((tmp_path / "findings.csv").read_text(encoding="utf-8-sig").splitlines()) == 5


def test_site_names_that_excel_refuses_as_titles(tmp_path):
    sites = ["a/b", "a_b", "A_B", "x" * 40, "x" * 41, "History", "=1"]
    findings = findings_frame([Finding("R-001 r", "error", "m", site=site) for site in sites])
    write_findings(tmp_path, findings, CUTOFF)
    titles = load_workbook(tmp_path / "findings.xlsx").sheetnames[1:]
    assert len({title.casefold() for title in titles}) == len(sites)
    assert all(len(title) <= 31 and not set(title) & set("[]:*?/\\") for title in titles)


def test_no_findings(tmp_path):
    write_findings(tmp_path, findings_frame(), CUTOFF)
    assert (tmp_path / "findings.csv").read_text(encoding="utf-8-sig").splitlines() == [
        ",".join(f'"{name}"' for name in FINDING_COLUMNS)
    ]
    assert load_workbook(tmp_path / "findings.xlsx").sheetnames == ["Summary"]


def test_counts_add_up():
    rng = np.random.default_rng(1)
    findings = FINDINGS.iloc[rng.integers(0, 4, 500)]
    counts = count_findings(findings)
    assert counts["count"].sum() == 500
    assert counts["severity"].tolist() == ["error", "warning", "note"]
    assert isinstance(counts, pd.DataFrame)
