from __future__ import annotations

import csv
import zipfile
from datetime import datetime

import numpy as np
import pandas as pd
from openpyxl import load_workbook

from hcc_sdtm.checks.causes import group_findings
from hcc_sdtm.finding import FINDING_COLUMNS, Finding, findings_frame
from hcc_sdtm.outputs.findings import count_findings, write_findings
from hcc_sdtm.register.register import REGISTER_COLUMNS, Register, with_register
from tests.outputs.tables import CUTOFF, FINDINGS


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
    assert list(rows[0]) == [*FINDING_COLUMNS, *REGISTER_COLUMNS]
    assert [row["typed"] for row in rows] == ["", "-1.5", "'=1+1", ""]
    assert rows[2]["source"] == "site_101.xlsx:入组!C7"
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())


def test_workbook_has_a_summary_and_a_sheet_a_site(tmp_path):
    write_findings(tmp_path, FINDINGS, CUTOFF)
    book = load_workbook(tmp_path / "findings.xlsx")
    assert book.sheetnames == ["Summary", "no site", "101", "102"]
    summary = [list(row) for row in book["Summary"].iter_rows(values_only=True)]
    assert summary == [
        ["severity", "rule", "site", "count", "grouped", "waived"],
        ["error", "all rules", "all", 2, 0, 0],
        ["warning", "all rules", "all", 1, 0, 0],
        ["note", "all rules", "all", 1, 0, 0],
        ["error", "RS-003 response.after-death", "102", 2, 0, 0],
        ["warning", "DM-004 sex.term", "101", 1, 0, 0],
        ["note", "ST-001 column.unused", "no site", 1, 0, 0],
    ]
    sheet = book["101"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:P2"
    header = [cell.value for cell in sheet[1]]
    row = dict(zip(header, sheet[2], strict=True))
    assert row["typed"].value == "'=1+1"
    assert row["typed"].data_type == "s"
    assert row["message"].alignment.wrap_text
    assert row["rule"].alignment.vertical == "top"
    assert sheet.column_dimensions["K"].width == 70
    assert book["no site"][2][header.index("value")].value == "\ufffdbell"
    assert book.properties.modified == book.properties.created == datetime(2024, 2, 29)


def test_what_comes_from_one_cell_is_folded_under_its_lead_and_waived_findings_come_last(tmp_path):
    cell = {"site": "101", "source": "s.xlsx:A!C7", "typed": "x", "variable": "SEX"}
    findings = group_findings(
        findings_frame(
            [
                Finding("SCH-002 schema.required-missing", "error", "no value", **cell),
                Finding("DM-011 a.b", "error", "other", site="101"),
                Finding("DM-010 a.b", "error", "waived", site="101"),
                Finding("MAP-013 term.unknown", "warning", "=no term", **cell),
            ]
        )
    )
    registered = with_register(findings, Register(), CUTOFF)[0]
    registered.loc[2, ["status", "waiver"]] = ["waived", "=confirmed (Li, 2024-01-01)"]
    write_findings(tmp_path, registered, CUTOFF)
    sheet = load_workbook(tmp_path / "findings.xlsx")["101"]
    header = [cell.value for cell in sheet[1]]
    rule, waiver = header.index("rule"), header.index("waiver")
    assert [row[rule][:7] for row in sheet.iter_rows(2, values_only=True)] == [
        "DM-011 ",
        "MAP-013",
        "SCH-002",
        "DM-010 ",
    ]
    assert [sheet.row_dimensions[row].outlineLevel for row in (2, 3, 4, 5)] == [0, 0, 1, 0]
    assert [sheet.cell(row, 1).alignment.indent for row in (2, 3, 4, 5)] == [0, 0, 2, 0]
    assert not sheet.sheet_properties.outlinePr.summaryBelow
    assert sheet[5][waiver].value == "'=confirmed (Li, 2024-01-01)"
    assert sheet[3][header.index("message")].value == "'=no term"
    counts = count_findings(registered)
    assert counts[["rule", "count", "grouped", "waived"]].to_numpy().tolist() == [
        ["DM-010 a.b", 1, 0, 1],
        ["DM-011 a.b", 1, 0, 0],
        ["SCH-002 schema.required-missing", 1, 1, 0],
        ["MAP-013 term.unknown", 1, 0, 0],
    ]
    with (tmp_path / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["cause"] != "" for row in rows] == [False, False, True, False]
    assert rows[2]["cause"] == rows[3]["key"]


def test_a_long_message_has_a_row_high_enough_for_it(tmp_path):
    findings = findings_frame(
        [Finding("R-001 r", "error", text) for text in ("short", "word " * 40, "很长的说明" * 20)]
    )
    write_findings(tmp_path, findings, CUTOFF)
    sheet = load_workbook(tmp_path / "findings.xlsx")["no site"]
    heights = {sheet.cell(row, 11).value[:4]: sheet.row_dimensions[row].height for row in (2, 3, 4)}
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
    assert first == [None, "the sheets hold the first 2 of 4 findings; findings.csv has all", "all", 4, None, None]
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
        ",".join(f'"{name}"' for name in (*FINDING_COLUMNS, *REGISTER_COLUMNS))
    ]
    assert load_workbook(tmp_path / "findings.xlsx").sheetnames == ["Summary"]


def test_counts_add_up():
    rng = np.random.default_rng(1)
    findings = FINDINGS.iloc[rng.integers(0, 4, 500)]
    counts = count_findings(findings)
    assert counts["count"].sum() == 500
    assert counts["severity"].tolist() == ["error", "warning", "note"]
    assert isinstance(counts, pd.DataFrame)
