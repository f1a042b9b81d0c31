import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.dataset import Dataset, Lineage, format_value
from hcc_sdtm.mapping.applying import map_site
from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.outputs.lineage import _numbers, _steps, read_lineage, write_lineage
from hcc_sdtm.sdtm.building import build_sdtm
from tests.mapping import arranged
from tests.mapping.site import SPECS
from tests.sdtm.multisite import FILES, IDENTIFYING, MAPPINGS
from tests.sdtm.study import TRIAL, Built, build


def read_back(built, path):
    write_lineage(path, built.datasets, built.lineage)
    frames = {name: dataset.published for name, dataset in built.datasets.items()}
    specs = {name: dataset.spec for name, dataset in built.datasets.items()}
    return read_lineage(path, frames, specs, built.raw)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("study"), MAPPINGS, FILES)


def assert_same_traces(live, back):
    assert live.keys() == back.keys()
    for name, dataset in live.items():
        assert list(back[name].published) == list(dataset.published)
        for position in range(len(dataset)):
            for variable in dataset.spec.names:
                assert back[name].trace(position, variable) == dataset.trace(position, variable), (
                    name,
                    position,
                    variable,
                )


def test_every_trace_of_what_is_read_back_is_the_live_one(built, tmp_path):
    assert_same_traces(built.datasets, read_back(built, tmp_path / "lineage.parquet"))


def test_a_record_shows_the_row_a_person_can_open(built, tmp_path):
    write_lineage(tmp_path / "lineage.parquet", built.datasets, built.lineage)
    rows = pq.read_table(
        tmp_path / "lineage.parquet", columns=["dataset", "record", "file", "sheet", "row"]
    ).to_pylist()
    assert len(rows) == sum(map(len, built.datasets.values()))
    assert [row for row in rows if row["dataset"] == "LB"] == [
        {"dataset": "LB", "record": 1, "file": "v202.csv", "sheet": "", "row": 2},
        {"dataset": "LB", "record": 2, "file": "v202.csv", "sheet": "", "row": 3},
    ]


def test_no_text_of_any_cell_is_in_the_file(built, tmp_path):
    path = tmp_path / "lineage.parquet"
    write_lineage(path, built.datasets, built.lineage)
    table = pq.read_table(path)
    inside = path.read_bytes() + str(table.schema.metadata).encode() + table.to_pandas(categories=[]).to_csv().encode()
    for text in (*IDENTIFYING, "1960-03-05", "as typed", "进展", "toxicity"):
        assert text.encode() not in inside


def test_two_writes_are_the_same_bytes(built, tmp_path):
    for name in ("a", "b"):
        write_lineage(tmp_path / name, built.datasets, built.lineage)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_stacked_sheets_whose_columns_stand_elsewhere(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in {
        "visit 1": [["no", "resp", "note"], ["007", "PD", "x"]],
        "visit 2": [["note", "no", "resp"], [None, "008", "SD"], [None, None, None], ["y", "007", "PR"]],
        "patient": [["no", "sex"], ["007", "M"], ["008", "F"]],
    }.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(raw / "site.xlsx")
    (tmp_path / "site.yaml").write_text(
        """
site: "201"
tables:
  patient: {file: site.xlsx, sheet: patient, subject: no}
  visit: {file: site.xlsx, sheet: visit *, subject: no}
DM: [{rows: patient, SUBJID: {copy: subject}, SEX: {term: sex}}]
RS:
  - {rows: visit, RSTESTCD: {constant: OVRLRESP}, RSORRES: {copy: resp}, SUPP: {NOTE: {copy: note, label: Note}}}
CM:
  - {rows: patient, CMTRT: {lookup: {table: visit, give: {copy: resp}}}}
""",
        encoding="utf-8",
    )
    lineage = Lineage()
    site = map_site(read_mapping(tmp_path / "site.yaml", "site.yaml", SPECS), raw, SPECS, lineage)
    datasets, _ = build_sdtm([site], SPECS, TRIAL, "RTHCC", lineage)
    rs = datasets["RS"]
    traced = [[(str(source), typed) for source, typed in rs.trace(at, "RSORRES").cells()] for at in range(3)]
    assert traced == [
        [("site.xlsx:visit 1!B2", "PD")],
        [("site.xlsx:visit 2!C4", "PR")],
        [("site.xlsx:visit 2!C2", "SD")],
    ]
    cm = datasets["CM"]
    assert [(str(source), typed) for source, typed in cm.trace(cm.position("RTHCC-008", 1), "CMTRT").cells()] == [
        ("site.xlsx:visit 2!C2", "SD")
    ]
    back = read_back(Built(datasets, site.findings, lineage, raw), tmp_path / "lineage.parquet")
    assert_same_traces(datasets, back)


def test_tables_made_from_tables_are_traced_from_what_is_read_back(tmp_path):
    made = build(tmp_path / "study", {"301": arranged.MAPPING}, arranged.FILES)
    path = tmp_path / "lineage.parquet"
    back = read_back(made, path)
    assert_same_traces(made.datasets, back)
    traced = back["DM"].trace(0, "COUNTRY").cells()
    assert [(str(source), typed) for source, typed in traced] == [
        ("follow.csv:A2", "Dead"),
        ("visit.csv:B2", "Sora|Lenva"),
        ("visit.csv:E2", "Rego"),
        ("follow.csv:C3", "69"),
    ]
    inside = path.read_bytes() + str(pq.read_schema(path).metadata).encode()
    for text in (*arranged.IDENTIFYING, "Lenva", "Dead"):
        assert text.encode() not in inside


@given(st.lists(st.integers(-5, 5), max_size=20))
def test_numbers_are_kept_as_their_steps(numbers):
    assert _numbers(_steps(np.array(numbers, dtype=np.int64))).tolist() == numbers


def test_the_steps_of_rows_that_stand_together_are_few():
    assert _steps(np.array([2, 3, 4, 5, 9, 10])) == [[2, 1], [1, 3], [4, 1], [1, 1]]


def test_records_without_a_raw_row_and_records_of_a_group(built, tmp_path):
    origins = built.lineage.origins
    dm = built.datasets["DM"]
    rows = dm.frame["_row"].to_numpy(dtype=int)[[1, 0]]
    group = int(origins.add_groups(rows, np.zeros(2), np.array([2]))[0])
    frame = dm.frame.assign(_row=pd.array([group, None, 0, 1, 2], dtype="Int64"))
    made = {
        "DM": Dataset(dm.spec, frame, built.lineage, dm.derivations),
        "TS": Dataset(SPECS.sdtm["TS"], pd.DataFrame({"TSPARMCD": ["TITLE"]}, dtype=object), built.lineage),
    }
    made |= {name: each for name, each in built.datasets.items() if name != "DM"}
    study = Built(made, built.findings, built.lineage, built.raw)
    back = read_back(study, tmp_path / "lineage.parquet")
    rows = pq.read_table(tmp_path / "lineage.parquet").to_pylist()
    assert [(row["dataset"], row["file"], row["row"]) for row in rows[:2]] == [
        ("DM", "p201.csv", 3),
        ("DM", None, 0),
    ]
    assert [(row["file"], row["row"]) for row in rows if row["dataset"] == "TS"] == [(None, 0)]
    assert [(str(source), typed) for source, typed in back["DM"].trace(0, "SEX").cells()] == [
        ("p201.csv:C3", ""), ("p201.csv:C2", "男"),
    ]  # fmt: skip
    assert back["TS"].trace(0, "TSPARMCD").value == "TITLE"
    for name, dataset in made.items():
        for position in range(len(dataset)):
            for variable in dataset.published:
                assert back[name].trace(position, variable) == dataset.trace(position, variable)


def test_a_raw_file_that_is_gone_leaves_the_cell_without_its_text(built, tmp_path):
    write_lineage(tmp_path / "lineage.parquet", built.datasets, built.lineage)
    frames = {name: dataset.published for name, dataset in built.datasets.items()}
    back = read_lineage(
        tmp_path / "lineage.parquet",
        frames,
        {name: each.spec for name, each in built.datasets.items()},
        tmp_path / "none",
    )
    found = back["DM"].trace(0, "SEX").cells()
    assert [(str(source), typed) for source, typed in found] == [("p201.csv:C2", "")]
    assert format_value(back["DM"].frame["SEX"].iat[0]) == "M"


def test_hidden_columns_are_whole_numbers(built):
    for dataset in built.datasets.values():
        for name in dataset.frame:
            if name.startswith("_"):
                assert dataset.frame[name].dtype in (np.int64, pd.Int64Dtype()), (dataset.name, name)
