"""Nothing lost at the three reference hospitals: every filled cell, as openpyxl and csv see it, is in one class."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from hcc_sdtm import pipeline
from tests.mapping.reconciliation_checks import Cells, assert_adds_up, parse_cells
from tests.reference_study.cells import open_csv, open_workbook
from tests.reference_study.study_copy import copy_study, read_rows, write_rows
from tests.reference_study.truth import RAW, ROOT


def sent_cells(folder: Path) -> tuple[Cells, dict[tuple[str, str], int]]:
    """The filled cells and the number of rows of every sheet of the folder."""
    cells: Cells = {}
    heights: dict[tuple[str, str], int] = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".xlsx":
            sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in open_workbook(path)}
        else:
            sheets = {"": open_csv(path)}
        for sheet, rows in sheets.items():
            cells[name, sheet] = {
                (row, column)
                for row, values in enumerate(rows, start=1)
                for column, value in enumerate(values, start=1)
                if value not in (None, "")
            }
            heights[name, sheet] = len(rows)
    return cells, heights


def test_the_cells_of_the_three_hospitals_add_up(reference_run):
    cells, heights = sent_cells(RAW)
    dictionary = ("site_103_dictionary.csv", "")
    result = reference_run.result
    files = result.reconciliation[result.reconciliation["measure"] == "files"]
    assert files[["file", "class"]].to_numpy().tolist() == [[dictionary[0], "no mapping reads it"]]
    del cells[dictionary], heights[dictionary]
    assert sum(map(len, cells.values())) > 9_000
    assert_adds_up(result.reconciliation, result.findings, cells, heights)


def test_each_subject_that_is_enrolled_is_one_row_mapped_to_dm(reference_run):
    lines = reference_run.result.reconciliation
    enrolled = {
        "101": ("site_101.xlsx", "入组"),
        "102": ("site_102.xlsx", "Enrolment"),
        "103": ("site_103/enrolment.csv", ""),
    }
    subjects = reference_run.frame("DM")["SITEID"].value_counts()
    for site, (file, sheet) in enrolled.items():
        of_dm = lines[
            (lines["file"] == file)
            & (lines["sheet"] == sheet)
            & (lines["measure"] == "rows mapped")
            & (lines["class"] == "DM")
            & (lines["name"] == "")
        ]
        assert of_dm["count"].tolist() == [subjects[site]]


def test_what_is_found_in_no_dataset_is_what_a_reader_of_the_forms_expects(reference_run):
    lines = reference_run.result.reconciliation
    lost = lines[(lines["measure"] == "cells") & ~lines["class"].isin(["used", "declared unused", "header"])]
    assert lost.groupby(["file", "sheet", "class"], sort=False)["count"].sum().to_dict() == {
        # the first visit has no reading, so that no record says how it was imaged
        ("site_101.xlsx", "随访", "not looked at in its row"): 26,
        # a second row of subject 009
        ("site_102.xlsx", "Enrolment", "in a row left out"): 15,
        ("site_102.xlsx", "Response", "above the table"): 2,
        # where a lesion lies is mapped from its first visit
        ("site_102.xlsx", "Lesions", "not looked at in its row"): 136,
        ("site_102.xlsx", "Extrahepatic", "not looked at in its row"): 172,
        # a row sent twice
        ("site_102.xlsx", "Laboratory", "in a row left out"): 6,
        ("site_103/enrolment.csv", "", "in a row left out"): 18,
        ("site_103/lesions.csv", "", "not looked at in its row"): 204,
    }


def test_other_texts_in_all_cells_called_unread_change_no_dataset(reference_run, tmp_path):
    study = copy_study(tmp_path)
    lines = reference_run.result.reconciliation
    unread = lines[
        lines["class"].isin(["not looked at in its row", "declared unused"]) & lines["file"].str.startswith("site_103/")
    ]
    changed = 0
    for file, of_file in unread.groupby("file"):
        path = study / "raw" / str(file)
        rows = read_rows(path)
        for row, column in parse_cells(", ".join(of_file["where"])):
            if rows[row - 1][column - 1]:
                rows[row - 1][column - 1] = f"other {row}"
                changed += 1
        write_rows(path, rows)
    assert changed == unread["count"].sum() == 870
    before, after = pipeline.run(ROOT, sites=["103"]), pipeline.run(study, sites=["103"])
    for name, dataset in before.sdtm.items():
        pd.testing.assert_frame_equal(dataset.published, after.sdtm[name].published)


def test_the_file_says_what_the_result_says(reference_run):
    with (reference_run.out / "reconciliation.csv").open(encoding="utf-8-sig", newline="") as stream:
        written = list(csv.DictReader(stream))
    assert written == reference_run.result.reconciliation.astype(str).to_dict("records")


def test_the_report_shows_it(reference_run):
    report = (reference_run.out / "report.html").read_text(encoding="utf-8")
    for text in ("site_101.xlsx:随访", "26 not looked at in its row", "DM 28, RS 25", "1 MAP-002 row.sent-twice"):
        assert text in report, text
