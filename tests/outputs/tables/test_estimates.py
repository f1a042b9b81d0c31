import pytest

from hcc_sdtm.outputs.tables.building import build_table
from hcc_sdtm.outputs.tables.content import NotMade
from tests.outputs.tables import PFS, results_frame
from tests.outputs.tables.frames import content_of, shown, spec_of

OS = {**PFS, "endpoint": "OS", "label": "Overall survival"}
RESULTS = results_frame(
    {**PFS, "statistic": "events", "measure": "events", "value": 39, "text": "39", "n": 57},
    {**PFS, "statistic": "events: Death", "measure": "events", "cause": "Death", "text": "8", "n": 57},
    {**PFS, "statistic": "median", "measure": "median", "unit": "months", "value": 8.3, "text": "8.3", "n": 57,
     "least": 8.0, "greatest": 9.0, "bound": "exact", "warning": "few at risk", "note": "Primary."},
    {**PFS, "group": "SEX=F", "statistic": "events", "measure": "events", "value": 3, "text": "3", "n": 5},
    {**OS, "statistic": "median", "measure": "median", "unit": "months", "value": 28.3, "text": "28.3", "n": 57},
)  # fmt: skip


def test_endpoints_in_the_order_of_the_spec_with_warnings_methods_and_notes(tmp_path):
    spec = spec_of(tmp_path, "\n    table: estimates\n    endpoints: [OS, PFS]\n")
    table = build_table(spec, content_of(RESULTS))
    assert shown(table) == [
        ("Overall survival (N = 57)",),
        ("median (months)", "28.3", ""),
        ("Progression-free survival (N = 57)",),
        ("events", "39", ""),
        ("median (months)", "8.3", "8.0 to 9.0, exact"),
        ("few at risk",),
    ]
    assert table.footnotes[0] == "Overall survival; Progression-free survival: Kaplan-Meier."
    assert "NE: not estimable." in table.footnotes


def test_groups_and_reasons_where_they_are_asked_for(tmp_path):
    spec = spec_of(tmp_path, "\n    table: estimates\n    endpoints: PFS\n    groups: yes\n    reasons: yes\n")
    lines = shown(build_table(spec, content_of(RESULTS)))
    assert ("events: Death", "8", "") in lines
    assert ("Progression-free survival, SEX=F (N = 5)",) in lines


def test_an_endpoint_without_results_is_the_reason(tmp_path):
    with pytest.raises(NotMade, match="no results of the endpoint TTP"):
        build_table(spec_of(tmp_path, "\n    table: estimates\n    endpoints: [OS, TTP]\n"), content_of(RESULTS))
