"""Rules that read two places at once: starts and ends relative to a reference point, several races, findings about an event."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule

START_TERMS = {"before": ("BEFORE", "COINCIDENT", "AFTER", "UNKNOWN"), "on": ("BEFORE", "COINCIDENT", "UNKNOWN")}
END_TERMS = {
    "before": ("BEFORE", "COINCIDENT", "ONGOING", "AFTER", "UNKNOWN"),
    "on": ("BEFORE", "COINCIDENT", "ONGOING", "UNKNOWN"),
}
"""What may be said of a start or an end, where its reference point is a day before, or on, the day of collection."""

RACE = re.compile(r"RACE[0-9]+")
MULTIPLE = "MULTIPLE"


@rule(
    "SD-0115", "timing.relation-to-reference", "error",
    covers="CORE-000710 CORE-000763 CORE-000324 CORE-000572 CG0232 CG0233 CG0234 CG0235",
)  # fmt: skip
def relation_to_reference(evidence: Evidence) -> Iterator[Flag]:
    """A relation to a reference point that could not be known at the day of collection, at the relation.

    What it finds: --STRTPT or --ENRTPT with a term that its reference date does not allow: of a day before the collection a
        start is BEFORE, COINCIDENT, AFTER or UNKNOWN, and an end may be ONGOING too; of the day of collection itself nothing
        is AFTER. Both dates are complete to the day.
    Why it matters: Whether an event was ongoing decides what is counted as new under treatment.
    Example: Collected on 2022-05-03 with the end AFTER 2022-05-03: nobody knows it yet; ONGOING is meant.
    Source: SDTMIG 3.4 section 4.4.7; CG0232 to CG0235.
    """
    asked = False
    for name in evidence.datasets:
        prefix = name[:2]
        for end, terms in (("ST", START_TERMS), ("EN", END_TERMS)):
            point, relation, collected = f"{prefix}{end}TPT", f"{prefix}{end}RTPT", f"{prefix}DTC"
            if not evidence.has(name, point, relation, collected):
                continue
            asked = True
            points, days = evidence.days(name, point), evidence.days(name, collected)
            is_known = (points["earliest"] == points["latest"]) & (days["earliest"] == days["latest"])
            for when, mask in (
                ("before", points["latest"] < days["earliest"]),
                ("on", points["latest"] == days["earliest"]),
            ):
                allowed = {*terms[when], ""}
                wrong = evidence.column(name, relation).where(lambda text, allowed=allowed: text.strip() not in allowed)  # type: ignore[misc]
                positions = np.flatnonzero(wrong & is_known.to_numpy() & mask.to_numpy())
                message = f'{relation} is "{{value}}" where {point} is {when} the day of {collected}'
                yield Flag(name, positions, relation, message, ", ".join(terms[when]))
    if not asked:
        raise Missing("no dataset has a relation to a reference point and a date of collection")


@rule(
    "SD-0116", "general.several-races", "error",
    covers="CORE-000337 CORE-000844 CORE-000845 CORE-000846 CG0140 CG0531",
)  # fmt: skip
def several_races(evidence: Evidence) -> Iterator[Flag]:
    """A subject whose RACE and supplemental races contradict each other, at RACE.

    What it finds: RACE MULTIPLE without two races (QNAM RACE1, RACE2 ..) in SUPPDM; two races there with another RACE.
    Why it matters: The races are lost, or one of them stands for all.
    Example: RACE "MULTIPLE", and SUPPDM has RACE1 alone.
    Source: SDTMIG 3.4 section 5.2, RACE; CG0140, CG0531.
    """
    subjects = evidence.records("DM", "USUBJID", "RACE")
    counted: dict[str, set[str]] = {}
    if evidence.has("SUPPDM", "USUBJID", "QNAM", "QVAL"):
        values = evidence.records("SUPPDM", "USUBJID", "QNAM", "QVAL")
        is_race = values["QNAM"].map({name: RACE.fullmatch(str(name)) is not None for name in values["QNAM"].unique()})
        given = values[is_race.to_numpy(dtype=bool) & (values["QVAL"] != "").to_numpy()]
        for subject, name in zip(given["USUBJID"], given["QNAM"], strict=True):
            counted.setdefault(subject, set()).add(name)
    positions, messages = [], []
    for position, subject, race in zip(subjects["position"], subjects["USUBJID"], subjects["RACE"], strict=True):
        count = len(counted.get(subject, ()))
        if race == MULTIPLE and count < len(("RACE1", "RACE2")):
            positions.append(position)
            messages.append(
                f"RACE is MULTIPLE, and SUPPDM has {count or 'no'} race{'' if count == 1 else 's'} of the subject"
            )
        elif race != MULTIPLE and count > 1:
            positions.append(position)
            messages.append(f'RACE is "{race}", and SUPPDM has {count} races of the subject')
    yield Flag("DM", np.array(positions, dtype=np.int64), "RACE", messages, MULTIPLE)


@rule("SD-0117", "general.object-not-of-parent", "error", covers="CORE-000767 CG0603")
def object_not_of_parent(evidence: Evidence) -> Iterator[Flag]:
    """A finding about an event or intervention that names another one, at FAOBJ.

    What it finds: A record of FA that RELREC relates to one record of another dataset, with an FAOBJ that is not the --DECOD of
        that record. Records without --DECOD, and relations of whole datasets, are left out.
    Why it matters: The finding is then read as one about something else.
    Example: FAOBJ "HEPATITIS B" related to an MH record coded "Chronic hepatitis B".
    Source: SDTMIG 3.4 section 6.4.3, --OBJ; CG0603.
    """
    relations = evidence.records("RELREC", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELID")
    relations = relations[(relations["USUBJID"] != "") & (relations["IDVARVAL"] != "")]
    evidence.column("FA", "FAOBJ")
    pairs = relations[relations["RDOMAIN"] == "FA"].merge(
        relations[relations["RDOMAIN"] != "FA"], on=["USUBJID", "RELID"], suffixes=("", "_of")
    )
    wrong: dict[int, str] = {}
    for pair in pairs.itertuples(index=False):
        domain = str(pair.RDOMAIN_of)
        if not evidence.has(domain, f"{domain}DECOD"):
            continue
        parents = _records(evidence, domain, pair.USUBJID, pair.IDVAR_of, pair.IDVARVAL_of)
        column = evidence.column(domain, f"{domain}DECOD")
        terms = {column.texts[column.codes[at]].strip() for at in parents} - {""}
        objects = evidence.column("FA", "FAOBJ")
        for at in _records(evidence, "FA", pair.USUBJID, pair.IDVAR, pair.IDVARVAL):
            if terms and objects.texts[objects.codes[at]].strip() not in terms:
                wrong[at] = ", ".join(sorted(terms))
    positions = np.array(sorted(wrong), dtype=np.int64)
    messages = [
        f'FAOBJ is not the term of the record that RELREC relates it to, "{wrong[at]}"' for at in positions.tolist()
    ]
    yield Flag("FA", positions, "FAOBJ", messages, [wrong[at] for at in positions.tolist()])


def _records(evidence: Evidence, dataset: str, subject: object, variable: object, value: object) -> list[int]:
    """Positions of a subject's records whose variable has the value."""
    if not evidence.has(dataset, "USUBJID", str(variable)):
        return []
    subjects, values = evidence.column(dataset, "USUBJID"), evidence.column(dataset, str(variable))
    found = np.flatnonzero(subjects.where(str(subject).__eq__) & values.where(str(value).__eq__))
    return [int(at) for at in found]
