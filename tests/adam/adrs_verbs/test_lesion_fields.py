from __future__ import annotations

import pandas as pd

from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.adam.times.adtte import build_adtte
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

EX = """
S | EXLNKID | EXLOC | EXSTDTC    | EXENDTC
A | T01     | LIVER | 2021-03-01 | 2021-03-10
"""
TU = """
S | TULNKID | TUSTRESC   | TULOC | VISITNUM | TUDTC
A | T01     | TARGET     | LIVER | 1        | 2021-02-20
A | T02     | TARGET     | LUNG  | 1        | 2021-02-20
A | NEW01   | NEW        | BONE  | 4        | 2021-07-05
"""
TR = """
S | TRLNKID | TRTESTCD | TRSTRESN | TRSTRESU | VISITNUM | VISIT    | TRDTC
A | T01     | LDIAM    | 40       | mm       | 1        | BASELINE | 2021-02-20
A | T02     | LDIAM    | 20       | mm       | 1        | BASELINE | 2021-02-20
A | T01     | LDIAM    | 20       | mm       | 2        | WEEK 6   | 2021-04-12
A | T02     | LDIAM    | 18       | mm       | 2        | WEEK 6   | 2021-04-13
A | T01     | LDIAM    | 26       | mm       | 3        | WEEK 12  | 2021-05-24
A | T02     | LDIAM    | 18       | mm       | 3        | WEEK 12  | 2021-05-24
A | T01     | LDIAM    | 27       | mm       | 4        | WEEK 18  | 2021-07-05
A | T02     | LDIAM    | 18       | mm       | 4        | WEEK 18  | 2021-07-05
"""
RS = """
S | VISITNUM | VISIT   | RSDTC      | RSSTRESC
A | 2        | WEEK 6  | 2021-04-12 | PR
A | 3        | WEEK 12 | 2021-05-24 | PR
A | 4        | WEEK 18 | 2021-07-05 | PD
"""
DM = "S | DTHDTC | DTHFL\nA | 2021-12-01 | Y"


def derive(ex: str = EX, tu: str | None = TU, tr: str | None = TR, rs: str = RS, dm: str = DM, **tables: str):
    given = {"DM": dm, "EX": ex, "RS": rs, **({"TU": tu} if tu else {}), **({"TR": tr} if tr else {}), **tables}
    datasets = study(**given)
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    adrs, findings = build_adrs(datasets, adsl, SPECS, TRIAL, ADAM)
    adtte, _ = build_adtte(datasets, adsl, adrs, SPECS, TRIAL, ADAM)
    return adrs, adtte, findings


def records(dataset, columns: str, *paramcds: str) -> list[str]:
    return as_text(dataset.frame[dataset.frame["PARAMCD"].isin(paramcds)], columns)


def asked(findings: pd.DataFrame) -> list[str]:
    return [f"{f.rule.split()[0]} {f.subject} {f.variable}" for f in findings.itertuples() if "ADRS-14" in f.rule]


def test_the_status_of_both_fields_at_each_assessment_points_to_the_scan_that_shows_it():
    adrs, _, findings = derive()
    columns = "PARAMCD AVALC ADT AVISIT ANL01FL SRCDOM SRCVAR SRCSEQ"
    assert records(adrs, columns, "LOCST", "OUTST", "LOCPD", "OUTPD") == lines(
        """
        LOCPD | Y              | 2021-05-24 | .       | Y | TR | TRDTC | 5
        LOCST | CONTROLLED     | 2021-04-12 | WEEK 6  | Y | TR | TRDTC | 3
        LOCST | LOCAL FAILURE  | 2021-05-24 | WEEK 12 | Y | TR | TRDTC | 5
        LOCST | LOCAL FAILURE  | 2021-07-05 | WEEK 18 | . | TR | TRDTC | 7
        OUTPD | Y              | 2021-07-05 | .       | Y | TU | TUDTC | 3
        OUTST | NO PROGRESSION | 2021-04-13 | WEEK 6  | Y | TR | TRDTC | 4
        OUTST | NO PROGRESSION | 2021-05-24 | WEEK 12 | Y | TR | TRDTC | 6
        OUTST | PROGRESSION    | 2021-07-05 | WEEK 18 | Y | TU | TUDTC | 3
        """
    )
    assert asked(findings) == []


def test_local_control_ends_with_the_first_failure_and_out_of_field_survival_does_not():
    _, adtte, _ = derive()
    columns = "PARAMCD ADT CNSR CAUSE EVNTDESC SRCDOM SRCVAR"
    assert records(adtte, columns, "LCTRL", "OOPFS") == lines(
        """
        LCTRL | 2021-05-24 | 0 | 1 | Failure of an irradiated lesion | ADRS | ADT
        OOPFS | 2021-07-05 | 0 | 1 | Progression out of field        | ADRS | ADT
        """
    )


def test_death_without_failure_competes_with_local_control():
    stable = TR.replace("| 26 ", "| 20 ").replace("| 27 ", "| 20 ")
    adrs, adtte, _ = derive(tr=stable)
    assert records(adrs, "PARAMCD AVALC ADT", "LOCPD") == ["LOCPD | N | ."]
    columns = "PARAMCD ADT CNSR CAUSE EVNTDESC"
    assert records(adtte, columns, "LCTRL") == ["LCTRL | 2021-12-01 | 0 | 2 | Death without local failure"]
    _, adtte, _ = derive(tr=stable, dm="S | DTHDTC\nA | .")
    assert records(adtte, f"{columns} CNSDTDSC", "LCTRL") == [
        "LCTRL | 2021-07-05 | 1 | 0 | Ongoing with local control | Last assessment with local control"
    ]


def test_an_assessment_after_death_is_no_failure():
    adrs, _, _ = derive(dm="S | DTHDTC | DTHFL\nA | 2021-05-01 | Y")
    assert records(adrs, "AVALC", "LOCPD", "OUTPD") == ["N", "N"]
    assert records(adrs, "PARAMCD ADT ANL01FL", "LOCST") == lines(
        "LOCST | 2021-04-12 | Y\nLOCST | 2021-05-24 | .\nLOCST | 2021-07-05 | ."
    )


def test_a_partial_date_of_a_scan_is_flagged():
    adrs, _, _ = derive(tr=TR.replace("2021-05-24", "2021-05"))
    assert records(adrs, "AVALC ADT ADTF", "LOCPD") == ["Y | 2021-05-15 | D"]


def test_who_has_no_known_irradiated_lesion_has_no_record_and_is_asked_about_by_name():
    more = "\nB | T01 | TARGET | LIVER | 1 | 2021-02-20"
    tr = (
        TR
        + "B | T01 | LDIAM | 40 | mm | 1 | BASELINE | 2021-02-20\nB | T01 | LDIAM | 60 | mm | 2 | WEEK 6 | 2021-04-12\n"
    )
    adrs, adtte, findings = derive(
        ex=EX + "B | . | LIVER | 2021-03-01 | 2021-03-10\n", tu=TU.rstrip() + more, tr=tr, dm=DM + "\nB | . | ."
    )
    mine = adrs.frame[adrs.frame["PARAMCD"].isin(["LOCST", "OUTST", "LOCPD", "OUTPD", "IRLES", "PDFIELD"])]
    assert set(mine["USUBJID"]) == {"A"}
    assert set(adtte.frame.loc[adtte.frame["PARAMCD"].isin(["LCTRL", "OOPFS"]), "USUBJID"]) == {"A"}
    assert asked(findings) == ["ADRS-141 B EXLNKID"]


def test_a_study_without_lesions_or_without_links_is_asked_about_once_and_has_every_other_parameter():
    whole, _, _ = derive()
    for given in ({"tu": None, "tr": None}, {"ex": EX.replace("T01  ", ".    ")}, {"tr": None}):
        adrs, _, findings = derive(**given)
        lost = set(whole.frame["PARAMCD"]) - set(adrs.frame["PARAMCD"])
        assert {"LOCST", "OUTST", "LOCPD", "OUTPD", "PDFIELD", "PDPAT", "PDEXT", "IRLES", "IRLESRSP"} <= lost
        assert not lost & {"OVR", "PD", "BOR", "CBOR", "DEATH", "RSP", "DC"}
        assert asked(findings) == ["ADRS-146  PARAMCD"]


def test_an_irradiated_lesion_that_nobody_followed_is_asked_about_and_not_waited_for():
    tu = TU.rstrip() + "\nA | T03 | TARGET | LIVER | 1 | 2021-02-20\n"
    tr = TR + "A | T03 | LDIAM | 12 | mm | 1 | BASELINE | 2021-02-20\n"
    adrs, _, findings = derive(ex=EX.replace("T01  ", "T01,T03"), tu=tu, tr=tr)
    assert records(adrs, "AVALC", "LOCST") == ["CONTROLLED", "LOCAL FAILURE", "LOCAL FAILURE"]
    assert asked(findings) == ["ADRS-142 A TULNKID"]


def test_lesions_of_another_evaluator_are_not_mixed_in():
    tr = TR.replace("TRDTC", "TRDTC | TREVAL").replace("\nA ", "\nA ").splitlines()
    own = [line + (" | INVESTIGATOR" if line.startswith("A") else "") for line in tr]
    other = [
        line.replace("| 26 ", "| 60 ").replace("| 20 ", "| 55 ") + " | INDEPENDENT ASSESSOR"
        for line in tr
        if line[:1] == "A"
    ]
    adrs, _, _ = derive(tr="\n".join([*own, *other]))
    assert records(adrs, "AVALC ADT", "LOCPD") == ["Y | 2021-05-24"]
    assert len(records(adrs, "ADT", "LOCST")) == 3
