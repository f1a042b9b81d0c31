from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.figures import FigureSource, write_figures
from hcc_sdtm.outputs.figures.sheet import Sheet, write_figure
from hcc_sdtm.outputs.figures.source import CannotDrawError
from hcc_sdtm.outputs.figures.spec_figures import render_spec_figure
from hcc_sdtm.outputs.figures.survival import render_survival
from hcc_sdtm.spec.figures import FigureList
from tests.outputs.figures.looking import bars, require_readable, words
from tests.outputs.figures.studied import source

RECORDS = {
    "response": {"dataset": "ADRS", "where": {"PARAMCD": "OVR"}, "date": "ADT", "label": "Response", "text": "AVALC"},
    "drug": {"dataset": "CM", "date": "CMSTDTC", "end": "CMENDTC", "no_end": "continues", "label": "Drug"},
    "lost": {"dataset": "DS", "date": "DSSTDTC", "label": "Lost"},
}
BEST = {"label": "Best", "dataset": "ADRS", "where": {"PARAMCD": "BOR"}, "value": "AVALC"}
FIGURES = {
    "curves": {"kind": "survival", "endpoints": ["PFS", "OS"], "names": {"OS": "Overall"}},
    "groups": {"kind": "survival", "endpoints": "PFS", "by": "SEX", "names": {"F": "Female"}},
    "causes": {"kind": "cumulative-incidence", "endpoint": "NEXT"},
    "waterfall": {"kind": "waterfall", "population": "RTFL", "parameter": "DEPTH", "categories": BEST},
    "spider": {"kind": "spider", "population": "RTFL", "parameter": "SUMDIAM", "categories": BEST},
    "swimmer": {
        "kind": "swimmer", "population": "RTFL", "records": ["drug", "response"], "ongoing": {"EOSSTT": "ONGOING"},
    },
    "forest": {"kind": "forest", "endpoint": "PFS", "measure": "median", "by": ["SEX"]},
    "subject": {"kind": "subject", "most": 1, "records": ["response", "drug", "lost"], "parameters": ["NEXT", "OS"]},
}  # fmt: skip


def figures(*names, **changed):
    given = [{"id": name, "title": name, **FIGURES[name], **changed} for name in names]
    return FigureList.model_validate({"records": RECORDS, "figures": given})


def drawn(name, study=None, **changed):
    listed = figures(name, **changed)
    return list(render_spec_figure(listed.figures[0], study or source(), listed.records))


@pytest.mark.parametrize("name", FIGURES)
def test_every_kind_is_drawn_from_the_data_and_readable(name):
    sheets = drawn(name)
    assert sheets
    for _, figure in sheets:
        require_readable(figure)
        assert "Data cut-off: 2022-06-30. Source hash: 0123456789abcdef." in words(figure)


def test_only_those_of_the_population_are_seen_and_the_others_counted():
    ((_, figure),) = drawn("waterfall")
    assert sorted(height for _, _, _, height, _ in bars(figure)) == [-45.0, 10.0]
    assert "n = 2 of 3 subjects; 1 have no value and no bar." in words(figure)


@pytest.mark.parametrize("name", ["waterfall", "spider"])
def test_the_key_of_categories_says_what_they_are(name):
    assert "Best:" in words(drawn(name)[0][1])


def test_the_curves_of_a_figure_have_the_names_of_its_spec():
    assert "Overall: 1 events in 3 subjects" in words(drawn("curves")[0][1])
    assert "PFS: 2 events in 3 subjects" in words(drawn("curves")[0][1])
    assert "Female: 2 events in 2 subjects" in words(drawn("groups")[0][1])
    assert "Sex" in words(drawn("groups")[0][1])


def test_the_test_of_groups_is_the_results_own():
    study = source()
    results = study.estimates.results
    test = results.iloc[[0]].assign(group="SEX", measure="p-value", statistic="log-rank test of SEX", text="p = 0.42")
    study = replace(study, estimates=replace(study.estimates, results=pd.concat([results, test])))
    assert "log-rank test of SEX: p = 0.42." in words(drawn("groups", study)[0][1])


def test_the_forest_has_the_results_of_each_group():
    found = words(drawn("forest")[0][1])
    results = source().estimates.results
    for text in results.loc[(results["endpoint"] == "PFS") & (results["measure"] == "median"), "text"]:
        assert text in found


def test_the_foot_of_a_forest_counts_who_is_in_no_group():
    study = source()
    results = study.estimates.results.copy()
    assert "in no group" not in words(drawn("forest", study)[0][1])
    results.loc[(results["group"] == "") & (results["measure"] == "subjects"), "value"] += 2
    study = replace(study, estimates=replace(study.estimates, results=results))
    assert re.search(r"Subjects without a value, in no group: \w+ 2\.", words(drawn("forest", study)[0][1]))


def test_a_long_swimmer_goes_on_on_the_next_sheet_and_says_who_is_not_shown():
    sheets = drawn("swimmer", subjects=2)
    assert [suffix for suffix, _ in sheets] == ["-1", "-2"]
    assert "Sheet 2 of 2." in words(sheets[1][1])
    ((suffix, figure),) = drawn("swimmer", subjects=2, pages=1)
    assert suffix == ""
    assert "2 of 3 shown, the first in its order." in words(figure)


def test_the_subject_whose_dates_move_the_results_the_most_is_drawn_with_the_records_there_are():
    ((suffix, figure),) = drawn("subject")
    assert suffix == "-1"
    assert "DRUG B" not in words(figure)  # the spec asks for no text
    assert "2021-04" in words(figure)
    assert "Not drawn, as the data lack them: Lost (there is no dataset DS)." in words(figure)


def test_findings_that_move_a_result_come_before_dates_that_are_open():
    findings = pd.DataFrame({"subject": ["T-2", "3", ""], "rank": ["", 2, 1]})
    sheets = drawn("subject", replace(source(), findings=findings), most=2)
    assert [suffix for suffix, _ in sheets] == ["-3", "-1"]
    assert [suffix for suffix, _ in drawn("subject", subjects=["T-2", "1"], most=0)] == ["-2", "-1"]


LACKING = {
    "curves": ({"endpoints": ["PFS", "GONE"]}, "there is no endpoint GONE"),
    "groups": ({"by": "RACE"}, "PFS has no curve by RACE"),
    "causes": ({"endpoint": "PFS"}, "PFS has no curve of competing causes"),
    "waterfall": ({"parameter": "DEPTHM"}, "ADRS has no value of DEPTHM"),
    "spider": ({"parameter": "SUMVDIAM"}, "ADTR has no change of SUMVDIAM after TRTSDT"),
    "swimmer": ({"records": ["lost"]}, "there is no dataset DS"),
    "forest": ({"by": ["RACE"]}, "PFS is not given by RACE"),
    "subject": ({"subjects": ["9"], "most": 0}, "no subject 9 in ADSL"),
}


@pytest.mark.parametrize("name", LACKING)
def test_a_figure_whose_data_are_not_there_is_not_made_and_the_reason_is_said(tmp_path, name):
    changed, reason = LACKING[name]
    with pytest.raises(CannotDrawError, match=reason):
        drawn(name, **changed)
    made = write_figures(tmp_path, source(), figures(name, **changed))
    assert (made[-1].id, made[-1].reason, made[-1].files) == (name, reason, ())


def test_every_curve_has_its_figure_and_the_list_its_own(tmp_path):
    made = write_figures(tmp_path, source(), figures("curves"))
    assert [each.id for each in made] == ["PFS", "OS", "NEXT", "curves"]
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    assert written == sorted(name for each in made for name in each.files)
    assert "results/figures/curves.png" in written
    assert write_figures(tmp_path, source(), FigureList()) == made[:3]


def test_a_subject_that_is_named_and_not_there_is_noted(tmp_path):
    made = write_figures(tmp_path, source(), figures("subject", subjects=["2", "9"], most=0))
    assert made[-1].files == ("results/figures/subject-2.svg", "results/figures/subject-2.png")
    assert made[-1].note == "not in ADSL: 9"


def test_chinese_is_drawn_and_where_no_font_has_a_letter_there_is_no_png(tmp_path):
    study = source()
    curve = study.estimates.curves["PFS"]
    facts = Facts("试验", "T", "", "0", "日期为虚构")
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"
    note = write_figure(render_survival(curve, Sheet("无进展生存期", facts), "months"), svg, png)
    assert png.exists() == (note == "")
    assert "日期为虚构" in svg.read_text(encoding="utf-8")
    png.unlink(missing_ok=True)
    note = write_figure(render_survival(curve, Sheet("Letter \U0010fffd"), "months"), svg, png)
    assert "no PNG: no font on this machine has \U0010fffd" in note
    assert not png.exists()


def test_a_dollar_is_a_dollar():
    curve = source().estimates.curves["PFS"]
    assert "cost of $x_1$" in words(render_survival(curve, Sheet("cost of $x_1$"), "months"))


def test_names_of_subjects_are_short_only_where_they_tell_everybody_apart():
    study = source()
    adsl = study.datasets["ADSL"].assign(SUBJID="1")
    assert FigureSource.subject_names(study).tolist() == ["1", "2", "3", "4"]
    twice = replace(study, datasets={**study.datasets, "ADSL": adsl})
    assert twice.subject_names().tolist() == ["T-1", "T-2", "T-3", "T-4"]


def test_the_example_of_the_page_runs(tmp_path, monkeypatch):
    page = (Path(__file__).parents[3] / "docs" / "figures.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    assert {path.name for path in tmp_path.iterdir()} == {"a.svg", "a.png"}
