"""lookup: one table's row by the texts of several columns, with a cardinality that is verified."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.mapping.rules.matching import shared_rows
from tests.mapping.site import cells, map_text, records

HEAD = """
site: "201"
missing: ["", NK]
dates: {order: dmy}
tables:
  course: {file: course.csv, subject: no, ignore: nr}
  plan: {file: plan.csv, subject: no}
EX:
  - rows: course
    EXTRT: {constant: RT}
"""
PLANS = "no,lesion,dose\n1,T01,50\n1,T02,60\n2,T01,45\n"


def map_courses(tmp_path, rule, courses, plans=PLANS):
    site, lineage = map_text(
        tmp_path,
        HEAD + f"    EXDOSE: {rule}\n    EXLNKID: {{copy: lesion}}\n",
        course="no,lesion,nr\n" + courses,
        plan=plans,
    )
    return site, lineage


BOTH = "{lookup: {table: plan, on: [subject, lesion], give: {number: dose}}}"


def test_a_row_is_found_by_several_columns(tmp_path):
    site, lineage = map_courses(tmp_path, BOTH, "1,T02,1\n1,T01,2\n2,T01,3\n2,T02,4\n1,NK,5\n")
    assert records(site, "EX")["EXDOSE"].fillna(-1).tolist() == [60, 50, 45, -1, -1]
    assert site.findings.empty
    hidden = site.frames["EX"][0]
    role = "plan on subject and lesion"
    rule = lineage.plans[hidden["_plan"].iat[0]].rules["EXDOSE"][0]
    assert rule.role == role
    found = lineage.origins.cells(hidden[f"_row:{role}"].iat[0], rule.at(hidden[f"_item:{role}"].iat[0]))
    assert [(str(source), typed) for source, typed in found] == [("plan.csv:C3", "60")]


def test_several_rows_of_the_other_table_are_a_finding_and_give_nothing(tmp_path):
    site, _ = map_courses(tmp_path, BOTH, "1,T02,1\n1,T01,2\n", PLANS + "1,T02,61\n")
    assert records(site, "EX")["EXDOSE"].fillna(-1).tolist() == [-1, 50]
    assert cells(site, "MAP-015") == [("course.csv:A2", "1")]
    assert "several rows for this subject and lesion" in site.findings["message"].iat[0]


def test_one_to_one_is_verified_at_the_rows_that_share_one(tmp_path):
    rule = BOTH.replace("give:", "cardinality: one_to_one, give:")
    site, _ = map_courses(tmp_path, rule, "1,T02,1\n1,T01,2\n1,T02,3\n2,T02,4\n2,T02,5\n")
    assert records(site, "EX")["EXDOSE"].fillna(-1).tolist() == [-1, 50, -1, -1, -1]
    # 2 T02 is in no plan, so nothing is shared
    assert cells(site, "MAP-049") == [("course.csv:A2", "1"), ("course.csv:A4", "1")]
    site, _ = map_courses(tmp_path, BOTH, "1,T02,1\n1,T02,2\n")
    assert records(site, "EX")["EXDOSE"].tolist() == [60, 60]
    assert cells(site, "MAP-049") == []


def test_texts_of_a_key_do_not_run_into_each_other(tmp_path):
    plans = "no,lesion,side,dose\n1,a,bc,50\n1,ab,c,60\n"
    rule = "{lookup: {table: plan, on: [lesion, side], give: {number: dose}}}"
    site, _ = map_text(
        tmp_path,
        HEAD + f"    EXDOSE: {rule}\n",
        course="no,lesion,side\n1,ab,c\n1,a,bc\n1,abc,\n",
        plan=plans,
    )
    assert records(site, "EX")["EXDOSE"].fillna(-1).tolist() == [60, 50, -1]


@given(st.lists(st.integers(-1, 4), max_size=20))
def test_a_row_is_shared_where_another_found_the_same(at):
    found = np.array(at, dtype=int) >= 0
    expected = [each >= 0 and at.count(each) > 1 for each in at]
    assert shared_rows(np.array(at, dtype=int), found).tolist() == expected


@pytest.mark.parametrize("on", ["[]", "[subject, lesionn]"])
def test_a_key_that_cannot_be_is_a_problem(tmp_path, on):
    with pytest.raises(Exception, match=r"site\.yaml:11: "):
        map_courses(tmp_path, BOTH.replace("[subject, lesion]", on), "1,T02\n")


def test_texts_of_a_key_are_compared_as_in_conditions(tmp_path):
    site, _ = map_courses(tmp_path, BOTH, "１,ｔ01,1\n1,T02 ,2\n1,t０2,3\n", "no,lesion,dose\n1,T01,50\n1,T02,60\n")
    assert records(site, "EX")["EXDOSE"].tolist() == [50, 60, 60]
    assert records(site, "EX")["EXLNKID"].tolist() == ["ｔ01", "T02", "t０2"]
    rule = "{lookup: {table: plan, give: {number: dose}}}"
    site, _ = map_courses(tmp_path, rule, "a1,x,1\n", "no,lesion,dose\nA1,x,50\nａ1,x,60\n")
    assert cells(site, "MAP-015") == [("course.csv:A2", "a1")]


def test_a_row_of_another_subject_gives_nothing(tmp_path):
    rule = BOTH.replace("[subject, lesion]", "lesion")
    site, _ = map_courses(tmp_path, rule, "1,T01,1\n2,T02,2\n2,T03,3\n", "no,lesion,dose\n1,T01,50\n1,T02,60\n")
    assert records(site, "EX")["EXDOSE"].fillna(-1).tolist() == [50, -1, -1]
    assert cells(site, "MAP-068") == [("course.csv:B3", "T02")]
