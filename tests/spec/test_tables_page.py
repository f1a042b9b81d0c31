"""docs/tables.md names every key that tables.yaml can have, and every kind of table."""

import re
from pathlib import Path

import pytest

from hcc_sdtm.spec.table_list import (
    DispositionLine,
    ListingColumn,
    ParameterColumn,
    ResponseRate,
    TableList,
    TableSpec,
    TableVariable,
)

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`\n]+)`", PAGE))))
KINDS = TableSpec.__args__


@pytest.mark.parametrize(
    "model",
    [TableList, *KINDS, TableVariable, DispositionLine, ParameterColumn, ResponseRate, ListingColumn],
    ids=lambda model: model.__name__,
)
def test_every_key_is_on_the_page(model):
    assert not set(model.model_fields) - WORDS


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.__name__)
def test_every_kind_is_on_the_page(model):
    (kind,) = model.model_fields["table"].annotation.__args__
    assert f"\n`{kind}`:" in PAGE
