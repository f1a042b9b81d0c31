from __future__ import annotations

import re
from pathlib import Path

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.endpoints import EndpointList
from hcc_sdtm.spec.figure_reading import FigureNames, read_figures
from hcc_sdtm.spec.figures import (
    Categories,
    FigureList,
    ForestFigure,
    IncidenceFigure,
    MarkedRecords,
    SpiderFigure,
    SubjectFigure,
    SurvivalFigure,
    SwimmerFigure,
    WaterfallFigure,
)

ROOT = Path(__file__).parents[2]
LIST = """\
records:
  drug: {dataset: CM, where: {CMCAT: FIRST LINE}, date: CMSTDTC, end: CMENDTC, label: Drug}
  response: {dataset: ADRS, where: {PARAMCD: OVR}, date: ADT, label: Response, text: AVALC, hollow: yes}
figures:
  - {id: WAYS, kind: survival, title: Ways, endpoints: [PFS, OS]}
  - {id: SEX, kind: survival, title: By sex, endpoints: PFS, by: SEX}
  - {id: NEXT2, kind: cumulative-incidence, title: Next, endpoint: NEXT, shape: lines}
  - id: FALL
    kind: waterfall
    title: Fall
    population: RTFL
    parameter: DEPTH
    categories: {label: Best, dataset: ADRS, where: {PARAMCD: BOR}, value: AVALC, values: [CR, PR]}
    marked: {new: {dataset: ADRS, where: {PARAMCD: NEWL}}}
  - {id: WEB, kind: spider, title: Web, population: RTFL, parameter: SUMDIAM, where: {ANL01FL: Y}}
  - {id: SWIM, kind: swimmer, title: Swim, population: RTFL, records: [drug, response], ongoing: {EOSSTT: ONGOING}}
  - {id: TREES, kind: forest, title: Trees, endpoint: PFS, measure: median, by: [SEX]}
  - {id: ONE, kind: subject, title: One, most: 2, records: [drug], parameters: [PFS]}
"""
ENDPOINT = {"label": "x", "population": "RTFL", "unit": "months"}
NAMES = FigureNames(
    {
        "CM": ["CMCAT", "CMSTDTC", "CMENDTC"],
        "ADRS": ["PARAMCD", "AVALC", "ADT"],
        "ADTR": ["PARAMCD", "PCHG", "ANL01FL"],
        "ADSL": ["RTFL", "SEX", "TRTSDT", "DTHDT", "LSTALVDT", "EOSSTT"],
    },
    {"ADRS": ["OVR", "BOR", "DEPTH", "NEWL"], "ADTTE": ["PFS", "OS", "NEXT"]},
    EndpointList.model_validate(
        {
            "populations": {"RTFL": "all"},
            "endpoints": [
                {"id": "PFS", "estimator": "survival", "parameter": "PFS", "by": ["SEX"], **ENDPOINT},
                {"id": "OS", "estimator": "survival", "parameter": "OS", **ENDPOINT},
                {"id": "NEXT", "estimator": "cumulative-incidence", "parameter": "NEXT", "causes": ["a"], **ENDPOINT},
            ],
        }
    ),
)


def read(folder, text, names=NAMES):
    path = folder / "figures.yaml"
    path.write_text(text, encoding="utf-8")
    return read_figures(path, "specs/figures.yaml", names)


def problems(folder, *changes, names=NAMES):
    text = LIST
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(StudyError) as raised:
        read(folder, text, names)
    return [str(problem) for problem in raised.value.problems]


def test_every_kind_is_read_with_its_defaults(tmp_path):
    listed = read(tmp_path, LIST)
    kinds = [type(figure) for figure in listed.figures]
    assert kinds == [
        SurvivalFigure, SurvivalFigure, IncidenceFigure, WaterfallFigure, SpiderFigure, SwimmerFigure, ForestFigure,
        SubjectFigure,
    ]  # fmt: skip
    assert listed.figures[1].endpoints == ("PFS",)
    assert listed.figures[3].thresholds == (20.0, -30.0)
    assert listed.records["response"].hollow is True
    assert listed.records["drug"].no_end == "one_day"


def test_every_name_is_checked_at_its_line(tmp_path):
    found = problems(
        tmp_path,
        ("dataset: CM,", "dataset: CN,"),
        ("[PFS, OS]", "[PFS, OSS]"),
        ("endpoint: NEXT, shape", "endpoint: PFS, shape"),
        ("parameter: DEPTH", "parameter: DEPT"),
        ("value: AVALC", "value: AVALCC"),
        ("PARAMCD: NEWL}", "PARAMCD: NEWW}"),
        ("{ANL01FL: Y}", "{ANL02FL: Y}"),
        ("{EOSSTT: ONGOING}", "{EOSST: ONGOING}"),
        ("measure: median, by: [SEX]", "measure: median, by: [SEX, RACE]"),
        ("records: [drug], parameters: [PFS]", "records: [drugs], parameters: [PFSX]"),
    )
    assert found == [
        'specs/figures.yaml:2: unknown dataset "CN"; did you mean "CM"?',
        'specs/figures.yaml:5: unknown endpoint "OSS"; did you mean "OS"?',
        'specs/figures.yaml:7: the endpoint "PFS" has no curve of that kind; expected one of NEXT',
        'specs/figures.yaml:12: unknown parameter of ADRS "DEPT"; did you mean "DEPTH"?',
        'specs/figures.yaml:13: unknown variable of ADRS "AVALCC"; did you mean "AVALC"?',
        'specs/figures.yaml:14: unknown parameter of ADRS "NEWW"; did you mean "NEWL"?',
        'specs/figures.yaml:15: unknown variable of ADTR "ANL02FL"; did you mean "ANL01FL"?',
        'specs/figures.yaml:16: unknown variable of ADSL "EOSST"; did you mean "EOSSTT"?',
        'specs/figures.yaml:17: the endpoint "PFS" is not given by "RACE"; expected one of SEX: say so in endpoints.yaml',
        'specs/figures.yaml:18: unknown name of records "drugs"; did you mean "drug"?',
        'specs/figures.yaml:18: unknown parameter of ADTTE "PFSX"; did you mean "PFS"?',
    ]


def test_an_id_names_one_figure_and_no_endpoint(tmp_path):
    assert problems(tmp_path, ("id: SEX", "id: ways"), ("id: NEXT2", "id: Next")) == [
        'specs/figures.yaml:6: the id "ways" is used a second time, and files are named by it',
        'specs/figures.yaml:7: the id "Next" is an endpoint\'s, whose curve has its figure already',
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: forest", "kind: forrest", 'kind "forrest": expected one of survival, cumulative-incidence, waterfall'),
        ("id: WAYS", "id: W/AYS", "id"),
        ("hollow: yes", "markr: star", 'unknown key "markr"; did you mean "marker"?'),
        ("label: Drug", "label: Drug, colour: blu", 'did you mean "blue"?'),
        ("endpoints: [PFS, OS]", "endpoints: [PFS, OS], by: SEX", "by goes with one endpoint"),
        ("endpoints: [PFS, OS]", "endpoints: [PFS, PFS]", "a value stands there twice"),
        ("endpoints: [PFS, OS]", "endpoints: []", "endpoints"),
        ("most: 2", "most: -1", "most"),
        ("title: Web, population", "title: Web, subjects: 4000, population", "subjects"),
    ],
)
def test_a_wrong_value_is_a_problem(tmp_path, old, new, message):
    assert any(message in found for found in problems(tmp_path, (old, new)))


def test_without_names_only_what_stands_in_the_file_is_checked(tmp_path):
    assert read(tmp_path, LIST.replace("PFS, OS", "GONE, LOST"), None).figures[0].endpoints == ("GONE", "LOST")
    found = problems(tmp_path, ("records: [drug, response]", "records: [drug, respons]"), names=None)
    assert found == ['specs/figures.yaml:16: unknown name of records "respons"; did you mean "response"?']


def test_what_the_file_leaves_out_is_no_problem_of_the_file(tmp_path):
    names = FigureNames({"ADSL": ["RTFL"], "CM": ["CMSTDTC"]}, {}, NAMES.endpoints)
    text = "records: {drug: {dataset: CM, date: CMSTDTC, label: Drug}}\n"
    text += "figures:\n  - {id: ONE, kind: subject, title: One, records: [drug]}\n"
    assert read(tmp_path, text, names).figures[0].origin == "TRTSDT"


def test_an_empty_list_asks_for_nothing(tmp_path):
    assert read(tmp_path, "figures: []\n") == FigureList()


PAGE = ROOT / "docs" / "figures.md"


@pytest.mark.parametrize(
    "model",
    [
        FigureList, MarkedRecords, Categories, SurvivalFigure, IncidenceFigure, WaterfallFigure, SpiderFigure, SwimmerFigure,
        ForestFigure, SubjectFigure,
    ],
    ids=lambda model: model.__name__,
)  # fmt: skip
def test_every_key_is_on_the_page(model):
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", PAGE.read_text(encoding="utf-8")))))
    assert not set(model.model_fields) - words
