"""How a variable of the subjects is distributed among those who had an event: the reasons for a change of therapy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hcc_sdtm.endpoints.listed.analysis_data import AnalysisData
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet
from hcc_sdtm.endpoints.listed.estimated import Estimated, subjects_of
from hcc_sdtm.endpoints.listed.proportion_estimate import INTERVALS, share_of
from hcc_sdtm.endpoints.listed.statistics import count_of
from hcc_sdtm.endpoints.proportion import proportion
from hcc_sdtm.spec.endpoints import CategoriesEndpoint


def estimate_categories(endpoint: CategoriesEndpoint, chosen: AnalysisSet, data: AnalysisData) -> Estimated:
    """Of those with the event, the number and share of each value of the variable, the missing one last.

    Who did not have the event is left out, by what ADTTE says of the end of their time.
    """
    had = chosen.numbers("CNSR") == 0
    if chosen.records.has("CAUSE"):
        cause = chosen.numbers("CAUSE")
        had &= (cause == endpoint.cause) | (np.isnan(cause) & (endpoint.cause == 1))
    chosen = _without_event(chosen, had, endpoint.event)
    codes, texts = data.subjects.texts(endpoint.variable)
    found = np.bincount(codes[chosen.subjects], minlength=len(texts))
    n = len(chosen.rows)
    counts = [(text, int(found[at])) for at, text in enumerate(texts) if text and found[at]]
    counts.sort(key=lambda item: -item[1])
    if missing := n - sum(number for _, number in counts):
        counts.append((endpoint.missing, missing))
    statistics = subjects_of(chosen)
    for text, number in counts:
        statistics.append(replace(count_of(text, "count", number, text), text=f"{number} of {n}"))
        statistics.append(share_of(f"share: {text}", proportion(number, n, endpoint.interval, endpoint.level), text))
    method = f"proportions with {INTERVALS[endpoint.interval]} {100 * endpoint.level:g} % limits"
    return Estimated(method, n, statistics, None, chosen)


def _without_event(chosen: AnalysisSet, had: np.ndarray, event: str) -> AnalysisSet:
    """The set without those who did not have the event; what ended their time is the reason."""
    if not chosen.records.has("EVNTDESC"):
        return chosen.without(~had, f"no {event}")
    codes, texts = chosen.texts("EVNTDESC")
    for at in sorted(np.unique(codes[~had]).tolist(), key=lambda number: texts[number]):
        others = ~had & (codes == at)
        chosen = chosen.without(others, texts[at] or f"no {event}")
        codes, had = codes[~others], had[~others]
    return chosen
