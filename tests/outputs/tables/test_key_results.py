from hcc_sdtm.outputs.tables.key_results import key_results, without_reasons
from hcc_sdtm.outputs.tables.subgroups import build_subgroups
from tests.outputs.tables import PFS, results_frame

RESULTS = results_frame(
    {**PFS, "statistic": "subjects", "measure": "subjects", "value": 57, "text": "57"},
    {**PFS, "statistic": "left out", "measure": "left-out", "value": 0, "text": "0"},
    {**PFS, "statistic": "events", "measure": "events", "value": 39, "text": "39"},
    {**PFS, "statistic": "events: Death", "measure": "events", "cause": "Death", "value": 8, "text": "8"},
    {**PFS, "statistic": "censored", "measure": "censored", "value": 18, "text": "18"},
    {**PFS, "statistic": "censored: Lost", "measure": "count", "cause": "Lost", "value": 18, "text": "18"},
    {**PFS, "statistic": "median", "measure": "median", "value": 8.3, "text": "8.3", "unit": "months"},
    {**PFS, "endpoint": "CIF", "statistic": "events: second line", "measure": "events", "cause": "second line", "text": "26"},
    {**PFS, "endpoint": "WHY", "statistic": "PROGRESSION", "measure": "count", "cause": "PROGRESSION", "text": "23 of 26"},
    {**PFS, "endpoint": "ORR", "statistic": "left out", "measure": "left-out", "value": 4, "text": "4: not evaluable"},
    {**PFS, "group": "SEX=F", "statistic": "subjects", "measure": "subjects", "value": 5, "text": "5"},
    {**PFS, "group": "SEX=F", "statistic": "events: Death", "measure": "events", "cause": "Death", "value": 1, "text": "1"},
    {**PFS, "group": "SEX=F", "statistic": "events", "measure": "events", "value": 3, "text": "3"},
    {**PFS, "group": "SEX=F", "statistic": "median", "measure": "median", "text": "11.2 (9.0 to NE)", "unit": "months"},
    {
        **PFS, "group": "SEX=F", "statistic": "hazard ratio against SEX=M", "measure": "hazard-ratio", "text": "0.63",
        "cause": "SEX=M", "warning": "3 events",
    },
    {**PFS, "group": "SEX", "statistic": "p, log-rank", "measure": "p-value", "cause": "log-rank", "text": "0.443"},
)  # fmt: skip


def test_what_a_reader_looks_at_first():
    kept = key_results(RESULTS)
    assert list(kept["statistic"]) == [
        "events", "censored", "median", "events: second line", "PROGRESSION", "left out",
    ]  # fmt: skip
    assert list(kept["text"])[-1] == "4: not evaluable"


def test_reasons_stay_where_there_is_no_total():
    kept = set(without_reasons(RESULTS)["statistic"])
    assert {"events: second line", "PROGRESSION", "subjects"} <= kept
    assert not {"events: Death", "censored: Lost"} & kept


def test_a_subgroup_is_a_line_with_its_comparison_and_the_test_of_its_variable():
    (line,) = build_subgroups(RESULTS, {"SEX": "Sex"})
    assert (line.group, line.n, line.events, line.p) == ("Sex: F", "5", "3", "0.443")
    assert line.estimate == "median 11.2 (9.0 to NE) months"
    assert line.comparison == "hazard ratio against M 0.63"
    assert line.warnings == "3 events"
