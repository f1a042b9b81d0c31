"""Visit responses recomputed from lesions: target, non-target, new lesion and overall, by criterion and evaluator.

Knows which scan dates a response. What an investigator recorded in RS plays no part.

Source: RECIST 1.1 sections 4.3 and 4.4; FDA, Clinical Trial Endpoints (2018), date of progression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.course import overall_responses, target_responses
from hcc_sdtm.adam.lesions.immune_course import immune_responses, immune_terms
from hcc_sdtm.adam.lesions.other_lesions import new_lesions, non_target_responses
from hcc_sdtm.adam.lesions.records import Lesions, build_lesions
from hcc_sdtm.adam.lesions.sums import target_sums
from hcc_sdtm.adam.lesions.targets import Targets, is_baseline, target_sizes
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import findings_frame
from hcc_sdtm.spec.adam.criteria import Criterion, LesionReading
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.trial import Trial

AFTER_DEATH = "ADTR-108 lesion.after-death"
"""A lesion was measured after the subject's death: it is in no sum and no response."""

RESPONSE_COLUMNS = [
    "subject",
    "reader",
    "evaluator",
    "assessment",
    "AVISIT",
    "AVISITN",
    "day",
    "flag",
    "target",
    "non_target",
    "new_lesion",
    "overall",
    "targets",
    "measured",
    "known",
    "sum",
    "base",
    "nadir",
    "dataset",
    "position",
    "dated_by",
    "first_scan",
    "last_scan",
    "unstated",
]
"""One row an assessment after the baseline. ``day`` is that of the record ``dataset`` (TR or TU) and ``position``;
``dated_by`` is new_lesion, non_target, sum or other; ``first_scan`` and ``last_scan`` are days of the assessment;
``unstated``: the reader has non-targets and never recorded the state of one."""


@dataclass(frozen=True)
class Judged:
    """What the lesions say by one criterion: responses (`RESPONSE_COLUMNS`), sums, targets."""

    criterion: Criterion
    responses: pd.DataFrame
    sums: pd.DataFrame
    targets: Targets


def recompute_responses(
    datasets: Mapping[str, Dataset],
    subjects: Subjects,
    criterion: Criterion,
    tables: Mapping[str, DatasetSpec],
    trial: Trial,
    reading: LesionReading | None,
) -> pd.DataFrame:
    """The visit responses by the criterion, one row an evaluator and assessment after the baseline: `RESPONSE_COLUMNS`.

    ``subject`` is the code of `Subjects`. Nothing where the study has no lesions. The findings of reading them are made by
    `judge_lesions`, once for all criteria.
    """
    lesions, _ = build_lesions(datasets, subjects, tables, trial, reading)
    judged, _ = judge_lesions(lesions, criterion, subjects, trial)
    return judged.responses


def judge_lesions(
    lesions: Lesions, criterion: Criterion, subjects: Subjects, trial: Trial
) -> tuple[Judged, pd.DataFrame]:
    """Responses, sums and targets by the criterion, and findings about sizes and baselines of the targets."""
    targets, found = target_sizes(lesions, criterion, subjects, trial)
    after, _ = counted_assessments(lesions, subjects, trial)
    sums = target_sums(lesions, targets, criterion, after)
    if not len(after):
        return Judged(criterion, pd.DataFrame(columns=RESPONSE_COLUMNS), sums, targets), found
    table = lesions.assessments.iloc[after].reset_index(names="assessment")
    table["day"] = table["last_day"]
    numbers = ["targets", "measured", "known", "sum", "base", "nadir", "gone", "visible", "regrown"]
    own = sums[~sums["is_baseline"]].set_index("assessment")
    for name in numbers:
        table[name] = own[name].reindex(table["assessment"]).to_numpy()
    table["targets"] = table["targets"].fillna(0).astype(int)
    table["measured"] = table["measured"].fillna(0).astype(int)
    for name in ("gone", "regrown"):
        table[name] = table[name].to_numpy() == True  # noqa: E712  an assessment without targets has neither
    others = non_target_responses(lesions, criterion, after)
    non_target = others["response"].reindex(table["assessment"]).fillna("").to_numpy(dtype=object)
    table["unstated"] = (non_target == "NE") & ~table["reader"].isin(_with_states(lesions, after)).to_numpy()
    news = new_lesions(lesions, criterion, after)
    new, table["new_count"], table["new_size"] = _new_lesion_indicators(news, table["assessment"])
    target = target_responses(table, criterion, trial.response.confirmation_days)
    overall = overall_responses(target, non_target, new)
    table["dated_by"] = ""
    scans = _scans(table, lesions, criterion, (own, target), (others, non_target), (news, new), overall)
    if criterion.confirmation is not None:
        overall = immune_responses(table, target, non_target, new, criterion.confirmation)
        target, non_target = immune_terms(target), immune_terms(non_target)
    table = table.drop(columns=["day", "dated_by"]).join(scans)
    table = table.rename(columns={"first_day": "first_scan", "last_day": "last_scan"})
    table = table.assign(target=target, non_target=non_target, new_lesion=new, overall=overall)
    return Judged(criterion, table[RESPONSE_COLUMNS], sums, targets), found


def counted_assessments(lesions: Lesions, subjects: Subjects, trial: Trial) -> tuple[np.ndarray, pd.DataFrame]:
    """The assessments after the baseline (their rows), and a finding for each that is after the subject's death.

    Those of subjects who never started treatment are none.
    """
    if not lesions or lesions.results is None:
        return np.array([], dtype=np.int64), findings_frame()
    table = lesions.assessments
    subject = table["subject"].to_numpy(dtype=np.int64)
    after = ~is_baseline(lesions, subjects, trial) & ~np.isnan(subjects.days["TRTSDT"][subject])
    found = findings_frame()
    if "DTHDT" in subjects.days:
        late = after & (table["first_day"].to_numpy(dtype=float) > subjects.days["DTHDT"][subject])
        after &= ~late
        rows = lesions.measurements[lesions.measurements["assessment"].isin(np.flatnonzero(late))]
        first = rows.sort_values(["assessment", "position"]).drop_duplicates("assessment")
        message = "the lesions were measured after the subject's death: they are in no sum and no response"
        found = lesions.results.findings(
            np.sort(first["position"].to_numpy(dtype=np.int64)), AFTER_DEATH, "note", "TRDTC", message, "a day of life"
        )
    return np.flatnonzero(after), found


def _with_states(lesions: Lesions, after: np.ndarray) -> np.ndarray:
    """The readers with a result of a non-target in an assessment of ``after``."""
    results = lesions.measurements[lesions.measurements["assessment"].isin(after)]
    own = lesions.lesions.iloc[results["lesion"].unique()]
    return np.asarray(own.loc[own["kind"] == "NON-TARGET", "reader"].unique())


def _new_lesion_indicators(news: pd.DataFrame, assessments: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each assessment whether there is an unequivocal or equivocal new lesion, how many are sure and how large."""
    by_assessment = news.assign(sure=news["state"] == "UNEQUIVOCAL", doubtful=news["state"].isin(["EQUIVOCAL", "NE"]))
    sizes = (
        by_assessment[by_assessment["sure"]].groupby("assessment").agg(count=("lesion", "size"), size=("size", "sum"))
    )
    sure = assessments.isin(by_assessment.loc[by_assessment["sure"], "assessment"])
    doubtful = assessments.isin(by_assessment.loc[by_assessment["doubtful"], "assessment"])
    state = np.select([sure, doubtful], ["UNEQUIVOCAL", "EQUIVOCAL"], "").astype(object)
    counts = sizes.reindex(assessments).fillna(0.0)
    return state, counts["count"].to_numpy(dtype=float), counts["size"].to_numpy(dtype=float)


def _scans(
    table: pd.DataFrame,
    lesions: Lesions,
    criterion: Criterion,
    of_targets: tuple[pd.DataFrame, np.ndarray],
    of_others: tuple[pd.DataFrame, np.ndarray],
    of_news: tuple[pd.DataFrame, np.ndarray],
    overall: np.ndarray,
) -> pd.DataFrame:
    """The record that dates each response: of a progression the earliest of what shows it, else the assessment's own."""
    at = table["assessment"]
    candidates = {
        "new_lesion": (_new_scan(of_news[0], lesions, at, criterion), of_news[1] == "UNEQUIVOCAL"),
        "non_target": (_scan_of(of_others[0], at), of_others[1] == "PD"),
        "sum": (_scan_of(of_targets[0], at), of_targets[1] == "PD"),
    }
    progressed = overall == "PD"
    scans = pd.DataFrame({"day": np.full(len(table), np.inf), "position": -1.0, "dataset": "TR", "dated_by": "other"})
    for name, (scan, shows) in candidates.items():
        earlier = progressed & shows & (scan["day"].to_numpy(dtype=float) < scans["day"].to_numpy())
        for column in ("day", "position", "dataset"):
            scans.loc[earlier, column] = scan.loc[earlier, column]
        scans.loc[earlier, "dated_by"] = name
    rest = np.isinf(scans["day"].to_numpy())
    own = _own_scan(lesions, at, criterion)
    for name in ("day", "position", "dataset"):
        scans.loc[rest, name] = own.loc[rest, name]
    scans["position"] = scans["position"].astype(np.int64)
    scans["flag"] = _flags(scans, lesions)
    return scans


def _scan_of(found: pd.DataFrame, at: pd.Series) -> pd.DataFrame:
    """Day, position and dataset (TR) of what was found in each assessment."""
    return found[["day", "position"]].reindex(at).reset_index(drop=True).assign(dataset="TR")


def _new_scan(news: pd.DataFrame, lesions: Lesions, at: pd.Series, criterion: Criterion) -> pd.DataFrame:
    """The first (or last) scan of each assessment that shows an unequivocal new lesion: day, position, dataset."""
    sure = news[news["state"] == "UNEQUIVOCAL"]
    first = sure[sure["is_first"]]
    shown = first[["assessment", "day", "position"]].assign(dataset=np.where(first["in_tu"], "TU", "TR"))
    again = sure.loc[~sure["is_first"], ["lesion", "assessment"]]
    results = lesions.measurements[["lesion", "assessment", "day", "position"]].merge(
        again, on=["lesion", "assessment"]
    )
    shown = pd.concat([shown, results.drop(columns="lesion").assign(dataset="TR")], ignore_index=True)
    shown = shown.sort_values(["assessment", "day", "position"], kind="stable")
    shown = shown.drop_duplicates("assessment", keep=criterion.dates.new_lesion).set_index("assessment")
    return shown.reindex(at).reset_index(drop=True)


def _own_scan(lesions: Lesions, at: pd.Series, criterion: Criterion) -> pd.DataFrame:
    """The first or last scan of each assessment; one that only identified a new lesion has its record in TU."""
    results = lesions.measurements.sort_values(["assessment", "day", "position"], kind="stable")
    own = results.drop_duplicates("assessment", keep=criterion.dates.other).set_index("assessment")
    scans = own[["day", "position"]].reindex(at).reset_index(drop=True).assign(dataset="TR")
    without = scans["day"].isna()
    if without.any():
        asked = lesions.assessments.iloc[at[without.to_numpy()]]
        new = lesions.lesions[(lesions.lesions["kind"] == "NEW") & (lesions.lesions["position"] >= 0)]
        there = new.drop_duplicates(["reader", "day"]).set_index(["reader", "day"])["position"]
        keys = pd.MultiIndex.from_arrays([asked["reader"], asked["first_day"]])
        scans.loc[without, "day"] = asked["first_day"].to_numpy()
        scans.loc[without, "position"] = there.reindex(keys).to_numpy()
        scans.loc[without, "dataset"] = "TU"
    return scans


def _flags(scans: pd.DataFrame, lesions: Lesions) -> np.ndarray:
    """What of each date was imputed."""
    of_record = lesions.measurements.drop_duplicates("position").set_index("position")["flag"]
    own = lesions.lesions[lesions.lesions["position"] >= 0].set_index("position")["flag"]
    flags = scans["position"].map(of_record).where(scans["dataset"] == "TR", scans["position"].map(own))
    return flags.fillna("").to_numpy(dtype=object)
