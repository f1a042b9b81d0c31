"""The figures a trial asks for (``specs/figures.yaml``): which kind, of what, with whose records marked.

Every endpoint with a curve has its figure without being named here. Knows names and looks, and nothing of drawing.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from hcc_sdtm.spec.adam.records import DatedRecords, Records
from hcc_sdtm.spec.endpoints import Times
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth

Colour = Literal["black", "orange", "sky-blue", "green", "yellow", "blue", "vermilion", "purple", "grey"]
Marker = Literal[
    "circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "plus", "star", "pentagon", "bar"
]
FigureId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise ValueError("a value stands there twice")
    return values


class MarkedRecords(DatedRecords):
    """Dated records of a subject as they are drawn: a mark on their day, or with ``end`` a bar from ``date`` to ``end``.

    ``label``   what the key of the figure calls them
    ``pick``    ``all``, or a subject's ``first`` or ``last`` alone
    ``no_end``  a record without ``end`` is of one day, or ``continues`` as long as the subject is followed
    ``marker``  form of the mark, ``hollow`` only in outline; ``colour`` that of the mark or the bar
    ``text``    variable whose value stands beside the mark in the plot of one subject
    """

    label: str = Field(min_length=1)
    end: str = ""
    pick: Literal["all", "first", "last"] = "all"
    no_end: Literal["one_day", "continues"] = "one_day"
    marker: Marker = "circle"
    hollow: Truth = False
    colour: Colour = "black"
    text: str = ""


class Categories(Records):
    """One category a subject: the text of ``value`` in the last of its records; ``values`` in the order of the key.

    A text that ``values`` does not list is its own category, after them.
    """

    label: str
    value: str
    values: Annotated[Texts, AfterValidator(_distinct)] = ()


class _Figure(FileModel):
    """What every figure says. ``note`` stands at its foot."""

    id: FigureId
    title: str = Field(min_length=1)
    note: str = ""


class SurvivalFigure(_Figure):
    """Curves of several ``endpoints`` in one figure, or those of one by the groups of an ADSL variable ``by``.

    ``names`` are the names of the curves: of endpoints, or of the values of the variable. ``limits`` draws the bands of
    more than two curves too, or of none.
    """

    kind: Literal["survival"]
    endpoints: Annotated[Texts, AfterValidator(_distinct)] = Field(min_length=1, max_length=6)
    by: str = ""
    names: dict[str, str] = {}
    times: Times = ()
    limits: Truth | None = None

    @model_validator(mode="after")
    def _one_way(self) -> SurvivalFigure:
        if self.by and len(self.endpoints) > 1:
            raise ValueError("by goes with one endpoint: either several endpoints or the groups of one were expected")
        return self


class IncidenceFigure(_Figure):
    """The competing causes of an endpoint, as lines or stacked to the whole."""

    kind: Literal["cumulative-incidence"]
    endpoint: str
    shape: Literal["lines", "stacked"] = "stacked"


class _SubjectsFigure(_Figure):
    """A figure in which every subject of a population is seen: at most ``subjects`` a page, on at most ``pages``.

    Of more, ``choose`` takes those evenly spaced in the order of the figure, or the ``first`` of them, and the foot says how
    many are not shown.
    """

    population: str
    subjects: int = Field(default=60, ge=2, le=400)
    pages: int = Field(default=1, ge=1, le=50)
    choose: Literal["even", "first"] = "even"


class WaterfallFigure(_SubjectsFigure):
    """A bar a subject: the value AVAL of an ADRS or ADTR parameter, from largest to smallest.

    ``thresholds`` are level lines; ``marked`` puts an asterisk on the bars of the subjects who have such a record.
    """

    kind: Literal["waterfall"]
    dataset: Literal["ADRS", "ADTR"] = "ADRS"
    parameter: str
    y_label: str = "Best change from baseline (%)"
    categories: Categories | None = None
    thresholds: tuple[float, ...] = (20.0, -30.0)
    marked: dict[str, Records] = Field(default={}, max_length=1)
    subjects: int = Field(default=300, ge=2, le=400)


class SpiderFigure(_SubjectsFigure):
    """A line a subject: change from baseline (``value``) of an ADTR parameter over the time from ``origin``."""

    kind: Literal["spider"]
    dataset: Literal["ADTR", "ADRS"] = "ADTR"
    parameter: str
    where: dict[str, Texts] = {}
    value: str = "PCHG"
    origin: str = "TRTSDT"
    y_label: str = "Change from baseline (%)"
    categories: Categories | None = None
    thresholds: tuple[float, ...] = (20.0, -30.0)
    subjects: int = Field(default=120, ge=2, le=400)


class SwimmerFigure(_SubjectsFigure):
    """A bar a subject from ``origin`` to ``end`` (dates of ADSL), with the records named in ``records`` in it.

    ``ongoing`` are ADSL texts by variable: whose every one fits has an arrow at the end of the bar. ``sort`` is by
    the length of the bar or by the subject's name.
    """

    kind: Literal["swimmer"]
    origin: str = "TRTSDT"
    end: Texts = ("DTHDT", "LSTALVDT")
    ongoing: dict[str, Texts] = {}
    records: Annotated[Texts, AfterValidator(_distinct)] = Field(min_length=1, max_length=14)
    sort: Literal["length", "subject"] = "length"
    pages: int = Field(default=5, ge=1, le=50)
    choose: Literal["even", "first"] = "first"
    subjects: int = Field(default=60, ge=2, le=80)


class ForestFigure(_Figure):
    """A statistic of an endpoint for all subjects and for the groups of each variable of ``by``, with its limits.

    ``measure`` is the machine name of the statistic (median, rate, proportion, hazard-ratio ...), ``time`` and ``cause`` say
    which. ``names`` are names of variables and of values (``SEX=F``); ``scale`` log is for ratios.
    """

    kind: Literal["forest"]
    endpoint: str
    measure: str
    time: float | None = None
    cause: str = ""
    by: Annotated[Texts, AfterValidator(_distinct)] = Field(min_length=1)
    names: dict[str, str] = {}
    x_label: str = ""
    scale: Literal["linear", "log"] | None = None


class SubjectFigure(_Figure):
    """Every dated record of one subject on a line, a sheet a subject, with the time of each of ``parameters`` (ADTTE).

    ``subjects`` are those named (USUBJID or SUBJID); ``most`` so many more whose open findings and unknown dates move the
    results the most. The title is followed by the subject's name. ``end`` are the dates of ADSL that follow-up ends with, the
    first that is there.
    """

    kind: Literal["subject"]
    subjects: Texts = ()
    most: int = Field(default=0, ge=0, le=100)
    records: Annotated[Texts, AfterValidator(_distinct)] = Field(min_length=1, max_length=20)
    parameters: Texts = ()
    origin: str = "TRTSDT"
    end: Texts = ("DTHDT", "LSTALVDT")


FigureSpec = (
    SurvivalFigure | IncidenceFigure | WaterfallFigure | SpiderFigure | SwimmerFigure | ForestFigure | SubjectFigure
)


class FigureList(FileModel):
    """The figures in order, and the ``records`` that they draw, by the names they use for them."""

    records: dict[str, MarkedRecords] = {}
    figures: tuple[Annotated[FigureSpec, Field(discriminator="kind")], ...] = ()
