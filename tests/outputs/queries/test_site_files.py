"""A site's files as its mapping reads them, and what becomes of their columns."""

import zipfile

import pytest

from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.outputs.queries.column_uses import column_uses, constant_variables, read_name
from hcc_sdtm.outputs.queries.site_files import owners, read_site_folders
from hcc_sdtm.spec.study import read_study

from .conftest import ROOT


@pytest.fixture(scope="module")
def mappings(reference_run):
    study = read_study(ROOT)
    return {name[-8:-5]: read_mapping(path, name, study.specs) for path, name in study.mappings}


@pytest.fixture(scope="module")
def folders(mappings):
    return read_site_folders(list(mappings.values()), ROOT / "raw")


def test_each_file_has_its_sites_and_the_key_file_is_one(folders):
    found = owners(folders)
    assert found["site_101.xlsx"] == found["site_101_key.csv"] == ["101"]
    assert found["site_103/labs.csv"] == ["103"]
    assert "site_103_dictionary.csv" not in found


def test_header_rows_are_those_of_the_mapping(folders):
    assert folders["101"].header_rows("site_101.xlsx", "随访") == [1, 2]
    assert folders["102"].header_rows("site_102.xlsx", "Response") == [4]
    assert folders["101"].header_rows("site_101.xlsx", "no such sheet") == []


def test_identifying_columns_and_texts(folders):
    sheet = next(sheet for sheet in folders["101"].sheets("site_101.xlsx") if sheet.sheet == "入组")
    assert folders["101"].identifying_columns(sheet) == {1, 2}
    texts = folders["101"].identifying_texts()
    assert {"002651044", "胡丽刚"} <= texts
    assert "" not in texts
    assert "-" not in texts
    assert folders["103"].identifying_texts() == set()


def test_files_that_the_run_did_not_read_are_not_looked_at(mappings):
    sent = {"site_103/labs.csv"}
    found = owners(read_site_folders([mappings["103"]], ROOT / "raw", sent))
    assert list(found) == ["site_103/labs.csv"]


def test_a_file_in_an_archive_is_that_of_the_archive(mappings, tmp_path):
    path = tmp_path / "site_103"
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.write(ROOT / "raw" / "site_103" / "labs.csv", "labs.csv")
    assert not path.exists()
    head = mappings["103"].head
    labs = {name: table for name, table in head.tables.items() if table.file == "site_103/labs.csv"}
    tables = {name: table.model_copy(update={"file": "other.zip/labs.csv"}) for name, table in labs.items()}
    moved = mappings["103"].__class__(head.model_copy(update={"tables": tables}), (), mappings["103"].file)
    folder = read_site_folders([moved], tmp_path, {"other.zip"})["103"]
    assert list(folder.tables) == ["other.zip/labs.csv"]
    assert folder.sheets("other.zip/labs.csv")[0].grid[0, 0] == "record_id"


def test_what_is_made_of_a_column(mappings):
    uses = {(use.table, use.column, use.dataset, use.variable) for use in column_uses(mappings["101"])}
    assert ("patient", "性别", "DM", "SEX") in uses
    assert ("patient", "", "DM", "") in uses
    assert any(table == "visit" and column == "检查日期" and variable == "RSDTC" for table, column, _, variable in uses)
    keys = {use.keys for use in column_uses(mappings["101"]) if use.variable == "RSSTRESC"}
    assert any("RSCAT=RECIST 1.1" in each for each in keys)


def test_a_header_of_an_item_is_the_measure_that_it_is_of(mappings):
    assert read_name(mappings["101"], "visit", "第3次随访 / 检查日期") == "检查日期"
    assert read_name(mappings["101"], "patient", "性别") == "性别"
    assert read_name(mappings["101"], "no such table", "性别") == "性别"


def test_values_that_the_mapping_gives_itself(mappings):
    constants = constant_variables(mappings["101"])
    assert ("MH", "MHCAT") in constants
    assert ("DM", "SEX") not in constants
