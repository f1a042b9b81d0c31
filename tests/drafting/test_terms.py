"""Typed texts to terms, and nothing that is not surely one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.drafting.knowledge.data_tables import read_rows
from hcc_sdtm.drafting.knowledge.finders import ApprovedTerm, Finders
from hcc_sdtm.drafting.knowledge.terms import TermFinder
from tests.drafting.draft_site import specs

FREE_LISTS = {"DRUG", "RTTECH", "CMCAT", "PRCAT", "MISSING"}


def term(variable, typed, label="", approved=(), test="", category=""):
    found = Finders(specs(), approved).of(variable[:2], variable, test, category).find(typed, label)
    return found.term if found else None


def sex(typed, label=""):
    found = Finders(specs()).of("DM", "SEX").find(typed, label)
    return found.term if found else None


@pytest.mark.parametrize("row", read_rows("term_synonyms.csv"), ids=lambda row: f"{row['list']} {row['term']}")
def test_a_synonym_is_of_a_term_that_exists(row):
    codelist = specs().codelists.get(row["list"])
    assert row["list"] in FREE_LISTS or codelist is None or row["term"] in codelist.terms or codelist.extensible


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("男", "M"), ("Female", "F"), ("weiblich", "F"), ("féminin", "F"), ("南", None), ("1", None)],
)
def test_sex(typed, expected):
    assert sex(typed) == expected


def test_a_code_means_what_its_list_says_and_nothing_without_one():
    assert sex("1", "Male") == "M"
    assert sex("1", "female") == "F"
    assert term("AESEV", "1") is None  # a synonym of the codelist, and a code of the hospital's own


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("完全缓解(CR)", "CR"),
        ("疾病进展（PD）", "PD"),
        ("Partial response", "PR"),
        ("réponse partielle", "PR"),
        ("CR or PR", None),
    ],
)
def test_response(typed, expected):
    assert term("RSSTRESC", typed, test="OVRLRESP") == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("阿替利珠单抗+贝伐珠单抗", "ATEZOLIZUMAB + BEVACIZUMAB"),
        ("Lenvatinib (Lenvima®) + sintilimab", "LENVATINIB + SINTILIMAB"),
        ("Régorafénib", "REGORAFENIB"),
        ("Sorafenib + XYZ-1", None),
    ],
)
def test_drugs_are_joined_only_where_each_is_known(typed, expected):
    assert term("CMDECOD", typed) == expected


def test_a_longer_term_is_not_taken_for_a_part_of_it():
    assert term("DSDECOD", "Randomized", category="DISPOSITION EVENT") is None


def test_what_another_site_calls_a_term_holds_for_its_other_spellings():
    approved = [ApprovedTerm("PR", "PRDECOD", "", "", "Radiofréquence", "ABLATION", "103")]
    assert term("PRDECOD", "RFA") == "RADIOFREQUENCY ABLATION"
    assert term("PRDECOD", "射频消融(RFA)", approved=approved) == "ABLATION"


def test_terms_of_other_sites_hold_but_their_codes_do_not():
    approved = [
        ApprovedTerm("CM", "CMCAT", "", "", "First line", "FIRST LINE", "102"),
        ApprovedTerm("CM", "CMCAT", "", "", "1", "FIRST LINE", "103"),
    ]
    assert term("CMCAT", "first LINE", approved=approved) == "FIRST LINE"
    assert term("CMCAT", "1", approved=approved) is None


@given(st.text(max_size=40), st.text(max_size=20))
def test_a_closed_list_gives_none_but_its_own_terms(typed, label):
    finder = Finders(specs()).of("DM", "SEX")
    found = finder.find(typed, label)
    assert found is None or found.term in specs().codelists["SEX"].terms


def test_the_nearest_term_is_said_and_not_taken():
    finder = TermFinder((specs().codelists["LOC"],), ("LOC",))
    assert finder.find("LIVVER") is None
    assert finder.nearest("LIVVER") == "LIVER"
