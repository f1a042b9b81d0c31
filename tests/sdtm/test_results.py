import numpy as np
import pytest

from hcc_sdtm.dataset import PLAN, CellRule, Lineage, Plan
from hcc_sdtm.sdtm.results import derive_standard_results, derive_test_names
from hcc_sdtm.source import Source
from tests.mapping.site import SPECS
from tests.sdtm.study import dataset

LINE = Source("mappings/201.yaml", line=9)


def mapped(made, *variables):
    """The dataset as if a mapping had rules for the variables."""
    rules = {name: (CellRule("", ((1,),), LINE),) for name in variables}
    made.lineage = Lineage(plans=[Plan(made.name, "201", rules, LINE)])
    made.frame[PLAN] = 0
    return made


@pytest.mark.parametrize(
    ("name", "code", "test"),
    [
        ("RS", "OVRLRESP", "Overall Response"),
        ("RS", "ECOG101", "ECOG1-Performance Status"),
        ("RS", "CPS0107", "CPS01-Grade"),
        ("LB", "AFP", "Alpha Fetoprotein"),
        ("TR", "LDIAM", "Longest Diameter"),
        ("TU", "TUMIDENT", "Tumor Identification"),
        ("SS", "SURVSTAT", "Survival Status"),
        ("RS", "NOSUCH", ""),
        ("RS", "", ""),
    ],
)
def test_test_name_from_its_code_by_plain_and_value_level_codelists(name, code, test):
    made = mapped(dataset(name, "A", **{f"{name}TESTCD": [code]}), f"{name}TESTCD")
    derive_test_names(made, SPECS)
    assert made.frame[f"{name}TEST"].tolist() == [test]


def test_a_mapped_test_name_stands():
    made = mapped(dataset("RS", "A", RSTESTCD=["OVRLRESP"], RSTEST=["Mine"]), "RSTESTCD", "RSTEST")
    derive_test_names(made, SPECS)
    assert made.frame["RSTEST"].tolist() == ["Mine"]


def test_standard_result_is_the_collected_number_its_text_and_its_unit():
    texts = ["21.50", "3", "<0.5", "", "1e3", "inf", "nan", "1,5"]
    made = mapped(dataset("LB", "A" * 8, LBORRES=texts, LBORRESU=["ng/mL"] * 8), "LBORRES", "LBORRESU")
    derive_standard_results(made)
    numbers = [21.5, 3.0, np.nan, np.nan, 1000.0, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(made.frame["LBSTRESN"].to_numpy(), numbers)
    assert made.frame["LBSTRESC"].tolist() == ["21.5", "3", "<0.5", "", "1000", "inf", "nan", "1,5"]
    assert made.frame["LBSTRESU"].tolist() == ["ng/mL"] * 8
    assert (made.frame["LBSTRESN"].dtype, made.frame["LBSTRESC"].dtype) == (float, object)


def test_text_of_a_mapped_number_and_the_mapped_unit_stand():
    made = dataset(
        "TR", "AA", TRORRES=["2.1", "没测"], TRORRESU=["cm", ""], TRSTRESN=[21, np.nan], TRSTRESU=["mm", "mm"]
    )
    mapped(made, "TRORRES", "TRORRESU", "TRSTRESN", "TRSTRESU")
    derive_standard_results(made)
    assert made.frame["TRSTRESN"].tolist()[0] == 21.0
    assert made.frame["TRSTRESC"].tolist() == ["21", "没测"]
    assert made.frame["TRSTRESU"].tolist() == ["mm", "mm"]


def test_nothing_is_filled_in_over_a_term_that_could_not_be_mapped():
    made = mapped(dataset("RS", "AA", RSORRES=["部分缓解", "??"], RSSTRESC=["PR", ""]), "RSORRES", "RSSTRESC")
    derive_standard_results(made)
    assert made.frame["RSSTRESC"].tolist() == ["PR", ""]


def test_records_of_a_block_without_the_rule_are_filled_beside_those_with_it():
    made = dataset("RS", "AA", RSORRES=["??", "2"], RSSTRESC=["", ""])
    rule = (CellRule("", ((1,),), LINE),)
    plans = [
        Plan("RS", "201", {"RSORRES": rule, "RSSTRESC": rule}, LINE),
        Plan("RS", "202", {"RSORRES": rule}, LINE),
    ]
    made.lineage, made.frame[PLAN] = Lineage(plans=plans), [0, 1]
    derive_standard_results(made)
    assert made.frame["RSSTRESC"].tolist() == ["", "2"]
