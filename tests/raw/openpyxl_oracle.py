"""A workbook's cells as text by openpyxl alone: its values and number formats, and none of the project's own code.

Where openpyxl does not tell two contents of a file apart, both texts are given: day 60 of the 1900 system and the day
before it; a character written ``_x000D_`` and that text itself; a text with outer space that is marked as kept and one
that is not, whose space no program shows.
"""

import datetime as dt
import re
import warnings
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import openpyxl
from openpyxl.utils.datetime import WINDOWS_EPOCH
from openpyxl.utils.escape import unescape

SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def oracle_sheets(path):
    """The possible texts by (row, column) for each sheet; raises what openpyxl raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path, data_only=True)
    shown = shown_texts(path)
    # the cells that are there: iter_rows would make one for every place between them
    return {
        sheet.title: {
            place: texts
            for place, cell in sheet._cells.items()
            if (texts := oracle_texts(cell, book.epoch, shown)) != {""}
        }
        for sheet in book.worksheets
    }


def oracle_texts(cell, epoch, shown):
    value = cell.value
    if value is None:
        return {""}
    if isinstance(value, bool):
        return {"TRUE" if value else "FALSE"}
    if isinstance(value, (int, float)):
        return {number_text(value, cell.number_format)}
    if isinstance(value, (dt.datetime, dt.time, dt.timedelta)):
        text = date_text(value, cell.number_format)
        is_day_60 = epoch == WINDOWS_EPOCH and text.startswith("1900-02-28")
        return {text, text.replace("-28", "-29")} if is_day_60 else {text}
    texts = shown.get(value, {value})
    return texts | {unescape(text) for text in texts}


def number_text(value, number_format):
    text = format(Decimal(repr(value)), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    is_padded = re.fullmatch("00+", number_format) and value >= 0 and "." not in text
    return text.zfill(len(number_format)) if is_padded else text


def date_text(value, number_format):
    code = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|AM/PM', "", number_format.split(";")[0]).lower()
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        tail = f":{seconds % 60:02d}" if seconds % 60 else ""
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}{tail}"
    if isinstance(value, dt.time):
        return time_text(value, code)
    if not re.search("[yde]", code) and "h" in code:
        return time_text(value.time(), code)
    value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    if "d" not in code and "y" in code:
        return f"{value:%Y-%m}" if "m" in code else f"{value:%Y}"
    clock = "h" in code and value.time() != dt.time()
    return f"{value:%Y-%m-%d}" + (f"T{time_text(value.time(), code)}" if clock else "")


def time_text(value, code):
    rounded = dt.datetime.combine(dt.date(2000, 1, 1), value) + dt.timedelta(microseconds=500_000)
    return f"{rounded:%H:%M:%S}" if rounded.second and "s" in code else f"{rounded:%H:%M}"


def shown_texts(path):
    """Texts as a spreadsheet program shows them, without outer space that is not marked as kept, by the text in the file."""
    found = {}
    with zipfile.ZipFile(path) as package:
        for part in (name for name in package.namelist() if re.search(r"(sharedstrings|sheet\d+)\.xml$", name, re.I)):
            for item in ElementTree.fromstring(package.read(part)).iter():
                if item.tag.rpartition("}")[2] in ("si", "is"):
                    runs = [run for run in item.iter() if run.tag.rpartition("}")[2] == "t"]
                    texts = [run.text or "" for run in runs]
                    kept = (
                        text if run.get(SPACE) == "preserve" else text.strip(" \t\r\n")
                        for run, text in zip(runs, texts, strict=True)
                    )
                    found.setdefault("".join(texts), set()).add("".join(kept))
    return found
