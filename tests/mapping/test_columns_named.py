from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.mapping.language.verbs import Date
from hcc_sdtm.mapping.tables.columns_named import columns_named, readers
from tests.mapping.site import SPECS

MAPPING = """
site: "201"
tables:
  visit:
    file: v.csv
    subject: no
    unique: [subject, day]
    ignore: [room]
    skip: {kind: {equals: total}}
    columns: {day: [seen on, date]}
    checkbox: {RACE: {columns: "race_{code}", code: [w]}}
    unpivot: {columns: "v{V} {measure}", V: ["1"], measures: {resp: RESP}}
  death: {file: d.csv, subject: id}
  joined: {join: {left: visit, right: death, cardinality: many_to_one}}
DM:
  - rows: death
    SUBJID: {copy: subject}
    DTHDTC: {first_of: [{date: died, when: {status: present}}, {lookup: {table: visit, on: key, give: {date: resp}}}]}
RS:
  - rows: joined
    when: {death.cause: absent}
    RSDTC: {date: visit.day}
    RSORRES: {copy: death.cause2}
"""


def read(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    return read_mapping(path, "site.yaml", SPECS)


def test_the_columns_of_a_table_that_rules_conditions_options_and_tables_made_of_it_name(tmp_path):
    mapping = read(tmp_path)
    assert columns_named(mapping, "visit") >= {
        *("no", "subject", "day", "room", "kind", "seen on", "date", "RACE", "race_w", "resp", "v1 RESP"),
        "key",
    }
    assert "died" not in columns_named(mapping, "visit")
    death = columns_named(mapping, "death")
    assert death >= {"id", "died", "status", "key", "subject", "cause", "cause2"}
    assert not death & {"room", "resp"}
    assert columns_named(mapping) >= {"died", "room", "kind"}


def test_the_rules_that_say_what_a_column_holds(tmp_path):
    mapping = read(tmp_path)
    assert [type(rule) for rule in readers(mapping, "visit", "resp")] == [Date]
    assert [type(rule) for rule in readers(mapping, "visit", "day")] == [Date]
    assert readers(mapping, "death", "cause2") == []
