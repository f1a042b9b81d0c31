"""The ranking as a file, in the findings, in the report and in the order of all three."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from hcc_sdtm.impact.impact import RANKING_COLUMNS, Impact
from hcc_sdtm.outputs.finding_groups import as_registered, sort_findings, sort_groups
from hcc_sdtm.outputs.findings import write_findings
from hcc_sdtm.outputs.findings_text import render_findings_text
from hcc_sdtm.outputs.impact import COLUMNS, impact_content, write_impact
from hcc_sdtm.outputs.queries.moved import moved_lines, read_moved
from hcc_sdtm.outputs.queries.words import WORDS
from tests.outputs.tables import CUTOFF, FINDINGS


def ranking(*rows):
    """Rows of rank, key, measure, statistic, time, unit, value, least, greatest, change."""
    made = [
        (rank, key, 1, "PFS", "Progression-free", statistic, measure, time, cause, unit, *numbers, "enumerated")
        for rank, key, statistic, measure, time, cause, unit, *numbers in rows
    ]
    return pd.DataFrame(made, columns=list(RANKING_COLUMNS))


@pytest.fixture
def marked():
    """The findings, of which the note moves most and a warning less, and the ranking."""
    findings = as_registered(FINDINGS)
    keys = findings.set_index("severity")["key"]
    moves = ranking(
        (1, keys["note"], "median", "median", np.nan, "", "months", 8.0, 7.25, np.nan, np.inf),
        (2, keys["warning"], "rate at 12 months", "rate", 12.0, "", "%", 40.0, 38.05, 40.0, 1.95),
        (2, keys["warning"], "incidence", "incidence", 6.0, "=a cause", "%", 1.0, 1.0, 3.0, 2.0),
    )
    impact = Impact(
        moves, {keys["note"]: 1, keys["warning"]: 2}, {keys["note"]: "PFS median", keys["warning"]: "PFS rate"}
    )
    return impact, impact.mark(findings)


def test_what_moves_an_endpoint_comes_first_whatever_its_severity(marked, tmp_path):
    _, findings = marked
    shuffled = findings.iloc[[2, 0, 3, 1]]
    assert sort_findings(shuffled)["severity"].tolist() == ["note", "warning", "error", "error"]
    assert sort_groups(shuffled)["rank"].tolist() == ["1", "2", "", ""]
    write_findings(tmp_path, shuffled, CUTOFF)
    with (tmp_path / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["rank"], row["impact"]) for row in rows] == [
        ("1", "PFS median"),
        ("2", "PFS rate"),
        ("", ""),
        ("", ""),
    ]
    assert list(rows[0])[-2:] == ["rank", "impact"]


def test_the_workbook_has_ranks_as_numbers(marked, tmp_path):
    write_findings(tmp_path, marked[1], CUTOFF)
    sheet = load_workbook(tmp_path / "findings.xlsx")["101"]
    header = [cell.value for cell in sheet[1]]
    row = dict(zip(header, sheet[2], strict=True))
    assert (row["rank"].value, row["impact"].value) == (2, "PFS rate")
    assert row["impact"].alignment.wrap_text


def test_waived_findings_come_last_even_where_they_once_moved(marked):
    findings = marked[1]
    waived = findings.assign(status=["waived" if rank == "1" else "" for rank in findings["rank"]])
    assert sort_groups(waived)["rank"].tolist() == ["2", "", "", "1"]


def test_findings_without_a_ranking_have_no_columns_of_it(tmp_path):
    write_findings(tmp_path, FINDINGS, CUTOFF)
    assert "impact" not in (tmp_path / "findings.csv").read_text(encoding="utf-8-sig")


def test_the_terminal_says_under_a_finding_what_it_moves(marked):
    lines = render_findings_text(marked[1]).splitlines()
    assert lines[2] == "    moves PFS rate"  # the note, which moves more, is counted and not shown


def test_the_file_has_whole_numbers_and_no_formula(marked, tmp_path):
    impact, findings = marked
    write_impact(tmp_path / "impact.csv", impact.ranking, findings)
    assert (tmp_path / "impact.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "impact.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [rows[0][name] for name in ("value", "least", "greatest", "change", "time")] == [
        "8.0",
        "7.25",
        "NE",
        "NE",
        "",
    ]
    assert [rows[1][name] for name in ("rank", "site", "time", "change", "bound")] == [
        "2",
        "101",
        "12.0",
        "1.95",
        "enumerated",
    ]
    assert rows[2]["cause"] == "'=a cause"


def test_an_empty_ranking_is_a_file_with_a_header(tmp_path):
    write_impact(tmp_path / "impact.csv", ranking(), as_registered(FINDINGS))
    (line,) = (tmp_path / "impact.csv").read_text(encoding="utf-8-sig").splitlines()
    assert line == ",".join(f'"{name}"' for name in COLUMNS)


def test_the_report_shows_the_first_questions_and_counts_the_others(marked):
    impact, findings = marked
    content = impact_content(impact, findings, most=1)
    assert [(row["rank"], row["impact"], row["others"]) for row in content.rows] == [(1, "PFS median", 0)]
    assert content.more == 1


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                ["Moves PFS median to or from NE (7.3 to NE)"],
                [
                    "Moves PFS rate at 12 months by up to 2.0 points (38.1 to 40.0)",
                    "Moves PFS incidence by up to 2.0 points (1.0 to 3.0)",
                ],
            ],
        ),
        (
            "zh",
            [
                ["可使PFS中位数变为NE或不再为NE（7.3至NE）"],
                [
                    "可使PFS12个月率变动最多2.0个百分点（38.1至40.0）",
                    "可使PFS6个月累积发生率（'=a cause）变动最多2.0个百分点（1.0至3.0）",
                ],
            ],
        ),
    ],
)
def test_a_query_says_in_the_sites_language_what_its_answer_moves(marked, tmp_path, language, expected):
    impact, findings = marked
    (tmp_path / "results").mkdir()
    write_impact(tmp_path / "results" / "impact.csv", impact.ranking, findings)
    moved = read_moved(tmp_path)
    assert [moved_lines(moved[rank], WORDS[language]) for rank in ("1", "2")] == expected
    assert moved_lines((), WORDS[language]) == []


def test_a_run_without_a_ranking_asks_without_it(tmp_path):
    assert read_moved(tmp_path) == {}
