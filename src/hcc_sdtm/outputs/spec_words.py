"""A part of a spec as words, for a ledger that a statistician reads: its keys that have a value, each with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from hcc_sdtm.spec.adam.records import Records


def where_words(name: str, where: Mapping[str, Sequence[str]]) -> str:
    """The name, and the texts that its variables must have; an empty text is a missing value."""
    texts = " and ".join(f"{variable} = {_texts(values)}" for variable, values in where.items())
    return f"{name} where {texts}" if texts else name


def _texts(values: Sequence[str]) -> str:
    return "/".join(value or "missing" for value in values)


def told(value: Any, skipped: Sequence[str] = ()) -> str:
    """The keys of a model that have a value, with it; those of ``skipped`` are left out. Any other value is its text."""
    if isinstance(value, BaseModel):
        given = {name: getattr(value, name) for name in type(value).model_fields if name not in skipped}
        if not isinstance(value, Records):
            return "; ".join(_keys(given))
        records, where_not = where_words(given.pop("dataset"), given.pop("where")), given.pop("where_not")
        left_out = " and ".join(f"{variable} = {_texts(values)}" for variable, values in where_not.items())
        return "; ".join([f"{records}, but for {left_out}" if left_out else records, *_keys(given)])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {told(each)}" for key, each in value.items())
    if isinstance(value, tuple | list):
        return "/".join(told(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _keys(given: Mapping[str, Any]) -> list[str]:
    words = []
    for name, each in given.items():
        if each is None or each in ("", (), {}):
            continue
        text = told(each)
        words.append(
            f"{name.replace('_', ' ')} ({text})" if isinstance(each, BaseModel) else f"{name.replace('_', ' ')} {text}"
        )
    return words
