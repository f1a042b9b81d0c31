import numpy as np
import pytest

from hcc_sdtm.synthetic.known_study import simulate_study
from hcc_sdtm.synthetic.plan import CR, NE, NONE, PD, PR, RESPONSES, SD


@pytest.fixture(scope="module")
def study():
    return simulate_study(2000, 5)


def read_response(sums: np.ndarray, measured: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Response codes from sums and new lesions by RECIST 1.1, scan by scan; NONE where nothing was measured."""
    baseline, nadir = sums[:, 0], sums[:, 0].copy()
    found = np.zeros((len(sums), sums.shape[1] - 1), dtype=int)
    ever_new = np.zeros(len(sums), dtype=bool)
    for scan in range(1, sums.shape[1]):
        ever_new |= new[:, scan]
        grown = (sums[:, scan] >= 1.2 * nadir) & (sums[:, scan] - nadir >= 5)
        code = np.where(sums[:, scan] == 0, CR, np.where(sums[:, scan] <= 0.7 * baseline, PR, SD))
        code = np.where(grown | ever_new, PD, code)
        found[:, scan - 1] = np.where(measured[:, scan], code, NONE)
        nadir = np.where(measured[:, scan], np.minimum(nadir, sums[:, scan]), nadir)
    return found


def test_responses_follow_from_the_sizes(study):
    measures = study.measures
    longest, viable = np.nan_to_num(measures.longest), np.nan_to_num(measures.viable)
    sums = longest.sum(axis=2)
    viable_sums = viable.sum(axis=2) + longest[:, :, 2]
    read = measures.measured[:, 1:]
    for codes, values in ((study.course.recist, sums), (study.course.mrecist, viable_sums)):
        found = read_response(values, measures.measured, measures.new)
        wrong = read & (found != codes)
        assert not wrong.any(), [(RESPONSES[a], RESPONSES[b]) for a, b in zip(found[wrong], codes[wrong], strict=True)][
            :5
        ]


def test_scans_that_cannot_be_evaluated_measure_nothing(study):
    read = study.measures.measured[:, 1:]
    assert not (read & np.isin(study.course.recist, [NONE, NE])).any()


def test_viable_never_exceeds_longest_and_complete_response_leaves_no_non_target(study):
    measures = study.measures
    longest, viable = measures.longest[:, :, :2], measures.viable
    assert not (viable > longest).any()
    complete = study.course.recist == CR
    assert measures.absent[:, 1:][complete].all()


def test_every_subject_has_a_target_and_disease_outside_the_liver(study):
    organ = study.course.lesions.organ
    expected = ~np.isin(np.arange(len(organ)), list(study.course.scenarios))
    assert (organ[expected][:, :3] >= 0).any(axis=1).all()
    assert (organ[expected] > 0).any(axis=1).all()


def test_irradiated_lesions_lie_in_at_most_two_organs_and_are_no_more_than_progressed(study):
    organ, irradiated = study.course.lesions.organ, study.course.lesions.irradiated
    organs = [len(set(row[flags])) for row, flags in zip(organ, irradiated, strict=True)]
    assert set(organs) <= {0, 1, 2}
    assert (irradiated.sum(axis=1) <= study.subjects["PROGRESSING"]).all()
