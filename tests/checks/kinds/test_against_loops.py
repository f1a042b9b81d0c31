"""Each kind against the plainest loop over records that says the same, on random tables."""

import re
from functools import cache

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.checks.running import run_checks
from hcc_sdtm.checks.table_rule import TableRule
from tests.checks.kinds.lines import line
from tests.checks.tables import SPECS, build_dataset

TEXTS = ("", " ", "A", "B", "A ", "a", "é", "1", "1.0", "2", "-3", "10", "1e1", "NOT DONE", "xx" * 60)
NUMBERS = ("", "1", "1.5", "2", "-3", "10")
SUBJECTS = ("S-1", "S-2", "S-3", "")
COLUMNS = {"USUBJID": SUBJECTS, "LBCAT": TEXTS, "LBORRES": TEXTS, "LBSTRESC": TEXTS, "LBSTRESN": NUMBERS}
OTHERS = {"USUBJID": SUBJECTS, "ARM": ("", "A", "B", "1"), "ARMCD": ("", "A", "B")}


def tables(columns, most=12):
    row = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in columns.items()})
    return st.lists(row, max_size=most)


LABS, PEOPLE = tables(COLUMNS), tables(OTHERS, 5)


def answer(row, **rows):
    """The places found, as record and variable."""
    columns = {"LB": list(COLUMNS), "DM": list(OTHERS)}
    datasets = {
        name: build_dataset(name, pd.DataFrame(table, columns=columns[name], dtype=object))
        for name, table in rows.items()
    }
    findings, outcomes = run_checks(datasets, SPECS, None, (TableRule(row),))
    assert not any(outcomes["reason"]), outcomes["reason"].tolist()
    assert outcomes["outcome"].tolist() == ["fail" if len(findings) else "pass"]
    return {
        (int(record or 0), variable) for record, variable in zip(findings["record"], findings["variable"], strict=True)
    }


def has(text):
    return text.strip() != ""


def number(text):
    return float(text) if re.fullmatch(r"-?[0-9.]+(e[0-9]+)?", text) else None


CONDITIONS = {
    "": lambda row: True,
    "LBCAT present": lambda row: has(row["LBCAT"]),
    "LBCAT absent": lambda row: not has(row["LBCAT"]),
    "LBCAT = A|NOT DONE": lambda row: row["LBCAT"] in ("A", "NOT DONE"),
    "LBCAT != A|B": lambda row: has(row["LBCAT"]) and row["LBCAT"] not in ("A", "B"),
    "LBCAT ~ [A-Z]": lambda row: re.fullmatch("[A-Z]", row["LBCAT"]) is not None,
    "LBCAT !~ [A-Z]": lambda row: has(row["LBCAT"]) and re.fullmatch("[A-Z]", row["LBCAT"]) is None,
    "LBSTRESN > 1": lambda row: row["LBSTRESN"] != "" and float(row["LBSTRESN"]) > 1,
    "LBSTRESC <= 1": lambda row: number(row["LBSTRESC"]) is not None and number(row["LBSTRESC"]) <= 1,
    "LBSTRESN = 2|10": lambda row: row["LBSTRESN"] in ("2", "10"),
    "LBSTAT? absent; LBCAT present": lambda row: has(row["LBCAT"]),
    "LBSTAT? present": lambda row: False,
    "LBSTAT? = NOT DONE": lambda row: False,
    "LBSTAT? != NOT DONE": lambda row: False,
    "LBCAT column; LBSTAT no-column": lambda row: True,
    "LBSTAT column": lambda row: False,
    "LBCAT = A; LBSTRESN present": lambda row: row["LBCAT"] == "A" and row["LBSTRESN"] != "",
}


@settings(max_examples=150)
@given(LABS, st.sampled_from(sorted(CONDITIONS)))
def test_conditions(rows, when):
    expected = {(at, "LBORRES") for at, row in enumerate(rows, 1) if CONDITIONS[when](row) and has(row["LBORRES"])}
    assert answer(line("null", "LBORRES", when=when), LB=rows) == expected


OF_VALUES = {
    ("in-list", "A|1"): lambda text: text in ("A", "1"),
    ("not-in-list", "A|1"): lambda text: text not in ("A", "1"),
    ("pattern", "[A-Z]+"): lambda text: re.fullmatch("[A-Z]+", text),
    ("not-pattern", "[A-Z]+"): lambda text: not re.fullmatch("[A-Z]+", text),
    ("number", ">= 0 and < 10"): lambda text: number(text) is not None and 0 <= number(text) < 10,
    ("number", "!= 1"): lambda text: number(text) is not None and number(text) != 1,
    ("max-bytes", "2"): lambda text: len(text.encode()) <= 2,
    ("trimmed", ""): lambda text: text == text.strip(),
    ("ascii", ""): lambda text: all(" " <= letter <= "~" for letter in text),
}


@settings(max_examples=150)
@given(LABS, st.sampled_from(sorted(OF_VALUES)), st.sampled_from(["LBORRES", "LBSTRESN"]))
def test_kinds_of_one_value(rows, asked, variable):
    expected = {
        (at, variable) for at, row in enumerate(rows, 1) if has(row[variable]) and not OF_VALUES[asked](row[variable])
    }
    assert answer(line(asked[0], variable, asked[1]), LB=rows) == expected


OF_RECORDS = {
    ("required", "LBORRES LBCAT", ""): lambda row: [name for name in ("LBORRES", "LBCAT") if not has(row[name])],
    ("null", "LBORRES LBCAT", ""): lambda row: [name for name in ("LBORRES", "LBCAT") if has(row[name])],
    ("any-required", "LBORRES LBCAT", ""): lambda row: (
        ["LBORRES"] if not has(row["LBORRES"]) and not has(row["LBCAT"]) else []
    ),
    ("any-in-list", "LBORRES LBCAT", "A|B"): lambda row: (
        [] if row["LBORRES"] in ("A", "B") or row["LBCAT"] in ("A", "B") else ["LBORRES"]
    ),
    ("equals", "LBORRES", "LBSTRESC"): lambda row: (
        ["LBORRES"] if row["LBORRES"].strip() != row["LBSTRESC"].strip() else []
    ),
    ("differs", "LBORRES", "LBSTRESC"): lambda row: (
        ["LBORRES"] if has(row["LBORRES"]) and row["LBORRES"].strip() == row["LBSTRESC"].strip() else []
    ),
    ("compares", "LBSTRESN", "<= LBSTRESC"): lambda row: (
        ["LBSTRESN"]
        if row["LBSTRESN"] and number(row["LBSTRESC"]) is not None and float(row["LBSTRESN"]) > number(row["LBSTRESC"])
        else []
    ),
}


@settings(max_examples=150)
@given(LABS, st.sampled_from(sorted(OF_RECORDS)), st.sampled_from(["", "LBCAT = A|B"]))
def test_kinds_of_one_record(rows, asked, when):
    expected = {
        (at, name) for at, row in enumerate(rows, 1) if CONDITIONS_OF[when](row) for name in OF_RECORDS[asked](row)
    }
    kind, variable, value = asked
    assert answer(line(kind, variable, value, when=when), LB=rows) == expected


CONDITIONS_OF = {"": lambda row: True, "LBCAT = A|B": lambda row: row["LBCAT"] in ("A", "B")}


@given(LABS)
def test_all_but_one_record_of_a_combination_is_not_unique(rows):
    seen, expected = set(), set()
    for at, row in enumerate(rows, 1):
        key = row["USUBJID"], row["LBCAT"]
        if (has(key[0]) or has(key[1])) and key in seen:
            expected.add((at, "LBCAT"))
        seen.add(key)
    assert answer(line("unique", "USUBJID LBCAT"), LB=rows) == expected


@given(LABS)
def test_one_value_finds_a_group_where_and_only_where_it_has_several(rows):
    groups = {}
    for at, row in enumerate(rows, 1):
        if has(row["USUBJID"]) and has(row["LBCAT"]):
            groups.setdefault(row["USUBJID"], {}).setdefault(row["LBCAT"], []).append(at)
    found = answer(line("one-value", "LBCAT", "USUBJID"), LB=rows)
    assert len(found) == sum(len(values) - 1 for values in groups.values())
    for values in groups.values():
        asked = [text for text, places in values.items() if (min(places), "LBCAT") in found]
        left = [text for text in values if text not in asked]
        assert len(left) == 1
        assert all(len(values[text]) <= len(values[left[0]]) for text in asked)


@given(LABS)
def test_one_to_one_is_silent_where_and_only_where_each_has_one_of_the_other(rows):
    pairs = {(row["LBCAT"], row["LBSTRESC"]) for row in rows if has(row["LBCAT"]) and has(row["LBSTRESC"])}
    is_right = len(pairs) == len({first for first, _ in pairs}) == len({second for _, second in pairs})
    assert bool(answer(line("one-to-one", "LBCAT LBSTRESC"), LB=rows)) != is_right


@given(LABS, PEOPLE)
def test_references(rows, people):
    known = {(row["USUBJID"], row["ARM"]) for row in people}
    first, wanted, unwanted = set(), set(), set()
    for at, row in enumerate(rows, 1):
        pair = row["USUBJID"], row["LBCAT"]
        if has(pair[0]) and has(pair[1]) and pair not in first:
            first.add(pair)
            (unwanted if pair in known else wanted).add((at, "LBCAT"))
    value = "DM.USUBJID DM.ARM"
    assert answer(line("reference", "USUBJID LBCAT", value), LB=rows, DM=people) == wanted
    assert answer(line("has-record", "USUBJID LBCAT", value), LB=rows, DM=people) == wanted
    assert answer(line("no-record", "USUBJID LBCAT", value), LB=rows, DM=people) == unwanted


@given(LABS, PEOPLE)
def test_a_record_with_conditions_there(rows, people):
    known = {row["USUBJID"] for row in people if row["ARM"] == "A"}
    first, expected = set(), set()
    for at, row in enumerate(rows, 1):
        if has(row["USUBJID"]) and has(row["LBCAT"]) and row["USUBJID"] not in first:
            first.add(row["USUBJID"])
            if row["USUBJID"] not in known:
                expected.add((at, "USUBJID"))
    row = line("has-record", "USUBJID", "DM.USUBJID when ARM = A", when="LBCAT present")
    assert answer(row, LB=rows, DM=people) == expected


@given(LABS, PEOPLE)
def test_agrees_by_a_key(rows, people):
    of_key = {}
    for row in people:
        of_key.setdefault(row["USUBJID"], []).append(row["ARM"])
    expected = {
        (at, "LBCAT")
        for at, row in enumerate(rows, 1)
        if has(row["USUBJID"])
        and len(of_key.get(row["USUBJID"], [])) == 1
        and of_key[row["USUBJID"]][0].strip() != row["LBCAT"].strip()
    }
    assert answer(line("agrees", "LBCAT", "DM.ARM by USUBJID"), LB=rows, DM=people) == expected


@given(LABS)
def test_all_or_none(rows):
    groups = {}
    for at, row in enumerate(rows, 1):
        if has(row["USUBJID"]):
            groups.setdefault(row["USUBJID"], {True: [], False: []})[has(row["LBORRES"])].append(at)
    expected = set()
    for group in groups.values():
        if group[True] and group[False]:
            fewer = group[False] if len(group[True]) >= len(group[False]) else group[True]
            expected |= {(at, "LBORRES") for at in fewer}
    assert answer(line("all-or-none", "LBORRES", "USUBJID"), LB=rows) == expected


DATES = (
    "", "2022", "2022-03", "2022-02", "2022-03-06", "2022-03-07", "2022-03-07T10", "2022-03-07T10:30", "2022-03-07T10:30:15",
    "2022-03-07T10:30:15.5", "2022-03-07T-:45", "2022-03-07T11:-:05", "2022---07", "2022-03-07T10:30Z", "2022-03-07T10:45:00Z",
    "2022-03-07T09:00+08:00", "2022-03-08T10:30", "2022-04-01", "not known", "2022-02-30",
)  # fmt: skip
PARTS = re.compile(
    r"(\d{4})(?:-(\d{2}|-)(?:-(\d{2})(?:T(\d{2}|-)(?::(\d{2}|-)(?::(\d{2}(?:\.\d+)?))?)?)?)?)?(Z|[+-]\d{2}:\d{2})?"
)


@cache
def moments(text):
    """The first and the last moment that a date can mean, each a day and a time, and its zone; None for no date."""
    match = PARTS.fullmatch(text)
    if match is None or text == "2022-02-30":
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    days = [
        each.date()
        for each in pd.date_range(f"{year}-01-01", f"{year}-12-31")
        if (month in (None, "-") or each.month == int(month)) and (day is None or each.day == int(day))
    ]
    if "-" in (hour, minute):
        hour = minute = second = None  # a time with an unknown part before a known one is taken for the whole day
    first = (int(hour or 0), int(minute or 0), float(second or 0))
    last = (int(hour or 23), int(minute or 59), first[2] + (0 if "." in second else 0.99) if second else 59.99)
    return (days[0], first), (days[-1], last), zone


def is_surely_later(text, other):
    own, beside = moments(text), moments(other)
    if own is None or beside is None:
        return False
    is_one_day = own[0][0] == own[1][0] == beside[0][0] == beside[1][0]
    if is_one_day and own[2] != beside[2]:
        return False
    return own[0] > beside[1] if is_one_day else own[0][0] > beside[1][0]


TIMED = tables({"USUBJID": SUBJECTS, "LBDTC": DATES, "LBENDTC": DATES})


@settings(max_examples=200)
@given(TIMED)
def test_order_of_dates(rows):
    after = {(at, "LBDTC") for at, row in enumerate(rows, 1) if is_surely_later(row["LBDTC"], row["LBENDTC"])}
    before = {(at, "LBDTC") for at, row in enumerate(rows, 1) if is_surely_later(row["LBENDTC"], row["LBDTC"])}
    frames = {"LB": pd.DataFrame(rows, columns=["USUBJID", "LBDTC", "LBENDTC"], dtype=object)}
    assert places(line("not-after", "LBDTC", "LBENDTC"), frames) == after
    assert places(line("not-before", "LBDTC", "LBENDTC"), frames) == before


@given(TIMED, tables({"USUBJID": SUBJECTS, "RFSTDTC": DATES}, 5))
def test_order_of_dates_of_subjects(rows, people):
    of_subject = {}
    for row in people:
        if moments(row["RFSTDTC"]) is not None and has(row["USUBJID"]):
            of_subject.setdefault(row["USUBJID"], []).append(row["RFSTDTC"])
    expected = {
        (at, "LBDTC")
        for at, row in enumerate(rows, 1)
        if len(of_subject.get(row["USUBJID"], [])) == 1 and is_surely_later(row["LBDTC"], of_subject[row["USUBJID"]][0])
    }
    frames = {
        "LB": pd.DataFrame(rows, columns=["USUBJID", "LBDTC", "LBENDTC"], dtype=object),
        "DM": pd.DataFrame(people, columns=["USUBJID", "RFSTDTC"], dtype=object),
    }
    assert places(line("not-after", "LBDTC", "DM.RFSTDTC by USUBJID"), frames) == expected


@given(
    tables({"USUBJID": SUBJECTS, "LBDTC": DATES, "LBDY": ("", "-1", "0", "1", "2", "30")}),
    tables({"USUBJID": SUBJECTS, "RFSTDTC": DATES}, 5),
)
def test_study_days(rows, people):
    starts = {}
    for row in people:
        starts.setdefault(row["USUBJID"], []).append(moments(row["RFSTDTC"]))
    expected = set()
    for at, row in enumerate(rows, 1):
        known = starts.get(row["USUBJID"], [])
        if len(known) == 1 and has(row["USUBJID"]):
            start, date = known[0], moments(row["LBDTC"])
            day = ""
            if start and date and start[0][0] == start[1][0] and date[0][0] == date[1][0]:
                days = (date[0][0] - start[0][0]).days
                day = str(days + 1 if days >= 0 else days)
            if day != row["LBDY"]:
                expected.add((at, "LBDY"))
    frames = {
        "LB": pd.DataFrame(rows, columns=["USUBJID", "LBDTC", "LBDY"], dtype=object),
        "DM": pd.DataFrame(people, columns=["USUBJID", "RFSTDTC"], dtype=object),
    }
    assert places(line("study-day", "LBDY", "LBDTC"), frames) == expected


def places(row, frames):
    datasets = {name: build_dataset(name, frame) for name, frame in frames.items()}
    findings, _ = run_checks(datasets, SPECS, None, (TableRule(row),))
    return {(int(record), variable) for record, variable in zip(findings["record"], findings["variable"], strict=True)}
