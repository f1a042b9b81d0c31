"""Unmistakable names and hospital numbers in every identifying column, and no output that says one, whatever goes wrong.

Site 101 sends a workbook and a key file, site 102 a workbook with the study's own numbers, site 103 text files. What is
planted stands in plain and odd spacing, in comments, titles and sheets that nobody reads, and under a header alternative.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import re
import struct
import zlib
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from tests.reference_study.study_copy import copy_study, hcc_sdtm, read_rows, replace, write_rows
from tests.reference_study.test_outputs import searchable

PLANTED = {
    "name": "赵钱孙李{:02}",
    "spaced name": " 周 吴 郑 王{:02} ",
    "latin name": "Quillfeather-Zzyzx{:02}",
    "number": "HN7700{:04}",
    "identity card": "11010119600101{:04}",
    "phone": "+86 139-5550-{:04}",
    "initials": "QZ{:02}X",
    "in a comment": "Frau Xylander-Quast{:02}",
    "in a title": "Patientin Yppsilon-Quast{:02}",
}


def planted(kind: str, number: int) -> str:
    return PLANTED[kind].format(number)


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    study = copy_study(tmp_path_factory.mktemp("identity") / "study")
    _plant_101(study)
    _plant_102(study)
    _plant_103(study)
    return study


def _plant_101(study: Path) -> None:
    path, key = study / "raw" / "site_101.xlsx", study / "raw" / "site_101_key.csv"
    rows = [line.split(",") for line in key.read_text(encoding="utf-8-sig").split()]
    numbers = {own: planted("number", at) for at, (own, _) in enumerate(rows[1:], start=1)}
    lines = [
        rows[0],
        *([f" {numbers[own]}" if at % 5 == 0 else numbers[own], to] for at, (own, to) in enumerate(rows[1:])),
    ]
    # one hospital number with two study numbers, and one that no patient has
    lines += [[planted("number", 3), "101-090"], [planted("number", 991), "101-091"]]
    key.write_text("\n".join(",".join(line) for line in lines) + "\n", encoding="utf-8")
    book = openpyxl.load_workbook(path)
    for sheet, top in (("入组", 2), ("放疗", 2), ("随访", 3)):
        for at, (number, name) in enumerate(book[sheet].iter_rows(min_row=top, max_col=2), start=1):
            number.value = f"{numbers[number.value]} " if at % 7 == 0 else numbers[number.value]
            name.value = planted("spaced name" if at % 3 == 0 else "latin name" if at % 3 == 1 else "name", at)
            name.comment = Comment(f"{planted('in a comment', at)}, {planted('phone', at)}", "Station 3")
    patients = book["入组"]
    patients["AG1"], patients["AH1"] = "身份证号", "联系电话"
    for row in range(2, patients.max_row + 1):
        patients.cell(row, 33, planted("identity card", row))
        patients.cell(row, 34, planted("phone", row))
    patients["D5"] = "不知道"  # a date that cannot be read, beside a name
    stranger = [planted("number", 992), planted("latin name", 77), *(cell.value for cell in patients[3][2:])]
    patients.append(stranger)  # a number that the key file does not have
    patients.append([*stranger[:1], planted("name", 78), *stranger[2:]])
    patients.append([None, planted("name", 79)])  # no number at all
    patients.append([cell.value for cell in patients[4]])  # sent twice
    patients.append([patients["A6"].value, planted("latin name", 80), *(cell.value for cell in patients[6][2:5])])
    irradiated = book["放疗"]
    irradiated.insert_rows(2)  # a second header row: the column is called "Patient" there
    irradiated["A2"], irradiated["X2"] = "Hospital no.", "Patient"
    for row in range(3, irradiated.max_row + 1):
        irradiated.cell(row, 24, planted("latin name", row))
    old = book.create_sheet("旧表")
    old.append([planted("in a title", 1)])
    old.append([planted("name", 90), planted("number", 90)])
    old.sheet_state = "hidden"
    book.save(path)
    mapping = study / "mappings" / "site_101.yaml"
    replace(mapping, "identifying: [姓名, 住院号]", "identifying: [姓名, 住院号, 身份证号, 联系电话, Patient]")
    replace(
        mapping,
        "radiotherapy: {file: site_101.xlsx, sheet: 放疗, header: 1,",
        "radiotherapy: {file: site_101.xlsx, sheet: 放疗, header: {any_of: [1, 2]},",
    )


def _plant_102(study: Path) -> None:
    path = study / "raw" / "site_102.xlsx"
    book = openpyxl.load_workbook(path)
    for row in range(2, book["Enrolment"].max_row + 1):
        book["Enrolment"].cell(row, 2, planted("initials", row))
    response = book["Response"]
    response["A2"] = planted("in a title", 2)
    response["B5"].comment = Comment(planted("in a comment", 60), "reader")
    book.save(path)


def _plant_103(study: Path) -> None:
    path = study / "raw" / "site_103" / "enrolment.csv"
    head, *rows = read_rows(path)
    named = [[*row, f"  {planted('latin name', at)}"] for at, row in enumerate(rows, start=1)]
    write_rows(path, [[*head, " patient_name "], *named])
    mapping = study / "mappings" / "site_103.yaml"
    replace(mapping, "country: CHN\n", "country: CHN\nidentifying: [patient_name]\n")


STEMS = re.compile(
    r"赵钱孙李|周\s*吴\s*郑\s*王|Quillfeather|Zzyzx|HN7700|11010119600101|139-5550|QZ[0-9]{2}X|Xylander|Yppsilon"
    r"|\\u8d75\\u94b1|\\u5468 \\u5434",
    re.IGNORECASE,
)
"""What every planted text has in it, as it is and as JSON without other letters writes it."""

DIGEST = re.compile(r"\b(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})\b")


def digests() -> set[str]:
    """Hashes of what is planted: a name that can be looked up by its hash is no secret."""
    texts = {each for kind in PLANTED for at in range(100) for each in (planted(kind, at), planted(kind, at).strip())}
    return {hash_(text.encode()).hexdigest() for text in texts for hash_ in (hashlib.sha256, hashlib.sha1, hashlib.md5)}


DIGESTS = digests()


def said(text: str) -> list[str]:
    return sorted({*STEMS.findall(text), *DIGESTS.intersection(DIGEST.findall(text))})


def everything(path: Path) -> str:
    """All that a file holds as text: also data in an HTML page, and the text chunks of a picture."""
    text = searchable(path)
    if path.suffix == ".html":
        text += "".join(
            base64.b64decode(data).decode("utf-8", "replace") for data in re.findall(r"base64,([\w+/=]+)", text)
        )
    if path.suffix == ".png":
        text += picture_texts(path.read_bytes())
    return text


def picture_texts(data: bytes) -> str:
    texts, at = [], 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            body = data[at + 8 : at + 8 + size]
            texts.append(body.decode("utf-8", "replace"))
            for start in range(len(body)):
                try:
                    texts.append(zlib.decompress(body[start:]).decode("utf-8", "replace"))
                except zlib.error:
                    continue
        at += size + 12
    return "\n".join(texts)


def assert_silent(out: Path) -> None:
    files = [path for path in out.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        assert said(everything(path)) == [], path.name


@pytest.fixture(scope="module")
def out(study) -> Path:
    """The outputs of a run; what it printed is in printed.txt beside them."""
    out = study.parent / "out"
    ended = hcc_sdtm("run", study, "-o", out)
    assert ended.exit_code == 1, ended.output
    (study.parent / "printed.txt").write_text(ended.output, encoding="utf-8")
    return out


def test_the_search_finds_what_is_planted(study):
    texts = {name: everything(study / "raw" / name) for name in ("site_101.xlsx", "site_101_key.csv", "site_102.xlsx")}
    found = {stem for text in texts.values() for stem in said(text)}
    for kind in PLANTED:
        stem = STEMS.findall(planted(kind, 5))[0]
        assert stem in found, kind
    assert said((study / "raw" / "site_103" / "enrolment.csv").read_text(encoding="cp1252")) == [
        "Quillfeather",
        "Zzyzx",
    ]
    assert said(f"x {hashlib.sha256(planted('number', 7).encode()).hexdigest()} y") != []


def test_errors_are_provoked_at_the_planted_cells(study, out):
    findings = (out / "findings.csv").read_text(encoding="utf-8-sig")
    for rule in ("MAP-001", "MAP-002", "MAP-004", "MAP-005", "MAP-006", "MAP-010", "MAP-063", "MAP-067"):
        assert rule in findings, rule
    with (out / "reconciliation.csv").open(encoding="utf-8-sig", newline="") as stream:
        used = [
            int(line["count"]) for line in csv.DictReader(stream) if line["sheet"] == "入组" and line["class"] == "used"
        ]
    assert sum(used) > 28 * 4  # the four identifying columns are counted all the same


def test_no_output_of_a_run_says_whom_it_is_about(out):
    assert_silent(out)


def test_nothing_that_is_printed_says_whom_it_is_about(study, out):
    printed = (study.parent / "printed.txt").read_text(encoding="utf-8")
    printed += hcc_sdtm("run", study, "-o", out, "--json").output
    printed += hcc_sdtm("run", study, "-o", study.parent / "one", "--site", "101").output
    printed += hcc_sdtm("trace", out, "OS", "101-005", "--raw", study / "raw").output
    printed += hcc_sdtm("trace", out, "PFS", "101-001", "--raw", study / "raw").output
    printed += hcc_sdtm("trace", out, "PFS", planted("number", 5), "--raw", study / "raw").output.replace(
        planted("number", 5),
        "",  # what was asked for
    )
    printed += hcc_sdtm("verify", out).output
    assert "101-005" in printed
    assert said(printed) == []


def test_map_says_no_name(study, tmp_path):
    ended = hcc_sdtm("map", study, "-o", tmp_path / "mapped")
    assert ended.exit_code == 1
    assert said(ended.output) == []
    assert_silent(tmp_path / "mapped")


@pytest.mark.parametrize(
    "files",
    [["site_101.xlsx", "site_101_key.csv"], ["site_102.xlsx"], ["site_103/enrolment.csv", "site_103/labs.csv"]],
    ids=["101", "102", "103"],
)
def test_a_draft_says_no_name_although_nothing_declares_which_columns_are_identifying(study, tmp_path, files):
    ended = hcc_sdtm("draft", *(study / "raw" / name for name in files), "-o", tmp_path / "draft.yaml")
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written, ended.output
    assert said(ended.output) == []
    for path in written:
        assert said(everything(path)) == [], path.name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "{file: site_101.xlsx, sheet: 入组, header: 1,",
            "{file: site_101.xlsx, sheet: 入组, header: 4,",
        ),  # a patient's row
        ("{file: site_101.xlsx, sheet: 入组, header: 1,", "{file: site_101.xlsx, sheet: 旧表, header: 1,"),
        ("header: {any_of: [1, 2]}", "header: 3"),
        ("BRTHDTC: {date: 出生日期}", "BRTHDTC: {date: 姓名}"),
        ("BRTHDTC: {date: 出生日期}", "BRTHDTC: {date: Patient}"),
        ("BRTHDTC: {date: 出生日期}", "BRTHDTC: {date: Quillfeather}"),
        (
            "subjects: {file: site_101_key.csv, from: 住院号, to: 研究编号}",
            "subjects: {file: site_101_key.csv, from: 住院, to: x}",
        ),
        ("identifying: [姓名, ", "identifying: [病人姓名, "),
    ],
)
def test_a_mapping_that_is_refused_says_no_name_either(study, tmp_path, old, new):
    mapping = study / "mappings" / "site_101.yaml"
    before = mapping.read_text(encoding="utf-8")
    try:
        replace(mapping, old, new)
        ended = hcc_sdtm("run", study, "-o", tmp_path / "out", "--site", "101")
    finally:
        mapping.write_text(before, encoding="utf-8")
    assert ended.exit_code == 2
    assert not (tmp_path / "out").exists()
    assert said(ended.output.replace("Quillfeather", "")) == []


def test_a_mapping_run_with_problems_kept_going_says_no_name(study, tmp_path):
    mapping = study / "mappings" / "site_102.yaml"
    before = mapping.read_text(encoding="utf-8")
    try:
        replace(mapping, "sheet: Enrolment, header: 1,", "sheet: Enrolment, header: 3,")
        ended = hcc_sdtm("run", study, "-o", tmp_path / "out", "--keep-going")
    finally:
        mapping.write_text(before, encoding="utf-8")
    assert ended.exit_code == 2
    assert said(ended.output) == []
    assert_silent(tmp_path / "out")
