"""No imputed date of the analysis lies beyond the origin, death or the data cut-off, whatever is partial."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcc_sdtm.adam.deriving import derive_adam
from hcc_sdtm.dates import bounds, to_days
from tests.adam.tables import ADAM, SPECS, TRIAL, study

# around the start of treatment (2021-03-10), and around the data cut-off (2024-02-29): whole, to the month, to the year
DATES = st.sampled_from(
    ["", "2021-02-20", "2021-02", "2021-03", "2021-03-10", "2021", "2021-04", "2021-05-12", "2021-06", "2022",
     "2024-02", "2024-02-20", "2024", "2024-03-02", "2021---15"]
)  # fmt: skip
START, CUTOFF = "2021-03-10", "2024-02-29"

SUBJECT = st.fixed_dictionaries(
    {
        "diagnosis": st.sampled_from(["2020", "2020-05", "2021", "2021-03", "2021-02-01", ""]),
        "consent": st.sampled_from(["2021-02-10", "2021-02", "2021", ""]),
        "death": DATES,
        "baseline": st.sampled_from(["2021-02-20", "2021-02", "2021-03", ""]),
        "scans": st.lists(st.tuples(DATES, st.sampled_from(["SD", "PR", "CR", "PD", "NE"])), max_size=3),
        "therapy": DATES,
        "local": DATES,
        "lost": DATES,
    }
)


def frame(columns, rows):
    return pd.DataFrame(rows, columns=columns.split(), dtype=object)


def tables(subjects):
    named = [(f"S{number}", each) for number, each in enumerate(subjects)]
    dead = [(name, each["death"], "Y" if each["death"] else "", each["consent"]) for name, each in named]
    return {
        "DM": frame("S DTHDTC DTHFL RFICDTC", dead),
        "EX": frame("S EXSTDTC EXENDTC", [(name, START, "2021-03-20") for name, _ in named]),
        "MH": frame("S MHSTDTC", [(name, each["diagnosis"]) for name, each in named]),
        "TU": frame("S TUDTC", [(name, each["baseline"]) for name, each in named]),
        "RS": frame("S RSDTC RSSTRESC", [(name, *scan) for name, each in named for scan in each["scans"]]),
        "CM": frame("S CMSTDTC", [(name, each["therapy"]) for name, each in named]),
        "PR": frame("S PRSTDTC", [(name, each["local"]) for name, each in named]),
        "DS": frame("S DSDECOD DSSTDTC", [(name, "LOST TO FOLLOW-UP", each["lost"]) for name, each in named]),
    }


def day(text):
    return to_days(pd.Series([text], dtype=object))[0]


def can_be(text, first, last):
    """Whether the text can mean a day from the first to the last."""
    limits = bounds(pd.Series([text], dtype=object)).iloc[0]
    return bool(limits["earliest"] <= last and limits["latest"] >= first)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SUBJECT, min_size=2, max_size=6))
def test_no_imputation_crosses_origin_death_or_cutoff(subjects):
    result = derive_adam(study(**tables(subjects)), SPECS, TRIAL, ADAM)
    adtte, adsl, adrs = (result.datasets[name].frame for name in ("ADTTE", "ADSL", "ADRS"))
    start, cutoff = day(START), day(CUTOFF)

    assert (adtte["ADT"] <= cutoff).all()
    assert (adtte["ADT"] >= adtte["STARTDT"]).all()
    assert (adtte["ADTLO"] <= adtte["ADT"]).all()
    assert (adtte["ADT"] <= adtte["ADTHI"]).all()
    assert (adtte["ADTHI"] <= cutoff).all()
    assert (adtte["AVALLO"] <= adtte["AVAL"]).all()
    assert (adtte["AVAL"] <= adtte["AVALHI"]).all()
    assert (adtte["AVALLO"] > 0).all()
    outcomes = result.admissible.outcomes.dropna(subset="ADT")
    assert (outcomes["ADT"] <= cutoff).all()
    assert (outcomes["ADT"] >= outcomes["STARTDT"]).all()

    death = pd.Series(adsl["DTHDT"].to_numpy(), index=adsl["USUBJID"])
    assert not (death > cutoff).any()
    for name in ("DTHDT", "DIAGDT", "LSTALVDT"):
        assert not (adsl[name] > cutoff).any()
    assert not (adsl["DIAGDT"][adsl["DIAGDTF"] != ""] > start).any()
    for row in adsl.itertuples():
        text = subjects[int(row.USUBJID[1:])]["death"]
        if row.DTHDTF and can_be(text, start, cutoff):
            assert start <= row.DTHDT <= cutoff
        if row.DTHDTF and can_be(text, row.LSTALVDT, cutoff):
            assert row.DTHDT >= row.LSTALVDT

    # what was imputed of a scan or a therapy is on the right side of treatment and death wherever its text can be
    texts = {"RS": "RSDTC", "CM": "CMSTDTC", "PR": "PRSTDTC"}
    typed = {
        (name, subject, sequence): text
        for name, variable in texts.items()
        for subject, sequence, text in study(**tables(subjects))[name]
        .frame[["USUBJID", f"{name}SEQ", variable]]
        .itertuples(index=False)
    }
    imputed = adrs[(adrs["ADTF"] != "") & adrs["SRCDOM"].isin(texts)]
    for row in imputed.itertuples():
        text = typed[row.SRCDOM, row.USUBJID, row.SRCSEQ]
        last = np.nanmin([cutoff, death[row.USUBJID]])
        assert cutoff >= row.ADT
        if can_be(text, start, cutoff):
            assert start <= row.ADT
        if can_be(text, start, last) and last >= start:
            assert last >= row.ADT
