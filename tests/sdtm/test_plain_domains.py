"""Domains of SDTMIG 3.4 that the study says nothing of: a mapping that targets them is enough."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hcc_sdtm as hs
from hcc_sdtm import pipeline
from hcc_sdtm.problem import StudyError

TRIAL = """
staging_system: BCLC 2022
treatment_start: {dataset: EX, where: {EXCAT: RADIOTHERAPY}, date: EXSTDTC, end: EXENDTC}
primary_criterion: RECIST 1.1
title: A small trial
arm: {code: RT, name: Radiotherapy}
data_cutoff: 2024-12-31
visits:
  - {number: 1, name: BASELINE, day: -14}
  - {number: 2, name: WEEK 6, day: 42}
"""

MAPPING = """
site: "301"
country: CHN
dates: {order: ymd}
tables:
  patient: {file: patient.csv, subject: no}
  ae: {file: ae.csv, subject: no}
  vital: {file: vital.csv, subject: no}
  ecg: {file: ecg.csv, subject: no}
  habit: {file: habit.csv, subject: no}
  pro: {file: pro.csv, subject: no}
  visit: {file: visit.csv, subject: no}
DM:
  - {rows: patient, SUBJID: {copy: subject}, SEX: {term: sex}, RFICDTC: {date: consent}, DTHDTC: {date: died}}
EX:
  - {rows: patient, when: {rt: present}, EXTRT: {constant: SBRT}, EXCAT: {constant: RADIOTHERAPY}, EXDOSE: {number: dose},
     EXDOSU: {constant: Gy}, EXDOSFRM: {constant: NOT APPLICABLE}, EXLOC: {constant: LIVER}, EXLAT: {term: side},
     EXSTDTC: {date: rt}, EXENDTC: {date: rt}}
AE:
  - rows: ae
    AETERM: {copy: event}
    AEDECOD: {copy: pt}
    AESEV: {term: grade}
    AESER: {term: serious, map: {是: Y, 否: N}}
    AEACN: {term: action}
    AEOUT: {term: outcome}
    AESTDTC: {date: start}
    AEENDTC: {date: end}
    SUPP: {AETRTEM: {constant: Y, label: Treatment Emergent Flag}}
VS:
  - {rows: vital, VSTESTCD: {term: test}, VSPOS: {term: position}, VSORRES: {copy: value}, VSORRESU: {term: unit},
     VISITNUM: {number: visit}, VSDTC: {date: day}}
EG:
  - {rows: ecg, EGTESTCD: {constant: QTCFAG}, EGTEST: {constant: "QTcF Interval, Aggregate"}, EGORRES: {copy: qtcf},
     EGORRESU: {constant: msec}, EGDTC: {date: day}}
SU:
  - {rows: habit, SUTRT: {copy: what}, SUCAT: {constant: TOBACCO}, SUOCCUR: {term: ever}, SUDOSE: {number: daily},
     SUSTDTC: {date: since}}
DD:
  - {rows: patient, when: {cause: present}, DDTESTCD: {constant: PRCDTH}, DDTEST: {constant: Primary Cause of Death},
     DDORRES: {copy: cause}, DDDTC: {date: died}}
QS:
  - {rows: pro, QSTESTCD: {constant: BPI0101}, QSTEST: {constant: BPI01-Pain at its Worst}, QSCAT: {constant: BPI},
     QSORRES: {copy: worst}, VISITNUM: {number: visit}, QSDTC: {date: day}}
SV:
  - {rows: visit, VISITNUM: {number: visit}, SVPRESP: {constant: Y}, SVOCCUR: {constant: Y}, SVSTDTC: {date: day},
     SVENDTC: {date: day}, SUPP: {SVNOTE: {copy: note, label: Note}}}
CO:
  - {rows: visit, when: {note: present}, COVAL: {copy: note}, CODTC: {date: day}}
"""

FILES = {
    "patient": """\
no,sex,consent,rt,dose,side,died,cause
301-001,M,2023-01-02,2023-01-20,10,RIGHT,2023-08-09,Liver failure
301-002,Female,2023-02-01,2023-02-15,8,LEFT,,
""",
    "ae": """\
no,event,pt,grade,serious,action,outcome,start,end
301-001,feels sick,Nausea,MILD,否,Dose Not Changed,RECOVERED/RESOLVED,2023-01-21,2023-01-25
301-001,liver failure,Hepatic failure,Grade 3,是,NOT APPLICABLE,FATAL,2023-08-01,2023-08-09
301-002,乏力,Fatigue,MODERATE,否,DOSE NOT CHANGED,NOT RECOVERED/NOT RESOLVED,2023-02,
""",
    "vital": """\
no,test,position,value,unit,visit,day
301-001,SYSBP,SITTING,131,mmHg,1,2023-01-10
301-001,SYSBP,SITTING,128,mmHg,2,2023-03-02
301-001,Weight,,071.50,kg,1,2023-01-10
301-002,SYSBP,STANDING,not done,mmHg,1,2023-02-03
""",
    "ecg": "no,qtcf,day\n301-001,412,2023-01-10\n301-002,399.5,2023-02-03\n",
    "habit": "no,what,ever,daily,since\n301-001,CIGARETTES,Y,20,1990\n301-002,CIGARETTES,N,,\n",
    "pro": "no,worst,visit,day\n301-001,7,1,2023-01-10\n301-001,3,2,2023-03-02\n",
    "visit": "no,visit,day,note\n301-001,1,2023-01-10,came late\n301-001,2.1,2023-02-20,\n301-002,1,2023-02-03,with her son\n",
}


def write_study(
    folder: Path, mapping: str = MAPPING, files: dict[str, str] = FILES, specs: dict[str, str] | None = None
) -> Path:
    """A study folder with one site; ``specs`` are files under its specs folder beside the trial's."""
    texts = {"study.yaml": "study: SMALL\nmappings: mappings/*.yaml\n", "specs/trial.yaml": TRIAL}
    texts |= {"mappings/site_301.yaml": mapping}
    texts |= {f"raw/{stem}.csv": text for stem, text in files.items()}
    texts |= {f"specs/{name}": text for name, text in (specs or {}).items()}
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def table(result, name, *columns):
    return result.sdtm[name].published[list(columns)].replace({np.nan: None}).values.tolist()


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return pipeline.run(write_study(tmp_path_factory.mktemp("plain")))


def test_only_what_the_mapping_fills_is_made(result):
    assert set(result.sdtm) == {"AE", "CO", "DD", "DM", "EG", "EX", "QS", "SU", "SUPPAE", "SUPPSV", "SV", "VS"}


def test_events_get_identifiers_terms_days_and_epoch(result):
    assert table(result, "AE", "STUDYID", "DOMAIN")[0] == ["SMALL", "AE"]
    assert table(result, "AE", "USUBJID", "AESEQ", "AETERM", "AESEV", "AESER", "AEACN", "AEOUT") == [
        ["SMALL-301-001", 1, "feels sick", "MILD", "N", "DOSE NOT CHANGED", "RECOVERED/RESOLVED"],
        ["SMALL-301-001", 2, "liver failure", "SEVERE", "Y", "NOT APPLICABLE", "FATAL"],
        ["SMALL-301-002", 1, "乏力", "MODERATE", "N", "DOSE NOT CHANGED", "NOT RECOVERED/NOT RESOLVED"],
    ]
    assert table(result, "AE", "AESTDTC", "AEENDTC", "AESTDY", "AEENDY", "EPOCH") == [
        ["2023-01-21", "2023-01-25", 2, 6, "FOLLOW-UP"],
        ["2023-08-01", "2023-08-09", 194, 202, "FOLLOW-UP"],
        ["2023-02", "", None, None, ""],
    ]
    assert table(result, "SUPPAE", "RDOMAIN", "IDVAR", "IDVARVAL", "QNAM", "QVAL")[1] == [
        "AE",
        "AESEQ",
        "2",
        "AETRTEM",
        "Y",
    ]


def test_findings_get_test_names_standard_results_visits_and_the_last_before_treatment(result):
    columns = [
        "VSSEQ",
        "VSTEST",
        "VSPOS",
        "VSORRES",
        "VSSTRESC",
        "VSSTRESN",
        "VSSTRESU",
        "VSLOBXFL",
        "VISIT",
        "VISITDY",
        "VSDY",
    ]
    assert table(result, "VS", *columns) == [
        [1, "Systolic Blood Pressure", "SITTING", "131", "131", 131, "mmHg", "Y", "BASELINE", -14, -10],
        [2, "Systolic Blood Pressure", "SITTING", "128", "128", 128, "mmHg", "", "WEEK 6", 42, 42],
        [3, "Weight", "", "071.50", "71.5", 71.5, "kg", "Y", "BASELINE", -14, -10],
        [1, "Systolic Blood Pressure", "STANDING", "not done", "not done", None, "mmHg", "Y", "BASELINE", -14, -12],
    ]
    assert table(result, "EG", "EGTESTCD", "EGTEST", "EGSTRESN", "EPOCH") == [
        ["QTCFAG", "QTcF Interval, Aggregate", 412, "SCREENING"],
        ["QTCFAG", "QTcF Interval, Aggregate", 399.5, "SCREENING"],
    ]
    assert table(result, "QS", "QSCAT", "QSTESTCD", "QSSTRESN", "QSLOBXFL", "VISIT") == [
        ["BPI", "BPI0101", 7, "Y", "BASELINE"],
        ["BPI", "BPI0101", 3, "", "WEEK 6"],
    ]
    assert table(result, "DD", "DDTESTCD", "DDSTRESC", "DDDY") == [["PRCDTH", "Liver failure", 202]]


def test_interventions_visits_and_comments(result):
    assert table(result, "SU", "SUTRT", "SUOCCUR", "SUDOSE", "SUSTDTC") == [
        ["CIGARETTES", "Y", 20, "1990"],
        ["CIGARETTES", "N", None, ""],
    ]
    assert table(result, "SV", "VISITNUM", "VISIT", "VISITDY", "SVSTDY") == [
        [1, "BASELINE", -14, -10],
        [2.1, "UNSCHEDULED 2.1", None, 32],
        [1, "BASELINE", -14, -12],
    ]
    assert table(result, "SUPPSV", "USUBJID", "IDVAR", "IDVARVAL", "QVAL") == [
        ["SMALL-301-001", "VISITNUM", "1", "came late"],
        ["SMALL-301-002", "VISITNUM", "1", "with her son"],
    ]
    assert table(result, "CO", "COSEQ", "COVAL", "CODY") == [[1, "came late", -10], [1, "with her son", -12]]


def test_a_variable_of_the_standard_that_the_table_of_a_domain_lacks_stands_at_its_place(result):
    assert "EXLAT" not in result.study.specs.sdtm["EX"].names
    names = list(result.sdtm["EX"].published)
    assert names[names.index("EXLOC") + 1] == "EXLAT"
    assert table(result, "EX", "EXLAT") == [["RIGHT"], ["LEFT"]]
    assert "EXPSTRG" not in names
    assert "CMDOSE" not in result.study.specs.sdtm["CM"].names


def test_values_of_a_plain_domain_are_traced_and_checked_like_any_other(result):
    trace = result.sdtm["AE"].trace(1, "AESEV")
    assert [(str(source), typed) for source, typed in trace.cells()] == [("ae.csv:D3", "Grade 3")]
    found = result.findings[result.findings["rule"].str.startswith("SCH-")]
    assert found[["rule", "source", "variable", "message"]].values.tolist() == [
        ["SCH-004 schema.term-added", source, variable, '"msec" is not in codelist UNIT; the term is "ms"']
        for variable in ("EGORRESU", "EGSTRESU")
        for source in found["source"].unique()
    ]


@pytest.mark.parametrize("name", ["AE", "CO", "DD", "QS", "SU", "SUPPAE", "SV", "VS"])
def test_the_schema_of_a_plain_domain_is_had_by_its_name(result, name):
    published = result.sdtm[name].published
    assert hs.schema(name).validate(published) is not None


def test_the_outputs_of_plain_domains_are_written(tmp_path):
    root = write_study(tmp_path / "study")
    pipeline.run(root, tmp_path / "out")
    names = {path.stem for path in (tmp_path / "out" / "sdtm").glob("*.xpt")}
    assert names == {"ae", "co", "dd", "dm", "eg", "ex", "qs", "su", "suppae", "suppsv", "sv", "vs"}


def problems(root: Path) -> list[str]:
    with pytest.raises(StudyError) as error:
        pipeline.run(root)
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        ("TA", "TA (Trial Arms) is about the trial and has no subjects, so no site's files can fill it"),
        ("TV", "TV (Trial Visits) is about the trial and has no subjects, so no site's files can fill it"),
        ("TS", "TS (Trial Summary) is about the trial and has no subjects, so no site's files can fill it"),
        (
            "OI",
            "OI (Non-host Organism Identifiers) is about the trial and has no subjects, so no site's files can fill it",
        ),
        ("RELREC", "RELREC is made from specs/relationships.csv; a mapping gives only the link variables"),
        ("SUPPAE", "SUPPAE is made from the rules that stand under SUPP in a block of AE"),
        ("AEY", '"AEY" is no key of a mapping and no domain with a spec; did you mean "AE"?'),
    ],
)
def test_a_dataset_that_no_mapping_can_fill_is_refused_with_the_reason(tmp_path, domain, reason):
    mapping = MAPPING + f"{domain}:\n  - {{rows: visit, SVNOTE: {{copy: note}}}}\n"
    line = 1 + MAPPING.count("\n")
    assert problems(write_study(tmp_path, mapping)) == [f"mappings/site_301.yaml:{line}: {reason}"]


def test_a_variable_that_the_standard_does_not_have_is_refused_with_the_nearest(tmp_path):
    mapping = MAPPING.replace("AEOUT: {term: outcome}", "AEOUTCOM: {term: outcome}")
    assert problems(write_study(tmp_path, mapping)) == [
        f"mappings/site_301.yaml:{MAPPING[: MAPPING.index('    AEOUT:')].count(chr(10)) + 1}: "
        'AE has no variable "AEOUTCOM"; did you mean "AEOUT"?'
    ]


def test_elements_and_milestones_of_a_subject_can_be_mapped(tmp_path):
    mapping = (
        MAPPING
        + """
SE:
  - {rows: visit, ETCD: {constant: SCRN}, ELEMENT: {constant: Screening}, SESTDTC: {date: day}, SEENDTC: {date: day}}
SM:
  - {rows: visit, MIDS: {copy: visit}, MIDSTYPE: {constant: SCAN}, SMSTDTC: {date: day}}
"""
    )
    result = pipeline.run(write_study(tmp_path, mapping))
    assert table(result, "SE", "USUBJID", "SESEQ", "ETCD", "SESTDY", "EPOCH") == [
        ["SMALL-301-001", 1, "SCRN", -10, "SCREENING"],
        ["SMALL-301-001", 2, "SCRN", 32, "FOLLOW-UP"],
        ["SMALL-301-002", 1, "SCRN", -12, "SCREENING"],
    ]
    assert table(result, "SM", "SMSEQ", "MIDS") == [[1, "1"], [2, "2.1"], [1, "1"]]


OWN_SPECS = {
    "datasets.csv": """\
dataset,kind,label,class,structure,keys,sort
XP,sdtm,Pain Diary,FINDINGS,One record per question per day,STUDYID USUBJID XPTESTCD XPDTC,STUDYID USUBJID XPDTC XPTESTCD
""",
    "sdtm/xp.csv": """\
variable,label,type,length,core,role,codelist,origin,source,method
STUDYID,Study Identifier,text,20,Req,Identifier,,Assigned,Sponsor,
DOMAIN,Domain Abbreviation,text,2,Req,Identifier,,Assigned,Sponsor,
USUBJID,Unique Subject Identifier,text,40,Req,Identifier,,Derived,Sponsor,USUBJID
XPSEQ,Sequence Number,integer,8,Req,Identifier,,Derived,Sponsor,SEQ
XPTESTCD,Pain Test Short Name,text,8,Req,Topic,PAINCD,Assigned,Sponsor,
XPTEST,Pain Test Name,text,40,Req,Synonym Qualifier,PAIN,Assigned,Sponsor,
XPORRES,Result or Finding in Original Units,text,40,Exp,Result Qualifier,,Collected,Subject,
XPSTRESC,Character Result/Finding in Std Format,text,40,Exp,Result Qualifier,,Derived,Sponsor,STRESC
XPSTRESN,Numeric Result/Finding in Standard Units,float,8,Exp,Result Qualifier,,Derived,Sponsor,
XPDTC,Date/Time of Collection,date,10,Exp,Timing,,Collected,Subject,
XPDY,Study Day of Collection,integer,8,Perm,Timing,,Derived,Sponsor,DY
""",
    "codelists.csv": """\
codelist,code,label,extensible,term,term_code,synonyms
DOMAIN,,,,XP,,Pain Diary
PAINCD,,Pain Test Code,No,WORST,P1,
PAIN,,Pain Test Name,No,Worst Pain,P1,
""",
}


def test_a_domain_of_the_sponsors_own_needs_a_table_and_no_code(tmp_path):
    mapping = (
        MAPPING
        + """
XP:
  - {rows: pro, XPTESTCD: {constant: WORST}, XPORRES: {copy: worst}, XPDTC: {date: day},
     SUPP: {XPVIS: {copy: visit, label: Visit as Typed}}}
"""
    )
    result = pipeline.run(write_study(tmp_path, mapping, specs=OWN_SPECS))
    assert table(result, "XP", "DOMAIN", "USUBJID", "XPSEQ", "XPTEST", "XPSTRESN", "XPDY") == [
        ["XP", "SMALL-301-001", 1, "Worst Pain", 7, -10],
        ["XP", "SMALL-301-001", 2, "Worst Pain", 3, 42],
    ]
    assert table(result, "SUPPXP", "IDVAR", "IDVARVAL", "QVAL") == [["XPSEQ", "1", "1"], ["XPSEQ", "2", "2"]]
    assert not result.findings["dataset"].isin(["XP", "SUPPXP"]).any()


def test_a_studys_own_table_of_a_standard_domain_takes_the_place_of_the_standards(tmp_path):
    table_of_ae = """\
variable,label,type,length,core,role,codelist,origin,source,method
STUDYID,Study Identifier,text,20,Req,Identifier,,Assigned,Sponsor,
USUBJID,Unique Subject Identifier,text,40,Req,Identifier,,Derived,Sponsor,USUBJID
AESEQ,Sequence Number,integer,8,Req,Identifier,,Derived,Sponsor,SEQ
AETERM,Event as Reported,text,10,Req,Topic,,Collected,Investigator,
AEDECOD,Dictionary-Derived Term,text,200,Perm,Synonym Qualifier,,Assigned,Sponsor,
"""
    result = pipeline.run(write_study(tmp_path, specs={"sdtm/ae.csv": table_of_ae}))
    names = "STUDYID USUBJID AESEQ AETERM AEDECOD AESEV AESER AEACN AEOUT AESTDTC AEENDTC"
    assert list(result.sdtm["AE"].published) == names.split()  # the mapped ones of the standard follow, none is derived
    assert result.sdtm["AE"].spec.by_name["AETERM"].label == "Event as Reported"
    found = result.findings[result.findings["rule"].str.startswith("SCH-006")]
    assert found["value"].tolist() == ["liver failure"]


def test_planned_doses_do_not_prolong_participation(tmp_path):
    mapping = (
        MAPPING
        + """
EC:
  - {rows: patient, ECTRT: {constant: SBRT}, ECMOOD: {constant: SCHEDULED}, ECSTDTC: {constant: 2024-11-30}}
"""
    )
    result = pipeline.run(write_study(tmp_path, mapping))
    assert table(result, "EC", "ECMOOD", "ECSTDTC") == [["SCHEDULED", "2024-11-30"]] * 2
    assert table(result, "DM", "RFPENDTC") == [["2023-08-09"], ["2023-02-15"]]


def test_a_side_of_the_body_has_its_own_last_observation_before_treatment(tmp_path):
    mapping = (
        MAPPING
        + """
OE:
  - {rows: eye, OETESTCD: {constant: VISACU}, OETEST: {constant: Visual Acuity}, OELOC: {constant: EYE}, OELAT: {term: side},
     OEORRES: {copy: value}, OEDTC: {date: day}}
"""
    )
    mapping = mapping.replace("tables:\n", "tables:\n  eye: {file: eye.csv, subject: no}\n")
    eyes = "no,side,value,day\n301-001,LEFT,20/20,2023-01-05\n301-001,RIGHT,20/40,2023-01-04\n301-001,RIGHT,20/30,2023-01-01\n"
    result = pipeline.run(write_study(tmp_path, mapping, FILES | {"eye": eyes}))
    assert table(result, "OE", "OELAT", "OEORRES", "OELOBXFL") == [
        ["RIGHT", "20/30", ""],
        ["RIGHT", "20/40", "Y"],
        ["LEFT", "20/20", "Y"],
    ]
