"""The pattern of progression of the reference study against what its simulation drew."""

from __future__ import annotations

import csv

import pytest

from hcc_sdtm.synthetic import REFERENCE_SEED
from hcc_sdtm.synthetic.known_study import simulate_study
from hcc_sdtm.synthetic.plan import PD, RESPONSES
from hcc_sdtm.synthetic.scans import IN_FIELD, NEW_LESION, OUT_OF_FIELD
from tests.reference_study.truth import TRUTH

KINDS = {NEW_LESION: "NEW LESION", OUT_OF_FIELD: "NON-IRRADIATED GROWTH", IN_FIELD: "IRRADIATED GROWTH"}


@pytest.fixture(scope="module")
def known():
    return simulate_study(60, REFERENCE_SEED)


@pytest.fixture(scope="module")
def without_lesions() -> set[str]:
    """Subjects whose site typed a progression that the lesions do not show: a planted fault."""
    with (TRUTH / "faults.csv").open(encoding="utf-8-sig", newline="") as stream:
        return {
            row["USUBJID"]
            for row in csv.DictReader(stream)
            if row["FAULT"] == "progression in RS and none in the lesions"
        }


def of(reference_run, paramcd: str) -> dict[str, str]:
    adrs = reference_run.result.adam["ADRS"].frame
    rows = adrs[adrs["PARAMCD"] == paramcd]
    return dict(zip(rows["USUBJID"], rows["AVALC"], strict=True))


@pytest.mark.parametrize(("paramcd", "progression"), [("PDPAT", "PD"), ("PDPATM", "PDM")])
def test_every_pattern_is_the_one_that_was_drawn(reference_run, known, without_lesions, paramcd, progression):
    found = of(reference_run, paramcd)
    drawn = dict(zip(known.subjects["USUBJID"], known.course.growth, strict=True))
    progressed = {subject for subject, value in of(reference_run, progression).items() if value == "Y"}
    assert set(found) == progressed & set(of(reference_run, "IRLES"))
    assert len(without_lesions) == 2
    assert found == {
        subject: "NOT DETERMINED" if subject in without_lesions else KINDS[drawn[subject]] for subject in found
    }


def test_every_irradiated_lesion_is_known(reference_run, known):
    lesions = known.lesions[known.lesions["IRRADIATED"].astype(bool)]
    counts = lesions.groupby(known.subjects["USUBJID"].to_numpy()[lesions["ROW"]]).size()
    assert of(reference_run, "IRLES") == {subject: str(count) for subject, count in counts.items()}


def test_local_failure_comes_only_where_an_irradiated_lesion_was_made_to_grow(reference_run, known):
    """After the first progression the simulation lets one target grow, whatever its field, at every later scan."""
    grew = set()
    for row, (subject, growth) in enumerate(zip(known.subjects["USUBJID"], known.course.growth, strict=True)):
        responses = known.course.recist[row]
        later = (responses == PD).sum() > 1
        if (responses == PD).any() and (growth == IN_FIELD or later):
            grew.add(subject)
    failed = {subject for subject, value in of(reference_run, "LOCPD").items() if value == "Y"}
    slipped = {"RTHCC-101-009"}  # a size typed in cm makes the next one look like growth
    assert failed - slipped <= grew
    assert {subject for subject, value in of(reference_run, "PDFIELD").items() if value == "IN-FIELD"} <= failed
    assert RESPONSES[PD] == "PD"
