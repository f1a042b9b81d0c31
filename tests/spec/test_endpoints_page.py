"""docs/endpoints.md names every key that the list of endpoints can have, and every measure of the results."""

import re
from pathlib import Path
from typing import get_args

import pytest

from hcc_sdtm.endpoints.listed import MEASURES
from hcc_sdtm.spec.endpoints import (
    Assessments,
    DelayedEntry,
    Denominator,
    EndpointList,
    EndpointSpec,
    ProportionInterval,
    RiskSetMinimum,
    Transform,
    Variant,
)

PAGE = (Path(__file__).parents[2] / "docs" / "endpoints.md").read_text(encoding="utf-8")
CODE = re.findall(r"`([^`\n]+)`", PAGE)
WORDS = set(re.findall(r"[a-z_]+", " ".join(CODE)))


@pytest.mark.parametrize(
    "model",
    [EndpointList, *get_args(EndpointSpec), Variant, RiskSetMinimum, DelayedEntry, Assessments, Denominator],
    ids=lambda model: model.__name__,
)
def test_every_key_is_on_the_page(model):
    assert not set(model.model_fields) - WORDS


@pytest.mark.parametrize("model", get_args(EndpointSpec), ids=lambda model: model.__name__)
def test_every_estimator_is_on_the_page(model):
    (estimator,) = get_args(model.model_fields["estimator"].annotation)
    assert estimator in CODE


@pytest.mark.parametrize("name", [*get_args(Transform), *get_args(ProportionInterval)])
def test_every_kind_of_limits_is_on_the_page(name):
    assert name in CODE


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_is_on_the_page_as_it_is_in_code(measure):
    assert f"| `{measure}` | {MEASURES[measure]} |" in PAGE
