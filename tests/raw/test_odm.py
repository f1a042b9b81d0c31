import csv
import io
import os
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from hcc_sdtm.dataset import Lineage
from hcc_sdtm.mapping.applying import map_site
from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.odm.odm import read_odm
from tests.mapping.site import SPECS

KEYS = ["SubjectKey", "StudyEventOID", "StudyEventRepeatKey", "FormOID", "FormRepeatKey", "ItemGroupRepeatKey"]

METADATA = """
<Study OID="S1">
  <GlobalVariables><StudyName>Small</StudyName></GlobalVariables>
  <BasicDefinitions>
    <MeasurementUnit OID="MU.KG" Name="Kilogram"><Symbol><TranslatedText xml:lang="en">kg</TranslatedText></Symbol>
    </MeasurementUnit>
    <MeasurementUnit OID="MU.LB" Name="lb"/>
  </BasicDefinitions>
  <MetaDataVersion OID="M1" Name="1">
    <ItemGroupDef OID="IG.DM" Name="Demography" Repeating="No">
      <ItemRef ItemOID="IT.SEX"/><ItemRef ItemOID="IT.BIRTH"/></ItemGroupDef>
    <ItemGroupDef OID="IG.VS" Name="Vitals" Repeating="Yes">
      <ItemRef ItemOID="IT.WT"/><ItemRef ItemOID="IT.NOTE"/></ItemGroupDef>
    <ItemGroupDef OID="IG.EMPTY" Name="Later" Repeating="No"><ItemRef ItemOID="IT.NOTE"/></ItemGroupDef>
    <ItemDef OID="IT.SEX" Name="sex" DataType="integer"><Question><TranslatedText xml:lang="zh">性别</TranslatedText>
      <TranslatedText xml:lang="en">Sex</TranslatedText></Question><CodeListRef CodeListOID="CL.SEX"/></ItemDef>
    <ItemDef OID="IT.BIRTH" Name="birth" DataType="partialDate"/>
    <ItemDef OID="IT.WT" Name="weight" DataType="float"><Question><TranslatedText>Body
       weight</TranslatedText></Question><MeasurementUnitRef MeasurementUnitOID="MU.KG"/></ItemDef>
    <ItemDef OID="IT.NOTE" Name="note" DataType="text"/>
    <CodeList OID="CL.SEX" Name="Sex" DataType="integer">
      <CodeListItem CodedValue="1"><Decode><TranslatedText xml:lang="zh">男</TranslatedText></Decode></CodeListItem>
      <CodeListItem CodedValue="2"><Decode><TranslatedText xml:lang="zh">女</TranslatedText></Decode></CodeListItem>
    </CodeList>
  </MetaDataVersion>
</Study>
<AdminData><Location OID="L.1" Name="Hospital One"/></AdminData>
"""


def odm(data, metadata=METADATA, namespace="http://www.cdisc.org/ns/odm/v1.3", extra=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ODM xmlns="{namespace}" FileType="Snapshot" {extra}>'
        f'{metadata}<ClinicalData StudyOID="S1" MetaDataVersionOID="M1">{data}</ClinicalData></ODM>'
    )


def read(folder, content, name="export.xml"):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    sheets, findings = read_odm(path, name)
    return {sheet.sheet: sheet for sheet in sheets}, findings


def rows(sheet):
    """The body as dicts by OID, blank cells left out."""
    header = sheet.grid[0]
    return [{name: text for name, text in zip(header, row, strict=True) if text} for row in sheet.grid[3:]]


def found(findings):
    return [(rule.split(" ")[0], source) for rule, source in findings[["rule", "source"]].values.tolist()]


def refusal(folder, content):
    with pytest.raises(StudyError) as error:
        read(folder, content)
    (problem,) = error.value.problems
    return str(problem)


SNAPSHOT = """
<SubjectData SubjectKey="001"><SiteRef LocationOID="L.1"/>
  <StudyEventData StudyEventOID="SE.1">
    <FormData FormOID="F.DM">
      <ItemGroupData ItemGroupOID="IG.DM"><ItemData ItemOID="IT.SEX" Value="2"/>
        <ItemData ItemOID="IT.BIRTH" Value="1961-05"/></ItemGroupData>
      <ItemGroupData ItemGroupOID="IG.VS" ItemGroupRepeatKey="1">
        <ItemData ItemOID="IT.WT" Value="071.50"><MeasurementUnitRef MeasurementUnitOID="MU.LB"/></ItemData>
        <ItemData ItemOID="IT.NOTE" Value=" NA &amp; more "/></ItemGroupData>
      <ItemGroupData ItemGroupOID="IG.VS" ItemGroupRepeatKey="2"><ItemData ItemOID="IT.WT" IsNull="Yes"/></ItemGroupData>
    </FormData>
  </StudyEventData>
</SubjectData>
<SubjectData SubjectKey="002"/>
"""


def test_each_item_group_is_a_sheet_with_oid_name_and_question_as_header(tmp_path):
    sheets, findings = read(tmp_path, odm(SNAPSHOT))
    assert list(sheets) == ["SubjectData", "IG.DM", "IG.VS", "IG.EMPTY"]
    assert sheets["IG.DM"].grid.tolist() == [
        [*KEYS, "IT.SEX", "IT.SEX decoded", "IT.BIRTH", "LocationOID", "LocationName"],
        ["", "", "", "", "", "", "sex", "sex decoded", "birth", "", ""],
        ["", "", "", "", "", "", "性别", "性别 decoded", "", "", ""],
        ["001", "SE.1", "", "F.DM", "", "", "2", "女", "1961-05", "L.1", "Hospital One"],
    ]
    assert sheets["IG.VS"].grid[:, 5:9].tolist() == [
        ["ItemGroupRepeatKey", "IT.WT", "IT.WT unit", "IT.NOTE"],
        ["", "weight", "weight unit", "note"],
        ["", "Body weight", "Body weight unit", ""],
        ["1", "071.50", "lb", " NA & more "],
        ["2", "", "", ""],
    ]
    assert dict(sheets["IG.VS"].comments) == {(1, 7): "unit: kg"}
    assert sheets["IG.EMPTY"].grid.shape == (3, 7)
    assert findings.empty


def test_every_subject_is_in_the_sheet_of_subjects_one_without_a_form_too(tmp_path):
    sheets, _ = read(tmp_path, odm(SNAPSHOT))
    assert sheets["SubjectData"].grid.tolist() == [
        ["SubjectKey", "LocationOID", "LocationName"],
        ["", "", ""],
        ["", "", ""],
        ["001", "L.1", "Hospital One"],
        ["002", "", ""],
    ]


def form(transaction, *items, group="IG.DM", repeat="", event_type="Update"):
    inside = "".join(f'<ItemData ItemOID="{oid}" {rest}/>' for oid, rest in items)
    repeat = f' ItemGroupRepeatKey="{repeat}"' if repeat else ""
    return (
        f'<SubjectData SubjectKey="001" TransactionType="{event_type}"><StudyEventData StudyEventOID="SE.1" '
        f'TransactionType="{event_type}"><FormData FormOID="F.1" TransactionType="{event_type}">'
        f'<ItemGroupData ItemGroupOID="{group}"{repeat} TransactionType="{transaction}">{inside}</ItemGroupData>'
        "</FormData></StudyEventData></SubjectData>"
    )


def test_transactions_are_applied_in_their_order(tmp_path):
    data = "".join(
        [
            form("Insert", ("IT.SEX", 'Value="1"'), ("IT.BIRTH", 'Value="1961"'), event_type="Insert"),
            form("Update", ("IT.SEX", 'Value="2"')),
            form("Update", ("IT.BIRTH", 'IsNull="Yes"')),
            form("Insert", ("IT.WT", 'Value="70"'), ("IT.NOTE", 'Value="x"'), group="IG.VS", repeat="1"),
            form("Insert", ("IT.WT", 'Value="71"'), group="IG.VS", repeat="2"),
            form("Upsert", ("IT.WT", 'Value="72"'), group="IG.VS", repeat="3"),
            form("Remove", group="IG.VS", repeat="2"),
            form("Update", ("IT.NOTE", 'TransactionType="Remove"'), group="IG.VS", repeat="1"),
            form("Context", ("IT.WT", 'TransactionType="Update" Value="73"'), group="IG.VS", repeat="3"),
        ]
    )
    sheets, findings = read(tmp_path, odm(data))
    key = {"SubjectKey": "001", "StudyEventOID": "SE.1", "FormOID": "F.1"}
    assert rows(sheets["IG.DM"]) == [key | {"IT.SEX": "2", "IT.SEX decoded": "女"}]
    assert rows(sheets["IG.VS"]) == [
        key | {"ItemGroupRepeatKey": "1", "IT.WT": "70"},
        key | {"ItemGroupRepeatKey": "3", "IT.WT": "73"},
    ]
    assert findings.empty


def test_a_removed_subject_is_gone_with_all_below_and_can_come_back(tmp_path):
    first = form("Insert", ("IT.SEX", 'Value="1"'), event_type="Insert")
    gone = f'{first}<SubjectData SubjectKey="001" TransactionType="Remove"><StudyEventData StudyEventOID="SE.1"/></SubjectData>'
    sheets, findings = read(tmp_path, odm(gone))
    assert rows(sheets["IG.DM"]) == rows(sheets["SubjectData"]) == []
    assert findings.empty
    sheets, findings = read(tmp_path, odm(gone + first.replace('"1"/>', '"2"/>')))
    assert [row["IT.SEX"] for row in rows(sheets["IG.DM"])] == ["2"]
    assert findings.empty


def test_an_event_that_is_inserted_twice_is_two_events(tmp_path):
    def visit(day, transaction="Insert"):
        return (
            f'<StudyEventData StudyEventOID="SE.U" TransactionType="{transaction}"><FormData FormOID="F.1" '
            f'TransactionType="{transaction}"><ItemGroupData ItemGroupOID="IG.DM"><ItemData ItemOID="IT.BIRTH" Value="{day}"/>'
            "</ItemGroupData></FormData></StudyEventData>"
        )

    visits = visit("a") + visit("b") + visit("c", "Update")
    data = f'<SubjectData SubjectKey="001" TransactionType="Insert">{visits}</SubjectData>'
    sheets, findings = read(tmp_path, odm(data))
    assert [(row.get("StudyEventRepeatKey"), row["IT.BIRTH"]) for row in rows(sheets["IG.DM"])] == [
        (None, "a"),
        ("(2)", "c"),
    ]
    assert found(findings) == [("RAW-038", "export.xml:IG.DM!5")]


@pytest.mark.parametrize("again", ["71", "70"])
def test_a_group_that_comes_again_without_a_repeat_key_is_a_row_of_its_own(tmp_path, again):
    group = '<ItemGroupData ItemGroupOID="IG.VS"><ItemData ItemOID="IT.WT" Value="{}"/></ItemGroupData>'
    data = (
        '<SubjectData SubjectKey="001"><StudyEventData StudyEventOID="SE.1"><FormData FormOID="F.1">'
        f"{group.format('70')}{group.format(again)}{group.format('72')}</FormData></StudyEventData></SubjectData>"
    )
    sheets, findings = read(tmp_path, odm(data))
    assert [(row.get("ItemGroupRepeatKey"), row["IT.WT"]) for row in rows(sheets["IG.VS"])] == [
        (None, "70"),
        ("(2)", again),
        ("(3)", "72"),
    ]
    assert found(findings) == [("RAW-038", "export.xml:IG.VS!5")]


def test_items_of_one_group_may_come_in_pieces(tmp_path):
    piece = (
        '<SubjectData SubjectKey="001"><StudyEventData StudyEventOID="SE.1"><FormData FormOID="F.1"><ItemGroupData '
        'ItemGroupOID="IG.DM"><ItemData ItemOID="{}" Value="{}"/></ItemGroupData></FormData></StudyEventData></SubjectData>'
    )
    sheets, findings = read(tmp_path, odm(piece.format("IT.SEX", "1") + piece.format("IT.BIRTH", "1960")))
    assert [(row["IT.SEX"], row["IT.BIRTH"]) for row in rows(sheets["IG.DM"])] == [("1", "1960")]
    assert findings.empty


def test_typed_item_data_audit_records_and_comments(tmp_path):
    data = """
<SubjectData SubjectKey="001" TransactionType="Insert"><Annotation SeqNum="1"><Comment>H-123</Comment></Annotation>
  <StudyEventData StudyEventOID="SE.1"><FormData FormOID="F.1">
    <AuditRecord><UserRef UserOID="U"/><LocationRef LocationOID="L.9"/><ReasonForChange>typo</ReasonForChange></AuditRecord>
    <ItemGroupData ItemGroupOID="IG.DM">
      <ItemDataInteger ItemOID="IT.SEX">1</ItemDataInteger>
      <ItemDataPartialDate ItemOID="IT.BIRTH">
        1961
      <Annotation SeqNum="1"><Comment>as told by her son</Comment></Annotation></ItemDataPartialDate>
    </ItemGroupData>
    <ItemGroupData ItemGroupOID="IG.VS"><ItemDataFloat ItemOID="IT.WT" MeasurementUnitOID="MU.LB">150.0</ItemDataFloat>
      <ItemDataAny ItemOID="IT.NOTE" IsNull="Yes"></ItemDataAny></ItemGroupData>
  </FormData></StudyEventData></SubjectData>"""
    sheets, findings = read(tmp_path, odm(data))
    (person,) = rows(sheets["IG.DM"])
    assert (person["IT.SEX"], person["IT.BIRTH"], person["SubjectData.Comment"]) == ("1", "1961", "H-123")
    assert "LocationOID" not in person
    (vitals,) = rows(sheets["IG.VS"])
    assert (vitals["IT.WT"], vitals["IT.WT unit"], vitals.get("IT.NOTE")) == ("150.0", "lb", None)
    assert sheets["IG.DM"].comments[4, 9] == "as told by her son"
    assert found(findings) == [("RAW-025", "export.xml:IG.DM!I4")]


def test_the_text_of_a_typed_item_ends_where_its_annotation_begins(tmp_path):
    data = """
<SubjectData SubjectKey="001"><StudyEventData StudyEventOID="SE.1"><FormData FormOID="F.1"><ItemGroupData ItemGroupOID="IG.DM">
<ItemDataString ItemOID="IT.BIRTH">1961<Annotation SeqNum="1"><Comment>x</Comment></Annotation></ItemDataString>
</ItemGroupData></FormData></StudyEventData></SubjectData>"""
    sheets, _ = read(tmp_path, odm(data))
    assert rows(sheets["IG.DM"])[0]["IT.BIRTH"] == "1961"


def test_attributes_of_the_system_are_columns(tmp_path):
    data = """
<SubjectData SubjectKey="SS_1" oc:StudySubjectID="001" oc:Status="available">
<StudyEventData StudyEventOID="SE.1" oc:StartDate="2023-01-05">
<FormData FormOID="F.1" oc:Status="complete"><ItemGroupData ItemGroupOID="IG.DM"><ItemData ItemOID="IT.SEX" Value="1"/>
</ItemGroupData></FormData></StudyEventData><oc:DiscrepancyNotes><oc:Note>x</oc:Note></oc:DiscrepancyNotes></SubjectData>"""
    sheets, _ = read(tmp_path, odm(data, extra='xmlns:oc="http://www.openclinica.org/ns/odm_ext_v130/v3.1"'))
    (row,) = rows(sheets["IG.DM"])
    assert {name: text for name, text in row.items() if "." in name and not name.startswith("IT.")} == {
        "SubjectData.StudySubjectID": "001",
        "SubjectData.Status": "available",
        "StudyEventData.StartDate": "2023-01-05",
        "FormData.Status": "complete",
    }


def test_several_studies_in_one_file_are_told_apart(tmp_path):
    data = (
        SNAPSHOT
        + '</ClinicalData><ClinicalData StudyOID="S2" MetaDataVersionOID="M1">'
        + SNAPSHOT.replace('Value="2"', 'Value="1"')
    )
    sheets, findings = read(tmp_path, odm(data))
    assert [(row["StudyOID"], row["SubjectKey"], row["IT.SEX"]) for row in rows(sheets["IG.DM"])] == [
        ("S1", "001", "2"),
        ("S2", "001", "1"),
    ]
    assert [row["StudyOID"] for row in rows(sheets["SubjectData"])] == ["S1", "S1", "S2", "S2"]
    assert findings.empty


def test_version_2_with_groups_in_groups_and_values_as_elements(tmp_path):
    data = """
<SubjectData SubjectKey="001"><StudyEventData StudyEventOID="SE.1">
  <ItemGroupData ItemGroupOID="F.DM" ItemGroupRepeatKey="1"><ItemData ItemOID="IT.NOTE"><Value>top</Value></ItemData>
    <ItemGroupData ItemGroupOID="IG.DM"><ItemData ItemOID="IT.SEX"><Value>1</Value></ItemData></ItemGroupData>
    <ItemGroupData ItemGroupOID="IG.VS" ItemGroupRepeatKey="1">
      <ItemData ItemOID="IT.NOTE"><Value>a</Value><Value>b</Value></ItemData></ItemGroupData></ItemGroupData>
  <ItemGroupData ItemGroupOID="F.DM" ItemGroupRepeatKey="2">
    <ItemGroupData ItemGroupOID="IG.DM"><ItemData ItemOID="IT.SEX"><Value>2</Value></ItemData></ItemGroupData></ItemGroupData>
</StudyEventData></SubjectData>"""
    sheets, _ = read(tmp_path, odm(data, namespace="http://www.cdisc.org/ns/odm/v2.0"))
    assert [(row["FormOID"], row["FormRepeatKey"], row["IT.SEX"]) for row in rows(sheets["IG.DM"])] == [
        ("F.DM", "1", "1"),
        ("F.DM", "2", "2"),
    ]
    assert [(row["ItemGroupRepeatKey"], row["IT.NOTE"]) for row in rows(sheets["IG.VS"])] == [("1", "a; b")]
    assert [(row["ItemGroupRepeatKey"], row["IT.NOTE"]) for row in rows(sheets["F.DM"])] == [("1", "top")]


def test_what_the_definitions_do_not_have_is_read_and_found(tmp_path):
    data = SNAPSHOT.replace('ItemOID="IT.BIRTH"', 'ItemOID="IT.NEW"').replace(
        '"IT.SEX" Value="2"', '"IT.SEX" Value="9"'
    )
    sheets, findings = read(tmp_path, odm(data))
    (row,) = rows(sheets["IG.DM"])
    assert (row["IT.NEW"], row["IT.SEX"], row.get("IT.SEX decoded")) == ("1961-05", "9", None)
    assert found(findings) == [("RAW-039", "export.xml:IG.DM!G4"), ("RAW-037", "export.xml:IG.DM!J1")]
    assert not findings["message"].str.contains("1961|9").any()  # a column may be an identifying one
    sheets, findings = read(tmp_path, odm(SNAPSHOT, metadata=""))
    assert rows(sheets["IG.DM"])[0]["IT.SEX"] == "2"
    assert ("RAW-037", "export.xml") in found(findings)


def test_updates_alone_are_read_and_found(tmp_path):
    sheets, findings = read(tmp_path, odm(form("Update", ("IT.SEX", 'Value="1"')) + form("Remove", group="IG.VS")))
    assert [row["IT.SEX"] for row in rows(sheets["IG.DM"])] == ["1"]
    assert found(findings) == [("RAW-038", "export.xml")]
    assert (
        findings["message"].iat[0].startswith("2 updates or removals are of item groups that the file does not insert")
    )


@pytest.mark.parametrize("encoding", ["gbk", "GB2312", "gb18030", "utf-16", "windows-1252"])
def test_the_encoding_is_the_one_that_the_file_says(tmp_path, encoding):
    text = "Zoé" if encoding == "windows-1252" else "张"
    data = SNAPSHOT.replace("more", text)
    metadata = METADATA.replace("性别", "s").replace("男", "m").replace("女", "f")
    content = odm(data, metadata=metadata).replace("UTF-8", encoding).encode(encoding)
    sheets, _ = read(tmp_path, content)
    assert rows(sheets["IG.VS"])[0]["IT.NOTE"] == f" NA & {text} "


V13 = "http://www.cdisc.org/ns/odm/v1.3"
DATASET_XML = "xmlns:data='http://www.cdisc.org/ns/Dataset-XML/v1.0'"
BOMB = '<!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (odm(SNAPSHOT).replace("?>", f"?>{BOMB}"), "it has a document type declaration"),
        (odm(SNAPSHOT).replace("?>", '?><!DOCTYPE ODM SYSTEM "http://x/odm.dtd">'), "it has a document type declaration"),
        ("", "line 1: no element found; it is cut off or damaged"),
        ("a,b\n1,2\n", "line 1: syntax error; it is cut off or damaged"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'/>", "is a web page; save the table as a workbook or a text file"),
        ("<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "is an Excel 2003 XML workbook; save it as .xlsx"),
        ("<Bundle xmlns='http://hl7.org/fhir'/>", "is an HL7 FHIR resource, not an ODM export"),
        ("<data/>", "is XML with the root element data, not an ODM export"),
        (f"<ODM xmlns='{V13}'>{METADATA}</ODM>", "is an ODM file of definitions and holds no clinical data"),
        (
            f"<ODM xmlns='{V13}' xmlns:def='http://www.cdisc.org/ns/def/v2.1'>"
            + METADATA.replace("<MetaDataVersion", "<MetaDataVersion def:DefineVersion='2.1.0'") + "</ODM>",
            "is a Define-XML: it describes datasets and holds no clinical data",
        ),
        (
            odm('<ItemGroupData ItemGroupOID="IG.DM" data:ItemGroupDataSeq="1"/>', extra=DATASET_XML),
            "is a Dataset-XML file of a finished dataset",
        ),
        (odm(SNAPSHOT).replace("UTF-8", "klingon"), 'it says that it is in "klingon", which is the name of no encoding'),
        (odm(SNAPSHOT).encode("gbk"), "its bytes are not in UTF-8, the encoding that it says"),
        (odm("<SubjectData>" * 70 + "</SubjectData>" * 70), "its elements lie more than 64 deep in one another"),
        (odm(SNAPSHOT.replace("more", "m" * 140_000)), "has more than 131,072 characters"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_with_one_line(tmp_path, content, reason):
    message = refusal(tmp_path, content)
    assert message.startswith("export.xml: ")
    assert reason in message
    assert "\n" not in message


def test_a_file_that_is_cut_off_anywhere_is_refused(tmp_path):
    content = odm(SNAPSHOT).encode()
    for size in range(0, len(content) - 1, 211):
        assert "cut off or damaged" in refusal(tmp_path, content[:size])


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"^none.xml: cannot be read: No such file or directory$"):
        read_odm(tmp_path / "none.xml", "none.xml")


EXPORTS = Path(os.environ["HCC_SDTM_DATA"]) / "edc-exports" if "HCC_SDTM_DATA" in os.environ else None


@pytest.mark.skipif(EXPORTS is None, reason="HCC_SDTM_DATA names no folder with EDC exports in it")
def test_a_public_export_agrees_with_the_text_export_of_the_same_data(tmp_path):
    """The two exports were made half a year apart; one question's texts are missing in the XML itself."""
    with zipfile.ZipFile(EXPORTS / "s_export_XML_CTU05_20191115-092559_CDISC.zip") as archive:
        (member,) = [
            name for name in archive.namelist() if name.endswith("CDISC.xml") or re.search(r"_CTU05_.*\.xml$", name)
        ]
        path = Path(archive.extract(member, tmp_path))
    sheets, _ = read_odm(path, "export.xml")
    values = {}
    for sheet in sheets[1:]:
        oids, names = sheet.grid[0].tolist(), sheet.grid[1].tolist()
        for row in sheet.grid[3:].tolist():
            record = dict(zip(oids, row, strict=True))
            document = re.search(r"Document-No\. (\d+) - ", record.get("FormData.Comment", ""))
            if document:
                key = (record["SubjectKey"].removeprefix("SUBJECT."), document[1], record["ItemGroupRepeatKey"])
                values |= {(*key, name): text for name, text in zip(names, row, strict=True) if name}
    counts = Counter()
    with zipfile.ZipFile(EXPORTS / "s_export_CSV-xls_CTU05_long_ref_miss_en_utf8.zip") as archive:
        for member in archive.namelist():
            if not re.match(r"e?mnpctu05", member):
                continue
            for row in csv.DictReader(io.StringIO(archive.read(member).decode("utf-8")), delimiter="\t"):
                key = (row["mnppid"], row["mnpdocid"], row.get("position", ""))
                for name, text in row.items():
                    if name and not name.startswith(("mnp", "sig")) and name not in ("fgid", "position"):
                        same = re.sub("[-:T]", "", values[*key, name]) == re.sub("[-:T]", "", text)
                        counts["agree" if same else name] += 1
    assert counts == {"agree": 799, "med_family": 6}


MAPPING = """
site: "201"
tables:
  person: {file: export.xml, sheet: IG.DM, header: {any_of: [1, 2, 3]}, subject: SubjectKey, ignore: [StudyEventOID, FormOID]}
  vitals: {file: export.xml, sheet: IG.VS, header: {any_of: [1, 2, 3]}, subject: SubjectKey}
DM: [{rows: person, SUBJID: {copy: subject}, SEX: {term: 性别 decoded, map: {男: M, 女: F}}, BRTHDTC: {date: birth}}]
VS: [{rows: vitals, VSTESTCD: {constant: WEIGHT}, VSORRES: {copy: weight}, VSORRESU: {copy: IT.WT unit}}]
"""


def test_a_mapping_names_columns_by_oid_name_or_question(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "export.xml").write_text(odm(SNAPSHOT), encoding="utf-8")
    (tmp_path / "site.yaml").write_text(MAPPING, encoding="utf-8")
    mapping = read_mapping(tmp_path / "site.yaml", "site.yaml", SPECS)
    lineage = Lineage()
    site = map_site(mapping, tmp_path / "raw", SPECS, lineage)
    (person,) = site.frames["DM"]
    assert person[["SUBJID", "SEX", "BRTHDTC"]].values.tolist() == [["001", "F", "1961-05"]]
    (vitals,) = site.frames["VS"]
    assert vitals[["VSORRES", "VSORRESU"]].values.tolist() == [["071.50", "lb"], ["", ""]]


def test_a_header_of_the_first_row_alone_takes_names_and_questions_for_rows_of_no_subject(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "export.xml").write_text(odm(SNAPSHOT), encoding="utf-8")
    text = MAPPING.replace("header: {any_of: [1, 2, 3]}, ", "").replace("性别 decoded", "IT.SEX decoded")
    text = text.replace("{date: birth}", "{date: IT.BIRTH}").replace("{copy: weight}", "{copy: IT.WT}")
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    site = map_site(read_mapping(tmp_path / "site.yaml", "site.yaml", SPECS), tmp_path / "raw", SPECS, Lineage())
    assert [frame["SUBJID"].tolist() for frame in site.frames["DM"]] == [["001"]]
    left_out = site.findings[site.findings["rule"].str.startswith("MAP-001")]
    assert len(left_out) == 4
