"""Rules on codes and names that several datasets share: one arm and one element have one name everywhere.

Knows that the plan (TA, TE) is right where it has a code, and else what most records say. Does not ask whether the plan has a
code at all: lines of the rule tables do.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.column import combined_codes
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.text_frame import text_frame

ARMS = (("TA", "ARMCD", "ARM"), ("TV", "ARMCD", "ARM"), ("DM", "ARMCD", "ARM"), ("DM", "ACTARMCD", "ACTARM"))
ELEMENTS = (("TE", "ETCD", "ELEMENT"), ("TA", "ETCD", "ELEMENT"), ("SE", "ETCD", "ELEMENT"))
"""Where codes and names stand: dataset, code, name; what comes first decides."""


@rule("SD-0344", "trial.arm-names", "error", covers="CORE-000156 CORE-000318 CORE-000656 CORE-000791 CG0294")
def arm_names(evidence: Evidence) -> Iterator[Flag]:
    """An arm with another name or another code than elsewhere, at the first record that has it.

    What it finds: In TA, TV and DM (planned and actual), an arm code with a second name, or a name with a second
        code. One finding for each such pair of a dataset.
    Why it matters: One arm becomes two columns of every table, or two arms become one.
    Example: ARMCD RT is "Radiotherapy" in TA, and "Radiation" in DM.
    Source: SDTMIG 3.4 sections 5.2 and 7.2: ARM is the description of ARMCD as TA gives it.
    """
    yield from _several_names(evidence, ARMS)


@rule("SD-0216", "subject.other-arm", "note", covers="CORE-000655 CORE-000656")
def other_arm(evidence: Evidence) -> Iterator[Flag]:
    """A subject whose actual arm is another than the planned one, at the actual arm.

    What it finds: ACTARMCD that is not ARMCD, both given. Two codes for one name are SD-0344.
    Why it matters: It may be so; each such subject changes arms between the analysis by intention and by treatment.
    Example: ARMCD RT and ACTARMCD OBS.
    Source: SDTMIG 3.4 section 5.2, planned and actual arms.
    """
    subjects = text_frame(evidence, "DM", "ARMCD", "ACTARMCD", optional=("ARM", "ACTARM"))
    both = (subjects["ARMCD"] != "") & (subjects["ACTARMCD"] != "")
    is_named_alike = (subjects["ARM"] == subjects["ACTARM"]) & (subjects["ARM"] != "")
    other = subjects[both & (subjects["ARMCD"] != subjects["ACTARMCD"]) & ~is_named_alike]
    message = [
        f'ACTARMCD is "{actual}" and ARMCD "{planned}"' for planned, actual in other[["ARMCD", "ACTARMCD"]].to_numpy()
    ]
    yield Flag("DM", other["position"].to_numpy(), "ACTARMCD", message, other["ARMCD"].tolist())


@rule("SD-0345", "trial.element-names", "error", covers="CORE-000132 CG0154")
def element_names(evidence: Evidence) -> Iterator[Flag]:
    """An element with another name or another code than elsewhere, at the first record that has it.

    What it finds: In TE, TA and SE, an element code with a second name, or a name with a second code. One finding
        for each such pair of a dataset.
    Why it matters: Time in an element is summed by its code or by its name, and the two sums differ.
    Example: ETCD FU is "Follow-up" in TE, and "Long-term follow-up" in SE.
    Source: SDTMIG 3.4 sections 5.3 and 7.2; CG0154.
    """
    yield from _several_names(evidence, ELEMENTS)


def _several_names(evidence: Evidence, places: tuple[tuple[str, str, str], ...]) -> Iterator[Flag]:
    there = [(rank, *place) for rank, place in enumerate(places) if evidence.has(*place)]
    if not there:
        raise Missing(f"none of {', '.join(f'{dataset} with {name}' for dataset, _, name in places)} is there")
    rows = []
    for rank, dataset, code, name in there:
        columns = evidence.column(dataset, code), evidence.column(dataset, name)
        _, firsts, counts = np.unique(combined_codes(list(columns)), return_index=True, return_counts=True)
        for at, count in zip(firsts.tolist(), counts.tolist(), strict=True):
            pair = tuple(column.texts[column.codes[at]].strip() for column in columns)
            if all(pair):
                # only the plan comes before the others; which of these is right, their records decide
                rows.append((*pair, at, count, dataset, code, name, min(rank, 1)))
    known = {row[:2] for row in rows}
    if len({code for code, _ in known}) == len({name for _, name in known}) == len(known):
        return
    pairs = pd.DataFrame(
        rows, columns=["code", "name", "position", "count", "dataset", "code_variable", "name_variable", "rank"]
    )
    odd = _odd(pairs, "code", "name")
    yield from _flags(odd, "code", "name")
    yield from _flags(_odd(pairs.drop(index=odd.index), "name", "code"), "name", "code")


def _odd(pairs: pd.DataFrame, key: str, value: str) -> pd.DataFrame:
    """The pairs whose value is not the usual one of their key, with that as ``usual``."""
    counted = pairs.groupby([key, value], as_index=False, sort=False).agg(rank=("rank", "min"), count=("count", "sum"))
    counted = counted.sort_values([key, "rank", "count", value], ascending=[True, True, False, True])
    usual = counted.drop_duplicates(key).set_index(key)[value]
    found = pairs.assign(usual=pairs[key].map(usual))
    return found[found["usual"] != found[value]].drop_duplicates(["dataset", "code", "name"])


def _flags(odd: pd.DataFrame, key: str, value: str) -> Iterator[Flag]:
    for (dataset, variable), own in odd.groupby(["dataset", f"{value}_variable"], sort=False):
        messages = [
            f'{variable} is "{found}" where {key_variable} is "{text}", and "{usual}" elsewhere'
            for found, key_variable, text, usual in zip(
                own[value], own[f"{key}_variable"], own[key], own["usual"], strict=True
            )
        ]
        yield Flag(str(dataset), own["position"].to_numpy(), str(variable), messages, own["usual"].tolist())
