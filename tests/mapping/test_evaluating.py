import openpyxl
import pytest

from hcc_sdtm.problem import StudyError
from tests.mapping.site import cells, map_text, records

HEAD = """
site: "201"
missing: ["", NK]
dates: {order: dmy}
tables:
  patient: {file: patient.csv, subject: no}
"""
DATED = HEAD + "DM:\n  - {rows: patient, SUBJID: {copy: subject}, RFICDTC: {date: signed}}\n"
TIMED = HEAD + "LB:\n  - {rows: patient, LBTESTCD: {constant: AFP}, LBDTC: {date: day, time: clock}}\n"


@pytest.mark.parametrize(
    ("typed", "date", "rule", "expected"),
    [
        ("soon", "", "MAP-010 date.unreadable", ""),
        ("31/02/2021", "", "MAP-011 date.impossible", ""),
        ("05/03/21", "", "MAP-012 date.ambiguous", "1921-03-05 or 2021-03-05"),
        ("approx. March 2021", "", "MAP-024 date.text-around", "2021-03"),
        ("2021年3月左右", "", "MAP-024 date.text-around", "2021-03"),
        ("3-5 May 2021", "2021-05", "MAP-025 date.range", "2021-05-03 to 2021-05-05"),
        ("2020-2021", "", "MAP-025 date.range", "2020 to 2021"),
        ("45352", "", "MAP-026 date.serial-of-unknown-system", "2024-03-01 or 2028-03-02"),
    ],
)
def test_each_kind_of_problem_has_its_rule_and_gives_what_is_sure(tmp_path, typed, date, rule, expected):
    site, _ = map_text(tmp_path, DATED, patient=f"no,signed\n1,{typed}\n2,05/03/2021\n3,{typed}\n")
    assert records(site, "DM")["RFICDTC"].tolist() == [date, "2021-03-05", date]
    found = site.findings
    assert found["source"].tolist() == ["patient.csv:B2", "patient.csv:B4"]
    assert set(found["rule"]) == {rule}
    assert set(found["severity"]) == {"error"}
    assert set(found["expected"]) == {expected}
    assert set(found["typed"]) == {typed}
    assert found["message"].str.contains(typed, regex=False).all()


@pytest.mark.parametrize("typed", ["NK", "UNK", "不详", ""])
def test_a_date_that_is_only_said_to_be_unknown_is_missing_and_no_problem(tmp_path, typed):
    site, _ = map_text(tmp_path, DATED, patient=f"no,signed\n1,{typed}\n2,05/03/2021\n")
    assert records(site, "DM")["RFICDTC"].tolist() == ["", "2021-03-05"]
    assert site.findings.empty


def map_times(tmp_path, *pairs):
    """Date and time of day typed side by side, the first in B2 and C2."""
    lines = "".join(f"{row},{day},{clock}\n" for row, (day, clock) in enumerate(pairs, 1))
    return map_text(tmp_path, TIMED, patient="no,day,clock\n" + lines)


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        ("05/03/2021", "14:30", "2021-03-05T14:30"),
        ("05/03/2021", "1430", "2021-03-05T14:30"),
        ("05/03/2021", "2:30 PM", "2021-03-05T14:30"),
        ("2021年3月5日", "下午2时30分", "2021-03-05T14:30"),
        ("05/03/2021", "14:30:05", "2021-03-05T14:30:05"),
        ("05/03/2021", "00:00", "2021-03-05T00:00"),
        ("05/03/2021", "", "2021-03-05"),
        ("05/03/2021", "NK", "2021-03-05"),
        ("05/03/2021 14:30", "", "2021-03-05T14:30"),
        ("05/03/2021 14:30", "14:30:05", "2021-03-05T14:30:05"),
        ("05/03/2021 14:30:05", "14:30", "2021-03-05T14:30:05"),
        ("2021-03-05 00:00:00", "14:30", "2021-03-05T14:30"),  # a program's midnight, not a person's
        ("03/2021", "", "2021-03"),
        ("", "", ""),
    ],
)
def test_a_time_of_day_from_another_column(tmp_path, day, clock, moment):
    site, _ = map_times(tmp_path, (day, clock), ("06/03/2021", "08:00"))
    assert records(site, "LB")["LBDTC"].tolist() == [moment, "2021-03-06T08:00"]
    assert site.findings.empty


@pytest.mark.parametrize(
    ("day", "clock", "moment", "rule", "message"),
    [
        ("05/03/2021", "noon-ish", "2021-03-05", "MAP-029 time.unreadable", '"noon-ish" cannot be read as a time'),
        ("05/03/2021", "25:10", "2021-03-05", "MAP-029 time.unreadable", '"25:10" is not a possible time'),
        ("03/2021", "14:30", "2021-03", "MAP-030 time.without-day", "the date, 2021-03, is not known to the day"),
        ("UN/03/2021", "14:30", "2021-03", "MAP-030 time.without-day", "the date, 2021-03, is not known to the day"),
        ("", "14:30", "", "MAP-030 time.without-day", "a time of day (14:30), and there is no date"),
        ("05/03/2021 09:15", "14:30", "2021-03-05T09:15", "MAP-031 time.contradicted", "14:30 is another time"),
    ],
)
def test_a_time_that_does_not_fit_is_a_finding_at_its_own_cell_and_the_date_stays(
    tmp_path, day, clock, moment, rule, message
):
    site, _ = map_times(tmp_path, ("06/03/2021", "08:00"), (day, clock))
    assert records(site, "LB")["LBDTC"].tolist() == ["2021-03-06T08:00", moment]
    found = site.findings
    assert found[["rule", "source", "typed", "variable"]].values.tolist() == [[rule, "patient.csv:C3", clock, "LBDTC"]]
    assert message in found["message"].iat[0]
    assert found["severity"].iat[0] == ("error" if "MAP-029" in rule else "warning")


@pytest.mark.parametrize(
    ("day", "date", "rule"), [("soon", "", "MAP-010"), ("3-5 May 2021", "2021-05", "MAP-025"), ("~2021", "", "MAP-024")]
)
def test_a_time_beside_a_date_with_a_problem_is_not_a_second_one(tmp_path, day, date, rule):
    site, _ = map_times(tmp_path, (day, "14:30"))
    assert records(site, "LB")["LBDTC"].tolist() == [date]
    assert [label[:7] for label in site.findings["rule"]] == [rule]


def test_a_moment_traces_to_the_cells_of_its_date_and_its_time(tmp_path):
    site, lineage = map_times(tmp_path, ("05/03/2021", "14:30"), ("06/03/2021", ""))
    hidden = site.frames["LB"][0]
    rule = lineage.plans[hidden["_plan"].iat[0]].rules["LBDTC"][0]
    found = lineage.origins.cells(hidden["_row"].iat[0], rule.at(hidden["_item"].iat[0]))
    assert [(str(source), typed) for source, typed in found] == [
        ("patient.csv:B2", "05/03/2021"),
        ("patient.csv:C2", "14:30"),
    ]


def test_times_in_unpivoted_and_looked_up_rows(tmp_path):
    mapping = (
        HEAD
        + """
  visit:
    file: visit.csv
    subject: no
    unpivot: {columns: "v{VISITNUM} {measure}", VISITNUM: ["1", "2"], measures: [day, clock]}
  death: {file: death.csv, subject: no}
LB:
  - {rows: visit, LBTESTCD: {constant: AFP}, VISITNUM: {copy: VISITNUM}, LBDTC: {date: day, time: clock}}
DM:
  - rows: patient
    SUBJID: {copy: subject}
    DTHDTC: {first_of: [{lookup: {table: death, give: {date: died, time: at}}}, {date: died}]}
"""
    )
    files = {
        "patient": "no,died\n1,01/05/2021\n2,02/05/2021\n",
        "visit": "no,v1 day,v1 clock,v2 day,v2 clock\n1,01/02/2021,09:00,02/02/2021,9.5 h\n",
        "death": "no,died,at\n1,03/05/2021,23:15\n",
    }
    site, _ = map_text(tmp_path, mapping, **files)
    assert records(site, "LB")["LBDTC"].tolist() == ["2021-02-01T09:00", "2021-02-02"]
    assert cells(site, "MAP-029") == [("visit.csv:E2", "9.5 h")]
    assert records(site, "DM")["DTHDTC"].tolist() == ["2021-05-03T23:15", "2021-05-02"]


def test_a_time_cell_of_a_workbook_is_read_however_it_is_shown(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "patient"
    book.active.append(["no", "day", "clock"])
    for row, code in enumerate(("h:mm", "h:mm AM/PM", "General", "yyyy-mm-dd h:mm"), 2):
        book.active.append([str(row), "05/03/2021", 0.6041666666666666])
        book.active.cell(row, 3).number_format = code
    (tmp_path / "raw").mkdir()
    book.save(tmp_path / "raw" / "patient.xlsx")
    site, _ = map_text(tmp_path, TIMED.replace("patient.csv", "patient.xlsx"))
    assert records(site, "LB")["LBDTC"].tolist() == ["2021-03-05T14:30"] * 4
    assert cells(site, "RAW-012") == [("patient.xlsx:patient!C5", "")]


def test_a_time_column_that_is_not_there_or_identifies_is_a_problem_at_the_rules_line(tmp_path):
    with pytest.raises(StudyError) as error:
        map_text(tmp_path, TIMED.replace("time: clock", "time: clcok"), patient="no,day,clock\n1,01/02/2021,9:00\n")
    message = 'mappings/site.yaml:8: the table "patient" has no column "clcok"; did you mean "clock"?'
    assert [str(problem) for problem in error.value.problems] == [message]
    hidden = TIMED.replace("tables:", "identifying: [clock]\ntables:")
    with pytest.raises(StudyError, match=r'site\.yaml:9: "clock" is identifying; no rule may read it'):
        map_text(tmp_path, hidden, patient="no,day,clock\n1,01/02/2021,9:00\n")


def test_a_column_of_times_counts_as_read(tmp_path):
    site, _ = map_times(tmp_path, ("05/03/2021", "14:30"))
    assert cells(site, "MAP-003") == []


def test_a_copy_in_capitals_is_the_typed_text_in_every_language_and_traces_to_its_cell(tmp_path):
    mapping = HEAD + "DS:\n  - {rows: patient, DSTERM: {copy: why, case: upper}, DSDECOD: {copy: why}}\n"
    file = "no,why\n1,Moved away\n2,größer\n3,患者要求\n4,NK\n5,  too \tfar \n"
    site, lineage = map_text(tmp_path, mapping, patient=file)
    found = records(site, "DS")
    (plan,) = lineage.plans
    assert plan.rules["DSTERM"][0].columns == plan.rules["DSDECOD"][0].columns == ((2,),)
    assert found["DSTERM"].tolist() == ["MOVED AWAY", "GRÖSSER", "患者要求", "", "TOO \tFAR"]
    assert found["DSDECOD"].tolist() == ["Moved away", "größer", "患者要求", "", "too \tfar"]
    assert site.findings.empty


def test_capitals_are_the_only_case_to_ask_for(tmp_path):
    mapping = HEAD + "DS:\n  - {rows: patient, DSTERM: {copy: why, case: uper}}\n"
    with pytest.raises(StudyError, match=r"case \"uper\".*did you mean \"upper\"\?"):
        map_text(tmp_path, mapping, patient="no,why\n1,x\n")
