"""Event dates, censoring codes, responses and every endpoint, against the truth.

The estimators here are a few lines of plain Python, and nothing of the package is used for what is expected.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from math import exp, inf, isnan, log, nan, sqrt

import lifelines
import numpy as np
import pytest
from scipy.stats import beta, chi2

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
    """The statistics of one endpoint of the run in one group, by their names."""

    def __init__(self, reference_run, endpoint: str, group: str = "") -> None:
        results = reference_run.result.endpoints
        chosen = (results["endpoint"] == endpoint) & (results["group"] == group)
        self.rows = {row["statistic"]: row for row in results[chosen].to_dict("records")}
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
CURVES["NLFS"] = (durations("SLADT"), [row["SLCAUSE"] != "0" for row in IRRADIATED], (6, 12))


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
    "ORR-CONFIRMED-MRECIST": ("CBORM", "CR PR", False),
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


RECORDS = {"PFSB": (6, 12), "PFSC": (6, 12), "DOR": (6, 12), "TTR": (), "PFS2": (12, 24)}


@pytest.mark.parametrize("endpoint", RECORDS)
def test_times_without_a_truth_of_their_own_are_those_of_their_records(reference_run, endpoint):
    records = rows_of(reference_run, "ADTTE", endpoint).values()
    time, event = [row["AVAL"] for row in records], [row["CNSR"] == 0 for row in records]
    reported, steps = Reported(reference_run, endpoint), curve(time, event)
    assert (reported.value("subjects"), reported.value("events")) == (len(time), sum(event))
    assert reported.value("left out") == len(IRRADIATED) - len(time)
    reported.require("median", median(steps))
    for t in RECORDS[endpoint]:
        reported.require(f"rate at {t} months", rate(steps, t), 100)


@pytest.mark.parametrize("endpoint", ["PFS", "OS", "TTNT2L", "PFS2"])
def test_censorings_are_counted_by_their_reason(reference_run, endpoint):
    records = rows_of(reference_run, "ADTTE", endpoint).values()
    reasons = [row["EVNTDESC"] for row in records if row["CNSR"] > 0]
    reported = Reported(reference_run, endpoint)
    assert reported.value("censored") == len(reasons)
    found = {name: row["value"] for name, row in reported.rows.items() if row["measure"] == "count"}
    assert found == {f"censored: {reason}": reasons.count(reason) for reason in reasons}


SHARES = {
    "ORR-RECOMPUTED": ("BORR", "CR PR"),
    "ORR-RECOMPUTED-MRECIST": ("BORRM", "CR PR"),
    "DCR-RECOMPUTED": ("BORR", "CR PR SD NON-CR/NON-PD"),
    "DCR-RECOMPUTED-MRECIST": ("BORRM", "CR PR SD NON-CR/NON-PD"),
    "CBR": ("CB", "Y"),
    "CBR-CONFIRMED": ("CCB", "Y"),
    "CBR-MRECIST": ("CBM", "Y"),
    "CBR-CONFIRMED-MRECIST": ("CCBM", "Y"),
}


@pytest.mark.parametrize("endpoint", SHARES)
def test_shares_without_a_truth_of_their_own_are_those_of_their_records(reference_run, endpoint):
    parameter, good = SHARES[endpoint]
    number = sum(row["AVALC"] in good.split() for row in rows_of(reference_run, "ADRS", parameter).values())
    reported = Reported(reference_run, endpoint)
    assert (reported.value("subjects"), reported.value("number")) == (len(IRRADIATED), number)
    reported.require("rate", exact(number, len(IRRADIATED)), 100)


def test_response_among_those_with_a_target_lesion(reference_run):
    targets = {
        row["USUBJID"]
        for row in true_records("TU")
        if row["TUSTRESC"] == "TARGET" and row["VISITNUM"] == "1" and row["TUEVAL"] == "INVESTIGATOR"
    }
    among = [row for row in IRRADIATED if row["USUBJID"] in targets]
    number = sum(row["BOR"] in ("CR", "PR") for row in among)
    reported = Reported(reference_run, "ORR-MEASURABLE")
    assert (reported.value("subjects"), reported.value("number")) == (len(among), number)
    reported.require("rate", exact(number, len(among)), 100)


def mean(steps, tau):
    """The area under the curve to tau, with Greenwood's standard error, by the areas that remain after each event."""
    edges = [0.0, *(t for t, _, _ in steps if t < tau), tau]
    heights = [1.0, *(s for t, s, _ in steps if t < tau)]
    areas = [(right - left) * s for (left, right), s in zip(pairwise(edges), heights, strict=True)]
    greenwood = [v for t, _, v in steps if t < tau]
    terms = [after - before for before, after in zip([0.0, *greenwood], greenwood, strict=False)]
    se = sqrt(sum(sum(areas[at + 1 :]) ** 2 * term for at, term in enumerate(terms)))
    return sum(areas), sum(areas) - Z * se, sum(areas) + Z * se


def crossing(steps, level):
    """The times at which the curve and its limits come down to a level."""
    bands = [limits(s, s * sqrt(v)) if s > 0 else (nan, nan) for _, s, v in steps]

    def first(heights):
        return next((t for (t, _, _), height in zip(steps, heights, strict=True) if height <= level + 1e-9), nan)

    return first([s for _, s, _ in steps]), first([low for low, _ in bands]), first([high for _, high in bands])


def test_quantiles_and_restricted_means_are_those_of_the_truth(reference_run):
    for endpoint in ("PFS", "OSRT"):
        steps = curve(*CURVES[endpoint][:2])
        Reported(reference_run, endpoint).require("restricted mean to 12 months", mean(steps, 12))
    steps, reported = curve(*CURVES["PFS"][:2]), Reported(reference_run, "PFS")
    for share in (25, 75):
        reported.require(f"time of {share} % with the event", crossing(steps, 1 - share / 100))


@pytest.mark.parametrize(
    ("endpoint", "t", "given"), [("OS", 24, 12), ("OSRT", 12, 6), ("OSRT", 24, 6), ("OSRT", 24, 12)]
)
def test_conditional_survival_is_that_of_those_who_lived_so_long(reference_run, endpoint, t, given):
    time, event, _ = CURVES[endpoint]
    lived = [(b, e) for b, e in zip(time, event, strict=True) if b > given]
    expected = rate(curve([b for b, _ in lived], [e for _, e in lived]), t)
    Reported(reference_run, endpoint).require(f"rate at {t} months, given event-free at {given} months", expected, 100)


def test_entry_and_death_are_compared_pair_by_pair(reference_run):
    time, event, _ = CURVES["OS"]
    entry = [(date.fromisoformat(row["RTSTDTC"]) - diagnosis(row)).days / MONTH for row in IRRADIATED]
    score = pairs = 0
    for a, b, e in zip(entry, time, event, strict=True):
        for other, end in zip(entry, time, strict=True):
            # the other was at risk when this one died, and lived longer
            if e and other < b < end:
                pairs += 1
                score += (a < other) - (a > other)
    assert Reported(reference_run, "OSDE").value("Kendall's tau of entry and event") == pytest.approx(score / pairs)


def test_time_to_second_line_from_the_qualifying_progression_is_that_of_the_truth(reference_run):
    first = {row["USUBJID"]: row["MHSTDTC"] for row in true_records("MH") if row["MHCAT"] == "QUALIFYING PROGRESSION"}
    start = {row["USUBJID"]: date.fromisoformat(first[row["USUBJID"]]) for row in IRRADIATED}
    time = [
        ((date.fromisoformat(analysis_date(row, "SLADT")) - start[row["USUBJID"]]).days + 1) / MONTH
        for row in IRRADIATED
    ]
    entry = [(date.fromisoformat(row["RTSTDTC"]) - start[row["USUBJID"]]).days / MONTH for row in IRRADIATED]
    cause, reported = [int(row["SLCAUSE"]) for row in IRRADIATED], Reported(reference_run, "TTNT2LQ")
    needed = max(10, 0.15 * 57)
    begins = min(a for a in entry if sum(x <= a < b for x, b in zip(entry, time, strict=True)) >= needed)
    assert reported.value("curve starts at") == pytest.approx(begins)
    assert min(b for b, c in zip(time, cause, strict=True) if c) > max(entry)
    # everybody has entered before the first event, so that nobody's late entry changes a risk set
    for which, name in {1: "second-line therapy", 2: "death without second-line therapy"}.items():
        for t in (6, 12):
            reported.require(f"incidence at {t} months: {name}", incidence(time, cause, which, t), 100)


def test_reasons_for_the_switch_are_those_that_the_sites_recorded(reference_run):
    switched = {row["USUBJID"] for row in IRRADIATED if row["SLCAUSE"] == "1"}
    given = {
        row["USUBJID"]: row["QVAL"]
        for row in true_records("SUPPCM")
        if row["QNAM"] == "SWREAS" and row["CMCAT"] == "SECOND LINE"
    }
    reasons = [given.get(subject) or "no reason recorded" for subject in sorted(switched)]
    reported = Reported(reference_run, "SWITCH-REASONS")
    assert reported.value("subjects") == len(switched) == 26
    assert reported.value("left out") == len(IRRADIATED) - len(switched)
    assert {row["cause"] for row in reported.rows.values() if row["measure"] == "count"} == set(reasons)
    for reason in set(reasons):
        assert reported.value(reason) == reasons.count(reason)
        reported.require(f"share: {reason}", exact(reasons.count(reason), len(reasons)), 100)


def turnbull(intervals):
    """Survival by self-consistency on every place where mass can be; the smallest and the largest value at a time."""
    ends = sorted({(left, right) for left, right in intervals if left == right})
    lefts = sorted({left for left, right in intervals if left < right})
    rights = sorted({right for left, right in intervals if left < right and right < inf})
    for left in lefts:
        right = next((b for b in rights if b > left), inf)
        inside = [b for b in (*lefts, *(a for a, _ in ends)) if left < b < right]
        if not inside:
            ends.append((left, right))
    ends.sort()

    def is_in(a, b, left, right):
        """Whether an interval holds a place: an exact time is only held strictly after an open left end."""
        if left == right:
            return a == b == left
        return (left < a if a == b else left <= a) and b <= right

    holds = [[is_in(a, b, left, right) for a, b in ends] for left, right in intervals]
    mass = [1 / len(ends)] * len(ends)
    for _ in range(20000):
        weights = [0.0] * len(ends)
        for row in holds:
            total = sum(m for m, h in zip(mass, row, strict=True) if h)
            for at, h in enumerate(row):
                weights[at] += mass[at] / total if h else 0.0
        updated = [w / len(intervals) for w in weights]
        if max(abs(a - b) for a, b in zip(mass, updated, strict=True)) < 1e-12:
            break
        mass = updated

    def survival(t):
        surely = sum(m for m, (a, b) in zip(mass, ends, strict=True) if (a > t if a == b else a >= t))
        return surely, sum(m for m, (_, b) in zip(mass, ends, strict=True) if b > t)

    return survival


def test_interval_censored_progression_is_that_of_the_assessments(reference_run):
    scans = reference_run.frame("ADRS")
    adequate = scans[(scans["PARAMCD"] == "OVR") & scans["AVALC"].isin(["CR", "PR", "SD", "NON-CR/NON-PD"])]
    days = {subject: part["ADT"].tolist() for subject, part in adequate.groupby("USUBJID")}
    intervals = []
    for subject, row in rows_of(reference_run, "ADTTE", "PFS").items():
        end = row["ADT"] - row["STARTDT"] + 1
        if row["CNSR"] > 0:
            intervals.append((end, inf))
        elif row["EVNTDESC"] == "Death":
            intervals.append((end, end))
        else:
            before = [day for day in days.get(subject, []) if row["STARTDT"] <= day < row["ADT"]]
            intervals.append((max(before) - row["STARTDT"] + 1 if before else 0, end))
    reported, survival = Reported(reference_run, "PFS-INTERVAL"), turnbull(intervals)
    assert reported.value("events between two assessments") == sum(a < b < inf for a, b in intervals)
    for t in (6, 12):
        row, (low, high) = reported.rows[f"rate at {t} months"], survival(t * MONTH)
        found = (row["lower"], row["upper"]) if isnan(row["value"]) else (row["value"], row["value"])
        assert found == pytest.approx((100 * low, 100 * high), abs=1e-4)


def score_and_information(time, event, member, slope):
    """Of the partial likelihood of one group against another, Efron's ties."""
    score = information = 0.0
    for t in sorted({b for b, e in zip(time, event, strict=True) if e}):
        dying = [m for b, e, m in zip(time, event, member, strict=True) if e and b == t]
        all_in = sum(exp(slope) if m else 1.0 for b, m in zip(time, member, strict=True) if b >= t)
        group_in = sum(exp(slope) for b, m in zip(time, member, strict=True) if b >= t and m)
        all_out, group_out = sum(exp(slope) if m else 1.0 for m in dying), sum(exp(slope) for m in dying if m)
        for at in range(len(dying)):
            share = (group_in - at / len(dying) * group_out) / (all_in - at / len(dying) * all_out)
            score -= share
            information += share * (1 - share)
        score += sum(dying)
    return score, information


def log_rank(time, event, member):
    excess = variance = 0.0
    for t in sorted({b for b, e in zip(time, event, strict=True) if e}):
        n = sum(b >= t for b in time)
        k = sum(b >= t and m for b, m in zip(time, member, strict=True))
        d = sum(e and b == t for b, e in zip(time, event, strict=True))
        excess += sum(e and m and b == t for b, e, m in zip(time, event, member, strict=True)) - d * k / n
        variance += d * k / n * (1 - k / n) * (n - d) / (n - 1) if n > 1 else 0.0
    return chi2.sf(excess**2 / variance, 1)


COMPARED = {"SEX": ("M", "F"), "AGEGR1": ("18-64", ">=65"), "OLIGGR1": ("1", ">=2"), "HBVFL": ("N", "Y")}


@pytest.mark.parametrize("variable", COMPARED)
def test_subgroups_are_compared_as_the_truth_is(reference_run, variable):
    adsl = reference_run.frame("ADSL").set_index("USUBJID")[variable].to_dict()
    reference, other = COMPARED[variable]
    time, event, _ = CURVES["PFS"]
    used = [
        (b, e, adsl[row["USUBJID"]])
        for row, b, e in zip(IRRADIATED, time, event, strict=True)
        if adsl[row["USUBJID"]] in (reference, other)
    ]
    assert {value for *_, value in used} == set(filter(None, (adsl[row["USUBJID"]] for row in IRRADIATED)))
    for value in (reference, other):
        own = [(b, e) for b, e, group in used if group == value]
        reported, steps = Reported(reference_run, "PFS", f"{variable}={value}"), curve(*zip(*own, strict=True))
        assert (reported.value("subjects"), reported.value("events")) == (len(own), sum(e for _, e in own))
        reported.require("median", median(steps))
        reported.require("rate at 12 months", rate(steps, 12), 100)
    times, events, groups = zip(*used, strict=True)
    member, slope = [group == other for group in groups], 0.0
    for _ in range(50):
        score, information = score_and_information(times, events, member, slope)
        slope += score / information
    reach = Z / sqrt(information)
    ratio = [exp(each) for each in (slope, slope - reach, slope + reach)]
    Reported(reference_run, "PFS", f"{variable}={other}").require(f"hazard ratio against {variable}={reference}", ratio)
    compared = Reported(reference_run, "PFS", variable)
    assert compared.value("p, log-rank") == pytest.approx(log_rank(times, events, member))
    if len(used) < len(IRRADIATED):
        assert compared.value("left out") == len(IRRADIATED) - len(used)


def test_a_rate_that_rests_on_few_at_risk_says_so(reference_run):
    results = reference_run.result.endpoints
    rates = results[results["measure"].isin(["rate", "incidence"]) & results["value"].gt(0)]
    keys = ["endpoint", "group", "time"]
    at_risk = results[results["measure"] == "at-risk"].drop_duplicates(keys, keep="last").set_index(keys)["value"]
    for row in rates[rates["endpoint"] != "PFS-INTERVAL"].to_dict("records"):
        number = at_risk[row["endpoint"], row["group"], row["time"]]
        assert (number < max(10, 0.1 * row["n"])) == ("at risk, fewer than" in row["warning"]), row["statistic"]


def test_no_endpoint_is_without_a_test(reference_run):
    tested = {*CURVES, *RESPONSES, *RECORDS, *SHARES, "OSDE", "TTNT2L", "FOLLOW-UP"}
    tested |= {"PFS-INTERVAL", "ORR-MEASURABLE", "TTNT2LQ", "SWITCH-REASONS"}
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
