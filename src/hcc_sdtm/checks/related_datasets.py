"""Datasets that RELREC relates as a whole: records of the many that no record of the one stands for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.dataset import format_value


@rule("SD-0337", "link.many-without-one", "warning")
def many_without_one(evidence: Evidence) -> Iterator[Flag]:
    """A record on the side MANY of related datasets whose value no record of the side ONE has, at the linking variable.

    What it finds: Where RELREC relates two datasets by a variable of each, one ONE and one MANY: a record of MANY with a value
        that the subject has not in ONE. Subjects without any such value in ONE are asked about as well.
    Why it matters: A measurement or a dose belongs to a lesion that nobody identified.
    Example: EXLNKID T09, and TU has T01 and T02 for the subject.
    Source: SDTMIG 3.4 section 8.3, relating datasets.
    """
    relations = evidence.records("RELREC", "RDOMAIN", "IDVAR", "RELID", optional=("IDVARVAL", "RELTYPE"))
    whole = relations[relations["IDVARVAL"] == ""]
    pairs = whole[whole["RELTYPE"] == "MANY"].merge(whole[whole["RELTYPE"] == "ONE"], on="RELID", suffixes=("", "_one"))
    asked = [
        (many, variable, one, other)
        for many, variable, one, other in pairs[["RDOMAIN", "IDVAR", "RDOMAIN_one", "IDVAR_one"]].itertuples(
            index=False
        )
        if evidence.has(many, "USUBJID", variable) and evidence.has(one, "USUBJID", other)
    ]
    if not asked:
        raise Missing("RELREC relates no two datasets that are there")
    for many, variable, one, other in dict.fromkeys(asked):
        known = evidence.records(one, "USUBJID", other)
        there = set(zip(known["USUBJID"], map(format_value, known[other]), strict=True))
        records = evidence.records(many, "USUBJID", variable)
        links = list(zip(records["USUBJID"], map(format_value, records[variable]), strict=True))
        alone = np.flatnonzero([value != "" and (subject, value) not in there for subject, value in links])
        message = f'"{{value}}" is no {other} of the subject in {one}'
        yield Flag(many, alone, variable, message, f"a {other} of {one}")
