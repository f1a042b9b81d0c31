"""What the open findings of a run move, as a value. How it is worked out stands in `hcc_sdtm.impact.ranking`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

RANKING_COLUMNS = (
    *("rank", "key", "findings", "endpoint", "label", "statistic", "measure", "time", "cause", "unit"),
    *("value", "least", "greatest", "change", "bound"),
)
"""One row for each question and statistic that it moves; ``key`` is that of the finding that leads the question, ``findings``
how many it groups, and ``change`` infinite where an answer makes the statistic estimable or not."""


JOINT_COLUMNS = ("statistic", "measure", "time", "cause", "unit", "value", "least", "greatest", "bound")
"""One row for each statistic of an endpoint: what it can be with every question answered for the worst and for the best."""


@dataclass(frozen=True)
class Impact:
    """What the open findings move.

    ``ranking`` has `RANKING_COLUMNS`, most moving first. ``ranks`` and ``texts`` are by the key of a finding: its rank (every
    finding of a question has the rank of the question), and what it moves in words, ``none`` for one whose answers
    were tried and move nothing. ``joint`` is what the statistics of the first endpoint can be with all questions answered for
    the worst and for the best. ``not_tried`` counts the open findings without an answer by reason. ``sentences`` say it all.
    """

    ranking: pd.DataFrame
    ranks: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    joint: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(JOINT_COLUMNS)))
    not_tried: Mapping[str, int] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()

    def mark(self, findings: pd.DataFrame) -> pd.DataFrame:
        """The findings with ``rank`` and ``impact``, both text, ``""`` for those without."""
        keys = findings["key"]
        ranks = keys.map({key: str(rank) for key, rank in self.ranks.items()}).fillna("").astype(object)
        return findings.assign(rank=ranks, impact=keys.map(dict(self.texts)).fillna("").astype(object))
