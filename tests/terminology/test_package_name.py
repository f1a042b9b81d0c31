"""Which standard and which date: told by the file, by its name, or asked for."""

from __future__ import annotations

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.terminology.package_name import Statements, find_date, find_standard


@pytest.mark.parametrize(
    ("name", "texts", "given", "expected"),
    [
        ("SDTM Terminology 2025-03-28.txt", [], "", "2025-03-28"),
        ("SDTM Terminology.txt", [], "2025-03-28", "2025-03-28"),
        ("x.xlsx", ["SDTM Terminology 2025-09-26"], "", "2025-09-26"),
        ("x.xml", ["2025-09-26", "CDISC_CT.SDTM.2025-09-26"], "", "2025-09-26"),
        ("x 2024-01-01.xml", ["2025-09-26"], "2025-09-26", "2025-09-26"),
        ("SDTM 12025-03-281.txt", ["no 2025-02-30 either"], "2025-03-28", "2025-03-28"),
    ],
)
def test_the_date(name, texts, given, expected):
    statements = Statements([(text, "its sheet") for text in texts])
    assert find_date(name, statements, given) == expected


@pytest.mark.parametrize(
    ("name", "texts", "given", "message"),
    [
        ("CT.txt", [], "", "neither the file nor its name says the date of the package; give it as --date 2025-03-28"),
        (
            "CT 2024-01-01.txt",
            ["2025-09-26"],
            "",
            "says different dates: 2025-09-26 (its sheet) and 2024-01-01 (its name)",
        ),
        ("CT.txt", ["2025-09-26"], "2025-03-28", "the file is of 2025-09-26 (its sheet), not of 2025-03-28"),
        ("CT.txt", [], "28 March 2025", '"28 March 2025" is no day such as 2025-03-28'),
        ("CT.txt", [], "2025-03-28T12", '"2025-03-28T12" is no day such as 2025-03-28'),
    ],
)
def test_a_date_that_is_not_settled(name, texts, given, message):
    with pytest.raises(StudyError) as caught:
        find_date(name, Statements([(text, "its sheet") for text in texts]), given)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "texts", "preferred", "expected"),
    [
        ("SDTM Terminology.txt", [], [], "SDTM"),
        ("ct.txt", [], ["CDISC ADaM Date Imputation Flag Terminology", "CDISC Clinical Classification"], "ADaM"),
        ("ct.xlsx", ["ADaM Terminology 2026-03-27"], [], "ADaM"),
        ("SEND.txt", [], ["CDISC SDTM Sex of Individual Terminology"], "SDTM"),
    ],
)
def test_the_standard(name, texts, preferred, expected):
    assert find_standard(name, Statements([(text, "") for text in texts], preferred)) == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("SEND Terminology.txt", "is SEND terminology"),
        ("CDASH Terminology.txt", "is CDASH terminology"),
        ("Define-XML Terminology.txt", "is Define-XML terminology"),
        ("Protocol Terminology.txt", "is Protocol terminology"),
        ("ct.txt", "neither the file nor its name says which standard's terminology it is"),
    ],
)
def test_a_standard_that_is_not_taken(name, message):
    with pytest.raises(StudyError, match=message):
        find_standard(name, Statements())
