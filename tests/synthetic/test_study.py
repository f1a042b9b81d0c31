import csv
import hashlib
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from hcc_sdtm.source import column_number
from hcc_sdtm.synthetic import REFERENCE_SEED, write_study
from hcc_sdtm.synthetic.faults import cell_text
from hcc_sdtm.synthetic.planned_faults import AMBIGUOUS, PLACES

REPOSITORY = Path(__file__).resolve().parents[2]


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def read_truth(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "truth" / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    write_study(folder, 60, REFERENCE_SEED)
    return folder


def test_same_seed_same_bytes_and_the_committed_study_is_what_the_seed_gives(reference):
    committed = {name: digest for name, digest in digests(REPOSITORY / "raw").items() if "site_10" in name}
    assert committed == digests(reference / "raw")
    assert digests(REPOSITORY / "truth") == digests(reference / "truth")


def test_another_seed_gives_another_study(tmp_path, reference):
    write_study(tmp_path, 60, REFERENCE_SEED + 1)
    assert digests(tmp_path).keys() == digests(reference).keys()
    assert digests(tmp_path)["raw/site_101.xlsx"] != digests(reference)["raw/site_101.xlsx"]


@pytest.mark.parametrize("subjects", [1, 5, 60, 300])
def test_any_number_of_subjects_gives_every_file(tmp_path, reference, subjects):
    write_study(tmp_path, subjects, 1)
    assert digests(tmp_path).keys() == digests(reference).keys()
    assert len(read_truth(tmp_path, "sdtm/dm.csv")) == subjects
    assert len(read_truth(tmp_path, "observer.csv")) == subjects
    assert openpyxl.load_workbook(tmp_path / "raw/site_101.xlsx").sheetnames == ["入组", "放疗", "随访"]


def test_no_subjects_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 1 subject, not 0"):
        write_study(tmp_path, 0)


def test_sites_have_their_shares(reference):
    sites = read_truth(reference, "sdtm/dm.csv")["SUBJID"].str[:3].value_counts().to_dict()
    assert sites == {"101": 28, "102": 18, "103": 14}


def test_every_fault_is_planted_and_stands_in_its_cell(reference):
    faults = read_truth(reference, "faults.csv")
    assert set(faults["FAULT"]) == {AMBIGUOUS, *(kind for kind, _ in PLACES)}
    assert len(faults) == 17
    workbooks = {name: openpyxl.load_workbook(reference / "raw" / name) for name in ("site_101.xlsx", "site_102.xlsx")}
    for fault in faults.to_dict("records"):
        if fault["SHEET"]:
            value = workbooks[fault["FILE"]][fault["SHEET"]][fault["CELL"]].value
        else:
            with (reference / "raw" / fault["FILE"]).open(encoding="cp1252", newline="") as stream:
                rows = list(csv.reader(stream))
            letters = fault["CELL"].rstrip("0123456789")
            value = rows[int(fault["CELL"][len(letters) :]) - 1][column_number(letters) - 1]
        assert cell_text(value) == fault["TYPED"], fault


def test_no_fault_stands_on_a_hand_written_subject(reference):
    hand_written = set(read_truth(reference, "scenarios.csv")["USUBJID"])
    assert len(hand_written) == 22
    assert not hand_written & set(read_truth(reference, "faults.csv")["USUBJID"])


def test_the_truth_identifies_nobody(reference):
    key = pd.read_csv(reference / "raw/site_101_key.csv", dtype=str)
    sheet = openpyxl.load_workbook(reference / "raw/site_101.xlsx")["入组"]
    names = [sheet.cell(row, 2).value for row in range(2, sheet.max_row + 1)]
    truth = "".join(path.read_text(encoding="utf-8") for path in (reference / "truth").rglob("*.csv"))
    assert not [secret for secret in [*key["住院号"], *names] if secret in truth]


def test_site_101_writes_dates_and_comments_as_people_do(reference):
    workbook = openpyxl.load_workbook(reference / "raw/site_101.xlsx")
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None]
    texts = {str(cell.value) for cell in cells if isinstance(cell.value, str)}
    assert {cell.number_format for cell in cells if cell.is_date} == {"yyyy-mm-dd", "yyyy-mm"}
    assert any(text.endswith("日") for text in texts)
    assert any("２０２" in text for text in texts)
    assert any(text.count(".") == 2 for text in texts)
    assert "不详" in texts
    assert "部分缓解(PR)" in texts
    assert [cell for cell in cells if cell.comment]
    merged = {str(area) for area in workbook["随访"].merged_cells.ranges}
    assert {"A1:A2", "B1:B2", "C1:P1"} <= merged


def test_site_102_has_a_title_a_hidden_column_leading_zeros_and_a_row_sent_twice(reference):
    workbook = openpyxl.load_workbook(reference / "raw/site_102.xlsx")
    assert [cell.value for cell in workbook["Response"][4]][:4] == ["Subject", "Visit", "Visit no.", "Scan date"]
    assert workbook["Enrolment"].column_dimensions["B"].hidden
    assert workbook["Enrolment"]["A2"].value == "001"
    rows = [tuple(cell.value for cell in row) for row in workbook["Laboratory"].iter_rows(min_row=2)]
    assert len(rows) - len(set(rows)) == 1
    diagnoses = [cell.value for cell in workbook["Enrolment"]["L"]]
    assert any(date.startswith("UN/") for date in diagnoses)
    assert any(date.startswith("UNK-") for date in diagnoses)


def test_site_103_is_windows_1252_and_not_utf_8(reference):
    text = (reference / "raw/site_103/labs.csv").read_bytes()
    assert "µg/L".encode("cp1252") in text
    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")
    header = (reference / "raw/site_103/enrolment.csv").read_text(encoding="cp1252").splitlines()[0]
    assert "race___1,race___2" in header
    dictionary = pd.read_csv(
        reference / "raw/site_103_dictionary.csv", encoding="cp1252", dtype=str, keep_default_na=False
    )
    fields = dictionary.set_index("Variable / Field Name")
    assert fields.at["sex", "Choices"] == "1, Male | 2, Female"
    assert fields.at["outside_date", "Text Validation Type"] == ""


def test_workbooks_carry_no_time_of_writing(reference):
    for name in ("site_101.xlsx", "site_102.xlsx"):
        with zipfile.ZipFile(reference / "raw" / name) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(2024, 3, 1, 0, 0, 0)}
            assert b"2024-03-01T00:00:00Z</dcterms:modified>" in archive.read("docProps/core.xml")
