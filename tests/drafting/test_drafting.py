"""Small exports, and what their drafts say: the lines, the evidence, the questions, and what must never be in them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.raw.table import RawSheet
from tests.drafting.draft_site import draft, rules_of, sheet, table, written

BASELINE = """
编号    | 姓名   | 身份证号           | 性别 | 出生日期   | 知情同意日期 | 身高(cm) | ECOG评分
104-001 | 王小明 | 110105194912310021 | 男   | 1949-12-31 | 2021-03-05   | 170      | 1
104-002 | 李雷雷 | 110105196001010035 | 女   | 1960-01-01 | 2021/4/17    | 162      | 0
104-003 | 韩梅梅 | 110105195511110047 | 男   | 1955年11月 | 2021.5.23    | 不详     | 2
104-004 | 赵铁柱 | 110105196203040052 | 男   | 1962-03-04 | 2021-06-01   | 168      | 1
"""


def test_demographics_with_their_evidence(tmp_path):
    made = draft(table(BASELINE))
    data, mapping = written(made, tmp_path)
    assert data["site"] == "104"
    assert data["missing"] == ["", "不详"]
    assert data["dates"] == {"order": "ymd"}
    assert data["identifying"] == ["姓名", "身份证号"]
    assert data["subjects"] == {"pattern": "104-[0-9]{3,}"}
    assert data["tables"]["export"] == {"file": "export.csv", "subject": "编号", "unique": "subject"}
    assert rules_of(data, "DM") == [
        {
            "rows": "export",
            "SUBJID": {"copy": "subject"},
            "BRTHDTC": {"date": "出生日期"},
            "RFICDTC": {"date": "知情同意日期"},
            "SEX": {"term": "性别", "map": {"男": "M", "女": "F"}},
        }
    ]
    assert '# sure: header "性别" (synonym); values 男, 女: all 2 in codelist SEX' in made.text
    assert [block.domain for block in mapping.blocks] == ["DM", "RS", "DS", "VS"]


def test_a_person_is_in_no_part_of_a_draft():
    made = draft(
        table(BASELINE), table("编号 | 备注\n104-001 | 王小明 手机13912345678\n104-002 | 无", file="notes.csv")
    )
    for secret in ("王小明", "李雷雷", "110105", "13912345678", "1949-12-31", "1955年11月"):
        assert secret not in made.text


def test_the_same_files_give_the_same_bytes_in_any_order_of_columns_and_rows():
    made = draft(table(BASELINE))
    lines = BASELINE.strip().splitlines()
    assert made.text == draft(table(BASELINE)).text
    shuffled = draft(table("\n".join([lines[0], *reversed(lines[1:])])))
    assert set(shuffled.lines.items()) == set(made.lines.items())


def test_a_column_of_many_values_is_not_printed():
    rows = [[f"104-{n // 2:05d}", f"drug number {n}", "12"] for n in range(30_000)]
    made = draft(sheet(["subject", "medication", "dose"], *rows))
    assert len(made.text) < 4_000
    assert "drug number 20000" not in made.text


def test_dates_that_nothing_settles_have_no_order(tmp_path):
    text = "subject | sex | consent date\n1 | M | 03/04/2021\n2 | F | 05/06/2021\n3 | F | 07/08/2021"
    made = draft(table(text))
    data, _ = written(made, tmp_path)
    assert data["dates"] == {"order": "none"}
    assert "which comes first, day or month?" in made.text


def test_a_column_that_contradicts_itself_is_read_without_an_order_and_asked_about(tmp_path):
    first = "subject | sex | consent date\n1 | M | 13/04/2021\n2 | F | 25/06/2021\n3 | F | 27/08/2021"
    second = "subject | visit no | lab date | ALT (U/L)\n1 | 1 | 18/08/2021 | 3\n2 | 1 | 12/21/2021 | 3\n1 | 2 | 01/05/2022 | 3"
    made = draft(table(first), table(second, file="labs.csv"))
    data, _ = written(made, tmp_path)
    assert data["dates"] == {"order": "dmy"}
    assert data["LB"][0]["LBDTC"] == {"date": "lab date", "order": "none"}
    assert "with the day first and with the month first" in made.text


def test_an_unknown_unit_is_a_question_and_no_number():
    lines = "subject | visit no | visit date | albumin | ALT (U/L)\n" + "\n".join(
        f"{n} | 1 | 2021-03-{n:02d} | 4{n} | 3{n}" for n in range(1, 9)
    )
    made = draft(table(lines))
    assert '# LBSTRESN: {number: albumin}  # question: unit of "albumin" unknown' in made.text
    assert "LBSTRESN: {number: ALT (U/L)}" in made.text


def test_a_unit_in_the_header_is_turned_into_the_one_that_is_wanted(tmp_path):
    text = "subject | Lesion ID | Type | Site | Visit no. | Scan date | Longest diameter (cm)\n"
    text += "\n".join(f"{n} | T01 | Target | Liver | {v} | 2021-0{v}-0{n} | {n}.5" for n in (1, 2, 3) for v in (1, 2))
    data, _ = written(draft(table(text, file="lesions.csv")), tmp_path)
    (block,) = data["TR"]
    assert (block["TRORRESU"], block["TRSTRESN"], block["TRSTRESU"]) == (
        {"constant": "cm"},
        {"number": "Longest diameter (cm)", "times": "10"},
        {"constant": "mm"},
    )


def test_codes_without_a_list_are_asked_about_and_with_one_are_terms(tmp_path):
    plain = "subject | sex | consent date\n1 | 1 | 2021-03-05\n2 | 2 | 2021-03-06\n3 | 2 | 2021-03-07"
    made = draft(table(plain))
    assert written(made, tmp_path)[0]["DM"][0]["SEX"] == {"term": "sex"}
    assert '# "2": ?    # 2 rows: no term found' in made.text
    coded = plain.replace("sex", "sex (1=male 2=female)")
    assert written(draft(table(coded)), tmp_path)[0]["DM"][0]["SEX"]["map"] == {"1": "M", "2": "F"}


def test_a_term_that_was_not_found_stands_in_the_map_as_a_comment():
    made = draft(table(BASELINE.replace("| 女   |", "| 南   |")))
    assert "# 南: ?    # 1 row: no term found" in made.text
    assert "DM.SEX (export): 1 text without a term" in made.text


def test_boxes_become_one_column(tmp_path):
    text = "record_id | sex | race___1 | race___2 | race___3\n104-1 | M | 0 | 1 | 0\n104-2 | F | 1 | 0 | 0\n104-3 | F | 0 | 1 |"
    dictionary = """
    Variable ; Label ; Choices
    record_id ; Number ;
    sex ; Sex ;
    race ; Race ; 1, White ~ 2, Asian ~ 3, Black
    """.replace(";", "|")
    listed = table(dictionary, file="dictionary.csv")
    listed.grid[:] = [[cell.replace("~", "|") for cell in row] for row in listed.grid]
    data, _ = written(draft(table(text), listed), tmp_path)
    boxes = {"columns": "race___{code}", "code": {"1": "White", "2": "Asian", "3": "Black"}}
    assert data["tables"]["export"]["checkbox"] == {"race": boxes}
    assert data["DM"][0]["RACE"] == {"term": "race", "map": {"Asian": "ASIAN", "White": "WHITE"}}


def test_totals_below_the_table_end_it(tmp_path):
    rows = [[f"104-{n:03d}", "M" if n % 2 else "F", f"2021-03-{n:02d}"] for n in range(1, 25)]
    data, _ = written(draft(sheet(["subject", "sex", "consent date"], *rows, ["Total", "24", ""])), tmp_path)
    assert data["tables"]["export"]["until"] == {"subject": {"equals": "Total"}}


def test_rows_between_that_are_no_subjects_are_skipped(tmp_path):
    rows = [[f"104-{n:03d}", "M" if n % 2 else "F", f"2021-03-{n:02d}"] for n in range(1, 25)]
    rows.insert(12, ["Ward B", "", ""])
    data, _ = written(draft(sheet(["subject", "sex", "consent date"], *rows)), tmp_path)
    assert data["tables"]["export"]["skip"] == {"subject": {"equals": "Ward B"}}


def test_a_hospital_number_needs_a_key_file(tmp_path):
    text = "住院号 | 性别 | 知情同意日期\n001515265 | 男 | 2021-03-05\n003114929 | 女 | 2021-03-06\n003365386 | 男 | 2021-04-01"
    made = draft(table(text))
    data, _ = written(made, tmp_path)
    assert data["subjects"] == {"file": "site_104_key.csv", "from": "住院号", "to": "subject"}
    assert "001515265" not in made.text
    assert "which file gives the study number" in made.text
    key = table("住院号 | 研究编号\n001515265 | 104-001\n003114929 | 104-002\n003365386 | 104-003", file="key.csv")
    data, _ = written(draft(table(text), key), tmp_path)
    assert data["subjects"] == {"file": "key.csv", "from": "住院号", "to": "研究编号"}
    assert list(data["tables"]) == ["export"]


def test_several_columns_of_subject_numbers_are_a_question():
    text = "subject id | patient number | sex\n104-1 | A77 | M\n104-2 | B11 | F\n104-3 | C12 | F"
    made = draft(table(text))
    assert 'is the subject "subject id" or patient number?' in made.text


def test_tables_whose_numbers_are_not_alike_get_no_pattern(tmp_path):
    first = "subject | sex\n701-1015 | M\n701-1023 | F\n701-1028 | F"
    second = "subject | drug | start\n375 | aspirin | 2021-03-05\n376 | ibuprofen | 2021-03-06"
    made = draft(table(first), table(second, file="medication.csv"))
    assert written(made, tmp_path)[0]["subjects"] == {}
    assert "the subject numbers of medication are not like those of the other tables" in made.text


def test_no_subjects_is_said_and_the_draft_is_still_a_mapping(tmp_path):
    made = draft(table("colour | shape\nred | round\nblue | square"))
    data, mapping = written(made, tmp_path)
    assert data["tables"] == {}
    assert not mapping.blocks
    assert "no table has a column that looks like subject numbers" in made.text
    assert "export.csv: no column of subject numbers, so no table; columns colour, shape" in made.text


def test_what_was_not_placed_stands_at_the_end():
    made = draft(table("subject | sex | shoe size | flavour\n1 | M | 40 | sweet\n2 | F | 38 | sour\n3 | F | 39 | sour"))
    assert made.text.splitlines()[-2:] == [
        '# export.csv "shoe size": 3 of 3 filled; numbers 38 to 40',
        '# export.csv "flavour": 3 of 3 filled; sour, sweet',
    ]


def test_a_column_makes_records_of_one_domain_only(tmp_path):
    text = "subject | drug | start | stop\n1 | aspirin | 2021-03-05 | \n2 | sorafenib | 2021-04-05 | 2021-06-01"
    data, _ = written(draft(table(text, file="medication.csv")), tmp_path)
    assert "EX" not in data
    (block,) = data["CM"]
    assert block["CMSTDTC"] == {"date": "start"}


def test_one_lesion_list_for_two_kinds_of_tests(tmp_path):
    text = "subject | visit no | sample date | test | result | unit\n" + "\n".join(
        f"{n} | {v} | 2021-0{v}-0{n} | {test} | {n}{v} | {unit}"
        for n in (1, 2, 3)
        for v in (1, 2)
        for test, unit in (("AFP", "ng/mL"), ("ALT", "U/L"), ("AST", "U/L"), ("ALB", "g/L"), ("Zorblax", "x"))
    )
    made = draft(table(text, file="labs.csv"))
    data, _ = written(made, tmp_path)
    (block,) = data["LB"]
    assert block["LBTESTCD"]["map"] == {"AFP": "AFP", "ALT": "ALT", "AST": "AST", "ALB": "ALB"}
    assert "# Zorblax: ?" in made.text


CELLS = st.sampled_from(
    [
        "",
        "1",
        "2",
        "x",
        "2021-03-05",
        "05/13/2021",
        "男",
        "无",
        "Total",
        "T01",
        "-",
        "a|b",
        "a: b",
        "#",
        "\n",
        "'",
        '"',
        "{x}",
    ]
)
HEADERS = st.sampled_from(
    [
        "subject",
        "sex",
        "visit no",
        "date",
        "姓名",
        "v1 a",
        "v2 a",
        "v1 b",
        "v2 b",
        "靶病灶1",
        "drug",
        "result",
        "test",
        "",
        "x y",
    ]
)


@settings(max_examples=60)
@given(st.lists(HEADERS, min_size=1, max_size=7), st.data())
def test_any_table_gives_a_draft_that_is_a_mapping(tmp_path_factory, headers, data):
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(headers), max_size=len(headers)), max_size=6))
    made = draft(sheet(headers, *rows))
    assert written(made, tmp_path_factory.mktemp("draft"))
    assert made.text == draft(sheet(headers, *rows)).text


def test_an_empty_export_is_a_draft_with_questions(tmp_path):
    made = draft(RawSheet("empty.csv", "", sheet([""]).grid))
    data, _ = written(made, tmp_path)
    assert data["tables"] == {}


def test_a_date_of_birth_is_never_the_date_of_a_finding(tmp_path):
    text = "Pat. | Geschlecht | Geb.-Datum | Gewicht (kg)\n" + "\n".join(
        f"HD-{n:03d} | {'mw'[n % 2]} | {n + 10}.03.194{n} | {60 + n}" for n in range(1, 6)
    )
    made = draft(table(text))
    data, _ = written(made, tmp_path)
    assert data["DM"][0]["BRTHDTC"] == {"date": "Geb.-Datum"}
    assert "VSDTC" not in data["VS"][0]
    assert "03.194" not in made.text


def test_the_date_of_one_test_is_not_that_of_the_others(tmp_path):
    text = "subject | visit no | ALT (U/L) | AFP (ng/mL) | AFP date\n"
    text += "\n".join(f"10{n} | 1 | 3{n} | {n}0 | 2021-03-0{n}" for n in range(1, 6))
    data, _ = written(draft(table(text, file="chem.csv")), tmp_path)
    assert {block["LBTESTCD"]["constant"] for block in data["LB"]} == {"AFP", "ALT"}
    assert not any("LBDTC" in block for block in data["LB"])


def test_rows_whose_visit_no_column_gives_are_asked_about(tmp_path):
    text = "subject | sex | visit date | ALT (U/L)\n"
    text += "\n".join(f"10{n} | M | 2021-0{v}-1{n} | {n}{v}" for n in (1, 2, 3) for v in (1, 2))
    made = draft(table(text, file="labs.csv"))
    assert "VISITNUM" not in written(made, tmp_path)[0]["LB"][0]
    assert 'which visit is each row of "labs"?' in made.text


def test_a_sheet_for_each_visit_is_drafted_for_each(tmp_path):
    visits = [
        table(
            "subject | visit date | ALT (U/L)\n" + "\n".join(f"10{n} | 2021-0{v}-1{n} | {n}{v}" for n in (1, 2, 3)),
            file="visits.xlsx",
            name=f"Month {v}",
        )
        for v in (1, 3, 6)
    ]
    data, _ = written(draft(*visits), tmp_path)
    assert len(data["LB"]) == len({block["rows"] for block in data["LB"]}) == 3
    assert not any("VISITNUM" in block for block in data["LB"])


def test_minus_beside_plus_is_an_answer(tmp_path):
    text = "subject | sex | HBsAg | AFP (ng/mL)\n1001 | M | + | 12\n1002 | F | - | -\n1003 | F | - | 15"
    made = draft(table(text))
    assert written(made, tmp_path)[0]["missing"] == [""]
    assert 'Is it also no value: "-" ' in made.text


def test_names_under_a_header_for_numbers_are_no_subject_numbers():
    made = draft(table("Patient | Sex | Age\nSmith John | M | 61\nDoe Jane | F | 55\nRoe Rick | M | 70"))
    assert not any(name in made.text for name in ("Smith", "Jane", "Rick"))
    both = draft(table("Patient | No. | subject id | Sex\nSmith John | 1 | S-01 | M\nDoe Jane | 2 | S-02 | F"))
    assert "identifying: [Patient]" in both.text
    assert 'subject: "subject id"' in both.text or "subject: subject id" in both.text
    assert not any(name in both.text for name in ("Smith", "Jane"))


def test_telephones_and_staff_are_not_shown_whatever_their_header():
    made = draft(
        table(
            "subject | sex | Ctc 1 | Ctc 2 | Ctc 3 | Chk | Chk 2 | visit date\n"
            "1001 | M | 0171 1220922 | 06 12 34 56 78 | (707) 555-1505 | Dr. Wunderlich | 钱教授 | 05.03.2021\n"
            "1002 | F | 0171 7662812 | 06 22 34 56 79 | (453) 555-2942 | Nurse Pettigrew | 钱教授 | 06.03.2021\n"
            "1003 | F | 0171 3674287 | 06 42 34 56 70 | (532) 555-5776 | Dr. Wunderlich | 钱教授 | 07.03.2021"
        )
    )
    assert "identifying: [Ctc 1, Ctc 2, Ctc 3, Chk, Chk 2]" in made.text
    assert not any(text in made.text for text in ("0171", "06 12", "555-", "Wunderlich", "Pettigrew", "钱"))


def test_the_unit_of_one_test_is_not_that_of_the_others(tmp_path):
    text = "编号 | AFP | AFP单位 | ALT | PLT\n" + "\n".join(
        f"104-00{n} | {n}0 | ng/ml | 3{n} | 15{n}" for n in range(1, 5)
    )
    data, _ = written(draft(table(text)), tmp_path)
    read = {block["LBTESTCD"]["constant"]: block.get("LBORRESU") for block in data["LB"]}
    assert read == {"AFP": {"term": "AFP单位", "map": {"ng/ml": "ug/L"}}, "ALT": None, "PLAT": None}


def test_one_column_of_units_beside_several_results_is_a_question(tmp_path):
    text = "subject | AFP | ALT | unit\n" + "\n".join(f"10{n} | {n}0 | 3{n} | U/L" for n in range(1, 5))
    made = draft(table(text, file="labs.csv"))
    assert not any({"LBORRESU", "LBSTRESU", "LBSTRESN"} & set(block) for block in written(made, tmp_path)[0]["LB"])
    assert '"unit" is the unit of which result?' in made.text
