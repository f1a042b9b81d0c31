"""docs/analysis.md names every key that the files of the analysis can have."""

import re
from pathlib import Path

import pytest

from hcc_sdtm.spec.adam.adrs_rules import AdrsParameter, AdrsSpec
from hcc_sdtm.spec.adam.adsl_rules import AdslRule, AdslSpec
from hcc_sdtm.spec.adam.adsl_verbs import AliveRecords, Duration, Group, LastAlive, Percent
from hcc_sdtm.spec.adam.event_sources import Censoring, Event, EventFree, Within
from hcc_sdtm.spec.adam.time_to_event import ByGroup, Scheme, TimeToEvent

PAGE = (Path(__file__).parents[3] / "docs" / "analysis.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", PAGE))))
VERBS = [field.annotation.__args__[0] for name, field in AdrsParameter.model_fields.items() if field.default is None]


@pytest.mark.parametrize(
    "model",
    [
        AdslSpec, AdslRule, AliveRecords, Duration, Group, LastAlive, Percent, AdrsSpec, AdrsParameter, *VERBS, TimeToEvent,
        ByGroup, Scheme, Event, EventFree, Censoring, Within,
    ],
    ids=lambda model: model.__name__,
)  # fmt: skip
def test_every_key_is_on_the_page(model):
    assert not set(model.model_fields) - WORDS


@pytest.mark.parametrize("when", Censoring.model_fields["when"].annotation.__args__)
def test_every_reason_of_censoring_is_on_the_page(when):
    assert when in WORDS
