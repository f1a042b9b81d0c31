"""The table of headers is sound, and finds what hospitals write."""

import pytest

from hcc_sdtm.drafting.knowledge.data_tables import read_rows
from hcc_sdtm.drafting.knowledge.synonyms import VERBS, read_synonyms
from hcc_sdtm.drafting.knowledge.usual import usual_blocks
from tests.drafting.draft_site import specs

QUALIFIERS = {"RTTECH", "FXPLAN", "FXDELIV", "TOTDOSE", "BED10", "IRRADFL"}
GENERIC = {"--REASON"}


def best(header):
    found = max(read_synonyms().matches(header), key=lambda match: match.quality)
    return found.meaning.concept, found.number


@pytest.mark.parametrize("row", read_rows("header_synonyms.csv"), ids=lambda row: row["headers"][:30])
def test_a_line_names_what_exists(row):
    assert row["headers"]
    assert row["verb"] in VERBS
    if row["verb"] == "table":
        assert row["domain"]
        return
    variable, domain = row["variable"], row["domain"]
    if not domain:
        assert not variable
        assert row["verb"] in ("identifying", "ignore", "comment")
        return
    if domain == "*":
        ends = {name[2:] for each in specs().sdtm.values() for name in each.by_name} | {"VISIT", "VISITNUM"}
        assert variable in GENERIC or variable.removeprefix("--") in ends
        return
    known = specs().sdtm.get(domain)
    if known is not None and variable not in QUALIFIERS:
        assert variable in known.by_name, f"{domain} has no {variable}"
    if known is not None and row["test"] and domain in ("LB", "VS", "TR", "SS"):
        lists = [name for name in (known.by_name[f"{domain}TESTCD"].codelist,) if name in specs().codelists]
        assert all(row["test"] in specs().codelists[name].terms for name in lists), row["test"]


def test_no_header_stands_in_two_lines_of_one_meaning():
    seen = set()
    for meaning in read_synonyms().meanings:
        key = (meaning.header.casefold(), meaning.concept, meaning.verb)
        assert meaning.header
        assert key not in seen, key
        seen.add(key)


@pytest.mark.parametrize(
    ("header", "variable", "test", "number"),
    [
        ("性别", "SEX", "", 0),
        ("Date of birth", "BRTHDTC", "", 0),
        ("知情同意书签署日期", "RFICDTC", "", 0),
        ("Systolic blood pressure (mmHg)", "VSORRES", "SYSBP", 0),
        ("谷丙转氨酶(U/L)", "LBORRES", "ALT", 0),
        ("Child-Pugh分级", "RSORRES", "CPS0107", 0),
        ("靶病灶3部位", "TULOC", "", 3),
        ("dx_date", "MHSTDTC", "HEPATOCELLULAR CARCINOMA", 0),
        ("Date of first fraction", "EXSTDTC", "", 0),
        ("不良事件名称", "AETERM", "", 0),
        ("Todesdatum", "DTHDTC", "", 0),
        ("date de décès", "DTHDTC", "", 0),
        ("Date of progression on 2nd-line drugs", "MHSTDTC", "HEPATOCELLULAR CARCINOMA", 0),
    ],
)
def test_a_header_is_found(header, variable, test, number):
    concept, found = best(header)
    assert (concept.variable, concept.test, found) == (variable, test, number)


@pytest.mark.parametrize("header", ["", "zzz", "sternberg", "XQ17", "第几次"])
def test_a_header_that_says_nothing_has_no_meaning(header):
    assert not [match for match in read_synonyms().matches(header) if match.quality > 0.6]


def test_every_usual_block_fills_variables_that_exist():
    for template in usual_blocks():
        known = specs().sdtm.get(template.domain)
        if known is not None:
            assert set(template.lines) <= set(known.by_name), template.domain


@pytest.mark.parametrize(
    "header", ["AFP date", "Weight loss", "Taille lésion 1 (mm)", "Urine albumin", "Datum Geburt", "T cell"]
)
def test_one_word_of_a_header_does_not_say_what_it_is(header):
    concepts = {match.meaning.concept.variable for match in read_synonyms().matches(header)}
    assert not concepts & {"--DTC", "VSORRES", "LBORRES", ""}


@pytest.mark.parametrize(
    ("header", "variable"), [("Größe [cm]", "VSORRES"), ("Maßnahme", "AEACN"), ("Unerwünschtes Ereignis", "AETERM")]
)
def test_a_header_with_umlauts_is_found(header, variable):
    assert best(header)[0].variable == variable


@pytest.mark.parametrize(
    "header", ["Next visit date", "下次随访日期", "体重下降(kg)", "血糖控制", "change in weight", "尿白蛋白"]
)
def test_a_word_that_makes_another_thing_of_a_header_takes_its_meaning(header):
    assert not read_synonyms().matches(header)
