from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hcc_sdtm.adam.times.decision import AT_END, EVENT_FREE
from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.adam.event_sources import RESERVED_NAMES
from hcc_sdtm.spec.adam.reading import read_adam_specs
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from tests.adam.tables import ADAM, FOLDER, SPECS, WRITTEN

PARAMETERS = {parameter.paramcd: parameter for parameter in ADAM.parameters}

WHOLE = """\
paramcd: NEW
param: A New Time (Days)
population: RTFL
start: TRTSDT
start_description: Start
unit: days
events:
  - {name: progression, dataset: RS, where: {RSTESTCD: OVRLRESP, RSSTRESC: PD}, date: RSDTC, description: Progression}
  - {name: death, dataset: ADSL, date: DTHDT, description: Death}
event_free: {dataset: ADSL, date: LSTALVDT, description: Last known alive}
censorings:
  - {name: lost, when: record, cnsr: 5, description: Lost, dataset: DS, where: {DSDECOD: LOST TO FOLLOW-UP}, date: DSSTDTC}
  - {name: ongoing, when: otherwise, cnsr: 1, description: Ongoing}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("adsl.yaml", "adrs.yaml"):
        shutil.copy(FOLDER / name, tmp_path / name)
    shutil.copytree(FOLDER / "parameters", tmp_path / "parameters")
    return tmp_path


def read(folder: Path, text: str) -> dict[str, TimeToEvent]:
    (folder / "parameters/new.yaml").write_text(text)
    return {parameter.paramcd: parameter for parameter in read_adam_specs([FOLDER, folder], SPECS, WRITTEN).parameters}


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(StudyError) as raised:
        read(folder, text)
    return [str(problem).removeprefix(f"{folder.as_posix()}/parameters/") for problem in raised.value.problems]


def changed(old: str, new: str) -> str:
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new)


def test_a_whole_parameter_is_read(folder):
    assert read(folder, WHOLE)["NEW"].origin_name == "TRTSDT"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("population: RTFL", "population: RTFLX", 'new.yaml:3: no variable of ADSL "RTFLX"; did you mean "RTFL"?'),
        ("population: RTFL", "population: AGE", "new.yaml:3: population: AGE "),
        ("start: TRTSDT", "start: TRTSD", 'new.yaml:4: no date of ADSL "TRTSD"; did you mean "TRTSDT"?'),
        ("start: TRTSDT\n", "", "either start, a date of ADSL, or start_record was expected"),
        ("dataset: RS,", "dataset: RSX,", 'new.yaml:8: no dataset "RSX"; did you mean "RS"?'),
        ("date: RSDTC", "date: RSDTM", 'new.yaml:8: no variable of RS "RSDTM"; did you mean "RSDTC"?'),
        ("RSTESTCD: OVRLRESP", "RSTSTCD: OVRLRESP", 'new.yaml:8: no variable of RS "RSTSTCD"; did you mean "RSTESTCD"?'),
        ("dataset: DS, where: {DSDECOD: LOST TO FOLLOW-UP}, date: DSSTDTC", "when: record",
         'new.yaml:12: the key "when" stands here a second time'),
        (", dataset: DS, where: {DSDECOD: LOST TO FOLLOW-UP}, date: DSSTDTC", "",
         "new.yaml:12: censorings 1: when: record has no source: dataset and date were expected"),
        ("when: otherwise, cnsr: 1", "when: otherwise, dataset: DS, date: DSSTDTC, cnsr: 1",
         "new.yaml:13: censorings 2: when: otherwise reads no records"),
        ("when: otherwise, cnsr: 1", "when: otherwise, censored_at: record, cnsr: 1",
         "new.yaml:13: censorings 2: censored_at: record needs a record"),
        ("cnsr: 5", "cnsr: 0", "new.yaml:12: cnsr"),
        ("name: death", "name: event_free", 'new.yaml:9: name "event_free": '),
        ("name: ongoing", "name: end", 'new.yaml:13: name "end": '),
        ("name: death", 'name: ""', "new.yaml:9: name "),
        ("A New Time (Days)", "A New Time (Months)", 'new.yaml:6: unit "days": the parameter is called "A New Time (Months)"'),
        ("unit: days", "unit: months", 'new.yaml:6: unit "months": the parameter is called "A New Time (Days)"'),
        ("unit: days", "ignore: [lots]", 'new.yaml:6: ignore: no censoring has the name "lots"; did you mean "lost"?'),
        ("name: death", "name: lost", 'two of the events and censorings have the name "lost"'),
        ("unit: days", "end: TRTEDT", "end and end_description go together"),
        ("unit: days", "end: TRTEDTX\nend_description: End", 'new.yaml:6: no date of ADSL "TRTEDTX"; did you mean "TRTEDT"?'),
        ("when: record, cnsr: 5, description: Lost, dataset: DS, where: {DSDECOD: LOST TO FOLLOW-UP}, date: DSSTDTC",
         "when: ended, cnsr: 5, description: Over", "a censoring with when: ended needs the key end"),
        ("paramcd: NEW", "paramcd: NEWPARAMETER", "new.yaml:1: paramcd \"NEWPARAMETER\": a code of one to eight capitals"),
        ("unit: days", "scheme: {of: PFSX, name: Mine}", 'new.yaml:6: no parameter "PFSX"; did you mean "PFS"?'),
        ("unit: days", "change: {death: {description: Died}}", "new.yaml:6: change says what is other"),
        ("unit: days", "by: {datasets: RS, variable: RSEVAL}", "with by a code with {n} in it was expected"),
        ("date: DTHDT,", "date: DTHDT, after: {dataset: CM, date: CMSTDT},",
         'new.yaml:9: no variable of CM "CMSTDT"; did you mean "CMSTDTC"?'),
        ("description: Last known alive}", "description: Alive, continuous: yes, dated_at: next_visit}",
         'new.yaml:10: dated_at "next_visit"'),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_a_problem_at_its_line(folder, old, new, found):
    said = problems(folder, changed(old, new))
    assert any(found in problem for problem in said), said
    assert all(problem.startswith("new.yaml:") for problem in said), said


def test_two_schemes_of_one_name_are_a_problem_of_both(folder):
    assert problems(folder, changed("unit: days", "scheme: {of: PFS, name: EMA type}")) == [
        'new.yaml:6: two schemes of PFS have the name "EMA type"',
        'pfsema.yaml:5: two schemes of PFS have the name "EMA type"',
    ]


def test_two_parameters_of_one_name_are_a_problem(folder):
    name = PARAMETERS["PFS"].param
    assert problems(folder, f"like: PFS\nparamcd: NEW\nparam: {name}\n") == [
        f'new.yaml:3: param "{name}": PFS has it too, and every parameter has a name of its own'
    ]
    assert problems(folder, "like: PFS\nparamcd: NEW\n")[0].startswith("new.yaml:")


def test_a_term_that_no_record_can_have_is_a_problem(folder):
    text = changed("where: {DSDECOD: LOST TO FOLLOW-UP}", "where: {DSCAT: DISPOSITION EVNT}")
    (said,) = problems(folder, text)
    assert said.startswith('new.yaml:12: DSCAT never is "DISPOSITION EVNT": codelist')
    assert said.endswith('did you mean "DISPOSITION EVENT"?')


def test_what_is_wrong_in_a_parameter_is_said_once_and_not_in_each_that_is_like_it(folder):
    path = folder / "parameters/pfs.yaml"
    path.write_text(path.read_text().replace("population: RTFL", "population: RTFX"))
    said = problems(folder, WHOLE)
    assert [problem.split(":")[0] for problem in said] == ["pfs.yaml"]


def test_change_names_what_is_other_in_the_parameter_that_it_is_like(folder):
    text = """\
like: PFS
paramcd: NEW
param: New (Months)
change:
  death: {only_within: {weeks: 12}}
  lost: {cnsr: 1, censored_at: record}
  event_free: {dated_at: planned_visit}
"""
    new = read(folder, text)["NEW"]
    assert new.events[1].only_within is not None
    assert new.events[0] == PARAMETERS["PFS"].events[0]
    assert {censoring.name: censoring.cnsr for censoring in new.applied}["lost"] == 1
    assert new.event_free.dated_at == "planned_visit"
    assert new.scheme is None
    assert problems(folder, text.replace("  death:", "  deth:")) == [
        'new.yaml:5: change: no event or censoring "deth"; expected one of event_free, progression, death, no baseline, '
        'no assessment, new therapy, missed assessments, lost, ongoing; did you mean "death"?'
    ]
    (said,) = problems(folder, text.replace("only_within: {weeks: 12}", "description: [a, b]"))
    assert said.startswith("new.yaml:5: ")


BY = """\
by: {datasets: RS, variable: RSEVAL, values: {INVESTIGATOR: I, INDEPENDENT ASSESSOR: R}}
paramcd: PD{code}
param: Time to Progression by {value} (Days)
"""


def test_declared_values_give_a_parameter_each(folder):
    made = read(folder, BY + WHOLE.split("\n", 2)[2])
    assert made["PDI"].param == "Time to Progression by INVESTIGATOR (Days)"
    assert made["PDR"].events[0].where["RSEVAL"] == ("INDEPENDENT ASSESSOR",)
    assert made["PDR"].events[1].where == {}
    assert made["PDI"].by is None


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("variable: RSEVAL", "variable: RSEVL", 'new.yaml:1: no variable of RS "RSEVL"; did you mean "RSEVAL"?'),
        ("variable: RSEVAL", "variable: RSTESTCD", "new.yaml:1: RSTESTCD is in where of a source from RS already"),
        ("datasets: RS", "datasets: CM", 'new.yaml:1: no source of this parameter from "CM"'),
        ("paramcd: PD{code}", "paramcd: PDI", 'new.yaml:2: paramcd "PDI": with by a code with {code} or {n}'),
        ("paramcd: PD{code}", "paramcd: PROGRES{n}", 'new.yaml:2: paramcd "PROGRES{n}": the code becomes longer'),
        (
            "param: Time to Progression by {value} (Days)",
            "param: Time to Progression (Days)",
            'new.yaml:3: param "Time to Progression (Days)": with by a name with {value}, {code} or {n} in it was expected',
        ),
        ("INDEPENDENT ASSESSOR: R", "INDEPENDENT ASSESSOR: I", 'two values have the code "I"'),
        ("INDEPENDENT ASSESSOR: R", "INDEPENDENT ASSESSOR: r", 'the code "r" is not of capitals and digits'),
    ],
)
def test_a_wrong_by_is_a_problem_at_its_line(folder, old, new, found):
    said = problems(folder, (BY + WHOLE.split("\n", 2)[2]).replace(old, new))
    assert any(found in problem for problem in said), said


def test_codes_that_stand_for_several_reasons_are_allowed_and_named():
    assert PARAMETERS["PFS"].reused_codes == {2: ("no baseline", "no assessment")}
    assert PARAMETERS["OS"].reused_codes == {}


def test_the_packaged_schemes_are_those_of_progression_free_survival():
    schemes = {each.paramcd: each.scheme.name for each in ADAM.parameters if each.scheme}
    assert schemes == {
        "PFS": "Protocol (FDA table A)",
        "PFSB": "FDA table B",
        "PFSC": "FDA table C",
        "PFSEMA": "EMA type",
    }


def test_the_reserved_names_are_those_of_a_decision():
    assert RESERVED_NAMES == (EVENT_FREE, AT_END)
