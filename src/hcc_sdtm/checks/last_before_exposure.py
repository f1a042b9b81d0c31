"""Rules on the flag of the last observation before exposure: that it stands, and that it stands on the last one.

Knows the first exposure from DM. A record of the day of the first exposure may be before it or not, and is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.column import combined_codes
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.spec.rule_table import CLASSES

TEST = ("TESTCD", "LNKID", "OBJ", "EVAL", "EVALID", "CAT")
"""What makes a test of a subject that must have a flagged record, of those variables that the dataset has."""

SAME = (*TEST, "SCAT", "SPEC", "METHOD", "LOC", "LAT", "DIR", "POS", "GRPID", "TPT", "TPTNUM")
"""What records must agree in to be compared with one another."""


@rule("SD-0662", "result.last-before-exposure-not-last", "error")
def not_the_last(evidence: Evidence) -> Iterator[Flag]:
    """A flag of the last observation before exposure on a result with a later one before exposure, at the flag.

    What it finds: --LOBXFL Y on a result, where the subject has a result of the same test, method, location and time point
        that is surely later and surely before the first exposure.
    Why it matters: Every change from baseline starts from the wrong value.
    Example: ALT of 2022-02-01 is flagged, ALT of 2022-03-01 is not, first exposure on 2022-03-07.
    Source: SDTMIG 3.4 section 4.5.9, baseline values.
    """
    for dataset, records in _prepared(evidence):
        records["group"] = combined_codes([evidence.column(dataset, name) for name in _there(evidence, dataset, SAME)])
        before = records[records["is_before"]]
        last = before.groupby("group")["earliest"].max()
        flagged = records[records["is_flagged"] & records["is_given"]]
        later = flagged["group"].map(last)
        wrong = flagged[(later > flagged["latest"]).to_numpy()]
        latest = before.sort_values("earliest", kind="stable").drop_duplicates("group", keep="last")
        texts = latest.set_index("group")["text"].reindex(wrong["group"]).tolist()
        messages = [
            f'{dataset[:2]}LOBXFL is Y for "{own}", and the same test has a result of "{other}" before the first exposure'
            for own, other in zip(wrong["text"], texts, strict=True)
        ]
        yield Flag(dataset, wrong.index.to_numpy(), f"{dataset[:2]}LOBXFL", messages, "no value")


@rule("SD-0663", "result.last-before-exposure-missing", "warning")
def not_flagged(evidence: Evidence) -> Iterator[Flag]:
    """A test of a subject with results before exposure, none of which is flagged as the last, at the last of them.

    What it finds: In a dataset that has --LOBXFL, a test with results surely before the subject's first exposure and no
        record with --LOBXFL Y. A dataset without any flag is one finding.
    Why it matters: The subject has no baseline in any table that uses the flag.
    Example: ALT of 2022-02-01 and 2022-03-01, first exposure on 2022-03-07, LBLOBXFL missing for both.
    Source: SDTMIG 3.4 section 4.5.9, baseline values.
    """
    for dataset, records in _prepared(evidence):
        flag = f"{dataset[:2]}LOBXFL"
        before = records[records["is_before"]]
        if not records["is_flagged"].any():
            if len(before):
                message = f"{flag} has no value in any record, and {len(before)} results are before the first exposure"
                yield Flag(dataset, np.empty(0, dtype=np.int64), flag, message, "Y for the last", is_whole=True)
            continue
        records["group"] = combined_codes([evidence.column(dataset, name) for name in _there(evidence, dataset, TEST)])
        before = before.assign(group=records["group"])
        without = before[~before["group"].isin(records.loc[records["is_flagged"], "group"])]
        asked = without.sort_values(["group", "earliest"], kind="stable").drop_duplicates("group", keep="last")
        messages = [
            f'{flag} has no value in any record of the test, the last before exposure is "{text}"'
            for text in asked["text"]
        ]
        yield Flag(dataset, asked.index.to_numpy(), flag, messages, "Y for the last")


def _there(evidence: Evidence, dataset: str, names: tuple[str, ...]) -> list[str]:
    return ["USUBJID", *(f"{dataset[:2]}{name}" for name in names if evidence.has(dataset, f"{dataset[:2]}{name}"))]


def _prepared(evidence: Evidence) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each dataset of findings with the flag, dates and results: a row a record, whether it is flagged, has a result, and
    is surely before the first exposure.

    Raises Missing where there is no such dataset or no date of first exposure.
    """
    names = [
        name
        for name, dataset in evidence.tabulations.items()
        if dataset.spec.class_ in CLASSES["FINDINGS"]
        and evidence.has(name, f"{name[:2]}LOBXFL", f"{name[:2]}DTC", f"{name[:2]}STRESC", f"{name[:2]}TESTCD")
    ]
    if not names:
        raise Missing("no dataset of findings has a flag of the last observation before exposure, dates and results")
    exposed = evidence.days_of_subjects("DM", "RFXSTDTC")
    nowhere = (np.nan, np.nan)
    for name in names:
        days = evidence.days(name, f"{name[:2]}DTC")
        start = evidence.column(name, "USUBJID").of(lambda subject: exposed.get(subject, nowhere)[0], float)
        given = evidence.column(name, f"{name[:2]}STRESC").given
        records = pd.DataFrame(
            {
                "text": evidence.column(name, f"{name[:2]}DTC").of(str.strip, object),
                "earliest": days["earliest"].to_numpy(),
                "latest": days["latest"].to_numpy(),
                "is_flagged": evidence.column(name, f"{name[:2]}LOBXFL").where("Y".__eq__),
                "is_given": given,
            }
        )
        records["is_before"] = given & (records["latest"] < start)
        yield name, records
