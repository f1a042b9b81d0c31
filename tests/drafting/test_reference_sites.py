"""The number: how much of each reference hospital's approved mapping is drafted right without that mapping's own help.

What a line is and when it is right: see `likeness`. A site is drafted with only the mappings of the two other sites approved,
and once more with none at all (cold).
"""

import functools
from pathlib import Path

import pytest

from hcc_sdtm.drafting import draft_mapping
from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.raw import read_sheets
from tests.drafting.draft_site import specs
from tests.drafting.likeness import likeness

ROOT = Path(__file__).resolve().parents[2]
SITES = ("101", "102", "103")
FILES = {
    "101": ["site_101.xlsx", "site_101_key.csv"],
    "102": ["site_102.xlsx"],
    "103": ["site_103/*.csv", "site_103_dictionary.csv"],
}
LEAST_RECALL = 0.80
LEAST_COLD_RECALL = {"101": 0.90, "102": 0.85, "103": 0.86}
LEAST_PRECISION = 0.90


@functools.cache
def approved(site):
    name = f"mappings/site_{site}.yaml"
    return read_mapping(ROOT / name, name, specs())


@functools.cache
def drafted(site, others):
    names = [path for pattern in FILES[site] for path in sorted((ROOT / "raw").glob(pattern))]
    names = [path.relative_to(ROOT / "raw").as_posix() for path in names]
    sheets = {name: read_sheets(ROOT / "raw" / name, name)[0] for name in names}
    return draft_mapping(sheets, site, specs(), [approved(other) for other in others])


def compared(site, others, folder):
    path = folder / f"site_{site}.yaml"
    path.write_text(drafted(site, others).text, encoding="utf-8")
    return likeness(approved(site), read_mapping(path, path.name, specs()), ROOT / "raw", specs())


def said(site, found, how):
    shown = "\n".join(
        [*(f"  missed {line}" for line in found.missed[:12]), *(f"  extra {line}" for line in found.extra[:12])]
    )
    return f"site {site} {how}: {found}\n{shown}"


@pytest.mark.parametrize("site", SITES)
def test_a_site_is_drafted_from_the_mappings_of_the_others(site, tmp_path, capsys):
    found = compared(site, tuple(other for other in SITES if other != site), tmp_path)
    with capsys.disabled():
        print(f"\n  site {site}, two other sites approved: {found}")
    assert found.recall >= LEAST_RECALL, said(site, found, "with two other sites approved")
    assert found.precision >= LEAST_PRECISION, said(site, found, "with two other sites approved")


@pytest.mark.parametrize("site", SITES)
def test_a_site_is_drafted_from_nothing(site, tmp_path, capsys):
    found = compared(site, (), tmp_path)
    with capsys.disabled():
        print(f"\n  site {site}, no mapping approved: {found}")
    assert found.recall >= LEAST_COLD_RECALL[site], said(site, found, "cold")


def test_the_measure_is_strict(tmp_path):
    """A mapping is wholly like itself; a constant that says what a block is takes the whole block."""
    own = likeness(approved("102"), approved("102"), ROOT / "raw", specs())
    assert (own.recall, own.precision) == (1.0, 1.0)
    text = (ROOT / "mappings/site_102.yaml").read_text(encoding="utf-8")
    for old, new, lost in (
        ("RSTESTCD: {constant: ECOG101}", "RSTESTCD: {constant: CPS0107}", 6),
        ("AGE: {number: Age}", "AGE: {number: ECOG}", 1),
        ("{Male: M, Female: F}", "{Male: F, Female: M}", 1),
        ("dates: {order: dmy}", "dates: {order: mdy}", 1),
    ):
        assert text.count(old) == 1
        path = tmp_path / "changed.yaml"
        path.write_text(text.replace(old, new), encoding="utf-8")
        changed = likeness(approved("102"), read_mapping(path, path.name, specs()), ROOT / "raw", specs())
        assert changed.lines - changed.right == lost, (new, changed.missed)


@pytest.mark.parametrize("site", SITES)
def test_no_name_and_no_hospital_number_is_in_a_draft(site):
    approved_others = tuple(other for other in SITES if other != site)
    path = ROOT / "raw" / "site_101.xlsx"
    persons = {text for sheet in read_sheets(path, path.name)[0] for text in sheet.grid[2:, :2].ravel() if text}
    text = drafted(site, approved_others).text
    assert not [person for person in persons if person in text]
