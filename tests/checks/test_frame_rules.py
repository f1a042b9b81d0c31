"""Lines of the rule tables in the schema of one dataset, on the failing and passing cases of those rules."""

import warnings
from functools import cache

import pandera.pandas as pa
import pytest

from hcc_sdtm.checks.frame_rules import OF_VALUES, build_rule_checks
from hcc_sdtm.checks.schemas import build_schema
from tests.checks.tables import SPECS, build_dataset, parse_table
from tests.checks.test_rules import CASES

ROWS = {row.id: row for row in SPECS.rules if row.kind in OF_VALUES}


def asked_in(kind):
    """Rule, dataset and records of each table of the cases of one kind, for rules that look at one dataset."""
    for rule, row in ROWS.items():
        cases = list(CASES.get(rule, {}).get(kind, {}).items())
        for name, case in cases if kind == "fail" else cases[:1]:
            wrong = case.get("finds", [])
            places = [place.split() for place in ([wrong] if isinstance(wrong, str) else wrong)]
            for dataset in [table for table in case if table.isupper() and table in {**SPECS.sdtm, **SPECS.adam}]:
                records = [int(place[1]) - 1 for place in places if place[0] == dataset]
                if records or kind == "pass":
                    yield pytest.param(row, dataset, case[dataset], records, id=f"{rule} {dataset}: {name}")


@cache
def schema_of(dataset):
    return build_schema(SPECS.dataset(dataset), SPECS)


def told(row, dataset, text):
    """What the schema of the dataset says of a table under the rule's label: errors by index, and warnings."""
    label = f"{row.id} {row.name}"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            schema_of(dataset).validate(build_dataset(dataset, parse_table(text)).frame, lazy=True)
            failed = set()
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases
            failed = set(cases.loc[cases["check"] == label, "index"])
    return failed, any(label in str(each.message) for each in caught)


@pytest.mark.parametrize(("row", "dataset", "text", "records"), list(asked_in("fail")))
def test_the_schema_alone_finds_what_the_rule_finds(row, dataset, text, records):
    failed, warned = told(row, dataset, text)
    assert (failed, warned) == ((set(records), False) if row.severity == "error" else (set(), True))


@pytest.mark.parametrize(("row", "dataset", "text", "records"), list(asked_in("pass")))
def test_the_schema_is_silent_where_the_rule_passes(row, dataset, text, records):
    assert told(row, dataset, text) == (set(), False)


def test_a_schema_has_no_check_that_needs_another_dataset():
    labels = {check.error for check in build_rule_checks(SPECS.sdtm["LB"], SPECS)}
    assert "SD-0090 general.baseline-without-result" in labels
    assert "SD-0040 timing.study-day" not in labels
    assert "SD-0088 general.study-not-of-demographics" not in labels


def test_a_column_that_is_empty_throughout_is_wrong_in_every_record():
    table = "USUBJID  VSBLFL  VSSTRESC\n" + "S-1  Y  .\n" * 30
    row = next(row for row in SPECS.rules if row.id == "SD-0090")
    assert told(row, "VS", table) == (set(range(30)), False)


def test_the_schema_of_another_class_has_no_check_of_findings():
    labels = {check.error for check in build_rule_checks(SPECS.sdtm["AE"], SPECS)}
    assert "SD-0090 general.baseline-without-result" not in labels
    assert "SD-0085 general.reason-without-status" in labels
