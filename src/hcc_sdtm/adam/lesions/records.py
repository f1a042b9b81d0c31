"""Lesions, assessments and measurements as tables, from TU and TR.

``lesions``      one row a subject, evaluator and lesion: ``reader`` (a number for subject and evaluator together), ``subject``
                 (its code), ``evaluator``, ``lesion`` (the link), ``kind`` (TARGET, NON-TARGET, NEW), ``location``,
                 ``is_node``, ``is_liver``, ``is_porta``, ``day`` first identified and ``flag`` (what of it was imputed),
                 ``family`` (split or merge, ``""``: an ordinary lesion), ``group`` (TUGRPID), ``position`` in TU (-1: known
                 from TR alone)
``assessments``  one row a reader and set of scans, in order of date: ``reader``, ``subject``, ``evaluator``, ``number`` from 0,
                 ``AVISIT``, ``AVISITN``, ``first_day``, ``last_day``
``measurements`` one row a result: ``lesion`` and ``assessment`` (rows of the two tables above), ``test``, ``day``, ``flag``
                 (what of the date was imputed), ``size`` in mm (NaN: none), ``is_small``, ``is_part`` (whether the size is of
                 a part of the lesion), ``state`` (``""``: none), ``position`` in TR

A set of scans is what one visit number has, cut where two scans are too far apart to be one assessment; without a visit
number it is a day. Records after the data cut-off are not in the tables. Which lesions were irradiated is not known here.

Source: SDTMIG 3.4, domains TU and TR; RECIST 1.1 sections 3.1 and 4.3.2 (too small to measure).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.assessments import group_assessments
from hcc_sdtm.adam.lesions.dated import UNDATED, column_or_missing, dated_records, evaluator_names
from hcc_sdtm.adam.lesions.sizes import read_results
from hcc_sdtm.adam.lesions.terms import matches, text_column, translate
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.finding import findings_frame, join_findings
from hcc_sdtm.repeated_text import repeat_text
from hcc_sdtm.spec.adam.criteria import LesionReading
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.trial import Trial

UNKNOWN_KIND = "ADTR-102 lesion.kind-unknown"
"""Neither TU nor TR says what kind of lesion was measured: it is in no sum and no response."""

IDENTIFIED = "TUMIDENT"
NO_POSITION = -1

LESION_COLUMNS = [
    "reader",
    "subject",
    "evaluator",
    "lesion",
    "kind",
    "location",
    "is_node",
    "is_liver",
    "is_porta",
    "day",
    "flag",
    "family",
    "group",
    "position",
]


@dataclass(frozen=True)
class Lesions:
    """The three tables of this module, and the datasets that their positions are of (None: the study has none)."""

    lesions: pd.DataFrame
    assessments: pd.DataFrame
    measurements: pd.DataFrame
    identification: Dataset | None
    results: Dataset | None

    def __bool__(self) -> bool:
        return bool(len(self.assessments))


def build_lesions(
    datasets: Mapping[str, Dataset],
    subjects: Subjects,
    tables: Mapping[str, DatasetSpec],
    trial: Trial,
    reading: LesionReading | None,
) -> tuple[Lesions, pd.DataFrame]:
    """The tables of this module, and findings: undated and unreadable results, lesions of no known kind.

    A study without TU or TR, or without ``lesions.yaml``, has empty tables and no finding.
    """
    tu, tr = datasets.get("TU"), datasets.get("TR")
    if reading is None or tr is None or not len(tr.frame):
        return _none(tu, tr), findings_frame()
    findings: list[pd.DataFrame] = []
    records, found = dated_records("TR", tr, datasets, subjects, tables, trial)
    findings.append(found)
    results, found = read_results(tr, records, reading)
    findings.append(found)
    results["evaluator"] = evaluator_names(tr.frame, "TR", reading).to_numpy()[results["position"]]
    results["lesion"] = column_or_missing(tr.frame, "TRLNKID").to_numpy()[results["position"]]
    known = _identified(tu, datasets, subjects, tables, trial, reading, findings)
    lesions = _lesions(known, results, tr, reading)
    lesions["reader"], results["reader"] = _readers(lesions, results)
    order = np.lexsort((lesions["position"], lesions["day"].fillna(np.inf), lesions["lesion"], lesions["reader"]))
    lesions = lesions.iloc[order].reset_index(drop=True)
    results, found = _known_results(results, lesions, tr)
    findings += [found, _undated_news(lesions, results, tu)]
    results, assessments = group_assessments(results, lesions, tr, tu, reading)
    return Lesions(lesions[LESION_COLUMNS], assessments, _measurements(results), tu, tr), join_findings(findings)


def _none(tu: Dataset | None, tr: Dataset | None) -> Lesions:
    lesions = pd.DataFrame(columns=LESION_COLUMNS)
    assessments = pd.DataFrame(
        columns=["reader", "subject", "evaluator", "number", "AVISIT", "AVISITN", "first_day", "last_day"]
    )
    measurements = pd.DataFrame(
        columns=["lesion", "assessment", "test", "day", "flag", "size", "is_small", "is_part", "state", "position"]
    )
    return Lesions(lesions, assessments, measurements, tu, tr)


def _identified(
    tu: Dataset | None,
    datasets: Mapping[str, Dataset],
    subjects: Subjects,
    tables: Mapping[str, DatasetSpec],
    trial: Trial,
    reading: LesionReading,
    findings: list[pd.DataFrame],
) -> pd.DataFrame:
    """The lesions of TU, each by its first record; a new lesion without a link stands for itself."""
    if tu is None:
        return pd.DataFrame(columns=[name for name in LESION_COLUMNS if name != "reader"])
    frame = tu.frame
    dated, found = dated_records("TU", tu, datasets, subjects, tables, trial)
    findings.append(
        found[found["rule"] != UNDATED]
    )  # when a lesion was measured dates it; `_undated_news` has the rest
    test = text_column(frame, "TUTESTCD")
    kind = translate(text_column(frame, "TUSTRESC"), reading.kinds)
    kind = kind.where(kind != "", translate(text_column(frame, "TUORRES"), reading.kinds))
    family = test.map(reading.families).fillna("")
    kind = kind.where((kind != "") | (family == ""), "TARGET")  # what targets became, unless TU says otherwise
    chosen = np.flatnonzero(((test == IDENTIFIED) & (kind != "")) | (family != ""))
    subject = subjects.codes(frame["USUBJID"].iloc[chosen])
    chosen, subject = chosen[subject >= 0], subject[subject >= 0]
    day = np.full(len(frame), np.nan)
    day[dated["position"]] = dated["day"]
    flag = repeat_text("", len(frame))
    flag[dated["position"]] = dated["flag"]
    after_cutoff = np.setdiff1d(chosen, dated["position"].to_numpy())
    late = _is_late(frame, after_cutoff, subjects)
    location = text_column(frame, "TULOC")
    lesions = pd.DataFrame(
        {
            "subject": subject,
            "evaluator": evaluator_names(frame, "TU", reading).to_numpy()[chosen],
            "lesion": column_or_missing(frame, "TULNKID").to_numpy()[chosen],
            "kind": kind.to_numpy()[chosen],
            "location": location.to_numpy()[chosen],
            "is_node": matches(location.iloc[chosen], reading.nodes),
            "is_liver": matches(location.iloc[chosen], reading.liver),
            "is_porta": matches(location.iloc[chosen], reading.porta_hepatis),
            "day": day[chosen],
            "flag": flag[chosen],
            "family": family.to_numpy(dtype=object)[chosen],
            "group": column_or_missing(frame, "TUGRPID").to_numpy()[chosen],
            "position": chosen,
        }
    )
    lesions = lesions[~np.isin(chosen, late)]
    order = np.lexsort((lesions["position"], lesions["day"].fillna(np.inf), lesions["subject"]))
    lesions = lesions.iloc[order]
    again = lesions.duplicated(["subject", "evaluator", "lesion"]) & (lesions["lesion"] != "")
    return lesions[~again].reset_index(drop=True)


def _is_late(frame: pd.DataFrame, position: np.ndarray, subjects: Subjects) -> np.ndarray:
    """Those of the positions whose date is surely after the cut-off."""
    if "TUDTC" not in frame:
        return position[:0]
    return np.asarray(position[bounds(frame["TUDTC"].iloc[position])["earliest"].to_numpy() > subjects.cutoff])


def _lesions(known: pd.DataFrame, results: pd.DataFrame, tr: Dataset, reading: LesionReading) -> pd.DataFrame:
    """The lesions of TU and those that are in TR alone, of the kind that TR says; ``""``: it does not."""
    own = ["subject", "evaluator", "lesion"]
    seen = results.sort_values(["subject", "day", "position"]).drop_duplicates(own)
    merged = seen[own].merge(known[own], how="left", on=own, indicator=True)
    alone = seen[(merged["_merge"] == "left_only").to_numpy() & (seen["lesion"] != "").to_numpy()]
    kinds = translate(text_column(tr.frame, reading.kind_in_results), reading.kinds).to_numpy()
    more = alone[[*own, "day", "flag"]].assign(
        kind=kinds[alone["position"]],
        location="",
        is_node=False,
        is_liver=False,
        is_porta=False,
        family="",
        group="",
        position=NO_POSITION,
    )
    return pd.concat([frame for frame in (known, more) if len(frame)] or [known], ignore_index=True)


def _readers(lesions: pd.DataFrame, results: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """A number for each subject and evaluator, in order of subject, then evaluator."""
    pairs = pd.concat([lesions[["subject", "evaluator"]], results[["subject", "evaluator"]]], ignore_index=True)
    codes, names = pd.factorize(pairs["evaluator"], sort=True)
    keys = pairs["subject"].to_numpy(dtype=np.int64) * max(len(names), 1) + codes
    _, reader = np.unique(keys, return_inverse=True)
    return reader[: len(lesions)], reader[len(lesions) :]


def _known_results(results: pd.DataFrame, lesions: pd.DataFrame, tr: Dataset) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The results of lesions of a known kind, with ``row``, that of their lesion; a finding for each other lesion."""
    rows = lesions.loc[lesions["lesion"] != "", ["reader", "lesion", "kind"]].reset_index(names="row")
    joined = results.merge(rows, how="inner", on=["reader", "lesion"])
    nameless = joined[joined["kind"] == ""].drop_duplicates(["reader", "lesion"])
    message = "neither TU nor TR says whether the lesion is a target: it is in no sum and no response"
    found = tr.findings(
        np.sort(nameless["position"].to_numpy(dtype=np.int64)),
        UNKNOWN_KIND,
        "warning",
        "TRLNKID",
        message,
        "the link of a lesion in TU",
    )
    return joined[joined["kind"] != ""].drop(columns="kind").reset_index(drop=True), found


def _undated_news(lesions: pd.DataFrame, results: pd.DataFrame, tu: Dataset | None) -> pd.DataFrame:
    """A finding for each new lesion that neither TU nor a result of TR dates: it would be lost as a progression."""
    asked = (lesions["kind"] == "NEW") & lesions["day"].isna() & (lesions["position"] >= 0)
    asked &= ~np.isin(lesions.index, results["row"])
    position = np.sort(lesions.loc[asked, "position"].to_numpy(dtype=np.int64))
    if tu is None or not len(position):
        return findings_frame()
    if "TUDTC" in tu.frame:
        position = position[(tu.frame["TUDTC"].iloc[position] == "").to_numpy()]
    message = "the new lesion has no date and no dated result, and is in no response"
    return tu.findings(position, UNDATED, "warning", "TUDTC", message, "the date of the scan that first shows it")


def _measurements(results: pd.DataFrame) -> pd.DataFrame:
    """The results by lesion and assessment."""
    ordered = results.sort_values(["assessment", "row", "test", "day", "position"])
    ordered = ordered.drop(columns="lesion").rename(columns={"row": "lesion"})
    columns = ["lesion", "assessment", "test", "day", "flag", "size", "is_small", "is_part", "state", "position"]
    return ordered[columns].reset_index(drop=True)
