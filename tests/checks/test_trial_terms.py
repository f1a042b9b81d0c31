"""The tables of TS rules name parameters and codelists that exist."""

from hcc_sdtm.checks.reference_dates import IN_ORDER
from hcc_sdtm.checks.trial_parameters import REQUIRED, REQUIRED_WHERE, START
from hcc_sdtm.checks.trial_summary import FORMS
from hcc_sdtm.checks.trial_terms import CODELISTS, NULL_WORDS
from tests.checks.tables import SPECS

PARAMETERS = set(SPECS.codelists["TSPARMCD"].terms)


def test_every_parameter_that_a_rule_names_is_a_term():
    asked = {code for other, _, codes in REQUIRED_WHERE for code in (other, *codes)}
    formed = {code for codes, _, _ in FORMS for code in codes}
    assert {*REQUIRED, START, *asked, *formed, *CODELISTS} <= PARAMETERS


def test_no_parameter_has_a_form_and_a_codelist():
    formed = [code for codes, _, _ in FORMS for code in codes]
    assert len(formed) == len(set(formed))
    assert not set(formed) & set(CODELISTS)


def test_every_codelist_of_a_parameter_is_there_and_the_values_that_ask_for_more_are_terms_of_it():
    assert set(CODELISTS.values()) <= set(SPECS.codelists)
    for other, values, _ in REQUIRED_WHERE:
        assert set(values) <= set(SPECS.codelists[CODELISTS[other]].terms)


def test_the_lists_of_types_are_closed_and_those_of_designs_open():
    closed = {name for name in CODELISTS.values() if not SPECS.codelists[name].extensible}
    assert closed >= {"INTTYPE", "STYPE", "SEXPOP", "NY"}
    assert not closed & {"TPHASE", "TTYPE", "TBLIND", "TCNTRL", "TINDTP", "INTMODEL"}
    assert "RADIATION" in SPECS.codelists["INTTYPE"].terms


def test_words_for_no_value_are_few_and_no_text_of_a_protocol():
    assert all(map(NULL_WORDS.fullmatch, ("NA", "Not applicable", "UNKNOWN", "No maximum", "n/a", "PINF")))
    assert not any(map(NULL_WORDS.fullmatch, ("NONE", "N", "NANOPARTICLES", "Not randomised", "CHN", "")))


def test_the_dates_in_order_are_dates_of_demographics():
    variables = {variable.name for variable in SPECS.sdtm["DM"].standard}
    assert {name for pair in IN_ORDER for name in pair} <= variables
