import csv
import io
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from hcc_sdtm.mapping.applying import MappedSite
from tests.mapping.reconciliation_checks import assert_adds_up, parse_cells
from tests.mapping.site import map_text, records

HEAD = """
site: "201"
missing: ["", "-"]
dates: {order: dmy}
subjects: {prefix: "201-", pattern: "[0-9]+"}
"""


def lines(site: MappedSite, measure: str) -> list[tuple[str, str, str, int, str]]:
    """Class, name, rule id, count and where."""
    found = site.reconciliation[site.reconciliation["measure"] == measure]
    return [
        (row["class"], row["name"], row["rule"][:7], row["count"], row["where"]) for row in found.to_dict("records")
    ]


def messages(site: MappedSite, rule: str) -> list[tuple[str, str, str]]:
    found = site.findings[site.findings["rule"].str.startswith(rule)]
    return list(zip(found["severity"], found["source"], found["message"], strict=True))


def test_each_class_of_rows_and_cells_is_counted_once_and_named(tmp_path):
    mapping = (
        HEAD
        + """
tables:
  patient: {file: patient.csv, header: 2, subject: no, unique: subject, ignore: [clerk]}
DM:
  - rows: patient
    when: {consent: present}
    SUBJID: {copy: subject}
    SEX: {term: sex, map: {m: M, f: F}}
    DTHDTC: {date: died, when: {status: {equals: Dead}}}
"""
    )
    patient = """as of 2024-03-01,,,,,,
no,sex,status,died,consent,clerk,remark
1,m,Dead,01/02/2023,y,ab,
2, f,Alive,05/06/2023,y,,seen
,m,Dead,,y,,
2,m,Alive,,y,ab,
3,x,Dead,,,,late
,,,,,,
4,x,Alive,,y,,
1,m,Dead,01/02/2023,y,ab,
"""
    site, _ = map_text(tmp_path, mapping, patient=patient)
    assert lines(site, "rows") == [
        ("empty", "", "", 1, ""),
        ("above the table", "", "MAP-063", 1, "rows 1"),
        ("header", "", "", 1, ""),
        ("mapped", "", "", 3, ""),
        ("left out", "patient", "MAP-002", 1, "rows 10"),
        ("left out", "patient", "MAP-001", 1, "rows 5"),
        ("left out", "patient", "MAP-004", 1, "rows 6"),
        ("taken by no block", "", "MAP-061", 1, "rows 7"),
    ]
    assert lines(site, "rows mapped") == [("DM", "", "", 3, ""), ("DM", "mappings/site.yaml:10", "", 3, "")]
    assert lines(site, "cells") == [
        ("above the table", "", "MAP-063", 1, ""),
        ("header", "", "", 7, ""),
        ("used", "", "", 13, ""),
        ("declared unused", "clerk", "", 1, "F3"),
        ("in a row left out", "patient", "MAP-002", 6, ""),
        ("in a row left out", "patient", "MAP-001", 3, ""),
        ("in a row left out", "patient", "MAP-004", 5, ""),
        ("in a row that no block takes", "", "MAP-061", 4, ""),
        ("in a column that no rule uses", "remark", "MAP-003", 1, "G4"),
        ("not looked at in its row", "died", "MAP-060", 1, "D4"),
    ]
    assert messages(site, "MAP-060") == [
        ("note", "patient.csv:D4", 'nothing looked at 1 filled cell of the column "died", because of their rows: D4')
    ]
    assert messages(site, "MAP-061") == [("warning", "patient.csv:A7", "no block of the mapping takes row 7")]
    assert messages(site, "MAP-063") == [("note", "patient.csv:A1", "1 filled cell above the table, in no dataset: A1")]
    assert lines(site, "texts") == [("no term covers it", "DM.SEX", "MAP-013", 1, '"x"')]
    assert lines(site, "values") == [
        ("changed", "DM.SUBJID", "", 3, ""),
        ("changed", "DM.SEX", "", 2, ""),
        ("typed and no value", "DM.SEX", "", 1, ""),
        ("changed", "DM.DTHDTC", "", 1, ""),
        ("typed and no value", "DM.DTHDTC", "", 1, ""),
    ]
    assert_adds_up(site.reconciliation, site.findings, filled_cells(patient=patient), {("patient.csv", ""): 10})


@pytest.mark.parametrize(
    ("options", "ignored"),
    [
        ("columns: {note: remark}, ignore: [remark]", ["remark"]),
        ("columns: {note: remark}, ignore: [note]", ["remark"]),
        ("columns: {remark: clerk, note: remark}, ignore: [remark]", ["clerk"]),
        ("unpivot: {columns: 'v{V} dose', V: ['1'], measures: dose}, ignore: [v1 dose]", ["v1 dose"]),
        ("aggregate: {measures: {n: {count: clerk}}}, ignore: [remark]", ["remark"]),
        ("header: {any_of: [1, 2]}, ignore: [C2]", ["clerk"]),
    ],
)
def test_a_column_is_ignored_by_its_own_name_and_by_its_header(tmp_path, options, ignored):
    mapping = f"""{HEAD}
tables:
  t: {{file: t.csv, subject: no, {options}}}
DM:
  - rows: t
    SUBJID: {{copy: subject}}
"""
    second = "no,C2,C3,C4\n" if "any_of" in options else ""
    site, _ = map_text(tmp_path, mapping, t=f"no,clerk,remark,v1 dose\n{second}1,ab,late,5\n")
    assert [line[1] for line in lines(site, "cells") if line[0] == "declared unused"] == ignored


def test_a_column_that_one_table_of_the_sheet_reads_and_another_not_is_used_where_it_is_read(tmp_path):
    mapping = (
        HEAD
        + """
tables:
  wide: {file: visits.csv, subject: no}
  long: {file: visits.csv, subject: no, unpivot: {columns: "v{VISITNUM} {measure}", VISITNUM: ["1", "2"], measures: [day, afp]}}
DM:
  - rows: wide
    SUBJID: {copy: subject}
LB:
  - rows: long
    when: {afp: present}
    LBORRES: {copy: afp}
    LBDTC: {date: day}
"""
    )
    site, _ = map_text(tmp_path, mapping, visits="no,v1 day,v1 afp,v2 day,v2 afp\n1,01/02/2023,7,03/04/2023,-\n")
    # the second visit has a day and no result, so that no record is made of its day
    assert lines(site, "cells")[1:] == [
        ("used", "", "", 4, ""),
        ("not looked at in its row", "v2 day", "MAP-060", 1, "D2"),
    ]


def test_a_row_that_only_a_lookup_reads_is_mapped_and_one_that_none_looks_up_is_not(tmp_path):
    mapping = (
        HEAD
        + """
tables:
  patient: {file: patient.csv, subject: no}
  outcome: {file: outcome.csv, subject: no}
DM:
  - rows: patient
    SUBJID: {copy: subject}
    DTHDTC: {lookup: {table: outcome, give: {date: died}}}
"""
    )
    site, _ = map_text(tmp_path, mapping, patient="no\n1\n2\n", outcome="no,died\n1,01/02/2023\n9,01/02/2023\n")
    assert lines(site, "rows mapped") == [
        ("DM", "", "", 2, ""),
        ("DM", "mappings/site.yaml:11", "", 2, ""),
        ("DM", "", "", 1, ""),
        ("DM", "mappings/site.yaml:11", "", 1, ""),
    ]
    assert messages(site, "MAP-061") == [("warning", "outcome.csv:A3", "no block of the mapping takes row 3")]


def test_a_line_of_the_key_file_whose_number_no_table_has_is_a_note(tmp_path):
    mapping = """
site: "201"
identifying: [name, mrn]
subjects: {file: key.csv, from: mrn, to: study}
tables:
  patient: {file: patient.csv, subject: mrn}
DM:
  - rows: patient
    SUBJID: {copy: subject}
"""
    key = "mrn,study,by\nH1,201-1,x\nH2,201-2,\nH3,201-3,\nH3,201-4,\n"
    site, _ = map_text(tmp_path, mapping, key=key, patient="mrn,name\nH1,Ann\n")
    assert messages(site, "MAP-067") == [("note", "key.csv:A3", "no table of the site has the number of row 3")]
    of_key = site.reconciliation[site.reconciliation["file"] == "key.csv"]
    assert of_key.loc[of_key["measure"] == "rows", ["class", "count"]].to_numpy().tolist() == [
        ["header", 1],
        ["key of a subject", 1],
        ["left out", 2],
        ["taken by no block", 1],
    ]
    assert_adds_up(site.reconciliation, site.findings, filled_cells(key=key, patient="mrn,name\nH1,Ann\n"))
    # counted, and never shown
    assert not site.reconciliation.astype(str).apply(lambda column: column.str.contains("H1|H2|H3|Ann")).any(axis=None)


def test_rows_of_which_an_option_makes_no_record_are_named(tmp_path):
    mapping = (
        HEAD
        + """
tables:
  fu: {file: fu.csv, subject: no, latest: {by: {date: day}}}
  long: {file: scans.csv, subject: no, unpivot: {columns: "v{VISITNUM} {measure}", VISITNUM: ["1"], measures: [day]}}
DM:
  - rows: fu
    SUBJID: {copy: subject}
    DTHDTC: {date: died}
RS:
  - rows: long
    RSDTC: {date: day}
"""
    )
    files = {
        "fu": "no,day,died,status\n1,01/02/2023,,ok\n1,01/03/2023,05/03/2023,\n1,01/01/2023,,\n2,01/02/2023,,\n",
        "scans": "no,v1 day\n1,01/02/2023\n2,\n",
    }
    site, _ = map_text(tmp_path, mapping, **files)
    assert messages(site, "MAP-062") == [
        ("note", "fu.csv:A2", 'by latest of the table "fu" no record is made of 2 rows: 2, 4'),
        ("note", "scans.csv:A3", 'by unpivot of the table "long" no record is made of row 3'),
    ]
    assert_adds_up(site.reconciliation, site.findings, filled_cells(**files))


def test_a_line_of_the_dictionary_that_nothing_used_is_counted(tmp_path):
    tables = "terms: terms.csv\ntables: {t: {file: t.csv, subject: no}}\n"
    (tmp_path / "terms.csv").write_text(
        "list,typed,term,reviewed_by,reviewed_on\nSEX,Herr,M,A. B.,2024-01-05\nSEX,Frau,F,A. B.,2024-01-05\n"
    )
    site, _ = map_text(
        tmp_path, f"{HEAD}{tables}DM:\n  - {{rows: t, SEX: {{term: sex}}}}\n", t="no,sex\n1,Frau\n2,Frau\n"
    )
    assert lines(site, "dictionary") == [
        ("never used", "SEX, line 2", "", 0, '"Herr": M'),
        ("used", "SEX, line 3", "", 2, '"Frau": F'),
    ]


def test_a_joined_text_that_no_term_covers_is_named_whole(tmp_path):
    tables = "tables: {t: {file: t.csv, subject: no, aggregate: {measures: {all: {join: sex}}}}}\n"
    typed = "no,sex\n1,m\n1,f\n2,f\n2,M\n3,m\n4,x\n4,is no term that \n"
    site, _ = map_text(
        tmp_path, f"{HEAD}{tables}DM:\n  - {{rows: t, SEX: {{term: all, map: {{m: M, f: F}}}}}}\n", t=typed
    )
    # each joined text in the order of its parts, and not the part that stands in the first cell
    assert [(line[1], line[3], line[4].partition("; did")[0]) for line in lines(site, "texts")] == [
        ("DM.SEX", 1, '"M; f"'),
        ("DM.SEX", 1, '"f; m"'),
        ("DM.SEX", 1, '"is no term that; x"'),
    ]


def test_a_sheet_that_no_table_reads_is_counted(tmp_path):
    book = Workbook()
    book.active.append(["no"])
    book.active.append(["1"])
    book.create_sheet("AE").append(["no", "event"])
    (tmp_path / "raw").mkdir()
    book.save(tmp_path / "raw" / "x.xlsx")
    tables = "tables: {t: {file: x.xlsx, sheet: Sheet, subject: no}}\n"
    site, _ = map_text(tmp_path, f"{HEAD}{tables}DM:\n  - {{rows: t, SUBJID: {{copy: subject}}}}\n")
    assert ("in a sheet that no table reads", "", "MAP-006", 2, "") in lines(site, "cells")
    assert messages(site, "MAP-006") == [
        ("note", "x.xlsx:AE", "no table of the mapping reads this sheet: 2 filled cells")
    ]


@pytest.mark.parametrize(
    ("typed", "rule", "counted"),
    [
        ("F", "SEX: {term: x}", ["as typed"]),
        ("female", "SEX: {term: x}", ["changed"]),  # the codelist's synonym
        (" F", "SEX: {term: x}", ["changed"]),
        ("-", "SEX: {term: x}", ["typed and no value"]),
        ("", "SEX: {term: x}", []),
        ("60", "AGE: {number: x}", ["as typed"]),
        ("60.0", "AGE: {number: x}", ["changed"]),
        ("60", "AGE: {number: x, times: 0.5}", ["changed"]),
        ("2021-03-05", "BRTHDTC: {date: x}", ["as typed"]),
        ("05/03/2021", "BRTHDTC: {date: x}", ["changed"]),
        ("F", "SEX: {first_of: [{term: y}, {term: x}]}", ["as typed"]),
        ("F", "SEX: {constant: F}", []),
        ("a", "RACE: {concat: [x, no]}", []),  # put together from two cells
    ],
)
def test_values_that_a_rule_changed_are_counted(tmp_path, typed, rule, counted):
    tables = "tables: {t: {file: t.csv, subject: no}}\n"
    site, _ = map_text(tmp_path, f"{HEAD}{tables}DM:\n  - rows: t\n    {rule}\n", t=f'no,x,y\n1,"{typed}",\n')
    of_variable = [line for line in lines(site, "values") if line[1] == f"DM.{rule.split(':')[0]}"]
    assert [(kind, count) for kind, _, _, count, _ in of_variable] == [(kind, 1) for kind in counted]


def filled_cells(**files: str) -> dict[tuple[str, str], set[tuple[int, int]]]:
    """The filled cells of CSV texts, as Python's own reader gives them."""
    return {
        (f"{stem}.csv", ""): {
            (row, column)
            for row, texts in enumerate(csv.reader(io.StringIO(text)), start=1)
            for column, each in enumerate(texts, start=1)
            if each != ""
        }
        for stem, text in files.items()
    }


COLUMNS = ["no", "a", "b", "c", "v1 x", "v1 y", "v2 x", "v2 y"]
TEXTS = st.sampled_from(["", "", "p", "q", " p", "p/q", "-", "1", "2", "12/03/2021", "#N/A"])
NUMBERS = st.sampled_from(["1", "2", "3", "3", "", "x9"])
TESTS = st.sampled_from(["present", "absent", "{equals: p}", "{in: [p, q]}", "{not_in: [p]}", "{above: '1'}"])
VARIABLES = ("LBCAT", "LBSCAT", "LBORRES", "LBSPEC", "LBMETHOD")


@st.composite
def sheets(draw: st.DrawFn) -> str:
    """A CSV text with a title now and then, repeated rows, empty rows and cells."""
    rows = draw(st.lists(st.tuples(NUMBERS, *[TEXTS] * (len(COLUMNS) - 1)), max_size=7))
    above = draw(st.sampled_from([[], [["export"]], [["export", "", "x"], []]]))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [[each[0] if each else "", *each[1:], *[""] * (len(COLUMNS) - max(len(each), 1))] for each in above]
        + [COLUMNS, *rows]
    )
    return out.getvalue()


@st.composite
def conditions(draw: st.DrawFn, columns: tuple[str, ...] = ("a", "b", "c")) -> str:
    one = f"{draw(st.sampled_from(columns))}: {draw(TESTS)}"
    return draw(
        st.sampled_from([f"{{{one}}}", f"{{not: {{{one}}}}}", f"{{any: [{{{one}}}, {{{columns[0]}: absent}}]}}"])
    )


@st.composite
def rules(draw: st.DrawFn, columns: tuple[str, ...]) -> str:
    """A rule on a table with the columns; what it looks up are the columns of a form."""

    def simple(columns: tuple[str, ...]) -> str:
        verb = draw(st.sampled_from(["copy", "split", "number", "date", "concat", "constant"]))
        column = draw(st.sampled_from(columns))
        when = f", when: {draw(conditions(columns))}" if draw(st.booleans()) else ""
        more = {"split": ", separator: /, part: 1"}.get(verb, "")
        read = f"[{column}, subject]" if verb == "concat" else column
        return f"{{{verb}: {read}{more}{when}}}"

    kind = draw(st.sampled_from(["simple", "simple", "first_of", "lookup"]))
    if kind == "first_of":
        return f"{{first_of: [{simple(columns)}, {simple(columns)}]}}"
    if kind == "lookup":
        return f"{{lookup: {{table: {draw(st.sampled_from(['one', 'two']))}, give: {simple(FORM)}}}}}"
    return simple(columns)


FORM = ("a", "b", "c")
MADE_OF_OTHERS = {
    "stacked": "{stack: [one, two]}",
    "newest": "{stack: [one, two], latest: {by: {date: a}, ties: first}}",
    "largest": "{stack: [two, one], latest: {by: {number: c}}, unique: subject}",
    "joined": "{join: {left: one, right: two, cardinality: many_to_one}}",
    "totals": "{stack: [one, two], aggregate: {measures: {n: {count: a}, t: {join: b, separator: +}, m: {max: c}}}}",
}
COLUMNS_OF = {"joined": ("a", "b", "two.a", "two.b"), "totals": ("n", "t", "m")}


@st.composite
def studies(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """A mapping and its files: tables with some of the options, blocks with conditions, lookups and first_of."""
    files = {"one": draw(sheets()), "two": draw(sheets())}
    texts = []
    for stem, text in files.items():
        header = next(row for row, line in enumerate(text.splitlines(), start=1) if line.startswith("no,"))
        form = f"file: {stem}.csv, header: {header}, subject: no"
        options = [form]
        if draw(st.booleans()):
            options.append("unique: subject")
        if draw(st.booleans()):
            options.append(f"ignore: [{draw(st.sampled_from(COLUMNS[1:]))}]")
        if draw(st.booleans()):
            options.append(f"skip: {draw(conditions())}")
        if draw(st.booleans()):
            options.append(f"until: {draw(conditions())}")
        texts.append(f"  {stem}: {{{', '.join(options)}}}")
        keys = 'VISITNUM: ["1", "2"], measures: [x, y]'
        texts.append(f'  long_{stem}: {{{form}, unpivot: {{columns: "v{{VISITNUM}} {{measure}}", {keys}}}}}')
        texts.append(f"  listed_{stem}: {{{form}, explode: {{columns: [a, b], separator: /}}}}")
    made = draw(st.lists(st.sampled_from(sorted(MADE_OF_OTHERS)), unique=True, max_size=2))
    texts += [f"  {name}: {MADE_OF_OTHERS[name]}" for name in made]
    domains = ["DM:", "  - rows: one", "    SUBJID: {copy: subject}"] if draw(st.booleans()) else []
    blocks = []
    for _ in range(draw(st.integers(0, 3))):
        rows = draw(st.sampled_from(["one", "two", "listed_one", *made, *made]))
        columns = COLUMNS_OF.get(rows, FORM)
        blocks.append(f"  - rows: {rows}")
        if draw(st.booleans()):
            blocks.append(f"    when: {draw(conditions(columns))}")
        for variable in draw(st.lists(st.sampled_from(VARIABLES), unique=True, max_size=3)):
            blocks.append(f"    {variable}: {draw(rules(columns))}")
    if draw(st.booleans()):
        blocks += ["  - rows: long_one", "    when: {x: present}", "    LBORRES: {copy: y}"]
    domains += ["LB:", *blocks] if blocks else []
    return "\n".join([HEAD, "tables:", *texts, *domains, ""]), files


def mapped(mapping: str, files: dict[str, str]) -> MappedSite:
    with tempfile.TemporaryDirectory() as folder:
        return map_text(Path(folder), mapping, **files)[0]


@settings(max_examples=150)
@given(studies())
def test_every_cell_of_an_odd_study_is_in_one_class_and_all_but_the_used_are_named(study):
    mapping, files = study
    site = mapped(mapping, files)
    heights = {(f"{stem}.csv", ""): len(text.splitlines()) for stem, text in files.items()}
    assert_adds_up(site.reconciliation, site.findings, filled_cells(**files), heights)


@settings(max_examples=100)
@given(studies())
def test_a_cell_that_is_called_unread_could_hold_anything(study):
    """Any other text in all those cells changes no record, so that nothing looked at them."""
    mapping, files = study
    before = mapped(mapping, files)
    unread = before.reconciliation[
        before.reconciliation["class"].isin(
            ["not looked at in its row", "in a column that no rule uses", "declared unused"]
        )
    ]
    changed = {}
    for stem, text in files.items():
        rows = list(csv.reader(io.StringIO(text)))
        for number, (row, column) in enumerate(sorted(unread_cells(unread, f"{stem}.csv", filled_cells(**files)))):
            # a list is still one of as many items: that many rows are made of it
            parts = rows[row - 1][column - 1].replace("#N/A", "-").split("/")
            rows[row - 1][column - 1] = "/".join(f"other {number}" if part.strip() else part for part in parts)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        changed[stem] = out.getvalue()
    after = mapped(mapping, changed)
    if len(after.findings[after.findings["rule"].str.startswith("MAP-002")]) < len(
        before.findings[before.findings["rule"].str.startswith("MAP-002")]
    ):
        return  # a row sent twice was told apart by those cells
    assert before.frames.keys() == after.frames.keys()
    for domain in before.frames:
        pd.testing.assert_frame_equal(records(before, domain), records(after, domain))


def unread_cells(unread: pd.DataFrame, file: str, filled: dict) -> set[tuple[int, int]]:
    return parse_cells(", ".join(unread.loc[unread["file"] == file, "where"])) & filled[file, ""]
