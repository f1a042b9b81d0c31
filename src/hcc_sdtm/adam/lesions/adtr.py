"""ADTR: sizes of the target lesions and their sums, by criterion and evaluator, with baseline and nadir.

One parameter a place of a lesion in its reader's list (LDIAM1 is the longest diameter of the first target) and one a
criterion's sum. Two evaluators of a subject are told apart by BASETYPE. Responses are in ADRS; where those recorded in RS
are not what the lesions say is told here, because both are known here.

Source: ADaMIG 1.3 sections 3.3.4 (BASETYPE, CHG, ABLFL) and 3.2.8 (traceability); RECIST 1.1 section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.adam.analysis_dataset import build_analysis_dataset
from hcc_sdtm.adam.lesions.dated import column_or_missing
from hcc_sdtm.adam.lesions.disagreements import PROGRESSION, compare_responses
from hcc_sdtm.adam.lesions.records import Lesions, build_lesions
from hcc_sdtm.adam.lesions.responses import Judged, counted_assessments, judge_lesions
from hcc_sdtm.adam.lesions.terms import text_column
from hcc_sdtm.adam.pointers import sources
from hcc_sdtm.adam.subjects.adsl import adsl_subjects
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.study_day import study_day
from hcc_sdtm.finding import findings_frame, join_findings
from hcc_sdtm.spec.adam.criteria import Criteria, Criterion, LesionReading
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.trial import Trial

LESION_CATEGORY = "TARGET LESION"
"""PARCAT1 of the sizes of single lesions; that of a sum is its criterion."""

CODE_LENGTH = 8


def build_adtr(
    datasets: Mapping[str, Dataset], adsl: Dataset, specs: Specs, trial: Trial, adam: AdamSpecs
) -> tuple[Dataset | None, pd.DataFrame]:
    """ADTR from TU, TR and ADSL, and findings about lesions and about responses that they contradict.

    None, without a finding, for a study that has no lesions, or reports by no criterion of ``criteria``. The criteria are
    those of the trial and every other that RS reports by.
    """
    reading = adam.criteria.reading
    used = used_criteria(adam.criteria, trial, datasets.get("RS"))
    if reading is None or not used or "TR" not in datasets or "ADTR" not in specs.adam:
        return None, findings_frame()
    tables: dict[str, DatasetSpec] = {**specs.sdtm, **specs.adam}
    subjects = adsl_subjects(adsl, trial)
    lesions, found = build_lesions(datasets, subjects, tables, trial, reading)
    if not lesions or lesions.results is None:
        return None, findings_frame()
    findings = [found, counted_assessments(lesions, subjects, trial)[1]]
    judged = []
    for criterion in used:
        each, found = judge_lesions(lesions, criterion, subjects, trial)
        compared = compare_responses(datasets, lesions, each, subjects, tables, trial, reading)
        findings += [found, compared.findings]
        judged.append(each)
    # criteria share their lesions: what is wrong with one is said once
    distinct = join_findings(findings).drop_duplicates(["rule", "dataset", "record", "variable", "message"])
    rows = _rows(judged, lesions, reading)
    if rows.empty:
        return None, distinct.reset_index(drop=True)
    return _dataset(rows, lesions, subjects, adsl, specs.adam["ADTR"]), distinct.reset_index(drop=True)


def used_criteria(criteria: Criteria, trial: Trial, responses: Dataset | None) -> tuple[Criterion, ...]:
    """The criteria that the trial names, the primary first, then those under whose category RS has a record."""
    named = [criteria.named(name) for name in (trial.primary_criterion, trial.second_criterion) if name]
    reported: set[str] = set()
    if responses is not None:
        reported = set(text_column(responses.frame, "RSCAT").unique())
    others = [each for each in criteria.criteria if any(name.upper() in reported for name in each.categories)]
    chosen = {each.name: each for each in (*named, *others) if each is not None}
    return tuple(chosen.values())


def _rows(judged: Sequence[Judged], lesions: Lesions, reading: LesionReading) -> pd.DataFrame:
    """Sums of every criterion, and sizes of every lesion by each of its diameters."""
    frames = [_sums(each, lesions) for each in judged] + [_sizes(judged, lesions, reading)]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _sums(judged: Judged, lesions: Lesions) -> pd.DataFrame:
    """One row for the baseline sum and each assessment at which a target was looked at."""
    sums = judged.sums[judged.sums["position"] >= 0].copy()
    if sums.empty:
        return sums
    sums["assessment"] = _assessment_of(sums, lesions)
    named = judged.criterion.sum
    rows = sums[["reader", "assessment", "is_baseline", "position", "day", "base", "nadir", "targets", "measured"]]
    rows = rows.assign(
        AVAL=sums["sum"],
        PARAMCD=named.paramcd,
        PARAM=named.param,
        PARCAT1=judged.criterion.name,
        lesion=-1,
        last=_first_progression(judged, rows["reader"]),
    )
    whole_base = rows["base"].notna() | ~rows["is_baseline"]
    return rows[whole_base]


def _sizes(judged: Sequence[Judged], lesions: Lesions, reading: LesionReading) -> pd.DataFrame:
    """One row for each size of each target; a diameter that two criteria share is there once."""
    frames = []
    for each in judged:
        sizes = each.targets.sizes
        sizes = sizes[(sizes["position"] >= 0) & sizes["evaluated"]]
        of_lesion = each.targets.lesions.set_index("lesion")
        reader = sizes["lesion"].map(of_lesion["reader"])
        frames.append(sizes.assign(reader=reader, last=_first_progression(each, reader)))
    rows = pd.concat(frames, ignore_index=True)
    rows = rows.drop_duplicates(["lesion", "assessment", "test"])
    if rows.empty:
        return rows
    base = rows[rows["is_baseline"]].set_index(["lesion", "test"])["size"]
    keys = pd.MultiIndex.from_arrays([rows["lesion"], rows["test"]])
    rows["base"] = base.reindex(keys).to_numpy()
    number = lesions.assessments["number"].to_numpy(dtype=np.int64)[rows["assessment"].to_numpy(dtype=np.int64)]
    rows = rows.assign(order=np.where(rows["is_baseline"], -1, number))
    rows = rows.sort_values(["lesion", "test", "order"], kind="stable")
    earlier = rows.groupby(["lesion", "test"])["size"]
    rows["nadir"] = earlier.cummin().groupby([rows["lesion"], rows["test"]]).shift()
    listed = rows[["reader", "lesion"]].drop_duplicates().sort_values("lesion")
    place = (listed.groupby("reader").cumcount() + 1).set_axis(listed["lesion"])
    places = rows["lesion"].map(place).astype(str)
    codes = [f"{test[: CODE_LENGTH - len(at)]}{at}" for test, at in zip(rows["test"], places, strict=True)]
    texts = [
        f"{reading.diameters[test]} of Target Lesion {at} (mm)" for test, at in zip(rows["test"], places, strict=True)
    ]
    rows = rows.assign(
        AVAL=rows["size"], PARAMCD=codes, PARAM=texts, PARCAT1=LESION_CATEGORY, targets=np.nan, measured=np.nan
    )
    return rows.drop(columns=["size", "evaluated", "flag", "test", "order"])


def _first_progression(judged: Judged, reader: pd.Series) -> np.ndarray:
    """Last scan of each reader's first progression by the lesions; inf: none."""
    own = judged.responses
    first = own[own["overall"].isin(PROGRESSION)].groupby("reader")["last_scan"].min()
    return np.asarray(reader.map(first).astype(float).fillna(np.inf))


def _assessment_of(rows: pd.DataFrame, lesions: Lesions) -> np.ndarray:
    """The assessment of the result that each row points to."""
    by_position = lesions.measurements.drop_duplicates("position").set_index("position")["assessment"]
    return np.asarray(by_position.loc[rows["position"]], dtype=np.int64)


def _dataset(rows: pd.DataFrame, lesions: Lesions, subjects: Subjects, adsl: Dataset, table: DatasetSpec) -> Dataset:
    """ADTR of the rows, in order of subject, parameter, evaluator and date."""
    tr = lesions.results
    if tr is None:
        raise TypeError("sizes of lesions come from TR")
    at = rows["position"].to_numpy(dtype=np.int64)
    visits = lesions.assessments.iloc[rows["assessment"].to_numpy(dtype=np.int64)]
    flags = lesions.measurements.drop_duplicates("position").set_index("position")["flag"]
    columns: dict[str, np.ndarray] = {
        "subject": visits["subject"].to_numpy(dtype=np.int64),
        "ADT": rows["day"].to_numpy(dtype=float),
        "ADTF": flags.loc[at].to_numpy(dtype=object),
        "AVISIT": visits["AVISIT"].to_numpy(dtype=object),
        "AVISITN": visits["AVISITN"].to_numpy(dtype=float),
        "BASETYPE": visits["evaluator"].to_numpy(dtype=object),
        "TRLNKID": _of_lesion(rows, lesions.lesions, "lesion"),
        "TULOC": _of_lesion(rows, lesions.lesions, "location"),
        **{name: column_or_missing(tr.frame, name).to_numpy(dtype=object)[at] for name in ("TREVAL", "TREVALID")},
        **{name: rows[name].to_numpy(dtype=object) for name in ("PARAMCD", "PARAM", "PARCAT1")},
        **{name.upper(): rows[name].to_numpy(dtype=float) for name in ("base", "nadir", "targets", "measured")},
        **_changes(rows),
    }
    columns |= {str(name): values.to_numpy() for name, values in sources(tr, "TRDTC", at).items()}
    order = np.lexsort(
        (columns["AVISITN"], columns["ADT"], columns["BASETYPE"], columns["PARAMCD"], columns["subject"])
    )
    columns = {name: values[order] for name, values in columns.items()}
    subject = columns.pop("subject")
    start = pd.Series(subjects.days["TRTSDT"][subject])
    columns["ADY"] = study_day(pd.Series(columns["ADT"]), start).to_numpy()
    columns["ASEQ"] = pd.Series(subject).groupby(subject).cumcount().to_numpy() + 1.0
    return build_analysis_dataset(table, columns, adsl, subject)


def _of_lesion(rows: pd.DataFrame, lesions: pd.DataFrame, name: str) -> np.ndarray:
    """A text of each row's lesion; missing for a sum."""
    return np.asarray(np.append(lesions[name].to_numpy(dtype=object), "")[rows["lesion"].to_numpy(dtype=np.int64)])


def _changes(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Values, changes from baseline and nadir, and flags."""
    value, base, nadir = (rows[name].to_numpy(dtype=float) for name in ("AVAL", "base", "nadir"))
    is_baseline = rows["is_baseline"].to_numpy(dtype=bool)
    change, from_nadir = np.where(is_baseline, np.nan, value - base), value - nadir
    used = is_baseline | (rows["day"].to_numpy(dtype=float) <= rows["last"].to_numpy(dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(base > 0, 100 * change / base, np.nan)
        percent_of_nadir = np.where(nadir > 0, 100 * from_nadir / nadir, np.nan)
    return {
        "AVAL": value,
        "CHG": change,
        "PCHG": percent,
        "CHGNAD": from_nadir,
        "PCHGNAD": percent_of_nadir,
        "ABLFL": np.where(is_baseline, "Y", "").astype(object),
        "ANL01FL": np.where(used, "Y", "").astype(object),
    }
