import os
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from hcc_sdtm.dataset import Dataset, format_value
from hcc_sdtm.problem import StudyError
from tests.mapping.arranged import FILES, IDENTIFYING, MAPPING
from tests.mapping.site import SPECS, cells, map_text, records
from tests.sdtm.study import build

TCGA = Path(os.environ["HCC_SDTM_DATA"]) / "tcga-lihc" if "HCC_SDTM_DATA" in os.environ else None


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("study"), {"301": MAPPING}, FILES)


def traced(built, name, position, variable):
    trace = built.datasets[name].trace(position, variable)
    return format_value(trace.value), [(str(source), typed) for source, typed in trace.cells()]


def values_of(built, name):
    dataset = built.datasets[name]
    for position in range(len(dataset)):
        for variable in dataset.published:
            value, found = traced(built, name, position, variable)
            if value:
                yield position, variable, value, found


def items(found):
    return [item.strip() for _, typed in found for item in typed.split("|") if item.strip() not in ("", "NK")]


ORACLES = {
    ("DM", "ARMCD"): lambda value, found: Decimal(value) == sum(map(Decimal, items(found))),
    ("SUPPCM", "QVAL"): lambda value, found: (
        Decimal(value) in (sum(map(Decimal, items(found))), Decimal(items(found)[0]))
    ),
    ("DM", "DTHFL"): lambda value, found: int(value) == len(items(found)),
    ("CM", "CMINDC"): lambda value, found: all(
        text in items([cell]) for text, cell in zip(value.split("+"), found, strict=True)
    ),
    ("DM", "COUNTRY"): lambda value, found: set(re.split("/X/|/|; ", value)) == set(items(found)),
}
"""What a value that is made of several texts must be of the texts in its cells."""


def test_every_mapped_value_is_what_its_cells_say(built):
    count = 0
    for name in ("DM", "CM", "SUPPCM"):
        dataset = built.datasets[name]
        for position, variable, value, found in values_of(built, name):
            plan = dataset.lineage.plans[int(dataset.frame["_plan"].iat[position])]
            rules = plan.rules.get(variable)
            if not rules or not any(rule.columns for rule in rules):
                continue
            where = (name, position, variable, value, found)
            if variable == "SUBJID":
                assert {typed for _, typed in found} == {""}, where  # the hospital's own number is not shown
            elif (name, variable) in ORACLES:
                assert found, where
                assert ORACLES[name, variable](value, found), where
            elif "; " in value:
                assert set(value.split("; ")) == set(items(found)), where
            elif variable != "VISITNUM":
                assert len(found) == 1, where
                assert value in items(found), where
            count += 1
    assert count > 90


@pytest.mark.parametrize(
    ("name", "position", "variable", "value", "expected"),
    [
        ("DM", 0, "ARM", "Dead", [("follow.csv:A2", "Dead")]),
        ("DM", 0, "ACTARM", "69", [("follow.csv:C3", "69")]),  # NK in the latest row
        ("DM", 0, "INVNAM", "first", [("base.csv:F2", "first")]),  # the other form has no such column
        ("DM", 0, "ARMCD", "5.3", [("visit.csv:C2", "0.1|0.2"), ("visit.csv:F2", "5")]),
        ("DM", 0, "ACTARMCD", "5", [("visit.csv:F2", "5")]),
        ("DM", 0, "DTHDTC", "2020-01-01", [("base.csv:C2", "2020-01-01")]),
        ("DM", 1, "ARM", "Alive", [("base.csv:D3", "Alive")]),
        ("DM", 1, "ARMCD", "10", [("visit.csv:F3", "7.5|2.5")]),
        ("DM", 2, "ARM", "Dead", [("follow.csv:A6", "Dead")]),
        (
            "DM",
            2,
            "COUNTRY",
            "Dead/A; B/X/48",
            [("follow.csv:A6", "Dead"), ("visit.csv:B4", "A||B"), ("follow.csv:C6", "48")],
        ),
    ],
)
def test_values_and_their_cells(built, name, position, variable, value, expected):
    assert traced(built, name, position, variable) == (value, expected)


def test_lookups_into_tables_made_from_others_end_in_the_cell(built):
    frame = built.datasets["CM"].frame
    [position] = frame.index[frame["CMINDC"] == "Lenva+Dead+69"]
    variables = ("CMSCAT", "CMDOSU", "CMROUTE", "CMINDC", "CMENDTC")
    found = {variable: traced(built, "CM", position, variable) for variable in variables}
    assert found == {
        "CMSCAT": ("first", [("base.csv:F2", "first")]),
        "CMDOSU": ("69", [("follow.csv:C3", "69")]),
        "CMROUTE": ("5", [("visit.csv:F2", "5")]),
        "CMINDC": (
            "Lenva+Dead+69",
            [("visit.csv:B2", "Sora|Lenva"), ("follow.csv:A2", "Dead"), ("follow.csv:C3", "69")],
        ),
        "CMENDTC": ("2021-05-05", [("follow.csv:D2", "2021-05-05")]),
    }
    third = frame.index[(frame["CMTRT"] == "Sora") & (frame["CMDOSTXT"] == "7.5") & (frame["CMINDC"] != "")]
    assert traced(built, "CM", int(third[0]), "CMSCAT") == ("Sora", [("visit.csv:E3", "Sora")])


def test_no_identifying_text_is_in_a_value_a_trace_or_a_finding(built):
    shown = built.findings.to_csv() + "".join(dataset.published.to_csv() for dataset in built.datasets.values())
    shown += "".join(repr(found) for name in built.datasets for found in values_of(built, name))
    for text in IDENTIFYING:
        assert text not in shown


def test_what_is_doubtful_is_told(built):
    told = built.findings[["rule", "source", "typed"]].values.tolist()
    assert ["MAP-034 explode.lengths-differ", "visit.csv:E3", "Sora"] in told
    assert ["MAP-038 row.order-unsure", "follow.csv:D5", "2021"] in told


HEAD = """
site: "301"
dates: {order: %s}
tables:
  one: {file: one.csv, subject: id}
  two: {file: two.csv, subject: id}
  %s
DM:
  - {rows: one, SUBJID: {copy: subject}}
"""


def map_tables(tmp_path, tables, order="ymd", domains="", **files):
    given = {"one": "id,day,text\n1,2020-01-01,x\n", "two": "id,day,text\n1,2021-01-01,y\n"} | files
    return map_text(tmp_path, HEAD % (order, tables) + domains, **given)[0]


BOTH = "x: {stack: [one, two], "


@pytest.mark.parametrize(
    ("table", "problems"),
    [
        ("x: {stack: [one, tow]}", ['no table "tow"; did you mean "two"?']),
        ("x: {stack: [one]}", ["x: a stack is of several tables, each once"]),
        ("x: {stack: [one, x]}", ['tables that are made from one another: "x" from "x"']),
        (
            "x: {stack: [one, y]}\n  y: {join: {left: x, right: one, cardinality: one_to_one}}",
            ['tables that are made from one another: "x" from "y" from "x"'],
        ),
        (
            BOTH + "join: {left: one, right: two, cardinality: one_to_one}}",
            ["x: a table is one of file, stack or join; this one has stack and join"],
        ),
        ("x: {unique: [id]}", ["x: a table is one of file, stack or join"]),
        ("x: {file: one.csv}", ['x: the key "subject" is missing: the column with the subject\'s number']),
        (BOTH + "subject: id}", ['x: "subject" belongs to a table with a file, not to one with stack']),
        (
            BOTH + "latest: {per: [subject, dya], by: {date: dy}}}",
            [
                'the table "x" has no column "dya"; did you mean "day"?',
                'the table "x" has no column "dy"; did you mean "day"?',
            ],
        ),
        (
            BOTH + "latest: {per: [day], by: {date: day}}}",
            ['latest: per needs "subject": without it rows of several subjects would become one'],
        ),
        (
            BOTH + "latest: {by: {date: day, number: text}}}",
            ["by: by is one column: {date: COLUMN} or {number: COLUMN}"],
        ),
        (BOTH + "latest: {by: {number: day, order: dmy}}}", ["by: an order is that of dates"]),
        (
            "x: {join: {left: one, right: two, on: [subject, vist], cardinality: one_to_one}}",
            ['the table "one" has no column "vist"', 'the table "two" has no column "vist"'],
        ),
        ("x: {join: {left: one, right: one, cardinality: one_to_one}}", ['join: "one" is on both sides']),
        (
            "x: {join: {left: one, right: two, cardinality: many_to_many}}",
            [
                'cardinality "many_to_many": expected one_to_one, many_to_one or one_to_many; '
                'did you mean "one_to_many"?'
            ],
        ),
        (
            BOTH + "aggregate: {measures: {a: {sum: txt}, b: {maxx: day}}}}",
            ['unknown key "maxx"; did you mean "max"?'],
        ),
        (
            BOTH + "aggregate: {measures: {a: {sum: txt}, b: {max: dy}}}, unique: [c]}",
            [
                'the table "x" has no column "txt"; did you mean "text"?',
                'the table "x" has no column "dy"; did you mean "day"?',
                'the table "x" has no column "c"',
            ],
        ),
        (
            BOTH + "aggregate: {measures: {a: {sum: text}}}, unique: [text]}",
            ['the table "x" has no column "text"'],
        ),
        (
            BOTH + "aggregate: {measures: {a: {sum: day, kind: date}, b: {count: day, kind: text}}}}",
            ["a: a sum is one of numbers, not of kind date", "b: count takes texts as they stand and has no kind"],
        ),
        (
            BOTH + "aggregate: {measures: {a: {sum: day, min: day}, b: {max: day, separator: x}}}}",
            [
                "a: a measure is one of sum, min, max, count, first, last, join with its column, not sum and min",
                "b: max has no separator",
            ],
        ),
        (
            BOTH + "aggregate: {measures: {subject: {sum: day}}}}",
            ['aggregate: "subject" is a column of per and a measure'],
        ),
        (
            BOTH + 'explode: {columns: [texts], separator: ","}, skip: {dayy: present}}',
            [
                'the table "x" has no column "dayy"; did you mean "day"?',
                'the table "x" has no column "texts"; did you mean "text"?',
            ],
        ),
        (BOTH + 'explode: {columns: [text], separator: ""}}', ["explode: a separator needs a character"]),
        (
            BOTH + 'explode: {columns: [subject], separator: ";"}}',
            ['explode: "subject" is no list: a row is one subject\'s'],
        ),
    ],
)
def test_every_problem_of_a_table_is_told_with_its_line(tmp_path, table, problems):
    with pytest.raises(StudyError) as error:
        map_tables(tmp_path, table)
    assert str(error.value).splitlines() == [f"mappings/site.yaml:7: {problem}" for problem in problems]


def test_a_column_that_the_parts_column_would_hide_and_one_that_is_there_already_are_problems(tmp_path):
    with pytest.raises(StudyError, match='"one" has a column "table", which the one that tells the parts would hide'):
        map_tables(tmp_path, "x: {stack: [one, two]}", one="id,table\n1,2\n")
    with pytest.raises(StudyError, match=r'"one" has a column "two\.day" already'):
        map_tables(tmp_path, "x: {join: {left: one, right: two, cardinality: one_to_one}}", one="id,two.day\n1,2\n")


def test_tables_may_stand_before_those_they_are_made_from_and_problems_of_parts_are_told_once(tmp_path):
    domains = "CM:\n  - {rows: x, CMTRT: {copy: text}, CMCAT: {copy: table}}\n"
    site = map_tables(tmp_path, "x: {stack: [two, three]}\n  three: {stack: [one, two]}", domains=domains)
    assert records(site, "CM")[["CMTRT", "CMCAT"]].values.tolist() == [["y", "two"], ["x", "three"], ["y", "three"]]
    with pytest.raises(StudyError) as error:
        map_tables(tmp_path, "x: {stack: [one, y]}\n  y: {file: nine.csv, subject: id}", domains=domains)
    assert [str(problem) for problem in error.value.problems] == [
        'mappings/site.yaml:8: no file "nine.csv" in raw/; did you mean "one.csv"?'
    ]


def test_rows_of_a_stack_can_be_skipped_exploded_and_required_to_be_unique(tmp_path):
    options = 'skip: {text: {equals: total}}, explode: {columns: [text], separator: ";"}, unique: [subject, text]'
    site = map_tables(
        tmp_path,
        f"x: {{stack: [one, two], {options}}}",
        one="id,text\n1,x;y\n1,total\n",
        two="id,text\n1,z;x\n",
        domains="CM: [{rows: x, CMTRT: {copy: text}}]\n",
    )
    assert records(site, "CM")["CMTRT"].tolist() == ["x", "y", "z"]
    assert cells(site, "MAP-040") == [("one.csv:B3", "total")]
    assert cells(site, "MAP-004") == [("two.csv:A2", "1")]


def test_dates_that_decide_an_order_are_settled_like_those_of_rules_by_all_rows(tmp_path):
    """13/02 stands in a row that gives no value: it settles the order for those that do."""
    one = "id,day,text\n1,13/02/2020,\n1,03/04/2020,x\n1,05/03/2020,y\n"
    table = "x: {stack: [one, two], latest: {by: {date: day}}}"
    domains = "CM: [{rows: x, CMTRT: {copy: text}, CMSTDTC: {date: day}}]\n"
    site = map_tables(tmp_path, table, order="none", domains=domains, one=one, two="id,day,text\n")
    assert records(site, "CM").values.tolist() == [["1", "x", "2020-04-03"]]
    assert cells(site, "MAP-020") == [("one.csv:B2", "13/02/2020")]
    assert site.settled[["table", "column", "value", "evidence"]].values.tolist() == [["x", "day", "dmy", "13/02/2020"]]


def test_the_example_of_the_documentation(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
    tables = re.search(r"```yaml\n(.*?)```", page.split("**Tables from tables.**")[1], flags=re.DOTALL)[1]
    domains = """
DM: [{rows: status, SUBJID: {copy: subject}, ARM: {copy: state}}]
CM: [{rows: drug_status, CMTRT: {copy: drug}, CMCAT: {copy: status.state}}]
PR: [{rows: radiation_total, PRTRT: {copy: total}, PRCAT: {copy: sites}}]
"""
    site, _ = map_text(
        tmp_path,
        'site: "301"\n' + tables + domains,
        patient="id,contact_date,state\n1,2020-01-01,Alive\n2,2020-01-02,Alive\n",
        follow_up="id,contact_date,state,dose,site\n1,2021-01-01,Dead,2.2,LUNG\n",
        drug="id,drug,dose\n1,x|y,1|2\n2,z,3\n",
        radiation="id,dose,site\n1,1.1,LIVER\n1,,BONE\n",
    )
    assert records(site, "DM").values.tolist() == [["1", "Dead"], ["2", "Alive"]]
    assert records(site, "CM").values.tolist() == [["1", "x", "Dead"], ["1", "y", "Dead"], ["2", "z", "Alive"]]
    assert records(site, "PR").values.tolist() == [["1", "3.3", "BONE; LIVER; LUNG"]]


def test_a_table_of_one_file_is_arranged_too_and_every_cell_that_decided_is_used(tmp_path):
    table = "x: {file: one.csv, subject: id, latest: {by: {date: day}}, unique: [subject]}"
    one = "id,day,text,idle\n1,2020-01-01,x,u\n1,2021-01-01,,\n2,2020-01-01,z,\n2,2020-05-01,w,v\n"
    site = map_tables(tmp_path, table, domains="CM: [{rows: x, CMTRT: {copy: text}}]\n", one=one)
    assert records(site, "CM")["CMTRT"].tolist() == ["x", "w"]
    told = site.findings[site.findings["rule"].str.contains("unused|not-looked")]
    assert {"text", "day"}.isdisjoint(told[told["source"].str.startswith("one")]["variable"])
    assert "idle" in set(told["variable"])


REAL = """
site: "1"
missing: ["", "[Not Available]", "[Unknown]", "[Not Applicable]", "[Not Evaluated]", "[Discrepancy]"]
dates: {order: ymd}
tables:
  patient: {file: "*_clinical_patient_lihc.txt", header: {any_of: [1, 2, 3]}, first_row: 4, subject: bcr_patient_barcode}
  follow: {file: "*_follow_up_v4.0_lihc.txt", header: {any_of: [1, 2, 3]}, first_row: 4, subject: bcr_patient_barcode}
  status: {stack: [patient, follow], latest: {by: {date: form_completion_date}, ties: last}}
DM:
  - rows: status
    SUBJID: {copy: subject}
    ARM: {copy: vital_status}
    ACTARM: {copy: tumor_status}
    ARMCD: {copy: last_contact_days_to}
    ACTARMCD: {copy: death_days_to}
"""


@pytest.mark.skipif(TCGA is None or not TCGA.is_dir(), reason="HCC_SDTM_DATA names no folder with tcga-lihc")
def test_the_latest_form_with_a_value_of_377_real_patients(tmp_path):
    (tmp_path / "raw").mkdir()
    forms = []
    for pattern in ("*_clinical_patient_lihc.txt", "*_follow_up_v4.0_lihc.txt"):
        (path,) = TCGA.glob(pattern)
        (tmp_path / "raw" / path.name).write_bytes(path.read_bytes())
        names, *_, body = path.read_text(encoding="utf-8").split("\n", 3)
        forms += [dict(zip(names.split("\t"), line.split("\t"), strict=True)) for line in body.splitlines()]
    site, lineage = map_text(tmp_path, REAL)
    frame = pd.concat(site.frames["DM"], ignore_index=True)
    dataset = Dataset(SPECS.sdtm["DM"], frame, lineage)
    columns = {
        "ARM": "vital_status",
        "ACTARM": "tumor_status",
        "ARMCD": "last_contact_days_to",
        "ACTARMCD": "death_days_to",
    }
    assert len(frame) == 377
    for position, subject in enumerate(frame["SUBJID"]):
        own = [form for form in forms if form["bcr_patient_barcode"] == subject]
        in_order = sorted(own, key=lambda form: [int(part) for part in form["form_completion_date"].split("-")])
        for variable, column in columns.items():
            said = [form[column] for form in in_order if form.get(column, "[").strip()[:1] not in ("[", "")]
            assert frame[variable].iat[position] == (said[-1] if said else "")
            found = [typed for _, typed in dataset.trace(position, variable).cells()]
            assert found == said[-1:] or (not said and len(found) <= 1)
    assert (site.findings["rule"] == "MAP-032 latest.tie-disagrees").sum() == 3
