from __future__ import annotations

from tests.endpoints.listed.small_data import ADSL, adtte, estimate, texts

ENDPOINT = {"estimator": "categories", "variable": "SLREAS", "event": "switch", "missing": "no reason recorded"}
REASONS = ["PROGRESSION", "TOXICITY", "PROGRESSION", ""] + ["TOXICITY"] * 8
ROWS = [(1, 1, 0), (2, 2, 0), (3, 3, 0), (4, 4, 0), (5, 5, 0), (6, 6, 1), (7, 7, 1)]


def test_reasons_among_those_who_switched():
    said = ["Switch"] * 4 + ["Death without switch", "Ongoing", "Lost"]
    frame = adtte("P", ROWS, CAUSE=[1.0, 1, 1, 1, 2, 0, 0], EVNTDESC=said)
    made = estimate(ENDPOINT, frame, adsl=ADSL.assign(SLREAS=REASONS))
    assert texts(made) == {
        "subjects": "4",
        "left out": "6: no record of the parameter (3), Death without switch (1), Lost (1), Ongoing (1)",
        "PROGRESSION": "2 of 4",
        "share: PROGRESSION": "50.0 (6.8 to 93.2)",
        "TOXICITY": "1 of 4",
        "share: TOXICITY": "25.0 (0.6 to 80.6)",
        "no reason recorded": "1 of 4",
        "share: no reason recorded": "25.0 (0.6 to 80.6)",
    }
    rows = made.results[made.results["measure"].isin(["count", "proportion"])]
    assert rows["cause"].tolist() == [
        each for name in ("PROGRESSION", "TOXICITY", "no reason recorded") for each in [name] * 2
    ]
    assert rows.loc[rows["measure"] == "count", "value"].sum() == 4
    assert (made.results["n"] == 4).all()


def test_without_causes_and_descriptions_the_event_is_that_of_cnsr():
    frame = adtte("P", ROWS, CAUSE=None)
    made = estimate(ENDPOINT, frame, adsl=ADSL.assign(SLREAS=REASONS))
    assert texts(made)["subjects"] == "5"
    assert texts(made)["left out"] == "5: no record of the parameter (3), no switch (2)"


def test_nobody_switched():
    made = estimate(ENDPOINT, adtte("P", [(1, 1, 1)]), adsl=ADSL.assign(SLREAS=REASONS))
    assert texts(made) == {"subjects": "0", "left out": "10: no record of the parameter (9), no switch (1)"}
