from __future__ import annotations

from tests.adam.adrs_verbs.test_lesion_fields import EX, RS, TR, TU, asked, derive, records
from tests.adam.tables import lines

PATTERN = ("PDFIELD", "PDPAT", "PDEXT", "PDNLES", "PDNORG")


def test_the_pattern_stands_at_the_first_progression_and_points_to_its_record():
    adrs, _, findings = derive()
    assert records(adrs, "PARAMCD AVALC AVAL ADT SRCDOM SRCVAR SRCSEQ", *PATTERN) == lines(
        """
        PDEXT   | OLIGO      | . | 2021-07-05 | RS | RSDTC | 3
        PDFIELD | BOTH       | . | 2021-07-05 | RS | RSDTC | 3
        PDNLES  | 2          | 2 | 2021-07-05 | RS | RSDTC | 3
        PDNORG  | 2          | 2 | 2021-07-05 | RS | RSDTC | 3
        PDPAT   | NEW LESION | . | 2021-07-05 | RS | RSDTC | 3
        """
    )
    assert asked(findings) == []


def test_growth_alone_is_told_apart_by_its_field():
    growing = TR.replace(
        "| T02     | LDIAM    | 18       | mm       | 4", "| T02     | LDIAM    | 40       | mm       | 4"
    )
    without_new = "\n".join(line for line in TU.splitlines() if "NEW01" not in line)
    still = growing.replace("| 26 ", "| 20 ").replace("| 27 ", "| 20 ")
    adrs, _, _ = derive(tu=without_new, tr=still)
    assert records(adrs, "AVALC", *PATTERN) == ["OLIGO", "OUT-OF-FIELD", "1", "1", "NON-IRRADIATED GROWTH"]
    adrs, _, _ = derive(ex=EX.replace("T01", "T02").replace("LIVER", "LUNG "), tu=without_new, tr=still)
    assert records(adrs, "AVALC", *PATTERN) == ["OLIGO", "IN-FIELD", "1", "1", "IRRADIATED GROWTH"]


def test_a_sum_that_progresses_without_any_lesion_of_its_own_comes_from_those_that_grew():
    tu = "S | TULNKID | TUSTRESC | TULOC | VISITNUM | TUDTC\n" + "\n".join(
        f"A | T0{n} | TARGET | {organ} | 1 | 2021-02-20" for n, organ in ((1, "LIVER"), (2, "LUNG"), (3, "LUNG"))
    )
    tr = "S | TRLNKID | TRTESTCD | TRSTRESN | TRSTRESU | VISITNUM | TRDTC\n" + "\n".join(
        f"A | T0{lesion} | LDIAM | {size} | mm | {visit} | {day}"
        for visit, day, sizes in ((1, "2021-02-20", (12, 12, 12)), (4, "2021-07-05", (16, 16, 12)))
        for lesion, size in zip((1, 2, 3), sizes, strict=True)
    )
    adrs, _, _ = derive(tu=tu, tr=tr)
    assert records(adrs, "AVALC", *PATTERN) == ["OLIGO", "BOTH", "2", "2", "NON-IRRADIATED GROWTH"]
    # a share in the sum is progression out of field, and no failure of the irradiated lesion
    assert records(adrs, "PARAMCD AVALC ADT", "LOCPD", "OUTPD") == lines("LOCPD | N | .\nOUTPD | Y | 2021-07-05")


def test_a_progression_that_no_lesion_shows_is_not_determined_and_one_without_any_scan_is_asked_about():
    without_new = "\n".join(line for line in TU.splitlines() if "NEW01" not in line)
    still = TR.replace("| 26 ", "| 20 ").replace("| 27 ", "| 20 ")
    adrs, _, findings = derive(tu=without_new, tr=still)
    assert records(adrs, "AVALC AVAL", *PATTERN) == ["NOT DETERMINED | ."] * 5
    assert asked(findings) == []  # the recomputed response asks
    later = RS.replace("4        | WEEK 18 | 2021-07-05", "5        | WEEK 24 | 2021-08-16")
    _, _, findings = derive(tu=without_new, tr=still, rs=later)
    assert asked(findings) == ["ADRS-145 A RSDTC"]


def test_who_did_not_progress_has_no_pattern():
    adrs, _, _ = derive(rs=RS.replace("PD", "SD"))
    assert records(adrs, "AVALC", *PATTERN) == []


def test_lesions_respond_by_30_percent_before_they_fail_and_before_new_therapy():
    adrs, _, _ = derive()
    assert records(adrs, "PARAMCD AVALC AVAL ADT", "IRLES", "IRLESRSP") == lines(
        "IRLES | 1 | 1 | .\nIRLESRSP | 1 | 1 | ."
    )
    later = TR.replace("| 20       | mm       | 2", "| 29       | mm       | 2")
    adrs, _, _ = derive(tr=later)
    assert records(adrs, "AVALC", "IRLESRSP") == ["1"]  # 26 of 40 mm at week 12, nadir 29: no failure yet
    adrs, _, _ = derive(tr=later, CM="S | CMSTDTC\nA | 2021-05-01")
    assert records(adrs, "AVALC", "IRLESRSP") == ["0"]


def test_a_lesion_that_is_gone_or_a_node_that_is_normal_has_responded():
    node = TU.replace("LIVER", "RETROPERITONEAL LYMPH NODE")
    sizes = (
        TR.replace("| T01     | LDIAM", "| T01     | LPERP")
        .replace("| 40 ", "| 12 ")
        .replace("| 20       | mm       | 2", "| 9 | mm | 2")
    )
    adrs, _, _ = derive(ex=EX.replace("LIVER", "RETROPERITONEAL LYMPH NODE"), tu=node, tr=sizes)
    assert records(adrs, "AVALC", "IRLESRSP") == ["1"]
    absent = TU.replace("A | T01     | TARGET    ", "A | T01     | NON-TARGET")
    state = (
        "\n".join(line for line in TR.splitlines() if "T01" not in line)
        + "\nA | T01 | TUMSTATE | . | . | 2 | WEEK 6 | 2021-04-12"
    )
    states = state.replace("TRSTRESN", "TRSTRESC | TRSTRESN").replace("TUMSTATE | .", "TUMSTATE | ABSENT | .")
    states = states.replace("| LDIAM    |", "| LDIAM    | . |")
    adrs, _, _ = derive(tu=absent, tr=states)
    assert records(adrs, "AVALC", "IRLESRSP") == ["1"]
