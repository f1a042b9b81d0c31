"""What a verb of ADRS reads and what it makes: the parameters made so far, and rows by subject.

Knows nothing of single verbs. The rows of a parameter are a frame with `ROW_COLUMNS`, and those of `FURTHER_COLUMNS` that the
verb has something to say about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.irradiated import build_irradiated
from hcc_sdtm.adam.lesions.lesion_course import LesionCourse, build_lesion_course
from hcc_sdtm.adam.lesions.records import Lesions, build_lesions
from hcc_sdtm.adam.lesions.responses import Judged, judge_lesions
from hcc_sdtm.adam.responses.histories import Histories, read_histories
from hcc_sdtm.adam.subjects.adsl import adsl_subjects
from hcc_sdtm.adam.timeline import Subjects, Timeline, build_timeline
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.adam.adrs_verbs import Assessed
from hcc_sdtm.spec.adam.criteria import Criterion
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.records import DatedRecords
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.trial import Trial

ROW_COLUMNS = ["subject", "ADT", "ADTF", "AVALC", "ANL01FL", "source", "position"]
"""Columns of every parameter while it is made.

``subject`` is a code of `Subjects`, ``source`` a number of `Building.source`, ``position`` that of the record in its dataset;
both are -1 where no record gave the row.
"""

FURTHER_COLUMNS = ["AVISIT", "AVISITN", "AVAL", "NEREAS", "SRCDOM", "SRCVAR", "SRCSEQ"]
"""Columns that a parameter may have beside.

``AVAL`` is a number of its own, NaN where it is that of the text in AVALC; ``NEREAS`` says why AVALC is not evaluable; the
three of the source stand where ``source`` and ``position`` do not say it.
"""

GIVEN_COLUMNS = ["ADT", "ADTF", "AVALC", "ANL01FL", *FURTHER_COLUMNS]
"""Columns of ADRS that are also columns of a parameter while it is made."""


class Building:
    """The parameters made so far by code, the findings and time lines of making them, and what they are made from.

    ``population`` has the codes of the subjects whom every parameter is for; ``datasets`` has ADSL too.
    """

    def __init__(
        self, datasets: Mapping[str, Dataset], adsl: Dataset, specs: Specs, trial: Trial, adam: AdamSpecs
    ) -> None:
        self.datasets: dict[str, Dataset] = {**datasets, "ADSL": adsl}
        self.tables: dict[str, DatasetSpec] = {**specs.sdtm, **specs.adam}
        self.trial = trial
        self.adam = adam
        self.subjects: Subjects = adsl_subjects(adsl, trial)
        self.in_population = (adsl.frame[adam.adrs.population] == "Y").to_numpy()
        self.population = np.flatnonzero(self.in_population)
        self.rows: dict[str, pd.DataFrame] = {}
        self.timelines: list[Timeline] = []
        self.findings: list[pd.DataFrame] = []
        self._judged: dict[str, Judged] = {}
        self._courses: dict[tuple[str, str], LesionCourse] = {}
        self.sources: list[tuple[Dataset, str]] = []
        self._histories: dict[tuple[str, str, str], Histories] = {}

    @cached_property
    def lesions(self) -> Lesions:
        """The lesions of TU and TR; what is wrong with them is reported with the sums (ADTR), not here."""
        return build_lesions(self.datasets, self.subjects, self.tables, self.trial, self.adam.criteria.reading)[0]

    @cached_property
    def irradiated(self) -> pd.DataFrame:
        """The irradiated lesions (`build_irradiated`), whose findings are kept."""
        lesions = self.lesions.lesions
        irradiated, findings = build_irradiated(self.datasets, self.subjects, self.trial.progression, lesions)
        self.findings.append(findings)
        return irradiated

    def judged(self, criterion: Criterion) -> pd.DataFrame:
        """The visit responses that lesions give by the criterion (`RESPONSE_COLUMNS`), made once."""
        return self._judge(criterion).responses

    def _judge(self, criterion: Criterion) -> Judged:
        if criterion.name not in self._judged:
            self._judged[criterion.name], _ = judge_lesions(self.lesions, criterion, self.subjects, self.trial)
        return self._judged[criterion.name]

    def course(self, criterion: str, evaluator: str) -> LesionCourse | None:
        """What the evaluator saw of each lesion by the criterion, made once; None: nobody measured lesions."""
        reading, rule = self.adam.criteria.reading, self.adam.criteria.named(criterion)
        if reading is None or rule is None or not self.lesions:
            return None
        key = (rule.name, evaluator or reading.evaluator)
        if key not in self._courses:
            self._courses[key] = build_lesion_course(
                self.lesions, self._judge(rule), self.irradiated, self.subjects, self.trial, key[1]
            )
        return self._courses[key]

    def timeline(self, records: DatedRecords) -> Timeline:
        """The records on their subjects' time lines; what could not be dated becomes a finding at the end."""
        timeline = build_timeline(self.datasets, records, self.subjects, self.tables)
        self.timelines.append(timeline)
        return timeline

    def has_records(self, dataset: str) -> bool:
        """Whether the study has any record of the dataset: without one, nobody was asked."""
        return dataset in self.datasets and bool(len(self.datasets[dataset].frame))

    def source(self, dataset: Dataset, variable: str) -> int:
        """The number that stands for a variable of a dataset as the source of rows."""
        for number, (known, name) in enumerate(self.sources):
            if known is dataset and name == variable:
                return number
        self.sources.append((dataset, variable))
        return len(self.sources) - 1

    def from_timeline(self, timeline: Timeline, **columns: np.ndarray) -> pd.DataFrame:
        """A row for each record, dated and with its source; without a value where the columns do not give it."""
        count = len(timeline.subject)
        given = {
            "subject": timeline.subject,
            "ADT": timeline.day,
            "ADTF": timeline.flag,
            "AVALC": columns.get("AVALC", _full(count, "")),
            "ANL01FL": columns.get("ANL01FL", _full(count, "Y")),
            "source": np.full(count, self.source(timeline.dataset, timeline.variable)),
            "position": timeline.position,
        }
        return pd.DataFrame({**given, **columns}, copy=False)

    def first_record(self, timeline: Timeline, not_before: np.ndarray | None = None) -> pd.DataFrame:
        """The first record of each subject of the population, from its limit on where there are limits."""
        limits = np.full(len(self.subjects), -np.inf) if not_before is None else not_before
        index = timeline.first_on_or_after(limits)[self.population]
        chosen = np.zeros(len(timeline.subject), dtype=bool)
        chosen[index[index >= 0]] = True
        return self.from_timeline(timeline.keep(chosen))

    def given_rows(self, rows: pd.DataFrame | None) -> pd.DataFrame | None:
        """Rows of an ADRS of the same subjects as rows of a parameter."""
        if rows is None:
            return None
        return rows[GIVEN_COLUMNS].assign(subject=self.subjects.codes(rows["USUBJID"]), source=-1, position=-1)

    def undated_rows(self, subject: np.ndarray, value: str) -> pd.DataFrame:
        """A row without date and source for each of the subjects, with the value."""
        count = len(subject)
        texts = {"ADTF": _full(count, ""), "AVALC": _full(count, value), "ANL01FL": _full(count, "Y")}
        nothing = {"source": np.full(count, -1), "position": np.full(count, -1)}
        made = pd.DataFrame({"subject": subject, "ADT": np.full(count, np.nan), **texts, **nothing}, copy=False)
        return made[ROW_COLUMNS]

    def without(self, rows: pd.DataFrame) -> np.ndarray:
        """The codes of the subjects of the population who have none of the rows."""
        others = self.in_population.copy()
        others[rows["subject"].to_numpy(dtype=np.int64)] = False
        return np.flatnonzero(others)

    def one_each(self, rows: pd.DataFrame, otherwise: str) -> pd.DataFrame:
        """The rows, and one with the value ``otherwise`` for each subject of the population that has none."""
        return together([rows, self.undated_rows(self.without(rows), otherwise)])

    def yes_no(self, rows: pd.DataFrame) -> pd.DataFrame:
        """One row for each subject of the population: Y with the date and source of the given row, else N."""
        return self.one_each(rows[ROW_COLUMNS].assign(AVALC="Y", ANL01FL="Y"), "N")

    def by_subject(self, paramcd: str) -> np.ndarray:
        """The date of each subject's row of a parameter that has one a subject; NaN: none."""
        rows = self.rows[paramcd]
        day = np.full(len(self.subjects), np.nan)
        day[rows["subject"].to_numpy(dtype=np.int64)] = rows["ADT"].to_numpy(dtype=float)
        return day

    def assessments(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows as `response` reads them: subject, days from the start of treatment, response."""
        subject = rows["subject"].to_numpy(dtype=np.int64)
        day = rows["ADT"].to_numpy(dtype=float) - self.subjects.days["TRTSDT"][subject]
        given = {"subject": subject, "day": day, "response": rows["AVALC"].to_numpy()}
        return pd.DataFrame(given, index=rows.index, copy=False)

    def histories(self, of: str, until: str = "", baseline: str = "") -> Histories:
        """The visit responses that count, in order; their labels are those of the parameter's rows.

        Up to the date of the parameter ``until``, that day included, and only of subjects who have the date ``baseline``.
        """
        key = (of, until, baseline)
        if key in self._histories:
            return self._histories[key]
        if not until and not baseline:
            rows = self.rows[of]
            analysed = np.flatnonzero((rows["ANL01FL"] == "Y").to_numpy())
            made = read_histories(self.assessments(rows).iloc[analysed])
        else:
            made = self.histories(of)
            counts = np.ones(len(made), dtype=bool)
            if until:
                last = self.by_subject(until) - self.subjects.days["TRTSDT"]
                counts &= ~(made.day > last[made.subject])
            if baseline:
                counts &= ~np.isnan(self.subjects.days[baseline][made.subject])
            made = made.keep(counts)
        self._histories[key] = made
        return made

    def histories_of(self, rule: Assessed) -> Histories:
        """The visit responses that count for the rule."""
        return self.histories(rule.of, rule.until, rule.baseline)


def _full(count: int, text: str) -> np.ndarray:
    return np.full(count, text, dtype=object)


def together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The frames one below the other; those without rows give no types."""
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
