"""RELREC: which records belong together, from the links that the mappings give (SDTMIG 3.4, 8.2 and 8.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset, Derivation, Lineage, format_values
from hcc_sdtm.finding import join_findings
from hcc_sdtm.spec.model import DatasetSpec, Relationship, RelationshipSide

NO_PARTNER = "REL-001 link.no-partner"
NOT_ONE = "REL-002 link.several-on-one-side"
ONE_ALONE = "REL-003 link.one-without-many"

COLUMNS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE", "RELID")


@dataclass
class _Links:
    """The records of one side: a number for each subject and link text, -1 where the text is missing."""

    side: RelationshipSide
    dataset: Dataset
    texts: np.ndarray
    codes: np.ndarray

    @property
    def linked(self) -> np.ndarray:
        """The numbers of the records that have a link."""
        return self.codes[self.codes >= 0]


def build_relationships(
    datasets: Mapping[str, Dataset],
    relationships: Sequence[Relationship],
    spec: DatasetSpec,
    study_id: str,
    lineage: Lineage,
) -> tuple[Dataset | None, pd.DataFrame]:
    """RELREC, and what is wrong with the links; None where no two records are related.

    The datasets must be final. A relationship of datasets is one record for each dataset, without subject and value; one of
    records is a record for each of them, pointed to by --SEQ (by the link where it has none), with a RELID of the name and
    a number within the subject. A side whose dataset or variable the study does not fill is left out, and with one side
    left there is no relationship.

    Findings: REL-001 a link without a partner, REL-002 a link that several records of the ONE side have, REL-003 links of
    a ONE side without a record on the MANY side, once a relationship.
    """
    parts, findings = [], []
    for relationship in relationships:
        links = _number_links(relationship, datasets)
        if len(links) < 2:
            continue
        findings += [*_findings(relationship, links)]
        shared = _shared(links)
        if not len(shared):
            continue
        parts.append(
            _dataset_records(relationship, links, study_id)
            if relationship.level == "dataset"
            else _single_records(relationship, links, shared, study_id)
        )
    if not parts:
        return None, join_findings(findings)
    frame = pd.concat(parts, ignore_index=True)[list(COLUMNS)]
    dataset = Dataset(spec.taking(()), frame, lineage)
    dataset.derivations |= dict.fromkeys(COLUMNS, Derivation("specs/relationships.csv, from the links of the records"))
    return dataset, join_findings(findings)


def _number_links(relationship: Relationship, datasets: Mapping[str, Dataset]) -> list[_Links]:
    """The sides that the study fills; equal subject and text have one number on all of them."""
    sides = [
        side
        for side in relationship.sides
        if side.dataset in datasets and side.variable in datasets[side.dataset].frame.columns
    ]
    texts = [_as_text(datasets[side.dataset].frame[side.variable]) for side in sides]
    if not sides:
        return []
    subjects = np.concatenate([datasets[side.dataset].frame["USUBJID"].to_numpy(dtype=object) for side in sides])
    every = np.concatenate(texts)
    subject_codes, _ = pd.factorize(subjects)
    text_codes, distinct = pd.factorize(every)
    codes = np.where(every == "", -1, subject_codes.astype(np.int64) * len(distinct) + text_codes)
    ends = np.cumsum([len(each) for each in texts])
    return [
        _Links(side, datasets[side.dataset], text, codes[end - len(text) : end])
        for side, text, end in zip(sides, texts, ends, strict=True)
    ]


def _as_text(values: pd.Series) -> np.ndarray:
    return values.to_numpy(dtype=object) if values.dtype == object else format_values(values)


def _shared(links: Sequence[_Links]) -> np.ndarray:
    """Numbers that at least two sides have."""
    distinct = [np.unique(each.linked) for each in links]
    codes, counts = np.unique(np.concatenate(distinct), return_counts=True)
    return codes[counts > 1]


def _findings(relationship: Relationship, links: Sequence[_Links]) -> Iterator[pd.DataFrame]:
    types = {each.side.type for each in links}
    for at, each in enumerate(links):
        others = [other for number, other in enumerate(links) if number != at]
        partners = np.concatenate([other.linked for other in others])
        alone = (each.codes >= 0) & ~np.isin(each.codes, partners)
        names = " and ".join(dict.fromkeys(other.side.dataset for other in others))
        variable = each.side.variable
        if each.side.type == "ONE" and "MANY" in types:
            yield _one_alone(each, alone, names)
        else:
            message = f'"{{value}}" in {variable} is on no record of {names} of this subject'
            expected = _links_of_subjects(each.dataset.frame["USUBJID"].to_numpy(dtype=object)[alone], others)
            yield each.dataset.findings(alone, NO_PARTNER, "warning", variable, message, expected)
        if each.side.type == "ONE":
            again = (each.codes >= 0) & pd.Series(each.codes).duplicated().to_numpy()
            message = (
                f'"{{value}}" in {variable} is on an earlier record of this subject too, and {each.dataset.name} is the ONE '
                f"side of the relationship {relationship.name}"
            )
            yield each.dataset.findings(again, NOT_ONE, "warning", variable, message)


def _one_alone(each: _Links, alone: np.ndarray, names: str) -> pd.DataFrame:
    count = len(np.unique(each.codes[alone]))
    message = f'"{{value}}" in {each.side.variable} is on no record of {names} of this subject'
    message += f"; links so: {count}" if count > 1 else ""
    return each.dataset.findings(np.flatnonzero(alone)[:1], ONE_ALONE, "note", each.side.variable, message)


def _links_of_subjects(subjects: np.ndarray, others: Sequence[_Links]) -> list[str]:
    """For each subject the links that the other sides have of it."""
    wanted = set(subjects)
    found: dict[str, dict[str, None]] = {subject: {} for subject in wanted}
    for other in others:
        of = other.dataset.frame["USUBJID"].to_numpy(dtype=object)
        for position in np.flatnonzero(np.isin(of, list(wanted)) & (other.codes >= 0)) if wanted else ():
            found[of[position]].setdefault(str(other.texts[position]))
    return [", ".join(sorted(found[subject])) for subject in subjects]


def _dataset_records(relationship: Relationship, links: Sequence[_Links], study_id: str) -> pd.DataFrame:
    rows = [
        (study_id, each.dataset.name, "", each.side.variable, "", each.side.type, relationship.name) for each in links
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _single_records(
    relationship: Relationship, links: Sequence[_Links], shared: np.ndarray, study_id: str
) -> pd.DataFrame:
    parts = []
    for at, each in enumerate(links):
        chosen = np.flatnonzero(np.isin(each.codes, shared))
        frame, pointer = each.dataset.frame, each.dataset.spec.sequence or each.side.variable
        part = pd.DataFrame(
            {
                "RDOMAIN": each.dataset.name,
                "USUBJID": frame["USUBJID"].to_numpy(dtype=object)[chosen],
                "IDVAR": pointer,
                "IDVARVAL": _as_text(frame[pointer])[chosen],
                "text": each.texts[chosen],
                "side": at,
                "position": chosen,
            }
        )
        parts.append(part.drop_duplicates(["USUBJID", "IDVARVAL", "text"]))
    records = pd.concat(parts, ignore_index=True).sort_values(["USUBJID", "text", "side", "position"], kind="stable")
    groups = records.drop_duplicates(["USUBJID", "text"])
    numbers = groups.assign(number=groups.groupby("USUBJID", sort=False).cumcount() + 1)[["USUBJID", "text", "number"]]
    records = records.merge(numbers, on=["USUBJID", "text"], how="left")
    names = (relationship.name + "-" + records["number"].astype(str)).astype(object)
    return records.assign(STUDYID=study_id, RELTYPE="", RELID=names)
