import shutil
from pathlib import Path

import pytest

from hcc_sdtm.dataset import Lineage
from hcc_sdtm.mapping.sites import map_sites
from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.study import read_study

ROOT = Path(__file__).parents[2]
TABLES = "tables:\n  patient: {file: %s.csv, subject: no}\n  lab: {file: %s_lab.csv, subject: no}\n"
BLOCKS = "DM:\n  - {rows: patient, SUBJID: {copy: subject}}\nLB:\n  - {rows: lab, LBORRES: {copy: afp}}\n"


def write_study(folder: Path, mappings: dict[str, str], files: dict[str, str]) -> Path:
    shutil.copytree(ROOT / "specs", folder / "specs")
    for name, texts in (("mappings", mappings), ("raw", files)):
        (folder / name).mkdir()
        for stem, text in texts.items():
            (folder / name / stem).write_text(text, encoding="utf-8")
    (folder / "study.yaml").write_text('study: X\nmappings: ["mappings/*.yaml"]\n', encoding="utf-8")
    return folder


def two_sites(folder: Path, subjects: str = "", lab_301: str = "1,5\n", patients_302: str = "3\n") -> Path:
    """Sites 301 and 302 with the patients 1, 2 and 3; what is given differs."""
    mappings = {f"{site}.yaml": f'site: "{site}"\n{subjects}{TABLES % (site, site)}{BLOCKS}' for site in ("301", "302")}
    files = {"301.csv": "no\n1\n2\n", "301_lab.csv": f"no,afp\n{lab_301}", "302.csv": f"no\n{patients_302}"}
    return write_study(folder, mappings, files | {"302_lab.csv": "no,afp\n3,7\n"})


def problems(study: Path, *wanted: str, keep_going: bool = False) -> list[str]:
    with pytest.raises(StudyError) as error:
        map_sites(read_study(study), wanted, Lineage(), keep_going)
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    "bad",
    [
        "site: '302'\ntables: [\n",  # no YAML
        'site: "302" # of the north\ntables: {}\nXX: []\n',  # no domain
        "site: 302\n\ttab: x\n",
    ],
)
def test_the_mapping_of_a_site_that_is_not_wanted_is_not_read(tmp_path, bad):
    study = two_sites(tmp_path)
    (study / "mappings" / "302.yaml").write_text(bad, encoding="utf-8")
    done = map_sites(read_study(study), ["301"], Lineage(), False)
    assert [site.site for site in done.sites] == ["301"]
    assert (done.problems, list(done.mappings)) == ([], ["mappings/301.yaml"])
    assert all(problem.startswith("mappings/302.yaml") for problem in problems(study, "302"))


def test_a_wanted_site_that_no_line_names_is_looked_for_in_the_mappings_that_name_none(tmp_path):
    study = two_sites(tmp_path)
    path = study / "mappings" / "302.yaml"
    path.write_text(path.read_text().replace('site: "302"', '"site": "302"'), encoding="utf-8")
    done = map_sites(read_study(study), ["302"], Lineage(), False)
    assert [site.site for site in done.sites] == ["302"]


def test_a_site_without_a_mapping_is_named_with_the_nearest(tmp_path):
    assert problems(two_sites(tmp_path), "31", "301") == ['study.yaml: no mapping for site "31"; did you mean "301"?']


def test_two_sites_that_enrol_one_number_are_refused_by_name_line_and_cell(tmp_path):
    study = two_sites(tmp_path, patients_302="9\n1\n2\n")
    assert problems(study) == [
        'mappings/302.yaml:6: site "302" enrols 1 (302.csv:A3, 301.csv:A2), 2 (302.csv:A4, 301.csv:A3), as site "301" does by '
        "mappings/301.yaml:6; two patients would become one: give a site's numbers a prefix, or the pattern they must have, "
        "under subjects",
        'mappings/301.yaml:6: site "301" enrols 2 subject numbers that site "302" enrols too, by mappings/302.yaml:6',
    ]
    # which of the two is right is not known, so that none is kept
    assert len(problems(study, keep_going=True)) == 2


def test_a_prefix_tells_the_sites_apart(tmp_path):
    study = two_sites(tmp_path, patients_302="1\n")
    path = study / "mappings" / "302.yaml"
    path.write_text(path.read_text() + 'subjects: {prefix: "302-"}\n', encoding="utf-8")
    assert len(map_sites(read_study(study), (), Lineage(), False).sites) == 2


def test_a_number_of_another_site_in_any_domain_is_an_error_that_names_both(tmp_path):
    done = map_sites(read_study(two_sites(tmp_path, lab_301="1,5\n3,6\n3,8\n")), (), Lineage(), False)
    (found,) = [
        finding
        for site in done.sites
        for finding in site.findings.to_dict("records")
        if finding["rule"].startswith("MAP-066")
    ]
    assert (found["severity"], found["site"], found["subject"], found["source"]) == (
        "error",
        "301",
        "3",
        "301_lab.csv:A3",
    )
    assert found["message"] == (
        "records with this subject number at site 301 (LB 2, by mappings/301.yaml:4), and site 302 enrols the subject "
        "(302.csv:A2, by mappings/302.yaml:6); they are taken for one subject's"
    )


def test_a_number_that_no_site_enrols_and_two_sites_have_is_an_error_at_the_later(tmp_path):
    study = two_sites(tmp_path, lab_301="8,5\n")
    (study / "raw" / "302_lab.csv").write_text("no,afp\n8,7\n")
    done = map_sites(read_study(study), (), Lineage(), False)
    found = done.sites[1].findings
    (message,) = found.loc[found["rule"].str.startswith("MAP-066"), "message"]
    assert "site 301 has records of it too (301_lab.csv:A2" in message
