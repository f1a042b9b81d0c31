"""Which columns of each table anybody asks for: what goes wrong in another is nobody's question."""

from __future__ import annotations

from hcc_sdtm.mapping.language.arrange_options import PART
from hcc_sdtm.mapping.language.condition import columns_of
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.tables.columns_named import columns_of_any_table, rule_columns
from hcc_sdtm.mapping.tables.table_order import in_order


def columns_asked(mapping: SiteMapping) -> dict[str, set[str]]:
    """For each table the columns that rules and conditions read, or other tables made from it need for theirs.

    They are named as they are before the table is aggregated. Default rules and anchors may be read on any table.
    """
    head = mapping.head
    everywhere = set(columns_of_any_table(head))
    asked = {name: set(everywhere) for name in head.tables}
    for name, column, _ in rule_columns(mapping):
        asked.setdefault(name, set()).add(column)
    for name in reversed(in_order(head.tables)):
        table = head.tables[name]
        wanted = asked[name] | set(table.unique)
        if table.aggregate is not None:
            measures = table.aggregate.measures
            wanted = {measures[column].column if column in measures else column for column in wanted}
            wanted |= set(table.aggregate.per)
        asked[name] = wanted
        needed = wanted | set(columns_of(table.skip)) | set(table.explode.columns if table.explode else ())
        needed |= {*table.latest.per, table.latest.by.column} if table.latest else set()
        if table.join is None:
            for part in table.stack:
                asked.setdefault(part, set()).update(needed - {PART})
            continue
        own = f"{table.join.right}."
        on = set(table.join.on)
        asked.setdefault(table.join.left, set()).update(needed, on)
        of_right = {column.removeprefix(own) for column in needed if column.startswith(own)}
        asked.setdefault(table.join.right, set()).update(of_right, on)
    return asked
