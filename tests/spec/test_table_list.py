from pathlib import Path

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.table_reading import TableNames, read_tables

NAMES = TableNames(
    {"ADSL": ["USUBJID", "AGE", "SEX", "RTFL"], "ADTTE": ["USUBJID", "PARAMCD", "AVAL"], "ADRS": ["USUBJID"]},
    {"ADRS": {"BOR", "BORM"}, "ADTTE": {"PFS", "OS"}},
    {"PFS", "ORR"},
    {"RTFL"},
)

WRONG = """\
populations:
  SAFFL: all treated
tables:
  - id: a
    title: A
    table: characteristics
    population: RTFLL
    by: SEXX
    variables:
      - {variable: AGEE}
  - id: a
    title: B
    table: disposition
    lines:
      - {label: x, where: {RTFLX: Y}}
      - {each: DCSREAS}
  - {id: c, title: C, table: response, columns: [{parameter: BORRM}, {parameter: PFS}]}
  - {id: d, title: D, table: estimates, endpoints: [PFS, PFSS]}
  - {id: e, title: E, table: censoring, columns: [{parameter: BOR}]}
  - {id: f, title: F, table: schemes, of: PFX}
  - id: g
    title: G
    table: listing
    dataset: ADTTE
    where: {PARAMCD: [OS, OSX]}
    columns:
      - {variable: AGE}
      - {variable: AVALX}
    sort: [USUBJD]
"""


def read(tmp_path: Path, text: str, names: TableNames | None = NAMES):
    path = tmp_path / "tables.yaml"
    path.write_text(text, encoding="utf-8")
    return read_tables(path, "specs/tables.yaml", names)


def problems(tmp_path: Path, text: str, names: TableNames | None = NAMES) -> list[str]:
    with pytest.raises(StudyError) as raised:
        read(tmp_path, text, names)
    return [str(problem) for problem in raised.value.problems]


def test_every_name_that_no_spec_has_is_a_problem_with_its_line(tmp_path):
    assert problems(tmp_path, WRONG) == [
        'specs/tables.yaml:2: unknown variable of ADSL "SAFFL"',
        'specs/tables.yaml:7: unknown population "RTFLL"; did you mean "RTFL"?',
        'specs/tables.yaml:8: unknown variable of ADSL "SEXX"; did you mean "SEX"?',
        'specs/tables.yaml:10: unknown variable of ADSL "AGEE"; did you mean "AGE"?',
        'specs/tables.yaml:11: the id "a" is used a second time',
        'specs/tables.yaml:15: unknown variable of ADSL "RTFLX"; did you mean "RTFL"?',
        'specs/tables.yaml:16: unknown variable of ADSL "DCSREAS"',
        'specs/tables.yaml:17: unknown parameter of ADRS "BORRM"; did you mean "BORM"?',
        'specs/tables.yaml:17: unknown parameter of ADRS "PFS"',
        'specs/tables.yaml:18: unknown endpoint "PFSS"; did you mean "PFS"?',
        'specs/tables.yaml:19: unknown parameter of ADTTE "BOR"',
        'specs/tables.yaml:20: unknown parameter of ADTTE "PFX"; did you mean "PFS"?',
        'specs/tables.yaml:25: unknown parameter of ADTTE "OSX"; did you mean "OS"?',
        'specs/tables.yaml:28: unknown variable of ADTTE or ADSL "AVALX"; did you mean "AVAL"?',
        'specs/tables.yaml:29: unknown variable of ADTTE or ADSL "USUBJD"; did you mean "USUBJID"?',
    ]


def test_without_names_only_the_file_itself_is_checked(tmp_path):
    text = WRONG.replace("id: a\n    title: B", "id: b\n    title: B")
    assert len(read(tmp_path, text, None).tables) == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{id: a, title: A, table: baseline}", 'table "baseline": expected one of characteristics, disposition,'),
        ("{id: a, title: A, table: censorin}", 'listing; did you mean "censoring"?'),
        (
            "{id: a, title: A, table: response, columns: [{parameter: BOR}], values: {CR: Complete}, "
            "rates: [{label: Rate, values: [CR, PRR]}]}",
            'unknown value "PRR"',
        ),
        ("{id: A b, title: A, table: schemes, of: PFS}", 'id "A b"'),
        ("{id: a, title: A, table: schemes, off: PFS}", 'unknown key "off"; did you mean "of"?'),
        ("{id: a, title: A, table: characteristics, variables: []}", "variables"),
        ("{id: a, title: A, table: response, columns: [{parameter: BOR}], interval: exact}", 'interval "exact"'),
        ("{id: a, title: A, table: characteristics, variables: [{variable: AGE, decimals: 9}]}", 'decimals "9"'),
        ("{id: a, title: A, table: listing, dataset: DM, columns: [{variable: AGE}]}", 'dataset "DM"'),
    ],
)
def test_a_wrong_key_or_value_is_a_problem(tmp_path, text, message):
    found = problems(tmp_path, f"tables:\n  - {text}\n")
    assert any(line.startswith("specs/tables.yaml:2:") and message in line for line in found), found
