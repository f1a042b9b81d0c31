"""Sites that share a form: one mapping on top of another."""

import pytest

from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.problem import StudyError
from tests.mapping.site import SPECS, map_text, records

FORM = """country: CHN
missing: ["", "-"]
dates: {order: ymd, century: 30}
tables:
  patient:
    subject: no
    columns: {born: [birth, 出生日期], sex: [性别]}
    unique: no
  visit: {file: visit.csv, subject: no}
DM:
  - rows: patient
    SUBJID: {copy: subject}
    BRTHDTC: {date: born}
    SEX: {term: sex, map: {男: M, 女: F}}
DS:
  - {rows: visit, DSTERM: {copy: what}, DSDECOD: {copy: what}}
"""
SITE = """extends: forms/base.yaml
site: "201"
dates: {order: dmy}
tables:
  patient: {file: patient.csv, columns: {born: geboren}}
"""


def write(tmp_path, **files):
    (tmp_path / "forms").mkdir(exist_ok=True)
    for stem, text in files.items():
        path = tmp_path / ("forms" if stem != "site" else "") / f"{stem}.yaml"
        path.write_text(text, encoding="utf-8")
    return tmp_path / "site.yaml"


def read(tmp_path, **files):
    return read_mapping(write(tmp_path, **files), "mappings/site.yaml", SPECS)


def problems(tmp_path, **files):
    with pytest.raises(StudyError) as error:
        read(tmp_path, **files)
    return [str(problem) for problem in error.value.problems]


def test_keys_of_the_head_and_of_tables_are_merged_one_by_one(tmp_path):
    head = read(tmp_path, site=SITE, base=FORM).head
    assert (head.site, head.country, head.missing) == ("201", "CHN", ("", "-"))
    assert (head.dates.order, head.dates.century) == ("dmy", 30)
    patient = head.tables["patient"]
    assert (patient.file, patient.subject, patient.unique) == ("patient.csv", "no", ("no",))
    assert patient.columns == {"born": ("geboren",), "sex": ("性别",)}
    assert head.tables["visit"].file == "visit.csv"


def test_a_domain_given_here_takes_the_place_of_the_forms_and_an_empty_key_takes_one_away(tmp_path):
    own = SITE + "  visit:\nDM:\n  - {rows: patient, SUBJID: {copy: subject}}\nDS: []\n"
    mapping = read(tmp_path, site=own, base=FORM)
    assert list(mapping.head.tables) == ["patient"]
    assert [(block.domain, list(block.rules)) for block in mapping.blocks] == [("DM", ["SUBJID"])]


def test_a_site_on_a_form_maps_as_if_it_were_written_out(tmp_path):
    write(tmp_path, base=FORM)
    files = {"patient": "no,geboren,性别\n1,05/03/1960,男\n", "visit": "no,what\n1,DEATH\n"}
    site, _ = map_text(tmp_path, SITE, **files)
    assert records(site, "DM").values.tolist() == [["1", "1960-03-05", "M"]]
    assert [name for _, name in site.mapping_files] == ["mappings/site.yaml", "mappings/forms/base.yaml"]


def test_problems_name_the_file_and_line_they_stand_in(tmp_path):
    form = FORM.replace("{date: born}", "{dat: born}").replace("SEX: {term: sex,", "SEXX: {term: sex,")
    found = problems(tmp_path, site=SITE.replace("file: patient.csv", "fil: patient.csv"), base=form)
    assert found[:1] == ['mappings/site.yaml:5: unknown key "fil"; did you mean "file"?']
    assert any(
        line.startswith('mappings/forms/base.yaml:13: BRTHDTC: no verb in it: "dat"; did you mean "date"?')
        for line in found
    )
    found = problems(tmp_path, site=SITE, base=FORM.replace("SEX: {term: sex,", "SEXX: {term: sex,"))
    assert found == ['mappings/forms/base.yaml:14: DM has no variable "SEXX"; did you mean "SEX"?']


def test_a_column_that_the_site_does_not_have_is_named_at_the_forms_line(tmp_path):
    write(tmp_path, base=FORM)
    with pytest.raises(StudyError) as error:
        map_text(tmp_path, SITE, patient="no,geboren,性别\n1,05/03/1960,男\n", visit="no,whatt\n1,DEATH\n")
    assert {str(problem) for problem in error.value.problems} == {
        'mappings/forms/base.yaml:16: the table "visit" has no column "what"; did you mean "whatt"?'
    }


def test_a_form_may_extend_another(tmp_path):
    middle = "extends: base.yaml\ncountry: JPN\ntables:\n  visit: {file: visits_*.csv}\n"
    site = SITE.replace("forms/base.yaml", "forms/middle.yaml")
    head = read(tmp_path, site=site, middle=middle, base=FORM).head
    assert (head.country, head.tables["visit"].file, head.tables["visit"].subject) == ("JPN", "visits_*.csv", "no")
    found = problems(tmp_path, site=site, middle=middle.replace("file:", "fiel:"), base=FORM)
    assert found == ['mappings/forms/middle.yaml:4: unknown key "fiel"; did you mean "file"?']


def test_files_that_extend_each_other_are_refused(tmp_path):
    middle = "extends: ../site.yaml\n"
    assert problems(tmp_path, site=SITE, base=middle) == [
        "mappings/forms/base.yaml:1: a mapping cannot extend itself: "
        "mappings/site.yaml -> mappings/forms/base.yaml -> mappings/site.yaml"
    ]


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        ("forms/bas.yaml", 'no file "forms/bas.yaml" to extend; did you mean "forms/base.yaml"?'),
        ("form/base.yaml", 'no file "form/base.yaml" to extend; did you mean "forms/base.yaml"?'),
        ("Q", 'no file "Q" to extend'),
        ("/etc/base.yaml", '"/etc/base.yaml" is no path beside this mapping'),
        ("[forms/base.yaml]", "extends is one file, beside this one"),
    ],
)
def test_a_form_that_is_not_there_is_refused_with_the_nearest_name(tmp_path, extends, message):
    found = problems(tmp_path, site=SITE.replace("forms/base.yaml", extends), base=FORM)
    assert found == [f"mappings/site.yaml:1: {message}"]


def test_a_form_that_is_no_mapping_is_refused(tmp_path):
    assert problems(tmp_path, site=SITE, base="- a\n") == [
        "mappings/forms/base.yaml:1: a mapping is keys: site, tables, and the domains to make"
    ]
    assert problems(tmp_path, site=SITE, base="a: [\n")[0].startswith("mappings/forms/base.yaml:2: not YAML: ")


def test_a_dictionary_of_the_form_lies_beside_the_form(tmp_path):
    write(tmp_path, base=FORM + "terms: terms.csv\n")
    (tmp_path / "forms" / "terms.csv").write_text(
        "list,typed,term,reviewed_by,reviewed_on\nSEX,männlich,M,LW,2024-05-01\n", encoding="utf-8"
    )
    files = {"patient": "no,geboren,性别\n1,05/03/1960,männlich\n", "visit": "no,what\n1,DEATH\n"}
    site, _ = map_text(tmp_path, SITE, **files)
    assert records(site, "DM")["SEX"].tolist() == ["M"]
    assert site.mapping_files[2][1] == "mappings/forms/terms.csv"


def test_a_rule_of_the_defaults_is_taken_as_a_whole(tmp_path):
    form = FORM + "defaults: {DS: {DSCAT: {constant: A}, DSSCAT: {constant: B}}}\n"
    mapping = read(tmp_path, site=SITE + "defaults: {DS: {DSCAT: {copy: what}}}\n", base=form)
    block = mapping.blocks[1]
    assert {default.variable: type(default.rule).__name__ for default in block.defaults} == {
        "DSCAT": "Copy",
        "DSSCAT": "Constant",
    }
