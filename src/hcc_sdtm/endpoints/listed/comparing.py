"""The groups of a variable compared: hazard ratio and log-rank test, Gray's test, difference of proportions.

A group is compared with the reference of its variable. There is no model where a group has no event, and no comparison where a
variable has one value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hcc_sdtm.endpoints.estimate_warning import quiet_warnings
from hcc_sdtm.endpoints.gray_test import gray_test
from hcc_sdtm.endpoints.hazard_ratio import LARGEST, hazard_ratios
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Positions
from hcc_sdtm.endpoints.listed.estimated import Estimated
from hcc_sdtm.endpoints.listed.statistics import PERCENT, Statistic, p_value_of, with_limits
from hcc_sdtm.endpoints.log_rank import log_rank
from hcc_sdtm.endpoints.proportion import proportion_difference
from hcc_sdtm.number_text import NOT_ESTIMABLE
from hcc_sdtm.spec.endpoints import EndpointSpec, IncidenceEndpoint, ProportionEndpoint, SurvivalEndpoint

FEWEST_EXPECTED = 5
"""Fewer expected events in a group than this make the chi-squared of a test too rough (Cochran, Biometrics 10 (1954))."""


@dataclass(frozen=True)
class Comparison:
    """The statistics of each group against the reference, by group, and of all groups together, with the
    test in words."""

    of_group: Mapping[str, list[Statistic]] = field(default_factory=dict)
    of_all: Sequence[Statistic] = ()
    method: str = ""


@dataclass(frozen=True)
class Joined:
    """Time, event, number of the group, and entry where it is delayed, of the subjects of all groups."""

    time: Floats
    event: Positions
    group: Positions
    entry: Floats | None


def compare_groups(endpoint: EndpointSpec, variable: str, groups: Mapping[str, Estimated]) -> Comparison:
    """The groups (``SEX=F``) compared; nothing where the endpoint does not ask for it or only one group has subjects."""
    used = {name: made for name, made in groups.items() if made.n}
    if not endpoint.compare or len(used) < 2:
        return Comparison()
    wanted = f"{variable}={endpoint.reference[variable]}" if variable in endpoint.reference else next(iter(used))
    if isinstance(endpoint, ProportionEndpoint):
        return Comparison(_differences(endpoint, used, wanted))
    if isinstance(endpoint, IncidenceEndpoint):
        return Comparison({}, _gray_tests(endpoint, used), "Gray's test")
    if isinstance(endpoint, SurvivalEndpoint):
        joined = _joined(endpoint, used)
        return Comparison(_hazard_ratios(endpoint, used, wanted, joined), [_log_rank(used, joined)], "log-rank test")
    return Comparison()


def _differences(
    endpoint: ProportionEndpoint, groups: Mapping[str, Estimated], reference: str
) -> dict[str, list[Statistic]]:
    counts = {name: (int(_value(made, "number")), made.n) for name, made in groups.items()}
    found = {}
    for name, (x, n) in counts.items():
        if name != reference:
            said = f"difference from {reference}"
            if reference not in counts:
                found[name] = [_nothing(said, "difference", reference, f"nobody is in {reference}")]
                continue
            difference = proportion_difference(x, n, *counts[reference], endpoint.level)
            estimate, lower, upper = (100 * each for each in (difference.estimate, difference.lower, difference.upper))
            text = with_limits(estimate, lower, upper)
            found[name] = [Statistic(said, "difference", estimate, text, PERCENT, lower, upper, cause=reference)]
    return found


def _hazard_ratios(
    endpoint: SurvivalEndpoint, groups: Mapping[str, Estimated], reference: str, joined: Joined
) -> dict[str, list[Statistic]]:
    """Of one Cox model over the groups that have an event."""
    with_events = [name for name, made in groups.items() if _value(made, "events") > 0]
    others = [name for name in with_events if name != reference]
    ratios: dict[str, Statistic] = {}
    if reference in with_events and others:
        names = list(groups)
        own = np.isin(joined.group, [names.index(name) for name in with_events])
        time, event, group = joined.time[own], joined.event[own], joined.group[own]
        entry = None if joined.entry is None else joined.entry[own]
        with quiet_warnings():
            model = hazard_ratios(time, event, group, names.index(reference), entry, level=endpoint.level)
        warning = "; ".join(model.warnings)
        columns = (model.ratios[name].to_numpy(dtype=np.float64) for name in ("hazard_ratio", "lower", "upper"))
        for number, ratio, lower, upper in zip(model.ratios["covariate"], *columns, strict=True):
            said = f"hazard ratio against {reference}"
            if ratio > 0 and abs(np.log(ratio)) > LARGEST:
                # the likelihood grows without end: where the search stopped is no estimate
                ratio, lower, upper = np.nan, np.nan, np.nan
            text = with_limits(ratio, lower, upper, decimals=2)
            ratios[names[number]] = Statistic(
                said, "hazard-ratio", ratio, text, "", lower, upper, cause=reference, warning=warning
            )
    found = {}
    for name in groups:
        if name != reference:
            lacking = reference if reference not in with_events else name
            why = f"nobody is in {reference}" if reference not in groups else f"no event in {lacking}"
            missing = _nothing(f"hazard ratio against {reference}", "hazard-ratio", reference, why)
            found[name] = [ratios.get(name, missing)]
    return found


def _log_rank(groups: Mapping[str, Estimated], joined: Joined) -> Statistic:
    test = log_rank(joined.time, joined.event, joined.group, entry=joined.entry)
    few = _few(list(groups), test.groups["expected"].to_numpy())
    return p_value_of("p, log-rank", test.p, warning=few)


def _gray_tests(endpoint: IncidenceEndpoint, groups: Mapping[str, Estimated]) -> list[Statistic]:
    group = np.repeat(np.arange(len(groups)), [made.n for made in groups.values()])
    time = np.concatenate([made.chosen.numbers("AVAL") for made in groups.values()])
    cause = np.concatenate([made.chosen.numbers("CAUSE") for made in groups.values()])
    found = []
    for number, name in enumerate(endpoint.causes, start=1):
        test = gray_test(time, cause, group, of=number)
        few = _few(list(groups), test.groups["expected"].to_numpy())
        found.append(p_value_of(f"p, Gray: {name}", test.p, name, few))
    return found


def _joined(endpoint: SurvivalEndpoint, groups: Mapping[str, Estimated]) -> Joined:
    sets = [made.chosen for made in groups.values()]
    time = np.concatenate([each.numbers("AVAL") for each in sets])
    event = np.concatenate([each.numbers("CNSR") == 0 for each in sets]).astype(np.int64)
    entry = np.concatenate([each.numbers("ENTRY") for each in sets]) if endpoint.delayed_entry else None
    return Joined(time, event, np.repeat(np.arange(len(sets)), [len(each.rows) for each in sets]), entry)


def _few(names: Sequence[str], expected: Floats) -> str:
    few = [name for name, number in zip(names, expected, strict=True) if number < FEWEST_EXPECTED]
    return f"fewer than {FEWEST_EXPECTED} events expected in {', '.join(few)}" if few else ""


def _value(made: Estimated, measure: str) -> float:
    return next(each.value for each in made.statistics if each.measure == measure and not each.cause)


def _nothing(statistic: str, measure: str, reference: str, why: str) -> Statistic:
    unit = PERCENT if measure == "difference" else ""
    return Statistic(statistic, measure, np.nan, NOT_ESTIMABLE, unit, cause=reference, warning=why)
