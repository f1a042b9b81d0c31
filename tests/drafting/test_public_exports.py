"""Exports that nobody here made: every one gives a draft that is a mapping, and each has the lines that it must have."""

import os
from pathlib import Path

import pytest

from hcc_sdtm.dataset import Lineage
from hcc_sdtm.drafting import draft_mapping
from hcc_sdtm.mapping.applying import map_site
from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import read_sheets
from tests.drafting.draft_site import specs, written

FOLDER = Path(os.environ["HCC_SDTM_DATA"]) if "HCC_SDTM_DATA" in os.environ else None
pytestmark = pytest.mark.skipif(FOLDER is None, reason="HCC_SDTM_DATA names no folder")


def drafted(pattern, folder):
    sheets = {}
    for path in sorted(FOLDER.glob(pattern)):
        for sheet in read_sheets(path, path.name)[0]:
            sheets.setdefault(sheet.file, []).append(sheet)
    made = draft_mapping(sheets, "104", specs())
    return made, written(made, folder)[0]


def test_tcga_liver(tmp_path):
    made, data = drafted("tcga-lihc/*.txt", tmp_path)
    assert {"patient", "drug"} <= set(data["tables"])
    assert data["tables"]["patient"]["header"] == {"any_of": ["1", "2", "3"]}
    assert data["tables"]["patient"]["subject"] == "bcr_patient_barcode"
    assert "unique" not in data["tables"]["follow_up_v4_0"]  # several forms of one patient, of which none may be lost
    assert "[Not Available]" in data["missing"]
    assert data["DM"][0]["SEX"] == {"term": "gender", "map": {"MALE": "M", "FEMALE": "F"}}
    assert "death_days_to" in made.text.split("# Not placed:")[1]


def test_hcc_after_chemoembolisation(tmp_path):
    made, data = drafted("hcc-tace-seg/*.xlsx", tmp_path)
    assert data["DM"][0]["SEX"]["map"] == {"1": "M", "2": "F"}  # the glossary in the second sheet says so
    tests = {block["LBTESTCD"]["constant"] for block in data["LB"]}
    assert tests == {"AFP"}
    assert "read as a data dictionary" in made.text


def test_raw_forms(tmp_path):
    _, data = drafted("raw-forms/*.csv", tmp_path)
    assert data["DM"][0]["RFICDTC"] == {"date": "IC_DT", "order": "mdy"}
    assert data["EX"][0]["EXSTDTC"] == {"date": "IT.ECSTDAT"}
    assert data["CM"][0]["CMTRT"] == {"copy": "MDRAW"}


def test_an_edc_export_with_its_code_lists(tmp_path):
    _, data = drafted("edc-exports/*_long_ref_miss_en_utf8.zip", tmp_path)
    (weight,) = [block for block in data["VS"] if block["VSTESTCD"] == {"constant": "WEIGHT"}]
    assert weight["VSORRESU"] == {"constant": "kg"}


@pytest.mark.parametrize(
    ("folder", "pattern", "least"),
    [
        ("tcga-lihc", "*.txt", {"DM": 377, "LB": 1000, "CM": 50}),
        ("raw-forms", "*.csv", {"DM": 306, "EX": 591, "DS": 500, "CM": 10}),
        ("hcc-tace-seg", "*.xlsx", {"DM": 105, "LB": 100}),
        ("edc-exports", "*_long_ref_miss_en_utf8.zip", {"VS": 20, "AE": 2}),
        ("edc-exports", "*_CDISC.zip", {"VS": 20, "AE": 2}),
    ],
)
def test_a_draft_can_be_mapped_as_it_is(tmp_path, folder, pattern, least):
    drafted(f"{folder}/{pattern}", tmp_path)
    mapping = read_mapping(tmp_path / "draft.yaml", "draft.yaml", specs())
    mapped = map_site(mapping, FOLDER / folder, specs(), Lineage())
    counts = {domain: sum(map(len, frames)) for domain, frames in mapped.frames.items()}
    assert {domain: counts.get(domain, 0) >= count for domain, count in least.items()} == dict.fromkeys(least, True), (
        counts
    )


def test_every_public_spreadsheet_gives_a_draft_that_is_a_mapping(tmp_path):
    failed = []
    for path in sorted(FOLDER.glob("spreadsheets/**/*")):
        try:
            sheets = read_sheets(path, path.name)[0] if path.is_file() else []
        except StudyError:
            continue
        by_file = {}
        for sheet in sheets:
            by_file.setdefault(sheet.file, []).append(sheet)
        (tmp_path / "draft.yaml").write_text(draft_mapping(by_file, "1", specs()).text, encoding="utf-8")
        try:
            read_mapping(tmp_path / "draft.yaml", path.name, specs())
        except StudyError as error:
            failed.append((path.name, error.problems))
    assert not failed
