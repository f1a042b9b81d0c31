"""Groups of boxes, a column each (``race___1`` to ``race___5``), as the one column that they say together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm.drafting.export.found_tables import FoundColumn, FoundTable
from hcc_sdtm.drafting.knowledge.header_key import plain
from hcc_sdtm.mapping.language.table_options import CHECKED, UNCHECKED

CHECKBOX = re.compile(r"(?P<base>.+)___(?P<code>\w+)")
_CHECKED = frozenset(map(plain, CHECKED))
_BOX_TEXTS = _CHECKED | frozenset(map(plain, UNCHECKED)) | {""}


def join_boxes(table: FoundTable, codes: Mapping[str, Mapping[str, str]]) -> FoundTable:
    """The table with a column for each group of boxes ``race___1`` to ``race___5``: what is checked, ``; `` between several.

    ``codes`` says what each code stands for, by the group's name.
    """
    groups: dict[str, dict[str, FoundColumn]] = {}
    for column in table.columns:
        found = CHECKBOX.fullmatch(column.name)
        if found:
            groups.setdefault(found["base"], {})[found["code"]] = column
    columns, boxes = list(table.columns), dict(table.checkbox)
    for base, members in groups.items():
        if len(members) < 2 or base in table.by_name or not all(map(_is_box, members.values())):
            continue
        meanings = {code: codes.get(base, {}).get(code, code) for code in members}
        texts = _checked_texts([(meanings[code], member.texts) for code, member in members.items()])
        boxes[base] = ("%s___{code}" % base, meanings)  # noqa: UP031 - the braces stand in the text itself
        columns.append(FoundColumn(base, (base,), texts, is_made=True))
    return replace(table, columns=tuple(columns), checkbox=boxes)


def _is_box(column: FoundColumn) -> bool:
    """Whether a column says only whether something is checked."""
    return all(plain(text) in _BOX_TEXTS for text in column.profile.texts)


def _checked_texts(boxes: Sequence[tuple[str, np.ndarray]]) -> np.ndarray:
    """What is checked in each row, read once for each combination of boxes."""
    marks = pd.Series("", index=range(len(boxes[0][1])), dtype=object)
    for _, texts in boxes:
        marks = marks + np.where(pd.Series(texts).map(plain).isin(_CHECKED), "1", "0").astype(object)
    codes, combinations = pd.factorize(marks)
    said = [
        "; ".join(meaning for (meaning, _), mark in zip(boxes, each, strict=True) if mark == "1")
        for each in combinations
    ]
    return np.array([*said, ""], dtype=object)[codes]
