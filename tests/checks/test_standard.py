import pytest

from hcc_sdtm.checks.standard import standard_of


@pytest.mark.parametrize(
    ("name", "class_", "variable", "has"),
    [
        ("RS", "FINDINGS", "RSORRES", True),
        ("RS", "FINDINGS", "RSLINE", False),
        ("RS", "FINDINGS", "RSTPTREF", True),  # of the domain
        ("EX", "INTERVENTIONS", "EXDTC", True),  # of the model alone
        ("EX", "INTERVENTIONS", "EXORRES", False),  # of another class
        ("FA", "FINDINGS ABOUT", "FAOBJ", True),
        ("FA", "FINDINGS ABOUT", "FASPEC", True),
        ("DM", "SPECIAL PURPOSE", "DMLOC", False),
        ("SUPPRS", "RELATIONSHIP", "QVAL", True),
        ("SUPPRS", "RELATIONSHIP", "RSORRES", False),
        ("LBCH", "FINDINGS", "LBORRES", True),
        ("LBCH", "FINDINGS", "LBCHRES", False),
        ("XX", "EVENTS", "XXTERM", True),  # a sponsor's own domain
        ("XX", "EVENTS", "USUBJID", True),
        ("XX", "EVENTS", "XXTESTCD", False),
    ],
)
def test_variables_that_a_dataset_may_have(name: str, class_: str, variable: str, has: bool) -> None:
    assert standard_of(name, class_).has(variable) is has


def test_a_supplement_is_labelled_by_its_parent() -> None:
    assert standard_of("SUPPRS", "").spec.label == "Supplemental Qualifiers for RS"


def test_a_part_of_a_domain_is_told_from_the_domain() -> None:
    assert (standard_of("LB", "").is_part, standard_of("LBCH", "").is_part, standard_of("SUPPLBCH", "").is_part) == (
        False,
        True,
        True,
    )


def test_of_an_unknown_domain_without_a_class_nothing_is_known() -> None:
    assert (standard_of("XX", "").spec, standard_of("XX", "").is_closed, standard_of("XX", "EVENTS").is_closed) == (
        None,
        False,
        True,
    )


def test_associated_persons_have_a_guide_of_their_own():
    assert not standard_of("APMH", "EVENTS").is_closed
