import pytest

from hcc_sdtm.outputs.tables.building import build_table
from hcc_sdtm.outputs.tables.content import NotMade
from tests.outputs.tables.frames import ADSL, content_of, shown, spec_of

YAML = """
    table: characteristics
    population: RTFL
    variables:
      - {variable: AGE, label: Age (years)}
      - {variable: AGEGR1, label: Age group}
      - {variable: SEX, label: Sex, values: {M: Male, F: Female, U: Unknown}}
      - {variable: ECOGBL, label: ECOG, kind: categorical}
"""


def test_numbers_and_categories_with_missing_ones_counted(tmp_path):
    table = build_table(spec_of(tmp_path, YAML), content_of())
    assert table.columns[1].label == "Total\n(N = 4)"
    assert shown(table) == [
        ("Age (years)",),
        ("n", "3"),
        ("Mean (SD)", "63.0 (2.6)"),
        ("Median", "64.0"),
        ("Q1 to Q3", "60.0 to 65.0"),
        ("Minimum to maximum", "60 to 65"),
        ("Missing", "1"),
        ("Age group",),
        ("18-64", "2 (50.0)"),
        (">=65", "1 (25.0)"),
        ("Missing", "1 (25.0)"),
        ("Sex",),
        ("Male", "2 (50.0)"),
        ("Female", "1 (25.0)"),
        ("Unknown", "0"),
        ("Missing", "1 (25.0)"),
        ("ECOG",),
        ("0", "1 (25.0)"),
        ("1", "3 (75.0)"),
    ]
    assert any("PCTLDEF" in note or "definition 5 of SAS" in note for note in table.footnotes)


def test_by_a_variable_nobody_is_lost(tmp_path):
    text = """
    table: characteristics
    population: RTFL
    by: SEX
    groups: {F: Female, M: Male}
    variables: [{variable: AGEGR1}]
"""
    table = build_table(spec_of(tmp_path, text), content_of())
    heads = [column.label for column in table.columns[1:]]
    assert heads == ["Female\n(N = 1)", "Male\n(N = 2)", "Missing\n(N = 1)", "Total\n(N = 4)"]
    assert shown(table) == [
        ("Pooled Age Group 1",),
        ("18-64", "0", "2 (100.0)", "0", "2 (50.0)"),
        (">=65", "1 (100.0)", "0", "0", "1 (25.0)"),
        ("Missing", "0", "0", "1 (100.0)", "1 (25.0)"),
    ]


def test_the_order_is_that_of_the_codelist_where_the_spec_names_one(tmp_path):
    text = "\n    table: characteristics\n    variables: [{variable: SEX}]\n"
    adsl = ADSL.assign(SEX=["U", "M", "F", "M", "M", "F"])
    lines = shown(build_table(spec_of(tmp_path, text), content_of(ADSL=adsl)))
    assert [cells[0] for cells in lines] == ["Sex", "F", "M", "U"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("population: RTFL\n    variables: [{variable: STAGE}]", "ADSL has no STAGE"),
        ("population: PPROTFL\n    variables: [{variable: AGE}]", "ADSL has no PPROTFL"),
    ],
)
def test_what_the_data_lacks_is_the_reason(tmp_path, text, reason):
    with pytest.raises(NotMade, match=reason):
        build_table(spec_of(tmp_path, f"    table: characteristics\n    {text}\n"), content_of())


def test_a_population_of_nobody_has_no_table(tmp_path):
    with pytest.raises(NotMade, match="nobody is among All treated"):
        build_table(spec_of(tmp_path, YAML), content_of(ADSL=ADSL.assign(RTFL="N")))
