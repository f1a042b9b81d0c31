"""``unpivot``: columns that repeat side by side become rows, one for each filled item of a raw row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from hcc_sdtm.finding import build_findings
from hcc_sdtm.mapping.language.table_options import Unpivot
from hcc_sdtm.mapping.tables.columns_named import columns_named
from hcc_sdtm.mapping.tables.table_opening import TableOpening
from hcc_sdtm.mapping.tables.view import Positions, View
from hcc_sdtm.repeated_text import repeat_text
from hcc_sdtm.source import Source

ITEM_UNDECLARED = "MAP-044 unpivot.undeclared-item"
_PLACE = re.compile(r"{([^{}]+)}")


def unpivot(view: View, opening: TableOpening) -> View:
    """The view of one sheet with a row for each item of a raw row that has a text in any measure.

    Each measure becomes a column, and each key one with its value, which stands in no cell. Columns that do not repeat are
    the same in every item. An item of which the sheet has no column did not happen; one that lacks a measure which is not
    ``optional`` is a problem: its values would be lost in silence.

    Finding: columns like those of an item that the mapping does not declare, where they hold texts (warning, at the header).
    """
    option = opening.table.unpivot
    if option is None:
        return view
    headers = option.headers
    present = [any(wanted[item] in view.texts for wanted in headers.values()) for item in range(len(option.items))]
    complete = True
    for measure, wanted in headers.items():
        needed = [header for header, is_here in zip(wanted, present, strict=True) if is_here or not any(present)]
        if measure in option.optional:
            needed = [] if any(header in view.texts for header in wanted) else needed[:1]
        complete &= opening.has(view, needed, "unpivot", "measures", read_as=measure)
    _add_undeclared(view, option, opening)
    used = {view.positions[header] for wanted in headers.values() for header in wanted if header in view.texts}
    others = [column for column in view.texts if view.positions[column] not in used or not view.positions[column]]
    for name in (*option.keys, *option.measures):
        if name in others:
            opening.add_problem(
                f'the sheet has a column "{name}" that does not repeat; call the new one otherwise', "unpivot"
            )
            complete = False
    return _long(view, option, headers, others, complete)


def _long(view: View, option: Unpivot, headers: Mapping[str, list[str]], others: list[str], complete: bool) -> View:
    """The rows of the items, in the order of the raw rows; none where columns are missing, which is a problem already."""
    count = len(option.items)
    blank = repeat_text("", len(view))
    wide = {measure: [view.texts.get(header, blank) for header in wanted] for measure, wanted in headers.items()}
    filled = [np.logical_or.reduce([columns[item] != "" for columns in wide.values()]) for item in range(count)]
    rows = [np.flatnonzero(mask if complete else mask & False) for mask in filled]
    items = np.repeat(np.arange(count), [len(each) for each in rows])
    at = np.concatenate(rows)
    order = np.lexsort((items, at))
    at, items = at[order], items[order]
    texts = {column: view.texts[column][at] for column in others}
    positions: dict[str, Positions] = {column: view.positions[column] for column in others}
    for measure, columns in wide.items():
        texts[measure] = np.concatenate([column[each] for column, each in zip(columns, rows, strict=True)])[order]
        places = [view.positions[header][0] if header in view.texts else () for header in headers[measure]]
        positions[measure] = tuple(places) if len(set(places)) > 1 else (places[0],)
    for key in option.keys:
        texts[key] = np.array([item[key][1] for item in option.items], dtype=object)[items]
        positions[key] = ()
    empty = np.setdiff1d(view.rows, view.rows[at])
    if len(empty) and complete:
        view.left_out.append((view.name, "unpivot", empty))
    hidden = {name for name, wanted in headers.items() if view.hidden.intersection(wanted)}
    return replace(
        view,
        texts=texts,
        positions=positions,
        rows=view.rows[at],
        items=items,
        sheets=view.sheets * count,
        distinct={},
        arranged_by=view.arranged_by.intersection(texts),
        hidden=(view.hidden & frozenset(others)) | hidden,
    )


def _add_undeclared(view: View, option: Unpivot, opening: TableOpening) -> None:
    """A finding for each undeclared item whose columns hold texts and that the mapping names nowhere else."""
    pattern, groups = _item_pattern(option)
    if pattern is None:
        return
    named = columns_named(opening.mapping)
    found: dict[tuple[str, ...], list[str]] = {}
    for column in view.texts:
        shape = pattern.fullmatch(column)
        if shape is None or column in named or not view.positions[column] or not (view.texts[column] != "").any():
            continue
        texts = dict(zip(groups, shape.groups(), strict=True))
        unknown = [key for key in option.keys if texts[key] not in option.keys[key]]
        alike = all(texts[key].isdecimal() for key in unknown if all(text.isdecimal() for text in option.keys[key]))
        if unknown and alike and (len(unknown) < len(option.keys) or "measure" in groups or len(option.keys) == 1):
            found.setdefault(tuple(f"{key} {texts[key]}" for key in option.keys), []).append(column)
    for item, columns in found.items():
        file, sheet, heading = view.sheets[0]
        source = str(Source(file, sheet, heading.row, view.positions[columns[0]][0][0]))
        more = f" and {len(columns) - 1} more" if len(columns) > 1 else ""
        message = (
            f'unpivot names no item {", ".join(item)}: the texts of "{columns[0]}"{more} are in no row of this table'
        )
        opening.files.findings.append(
            build_findings(
                ITEM_UNDECLARED,
                "warning",
                1,
                site=opening.files.site,
                table=view.name,
                variable=columns[0],
                source=source,
                message=message,
            )
        )


def _item_pattern(option: Unpivot) -> tuple[re.Pattern[str] | None, list[str]]:
    """What the header of any item looks like, and its groups; None where nothing fixed tells such a header from another."""
    groups: list[str] = []
    expression, end = "", 0
    for place in _PLACE.finditer(option.columns):
        name = place[1]
        texts = "|".join(re.escape(text) for text in option.measures.values()) if name == "measure" else ".+?"
        if name in groups:
            return None, groups
        groups.append(name)
        expression += f"{re.escape(option.columns[end : place.start()])}({texts})"
        end = place.end()
    expression += re.escape(option.columns[end:])
    fixed = _PLACE.sub("", option.columns).strip(" _-./")
    if "measure" not in groups and len(option.keys) == 1 and len(fixed) < 2:
        return None, groups
    return re.compile(expression, re.DOTALL), groups
