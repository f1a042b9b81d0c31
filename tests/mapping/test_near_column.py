import pytest
from openpyxl import Workbook

from hcc_sdtm.dataset import Lineage
from hcc_sdtm.mapping.applying import map_site
from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.problem import StudyError
from tests.mapping.site import SPECS, map_text

DOMAINS = """
DM:
  - {rows: t, SUBJID: {copy: subject}}
RS:
  - rows: t
    RSDTC: {date: 检查日期}
    RSSTRESC: {term: 疗效, map: {完全缓解: CR, 部分缓解: PR}}
    VISITNUM: {number: 访视}
"""
HEAD = 'site: "201"\nmissing: ["", 无]\ntables:\n  t: {file: t.csv, subject: no}'
GOOD = "no,检查日期,疗效,访视\n"


def problems(folder, mapping, **files):
    with pytest.raises(StudyError) as error:
        map_text(folder, mapping, **files)
    return [str(problem).removeprefix("mappings/") for problem in error.value.problems]


@pytest.mark.parametrize(
    ("header", "body", "hint"),
    [
        # alike
        ("no,检查时间,疗效,访视", "1,2021-03-05,部分缓解,1", 'did you mean "检查时间"?'),
        # but for a unit, a space, the width
        ("no,检 查 日 期（年月日）,疗效,访视", "1,2021-03-05,部分缓解,1", 'did you mean "检 查 日 期（年月日）"?'),
        # of two that are alike the one that holds dates
        ("no,检查方式,检查时间,疗效,访视", "1,CT,2021-03-05,部分缓解,1", 'did you mean "检查时间"?'),
        # unlike: the only one that holds dates and has no rule
        (
            "no,影像评估于,方式,疗效,访视",
            "1,2021-03-05,CT,部分缓解,1",
            'did you mean "影像评估于"? It is the only column that the mapping does not name and that holds dates',
        ),
    ],
)
def test_a_renamed_column_is_named(tmp_path, header, body, hint):
    assert problems(tmp_path, HEAD + DOMAINS, t=f"{header}\n{body}\n") == [
        f'site.yaml:9: the table "t" has no column "检查日期"; {hint}'
    ]


@pytest.mark.parametrize(
    ("column", "renamed", "texts", "holds"),
    [
        ("访视", "v", ["1", "无", "3"], "numbers"),
        ("疗效", "r", ["部分缓解", "完全缓解", "?"], "texts that the rule's map lists"),
    ],
)
def test_a_column_is_known_by_what_it_holds(tmp_path, column, renamed, texts, holds):
    header = GOOD.strip().replace(column, renamed) + ",remark"
    other = {"检查日期": "2021-03-05", "疗效": "部分缓解", "访视": "1"}
    rows = [
        ",".join(["1", *(text if name == column else typed for name, typed in other.items()), "x y"]) for text in texts
    ]
    (problem,) = problems(tmp_path, HEAD + DOMAINS, t="\n".join([header, *rows]) + "\n")
    assert problem.endswith(
        f'has no column "{column}"; did you mean "{renamed}"? '
        f"It is the only column that the mapping does not name and that holds {holds}"
    )


def test_nothing_is_proposed_where_several_columns_could_be_meant(tmp_path):
    text = "no,a,b,疗效,访视\n1,2021-03-05,2021-03-06,部分缓解,1\n"
    assert problems(tmp_path, HEAD + DOMAINS, t=text) == ['site.yaml:9: the table "t" has no column "检查日期"']


def test_a_header_in_another_row_is_found(tmp_path):
    text = "登记表,,,\n" + GOOD + "1,2021-03-05,部分缓解,1\n"
    found = problems(tmp_path, HEAD + DOMAINS, t=text)
    assert found == [
        'site.yaml:4: t.csv has no column "no"; row 2 of the sheet has it: is header: 2 meant?',
        *(
            f'site.yaml:{line}: the table "t" has no column "{name}"; row 2 of the sheet has it: is header: 2 meant?'
            for line, name in ((9, "检查日期"), (10, "疗效"), (11, "访视"))
        ),
    ]


def test_levels_in_other_rows_and_levels_that_hold_to_the_right_are_found(tmp_path):
    text = "title,,\nno,v1,\n,date,resp\n1,a,b\n"
    mapping = 'site: "201"\ntables:\n  t: {file: t.csv, subject: no}\nRS:\n  - {rows: t, RSORRES: {copy: v1 / date}}\n'
    (subject, column) = problems(tmp_path, mapping, t=text)
    assert subject.endswith("row 2 of the sheet has it: is header: 2 meant?")
    assert column.endswith("rows 2 and 3 of the sheet have it: is header: [2, 3] meant?")
    mapping = mapping.replace("subject: no", "subject: no, header: [2, 3]").replace("v1 / date", "v1 / resp")
    assert problems(tmp_path, mapping, t=text) == [
        'site.yaml:5: the table "t" has no column "v1 / resp"; header: {levels: [2, 3], fill: right} has it: '
        "a level then holds for the unnamed cells to its right"
    ]


def test_a_column_of_another_sheet_is_found(tmp_path):
    book = Workbook()
    book.active.title = "A"
    book.active.append(["no", "x"])
    book.active.append(["1", "y"])
    book.create_sheet("B").append(["no", "疗效"])
    (tmp_path / "raw").mkdir()
    book.save(tmp_path / "raw" / "f.xlsx")
    mapping = (
        'site: "201"\ntables:\n  t: {file: f.xlsx, sheet: A, subject: no}\nRS:\n  - {rows: t, RSORRES: {copy: 疗效}}\n'
    )
    assert problems(tmp_path, mapping) == ['site.yaml:5: the table "t" has no column "疗效"; the sheet "B" has it']


def test_no_text_of_a_row_that_may_hold_patients_is_proposed(tmp_path):
    # the header is row 1, and the mapping says row 2
    mapping = (
        HEAD.replace("subject: no", "subject: patient, header: 2") + "\nDM:\n  - rows: t\n    RACE: {copy: patients}\n"
    )
    found = problems(tmp_path, mapping, t="no,x\npatient 1 Li,patients of Wang\n1,2\n")
    assert found == [
        'site.yaml:4: t.csv has no column "patient"',
        'site.yaml:7: the table "t" has no column "patients"',
    ]


def test_the_subjects_column_is_known_by_the_key_file(tmp_path):
    mapping = (
        'site: "201"\nsubjects: {file: key.csv, from: own, to: study}\n'
        "tables:\n  t: {file: t.csv, subject: 住院号}\nRS:\n  - {rows: t, RSORRES: {copy: 疗效}}\n"
    )
    text = "疗效,ID,x\nPR,H1,7\nPD,H2,8\n"
    assert problems(tmp_path, mapping, t=text, key="own,study\nH1,201-1\nH2,201-2\n") == [
        'site.yaml:4: t.csv has no column "住院号"; did you mean "ID"? '
        "It is the only column that the mapping does not name and that holds subject numbers"
    ]


def test_one_sheet_of_several_whose_header_changed_is_named_with_it(tmp_path):
    book = Workbook()
    book.remove(book.active)
    for title, header in (("F 1", ["no", "疗效"]), ("F 2", ["no", "疗效评价"])):
        sheet = book.create_sheet(title)
        sheet.append(header)
        sheet.append([title[-1], "PR"])
    (tmp_path / "raw").mkdir()
    book.save(tmp_path / "raw" / "f.xlsx")
    mapping = (
        'site: "201"\ntables:\n  t: {file: f.xlsx, sheet: F*, subject: no}\nRS:\n  - {rows: t, RSORRES: {copy: 疗效}}\n'
    )
    assert problems(tmp_path, mapping) == [
        'site.yaml:5: f.xlsx:F 2 has no column "疗效", which the other sheets of the table have; did you mean "疗效评价"?'
    ]


def test_a_column_is_known_by_its_place_in_the_form_of_another_site(tmp_path):
    text = "no,知情于,影像评估于,结局于,疗效,访视\n1,2021-03-05,2021-03-06,2021-03-07,部分缓解,1\n"
    # three columns hold dates, and nothing else tells which is meant
    assert problems(tmp_path, HEAD + DOMAINS, t=text) == ['site.yaml:9: the table "t" has no column "检查日期"']
    lineage = Lineage()
    for site, header in (("202", "no,知情于,检查日期,结局于,疗效,访视"), ("203", "疗效,检查日期,no")):
        (tmp_path / "raw" / f"{site}.csv").write_text(f"{header}\n1,,,,,\n", encoding="utf-8")
        path = tmp_path / f"{site}.yaml"
        path.write_text(f'site: "{site}"\ntables:\n  t: {{file: {site}.csv, subject: no}}\n', encoding="utf-8")
        map_site(read_mapping(path, path.name, SPECS), tmp_path / "raw", SPECS, lineage)
    with pytest.raises(StudyError) as error:
        map_site(read_mapping(tmp_path / "site.yaml", "site.yaml", SPECS), tmp_path / "raw", SPECS, lineage)
    assert [str(problem) for problem in error.value.problems] == [
        'site.yaml:9: the table "t" has no column "检查日期"; did you mean "影像评估于"? It stands where 202.csv has "检查日期"'
    ]


def test_names_of_alternative_header_rows_are_proposed_and_one_column_has_one_say(tmp_path):
    text = "id,drug,start\nid,drug_name,begun on\nu1,Sorafenib,2021-03-05\n"
    mapping = 'site: "201"\ntables:\n  t: {file: t.csv, header: {any_of: [1, 2]}, subject: id}\n'
    mapping += "EX:\n  - {rows: t, EXTRT: {copy: drug_nam}, EXSTDTC: {date: 日期}}\n"
    assert problems(tmp_path, mapping, t=text) == [
        'site.yaml:5: the table "t" has no column "drug_nam"; did you mean "drug_name"?',
        'site.yaml:5: the table "t" has no column "日期"; did you mean "start"? '
        "It is the only column that the mapping does not name and that holds dates",
    ]


def test_a_renamed_column_says_its_own_name(tmp_path):
    mapping = HEAD.replace("subject: no", "subject: no, columns: {day: 检查日期}") + DOMAINS
    assert problems(tmp_path, mapping, t=GOOD + "1,2021-03-05,部分缓解,1\n") == [
        'site.yaml:9: the table "t" has no column "检查日期"; columns names it "day", and it answers to that only'
    ]
