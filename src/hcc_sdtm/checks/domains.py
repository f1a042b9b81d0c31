"""Rules on datasets as wholes: which there are, what they are named, and what their records say they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.standard import standard_of

NONCLINICAL = ("TT", "TP", "SJ")
PARTS = re.compile(r"[A-Z][A-Z0-9]([A-Z0-9]{1,2})")
LINKS = ("LNKID", "LNKGRP")
MILESTONES = ("MIDS", "RELMIDS")


def _whole(dataset: str, variable: str, message: str, expected: str = "") -> Flag:
    return Flag(dataset, np.empty(0, dtype=np.int64), variable, message, expected, is_whole=True)


def _firsts(evidence: Evidence, dataset: str, variable: str) -> Iterator[tuple[str, int]]:
    """Each distinct value of a column and the first record that has it."""
    column = evidence.column(dataset, variable)
    codes, firsts = np.unique(column.codes, return_index=True)
    for code, first in sorted(zip(codes.tolist(), firsts.tolist(), strict=True), key=lambda pair: pair[1]):
        if column.texts[code].strip():
            yield column.texts[code], first


@rule(
    "SD-0100", "general.domain-differs", "error",
    covers="CORE-000180 CORE-000598 CORE-000929 CG0308 CG0413 CG0001",
)  # fmt: skip
def domain_differs(evidence: Evidence) -> Iterator[Flag]:
    """A DOMAIN that is not the dataset's, at the first record with it.

    What it finds: A value of DOMAIN that is not two characters, or with which the name of the dataset does not begin. One
        finding a value.
    Why it matters: DOMAIN says what the records are and gives the prefix of the variables; programs go by it.
    Example: DOMAIN "CM" in a record of the dataset PR.
    Source: SDTMIG 3.4 section 2.6 and 4.1.7; CG0308, CG0413.
    """
    for name in evidence.sdtm_names():
        if evidence.has(name, "DOMAIN") and not name.startswith("AP"):
            for value, first in _firsts(evidence, name, "DOMAIN"):
                if len(value) != len("DM") or not name.startswith(value):
                    yield Flag(name, np.array([first]), "DOMAIN", f'DOMAIN is "{{value}}" in dataset {name}', name[:2])


@rule("SD-0101", "general.split-dataset-name", "error", covers="CORE-000510 CORE-000539 CG0017 CG0332")
def split_dataset_name(evidence: Evidence) -> Iterator[Flag]:
    """A part of a split domain whose name is not of the form for one, at the dataset.

    What it finds: A dataset of a domain, by its DOMAIN, whose name is neither the domain nor the domain and one or two more
        characters; a dataset of such a name without DOMAIN, so that nothing says what it is a part of.
    Why it matters: Tools join the parts by the name; a part that they do not know is read as a domain of its own.
    Example: LBCHEM with DOMAIN "LB": LBCH.
    Source: SDTMIG 3.4 section 4.1.7, splitting domains; CG0017, CG0332.
    """
    for name in evidence.sdtm_names():
        standard = standard_of(name, "")
        if name.startswith(("SUPP", "AP")) or (standard.spec is not None and not standard.is_part):
            continue
        if not evidence.has(name, "DOMAIN"):
            if standard.is_part:
                yield _whole(
                    name, "", f"{name} has the name of a part of {name[:2]} and no DOMAIN that says so", name[:2]
                )
        elif len(name) > len("DM") and not PARTS.fullmatch(name):
            values = [value for value, _ in _firsts(evidence, name, "DOMAIN")]
            if values and all(name.startswith(value) for value in values):
                yield _whole(
                    name, "", f"{name} is a part of {values[0]}; its name has {len(name)} characters", "3 or 4"
                )


@rule(
    "SD-0102",
    "general.related-domain-not-sent",
    "error",
    covers="CORE-000384 CORE-000457 CORE-000502 CG0369 CG0373 CG0374",
)
def related_domain_not_sent(evidence: Evidence) -> Iterator[Flag]:
    """An RDOMAIN without its dataset, at the first record with it.

    What it finds: A value of RDOMAIN in CO, RELREC or a SUPP-- that is no dataset among those that are checked. One finding a
        value.
    Why it matters: What the records qualify or relate was not sent.
    Example: RELREC with RDOMAIN "PR", and no PR.
    Source: SDTMIG 3.4 sections 5.1, 8.2 and 8.4; CG0369, CG0374.
    """
    sent = set(evidence.datasets) | {name[:2] for name in evidence.sdtm_names() if PARTS.fullmatch(name)}
    asked = [name for name in evidence.sdtm_names() if evidence.has(name, "RDOMAIN")]
    if not asked:
        raise Missing("no dataset has RDOMAIN")
    for name in asked:
        for value, first in _firsts(evidence, name, "RDOMAIN"):
            if value not in sent:
                message = f'RDOMAIN is "{{value}}", and there is no dataset {value}'
                yield Flag(name, np.array([first]), "RDOMAIN", message, f"a dataset {value}")


@rule("SD-0103", "general.related-domain-not-of-name", "error", covers="CORE-000538 CG0334")
def related_domain_not_of_name(evidence: Evidence) -> Iterator[Flag]:
    """An RDOMAIN of a SUPP-- that is not the domain in its name, at the first record with it.

    What it finds: A value of RDOMAIN in a SUPP-- that is not the fifth and sixth characters of the dataset's name. One finding
        a value.
    Why it matters: The qualifiers are merged to the domain that the name says, and find no record there.
    Example: SUPPCM with RDOMAIN "PR".
    Source: SDTMIG 3.4 section 8.4; CG0334.
    """
    asked = [name for name in evidence.datasets if name.startswith("SUPP") and evidence.has(name, "RDOMAIN")]
    if not asked:
        raise Missing("no SUPP-- has RDOMAIN")
    for name in asked:
        for value, first in _firsts(evidence, name, "RDOMAIN"):
            if value != name[4:6]:
                yield Flag(name, np.array([first]), "RDOMAIN", f'RDOMAIN is "{{value}}" in {name}', name[4:6])


@rule("SD-0104", "general.no-records", "error", covers="CORE-000579 CG0408")
def no_records(evidence: Evidence) -> Iterator[Flag]:
    """A dataset without any record.

    What it finds: A dataset with variables and no record.
    Why it matters: Either the records were lost on the way, or the dataset should not have been sent.
    Example: AE with 0 records.
    Source: SDTMIG 3.4 section 3.2; CG0408.
    """
    if not evidence.datasets:
        raise Missing("there is no dataset")
    for name, dataset in evidence.datasets.items():
        if not len(dataset):
            yield _whole(name, "", f"{name} has no record")


@rule(
    "SD-0105", "general.nonclinical-dataset", "error", covers="CORE-000042 CORE-000043 CORE-000044 CG0646 CG0647 CG0648"
)
def nonclinical_dataset(evidence: Evidence) -> Iterator[Flag]:
    """A dataset of animal studies.

    What it finds: A dataset TT, TP or SJ.
    Why it matters: They are defined for animal studies of reproduction only; tools for human trials do not know them.
    Example: A dataset TP.
    Source: SDTMIG 3.4 section 2.7, SDTM 2.0; CG0646, CG0647, CG0648.
    """
    there = evidence.sdtm_names()
    for name in NONCLINICAL:
        if name in there:
            yield _whole(name, "", f"{name} is a dataset of animal studies", "none")


@rule("SD-0106", "general.link-to-nothing", "error", covers="CORE-000571 CORE-000358 CG0024 CG0022")
def link_to_nothing(evidence: Evidence) -> Iterator[Flag]:
    """A link variable that one dataset alone has, at the variable.

    What it finds: --LNKID or --LNKGRP in one dataset, and in no other.
    Why it matters: A link joins records of two datasets; the other side was lost or never made.
    Example: TRLNKID in TR, and neither TULNKID nor any other --LNKID.
    Source: SDTMIG 3.4 section 4.1.5 and 8.3, --LNKID and --LNKGRP; CG0022, CG0024.
    """
    for link in LINKS:
        having = [name for name in evidence.sdtm_names() if evidence.has(name, f"{name[:2]}{link}")]
        domains = {name[:2] for name in having}
        if len(domains) == 1:
            name = having[0]
            yield _whole(name, f"{name[:2]}{link}", f"{name} has {name[:2]}{link}, and no other dataset has a --{link}")


@rule("SD-0107", "general.milestones-without-trial-milestones", "error", covers="CORE-000297 CORE-000777 CG0501 CG0502")
def milestones_without_trial_milestones(evidence: Evidence) -> Iterator[Flag]:
    """Disease milestones that no dataset defines, at the variable.

    What it finds: MIDS or RELMIDS in any dataset, and no TM.
    Why it matters: What the milestone is stands in TM alone.
    Example: SM and CE with MIDS, and no TM.
    Source: SDTMIG 3.4 sections 4.4.11 and 7.3.5; CG0501, CG0502.
    """
    names = evidence.sdtm_names()
    for variable in MILESTONES if "TM" not in names else ():
        having = [name for name in names if evidence.has(name, variable)]
        if having:
            yield _whole(having[0], variable, f"{', '.join(having)} has {variable}, and there is no TM", "a dataset TM")


@rule("SD-0108", "general.findings-about-nothing", "error", covers="CORE-000540 CG0333")
def findings_about_nothing(evidence: Evidence) -> Iterator[Flag]:
    """Findings about a domain that was not sent, at the dataset.

    What it finds: A dataset of FA and a domain in its name, as FACM, without a dataset of that domain.
    Why it matters: What the findings are about cannot be read.
    Example: FAMH, and no MH.
    Source: SDTMIG 3.4 section 6.4.4 and 4.1.7; CG0333.
    """
    for name in evidence.sdtm_names():
        if len(name) == len("FAMH") and name.startswith("FA") and not any(
            other.startswith(name[2:]) for other in evidence.sdtm_names()
        ):  # fmt: skip
            yield _whole(name, "", f"{name} has findings about {name[2:]}, and there is no {name[2:]}", name[2:])


@rule("SD-0109", "general.category-is-domain", "error", covers="CORE-000219 CORE-000272 CG0350 CG0336")
def category_is_domain(evidence: Evidence) -> Iterator[Flag]:
    """A category that only repeats the domain, at the first record with it.

    What it finds: A value of --CAT or --SCAT that is the code or the label of the domain, in capital or small letters. One
        finding a value.
    Why it matters: A category divides the records of a domain; the domain itself divides nothing.
    Example: VSCAT "VITAL SIGNS".
    Source: SDTMIG 3.4 section 4.2.6, grouping variables; CG0336, CG0350.
    """
    for name in evidence.sdtm_names():
        labels = {name.casefold(), name[:2].casefold(), (evidence.described(name).label or name).casefold()}
        spec = standard_of(name, "").spec
        labels |= {spec.label.casefold()} if spec is not None else set()
        for variable in (f"{name[:2]}CAT", f"{name[:2]}SCAT"):
            if evidence.has(name, variable):
                for value, first in _firsts(evidence, name, variable):
                    if value.strip().casefold() in labels:
                        message = f'{variable} is "{{value}}", which is the domain itself'
                        yield Flag(name, np.array([first]), variable, message)
