"""Where a recorded response is not what the lesions say, and what that changes of best response and progression.

Knows which records are asked about: up to the first progression that either of the two has, because nothing counts after it;
and not where only the states of non-targets could tell and nobody recorded them.
Neither is preferred; an endpoint uses the recorded responses unless a parameter asks for the recomputed ones.

Source: RECIST 1.1 sections 4.3, 4.4 and table 3; FDA, Clinical Trial Endpoints (2018), on review of response data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.effects import response_effects
from hcc_sdtm.adam.lesions.reasons import overall_reason, target_reason
from hcc_sdtm.adam.lesions.recorded import recorded_responses
from hcc_sdtm.adam.lesions.records import Lesions
from hcc_sdtm.adam.lesions.responses import Judged
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import findings_frame, join_findings
from hcc_sdtm.spec.adam.criteria import LesionReading
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.trial import Trial

OVERALL = "ADRS-120 response.overall-recomputed"
"""An overall response is not that of the lesions of its assessment."""

TARGET = "ADRS-121 response.target-recomputed"
"""A response of the targets is not that of their sizes."""

NON_TARGET = "ADRS-122 response.non-target-recomputed"
"""A response of the non-targets is not that of their states."""

NEW_LESION = "ADRS-123 response.new-lesion-recomputed"
"""An indicator of new lesions is not what TU and TR say."""

NOT_RECORDED = "ADRS-124 response.not-recorded"
"""Lesions were measured and the evaluator recorded no overall response of the assessment."""

PROGRESSION = ("PD", "iUPD", "iCPD")
NEW_TERMS = {"Y": "UNEQUIVOCAL", "N": "", "ABSENT": "", "NONE": ""}
"""What an indicator of new lesions means, where it is not the state itself."""


@dataclass(frozen=True)
class Compared:
    """One row an assessment and part with both responses: ``assessment``, ``part``, ``recorded``, ``recomputed``, ``agrees``,
    ``counts`` (whether it is asked about), ``position`` in RS; and the findings."""

    rows: pd.DataFrame
    findings: pd.DataFrame


def compare_responses(
    datasets: Mapping[str, Dataset],
    lesions: Lesions,
    judged: Judged,
    subjects: Subjects,
    tables: Mapping[str, DatasetSpec],
    trial: Trial,
    reading: LesionReading | None,
) -> Compared:
    """The recorded responses beside the recomputed ones, and a finding for each that differs.

    Each finding on an overall response says both, why, and its effect on best response and the date of progression. An
    evaluator without an overall response by the criterion is not asked.
    """
    columns = ["assessment", "part", "recorded", "recomputed", "agrees", "counts", "position"]
    empty = Compared(pd.DataFrame(columns=columns), findings_frame())
    if reading is None or judged.responses.empty or "RS" not in datasets:
        return empty
    recorded = recorded_responses(datasets, lesions, judged.criterion, subjects, tables, trial, reading)
    recomputed = judged.responses.set_index("assessment")
    of_visit = recorded[recorded["assessment"].isin(recomputed.index)]
    rows = of_visit.rename(columns={"value": "recorded", "day": "recorded_day"}).reset_index(drop=True)
    if rows.empty:
        return empty
    own = recomputed.loc[rows["assessment"]]
    parts = rows["part"].to_numpy(dtype=object)
    rows["recomputed"] = np.select(
        [parts == name for name in ("overall", "target", "non_target")],
        [own[name] for name in ("overall", "target", "non_target")],
        own["new_lesion"],
    )
    as_said = rows["recorded"].where(rows["part"] != "new_lesion", rows["recorded"].replace(NEW_TERMS))
    rows["agrees"] = as_said.to_numpy() == rows["recomputed"].to_numpy()
    rows["counts"] = _until_progression(rows, recorded, judged) & ~(own["unstated"].to_numpy() & _needs_states(rows))
    asked = rows[rows["counts"] & ~rows["agrees"]]
    findings = [_parts(asked, recomputed, datasets["RS"])]
    findings += _overall(asked, recorded, judged, lesions, datasets, subjects, tables, trial)
    return Compared(rows[columns], join_findings(findings))


def _needs_states(rows: pd.DataFrame) -> np.ndarray:
    """Whether the states of non-targets, which were never recorded, could be the reason for each difference."""
    part, said, ours = rows["part"], rows["recorded"], rows["recomputed"]
    could = said.isin(PROGRESSION) | (ours == "NE") | (said.isin(["CR", "iCR"]) & ours.isin(["PR", "iPR"]))
    return np.asarray((part == "non_target") | ((part == "overall") & could))


def _until_progression(rows: pd.DataFrame, recorded: pd.DataFrame, judged: Judged) -> np.ndarray:
    """Whether each assessment is one up to the first progression, recorded or recomputed, of its reader."""
    first = _first_progression(recorded, judged)
    number = judged.responses.set_index("assessment")["last_scan"]
    last = first.reindex(rows["reader"]).fillna(np.inf).to_numpy()
    return np.asarray(number.loc[rows["assessment"]].to_numpy() <= last)


def _first_progression(recorded: pd.DataFrame, judged: Judged) -> pd.Series:
    """Last scan of the first assessment of each reader that either of the two calls progression."""
    own = judged.responses
    ours = own.loc[own["overall"].isin(PROGRESSION), ["reader", "last_scan"]]
    said = recorded[(recorded["part"] == "overall") & recorded["value"].isin(PROGRESSION)]
    said = said.merge(own[["assessment", "last_scan"]], on="assessment")[["reader", "last_scan"]]
    return pd.concat([ours, said], ignore_index=True).groupby("reader")["last_scan"].min()


def _parts(asked: pd.DataFrame, recomputed: pd.DataFrame, rs: Dataset) -> pd.DataFrame:
    """Findings on target and non-target responses and on indicators of new lesions."""
    found = []
    for part, rule in (("target", TARGET), ("non_target", NON_TARGET), ("new_lesion", NEW_LESION)):
        own = asked[asked["part"] == part].sort_values("position")
        if own.empty:
            continue
        records = recomputed.loc[own["assessment"]]
        messages = []
        for said, ours, (_, record) in zip(own["recorded"], own["recomputed"], records.iterrows(), strict=True):
            why = f": {target_reason(record)}" if part == "target" else ""
            messages.append(f'"{said}", and the lesions say {ours or "none"}{why}')
        expected = [text or "none" for text in own["recomputed"]]
        found.append(
            rs.findings(own["position"].to_numpy(dtype=np.int64), rule, "warning", "RSORRES", messages, expected)
        )
    return join_findings(found)


def _overall(
    asked: pd.DataFrame,
    recorded: pd.DataFrame,
    judged: Judged,
    lesions: Lesions,
    datasets: Mapping[str, Dataset],
    subjects: Subjects,
    tables: Mapping[str, DatasetSpec],
    trial: Trial,
) -> list[pd.DataFrame]:
    """Findings on overall responses that differ, and on assessments without one."""
    recomputed = judged.responses.set_index("assessment")
    overall = recorded[recorded["part"] == "overall"].reset_index(drop=True)
    differs = asked[asked["part"] == "overall"].sort_values("position")
    last = recomputed["reader"].map(_first_progression(recorded, judged)).fillna(np.inf)
    has = recomputed["reader"].isin(overall["reader"]) & (recomputed["last_scan"] <= last)
    without = recomputed.index[has & ~recomputed.index.isin(overall["assessment"])]
    without = without[recomputed.loc[without, "overall"] != "NE"]
    changed = pd.DataFrame(
        {
            "reader": np.append(differs["reader"], recomputed.loc[without, "reader"]),
            "position": np.append(differs["position"], np.full(len(without), -1)),
            "response": np.append(differs["recomputed"], recomputed.loc[without, "overall"]),
            "day": np.append(recomputed.loc[differs["assessment"], "day"], recomputed.loc[without, "day"]),
        }
    )
    if changed.empty:
        return []
    effects = response_effects(overall, changed, judged.criterion, datasets, subjects, tables, trial)
    assessments = [*differs["assessment"], *without]
    reasons = [overall_reason(recomputed.loc[assessment]) for assessment in assessments]
    said = [*differs["recorded"], *([""] * len(without))]
    name = judged.criterion.name
    texts = [
        f'by {name} "{response}", and the lesions say {ours}: {why}; {effect}'
        if response
        else f"no overall response by {name} is recorded, and the lesions say {ours}: {why}; {effect}"
        for response, ours, why, effect in zip(said, changed["response"], reasons, effects, strict=True)
    ]
    count = len(differs)
    found = [
        datasets["RS"].findings(
            differs["position"].to_numpy(dtype=np.int64),
            OVERALL,
            "warning",
            "RSORRES",
            texts[:count],
            changed["response"].tolist()[:count],
        )
    ]
    for dataset, variable in (("TR", "TRORRES"), ("TU", "TUORRES")):
        here = (recomputed.loc[without, "dataset"] == dataset).to_numpy()
        if here.any():
            where = recomputed.loc[without[here], "position"].to_numpy(dtype=np.int64)
            messages = [text for text, is_here in zip(texts[count:], here, strict=True) if is_here]
            found.append(
                datasets[dataset].findings(where, NOT_RECORDED, "warning", variable, messages, "a response in RS")
            )
    return found
