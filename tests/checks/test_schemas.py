import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.checks.schema_findings import check_schema
from hcc_sdtm.checks.schema_rules import SCHEMA_RULES
from hcc_sdtm.checks.schemas import build_schema
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Codelist, DatasetSpec, Specs, ValueLevel, Variable
from hcc_sdtm.spec.tables import read_spec_tables

REPOSITORY = Path(__file__).parents[2]


def variable(
    name: str, type: str = "text", core: str = "Perm", codelist: str = "", length: int = 20, role: str = ""
) -> Variable:
    return Variable(
        name,
        name.title(),
        type,
        length,
        core,
        role,
        codelist,
        "Collected",
        "",
        "",
        "",
        Source("rs.csv", line=2),
    )


RS = DatasetSpec(
    "RS",
    "Response",
    "FINDINGS",
    "One record per assessment",
    ("USUBJID", "RSTESTCD", "VISITNUM"),
    ("USUBJID", "RSTESTCD", "VISITNUM"),
    (
        variable("USUBJID", core="Req"),
        variable("RSSEQ", "integer", core="Req", length=8),
        variable("RSTESTCD", core="Req", codelist="TEST", length=8),
        variable("RSSTRESC", core="Exp", codelist="RESPONSE"),
        variable("RSLOC", codelist="LOC"),
        variable("VISITNUM", "float", core="Exp", length=8),
        variable("RSDTC", "date", core="Exp", length=10),
    ),
    Source("datasets.csv", line=2),
)
ADTTE = DatasetSpec(
    "ADTTE",
    "Times",
    "BASIC DATA STRUCTURE",
    "One record per parameter",
    ("USUBJID", "PARAMCD"),
    ("USUBJID",),
    (
        variable("USUBJID", core="Req", role="Identifier"),
        variable("TRT01P", core="Req", role="Treatment"),
        variable("PARAMCD", core="Req", role="Analysis Parameter", length=8),
        variable("CNSR", "integer", core="Cond", codelist="CNSRC", length=8),
    ),
    Source("datasets.csv", line=3),
)
SPECS = Specs(
    {"RS": RS},
    {"ADTTE": ADTTE},
    {
        "TEST": Codelist("TEST", "C1", "Test", False, {"OVRLRESP": (), "ECOG101": (), "TOTAL": ()}),
        "RESPONSE": Codelist("RESPONSE", "C2", "Response", False, {"CR": ("Complete",), "PR": (), "PD": ()}),
        "GRADE": Codelist("GRADE", "C3", "Grade", True, {"0": (), "1": (), "2": ()}),
        "LOC": Codelist("LOC", "C4", "Location", True, {"LIVER": ("Hepatic",), "LUNG": ()}),
        "CNSRC": Codelist("CNSRC", "", "Censoring", False, {"0": (), "1": ()}),
    },
    (
        ValueLevel("RS", "RSSTRESC", "RSTESTCD", ("ECOG101",), "GRADE"),
        ValueLevel("RS", "RSSTRESC", "RSTESTCD", ("TOTAL",), ""),
    ),
)

GOOD = pd.DataFrame(
    {
        "USUBJID": ["S-1", "S-1", "S-1", "S-2"],
        "RSSEQ": [1.0, 2.0, 3.0, 1.0],
        "RSTESTCD": ["ECOG101", "OVRLRESP", "TOTAL", "OVRLRESP"],
        "RSSTRESC": ["1", "PR", "6", ""],
        "RSLOC": ["", "LIVER", "", "LUNG"],
        "VISITNUM": [1.0, 2.0, np.nan, 3.1],
        "RSDTC": ["2021-03-05", "2021-04", "", "2021---15"],
    }
)


def with_values(**columns: list) -> Dataset:
    return Dataset(RS, GOOD.assign(**columns))


def found(dataset: Dataset, *columns: str) -> list[tuple[str, ...]]:
    findings = check_schema(dataset, SPECS)
    return list(findings[list(columns)].itertuples(index=False, name=None))


def test_right_records_have_no_finding() -> None:
    assert found(Dataset(RS, GOOD), "rule") == []
    assert found(Dataset(RS, GOOD.astype({"RSTESTCD": "category", "RSSTRESC": "category"})), "rule") == []
    assert found(Dataset(RS, GOOD.iloc[:0]), "rule") == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            {"RSTESTCD": ["ECOG101", "", "TOTAL", "OVRLRESP"]},
            (
                "SCH-002 schema.required-missing", "error", "RSTESTCD", "2", "",
                "RSTESTCD has no value, and every record needs one",
            ),
        ),
        (
            {"RSSEQ": [1.0, 2.0, np.nan, 1.0]},
            (
                "SCH-002 schema.required-missing", "error", "RSSEQ", "3", "",
                "RSSEQ has no value, and every record needs one",
            ),
        ),
        (
            {"RSSTRESC": ["1", "Complete", "6", ""]},
            (
                "SCH-003 schema.not-in-codelist", "error", "RSSTRESC", "2", "Complete",
                '"Complete" is not in codelist RESPONSE (CR, PR, PD); the term is "CR"',
            ),
        ),
        (
            {"RSSTRESC": ["1", "PX", "6", ""]},
            (
                "SCH-003 schema.not-in-codelist", "error", "RSSTRESC", "2", "PX",
                '"PX" is not in codelist RESPONSE (CR, PR, PD)',
            ),
        ),
        (
            {"RSSTRESC": ["PR", "PR", "6", ""]},
            (
                "SCH-004 schema.term-added", "warning", "RSSTRESC", "1", "PR",
                '"PR" is not in codelist GRADE (0, 1, 2)',
            ),
        ),
        (
            {"RSLOC": ["", "hepatic", "", "LUNG"]},
            (
                "SCH-004 schema.term-added", "warning", "RSLOC", "2", "hepatic",
                '"hepatic" is not in codelist LOC (LIVER, LUNG); the term is "LIVER"',
            ),
        ),
        (
            {"RSDTC": ["05/03/2021", "2021-04", "", "2021"]},
            (
                "SCH-005 schema.not-iso8601", "error", "RSDTC", "1", "05/03/2021",
                '"05/03/2021" is not an ISO 8601 date',
            ),
        ),
        (
            {"RSDTC": ["2021-02-30", "2021-04", "", "2021"]},
            (
                "SCH-005 schema.not-iso8601", "error", "RSDTC", "1", "2021-02-30",
                '"2021-02-30" is not an ISO 8601 date',
            ),
        ),
        (
            {"RSSTRESC": ["1", "PR", "部分缓解部分缓解", ""]},
            (
                "SCH-006 schema.too-long", "error", "RSSTRESC", "3", "部分缓解部分缓解",
                '"部分缓解部分缓解" has 24 bytes; RSSTRESC holds 20',
            ),
        ),
        (
            {"RSSEQ": [1.0, 2.5, 3.0, 1.0]},
            ("SCH-008 schema.wrong-type", "error", "RSSEQ", "2", "2.5", '"2.5" is not a whole number'),
        ),
        (
            {"VISITNUM": ["1", "two", "3", "4"]},
            ("SCH-008 schema.wrong-type", "error", "VISITNUM", "2", "two", '"two" is not a number'),
        ),
        (
            {"RSLOC": ["", 7.0, "", "LUNG"]},
            ("SCH-008 schema.wrong-type", "error", "RSLOC", "2", "7", '"7" is not text'),
        ),
    ],
)  # fmt: skip
def test_one_wrong_value_is_one_finding(columns: dict[str, list], expected: tuple[str, ...]) -> None:
    dataset = with_values(**columns)
    assert found(dataset, "rule", "severity", "variable", "record", "value", "message") == [expected]


def test_value_that_breaks_several_rules_is_one_finding() -> None:
    # too long for the variable, and in no codelist
    dataset = with_values(RSTESTCD=["ECOG101", "OVERALL RESPONSE", "TOTAL", "OVRLRESP"])
    assert found(dataset, "rule", "record") == [("SCH-006 schema.too-long", "2")]


def test_every_record_with_a_wrong_value_has_its_finding() -> None:
    dataset = Dataset(
        RS,
        pd.concat([GOOD.assign(RSDTC="5.3.2021", VISITNUM=float(at)) for at in range(3)]).reset_index(drop=True),
    )
    wrong = [finding for finding in found(dataset, "rule", "record") if finding[0].startswith("SCH-005")]
    assert wrong == [("SCH-005 schema.not-iso8601", str(at)) for at in range(1, 13)]


def test_an_added_term_is_one_finding_at_its_first_record() -> None:
    frames = [GOOD.assign(RSLOC="HEPAR" if at < 2 else "LUNGE", VISITNUM=float(at)) for at in range(3)]
    dataset = Dataset(RS, pd.concat(frames).reset_index(drop=True))
    added = [finding for finding in found(dataset, "rule", "value", "record") if finding[0].startswith("SCH-004")]
    assert added == [("SCH-004 schema.term-added", "HEPAR", "1"), ("SCH-004 schema.term-added", "LUNGE", "9")]


def test_missing_column_is_one_finding() -> None:
    dataset = Dataset(
        RS,
        GOOD.drop(columns=["RSTESTCD", "RSDTC", "RSLOC"]).assign(RSSTRESC="PR", VISITNUM=[1.0, 2.0, 3.0, 1.0]),
    )
    assert found(dataset, "rule", "severity", "variable", "record", "message") == [
        (
            "SCH-001 schema.missing-column",
            "error",
            "RSTESTCD",
            "",
            "RS has no RSTESTCD (Rstestcd), of core Req",
        ),
        ("SCH-001 schema.missing-column", "warning", "RSDTC", "", "RS has no RSDTC (Rsdtc), of core Exp"),
    ]


def test_records_with_the_same_key_have_a_finding_each() -> None:
    dataset = with_values(RSTESTCD=["OVRLRESP"] * 4, RSSTRESC=["PR", "PR", "", ""], VISITNUM=[2.0, 2.0, 1.0, 2.0])
    assert found(dataset, "rule", "variable", "record", "keys", "message") == [
        ("SCH-007 schema.duplicate-key", "VISITNUM", record, "RSTESTCD=OVRLRESP VISITNUM=2",
         "another RS record has the same USUBJID, RSTESTCD, VISITNUM")
        for record in ("1", "2")
    ]  # fmt: skip


def test_analysis_data_needs_values_only_in_what_identifies_a_record() -> None:
    frame = pd.DataFrame({"USUBJID": ["S-1", ""], "TRT01P": ["", "RT"], "PARAMCD": ["PFS", "OS"], "CNSR": [7.0, 1.0]})
    assert found(Dataset(ADTTE, frame), "rule", "variable", "record", "message") == [
        (
            "SCH-002 schema.required-missing",
            "USUBJID",
            "2",
            "USUBJID has no value, and every record needs one",
        ),
        ("SCH-003 schema.not-in-codelist", "CNSR", "1", '"7" is not in codelist CNSRC (0, 1)'),
    ]


def failures(frame: pd.DataFrame) -> set[tuple[str, object]]:
    with pytest.raises(pa.errors.SchemaErrors) as raised:
        build_schema(RS, SPECS).validate(frame, lazy=True)
    cases = raised.value.failure_cases
    return set(zip(cases["check"], cases["index"], strict=True))


def test_schema_stands_alone() -> None:
    schema = build_schema(RS, SPECS)
    assert list(schema.columns) == RS.names
    pd.testing.assert_frame_equal(schema.validate(GOOD), GOOD)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (GOOD.assign(RSDTC="5.3.2021").iloc[:1], {("SCH-005 schema.not-iso8601", 0)}),
        (GOOD.assign(RSSTRESC=["1", "XX", "6", ""]), {("SCH-003 schema.not-in-codelist", 1)}),
        (GOOD.assign(RSSEQ=[1.5, 2.0, 3.0, 1.0]), {("SCH-008 schema.wrong-type", 0)}),
        (GOOD.assign(USUBJID=["", "S-1", "S-1", "S-2"]), {("SCH-002 schema.required-missing", 0)}),
        (
            pd.concat([GOOD, GOOD.iloc[3:].rename({3: 4})]),
            {("SCH-007 schema.duplicate-key", 3), ("SCH-007 schema.duplicate-key", 4)},
        ),
        (GOOD.drop(columns="RSDTC"), {("column_in_dataframe", None)}),
        (GOOD[[*RS.names[1:], "USUBJID"]], {("column_ordered", None)}),
    ],
)  # fmt: skip
def test_schema_refuses(frame: pd.DataFrame, expected: set[tuple[str, object]]) -> None:
    assert failures(frame) >= expected
    assert {check for check, _ in failures(frame)} == {check for check, _ in expected}


def test_schema_allows_a_permissible_variable_to_be_absent() -> None:
    frame = GOOD.drop(columns="RSLOC")
    assert list(build_schema(RS, SPECS).validate(frame).columns) == list(frame.columns)


def test_schema_warns_of_an_added_term() -> None:
    with pytest.warns(pa.errors.SchemaWarning, match=r"SCH-004 schema\.term-added"):
        build_schema(RS, SPECS).validate(GOOD.assign(RSLOC="HEPAR"))


TEXTS = st.sampled_from(
    ["CR", "PR", "PD", "Complete", "", "1", "6", "much too long for the variable", "很长很长很长很长"]
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["OVRLRESP", "ECOG101", "TOTAL", "OTHER", ""]),
            TEXTS,
            st.sampled_from(["2021", "x", ""]),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_by_distinct_value_finds_what_a_look_at_every_record_finds(rows: list[tuple[str, str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["RSTESTCD", "RSSTRESC", "RSDTC"], dtype=object)
    frame = frame.assign(
        USUBJID="S-1", RSSEQ=np.arange(1.0, len(frame) + 1), RSLOC="", VISITNUM=np.arange(float(len(frame)))
    )
    expected, added = set(), set()
    allowed = {"ECOG101": ("SCH-004", {"0", "1", "2"}), "TOTAL": ("", set())}
    for at, (test, result, date) in enumerate(rows, start=1):
        rule, terms = allowed.get(test, ("SCH-003", {"CR", "PR", "PD"}))
        if test not in ("OVRLRESP", "ECOG101", "TOTAL"):
            expected.add(("SCH-003" if test else "SCH-002", "RSTESTCD", str(at)))
        if len(result.encode()) > 20:
            expected.add(("SCH-006", "RSSTRESC", str(at)))
        elif rule and result and result not in terms and (rule, result) not in added:
            expected.add((rule, "RSSTRESC", str(at)))
            added |= {(rule, result)} if rule == "SCH-004" else set()
        if date == "x":
            expected.add(("SCH-005", "RSDTC", str(at)))

    seen = [
        (rule[:7], name, record)
        for rule, name, record in found(Dataset(RS, frame[RS.names]), "rule", "variable", "record")
    ]

    assert sorted(seen) == sorted(expected)


CELLS = {
    "USUBJID": ["S-1", "S-2", "", None],
    "RSSEQ": [1.0, 2.5, np.nan, "3", "x", ""],
    "RSTESTCD": ["OVRLRESP", "ECOG101", "TOTAL", "OTHER", "much too long", "", 5],
    "RSSTRESC": ["PR", "Complete", "1", "9", "", "a text of more than twenty bytes", None],
    "RSLOC": ["LIVER", "HEPAR", "", 4.0],
    "VISITNUM": [1.0, 2.0, np.nan],
    "RSDTC": ["2021-03-05", "2021-02-30", "2021", "05/03/2021", "", "2021-03-05T10:30"],
}


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(*map(st.sampled_from, CELLS.values())), min_size=1, max_size=8), st.data())
def test_what_is_found_by_distinct_value_is_what_pandera_finds(rows: list[tuple], data: st.DataObject) -> None:
    frame = pd.DataFrame(rows, columns=list(CELLS), dtype=object)
    frame["VISITNUM"] = frame["VISITNUM"].astype(float)
    if data.draw(st.booleans()):
        frame["RSSEQ"] = pd.to_numeric(frame["RSSEQ"], errors="coerce").astype(float)
    if data.draw(st.booleans()):
        frame["RSLOC"] = frame["RSLOC"].astype("category")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pa.errors.SchemaWarning)
        try:
            build_schema(RS, SPECS).validate(frame, lazy=True)
            cases = pd.DataFrame({name: [] for name in ("schema_context", "column", "check", "check_number", "index")})
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases
    of_columns = cases[cases["schema_context"] == "Column"].sort_values("check_number", kind="stable")
    expected = {
        (column, index): check
        for column, index, check in of_columns.drop_duplicates(["column", "index"])[
            ["column", "index", "check"]
        ].itertuples(index=False)
    }
    of_records = cases[cases["schema_context"] == "DataFrameSchema"].drop_duplicates(["check", "index"])
    for index, check in of_records[["index", "check"]].itertuples(index=False):
        expected.setdefault(("key" if check.startswith("SCH-007") else "RSSTRESC", index), check)

    findings = check_schema(Dataset(RS, frame), SPECS)

    seen = findings[findings["severity"] == "error"]
    is_key = seen["rule"].str.startswith("SCH-007")
    places = zip(seen["variable"].mask(is_key, "key"), seen["record"].astype(int) - 1, strict=True)
    assert dict(zip(places, seen["rule"], strict=True)) == expected


def test_every_reference_schema_accepts_an_empty_dataset() -> None:
    specs = read_spec_tables([REPOSITORY / "specs"])
    for spec in [*specs.sdtm.values(), *specs.adam.values()]:
        frame = pd.DataFrame({v.name: pd.Series(dtype=float if v.is_numeric else object) for v in spec.variables})
        assert len(build_schema(spec, specs).validate(frame)) == 0
        assert check_schema(Dataset(spec, frame), specs).empty


def test_reference_codelists_of_a_response_depend_on_its_test() -> None:
    specs = read_spec_tables([REPOSITORY / "specs"])
    spec = specs.sdtm["RS"]
    rows = [
        ("RECIST 1.1", "OVRLRESP", "Overall Response", "PR"),
        ("ECOG", "ECOG101", "ECOG1-Performance Status", "1"),
        ("CHILD-PUGH CLASSIFICATION", "CPS0106", "CPS01-Total Score", "6"),
        ("CHILD-PUGH CLASSIFICATION", "CPS0107", "CPS01-Grade", "A"),
        ("PROTOCOL DEFINED RESPONSE CRITERIA", "SYMPTDTR", "Symptomatic Deterioration", "Y"),
        ("RECIST 1.1", "ECOG101", "Overall Response", "9"),
    ]
    frame = pd.DataFrame(rows, columns=["RSCAT", "RSTESTCD", "RSTEST", "RSSTRESC"], dtype=object)
    frame = frame.assign(STUDYID="RTHCC", DOMAIN="RS", USUBJID="RTHCC-101-001", RSSEQ=np.arange(1.0, 7.0))
    for name in spec.names:
        if name not in frame:
            frame[name] = np.nan if spec.by_name[name].is_numeric else ""

    findings = check_schema(Dataset(spec, frame[spec.names]), specs)

    assert list(findings[["rule", "record", "variable", "value"]].itertuples(index=False, name=None)) == [
        ("SCH-004 schema.term-added", "6", "RSTESTCD", "ECOG101"),
        ("SCH-004 schema.term-added", "6", "RSCAT", "RECIST 1.1"),
        ("SCH-003 schema.not-in-codelist", "6", "RSSTRESC", "9"),
    ]


def test_a_codelist_of_results_has_words_and_no_numbers() -> None:
    spec = replace(RS, variables=(*RS.variables, variable("RSSTRESN", "float", core="Perm", length=8)))
    frame = GOOD.assign(RSTESTCD="OVRLRESP", RSSTRESC=["38", "PR", "high", "CR"], VISITNUM=[1.0, 2.0, 3.0, 4.0])
    told = frame.assign(RSSTRESN=[38.0, np.nan, np.nan, np.nan])
    untold = told.assign(RSSTRESN=np.nan)

    found = [check_schema(Dataset(spec, each), SPECS) for each in (told, untold, frame)]

    assert [list(each["value"]) for each in found] == [["high"], ["38", "high"], ["38", "high"]]
    with pytest.raises(pa.errors.SchemaErrors) as errors:
        build_schema(spec, SPECS).validate(told, lazy=True)
    assert set(errors.value.failure_cases["index"]) == {2}


def test_every_rule_is_documented_under_the_four_headings() -> None:
    ids = [rule.id for rule in SCHEMA_RULES]
    assert len(set(ids)) == len(ids)
    for rule in SCHEMA_RULES:
        assert list(rule.documentation) == ["What it finds", "Why it matters", "Example", "Source"]
        assert all(rule.documentation.values())
