"""Visit responses as lesions give them: parts, dates and sources, and what later parameters make of them."""

from __future__ import annotations

import pytest

from tests.adam.adrs_verbs.test_response_verbs import derive, records
from tests.adam.tables import lines

TU = """
S | TULNKID | TUSTRESC   | TULOC | TUDTC      | VISITNUM
A | T01     | TARGET     | LIVER | 2021-02-20 | 1
A | NT01    | NON-TARGET | BONE  | 2021-02-20 | 1
A | N01     | NEW        | LUNG  | 2021-08-16 | 5
"""

TR = """
S | TRLNKID | TRGRPID    | TRTESTCD | TRORRES | TRSTRESN | TRSTRESU | TRSTRESC    | VISITNUM | VISIT    | TRDTC
A | T01     | TARGET     | LDIAM    | 50      | 50       | mm       | 50          | 1        | BASELINE | 2021-02-20
A | NT01    | NON-TARGET | TUMSTATE | PRESENT | .        | .        | PRESENT     | 1        | BASELINE | 2021-02-20
A | T01     | TARGET     | LDIAM    | 30      | 30       | mm       | 30          | 2        | WEEK 6   | 2021-04-12
A | NT01    | NON-TARGET | TUMSTATE | PRESENT | .        | .        | PRESENT     | 2        | WEEK 6   | 2021-04-12
A | T01     | TARGET     | LDIAM    | 30      | 30       | mm       | 30          | 3        | WEEK 12  | 2021-05-24
A | NT01    | NON-TARGET | TUMSTATE | PRESENT | .        | .        | PRESENT     | 3        | WEEK 12  | 2021-05-24
A | T01     | TARGET     | LDIAM    | 30      | 30       | mm       | 30          | 5        | WEEK 24  | 2021-08-16
A | NT01    | NON-TARGET | TUMSTATE | PRESENT | .        | .        | PRESENT     | 5        | WEEK 24  | 2021-08-16
A | T01     | TARGET     | LDIAM    | 10      | 10       | mm       | 10          | 6        | WEEK 36  | 2021-11-08
"""


def recomputed(part: str = "overall", **keys: str) -> dict:
    codes = {"overall": "OVRR", "target": "TRGR", "non-target": "NTRGR", "new lesion": "NEWLR"}
    return {"paramcd": codes[part], "recomputed": {"criterion": "RECIST 1.1", "part": part, **keys}}


def test_a_response_has_its_parts_its_visit_and_the_scan_that_decided_it():
    made, _ = derive(*(recomputed(part) for part in ("overall", "target", "non-target", "new lesion")), TU=TU, TR=TR)
    assert records(made, "OVRR", columns="AVALC ADT AVISIT AVISITN ANL01FL SRCDOM SRCVAR SRCSEQ") == lines(
        """
        PR | 2021-04-12 | WEEK 6  | 2 | Y | TR | TRDTC | 4
        PR | 2021-05-24 | WEEK 12 | 3 | Y | TR | TRDTC | 6
        PD | 2021-08-16 | WEEK 24 | 5 | Y | TU | TUDTC | 3
        PD | 2021-11-08 | WEEK 36 | 6 | . | TR | TRDTC | 9
        """
    )
    assert records(made, "TRGR", columns="AVALC ANL01FL") == lines("PR | Y\nPR | Y\nPR | Y\nPR | .")
    assert records(made, "NTRGR", columns="AVALC") == ["NON-CR/NON-PD", "NON-CR/NON-PD", "NON-CR/NON-PD", "NE"]
    assert records(made, "NEWLR", columns="AVALC ADT") == lines(
        "N | 2021-04-12\nN | 2021-05-24\nUNEQUIVOCAL | 2021-08-16\nUNEQUIVOCAL | 2021-11-08"
    )


def test_later_parameters_read_recomputed_responses_as_any_others():
    made, _ = derive(
        recomputed(),
        {"paramcd": "PDR", "first": {"of": "OVRR", "values": "PD"}},
        {"paramcd": "BORR", "best": {"of": "OVRR"}},
        {"paramcd": "CRSPR", "response": {"of": "OVRR", "confirmed": True}},
        TU=TU,
        TR=TR,
    )
    assert records(made, "PDR", "BORR", "CRSPR") == lines(
        "BORR | PR | 2021-04-12\nCRSPR | Y | 2021-04-12\nPDR | Y | 2021-08-16"
    )


@pytest.mark.parametrize(("evaluator", "count"), [("", 4), ("INVESTIGATOR", 4), ("INDEPENDENT ASSESSOR", 0)])
def test_evaluators_are_never_mixed(evaluator, count):
    made, _ = derive(recomputed(evaluator=evaluator), TU=TU, TR=TR)
    assert len(records(made, "OVRR")) == count
