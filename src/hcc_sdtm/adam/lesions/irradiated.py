"""Which lesions were irradiated, from when to when and with what dose, by the links between exposure and tumour records.

Knows the links (EXLNKID to TULNKID; several lesions in one record; lesions in supplemental qualifiers; a flag of TU) as the
trial's ``progression`` names them. Knows nothing of sizes, response or progression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.dated import column_or_missing
from hcc_sdtm.adam.timeline import Subjects, chosen_records
from hcc_sdtm.dataset import Dataset, format_values
from hcc_sdtm.dates.iso import to_days
from hcc_sdtm.finding import join_findings
from hcc_sdtm.spec.progression import Irradiation, Progression

UNKNOWN_LESION = "ADRS-140 radiotherapy.unknown-lesion"
"""An irradiation record names a lesion that the subject does not have: its progression is in no field."""

NO_LESION_NAMED = "ADRS-141 radiotherapy.no-lesion-named"
"""A subject was irradiated and no record says which lesion: no local control and no field of progression."""

LINK_WITHOUT_FLAG = "ADRS-143 radiotherapy.flag-and-link"
"""A lesion is irradiated by its flag or by a record's link, and the other source says nothing of it."""

COLUMNS = ["lesion", "start", "end", "dose"]


def build_irradiated(
    datasets: Mapping[str, Dataset], subjects: Subjects, progression: Progression, lesions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The irradiated lesions, one row each, and findings about links that lead nowhere.

    ``lesions`` has one row a lesion and reader: ``subject``, ``lesion`` (its link), ``location``. The result has ``lesion``
    (row number in it), ``start`` and ``end`` (days; of several courses the first and the last; a start that is incomplete
    is that of the subject's treatment) and ``dose`` (the sum, NaN where unknown). A lesion that only the flag names takes
    the course given to its organ, or the subject's.
    """
    numbered = pd.DataFrame(
        {
            "lesion": np.arange(len(lesions)),
            "subject": lesions["subject"].to_numpy(dtype=np.int64),
            "link": lesions["lesion"].to_numpy(dtype=object),
            "organ": lesions["location"].to_numpy(dtype=object),
        }
    )
    found, findings = [], []
    for irradiation in progression.irradiated:
        dataset = datasets.get(irradiation.dataset)
        if dataset is None or not len(dataset):
            continue
        records = _records(datasets, dataset, irradiation, subjects)
        named = records.explode("links").rename(columns={"links": "link"}).dropna(subset="link")
        linked = named.merge(numbered, on=["subject", "link"])
        flagged = _flagged(datasets, irradiation.flag, numbered, subjects)
        only_flag = flagged[~flagged["lesion"].isin(linked["lesion"]) & flagged["subject"].isin(records["subject"])]
        same_organ = only_flag.merge(records[records["organ"] != ""], on=["subject", "organ"])
        elsewhere = only_flag[~only_flag["lesion"].isin(same_organ["lesion"])]
        anywhere = elsewhere.merge(records.drop(columns="organ"), on="subject")
        found += [frame[COLUMNS] for frame in (linked, same_organ, anywhere) if len(frame)]
        covered = np.concatenate([linked["subject"], flagged["subject"]])
        findings += [
            _unknown(dataset, irradiation, named, numbered),
            _unnamed(dataset, irradiation, records, covered),
            _unflagged(dataset, irradiation, linked, flagged),
            _unlinked(datasets, elsewhere, irradiation),
        ]
    together = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS, dtype=float)
    by_lesion = together.astype(float).groupby("lesion", sort=True)
    irradiated = by_lesion.agg(start=("start", "min"), end=("end", "max")).reset_index()
    irradiated["dose"] = by_lesion["dose"].sum(min_count=1).to_numpy()
    irradiated["lesion"] = irradiated["lesion"].astype(np.int64)
    return irradiated, join_findings(findings)


def _records(
    datasets: Mapping[str, Dataset], dataset: Dataset, irradiation: Irradiation, subjects: Subjects
) -> pd.DataFrame:
    """The irradiation records: position, subject, start, end, dose, organ and ``links``, the list of lesions they name."""
    position, subject = chosen_records(dataset, irradiation, subjects)
    frame = dataset.frame.iloc[position]

    def days(variable: str) -> np.ndarray:
        return to_days(frame[variable]).to_numpy(dtype=float) if variable in frame else np.full(len(frame), np.nan)

    start = days(irradiation.start)
    records = pd.DataFrame({"position": position, "subject": subject})
    records["start"] = np.where(np.isnan(start), subjects.days["TRTSDT"][subject], start)
    records["end"] = np.fmax(days(irradiation.end), records["start"])
    records["organ"] = frame[irradiation.location].to_numpy() if irradiation.location in frame else ""
    texts = [_texts(frame, irradiation.link), *(_qualifier(datasets, dataset, name) for name in irradiation.further)]
    links = [_split(text.reindex(position, fill_value=""), irradiation.separators) for text in texts]
    records["links"] = [[link for part in parts for link in part] for parts in zip(*links, strict=True)]
    dose = _texts(frame, irradiation.dose) if irradiation.dose in frame else None
    dose = _qualifier(datasets, dataset, irradiation.dose) if dose is None else dose
    records["dose"] = pd.to_numeric(dose.reindex(position), errors="coerce").to_numpy(dtype=float)
    return records


def _texts(frame: pd.DataFrame, variable: str) -> pd.Series:
    """The variable as text by position."""
    column = frame[variable] if variable in frame else pd.Series("", index=frame.index, dtype=object)
    return column if column.dtype == object else pd.Series(format_values(column), index=column.index, dtype=object)


def _split(texts: pd.Series, separators: Sequence[str]) -> list[list[str]]:
    """The links in each text, blanks around them removed; each distinct text is split once."""
    between = re.compile("|".join(re.escape(separator) for separator in separators) or r"(?!)")
    codes, distinct = pd.factorize(texts)
    parts = [[part for piece in between.split(text) if (part := piece.strip())] for text in distinct]
    return [parts[code] for code in codes]


def _qualifier(datasets: Mapping[str, Dataset], dataset: Dataset, name: str) -> pd.Series:
    """The texts of a supplemental qualifier by the position of its parent; parents without one are not there."""
    supplement = datasets.get(f"SUPP{dataset.name}")
    if supplement is None or not name:
        return pd.Series(dtype=object)
    asked = supplement.frame[supplement.frame["QNAM"] == name]
    found = []
    for pointer, rows in asked.groupby("IDVAR"):
        parents = pd.DataFrame({"USUBJID": dataset.frame["USUBJID"], "position": np.arange(len(dataset))})
        keys = ["USUBJID"]
        if pointer:
            parents["IDVARVAL"] = _texts(dataset.frame, str(pointer)).to_numpy()
            keys.append("IDVARVAL")
        found.append(rows.merge(parents, on=keys)[["position", "QVAL"]])
    if not found:
        return pd.Series(dtype=object)
    together = pd.concat(found, ignore_index=True).drop_duplicates("position")
    return pd.Series(together["QVAL"].to_numpy(), index=together["position"].to_numpy(), dtype=object)


def _flagged(datasets: Mapping[str, Dataset], flag: str, numbered: pd.DataFrame, subjects: Subjects) -> pd.DataFrame:
    """The lesions with a link that TU calls irradiated, with ``tu``, the position of the record that does."""
    tumours = datasets.get("TU")
    if tumours is None or not flag:
        return numbered.iloc[:0].assign(tu=np.empty(0, dtype=np.int64))
    texts = _qualifier(datasets, tumours, flag)
    position = texts.index[texts == "Y"].to_numpy(dtype=np.int64)
    given, links = tumours.frame.iloc[position], column_or_missing(tumours.frame, "TULNKID").iloc[position]
    said = pd.DataFrame({"tu": position, "subject": subjects.codes(given["USUBJID"]), "link": links})
    return said[said["link"] != ""].drop_duplicates(["subject", "link"]).merge(numbered, on=["subject", "link"])


def _unknown(dataset: Dataset, irradiation: Irradiation, named: pd.DataFrame, numbered: pd.DataFrame) -> pd.DataFrame:
    own = numbered.drop_duplicates(["subject", "link"])
    lost = named.merge(own, how="left", on=["subject", "link"], suffixes=("", "_tu"))
    lost = lost[lost["lesion"].isna()].sort_values("position")
    listed = own[own["subject"].isin(lost["subject"])].groupby("subject")["link"].agg(", ".join)
    expected = [str(listed.get(subject, "")) for subject in lost["subject"]]
    message = [f'names the lesion "{link}", which the subject does not have' for link in lost["link"]]
    return dataset.findings(lost["position"].to_numpy(), UNKNOWN_LESION, "error", irradiation.link, message, expected)


def _unnamed(dataset: Dataset, irradiation: Irradiation, records: pd.DataFrame, covered: np.ndarray) -> pd.DataFrame:
    if not len(covered):  # nobody's lesions are named: that is one question about the study, not one a subject
        return dataset.findings(np.empty(0, dtype=np.int64), NO_LESION_NAMED, "warning", irradiation.link, "")
    without = records[~records["subject"].isin(covered) & (records["links"].str.len() == 0)]
    first = without.sort_values("position").drop_duplicates("subject")["position"].to_numpy()
    message = (
        "no record says which lesion was irradiated: no local control and no field of progression for this subject"
    )
    return dataset.findings(first, NO_LESION_NAMED, "warning", irradiation.link, message, "the link of a lesion")


def _unflagged(dataset: Dataset, irradiation: Irradiation, linked: pd.DataFrame, flagged: pd.DataFrame) -> pd.DataFrame:
    """Lesions that a record names and the flag does not, of subjects where the flag is used."""
    odd = linked[linked["subject"].isin(flagged["subject"]) & ~linked["lesion"].isin(flagged["lesion"])]
    odd = odd.drop_duplicates(["position", "link"]).sort_values("position")
    message = [f'names the lesion "{link}", which TU does not call irradiated' for link in odd["link"]]
    expected = f"{irradiation.flag} Y, or another lesion"
    return dataset.findings(
        odd["position"].to_numpy(), LINK_WITHOUT_FLAG, "warning", irradiation.link, message, expected
    )


def _unlinked(datasets: Mapping[str, Dataset], elsewhere: pd.DataFrame, irradiation: Irradiation) -> pd.DataFrame:
    """Lesions that the flag names and no record, nor one for their organ."""
    positions = np.sort(elsewhere.drop_duplicates(["subject", "link"])["tu"].to_numpy(dtype=np.int64))
    if "TU" not in datasets:
        return join_findings([])
    message = f'"{{value}}" is called irradiated, and no record of {irradiation.dataset} names it or its organ'
    return datasets["TU"].findings(
        positions, LINK_WITHOUT_FLAG, "warning", "TULNKID", message, "the link of the lesion in a record"
    )
