from __future__ import annotations

import re
from base64 import b64decode
from html.parser import HTMLParser

import pandas as pd

from hcc_sdtm.finding import findings_frame
from hcc_sdtm.outputs.assumptions import Assumption, build_assumptions
from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.made import Made
from hcc_sdtm.outputs.manifest import build_manifest
from hcc_sdtm.outputs.report import FigureContent, LeftOut, ReportContent, list_left_out, render_report
from hcc_sdtm.outputs.tables.table import Column, Count, Line, Table
from tests.outputs.tables import CUTOFF, FINDINGS, RESULTS

LEDGER = build_assumptions([Assumption("month", "30.4375", "specs/trial.yaml:14", "<b>every</b> duration")])
SETTLED = pd.DataFrame({"site": ["101"], "column": ["检查日期"], "fact": ["order <dmy>"]})
VOID = {"meta", "img", "col", "br", "link", "input", "hr"}


class Reader(HTMLParser):
    """Text of the page, and what it would load from elsewhere; fails where tags do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        assert tag != "script"
        self.loads += [value for name, value in attrs if name in ("src", "href") and tag != "a"]
        self.links += [value for name, value in attrs if name == "href" and tag == "a"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def render(tmp_path, findings=FINDINGS, figures=True, banner="dates are fictional: all of <them>", **more):
    raw = tmp_path / "site_101.xlsx"
    raw.write_bytes(b"raw")
    manifest = build_manifest(
        "RTHCC", CUTOFF, [("raw/<site>.xlsx", raw)], SETTLED, {"pandas": "2.3"}, ["site 103 failed"]
    )
    shown = [FigureContent("PFS & co", "<svg>曲线</svg>")] if figures else []
    outside = [LeftOut("all treated", tuple(f"S{number:02}" for number in range(42)))]
    facts = Facts("A <trial>", "RTHCC", "2024-02-29", "0123456789abcdef", banner)
    content = ReportContent(facts, 63, RESULTS, findings, LEDGER, manifest, figures=shown, outside=outside, **more)
    return render_report(content)


def read(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return re.sub(r"\s+", " ", " ".join(reader.text)), reader.loads


def test_says_what_a_reader_needs(tmp_path):
    text, loads = read(render(tmp_path))
    for wanted in (
        "dates are fictional: all of <them>",
        "site 103 failed",
        "Progression-free survival",
        "8.3 (6.1 to 10.2)",
        "Kaplan-Meier",
        "site_101.xlsx:入组!C7",
        'SEX "X" is not a term',
        "<b>every</b> duration",
        "specs/trial.yaml:14",
        "raw/<site>.xlsx",
        "order <dmy>",
        "pandas 2.3",
    ):
        assert wanted in text
    assert [load.split(",")[0] for load in loads] == ["data:image/svg+xml;base64"]
    assert b64decode(loads[0].split(",")[1]).decode() == "<svg>曲线</svg>"


def test_nothing_in_the_data_becomes_markup(tmp_path):
    page = render(tmp_path)
    for raw in ("<trial>", "<them>", "<rate>", "<death>", "<b>every", "<site>", "<dmy>"):
        assert raw not in page


def test_each_rule_is_one_line_with_its_count(tmp_path):
    text, _ = read(render(tmp_path))
    assert re.search(
        r"error RS-003 response\.after-death 2 visits\.csv:C7 RTHCC-102-001 RS RSDTC: response after <death>", text
    )
    assert text.index("RS-003") < text.index("DM-004") < text.index("ST-001")


def test_subjects_left_out_are_counted(tmp_path):
    text, _ = read(render(tmp_path))
    assert re.search(r"PFS Kaplan-Meier FAS 60 3 ", text)


def test_subjects_outside_a_population_are_listed_with_the_reason(tmp_path):
    adsl = pd.DataFrame({"USUBJID": ["A", "B", "C"], "RTFL": ["N", "Y", "N"], "SAFFL": ["Y", "Y", "Y"]})
    dm = pd.DataFrame({"USUBJID": ["C", "B", "A"], "ARMNRS": ["ASSIGNED, NOT TREATED", "", ""]})
    populations = {"RTFL": "all who started", "SAFFL": "all treated"}
    assert list_left_out(adsl, dm, populations) == [LeftOut("all who started", ("A", "C (ASSIGNED, NOT TREATED)"))]
    text, _ = read(render(tmp_path))
    assert "Not among all treated (42): S00, S01," in text
    assert "S39 and 2 more." in text


def test_the_same_content_gives_the_same_page(tmp_path):
    assert render(tmp_path) == render(tmp_path, findings=FINDINGS.iloc[::-1])


def test_a_study_without_findings_figures_or_banner(tmp_path):
    page = render(tmp_path, findings_frame(), figures=False, banner="")
    text, loads = read(page)
    assert "None." in text
    assert loads == []
    assert 'class="banner"' not in page


def test_tables_are_shown_and_files_and_what_was_not_made_are_listed(tmp_path):
    table = Table(
        "age", "Table 1. <Age>", "All subjects", (Column("Group"), Column("n (%)")), (Line(("18-64", Count(3, 4))),),
        ("A <note>.",), Facts("A <trial>", "RTHCC", "2024-02-29", "0123456789abcdef"),
    )  # fmt: skip
    made = [
        Made("age", "Table 1. <Age>", ("results/tables/age.html",), note="no RTF: why"),
        Made("os", "Figure <2>", reason="there is no endpoint OS"),
    ]
    page = render(tmp_path, tables=[table], made=made, tie_out="12 of 12 agree")
    reader = Reader()
    reader.feed(page)
    text, _ = read(page)
    assert reader.links == ["results/tables/age.html"]
    for wanted in (
        "Table 1. <Age>", "3 (75.0)", "A <note>.", "no RTF: why", "Figure <2>: there is no endpoint OS.",
        "12 of 12 agree", "data cut-off 2024-02-29", "0123456789abcdef",
    ):  # fmt: skip
        assert wanted in text
    assert "<Age>" not in page


def test_subgroups_are_lines_of_their_own_and_not_among_the_key_results(tmp_path):
    text, _ = read(render(tmp_path))
    assert re.search(r"Objective response <rate> READER: 读片 1 rate 38 %", text)
    assert text.index("Subgroups") < text.index("READER: 读片 1")
