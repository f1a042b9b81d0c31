"""Rules on findings about an event or intervention that RELREC relates them to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.rule import Flag, rule

TOPICS = ("TERM", "TRT")
"""What an event and an intervention are called as collected, after the dataset's prefix."""


@rule(
    "SD-0660",
    "finding.object-not-of-uncoded-parent",
    "error",
    covers="CORE-000744 CORE-000757 CORE-000766 CG0174 CG0601 CG0602",
)
def object_not_of_uncoded_parent(evidence: Evidence) -> Iterator[Flag]:
    """A finding about an event or intervention that was not coded, with another object than its name, at FAOBJ.

    What it finds: A record of FA that RELREC relates to records of events or interventions without --DECOD, with an FAOBJ
        that is the --TERM or --TRT of none of them. A coded one is asked about by general.object-not-of-parent.
    Why it matters: The finding is read as one about something else.
    Example: FAOBJ "RASH" related to an AE record with AETERM "ITCHING".
    Source: SDTMIG 3.4 section 6.4.3, --OBJ; CG0174, CG0601, CG0602.
    """
    relations = evidence.records("RELREC", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELID")
    relations = relations[(relations["USUBJID"] != "") & (relations["IDVARVAL"] != "")]
    objects = evidence.column("FA", "FAOBJ")
    findings = _records_of(evidence, relations[relations["RDOMAIN"] == "FA"], "FA")
    parents = [
        _topics(evidence, _records_of(evidence, own, str(domain)), str(domain))
        for domain, own in relations[relations["RDOMAIN"] != "FA"].groupby("RDOMAIN", sort=False)
    ]
    if not parents or findings.empty:
        return
    related = findings.merge(pd.concat(parents), on=["USUBJID", "RELID"], suffixes=("", "_of"))
    related["object"] = objects.of(str.strip, object)[related["position"].to_numpy(dtype=np.int64)]
    # a coded parent is another rule's; one name that fits is enough where several records are related
    judged = related.groupby("position")
    fits = (related["object"] == related["topic"]).groupby(related["position"]).any()
    uncoded = judged["is_coded"].any().eq(False) & ~fits
    wrong = related[related["position"].isin(uncoded.index[uncoded])]
    names = wrong.groupby("position")["topic"].agg(lambda topics: " or ".join(sorted(set(topics))))
    messages = [f'FAOBJ is not what the related record is called, "{name}"' for name in names]
    yield Flag("FA", names.index.to_numpy(dtype=np.int64), "FAOBJ", messages, names.tolist())


def _records_of(evidence: Evidence, relations: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """The records that relations point at: USUBJID, RELID and the record's position."""
    found = [pd.DataFrame(columns=["USUBJID", "RELID", "position"])]
    for variable, own in relations.groupby("IDVAR", sort=False):
        if evidence.has(dataset, "USUBJID", str(variable)):
            records = evidence.records(dataset, "USUBJID")
            records["IDVARVAL"] = evidence.column(dataset, str(variable)).of(str.strip, object)
            pointed = own[["USUBJID", "IDVARVAL", "RELID"]].merge(records, on=["USUBJID", "IDVARVAL"])
            found.append(pointed[["USUBJID", "RELID", "position"]])
    return pd.concat(found).drop_duplicates()


def _topics(evidence: Evidence, records: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """The records with what each is called, and whether it is coded; none for a dataset without a topic."""
    topics = [f"{dataset}{name}" for name in TOPICS if evidence.has(dataset, f"{dataset}{name}")]
    if not topics:
        return records.iloc[:0].assign(topic="", is_coded=False)
    positions = records["position"].to_numpy(dtype=np.int64)
    coded = np.zeros(len(positions), dtype=bool)
    if evidence.has(dataset, f"{dataset}DECOD"):
        coded = evidence.column(dataset, f"{dataset}DECOD").given[positions]
    return records.assign(topic=evidence.column(dataset, topics[0]).of(str.strip, object)[positions], is_coded=coded)
