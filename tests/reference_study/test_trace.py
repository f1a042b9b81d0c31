"""From a number to the cell: the chain that ``hcc-sdtm trace`` prints ends where somebody typed the date, and names nobody."""

from __future__ import annotations

import functools
import re
import shutil

import pandas as pd
import pytest

from tests.reference_study.cells import open_csv, open_workbook, read_cell, split_source
from tests.reference_study.study_copy import hcc_sdtm
from tests.reference_study.truth import RAW

HELD = re.compile(r'^\s+(\S.*) holds "(.*)"$')
POINTED = re.compile(r"^ {4,}(\w+) record (\d+) (\w+) = (.*)$")

# Subject, endpoint, date of the analysis row, and the cells that its chain ends at: the cell, its heading, the text in it.
# A date that a response gave ends at the cell of the response too.
CHAINS = [
    ("101-011", "PFS", "STARTDT", [("site_101.xlsx:放疗!K11", "开始日期1", "2022-11-08")]),
    (
        "101-011",
        "PFS",
        "ADT",
        [
            ("site_101.xlsx:随访!CJ13", "检查日期", "２０２３－０７－２０"),
            ("site_101.xlsx:随访!CT13", "RECIST 1.1疗效", "疾病进展(PD)"),
        ],
    ),
    ("101-011", "OS", "STARTDT", [("site_101.xlsx:入组!K12", "确诊日期", "2022-04-16")]),
    ("101-011", "OS", "ADT", [("site_101.xlsx:随访!IG13", "末次随访日期", "2024-02-03")]),
    (
        "101-011",
        "ORR",
        "ADT",
        [
            ("site_101.xlsx:随访!AF13", "检查日期", "2023.2.4"),
            ("site_101.xlsx:随访!AP13", "RECIST 1.1疗效", "部分缓解(PR)"),
        ],
    ),
    ("102-017", "PFS", "STARTDT", [("site_102.xlsx:Radiotherapy!J21", "First fraction", "11/08/2022")]),
    (
        "102-017",
        "PFS",
        "ADT",
        [("site_102.xlsx:Response!D90", "Scan date", "16/10/2023"), ("site_102.xlsx:Response!G90", "RECIST 1.1", "PR")],
    ),
    ("102-017", "OS", "STARTDT", [("site_102.xlsx:Enrolment!L18", "HCC diagnosis date", "27/10/2021")]),
    ("102-017", "OS", "ADT", [("site_102.xlsx:Follow-up!C18", "Last contact", "16/01/2024")]),
    (
        "102-017",
        "ORR",
        "ADT",
        [("site_102.xlsx:Response!D83", "Scan date", "16/09/2022"), ("site_102.xlsx:Response!G83", "RECIST 1.1", "PR")],
    ),
    ("103-010", "PFS", "STARTDT", [("site_103/radiotherapy.csv:L17", "rt_start", "06/01/2021")]),
    (
        "103-010",
        "PFS",
        "ADT",
        [
            ("site_103/response.csv:E48", "scan_date", "01/04/2022"),
            ("site_103/response.csv:F48", "recist", "Progressive disease"),
        ],
    ),
    ("103-010", "OS", "STARTDT", [("site_103/enrolment.csv:O11", "dx_date", "03/07/2019")]),
    ("103-010", "OS", "ADT", [("site_103/followup.csv:D11", "death_date", "12/09/2022")]),
    (
        "103-010",
        "ORR",
        "ADT",
        [
            ("site_103/response.csv:E44", "scan_date", "07/13/2021"),
            ("site_103/response.csv:F44", "recist", "Partial response"),
        ],
    ),
]


@functools.cache
def trace(out, name, subject):
    ended = hcc_sdtm("trace", out, name, subject, "--raw", RAW)
    assert ended.exit_code == 0, ended.output
    return ended.output


def chain(text, variable):
    """The lines below one date variable of the printed chain."""
    part = text.split(f"\n  {variable}\n")[1]
    return re.split(r"\n  (?=\S)", part)[0].splitlines()


def subject_in_row(source):
    """The study number of the subject whose row the cell is in, by the site's own files."""
    file, sheet, address = split_source(source)
    row = int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    if not sheet:
        return open_csv(RAW / file)[row - 1][0]
    first = str(open_workbook(RAW / file)[sheet][f"A{row}"].value)
    if file == "site_102.xlsx":
        return f"102-{first}"
    return dict(open_csv(RAW / "site_101_key.csv"))[first]


def headings_above(source):
    """The texts above the cell in its column."""
    file, sheet, address = split_source(source)
    letters = address.rstrip("0123456789")
    if not sheet:
        return [read_cell(f"{file}:{letters}1")]
    return [read_cell(f"{file}:{sheet}!{letters}{row}") for row in (1, 2, 4)]


@pytest.mark.parametrize(("subject", "name", "variable", "cells"), CHAINS)
def test_the_chain_ends_at_the_cells_that_hold_the_quoted_texts(reference_run, subject, name, variable, cells):
    lines = chain(trace(reference_run.out, name, subject), variable)
    ends = [found.groups() for line in lines if (found := HELD.match(line))]
    assert ends == [(cell, typed) for cell, _, typed in cells]
    for cell, heading, typed in cells:
        assert read_cell(cell) == typed
        assert subject_in_row(cell) == subject
        assert heading in headings_above(cell)
    assert "    the dates agree" in lines


@pytest.mark.parametrize("subject", ["101-011", "102-017", "103-010"])
def test_every_record_on_the_way_is_in_the_outputs_and_holds_the_value(reference_run, subject):
    followed = 0
    for name in ("PFS", "OS", "ORR"):
        for line in trace(reference_run.out, name, subject).splitlines():
            if found := POINTED.match(line):
                dataset, record, variable, value = found.groups()
                row = reference_run.frame(dataset).iloc[int(record) - 1]
                assert row["USUBJID"] == f"RTHCC-{subject}"
                day = row[variable]
                assert (day if isinstance(day, str) else pandas_day(day)) == value
                followed += 1
    assert followed >= 12


def pandas_day(number):
    return str((pd.Timestamp("1960-01-01") + pd.Timedelta(days=int(number))).date())


def test_a_response_that_no_single_record_gives_says_so(reference_run):
    text = trace(reference_run.out, "ORR", "103-005")
    assert "no one record gives this answer: it rests on all of the subject's assessments" in text


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        (
            "101-006",
            "Progression on 2021-07-05 (RS record 9) was not taken: new therapy began on 2021-06-10, before it; censored on "
            "2021-05-24 (RS record 8), last adequate assessment (CNSR 3).",
        ),
        (
            "101-004",
            "Death on 2021-07-30 (DM.DTHDTC) was not taken: too many planned assessments had gone by without one on "
            "2021-07-12, before it; censored on 2021-04-12 (RS record 5), last adequate assessment (CNSR 4).",
        ),
    ],
)
def test_why_the_date_is_this_one_stands_above_the_chain(reference_run, subject, sentence):
    text = trace(reference_run.out, "PFS", subject)
    above, _, below = text.partition("\n  STARTDT\n")
    assert f"\n  why       {sentence}\n" in f"{above}\n"
    date = re.search(r"ADT = (\S+);", above).group(1)
    assert f"ADTTE record {record_in(below, 'ADTTE')} ADT = {date}" in below
    assert date in sentence


def record_in(text, dataset):
    return re.search(rf"{dataset} record (\d+) ADT", text).group(1)


def test_what_a_partial_date_leaves_open_stands_in_the_row(reference_run):
    open_row = next(
        line for line in trace(reference_run.out, "TTNT2L", "101-005").splitlines() if line.startswith("  row")
    )
    assert "ADTLO = 2023-09-01; ADTHI = 2023-09-30; " in open_row
    assert "ADTBND = EXACT" in open_row
    assert "ADTLO" not in trace(reference_run.out, "PFS", "101-004")


def test_the_decisions_are_the_same_bytes_for_the_same_study_and_in_the_manifest(reference_run, tmp_path):
    again = tmp_path / "again"
    assert hcc_sdtm("run", RAW.parent, "-o", again).exit_code in (0, 1)
    assert (again / "decisions.parquet").read_bytes() == (reference_run.out / "decisions.parquet").read_bytes()
    assert '"decisions.parquet"' in (again / "manifest.json").read_text(encoding="utf-8")


def test_the_analysis_row_names_the_record_that_the_chain_follows(reference_run):
    tte = reference_run.frame("ADTTE")
    row = tte[(tte["USUBJID"] == "RTHCC-103-010") & (tte["PARAMCD"] == "PFS")].iloc[0]
    adrs = reference_run.frame("ADRS")
    pointed = adrs[(adrs["USUBJID"] == "RTHCC-103-010") & (adrs["ASEQ"] == row["SRCSEQ"])].iloc[0]
    assert (row["SRCDOM"], row["SRCVAR"], pointed["PARAMCD"], pointed["ADT"]) == ("ADRS", "ADT", "PD", row["ADT"])
    rs = reference_run.frame("RS")
    response = rs[(rs["USUBJID"] == "RTHCC-103-010") & (rs["RSSEQ"] == pointed["SRCSEQ"])].iloc[0]
    assert (pointed["SRCDOM"], pointed["SRCVAR"]) == ("RS", "RSDTC")
    assert (response["RSCAT"], response["RSSTRESC"], response["RSDTC"]) == ("RECIST 1.1", "PD", "2022-01-04")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["PFSS", "101-011"], 'no endpoint or parameter "PFSS"; did you mean "PFS"?'),
        (["PFS", "101-0111"], 'no subject "101-0111"; did you mean "101-011"?'),
        (["PFS", "101-001"], "RTHCC-101-001 has no row of PFS; it is not in the population of that parameter"),
    ],
)
def test_a_name_that_is_not_there_is_refused(reference_run, arguments, message):
    ended = hcc_sdtm("trace", reference_run.out, *arguments, "--raw", RAW)
    assert ended.exit_code == 2
    assert message in ended.output


def test_another_file_than_the_one_that_was_read_is_refused(reference_run, tmp_path):
    shutil.copytree(RAW, tmp_path / "raw")
    path = tmp_path / "raw" / "site_103" / "labs.csv"
    path.write_bytes(path.read_bytes().replace(b"103-001", b"103-002"))
    ended = hcc_sdtm("trace", reference_run.out, "PFS", "101-011", "--raw", tmp_path / "raw")
    assert ended.exit_code == 2
    assert "raw/site_103/labs.csv: not the file of this run: it changed since; run again" in ended.output
