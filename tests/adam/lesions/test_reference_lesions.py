"""The reference study: its lesions give the responses that were simulated, but where a fault was planted."""

import pandas as pd
import pytest

from hcc_sdtm.adam.lesions.responses import recompute_responses
from hcc_sdtm.adam.subjects.adsl import adsl_subjects

PLANTED = {
    "unit slip": "RTHCC-101-009",
    "progression in RS and none in the lesions, 101": "RTHCC-101-019",
    "progression in RS and none in the lesions, 102": "RTHCC-102-007",
}


@pytest.mark.parametrize(
    ("category", "differing"),
    [
        ("RECIST 1.1", set(PLANTED.values())),
        # the slip is in a longest diameter, which mRECIST does not measure in the liver
        ("MRECIST LENCIONI LIVER CANCER 2010", {"RTHCC-101-019", "RTHCC-102-007"}),
    ],
)
def test_recomputed_responses_are_the_recorded_ones_but_for_the_planted_faults(reference_run, category, differing):
    result = reference_run.result
    study, datasets = result.study, result.sdtm
    subjects = adsl_subjects(result.adam["ADSL"], study.trial)
    criterion = study.adam.criteria.named(category)
    reading = study.adam.criteria.reading
    ours = recompute_responses(datasets, subjects, criterion, study.specs.sdtm, study.trial, reading)
    ours = ours.assign(USUBJID=subjects.names[ours["subject"].astype(int)])
    recorded = datasets["RS"].frame
    recorded = recorded[(recorded["RSCAT"] == category) & (recorded["RSTESTCD"] == "OVRLRESP")]
    both = ours.merge(recorded, left_on=["USUBJID", "AVISITN"], right_on=["USUBJID", "VISITNUM"])
    assert len(both) == len(ours) > 250
    assert set(both.loc[both["overall"] != both["RSSTRESC"], "USUBJID"]) == differing
    key = ["USUBJID", "VISITNUM"]
    judged = pd.MultiIndex.from_frame(ours[["USUBJID", "AVISITN"]])
    alone = recorded[~pd.MultiIndex.from_frame(recorded[key]).isin(judged) & (recorded["VISITNUM"] > 1)]
    # what nobody could evaluate has no sizes; two deaths were planted before the last visits of their subjects
    assert set(alone.loc[alone["RSSTRESC"] != "NE", "USUBJID"]) == DEATH_BEFORE_LAST_VISIT


DEATH_BEFORE_LAST_VISIT = {"RTHCC-101-005", "RTHCC-102-003"}
