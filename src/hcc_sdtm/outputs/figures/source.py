"""What figures are drawn from: the published datasets, the estimates, the facts for the foot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.endpoints.listed import Estimates
from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.spec.endpoints import EndpointList

MONTH_DAYS = 30.4375


class CannotDrawError(Exception):
    """What a figure needs is not there; the text says what, for a reader of the report."""


@dataclass(frozen=True)
class FigureSource:
    """What figures are drawn from.

    ``datasets`` are published SDTM and ADaM frames by name (missing text ``""``; dates as ISO 8601 text or day numbers);
    ``labels`` have the label of each ADSL variable. ``findings`` are those of the run, where there are any: those ranked by
    what they move choose the subjects of a plot. ``month_days`` is the length of a month.
    """

    facts: Facts
    datasets: Mapping[str, pd.DataFrame]
    estimates: Estimates
    endpoints: EndpointList
    labels: Mapping[str, str] = field(default_factory=dict)
    findings: pd.DataFrame | None = None
    month_days: float = MONTH_DAYS

    def frame(self, name: str, columns: Collection[str] = ()) -> pd.DataFrame:
        """The dataset. Raises CannotDrawError where there is none, or where it lacks a column."""
        if name not in self.datasets:
            raise CannotDrawError(f"there is no dataset {name}")
        lacking = [column for column in columns if column not in self.datasets[name]]
        if lacking:
            raise CannotDrawError(f"{name} has no variable {', '.join(lacking)}")
        return self.datasets[name]

    def population(self, flag: str) -> pd.Index:
        """USUBJID of those whose ADSL flag is Y, in order. Raises CannotDrawError where there is none."""
        adsl = self.frame("ADSL", ("USUBJID", flag))
        chosen = pd.Index(adsl.loc[adsl[flag] == "Y", "USUBJID"], dtype=object).sort_values()
        if not len(chosen):
            raise CannotDrawError(f"nobody has {flag} = Y in ADSL")
        return chosen

    @cached_property
    def taken_days(self) -> pd.Series:
        """The day that the analysis took for a partial date, by dataset, subject and sequence number of the record.

        Where two analyses took two days, that of the times is given.
        """
        parts = []
        for name in ("ADTTE", "ADRS", "ADTR"):
            frame = self.datasets.get(name)
            if frame is not None and {"USUBJID", "SRCDOM", "SRCSEQ", "ADT", "ADTF"} <= set(frame.columns):
                completed = frame[(frame["ADTF"] != "").to_numpy() & frame["SRCSEQ"].notna().to_numpy()]
                parts.append(completed[["SRCDOM", "USUBJID", "SRCSEQ", "ADT"]])
        if not parts or not sum(map(len, parts)):
            return pd.Series(dtype=float)
        found = pd.concat(parts, ignore_index=True)
        found = found.assign(ADT=bounds(found["ADT"])["earliest"]).dropna().astype({"SRCSEQ": float})
        return found.drop_duplicates(["SRCDOM", "USUBJID", "SRCSEQ"]).set_index(["SRCDOM", "USUBJID", "SRCSEQ"])["ADT"]

    def subject_names(self) -> pd.Series:
        """The short name of each USUBJID: its SUBJID where ADSL has one for everybody, once each."""
        adsl = self.frame("ADSL", ("USUBJID",))
        short = adsl["SUBJID"] if "SUBJID" in adsl else adsl["USUBJID"]
        is_usable = bool((short.notna() & (short != "")).all()) and short.is_unique
        return pd.Series((short if is_usable else adsl["USUBJID"]).to_numpy(dtype=object), index=adsl["USUBJID"])
