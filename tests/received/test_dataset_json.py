import json

import numpy as np
import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.received.dataset_json import read_dataset_json

from .files import dataset_json

COLUMNS = [("USUBJID", "string"), ("AGE", "integer"), ("RFSTDTC", "date")]
ROWS = [["S1-001", 61, "2021-03-05"], ["S1-002", None, None]]


def read(tmp_path, text, name="dm.json"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_dataset_json(path, name)


def plain(table):
    return [["" if value != value else value for value in values.tolist()] for values in table.columns]


def test_version_1_1(tmp_path):
    (table,) = read(tmp_path, dataset_json(COLUMNS, ROWS))
    assert (table.metadata.name, table.metadata.label, table.rows) == ("DM", "A label", 2)
    assert [variable.type for variable in table.metadata.variables] == ["text", "integer", "date"]
    assert plain(table) == [["S1-001", "S1-002"], [61, ""], ["2021-03-05", ""]]
    assert [values.dtype for values in table.columns] == [object, np.float64, object]
    assert table.findings == []


def test_version_1_0_has_a_column_of_record_numbers_that_is_left_out(tmp_path):
    items = [
        {"OID": "ITEMGROUPDATASEQ", "name": "ITEMGROUPDATASEQ", "label": "Record", "type": "integer"},
        {"OID": "IT.USUBJID", "name": "USUBJID", "label": "Unique Subject Identifier", "type": "string", "length": 6},
        {"OID": "IT.AGE", "name": "AGE", "label": "Age", "type": "decimal"},
    ]
    group = {
        "records": 2,
        "name": "DM",
        "label": "Demographics",
        "items": items,
        "itemData": [[1, "a", "61.5"], [2, "", None]],
    }
    document = {"clinicalData": {"studyOID": "S1", "itemGroupData": {"IG.DM": group}}}
    (table,) = read(tmp_path, json.dumps(document))
    assert [variable.name for variable in table.metadata.variables] == ["USUBJID", "AGE"]
    assert table.metadata.by_name["USUBJID"].length == 6
    assert plain(table) == [["a", ""], ["61.5", ""]]  # a decimal is text until its spec is known
    assert table.findings == []


def test_reference_data_of_version_1_0_too(tmp_path):
    group = {"records": 0, "name": "TS", "label": "", "items": [{"name": "TSPARM", "type": "string"}], "itemData": []}
    (table,) = read(tmp_path, json.dumps({"referenceData": {"itemGroupData": {"IG.TS": group}}}))
    assert (table.metadata.name, table.rows, [len(values) for values in table.columns]) == ("TS", 0, [0])


def test_ndjson_is_the_same(tmp_path):
    document = json.loads(dataset_json(COLUMNS, ROWS))
    rows = document.pop("rows")
    text = "\n".join(json.dumps(line) for line in (document, *rows)) + "\n\n"
    (table,) = read(tmp_path, text, "dm.ndjson")
    assert plain(table) == [["S1-001", "S1-002"], [61, ""], ["2021-03-05", ""]]


def test_a_number_of_records_that_is_not_there_is_a_finding(tmp_path):
    (table,) = read(tmp_path, dataset_json(COLUMNS, ROWS, records=3))
    assert [(each.rule, each.expected) for each in table.findings] == [("REC-013 received.records-differ", "3")]


def test_values_of_another_type_are_read_and_said_once(tmp_path):
    (table,) = read(tmp_path, dataset_json(COLUMNS, [[5, "old", "2021"], [True, 2, None], [7.5, "x", None]]))
    assert plain(table) == [["5", "true", "7.5"], ["old", "2", "x"], ["2021", "", ""]]
    said = [(each.rule, each.variable, each.value, each.record) for each in table.findings]
    rule = "REC-015 received.value-of-another-type"
    assert said == [
        (rule, "USUBJID", "5", "1"), (rule, "USUBJID", "True", "2"), (rule, "USUBJID", "7.5", "3"),
    ]  # fmt: skip


def test_a_numeric_date_keeps_its_format(tmp_path):
    column = {"name": "ADT", "dataType": "date", "targetDataType": "integer", "displayFormat": "DATE9."}
    (table,) = read(
        tmp_path, dataset_json([column, {**column, "name": "BDT", "displayFormat": None}], [["2021-03-05", None]])
    )
    assert [variable.format for variable in table.metadata.variables] == ["DATE9.", "DATE9."]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ('{"a": 1}', "is JSON but no Dataset-JSON"),
        ("[1, 2]", "is JSON but no Dataset-JSON"),
        ('{"columns": [{"name": "A", "dataType": "string"}], "rows": [["a"]', "is not whole JSON: line 1"),
        (dataset_json(COLUMNS, [["a", 1, "b"], ["a", 1]]), r'row 2 of dataset "DM" has 2 values for 3 columns'),
        (dataset_json(COLUMNS, [["a", [1], "b"]]), "row 1 of DM has no single value in AGE"),
        (dataset_json([("A", "strnig")], []), 'type "strnig" of DM.A'),
        (dataset_json([("A", "float")], []).replace('"rows": []', '"rows": [[NaN]]'), "it has NaN"),
        ('{"columns": {"A": 1}, "name": "DM"}', "no list of objects"),
        ('{"columns": [{"name": "A", "dataType": "string"}], "rows": {"A": 1}}', "no list of lists"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_dataset_is_refused_in_one_line(tmp_path, text, says):
    with pytest.raises(StudyError, match=rf"^dm\.json: .*{says}") as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_a_damaged_line_of_ndjson_is_named(tmp_path):
    document = json.loads(dataset_json(COLUMNS, ROWS))
    document.pop("rows")
    with pytest.raises(StudyError, match="line 3"):
        read(tmp_path, json.dumps(document) + '\n["a", 1, "b"]\n["a", 1,\n', "dm.ndjson")


def test_bytes_that_are_no_utf_8_are_refused(tmp_path):
    path = tmp_path / "dm.json"
    path.write_bytes(
        dataset_json([("A", "string")], [["肝细胞癌"]]).encode().decode("unicode_escape").encode("gb18030")
    )
    with pytest.raises(StudyError, match="is not UTF-8"):
        read_dataset_json(path, "dm.json")


@pytest.mark.parametrize("name", ["dm.json", "dm.ndjson"])
def test_half_of_a_character_is_no_text_and_a_whole_one_stays(tmp_path, name):
    about = json.dumps(
        {"name": "DM", "records": 2, "columns": [{"itemOID": "I", "name": "RACE", "dataType": "string"}]}
    )
    rows = r'["A\ud800B"]', r'["\ud83d\ude00\\ud800"]'
    text = f'{about[:-1]}, "rows": [{", ".join(rows)}]}}' if name == "dm.json" else "\n".join([about, *rows])
    (table,) = read(tmp_path, text, name)
    assert plain(table) == [["A\ufffdB", "\N{GRINNING FACE}\\ud800"]]
