"""Why a subject's time ends on this date and not on another, in sentences a person can read.

Knows the rules that `hcc_sdtm.adam.times.candidates` gives to candidate dates, and how each is said. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from hcc_sdtm.adam.times.decision import EVENT_FREE
from hcc_sdtm.dates.iso import from_days
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent

IMPUTED = {"D": "day imputed", "M": "month and day imputed", "Y": "imputed"}

MISSED = "missed_assessments"
"""Kind of a reason whose date is no record: the day on which too many planned assessments had gone by."""


NAMED_BY_TEXT = ("origin", "end", "assessment")
"""Roles whose name is not for reading: the parameter's description of them is."""


class Candidate(NamedTuple):
    """One row of the candidates (`hcc_sdtm.adam.times.candidates`), dates as ISO 8601 text."""

    role: str
    name: str
    date: str
    flag: str
    domain: str
    variable: str
    sequence: float
    chosen: bool
    gives: str
    rule: str
    by: str
    compared: str
    analysis_date: str
    code: float


NameRecord = Callable[[str, str, float], str]
"""What a record is called, by SRCDOM, SRCVAR and SRCSEQ; ``""``: no record."""


def name_record(domain: str, variable: str, sequence: float) -> str:
    """``RS record 4``; ``DM.DTHDTC`` where the records of the dataset have no numbers; ``""`` for no dataset."""
    if not domain:
        return ""
    return f"{domain}.{variable}" if pd.isna(sequence) else f"{domain} record {sequence:g}"


def decision_texts(parameters: Sequence[TimeToEvent]) -> dict[str, dict[str, str]]:
    """By PARAMCD what its names mean: the origin, the end, the event-free records and the kind of each censoring."""
    texts: dict[str, dict[str, str]] = {}
    for parameter in parameters:
        own: dict[str, str] = {censoring.name: censoring.when for censoring in parameter.applied}
        own |= {EVENT_FREE: _inside(parameter.event_free.description)}
        own |= {parameter.origin_name: _inside(parameter.start_description)}
        if parameter.end:
            own[parameter.end] = _inside(parameter.end_description or parameter.end)
        texts[parameter.paramcd] = own
    return texts


def _inside(text: str) -> str:
    """A description inside a sentence: a capital that begins a word goes, one of an abbreviation stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def explain(rows: pd.DataFrame, texts: Mapping[str, str], record: NameRecord = name_record) -> list[str]:
    """The candidates of one subject and parameter as sentences, the decision first, then what else was considered.

    ``rows`` are those of `build_candidates`; ``texts`` is the parameter's of `decision_texts`. ``record`` says what a record
    is called. Dates are ISO 8601; an imputed one says so. No candidate, no sentence.
    """
    candidates = _candidates(rows)
    told = _Sentences(texts, record)
    away = [each for each in candidates if each.rule == "TAKEN AWAY"]
    final = told.decision([each for each in candidates if each.chosen], [each.by for each in away])
    others = [each for each in candidates if not each.chosen and each.rule != "TAKEN AWAY"]
    if not final:
        return []
    first = "; ".join([*(told.rejected(each) for each in away), final])
    return [f"{sentence[:1].upper()}{sentence[1:]}." for sentence in (first, *map(told.rejected, others))]


def _candidates(rows: pd.DataFrame) -> list[Candidate]:
    days = {name: from_days(rows[name].astype(float)) for name in ("DATE", "COMPARED", "ADT")}
    columns = [
        rows["ROLE"].astype(str), rows["NAME"].astype(str), days["DATE"], rows["DATEF"].astype(str),
        rows["SRCDOM"].astype(str), rows["SRCVAR"].astype(str), rows["SRCSEQ"].astype(float), rows["CHOSEN"] == "Y",
        rows["GIVES"].astype(str), rows["RULE"].astype(str), rows["BY"].astype(str), days["COMPARED"], days["ADT"],
        rows["CNSR"].astype(float),
    ]  # fmt: skip
    return [Candidate(*values) for values in zip(*columns, strict=True)]


class _Sentences:
    """Sentences about the candidates of one parameter, without the capital and the full stop."""

    def __init__(self, texts: Mapping[str, str], record: NameRecord) -> None:
        self.texts = texts
        self.record = record

    def decision(self, chosen: Sequence[Candidate], said: Sequence[str] = ()) -> str:
        """What gave the date, and why the time is censored, if it is; ``""`` where nothing was chosen.

        A reason that was ``said`` to take an event away is not said again.
        """
        dates = [each for each in chosen if "date" in each.gives]
        reasons = [each for each in chosen if each.gives == "reason"]
        if not dates:
            return ""
        date = dates[0]
        moved = (
            f", dated at the planned visit, {date.analysis_date}" if date.analysis_date not in ("", date.date) else ""
        )
        if date.rule == "TAKEN":
            return f"the event is {self.dated(date)}{moved}"
        place = {
            "LAST FREE": f"on {self.dated(date, named=False)}, {self.texts.get(EVENT_FREE, 'the last event-free record')}",
            "AT ORIGIN": f"on {date.date}, {self.texts.get(date.name, date.name)}, for no event-free record counts",
            "AT END": f"on {date.date}, {self.texts.get(date.name, date.name)}",
            "REASON": f"on {self.dated(date, named=False)}, {date.name}",
        }[date.rule]
        code = f"CNSR {(reasons or dates)[0].code:g}"
        why = [self.reason(each) for each in reasons if each.name not in said]
        return f"censored {place}{moved} ({'; '.join([*why, code])})"

    def reason(self, chosen: Candidate) -> str:
        if chosen.role == "cut-off":
            return f"{chosen.name}: no event up to the data cut-off, {chosen.date}"
        if self.texts.get(chosen.name) == MISSED:
            return f"{chosen.name}: too many planned assessments had gone by without one on {chosen.date}"
        return f"{self.dated(chosen)}" if chosen.date else chosen.name

    def rejected(self, candidate: Candidate) -> str:
        verbs = {"reason": "is not the reason", "assessment": "does not end the time"}
        verb = verbs.get(candidate.role, "was not taken")
        return f"{self.dated(candidate)} {verb}: {self.why(candidate)}"

    def why(self, candidate: Candidate) -> str:
        by, compared = candidate.by, candidate.compared
        named = self.texts.get(by, by)
        by_missed = named == MISSED
        match candidate.rule:
            case "BEFORE ORIGIN":
                return f"it is before the {named}, {compared}"
            case "NOT AFTER":
                return (
                    f"it is not after {compared}, which it has to follow"
                    if compared
                    else "what it has to follow never came"
                )
            case "AFTER END":
                return f"the time ends with the {named}, {compared}"
            case "NO BASELINE":
                return "there is no baseline assessment"
            case "TOO LATE":
                return f"it counts up to {compared} only"
            case "LATER EVENT":
                return (
                    f"{by} came first, on {compared}"
                    if candidate.date != compared
                    else f"{by} on that day is listed first"
                )
            case "TAKEN AWAY" if by_missed:
                return f"too many planned assessments had gone by without one on {compared}, before it"
            case "TAKEN AWAY":
                return f"{by} began on {compared}, before it"
            case "LATER REASON":
                return f'"{by}" comes before it in the list of reasons'
            case "NOT BEFORE EVENT":
                return f"it is not before the event, {by} on {compared}"
            case "EVENT CAME":
                return f"{by} came on {compared}"
            case "AFTER LIMIT" if by_missed:
                return f"it came after too many missed assessments, last seen event-free on or before {compared}"
            case "AFTER LIMIT":
                return f"it is after {compared}" + (
                    f", the limit set by {named if by != named and ' ' in named else by}" if by else ""
                )
            case "NOT AT VISIT":
                return "it is in the window of no planned visit"
        return candidate.rule.lower()

    def dated(self, candidate: Candidate, named: bool = True) -> str:
        """``progression on 2022-05-03 (RS record 4)``."""
        name = self.texts.get(candidate.name, candidate.name) if candidate.role in NAMED_BY_TEXT else candidate.name
        name = name.removeprefix("last ") if candidate.role == "assessment" else name
        on = f" on {candidate.date}" if named and candidate.date else candidate.date
        record = self.record(candidate.domain, candidate.variable, candidate.sequence)
        beside = ", ".join(part for part in (record, IMPUTED.get(candidate.flag, "")) if part)
        return f"{name if named else ''}{on}" + (f" ({beside})" if beside else "")
