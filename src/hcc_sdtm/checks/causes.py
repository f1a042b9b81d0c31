"""One fact, one question: findings that share a cell or a cause are grouped under the finding nearest to the origin.

Grouping hides nothing. It fills the columns ``key`` and ``cause`` and changes no row; who shows findings shows the leads, and
under each how many more there are. What a finding is about is read from its columns; no dataset is needed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd

from hcc_sdtm.finding import SEVERITIES, finding_keys, rule_ids
from hcc_sdtm.spec.rule_table import RuleRow

STAGES = (
    "RAW", "COLUMN", "MAP", "STRUCTURE", "REL", "SCH", "REC", "DEF", "DOMAIN", "ADSL", "ADTR", "ADRS", "ADTTE", "XPT",
)  # fmt: skip
"""The order in which the steps of a run can go wrong, by the letters of a rule's id; letters not listed are DOMAIN's."""

MISSING_COLUMN = ("SCH-001",)
NO_RECORD = ("DM-001", "DM-002")
ROW_LEFT_OUT = ("MAP-001", "MAP-004", "MAP-022", "MAP-045", "MAP-061")
DUPLICATE_SUBJECT = "DM-003"
DUPLICATE_KEY = "SCH-007"
REPEATED_NUMBER = "SD-0086"
OF_ONE_SUBJECT = ((("TR-001", "TR-002", "TR-003"), ("ADRS-120", "ADRS-121")), (("DS-001",), ("ADTR-108",)))
"""Rules that lead others of the same subject: a size that cannot be right, and the responses recomputed from sizes; a wrong
death, and what was measured after it."""
ORDER_OF_COLUMN = ("MAP-019", "MAP-028")
DATES_OF_COLUMN = ("MAP-010", "MAP-011", "MAP-012", "MAP-025")
OF_WHOLE_COLUMN = (
    *ORDER_OF_COLUMN,
    "MAP-003",
    "MAP-020",
    "MAP-027",
    "MAP-044",
    "MAP-060",
    "MAP-062",
    "MAP-063",
    "XPT-005",
)
"""Rules that speak of many cells and stand at the first of them: what else is wrong in that cell is another matter."""

CELL = re.compile(r"(.*[:!])([A-Z]{1,3})[1-9][0-9]*")
FROM_DEMOGRAPHICS = re.compile(r"\bDM\b|\bRFSTDTC\b|\bDTHDTC\b")
DATE = re.compile(r"A?(?:[A-Z]{2})?(?:ST|EN)?(?:DTC|DTM|DT|DY)")
NAME = re.compile(r"\b[A-Z]{2,8}\b")
OF_VISIT = ("EPOCH", "VISIT", "VISITNUM", "VISITDY")
"""Variables beside dates and study days that all records of a subject's visit share."""

RESULT = re.compile(r"[A-Z]{2}(?:ORRES|STRESC|STRESN)|AVALC?")


def group_findings(findings: pd.DataFrame, rules: Iterable[RuleRow] = ()) -> pd.DataFrame:
    """The findings, every one of them and in their order, with their ``key`` and with ``cause``: the key of the lead, ``""``
    for a lead itself.

    Findings at one cell (same source, same typed text) have one lead; without a cell those of one record and variable. An
    empty cell is shared only by findings on variables of one family (dates and study days; results), because a constant of
    the mapping stands at its row's first cell, and two of those have nothing in common. Beyond the cell:

    - a column that is not there leads what other rules say of that variable of the dataset;
    - an order of day and month that its column contradicts leads the dates that cannot be read in that column;
    - a row that the mapping left out leads the findings that a record of that subject is missing;
    - a value that nobody typed, a constant of the mapping: the first record of a site leads the others of which the same rule
      says the same;
    - a wrong date, study day or name of a visit, in data without cells: the first record of the subject leads the others of
      which the same rule says the same;
    - a measurement that cannot be right leads the responses of its subject that the sizes of lesions contradict, and a wrong
      death what was measured after it;
    - a subject twice in DM leads the findings on that subject that come from DM: study days, ADSL, what names DM;
    - of records with one key the first leads the others, and each what is said of its number (--SEQ), which they share.

    The lead is the earliest by stage (`STAGES`), then severity, then rule. A note leads notes only: it says what was done and
    not what went wrong. ``rules`` are the lines of rule tables: their kinds tell which say that a column
    or a record is not there.
    """
    result = findings.reset_index(drop=True)
    if result.empty:
        return result.assign(cause="", key="")
    of_kind: dict[str, set[str]] = {"column": set(MISSING_COLUMN), "has-record": set(NO_RECORD)}
    for rule in rules:
        of_kind.setdefault(rule.kind, set()).add(rule.id)
    ids = rule_ids(result)
    keys = finding_keys(result)
    is_doubled = (ids == DUPLICATE_SUBJECT) | ((ids == DUPLICATE_KEY) & (result["dataset"] == "DM"))
    is_column = ids.isin(of_kind["column"])
    stages = pd.Series(np.where(ids.isin(ORDER_OF_COLUMN), "COLUMN", np.where(is_column | is_doubled, "STRUCTURE", "")))
    rank = _ranks(result, ids, keys, stages)
    parents = [
        _column_leads(result, rank, is_column),
        _order_leads(result, rank, ids),
        _left_out_leads(result, rank, ids, of_kind["has-record"]),
        _doubled_leads(result, rank, is_doubled),
        *(_subject_leads(result, rank, ids.isin(leads), ids.isin(led)) for leads, led in OF_ONE_SUBJECT),
        _cell_leads(result, rank, ids),
        _constant_leads(result, rank),
        _visit_leads(result, rank, ids, {DUPLICATE_KEY, *of_kind.get("unique", ())}),
        *_repeated_leads(result, rank, ids),
    ]
    lead = np.full(len(result), -1)
    for parent in parents:
        better = (parent >= 0) & ((lead < 0) | (rank[parent] < rank[lead])) & (rank[parent] < rank)
        lead[better] = parent[better]
    own = np.arange(len(result))
    root = np.where(lead < 0, own, lead)
    while (root[root] != root).any():  # each step halves the way, and a lead has a lower rank, so there is no circle
        root = root[root]
    return result.assign(cause=np.where(root == own, "", keys[root]), key=keys)


def _ranks(findings: pd.DataFrame, ids: pd.Series, keys: np.ndarray, stages: pd.Series) -> np.ndarray:
    """The place of each finding in the order of leads; no two have the same. ``stages`` are those not told by the rule's id."""
    places = {name: place for place, name in enumerate(STAGES)}
    of_rule = ids.map({rule: places.get(rule.split("-")[0], places["DOMAIN"]) for rule in ids.unique()})
    stage = stages.map(places).fillna(of_rule).to_numpy()
    severity = findings["severity"].map({name: place for place, name in enumerate(SEVERITIES)}).to_numpy()
    rank = np.empty(len(findings), dtype=np.int64)
    by_rule, by_key = (pd.factorize(column, sort=True)[0] for column in (ids.to_numpy(), keys))
    rank[np.lexsort((by_key, by_rule, severity, stage, severity == SEVERITIES.index("note")))] = np.arange(
        len(findings)
    )
    return rank


def _first_of(rank: np.ndarray, codes: np.ndarray, takes_part: np.ndarray) -> np.ndarray:
    """For each finding the position of the lowest rank with its code among those that take part; -1 where there is none."""
    lead = np.full(len(codes), -1)
    chosen = np.flatnonzero(takes_part)
    if len(chosen):
        chosen = chosen[np.argsort(rank[chosen])]
        first = pd.Series(chosen).groupby(codes[chosen]).first()
        lead = pd.Series(codes).map(first).fillna(-1).to_numpy(dtype=np.int64)
    return lead


def _codes(columns: Iterable[pd.Series]) -> np.ndarray:
    """One number for each combination of the columns' texts."""
    texts = map("\x1f".join, zip(*columns, strict=True))
    return pd.factorize(np.array(list(texts), dtype=object))[0]


def _subject_leads(findings: pd.DataFrame, rank: np.ndarray, leads: pd.Series, led: pd.Series) -> np.ndarray:
    takes_part = (leads & (findings["subject"] != "")).to_numpy()
    if not takes_part.any() or not led.any():
        return np.full(len(findings), -1)
    return np.where(led, _first_of(rank, _codes((findings["subject"],)), takes_part), -1)


def _cell_leads(findings: pd.DataFrame, rank: np.ndarray, ids: pd.Series) -> np.ndarray:
    source, typed, record = findings["source"], findings["typed"], findings["record"]
    is_cell = source.map({text: CELL.fullmatch(text) is not None for text in source.unique()})
    families = findings["variable"].map({name: _family(name) for name in findings["variable"].unique()})
    at_record = ~is_cell.astype(bool) & (record != "") & (findings["variable"] != "")
    where = source.mask(at_record, findings["dataset"] + "\x1e" + record)
    what = typed.mask(typed == "", "\x1e" + families).mask(at_record, findings["variable"])
    takes_part = ((is_cell | at_record) & ~ids.isin(OF_WHOLE_COLUMN)).to_numpy(dtype=bool)
    codes = _codes((where, what))
    codes[~takes_part] = -1 - np.arange((~takes_part).sum())
    return _first_of(rank, codes, takes_part)


def _constant_leads(findings: pd.DataFrame, rank: np.ndarray) -> np.ndarray:
    """The first of the records in which one constant of the mapping is wrong: the cell is the row's, and nothing was typed."""
    lead = np.full(len(findings), -1)
    is_cell = findings["source"].map({text: CELL.fullmatch(text) is not None for text in findings["source"].unique()})
    untyped = is_cell & (findings["typed"] == "") & (findings["value"] != "") & (findings["record"] != "")
    chosen = np.flatnonzero(untyped.to_numpy(dtype=bool))
    if not len(chosen):
        return lead
    names = ("rule", "site", "dataset", "variable", "value", "message", "expected")
    codes = _codes(findings[name].iloc[chosen] for name in names)
    lead[chosen] = chosen[_first_of(rank[chosen], codes, np.ones(len(chosen), dtype=bool))]
    return lead


def _visit_leads(findings: pd.DataFrame, rank: np.ndarray, ids: pd.Series, unique: Collection[str]) -> np.ndarray:
    """The first of a subject's records in which what a visit has once is wrong, where no cell tells that it is one."""
    lead = np.full(len(findings), -1)
    names = findings["variable"]
    is_shared = names.map({name: name in OF_VISIT or _family(name) == "date" for name in names.unique()}).astype(bool)
    at_record = (findings["source"] == "") & (findings["record"] != "") & (findings["subject"] != "")
    chosen = np.flatnonzero((at_record & is_shared & (findings["value"] != "") & ~ids.isin(unique)).to_numpy())
    if len(chosen):
        said = ("rule", "dataset", "subject", "variable", "value", "message", "expected")
        codes = _codes(findings[name].iloc[chosen] for name in said)
        lead[chosen] = chosen[_first_of(rank[chosen], codes, np.ones(len(chosen), dtype=bool))]
    return lead


def _repeated_leads(findings: pd.DataFrame, rank: np.ndarray, ids: pd.Series) -> list[np.ndarray]:
    """The first of the records that repeat a key, for the others; a record that does, for the repetition of its number."""
    is_repeated = (ids == DUPLICATE_KEY).to_numpy()
    if not is_repeated.any():
        return []
    of_key = _codes(findings[name] for name in ("dataset", "subject", "keys"))
    of_key[~is_repeated] = -1 - np.arange((~is_repeated).sum())
    of_record = _codes(findings[name] for name in ("dataset", "record"))
    of_record[~(is_repeated | (ids == REPEATED_NUMBER).to_numpy())] = -1
    return [_first_of(rank, of_key, is_repeated), _first_of(rank, of_record, is_repeated)]


def _family(variable: str) -> str:
    return "date" if DATE.fullmatch(variable) else "result" if RESULT.fullmatch(variable) else variable


def _column_leads(findings: pd.DataFrame, rank: np.ndarray, is_column: pd.Series) -> np.ndarray:
    return _first_of(rank, _codes((findings["dataset"], findings["variable"])), is_column.to_numpy())


def _order_leads(findings: pd.DataFrame, rank: np.ndarray, ids: pd.Series) -> np.ndarray:
    """A column's contradicted order of day and month, for the dates of that column; both stand at a cell of it."""
    lead = np.full(len(findings), -1)
    of_column = ids.isin(ORDER_OF_COLUMN).to_numpy()
    chosen = np.flatnonzero(of_column | ids.isin(DATES_OF_COLUMN).to_numpy())
    if not of_column.any() or not len(chosen):
        return lead
    found = [CELL.fullmatch(text) for text in findings["source"].to_numpy()[chosen]]
    columns = pd.Series([match[1] + match[2] if match else "" for match in found])
    part = _first_of(rank[chosen], _codes((columns,)), of_column[chosen] & (columns != "").to_numpy())
    lead[chosen] = np.where(part >= 0, chosen[part], -1)
    return lead


def _left_out_leads(findings: pd.DataFrame, rank: np.ndarray, ids: pd.Series, no_record: Collection[str]) -> np.ndarray:
    """A row that was left out, for the findings that its subject has no record; where it names a dataset, of that one."""
    lead = np.full(len(findings), -1)
    has_subject = (findings["subject"] != "").to_numpy()
    lacking = np.flatnonzero(ids.isin(no_record).to_numpy() & has_subject)
    left_out = np.flatnonzero(ids.isin(ROW_LEFT_OUT).to_numpy() & has_subject)
    if not len(lacking) or not len(left_out):
        return lead
    causes: dict[str, list[tuple[int, str]]] = {}
    left_out = left_out[np.argsort(rank[left_out])]
    subjects, datasets = (findings[name].to_numpy()[left_out] for name in ("subject", "dataset"))
    for position, subject, dataset in zip(left_out, subjects, datasets, strict=True):
        causes.setdefault(subject, []).append((int(position), dataset))
    columns = (findings[name].to_numpy()[lacking] for name in ("subject", "dataset", "expected", "message"))
    for position, subject, dataset, expected, message in zip(lacking, *columns, strict=True):
        known = [cause for number in _numbers(subject) for cause in causes.get(number, ())]
        if known:
            said = {"", dataset, *NAME.findall(f"{expected} {message}")}
            lead[position] = next((cause for cause, of_dataset in known if of_dataset in said), -1)
    return lead


def _numbers(subject: str) -> list[str]:
    """A subject's identifier and what follows each hyphen in it: a study number stands at its end."""
    parts = subject.split("-")
    return ["-".join(parts[start:]) for start in range(len(parts))]


def _doubled_leads(findings: pd.DataFrame, rank: np.ndarray, is_doubled: pd.Series) -> np.ndarray:
    if not is_doubled.any():
        return np.full(len(findings), -1)
    texts = findings["expected"] + " " + findings["message"]
    names_demographics = texts.map({text: bool(FROM_DEMOGRAPHICS.search(text)) for text in texts.unique()})
    looked_up = findings["variable"].str.fullmatch("[A-Z]+DY") | (findings["dataset"] == "ADSL") | names_demographics
    lead = _first_of(rank, _codes((findings["subject"],)), (is_doubled & (findings["subject"] != "")).to_numpy())
    return np.where(looked_up & (findings["dataset"] != "DM"), lead, -1)
