"""Rules on the names of supplemental qualifiers. One finding a name, at its first record by subject and pointer.

What the standard allows in a parent domain is `standard`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.standard import standard_of
from hcc_sdtm.checks.text_frame import text_frame

NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
POPULATION = re.compile(
    r"COMPLT\w*|FULLSET|ITT|MITT|PPROT|SAFETY|EFFICACY|(SAF|ITT|MITT|FAS|PPROT|COMPL|RAND|ENRL|EFF|DLT)FL"
)
"""Names of population flags: those of SDTM before 3.2, and those of ADaMIG 1.3 section 3.2.4."""


@rule("SD-0327", "supplement.name-form", "error", covers="CORE-000221 CG0417")
def name_form(evidence: Evidence) -> Iterator[Flag]:
    """A qualifier whose name cannot be the name of a variable.

    What it finds: A QNAM with other characters than capital letters, digits and underscores, or with a digit first. Its
        length is SCH-006.
    Why it matters: In review the qualifier becomes a column of that name.
    Example: QNAM "1FXPLAN".
    Source: SDTMIG 3.4 section 8.4; CG0417.
    """
    yield from _flags(
        evidence,
        lambda parent, name: "" if NAME.fullmatch(name) else f'QNAM "{name}" cannot be the name of a variable',
        "capital letters, digits and underscores",
    )


@rule("SD-0328", "supplement.standard-variable", "error", covers="CORE-000783 CG0314")
def standard_variable(evidence: Evidence) -> Iterator[Flag]:
    """A qualifier that has the name of a variable of the standard.

    What it finds: A QNAM that is a variable of the parent domain, or one that the standard allows in a domain of its class.
    Why it matters: The value has its place in the parent dataset, and programs look for it there.
    Example: SUPPRS with QNAM RSEVALID.
    Source: SDTMIG 3.4 section 8.4; CG0314.
    """
    yield from _flags(
        evidence,
        lambda parent, name: (
            f'QNAM "{name}" is a variable of the standard, which {parent} may have'
            if standard_of(parent, evidence.datasets[parent].spec.class_ if parent in evidence.datasets else "").has(
                name
            )
            else ""
        ),
        "",
    )


@rule("SD-0329", "supplement.population-flag", "error", covers="CORE-000211 CG0528")
def population_flag(evidence: Evidence) -> Iterator[Flag]:
    """A flag of an analysis population in SUPPDM.

    What it finds: A QNAM of SUPPDM that is the name of a population flag.
    Why it matters: Populations are decided in the analysis and belong in ADSL; a second copy can differ from it.
    Example: SUPPDM with QNAM ITT.
    Source: SDTMIG 3.4 section 5.2, assumptions; CG0528.
    """
    if "SUPPDM" not in evidence.datasets:
        raise Missing("there is no dataset SUPPDM")
    yield from _flags(
        evidence,
        lambda parent, name: (
            f'QNAM "{name}" is a flag of an analysis population, which belongs in ADSL'
            if parent == "DM" and POPULATION.fullmatch(name)
            else ""
        ),
        "",
    )


def _supplements(evidence: Evidence) -> list[str]:
    names = [name for name in evidence.datasets if name.startswith("SUPP")]
    if not names:
        raise Missing("there is no SUPP--")
    there = [name for name in names if evidence.has(name, "QNAM")]
    if not there:
        raise Missing(f"{names[0]} has no QNAM")
    return there


def _flags(evidence: Evidence, wrong: Callable[[str, str], str], expected: str) -> Iterator[Flag]:
    """A flag for each name that something is wrong with; ``wrong`` says what, of a parent and a name."""
    for dataset in _supplements(evidence):
        parent = dataset.removeprefix("SUPP")
        texts = {name for text in evidence.column(dataset, "QNAM").texts if (name := text.strip())}
        messages = {name: message for name in texts if (message := wrong(parent, name))}
        if messages:
            records = text_frame(evidence, dataset, "QNAM", optional=("USUBJID", "IDVARVAL"))
            records = records[records["QNAM"].isin(messages)]
            counts = records["QNAM"].value_counts()
            records = records.assign(length=records["IDVARVAL"].str.len())
            firsts = records.sort_values(["QNAM", "USUBJID", "length", "IDVARVAL", "position"]).drop_duplicates("QNAM")
            said = [
                messages[name] + (f" ({counts[name]} records)" if counts[name] > 1 else "") for name in firsts["QNAM"]
            ]
            yield Flag(dataset, firsts["position"].to_numpy(), "QNAM", said, expected)
