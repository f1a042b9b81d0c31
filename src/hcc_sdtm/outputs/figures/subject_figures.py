"""The figures in which every subject is seen, taken from the datasets: waterfall, spider, swimmer.

Knows which records and subjects they take, and how many are shown. What they look like is each one's own file's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.outputs.figures.records import choose_categories, choose_drawn, choose_evenly, choose_records
from hcc_sdtm.outputs.figures.sheet import Sheet
from hcc_sdtm.outputs.figures.source import CannotDrawError, FigureSource
from hcc_sdtm.outputs.figures.spider import render_spider
from hcc_sdtm.outputs.figures.swimmer import Lane, render_swimmer
from hcc_sdtm.outputs.figures.waterfall import render_waterfall
from hcc_sdtm.spec.adam.records import Records
from hcc_sdtm.spec.figures import MarkedRecords, SpiderFigure, SwimmerFigure, WaterfallFigure


def render_waterfalls(spec: WaterfallFigure, source: FigureSource, sheet: Sheet) -> Iterator[tuple[str, Figure]]:
    """The waterfall of the trial's list, on as many sheets as the spec lets it have."""
    population = source.population(spec.population)
    wanted = Records(dataset=spec.dataset, where={"PARAMCD": (spec.parameter,)})
    rows = choose_records(source, wanted, ("AVAL",))
    known = rows[np.isfinite(rows["AVAL"].to_numpy(np.float64))].drop_duplicates("USUBJID", keep="last")
    values = known.set_index("USUBJID")["AVAL"].astype(float)
    values = values[values.index.isin(population)]
    if values.empty:
        raise CannotDrawError(f"{spec.dataset} has no value of {spec.parameter}")
    ordered = values.rename_axis("subject").reset_index(name="value")
    ordered = ordered.sort_values(["value", "subject"], ascending=[False, True], kind="stable")
    marked: set[str] = set()
    mark_label = ""
    for mark_label, records in spec.marked.items():  # noqa: B007 (at most one, by the model)
        marked = set(choose_records(source, records)["USUBJID"])
    categories, order = choose_categories(source, spec.categories, population) if spec.categories else (None, [])
    names = source.subject_names()
    label = [f"{spec.categories.label}: "] if spec.categories else []
    without = len(population) - len(values)
    foot = [f"n = {len(values)} of {len(population)} subjects; {without} have no value and no bar."]
    for suffix, part, notes in _pages(pd.Index(ordered["subject"]), spec.subjects, spec.pages, spec.choose):
        own = replace(sheet, foot=(*foot, *notes, *sheet.foot), summary=(*sheet.summary, *label))
        yield suffix, render_waterfall(
            values.reindex(part), own, spec.y_label, categories, order, marked, mark_label, spec.thresholds, names
        )  # fmt: skip


def render_spiders(spec: SpiderFigure, source: FigureSource, sheet: Sheet) -> Iterator[tuple[str, Figure]]:
    """The spider of the trial's list, on as many sheets as the spec lets it have. A baseline (ABLFL) is a change of 0."""
    population = source.population(spec.population)
    wanted = Records(dataset=spec.dataset, where={"PARAMCD": (spec.parameter,), **spec.where})
    rows = choose_records(source, wanted, (spec.value, "ADT"))
    adsl = source.frame("ADSL", (spec.origin,)).set_index("USUBJID")
    origin = pd.Series(bounds(adsl[spec.origin])["earliest"], index=adsl.index).reindex(rows["USUBJID"]).to_numpy()
    value = rows[spec.value].to_numpy(np.float64)
    if "ABLFL" in rows:
        value = np.where((rows["ABLFL"] == "Y") & np.isnan(value), 0.0, value)
    time = (bounds(rows["ADT"])["earliest"].to_numpy() - origin) / source.month_days
    points = pd.DataFrame({"subject": rows["USUBJID"].to_numpy(), "time": time, "value": value})
    points = points[points["subject"].isin(population) & np.isfinite(points["time"]) & np.isfinite(points["value"])]
    after = points[points["time"] > 0]
    subjects = pd.Index(sorted(set(after["subject"])), dtype=object)
    if not len(subjects):
        raise CannotDrawError(f"{spec.dataset} has no change of {spec.parameter} after {spec.origin}")
    categories, order = choose_categories(source, spec.categories, population) if spec.categories else (None, [])
    label = [f"{spec.categories.label}: "] if spec.categories else []
    foot = [f"n = {len(subjects)} of {len(population)} subjects; the others have no value after the origin."]
    for suffix, part, notes in _pages(subjects, spec.subjects, spec.pages, spec.choose):
        own = replace(sheet, foot=(*foot, *notes, *sheet.foot), summary=(*sheet.summary, *label))
        chosen = points[points["subject"].isin(part)]
        yield suffix, render_spider(chosen, own, spec.y_label, "months", categories, order, spec.thresholds)


def render_swimmers(
    spec: SwimmerFigure, source: FigureSource, sheet: Sheet, records: Mapping[str, MarkedRecords]
) -> Iterator[tuple[str, Figure]]:
    """The swimmer of the trial's list, a sheet for so many subjects as the spec says."""
    population = source.population(spec.population)
    adsl = source.frame("ADSL", (spec.origin, *spec.end, *spec.ongoing)).set_index("USUBJID").loc[population]
    origin = bounds(adsl[spec.origin])["earliest"]
    ends = pd.concat([bounds(adsl[name])["latest"] for name in spec.end], axis=1)
    end = ends.bfill(axis=1).iloc[:, 0]
    bars = pd.DataFrame({"start": origin, "end": end}, index=population)
    bars = bars[bars["start"].notna() & (bars["end"] >= bars["start"])]
    if bars.empty:
        raise CannotDrawError(f"nobody has {spec.origin} and an end of follow-up in ADSL")
    is_ongoing = np.ones(len(adsl), dtype=bool)
    for variable, texts in spec.ongoing.items():
        is_ongoing &= adsl[variable].isin(texts).to_numpy()
    ongoing = set(adsl.index[is_ongoing]) if spec.ongoing else set()
    lanes = []
    for name in spec.records:
        drawn = choose_drawn(source, records[name])
        lanes.append(Lane(records[name], drawn[drawn["USUBJID"].isin(bars.index)]))
    length = (bars["end"] - bars["start"]).rename("length").rename_axis("subject").reset_index()
    by = ["subject"] if spec.sort == "subject" else ["length", "subject"]
    order = length.sort_values(by, ascending=[spec.sort == "subject", True][: len(by)], kind="stable")["subject"]
    left_out = len(population) - len(bars)
    foot = [f"n = {len(bars)} of {len(population)} subjects" + (f"; {left_out} have no dates." if left_out else ".")]
    longest = float(length["length"].max()) / source.month_days
    names = source.subject_names()
    for suffix, part, notes in _pages(pd.Index(order), spec.subjects, spec.pages, spec.choose):
        own = replace(sheet, foot=(*foot, *notes, *sheet.foot))
        yield suffix, render_swimmer(bars.loc[part], lanes, own, names, ongoing, longest, source.month_days)


def _pages(order: pd.Index, a_page: int, pages: int, choose: str) -> Iterator[tuple[str, pd.Index, list[str]]]:
    """What follows the figure's name, the subjects of the sheet, and what its foot says of those who are not on it."""
    shown = choose_evenly(order, a_page * pages, choose)
    sheets = [shown[start : start + a_page] for start in range(0, len(shown), a_page)]
    how = "evenly spaced in the order of the figure" if choose == "even" else "the first in its order"
    left_out = [f"{len(shown)} of {len(order)} shown, {how}."] if len(shown) < len(order) else []
    for number, part in enumerate(sheets, start=1):
        of_pages = [f"Sheet {number} of {len(sheets)}."] if len(sheets) > 1 else []
        yield f"-{number}" if len(sheets) > 1 else "", part, [*of_pages, *left_out]
