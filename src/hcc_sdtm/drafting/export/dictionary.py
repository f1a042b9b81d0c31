"""The data dictionary among a site's files: what a variable is called, what its codes stand for, in which unit it is.

A table is one where it lists the columns of other tables by name: no header of it is asked for. REDCap's, secuTrial's and a
plain glossary are all such tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from hcc_sdtm.drafting.export.checkbox_groups import CHECKBOX
from hcc_sdtm.drafting.export.code_lists import code_list
from hcc_sdtm.drafting.export.found_tables import FoundColumn, FoundTable
from hcc_sdtm.drafting.knowledge.header_key import header_key, plain, unit_of

_LABELS = (
    "label",
    "description",
    "question",
    "meaning",
    "fflabel",
    "名称",
    "标签",
    "说明",
    "含义",
    "变量名称",
    "字段标签",
)
_CODES = ("code", "codes", "coded value", "编码", "代码")
_MEANINGS = ("value", "decode", "text", "meaning", "label", "含义", "标签", "解码")
_UNITS = ("unit", "units", "单位")
_FORMS = ("form", "form name", "table", "crf", "表单", "表名")
_YES_OR_NO = {"1": "Yes", "0": "No"}
_LEAST_NAMES, _MOST_NAMES = 3, 20_000
_DECODED = " decoded"


@dataclass(frozen=True)
class Entry:
    """What a dictionary says of one variable."""

    label: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


@dataclass(frozen=True)
class Dictionary:
    """Entries by form and variable, in plain form; the form is ``""`` where the dictionary names none."""

    entries: Mapping[tuple[str, str], Entry] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    def of(self, variable: str, forms: Iterable[str]) -> Entry:
        """What is said of a variable: in its own form first, then where no form is named; of other forms only without these."""
        name = plain(variable)
        own = [plain(form) for form in forms]
        ranked: list[tuple[int, Entry]] = []
        for (form, other), entry in self.entries.items():
            if other == name:
                is_start = bool(form) and any(each.startswith(f"{form}_") for each in own)
                ranked.append((0 if form in own else 1 if is_start else 2 if not form else 3, entry))
        near = [each for each in ranked if each[0] < 3] or ranked
        found = Entry()
        for _, entry in sorted(near, key=lambda each: each[0]):
            found = Entry(found.label or entry.label, found.codes or entry.codes, found.unit or entry.unit)
        return found


def take_dictionaries(tables: Sequence[FoundTable]) -> tuple[list[FoundTable], Dictionary]:
    """The tables that are no dictionaries, and what those that are say."""
    headers = [
        {plain(base) for column in table.columns for base in (column.name, _base(column.name))} for table in tables
    ]
    entries: dict[tuple[str, str], Entry] = {}
    kept, sources = [], []
    for at, table in enumerate(tables):
        others = (
            set().union(*(names for other, names in enumerate(headers) if other != at)) if len(tables) > 1 else set()
        )
        names = _names_column(table, others)
        if names is None:
            kept.append(table)
            continue
        sources.append(table.file + (f":{table.sheet}" if table.sheet else ""))
        for key, entry in _entries(table, names).items():
            old = entries.get(key, Entry())
            entries[key] = Entry(old.label or entry.label, old.codes or entry.codes, old.unit or entry.unit)
    return kept, Dictionary(entries, tuple(sources))


def describe(table: FoundTable, dictionary: Dictionary) -> FoundTable:
    """The table with what the dictionary says of its columns."""
    forms = (table.name, table.sheet, *table.file.replace("\\", "/").split("/")[-1].split(".")[:1])
    columns = []
    for column in table.columns:
        entry = dictionary.of(column.name, forms)
        box = CHECKBOX.fullmatch(column.name)
        codes = {} if box else _meant_codes(column, column.codes) or _meant_codes(column, entry.codes)
        unit = column.unit or entry.unit or (unit_of(entry.label) if entry.label else "")
        columns.append(replace(column, label=entry.label, codes=codes, unit=unit))
    return replace(table, columns=tuple(columns))


def _meant_codes(column: FoundColumn, codes: Mapping[str, str]) -> Mapping[str, str]:
    """The codes where the column's values are codes of them; turned round where they are the other side (``Y=1``)."""
    texts = set(column.profile.texts[:50])
    if not codes or not texts:
        return codes
    turned = {meaning.strip(" )"): code for code, meaning in codes.items()}
    for listed in (codes, turned if all(meaning.isdigit() for meaning in turned) else {}):
        if 2 * len(texts & set(listed)) >= len(texts):
            return listed
    return {}


def with_decoded(table: FoundTable) -> FoundTable:
    """The table with the codes of a column from the one beside it that has their texts (``OID decoded``), which is left out."""
    by_name = table.by_name
    columns = []
    for column in table.columns:
        decoded = by_name.get(f"{column.name}{_DECODED}")
        if decoded is not None:
            pairs = zip(column.texts, decoded.texts, strict=True)
            column = replace(column, codes={code: text for code, text in dict.fromkeys(pairs) if code and text})
        if not (column.name.endswith(_DECODED) and column.name.removesuffix(_DECODED) in by_name):
            columns.append(column)
    return table.with_columns(columns)


def box_codes(table: FoundTable, dictionary: Dictionary) -> dict[str, Mapping[str, str]]:
    """What the codes of each group of boxes stand for."""
    forms = (table.name, table.sheet, *table.file.replace("\\", "/").split("/")[-1].split(".")[:1])
    bases = {found["base"] for found in map(CHECKBOX.fullmatch, table.by_name) if found}
    return {base: dictionary.of(base, forms).codes for base in sorted(bases)}


def _variable(name: str) -> str:
    """The variable of ``form.variable``, in plain form."""
    return plain(name.rpartition(".")[2] or name)


def _base(name: str) -> str:
    found = CHECKBOX.fullmatch(name)
    return found["base"] if found else name


def _names_column(table: FoundTable, headers: set[str]) -> FoundColumn | None:
    """The column that lists the columns of other tables; None where the table is no dictionary."""
    best, most = None, 0
    for column in table.columns:
        if len(column.profile.texts) > _MOST_NAMES:
            continue
        texts = {_variable(text) for text in column.profile.texts}
        known = len(texts & headers)
        if known >= _LEAST_NAMES and known * 2 >= len(texts) and known > most and not column.profile.is_numbers:
            best, most = column, known
    return best if len(table.columns) > 1 else None


def _entries(table: FoundTable, names: FoundColumn) -> dict[tuple[str, str], Entry]:
    others = [column for column in table.columns if column is not names]
    label, unit, form = (_called(others, wanted) for wanted in (_LABELS, _UNITS, _FORMS))
    codes, meanings = _called(others, _CODES), _called([each for each in others if each is not label], _MEANINGS)
    if codes is None and label is None:
        label = max(others, key=_mean_length, default=None)
    choices = max(others, key=lambda column: sum(bool(code_list(text)) for text in column.profile.texts), default=None)
    found: dict[tuple[str, str], Entry] = {}
    for row, name in enumerate(names.texts):
        if not name.strip():
            continue
        own_form = name.rpartition(".")[0]
        key = (plain(form.texts[row] if form is not None else own_form), _variable(name))
        old = found.get(key, Entry())
        listed = code_list(choices.texts[row]) if choices is not None else {}
        if not listed and any(plain(column.texts[row]) in ("yesno", "yes/no") for column in others):
            listed = _YES_OR_NO
        if codes is not None and meanings is not None and codes.texts[row]:
            listed = {**old.codes, codes.texts[row].strip(): meanings.texts[row].strip()}
        found[key] = Entry(
            old.label or (label.texts[row].strip() if label is not None else ""),
            listed or old.codes,
            old.unit or (unit.texts[row].strip() if unit is not None else ""),
        )
    return found


def _called(columns: Sequence[FoundColumn], wanted: Sequence[str]) -> FoundColumn | None:
    for name in wanted:
        for column in columns:
            key = header_key(column.name)
            if key.same == header_key(name).same or (len(key.words) > 1 and name in key.words):
                return column
    return None


def _mean_length(column: FoundColumn) -> float:
    return float(np.mean([len(text) for text in column.profile.texts])) if column.profile.texts else 0.0
