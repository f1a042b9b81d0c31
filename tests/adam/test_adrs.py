from __future__ import annotations

from hcc_sdtm.adam.adrs import build_adrs
from hcc_sdtm.adam.adsl import build_adsl
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

EX = "S | EXSTDTC | EXENDTC\nA | 2021-03-01 | 2021-03-10"
TU = "S | TUDTC\nA | 2021-02-20"


def derive(**tables):
    datasets = study(DM="S | DTHDTC | DTHFL\nA | 2021-12-01 | Y\nnever irradiated | . | .", EX=EX, TU=TU, **tables)
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    return build_adrs(datasets, adsl, SPECS, TRIAL, ADAM)


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
        3  | CBOR   | SD | 3 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 3
        4  | CBORM  | CR | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        5  | CRSP   | N  | 0 | .          | .   | . | Y | .  | .       | .
        6  | CRSPM  | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        7  | DC     | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 3
        8  | DCM    | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        9  | DEATH  | Y  | 1 | 2021-12-01 | 276 | . | Y | DM | DTHDTC  | .
        10 | LSTA   | PD | 5 | 2021-07-05 | 127 | . | Y | RS | RSDTC   | 5
        11 | NACTDT | Y  | 1 | 2021-07-31 | 153 | D | Y | CM | CMSTDTC | 1
        12 | OVR    | PD | 5 | 2021-02-10 | -19 | . | . | RS | RSDTC   | 1
        13 | OVR    | PR | 2 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 3
        14 | OVR    | NE | 6 | 2021-05-24 | 85  | . | Y | RS | RSDTC   | 4
        15 | OVR    | PD | 5 | 2021-07-05 | 127 | . | Y | RS | RSDTC   | 5
        16 | OVR    | CR | 1 | 2021-08-16 | 169 | . | . | RS | RSDTC   | 2
        17 | OVRM   | CR | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
        18 | OVRM   | CR | 1 | 2021-05-24 | 85  | . | Y | RS | RSDTC   | 7
        19 | PD     | Y  | 1 | 2021-07-05 | 127 | . | Y | RS | RSDTC   | 5
        20 | PDM    | N  | 0 | .          | .   | . | Y | .  | .       | .
        21 | RSP    | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 3
        22 | RSPM   | Y  | 1 | 2021-04-12 | 43  | . | Y | RS | RSDTC   | 6
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
