"""The verbs of ``adrs.yaml`` that read lesions one by one: what each is told.

Knows the models only; what a verb does stands in ``adam/responses/adrs_verbs``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.adam.adrs_verbs import AdrsVerb
from hcc_sdtm.spec.yaml_file import Texts

KINDS = ("NEW LESION", "NON-IRRADIATED GROWTH", "IRRADIATED GROWTH")
"""What a lesion that made a progression did."""


class LesionVerb(AdrsVerb):
    """Lesions by a criterion (its name, or an RSCAT under which it is reported), as an evaluator followed them.

    Without ``evaluator`` it is that of ``lesions.yaml``.
    """

    criterion: str
    evaluator: str = ""


class RecomputedResponses(LesionVerb):
    """The response at each assessment as the lesions give it: overall, or a part of it."""

    part: Literal["overall", "target", "non-target", "new lesion"] = "overall"


class FieldStatus(LesionVerb):
    """At each assessment whether the ``irradiated`` lesions, or the ``other`` ones, are controlled."""

    field: Literal["irradiated", "other"]


class FieldProgression(FieldStatus):
    """Whether and when an irradiated lesion failed, or another one progressed or appeared."""


class ProgressionPattern(LesionVerb):
    """The pattern of the progression of another parameter (``of``), which is Y and dated where there was one.

    ``aspect``:

    ``field``            IN-FIELD, OUT-OF-FIELD or BOTH
    ``kind``             the first of ``kinds`` that took part; each is named once
    ``extent``           OLIGO or DIFFUSE, by the trial's numbers
    ``lesions, organs``  how many progressed
    """

    of: str
    aspect: Literal["field", "kind", "extent", "lesions", "organs"]
    kinds: Texts = KINDS

    @field_validator("kinds")
    @classmethod
    def _each_once(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        for kind in kinds:
            if kind not in KINDS:
                raise ValueError(f'no kind "{kind}"; {", ".join(KINDS)} are{nearest(kind, KINDS)}')
        if sorted(kinds) != sorted(KINDS):
            raise ValueError(f"each of {', '.join(KINDS)} was expected once, the one that decides first")
        return kinds


class LesionCount(LesionVerb):
    """How many lesions were irradiated, or of them responded: ``percent`` smaller than before their course, or gone.

    ``until`` is the parameter whose date ends the assessments that count; a lesion responds before it fails.
    """

    count: Literal["irradiated", "responding"]
    percent: float = Field(default=30, gt=0, le=100)
    until: str = ""


class ResponseDepth(LesionVerb):
    """The best percent change of the sum of the targets from baseline, up to the first progression by the sum.

    ``until`` is the parameter whose date ends the assessments that count; one on that day counts.
    """

    until: str = ""
