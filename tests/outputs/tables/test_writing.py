import sys
from dataclasses import replace

import pytest

from hcc_sdtm.outputs.made import Made
from hcc_sdtm.outputs.tables import writing
from hcc_sdtm.outputs.tables.rtf import NEEDED, has_rtf
from hcc_sdtm.outputs.tables.writing import write_tables
from hcc_sdtm.spec.table_list import TableList
from hcc_sdtm.spec.yaml_file import read_yaml, validate
from tests.outputs.tables.frames import FACTS, content_of

YAML = """
tables:
  - id: age
    number: "14.1"
    title: Age <&>
    table: characteristics
    population: RTFL
    in_report: yes
    variables: [{variable: AGE}]
  - {id: stage, title: Stage, table: characteristics, variables: [{variable: STAGE}]}
  - {id: all-pfs, title: PFS, table: listing, dataset: ADTTE, columns: [{variable: USUBJID}]}
rtf_lines: 4
"""


@pytest.fixture
def tables(tmp_path) -> TableList:
    (tmp_path / "tables.yaml").write_text(YAML, encoding="utf-8")
    return validate(read_yaml(tmp_path / "tables.yaml", "tables.yaml"), TableList)


def write(folder, tables, content=None):
    (folder / "results" / "tables").mkdir(parents=True)
    return write_tables(folder, content or content_of(), tables)


@pytest.mark.skipif(not has_rtf(), reason="rtflite is not installed: pip install hcc-sdtm[rtf]")
def test_each_table_has_its_files_or_the_reason(tmp_path, tables):
    written = write(tmp_path / "out", tables.model_copy(update={"rtf_lines": 7}))
    assert written.made == (
        Made("age", "Table 14.1. Age <&>", ("results/tables/age.html", "results/tables/age.rtf")),
        Made("stage", "Stage", reason="ADSL has no STAGE"),
        Made("all-pfs", "PFS", ("results/tables/all-pfs.html", "results/tables/all-pfs.rtf")),
    )
    assert [table.id for table in written.in_report] == ["age"]
    assert sorted(path.name for path in (tmp_path / "out" / "results" / "tables").iterdir()) == [
        "age.html", "age.rtf", "all-pfs.html", "all-pfs.rtf",
    ]  # fmt: skip


@pytest.mark.skipif(not has_rtf(), reason="rtflite is not installed: pip install hcc-sdtm[rtf]")
def test_a_table_too_long_for_rtf_says_so(tmp_path, tables):
    made = write(tmp_path / "out", tables).made
    assert made[2].files == ("results/tables/all-pfs.html",)
    assert made[2].note == "no RTF: 5 lines are more than rtf_lines, 4; the HTML has all"


def test_without_the_extra_there_is_the_html_and_the_report_says_what_to_install(tmp_path, tables, monkeypatch):
    monkeypatch.setattr(writing, "has_rtf", lambda: False)
    made = write(tmp_path / "out", tables).made
    assert [each.note for each in made] == [NEEDED, "", NEEDED]
    assert "hcc-sdtm[rtf]" in NEEDED
    assert "rtflite" not in {name.split(".")[0] for name in vars(sys.modules["hcc_sdtm.outputs.tables.rtf"])}


def test_the_page_escapes_and_has_facts_and_banner(tmp_path, tables):
    facts = replace(FACTS, banner="All dates are <fictional>.")
    write(tmp_path / "out", tables, replace(content_of(), facts=facts))
    page = (tmp_path / "out" / "results" / "tables" / "age.html").read_text(encoding="utf-8")
    assert "Table 14.1. Age &lt;&amp;&gt;" in page
    assert "All dates are &lt;fictional&gt;." in page
    assert "Study: RTHCC. Data cut-off: 2024-02-29. Source hash: 0123456789abcdef." in page
    assert "size: A4 landscape" in page
    assert "<thead>" in page
    assert "http" not in page


def test_equal_content_gives_equal_bytes(tmp_path, tables):
    for name in ("a", "b"):
        write(tmp_path / name, tables)
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / n / "results" / "tables").iterdir()} for n in "ab")
    assert first == second
