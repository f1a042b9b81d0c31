"""The dated events of each subject, as the trial names them: which records they are, and the one that dates each.

Knows how a record is chosen. Does not know which event comes before which (`hcc_sdtm.dates.event_order`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.spec.trial import DatedEvent, Trial

DATED_COLUMNS = ["USUBJID", "text", "earliest", "latest", "position"]


def build_event_records(datasets: Mapping[str, Dataset], trial: Trial) -> dict[str, pd.DataFrame]:
    """By event, the records that it is one of, in the order of the trial: `DATED_COLUMNS`, one row a record.

    ``earliest`` and ``latest`` are the first and last day that ``text`` can mean, ``position`` is that in the dataset.
    Dates without a year are left out, and so are those surely after the data cut-off. An event whose dataset or one of
    whose variables is not there is not in the result.
    """
    cutoff = bounds(pd.Series([trial.data_cutoff]))["latest"].iloc[0]
    found: dict[str, pd.DataFrame] = {}
    for name, event in trial.events.items():
        choice = trial.event_records(name)
        dataset = datasets.get(choice.dataset)
        needed = {"USUBJID", choice.date, *choice.where}
        if dataset is None or not needed <= set(dataset.frame.columns) or (event.after and event.after not in found):
            continue
        chosen = choice.takes(dataset.frame).nonzero()[0]
        records = dataset.frame[["USUBJID", choice.date]].iloc[chosen].rename(columns={choice.date: "text"})
        records[["earliest", "latest"]] = bounds(records["text"])
        records = records.assign(position=chosen)
        records = records[records["earliest"] <= cutoff]
        if event.after:
            before = event_dates(found[event.after], trial.events[event.after])
            known_by = records["USUBJID"].map(before.set_index("USUBJID")["latest"])
            records = records[records["earliest"] > known_by]
        found[name] = records.reset_index(drop=True)
    return found


def event_dates(records: pd.DataFrame, event: DatedEvent) -> pd.DataFrame:
    """The record of each subject that dates the event, `DATED_COLUMNS`: the first or the last as far as they are known.

    Of several that may be the first it is the one that can be the earliest, so that the event lies within its days.
    """
    by = ["earliest", "latest", "position"] if event.pick == "first" else ["latest", "earliest", "position"]
    ordered = records.sort_values(by, ascending=event.pick == "first", kind="stable")
    return ordered.drop_duplicates("USUBJID")


def event_texts(records: Mapping[str, pd.DataFrame], trial: Trial, subjects: pd.Index) -> pd.DataFrame:
    """The date of each event as ISO 8601 text, ``""`` where none is known: one row a subject, one column an event."""
    texts = pd.DataFrame("", index=subjects, columns=list(trial.events), dtype=object)
    for name, event in trial.events.items():
        if name in records:
            dates = event_dates(records[name], event).set_index("USUBJID")["text"]
            texts[name] = dates.reindex(subjects).fillna("").to_numpy(dtype=object)
    return texts
