"""All sites of a study, mapped one after the other, with the problems of all their mappings at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hcc_sdtm.dataset import Lineage
from hcc_sdtm.mapping.applying import MappedSite, map_site
from hcc_sdtm.mapping.model import SiteMapping, read_mapping
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.study import Study


def mapping_problems(mappings: Sequence[tuple[Path, str]], raw: Path, specs: Specs) -> list[Problem]:
    """What is wrong with the mappings of a study that cannot be run for another reason, so that one block has it all."""
    problems: list[Problem] = []
    for path, name in mappings:
        try:
            map_site(read_mapping(path, name, specs), raw, specs, Lineage())
        except StudyError as error:
            problems += error.problems
    return problems


def map_sites(
    study: Study, wanted: Sequence[str], lineage: Lineage, keep_going: bool
) -> tuple[list[MappedSite], list[Problem]]:
    """Each wanted site mapped (none wanted: all), and the problems of those left out.

    Raises StudyError with every problem of all mappings; with ``keep_going`` only where no site is left.
    """
    problems: list[Problem] = []
    mappings: list[SiteMapping] = []
    for path, name in study.mappings:
        try:
            mappings.append(read_mapping(path, name, study.specs))
        except StudyError as error:
            problems += error.problems
    numbers = [mapping.head.site for mapping in mappings]
    for at, mapping in enumerate(mappings):
        if mapping.head.site in numbers[:at]:
            first = mappings[numbers.index(mapping.head.site)].file.name
            message = f'site "{mapping.head.site}" has a mapping already, {first}; its records would come twice'
            problems.append(Problem(mapping.file.source(("site",)), message))
    for number in wanted:
        if number not in numbers:
            message = f'no mapping for site "{number}"{nearest(number, numbers)}'
            raise StudyError([*problems, Problem(Source("study.yaml"), message)])
    mapped = []
    for mapping in mappings:
        if wanted and mapping.head.site not in wanted:
            continue
        try:
            mapped.append(map_site(mapping, study.raw, study.specs, lineage))
        except StudyError as error:
            problems += error.problems
    if problems and (not keep_going or not mapped):
        raise StudyError(problems)
    if not any(len(frame) for site in mapped for frame in site.frames.get("DM", ())):
        raise StudyError([Problem(Source("study.yaml"), "no mapping makes a record of DM, so there are no subjects")])
    return mapped, problems
