"""``join``: two tables of the mapping side by side, and whether each key stands as often as declared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.language.arrange_options import JoinedTables
from hcc_sdtm.mapping.language.verbs import SUBJECT
from hcc_sdtm.mapping.tables.row_groups import NO_KEY, row_keys
from hcc_sdtm.mapping.tables.selecting import free_name, select_rows, select_texts
from hcc_sdtm.mapping.tables.view import Taken, View

CARDINALITY = "MAP-035 join.cardinality"


def join(name: str, left: View, right: View, option: JoinedTables, site: str) -> tuple[View, pd.DataFrame]:
    """The rows of ``left``, each with the columns of its row of ``right`` as ``RIGHT.COLUMN``, and findings.

    Rows belong together where the cleaned texts of all ``on`` columns are the same; a row without a value in one of them
    belongs to none. A left row without a right one has ``""`` there. With `one_to_many` a left row stands once for each of
    its right ones. A record is the left row; the right columns stand in the right one.

    Findings (error): rows that share a key which the declared cardinality has once, at each of them; a right row that is
    another subject's, at the left row. No right row is taken for these keys.
    """
    left_keys, right_keys = row_keys([left, right], option.on)
    left_again, right_again = _repeated(left_keys), _repeated(right_keys)
    found, refused = [], np.zeros(0, dtype=np.int64)
    for view, keys, again, side in (
        (left, left_keys, left_again, "one_to_"),
        (right, right_keys, right_again, "_to_one"),
    ):
        if side in option.cardinality and again.any():
            found.append(_cardinality_findings(name, view, keys, again, option, site))
            refused = np.union1d(refused, keys[again])
    at_left, at_right = _pairs(left_keys, right_keys, refused)
    if SUBJECT not in option.on:
        others = (at_right >= 0) & (left.texts[SUBJECT][at_left] != select_texts(right.texts[SUBJECT], at_right))
        at = np.unique(at_left[others])
        message = f'the row of "{right.name}" with this {_named(option)} is another subject\'s; it is not taken'
        found.append(left.findings(at, option.on[0], CARDINALITY, "error", site, message))
        kept = ~others
        # a left row that loses all its right ones stays, once
        lost, first = np.unique(at_left, return_index=True)
        kept[first[~np.isin(lost, at_left[kept])]] = True
        at_left, at_right = at_left[kept], np.where(others, -1, at_right)[kept]
    return _side_by_side(name, left, right, option, at_left, at_right), join_findings(found)


def _side_by_side(
    name: str, left: View, right: View, option: JoinedTables, at_left: np.ndarray, at_right: np.ndarray
) -> View:
    joined = select_rows(left, at_left)
    names = {column: f"{right.name}.{column}" for column in right.texts}
    roles, others = dict(joined.roles), dict(joined.others)
    new_roles: dict[str, str] = {}
    for column, new in names.items():
        role = right.roles.get(column, "")
        if role not in new_roles:
            new_roles[role] = free_name(f"join: {right.name}>{role}" if role else f"join: {right.name}", others)
            others[new_roles[role]] = right.places(column).at(at_right)
        roles[new] = new_roles[role]
    idle = np.setdiff1d(np.arange(len(right)), at_right)
    left_out, _, _ = right.origins.expand(right.rows[idle], right.items[idle])
    return replace(
        joined,
        name=name,
        texts=joined.texts | {new: select_texts(right.texts[column], at_right) for column, new in names.items()},
        positions=left.positions | {new: right.positions[column] for column, new in names.items()},
        hidden=left.hidden | {names[column] for column in right.hidden if column in names},
        from_names=left.from_names | {names[column] for column in right.from_names if column in names},
        roles=roles,
        others=others,
        taken=joined.taken | {new: Taken(right, column, at_right) for column, new in names.items()},
        absent=left.absent | {new: right.absent[column] for column, new in names.items() if column in right.absent},
        chosen_from=left.chosen_from | {names[column]: chosen for column, chosen in right.chosen_from.items()},
        arranged_in=[],
        arranged_by={*option.on, *(names[column] for column in option.on)},
        left_out=[(name, "join", left_out)],
    )


def _repeated(keys: np.ndarray) -> np.ndarray:
    """Mask of the rows whose key stands in several."""
    return np.asarray((keys != NO_KEY) & pd.Series(keys).duplicated(keep=False).to_numpy(), dtype=bool)


def _pairs(left: np.ndarray, right: np.ndarray, refused: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Left and right row of each row of the join, -1 where the left one has no right one; keys ``refused`` have none."""
    by_key = np.argsort(right, kind="stable")
    sorted_keys = right[by_key]
    starts = np.searchsorted(sorted_keys, left, side="left")
    counts = np.searchsorted(sorted_keys, left, side="right") - starts
    counts[(left == NO_KEY) | np.isin(left, refused)] = 0
    size = np.maximum(counts, 1)
    at_left = np.repeat(np.arange(len(left)), size)
    nth = np.arange(len(at_left)) - np.repeat(np.cumsum(size) - size, size)
    at_right = np.full(len(at_left), -1, dtype=np.int64)
    matched = (counts > 0)[at_left]
    at_right[matched] = by_key[(starts[at_left] + nth)[matched]]
    return at_left, at_right


def _cardinality_findings(
    name: str, view: View, keys: np.ndarray, again: np.ndarray, option: JoinedTables, site: str
) -> pd.DataFrame:
    rows = np.flatnonzero(again)
    counts = pd.Series(keys[rows]).map(pd.Series(keys[rows]).value_counts())
    message = [
        f'{count} rows of "{view.name}" have this {_named(option)}, and the table "{name}" says {option.cardinality}; '
        f'no row of "{option.right}" is taken for them'
        for count in counts
    ]
    return view.findings(rows, option.on[0], CARDINALITY, "error", site, message)


def _named(option: JoinedTables) -> str:
    return " and ".join(option.on)
