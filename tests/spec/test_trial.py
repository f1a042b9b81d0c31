"""The trial's roles, events and their order: a wrong name is a problem at its line that says what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hcc_sdtm.new_study import write_new_study
from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.adam.reading import read_adam_specs
from hcc_sdtm.spec.event_problems import event_problems
from hcc_sdtm.spec.study import read_study
from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.spec.trial import Trial, WrittenTrial, with_cutoff
from hcc_sdtm.spec.yaml_file import read_yaml, validate

FOLDER = Path(__file__).parents[2] / "specs"
SPECS = read_spec_tables([FOLDER])
TEXT = (FOLDER / "trial.yaml").read_text(encoding="utf-8")
ROLES = "origin, event, censoring, death, baseline, new_therapy"
ORDER = "event_order:"


def problems(folder: Path, text: str) -> list[str]:
    """The problems of a trial file beside the other specs of the reference study."""
    (folder / "trial.yaml").write_text(text, encoding="utf-8")
    file = read_yaml(folder / "trial.yaml", "specs/trial.yaml")
    try:
        written = WrittenTrial(validate(file, Trial), file)
        found = event_problems(written, SPECS.sdtm)
        read_adam_specs([FOLDER], SPECS, written)
    except StudyError as error:
        return [str(problem) for problem in error.problems]
    return [str(problem) for problem in found]


def test_the_reference_trial_has_no_problem(tmp_path):
    assert problems(tmp_path, TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  death:     ", "  deth:     ", f'no rule has the role "deth"; expected one of {ROLES}; did you mean "death"?'),
        ("to: first", "to: frist", 'to "frist": one of first, mid, last or a month and day such as 06-15 was expected; '
         'did you mean "first"?'),
        ("to: first", "to: 02-30", 'to "02-30": one of first, mid, last or a month and day'),
        ("to: first", "to: 13-01", 'to "13-01": one of first, mid, last or a month and day'),
        ("highest: D", "highest: Day", "highest \"Day\": expected D or M; did you mean \"D\"?"),
        ("{to: mid, highest: M,", "{to: mid,", 'the key "highest" is missing'),
        ("[diagnosis, QPDDT,", "[diagnosis, QPDT,", 'not_after: no date of ADSL or event "QPDT"; expected one of TRTSDT'),
        ("[diagnosis, QPDDT,", "[LSTALVDT,", 'not_after: "LSTALVDT" is not made before DIAGDT, which has the role origin'),
        ("[diagnosis, QPDDT,", "[SEX,", 'no date of ADSL or event "SEX"'),
        ("progression, second line, LSTALVDT]", "progresion, second line, LSTALVDT]", '"progresion"; expected one of'),
        ("  consent:", "  TRTSDT:", 'not_after: "TRTSDT" is a date of ADSL and an event; rename the event'),
        ("  consent: {dataset: DM, date: RFICDTC}", "  consent: {dataset: DM, date: RFICDT}", 'no date of DM "RFICDT"'),
        ("  consent: {dataset: DM, date: RFICDTC}", "  consent: {dataset: DMM, date: RFICDTC}",
         'no dataset "DMM"; did you mean "DM"?'),
        ("  consent: {dataset: DM, date: RFICDTC}", "  consent: {dataset: DM, date: SEX}", 'no date of DM "SEX"'),
        ("  consent: {dataset: DM, date: RFICDTC}", "  consent: {treatment: start, date: RFICDTC}",
         "with treatment goes neither dataset, where nor date"),
        ("  consent: {dataset: DM, date: RFICDTC}", "  consent: {dataset: DM}",
         "either treatment, or dataset and date were expected"),
        ("where: {CMCAT: FIRST LINE}", "where: {CMKAT: FIRST LINE}", 'no variable of CM "CMKAT"; expected one of'),
        ("after: radiotherapy}", "after: diagnosis}", 'no event listed before this one "diagnosis"'),
        ("pick: last}", "pick: lst}", "pick \"lst\": expected first or last; did you mean \"last\"?"),
        ("  birth: {", "  data cut-off: {", 'the event "data cut-off" is data_cutoff, the last of all; it is not listed'),
        ("  - [birth,", "  - [brith,", 'no event "brith"; expected one of radiotherapy, birth, consent'),
        ("  - [birth,", "  - [death, birth]\n  - [birth,", '"second line" before "death" contradicts an order above: '
         '"death" comes before "second line"'),
        ("  - [birth,", "  - [birth]\n  - [birth,", "an order has at least two events"),
        ("  - [birth,", "  - [birth, birth]\n  - [birth,", '"birth" stands twice in a row'),
    ],
)  # fmt: skip
def test_a_wrong_name_is_a_problem_at_its_line_with_what_is_allowed(tmp_path, old, new, message):
    head, order = TEXT.split(ORDER)
    is_order = old.startswith("  - [")
    text = (
        (head if is_order else head.replace(old, new, 1)) + ORDER + (order.replace(old, new, 1) if is_order else order)
    )
    pairs = zip(TEXT.splitlines(), text.splitlines(), strict=False)
    changed = next(number for number, (was, now) in enumerate(pairs) if was != now)
    found = problems(tmp_path, text)
    lines = [int(problem.split(":")[1]) for problem in found if message in problem]
    assert lines, found
    # a missing key stands at what it is missing from, a name that two things have where it is used
    assert changed + 1 in lines or "missing" in message or "rename" in message or "above" in message
    assert all(problem.startswith("specs/trial.yaml:") for problem in found)


def test_a_role_of_its_own_needs_a_rule_that_has_it(tmp_path):
    own = TEXT.replace("partial_dates:\n", "partial_dates:\n  relapse: {to: mid, highest: D}\n")
    (found,) = problems(tmp_path, own)
    assert f'no rule has the role "relapse"; expected one of {ROLES}' in found


def test_a_role_of_the_analysis_may_have_no_policy(tmp_path):
    start, end = TEXT.index("  baseline:     "), TEXT.index("  new_therapy:     ")
    assert problems(tmp_path, TEXT[:start] + TEXT[end:]) == []


def test_a_new_study_is_whole_once_the_three_questions_are_answered(tmp_path):
    write_new_study(tmp_path)
    with pytest.raises(StudyError) as raised:
        read_study(tmp_path)
    assert {str(problem).split('"')[1] for problem in raised.value.problems} == {
        "staging_system",
        "treatment_start",
        "primary_criterion",
    }
    path = tmp_path / "specs" / "trial.yaml"
    first, *answers = path.read_text(encoding="utf-8").splitlines()
    answers[:3] = [line.removeprefix("# ") for line in answers[:3]]
    path.write_text("\n".join([first, *answers]), encoding="utf-8")
    study = read_study(tmp_path)
    assert tuple(study.trial.partial_dates) == tuple(ROLES.split(", "))
    assert study.trial.event_order


ARM = "arm: {code: RT, name: Radiotherapy to progressing lesions}"


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ("arm: mapped", ""),
        ("arm: maped", 'arm "maped": the code and name of the only arm were expected, or mapped, where mappings give each '
         'subject\'s; did you mean "mapped"?'),
        ("arm: {code: RT}", 'the key "name" is missing'),
        ("", 'the key "arm" is missing'),
    ],
)  # fmt: skip
def test_the_only_arm_or_that_mappings_give_it(tmp_path, arm, message):
    assert ARM in TEXT
    found = problems(tmp_path, TEXT.replace(ARM, arm))
    assert [message in text for text in found] == ([True] if message else [])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("visits_continue: {every: 84}", "visits_continue: {every: 0}", "every"),
        ("visits_continue: {every: 84}", "visits_continue: {every: 84, windw_after: 3}",
         'unknown key "windw_after"; did you mean "window_after"?'),
        ("missed_by: windows", "missed_by: window", 'missed_by "window"'),
        ("missed_by: windows", "missed_by: gap", ""),
    ],
)  # fmt: skip
def test_how_missed_assessments_are_counted(tmp_path, old, new, message):
    assert old in TEXT
    found = problems(tmp_path, TEXT.replace(old, new))
    assert [message in text for text in found] == ([True] if message else [])


def test_an_earlier_analysis_keeps_the_day_up_to_which_there_are_records():
    trial = validate(read_yaml(FOLDER / "trial.yaml", "trial.yaml"), Trial)
    moved = with_cutoff(trial, "2022-06-30")
    assert (moved.data_cutoff, moved.collected_until) == ("2022-06-30", trial.data_cutoff)
    assert (trial.collected_until, with_cutoff(trial, "2030-01-01").collected_until) == (
        trial.data_cutoff,
        "2030-01-01",
    )
    assert with_cutoff(moved, "2022-01-01").collected_until == trial.data_cutoff
