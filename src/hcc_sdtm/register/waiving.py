"""Which findings of a run are waived, and which waivers do not hold any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from hcc_sdtm.finding import Finding, findings_frame, rule_ids
from hcc_sdtm.register.waivers import Waiver

EVIDENCE_CHANGED = "WVR-001 waiver.evidence-changed"
EXPIRED = "WVR-002 waiver.expired"
NO_FINDING = "WVR-003 waiver.without-finding"
WAIVED = "waived"
PLACE = ("site", "dataset", "table", "subject", "variable")


def apply_waivers(
    findings: pd.DataFrame,
    waivers: Sequence[Waiver],
    history: pd.DataFrame,
    timestamp: datetime,
    sites: Collection[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The findings with ``status`` waived and ``waiver`` (reason, author, date) where a waiver holds, and what is wrong with
    the others as findings at their line.

    ``findings`` has ``key`` and ``evidence``. A waiver holds where rule, key and evidence agree and its last day is not before
    the ``timestamp`` of the run. A waived finding keeps its severity. ``history`` tells what a key that is gone was. Findings
    made: evidence changed, expired, no such finding; in a run of some ``sites`` only, a waiver lacks its finding where the
    history knows it as one of theirs.
    """
    result = findings.assign(waiver="")
    if not waivers:
        return result, findings_frame()
    at = {key: position for position, key in enumerate(result["key"])}
    rules = rule_ids(result).to_numpy()
    site_of = dict(zip(history["key"], history["site"], strict=True))
    held: dict[int, str] = {}
    wrong: list[Finding] = []
    for waiver in waivers:
        position = at.get(waiver.key, -1)
        if position < 0 and sites and site_of.get(waiver.key, "") not in sites:
            continue
        if position < 0 or rules[position] != waiver.rule:
            wrong.append(_without_finding(waiver, result, rules, position, history))
            continue
        finding = result.iloc[position]
        if finding["evidence"] != waiver.evidence:
            message = (
                f"what it was decided on has changed: {finding['message']}; the finding stands again, with evidence "
            )
            wrong.append(
                _wrong(waiver, EVIDENCE_CHANGED, "error", message + finding["evidence"], finding, waiver.evidence)
            )
        elif waiver.expires is not None and waiver.expires < timestamp.date():
            message = f"held until {waiver.expires}, and this run is of {timestamp.date()}; the finding stands again"
            wrong.append(_wrong(waiver, EXPIRED, "error", message, finding, f"a last day from {timestamp.date()} on"))
        else:
            held[position] = waiver.text
    positions = result.index[list(held)]
    result.loc[positions, "status"] = WAIVED
    result.loc[positions, "waiver"] = list(held.values())
    return result, findings_frame(wrong)


def _wrong(
    waiver: Waiver, rule: str, severity: str, message: str, finding: pd.Series | None = None, expected: str = ""
) -> Finding:
    place = {} if finding is None else {name: str(finding[name]) for name in PLACE}
    return Finding(
        rule, severity, f'{waiver.rule} is waived by {waiver.author} ("{waiver.reason}", {waiver.decided}): {message}',
        keys=f"{waiver.rule} {waiver.key}", value=waiver.evidence, expected=expected, source=str(waiver.source), **place,
    )  # fmt: skip


def _without_finding(
    waiver: Waiver, findings: pd.DataFrame, rules: np.ndarray, position: int, history: pd.DataFrame
) -> Finding:
    """The finding that there is nothing to waive: what the key was, where the history knows it, and what comes nearest now."""
    if position >= 0:
        other = findings.iloc[position]
        message = f'"{waiver.key}" is a finding of another rule, {other["rule"]}'
        return _wrong(waiver, NO_FINDING, "warning", message, other, str(other["rule"]).split(" ", 1)[0])
    message = f'no finding of this run has the key "{waiver.key}"'
    seen = history[history["key"] == waiver.key]
    subject = ""
    if len(seen):
        before = seen.iloc[0]
        subject = str(before["subject"])
        message += f"; it was {_named(before)}, last seen in the run of {before['last_seen'][:10]}"
    same_rule = findings[rules == waiver.rule]
    alike = same_rule[same_rule["evidence"] == waiver.evidence]  # the same evidence under another key: the record moved
    if alike.empty and subject:
        alike = same_rule[same_rule["subject"] == subject]
        alike = findings[findings["subject"] == subject] if alike.empty else alike
    if alike.empty:
        alike = same_rule
    if alike.empty:
        return _wrong(waiver, NO_FINDING, "warning", f"{message}; {waiver.rule} finds nothing in it")
    near = alike.iloc[0]
    message += f"; the nearest is {near['key']}: {str(near['rule']).split(' ', 1)[0]} {_named(near)}"
    message += f" at {near['source']}" if near["source"] else ""
    return _wrong(waiver, NO_FINDING, "warning", message, expected=str(near["key"]))


def _named(finding: pd.Series) -> str:
    return " ".join(str(finding[name]) for name in ("dataset", "subject", "variable") if finding[name]) or "no record's"
