"""Rules on pointers from one dataset to the records of another: SUPP--, CO and RELREC.

A pointer is RDOMAIN (a dataset), IDVAR (one of its columns) and IDVARVAL (a value of it, in a record of the subject). Only the
first of the three that leads nowhere is asked about. Numbers are compared as numbers, so that "1" points to 1.0.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.rule_on_dataset import number_of
from hcc_sdtm.checks.text_frame import text_frame
from hcc_sdtm.problem import nearest

POINTERS = ("RDOMAIN", "IDVAR", "IDVARVAL")
SEPARATOR = "\x1f"


@rule("SD-0325", "link.no-variable", "error", covers="CORE-000712 CORE-000916 CORE-000953 CG0370")
def no_variable(evidence: Evidence) -> Iterator[Flag]:
    """A pointer by a variable that the dataset has not, at the first record of each.

    What it finds: In SUPP--, CO and RELREC, an IDVAR that is no column of the dataset of RDOMAIN. One finding a domain and
        variable.
    Why it matters: The records that are meant cannot be found.
    Example: SUPPRS with IDVAR RSLINKID.
    Source: SDTMIG 3.4 sections 5.1, 8.2 and 8.4; CG0370.
    """
    for name in _pointing(evidence, "RDOMAIN", "IDVAR"):
        pointers = text_frame(evidence, name, "RDOMAIN", "IDVAR")
        pointers = pointers[(pointers["RDOMAIN"] != "") & (pointers["IDVAR"] != "")]
        for pair, own in pointers.groupby(["RDOMAIN", "IDVAR"], sort=False):
            domain, variable = map(str, pair)
            pointed = _datasets_of(evidence, domain)
            columns = {column for each in pointed for column in evidence.datasets[each].frame.columns}
            if pointed and variable not in columns:
                published = sorted(column for column in columns if not str(column).startswith("_"))
                many = f" ({len(own)} records)" if len(own) > 1 else ""
                message = f'{domain} has no variable "{variable}"{nearest(variable, published)}{many}'
                yield Flag(name, own["position"].to_numpy()[:1], "IDVAR", message, f"a variable of {domain}")


@rule("SD-0326", "link.no-record", "error", covers="CORE-000206 CG0371")
def no_record(evidence: Evidence) -> Iterator[Flag]:
    """A pointer to a record that is not there, at its value.

    What it finds: In SUPP--, CO and RELREC, an IDVARVAL that no record of the subject has in IDVAR of the dataset of
        RDOMAIN; where either has no USUBJID, that no record has.
    Why it matters: A qualifier or a comment is lost, or it is joined to another record after renumbering.
    Example: SUPPRS with RSSEQ 14 of a subject whose RSSEQ end at 13.
    Source: SDTMIG 3.4 sections 5.1, 8.2 and 8.4; CG0371.
    """
    for name in _pointing(evidence, *POINTERS):
        pointers = text_frame(evidence, name, *POINTERS, optional=("USUBJID",))
        pointers = pointers[(pointers["IDVAR"] != "") & (pointers["IDVARVAL"] != "")]
        lost = []
        for pointer, own in pointers.groupby(["RDOMAIN", "IDVAR"], sort=False):
            domain, variable = map(str, pointer)
            pointed = [each for each in _datasets_of(evidence, domain) if evidence.has(each, variable)]
            if not pointed:
                continue
            known = [_addresses(evidence, each, variable) for each in pointed]
            has_subjects = any(evidence.has(each, "USUBJID") for each in pointed)
            wanted = (own["USUBJID"] if has_subjects else "") + SEPARATOR + _folded(own["IDVARVAL"])
            lost.append(own[~wanted.isin(pd.concat(known))])
        if lost:
            wrong = pd.concat(lost).sort_values("position")
            messages = [
                f'{domain} has no record with {variable} "{value}"{" of the subject" if subject else ""}'
                for domain, variable, value, subject in wrong[[*POINTERS, "USUBJID"]].itertuples(index=False)
            ]
            yield Flag(name, wrong["position"].to_numpy(), "IDVARVAL", messages)


@rule("SD-0333", "link.alone", "error", covers="CORE-000484 CG0200")
def alone(evidence: Evidence) -> Iterator[Flag]:
    """A relationship of one record only, at its identifier.

    What it finds: A RELID that stands on one record of RELREC: of a subject, or of whole datasets.
    Why it matters: What the record is related to was lost, or the identifier was mistyped.
    Example: RELID TUTR with the record of TU, and none of TR.
    Source: SDTMIG 3.4 section 8.2, RELREC; CG0200.
    """
    related = text_frame(evidence, "RELREC", "USUBJID", "RELID")
    related = related[related["RELID"] != ""]
    single = related[~related.duplicated(["USUBJID", "RELID"], keep=False)]
    message = 'RELID "{value}" stands on this record alone'
    yield Flag("RELREC", single["position"].to_numpy(), "RELID", message, "two records or more")


@rule("SD-0334", "link.many-for-one", "warning")
def many_for_one(evidence: Evidence) -> Iterator[Flag]:
    """A value that several records of a subject have in a dataset that is the ONE of a relationship, at the relationship.

    What it finds: RELTYPE ONE for a dataset in which a subject has several records with one value of IDVAR, where the other
        dataset is MANY. Once a relationship.
    Why it matters: Joining the two then multiplies records.
    Example: TU is ONE by TULNKID, and a subject has TULNKID T1 twice.
    Source: SDTMIG 3.4 section 8.3, dataset relationships.
    """
    related = text_frame(evidence, "RELREC", *POINTERS, "RELTYPE", "RELID", optional=("USUBJID",))
    related = related[(related["USUBJID"] == "") & (related["IDVARVAL"] == "")]
    many = set(related.loc[related["RELTYPE"] == "MANY", "RELID"])
    ones = related[(related["RELTYPE"] == "ONE") & related["RELID"].isin(many)]
    for domain, variable, at in ones[["RDOMAIN", "IDVAR", "position"]].itertuples(index=False):
        for name in _datasets_of(evidence, domain):
            if not evidence.has(name, variable, "USUBJID"):
                continue
            records = text_frame(evidence, name, "USUBJID", variable)
            records = records[records[variable] != ""]
            again = records[records.duplicated(["USUBJID", variable])]
            if len(again):
                first = again.sort_values(["USUBJID", variable]).iloc[0]
                message = (
                    f"{name} is ONE by {variable}, and {len(again)} of its records repeat a value: "
                    f'subject {first["USUBJID"]} has "{first[variable]}" in several'
                )
                yield Flag("RELREC", related.loc[related["position"] == at, "position"].to_numpy(), "RELTYPE", message)


def _pointing(evidence: Evidence, *variables: str) -> list[str]:
    """Datasets that point to others and have the variables. Raises Missing where there is none."""
    names = [name for name in evidence.datasets if name.startswith("SUPP") or name in ("CO", "RELREC")]
    there = [name for name in names if evidence.has(name, *variables)]
    if not names:
        raise Missing("there is neither SUPP--, CO nor RELREC")
    if not there:
        raise Missing(f"{names[0]} does not have all of {', '.join(variables)}")
    return there


def _datasets_of(evidence: Evidence, domain: str) -> list[str]:
    """The datasets of a domain: its own, or the parts that it is split into."""
    if domain in evidence.datasets:
        return [domain]
    return [name for name in evidence.datasets if evidence.domains[name] == domain]


def _addresses(evidence: Evidence, dataset: str, variable: str) -> pd.Series:
    """Subject and value of every record, and each value without a subject."""
    records = text_frame(evidence, dataset, variable, optional=("USUBJID",))
    values = _folded(records[variable])
    addresses: pd.Series = pd.concat([records["USUBJID"] + SEPARATOR + values, SEPARATOR + values.drop_duplicates()])
    return addresses


def _folded(texts: pd.Series) -> pd.Series:
    """Texts, a number in one way of writing it."""
    known = {text: text if (number := number_of(text)) is None else f"{number:.15g}" for text in texts.unique()}
    folded: pd.Series = texts.map(known).astype(object)
    return folded
