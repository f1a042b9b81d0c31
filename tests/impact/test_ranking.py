"""Rankings worked out by hand, and rankings of the reference study against runs with each answer written into the data."""

from __future__ import annotations

import math
import shutil
from itertools import product

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm import pipeline
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates import to_days
from hcc_sdtm.finding import findings_frame
from hcc_sdtm.impact.answers import Answering
from hcc_sdtm.impact.feeds import find_feeds, ranked_endpoints
from hcc_sdtm.impact.impact import RANKING_COLUMNS
from hcc_sdtm.impact.located import Located
from hcc_sdtm.impact.moves import HEADLINES
from hcc_sdtm.impact.possible_days import PossibleDays
from hcc_sdtm.impact.questions import build_questions
from hcc_sdtm.impact.ranking import rank_findings
from tests.conftest import ROOT
from tests.impact.tables import (
    ORR,
    OS,
    PFSEMA,
    PROGRESSIONS,
    START,
    derived,
    estimated,
    finding,
    five,
    found,
    ranked,
    trial,
)

PD_OF_B, PD_OF_D = 4, 8
"""Records of RS, counted from 1."""

CANDIDATES = "2021-06-21 or 2021-08-30"


def months(day):
    """From the start of treatment, the first day being day 1."""
    days = to_days(pd.Series([day, START])).to_numpy()
    return (days[0] - days[1] + 1) / 30.4375


def ambiguous(record=PD_OF_B, subject="B", expected=CANDIDATES):
    return finding("MAP-012 date.ambiguous", "RS", record, "RSDTC", subject, expected=expected)


def rows_of(impact, columns="endpoint measure value least greatest change bound"):
    return impact.ranking[columns.split()].to_numpy().tolist()


def test_the_median_moves_from_the_third_to_the_next_progression():
    # with B after D the third of five to progress is D, and no longer C
    impact = ranked(five(), found(ambiguous()), PFSEMA)
    now, then = months(PROGRESSIONS["C"]), months(PROGRESSIONS["D"])
    (row,) = rows_of(impact)
    assert row == ["PFS", "median", *map(pytest.approx, (now, now, then, then - now)), "enumerated"]
    assert list(impact.ranking) == list(RANKING_COLUMNS)
    key = impact.ranking["key"].iloc[0]
    assert impact.ranks == {key: 1}
    assert impact.texts == {key: "PFS median by 0.9 months (4.6 to 5.6)"}
    assert impact.sentences == (
        "1 finding moves the median of Progression-free (PFS), by at most 0.9 months, and together from 4.6 to between 4.6 "
        "and 5.6 months.",
        "The 1 open finding with an answer to try moves an endpoint.",
    )


def test_two_questions_together_move_more_than_each():
    # B and D after E: the third to progress is E; each alone moves the median to D, or not at all
    late = "2021-08-16 or 2021-10-11"
    findings = found(ambiguous(expected="2021-06-21 or 2021-09-20"), ambiguous(PD_OF_D, "D", late))
    impact = ranked(five(), findings, PFSEMA)
    assert [row[2:5] for row in rows_of(impact)] == [
        [pytest.approx(months(day)) for day in ("2021-07-19", "2021-07-19", "2021-08-16")]
    ]
    (median,) = impact.joint[impact.joint["measure"] == "median"].itertuples()
    assert (median.least, median.greatest) == pytest.approx((months("2021-07-19"), months("2021-09-13")))
    assert impact.texts[findings["key"][1]] == "none"


def test_findings_of_one_cause_are_one_question_about_several_subjects():
    findings = found(
        finding("MAP-019 date.order-contradicted", "", "", "visit_date", ""),
        ambiguous(expected="2021-06-21 or 2021-09-20"),
        ambiguous(PD_OF_D, "D", "2021-08-16 or 2021-10-11"),
        causes=[(1, 0), (2, 0)],
    )
    impact = ranked(five(), findings, PFSEMA)
    (row,) = rows_of(impact, "key findings least greatest")
    assert row == [findings["key"][0], 3, pytest.approx(months("2021-07-19")), pytest.approx(months("2021-09-13"))]
    assert set(impact.ranks) == set(findings["key"])


def test_a_waived_finding_is_not_open():
    assert ranked(five(), found(ambiguous()).assign(status="waived"), PFSEMA).ranking.empty


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (finding("MAP-011 date.impossible", "DM", 2, "BRTHDTC", "B"), "feeds no endpoint"),
        (finding("MAP-012 date.ambiguous", "RS", 99, "RSDTC", "B"), "is at no record of a subject of the study"),
        (finding("MAP-012 date.ambiguous", "RS", 1, "RSDTC", "B"), "is at no record of a subject of the study"),
        (finding("MAP-012 date.ambiguous", "RS", 4, "NOSUCH", "B"), "is at no record of a subject of the study"),
        (
            finding("ADSL-102 adam.undated-death", "ADSL", 2, "DTHDT", "B"),
            "is about a number, a qualifier or a group, or about a date of the analysis, which no cell holds: a doubted "
            "cell that it is made from has a finding of its own",
        ),
        (finding("EX-002 dose.unlikely", "EX", 2, "EXDOSE", "B"), "is about doses"),
        (finding("OWN-001 own.rule", "RS", 4, "RSDTC", "B"), "no line of the table of answers"),
    ],
)
def test_what_has_no_answer_moves_nothing_and_says_why(asked, reason):
    impact = ranked(five(), found(asked), PFSEMA)
    assert impact.ranking.empty
    assert impact.not_tried == {reason: 1}
    assert impact.texts == {}
    assert impact.sentences == (
        "No open finding moves Progression-free (PFS).",
        "Of 0 open findings with an answer to try none moves an endpoint.",
        "1 finding has no answer to try.",
    )


def test_without_findings_or_endpoints_nothing_is_ranked():
    assert ranked(five(), found(), PFSEMA).ranking.empty
    assert ranked(five(), found(ambiguous())).ranking.empty


def test_a_recomputed_response_moves_a_share_by_one_in_five():
    doubted = finding("ADRS-120 response.overall-recomputed", "RS", 3, "RSORRES", "B", expected="PD")
    assert ranked(five(), found(doubted), ORR).ranking.empty  # a PD instead of an SD is no response either
    sdtm = five()
    sdtm["RS"].frame.loc[0, "RSSTRESC"] = "PR"
    doubted = finding("ADRS-120 response.overall-recomputed", "RS", 3, "RSORRES", "B", expected="PR")
    (row,) = rows_of(ranked(sdtm, found(doubted), ORR))
    assert row == ["ORR", "proportion", *map(pytest.approx, (20.0, 20.0, 40.0, 20.0)), "enumerated"]


def test_a_median_that_is_no_longer_reached_is_ne():
    # E is the only one to die, when all others have left: without that death nobody ever has
    doubted = finding("SS-001 survival.disagrees", "DM", 5, "DTHDTC", "E")
    impact = ranked(five({"E": "2021-12-01"}), found(doubted), {**OS, "times": []})
    (row,) = rows_of(impact)
    assert row[:4] == ["OS", "median", *map(pytest.approx, (months("2021-12-01"), months(PROGRESSIONS["E"])))]
    assert math.isnan(row[4])
    assert row[5] == math.inf
    assert impact.texts[impact.ranking["key"].iloc[0]] == "OS median to or from NE (6.5 to NE)"


def test_questions_are_ordered_by_the_first_statistic_of_the_first_endpoint():
    deaths = {"A": "2021-10-01", "B": "2021-11-01", "C": "2021-12-01"}
    dead = finding("DT-005 event.out-of-order", "DM", 1, "DTHDTC", "A")
    findings = found(dead, ambiguous())
    by_progression = ranked(five(deaths), findings, PFSEMA, OS).ranking.drop_duplicates("rank")["key"].tolist()
    assert by_progression == [findings["key"][1], findings["key"][0]]
    by_death = ranked(five(deaths), findings, {**PFSEMA}, {**OS, "purpose": "primary"}).ranking
    assert by_death.drop_duplicates("rank")["key"].tolist() == [findings["key"][0], findings["key"][1]]
    assert by_death["endpoint"].iloc[0] == "OS"


def test_the_order_of_findings_changes_nothing():
    findings = found(ambiguous(), ambiguous(PD_OF_D, "D", "2021-08-16 or 2021-10-11"))
    one, other = (ranked(five(), each, PFSEMA) for each in (findings, findings.iloc[::-1]))
    pd.testing.assert_frame_equal(one.ranking, other.ranking)
    assert one.texts == other.texts
    assert one.sentences == other.sentences


def test_marks_are_text_and_change_no_other_column():
    findings = found(ambiguous(), finding("MAP-011 date.impossible", "DM", 2, "BRTHDTC", "B"))
    marked = ranked(five(), findings, PFSEMA).mark(findings)
    assert marked["rank"].tolist() == ["1", ""]
    assert marked["impact"].tolist() == ["PFS median by 0.9 months (4.6 to 5.6)", ""]
    pd.testing.assert_frame_equal(marked[list(findings)], findings)


def edited(sdtm, answer):
    """SDTM with an answer written in."""
    frames = {name: dataset.frame.copy() for name, dataset in sdtm.items()}
    taken = {}
    for place, text in answer:
        if text is None:
            taken.setdefault(place.dataset, set()).add(place.position)
        else:
            frames[place.dataset].loc[place.position, place.variable] = text
    made = {}
    for name, dataset in sdtm.items():
        frame = frames[name].drop(index=sorted(taken.get(name, ()))).reset_index(drop=True)
        made[name] = Dataset(dataset.spec, frame[[c for c in frame if not c.startswith("_")]])
    return made


def asked_questions(asked, findings, sdtm, adam):
    feeds = find_feeds(
        ranked_endpoints(asked.endpoints.endpoints),
        {**sdtm, **adam},
        adam["ADSL"],
        asked.specs,
        asked.trial,
        asked.adam,
    )
    located = Located({name: each for name, each in sdtm.items() if name in asked.specs.sdtm}, feeds)
    kinds = {row.id: row.kind for row in asked.specs.rules}
    return build_questions(findings, Answering(located, PossibleDays(located, asked.trial)), kinds)


def headlines(results):
    own = (results["group"] == "") & results["measure"].isin(HEADLINES)
    chosen = results[own & ~results["method"].str.startswith(("Turnbull", "reverse"))]
    keys = chosen[["endpoint", "measure", "time", "cause"]].fillna(-1.0).itertuples(index=False, name=None)
    return dict(zip(keys, chosen["value"], strict=True))


def key_of(row):
    return row.endpoint, row.measure, -1.0 if math.isnan(row.time) else row.time, row.cause


def test_the_reference_study_moves_as_far_as_runs_with_each_answer_do(reference_run):
    result = reference_run.result
    asked, own = result.study, dict(result.sdtm)
    questions = asked_questions(asked, result.findings, own, result.adam)
    now, ranking = headlines(result.endpoints), result.impact.ranking
    lead_of = {question.keys[0]: question for question in questions}
    assert len(set(ranking["key"])) >= 5
    for lead, rows in ranking.groupby("key"):
        ((subject, answers),) = lead_of[lead].answers.items()
        is_all = len(answers) <= 3
        values = [now]
        for answer in answers if is_all else (answers[0], answers[len(answers) // 2], answers[-1]):
            values.append(headlines(estimated(derived(edited(own, answer), asked), asked).results))
        reached = {key: [each[key] for each in values] for key in now}
        for row in rows.itertuples():
            tried = np.array(reached.pop(key_of(row)))
            assert row.value == pytest.approx(tried[0], nan_ok=True)
            if is_all and not np.isnan(tried).any():
                assert (row.least, row.greatest) == pytest.approx((tried.min(), tried.max())), (subject, row)
            else:
                assert np.nanmin(tried) >= row.least - 1e-9
                assert math.isnan(row.greatest) or np.nanmax(tried) <= row.greatest + 1e-9
        for key, tried in reached.items():  # what is not in the ranking does not move
            assert tried == pytest.approx([tried[0]] * len(tried), nan_ok=True), (lead, key)


def test_a_corrected_cell_of_a_site_gives_what_its_answer_gave(reference_run, tmp_path):
    """The cell of a date after death, corrected in the file that the site sent, and the whole study run anew."""
    result = reference_run.result
    asked = [each for each in result.findings.to_dict("records") if each["rule"].startswith("RS-003")]
    (late,) = [each for each in asked if each["source"] == "site_103/response.csv:E9"]
    for name in ("raw", "mappings", "specs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "study.yaml", tmp_path)
    path = tmp_path / "raw" / "site_103" / "response.csv"
    lines = path.read_bytes().split(b"\n")
    assert lines[8].count(late["typed"].encode()) == 1
    lines[8] = lines[8].replace(late["typed"].encode(), b"10/10/2023")
    path.write_bytes(b"\n".join(lines))
    corrected = headlines(pipeline.run(tmp_path, impact=False).endpoints)

    questions = asked_questions(result.study, result.findings, result.sdtm, result.adam)
    (question,) = [each for each in questions if late["key"] in each.keys]
    ((_, answers),) = question.answers.items()
    (answer,) = [each for each in answers if {edit.text for edit in each} == {"2023-10-10"}]
    written = headlines(estimated(derived(edited(result.sdtm, answer), result.study), result.study).results)
    assert corrected == pytest.approx(written, nan_ok=True)
    ranking = result.impact.ranking
    for row in ranking[ranking["key"] == question.keys[0]].itertuples():
        assert row.least - 1e-9 <= corrected[key_of(row)] <= row.greatest + 1e-9


def test_every_combination_of_two_subjects_lies_within_the_joint_movement():
    findings = found(
        ambiguous(expected="2021-06-21 or 2021-09-20"), ambiguous(PD_OF_D, "D", "2021-08-16 or 2021-10-11")
    )
    asked, sdtm = trial(PFSEMA), five()
    joint = ranked(sdtm, findings, PFSEMA).joint.set_index("measure").loc["median"]
    medians = []
    for days in product(("2021-06-21", "2021-09-20"), ("2021-08-16", "2021-10-11")):
        tables = five()
        tables["RS"].frame.loc[[PD_OF_B - 1, PD_OF_D - 1], "RSDTC"] = days
        medians.append(headlines(estimated(derived(tables, asked), asked).results)["PFS", "median", -1.0, ""])
    assert (joint["least"], joint["greatest"]) == pytest.approx((min(medians), max(medians)))


def test_a_run_without_subjects_or_dm_ranks_nothing(reference_run):
    result = reference_run.result
    without = {name: each for name, each in result.sdtm.items() if name != "DM"}
    impact = rank_findings(result.study, result.findings, without, result.adam, result.estimates)
    assert impact.ranking.empty
    assert rank_findings(result.study, findings_frame(), result.sdtm, result.adam, result.estimates).texts == {}
