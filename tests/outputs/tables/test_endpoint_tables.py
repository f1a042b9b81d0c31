from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.tables.endpoint_tables import render_endpoints_text, write_endpoints_html
from hcc_sdtm.spec.endpoint_list import read_endpoints
from tests.outputs.tables import PFS, RESULTS, results_frame

ENDPOINTS = """
populations: {FAS: all}
endpoints:
  - {id: PFS, label: PFS, estimator: survival, parameter: PFS, population: FAS, purpose: primary}
  - {id: TTP, label: TTP, estimator: survival, parameter: TTP, population: FAS, purpose: exploratory}
"""
FACTS = Facts("A <trial>", "RTHCC", "2024-02-29", "0123456789abcdef", "dates are fictional: <not> real")


def test_text_is_aligned_also_after_wide_characters_and_has_the_unknown_dates():
    results = results_frame(
        {**PFS, "statistic": "median", "measure": "median", "unit": "months", "text": "8.3 (6.1 to 10.2)", "n": 60,
         "value": 8.3, "least": 8.1, "greatest": 9.0, "bound": "exact", "note": "A  note."},
        {**PFS, "statistic": "12 个月率", "measure": "rate", "unit": "%", "warning": "3 at risk"},
    )  # fmt: skip
    assert render_endpoints_text(results) == (
        "Progression-free survival (FAS, n = 60)\n"
        "  median (months)  8.3 (6.1 to 10.2)  8.1 to 9.0, exact\n"
        "  12 个月率 (%)    NE\n"
        "    ! 3 at risk\n"
        "  A note.\n"
        "\n"
        "Third column. Over unknown dates: smallest and largest value over all admissible completions of the partial\n"
        "dates; exact: proved."
    )


def test_only_endpoints_with_a_purpose_are_shown_and_the_others_named(tmp_path):
    path = tmp_path / "endpoints.yaml"
    path.write_text(ENDPOINTS, encoding="utf-8")
    endpoints = read_endpoints(path, "endpoints.yaml").endpoints
    results = results_frame(
        {**PFS, "statistic": "median", "measure": "median", "text": "8.3", "n": 60},
        {
            **PFS,
            "endpoint": "TTP",
            "label": "Time to progression",
            "statistic": "median",
            "measure": "median",
            "text": "9",
        },
    )
    text = render_endpoints_text(results, endpoints)
    assert text == (
        "Progression-free survival (FAS, n = 60)\n  median  8.3\n\nAnd 1 more in results/tables/endpoints.html: TTP"
    )
    nowhere = [endpoint.model_copy(update={"purpose": ""}) for endpoint in endpoints]
    assert "Time to progression" in render_endpoints_text(results, nowhere)


def test_no_results_is_no_text():
    assert render_endpoints_text(RESULTS.iloc[:0]) == ""


def test_without_bounds_there_is_no_third_column(tmp_path):
    assert "Third" not in render_endpoints_text(RESULTS)
    write_endpoints_html(tmp_path / "e.html", RESULTS, FACTS)
    assert "Over unknown dates" not in (tmp_path / "e.html").read_text(encoding="utf-8")


def test_page_has_every_group_escapes_and_shows_the_banner_and_the_source(tmp_path):
    path = tmp_path / "endpoints.html"
    write_endpoints_html(path, RESULTS.assign(warning="few <at> risk"), FACTS)
    page = path.read_text(encoding="utf-8")
    for wanted in (
        "A &lt;trial&gt;", "Objective response &lt;rate&gt;, READER=读片 1", "dates are fictional: &lt;not&gt; real",
        "<td>NE</td>", "few &lt;at&gt; risk", "Data cut-off: 2024-02-29. Source hash: 0123456789abcdef.",
    ):  # fmt: skip
        assert wanted in page
    for raw in ("<trial>", "<rate>", "<not>", "<at>"):
        assert raw not in page
