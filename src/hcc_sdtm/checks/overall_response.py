"""Whether an overall response follows from its parts: target, non-target and new lesions of the same visit.

Knows the table of RECIST 1.1 that makes one of three. What the sizes of lesions say is another rule's concern.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.lesions import READER, evaluator
from hcc_sdtm.checks.rule import Flag, rule

PARTS = ("TRGRESP", "NTRGRESP", "NEWLIND")
NEW = ("UNEQUIVOCAL", "Y")
NOT_PROGRESSION = ("CR", "PR", "SD", "NON-CR/NON-PD", "NE")
"""Overall responses that are judged; another term, or none, is not."""

VISIT = [*READER, "RSCAT", "VISITNUM"]


@rule("RS-008", "response.overall-disagrees", "warning")
def overall_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """An overall response that its parts contradict, at the overall response.

    What it finds: By criterion, evaluator and visit: no PD although TRGRESP or NTRGRESP is PD or NEWLIND says that there is an
        unequivocal new lesion; no PD by the primary criterion although TU has a new lesion of that visit; PD although all
        three say that there is none; otherwise another response than that of the targets, where CR of the targets
        with non-targets left is PR.
    Why it matters: Progression is the event of the primary endpoint, and the best response is read from the overall one.
    Example: A new lesion in TU at week 18, and SD at week 18.
    Source: RECIST 1.1 section 4.4.1, tables 1 and 2.
    """
    records = evidence.records(
        "RS", "USUBJID", "RSCAT", "RSTESTCD", "RSSTRESC", "VISITNUM", optional=("RSEVAL", "RSEVALID")
    )
    records = records[records["VISITNUM"].notna()].assign(EVALUATOR=evaluator(records, "RS"))
    overall = records[records["RSTESTCD"] == "OVRLRESP"].drop_duplicates(VISIT, keep=False)
    if overall.empty:
        raise Missing("RS has no OVRLRESP of a visit")
    for part in PARTS:
        found = records[records["RSTESTCD"] == part].drop_duplicates(VISIT, keep=False)
        overall = overall.merge(found[[*VISIT, "RSSTRESC"]].rename(columns={"RSSTRESC": part}), on=VISIT, how="left")
    overall[[*PARTS]] = overall[[*PARTS]].fillna("")
    overall["lesion"] = _has_new_lesion(evidence, overall)
    expected = [_expected(*parts) for parts in overall[[*PARTS, "lesion"]].itertuples(index=False)]
    overall["expected"] = expected
    is_told = overall["RSSTRESC"].isin((*NOT_PROGRESSION, "PD")) & (overall["expected"] != "")
    wrong = overall[is_told & ~_agrees(overall)]
    messages = [
        f"{response}, and {_said(record)} make it {right}"
        for response, right, record in zip(
            wrong["RSSTRESC"], wrong["expected"], wrong[[*PARTS, "lesion"]].itertuples(index=False), strict=True
        )
    ]
    yield Flag("RS", wrong["position"].to_numpy(dtype=int), "RSSTRESC", messages, wrong["expected"].tolist())


def _has_new_lesion(evidence: Evidence, overall: pd.DataFrame) -> pd.Series:
    """Whether TU has a new lesion of the visit by the evaluator; of responses by the primary criterion only."""
    none = pd.Series(False, index=overall.index)
    if evidence.facts is None or not evidence.has("TU", "USUBJID", "TUSTRESC", "VISITNUM"):
        return none
    lesions = evidence.records("TU", "USUBJID", "TUSTRESC", "VISITNUM", optional=("TUEVAL", "TUEVALID"))
    lesions = lesions[lesions["TUSTRESC"] == "NEW"]
    new = set(zip(lesions["USUBJID"], evaluator(lesions, "TU"), lesions["VISITNUM"], strict=True))
    visits = zip(overall["USUBJID"], overall["EVALUATOR"], overall["VISITNUM"], strict=True)
    is_primary = overall["RSCAT"] == evidence.facts.primary_criterion
    return pd.Series([visit in new for visit in visits], index=overall.index, dtype=bool) & is_primary


def _expected(target: str, other: str, new: str, lesion: bool) -> str:
    """The overall response of the parts; ``""`` where they do not decide it."""
    if "PD" in (target, other) or new in NEW or lesion:
        return "PD"
    if target == "CR":
        return {"CR": "CR", "NON-CR/NON-PD": "PR", "NE": "PR"}.get(other, "")
    return target if target in ("PR", "SD", "NE") else ""


def _agrees(overall: pd.DataFrame) -> pd.Series:
    """Where targets alone are told, PD may come of a non-target or a new lesion that nobody recorded in RS."""
    same = overall["RSSTRESC"] == overall["expected"]
    untold = (overall["RSSTRESC"] == "PD") & ((overall["NTRGRESP"] == "") | (overall["NEWLIND"] == ""))
    return same | untold


def _said(parts: tuple[str, str, str, bool]) -> str:
    told = [f"{name} {value}" for name, value in zip(PARTS, parts[:3], strict=True) if value]
    return " and ".join([*told, *(["a new lesion in TU"] if parts[3] else [])])
