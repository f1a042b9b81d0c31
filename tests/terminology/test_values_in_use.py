"""Which values in use change their standing, and what is said of each."""

from __future__ import annotations

import pytest

from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.terminology.comparing import compare_codelists
from hcc_sdtm.terminology.package import Package
from hcc_sdtm.terminology.values_in_use import (
    NO_TERM,
    SYNONYM,
    TERM_NOW,
    ValueUsed,
    codelists_of,
    judge_values,
    merge_places,
)
from tests.conftest import ROOT
from tests.terminology.test_comparing import codelist, published

SPECS = read_spec_tables([ROOT / "specs"])


def judged(value, old, new, **closed):
    package = Package("SDTM", "2030-01-05", {"C1": published(new, **closed)} if new else {})
    updates = compare_codelists({"L": codelist("L", old)}, {}, (), package, ("L",))
    used = ValueUsed("m.yaml:3", "DM", "SEX", value, ("L", "ANOTHER"))
    return [(change.status, change.message) for change in judge_values([used], updates)]


@pytest.mark.parametrize(
    ("value", "old", "new", "expected"),
    [
        ("A", {"A": ("C2",)}, {"A": ("C2",), "B": ("C3",)}, []),
        ("", {"A": ("C2",)}, {"B": ("C3",)}, []),
        ("A", {"A": ("C2",)}, {"B": ("C2",)}, [(NO_TERM, '"B" is in its place')]),
        ("HAND", {"HAND": ("C2",)}, {"HANDS": ("C3",)}, [(NO_TERM, 'did you mean "HANDS"?')]),
        ("A", {"A": ("C2",)}, {"XYZ": ("C3",)}, [(NO_TERM, "")]),
        ("A", {"A": ("C2",)}, {"XYZ": ("C3", "a")}, [(NO_TERM, 'the published term is "XYZ"')]),
        ("OWN", {"OWN": ("",)}, {"OWN": ("C3",)}, [(TERM_NOW, "it was the study's own and is published now (C3)")]),
        (
            "NEW",
            {"A": ("C2",)},
            {"A": ("C2",), "NEW": ("C3",)},
            [(TERM_NOW, "it was no term of L and is one now (C3)")],
        ),
        (
            "Own",
            {"Own": ("",)},
            {"OWN": ("C3",)},
            [(SYNONYM, 'it is the study\'s own, and the published term is "OWN"')],
        ),
        ("typed", {"A": ("C2",)}, {"A": ("C2", "Typed")}, [(SYNONYM, 'it is no term, and the published term is "A"')]),
        ("typed", {"A": ("C2", "typed")}, {"A": ("C2", "Typed")}, []),
        ("A", {"A": ("C2",)}, None, [(NO_TERM, "the codelist L (C1) is published no more")]),
    ],
)
def test_the_standing_of_a_value(value, old, new, expected):
    assert judged(value, old, new) == expected


def test_an_own_term_of_a_codelist_that_is_closed_now():
    assert judged("OWN", {"OWN": ("",)}, {"A": ("C2",)}, extensible=False) == [
        (NO_TERM, "it was the study's own, and L is not extensible any more")
    ]


def test_places_of_one_value_come_together_the_worst_first():
    package = Package("SDTM", "2030-01-05", {"C1": published({"B": ("C2",), "D": ("C4",)})})
    updates = compare_codelists({"L": codelist("L", {"A": ("C2",)})}, {}, (), package, ())
    used = [ValueUsed(place, "DM", "SEX", value, ("L",)) for place, value in (("x", "D"), ("y", "A"), ("z", "A"))]
    merged = merge_places(judge_values(used, updates))
    assert [(key[0], key[2], [each.place for each in places]) for key, places in merged.items()] == [
        (NO_TERM, "A", ["y", "z"]),
        (TERM_NOW, "D", ["x"]),
    ]


@pytest.mark.parametrize(
    ("dataset", "variable", "given", "expected"),
    [
        ("DM", "SEX", {}, ("SEX",)),
        ("DS", "DSDECOD", {"DSCAT": "PROTOCOL MILESTONE"}, ("PROTMLST",)),
        ("DS", "DSDECOD", {}, ("NCOMPLT", "PROTMLST", "OTHEVENT")),
        ("RS", "RSSTRESC", {"RSTESTCD": "OVRLRESP"}, ("ONCRSR",)),
        ("RS", "RSSTRESC", {"RSTESTCD": "CPS0106"}, ()),
        ("RS", "RSSTRESC", {"RSTESTCD": "CPS0101"}, ("CPS0101STR",)),
        ("ADSL", "SEX", {}, ("SEX",)),
        ("DM", "NONE", {}, ()),
        ("NONE", "SEX", {}, ()),
    ],
)
def test_the_codelists_that_may_hold(dataset, variable, given, expected):
    assert codelists_of(SPECS, dataset, variable, given) == expected
