import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.dataset import (
    CellRule,
    Dataset,
    Derivation,
    Lineage,
    Origins,
    Plan,
    Trace,
    at_column,
    branch_column,
    format_value,
    row_column,
)
from hcc_sdtm.raw.table import RawSheet, RawTable
from hcc_sdtm.source import Source
from tests.mapping.site import SPECS
from tests.sdtm.multisite import FILES, IDENTIFYING, MAPPINGS
from tests.sdtm.study import build


def raw_table(file, rows, identifying=()):
    grid = np.array([["a", "b"], *[[f"{file}{row}a", f"{file}{row}b"] for row in rows]], dtype=object)
    sheet = RawSheet(file, "", grid)
    body = pd.DataFrame(grid[1:], columns=["a", "b"])
    return RawTable(file, "", body, np.arange(2, 2 + len(rows)), {"a": 1, "b": 2}, sheet, frozenset(identifying))


def test_origins_number_tables_end_to_end_over_empty_ones():
    origins = Origins()
    firsts = [
        origins.add(table)
        for table in (raw_table("x", []), raw_table("y", [1, 2]), raw_table("z", []), raw_table("w", [1]))
    ]
    assert (firsts, origins.size) == ([0, 0, 2, 2], 3)
    assert [origins.locate(number)[0].file for number in range(3)] == ["y", "y", "w"]
    assert [origins.locate(number)[1] for number in range(3)] == [2, 3, 2]


def test_a_group_stands_for_its_rows_and_an_identifying_cell_shows_nothing():
    origins = Origins()
    origins.add(raw_table("y", [1, 2], identifying=[1]))
    group = int(origins.add_groups(np.array([0, 1]), np.zeros(2, dtype=int), np.array([2]))[0])
    assert (group, origins.members(group), origins.members(1, 3)) == (-2, [(0, 0), (1, 0)], [(1, 3)])
    found = origins.cells(group, (1, 2))
    assert [(str(source), typed) for source, typed in found] == [
        ("y:A2", ""), ("y:B2", "y1b"), ("y:A3", ""), ("y:B3", "y2b"),
    ]  # fmt: skip


def test_groups_are_expanded_and_shown_by_their_first_rows():
    origins = Origins()
    origins.add(raw_table("y", range(9)))
    groups = origins.add_groups(np.array([4, 5, 7]), np.array([0, 1, 0]), np.array([2, 1]))
    assert groups.tolist() == [-2, -3]
    assert [origins.members(int(number), 8) for number in (*groups, 3)] == [[(4, 0), (5, 1)], [(7, 0)], [(3, 8)]]
    numbers, items = np.array([3, -3, -1, -2]), np.array([8, 0, 0, 0])
    rows, of_rows, sizes = origins.expand(numbers, items)
    assert (rows.tolist(), of_rows.tolist(), sizes.tolist()) == ([3, 7, 4, 5], [8, 0, 0, 1], [1, 1, 0, 2])
    assert origins.first_rows(numbers).tolist() == [3, 7, -1, 4]


def test_a_value_of_several_roles_ends_in_the_cells_of_each_and_a_role_without_a_row_in_none():
    origins = Origins()
    origins.add(raw_table("y", [1, 2]))
    line = Source("m.yaml", line=3)
    rule = CellRule("", ((1,),), line, (CellRule("join: x", ((2,),), line),))
    only = CellRule("join: x", ((2,),), line)
    absent = CellRule("", ((), (2,)), line)
    plan = Plan("DM", "201", {"ARM": (rule,), "SEX": (only,), "RACE": (absent,)}, line)
    frame = pd.DataFrame(
        {"USUBJID": ["A", "B"], "ARM": ["v", "w"], "SEX": ["M", ""], "RACE": ["", ""], "_plan": [0, 0]}
    )
    frame = frame.assign(**{"_row": [0, 0], "_item": [0, 0], "_row:join: x": [1, -1], "_item:join: x": [0, 0]})
    dataset = Dataset(SPECS.sdtm["DM"], frame, Lineage(origins, [plan]))
    assert [str(source) for source, _ in dataset.trace(0, "ARM").cells()] == ["y:A2", "y:B3"]
    assert [str(source) for source, _ in dataset.trace(1, "ARM").cells()] == ["y:A2"]
    assert dataset.trace(1, "SEX").how == "no row gives it a value"
    assert dataset.trace(1, "RACE").how == "no cell gives it a value"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (None, ""),
        (np.nan, ""),
        (pd.NA, ""),
        (3.0, "3"),
        (-0.5, "-0.5"),
        (0.1, "0.1"),
        (np.int64(7), "7"),
    ],
)
def test_a_value_as_text(value, text):
    assert format_value(value) == text


def test_hidden_column_names():
    assert [row_column(""), row_column("t"), branch_column("X"), at_column("X")] == [
        "_row",
        "_row:t",
        "_branch:X",
        "_at:X",
    ]


def test_data_from_outside_has_no_cell():
    dataset = Dataset(SPECS.sdtm["DM"], pd.DataFrame({"STUDYID": ["S"], "USUBJID": ["A"], "SEX": ["X"]}))
    assert dataset.trace(0, "SEX") == Trace("DM", "SEX", "X", "read from a file of datasets")
    found = dataset.findings(np.array([True]), "DM-004 sex.term", "error", "SEX", '"{value}" is no sex', "F or M")
    row = found.iloc[0]
    assert (row["message"], row["expected"], row["source"], row["site"], row["record"]) == (
        '"X" is no sex',
        "F or M",
        "",
        "",
        "1",
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("study"), MAPPINGS, FILES)


def cells(built, name, subject, variable, sequence=1):
    dataset = built.datasets[name]
    found = dataset.trace(dataset.position(f"RTHCC-{subject}", sequence), variable).cells()
    return [(str(source), typed) for source, typed in found]


@pytest.mark.parametrize(
    ("name", "subject", "variable", "sequence", "expected"),
    [
        ("DM", "201-001", "SEX", 1, [("p201.csv:C2", "男")]),
        ("DM", "201-002", "SEX", 1, [("p201.csv:D3", "f")]),  # second alternative
        ("DM", "201-003", "SEX", 1, []),  # third: a constant
        ("DM", "202-007", "SEX", 1, [("p202.csv:B2", "M")]),  # a site without alternatives
        ("DM", "201-001", "DTHDTC", 1, [("d201.csv:B2", "2022-05")]),
        ("DM", "201-002", "ETHNIC", 1, [("d201.csv:E3", "x")]),  # one table, two lookups that hold on different rows
        ("DM", "201-001", "USUBJID", 1, [("p201.csv:A2", "")]),  # identifying
        ("DM", "202-007", "USUBJID", 1, [("p202.csv:A2", "007")]),
        ("DM", "201-001", "RFSTDTC", 1, [("p201.csv:H2", "2021-03-05")]),
        ("DM", "201-001", "RFXENDTC", 1, [("p201.csv:I2", "2021-03-10"), ("p201.csv:H2", "2021-03-05")]),
        ("RS", "201-001", "RSORRES", 1, [("e201.csv:C2", "1")]),  # lookup into columns turned to rows: its own item
        ("RS", "201-002", "RSORRES", 1, [("e201.csv:B3", "0")]),
        ("RS", "201-001", "RSSTRESC", 3, [("v201.csv:F2", "进展")]),
        ("RS", "201-001", "RSLNKGRP", 3, [("v201.csv:G2", "MRI"), ("v201.csv:F2", "进展")]),
        ("RS", "201-001", "RSDY", 3, [("v201.csv:E2", "2021-04-20")]),
        ("RS", "202-007", "RSSTRESC", 2, [("v202.csv:D3", "PD")]),
        ("LB", "202-007", "LBSTRESN", 1, [("v202.csv:E2", "12.50")]),
        ("CM", "201-001", "CMCAT", 1, [("d201.csv:D2", "SECOND LINE")]),
        ("CM", "201-002", "CMCAT", 1, []),
        ("CM", "201-001", "CMTRT", 1, [("drug201.csv:B2", "A + Lenvatinib")]),
    ],
)  # fmt: skip
def test_trace_ends_in_the_cell_that_gave_the_value(built, name, subject, variable, sequence, expected):
    assert cells(built, name, subject, variable, sequence) == expected


def values(built):
    for name, dataset in built.datasets.items():
        for variable in dataset.published:
            for position in range(len(dataset)):
                if format_value(dataset.frame[variable].iat[position]):
                    yield name, variable, position


def ends(trace):
    return [end for step in trace.inputs for end in ends(step)] if trace.inputs else [trace]


def test_every_published_value_ends_in_a_cell_a_constant_or_a_derivation_and_each_cell_holds_what_was_typed(
    built,
):
    count = 0
    typed_in = {f"{stem}.csv": [line.split(",") for line in text.splitlines()] for stem, text in FILES.items()}
    for name, variable, position in values(built):
        trace = built.datasets[name].trace(position, variable)
        where = (name, variable, position, trace)
        assert trace.value == format_value(built.datasets[name].frame[variable].iat[position])
        derived = {derivation.how for dataset in built.datasets.values() for derivation in dataset.derivations.values()}
        for end in ends(trace):
            if end.how == "typed":
                text = typed_in[end.source.file][end.source.row - 1][end.source.column - 1]
                assert end.typed == ("" if text in IDENTIFYING else text), where
            elif end.how == "constant of the mapping":
                line = MAPPINGS[end.source.file.removeprefix("mappings/").removesuffix(".yaml")].splitlines()
                assert end.variable in line[end.source.line - 1] or end.value in line[end.source.line - 1], where
            else:
                assert end.how in derived or (trace.inputs and not end.value), where
        count += 1
    assert count > 300


def test_a_mapped_value_stands_in_its_cell(built):
    """A copied, standardised or counted value is what the last cell of its trace says, up to the mapping's own terms."""
    for name, variable, position in values(built):
        trace = built.datasets[name].trace(position, variable)
        if variable in ("RSORRES", "LBORRES", "CMTRT", "QVAL") and trace.cells():
            typed = " ".join(text for _, text in trace.cells())
            assert trace.value in typed or float(trace.value) == 10 * float(typed), trace


def test_findings_and_traces_never_show_an_identifying_text(built):
    shown = built.findings.to_csv()
    traces = " ".join(
        repr(built.datasets[name].trace(position, variable)) for name, variable, position in values(built)
    )
    for text in IDENTIFYING:
        assert text not in shown
        assert text not in traces


def test_findings_stand_at_the_cell_or_at_the_record_where_the_value_has_none(built):
    dataset = built.datasets["DM"]
    subjects = dataset.frame["USUBJID"].isin(["RTHCC-201-001", "RTHCC-201-003", "RTHCC-202-007"])
    found = dataset.findings(subjects, "DM-004 sex.term", "error", "SEX", "a {value}")
    assert found[["site", "subject", "value", "message", "source", "typed", "record", "keys"]].values.tolist() == [
        ["201", "RTHCC-201-001", "M", "a M", "p201.csv:C2", "男", "1", ""],
        ["201", "RTHCC-201-003", "U", "a U", "p201.csv:A4", "", "3", ""],
        ["202", "RTHCC-202-007", "M", "a M", "p202.csv:B2", "M", "4", ""],
    ]
    assert len(dataset.findings(np.zeros(len(dataset), dtype=bool), "X", "error", "SEX", "m")) == 0
    at = built.datasets["RS"].findings(np.array([2]), "RS-001 x", "error", "RSSTRESC", ["own"], ["PD"])
    assert at[["record", "keys", "source", "typed", "expected"]].values.tolist() == [
        [
            "3",
            "RSCAT=RECIST 1.1 RSTESTCD=OVRLRESP RSEVAL= VISITNUM=2 RSDTC=2021-04-20",
            "v201.csv:F2",
            "进展",
            "PD",
        ]
    ]


def test_position_of_a_record(built):
    rs = built.datasets["RS"]
    assert rs.position("RTHCC-201-001", 3) == 2
    assert rs.position("RTHCC-201-001", 99) == -1
    assert built.datasets["DM"].position("RTHCC-202-007", 0) == 3


def test_a_derived_value_without_a_pointer_states_its_derivation():
    line = Source("m.yaml", line=3)
    lineage = Lineage(plans=[Plan("DM", "201", {}, line)])
    frame = pd.DataFrame({"USUBJID": ["A"], "RFSTDTC": ["2021"], "ARM": [""], "_plan": [0], "_row": [0]})
    derivations = {"RFSTDTC": Derivation("first date", ("EXSTDTC",), "EX")}
    dataset = Dataset(SPECS.sdtm["DM"], frame, lineage, derivations)
    assert dataset.trace(0, "RFSTDTC") == Trace("DM", "RFSTDTC", "2021", "first date")
    assert dataset.trace(0, "ARM") == Trace("DM", "ARM", "", "no rule gives it a value")
