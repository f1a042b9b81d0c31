"""Rules on the names of tests: what the terminology calls the test of a code."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.asked_values import levels_of
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.spec.model import Codelist
from hcc_sdtm.spec.rule_table import CLASSES


@rule("SD-0661", "finding.test-name-of-other-code", "error")
def name_of_other_test(evidence: Evidence) -> Iterator[Flag]:
    """A test's name that is the name of another test, at the first record of the pair.

    What it finds: In any dataset of findings, a --TESTCD and a --TEST that are both terms of their codelists and not of the
        same test. A name that is no term is found as such.
    Why it matters: Code and name say two things of one result, and nobody can tell which was measured.
    Example: LBTESTCD ALT with LBTEST "Aspartate Aminotransferase".
    Source: SDTMIG 3.4 section 4.2.1; a test's code and name share the NCI code in their codelists.
    """
    looked_at = False
    for dataset in evidence.tabulations.values():
        prefix = dataset.name[:2]
        code, name = f"{prefix}TESTCD", f"{prefix}TEST"
        if dataset.spec.class_ not in CLASSES["FINDINGS"] or not evidence.has(dataset.name, code, name):
            continue
        codes, names = (_codelists(evidence, dataset.name, variable) for variable in (code, name))
        if not codes or not names:
            continue
        looked_at = True
        columns = [evidence.column(dataset.name, variable) for variable in (code, name)]
        pairs = pd.DataFrame({"code": columns[0].codes, "name": columns[1].codes}).drop_duplicates()
        asked = []
        for at, (first, second) in zip(pairs.index, pairs.to_numpy(), strict=True):
            right = _names_of(columns[0].texts[first], codes, names)
            found = columns[1].texts[second]
            if right and found not in right and any(found in codelist.terms for codelist in names):
                asked.append((at, columns[0].texts[first], found, " or ".join(sorted(right))))
        positions = np.array([at for at, *_ in asked], dtype=np.int64)
        messages = [f'{name} is "{found}" and {code} {test}, which is "{right}"' for _, test, found, right in asked]
        yield Flag(dataset.name, positions, name, messages, [right for *_, right in asked])
    if not looked_at:
        raise Missing("no dataset of findings has test codes and names of a codelist")


def _codelists(evidence: Evidence, dataset: str, variable: str) -> list[Codelist]:
    """The variable's codelists, its own and those that hold for some of its records."""
    specs = evidence.specs
    spec = evidence.datasets[dataset].spec
    own = spec.by_name.get(variable)
    levels = [each.codelist for each in levels_of(spec, own, specs)] if own else []
    names = dict.fromkeys([*([own.codelist] if own else []), *levels])
    return [specs.codelists[name] for name in names if name in specs.codelists]


def _names_of(test: str, codes: list[Codelist], names: list[Codelist]) -> set[str]:
    """What the codelists of names call a test code; nothing where they do not know it."""
    known = {codelist.term_codes[test] for codelist in codes if codelist.term_codes.get(test)}
    return {codelist.by_code[code] for codelist in names for code in known if code in codelist.by_code}
