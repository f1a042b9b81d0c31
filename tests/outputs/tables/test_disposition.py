from hcc_sdtm.outputs.tables.building import build_table
from tests.outputs.tables.frames import content_of, shown, spec_of

YAML = """
    table: disposition
    population: ENRLFL
    lines:
      - {label: Screened, everyone: yes}
      - {label: Not enrolled, where_not: {ENRLFL: Y}, everyone: yes, indent: 1}
      - {label: Enrolled}
      - {label: Irradiated, where: {RTFL: Y}, indent: 1}
      - {label: Left, where_not: {DCSREAS: ""}, each: DCSREAS}
      - {label: Never here, where: {SEX: U}}
"""


def test_lines_are_counted_in_the_population_unless_of_everyone(tmp_path):
    table = build_table(spec_of(tmp_path, YAML), content_of())
    assert table.columns[1].label == "n (%)\n(N = 5)"
    assert shown(table) == [
        ("Screened", "6"),
        ("Not enrolled", "1"),
        ("Enrolled", "5 (100.0)"),
        ("Irradiated", "4 ( 80.0)"),
        ("Left", "3 ( 60.0)"),
        ("Death", "2 ( 40.0)"),
        ("Lost to follow-up", "1 ( 20.0)"),
        ("Never here", "0"),
    ]
    assert [line.indent for line in table.lines] == [0, 1, 0, 1, 0, 1, 1, 0]


def test_a_missing_reason_is_a_line_of_its_own(tmp_path):
    text = "\n    table: disposition\n    population: RTFL\n    lines: [{each: DCSREAS}]\n"
    assert shown(build_table(spec_of(tmp_path, text), content_of())) == [
        ("Death", "2 (50.0)"),
        ("Lost to follow-up", "1 (25.0)"),
        ("Reason not given", "1 (25.0)"),
    ]
