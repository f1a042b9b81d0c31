from __future__ import annotations

from tests.adam.adrs_verbs.test_lesion_fields import TR, derive, records


def test_depth_is_the_best_change_of_the_sum_at_the_first_scan_that_had_it():
    adrs, _, _ = derive()
    # 60 mm at baseline, 38 mm at week 6, 44 mm at week 12, 45 mm at week 18
    assert records(adrs, "AVALC AVAL ADT SRCDOM SRCVAR SRCSEQ", "DEPTH") == [
        ". | -36.6667 | 2021-04-13 | TR | TRDTC | 4"
    ]


def test_a_sum_that_lacks_a_target_is_no_depth():
    adrs, _, _ = derive(tr="\n".join(line for line in TR.splitlines() if "2021-04-13" not in line))
    assert records(adrs, "AVAL ADT", "DEPTH") == ["-26.6667 | 2021-05-24"]


def test_after_new_therapy_or_progression_by_the_sum_nothing_is_deeper():
    adrs, _, _ = derive(CM="S | CMSTDTC\nA | 2021-04-01")
    assert records(adrs, "AVAL", "DEPTH") == []
    deep = TR.replace("| 27       | mm       | 4", "| 1       | mm       | 4").replace("| 26 ", "| 90 ")
    adrs, _, _ = derive(tr=deep)
    assert records(adrs, "AVAL ADT", "DEPTH") == ["-36.6667 | 2021-04-13"]


def test_a_subject_whose_sum_only_grew_has_a_positive_depth():
    adrs, _, _ = derive(
        tr=TR.replace("| 20       | mm       | 2", "| 50       | mm       | 2")
        .replace("| 26 ", "| 52 ")
        .replace("| 27 ", "| 52 ")
    )
    assert records(adrs, "AVAL ADT", "DEPTH") == ["13.3333 | 2021-04-13"]


def test_without_a_sum_before_the_start_there_is_no_depth():
    adrs, _, _ = derive(tr="\n".join(line for line in TR.splitlines() if "BASELINE" not in line))
    assert records(adrs, "AVAL", "DEPTH") == []
