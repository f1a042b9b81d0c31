"""Records of the clean study as they are added, with what follows from a date: study day, epoch, visit."""

from __future__ import annotations

from hcc_sdtm.spec.trial import Trial
from tests.checks.seeded.clean_subjects import Subject
from tests.checks.seeded.clean_trial import Record

DATES = ("DTC", "STDTC", "ENDTC")
NOTHING = ""

QUALIFIERS = {
    "BED10": ("Biologically Effective Dose (Gy10)", "CRF"),
    "FXDELIV": ("Fractions Delivered", "CRF"),
    "FXPLAN": ("Fractions Planned", "CRF"),
    "TOTDOSE": ("Total Dose Delivered (Gy)", "CRF"),
    "RTTECH": ("Radiotherapy Technique", "CRF"),
    "IMGMOD": ("Imaging Modality", "CRF"),
    "IRRADFL": ("Irradiated Lesion", "Assigned"),
    "LINE": ("Line of Therapy", "Assigned"),
}


class Records:
    """The records of the SDTM datasets as they are added; study days, epochs and visits are added to each."""

    def __init__(self, study_id: str, trial: Trial) -> None:
        self.study_id = study_id
        self.trial = trial
        self.by_dataset: dict[str, list[Record]] = {}

    def name_of(self, subject: Subject) -> str:
        """USUBJID of the subject."""
        return f"{self.study_id}-{subject.number}"

    def add(self, dataset: str, subject: Subject | None = None, visit: int | None = None, **values: str | float) -> int:
        """Adds a record and gives its sequence number within the subject. A visit is a place in the trial's schedule."""
        records = self.by_dataset.setdefault(dataset, [])
        record: Record = {"STUDYID": self.study_id, "DOMAIN": dataset, **values}
        if subject is None:
            records.append(record)
            return len(records)
        record["USUBJID"] = self.name_of(subject)
        if visit is not None:
            planned = self.trial.visits[visit]
            record |= {"VISITNUM": planned.number, "VISIT": planned.name, "VISITDY": planned.day}
        for end in DATES:
            date = record.get(f"{dataset}{end}", NOTHING)
            if date:
                record[f"{dataset}{end[:-3]}DY"] = subject.day(str(date))
        first = next((record[f"{dataset}{end}"] for end in ("STDTC", "DTC") if record.get(f"{dataset}{end}")), NOTHING)
        if dataset != "CO":
            record["EPOCH"] = record.get("EPOCH") or self._epoch(subject, str(first))
        number = sum(each["USUBJID"] == self.name_of(subject) for each in records) + 1
        records.append({f"{dataset}SEQ": number, **record})
        return number

    def supplement(self, parent: str, subject: Subject, number: int, **values: str) -> None:
        """Supplemental qualifiers of the record with the number; a name is followed by its label and value."""
        for name, value in values.items():
            label, origin = QUALIFIERS[name]
            self.by_dataset.setdefault(f"SUPP{parent}", []).append(
                {
                    "STUDYID": self.study_id,
                    "RDOMAIN": parent,
                    "USUBJID": self.name_of(subject),
                    "IDVAR": f"{parent}SEQ",
                    "IDVARVAL": str(number),
                    "QNAM": name,
                    "QLABEL": label,
                    "QVAL": value,
                    "QORIG": origin,
                }
            )

    def _epoch(self, subject: Subject, date: str) -> str:
        epochs = self.trial.epochs
        if len(date) < 10 or date < subject.consent:
            return NOTHING
        if not subject.is_treated or date < subject.date(1):
            return epochs.before
        return epochs.during if date <= subject.date(subject.days_of_treatment) else epochs.after
