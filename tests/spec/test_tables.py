from pathlib import Path

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.model import Specs, ValueLevel
from hcc_sdtm.spec.tables import LABEL_BYTES, NAME, read_spec_tables

REPOSITORY = Path(__file__).parents[2]

SMALL = {
    "datasets.csv": """\
        dataset,kind,label,class,structure,keys,sort
        DM,sdtm,Demographics,SPECIAL PURPOSE,One record per subject,STUDYID USUBJID,STUDYID USUBJID
        RS,sdtm,Response,FINDINGS,One record per assessment,USUBJID RSTESTCD,USUBJID RSSEQ
        SUPPRS,sdtm,Supplemental Qualifiers for RS,RELATIONSHIP,One record per qualifier,USUBJID QNAM,QNAM
        ADSL,adam,Subjects,SUBJECT LEVEL ANALYSIS DATASET,One record per subject,USUBJID,USUBJID
        """,
    "codelists.csv": """\
        codelist,code,label,extensible,term,term_code,synonyms
        SEX,C66731,Sex,No,F,C16576,Female
        SEX,,,,M,C20197,Male|man
        TEST,C1,Test Code,Yes,OVRLRESP,C2,
        TEST,,,,ECOG101,C3,
        GRADE,C4,Grade,No,0,C5,
        """,
    "valuelevel.csv": """\
        dataset,variable,where_variable,where_value,codelist
        RS,RSSTRESC,RSTESTCD,ECOG101,GRADE
        """,
    "methods.csv": """\
        method,name,type,description
        SEQ,Sequence number,Computation,"Numbered from 1,
        in sort order."
        """,
    "sdtm/dm.csv": """\
        variable,label,type,length,core,role,codelist,origin,source,method
        STUDYID,Study Identifier,text,20,Req,Identifier,,Assigned,Sponsor,
        USUBJID,Unique Subject Identifier,text,40,Req,Identifier,,Derived,Sponsor,
        SEX,Sex,text,2,Req,Record Qualifier,SEX,Collected,Investigator,
        """,
    "sdtm/rs.csv": """\
        variable,label,type,length,core,role,codelist,origin,source,method
        USUBJID,Unique Subject Identifier,text,40,Req,Identifier,,Derived,Sponsor,
        RSSEQ,Sequence Number,integer,8,Req,Identifier,,Derived,Sponsor,SEQ
        RSTESTCD,Short Name,text,8,Req,Topic,TEST,Assigned,Sponsor,
        RSSTRESC,Result,text,20,Exp,Result Qualifier,,Assigned,Sponsor,
        """,
    "sdtm/supp.csv": """\
        variable,label,type,length,core
        USUBJID,Unique Subject Identifier,text,40,Req
        QNAM,Qualifier Variable Name,text,8,Req
        """,
    "adam/adsl.csv": """\
        variable,label,type,length,core,role,codelist,origin,source,method,format
        USUBJID,Unique Subject Identifier,text,40,Req,Identifier,,Predecessor,DM.USUBJID,,
        TRTSDT,Date of First Exposure,integer,8,Cond,Timing,,Derived,Sponsor,,DATE9.
        """,
}


def write_tables(folder: Path, tables: dict[str, str]) -> Path:
    for name, text in tables.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [line.removeprefix("        ") for line in text.splitlines()]
        path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return folder


def problems_of(folder: Path, *more: Path) -> list[str]:
    with pytest.raises(StudyError) as raised:
        read_spec_tables([folder, *more])
    text = [str(problem) for problem in raised.value.problems]
    return [line.replace(f"{folder.parent.as_posix()}/", "") for line in text]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_tables(tmp_path / "specs", SMALL)


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_small_tables_are_read(small: Path) -> None:
    specs = read_spec_tables([small])

    assert list(specs.sdtm)[:3] == ["DM", "RS", "SUPPRS"]
    assert list(specs.adam) == ["ADSL"]
    rs = specs.sdtm["RS"]
    assert (rs.keys, rs.sort, rs.sequence) == (("USUBJID", "RSTESTCD"), ("USUBJID", "RSSEQ"), "RSSEQ")
    assert rs.by_name["RSSEQ"].method == "SEQ"
    assert str(rs.by_name["RSSEQ"].line).endswith("specs/sdtm/rs.csv:3")
    assert specs.adam["ADSL"].by_name["TRTSDT"].format == "DATE9."
    assert specs.sdtm["SUPPRS"].names == ["USUBJID", "QNAM"]
    sex = specs.codelists["SEX"]
    assert (sex.code, sex.label, sex.extensible) == ("C66731", "Sex", False)
    assert dict(sex.terms) == {"F": ("Female",), "M": ("Male", "man")}
    assert sex.by_folded["man"] == "M"
    assert sex.by_code["C20197"] == "M"
    assert specs.valuelevel == (ValueLevel("RS", "RSSTRESC", "RSTESTCD", ("ECOG101",), "GRADE"),)
    assert specs.tables["methods"].to_dict("records") == [
        {
            "method": "SEQ",
            "name": "Sequence number",
            "type": "Computation",
            "description": "Numbered from 1,\nin sort order.",
        }
    ]
    assert specs.tables["comments"].empty


def test_byte_order_mark_and_blank_lines_are_tolerated(small: Path) -> None:
    path = small / "sdtm/dm.csv"
    text = path.read_text(encoding="utf-8").replace("SEX,Sex", "\n,,,\nSEX,Sex")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    specs = read_spec_tables([small])

    assert specs.sdtm["DM"].names == ["STUDYID", "USUBJID", "SEX"]
    assert specs.sdtm["DM"].by_name["SEX"].line.line == 6


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("sdtm/dm.csv", ",core,", ",cor,", 'sdtm/dm.csv:1: unknown column "cor"; did you mean "core"?'),
        ("sdtm/dm.csv", ",label,", ",label,label,", 'sdtm/dm.csv:1: column "label" appears twice'),
        (
            "sdtm/dm.csv",
            "SEX,Sex,text",
            "SEX,Sex,txt",
            'sdtm/dm.csv:4: unknown type "txt"; did you mean "text"?',
        ),
        (
            "sdtm/dm.csv",
            "SEX,Sex,text",
            "SEX,Sex,9",
            'sdtm/dm.csv:4: unknown type "9"; expected text, integer, float, date, datetime',
        ),
        (
            "sdtm/dm.csv",
            "2,Req",
            "2,Cond",
            'sdtm/dm.csv:4: unknown core "Cond"; expected Req, Exp, Perm',
        ),
        (
            "sdtm/dm.csv",
            "Qualifier,SEX",
            "Qualifier,SEXX",
            'sdtm/dm.csv:4: unknown codelist "SEXX"; did you mean "SEX"?',
        ),
        (
            "sdtm/rs.csv",
            "Sponsor,SEQ",
            "Sponsor,SQ",
            'sdtm/rs.csv:3: unknown method "SQ"; did you mean "SEQ"?',
        ),
        (
            "sdtm/dm.csv",
            "Collected",
            "CRF",
            'sdtm/dm.csv:4: unknown origin "CRF"; expected Collected, Derived, Assigned, '
            "Protocol, Predecessor, Not Available",
        ),
        ("sdtm/dm.csv", "SEX,Sex", "USUBJID,Sex", 'sdtm/dm.csv:4: variable "USUBJID" is already on line 3'),
        (
            "sdtm/dm.csv",
            "Sex,text",
            "Sex as the site collected it from the pati,text",
            'sdtm/dm.csv:4: label "Sex as the site collected it from the pati" has 42 bytes; at most 40 fit',
        ),
        (
            "sdtm/dm.csv",
            "Sex,text",
            "受试者在知情同意时报告的性别,text",
            'sdtm/dm.csv:4: label "受试者在知情同意时报告的性别" has 42 bytes; at most 40 fit',
        ),
        ("sdtm/dm.csv", "SEX,Sex,", "SEX,,", "sdtm/dm.csv:4: label is empty"),
        (
            "sdtm/dm.csv",
            "SEX,Sex",
            "sex,Sex",
            'sdtm/dm.csv:4: variable "sex" is not a name: a capital letter, then up to 7 of A-Z, 0-9 and _',
        ),
        (
            "sdtm/dm.csv",
            "text,2,",
            "text,201,",
            'sdtm/dm.csv:4: length "201" of SEX is not a whole number from 1 to 200',
        ),
        (
            "sdtm/rs.csv",
            "integer,8",
            "integer,eight",
            'sdtm/rs.csv:3: length "eight" of RSSEQ is not a whole number from 1 to 8',
        ),
        (
            "sdtm/dm.csv",
            "Investigator,",
            "Investigator,,,x",
            "sdtm/dm.csv:4: has 12 cells, but the header has 10",
        ),
        (
            "datasets.csv",
            "USUBJID RSTESTCD",
            "USUBJID RSTESCD",
            'datasets.csv:3: unknown variable "RSTESCD" in keys of RS; did you mean "RSTESTCD"?',
        ),
        (
            "datasets.csv",
            "USUBJID RSSEQ",
            "USUBJID RSEQ",
            'datasets.csv:3: unknown variable "RSEQ" in sort of RS; did you mean "RSSEQ"?',
        ),
        (
            "datasets.csv",
            "STUDYID USUBJID,STUDYID",
            ",STUDYID",
            "datasets.csv:2: keys of dataset DM is empty",
        ),
        ("datasets.csv", "DM,sdtm", "DM,stdm", 'datasets.csv:2: unknown kind "stdm"; did you mean "sdtm"?'),
        (
            "datasets.csv",
            "RS,sdtm",
            "XR,sdtm",
            "datasets.csv:3: dataset XR has no table of variables: sdtm/xr.csv does not exist",
        ),
        (
            "codelists.csv",
            "SEX,,,,M",
            "SEX,,,Yes,M",
            'codelists.csv:3: extensible "Yes" of codelist SEX is "No" on',
        ),
        (
            "codelists.csv",
            ",Test Code,Yes,",
            ",Test Code,,",
            'codelists.csv:4: codelist TEST: extensible is "";',
        ),
        (
            "codelists.csv",
            "SEX,,,,M",
            "SEX,,,,F",
            'codelists.csv:3: codelist "SEX" term "F" is already on line 2',
        ),
        ("codelists.csv", "SEX,,,,M", "SEX,,,,", "codelists.csv:3: codelist and term must both be given"),
        (
            "valuelevel.csv",
            "RS,RSSTRESC",
            "RSS,RSSTRESC",
            'valuelevel.csv:2: unknown dataset "RSS"; did you mean "SS"?',
        ),
        (
            "valuelevel.csv",
            "RS,RSSTRESC",
            "RS,RSSSTRESC",
            'valuelevel.csv:2: unknown variable "RSSSTRESC"; did you mean "RSSTRESC"?',
        ),
        (
            "valuelevel.csv",
            "RSTESTCD,ECOG",
            "RSTESCD,ECOG",
            'valuelevel.csv:2: unknown where_variable "RSTESCD"; did you mean "RSTESTCD"?',
        ),
        (
            "valuelevel.csv",
            "ECOG101",
            "ECOG1O1",
            'valuelevel.csv:2: where_value "ECOG1O1" is in no codelist of RSTESTCD; did you mean "ECOG101"?',
        ),
        (
            "valuelevel.csv",
            "GRADE",
            "GRAD",
            'valuelevel.csv:2: unknown codelist "GRAD"; did you mean "GRADE"?',
        ),
        (
            "adam/adsl.csv",
            "DM.USUBJID",
            "DM.USUBJD",
            'adam/adsl.csv:2: predecessor "DM.USUBJD" of USUBJID is no variable; did you mean "DM.USUBJID"?',
        ),
        (
            "methods.csv",
            "SEQ,Seq",
            "SEQ,again,Computation,twice\nSEQ,Seq",
            'methods.csv:3: method "SEQ" is already on line 2',
        ),
    ],
)
def test_problem_has_file_line_and_nearest_name(small: Path, name: str, old: str, new: str, problem: str) -> None:
    found = problems_of(changed(small, name, old, new))
    assert any(line.startswith(f"specs/{problem}") for line in found), found


def test_missing_column_is_one_problem_at_the_header(small: Path) -> None:
    write_tables(small, {"sdtm/supp.csv": "variable,label,type,length\nUSUBJID,Subject,text,40\nQNAM,Name,text,8"})
    assert 'specs/sdtm/supp.csv:1: column "core" is missing' in problems_of(small)


def test_every_problem_is_said_at_once(small: Path) -> None:
    changed(small, "sdtm/dm.csv", "SEX,Sex,text", "SEX,Sex,txt")
    changed(small, "datasets.csv", "USUBJID RSSEQ", "USUBJID RSEQ")
    changed(small, "sdtm/rs.csv", "integer", "int")
    changed(small, "valuelevel.csv", "GRADE", "GRAD")

    assert problems_of(small) == [
        'specs/sdtm/dm.csv:4: unknown type "txt"; did you mean "text"?',
        'specs/sdtm/rs.csv:3: unknown type "int"; did you mean "integer"?',
        'specs/datasets.csv:3: unknown variable "RSEQ" in sort of RS; did you mean "RSSEQ"?',
        'specs/valuelevel.csv:2: unknown codelist "GRAD"; did you mean "GRADE"?',
    ]


def test_table_of_no_dataset(small: Path) -> None:
    write_tables(small, {"sdtm/dn.csv": SMALL["sdtm/dm.csv"]})
    assert problems_of(small) == ['specs/sdtm/dn.csv: no dataset "DN" in datasets.csv; did you mean "DM"?']


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty; a header line was expected"),
        ("variable,label\n性别,".encode("gbk"), "is not UTF-8 text; save it as CSV UTF-8"),
        (b'variable,label\nSEX,"Sex', "is not a CSV table: unexpected end of data"),
    ],
)
def test_unreadable_file(small: Path, content: bytes, problem: str) -> None:
    (small / "sdtm/dm.csv").write_bytes(content)
    assert f"specs/sdtm/dm.csv: {problem}" in problems_of(small)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "spec") == ["spec: is not a folder of spec tables"]


def test_folder_without_datasets(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    assert problems_of(tmp_path / "specs") == ["specs/datasets.csv: lists no dataset"]


def test_comments_point_to_things_that_exist(small: Path) -> None:
    write_tables(
        small,
        {
            "documents.csv": "document,title,file\nguide,Reviewer's Guide,guide.pdf",
            "comments.csv": "dataset,variable,comment,document\nDM,,as collected,guide\nDMM,,x,\nDM,SX,x,gide",
        },
    )
    assert problems_of(small) == [
        'specs/comments.csv:3: unknown dataset "DMM"; did you mean "DM"?',
        'specs/comments.csv:4: unknown variable "SX"; did you mean "SEX"?',
        'specs/comments.csv:4: unknown document "gide"; did you mean "guide"?',
    ]


def overlaid(small: Path, tmp_path: Path, tables: dict[str, str]) -> Specs:
    return read_spec_tables([small, write_tables(tmp_path / "study", tables)])


def test_later_folder_replaces_a_variable_table(small: Path, tmp_path: Path) -> None:
    table = "variable,label,type,length,core\nSTUDYID,Study,text,9,Req\nUSUBJID,Subject,text,40,Req"
    specs = overlaid(small, tmp_path, {"sdtm/dm.csv": table})
    assert specs.sdtm["DM"].names == ["STUDYID", "USUBJID"]
    assert specs.sdtm["DM"].label == "Demographics"
    assert specs.sdtm["RS"].names == ["USUBJID", "RSSEQ", "RSTESTCD", "RSSTRESC"]


def test_later_folder_adds_and_replaces_lines_by_key(small: Path, tmp_path: Path) -> None:
    specs = overlaid(
        small,
        tmp_path,
        {
            "datasets.csv": "dataset,kind,label,class,structure,keys,sort\n"
            "DM,sdtm,Subjects of the Study,SPECIAL PURPOSE,One record per subject,USUBJID,USUBJID\n"
            "EX,sdtm,Exposure,INTERVENTIONS,One record per dose,USUBJID,USUBJID",
            "sdtm/ex.csv": "variable,label,type,length,core\nUSUBJID,Subject,text,40,Req",
            "codelists.csv": "codelist,term,synonyms\nTEST,OWNTEST,ours\nSEX,M,boy",
            "methods.csv": "method,name,type,description\nSEQ,Sequence,Computation,Ours.\nDY,Day,Computation,Days.",
            "limits.csv": "variable,low,high\nAGE,18,99",
        },
    )
    assert list(specs.sdtm)[:4] == ["DM", "RS", "SUPPRS", "EX"]
    assert (specs.sdtm["DM"].label, specs.sdtm["DM"].keys) == ("Subjects of the Study", ("USUBJID",))
    assert list(specs.codelists["TEST"].terms) == ["OVRLRESP", "ECOG101", "OWNTEST"]
    assert specs.codelists["TEST"].term_codes["OWNTEST"] == ""
    assert specs.codelists["SEX"].terms["M"] == ("boy",)
    assert specs.tables["methods"]["description"].tolist() == ["Ours.", "Days."]
    assert specs.tables["limits"].to_dict("records") == [{"variable": "AGE", "low": "18", "high": "99"}]


def test_codelist_that_is_not_extensible_cannot_be_added_to(small: Path, tmp_path: Path) -> None:
    study = write_tables(tmp_path / "study", {"codelists.csv": "codelist,term\nSEX,X"})
    assert problems_of(small, study) == ['study/codelists.csv:2: "X" cannot be added: codelist SEX is not extensible']


@pytest.fixture(scope="module")
def reference() -> Specs:
    return read_spec_tables([REPOSITORY / "specs"])


def test_reference_specs_have_every_dataset(reference: Specs) -> None:
    plain = {"CM", "DM", "DS", "EX", "FA", "LB", "MH", "PR", "RS", "SS", "TR", "TS", "TU"}
    own = {name for name, spec in reference.sdtm.items() if (REPOSITORY / "specs").as_posix() in spec.line.file}
    assert plain | {"SUPPCM", "SUPPEX", "SUPPRS", "SUPPTU"} <= own
    assert {name for name in own if not name.startswith("SUPP")} == plain
    assert sorted(reference.adam) == ["ADRS", "ADSL", "ADTR", "ADTTE"]


def test_reference_specs_fit_a_transport_file(reference: Specs) -> None:
    for spec in [*reference.sdtm.values(), *reference.adam.values()]:
        assert len(spec.label.encode()) <= LABEL_BYTES
        for variable in spec.variables:
            assert NAME.fullmatch(variable.name)
            assert variable.label.isascii()


def test_reference_terms_of_the_trial_are_known(reference: Specs) -> None:
    expected = {
        "ONCRSCAT": [
            "RECIST 1.1",
            "MRECIST LENCIONI LIVER CANCER 2010",
            "PROTOCOL DEFINED RESPONSE CRITERIA",
        ],
        "CCCAT": ["ECOG", "CHILD-PUGH CLASSIFICATION"],
        "ONCRTSCD": ["OVRLRESP", "SYMPTDTR"],
        "ONCRSR": ["CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"],
        "CPS0107STR": ["A", "B", "C"],
        "ECOG101STR": ["0", "1", "2", "3", "4", "5"],
        "TRTESTCD": ["LDIAM", "VDIAM", "TUMSTATE"],
        "TUIDRS": ["TARGET", "NON-TARGET", "NEW"],
        "UNIT": ["Gy", "mm", "ug/L"],
        "LOC": ["LIVER", "LUNG", "BONE", "VERTEBRA", "RIB", "ADRENAL GLAND", "LIVER, RIGHT LOBE"],
        "FRM": ["NOT APPLICABLE"],
        "ROUTE": ["NOT APPLICABLE"],
        "FREQ": ["QD", "QOD", "5 TIMES PER WEEK"],
        "MHEDTTYP": ["INITIAL DIAGNOSIS", "PROGRESSION"],
        "FATESTCD": ["DSSTAGE", "TOTNUM"],
        "NCOMPLT": ["DEATH", "LOST TO FOLLOW-UP", "WITHDRAWAL BY SUBJECT", "SCREEN FAILURE"],
        "PROTMLST": ["INFORMED CONSENT OBTAINED"],
        "SSTATRS": ["ALIVE", "DEAD", "UNKNOWN"],
        "LBTESTCD": ["AFP"],
        "PROCEDUR": ["TRANSARTERIAL CHEMOEMBOLIZATION", "RADIOFREQUENCY ABLATION", "ABLATION"],
        "ARMNULRS": ["SCREEN FAILURE", "ASSIGNED, NOT TREATED"],
        "EPOCH": ["SCREENING", "TREATMENT", "FOLLOW-UP"],
    }
    unknown = {
        name: [term for term in terms if term not in reference.codelists[name].terms]
        for name, terms in expected.items()
    }
    assert {name: terms for name, terms in unknown.items() if terms} == {}


def test_reference_test_code_and_test_name_share_their_nci_code(reference: Specs) -> None:
    names = {"ONCRTSCD": "ONCRTS", "ECOG1TC": "ECOG1TN", "CPS01TC": "CPS01TN", "LBTESTCD": "LBTEST"}
    for codes, tests in names.items():
        code_list, name_list = reference.codelists[codes], reference.codelists[tests]
        assert set(code_list.by_code) == set(name_list.by_code)
    code = reference.codelists["ONCRTSCD"].term_codes["OVRLRESP"]
    assert reference.codelists["ONCRTS"].by_code[code] == "Overall Response"


def test_reference_analysis_variables_equal_those_they_are_copied_from(reference: Specs) -> None:
    for spec in reference.adam.values():
        for variable in spec.variables:
            if variable.origin != "Predecessor":
                continue
            dataset, name = variable.source.split(".")
            original = reference.dataset(dataset).by_name[name]
            assert (variable.type, variable.length) == (original.type, original.length), variable.name
            if variable.name == name:
                assert variable.label == original.label
