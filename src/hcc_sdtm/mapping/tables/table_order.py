"""Tables that are made from other tables: which those are, and in which order they can be opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hcc_sdtm.mapping.language.head import Head
from hcc_sdtm.mapping.language.table_options import Table
from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.spec.yaml_file import YamlFile


def parts_of_table(table: Table) -> tuple[str, ...]:
    """The tables that a table is made from, none for one with a file."""
    return (table.join.left, table.join.right) if table.join is not None else table.stack


def table_problems(head: Head, file: YamlFile) -> Iterator[Problem]:
    """What is wrong with tables made from others whatever the files hold: parts that are no tables, and cycles."""
    for name, table in head.tables.items():
        where = ("tables", name, "join" if table.join is not None else "stack")
        for at, part in enumerate(parts_of_table(table)):
            if part not in head.tables:
                others = [other for other in head.tables if other != name]
                place = (*where, ("left", "right")[at] if table.join is not None else at)
                yield Problem(file.source(place), f'no table "{part}"{nearest(part, others)}')
    for cycle in _cycles(head.tables):
        made = " from ".join(f'"{name}"' for name in (*cycle, cycle[0]))
        yield Problem(file.source(("tables", cycle[0])), f"tables that are made from one another: {made}")


def in_order(tables: Mapping[str, Table]) -> list[str]:
    """The tables' names, each behind those that it is made from; else as the mapping has them."""
    done: dict[str, None] = {}

    def add(name: str, around: tuple[str, ...]) -> None:
        if name in done or name in around or name not in tables:
            return
        for part in parts_of_table(tables[name]):
            add(part, (*around, name))
        done[name] = None

    for name in tables:
        add(name, ())
    return list(done)


def _cycles(tables: Mapping[str, Table]) -> list[tuple[str, ...]]:
    """Each cycle once, from the table that the mapping has first."""
    found: dict[frozenset[str], tuple[str, ...]] = {}

    def follow(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            cycle = way[way.index(name) :]
            found.setdefault(frozenset(cycle), cycle)
            return
        for part in parts_of_table(tables[name]) if name in tables else ():
            follow(part, (*way, name))

    for name in tables:
        follow(name, ())
    return list(found.values())
