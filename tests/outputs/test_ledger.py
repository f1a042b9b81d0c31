from __future__ import annotations

from pathlib import Path

import pytest

from hcc_sdtm.outputs.ledger import list_assumptions
from hcc_sdtm.spec.study import read_study

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def ledger():
    return list_assumptions(read_study(ROOT), []).set_index("topic")


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("windows, in days", "WEEK 6 35 to 49; WEEK 12 77 to 91"),
        ("last known alive", "SS where SSSTRESC = DEAD/UNKNOWN"),
        ("less than complete after CR", "PD in the confirmed best response"),
        ("assessment after death", "not used"),
        (
            "parameter BOR",
            "best of OVR, after the start of treatment, up to the first PD and to NACTDT, that day included; "
            "confirmation not required; SD from day 35 after the start; with or without a baseline assessment; "
            "NE without assessment",
        ),
        (
            "parameter OVR",
            "RSCAT = RECIST 1.1 and RSTESTCD = OVRLRESP, but for RSSTRESC = missing; date RSDTC",
        ),
        ("criterion RECIST 1.1", "partial percent 30; progression percent 20; progression mm 5"),
        ("population RTFL", "flag TRTSDT"),
        ("variable AGEGR1", "AGE: 18-64 from 18, >=65 from 65"),
        ("variable TRTDURD", "days from TRTSDT to TRTEDT, first day counted: 1"),
        ("variable DXTORTM", "months from DIAGDT to TRTSDT, first day counted: 0"),
        ("baseline value", "a record without a value is passed over"),
        ("local failure", "percent 20; mm 5; reappearance yes"),
        ("oligoprogression", "at most 5 lesions in 2 organs"),
        ("parameter DOR", "from ADRS.ADT, RTFL"),
        ("parameter PFSB", "scheme FDA table B of PFS; events: progression (on the next visit), death"),
        ("parameter CBOR", "confirmed, with at most 1 NE and 0 SD between"),
        ("parameter TTNT2L", "from TRTSDT, RTFL; events: second line; competing: death; censoring: lost (CNSR 5)"),
        ("parameter DCTRL", "RTFL with ADRS where PARAMCD = DC and AVALC = Y"),
        ("parameter OSDE", "from DIAGDT, RTFL; at risk from TRTSDT; events: death"),
        ("partial date: origin", "to mid, month and day; not before diagnosis, not after diagnosis, not after QPDDT"),
        ("partial date: death", "to first, month and day; not before radiotherapy, not before progression"),
        ("event: progression", "first RS.RSDTC where RSTESTCD = OVRLRESP and RSSTRESC = PD, after radiotherapy"),
        ("event: qualifying progression", "last MH.MHSTDTC where MHCAT = QUALIFYING PROGRESSION"),
        ("endpoint OSDE", "curve from where 10 and 15% are at risk"),
    ],
)
def test_the_ledger_says_what_can_be_argued_with(ledger, topic, said):
    assert said in ledger.loc[topic, "value"]


def test_every_line_says_where_its_choice_stands(ledger):
    for where in ledger["where"]:
        folder = ROOT / "src" if where.startswith("hcc_sdtm/") else ROOT
        assert (folder / where.partition(":")[0]).exists()


@pytest.mark.parametrize(
    ("topic", "start"),
    [("month_days", "month_days"), ("partial date: censoring", "  censoring:"), ("event: consent", "  consent:")],
)
def test_a_line_of_the_trial_file_has_its_number(ledger, topic, start):
    text = (ROOT / "specs" / "trial.yaml").read_text(encoding="utf-8").splitlines()
    file, _, number = ledger.loc[topic, "where"].partition(":")
    assert file == "specs/trial.yaml"
    assert text[int(number) - 1].startswith(start)


def test_every_order_of_events_is_a_line(ledger):
    orders = ledger.loc[["order of events"], "value"]
    assert len(orders) == 2
    assert orders.iloc[0] == "birth, diagnosis, consent, radiotherapy, second line, death, data cut-off"
