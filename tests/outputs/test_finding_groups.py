from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.finding import SEVERITIES, Finding, findings_frame
from hcc_sdtm.outputs.finding_groups import as_registered, sort_findings, sort_groups
from tests.outputs.tables import FINDINGS


def test_errors_come_first_and_records_in_order_of_number():
    ordered = sort_findings(FINDINGS.iloc[::-1])
    assert ordered[["severity", "record"]].to_numpy().tolist() == [
        ["error", "10"],
        ["error", "2"],
        ["warning", "10"],
        ["note", ""],
    ]
    two = FINDINGS.iloc[[1, 1]].assign(record=["10", "9"])
    assert sort_findings(two)["record"].tolist() == ["9", "10"]


def test_columns_of_the_register_are_added_once():
    registered = as_registered(FINDINGS)
    assert registered["key"].is_unique
    assert as_registered(registered) is registered


ROWS = st.lists(
    st.tuples(st.sampled_from(SEVERITIES), st.sampled_from(["", "k1", "k2"]), st.sampled_from(["", "waived"])),
    max_size=12,
)


def frame_of(rows):
    frame = as_registered(findings_frame([Finding(f"R-{n:03} a.b", row[0], "m") for n, row in enumerate(rows)]))
    return frame.assign(
        cause=[row[1] for row in rows], status=[row[2] for row in rows], key=[f"k{n}" for n in range(len(rows))]
    )


@given(ROWS)
def test_every_finding_is_shown_once_under_a_lead_of_its_own_group(rows):
    frame = frame_of(rows)
    shown = sort_groups(frame)
    assert sorted(shown["key"]) == sorted(frame["key"])
    seen = set()
    for row in shown.to_dict("records"):
        group = (row["cause"] or row["key"], row["status"])
        if row["level"] == 0:
            assert group not in seen
            seen.add(group)
            lead = group
        assert group == lead
    waived = (shown["status"] == "waived").tolist()
    assert waived == sorted(waived)
    worst = shown.groupby((shown["level"] == 0).cumsum())["severity"].agg(lambda of: min(map(SEVERITIES.index, of)))
    is_waived = (shown[shown["level"] == 0]["status"] == "waived").to_numpy()
    assert worst[~is_waived].is_monotonic_increasing


def test_a_waived_lead_leaves_its_place_to_the_next():
    frame = frame_of([("error", "", "waived"), ("warning", "k0", ""), ("error", "k0", ""), ("note", "", "")])
    shown = sort_groups(frame)
    assert shown[["key", "level"]].to_numpy().tolist() == [["k2", 0], ["k1", 1], ["k3", 0], ["k0", 0]]


def test_a_group_whose_lead_is_elsewhere_is_led_by_its_first():
    frame = frame_of([("warning", "kx", ""), ("error", "kx", "")])
    assert sort_groups(frame)[["key", "level"]].to_numpy().tolist() == [["k1", 0], ["k0", 1]]
    assert isinstance(sort_groups(frame.iloc[:0]), pd.DataFrame)
