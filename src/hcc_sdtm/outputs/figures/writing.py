"""Every figure of a trial, written as SVG and PNG: those of its list, and one for each endpoint with a curve.

Knows which figures there are and where they go. What one looks like is its own file's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from matplotlib.figure import Figure

from hcc_sdtm.endpoints.competing import IncidenceCurve
from hcc_sdtm.endpoints.survival import SurvivalCurve
from hcc_sdtm.outputs.figures.incidence import METHOD, render_incidence
from hcc_sdtm.outputs.figures.sheet import Sheet, write_figure
from hcc_sdtm.outputs.figures.source import CannotDrawError, FigureSource
from hcc_sdtm.outputs.figures.spec_figures import render_spec_figure
from hcc_sdtm.outputs.figures.subject_plots import missing_subjects
from hcc_sdtm.outputs.figures.survival import render_survival
from hcc_sdtm.outputs.made import Made
from hcc_sdtm.spec.endpoints import EndpointSpec, IncidenceEndpoint, SurvivalEndpoint
from hcc_sdtm.spec.figures import FigureList, SubjectFigure

FOLDER = "results/figures"
WARNINGS_SHOWN = 6


def write_figures(out: Path, source: FigureSource, figures: FigureList) -> list[Made]:
    """What was made under ``out``/results/figures, and what was not, with the reason: first the curve of each endpoint, then
    the list in its order.

    A figure whose data are not there (a dataset, a parameter, a variable, a subject) is not made. One of several sheets has a
    number after its name. The files have the same bytes every time.
    """
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    made = [
        _write(folder, endpoint.id, endpoint.label, [("", figure)])
        for endpoint, figure in render_endpoint_figures(source)
    ]
    for spec in figures.figures:
        try:
            sheets = list(render_spec_figure(spec, source, figures.records))
        except CannotDrawError as reason:
            made.append(Made(spec.id, spec.title, reason=str(reason)))
        else:
            lost = missing_subjects(spec, source) if isinstance(spec, SubjectFigure) else []
            note = f"not in ADSL: {', '.join(lost)}" if lost else ""
            made.append(_write(folder, spec.id, spec.title, sheets, note))
    return made


def render_endpoint_figures(source: FigureSource) -> Iterator[tuple[EndpointSpec, Figure]]:
    """The curve of each endpoint that has one, in the order of the trial's list."""
    for endpoint in source.endpoints.endpoints:
        curve = source.estimates.curves.get(endpoint.id)
        if isinstance(curve, SurvivalCurve) and isinstance(endpoint, SurvivalEndpoint):
            sheet = Sheet(endpoint.label, source.facts, foot=_foot(source, endpoint))
            yield endpoint, render_survival(curve, sheet, endpoint.unit, endpoint.times)
        elif isinstance(curve, IncidenceCurve) and isinstance(endpoint, IncidenceEndpoint):
            causes = dict(enumerate(endpoint.causes, start=1))
            sheet = Sheet(endpoint.label, source.facts, foot=_foot(source, endpoint))
            yield endpoint, render_incidence(curve, sheet, endpoint.unit, causes, endpoint.times)


def _foot(source: FigureSource, endpoint: EndpointSpec) -> tuple[str, ...]:
    """Method, population and note of the endpoint as the results have them, and what warns of its numbers."""
    rows = source.estimates.results
    rows = rows[(rows["endpoint"] == endpoint.id) & (rows["group"] == "")]
    if rows.empty:
        return ()
    first = rows.iloc[0]
    method = str(first["method"]).partition(";")[0]
    if isinstance(endpoint, IncidenceEndpoint):
        method = method.removeprefix(METHOD).strip()  # the figure says so itself
    words = [*([method] if method else []), str(first["population"]), f"parameter {endpoint.parameter}"]
    found = [
        f"{statistic}: {text}"
        for statistic, text in zip(rows["statistic"], rows["warning"], strict=True)
        if text and statistic.startswith(("rate", "median", "incidence"))
    ]
    warned = f"Read with care: {'; '.join(found[:WARNINGS_SHOWN])}." if found else ""
    named = "; ".join(words)
    sentences = [f"{named[:1].upper()}{named[1:]}.", str(first["note"]), warned]
    return tuple(filter(None, sentences))


def _write(folder: Path, name: str, title: str, sheets: list[tuple[str, Figure]], note: str = "") -> Made:
    """Writes the sheets of one figure; ``name`` and what follows it are the names of the files."""
    files: list[str] = []
    notes = {note: None} if note else {}
    for suffix, figure in sheets:
        stem = f"{name.lower()}{suffix}"
        lacking = write_figure(figure, folder / f"{stem}.svg", folder / f"{stem}.png")
        files += [f"{FOLDER}/{stem}.svg", *([] if lacking else [f"{FOLDER}/{stem}.png"])]
        if lacking:
            notes[lacking] = None
    return Made(name, title, tuple(files), note="; ".join(notes))
