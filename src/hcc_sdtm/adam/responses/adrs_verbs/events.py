"""Whether and when something came: records of a dataset, with a date or only by their being there, and a new therapy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.responses.adrs_verbs.building import Building
from hcc_sdtm.adam.timeline import chosen_records
from hcc_sdtm.spec.adam.adrs_verbs import EventRecords, ExistingRecords, NewTherapy
from hcc_sdtm.spec.adam.records import DatedRecords


def event(building: Building, records: EventRecords) -> pd.DataFrame | None:
    """Y at the first of the records within its bounds, else N."""
    if not building.has_records(records.dataset):
        return None
    days = building.subjects.days
    rows = building.first_record(building.timeline(records), days[records.not_before] if records.not_before else None)
    if records.not_after:
        last = days[records.not_after][rows["subject"].to_numpy(dtype=np.int64)]
        rows = rows[rows["ADT"].to_numpy(dtype=float) <= last]
    return building.yes_no(rows)


def exists(building: Building, records: ExistingRecords) -> pd.DataFrame | None:
    """Y, without a date, where the subject has such a record, else N."""
    if not building.has_records(records.dataset):
        return None
    dataset = building.datasets[records.dataset]
    _, subject = chosen_records(dataset, records, building.subjects)
    subject = np.unique(subject[building.in_population[subject]])
    return building.yes_no(building.undated_rows(subject, "Y"))


def new_therapy(building: Building, therapy: NewTherapy) -> pd.DataFrame:
    """Y at the first new anticancer therapy of the kinds on or after the start of treatment, else N."""
    firsts = [building.undated_rows(building.population[:0], "")]
    for choice in building.trial.new_therapies:
        if choice.kind in therapy.kinds:
            records = DatedRecords(dataset=choice.dataset, where=choice.where, date=choice.date, role=therapy.role)
            firsts.append(building.first_record(building.timeline(records), building.subjects.days["TRTSDT"]))
    rows = pd.concat([rows for rows in firsts if len(rows)] or firsts[:1], ignore_index=True)
    return building.yes_no(rows.sort_values(["subject", "ADT"], kind="stable").drop_duplicates("subject"))
