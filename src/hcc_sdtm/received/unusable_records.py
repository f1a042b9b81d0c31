"""What of received analysis datasets no endpoint can use, and what it was asked for in vain: a finding for each.

Knows what an estimate leaves out; that it is left out, and counted, is the estimate's own affair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset, Flagged, format_value
from hcc_sdtm.finding import Finding, findings_frame, join_findings
from hcc_sdtm.problem import nearest
from hcc_sdtm.received.analysis_datasets import AnalysisDatasets, records_of
from hcc_sdtm.received.file_table import quoted
from hcc_sdtm.received.number_columns import NOT_A_NUMBER
from hcc_sdtm.spec.endpoints import EndpointList, EndpointSpec, IncidenceEndpoint, ProportionEndpoint

FLAG = "EST-042 estimate.flag-not-y-or-n"
NOBODY = "EST-043 estimate.nobody-in-population"
NOT_USABLE = "EST-044 estimate.record-not-usable"
SEVERAL = "EST-045 estimate.several-records"
NOT_IN_ADSL = "EST-046 estimate.subject-not-in-adsl"
NEVER = "EST-047 estimate.value-never-there"


def unusable_findings(chosen: AnalysisDatasets, listed: EndpointList) -> pd.DataFrame:
    """Findings EST-042 to EST-047 of the records that the endpoints read, in the order of the endpoints.

    What EST-048 says of a value (it is no number) is not said again.
    """
    adsl = chosen.frame("ADSL")
    found = [findings_frame(_flag_findings(chosen, listed))]
    members = {
        each.population: frozenset(adsl.loc[adsl[each.population] == "Y", "USUBJID"]) for each in listed.endpoints
    }
    for name in ("ADTTE", "ADRS"):
        if name in chosen.datasets:
            own = [endpoint for endpoint in listed.endpoints if records_of(endpoint) == name]
            found.append(_record_findings(chosen.datasets[name], own, members, frozenset(adsl["USUBJID"])))
    findings = join_findings(found).drop_duplicates(ignore_index=True)
    unread = chosen.findings[chosen.findings["rule"] == NOT_A_NUMBER]
    said = set(zip(unread["dataset"], unread["record"], unread["variable"], strict=True))
    places = zip(findings["dataset"], findings["record"], findings["variable"], strict=True)
    return findings[[place not in said for place in places]].reset_index(drop=True)


def _flag_findings(chosen: AnalysisDatasets, listed: EndpointList) -> Iterator[Finding]:
    adsl = chosen.frame("ADSL")
    name = chosen.datasets["ADSL"].name if "ADSL" in chosen.datasets else "ADSL"
    for flag in dict.fromkeys(endpoint.population for endpoint in listed.endpoints):
        counts = adsl[flag].map(format_value).value_counts(sort=False)
        for value, count in sorted(counts.items()):
            if value not in ("Y", "N", ""):
                message = f'{flag} is "{value}" for {_counted(count)}, not in the population: only Y is'
                yield Finding(FLAG, "error", message, dataset=name, variable=flag, value=str(value), expected="Y, N")
        if not counts.get("Y", 0):
            message = f"{flag} is Y for nobody, so that nothing can be estimated of this population"
            yield Finding(NOBODY, "error", message, dataset=name, variable=flag, expected="Y")


def _counted(count: int) -> str:
    return "1 subject" if count == 1 else f"{count} subjects"


def _record_findings(
    dataset: Dataset,
    endpoints: Collection[EndpointSpec],
    members: Mapping[str, frozenset[str]],
    subjects: frozenset[str],
) -> pd.DataFrame:
    frame = dataset.frame
    flagged: list[Flagged] = []
    never: list[Finding] = []
    parameters = frame["PARAMCD"].to_numpy()
    outside = ~frame["USUBJID"].isin(subjects).to_numpy()
    for endpoint in endpoints:
        of_parameter = parameters == endpoint.parameter
        chosen = of_parameter.copy()
        for variable, values in endpoint.where.items():
            texts = frame[variable].map(format_value)
            never += _never(dataset, endpoint, variable, values, texts[of_parameter])
            chosen &= texts.isin(list(values)).to_numpy()
        flagged.append(Flagged(
            np.flatnonzero(chosen & outside), NOT_IN_ADSL, "warning", "USUBJID",
            "the subject is not in ADSL, and so in no population",
        ))  # fmt: skip
        chosen &= frame["USUBJID"].isin(members[endpoint.population]).to_numpy()
        several = chosen & frame["USUBJID"].where(chosen).duplicated(keep=False).to_numpy()
        message = f"the subject has several records of {endpoint.parameter}, and one is asked for: none is used"
        flagged.append(Flagged(np.flatnonzero(several), SEVERAL, "error", "PARAMCD", message))
        if isinstance(endpoint, ProportionEndpoint):
            never += _responses(dataset, endpoint, frame["AVALC"], parameters)
        else:
            flagged += _times(frame, endpoint, chosen & ~several)
    return join_findings([findings_frame(never), dataset.all_findings(flagged)])


def _times(frame: pd.DataFrame, endpoint: EndpointSpec, chosen: np.ndarray) -> Iterator[Flagged]:
    """Records of a time to event whose duration, status, cause or entry says nothing."""
    rule, left = (NOT_USABLE, "error"), f"; the record is not in {endpoint.id}"
    time, status = frame["AVAL"].to_numpy(dtype=float), frame["CNSR"].to_numpy(dtype=float)
    for mask, variable, message in (
        (np.isnan(time), "AVAL", "there is no duration"),
        (~np.isfinite(time) & ~np.isnan(time), "AVAL", "the duration is {value}"),
        (time < 0, "AVAL", "the duration {value} is negative"),
        (np.isnan(status), "CNSR", "nothing says whether the event was seen: 0 is the event, 1 and more a censoring"),
        (
            (status < 0) | (status % 1 > 0),
            "CNSR",
            "{value} is no censoring code: 0 is the event, 1 and more a censoring",
        ),
    ):
        yield Flagged(np.flatnonzero(chosen & mask), *rule, variable, message + left)
    if isinstance(endpoint, IncidenceEndpoint):
        cause = frame["CAUSE"].to_numpy(dtype=float)
        known = np.isin(cause, range(len(endpoint.causes) + 1))
        causes = ", ".join(f"{number} {name}" for number, name in enumerate(endpoint.causes, start=1))
        message = f'"{{value}}" is no cause: 0 is a censoring, {causes}{left}'
        yield Flagged(np.flatnonzero(chosen & ~known), *rule, "CAUSE", message)
    if getattr(endpoint, "delayed_entry", None):
        entry = frame["ENTRY"].to_numpy(dtype=float)
        late = ~((entry >= 0) & (entry < time)) & np.isfinite(time)
        message = '"{value}" is no entry before the end of the duration' + left
        yield Flagged(np.flatnonzero(chosen & late), *rule, "ENTRY", message)


def _responses(
    dataset: Dataset, endpoint: ProportionEndpoint, answers: pd.Series, parameters: np.ndarray
) -> Iterator[Finding]:
    """The values that count as yes, and those of the denominator, where no record of the parameter has any."""
    yield from _never(dataset, endpoint, "AVALC", endpoint.values, answers[parameters == endpoint.parameter])
    if endpoint.among:
        among = endpoint.among
        yield from _never(dataset, endpoint, "AVALC", among.values, answers[parameters == among.parameter])


def _never(
    dataset: Dataset, endpoint: EndpointSpec, variable: str, values: Collection[str], texts: pd.Series
) -> Iterator[Finding]:
    there = sorted({str(text) for text in texts.unique()})
    if there and not set(values) & set(there):
        near = nearest(next(iter(values)), there) or f"; it is {quoted(there)}"
        message = (
            f"{endpoint.id} asks for {variable} {quoted(list(values))}, which no record of the parameter has{near}"
        )
        yield Finding(
            NEVER, "warning", message, dataset=dataset.name, keys=f"PARAMCD={endpoint.parameter}", variable=variable,
            value=", ".join(there[:8]), expected=", ".join(values),
        )  # fmt: skip
