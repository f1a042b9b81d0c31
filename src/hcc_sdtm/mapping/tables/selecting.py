"""Rows of a view chosen, repeated or left empty in another order: every column goes with its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from hcc_sdtm.mapping.tables.view import Places, Taken, View
from hcc_sdtm.repeated_text import repeat_text


def select_rows(view: View, at: np.ndarray) -> View:
    """The view with a row for each position in ``at``, which may stand there several times."""
    return replace(
        view,
        texts={column: select_texts(texts, at) for column, texts in view.texts.items()},
        rows=view.rows[at],
        items=view.items[at],
        distinct={},
        others={role: places.at(at) for role, places in view.others.items()},
        taken={column: Taken(view, column, at) for column in view.texts},
    )


def select_texts(texts: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The texts at the positions, ``""`` for -1."""
    if not len(texts):
        return repeat_text("", len(at))
    chosen = texts[at]
    nowhere = at < 0
    if nowhere.any():
        chosen[nowhere] = ""
    return np.asarray(chosen, dtype=object)


def select_places(
    view: View, at: Mapping[str, np.ndarray], own: np.ndarray, label: str
) -> tuple[dict[str, str], dict[str, Places]]:
    """Roles and their places where each column is selected from the view by rows of its own, and the record is row ``own``.

    Columns that were selected alike share a role, named by ``label`` and the first of them.
    """
    roles: dict[str, str] = {}
    others: dict[str, Places] = {}
    names: dict[tuple[str, bytes], str] = {}
    for column, rows in at.items():
        before = view.roles.get(column, "")
        stays = rows is own or np.array_equal(rows, own)
        if stays and not before:
            continue
        mark = (before, b"" if stays else rows.tobytes())
        if mark not in names:
            new = free_name(f"{label}: {column}", [*others, *view.others])
            names[mark] = before if stays else new
            others[names[mark]] = view.places(column).at(rows)
        roles[column] = names[mark]
    return roles, others


def free_name(name: str, used: Iterable[str]) -> str:
    """The name, with as many ``+`` behind it as make it another than those in use."""
    known = set(used)
    while name in known:
        name += "+"
    return name
