"""Takes a published package into a study: what changes is found first, and then all of it is written or nothing.

The study's own ``specs/codelists.csv`` gets the codelists that it keeps as the package has them, and ``specs/standards.csv``
the date. Knows nothing of mappings: what they use is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.terminology.comparing import ListUpdate, compare_codelists
from hcc_sdtm.terminology.package import Package
from hcc_sdtm.terminology.package_name import READ
from hcc_sdtm.terminology.reading import read_package
from hcc_sdtm.terminology.run_values import run_values
from hcc_sdtm.terminology.spec_values import spec_values
from hcc_sdtm.terminology.study_terminology import StudyTerminology, read_terminology, write_terminology
from hcc_sdtm.terminology.values_in_use import NO_TERM, ValueChange, ValueUsed, judge_values

FEWEST_MISSING, MOST_MISSING = 5, 0.2
"""So many, and this share, of a study's codelists may be retired by a package; one that lacks more is not whole."""

MappingValues = Callable[[Sequence[tuple[Path, str]], Specs], Iterable[ValueUsed]]
"""Values that mappings use: (mappings, specs) -> values; each mapping is a path and the name that sources print."""


@dataclass(frozen=True)
class Import:
    """What a package changes for a study, and what was written.

    ``pinned`` is the date that the study was pinned to, ``""`` for none. ``is_same`` says that the study has all of it
    already. ``untouched`` are codelists with an NCI code that are of another standard's package, or of no variable.
    """

    file: str
    package: Package
    pinned: str
    updates: Mapping[str, ListUpdate]
    values: Sequence[ValueChange]
    untouched: tuple[str, ...]
    is_same: bool
    written: tuple[str, ...] = ()

    @property
    def has_lost_terms(self) -> bool:
        """Whether a value in use is no longer a term."""
        return any(change.status == NO_TERM for change in self.values)


def import_package(
    file: Path,
    study: Path,
    out: Path | None = None,
    date: str = "",
    older: bool = False,
    dry_run: bool = False,
    mapping_values: MappingValues = lambda mappings, specs: (),
) -> Import:
    """What the package in ``file`` changes for the study, its specs written unless ``dry_run``.

    ``out`` is the folder of a finished run whose datasets are looked at; ``older`` allows a package older than the one the
    study is pinned to. Raises StudyError, with nothing written, for a file that is no whole package (`read_package`), for an
    older one, and for a study whose spec tables or a run whose datasets cannot be read.
    """
    package = read_package(file, date)
    found = read_terminology(study)
    specs = found.written.specs
    key, pinned = _pinned(specs, package)
    if package.date < pinned and not older:
        message = f"is {package}, older than {pinned}, to which the study is pinned; to go back to it say --older"
        raise StudyError([Problem(Source(file.name), message)])
    standards = _standards_of(specs, found.marks)
    of_standard = {name for name, standard in standards.items() if standard == package.standard}
    updates = compare_codelists(specs.codelists, found.below, found.marks.keys(), package, of_standard)
    if not older:
        _refuse_part(file, package, updates, of_standard, specs)
    # a codelist that the package does not have stays as it is
    is_same = package.date == pinned and not any(u.has_changes for u in updates.values() if u.published is not None)
    used = [*mapping_values(found.written.mappings, specs), *spec_values(specs, _named(found))]
    if out is not None:
        used += run_values(out, specs, updates.keys())
    written = () if is_same else write_terminology(found, updates, package, key, dry_run)
    untouched = tuple(sorted(name for name in standards if name not in updates))
    return Import(file.name, package, pinned, updates, judge_values(used, updates), untouched, is_same, written)


def _named(found: StudyTerminology) -> list[Path]:
    """The study's spec folders, its own as it is seen from the study's folder."""
    own = found.written.own.resolve()
    return [
        *(folder for folder in found.written.folders if folder.resolve() != own),
        *([found.written.own] if found.written.own.is_dir() else []),
    ]


def _pinned(specs: Specs, package: Package) -> tuple[str, str]:
    """The key in ``standards.csv`` of the package's standard, and the date that it is pinned to."""
    for row in specs.tables["standards"].to_dict("records"):
        if row["type"] == "CT" and row["publishing_set"].casefold() == package.standard.casefold():
            return str(row["standard"]), str(row["version"])
    return f"CT-{package.standard.upper()}", ""


def _standards_of(specs: Specs, marks: Mapping[str, str]) -> dict[str, str]:
    """The standard of each codelist with an NCI code: what its line says, else by the variables that have it.

    Only ADaM variables: ADaM's; none: not known, ``""``. A part of a codelist is of the standard of the whole.
    """
    table = specs.tables["standards"]
    sets = dict(zip(table["standard"], table["publishing_set"], strict=True))
    by_folded = {name.casefold(): name for name in READ}
    in_sdtm = {variable.codelist for spec in specs.sdtm.values() for variable in spec.by_name.values()}
    in_adam = {variable.codelist for spec in specs.adam.values() for variable in spec.by_name.values()}
    for level in specs.valuelevel:
        (in_sdtm if level.dataset in specs.sdtm else in_adam).add(level.codelist)
    by_code: dict[str, set[str]] = {}
    for name, codelist in specs.codelists.items():
        if codelist.code:
            by_use = "SDTM" if name in in_sdtm else "ADaM" if name in in_adam else ""
            said = by_folded.get(str(sets.get(marks.get(name, ""), "")).casefold(), "")
            by_code.setdefault(codelist.code, set()).add(said or by_use)
    return {
        name: max(by_code[codelist.code], key=["", "ADaM", "SDTM"].index)
        for name, codelist in specs.codelists.items()
        if codelist.code
    }


def _refuse_part(
    file: Path, package: Package, updates: Mapping[str, ListUpdate], of_standard: Iterable[str], specs: Specs
) -> None:
    """Raises StudyError for a package that lacks many of the study's codelists: a file that is cut off, or a part."""
    codes = {specs.codelists[name].code for name in of_standard}
    missing = sorted({updates[name].now.name for name in of_standard if updates[name].published is None})
    if len(missing) >= FEWEST_MISSING and len(missing) > MOST_MISSING * len(codes):
        some = ", ".join(missing[:FEWEST_MISSING])
        message = (
            f"has {len(package.codelists)} codelists and lacks {len(missing)} of the {len(codes)} that the study has of "
            f"{package.standard} terminology ({some} ..): it is cut off, or a part; download it again"
        )
        raise StudyError([Problem(Source(file.name), message)])
