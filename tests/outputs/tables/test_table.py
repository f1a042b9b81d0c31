from hcc_sdtm.outputs.tables.table import FIGURE_SPACE, Column, Count, Table, print_counts
from tests.outputs.tables.frames import FACTS


def test_counts_of_a_column_stand_below_one_another():
    lines = [("a", Count(57, 57)), ("b", Count(3, 57)), ("c", Count(0, 57)), ("d", "text"), ("head",)]
    texts = [tuple(cell.replace(FIGURE_SPACE, "_") for cell in cells) for cells in print_counts(lines)]
    assert texts == [("a", "57 (100.0)"), ("b", "_3 (__5.3)"), ("c", "_0"), ("d", "text"), ("head",)]


def test_a_half_is_rounded_up_and_without_a_denominator_there_is_no_percentage():
    assert print_counts([(Count(1, 16),), (Count(5),), (Count(0, 0),)]) == [("1 (6.3)",), ("5",), ("0",)]


def test_heads_over_columns_are_those_of_neighbours():
    columns = (Column("x"), Column("a", "R"), Column("b", "R"), Column("c", "M"), Column("d", "R"))
    table = Table("t", "T", "P", columns, (), (), FACTS)
    assert table.spans == [("", 1), ("R", 2), ("M", 1), ("R", 1)]
    assert Table("t", "T", "P", (Column("x"), Column("y")), (), (), FACTS).spans == []
