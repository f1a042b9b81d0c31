"""offset: dates counted from an anchor that is declared, another variable, a column, or what a rule gives."""

import pytest

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.problem import StudyError
from tests.mapping.site import SPECS, cells, map_text, records

HEAD = """
site: "201"
missing: ["", NK]
dates: {order: dmy}
anchors:
  DX: {date: {lookup: {table: diagnosis, give: {concat: [year, {constant: "-07-01"}]}}}, fictional: The day is 1 July.}
  FIXED: {date: 2000-01-01}
tables:
  patient: {file: patient.csv, subject: no}
  diagnosis: {file: diagnosis.csv, subject: no}
"""
PATIENT = "no,start,to_death,weeks\n1,01/02/2021,10,2\n2,03/2021,10,2\n3,NK,10,2\n4,05/02/2021,NK,1.5714\n"
DIAGNOSIS = "no,year\n1,2010\n2,\n3,2012\n4,2013\n"


def map_offset(tmp_path, *lines, head=HEAD, patient=PATIENT):
    text = head + "DM:\n  - rows: patient\n    SUBJID: {copy: subject}\n" + "".join(f"    {line}\n" for line in lines)
    return map_text(tmp_path, text, patient=patient, diagnosis=DIAGNOSIS)


def traced(site, lineage, position, variable):
    """The cells behind a value, as the dataset follows them."""
    frame = site.frames["DM"][0].assign(USUBJID=lambda frame: frame["SUBJID"])
    dataset = Dataset(SPECS.sdtm["DM"], frame, lineage)
    return [(str(source), typed) for source, typed in dataset.trace(position, variable).cells()]


def test_an_anchor_may_be_a_column_of_the_row(tmp_path):
    site, lineage = map_offset(tmp_path, "DTHDTC: {offset: {days: to_death, after: {date: start}}}")
    assert records(site, "DM")["DTHDTC"].tolist() == ["2021-02-11", "", "", ""]
    assert cells(site, "MAP-017") == [("patient.csv:C3", "10"), ("patient.csv:C4", "10")]
    assert [
        message.split(",")[0] for message in site.findings["message"][site.findings["rule"].str[:7] == "MAP-017"]
    ] == [
        "its anchor is not known to the day",
        "its anchor has no value",
    ]
    assert traced(site, lineage, 0, "DTHDTC") == [("patient.csv:C2", "10"), ("patient.csv:B2", "01/02/2021")]


def test_a_declared_anchor_may_be_given_by_a_rule_and_is_fictional_by_its_word(tmp_path):
    site, lineage = map_offset(tmp_path, "DTHDTC: {offset: {days: to_death, after: DX}}")
    assert records(site, "DM")["DTHDTC"].tolist() == ["2010-07-11", "", "2012-07-11", ""]
    assert cells(site, "MAP-017") == [("patient.csv:C3", "10")]
    assert [anchor[:2] for anchor in site.fictional] == [("DX = by lookup", "The day is 1 July.")]
    assert traced(site, lineage, 0, "DTHDTC") == [("patient.csv:C2", "10"), ("diagnosis.csv:B2", "2010")]


def test_offsets_are_chained_by_variables_and_by_rules(tmp_path):
    site, lineage = map_offset(
        tmp_path,
        "RFICDTC: {date: start}",
        "BRTHDTC: {offset: {weeks: weeks, after: RFICDTC}}",
        "DTHDTC: {offset: {days: to_death, after: {offset: {weeks: weeks, after: BRTHDTC}}}}",
    )
    assert records(site, "DM")["BRTHDTC"].tolist() == ["2021-02-15", "", "", "2021-02-16"]
    assert records(site, "DM")["DTHDTC"].tolist() == ["2021-03-11", "", "", ""]
    assert traced(site, lineage, 0, "BRTHDTC") == [("patient.csv:D2", "2"), ("patient.csv:B2", "01/02/2021")]
    assert traced(site, lineage, 0, "DTHDTC") == [
        ("patient.csv:C2", "10"),
        ("patient.csv:D2", "2"),
        ("patient.csv:D2", "2"),
        ("patient.csv:B2", "01/02/2021"),
    ]


def test_an_anchor_of_another_role_and_of_several_sources_is_traced_to_the_cell_that_gave_it(tmp_path):
    source = "RFICDTC: {first_of: [{lookup: {table: diagnosis, give: {date: year}}}, {date: start}], disagree: ignore}"
    site, lineage = map_text(
        tmp_path,
        HEAD
        + f"DM:\n  - rows: patient\n    SUBJID: {{copy: subject}}\n    {source}\n"
        + "    DTHDTC: {offset: {days: to_death, after: RFICDTC}, when: {to_death: present}}\n",
        patient=PATIENT,
        diagnosis="no,year\n1,05/05/2010\n2,\n3,06/05/2010\n",
    )
    assert records(site, "DM")["DTHDTC"].tolist() == ["2010-05-15", "", "2010-05-16", ""]
    assert traced(site, lineage, 0, "DTHDTC") == [("patient.csv:C2", "10"), ("diagnosis.csv:B2", "05/05/2010")]
    assert traced(site, lineage, 1, "RFICDTC") == [("patient.csv:B3", "03/2021")]


def test_before_counts_back(tmp_path):
    site, _ = map_offset(tmp_path, "BRTHDTC: {offset: {days: to_death, before: FIXED}}")
    assert records(site, "DM")["BRTHDTC"].tolist() == ["1999-12-22"] * 3 + [""]


@pytest.mark.parametrize(
    ("anchors", "line", "message"),
    [
        ("A: {date: 2021-02-30}", "", ": is no day such as 2021-03-05; a column goes as {date: COLUMN}"),
        ("A: {date: start}", "", ": is no day such as 2021-03-05; a column goes as {date: COLUMN}"),
        ("A: {date: {dat: start}}", "", 'date: no verb in it: "dat"; did you mean "date"?'),
        (
            "A: {date: {offset: {days: to_death, after: B}}}\n  B: {date: {date: start}}",
            "DTHDTC: {offset: {days: to_death, after: A}}",
            'no anchor and no earlier date of the block "B"',
        ),
    ],
)
def test_an_anchor_that_cannot_be_is_a_problem(tmp_path, anchors, line, message):
    head = HEAD.replace("  FIXED: {date: 2000-01-01}\n", f"  {anchors}\n")
    with pytest.raises(StudyError) as error:
        map_offset(tmp_path, line or "SEX: {constant: M}", head=head)
    assert message in str(error.value)
