"""What a rule has to say about some rows of a view: kept as it stands until every alternative of the variable was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.spec.model import Codelist

LEFT_MISSING = "the value is left missing"
"""What becomes of a value that could not be read; `Remark.of_another` says it otherwise."""


@dataclass(frozen=True)
class Target:
    """The variable a rule fills, and the codelists its terms may come from."""

    dataset: str
    variable: str
    codelists: tuple[Codelist, ...] = ()
    is_date: bool = False
    is_numeric: bool = False


class Unread(NamedTuple):
    """What is wrong with one distinct text, or combination of texts: its position among them, the rule, and the words.

    ``column`` is which of the columns that were read together has the cell to look at.
    """

    at: int
    rule: str
    message: str
    expected: str = ""
    column: int = 0
    severity: str = "error"


@dataclass
class Remark:
    """A finding for each of some rows, not yet made.

    ``rows`` are rows of the view; ``at`` their positions among the rows that the outermost rule was asked for, so that a
    remark from a lookup's table is known by the rows that looked it up, and ``role`` says by which lookup. ``messages`` and
    ``expected`` have one text for each row.
    """

    view: View
    rows: np.ndarray
    at: np.ndarray
    column: str
    rule: str
    messages: Sequence[str]
    target: Target
    severity: str = "error"
    expected: Sequence[str] = ()
    role: str = ""

    def keep(self, mask: np.ndarray) -> Remark:
        """The remark about the rows of the mask only."""
        kept = np.flatnonzero(mask)
        messages = [self.messages[int(at)] for at in kept]
        expected = [self.expected[int(at)] for at in kept] if self.expected else ()
        return replace(self, rows=self.rows[kept], at=self.at[kept], messages=messages, expected=expected)

    def of_another(self, consequence: str) -> Remark:
        """The same as a warning: the value is not missing, but comes from elsewhere."""
        messages = [text.replace(LEFT_MISSING, consequence) for text in self.messages]
        return replace(self, messages=messages, severity="warning" if self.severity == "error" else self.severity)

    def findings(self, site: str) -> pd.DataFrame:
        """One finding for each row, once where several rows looked up the same cell."""
        expected = self.expected or [""] * len(self.rows)
        said = pd.DataFrame({"row": self.rows, "message": self.messages, "expected": expected}).drop_duplicates()
        return self.view.findings(
            said["row"].to_numpy(), self.column, self.rule, self.severity, site, said["message"].tolist(),
            self.target.variable, self.target.dataset, said["expected"].tolist(),
        )  # fmt: skip
