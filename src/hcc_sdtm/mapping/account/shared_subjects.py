"""Subject numbers that the mappings of two sites make: their records would become one subject's without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import PLAN, ROW, Lineage
from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.mapping.applying import SUBJID, MappedSite
from hcc_sdtm.problem import Problem
from hcc_sdtm.source import Source

SUBJECT_OF_OTHER_SITE = "MAP-066 subject.of-another-site"
_NAMED = 5


@dataclass(frozen=True)
class SharedSubjects:
    """Problems where two sites enrol a subject number, the numbers of those sites, and findings for the other records."""

    problems: list[Problem] = field(default_factory=list)
    enrolled_twice: set[str] = field(default_factory=set)
    findings: pd.DataFrame = field(default_factory=findings_frame)


@dataclass(frozen=True)
class _Use:
    """The records of a subject number at one site: how many in each domain, the first one's cell, the mapping's line."""

    site: str
    records: dict[str, int]
    cell: Source
    line: Source

    @property
    def counted(self) -> str:
        return ", ".join(f"{domain} {count}" for domain, count in self.records.items())


def check_shared_subjects(sites: Sequence[MappedSite], lineage: Lineage) -> SharedSubjects:
    """What two sites share that no two sites may.

    Where both make a DM record it is a problem of their mappings: two patients would be counted as one. Where at most one
    does, the other site's records are an error finding, one a subject, at the first of them; they stay.
    """
    first_of: dict[str, MappedSite] = {}
    for site in sites:
        first_of.setdefault(site.site, site)  # a second mapping of a site is a problem already
    sites = list(first_of.values())
    if len(sites) < 2:
        return SharedSubjects()
    numbers = [
        pd.unique(np.concatenate([frame[SUBJID].to_numpy() for frames in site.frames.values() for frame in frames]))
        for site in sites
        if any(site.frames.values())
    ]
    every = pd.Series(np.concatenate(numbers) if numbers else [], dtype=object)
    shared = set(every[every.duplicated()])
    if not shared:
        return SharedSubjects()
    uses: dict[str, list[_Use]] = {}
    for site in sites:
        for number, use in _uses(site, shared, lineage).items():
            uses.setdefault(number, []).append(use)
    problems, twice = _enrolled_twice(uses)
    findings = [
        finding
        for number, of_number in sorted(uses.items())
        for finding in _of_other_sites(number, of_number)
        if sum("DM" in use.records for use in of_number) < 2
    ]
    return SharedSubjects(problems, twice, findings_frame(findings))


def _uses(site: MappedSite, shared: set[str], lineage: Lineage) -> dict[str, _Use]:
    uses: dict[str, _Use] = {}
    for domain, frames in site.frames.items():
        for frame in frames:
            found = frame.loc[frame[SUBJID].isin(shared), [SUBJID, ROW, PLAN]]
            for number, count in Counter(map(str, found[SUBJID])).items():
                if number not in uses:
                    first = found[found[SUBJID] == number].iloc[0]
                    rule = lineage.plans[int(first[PLAN])].rules[SUBJID][0]
                    columns = next((columns for columns in rule.columns if columns), ())
                    cell, _ = lineage.origins.cells(int(first[ROW]), columns)[0]
                    uses[number] = _Use(site.site, {}, cell, rule.line)
                uses[number].records[domain] = uses[number].records.get(domain, 0) + count
    return uses


def _enrolled_twice(uses: dict[str, list[_Use]]) -> tuple[list[Problem], set[str]]:
    pairs: dict[tuple[str, str], list[tuple[str, _Use, _Use]]] = {}
    for number, of_number in uses.items():
        enrolling = [use for use in of_number if "DM" in use.records]
        for other in enrolling[1:]:
            pairs.setdefault((enrolling[0].site, other.site), []).append((number, enrolling[0], other))
    problems = []
    for (first_site, other_site), shared in pairs.items():
        shared.sort(key=lambda each: each[0])
        named = [f"{number} ({other.cell}, {first.cell})" for number, first, other in shared[:_NAMED]]
        more = f" and {len(shared) - _NAMED} more" if len(shared) > _NAMED else ""
        _, first, other = shared[0]
        message = (
            f'site "{other_site}" enrols {", ".join(named)}{more}, as site "{first_site}" does by {first.line}; two patients '
            "would become one: give a site's numbers a prefix, or the pattern they must have, under subjects"
        )
        problems.append(Problem(other.line, message))
        # both are left out where the others go on, and each mapping is named as one that failed
        count = f"{len(shared)} subject number{'s' if len(shared) > 1 else ''}"
        says = f'site "{first_site}" enrols {count} that site "{other_site}" enrols too, by {other.line}'
        problems.append(Problem(first.line, says))
    return problems, {site for pair in pairs for site in pair}


def _of_other_sites(number: str, of_number: Sequence[_Use]) -> list[Finding]:
    enrolling = next((use for use in of_number if "DM" in use.records), None)
    owner = enrolling or of_number[0]
    findings = []
    for use in of_number:
        if use is owner:
            continue
        says = f"site {owner.site} enrols the subject" if enrolling else f"site {owner.site} has records of it too"
        message = (
            f"records with this subject number at site {use.site} ({use.counted}, by {use.line}), and {says} "
            f"({owner.cell}, by {owner.line}); they are taken for one subject's"
        )
        source = str(use.cell)
        findings.append(Finding(SUBJECT_OF_OTHER_SITE, "error", message, use.site, subject=number, source=source))
    return findings
