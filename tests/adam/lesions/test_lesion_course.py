from __future__ import annotations

from tests.adam.adrs_verbs.test_lesion_fields import EX, asked, derive, records
from tests.adam.tables import lines


def tumours(*rows: str) -> str:
    return "\n".join(["S | TULNKID | TUTESTCD | TUSTRESC | TULOC | VISITNUM | TUDTC", *rows])


def sizes(**lesions: tuple[float | str | None, ...]) -> str:
    """One row a lesion and visit: a size in mm, a state, or None for nothing; the first is the baseline."""
    days = ("2021-02-20", "2021-04-12", "2021-05-24", "2021-07-05", "2021-08-16")
    found = ["S | TRLNKID | TRTESTCD | TRSTRESC | TRSTRESN | TRSTRESU | VISITNUM | TRDTC"]
    for link, given in lesions.items():
        name = link.replace("__", ".").replace("_AND_", "/")
        for number, (size, day) in enumerate(zip(given, days, strict=False), 1):
            if isinstance(size, str):
                found.append(f"A | {name} | TUMSTATE | {size} | . | . | {number} | {day}")
            elif size is not None:
                found.append(f"A | {name} | LDIAM | . | {size} | mm | {number} | {day}")
    return "\n".join(found)


def fields(**given: str) -> list[str]:
    adrs, _, _ = derive(**given)
    return records(adrs, "PARAMCD AVALC ADT", "LOCPD", "OUTPD")


def test_what_splits_off_an_irradiated_lesion_lies_in_the_field():
    tu = tumours(
        "A | T01   | TUMIDENT | TARGET | LIVER | 1 | 2021-02-20",
        "A | T02   | TUMIDENT | TARGET | LUNG  | 1 | 2021-02-20",
        "A | T01.1 | TUSPLIT  | TARGET | LIVER | 2 | 2021-04-12",
        "A | T01.2 | TUSPLIT  | TARGET | LIVER | 2 | 2021-04-12",
    )
    tr = sizes(T01=(40,), T02=(20, 20, 20, 20), T01__1=(None, 18, 18, 18), T01__2=(None, 15, 15, 24))
    assert fields(tu=tu, tr=tr) == lines("LOCPD | Y | 2021-07-05\nOUTPD | N | .")
    adrs, _, _ = derive(tu=tu, tr=tr)
    assert records(adrs, "AVALC", "IRLES") == ["1"]
    assert records(adrs, "AVALC", "LOCST") == ["CONTROLLED", "CONTROLLED", "LOCAL FAILURE"]


def test_a_lesion_that_merged_with_another_is_neither_gone_nor_back():
    tu = tumours(
        "A | T01     | TUMIDENT | TARGET | LIVER | 1 | 2021-02-20",
        "A | T02     | TUMIDENT | TARGET | LIVER | 1 | 2021-02-20",
        "A | T01/T02 | TUMERGE  | TARGET | LIVER | 3 | 2021-05-24",
    )
    tr = sizes(T01=(30, 20), T02=(20, 20), T01_AND_T02=(None, None, 38, 38, 50))
    assert fields(tu=tu, tr=tr) == lines("LOCPD | Y | 2021-08-16\nOUTPD | N | .")
    adrs, _, _ = derive(tu=tu, tr=tr)
    assert records(adrs, "AVALC", "IRLESRSP") == ["1"]  # 30 to 20 mm before they merged
    tr = sizes(T01=(30, 28), T02=(20, 20), T01_AND_T02=(None, None, 38, 38, 40))
    adrs, _, _ = derive(tu=tu, tr=tr)
    assert records(adrs, "AVALC", "IRLESRSP", "LOCPD") == ["0", "N"]


def test_an_equivocal_new_lesion_counts_from_its_first_scan_once_it_is_certain_and_never_before():
    tu = tumours(
        "A | T01   | TUMIDENT | TARGET | LIVER | 1 | 2021-02-20", "A | NEW01 | TUMIDENT | NEW | LUNG | 2 | 2021-04-12"
    )
    equivocal = sizes(T01=(40, 30, 30, 30), NEW01=(None, "EQUIVOCAL", "EQUIVOCAL", "EQUIVOCAL"))
    assert fields(tu=tu, tr=equivocal) == lines("LOCPD | N | .\nOUTPD | N | .")
    certain = sizes(T01=(40, 30, 30, 30), NEW01=(None, "EQUIVOCAL", "EQUIVOCAL", "UNEQUIVOCAL"))
    assert fields(tu=tu, tr=certain) == lines("LOCPD | N | .\nOUTPD | Y | 2021-04-12")


def test_an_irradiated_non_target_fails_by_its_state_or_by_its_size():
    ex = EX.replace("T01  ", "NT01 ")
    tu = tumours(
        "A | NT01 | TUMIDENT | NON-TARGET | LIVER | 1 | 2021-02-20",
        "A | T02 | TUMIDENT | TARGET | LUNG | 1 | 2021-02-20",
    )
    state = sizes(NT01=("PRESENT", "PRESENT", "UNEQUIVOCAL"), T02=(20, 20, 20))
    assert fields(ex=ex, tu=tu, tr=state) == lines("LOCPD | Y | 2021-05-24\nOUTPD | N | .")
    back = sizes(NT01=("PRESENT", "ABSENT", "PRESENT"), T02=(20, 20, 20))
    assert fields(ex=ex, tu=tu, tr=back) == lines("LOCPD | Y | 2021-05-24\nOUTPD | N | .")
    size = sizes(NT01=(20, 15, 21), T02=(20, 20, 20))
    assert fields(ex=ex, tu=tu, tr=size) == lines("LOCPD | Y | 2021-05-24\nOUTPD | N | .")


def test_a_lesion_irradiated_later_is_out_of_field_until_then():
    ex = EX + "A | T02 | LUNG | 2021-06-01 | 2021-06-05\n"
    tu = tumours(
        "A | T01 | TUMIDENT | TARGET | LIVER | 1 | 2021-02-20", "A | T02 | TUMIDENT | TARGET | LUNG | 1 | 2021-02-20"
    )
    early = sizes(T01=(40, 30, 30, 30), T02=(20, 20, 30, 30))
    assert fields(ex=ex, tu=tu, tr=early) == lines("LOCPD | N | .\nOUTPD | Y | 2021-05-24")
    late = sizes(T01=(40, 30, 30, 30), T02=(20, 20, 22, 28))
    assert fields(ex=ex, tu=tu, tr=late) == lines("LOCPD | Y | 2021-07-05\nOUTPD | N | .")


def test_by_mrecist_the_viable_part_of_a_liver_lesion_is_followed():
    tu = tumours("A | T01 | TUMIDENT | TARGET | LIVER | 1 | 2021-02-20")
    tr = (
        sizes(T01=(40, 40, 40))
        + "\n"
        + "\n".join(
            f"A | T01 | VDIAM | . | {size} | mm | {number} | {day}"
            for number, (size, day) in enumerate(((30, "2021-02-20"), (10, "2021-04-12"), (16, "2021-05-24")), 1)
        )
    )
    rs = (
        "S | RSCAT | VISITNUM | RSDTC | RSSTRESC\n"
        "A | MRECIST LENCIONI LIVER CANCER 2010 | 3 | 2021-05-24 | PD\nA | RECIST 1.1 | 3 | 2021-05-24 | SD"
    )
    adrs, _, findings = derive(tu=tu, tr=tr, rs=rs)
    assert records(adrs, "PARAMCD AVALC", "LOCPD", "PDFIELD", "PDFIELDM", "PDPATM") == lines(
        "LOCPD | N\nPDFIELDM | IN-FIELD\nPDPATM | IRRADIATED GROWTH"
    )
    assert asked(findings) == []
    assert records(adrs, "PARAMCD AVAL", "DEPTH", "DEPTHM") == lines("DEPTH | 0\nDEPTHM | -66.6667")
