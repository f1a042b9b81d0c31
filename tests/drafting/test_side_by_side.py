from hcc_sdtm.drafting.export.side_by_side import find_side_by_side


def test_levels_give_the_pattern_and_a_visit_number_inside_makes_the_groups_positions():
    names = [f"第{n}次随访 / {measure}" for n in (1, 2, 3) for measure in ("访视编号", "检查日期")]
    found = find_side_by_side(["住院号", *names], {"访视编号"})
    assert (found.pattern, found.key, found.values) == ("第{BLOCK}次随访 / {measure}", "BLOCK", ("1", "2", "3"))
    assert list(found.measures) == ["访视编号", "检查日期"]


def test_the_number_is_that_of_the_visit_where_nothing_else_says_it():
    found = find_side_by_side(["id", "v1 date", "v1 afp", "v2 date", "v2 afp", "v10 date"])
    assert (found.pattern, found.key, found.values) == ("v{VISITNUM} {measure}", "VISITNUM", ("1", "2", "10"))
    assert found.optional == ("afp",)


def test_numbers_behind_the_measure():
    found = find_side_by_side(["SBP_week4", "DBP_week4", "SBP_week12", "DBP_week12"])
    assert (found.pattern, found.key, found.values) == ("{measure}_week{WEEK}", "WEEK", ("4", "12"))


def test_numbered_things_of_one_row_are_no_visits():
    assert find_side_by_side(["drug1", "start1", "drug2", "start2"]) is None
    assert find_side_by_side(["靶病灶1部位", "靶病灶1照射", "靶病灶2部位", "靶病灶2照射"]) is None


def test_one_measure_alone_is_no_group():
    assert find_side_by_side(["v1 date", "v2 date", "name"]) is None
