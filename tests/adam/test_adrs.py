from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.adam.times.adtte import build_adtte
from tests.adam.response_histories import best_by_reading, confirmed_by_reading, histories, until_progression
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

NO_LESIONS = ("ADRS-106 ", "ADRS-146 ")  # these subjects have no lesions, and nobody's was irradiated
CONTROL = ("CR", "PR", "SD", "NON-CR/NON-PD")
EX = "S | EXSTDTC | EXENDTC\nA | 2021-03-01 | 2021-03-10"
TU = "S | TUDTC\nA | 2021-02-20"


def derive(**tables):
    datasets = study(DM="S | DTHDTC | DTHFL\nA | 2021-12-01 | Y\nnever irradiated | . | .", EX=EX, TU=TU, **tables)
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    adrs, findings = build_adrs(datasets, adsl, SPECS, TRIAL, ADAM)
    return adrs, findings[~findings["rule"].str.startswith(NO_LESIONS)].reset_index(drop=True)


def records(dataset, columns: str, *paramcds: str) -> list[str]:
    return as_text(dataset.frame[dataset.frame["PARAMCD"].isin(paramcds)], columns)


RS = """
S | RSCAT                              | VISITNUM | VISIT    | RSDTC      | RSSTRESC
A | RECIST 1.1                         | .        | .        | 2021-02-10 | PD
A | RECIST 1.1                         | 5        | WEEK 24  | 2021-08-16 | CR
A | RECIST 1.1                         | 2        | WEEK 6   | 2021-04-12 | PR
A | RECIST 1.1                         | 3        | WEEK 12  | 2021-05-24 | NE
A | RECIST 1.1                         | 4        | WEEK 18  | 2021-07-05 | PD
A | MRECIST LENCIONI LIVER CANCER 2010 | 2        | WEEK 6   | 2021-04-12 | CR
A | MRECIST LENCIONI LIVER CANCER 2010 | 3        | WEEK 12  | 2021-05-24 | CR
"""


def test_every_parameter_of_a_subject_points_to_the_record_that_dated_it():
    adrs, findings = derive(RS=RS, CM="S | CMSTDTC\nA | 2021-07")
    assert findings.empty
    assert as_text(adrs.frame, "ASEQ PARAMCD AVALC AVAL ADT ADY ADTF ANL01FL SRCDOM SRCVAR SRCSEQ") == lines(
        """
        1  | BOR    | PR | 2 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 3
        2  | BORM   | CR | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        3  | CB     | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 3
        4  | CBM    | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        5  | CBOR   | SD | 3 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 3
        6  | CBORM  | CR | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        7  | CCB    | N  | 0 | .          | .   | . | Y | .  | .       | .
        8  | CCBM   | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        9  | CRSP   | N  | 0 | .          | .   | . | Y | .  | .       | .
        10 | CRSPM  | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        11 | DC     | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 3
        12 | DCM    | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        13 | DEATH  | Y  | 1 | 2021-12-01 | 276 | . | Y | DM | DTHDTC  | .
        14 | LSTA   | PD | 5 | 2021-07-05 | 127 | . | Y | RS | RSDTC   | 5
        15 | LSTAM  | CR | 1 | 2021-05-24 | 85  | . | Y | RS | RSDTC   | 7
        16 | MDIS   | Y  | 1 | 2021-02-20 | -9  | . | Y | TU | TUDTC   | 1
        17 | NACTDT | Y  | 1 | 2021-07-31 | 153 | D | Y | CM | CMSTDTC | 1
        18 | OVR    | PD | 5 | 2021-02-10 | -19 | . | . | RS | RSDTC   | 1
        19 | OVR    | PR | 2 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 3
        20 | OVR    | NE | 6 | 2021-05-24 | 85  | . | Y | RS | RSDTC   | 4
        21 | OVR    | PD | 5 | 2021-07-05 | 127 | . | Y | RS | RSDTC   | 5
        22 | OVR    | CR | 1 | 2021-08-16 | 169 | . | . | RS | RSDTC   | 2
        23 | OVRM   | CR | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        24 | OVRM   | CR | 1 | 2021-05-24 | 85  | . | Y | RS | RSDTC   | 7
        25 | PD     | Y  | 1 | 2021-07-05 | 127 | . | Y | RS | RSDTC   | 5
        26 | PDM    | N  | 0 | .          | .   | . | Y | .  | .       | .
        27 | RSP    | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 3
        28 | RSPM   | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        """
    )


def test_visit_responses_keep_their_visit():
    adrs, _ = derive(RS=RS)
    assert records(adrs, "AVISITN AVISIT", "OVRM") == lines("2 | WEEK 6\n3 | WEEK 12")


def test_who_was_never_assessed_is_no_responder_and_who_was_never_irradiated_has_no_record():
    adrs, _ = derive()
    assert set(adrs.frame["USUBJID"]) == {"A"}
    assert records(adrs, "PARAMCD AVALC", "BOR", "CBOR", "RSP", "DC", "PD", "NACTDT") == lines(
        "BOR | NE\nCBOR | NE\nDC | N\nNACTDT | N\nPD | N\nRSP | N"
    )


def test_an_assessment_after_new_therapy_is_in_no_best_response_and_one_on_its_day_is():
    history = "S | RSDTC | RSSTRESC\nA | 2021-04-12 | SD\nA | 2021-05-24 | PR\nA | 2021-07-05 | CR"
    adrs, _ = derive(RS=history, CM="S | CMSTDTC\nA | 2021-05-24")
    assert records(adrs, "AVALC ADT", "BOR") == ["PR | 2021-05-24"]


def test_an_assessment_after_death_is_in_no_parameter_and_one_on_its_day_is():
    # death on 2021-12-01
    history = "S | RSDTC | RSSTRESC\nA | 2021-04-12 | SD\nA | {} | CR\nA | 2021-12-20 | PD"
    before, after = (derive(RS=history.format(day))[0] for day in ("2021-12-01", "2021-12-02"))
    assert records(before, "AVALC ADT ANL01FL", "OVR") == lines(
        "SD | 2021-04-12 | Y\nCR | 2021-12-01 | Y\nPD | 2021-12-20 | ."
    )
    assert records(before, "PARAMCD AVALC", "BOR", "LSTA", "PD") == lines("BOR | CR\nLSTA | CR\nPD | N")
    assert records(after, "PARAMCD AVALC", "BOR", "LSTA", "PD") == lines("BOR | SD\nLSTA | SD\nPD | N")


def test_the_worse_of_a_day_stands_and_both_records_are_a_question():
    adrs, findings = derive(RS="S | RSDTC | RSSTRESC\nA | 2021-04-12 | PR\nA | 2021-04-12 | SD\nA | 2021-05-24 | SD")
    assert records(adrs, "ADT AVALC SRCSEQ", "OVR") == lines("2021-04-12 | SD | 2\n2021-05-24 | SD | 3")
    assert as_text(findings, "rule record value") == lines(
        "ADRS-101 response.discordant-day | 1 | PR\nADRS-101 response.discordant-day | 2 | SD"
    )


def test_a_response_without_date_or_less_than_complete_after_complete_is_a_question():
    _, findings = derive(RS="S | RSDTC | RSSTRESC\nA | . | PR\nA | 2021-04-12 | CR\nA | 2021-05-24 | SD\nA | 2021 | SD")
    assert as_text(findings, "rule record value") == lines(
        "ADRS-102 response.undated | 1 | .\nADRS-103 response.after-complete | 3 | SD\nADSL-101 adam.unusable-date | 4 | 2021"
    )


def test_non_cr_non_pd_is_control_where_the_trial_says_so():
    datasets = study(DM="S\nA", EX=EX, TU=TU, RS="S | RSDTC | RSSTRESC\nA | 2021-04-12 | NON-CR/NON-PD")
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    for counts, expected in ((True, "Y"), (False, "N")):
        response = TRIAL.response.model_copy(update={"non_cr_non_pd_is_control": counts})
        adrs, _ = build_adrs(datasets, adsl, SPECS, TRIAL.model_copy(update={"response": response}), ADAM)
        assert records(adrs, "PARAMCD AVALC", "BOR", "DC") == ["BOR | NON-CR/NON-PD", f"DC | {expected}"]


def test_the_progression_that_radiotherapy_was_given_for_is_no_event_of_adrs_or_adtte():
    # the progression in February is what the course of March was for; the scan of the first day is the baseline
    history = "S | RSDTC | RSSTRESC\nA | 2021-02-10 | PD\nA | 2021-03-01 | PD\nA | 2021-04-12 | SD\nA | 2021-05-24 | SD"
    datasets = study(
        DM="S\nA", EX=EX, TU=TU, RS=history, MH="S | MHCAT | MHSTDTC\nA | QUALIFYING PROGRESSION | 2021-02-10"
    )
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    adrs, _ = build_adrs(datasets, adsl, SPECS, TRIAL, ADAM)
    assert records(adrs, "PARAMCD AVALC", "BOR", "PD") == lines("BOR | SD\nPD | N")
    adtte, _ = build_adtte(datasets, adsl, adrs, SPECS, TRIAL, ADAM)
    times = adtte.frame[adtte.frame["PARAMCD"] == "PFS"]
    assert as_text(times, "ADT SRCDOM") == ["2021-05-24 | ADRS"]
    assert (times["CNSR"] > 0).all()


def test_an_assessment_after_the_data_cutoff_does_not_exist():
    # the cut-off is 2024-02-29
    adrs, _ = derive(RS="S | RSDTC | RSSTRESC\nA | 2021-04-12 | SD\nA | 2024-03-01 | PD\nA | 2024-02-29 | NE")
    assert records(adrs, "ADT AVALC", "OVR") == lines("2021-04-12 | SD\n2024-02-29 | NE")


@settings(max_examples=12, deadline=None)
@given(st.lists(histories, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_study_of_any_histories_is_what_one_reads_off_each_in_any_order_of_rows(tables, random):
    start = np.datetime64("2021-03-01")
    names = [f"S{number}" for number in range(len(tables))]
    rows = [
        {"S": name, "RSDTC": str(start + int(day)), "RSSTRESC": value}
        for name, table in zip(names, tables, strict=True)
        for day, value in zip(table["day"], table["response"], strict=True)
    ]
    given_rows = pd.DataFrame(rows, dtype=object)
    random.shuffle(rows)
    made = []
    for responses in (given_rows, pd.DataFrame(rows, dtype=object)):
        ex = "S | EXSTDTC\n" + "\n".join(f"{name} | 2021-03-01" for name in names)
        datasets = study(DM="S\n" + "\n".join(names), EX=ex, RS=responses)
        adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
        made.append(build_adrs(datasets, adsl, SPECS, TRIAL, ADAM)[0])
    columns = "USUBJID PARAMCD AVALC ADT NEREAS ANL01FL"
    assert as_text(made[0].frame, columns) == as_text(made[1].frame, columns)
    assert records(made[0], "AVALC", "BOR") == [best_by_reading(table) for table in tables]
    assert records(made[0], "AVALC", "CBOR") == [confirmed_by_reading(table, 1, 0, "PD") for table in tables]
    benefits = []
    for table in tables:
        seen = until_progression(table, "as given")
        benefits.append(any(value in ("CR", "PR") or (value in CONTROL and day >= 161) for day, value in seen))
    assert records(made[0], "AVALC", "CB") == ["Y" if benefit else "N" for benefit in benefits]
