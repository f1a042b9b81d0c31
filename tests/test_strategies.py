import datetime
import re
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from hcc_sdtm import strategies
from hcc_sdtm.dates import read
from hcc_sdtm.raw.number_format import parse_number_format
from hcc_sdtm.raw.workbooks.workbook import read_workbook

FIRST, LAST = datetime.date(2021, 1, 31), datetime.date(2021, 12, 31)
PAGE = Path(__file__).parents[1] / "docs" / "strategies.md"
EPOCHS = {"1900": CALENDAR_WINDOWS_1900, "1904": CALENDAR_MAC_1904}


@given(strategies.partial_dates(FIRST, LAST))
def test_partial_dates_can_mean_a_day_of_the_window(partial):
    assert any(FIRST <= day <= LAST for day in partial.days())


@given(strategies.partial_dates(candidates=False, times=False))
def test_parts_that_are_not_asked_for_are_not_made(partial):
    assert partial.candidates == ()
    assert partial.hour is None


@pytest.mark.parametrize("order", ["ymd", "dmy", "mdy"])
@pytest.mark.parametrize("language", strategies.LANGUAGES)
def test_date_texts_keep_to_the_order_and_language_asked_for(order, language):
    @settings(max_examples=20)
    @given(strategies.date_texts(order, FIRST, LAST, language, century=30))
    def check(written):
        assert written.settings == {"order": order, "language": language, "century": 30}
        assert any(FIRST <= day <= LAST for day in written.meaning.days())

    check()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"order": "ydm"}, 'order "ydm" is not one of ymd, dmy, mdy'),
        ({"language": "eng"}, 'language "eng" is not one of en, de'),
    ],
)
def test_another_order_or_language_is_refused(asked, message):
    with pytest.raises(ValueError, match=message):
        drawn(strategies.date_texts(**asked), 1)


@given(strategies.date_texts(language="en"))
def test_without_a_century_every_year_has_four_digits(written):
    assert written.century is None
    assert re.search(f"{written.meaning.year}", written.text.translate({0xFF10 + n: 48 + n for n in range(10)}))


USUAL = {
    "en": {
        r"UNK?\W+0?3\W+2021": "2021-03",
        r"0?5MAR(CH)?2021": "2021-03-05",
        r"2021---05": "2021---05",
        r"FRI.*2021": "2021-03-05",
        r"05\W03\W21": "2021-03-05",
        r".*\d:\d\d PM": "2021-03-05T..:..",
    },
    "de": {r"0?5\. MÄRZ 2021": "2021-03-05", r".* \d+\.\d\d UHR": "2021-03-05T..:.."},
    "fr": {r"LE 0?5 MARS 2021": "2021-03-05", r".* \d+H\d\d": "2021-03-05T..:.."},
    "es": {r"0?5 DE (MARZO|MAR) DEL? 2021": "2021-03-05"},
    "it": {r"IL 0?5 (MARZO|MAR) 2021": "2021-03-05"},
    "pl": {
        r"(DNIA )?0?5 (MARCA|MAR|III) 2021 R\.": "2021-03-05",
        r"MARZEC 2021": "2021-03",
        r"0?5.III.2021( R\.)?": "2021-03-05",
    },
    "zh": {
        r"2021 ?年 ?3 ?月 ?5 ?[日号]?": "2021-03-05",
        r"\S+ ?年 ?\S+ ?月 ?(不详|未知)": "2021-03",
        r"二〇二一 ?年 ?三 ?月 ?五 ?日.*": "2021-03-05.*",
        r"民[国國]110 ?年 ?3.*": "2021-03.*",
        r".*下午 ?\d.*": "2021-03-05T..:..",
    },
    "ja": {r"令和3 ?年3 ?月5 ?日": "2021-03-05", r".*日\(金\)": "2021-03-05"},
    "ko": {r"2021 ?년 ?3 ?월 ?5 ?일": "2021-03-05", r".*오후 ?\d.*": "2021-03-05T..:.."},
}


def drawn(strategy, count):
    """The same examples at every call, without a search for small ones."""
    found = []

    @seed(1)
    @settings(max_examples=count, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(example):
        found.append(example)

    collect()
    return found


@pytest.mark.parametrize("language", USUAL)
def test_the_usual_ways_of_writing_are_among_the_texts(language):
    day = datetime.date(2021, 3, 5)
    texts = drawn(strategies.date_texts("dmy", day, day, language, century=50), 700)
    assert any(not written.text.isascii() for written in texts), "full-width characters or blanks"
    for pattern, meaning in USUAL[language].items():
        plain = {unicodedata.normalize("NFKC", written.text).strip().upper(): written.meaning.iso for written in texts}
        found = {iso for text, iso in plain.items() if re.fullmatch(pattern, text)}
        assert found, pattern
        assert all(re.fullmatch(meaning, iso) for iso in found), (pattern, found)


@given(strategies.excel_cells())
def test_a_day_number_is_the_day_that_a_library_makes_of_it(cell):
    if cell.written is not None:
        assert cell.value == cell.written.text
        assert cell.meaning == cell.written.meaning
        return
    if isinstance(cell.value, datetime.datetime):
        moment = cell.value
    else:
        moment = from_excel(cell.value, EPOCHS[cell.system])
    assert moment.date() in cell.meaning.days()
    shown = parse_number_format(cell.number_format)
    assert cell.number_format == "General" or shown.date_text(moment) == cell.meaning.iso


def test_cells_are_numbers_datetimes_and_text_under_every_format():
    cells = drawn(strategies.excel_cells(), 400)
    assert {type(cell.value) for cell in cells} == {int, float, str, datetime.datetime}
    assert {cell.number_format for cell in cells} == {*strategies.DATE_FORMATS, "General", "@"}
    assert {cell.system for cell in cells} == {"1900", "1904"}


@pytest.mark.parametrize("system", ["1900", "1904"])
def test_cells_of_a_workbook_are_read_to_their_meaning(system, tmp_path):
    cells = [cell for cell in drawn(strategies.excel_cells(), 300) if cell.system == system]
    book = Workbook()
    book.epoch = EPOCHS[system]
    for row, cell in enumerate(cells, start=1):
        written = book.active.cell(row, 1, cell.value)
        written.number_format = cell.number_format
    book.save(tmp_path / "cells.xlsx")
    (sheet,), _ = read_workbook(tmp_path / "cells.xlsx", "cells.xlsx")
    for cell, text in zip(cells, sheet.grid[:, 0], strict=True):
        told = cell.written.settings if cell.written else {}
        found = read(pd.Series([text], dtype=object), serials=system, **told)
        assert found.loc[0, "iso"] == cell.meaning.iso, (cell, text)


@given(strategies.event_histories())
def test_events_come_in_order_and_what_was_recorded_can_be_true(history):
    assert tuple(history.truth) == tuple(history.recorded) == strategies.EVENTS
    happened = [day for day in history.truth.values() if day is not None]
    assert happened == sorted(happened)
    assert history.truth["birth"] < history.truth["diagnosis"]
    for name, recorded in history.recorded.items():
        assert recorded is None or history.truth[name] in recorded.days()
    assert history.recorded["cut-off"].is_complete
    assert history.iso["cut-off"] == history.truth["cut-off"].isoformat()


def test_an_event_may_be_unrecorded_or_known_in_part():
    histories = drawn(strategies.event_histories(), 200)
    for event in set(strategies.EVENTS) - {"cut-off"}:
        recorded = [history.recorded[event] for history in histories]
        assert {date.is_complete for date in recorded if date is not None} == {True, False}, event
        assert None in recorded, event
    for event in ("progression", "second line", "death"):
        assert any(history.truth[event] is None for history in histories), event


def test_the_example_of_the_page_runs():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 4
    for test in tests:
        test()


def test_the_page_names_every_strategy():
    text = PAGE.read_text(encoding="utf-8")
    made = [
        name
        for name in dir(strategies)
        if name.endswith(("_texts", "_cells", "_dates", "_histories")) and name[0] != "_"
    ]
    assert len(made) == 4
    for name in [*made, "days"]:
        assert f"`{name}(" in text
