"""What holds for every date and every text, whatever it is."""

import datetime
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm import strategies
from hcc_sdtm.dates import from_days, from_study_day, narrow, read, study_day, to_days
from hcc_sdtm.dates.reading import conventions, read_text
from hcc_sdtm.dates.vocabulary import read_vocabulary
from tests.dates.invariants import check_reading

ORDERS = [None, *strategies.ORDERS]


def read_one(text, **settings):
    return read(pd.Series([text], dtype=object), **settings).loc[0]


@pytest.mark.parametrize("language", strategies.LANGUAGES)
def test_every_rendering_of_a_known_date_reads_back_to_it(language):
    @given(strategies.date_texts(language=language, century=50))
    def check(written):
        found = read_one(written.text, **written.settings)
        assert (found["iso"], found["problem"]) == (written.meaning.iso, "")

    check()


@given(strategies.date_texts(century=30))
def test_the_words_of_all_languages_do_not_disturb_each_other(written):
    found = read_one(written.text, order=written.order, century=30)
    # a short weekday (Do, So) is a word of another language too, and is then a word beside the date
    expected = ("", written.meaning.iso) if found["kind"] == "surrounded" else (written.meaning.iso, "")
    assert (found["iso"], found["candidates"]) == expected


@given(strategies.date_texts(century=30))
def test_where_the_order_is_not_known_the_meaning_is_among_the_candidates(written):
    found = read_one(written.text, century=30, language=written.language)
    assert found["kind"] in ("", "ambiguous")
    assert written.meaning.iso in (found["candidates"] or found["iso"]).split("|")


@given(strategies.date_texts(century=30), st.sampled_from(ORDERS))
def test_no_order_makes_a_shared_part_wrong(written, order):
    """A declared order may be wrong; without one, what all candidates share is true of the date."""
    found = read_one(written.text, century=30, language=written.language)
    assert written.meaning.iso.startswith(found["iso"]) or not found["kind"]
    kinds = ("", "ambiguous", "impossible", "unreadable")
    assert read_one(written.text, order=order, century=30, language=written.language)["kind"] in kinds


PIECES = sorted(
    {
        *(text for words in (read_vocabulary().months, read_vocabulary().weekdays) for text in words),
        *(text for words in read_vocabulary().marks.values() for text in words),
        *(text for words in read_vocabulary().halves.values() for text in words),
        *read_vocabulary().unknown,
        *read_vocabulary().eras,
        *read_vocabulary().numerals,
        *read_vocabulary().fillers,
        *read_vocabulary().ordinals,
        *read_vocabulary().separators,
        *read_vocabulary().ranges,
        *read_vocabulary().clocks,
        *("0", "1", "2", "5", "00", "03", "12", "13", "31", "32", "60", "99", "110", "0000", "1900", "2021", "45352"),
        *(" ", "  ", "T", ":", "Z", "+08:00", ".5", "(", ")", "~", "\t", "\n", "\x00", "٣", "❶", "²", "０", "元"),
    }
)
CHARACTERS = "".join(sorted(set("".join(PIECES))))
TEXTS = st.text() | st.text(CHARACTERS, max_size=25) | st.lists(st.sampled_from(PIECES), max_size=10).map("".join)


@given(
    TEXTS,
    st.sampled_from(ORDERS),
    st.sampled_from([None, 0, 50, 100]),
    st.sampled_from([None, "en", ["zh", "ja"]]),
    st.sampled_from([None, "1900", "1904"]),
)
def test_reading_never_raises_and_always_says_what_it_did(text, order, century, language, serials):
    how = conventions(order=order, century=century, language=language, serials=serials)
    check_reading(text, how, read_text(text, how))


# pandas takes two texts for one that differ only behind a NUL; no spreadsheet can hold it.
@given(st.lists(TEXTS.filter(lambda text: "\0" not in text), max_size=5), st.sampled_from(ORDERS))
def test_a_text_is_read_alike_wherever_it_stands(texts, order):
    index = [f"row {position}" for position in range(len(texts))]
    frame = read(pd.Series(texts, index=index, dtype=object), order=order)
    assert list(frame.index) == index
    for row, text in zip(index, texts, strict=True):
        assert frame.loc[row].equals(read_one(text, order=order).rename(row))


@given(TEXTS, st.sampled_from(ORDERS))
def test_case_width_and_outer_blanks_change_nothing(text, order):
    wide = text.translate(strategies.FULL_WIDTH)
    columns = ["iso", "kind", "candidates"]
    plain = read_one(text, order=order)[columns]
    assert read_one(f" \u3000{text} ", order=order)[columns].equals(plain)
    if unicodedata.normalize("NFKC", wide) == unicodedata.normalize("NFKC", text):
        assert read_one(wide, order=order)[columns].equals(plain)


@given(strategies.partial_dates(candidates=False), st.sampled_from(ORDERS))
def test_iso_text_is_stable(partial, order):
    found = read_one(partial.iso, order=order, language="pl", serials="1900")
    assert (found["iso"], found["problem"]) == (partial.iso, "")


@given(TEXTS, st.sampled_from(ORDERS))
def test_what_was_read_reads_back_to_itself(text, order):
    found = read_one(text, order=order)
    for iso in [found["iso"], *found["candidates"].split("|")]:
        assert read_one(iso, order=order)["iso"] == iso


@given(strategies.days())
def test_a_day_number_of_either_system_reads_back_to_its_day(day):
    for system, first in (("1900", datetime.date(1899, 12, 30)), ("1904", datetime.date(1904, 1, 1))):
        number = (day - first).days
        if number > 9_999:
            assert read_one(str(number), serials=system)["iso"] == day.isoformat()


@given(strategies.excel_cells())
def test_a_cell_of_a_workbook_is_read_to_its_meaning(cell):
    if cell.written is not None:
        found = read_one(cell.value, **cell.written.settings, serials=cell.system)
    elif cell.number_format == "General":
        found = read_one(str(cell.value), serials=cell.system)
    else:
        return
    # The year of a short day number is a year.
    is_year = isinstance(cell.value, int) and cell.value in range(1900, 2100)
    assert found["iso"] == (str(cell.value) if is_year else cell.meaning.iso)


@given(st.lists(st.tuples(strategies.days(), strategies.days()), min_size=1))
def test_study_day_inverts(pairs):
    dates, references = (pd.Series([day.isoformat() for day in column]) for column in zip(*pairs, strict=True))
    numbers = study_day(dates, references)
    assert not (numbers == 0).any()
    assert list(from_days(from_study_day(numbers, references))) == list(dates)
    assert study_day(from_study_day(numbers, references), references).equals(numbers)


@given(strategies.event_histories())
def test_true_events_never_contradict_each_other_and_stay_within_what_their_order_leaves(history):
    narrowed = narrow(pd.DataFrame([history.iso]), [strategies.EVENTS])
    assert narrowed.contradictions.empty
    for event, day in history.truth.items():
        if day is not None:
            number = to_days(pd.Series([day.isoformat()]))[0]
            earliest, latest = narrowed.earliest.loc[0, event], narrowed.latest.loc[0, event]
            assert np.isnan(earliest) or earliest <= number
            assert np.isnan(latest) or number <= latest
