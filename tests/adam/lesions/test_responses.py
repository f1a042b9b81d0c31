"""Recomputed responses against tables written by hand, and against a slow reading of the criteria on random histories."""

import random

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.adam.lesions.records import build_lesions
from hcc_sdtm.adam.lesions.responses import judge_lesions, recompute_responses
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dates.iso import to_days
from tests.adam.lesions.histories import START, draw_history, expected_responses, tables_of
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study

TABLES = {**SPECS.sdtm, **SPECS.adam}
NAMES = {"RECIST 1.1": False, "mRECIST": True}


def subjects_of(names, start="2021-03-01", **dates):
    """Subjects who all started on one day, with further ADSL dates by name."""
    day = float(to_days(pd.Series([start]))[0])
    days = {"TRTSDT": np.full(len(names), day)} | {name: np.full(len(names), np.nan) for name in TRIAL.events}
    days["DTHDT"] = np.full(len(names), np.nan)
    for name, text in dates.items():
        days[name] = np.full(len(names), float(to_days(pd.Series([text]))[0]))
    return Subjects(pd.Index(names), float(to_days(pd.Series([TRIAL.data_cutoff]))[0]), TRIAL.partial_dates, days)


def judged(datasets, criterion, subjects):
    return recompute_responses(datasets, subjects, criterion, TABLES, TRIAL, ADAM.criteria.reading)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("least_mm", [0, 5])
def test_random_histories_are_judged_as_a_slow_reading_of_the_criterion_judges_them(name, seed, least_mm):
    source = random.Random(seed)
    histories = [draw_history(f"S{number:04}", source) for number in range(400)]
    histories = [history for history in histories if history.targets or history.others or history.news]
    criterion = ADAM.criteria.named(name).model_copy(update={"progression_mm": least_mm})
    subjects = subjects_of([history.subject for history in histories], START.isoformat())
    responses = judged(study(**tables_of(histories)), criterion, subjects)
    found = responses.groupby("subject")[["target", "non_target", "new_lesion", "overall"]].apply(
        lambda rows: [tuple(row) for row in rows.itertuples(index=False)]
    )
    seen = set()
    for number, history in enumerate(histories):
        expected = expected_responses(history, NAMES[name], least_mm, TRIAL.response.confirmation_days)
        assert found.get(number, []) == expected, history
        seen |= {answer[3] for answer in expected}
    assert seen == {"CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"}


DATES = ("2021-02-20", "2021-04-12", "2021-05-24", "2021-07-05", "2021-08-16")
"""Scans of visits 1 (before the start, 2021-03-01) to 5, six weeks apart."""


def scans(*rows, subject="A", **further):
    """TU and TR of one subject: each row is link, kind, place, test and one result a visit from the baseline on; ``.``: none.

    A new lesion is identified at its first result; ``NEW`` stands for being identified alone.
    """
    tu, tr = [], []
    for row in rows:
        link, kind, place, test, *results = row.split()
        place = place.replace("_", " ")
        first = next(at for at, result in enumerate(results) if result != "." or kind != "NEW")
        identity = {"S": subject, "TULNKID": link, "TUSTRESC": kind, "TULOC": place, "TUDTC": DATES[first]}
        if not any(record["TULNKID"] == link for record in tu):
            tu.append(identity | {"VISITNUM": str(first + 1)} | further)
        for visit, result in enumerate(results):
            if result in (".", "NEW"):
                continue
            number = result if result.replace(".", "").isdigit() else ""
            text = result.replace("_", " ")
            record = {"S": subject, "TRLNKID": link, "TRTESTCD": test, "TRSTRESC": text, "TRSTRESN": number}
            tr.append(record | {"TRSTRESU": "mm" if number else "", "TRDTC": DATES[visit], "VISITNUM": str(visit + 1)})
    return {"TU": pd.DataFrame(tu).fillna(""), "TR": pd.DataFrame(tr).fillna("")}


def responses_of(tables, criterion="RECIST 1.1", changes=None, **dates):
    """The recomputed responses of the only subject."""
    chosen = ADAM.criteria.named(criterion).model_copy(update=changes or {})
    return judged(study(**tables), chosen, subjects_of(["A"], **dates))


def told(tables, criterion="RECIST 1.1", changes=None, columns="AVISITN target non_target new_lesion overall", **dates):
    return as_text(responses_of(tables, criterion, changes, **dates), columns)


def test_a_partial_response_is_from_baseline_and_progression_from_the_nadir():
    tables = scans("T01 TARGET LIVER LDIAM 50 35 28 34 33.5", "T02 TARGET LUNG LDIAM 20 14 12 14 14.5")
    assert told(tables, columns="AVISITN overall sum base nadir") == lines(
        """
        2 | PR | 49 | 70 | 70
        3 | PR | 40 | 70 | 49
        4 | PD | 48 | 70 | 40
        5 | PD | 48 | 70 | 40
        """
    )


def test_growth_of_less_than_5_mm_is_no_progression_where_the_criterion_asks_for_5():
    tables = scans("T01 TARGET LUNG LDIAM 12 5 9.9 10")
    assert told(tables, columns="AVISITN overall") == lines("2 | PR \n 3 | SD \n 4 | PD")
    assert told(tables, changes={"progression_mm": 0}, columns="AVISITN overall") == lines("2 | PR \n 3 | PD \n 4 | PD")


def test_what_was_measured_is_progression_alone_and_every_other_response_needs_all_targets():
    tables = scans("T01 TARGET LIVER LDIAM 20 30 . 5", "T02 TARGET LUNG LDIAM 20 . 10 .")
    assert told(tables, columns="AVISITN target overall measured known sum") == lines(
        """
        2 | NE | NE | 1 | 30 | .
        3 | NE | NE | 1 | 10 | .
        4 | NE | NE | 1 | 5 | .
        """
    )
    tables = scans("T01 TARGET LIVER LDIAM 20 60", "T02 TARGET LUNG LDIAM 20 .")
    assert told(tables, columns="AVISITN target overall measured known sum") == ["2 | PD | PD | 1 | 60 | ."]


def test_all_targets_gone_is_complete_with_nodes_below_10_mm_and_any_return_is_progression():
    tables = scans("T01 TARGET LIVER LDIAM 20 0 3 0", "T02 TARGET RETROPERITONEAL_LYMPH_NODE LPERP 18 9.9 8 8")
    assert told(tables, columns="AVISITN target overall sum nadir") == lines(
        """
        2 | CR | CR | 9.9 | 38
        3 | PD | PD | 11 | 9.9
        4 | CR | CR | 8 | 9.9
        """
    )
    tables = scans("T01 TARGET RETROPERITONEAL_LYMPH_NODE LPERP 18 9 10")
    assert told(tables, columns="AVISITN target") == lines("2 | CR \n 3 | PR")


def test_from_a_nadir_of_0_any_size_is_progression():
    tables = scans("T01 TARGET LIVER LDIAM 20 0 1")
    changes = {"progression_mm": 5}
    assert told(tables, changes=changes, columns="AVISITN target nadir") == lines("2 | CR | 20 \n 3 | PD | 0")


def test_a_node_of_normal_size_alone_has_not_progressed():
    """Under 10 mm of short axis a node is normal: from 0 or from 3 mm it has not come back until it reaches 10 mm."""
    tables = scans("T01 TARGET RETROPERITONEAL_LYMPH_NODE LPERP 20 0 3 9.9 10", "T02 TARGET LIVER LDIAM 20 0 0 . 0")
    assert told(tables, columns="AVISITN target known nadir") == lines(
        "2 | CR | 0 | 40 \n 3 | CR | 3 | 0 \n 4 | NE | 9.9 | 0 \n 5 | PD | 10 | 0"
    )
    tables = scans("T01 TARGET RETROPERITONEAL_LYMPH_NODE LPERP 20 3 9", "T02 TARGET LIVER LDIAM 20 20 20")
    assert told(tables, columns="AVISITN target sum nadir") == lines("2 | PR | 23 | 40 \n 3 | PD | 29 | 23")


def test_a_lesion_too_small_to_measure_counts_5_mm():
    tables = scans("T01 TARGET LIVER LDIAM 20 TOO_SMALL_TO_MEASURE ABSENT")
    assert told(tables, columns="AVISITN target sum") == lines("2 | PR | 5 \n 3 | CR | 0")


def test_a_confirmed_partial_response_stays_one_until_progression_as_far_as_the_criterion_says():
    tables = scans("T01 TARGET LIVER LDIAM 100 68 69 75 90")
    for stays, expected in {"never": "PR PR SD PD", "confirmed": "PR PR PR PD", "always": "PR PR PR PD"}.items():
        assert responses_of(tables, changes={"partial_stays": stays})["target"].tolist() == expected.split(), stays
    tables = scans("T01 TARGET LIVER LDIAM 100 68 71 75")
    for stays, expected in {"never": "PR SD SD", "confirmed": "PR SD SD", "always": "PR PR PR"}.items():
        assert responses_of(tables, changes={"partial_stays": stays})["target"].tolist() == expected.split(), stays


def test_non_targets_are_complete_when_all_are_gone_and_not_told_when_one_was_not_evaluated():
    tables = scans(
        "NT01 NON-TARGET BONE TUMSTATE PRESENT PRESENT ABSENT ABSENT UNEQUIVOCAL",
        "NT02 NON-TARGET LUNG TUMSTATE PRESENT . ABSENT PRESENT PRESENT",
    )
    assert told(tables) == lines(
        """
        2 | . | NE | . | NE
        3 | . | CR | . | CR
        4 | . | NON-CR/NON-PD | . | NON-CR/NON-PD
        5 | . | PD | . | PD
        """
    )


@pytest.mark.parametrize(
    ("target", "other", "expected"),
    [
        ("0", "ABSENT", "CR"),
        ("0", "PRESENT", "PR"),
        ("0", "NE", "PR"),
        ("20", "NE", "PR"),
        ("40", "NE", "SD"),
        (".", "PRESENT", "NE"),
        ("0", "UNEQUIVOCAL", "PD"),
    ],
)
def test_the_overall_response_is_that_of_table_1(target, other, expected):
    tables = scans(f"T01 TARGET LIVER LDIAM 40 {target}", f"NT01 NON-TARGET BONE TUMSTATE PRESENT {other}")
    assert responses_of(tables)["overall"].tolist() == [expected]


def test_an_equivocal_new_lesion_that_is_confirmed_is_progression_at_its_first_scan():
    tables = scans("T01 TARGET LIVER LDIAM 40 40 40 40", "NEW01 NEW LUNG TUMSTATE . EQUIVOCAL EQUIVOCAL UNEQUIVOCAL")
    expected = (
        "2 | UNEQUIVOCAL | PD | 2021-04-12 \n 3 | UNEQUIVOCAL | PD | 2021-05-24 \n 4 | UNEQUIVOCAL | PD | 2021-07-05"
    )
    found = responses_of(tables).assign(ADT=lambda rows: rows["day"])
    assert as_text(found.rename(columns={"day": "DAYDT"}), "AVISITN new_lesion overall DAYDT") == lines(expected)
    rules = ADAM.criteria.named("RECIST 1.1").new_lesions
    changes = {"new_lesions": rules.model_copy(update={"dated_back": False})}
    assert told(tables, changes=changes, columns="AVISITN new_lesion overall") == lines(
        "2 | EQUIVOCAL | SD \n 3 | EQUIVOCAL | SD \n 4 | UNEQUIVOCAL | PD"
    )


def test_a_new_lesion_that_is_only_identified_is_progression_and_makes_its_own_assessment():
    tables = scans("T01 TARGET LIVER LDIAM 40 40", "NEW01 NEW LUNG TUMSTATE . . NEW")
    assert told(tables, columns="AVISITN target new_lesion overall dataset dated_by") == lines(
        "2 | SD | . | SD | TR | other \n 3 | NE | UNEQUIVOCAL | PD | TU | new_lesion"
    )


def test_a_small_new_lesion_in_the_liver_is_in_doubt_by_mrecist_until_it_has_grown():
    tables = scans("T01 TARGET LIVER VDIAM 40 40 40", "NEW01 NEW LIVER LDIAM . 8 12")
    assert told(tables, "mRECIST", columns="AVISITN new_lesion overall") == lines(
        "2 | UNEQUIVOCAL | PD \n 3 | UNEQUIVOCAL | PD"
    )
    tables = scans("T01 TARGET LIVER VDIAM 40 40 40", "NEW01 NEW LIVER LDIAM . 8 9")
    assert told(tables, "mRECIST", columns="AVISITN new_lesion overall") == lines(
        "2 | EQUIVOCAL | SD \n 3 | EQUIVOCAL | SD"
    )
    assert told(tables, columns="AVISITN new_lesion") == lines("2 | UNEQUIVOCAL \n 3 | UNEQUIVOCAL")


def test_mrecist_sums_the_viable_part_in_the_liver_and_the_whole_elsewhere():
    tables = scans(
        "T01 TARGET LIVER LDIAM 40 40",
        "T01 TARGET LIVER VDIAM 30 0",
        "T02 TARGET LUNG LDIAM 20 20",
        "T03 TARGET RETROPERITONEAL_LYMPH_NODE LPERP 16 16",
    )
    assert told(tables, "mRECIST", columns="AVISITN target sum base") == ["2 | PR | 36 | 66"]
    assert told(tables, columns="AVISITN target sum base") == ["2 | SD | 76 | 76"]


def test_a_liver_lesion_without_enhancement_at_baseline_is_measured_whole_throughout():
    tables = scans("T01 TARGET LIVER LDIAM 40 38", "T01 TARGET LIVER VDIAM . 10")
    assert told(tables, "mRECIST", columns="AVISITN target sum base") == ["2 | SD | 38 | 40"]


def test_no_enhancement_does_not_make_the_whole_lesion_gone():
    tables = scans("T01 TARGET LIVER LDIAM 40 .", "T01 TARGET LIVER VDIAM 30 0")
    assert told(tables, columns="AVISITN target") == ["2 | NE"]
    assert told(tables, "mRECIST", columns="AVISITN target") == ["2 | CR"]


def test_progression_is_dated_by_the_scan_that_shows_it():
    tables = scans("T01 TARGET LIVER LDIAM 40 60", "NT01 NON-TARGET BONE TUMSTATE PRESENT PRESENT")
    tables["TR"].loc[tables["TR"]["TRLNKID"].eq("NT01") & tables["TR"]["VISITNUM"].eq("2"), "TRDTC"] = "2021-04-20"
    tables["TR"].loc[tables["TR"]["TRLNKID"].eq("T01") & tables["TR"]["VISITNUM"].eq("2"), "TRDTC"] = "2021-04-14"
    grown = responses_of(tables).rename(columns={"day": "DAYDT"})
    assert as_text(grown, "overall DAYDT dated_by") == ["PD | 2021-04-14 | sum"]
    new = {"S": "A", "TULNKID": "NEW01", "TUSTRESC": "NEW", "TULOC": "LUNG", "TUDTC": "2021-04-13", "VISITNUM": "2"}
    tables["TU"] = pd.concat([tables["TU"], pd.DataFrame([new])], ignore_index=True)
    shown = responses_of(tables).rename(columns={"day": "DAYDT"})
    assert as_text(shown, "overall DAYDT dated_by dataset") == ["PD | 2021-04-13 | new_lesion | TU"]
    stable = scans("T01 TARGET LIVER LDIAM 40 40", "NT01 NON-TARGET BONE TUMSTATE PRESENT PRESENT")
    stable["TR"].loc[stable["TR"]["TRLNKID"].eq("NT01") & stable["TR"]["VISITNUM"].eq("2"), "TRDTC"] = "2021-04-20"
    last = responses_of(stable).rename(columns={"day": "DAYDT"})
    assert as_text(last, "overall DAYDT dated_by") == ["SD | 2021-04-20 | other"]


def test_an_imputed_date_of_a_new_lesion_says_so():
    tables = scans("T01 TARGET LIVER LDIAM 40 40", "NEW01 NEW LUNG TUMSTATE . . NEW")
    tables["TU"].loc[1, "TUDTC"] = "2021-05"
    shown = responses_of(tables).rename(columns={"day": "DAYDT"})
    assert as_text(shown, "DAYDT flag overall") == lines("2021-04-12 | . | SD \n 2021-05-15 | D | PD")


def test_fragments_of_a_lesion_are_summed_in_its_place_and_merged_lesions_have_one_diameter():
    tables = scans(
        "T01 TARGET LIVER LDIAM 40 40 .",
        "T02 TARGET LUNG LDIAM 20 20 20",
        "T01.1 TARGET LIVER LDIAM . . 15",
        "T01.2 TARGET LIVER LDIAM . . 10",
    )
    fragments = tables["TU"]["TULNKID"].str.contains(".", regex=False)
    tables["TU"].loc[fragments, ["TUTESTCD", "TUDTC", "VISITNUM"]] = ["TUSPLIT", DATES[2], "3"]
    tables["TU"]["TUTESTCD"] = tables["TU"]["TUTESTCD"].fillna("TUMIDENT")
    assert told(tables, columns="AVISITN target sum targets measured") == lines(
        "2 | SD | 60 | 2 | 2 \n 3 | SD | 45 | 4 | 4"
    )
    tables = scans(
        "T01 TARGET LIVER LDIAM 40 40 .", "T02 TARGET LIVER LDIAM 20 20 .", "T01/T02 TARGET LIVER LDIAM . . 65"
    )
    merged = tables["TU"]["TULNKID"] == "T01/T02"
    tables["TU"].loc[merged, ["TUTESTCD", "TUDTC", "VISITNUM"]] = ["TUMERGE", DATES[2], "3"]
    tables["TU"]["TUTESTCD"] = tables["TU"]["TUTESTCD"].fillna("TUMIDENT")
    assert told(tables, columns="AVISITN target sum base") == lines("2 | SD | 60 | 60 \n 3 | SD | 65 | 60")


def test_a_subject_with_neither_target_nor_non_target_has_no_response_but_progression():
    tables = scans("NEW01 NEW LUNG TUMSTATE . EQUIVOCAL EQUIVOCAL")
    assert responses_of(tables)["overall"].tolist() == ["NE", "NE"]


def test_evaluators_are_judged_apart():
    one, other = scans("T01 TARGET LIVER LDIAM 40 10"), scans("T01 TARGET LIVER LDIAM 40 60")
    for name, frame in other.items():
        other[name] = frame.assign(**{f"{name}EVAL": "INDEPENDENT ASSESSOR", f"{name}EVALID": "RADIOLOGIST 1"})
    tables = {name: pd.concat([one[name], other[name]], ignore_index=True).fillna("") for name in one}
    assert told(tables, columns="evaluator overall") == ["INDEPENDENT ASSESSOR RADIOLOGIST 1 | PD", "INVESTIGATOR | PR"]


def test_scans_after_the_death_are_in_no_response_and_those_of_the_start_are_the_baseline():
    tables = scans("T01 TARGET LIVER LDIAM 40 20 60")
    assert told(tables, columns="AVISITN overall", DTHDT="2021-05-01") == ["2 | PR"]
    assert told(tables, columns="AVISITN overall base", TRTSDT="2021-04-12") == ["3 | PD | 20"]


def test_the_order_of_records_changes_nothing():
    source = random.Random(11)
    histories = [draw_history(f"S{number:03}", source) for number in range(60)]
    tables = tables_of([history for history in histories if history.targets])
    subjects = subjects_of(sorted(set(tables["TU"]["S"])), START.isoformat())
    columns = ["subject", "AVISITN", "day", "target", "non_target", "new_lesion", "overall", "sum", "nadir"]
    criterion = ADAM.criteria.named("mRECIST")
    once = judged(study(**tables), criterion, subjects)[columns]
    shuffled = {name: frame.sample(frac=1, random_state=3).reset_index(drop=True) for name, frame in tables.items()}
    pd.testing.assert_frame_equal(judged(study(**shuffled), criterion, subjects)[columns], once)


def test_a_study_without_lesions_has_no_responses_and_makes_no_noise():
    subjects = subjects_of(["A"])
    lesions, found = build_lesions({}, subjects, TABLES, TRIAL, ADAM.criteria.reading)
    made, more = judge_lesions(lesions, ADAM.criteria.named("RECIST 1.1"), subjects, TRIAL)
    assert [len(frame) for frame in (made.responses, found, more)] == [0, 0, 0]
