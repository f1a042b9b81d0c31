import pandas as pd
import pytest

from hcc_sdtm.dates import is_iso, read
from hcc_sdtm.dates.vocabulary import normalise, read_vocabulary
from tests.dates.render_spellings import PAGE, render_page
from tests.dates.spellings import read_spellings

SPELLINGS = read_spellings()


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: f"{spelling.group}: {spelling.text}")
def test_a_spelling_is_read_to_exactly_what_it_says(spelling):
    frame = read(pd.Series([spelling.text], dtype=object), **spelling.settings)
    found = frame.loc[0].to_dict()
    problem = found.pop("problem")
    assert found == {"iso": spelling.iso, "kind": spelling.kind, "candidates": spelling.candidates}
    assert (problem == "") == (spelling.kind == "")
    assert spelling.kind == "" or f'"{spelling.text}"' in problem


def test_no_case_stands_twice_in_a_group():
    named = [spelling[:7] for spelling in SPELLINGS]
    assert len(named) == len(set(named))


def test_the_same_text_under_the_same_settings_has_one_result():
    results: dict[tuple[str, ...], tuple[str, ...]] = {}
    for spelling in SPELLINGS:
        assert results.setdefault(spelling[1:7], spelling[7:]) == spelling[7:], spelling


@pytest.mark.parametrize("column", ["iso", "candidates"])
def test_every_expected_result_is_iso_text(column):
    texts = {text for spelling in SPELLINGS for text in getattr(spelling, column).split("|")} - {""}
    assert is_iso(pd.Series(sorted(texts))).all()


def test_every_kind_order_and_language_has_cases():
    assert {spelling.kind for spelling in SPELLINGS} == {
        "", "unreadable", "impossible", "ambiguous", "range", "surrounded", "serial",
    }  # fmt: skip
    assert {spelling.order for spelling in SPELLINGS} == {"", "ymd", "dmy", "mdy"}
    assert {"en", "zh", "de", "fr", "es", "it", "pl", "ja", "ko"} <= {spelling.language for spelling in SPELLINGS}


def test_every_month_name_has_a_case():
    texts = normalise(" ".join(spelling.text for spelling in SPELLINGS))
    assert [name for name in read_vocabulary().months if name not in texts] == []


def test_the_page_of_spellings_is_made_from_these_cases():
    told = "run python -m tests.dates.render_spellings > docs/date-spellings.md"
    assert PAGE.read_text(encoding="utf-8") == render_page(SPELLINGS), told
