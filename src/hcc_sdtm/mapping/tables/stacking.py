"""``stack``: tables of the mapping under one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hcc_sdtm.dataset import NAME_OF_SHEET, NO_ROW, Origins
from hcc_sdtm.mapping.language.arrange_options import PART
from hcc_sdtm.mapping.tables.selecting import free_name
from hcc_sdtm.mapping.tables.view import Places, Positions, View
from hcc_sdtm.repeated_text import repeat_text


def stack(name: str, parts: Sequence[View]) -> View:
    """The rows of all parts in their order, with the columns of all of them by name; ``table`` has the part's name.

    A column that a part does not have is ``""`` in its rows. A column that is identifying in one part is so in all. Day
    numbers keep the system of the workbooks where that is one and the same.
    """
    columns = list(dict.fromkeys(column for part in parts for column in part.texts if column != PART))
    sizes = [len(part) for part in parts]
    origins = parts[0].origins
    own = _laid_end_to_end([part.own for part in parts], origins)
    texts = {column: np.concatenate([_texts(part, column) for part in parts]) for column in columns}
    texts[PART] = np.repeat(np.array([part.name for part in parts], dtype=object), sizes)
    positions = {column: _positions(parts, column) for column in columns}
    # a column that stands in names of files and sheets only has no position
    from_names = frozenset(column for column, places in positions.items() if places == ((NAME_OF_SHEET,),))
    positions |= dict.fromkeys([PART, *from_names], ())
    roles: dict[str, str] = {}
    others: dict[str, Places] = {}
    by_part: dict[tuple[str, ...], str] = {}
    for column in columns:
        of_parts = tuple(part.roles.get(column, "") for part in parts)
        if not any(of_parts):
            continue
        if of_parts not in by_part:
            role = by_part[of_parts] = free_name(f"stack: {column}", others)
            others[role] = _laid_end_to_end([part.places(column) for part in parts], origins)
        roles[column] = by_part[of_parts]
    systems = {part.date_system for part in parts}
    return View(
        name,
        texts,
        positions,
        own.rows,
        own.items,
        origins,
        parts[0].missing,
        own.sheets,
        frozenset().union(*(part.hidden for part in parts)),
        systems.pop() if len(systems) == 1 else "",
        has_workbook=any(part.has_workbook or part.date_system for part in parts),
        from_names=from_names,
        roles=roles,
        others=others,
        chosen_from={
            column: [chosen for part in parts for chosen in part.chosen_from.get(column, ())] for column in columns
        },
        absent={
            column: [sheet for part in parts if column in part.texts for sheet in part.lacking(column)]
            for column in columns
        },
    )


def _texts(part: View, column: str) -> np.ndarray:
    return part.texts[column] if column in part.texts else repeat_text("", len(part))


def _positions(parts: Sequence[View], column: str) -> Positions:
    """The column's places by item, the parts' items laid end to end; a single one where they never differ."""
    by_item = [_columns_at(part, column, item) for part in parts for item in range(len(part.places(column).sheets))]
    return (by_item[0],) if len(set(by_item)) == 1 else tuple(by_item)


def _columns_at(part: View, column: str, item: int) -> tuple[int, ...]:
    if column in part.from_names:
        return (NAME_OF_SHEET,)
    return part.columns_at(column, item) if column in part.positions else ()


def _laid_end_to_end(parts: Sequence[Places], origins: Origins) -> Places:
    """The places of all parts, each part's items counted on from those of the parts before."""
    starts = np.cumsum([0, *(len(part.sheets) for part in parts)])
    shifted = [_shifted(part, int(start), origins) for part, start in zip(parts, starts, strict=False)]
    return Places(
        np.concatenate([rows for rows, _ in shifted]),
        np.concatenate([items for _, items in shifted]),
        tuple(sheet for part in parts for sheet in part.sheets),
    )


def _shifted(places: Places, start: int, origins: Origins) -> tuple[np.ndarray, np.ndarray]:
    """Rows and items with every item counted from ``start``; a group becomes another one with the same rows."""
    rows = places.rows.copy()
    is_group = rows < NO_ROW
    if start and is_group.any():
        groups, codes = np.unique(rows[is_group], return_inverse=True)
        members, items, sizes = origins.expand(groups, np.zeros(len(groups), dtype=np.int64))
        rows[is_group] = origins.add_groups(members, items + start, sizes)[codes]
    return rows, places.items + start
