import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.mapping.site import cells, map_text, records

HEAD = """
site: "201"
dates: {order: none}
tables:
  patient: {file: patient.csv, subject: no}
"""
BIRTHS = HEAD + "DM:\n  - {rows: patient, SUBJID: {copy: subject}, BRTHDTC: {date: born}}\n"


def map_births(tmp_path, habit, *typed):
    """The births of a CSV file, the first in B2, under a habit of writing dates."""
    lines = "".join(f'{row},"{text}"\n' for row, text in enumerate(typed, 1))
    return map_text(tmp_path, BIRTHS.replace("{order: none}", habit), patient="no,born\n" + lines)[0]


def map_book(tmp_path, values, habit="{order: none}", epoch=None, title="patient", mapping=BIRTHS):
    """The births of a workbook with number formats, the first in B2: (value, format) or a value."""
    book = openpyxl.Workbook()
    book.active.title = title
    if epoch:
        book.epoch = epoch
    book.active.append(["no", "born"])
    for row, value in enumerate(values, 2):
        number, code = value if isinstance(value, tuple) else (value, "General")
        book.active.cell(row, 1, str(row))
        book.active.cell(row, 2, number).number_format = code
    (tmp_path / "raw").mkdir()
    book.save(tmp_path / "raw" / "patient.xlsx")
    return map_text(tmp_path, mapping.replace("patient.csv", "patient.xlsx").replace("{order: none}", habit))[0]


def births(site):
    return records(site, "DM")["BRTHDTC"].tolist()


def facts(site):
    return site.settled[["column", "fact", "value", "how", "evidence"]].values.tolist()


def messages(site, rule):
    return site.findings[site.findings["rule"].str.startswith(rule)]["message"].tolist()


def test_an_order_that_most_of_the_column_contradicts_is_one_finding_at_the_first_date_that_does(tmp_path):
    typed = ["05/06/2021", "02/13/2021", "03/25/2021", "13/02/2021", "04/30/2021"]
    site = map_births(tmp_path, "{order: dmy}", *typed)
    assert births(site) == ["2021-06-05", "", "", "2021-02-13", ""]
    assert cells(site, "MAP-028") == [("patient.csv:B3", "02/13/2021")]
    assert messages(site, "MAP-028") == [
        "the mapping declares dmy, but 3 dates of this column, of which this is the first, cannot have the day first, and "
        "1 must; check the declared order"
    ]
    assert [cell for cell, _ in cells(site, "MAP-011")] == ["patient.csv:B3", "patient.csv:B4", "patient.csv:B6"]
    assert facts(site) == [["born", "date order", "dmy", "declared", "against it: 02/13/2021"]]


@pytest.mark.parametrize(
    ("order", "typed", "found"),
    [
        ("dmy", ["02/13/2021", "13/02/2021"], []),  # as many for it as against it
        ("dmy", ["02/13/2021"], []),  # one date proves nothing of its column
        ("dmy", ["31/06/2021", "31/06/2021"], []),  # no date in any order
        ("dmy", ["2021/03/05", "2021/04/06"], []),  # a leading year needs no order
        ("mdy", ["13/02/2021", "14/02/2021"], [("patient.csv:B2", "13/02/2021")]),
        ("ymd", ["2021-03-05", "05/03/2021", "06/03/2021"], [("patient.csv:B3", "05/03/2021")]),
        ("ymd", ["2021-03-05", "2021-03-06", "05/03/2021"], []),
        ("ymd", ["2021年3月5日", "Mar 2021", "12 Mar 2021"], []),
    ],
)
def test_only_more_evidence_against_an_order_than_for_it_is_a_finding(tmp_path, order, typed, found):
    assert cells(map_births(tmp_path, f"{{order: {order}}}", *typed), "MAP-028") == found


def test_evidence_is_read_with_the_sites_own_words(tmp_path):
    site = map_births(tmp_path, "{order: none, unknown: [onb]}", "onb/13/2021", "03/04/2021", "13/onb/2021")
    plain = map_births(tmp_path, "{order: none}", "onb/13/2021", "03/04/2021", "13/onb/2021")
    assert births(site)[1] == births(plain)[1] == "2021"
    assert births(site)[0] == births(site)[2] == "2021---13"
    assert [cell for cell, _ in cells(plain, "MAP-010")] == ["patient.csv:B2", "patient.csv:B4"]


@pytest.mark.parametrize(
    ("habit", "read", "found"),
    [
        ("{order: none}", ["2021-05-06", "2021-03-05"], []),
        ("{order: none, language: [zh, en]}", ["", "2021-03-05"], ["patient.csv:B2"]),
        ("{order: none, language: fr}", ["2021-05-06", ""], ["patient.csv:B3"]),
    ],
)
def test_only_words_of_the_declared_languages_are_read(tmp_path, habit, read, found):
    site = map_births(tmp_path, habit, "6 mai 2021", "5 March 2021")
    assert births(site) == read
    assert site.findings["source"].tolist() == found


@pytest.mark.parametrize(
    ("epoch", "system", "dates"),
    [
        (None, "1900", ["2024-03-01", "2024-03-01", "2024-03-02T14:30", "2024-03"]),
        (CALENDAR_MAC_1904, "1904", ["2028-03-02", "2024-03-01", "2028-03-03T14:30", "2028-03"]),
    ],
)
def test_numbers_in_a_workbooks_date_column_count_from_its_own_year(tmp_path, epoch, system, dates):
    values = [45352, "2024-03-01", 45353.604166666664, (45352, "yyyy-mm")]
    site = map_book(tmp_path, values, epoch=epoch)
    assert births(site) == dates
    assert cells(site, "MAP-027") == [("patient.xlsx:patient!B2", "45352")]
    assert messages(site, "MAP-027") == [
        f"2 numbers in this column are read as days counted from {system}, as the workbook does; 45352 becomes {dates[0]}"
    ]
    assert facts(site)[1] == ["born", "date system of numbers", system, "workbook", "45352"]


def test_a_column_of_real_dates_has_no_fact_about_numbers(tmp_path):
    site = map_book(tmp_path, [(45352, "yyyy-mm-dd"), "2024-03", "x45352"])
    assert births(site) == ["2024-03-01", "2024-03", ""]
    assert cells(site, "MAP-027") == []
    assert [fact[1] for fact in facts(site)] == ["date order"]


def test_a_declared_system_goes_before_the_workbooks(tmp_path):
    site = map_book(tmp_path, [45352], "{order: none, serials: 1904}")
    assert births(site) == ["2028-03-02"]
    assert messages(site, "MAP-027") == [
        "this number is read as days counted from 1904, as the mapping declares; 45352 becomes 2028-03-02"
    ]


def test_short_numbers_are_asked_about_even_where_the_system_is_declared(tmp_path):
    values = [366, 60, 2021, 45352]
    (tmp_path / "a").mkdir()
    site = map_book(tmp_path / "a", values)
    assert births(site) == ["", "", "2021", "2024-03-01"]
    assert [typed for _, typed in cells(site, "MAP-010")] == ["366", "60"]
    (tmp_path / "b").mkdir()
    site = map_book(tmp_path / "b", values, "{order: none, serials: 1900}")
    assert births(site) == ["", "", "2021", "2024-03-01"]
    assert cells(site, "MAP-026") == [("patient.xlsx:patient!B2", "366")]
    assert cells(site, "MAP-011") == [("patient.xlsx:patient!B3", "60")]


def test_a_number_of_an_unknown_system_is_a_finding_and_left_missing(tmp_path):
    site = map_births(tmp_path, "{order: dmy}", "45352", "05/03/2021")
    assert births(site) == ["", "2021-03-05"]
    assert cells(site, "MAP-026") == [("patient.csv:B2", "45352")]
    found = site.findings[site.findings["rule"] == "MAP-026 date.serial-of-unknown-system"]
    assert found["expected"].tolist() == ["2024-03-01 or 2028-03-02"]
    assert found["severity"].tolist() == ["error"]


def test_the_day_that_never_was_is_no_date(tmp_path):
    site = map_book(tmp_path, [(59, "yyyy-mm-dd"), (60, "yyyy-mm-dd"), (61, "yyyy-mm-dd")])
    assert births(site) == ["1900-02-28", "", "1900-03-01"]
    assert cells(site, "MAP-011") == [("patient.xlsx:patient!B3", "1900-02-29")]
    assert cells(site, "RAW-012") == [("patient.xlsx:patient!B3", "")]


EVERYWHERE = """
site: "201"
dates: {order: none}
tables:
  patient: {file: patient.csv, subject: no}
  visit: {file: visit.csv, subject: no}
DM:
  - rows: patient
    when: {seen: {after: 2021-03-01}}
    SUBJID: {copy: subject}
    RFICDTC: {first_of: [{date: consent, order: mdy}, {date: enrolled}]}
    DTHDTC: {lookup: {table: visit, give: {date: died, when: {last: {before: 2022-01-01}}}}}
  - rows: patient
    when: {not: {seen: {after: 2021-03-01}}}
    SUBJID: {copy: subject}
    RFICDTC: {date: consent, order: dmy}
"""


def test_every_date_column_is_settled_wherever_it_is_read(tmp_path):
    patient = "no,seen,consent,enrolled\n1,13/03/2021,01/02/2021,25/02/2021\n"
    patient += "2,01/03/2021,01/02/2021,\n3,02/03/2021,,26/02/2021\n"
    visit = "no,died,last\n1,13/05/2021,13/05/2021\n3,14/05/2021,01/02/2022\n"
    site, _ = map_text(tmp_path, EVERYWHERE, patient=patient, visit=visit)
    # 01/03/2021 is not after the first of March, as the column's own 13/03/2021 says
    assert records(site, "DM").fillna("")[["SUBJID", "RFICDTC", "DTHDTC"]].values.tolist() == [
        ["1", "2021-01-02", "2021-05-13"],
        ["3", "2021-02-26", ""],
        ["2", "2021-02-01", ""],
    ]
    orders = site.settled[site.settled["fact"] == "date order"]
    assert orders[["table", "column", "value", "how", "evidence"]].values.tolist() == [
        ["patient", "consent", "mdy", "declared", ""],
        ["patient", "enrolled", "dmy", "evidence", "25/02/2021"],
        ["visit", "died", "dmy", "evidence", "13/05/2021"],
        ["patient", "consent", "dmy", "declared", ""],
        ["patient", "seen", "dmy", "evidence", "13/03/2021"],
        ["visit", "last", "dmy", "evidence", "13/05/2021"],
    ]


def test_a_rule_that_undeclares_the_order_has_the_columns_evidence_and_the_others_the_declaration(tmp_path):
    mapping = BIRTHS.replace("order: none", "order: mdy").replace("{date: born}", "{date: born, order: none}")
    mapping = mapping.replace("}}\n", "}, RFICDTC: {date: born}}\n", 1)
    site, _ = map_text(tmp_path, mapping, patient="no,born\n1,13/02/1960\n2,03/04/1960\n")
    assert records(site, "DM")[["BRTHDTC", "RFICDTC"]].values.tolist() == [
        ["1960-02-13", ""],
        ["1960-04-03", "1960-03-04"],
    ]
    assert [fact[1:4] for fact in facts(site)] == [
        ["date order", "dmy", "evidence"],
        ["date order", "mdy", "declared"],
    ]


def test_numbers_are_one_note_a_column_however_many_rules_read_it(tmp_path):
    mapping = BIRTHS.replace("{date: born}}", "{date: born}, RFICDTC: {date: born, order: ymd}}")
    site = map_book(tmp_path, [45352, 45353], mapping=mapping)
    assert cells(site, "MAP-027") == [("patient.xlsx:patient!B2", "45352")]


def test_numbers_side_by_side_are_found_at_the_first_cell(tmp_path):
    mapping = HEAD.replace(
        "patient.csv, subject: no}",
        """patient.csv, subject: no, unpivot: {columns: "v{VISITNUM} {measure}",
    VISITNUM: ["1", "2"], measures: [date, resp]}}""",
    )
    mapping = mapping.replace("order: none", 'order: none, serials: "1900"')
    mapping += "RS:\n  - {rows: patient, RSORRES: {copy: resp}, VISITNUM: {copy: VISITNUM}, RSDTC: {date: date}}\n"
    patient = "no,v1 date,v1 resp,v2 date,v2 resp\n7,2021-01-01,PR,44200,PD\n8,44201,PD,,\n"
    site, _ = map_text(tmp_path, mapping, patient=patient)
    assert records(site, "RS")["RSDTC"].tolist() == ["2021-01-01", "2021-01-04", "2021-01-05"]
    assert cells(site, "MAP-027") == [("patient.csv:D2", "44200")]
    assert messages(site, "MAP-027")[0].startswith("2 numbers")


def test_nothing_of_an_identifying_column_is_shown_where_a_condition_tests_it(tmp_path):
    mapping = """
site: "201"
identifying: [born]
dates: {order: none, serials: "1900"}
tables:
  patient: {file: patient.csv, subject: no}
DM:
  - {rows: patient, when: {born: {before: 1970-01-01}}, SUBJID: {copy: subject}}
"""
    site, _ = map_text(tmp_path, mapping, patient="no,born\n1,13/02/1960\n2,45352\n3,25569\n")
    assert records(site, "DM")["SUBJID"].tolist() == ["1"]
    assert facts(site) == [
        ["born", "date order", "dmy", "evidence", ""],
        ["born", "date system of numbers", "1900", "declared", ""],
    ]
    assert cells(site, "MAP-027") == [("patient.csv:B3", "")]
    everything = site.findings.astype(str).apply(lambda column: column.str.contains("1960|45352|2024|25569"))
    assert not everything.to_numpy().any()


def test_a_midnight_that_every_date_has_is_left_out_and_told(tmp_path):
    site = map_births(tmp_path, "{order: dmy}", "05/03/2021 00:00:00", "06/03/2021 00:00", "")
    assert births(site) == ["2021-03-05", "2021-03-06", ""]
    fact = site.settled[site.settled["fact"] == "time of day"]
    assert fact[["value", "how", "evidence"]].to_numpy().tolist() == [
        ["left out", "every time is midnight", "05/03/2021 00:00:00"]
    ]


def test_a_midnight_among_other_times_is_a_time(tmp_path):
    site = map_births(tmp_path, "{order: dmy}", "05/03/2021 00:00:00", "06/03/2021 14:30")
    assert births(site) == ["2021-03-05T00:00:00", "2021-03-06T14:30"]


def test_a_number_beside_dates_of_six_digits_is_asked_about(tmp_path):
    site = map_book(tmp_path, [150321, 50321], "{order: dmy, century: 50}")
    assert births(site) == ["2021-03-15", ""]
    assert [typed for _, typed in cells(site, "MAP-026")] == ["50321"]
