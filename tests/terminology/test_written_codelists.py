"""The study's ``codelists.csv`` after an import, line by line."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.spec.codelists import read_codelists
from hcc_sdtm.terminology.comparing import compare_codelists
from hcc_sdtm.terminology.package import Package
from hcc_sdtm.terminology.spec_lines import read_spec_lines
from hcc_sdtm.terminology.written_codelists import COLUMNS, update_lines
from tests.terminology.published import small_package

HEADER = "codelist,code,label,extensible,term,term_code,synonyms\n"


def update(tmp_path, text: str, package: Package, packaged: str = "") -> str:
    """The study's file after an import; ``packaged`` is the file under it."""
    folders = []
    for name, content in (("packaged", packaged), ("own", text)):
        if content:
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "codelists.csv").write_bytes(content.encode())
            folders.append(tmp_path / name)
    problems = []
    under = folders[:1] if packaged else []
    below = read_codelists(under, problems)
    codelists = read_codelists(folders, problems)
    lines = read_spec_lines(tmp_path / "own" / "codelists.csv", COLUMNS)
    whole = {record.cells["codelist"] for record in lines.records if record.cells.get("standard")}
    found = compare_codelists(codelists, below, whole, package, set(codelists))
    update_lines(lines, found.values(), below.keys(), "CT-SDTM")
    (tmp_path / "own").mkdir(exist_ok=True)
    (tmp_path / "own" / "codelists.csv").write_bytes(lines.render().encode())
    after = read_codelists([*under, tmp_path / "own"], problems)
    assert not problems
    for name, each in found.items():
        if each.published is not None:
            assert after[name].terms == {value: term.synonyms for value, term in each.after.items()}
            assert after[name].term_codes == {value: term.code for value, term in each.after.items()}
            assert (after[name].label, after[name].extensible) == (each.label, each.extensible)
    return lines.render()


OWN = (
    HEADER
    + 'SEX,C66731,Sex,No,F,C16576,Female\nSEX,,,,"M",C20197,Male\n\n'
    + "MINE,,My own,Yes,ONE,,\n"
    + "LOC,C74456,Place,Yes,ARM,C1,\nLOC,,,,LEG,C3,\nLOC,,,,TAIL,,\n"
)


def test_in_the_studys_own_file_only_the_lines_that_change_change(tmp_path):
    package = small_package(
        {
            "SEX C66731 No Sex": [("C16576", "F", ["Female"]), ("C20197", "M", ["Male"])],
            "LOC C74456 Yes Place": [("C1", "ARM", []), ("C2", "HAND, LEFT", ["Left Hand"]), ("C3", "LOWER LEG", [])],
        }
    )
    assert update(tmp_path, OWN, package) == OWN.replace(
        "LOC,,,,LEG,C3,\n", 'LOC,,,,"HAND, LEFT",C2,Left Hand\nLOC,,,,LOWER LEG,C3,\n'
    )


def test_the_facts_move_where_their_line_goes(tmp_path):
    package = small_package({"LOC C74456 No Site": [("C3", "LEG", []), ("C9", "TAIL", ["end"])]})
    assert update(tmp_path, OWN, package) == OWN.replace(
        "LOC,C74456,Place,Yes,ARM,C1,\nLOC,,,,LEG,C3,\nLOC,,,,TAIL,,\n",
        "LOC,C74456,Site,No,LEG,C3,\nLOC,,,,TAIL,C9,end\n",
    )


def test_a_first_term_goes_before_the_others(tmp_path):
    package = small_package({"LOC C74456 Yes Place": [("C0", "ANKLE", []), ("C1", "ARM", []), ("C3", "LEG", [])]})
    assert update(tmp_path, OWN, package) == OWN.replace("LOC,C74456", "LOC,,,,ANKLE,C0,\nLOC,C74456")


def test_a_codelist_none_of_whose_terms_stays_keeps_its_place(tmp_path):
    package = small_package({"SEX C66731 No Sex": [("C5", "X", []), ("C6", "Z", [])]})
    written = update(tmp_path, OWN, package)
    assert written == OWN.replace(
        'SEX,C66731,Sex,No,F,C16576,Female\nSEX,,,,"M",C20197,Male\n', "SEX,C66731,Sex,No,X,C5,\nSEX,,,,Z,C6,\n"
    )


PACKAGED = (
    HEADER + "LOC,C74456,Place,Yes,ARM,C1,\nLOC,,,,LEG,C3,\nLOC,,,,PACKAGED OWN,,\nSEX,C66731,Sex,No,F,C16576,Female\n"
)
PACKAGE = small_package(
    {
        "LOC C74456 Yes Place": [("C1", "ARM", []), ("C2", "HAND", [])],
        "SEX C66731 No Sex": [("C16576", "F", ["Female"]), ("C20197", "M", [])],
    }
)


def test_a_packaged_codelist_is_written_whole_with_its_standard(tmp_path):
    own = HEADER + "LOC,,,,TAIL,,\n"
    assert update(tmp_path, own, PACKAGE, PACKAGED) == (
        HEADER.strip() + ",standard\n"
        "LOC,C74456,Place,Yes,ARM,C1,,CT-SDTM\nLOC,,,,HAND,C2,,\nLOC,,,,PACKAGED OWN,,,\nLOC,,,,TAIL,,\n"
        "SEX,C66731,Sex,No,F,C16576,Female,CT-SDTM\nSEX,,,,M,C20197,,\n"
    )  # fmt: skip


def test_a_second_import_of_the_same_changes_no_byte(tmp_path):
    once = update(tmp_path, HEADER + "LOC,,,,TAIL,,\n", PACKAGE, PACKAGED)
    assert update(tmp_path, once, PACKAGE, PACKAGED) == once


def test_scattered_lines_stay_where_they_are(tmp_path):
    lines = OWN.splitlines(keepends=True)
    mixed = [lines[0], *random.Random(3).sample(lines[1:], len(lines) - 1)]
    package = small_package({"LOC C74456 Yes Place": [("C1", "ARM", []), ("C2", "HAND", []), ("C3", "LEG", [])]})
    written = update(tmp_path, "".join(mixed), package)
    assert [line for line in written.splitlines(keepends=True) if "HAND" not in line] == mixed


VALUES = st.sampled_from(["A", "B", "D, E", "F"])
CODES = st.sampled_from(["C2", "C3", "C4", "C5"])


def lines_of(terms: dict[str, str], facts: str) -> str:
    """Lines of the codelist L: a term's code, ``""`` for a study's own; the first line has the facts."""
    rows = []
    for value, code in terms.items():
        rows.append(f'L,{facts if not rows else ",,"},"{value}",{code},{code.lower()}\n')
    return HEADER + "".join(rows) if rows else ""


def codes_differ(terms: dict[str, str]) -> bool:
    return len({*filter(None, terms.values())}) == len([*filter(None, terms.values())])


TERMS = st.dictionaries(VALUES, CODES | st.just(""), min_size=1).filter(codes_differ)
PUBLISHED = st.dictionaries(VALUES, CODES, min_size=1).filter(codes_differ)


@settings(max_examples=50)
@given(TERMS, st.dictionaries(VALUES, st.just("")), PUBLISHED, PUBLISHED, st.booleans())
def test_whatever_is_imported_is_read_back_and_again_changes_nothing(
    tmp_path_factory, packaged, own, first, second, is_open
):
    folder = tmp_path_factory.mktemp("any")
    under, mine = lines_of(packaged, "C1,A list,Yes"), lines_of(own, ",,")
    for terms in (first, second):
        is_yes = "Yes" if is_open else "No"
        package = small_package(
            {f"L C1 {is_yes} A list": [(code, value, [value.lower()]) for value, code in terms.items()]}
        )
        mine = update(folder, mine, package, under)  # which reads it back
        assert update(folder, mine, package, under) == mine
    named = {line.split(",")[0] for line in mine.splitlines()[1:]}
    assert named == {"L"}


@settings(max_examples=50)
@given(TERMS, PUBLISHED, PUBLISHED, st.booleans())
def test_so_it_is_in_a_file_that_alone_has_the_codelist(tmp_path_factory, own, first, second, is_open):
    folder = tmp_path_factory.mktemp("any")
    mine = lines_of(own, "C1,A list,Yes")
    for terms in (first, second):
        is_yes = "Yes" if is_open else "No"
        package = small_package(
            {f"L C1 {is_yes} A list": [(code, value, [value.lower()]) for value, code in terms.items()]}
        )
        mine = update(folder, mine, package)
        assert update(folder, mine, package) == mine
    assert "standard" not in mine
