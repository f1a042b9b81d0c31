"""Findings on a terminal or in a pipe: how many of each severity, the leads at their cells, how many rules were asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.finding import SEVERITIES, rule_ids
from hcc_sdtm.outputs.finding_groups import as_registered, sort_groups
from hcc_sdtm.outputs.rule_summary import summarise_outcomes
from hcc_sdtm.register.waiving import WAIVED

BREAK = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, the escape of a terminal's commands among them, and those that turn the direction of what follows."""

SHOWN = 20
SHOWN_OF_RULE = 3
IDS_SHOWN = 4
SHOWN_SEVERITIES = ("error", "warning")


def render_findings_text(findings: pd.DataFrame, outcomes: pd.DataFrame | None = None, limit: int = SHOWN) -> str:
    """The findings as lines of text, at most ``limit`` of them at their cells, without a line break at the end.

    Whatever its texts hold, each is one line, and nothing in it commands the terminal.
    Notes are counted and not shown. Of one rule at most `SHOWN_OF_RULE` findings are shown, and how many more it has; under a
    finding how many more stand at its cell or come from it, and of which rules. Waived findings are counted apart, with who
    waived them. ``outcomes`` gives the line about the rules.
    """
    grouped = sort_groups(as_registered(findings))
    standing, waived = grouped[grouped["status"] != WAIVED], grouped[grouped["status"] == WAIVED]
    numbers = [_count(int((standing["severity"] == name).sum()), name) for name in SEVERITIES]
    lines = [f"Findings: {', '.join(numbers)}" + (f"; {len(waived)} waived" if len(waived) else "")]
    lines += _leads(standing, limit)
    lines += [f"  waived: {count}, {text}" for text, count in waived["waiver"].value_counts().items()][:SHOWN_OF_RULE]
    if outcomes is not None and len(outcomes):
        lines.append(summarise_outcomes(outcomes).text)
    return "\n".join(_one_line(line) for line in lines)


def _one_line(text: str) -> str:
    """The text as one line of a terminal: a break is a blank, what would move the cursor or turn the line is U+FFFD."""
    return UNSHOWN.sub("\ufffd", BREAK.sub(" ", text))


def _leads(findings: pd.DataFrame, limit: int) -> list[str]:
    """The lines of the leads and of what is not shown."""
    group = (findings["level"] == 0).cumsum().to_numpy()
    worst = findings["severity"].map(SEVERITIES.index).groupby(group).transform("min").to_numpy()
    is_shown = worst < len(SHOWN_SEVERITIES)
    findings, group = findings[is_shown], group[is_shown]
    is_lead = (findings["level"] == 0).to_numpy()
    nth = findings[is_lead].groupby("rule", sort=False).cumcount()
    chosen = nth.index[(nth < SHOWN_OF_RULE).to_numpy()][: max(limit, 0)]
    of_rule = findings.loc[is_lead, "rule"].value_counts()
    shown_of_rule = findings.loc[chosen, "rule"].value_counts()
    last_of_rule = set(findings.loc[chosen].drop_duplicates("rule", keep="last").index)
    starts = dict(zip(findings.index[is_lead], np.flatnonzero(is_lead), strict=True))
    sizes = np.bincount(group)
    lines = []
    for index in chosen:
        start = int(starts[index])
        members = findings.iloc[start : start + int(sizes[group[start]])]
        lines += _group_lines(members)
        rule = str(members["rule"].iat[0])
        more = int(of_rule[rule] - shown_of_rule[rule])
        if index in last_of_rule and more:
            lines.append(f"    and {more} more of rule {rule}")
    unshown = of_rule[~of_rule.index.isin(shown_of_rule.index)]
    if len(unshown):
        lines.append(f"  .. and {_count(int(unshown.sum()), 'finding')} of {_count(len(unshown), 'other rule')}")
    return lines


def _group_lines(members: pd.DataFrame) -> list[str]:
    lead = members.iloc[0]
    record = f"{lead['dataset']} record {lead['record']}" if lead["record"] else ""
    source = f"{lead['source']}, {record}" if record and ":" not in lead["source"] else lead["source"]
    place = (source if lead["source"] else record) or lead["dataset"] or lead["table"] or "the study"
    what = " ".join(filter(None, (lead["rule"], lead["subject"], lead["variable"])))
    lines = [f"  {place}: {lead['severity']} {what}: {lead['message']}"]
    if lead.get("rank"):
        lines.append(f"    moves {lead['impact']}")
    others = members.iloc[1:]
    if len(others):
        at_cell = bool(lead["source"]) and bool((others["source"] == lead["source"]).all())
        errors, place = int((others["severity"] == "error").sum()), "cell" if at_cell else "cause"
        if errors == len(others):
            more = f"{errors} more error{'' if errors == 1 else 's'} from this {place}"
        else:
            more = f"{len(others)} more from this {place}" + (f", {errors} of them errors" if errors else "")
        lines.append(f"    and {more}: {_named(list(dict.fromkeys(rule_ids(others))))}")
    return lines


def _named(ids: Sequence[str]) -> str:
    more = len(ids) - IDS_SHOWN
    return ", ".join(ids[:IDS_SHOWN]) + (f" and {more} more rules" if more > 0 else "")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
