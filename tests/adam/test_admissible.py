"""What partial dates leave open, against a derivation of every completion written out by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcc_sdtm.adam.admissible.columns import EXACT, INTERVAL, add_admissible
from hcc_sdtm.adam.admissible.finding_outcomes import find_admissible
from hcc_sdtm.adam.deriving import derive_adam, derive_copies
from hcc_sdtm.dates import bounds, from_days, to_days
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

START, CUTOFF = "2021-03-01", "2024-02-29"

CODES = ("PFS", "PFSB", "PFSEMA", "DCTRL", "OS", "OSDE", "OSRT", "TTNT2L", "PFS2")
GROUPS = (("RSP",), ("RSP", "BOR"), ("DC", "BOR"), ("CRSP",), ("BOR", "NACTDT", "LSTA"))
FEW = replace(ADAM, parameters=tuple(parameter for parameter in ADAM.parameters if parameter.paramcd in CODES))


def one(scans="2021-04-12 SD, 2021-05-24 PD", death="", therapy="", local="", diagnosis="2020-01-10"):
    """The tables of subject A."""
    rows = [scan.split() for scan in scans.split(",") if scan.strip()]
    nobody = [("other", "2021-01-01")]
    return {
        "DM": frame("S DTHDTC DTHFL", [("A", death, "Y" if death else "")]),
        "EX": frame("S EXSTDTC EXENDTC", [("A", START, "2021-03-10")]),
        "MH": frame("S MHSTDTC", [("A", diagnosis)]),
        "TU": frame("S TUDTC", [("A", "2021-02-20")]),
        "RS": frame("S RSDTC RSSTRESC", [("A", *row) for row in rows]),
        "CM": frame("S CMSTDTC", [("A", therapy)] if therapy else nobody),
        "PR": frame("S PRSTDTC", [("A", local)] if local else nobody),
    }


def frame(columns, rows):
    return pd.DataFrame(rows, columns=columns.split(), dtype=object)


def derived(tables):
    return derive_adam(study(**tables), SPECS, TRIAL, ADAM)


def bounded(tables, paramcd, columns="ADT ADTLO ADTHI ADTBND CNSR"):
    adtte = derived(tables).datasets["ADTTE"].frame
    shown = adtte[adtte["PARAMCD"] == paramcd].rename(columns={"ADTLO": "LODT", "ADTHI": "HIDT"})
    return as_text(shown, columns.replace("ADTLO", "LODT").replace("ADTHI", "HIDT"))


@pytest.mark.parametrize(
    ("course", "paramcd", "expected"),
    [
        ({}, "PFS", "2021-05-24 | 2021-05-24 | 2021-05-24 | . | 0"),
        ({"scans": "2021-04-12 SD, 2021-05 PD"}, "PFS", "2021-05-15 | 2021-05-01 | 2021-05-31 | EXACT | 0"),
        # the therapy may have come before the progression of its month, and the time then ends with the scan before
        ({"therapy": "2021-05"}, "PFS", "2021-05-24 | 2021-04-12 | 2021-05-24 | EXACT | 0"),
        ({"therapy": "2021-05"}, "PFSEMA", "2021-05-24 | 2021-05-24 | 2021-05-24 | . | 0"),
        ({"therapy": "2021-05"}, "TTNT2L", "2021-05-01 | 2021-05-01 | 2021-05-31 | EXACT | 0"),
        # progression is not after death
        ({"scans": "2021-05 PD", "death": "2021-05-20"}, "PFS", "2021-05-15 | 2021-05-01 | 2021-05-20 | EXACT | 0"),
        # death not before a progression that is known
        ({"death": "2021-05"}, "OSRT", "2021-05-24 | 2021-05-24 | 2021-05-31 | EXACT | 0"),
        # nothing is after the cut-off, of which February 2024 is the last day
        ({"scans": "2021-04-12 SD, 2024 PD"}, "PFSEMA", "2021-04-12 | 2021-04-12 | 2024-02-29 | EXACT | 1"),
        # a scan of the month in which treatment started is not before it
        ({"scans": "2021-03 PD"}, "PFSEMA", "2021-03-15 | 2021-03-01 | 2021-03-31 | EXACT | 0"),
    ],
)
def test_the_earliest_and_latest_admissible_dates(course, paramcd, expected):
    assert bounded(one(**course), paramcd) == lines(expected)


def test_a_partial_origin_moves_the_value_and_not_the_date():
    assert bounded(one(death="2021-09-01", diagnosis="2020-12"), "OS", "ADT ADTLO ADTHI AVALLO AVALHI") == lines(
        "2021-09-01 | 2021-09-01 | 2021-09-01 | 8.04928 | 9.03491"
    )


def test_two_dates_with_many_completions_are_exact_where_one_is_the_origin_alone():
    frame_of = derived(one(death="2021", diagnosis="2020")).datasets["ADTTE"].frame
    os = frame_of[frame_of["PARAMCD"] == "OS"].iloc[0]
    assert os["ADTBND"] == EXACT
    assert list(from_days(os[["ADTLO", "ADTHI"]])) == ["2021-05-24", "2021-12-31"]
    days = to_days(pd.Series(["2021-05-24", "2020-12-31", "2021-12-31", "2020-01-01"])).to_numpy()
    assert os["AVALLO"] == pytest.approx((days[0] - days[1] + 1) / 30.4375)
    assert os["AVALHI"] == pytest.approx((days[2] - days[3] + 1) / 30.4375)


def test_an_origin_is_tried_at_its_ends_and_not_combined_with_dates_of_other_parameters():
    tables = study(**one(therapy="2021-05", diagnosis="2020-12"))
    base = derive_adam(tables, SPECS, TRIAL, FEW)
    tried = []

    def derive(copies, adam, read, given):
        tried.append((len(copies["DM"].frame), {each.paramcd for each in adam.parameters}, set(read)))
        assert not given
        return derive_copies(SPECS, TRIAL, copies, adam, read, given)

    found = find_admissible(tables, base.datasets, SPECS, TRIAL, FEW, derive)
    # 31 days of May 2021, and for what starts at diagnosis each with two of December 2020; not 31 x 31
    assert [(copies, read) for copies, _, read in tried] == [(31 + 31 * 2, set())]
    assert tried[0][1] >= {"PFS", "OS"}
    # the days between give their times too; the therapy shows the subject alive for up to 7 days after the last scan
    assert len(found.of("OS")["A"]) == 31 + 7
    assert found.not_enumerated.empty


def test_too_many_completions_give_an_interval_that_is_said_and_contains_all():
    tables = one(scans="2021-04-12 SD, 2021-07 PD, 2021 SD", death="2022")
    result = derived(tables)
    adtte = result.datasets["ADTTE"].frame.set_index("PARAMCD")
    assert adtte.loc["PFS", "ADTBND"] == INTERVAL
    assert list(from_days(adtte.loc["PFS", ["ADTLO", "ADTHI"]])) == ["2021-01-01", CUTOFF]
    asked = result.findings[result.findings["rule"].str.startswith("ADTTE-130")]
    assert set(asked["severity"]) == {"note"}
    assert "A" in set(asked["subject"])


def test_the_order_of_rows_and_other_subjects_change_nothing():
    tables = one(therapy="2021-05", death="2021-08")
    both = {
        name: pd.concat([table.assign(S="B"), table])[::-1].reset_index(drop=True) for name, table in tables.items()
    }
    alone, together = derived(tables).admissible.outcomes, derived(both).admissible.outcomes
    for name in "AB":
        found = together[together["USUBJID"] == name].drop(columns="USUBJID").reset_index(drop=True)
        pd.testing.assert_frame_equal(found, alone.drop(columns="USUBJID"))


def test_outcomes_of_a_parameter_are_distinct_and_name_who_may_not_be_in_it():
    result = derived(one(scans="2021-04 SD"))
    control = result.admissible.of("DCTRL")["A"]
    # disease control needs a stable disease five weeks after the start: of the days of April, those from the 5th on
    assert sum(time != time for time, _, _ in control) == 1
    assert len([time for time, _, _ in control if time == time]) == 26
    assert len(set(map(str, control))) == len(control)


@pytest.mark.parametrize(
    ("course", "group", "expected"),
    [
        ({}, ("DC",), None),
        # a stable disease is control from the 35th day on: of the days of April, those from the 4th on
        ({"scans": "2021-04 SD"}, ("DC",), {("N",), ("Y",)}),
        ({"scans": "2021-04 SD"}, ("DC", "BOR"), {("N", "NE"), ("Y", "SD")}),
        # the values of one completion stand together: no response with an unknown best response, and no SD with a response
        ({"scans": "2021-05-24 PR", "therapy": "2021-05"}, ("RSP", "BOR"), {("Y", "PR"), ("N", "NE")}),
        ({"scans": "2021-04-12 PR, 2021-05 PR"}, ("RSP",), {("Y",)}),
        # confirmed from the 28th day after the first on
        ({"scans": "2021-04-12 PR, 2021-05 PR"}, ("CRSP",), {("Y",), ("N",)}),
        ({"scans": "2021-05 NE"}, ("LSTA", "BOR"), {("", "NE")}),
        ({"diagnosis": "2020-12"}, ("RSP",), None),
    ],
)
def test_what_responses_can_be(course, group, expected):
    found = derive_adam(study(**one(**course)), SPECS, TRIAL, ADAM, [group]).admissible
    values = found.of_responses(group)
    assert values == ({} if expected is None else {"A": sorted(expected)})
    assert found.of_responses(("RSP", "BOR", "DC")) == {}


def test_a_subject_without_records_of_what_others_have_has_no_response():
    tables = one(scans="", death="2021-09")
    tables["RS"] = frame("S RSDTC RSSTRESC", [("other", "2021-04-12", "PR")])
    found = derive_adam(study(**tables), SPECS, TRIAL, ADAM, [("RSP", "BOR", "MDIS")]).admissible
    assert found.of_responses(("RSP", "BOR", "MDIS")) == {"A": [("N", "NE", "Y")]}


def test_responses_with_too_many_completions_are_said():
    tables = study(**one(scans="2021-04-12 SD, 2021-07 PR, 2021 SD", death="2022"))
    found = derive_adam(tables, SPECS, TRIAL, ADAM, GROUPS).admissible
    assert found.responses.empty
    assert set(found.responses_not_enumerated["PARAMCDS"]) == set(GROUPS)
    assert set(from_days(found.responses_not_enumerated["EARLIEST"])) == {"2021-01-01"}


def test_groups_of_responses_change_nothing_of_times():
    tables = study(**one(scans="2021-04 SD, 2021-06 PD", diagnosis="2020-12"))
    alone, beside = (derive_adam(tables, SPECS, TRIAL, ADAM, groups).admissible for groups in ((), GROUPS))
    pd.testing.assert_frame_equal(alone.outcomes, beside.outcomes)
    assert alone.responses.empty
    assert set(beside.responses["PARAMCDS"]) == set(GROUPS)


def test_responses_are_found_without_any_time_to_event_parameter():
    tables = study(**one(scans="2021-04 SD"))
    found = derive_adam(tables, SPECS, TRIAL, replace(ADAM, parameters=()), [("DC",)]).admissible
    assert found.of_responses(("DC",)) == {"A": [("N",), ("Y",)]}


# A derivation of every completion by hand: each is a subject of one study, whose admissible ones are sorted out by loops.

MONTHS = ["2021-03", "2021-04", "2021-05", "2021-06", "2021-07"]
DAYS = st.sampled_from([f"{month}-{day:02d}" for month in MONTHS for day in (1, 12, 24)])
OPEN_OR_NOT = st.one_of(DAYS, st.sampled_from(MONTHS), st.just(""))


@st.composite
def courses(draw):
    """A course in which at most two dates are known to the month."""
    scans = draw(st.lists(st.tuples(DAYS, st.sampled_from(["SD", "PR", "PD", "NE"])), max_size=3))
    where = draw(
        st.lists(
            st.sampled_from(["scan", "death", "therapy", "local", "diagnosis"]), min_size=1, max_size=2, unique=True
        )
    )
    given = {name: draw(st.one_of(DAYS, st.just(""))) for name in ("death", "therapy", "local")}
    given["diagnosis"] = draw(st.sampled_from(["2020-01-10", "2021-02-27"]))
    for name in where:
        month = draw(st.sampled_from(MONTHS))
        if name == "scan":
            scans.append((month, draw(st.sampled_from(["SD", "PR", "PD"]))))
        else:
            given[name] = "2021-02" if name == "diagnosis" else month
    return {"scans": ", ".join(" ".join(scan) for scan in scans), **given}


def days_of(text):
    limits = bounds(pd.Series([text], dtype=object)).iloc[0]
    return np.arange(limits["earliest"], limits["latest"] + 1) if text else np.array([np.nan])


def completions(course):
    """Every completion of a course, with the days of its dates: scans, death, therapy, local, diagnosis."""
    scans = [scan.split() for scan in course["scans"].split(", ") if scan]
    texts = [day for day, _ in scans] + [course[name] for name in ("death", "therapy", "local", "diagnosis")]
    for days in product(*(days_of(text) for text in texts)):
        written = list(from_days(pd.Series(days)))
        whole = ", ".join(f"{day} {result}" for day, (_, result) in zip(written, scans, strict=False))
        *_, death, therapy, local, diagnosis = written
        yield {"scans": whole, "death": death, "therapy": therapy, "local": local, "diagnosis": diagnosis}, days


def broken(course, days, alive):
    """The constraints of the packaged trial that a completion breaks, by name; NaN breaks none."""
    results = [scan.split()[1] for scan in course["scans"].split(", ") if scan]
    *scans, death, therapy, local, diagnosis = days
    start = to_days(pd.Series([START]))[0]
    progressed = min(
        (day for day, result in zip(scans, results, strict=True) if result == "PD" and day > start), default=np.nan
    )
    order = {
        "diagnosis": diagnosis, "radiotherapy": start, "progression": progressed, "second line": therapy, "death": death,
    }  # fmt: skip
    chains = [
        ("diagnosis", "radiotherapy", "second line", "death"),
        ("diagnosis", "radiotherapy", "progression", "death"),
    ]
    found = {
        (first, second)
        for chain in chains
        for number, first in enumerate(chain)
        for second in chain[number + 1 :]
        if order[first] > order[second]
    }
    texts = [scan.split()[0] for scan in course["scans"].split(", ") if scan]
    bounded_by = {"therapy": therapy, "local": local} | {f"scan {number}": day for number, day in enumerate(scans)}
    written = {"therapy": course["therapy"], "local": course["local"]} | {
        f"scan {n}": text for n, text in enumerate(texts)
    }
    for name, day in bounded_by.items():
        if len(written[name]) == len("2021-03"):
            found |= {(f"{name} from start",)} if day < start else set()
            found |= {(f"{name} to death",)} if day > death else set()
    if len(course["death"]) == len("2021-03"):
        for name, day in (("start", start), ("progression", progressed), ("therapy", therapy), ("alive", alive)):
            found |= {(f"death from {name}",)} if death < day else set()
    if len(course["diagnosis"]) == len("2021-03"):
        found |= {("diagnosis to start",)} if diagnosis > start else set()
    return found


def admissible_of(course, alive):
    """The admissible completions: constraints that all break are left out, with the orders of their events."""
    every = list(completions(course))
    each = [broken(course, days, alive) for _, days in every]
    always = set.intersection(*each)
    involved = {event for pair in always if len(pair) == 2 for event in pair}
    left = [{name for name in found - always if len(name) == 1 or not involved & set(name)} for found in each]
    fewest = min(map(len, left))
    return [whole for (whole, _), found in zip(every, left, strict=True) if len(found) == fewest]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(courses())
def test_the_outcomes_are_those_of_every_admissible_completion(course):
    datasets = study(**one(**course))
    base = derive_adam(datasets, SPECS, TRIAL, FEW)
    alive = float(base.datasets["ADSL"].frame["LSTALVDT"].iloc[0])
    tables: dict[str, list[pd.DataFrame]] = {}
    for number, whole in enumerate(admissible_of(course, alive)):
        for name, table in one(**whole).items():
            tables.setdefault(name, []).append(table[table["S"] == "A"].assign(S=f"{number:05d}"))
    every = derive_adam(study(**{name: pd.concat(parts) for name, parts in tables.items()}), SPECS, TRIAL, FEW)
    wanted = outcomes(every.datasets["ADTTE"].frame)
    own = outcomes(base.datasets["ADTTE"].frame)
    found = find_admissible(
        datasets,
        base.datasets,
        SPECS,
        TRIAL,
        FEW,
        partial(derive_copies, SPECS, TRIAL),
        GROUPS,
    )
    assert found.not_enumerated.empty
    assert found.responses_not_enumerated.empty
    for group in GROUPS:
        own_values = responses(base.datasets["ADRS"].frame, ["A"], group)
        names = [f"{number:05d}" for number in range(len(admissible_of(course, alive)))]
        values = responses(every.datasets["ADRS"].frame, names, group)
        assert set(found.of_responses(group).get("A", own_values)) == values, group
    enumerated = outcomes(found.outcomes.dropna(subset="ADT"))
    for paramcd, values in wanted.items():
        assert enumerated.get(paramcd, own.get(paramcd)) == values, paramcd
    assert set(enumerated) <= set(wanted)
    limits, _ = add_admissible(base.datasets["ADTTE"], found, base.datasets["ADSL"], TRIAL, FEW.parameters)
    for _, row in limits.frame.iterrows():
        values = wanted.get(row["PARAMCD"], set()) | own[row["PARAMCD"]]
        assert row["ADTLO"] == min(value[0] for value in values)
        assert row["ADTHI"] == max(value[0] for value in values)
        assert row["AVALLO"] == min(value[1] for value in values)
        assert row["AVALHI"] == max(value[1] for value in values)


def responses(adrs, names, group):
    """The values of the subjects' records, record by record."""
    value = {(row["USUBJID"], row["PARAMCD"]): row["AVALC"] for _, row in adrs.iterrows()}
    return {tuple(value.get((name, code), "") for code in group) for name in names}


def outcomes(adtte):
    found: dict[str, set] = {}
    for row in adtte[["PARAMCD", "ADT", "AVAL", "CNSR", "CAUSE", "ENTRY"]].itertuples(index=False, name=None):
        found.setdefault(row[0], set()).add(row[1:])
    return found
