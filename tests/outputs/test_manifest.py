from __future__ import annotations

import hashlib
import json
import platform

import pandas as pd
import pytest

from hcc_sdtm.outputs.manifest import (
    ManifestError,
    build_manifest,
    compare_manifest,
    read_manifest,
    verify_manifest,
    write_manifest,
)
from tests.outputs.tables import CUTOFF

SETTLED = pd.DataFrame({"site": ["101"], "column": ["检查日期"], "fact": ["order dmy"]})


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    (folder / "sdtm").mkdir(parents=True)
    (folder / "sdtm" / "dm.xpt").write_bytes(b"dm")
    (folder / "报告.html").write_bytes(b"report")
    raw = tmp_path / "site_101.xlsx"
    raw.write_bytes(b"raw")
    manifest = build_manifest(
        "RTHCC", CUTOFF, [("raw/site_101.xlsx", raw)], SETTLED, {"pandas": "2.3", "b": "1"}, ["x"]
    )
    write_manifest(folder, manifest)
    return folder


def test_contents(out):
    manifest = read_manifest(out)
    assert manifest["study"] == "RTHCC"
    assert manifest["timestamp"] == "2024-02-29T00:00:00"
    assert manifest["python"] == platform.python_version()
    assert manifest["versions"] == {"b": "1", "pandas": "2.3"}
    assert manifest["settled"] == [{"site": "101", "column": "检查日期", "fact": "order dmy"}]
    assert manifest["notes"] == ["x"]
    raw = {"name": "raw/site_101.xlsx", "bytes": 3, "sha256": hashlib.sha256(b"raw").hexdigest()}
    assert manifest["inputs"] == [raw]
    assert [entry["name"] for entry in manifest["outputs"]] == ["sdtm/dm.xpt", "报告.html"]
    assert str(out.parent) not in (out / "manifest.json").read_text(encoding="utf-8")


def test_as_it_was_written(out):
    assert verify_manifest(out) == []


def test_every_difference_is_named(out):
    (out / "sdtm" / "dm.xpt").write_bytes(b"md")
    (out / "报告.html").unlink()
    (out / "sdtm" / "new.txt").write_bytes(b"x")
    assert verify_manifest(out) == ["changed: sdtm/dm.xpt", "missing: 报告.html", "extra: sdtm/new.txt"]
    changes = compare_manifest(out)
    assert (changes.changed, changes.missing, changes.extra) == (
        ("sdtm/dm.xpt",),
        ("报告.html",),
        ("sdtm/new.txt",),
    )


def test_a_file_replaced_by_a_link_to_its_like_is_changed(out, tmp_path):
    (tmp_path / "copy").write_bytes(b"dm")
    (out / "sdtm" / "dm.xpt").unlink()
    (out / "sdtm" / "dm.xpt").symlink_to(tmp_path / "copy")
    assert verify_manifest(out) == ["changed: sdtm/dm.xpt"]


def test_a_manifest_of_another_format_is_not_read(out):
    data = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    (out / "manifest.json").write_text(json.dumps(data | {"format": 99}), encoding="utf-8")
    with pytest.raises(ManifestError, match='format "99"'):
        read_manifest(out)


def test_absolute_input_names_are_refused(tmp_path):
    with pytest.raises(ValueError, match="relative"):
        build_manifest("S", CUTOFF, [(str(tmp_path / "a"), tmp_path / "a")], SETTLED, {})


def test_a_source_hash_that_is_not_that_of_the_inputs_is_named(out):
    manifest = read_manifest(out)
    line = f"{manifest['inputs'][0]['sha256']}  raw/site_101.xlsx\n"
    assert manifest["source_hash"] == hashlib.sha256(line.encode()).hexdigest()[:16]
    other = json.dumps(manifest | {"source_hash": "0" * 16})
    (out / "manifest.json").write_text(other, encoding="utf-8")
    expected = f"source hash: {'0' * 16} in manifest.json, and its inputs make {manifest['source_hash']}"
    assert verify_manifest(out) == [expected]
