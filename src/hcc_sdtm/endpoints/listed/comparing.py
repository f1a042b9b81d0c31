"""The groups of a variable compared: hazard ratio and log-rank test, Gray's test, difference of proportions.

A group is compared with the reference of its variable. There is no model where a group has no event, and no comparison where a
variable has one value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hcc_sdtm.endpoints.gray_test import gray_test
from hcc_sdtm.endpoints.group_counts import GroupCounts, count_groups
from hcc_sdtm.endpoints.hazard_ratio import LARGEST, hazard_ratios_of
from hcc_sdtm.endpoints.listed.analysis_data import Floats
from hcc_sdtm.endpoints.listed.estimated import Estimated, time_and_event
from hcc_sdtm.endpoints.listed.statistics import PERCENT, Statistic, p_value_of, with_limits
from hcc_sdtm.endpoints.log_rank import log_rank_of
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
        counts = _counted(endpoint, used)
        return Comparison(_hazard_ratios(counts, endpoint.level, wanted), [_log_rank(counts)], "log-rank test")
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


def _hazard_ratios(counts: GroupCounts, level: float, reference: str) -> dict[str, list[Statistic]]:
    """Of one Cox model over the groups that have an event."""
    names = counts.names
    with_events = [name for name, events in zip(names, counts.events, strict=True) if events]
    ratios: dict[str, Statistic] = {}
    if reference in with_events and len(with_events) > 1:
        model = hazard_ratios_of(counts.take([names.index(name) for name in with_events]), reference, level)
        warning = "; ".join(model.warnings)
        columns = (model.columns[name] for name in ("covariate", "hazard_ratio", "lower", "upper"))
        for name, ratio, lower, upper in zip(*columns, strict=True):
            said = f"hazard ratio against {reference}"
            if ratio > 0 and abs(np.log(ratio)) > LARGEST:
                # the likelihood grows without end: where the search stopped is no estimate
                ratio, lower, upper = np.nan, np.nan, np.nan
            text = with_limits(ratio, lower, upper, decimals=2)
            ratios[name] = Statistic(
                said, "hazard-ratio", ratio, text, "", lower, upper, cause=reference, warning=warning
            )
    found = {}
    for name in names:
        if name != reference:
            lacking = reference if reference not in with_events else name
            why = f"nobody is in {reference}" if reference not in names else f"no event in {lacking}"
            missing = _nothing(f"hazard ratio against {reference}", "hazard-ratio", reference, why)
            found[name] = [ratios.get(name, missing)]
    return found


def _log_rank(counts: GroupCounts) -> Statistic:
    test = log_rank_of(counts)
    return p_value_of("p, log-rank", test.p, warning=_few(counts.names, test.columns["expected"]))


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


def _counted(endpoint: SurvivalEndpoint, groups: Mapping[str, Estimated]) -> GroupCounts:
    """The groups by name, in their order."""
    sets = [made.chosen.ordered_by("AVAL") for made in groups.values()]
    entries = [each.numbers("ENTRY") if endpoint.delayed_entry else None for each in sets]
    counted = count_groups([(*time_and_event(each), entry) for each, entry in zip(sets, entries, strict=True)])
    return GroupCounts(list(groups), np.array([len(each.rows) for each in sets]), [counted])


def _few(names: Sequence[str], expected: Floats) -> str:
    few = [name for name, number in zip(names, expected, strict=True) if number < FEWEST_EXPECTED]
    return f"fewer than {FEWEST_EXPECTED} events expected in {', '.join(few)}" if few else ""


def _value(made: Estimated, measure: str) -> float:
    return next(each.value for each in made.statistics if each.measure == measure and not each.cause)


def _nothing(statistic: str, measure: str, reference: str, why: str) -> Statistic:
    unit = PERCENT if measure == "difference" else ""
    return Statistic(statistic, measure, np.nan, NOT_ESTIMABLE, unit, cause=reference, warning=why)
