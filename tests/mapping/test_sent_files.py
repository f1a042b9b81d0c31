import hashlib
import zipfile

import pandas as pd

from hcc_sdtm.dataset import Lineage
from hcc_sdtm.mapping.sites import map_sites
from hcc_sdtm.mapping.tables.sent_files import check_sent_files
from hcc_sdtm.spec.study import read_study
from tests.mapping.test_sites import two_sites


def sent(study, *wanted):
    read = read_study(study)
    done = map_sites(read, wanted, Lineage(), False)
    return check_sent_files(read.raw, done.sites, is_whole=not wanted)


def said(found: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    return list(zip(found["severity"], found["rule"].str[:7], found["source"], found["message"], strict=True))


def test_a_file_that_no_mapping_reads_is_a_note_and_a_line_of_the_reconciliation(tmp_path):
    study = two_sites(tmp_path)
    (study / "raw" / "304.csv").write_text("no\n1\n")
    with zipfile.ZipFile(study / "raw" / "more.zip", "w") as archive:
        archive.writestr("labs/305.csv", "no\n1\n2\n")
    found = sent(study)
    assert said(found.findings) == [
        ("note", "MAP-023", "304.csv", "no mapping reads this file"),
        ("note", "MAP-023", "more.zip/labs/305.csv", "no mapping reads this file"),
    ]
    assert found.frame[["file", "measure", "class", "count"]].to_numpy().tolist() == [
        ["304.csv", "files", "no mapping reads it", 1],
        ["more.zip/labs/305.csv", "files", "no mapping reads it", 1],
    ]


def test_nothing_is_said_of_the_files_of_a_site_that_was_not_asked_for(tmp_path):
    assert len(sent(two_sites(tmp_path), "301").findings) == 0


def test_the_same_bytes_under_two_names_are_an_error_where_both_are_read(tmp_path):
    study = two_sites(tmp_path)
    (study / "raw" / "302_lab.csv").write_bytes((study / "raw" / "301_lab.csv").read_bytes())
    digest = hashlib.sha256((study / "raw" / "301_lab.csv").read_bytes()).hexdigest()
    assert said(sent(study).findings) == [
        (
            "error",
            "MAP-065",
            "302_lab.csv",
            f"the same bytes as 301_lab.csv (SHA-256 {digest}): this file is read by site 302, the other read by site 301",
        )
    ]


def test_a_copy_that_is_not_read_and_forms_without_a_row_are_no_error(tmp_path):
    study = two_sites(tmp_path)
    for site in ("301", "302"):
        (study / "raw" / f"{site}_lab.csv").write_text("no,afp\n")
    (study / "raw" / "copy of 301.csv").write_bytes((study / "raw" / "301.csv").read_bytes())
    for name in ("a.txt", "b.txt"):
        (study / "raw" / name).write_bytes(b"")
    twice = [line[:3] for line in said(sent(study).findings) if line[1] == "MAP-065"]
    assert twice == [("warning", "MAP-065", "302_lab.csv"), ("warning", "MAP-065", "copy of 301.csv")]


def test_a_file_beside_the_archive_it_came_in_is_found(tmp_path):
    study = two_sites(tmp_path)
    with zipfile.ZipFile(study / "raw" / "transfer.zip", "w") as archive:
        archive.write(study / "raw" / "301.csv", "forms/301.csv")
    twice = [line for line in said(sent(study).findings) if line[1] == "MAP-065"]
    assert [line[:3] for line in twice] == [("warning", "MAP-065", "transfer.zip/forms/301.csv")]
    assert "this file is read by none, the other read by site 301" in twice[0][3]
