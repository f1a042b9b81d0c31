"""Whether imputation flags of ADSL tell which dates were completed: dates as collected are looked up by the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule

ANALYSIS = "ADSL"


@rule("AD-0109", "adsl.imputation-flag", "warning")
def imputation_flag_disagrees(evidence: Evidence) -> Iterator[Flag]:
    """An imputation flag of ADSL that no collected date bears out, or a completed date without one, at the flag.

    What it finds: For a date with a flag of its own (DIAGDT with DIAGDTF): a flag although the subject has that day as a
        complete date and no partial date of SDTM that it can complete; no flag although the subject has partial dates
        that it can complete and nowhere the complete day. A date that no date of SDTM can be is not asked about.
    Why it matters: Who reads the flag takes a date that was completed for collected, or the other way round.
    Example: MHSTDTC 2020-11, DIAGDT 2020-11-15, DIAGDTF empty.
    Source: ADaMIG 1.3 section 3.3.3: an imputation flag is given where, and only where, a date was imputed.
    """
    if ANALYSIS not in evidence.datasets:
        raise Missing(f"there is no dataset {ANALYSIS}")
    columns = evidence.datasets[ANALYSIS].frame.columns
    flagged = [name for name in columns if name.endswith("DT") and f"{name}F" in columns]
    if not flagged:
        raise Missing(f"{ANALYSIS} has no date with an imputation flag")
    complete, partial = _collected(evidence)
    subjects = evidence.column(ANALYSIS, "USUBJID")
    for name in flagged:
        days = evidence.days(ANALYSIS, name)["earliest"].to_numpy()
        flags = evidence.column(ANALYSIS, f"{name}F")
        unneeded, lacking = [], []
        for position in np.flatnonzero(~np.isnan(days)).tolist():
            subject = subjects.texts[subjects.codes[position]]
            is_complete = days[position] in complete[subject]
            is_completed = any(first <= days[position] <= last for first, last in partial[subject])
            has_flag = flags.texts[flags.codes[position]] != ""
            if has_flag and is_complete and not is_completed:
                unneeded.append(position)
            if not has_flag and is_completed and not is_complete:
                lacking.append(position)
        told = f"{name}F is {{value}}, and the day is a complete date of SDTM"
        yield Flag(ANALYSIS, np.array(unneeded, dtype=int), f"{name}F", told, "no flag")
        told = f"{name}F has no value, and the day completes a partial date of SDTM"
        yield Flag(ANALYSIS, np.array(lacking, dtype=int), f"{name}F", told, "D, M or Y")


def _collected(evidence: Evidence) -> tuple[dict[str, set[float]], dict[str, set[tuple[float, float]]]]:
    """By subject the days of complete dates in SDTM, and the first and last day of each partial one."""
    complete: dict[str, set[float]] = defaultdict(set)
    partial: dict[str, set[tuple[float, float]]] = defaultdict(set)
    for name, dataset in evidence.tabulations.items():
        for variable in dataset.spec.variables:
            if not variable.is_iso_date or not evidence.has(name, variable.name):
                continue
            dates = evidence.records(name, "USUBJID", date=variable.name).dropna(subset="earliest")
            for subject, first, last in dates[["USUBJID", "earliest", "latest"]].itertuples(index=False):
                if first == last:
                    complete[subject].add(first)
                elif np.isfinite(first) and np.isfinite(last):
                    partial[subject].add((first, last))
    return complete, partial
