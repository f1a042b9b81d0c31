"""One figure of the trial's list: which data it takes, by its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from matplotlib.figure import Figure

from hcc_sdtm.endpoints.competing import IncidenceCurve
from hcc_sdtm.endpoints.survival import SurvivalCurve
from hcc_sdtm.outputs.figures.forest_rows import render_forests
from hcc_sdtm.outputs.figures.incidence import render_incidence
from hcc_sdtm.outputs.figures.sheet import Sheet
from hcc_sdtm.outputs.figures.source import CannotDrawError, FigureSource
from hcc_sdtm.outputs.figures.subject_figures import render_spiders, render_swimmers, render_waterfalls
from hcc_sdtm.outputs.figures.subject_plots import render_subjects
from hcc_sdtm.outputs.figures.survival import render_survivals
from hcc_sdtm.spec.endpoints import EndpointSpec, IncidenceEndpoint, SurvivalEndpoint
from hcc_sdtm.spec.figures import (
    FigureSpec,
    ForestFigure,
    IncidenceFigure,
    MarkedRecords,
    SpiderFigure,
    SurvivalFigure,
    SwimmerFigure,
    WaterfallFigure,
)


def render_spec_figure(
    spec: FigureSpec, source: FigureSource, records: Mapping[str, MarkedRecords]
) -> Iterator[tuple[str, Figure]]:
    """The sheets of the figure, each with what follows its name in the names of files (``""``, ``-1``, ``-101-003``).

    Raises CannotDrawError where what it needs is not there.
    """
    sheet = Sheet(spec.title, source.facts, foot=(spec.note,) if spec.note else ())
    if isinstance(spec, SurvivalFigure):
        yield "", _render_curves(spec, source, sheet)
    elif isinstance(spec, IncidenceFigure):
        yield "", _render_causes(spec, source, sheet)
    elif isinstance(spec, WaterfallFigure):
        yield from render_waterfalls(spec, source, sheet)
    elif isinstance(spec, SpiderFigure):
        yield from render_spiders(spec, source, sheet)
    elif isinstance(spec, SwimmerFigure):
        yield from render_swimmers(spec, source, sheet, records)
    elif isinstance(spec, ForestFigure):
        yield "", render_forests(spec, source, sheet)
    else:
        yield from render_subjects(spec, source, sheet, records)


def _render_curves(spec: SurvivalFigure, source: FigureSource, sheet: Sheet) -> Figure:
    listed = [_endpoint(source, name) for name in spec.endpoints]
    wrong = [endpoint.id for endpoint in listed if not isinstance(endpoint, SurvivalEndpoint)]
    if wrong:
        raise CannotDrawError(f"{', '.join(wrong)} has no survival curve")
    endpoints = [endpoint for endpoint in listed if isinstance(endpoint, SurvivalEndpoint)]
    if len({endpoint.unit for endpoint in endpoints}) > 1:
        raise CannotDrawError("the endpoints are not in one unit of time")
    curves: dict[str, SurvivalCurve] = {}
    if spec.by:
        first = endpoints[0]
        label = source.labels.get(spec.by, spec.by)
        for (name, group), curve in source.estimates.group_curves.items():
            if name == first.id and group.startswith(f"{spec.by}=") and isinstance(curve, SurvivalCurve):
                value = group.partition("=")[2]
                curves[spec.names.get(value, value)] = curve
        if not curves:
            raise CannotDrawError(f"{first.id} has no curve by {spec.by}")
        sheet = replace(sheet, summary=(*sheet.summary, label), foot=(*_tests(source, first.id, spec.by), *sheet.foot))
    else:
        for endpoint in endpoints:
            found = source.estimates.curves.get(endpoint.id)
            if not isinstance(found, SurvivalCurve):
                raise CannotDrawError(f"{endpoint.id} has no curve")
            curves[spec.names.get(endpoint.id, endpoint.label)] = found
    times = spec.times or (endpoints[0].times if spec.by else ())
    try:
        return render_survivals(curves, sheet, endpoints[0].unit, times, limits=spec.limits)
    except ValueError as error:
        raise CannotDrawError(str(error)) from None


def _render_causes(spec: IncidenceFigure, source: FigureSource, sheet: Sheet) -> Figure:
    endpoint = _endpoint(source, spec.endpoint)
    curve = source.estimates.curves.get(spec.endpoint)
    if not isinstance(endpoint, IncidenceEndpoint) or not isinstance(curve, IncidenceCurve):
        raise CannotDrawError(f"{spec.endpoint} has no curve of competing causes")
    causes = dict(enumerate(endpoint.causes, start=1))
    return render_incidence(curve, sheet, endpoint.unit, causes, endpoint.times, spec.shape == "stacked")


def _endpoint(source: FigureSource, name: str) -> EndpointSpec:
    found = next((endpoint for endpoint in source.endpoints.endpoints if endpoint.id == name), None)
    if found is None:
        raise CannotDrawError(f"there is no endpoint {name}")
    return found


def _tests(source: FigureSource, endpoint: str, by: str) -> list[str]:
    """The tests that compare the groups of a variable, each as the results have it."""
    rows = source.estimates.results
    rows = rows[(rows["endpoint"] == endpoint) & (rows["group"] == by) & (rows["measure"] == "p-value")]
    return [f"{name}: {text}." for name, text in zip(rows["statistic"], rows["text"], strict=True)]
