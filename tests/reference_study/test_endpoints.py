"""Event dates, censoring codes, responses and every endpoint, against the truth.

The estimators here are a few lines of plain Python, and nothing of the package is used for what is expected.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import exp, inf, isnan, log, nan, sqrt

import lifelines
import numpy as np
import pytest
from scipy.stats import beta

from tests.reference_study.truth import Row, days_of, read_truth, true_records

MONTH = 30.4375
Z = 1.959963984540054
SAS_EPOCH = date(1960, 1, 1)

# The true date is known in part only: the analysis date that the protocol's rules give, by hand. A death takes the first day
# that it can be (last seen alive before December 2023), and so does a second line.
PARTIAL = {
    ("RTHCC-102-013", "2023-12"): ("2023-12-01", "D"),
    ("RTHCC-101-005", "2023-09"): ("2023-09-01", "D"),
    ("RTHCC-103-012", "2023"): ("2023-01-01", "M"),
}
PARAMETERS = {
    "PFS": ("PFSADT", "PFSCNSR"),
    "PFSEMA": ("EMAADT", "EMACNSR"),
    "OS": ("OSADT", "OSCNSR"),
    "OSDE": ("OSADT", "OSCNSR"),
    "OSRT": ("OSADT", "OSCNSR"),
    "TTNT2L": ("SLADT", "SLCAUSE"),
}
IRRADIATED = [row for row in read_truth("observer.csv") if row["RTSTDTC"]]


def iso(day: float) -> str:
    return (SAS_EPOCH + timedelta(days=int(day))).isoformat()


def analysis_date(row: Row, column: str) -> str:
    return PARTIAL.get((row["USUBJID"], row[column]), (row[column], ""))[0]


def rows_of(reference_run, dataset, parameter):
    frame = reference_run.frame(dataset)
    return {row["USUBJID"]: row for row in frame[frame["PARAMCD"] == parameter].to_dict("records")}


@pytest.mark.parametrize("parameter", ["PFS", "PFSEMA"])
def test_scenario_subjects_have_the_dates_and_codes_written_by_hand(reference_run, parameter):
    expected = [row for row in read_truth("scenarios.csv") if row["PARAMCD"] == parameter]
    found = rows_of(reference_run, "ADTTE", parameter)
    assert len(expected) >= 20
    assert len({row["SCENARIO"] for row in expected}) >= 11
    for row in expected:
        record = found[row["USUBJID"]]
        assert (iso(record["ADT"]), record["CNSR"]) == (row["ADT"], int(row["CNSR"])), row["WHY"]


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_every_irradiated_subject_has_the_date_and_code_an_observer_concludes(reference_run, parameter):
    date_column, code_column = PARAMETERS[parameter]
    found = rows_of(reference_run, "ADTTE", parameter)
    assert found.keys() == {row["USUBJID"] for row in IRRADIATED}
    for row in IRRADIATED:
        record = found[row["USUBJID"]]
        _, flag = PARTIAL.get((row["USUBJID"], row[date_column]), ("", ""))
        assert (iso(record["ADT"]), record["ADTF"]) == (analysis_date(row, date_column), flag), row["USUBJID"]
        assert record["CAUSE" if parameter == "TTNT2L" else "CNSR"] == int(row[code_column]), row["USUBJID"]


@pytest.mark.parametrize("parameter", ["BOR", "CBOR", "BORM", "CBORM"])
def test_every_irradiated_subject_has_the_best_response_an_observer_concludes(reference_run, parameter):
    found = {subject: row["AVALC"] for subject, row in rows_of(reference_run, "ADRS", parameter).items()}
    assert found == {row["USUBJID"]: row[parameter] for row in IRRADIATED}


def test_no_conclusion_without_a_start_of_radiotherapy(reference_run):
    never = {row["USUBJID"] for row in read_truth("observer.csv")} - {row["USUBJID"] for row in IRRADIATED}
    assert never == {"RTHCC-101-001", "RTHCC-102-001", "RTHCC-103-014"}
    assert not set(reference_run.frame("ADTTE")["USUBJID"]) & never
    assert not set(reference_run.frame("ADRS")["USUBJID"]) & never


def diagnosis(row: Row) -> date:
    """The middle of what is open, not after first line, qualifying progression, consent and the start of radiotherapy."""
    text = row["DIAGDTC"]
    earliest, latest = days_of(text)
    known = date.fromisoformat(text + {4: "-06-30", 7: "-15", 10: ""}[len(text)])
    limits = [record["RFICDTC"] for record in true_records("DM") if record["USUBJID"] == row["USUBJID"]]
    limits += [
        record["MHSTDTC"]
        for record in true_records("MH")
        if record["USUBJID"] == row["USUBJID"] and record["MHCAT"] == "QUALIFYING PROGRESSION"
    ]
    limits += [
        record["CMSTDTC"]
        for record in true_records("CM")
        if record["USUBJID"] == row["USUBJID"] and record["CMCAT"] == "FIRST LINE"
    ]
    for limit in (*(days_of(text)[1] for text in limits if text), date.fromisoformat(row["RTSTDTC"])):
        if earliest <= limit <= latest and limit < known:
            known = limit
    return known


def durations(date_column: str, start: str = "RTSTDTC") -> list[float]:
    """Months, the first day counted as one."""
    months = []
    for row in IRRADIATED:
        first = diagnosis(row) if start == "DIAGDTC" else date.fromisoformat(row["RTSTDTC"])
        months.append(((date.fromisoformat(analysis_date(row, date_column)) - first).days + 1) / MONTH)
    return months


def is_event(code_column: str) -> list[bool]:
    return [row[code_column] == "0" for row in IRRADIATED]


def curve(time, event, entry=None, start=0.0):
    """Time, survival, Greenwood's sum at each event, with the number at risk counted anew at each."""
    entry = entry or [0.0] * len(time)
    survival, total, steps = 1.0, 0.0, []
    for t in sorted({t for t, e in zip(time, event, strict=True) if e and t > start}):
        at_risk = sum(a < t <= b for a, b in zip(entry, time, strict=True))
        d = sum(e and b == t for b, e in zip(time, event, strict=True))
        survival *= 1 - d / at_risk
        total += d / (at_risk * (at_risk - d)) if at_risk > d else inf
        steps.append((t, survival, total))
    return steps


def limits(probability, se):
    """By the complementary log-log transform."""
    if probability in (0.0, 1.0):
        return nan, nan
    reach = Z * se / abs(log(probability) * probability)
    return probability ** exp(reach), probability ** exp(-reach)


def median(steps):
    """Brookmeyer and Crowley: the first times at which the curve and its limits have come down to one half."""

    def crossing(heights):
        return next((t for (t, _, _), height in zip(steps, heights, strict=True) if height <= 0.5 + 1e-9), nan)

    bands = [limits(s, s * sqrt(v)) if s > 0 else (nan, nan) for _, s, v in steps]
    return (
        crossing([s for _, s, _ in steps]),
        crossing([low for low, _ in bands]),
        crossing([high for _, high in bands]),
    )


def rate(steps, t):
    s, v = next(((s, v) for when, s, v in reversed(steps) if when <= t), (1.0, 0.0))
    return (s, *limits(s, s * sqrt(v)))


def incidence(time, cause, which, t):
    """Aalen and Johansen, with the delta-method variance of Marubini and Valsecchi, term by term."""
    steps, survival, total = [], 1.0, 0.0
    for when in sorted({b for b, c in zip(time, cause, strict=True) if c and b <= t}):
        n = sum(b >= when for b in time)
        d = sum(b == when and c > 0 for b, c in zip(time, cause, strict=True))
        k = sum(b == when and c == which for b, c in zip(time, cause, strict=True))
        total += survival * k / n
        steps.append((n, d, k, survival, total))
        survival *= 1 - d / n
    variance = sum(
        (total - so_far) ** 2 * d / (n * (n - d))
        + before**2 * (n - k) * k / n**3
        - 2 * (total - so_far) * before * k / n**2
        for n, d, k, before, so_far in steps
    )
    return (total, *limits(total, sqrt(variance)))


def exact(x, n):
    """Clopper and Pearson."""
    return x / n, beta.ppf(0.025, x, n - x + 1), beta.ppf(0.975, x + 1, n - x)


class Reported:
    """The statistics of one endpoint of the run, by their names."""

    def __init__(self, reference_run, endpoint: str) -> None:
        results = reference_run.result.endpoints
        self.rows = {row["statistic"]: row for row in results[results["endpoint"] == endpoint].to_dict("records")}
        assert self.rows

    def value(self, statistic: str) -> float:
        return self.rows[statistic]["value"]

    def require(self, statistic: str, expected, scale: float = 1.0) -> None:
        row = self.rows[statistic]
        found = (row["value"], row["lower"], row["upper"])
        assert found == pytest.approx([value * scale for value in expected], rel=1e-9, abs=1e-12, nan_ok=True), (
            statistic
        )


CURVES = {
    "PFS": (durations("PFSADT"), is_event("PFSCNSR"), (6, 12)),
    "PFSEMA": (durations("EMAADT"), is_event("EMACNSR"), (6, 12)),
    "OS": (durations("OSADT", "DIAGDTC"), is_event("OSCNSR"), (12, 24)),
    "OSRT": (durations("OSADT"), is_event("OSCNSR"), (6, 12, 24)),
}
CONTROLLED = [row["BOR"] in ("CR", "PR", "SD") for row in IRRADIATED]
CURVES["DCTRL"] = (
    [time for time, kept in zip(CURVES["PFS"][0], CONTROLLED, strict=True) if kept],
    [event for event, kept in zip(CURVES["PFS"][1], CONTROLLED, strict=True) if kept],
    (6, 12),
)


@pytest.mark.parametrize("endpoint", CURVES)
def test_time_to_event_endpoints_are_those_of_the_truth(reference_run, endpoint):
    time, event, times = CURVES[endpoint]
    reported, steps = Reported(reference_run, endpoint), curve(time, event)
    assert reported.value("subjects") == len(time)
    assert reported.value("events") == sum(event)
    reported.require("median", median(steps))
    for t in times:
        reported.require(f"rate at {t} months", rate(steps, t), 100)
        assert reported.value(f"at risk at {t} months") == sum(b >= t for b in time)


def test_overall_survival_with_delayed_entry_is_that_of_the_truth(reference_run):
    reported = Reported(reference_run, "OSDE")
    time, event, _ = CURVES["OS"]
    entry = [(date.fromisoformat(row["RTSTDTC"]) - diagnosis(row)).days / MONTH for row in IRRADIATED]
    assert reported.value("subjects") == len(time) == 57
    assert reported.value("events") == sum(event)
    for t in (12, 24):
        assert reported.value(f"entered by {t} months") == pytest.approx(100 * sum(a <= t for a in entry) / 57)
    # the curve starts when ten are at risk, or 15 % of all where that is more
    needed = max(10, 0.15 * 57)
    start = min(a for a in entry if sum(x <= a < b for x, b in zip(entry, time, strict=True)) >= needed)
    assert reported.value("curve starts at") == pytest.approx(start)
    first = min(t for t, e in zip(time, event, strict=True) if e)
    assert start < first
    at_first = sum(a < first <= b for a, b in zip(entry, time, strict=True))
    assert reported.value(f"at risk at the first event ({first:.1f} months)") == at_first
    steps = curve(time, event, entry, start)
    reported.require("median", median(steps))
    for t in (12, 24):
        reported.require(f"rate at {t} months", rate(steps, t), 100)
        assert reported.value(f"at risk at {t} months") == sum(a < t <= b for a, b in zip(entry, time, strict=True))


def test_naive_survival_from_diagnosis_is_the_higher_one(reference_run):
    naive, delayed = Reported(reference_run, "OS"), Reported(reference_run, "OSDE")
    assert naive.value("median") > delayed.value("median")
    assert naive.value("rate at 12 months") > delayed.value("rate at 12 months")


RESPONSES = {
    "ORR": ("BOR", "CR PR", False),
    "ORR-CONFIRMED": ("CBOR", "CR PR", False),
    "ORR-EVALUABLE": ("BOR", "CR PR", True),
    "ORR-MRECIST": ("BORM", "CR PR", False),
    "DCR": ("BOR", "CR PR SD", False),
    "DCR-EVALUABLE": ("BOR", "CR PR SD", True),
    "DCR-MRECIST": ("BORM", "CR PR SD", False),
}


@pytest.mark.parametrize("endpoint", RESPONSES)
def test_response_rates_are_those_of_the_truth(reference_run, endpoint):
    best, good, evaluable = RESPONSES[endpoint]
    among = [row for row in IRRADIATED if not evaluable or row["BOR"] != "NE"]
    number = sum(row[best] in good.split() for row in among)
    reported = Reported(reference_run, endpoint)
    assert reported.value("subjects") == len(among)
    assert reported.value("left out") == len(IRRADIATED) - len(among)
    assert reported.value("number") == number
    reported.require("rate", exact(number, len(among)), 100)


def test_time_to_second_line_is_that_of_the_truth(reference_run):
    reported = Reported(reference_run, "TTNT2L")
    time, cause = durations("SLADT"), [int(row["SLCAUSE"]) for row in IRRADIATED]
    names = {1: "second-line therapy", 2: "death without second-line therapy"}
    for which, name in names.items():
        assert reported.value(f"events: {name}") == cause.count(which)
        for t in (6, 12):
            reported.require(f"incidence at {t} months: {name}", incidence(time, cause, which, t), 100)
    for t in (6, 12):
        assert reported.value(f"at risk at {t} months") == sum(b >= t for b in time)


def test_median_follow_up_is_that_of_the_truth(reference_run):
    time, event, _ = CURVES["OSRT"]
    Reported(reference_run, "FOLLOW-UP").require("median", median(curve(time, [not each for each in event])))


def test_no_endpoint_is_without_a_truth(reference_run):
    tested = {*CURVES, *RESPONSES, "OSDE", "TTNT2L", "FOLLOW-UP"}
    assert set(reference_run.result.endpoints["endpoint"]) == tested


@pytest.mark.parametrize("endpoint", CURVES)
def test_lifelines_gives_the_same_rates(reference_run, endpoint):
    time, event, times = CURVES[endpoint]
    fitted = lifelines.KaplanMeierFitter().fit(np.array(time), np.array(event))
    reported, band = Reported(reference_run, endpoint), fitted.confidence_interval_survival_function_
    for t in times:
        low, high = band[band.index <= t].iloc[-1]
        reported.require(f"rate at {t} months", (fitted.predict(t), low, high), 100)


def test_lifelines_gives_the_same_survival_with_delayed_entry(reference_run):
    time, event, _ = CURVES["OS"]
    entry = [(date.fromisoformat(row["RTSTDTC"]) - diagnosis(row)).days / MONTH for row in IRRADIATED]
    fitted = lifelines.KaplanMeierFitter().fit(np.array(time), np.array(event), entry=np.array(entry))
    reported = Reported(reference_run, "OSDE")
    assert not isnan(reported.value("median"))
    assert reported.value("median") == pytest.approx(fitted.median_survival_time_)
    for t in (12, 24):
        assert reported.value(f"rate at {t} months") == pytest.approx(100 * fitted.predict(t))
