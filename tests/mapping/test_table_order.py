from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.mapping.tables.columns_asked import columns_asked
from hcc_sdtm.mapping.tables.table_order import in_order, parts_of_table
from tests.mapping.site import SPECS

MAPPING = """
site: "301"
defaults: {CM: {CMSTDTC: {date: started}}}
tables:
  top: {stack: [low, beside], latest: {per: [subject, lesion], by: {date: seen}}}
  beside:
    join: {left: one, right: two, on: [subject, visit], cardinality: one_to_one}
    unique: [number]
  low: {stack: [one, two], aggregate: {measures: {total: {sum: dose}, idle: {max: other}}}}
  one: {file: a.csv, subject: id}
  two: {file: b.csv, subject: id}
DM: [{rows: one, SUBJID: {copy: subject}}]
CM:
  - rows: top
    when: {kind: present}
    CMTRT: {copy: total}
    CMCAT: {copy: two.name}
"""


def read(tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    return read_mapping(path, "site.yaml", SPECS)


def test_a_table_comes_behind_those_it_is_made_from(tmp_path):
    tables = read(tmp_path).head.tables
    order = in_order(tables)
    assert sorted(order) == sorted(tables)
    for name in order:
        assert all(order.index(part) < order.index(name) for part in parts_of_table(tables[name]))
    assert order == ["one", "two", "low", "beside", "top"]


def test_the_columns_that_rules_or_other_tables_need(tmp_path):
    asked = {name: columns - {"started"} for name, columns in columns_asked(read(tmp_path)).items()}
    of_top = {"kind", "total", "two.name"}
    needed_by_top = of_top | {"subject", "lesion", "seen"}
    assert asked["top"] == of_top
    assert asked["beside"] == needed_by_top | {"number"}
    # the measure that nobody reads asks for nothing
    assert asked["low"] == needed_by_top - {"total"} | {"dose"}
    assert {"dose", "number", "visit"} <= asked["one"]
    assert {"name", "dose", "visit"} <= asked["two"]
    assert "other" not in asked["one"] | asked["two"]
    assert "started" in columns_asked(read(tmp_path))["two"]
