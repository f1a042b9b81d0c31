import os
import struct
import zipfile
from pathlib import Path

import pytest

from hcc_sdtm.raw import read_sheets
from hcc_sdtm.raw.date_system import read_date_system

FOLDER = Path(os.environ["HCC_SDTM_DATA"]) / "spreadsheets" if "HCC_SDTM_DATA" in os.environ else None

needs_data = pytest.mark.skipif(FOLDER is None, reason="HCC_SDTM_DATA names no folder with spreadsheets in it")


def records(system):
    """A workbook's globals: begin, code page, date mode (where there is one), end."""
    mode = b"" if system is None else struct.pack("<HHH", 0x22, 2, system)
    return struct.pack("<HHHH", 0x809, 4, 0x600, 5) + struct.pack("<HHH", 0x42, 2, 1200) + mode + b"\x0a\0\0\0"


def compound_file(stream, name="Workbook", small=False):
    """A compound file with one stream: its sectors are the table, the directory, the small table, the stream."""

    def entry(title, first, size):
        encoded = title.encode("utf-16-le") + b"\0\0" if title else b""
        return (
            encoded.ljust(64, b"\0")
            + struct.pack("<H", len(encoded)).ljust(52, b"\0")
            + struct.pack("<IQ", first, size)
        )

    body = stream.ljust(4096, b"\0")
    count = len(body) // 512
    ends = [*range(4, 3 + count), 0xFFFFFFFE]
    table = struct.pack("<128I", *[0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE, *ends], *[0xFFFFFFFF] * (125 - count))
    small_table = struct.pack("<128I", *range(1, 128), 0xFFFFFFFE)
    entries = entry("Root Entry", 3, len(body)) + (
        entry(name, 0, len(stream)) if small else entry(name, 3, max(len(body), 4096))
    )
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0") + struct.pack("<HH", 9, 6)
    head = head.ljust(48, b"\0") + struct.pack("<IIII", 1, 0, 4096, 2)
    head = head.ljust(76, b"\0") + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return head + table + entries.ljust(512, b"\0") + small_table + body


@pytest.mark.parametrize(("mode", "system"), [(1, "1904"), (0, "1900"), (None, "1900")])
@pytest.mark.parametrize("wrap", [bytes, compound_file, lambda stream: compound_file(stream, "BOOK", small=True)])
def test_xls(tmp_path, wrap, mode, system):
    (tmp_path / "a.XLS").write_bytes(wrap(records(mode)))
    assert read_date_system(tmp_path / "a.XLS") == system


@pytest.mark.parametrize(("flags", "system"), [(b"\x21", "1904"), (b"\x20", "1900")])
def test_xlsb(tmp_path, flags, system):
    properties = b"\x99\x01" + b"\x0c" + flags + b"\0" * 11
    with zipfile.ZipFile(tmp_path / "a.xlsb", "w") as package:
        package.writestr("xl/workbook.bin", b"\x83\x01\x00" + b"\x80\x01\x81\x00" + b"x" + properties)
    assert read_date_system(tmp_path / "a.xlsb") == system


@pytest.mark.parametrize(
    ("settings", "system"),
    [
        ("", "1900"),
        ('<table:null-date table:date-value="1899-12-30"/>', "1900"),
        ('<table:null-date table:date-value="1904-01-01"/>', "1904"),
        ('<table:null-date table:date-value="1900-01-01"/>', ""),
    ],
)
def test_ods(tmp_path, settings, system):
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as package:
        package.writestr("content.xml", f'<office:spreadsheet>{settings}<table:table table:name="S"/>')
    assert read_date_system(tmp_path / "a.ods") == system


@pytest.mark.parametrize("name", ["a.xls", "a.xlsb", "a.ods", "a.xlsx", "a.csv"])
@pytest.mark.parametrize("content", [b"", b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", compound_file(records(1))[:600]])
def test_a_file_that_does_not_say_is_of_no_system(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert read_date_system(tmp_path / name) == ""


@needs_data
@pytest.mark.parametrize(
    ("path", "system"),
    [
        ("calamine/tests_date_1904.xls", "1904"),
        ("calamine/tests_date_1904.xlsb", "1904"),
        ("calamine/tests_date_1904.xlsx", "1904"),
        ("calamine/tests_date.xls", "1900"),
        ("calamine/tests_date.xlsb", "1900"),
        ("calamine/tests_date.xlsx", "1900"),
        ("calamine/tests_date.ods", "1900"),
        ("calamine/tests_biff5_write.xls", "1900"),
        ("calamine/tests_capitalized_wbook_stream.xls", "1900"),
        ("readxl/tests_testthat_sheets_dates-1904.xls", "1904"),
        ("readxl/tests_testthat_sheets_dates-1900.xls", "1900"),
        ("readxl/tests_testthat_sheets_types.xls", "1904"),
        ("readxl/inst_extdata_type-me.xls", "1904"),
    ],
)
def test_public_files(path, system):
    assert {sheet.date_system for sheet in read_sheets(FOLDER / path, path)[0]} == {system}
