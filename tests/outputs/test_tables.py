from __future__ import annotations

from hcc_sdtm.outputs.tables import render_endpoints_text, write_endpoints_html
from tests.outputs.tables import RESULTS


def test_text_is_aligned_also_after_wide_characters():
    results = RESULTS.assign(statistic=["median", "12 个月率", "rate"])
    assert render_endpoints_text(results) == (
        "Progression-free survival (FAS, n = 60)\n"
        "  median (months)  8.3 (6.1 to 10.2)\n"
        "  12 个月率 (%)    NE\n"
        "\n"
        "Objective response <rate>, 读片 1 (FAS, n = 60)\n"
        "  rate (%)         38"
    )


def test_no_results_is_no_text():
    assert render_endpoints_text(RESULTS.iloc[:0]) == ""


def test_page_escapes_and_shows_the_banner(tmp_path):
    path = tmp_path / "endpoints.html"
    write_endpoints_html(path, RESULTS, "A <trial>", "dates are fictional: <not> real")
    page = path.read_text(encoding="utf-8")
    assert "A &lt;trial&gt;" in page
    assert "Objective response &lt;rate&gt;, 读片 1" in page
    assert "dates are fictional: &lt;not&gt; real" in page
    assert "<td>NE</td>" in page
    for raw in ("<trial>", "<rate>", "<not>"):
        assert raw not in page
    write_endpoints_html(path, RESULTS, "A <trial>")
    assert 'class="banner"' not in path.read_text(encoding="utf-8")
