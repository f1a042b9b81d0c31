"""Controlled terms that mappings give, each with the line it stands on."""

from __future__ import annotations

from hcc_sdtm.mapping.language.terms_used import terms_used
from hcc_sdtm.spec.tables import read_spec_tables
from tests.conftest import ROOT

SPECS = read_spec_tables([ROOT / "specs"])


def used(tmp_path, text, **others):
    for name, content in others.items():
        (tmp_path / name.replace("_", ".")).write_text(content, encoding="utf-8")
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    found = terms_used([(path, "mappings/m.yaml")], SPECS)
    return [(each.place, each.variable, each.value, each.codelists) for each in found]


def test_constants_and_terms_of_maps_with_their_own_lines(tmp_path):
    text = (
        "site: '1'\n"
        "DM:\n"
        "  - rows: patient\n"
        "    SEX:\n"
        "      term: sex\n"
        "      map:\n"
        "        m: M\n"
        "        w: F\n"
        "    RACE: {constant: ASIAN}\n"
        "    SITEID: {constant: '101'}\n"
        "    SUPP: {X: {constant: M, label: x}}\n"
    )
    assert used(tmp_path, text) == [
        ("mappings/m.yaml:7", "SEX", "M", ("SEX",)),
        ("mappings/m.yaml:8", "SEX", "F", ("SEX",)),
        ("mappings/m.yaml:9", "RACE", "ASIAN", ("RACE",)),
    ]


def test_the_codelist_that_a_constant_of_the_block_decides(tmp_path):
    text = "DS:\n- DSCAT: {constant: PROTOCOL MILESTONE}\n  DSDECOD: {constant: RANDOMIZED}\n"
    assert used(tmp_path, text)[-1] == ("mappings/m.yaml:3", "DSDECOD", "RANDOMIZED", ("PROTMLST",))
    text = "DS:\n- DSCAT: {copy: kind}\n  DSDECOD: {constant: RANDOMIZED}\n"
    assert used(tmp_path, text)[-1][3] == ("NCOMPLT", "PROTMLST", "OTHEVENT")


def test_rules_inside_rules_and_no_parts_of_texts(tmp_path):
    text = (
        "EX:\n- EXLOC:\n    first_of:\n"
        "      - {term: a, map: {x: LUNG}}\n      - {lookup: {table: t, give: {constant: LIVER}}}\n"
        "  EXDOSU: {concat: [a, {constant: Gy}]}\n"
    )
    assert [each[:3] for each in used(tmp_path, text)] == [
        ("mappings/m.yaml:4", "EXLOC", "LUNG"),
        ("mappings/m.yaml:5", "EXLOC", "LIVER"),
    ]


def test_defaults_for_a_domain_and_for_every_domain_that_is_made(tmp_path):
    text = "defaults:\n  '*':\n    --LOC: {constant: LUNG}\n  PR:\n    PRLOC: {constant: LIVER}\nTU: []\nDM: []\n"
    assert [each[:3] for each in used(tmp_path, text)] == [
        ("mappings/m.yaml:3", "TULOC", "LUNG"),
        ("mappings/m.yaml:5", "PRLOC", "LIVER"),
    ]


def test_lines_of_a_dictionary_by_codelist_and_by_variable(tmp_path):
    dictionary = "list,typed,term,reviewed_by,reviewed_on\nLOC,肺,LUNG,me,\nSEX,男,M,,\nmine,x,y,,\nRACE,黄,ASIAN,,\n"
    assert used(tmp_path, "terms: words.csv\n", words_csv=dictionary) == [
        ("mappings/words.csv:2", "LOC", "LUNG", ("LOC",)),
        ("mappings/words.csv:3", "SEX", "M", ("SEX",)),
        ("mappings/words.csv:5", "RACE", "ASIAN", ("RACE",)),
    ]


def test_a_mapping_with_something_wrong_is_read_as_far_as_it_goes(tmp_path):
    text = "DM:\n- 3\n- {SEX: M, RACE: {constant: 1, wrong: x}}\nXX: [{A: {constant: B}}]\n"
    assert [each[:3] for each in used(tmp_path, text)] == [("mappings/m.yaml:3", "RACE", "1")]
    assert used(tmp_path, "DM: [") == []
    assert used(tmp_path, "a text") == []
    assert used(tmp_path, "extends: none.yaml\n") == []


def test_terms_of_the_mapping_that_is_extended_have_their_own_file(tmp_path):
    base = "DM:\n- SEX: {constant: F}\n"
    assert used(tmp_path, "extends: base.yaml\n", base_yaml=base)[0][:3] == ("mappings/base.yaml:2", "SEX", "F")


def test_every_term_of_the_reference_mappings_is_one_of_its_codelists():
    mappings = [(path, path.name) for path in sorted((ROOT / "mappings").glob("*.yaml"))]
    found = list(terms_used(mappings, SPECS))
    assert len(found) > 300
    closed = [
        each
        for each in found
        if each.codelists and not any(SPECS.codelists[name].extensible for name in each.codelists)
    ]
    assert closed
    assert all(
        any(each.value in SPECS.codelists[name].terms for name in each.codelists) for each in closed if each.value
    )
