"""Groups of boxes, a column each, as one column with what is checked."""

from __future__ import annotations

import re

import numpy as np

from hcc_sdtm.mapping.language.table_options import UNCHECKED, Checkbox
from hcc_sdtm.mapping.tables.table_opening import TableOpening
from hcc_sdtm.mapping.tables.view import View, clean
from hcc_sdtm.repeated_text import repeat_text

BOX_UNKNOWN = "MAP-042 checkbox.unknown-text"
CODE_UNKNOWN = "MAP-043 checkbox.unknown-code"
JOINED_BY = "; "

_UNCHECKED, _CHECKED, _UNKNOWN = 0, 1, 2


def add_checkboxes(view: View, opening: TableOpening) -> View:
    """The view with a column for each group of boxes: the text of the checked one, ``""`` where none is checked.

    With several checked it is the group's ``several``, or the texts joined with ``; ``. Where the group of a row cannot be
    told there is no value: a box with a text that means neither checked nor unchecked, a checked box whose code the mapping
    does not name; each is a finding at that box. A trace of the column shows every box of the group.

    Problems: a box that the sheet has not, a group with the name of a column.
    """
    for name, group in opening.table.checkbox.items():
        boxes = group.boxes
        if name in view.texts:
            opening.add_problem(
                f'the sheet has a column "{name}" already; call the group something else', "checkbox", name
            )
        if not opening.has(view, boxes, "checkbox", name, "columns"):
            continue
        states = [_states(view, box, group, text) for box, text in boxes.items()]
        doubtful = np.zeros(len(view), dtype=bool)
        for box, state in zip(boxes, states, strict=True):
            doubtful |= state == _UNKNOWN
            _add_unknown(view, box, np.flatnonzero(state == _UNKNOWN), name, opening)
        for box, checked in _undeclared(view, group, boxes):
            doubtful |= checked
            _add_undeclared(view, box, np.flatnonzero(checked), name, opening)
        texts = _texts(np.column_stack(states), list(boxes.values()), group.several)
        texts[doubtful] = ""
        view.texts[name] = texts
        items = len(view.positions[next(iter(boxes))])
        view.positions[name] = tuple(
            tuple(place for box in boxes for place in view.columns_at(box, item)) for item in range(items)
        )
        if view.hidden.intersection(boxes):
            view.hidden |= {name}
    view.distinct.clear()
    return view


def _states(view: View, box: str, group: Checkbox, text: str) -> np.ndarray:
    checked = {clean(each) for each in group.checked}
    unchecked = ({clean(each) for each in (*UNCHECKED, *group.unchecked)} | {""}) - checked
    checked |= {clean(text)} - unchecked
    codes, typed = view.factorized(box)
    folded = [clean(each) for each in typed]
    by_text = [_CHECKED if each in checked else _UNCHECKED if each in unchecked else _UNKNOWN for each in folded]
    return np.array(by_text, dtype=np.int8)[codes] if len(codes) else np.zeros(0, dtype=np.int8)


def _texts(states: np.ndarray, texts: list[str], several: str) -> np.ndarray:
    """What each row's boxes say together, made once for each combination of states that occurs."""
    values = repeat_text("", len(states))
    if not len(states):
        return values
    packed = np.ascontiguousarray(np.packbits(states == _CHECKED, axis=1))
    combinations = packed.view(f"V{packed.shape[1]}").ravel()
    _, first_rows, codes = np.unique(combinations, return_index=True, return_inverse=True)
    said = []
    for row in first_rows:
        checked = [text for text, state in zip(texts, states[row], strict=True) if state == _CHECKED and text]
        said.append(several if several and len(set(checked)) > 1 else JOINED_BY.join(dict.fromkeys(checked)))
    return np.array(said, dtype=object)[codes]


def _undeclared(view: View, group: Checkbox, boxes: dict[str, str]) -> list[tuple[str, np.ndarray]]:
    """Columns that look like boxes of the group with another code, and the rows in which they are checked."""
    before, after = group.columns.split("{code}")
    if not (before + after).strip():
        return []
    pattern = re.compile(f"{re.escape(before)}.+{re.escape(after)}", re.DOTALL)
    declared = {view.positions[box] for box in boxes}
    found = {
        view.positions[column]: column
        for column in view.texts
        if view.positions[column] and view.positions[column] not in declared and pattern.fullmatch(column)
    }
    rows = [(column, _states(view, column, group, "") == _CHECKED) for column in found.values()]
    return [(column, checked) for column, checked in rows if checked.any()]


def _add_unknown(view: View, box: str, rows: np.ndarray, group: str, opening: TableOpening) -> None:
    shown = [""] * len(rows) if box in view.hidden else [f' "{text}"' for text in view.values(box, rows)]
    message = [f"the box's text{text} means neither checked nor unchecked; {group} is left missing" for text in shown]
    opening.add_findings(view, rows, box, BOX_UNKNOWN, "error", message)


def _add_undeclared(view: View, box: str, rows: np.ndarray, group: str, opening: TableOpening) -> None:
    message = f"this box is checked, and the mapping has no such code of {group}; {group} is left missing"
    opening.add_findings(view, rows, box, CODE_UNKNOWN, "error", message)
