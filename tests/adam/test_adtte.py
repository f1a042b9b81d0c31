from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.adam.times.adtte import build_adtte, without_asked_events
from hcc_sdtm.checks.running import check_datasets
from hcc_sdtm.finding import findings_frame
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, pointer_findings, study

# Start 2021-03-01, so the windows after it are: week 6 04-05..04-19, week 12 05-17..05-31, week 18 06-28..07-12,
# week 24 08-09..08-23, week 36 10-25..11-22.
START = "S | EXSTDTC | EXENDTC\n{} | 2021-03-01 | 2021-03-10"


def derive(**tables):
    """ADSL, ADRS, ADTTE and all findings of a study."""
    datasets = study(**tables)
    adsl, first = build_adsl(datasets, SPECS, TRIAL, ADAM)
    adrs, second = build_adrs(datasets, adsl, SPECS, TRIAL, ADAM)
    adtte, third = build_adtte(datasets, adsl, adrs, SPECS, TRIAL, ADAM)
    datasets |= {"ADSL": adsl, "ADRS": adrs, "ADTTE": adtte}
    assert pointer_findings(datasets, TRIAL).empty
    return datasets, pd.concat([first, second, third])


def one_subject(
    scans: str,
    death: str = "",
    therapy: str = "",
    baseline: str = "2021-02-20",
    lost: str = "",
    local: str = "",
    clinical: str = "",
):
    """A subject from ``2021-04-12 SD, 2021-05-24 PD``; ``clinical`` is the day of a clinical progression."""
    rows = [("RECIST 1.1", "OVRLRESP", *scan.split()) for scan in scans.split(",") if scan.strip()]
    rows += [("PROTOCOL DEFINED RESPONSE CRITERIA", "SYMPTDTR", clinical, "Y")] if clinical else []
    return derive(
        DM=f"S | DTHDTC | DTHFL\nA | {death or '.'} | {'Y' if death else '.'}",
        EX=START.format("A"),
        MH="S | MHSTDTC\nA | 2020-01-01",
        TU=f"S | TUDTC\n{'A' if baseline else 'other'} | {baseline or '2021-02-20'}",
        RS=pd.DataFrame(
            [("A", *row) for row in rows], columns=["S", "RSCAT", "RSTESTCD", "RSDTC", "RSSTRESC"], dtype=object
        ),
        CM=f"S | CMSTDTC\n{'A' if therapy else 'other'} | {therapy or '2021-01-01'}",
        PR=f"S | PRSTDTC\n{'A' if local else 'other'} | {local or '2021-01-01'}",
        DS=f"S | DSDECOD | DSSTDTC\n{'A' if lost else 'other'} | {lost or 'DEATH'} | 2023-01-01",
    )[0]


def row(datasets, paramcd: str, columns: str = "ADT CNSR EVNTDESC") -> str:
    frame = datasets["ADTTE"].frame
    (found,) = as_text(frame[frame["PARAMCD"] == paramcd], columns)
    return found


# Every situation in which definitions of progression-free survival differ, for the protocol's and the treatment-policy one
@pytest.mark.parametrize(
    ("situation", "course", "pfs", "pfsema"),
    [
        ("no baseline, progression", {"scans": "2021-04-12 SD, 2021-05-24 PD", "baseline": ""},
         "2021-03-01 | 2 | No baseline assessment", "2021-03-01 | 2 | No baseline assessment"),
        ("baseline older than its window", {"scans": "2021-04-12 SD", "baseline": "2021-01-31"},
         "2021-03-01 | 2 | No baseline assessment", "2021-03-01 | 2 | No baseline assessment"),
        ("baseline on the first day of its window", {"scans": "2021-04-12 SD", "baseline": "2021-02-01"},
         "2021-04-12 | 1 | Ongoing without event", "2021-04-12 | 1 | Ongoing without event"),
        ("no baseline, death", {"scans": "", "baseline": "", "death": "2021-04-01"},
         "2021-04-01 | 0 | Death", "2021-04-01 | 0 | Death"),
        ("no baseline, death after two missed", {"scans": "", "baseline": "", "death": "2021-06-15"},
         "2021-03-01 | 4 | Two or more missed assessments before the event", "2021-06-15 | 0 | Death"),
        ("no assessment, alive", {"scans": ""},
         "2021-03-01 | 2 | No adequate assessment after baseline", "2021-03-01 | 2 | No adequate assessment after baseline"),
        ("no adequate assessment, alive", {"scans": "2021-04-12 NE"},
         "2021-03-01 | 2 | No adequate assessment after baseline", "2021-03-01 | 2 | No adequate assessment after baseline"),
        ("progression between visits", {"scans": "2021-04-12 SD, 2021-05-24 SD, 2021-06-14 PD"},
         "2021-06-14 | 0 | Disease progression", "2021-06-14 | 0 | Disease progression"),
        ("no progression, alive", {"scans": "2021-04-12 SD, 2021-05-24 PR, 2021-07-05 NE"},
         "2021-05-24 | 1 | Ongoing without event", "2021-05-24 | 1 | Ongoing without event"),
        ("lost to follow-up", {"scans": "2021-04-12 SD, 2021-05-24 PR", "lost": "LOST TO FOLLOW-UP"},
         "2021-05-24 | 5 | Lost to follow-up or withdrawn", "2021-05-24 | 5 | Lost to follow-up or withdrawn"),
        ("therapy before progression", {"scans": "2021-04-12 SD, 2021-05-24 SD, 2021-07-05 PD", "therapy": "2021-06-10"},
         "2021-05-24 | 3 | New anticancer therapy", "2021-07-05 | 0 | Disease progression"),
        ("therapy on the day of a scan", {"scans": "2021-04-12 SD, 2021-05-24 SD, 2021-07-05 PD", "therapy": "2021-05-24"},
         "2021-05-24 | 3 | New anticancer therapy", "2021-07-05 | 0 | Disease progression"),
        ("therapy the day before a scan", {"scans": "2021-04-12 SD, 2021-05-24 SD, 2021-07-05 PD", "therapy": "2021-05-23"},
         "2021-04-12 | 3 | New anticancer therapy", "2021-07-05 | 0 | Disease progression"),
        ("therapy on the day of progression", {"scans": "2021-04-12 SD, 2021-05-24 PD", "therapy": "2021-05-24"},
         "2021-05-24 | 0 | Disease progression", "2021-05-24 | 0 | Disease progression"),
        ("local therapy before progression", {"scans": "2021-04-12 SD, 2021-05-24 PD", "local": "2021-05-01"},
         "2021-04-12 | 3 | New anticancer therapy", "2021-05-24 | 0 | Disease progression"),
        ("therapy before any scan, then death", {"scans": "", "therapy": "2021-03-20", "death": "2021-04-10"},
         "2021-03-01 | 3 | New anticancer therapy", "2021-04-10 | 0 | Death"),
        ("therapy, no event", {"scans": "2021-04-12 SD, 2021-05-24 SD", "therapy": "2021-05-01"},
         "2021-04-12 | 3 | New anticancer therapy", "2021-05-24 | 1 | Ongoing without event"),
        ("therapy whose day is missing", {"scans": "2021-04-12 SD, 2021-05-24 SD, 2021-07-05 PD", "therapy": "2021-05"},
         "2021-05-24 | 3 | New anticancer therapy", "2021-07-05 | 0 | Disease progression"),
        ("therapy that may have started after the progression of its month",
         {"scans": "2021-04-12 SD, 2021-05-24 PD", "therapy": "2021-05"},
         "2021-05-24 | 0 | Disease progression", "2021-05-24 | 0 | Disease progression"),
        ("death before the first assessment", {"scans": "", "death": "2021-03-29"},
         "2021-03-29 | 0 | Death", "2021-03-29 | 0 | Death"),
        ("death between assessments", {"scans": "2021-04-12 SD, 2021-05-24 SD", "death": "2021-06-20"},
         "2021-06-20 | 0 | Death", "2021-06-20 | 0 | Death"),
        ("death after one missed", {"scans": "2021-04-12 SD", "death": "2021-06-20"},
         "2021-06-20 | 0 | Death", "2021-06-20 | 0 | Death"),
        ("death on the last day of the second window", {"scans": "2021-04-12 SD", "death": "2021-07-12"},
         "2021-07-12 | 0 | Death", "2021-07-12 | 0 | Death"),
        ("death the day after the second window", {"scans": "2021-04-12 SD", "death": "2021-07-13"},
         "2021-04-12 | 4 | Two or more missed assessments before the event", "2021-07-13 | 0 | Death"),
        ("what could not be evaluated was missed",
         {"scans": "2021-04-12 SD, 2021-05-24 NE, 2021-07-05 NE", "death": "2021-07-20"},
         "2021-04-12 | 4 | Two or more missed assessments before the event", "2021-07-20 | 0 | Death"),
        ("a scan on the day of death closes the gap", {"scans": "2021-04-12 SD, 2021-08-16 SD", "death": "2021-08-16"},
         "2021-08-16 | 0 | Death", "2021-08-16 | 0 | Death"),
        ("a scan on the first day of a window is the scan of that window", {"scans": "2021-05-17 SD", "death": "2021-07-20"},
         "2021-07-20 | 0 | Death", "2021-07-20 | 0 | Death"),
        ("a scan the day before is none of it", {"scans": "2021-05-16 SD", "death": "2021-07-20"},
         "2021-05-16 | 4 | Two or more missed assessments before the event", "2021-07-20 | 0 | Death"),
        ("therapy in a gap: the reason that the list names first",
         {"scans": "2021-04-12 SD, 2021-08-16 PD", "therapy": "2021-08-01"},
         "2021-04-12 | 3 | New anticancer therapy", "2021-08-16 | 0 | Disease progression"),
        ("two missed before any scan", {"scans": "", "death": "2021-06-15"},
         "2021-03-01 | 4 | Two or more missed assessments before the event", "2021-06-15 | 0 | Death"),
        ("progression after two missed", {"scans": "2021-04-12 SD, 2021-08-16 PD"},
         "2021-04-12 | 4 | Two or more missed assessments before the event", "2021-08-16 | 0 | Disease progression"),
        ("progression after one missed", {"scans": "2021-04-12 SD, 2021-07-05 PD"},
         "2021-07-05 | 0 | Disease progression", "2021-07-05 | 0 | Disease progression"),
        ("the interval grows: week 18 to 36 misses one",
         {"scans": "2021-04-12 SD, 2021-05-24 SD, 2021-07-05 SD, 2021-11-08 PD"},
         "2021-11-08 | 0 | Disease progression", "2021-11-08 | 0 | Disease progression"),
        ("a gap that scans closed again", {"scans": "2021-04-12 SD, 2021-08-16 SD, 2021-11-08 PD"},
         "2021-11-08 | 0 | Disease progression", "2021-11-08 | 0 | Disease progression"),
        ("progression and death the same day", {"scans": "2021-04-12 SD, 2021-05-24 PD", "death": "2021-05-24"},
         "2021-05-24 | 0 | Disease progression", "2021-05-24 | 0 | Disease progression"),
        ("the qualifying progression", {"scans": "2021-02-20 PD, 2021-04-12 SD"},
         "2021-04-12 | 1 | Ongoing without event", "2021-04-12 | 1 | Ongoing without event"),
        ("the qualifying progression, on the day of start", {"scans": "2021-03-01 PD, 2021-04-12 SD"},
         "2021-04-12 | 1 | Ongoing without event", "2021-04-12 | 1 | Ongoing without event"),
        ("progression after the cut-off", {"scans": "2021-04-12 SD, 2024-03-01 PD"},
         "2021-04-12 | 1 | Ongoing without event", "2021-04-12 | 1 | Ongoing without event"),
        ("death after the cut-off", {"scans": "2021-04-12 SD", "death": "2024-03-01"},
         "2021-04-12 | 1 | Ongoing without event", "2021-04-12 | 1 | Ongoing without event"),
    ],
)  # fmt: skip
def test_progression_free_survival(situation, course, pfs, pfsema):
    datasets = one_subject(**course)
    assert row(datasets, "PFS") == pfs
    assert row(datasets, "PFSEMA") == pfsema


def test_clinical_progression_alone_is_no_event():
    datasets, _ = derive(
        DM="S\nA",
        EX=START.format("A"),
        TU="S | TUDTC\nA | 2021-02-20",
        RS="S | RSCAT | RSTESTCD | RSSTRESC | RSDTC\n"
        "A | RECIST 1.1 | OVRLRESP | SD | 2021-04-12\n"
        "A | PROTOCOL DEFINED RESPONSE CRITERIA | SYMPTDTR | Y | 2021-05-24",
    )
    assert row(datasets, "PFS") == "2021-04-12 | 1 | Ongoing without event"


def test_a_record_says_how_long_why_and_where_it_came_from():
    datasets = one_subject("2021-04-12 SD, 2021-05-24 PD", death="2021-09-01", therapy="2021-06-05")
    frame = datasets["ADTTE"].frame
    columns = "PARAMCD STARTDT ADT ADY CNSR CAUSE EVNTDESC CNSDTDSC SRCDOM SRCVAR"
    shown = frame[~frame["PARAMCD"].isin(["DOR", "LCTRL", "OOPFS", "TTNT2LQ", "TTR"])]
    assert as_text(shown, columns) == lines(
        """
        DCTRL  | 2021-03-01 | 2021-05-24 |  85 | 0 | 1 | Disease progression                      | . | ADRS | ADT
        NLFS   | 2021-03-01 | 2021-06-05 |  97 | 0 | 1 | Second-line systemic therapy             | . | CM   | CMSTDTC
        OS     | 2020-01-01 | 2021-09-01 | 185 | 0 | 1 | Death                                    | . | DM   | DTHDTC
        OSDE   | 2020-01-01 | 2021-09-01 | 185 | 0 | 1 | Death                                    | . | DM   | DTHDTC
        OSRT   | 2021-03-01 | 2021-09-01 | 185 | 0 | 1 | Death                                    | . | DM   | DTHDTC
        PFS    | 2021-03-01 | 2021-05-24 |  85 | 0 | 1 | Disease progression                      | . | ADRS | ADT
        PFS2   | 2021-03-01 | 2021-09-01 | 185 | 0 | 1 | Death                                    | . | DM   | DTHDTC
        PFSB   | 2021-03-01 | 2021-05-24 |  85 | 0 | 1 | Disease progression (by scheduled visit) | . | ADRS | ADT
        PFSC   | 2021-03-01 | 2021-05-24 |  85 | 0 | 1 | Disease progression (by scheduled visit) | . | ADRS | ADT
        PFSEMA | 2021-03-01 | 2021-05-24 |  85 | 0 | 1 | Disease progression                      | . | ADRS | ADT
        TTNT2L | 2021-03-01 | 2021-06-05 |  97 | 0 | 1 | Second-line systemic therapy             | . | CM   | CMSTDTC
        TTP    | 2021-03-01 | 2021-05-24 |  85 | 0 | 1 | Disease progression                      | . | ADRS | ADT
        """
    )
    adrs = datasets["ADRS"].frame.set_index("ASEQ")
    assert set(adrs.loc[frame.loc[frame["SRCDOM"] == "ADRS", "SRCSEQ"], "PARAMCD"]) == {"PD"}
    aval = frame.set_index("PARAMCD")["AVAL"]
    assert aval["PFS"] == pytest.approx(85 / 30.4375)
    assert aval["OS"] == pytest.approx((366 + 243 + 1) / 30.4375)
    assert list(frame["ASEQ"]) == list(range(1, len(frame) + 1))


def test_delayed_entry_does_not_count_the_first_day_and_the_others_enter_at_once():
    datasets = one_subject("2021-04-12 SD", death="2021-03-01")
    entry = datasets["ADTTE"].frame.set_index("PARAMCD")[["ENTRY", "AVAL"]]
    # diagnosis 2020-01-01, radiotherapy and death 2021-03-01: 425 days later
    assert entry.loc["OSDE", "ENTRY"] == pytest.approx(425 / 30.4375)
    assert entry.loc["OSDE", "AVAL"] == pytest.approx(426 / 30.4375)
    assert entry.loc["OS", "ENTRY"] == 0


def test_death_competes_with_second_line_and_progression_does_not_censor_it():
    died = one_subject("2021-04-12 PD", death="2021-09-01")
    alive = one_subject("2021-04-12 PD, 2021-05-24 SD")
    columns = "ADT CNSR CAUSE EVNTDESC CNSDTDSC"
    assert row(died, "TTNT2L", columns) == "2021-09-01 | 0 | 2 | Death without second-line therapy | ."
    assert (
        row(alive, "TTNT2L", columns) == "2021-05-24 | 1 | 0 | Ongoing without second-line therapy | Last known alive"
    )


def test_duration_of_control_is_of_those_with_control_only():
    datasets = one_subject("2021-04-12 PD")
    assert "DCTRL" not in set(datasets["ADTTE"].frame["PARAMCD"])
    assert row(one_subject("2021-04-12 SD"), "DCTRL") == "2021-04-12 | 1 | Ongoing without event"


def test_never_irradiated_and_screen_failures_have_no_record_and_a_missing_diagnosis_is_said():
    datasets, findings = derive(
        DM="S | ARMCD\nA | RT\nB | RT\nC | .",
        EX=START.format("A"),
        RS="S | RSDTC | RSSTRESC\nA | 2021-04-12 | SD",
    )
    assert set(datasets["ADTTE"].frame["USUBJID"]) == {"A"}
    assert list(datasets["ADSL"].frame["RTFL"]) == ["Y", "N", "N"]
    said = findings[findings["rule"].str.startswith("ADTTE-101")]
    assert as_text(said, "subject variable message") == [
        "A | DIAGDT | DIAGDT is missing: no record of OS, OSDE for this subject",
        "A | QPDDT | QPDDT is missing: no record of TTNT2LQ for this subject",
    ]


def test_a_partial_death_is_the_earliest_day_that_is_possible_and_flagged():
    datasets = one_subject("2021-04-12 SD, 2021-05-24 PR", death="2021-05")
    assert row(datasets, "OSRT", "ADT ADTF CNSR SRCDOM SRCVAR") == "2021-05-24 | D | 0 | DM | DTHDTC"
    assert row(datasets, "PFS", "ADT ADTF CNSR SRCDOM") == "2021-05-24 | D | 0 | ADRS"


def test_a_death_after_the_cutoff_ends_survival_alive_at_the_cutoff():
    datasets = one_subject("2021-04-12 SD", death="2024-03-01")
    columns = "ADT CNSR SRCDOM SRCVAR SRCSEQ"
    assert row(datasets, "OSRT", columns) == "2024-02-29 | 6 | DM | DTHDTC | ."


def test_an_event_before_the_origin_is_an_error_and_no_event():
    datasets = study(
        DM="S | DTHDTC | DTHFL\nA | 2021-02-01 | Y",
        EX=START.format("A"),
        RS="S | RSDTC | RSSTRESC\nA | 2021-04-12 | SD",
    )
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    adrs, _ = build_adrs(datasets, adsl, SPECS, TRIAL, ADAM)
    adtte, findings = build_adtte(datasets, adsl, adrs, SPECS, TRIAL, ADAM)
    assert "ADTTE-102 adtte.event-before-origin" in set(findings["rule"])
    assert list(adtte.frame.query("PARAMCD == 'OSRT'")["CNSR"]) == [6]
    asked = findings_frame().reindex([0]).assign(rule="DT-005 event.out-of-order", subject="A")
    assert "ADTTE-102 adtte.event-before-origin" not in set(without_asked_events(findings, asked)["rule"])
    for other in (asked.assign(subject="B"), asked.assign(rule="RS-003 response.after-death")):
        pd.testing.assert_frame_equal(without_asked_events(findings, other), findings)


days = st.dates(min_value=pd.Timestamp("2021-03-02").date(), max_value=pd.Timestamp("2022-12-31").date())
scans = st.lists(
    st.tuples(days, st.sampled_from(["CR", "PR", "SD", "PD", "NE"])),
    max_size=7,
    unique_by=lambda scan: scan[0],
)
maybe_day = st.one_of(st.just(""), days.map(str))


def as_scans(found) -> str:
    return ", ".join(f"{day} {value}" for day, value in found)


@settings(max_examples=15, deadline=None)
@given(scans, maybe_day, st.sampled_from(["CR", "SD", "PD", "NE"]))
def test_a_visit_after_progression_does_not_move_it(found, therapy, later):
    progressed = [*found, (pd.Timestamp("2023-01-10").date(), "PD")]
    before = one_subject(as_scans(progressed), therapy=therapy)
    after = one_subject(as_scans([*progressed, (pd.Timestamp("2023-03-10").date(), later)]), therapy=therapy)
    for paramcd in ("PFS", "PFSEMA"):
        assert row(before, paramcd, "ADT AVAL CNSR EVNTDESC") == row(after, paramcd, "ADT AVAL CNSR EVNTDESC")


@settings(max_examples=15, deadline=None)
@given(scans, maybe_day, maybe_day, st.randoms(use_true_random=False))
def test_the_order_of_records_changes_no_date(found, therapy, death, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    one, other = (one_subject(as_scans(scans), therapy=therapy, death=death) for scans in (found, shuffled))
    columns = "PARAMCD STARTDT ADT AVAL CNSR EVNTDESC CNSDTDSC SRCDOM SRCVAR"
    assert as_text(one["ADTTE"].frame, columns) == as_text(other["ADTTE"].frame, columns)


@settings(max_examples=15, deadline=None)
@given(scans, maybe_day, maybe_day)
def test_every_subject_has_one_record_that_ends_between_origin_and_cutoff(found, therapy, death):
    frame = one_subject(as_scans(found), therapy=therapy, death=death)["ADTTE"].frame
    assert not frame.duplicated(["USUBJID", "PARAMCD"]).any()
    assert {"PFS", "PFSEMA", "OS", "OSDE", "OSRT", "TTNT2L"} <= set(frame["PARAMCD"])
    assert (frame["ADT"] >= frame["STARTDT"]).all()
    assert (frame["AVAL"] > frame["ENTRY"]).all()
    assert ((frame["CNSR"] == 0) == (frame["CAUSE"] > 0)).all()


# The other parameters: the same course, one thing changed at a time
@pytest.mark.parametrize(
    ("situation", "course", "paramcd", "expected"),
    [
        ("response that is confirmed", {"scans": "2021-04-12 SD, 2021-05-24 PR, 2021-07-05 PR, 2021-08-16 PD"},
         "DOR", "2021-05-24 | 2021-08-16 | 0 | Disease progression | ."),
        ("time to it", {"scans": "2021-04-12 SD, 2021-05-24 PR, 2021-07-05 PR, 2021-08-16 PD"},
         "TTR", "2021-03-01 | 2021-05-24 | 0 | First response | ."),
        ("it becomes complete: from the first of it",
         {"scans": "2021-04-12 PR, 2021-05-24 PR, 2021-07-05 CR, 2021-08-16 CR"},
         "DOR", "2021-04-12 | 2021-08-16 | 1 | Ongoing without event | Last adequate assessment"),
        ("response, then death", {"scans": "2021-04-12 PR, 2021-05-24 PR", "death": "2021-07-01"},
         "DOR", "2021-04-12 | 2021-07-01 | 0 | Death | ."),
        ("response, then therapy", {"scans": "2021-04-12 PR, 2021-05-24 PR, 2021-07-05 SD", "therapy": "2021-06-01"},
         "DOR", "2021-04-12 | 2021-05-24 | 3 | New anticancer therapy | Last adequate assessment"),
        ("death is no progression", {"scans": "2021-04-12 SD", "death": "2021-05-01"},
         "TTP", "2021-03-01 | 2021-04-12 | 7 | Death without progression | Last adequate assessment"),
        ("death after the last line, no progression", {"scans": "2021-04-12 SD", "death": "2021-05-01"},
         "NLFS", "2021-03-01 | 2021-05-01 | 0 | Death | ."),
        ("progression, no next line", {"scans": "2021-04-12 PD, 2021-05-24 PD"},
         "PFS2", "2021-03-01 | 2021-05-24 | 1 | Ongoing without event | Last known alive"),
        ("progression on the day of the next line is the first one", {"scans": "2021-04-12 PD", "therapy": "2021-04-12"},
         "PFS2", "2021-03-01 | 2021-04-12 | 1 | Ongoing without event | Last known alive"),
        ("progression on the next line", {"scans": "2021-04-12 PD, 2021-05-24 SD, 2021-07-05 PD", "therapy": "2021-04-20"},
         "PFS2", "2021-03-01 | 2021-07-05 | 0 | Disease progression on next-line therapy | ."),
        ("progression between visits, then death before the next",
         {"scans": "2021-04-12 SD, 2021-06-14 PD", "death": "2021-06-20"},
         "PFSB", "2021-03-01 | 2021-06-20 | 0 | Disease progression (by scheduled visit) | ."),
        ("therapy between the progression and the visit that it counts at",
         {"scans": "2021-04-12 SD, 2021-06-14 PD", "therapy": "2021-06-20"},
         "PFSB", "2021-03-01 | 2021-07-05 | 0 | Disease progression (by scheduled visit) | ."),
        ("clinical progression after therapy", {"scans": "2021-04-12 SD", "clinical": "2021-05-24", "therapy": "2021-05-20"},
         "PFSC", "2021-03-01 | 2021-04-12 | 3 | New anticancer therapy | Last adequate assessment"),
        ("clinical progression without baseline", {"scans": "2021-04-12 SD", "clinical": "2021-05-24", "baseline": ""},
         "PFSC", "2021-03-01 | 2021-03-01 | 2 | No baseline assessment | Start of radiotherapy"),
        ("clinical progression on the day of start", {"scans": "2021-04-12 SD", "clinical": "2021-03-01"},
         "PFSC", "2021-03-01 | 2021-04-12 | 1 | Ongoing without event | Last adequate assessment"),
        ("clinical progression after two missed", {"scans": "2021-04-12 SD", "clinical": "2021-07-20"},
         "PFSC", "2021-03-01 | 2021-04-12 | 4 | Two or more missed assessments before the event | Last adequate assessment"),
        ("clinical progression on the day of a scan that closes the gap",
         {"scans": "2021-04-12 SD, 2021-07-20 SD", "clinical": "2021-07-20"},
         "PFSC", "2021-03-01 | 2021-08-16 | 0 | Clinical progression (by scheduled visit) | ."),
    ],
)  # fmt: skip
def test_the_other_parameters(situation, course, paramcd, expected):
    assert row(one_subject(**course), paramcd, "STARTDT ADT CNSR EVNTDESC CNSDTDSC") == expected


def test_only_responders_have_a_duration_of_response():
    codes = set(one_subject("2021-04-12 PR, 2021-05-24 SD")["ADTTE"].frame["PARAMCD"])
    assert not codes & {"DOR", "TTR"}


def test_time_to_second_line_from_the_qualifying_progression_enters_at_radiotherapy():
    tables = {
        "DM": "S\nA\nB",
        "EX": "S | EXSTDTC | EXENDTC\nA | 2021-03-01 | 2021-03-10\nB | 2021-03-01 | 2021-03-10",
        "MH": "S | MHCAT | MHEVDTYP | MHSTDTC\nA | QUALIFYING PROGRESSION | . | 2021-02-01\n"
        "B | QUALIFYING PROGRESSION | . | 2021-02-01",
        "CM": "S | CMSTDTC\nA | 2021-05-01\nB | 2021-02-10",
    }
    datasets, findings = derive(**tables)
    rows = datasets["ADTTE"].frame.query("PARAMCD == 'TTNT2LQ'")
    assert as_text(rows, "USUBJID STARTDT ADT CNSR") == ["A | 2021-02-01 | 2021-05-01 | 0"]
    assert rows["ENTRY"].iloc[0] == pytest.approx(28 / 30.4375)
    said = findings[findings["rule"].str.startswith("ADTTE-111")]
    assert as_text(said, "subject severity variable message") == [
        "B | error | TRTSDT | the time of TTNT2LQ ends on 2021-02-10, before TRTSDT 2021-03-01, when it would count: no record"
    ]


def test_an_event_whose_dataset_the_study_does_not_have_is_said_once():
    _, findings = derive(DM="S\nA", EX=START.format("A"))
    said = findings[findings["rule"].str.startswith("ADTTE-112")]
    assert list(said["message"]) == [
        'there is no dataset CM: no subject can have the event "second line" of NLFS, TTNT2L, TTNT2LQ',
        'there is no dataset RS: no subject can have the event "clinical progression" of PFSC',
    ]


def test_what_is_dated_where_it_cannot_be_is_no_event_and_a_finding():
    # what was seen before the start is the progression that led to it: no event, and nobody is asked
    scans = "2021-02-20 PD, 2021-04-12 SD, 2021-09-10 PD, 2024-05-01 PD"
    datasets = one_subject(scans, death="2021-06-01", therapy="2024-04-01")
    found, _ = check_datasets(datasets, SPECS, TRIAL)
    for rule, variable, value in (
        ("RS-003 response.after-death", "RSDTC", "2021-09-10"),
        ("DT-002 date.after-cutoff", "RSDTC", "2024-05-01"),
        ("DT-002 date.after-cutoff", "CMSTDTC", "2024-04-01"),
    ):
        asked = found[(found["rule"] == rule) & (found["variable"] == variable)]
        assert value in set(asked["value"]), (rule, value)
    assert row(datasets, "PFS") == "2021-06-01 | 0 | Death"
    assert row(datasets, "TTNT2L", "ADT CAUSE") == "2021-06-01 | 2"
