"""One sheet of a table as a view: every row under its header, and its columns by the names that the mapping uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from hcc_sdtm.mapping.language.name_pattern import NamePattern
from hcc_sdtm.mapping.tables.near_column import why_missing
from hcc_sdtm.mapping.tables.site_files import OpenTable
from hcc_sdtm.mapping.tables.table_opening import TableOpening
from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.raw.table import RawTable
from hcc_sdtm.repeated_text import repeat_text
from hcc_sdtm.source import Source, column_letters


def sheet_view(opening: TableOpening, part: OpenTable, named: Mapping[str, str]) -> View:
    """The sheet's rows, those sent twice too; ``named`` are the columns that the name of the file or the sheet gives.

    A column answers to its name and to those of alternative header rows; one that ``columns`` names, to that name alone.
    Problems: an own name whose headers the sheet has not, or that another column has; a name in braces that a column has, or
    that is identifying, as a sheet's name stands in every finding.
    """
    raw = part.raw
    names = dict(zip(raw.positions, raw.positions, strict=True)) | dict(raw.aliases)
    size = len(raw.rows)
    texts = dict(zip(raw.body, raw.body.to_numpy().T, strict=True))
    view = View(
        opening.name,
        {name: texts[column] for name, column in names.items()},
        {name: ((raw.positions[column],),) for name, column in names.items()},
        np.arange(part.first, part.first + size),
        np.zeros(size, dtype=np.int64),
        opening.files.origins,
        opening.missing,
        ((raw.file, raw.sheet, opening.table.heading),),
        frozenset(name for name, column in names.items() if raw.positions[column] in raw.identifying),
        raw.date_system,
    )
    if opening.table.columns:
        view = _with_own_names(view, names, raw, opening)
    for key, text in named.items():
        option = "sheet" if key in NamePattern(opening.table.sheet).keys else "file"
        if key in view.texts:
            opening.add_problem(f'the sheet has a column "{key}", which {{{key}}} would hide', option)
        if key in opening.mapping.head.hidden:
            message = f"{{{key}}} is identifying, and the name of a {option} stands in findings and traces; rename the {option}"
            opening.add_problem(message, option)
        view.texts[key] = repeat_text(text, size)
        view.positions[key] = ()
    return replace(view, from_names=frozenset(named)) if named else view


def _with_own_names(view: View, names: Mapping[str, str], raw: RawTable, opening: TableOpening) -> View:
    """The view with the columns that ``columns`` names under those names only."""
    chosen: dict[str, str] = {}
    for own, headers in opening.table.columns.items():
        header = next((header for header in (*headers, own) if header in names), None)
        if header is None:
            listed = " or ".join(f'"{header}"' for header in headers)
            why = why_missing(headers[0], view, opening.mapping, opening.files, opening.numbers, own)
            opening.add_problem(f"{Source(raw.file, raw.sheet)} has no column {listed}{why}", "columns", own)
        else:
            chosen[own] = names[header]
    kept = {name: column for name, column in names.items() if column not in chosen.values()}
    for own in kept.keys() & chosen.keys():
        letters = column_letters(raw.positions[kept[own]])
        message = (
            f'"{own}" is the header of column {letters} too; give that column another name, or choose another for this'
        )
        opening.add_problem(message, "columns", own)
    in_order = sorted((kept | chosen).items(), key=lambda item: raw.positions[item[1]])
    return replace(
        view,
        texts={name: view.texts[column] for name, column in in_order},
        positions={name: view.positions[column] for name, column in in_order},
        hidden=frozenset(name for name, column in in_order if column in view.hidden),
    )
