"""Results of endpoints, one below the other: statistic, result, how far the unknown dates could move it."""

from __future__ import annotations

from hcc_sdtm.outputs.tables.bounds import HEAD
from hcc_sdtm.outputs.tables.content import NotMade, TableContent
from hcc_sdtm.outputs.tables.endpoint_tables import EndpointTable, build_endpoint_tables, legend_of
from hcc_sdtm.outputs.tables.key_results import without_reasons
from hcc_sdtm.outputs.tables.table import Column, Line, Table
from hcc_sdtm.spec.table_list import EstimatesTable


def build_estimates(spec: EstimatesTable, content: TableContent) -> Table:
    """The table, in the order of the spec; method and note of each endpoint are footnotes, a warning stands under its line."""
    results = content.results
    absent = [name for name in spec.endpoints if name not in set(results["endpoint"])]
    if absent:
        raise NotMade(f"no results of the endpoint {', '.join(absent)}")
    chosen = results[results["endpoint"].isin(spec.endpoints)]
    made = build_endpoint_tables(chosen if spec.reasons else without_reasons(chosen))
    tables = [
        table
        for name in dict.fromkeys(spec.endpoints)
        for table in made
        if table.id == name and (spec.groups or not table.group)
    ]
    legend = legend_of(tables)
    lines: list[Line] = []
    for table in tables:
        lines.append(Line((_head(table),), kind="head"))
        for row in table.rows:
            lines.append(Line((row.statistic, row.result, row.over)[: 3 if legend else 2], indent=1))
            if row.warning:
                lines.append(Line((row.warning,), indent=2, kind="note"))
    columns = [Column("Statistic", width=1.5), Column("Result (confidence limits)", width=1.6)]
    columns += [Column(HEAD, width=1.2)] if legend else []
    methods: dict[str, list[str]] = {}
    for table in tables:
        labels = methods.setdefault(table.method, [])
        if table.label not in labels:
            labels.append(table.label)
    notes = [f"{'; '.join(labels)}: {method}." for method, labels in methods.items()]
    notes += [f"{table.label}: {table.note}" for table in tables if table.note and not table.group]
    notes += ["NE: not estimable.", *([legend] if legend else [])]
    return content.table(spec, columns, lines, notes)


def _head(table: EndpointTable) -> str:
    group = f", {table.group}" if table.group else ""
    return f"{table.label}{group} (N = {table.n})"
