"""A file of any kind, cut short anywhere or with any byte changed, is read or refused with one line, and soon."""

import io
import os
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest

from .child_reading import read_in_child
from .test_xml_book import HEAD, cell, row, sheet

CUTS, CHANGES = 15, 40
SECONDS = 10

CHINESE = "住院号,姓名,性别,备注\r\n" + '007,张三,男,"部分缓解, 已停药\r\n复查"\r\n' * 6
FRENCH = "identifiant;décès;réponse\n" + "001;né à Orléans;complète\n" * 6
PAGE = (
    "<html><head><meta charset=gb2312></head><body><table>"
    + "<tr><td rowspan=2>张三</td><td>PR&nbsp;</td></tr>" * 6
    + "</table>"
)

READ = """
import io
def read(content, name):
    import base64, tempfile
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(base64.b64decode(content))
        return f"read: {len(read_raw_file(Path(folder), name)[0])}"
"""


def workbook():
    book = openpyxl.Workbook()
    for number in range(8):
        book.active.append([f"{number:03d}", "张三", number / 7, None, True])
    book.active["A1"].number_format = "yyyy-mm"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def packed(method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("第1次/x.csv", CHINESE.encode())
        archive.writestr("y.csv", FRENCH.encode("cp1252"))
    return out.getvalue()


SEEDS = {
    "utf8.csv": CHINESE.encode("utf-8-sig"),
    "gbk.csv": CHINESE.encode("gb18030"),
    "utf16.csv": CHINESE.encode("utf-16"),
    "latin.csv": FRENCH.encode("cp1252"),
    "mac.txt": FRENCH.encode("mac_roman"),
    "page.xls": PAGE.encode("gb18030"),
    "xml.xls": (HEAD.format(encoding="utf-8") + sheet(row(cell("007"), cell("7", "Number"))) + "</Workbook>").encode(),
    "stored.zip": packed(zipfile.ZIP_STORED),
    "deflated.zip": packed(zipfile.ZIP_DEFLATED),
    "book.xlsx": workbook(),
}
PUBLIC = {
    "public.xls": "spreadsheets/calamine/tests_any_sheets.xls",
    "public.xlsb": "spreadsheets/calamine/tests_any_sheets.xlsb",
    "public.ods": "spreadsheets/calamine/tests_any_sheets.ods",
}
if "HCC_SDTM_DATA" in os.environ:
    SEEDS |= {name: Path(os.environ["HCC_SDTM_DATA"], path).read_bytes() for name, path in PUBLIC.items()}


def damaged(content, chance):
    yield content
    for _ in range(CUTS):
        yield content[: chance.randrange(len(content))]
    for _ in range(CHANGES):
        changed = bytearray(content)
        # the beginning says what a file is, and its end where its parts are
        at = chance.choice(
            [chance.randrange(len(content)), chance.randrange(min(64, len(content))), -chance.randrange(1, 64)]
        )
        changed[at] = chance.choice([0, 0xFF, ord('"'), ord("<"), ord("\n"), chance.randrange(256)])
        yield bytes(changed)


@pytest.mark.parametrize("name", SEEDS)
def test_damage_is_read_or_refused(name):
    import base64

    contents = list(damaged(SEEDS[name], random.Random(name)))
    outcomes = read_in_child([[base64.b64encode(content).decode(), name] for content in contents], READ, SECONDS)
    wrong = [
        (content[:80], outcome)
        for content, outcome in zip(contents, outcomes, strict=True)
        if not outcome.text.startswith(("read: ", f"refused: {name}"))
        or "\n" in outcome.text
        or outcome.megabytes > 512
    ]
    assert not wrong
    assert outcomes[0].text.startswith("read: ")
