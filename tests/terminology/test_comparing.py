"""What a package changes in codelists: terms by NCI code, the study's own terms, parts of codelists."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.spec.model import Codelist
from hcc_sdtm.terminology.comparing import (
    FactChange,
    ListUpdate,
    Renamed,
    SynonymChange,
    TermAfter,
    compare_codelists,
)
from hcc_sdtm.terminology.package import Package, PublishedCodelist, PublishedTerm


def codelist(name, terms, code="C1", extensible=True, label="A list"):
    """A codelist from ``{value: (code, *synonyms)}``."""
    synonyms = {value: tuple(rest) for value, (_, *rest) in terms.items()}
    return Codelist(name, code, label, extensible, synonyms, {value: first for value, (first, *_) in terms.items()})


def published(terms, code="C1", name="L", extensible=True, label="A list"):
    listed = tuple(PublishedTerm(first, value, tuple(rest)) for value, (first, *rest) in terms.items())
    return PublishedCodelist(code, name, label, extensible, listed)


def compare(now, new, below=(), whole=(), of_standard=("L",)):
    codelists = {each.name: each for each in ([now] if isinstance(now, Codelist) else now)}
    package = Package("SDTM", "2030-01-05", {each.code: each for each in ([new] if new else [])})
    return compare_codelists(codelists, {each.name: each for each in below}, whole, package, of_standard)


def test_the_same_terms_in_another_order_are_no_change():
    now = codelist("L", {"A": ("C2", "x", "y"), "B": ("C3",)})
    found = compare(now, published({"B": ("C3",), "A": ("C2", "y", "x")}))["L"]
    assert not found.has_changes
    assert found.after == {"A": TermAfter("C2", ("x", "y")), "B": TermAfter("C3", ())}


def test_terms_added_removed_renamed_and_coded_anew():
    now = codelist("L", {"A": ("C2",), "B": ("C3", "bee"), "D": ("C4",), "E": ("C5",)})
    found = compare(now, published({"A": ("C2",), "BB": ("C3", "bee", "b"), "E": ("C55",), "F": ("C6",)}))["L"]
    assert found.added == (PublishedTerm("C6", "F"),)
    assert found.removed == (("D", "C4"),)
    assert found.renamed == (Renamed("C3", "B", "BB"),)
    assert found.facts == (FactChange('code of "E"', "C5", "C55"),)
    assert found.after["BB"] == TermAfter("C3", ("bee", "b"))
    assert found.synonyms == ()  # those of a new name are told with it


def test_two_terms_that_change_names_with_each_other_are_told_by_their_codes():
    now = codelist("L", {"A": ("C2",), "B": ("C3",)})
    found = compare(now, published({"A": ("C3",), "B": ("C2",)}))["L"]
    assert found.renamed == ()
    assert [fact.what for fact in found.facts] == ['code of "A"', 'code of "B"']


def test_synonyms_label_and_extensible():
    now = codelist("L", {"A": ("C2", "old", "kept")})
    found = compare(now, published({"A": ("C2", "kept", "new")}, extensible=False, label="The list"))["L"]
    assert found.synonyms == (SynonymChange("A", ("new",), ("old",)),)
    assert found.facts == (FactChange("label", "A list", "The list"), FactChange("extensible", "Yes", "No"))
    assert (found.label, found.extensible) == ("The list", False)


def test_own_terms_stay_are_taken_over_or_are_near():
    now = codelist("L", {"A": ("C2",), "OWN": ("",), "NEW": ("", "mine"), "Bee": ("",), "syn": ("",)})
    found = compare(now, published({"A": ("C2",), "NEW": ("C3", "theirs"), "BEE": ("C4",), "D": ("C5", "SYN")}))["L"]
    assert found.adopted == ("NEW",)
    assert found.near == (("Bee", "BEE"), ("syn", "D"))
    assert found.own == ("OWN", "Bee", "syn")
    assert found.after["NEW"] == TermAfter("C3", ("theirs", "mine"))
    assert found.after["OWN"] == TermAfter("", ())
    assert found.removed == ()


def test_own_terms_of_a_codelist_that_is_closed_now():
    found = compare(codelist("L", {"A": ("C2",), "OWN": ("",)}), published({"A": ("C2",)}, extensible=False))["L"]
    assert (found.not_allowed, found.own, list(found.after)) == (("OWN",), (), ["A"])


def test_what_a_study_has_added_over_the_packaged_codelist_is_its_own():
    under = codelist("L", {"A": ("C2", "a"), "B": ("C3",)})
    # the study gives A a synonym without its code, and a term of its own with a code that it has from somewhere
    now = codelist("L", {"A": ("", "a", "甲"), "B": ("C3",), "OWN": ("C9",)})
    found = compare(now, published({"A": ("C2", "aa"), "B": ("C3",)}), below=[under])["L"]
    assert found.after == {"A": TermAfter("C2", ("aa", "甲")), "B": TermAfter("C3", ()), "OWN": TermAfter("", ())}
    assert found.own_synonyms == (SynonymChange("A", ("甲",), ()),)
    assert found.own == ("OWN",)


def test_in_a_codelist_that_was_imported_before_a_term_with_a_code_is_published():
    under = codelist("L", {"A": ("C2",)})
    now = codelist("L", {"A": ("C2",), "B": ("C3",), "OWN": ("",)})
    found = compare(now, published({"A": ("C2",)}), below=[under], whole=["L"])["L"]
    assert found.removed == (("B", "C3"),)
    assert list(found.after) == ["A", "OWN"]


def test_a_part_of_a_codelist_stays_that_part():
    whole = codelist("NY", {"N": ("C2",), "U": ("C4",), "Y": ("C3",)}, label="No Yes")
    part = codelist("NY_YN", {"N": ("C2",), "Y": ("C3",)}, extensible=False, label="N or Y")
    new = published({"MAYBE": ("C5",), "N": ("C2", "No"), "YES": ("C3",)}, name="NY", label="No Yes Response")
    found = compare([part, whole], new, of_standard=("NY", "NY_YN"))
    assert found["NY_YN"].is_subset
    assert list(found["NY_YN"].after) == ["N", "YES"]
    assert (found["NY_YN"].label, found["NY_YN"].facts) == ("N or Y", ())
    assert list(found["NY"].after) == ["MAYBE", "N", "YES"]
    assert found["NY"].removed == (("U", "C4"),)


def test_a_codelist_under_a_name_of_the_study_alone_is_the_published_one():
    now = codelist("MINE", {"A": ("C2",)})
    found = compare(now, published({"A": ("C2",), "B": ("C3",)}, name="THEIRS"))["MINE"]
    assert not found.is_subset
    assert list(found.after) == ["A", "B"]


def test_a_codelist_that_the_package_lacks_is_retired_only_where_it_is_of_its_standard():
    now = [
        codelist("L", {"A": ("C2",)}),
        codelist("OTHER", {"A": ("C2",)}, code="C9"),
        codelist("OWN", {"A": ("",)}, code=""),
    ]
    found = compare(now, None)
    assert list(found) == ["L"]
    assert found["L"].published is None
    assert found["L"].has_changes


VALUES = st.sampled_from(["A", "B", "D", "E", "F"])
CODES = st.sampled_from(["C2", "C3", "C4", "C5", ""])


def codes_differ(terms):
    codes = [code for code in terms.values() if code]
    return len({*codes}) == len(codes)


TERMS = st.dictionaries(VALUES, CODES, max_size=5).filter(codes_differ)
PUBLISHED = st.dictionaries(VALUES, CODES.filter(bool), min_size=1).filter(codes_differ)


@given(TERMS, PUBLISHED, st.booleans())
def test_afterwards_are_the_published_terms_and_the_studys_own_and_every_former_term_is_accounted_for(
    old, new, is_open
):
    now = codelist("L", {value: (code,) for value, code in old.items()})
    target = published({value: (code,) for value, code in new.items()}, extensible=is_open)
    found: ListUpdate = compare(now, target)["L"]
    assert [value for value in found.after if value in new] == list(new)
    assert all(found.after[value].code == code for value, code in new.items())
    own = {value for value, code in old.items() if not code}
    assert {value for value in found.after if value not in new} == (own - new.keys() if is_open else set())
    gone = {value for value, _ in found.removed} | {each.old for each in found.renamed} | {*found.not_allowed}
    assert gone == old.keys() - found.after.keys()
    assert {term.value for term in found.added} | {each.new for each in found.renamed} == new.keys() - old.keys()
    again = codelist(
        "L", {value: (term.code, *term.synonyms) for value, term in found.after.items()}, extensible=is_open
    )
    assert not compare(again, target)["L"].has_changes
