"""What findings move, in words: a text for each finding, and the sentences of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.impact.feeds import RankedEndpoint
from hcc_sdtm.number_text import NOT_ESTIMABLE, number_text

STATISTICS_NAMED = 3
"""Statistics that a finding's text names, in the order of the list; of the others it says how many."""

PERCENT, POINTS = "%", "points"


def impact_text(rows: pd.DataFrame) -> str:
    """What one question moves: ``PFS median by 1.2 months (10.9 to 12.1); PFS rate at 12 months by ...; 4 more``.

    ``rows`` are those of the ranking, in its order.
    """
    named = [
        f"{endpoint} {statistic} {_change(change, unit, decimals)} "
        f"({_value(least, decimals)} to {_value(greatest, decimals)})"
        for endpoint, statistic, unit, least, greatest, change in rows[
            ["endpoint", "statistic", "unit", "least", "greatest", "change"]
        ]
        .head(STATISTICS_NAMED)
        .itertuples(index=False, name=None)
        for decimals in [_decimals(change)]
    ]
    more = len(rows) - STATISTICS_NAMED
    return "; ".join([*named, f"{more} more"] if more > 0 else named)


def summary_sentences(
    ranking: pd.DataFrame,
    endpoints: Sequence[RankedEndpoint],
    joint: pd.DataFrame,
    texts: Mapping[str, str],
    not_tried: Mapping[str, int],
) -> tuple[str, ...]:
    """How many open findings move the first endpoint and by how much together, how many move any, and how many none."""
    first = endpoints[0]
    moving, tried = int(ranking.drop_duplicates("rank")["findings"].sum()), len(texts)
    of_first = ranking[ranking["endpoint"] == first.id]
    if len(of_first):
        sentences = [_endpoint_sentence(first, of_first, tried, joint)]
    else:
        sentences = [f"No open finding moves {first.label} ({first.id})."]
        moved = {endpoint.id: ranking[ranking["endpoint"] == endpoint.id] for endpoint in endpoints}
        other = next((endpoint for endpoint in endpoints if len(moved[endpoint.id])), None)
        sentences += [_endpoint_sentence(other, moved[other.id], tried, joint.head(0))] if other is not None else []
    if not moving:
        sentences.append(f"Of {tried} open findings with an answer to try none moves an endpoint.")
    elif moving == tried:
        whole = "All" if tried > 1 else "The"
        sentences.append(f"{whole} {_findings(tried, 'open ')} with an answer to try {_move(tried)} an endpoint.")
    else:
        others = f"the other {tried - moving} {'does' if tried - moving == 1 else 'do'} not"
        sentences.append(
            f"Of {tried} open findings with an answer to try {moving} {_move(moving)} an endpoint; {others}."
        )
    if not_tried:
        sentences.append(f"{_findings(sum(not_tried.values()))} {_have(sum(not_tried.values()))} no answer to try.")
    return tuple(sentences)


def _endpoint_sentence(endpoint: RankedEndpoint, moved: pd.DataFrame, tried: int, joint: pd.DataFrame) -> str:
    """About the first statistic of the endpoint that a finding moves; ``joint`` may be empty."""
    places = {statistic: place for place, statistic in enumerate(joint["statistic"])}
    headline = moved.iloc[int(moved["statistic"].map(places).fillna(len(places)).to_numpy().argmin())]
    same = moved[moved["statistic"] == headline["statistic"]]
    count, largest, unit = int(same["findings"].sum()), float(same["change"].max()), str(headline["unit"])
    decimals = _decimals(largest)
    text = (
        f"{_findings(count)} {_move(count)} the {headline['statistic']} of {endpoint.label} ({endpoint.id}), "
        f"{'each ' if len(same) > 1 else ''}by at most {_amount(largest, unit, decimals)}"
    )
    together = joint[(joint["measure"] == headline["measure"]) & (joint["cause"] == headline["cause"])]
    if not np.isnan(headline["time"]):
        together = together[together["time"] == headline["time"]]
    if len(together):
        row = together.iloc[0]
        text += (
            f", and together from {_value(row['value'], decimals)} to between {_value(row['least'], decimals)} and "
            f"{_value(row['greatest'], decimals)}{'' if unit == PERCENT else ' '}{unit}"
        )
    others = tried - count
    return (
        f"{text}; the other {others} that {'was' if others == 1 else 'were'} tried {'does' if others == 1 else 'do'} not."
        if others
        else f"{text}."
    )


def _findings(count: int, kind: str = "") -> str:
    return f"{count} {kind}finding{'' if count == 1 else 's'}"


def _move(count: int) -> str:
    return "moves" if count == 1 else "move"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _change(change: float, unit: str, decimals: int) -> str:
    return f"by {_amount(change, unit, decimals)}" if np.isfinite(change) else "to or from NE"


def _amount(change: float, unit: str, decimals: int) -> str:
    if not np.isfinite(change):
        return "as far as not reached"
    return f"{number_text(change, decimals)} {POINTS if unit == PERCENT else unit}".strip()


def _value(value: float, decimals: int) -> str:
    return number_text(value, decimals) if np.isfinite(value) else NOT_ESTIMABLE


def _decimals(change: float) -> int:
    """One decimal, or two for a change that one would show as nothing."""
    return 1 if not np.isfinite(change) or change >= 0.05 else 2
