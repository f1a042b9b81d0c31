"""``latest``: one row for each subject or other key, in each column the value of the latest row that has one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.language.arrange_options import Latest
from hcc_sdtm.mapping.tables.row_groups import RowGroups, group_rows
from hcc_sdtm.mapping.tables.row_order import ORDER_UNSURE, RowOrder
from hcc_sdtm.mapping.tables.selecting import select_places, select_texts
from hcc_sdtm.mapping.tables.view import Taken, View, clean

TIE_DISAGREES = "MAP-032 latest.tie-disagrees"
BY_UNKNOWN = "MAP-033 latest.by-unknown"

_TIE_TAKES = {"none": "no value is taken", "first": "the first row's is taken", "last": "the last row's is taken"}
_MOST_NAMED = 3
"""Other rows of a tie that one message names."""


def take_latest(
    view: View, option: Latest, order: RowOrder, asked: Collection[str], site: str
) -> tuple[View, pd.DataFrame]:
    """The view with one row for each key of ``per``, and findings; each value stands in the cell of the row that it is from.

    A record is the latest row of its key; a column without a value there has that of the latest row with one. A declared
    missing text is no value. Rows are compared by the first day that their date can mean; one whose date or number is missing
    or cannot be read comes before all others. Of rows that come at the same time and disagree, ``ties`` says which counts.
    Findings: such a tie, in the columns ``asked`` for (error, at the first row's cell); a row that had to be compared and has
    no date or number (warning); a row whose partial date may be later than a row that counts as later, where that would
    change a value asked for (warning); a row without a key, which stays by itself (warning).
    """
    groups, keyless = group_rows(view, option.per, np.where(order.known, order.first, -np.inf), site)
    ends = groups.ends if option.ties == "last" else groups.run_starts[groups.runs[groups.ends]]
    own = groups.order[ends]
    may_be_later = _may_be_later(groups, order)
    unsure = np.zeros(len(view), dtype=bool)
    chosen: dict[str, np.ndarray] = {}
    found = [keyless, _unknown_findings(view, groups, option, order, site)]
    for column in view.texts:
        codes, texts = view.factorized(column)
        has_value = (texts != "")[codes]
        decides = column in option.per or column == option.by.column
        rows, disagreeing = _latest_with_value(groups, has_value, codes, texts, option.ties, decides)
        any_value = np.logical_or.reduceat(has_value[groups.order], groups.starts) if len(own) else own > 0
        chosen[column] = np.where(any_value, rows, own)
        if column in asked and not decides:
            found.append(_tie_findings(view, column, disagreeing, option, site))
            there = chosen[column][groups.numbers]
            unsure |= may_be_later & has_value & (there >= 0) & (codes != codes[there])
    found.append(_unsure_findings(view, np.flatnonzero(unsure), option, order, site))
    roles, others = select_places(view, chosen, own, "latest")
    is_own = np.zeros(len(view), dtype=bool)
    is_own[own] = True
    left_out, _, _ = view.origins.expand(view.rows[~is_own], view.items[~is_own])
    latest = replace(
        view,
        texts={column: select_texts(texts, chosen[column]) for column, texts in view.texts.items()},
        rows=view.rows[own],
        items=view.items[own],
        distinct={},
        roles=roles,
        others=others,
        taken={column: Taken(view, column, rows) for column, rows in chosen.items()},
        arranged_by=view.arranged_by | {*option.per, option.by.column},
        chosen_from={column: [(view, column)] for column in view.texts},
        left_out=[*view.left_out, (view.name, "latest", left_out)],
    )
    return latest, join_findings(found)


def _latest_with_value(
    groups: RowGroups, has_value: np.ndarray, codes: np.ndarray, texts: np.ndarray, ties: str, decides: bool
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The row of each group's latest value (-1: none), and the rows of each tie whose values disagree.

    Of values that agree the same is taken whatever the order of the rows: the first by its text. A column that ``decides``
    what comes together or at the same time cannot disagree.
    """
    in_order = np.where(has_value[groups.order], np.arange(len(groups.order)), -1)
    last = np.maximum.reduceat(in_order, groups.starts) if len(in_order) else in_order
    rows = np.where(last >= 0, groups.order[last], -1) if len(in_order) else in_order
    runs = groups.runs[last[last >= 0]]
    tied = runs[groups.run_sizes[runs] > 1]
    if not len(tied):
        return rows, []
    sizes = groups.run_sizes[tied]
    places = np.repeat(groups.run_starts[tied] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    members = groups.order[places[in_order[places] >= 0]]
    of_members = groups.numbers[members]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(of_members)) + 1])
    ends = np.append(starts[1:], len(members))
    typed = texts[codes[members]]
    meant = pd.factorize(np.array([clean(text) for text in typed], dtype=object))[0]
    disagree = (np.minimum.reduceat(meant, starts) != np.maximum.reduceat(meant, starts)) & (not decides)
    by_text = pd.factorize(typed, sort=True)[0] * len(members)
    by_text += np.arange(len(members)) if ties != "last" else np.arange(len(members))[::-1]
    best = np.minimum.reduceat(by_text, starts) % len(members)
    agreed = members[best if ties != "last" else len(members) - 1 - best]
    decided = {"none": np.full(len(starts), -1), "first": members[starts], "last": members[ends - 1]}[ties]
    rows[of_members[starts]] = np.where(disagree, decided, agreed)
    return rows, [members[starts[at] : ends[at]] for at in np.flatnonzero(disagree)]


def _may_be_later(groups: RowGroups, order: RowOrder) -> np.ndarray:
    """Mask of the rows whose date may lie after that of a row that counts as later."""
    mask = np.zeros(len(groups.order), dtype=bool)
    if not len(mask):
        return mask
    starts = groups.run_starts
    of_runs = groups.numbers[groups.order[starts]]
    has_next = np.append(of_runs[1:] == of_runs[:-1], False)
    next_times = np.where(has_next, np.append(groups.times[starts][1:], np.inf), np.inf)
    mask[groups.order] = order.known[groups.order] & (order.last[groups.order] >= next_times[groups.runs])
    return mask


def _tie_findings(
    view: View, column: str, disagreeing: Sequence[np.ndarray], option: Latest, site: str
) -> pd.DataFrame:
    rows = np.array([members[0] for members in disagreeing], dtype=np.int64)
    message = []
    for members in disagreeing:
        texts = view.values(column, members)
        cells, _ = view.cells(members, column)
        first = {clean(text): (text, cell) for text, cell in reversed(list(zip(texts, cells, strict=True)))}
        first.pop(clean(texts[0]))
        named = [
            f"another at {cell}" if column in view.hidden else f'"{text}" at {cell}'
            for text, cell in list(reversed(first.values()))[:_MOST_NAMED]
        ]
        named += [f"{len(first) - _MOST_NAMED} more"] if len(first) > _MOST_NAMED else []
        here = "the value here" if column in view.hidden else f'"{texts[0]}"'
        time = view.values(option.by.column, members[:1])[0]
        when = f'the same "{option.by.column}"' if time else f'no "{option.by.column}" to compare'
        message.append(f"{here}, and {' and '.join(named)}, with {when}; {_TIE_TAKES[option.ties]}")
    return view.findings(rows, column, TIE_DISAGREES, "error", site, message)


def _unknown_findings(view: View, groups: RowGroups, option: Latest, order: RowOrder, site: str) -> pd.DataFrame:
    """Rows beside others of their group that nothing says the time of."""
    column = option.by.column
    several = np.zeros(len(view), dtype=bool)
    several[groups.order] = np.repeat(groups.sizes > 1, groups.sizes)
    rows = np.flatnonzero(several & ~order.known)
    kind = "date" if option.by.date else "number"
    message = [
        f"{what}; this row counts as earlier than the others of its {' and '.join(option.per)}"
        for what in np.where(
            order.unread[rows], f'this text of "{column}" is no {kind} to compare', f'no {kind} in "{column}"'
        )
    ]
    return view.findings(rows, column, BY_UNKNOWN, "warning", site, message)


def _unsure_findings(view: View, rows: np.ndarray, option: Latest, order: RowOrder, site: str) -> pd.DataFrame:
    column = option.by.column
    days = dates.from_days(pd.Series(np.floor(order.first[rows])))
    message = [
        f"this date is not complete and counts as its first day{'' if column in view.hidden else f', {day}'}; "
        "a row that counts as later may be earlier, and holds other values"
        for day in days
    ]
    return view.findings(rows, column, ORDER_UNSURE, "warning", site, message)
