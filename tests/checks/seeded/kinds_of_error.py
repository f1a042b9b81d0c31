"""The kinds of error that are planted: what a reviewer of such a submission has met, one at a time, each in one place."""

from __future__ import annotations

from tests.checks.seeded.planted import (
    Planted,
    added,
    cell,
    described,
    either,
    moved_column,
    removed,
    whole_column,
    with_column,
    without_column,
    without_dataset,
)

S1, S2, S3, S4, S5 = (f"RTHCC-101-00{number}" for number in range(1, 6))
UNTREATED, FAILED = "RTHCC-102-005", "RTHCC-102-006"
FIRST = {"USUBJID": S1}
RECIST, MRECIST = "RECIST 1.1", "MRECIST LENCIONI LIVER CANCER 2010"


def response(subject: str, visit: int, test: str = "OVRLRESP", criterion: str = RECIST) -> dict[str, object]:
    return {"USUBJID": subject, "RSCAT": criterion, "RSTESTCD": test, "VISITNUM": visit}


def size(subject: str, visit: int, lesion: str = "T01", test: str = "LDIAM") -> dict[str, object]:
    return {"USUBJID": subject, "TRLNKID": lesion, "TRTESTCD": test, "VISITNUM": visit}


def laboratory(subject: str, visit: int, test: str = "ALB") -> dict[str, object]:
    return {"USUBJID": subject, "LBTESTCD": test, "VISITNUM": visit}


def parameter(code: str) -> dict[str, object]:
    return {"TSPARMCD": code}


def time_to(subject: str, code: str) -> dict[str, object]:
    return {"USUBJID": subject, "PARAMCD": code}


STRUCTURE = (
    without_column("column: required one missing", "DM", "SEX"),
    without_column("column: expected one missing", "LB", "LBORNRLO"),
    without_column("column: study day missing beside its date", "CM", "CMSTDY"),
    with_column("column: not in the standard", "VS", "VSNURSE", "Nurse", "A"),
    with_column("column: not allowed in the domain", "AE", "AEOCCUR", "Adverse Event Occurrence", "Y"),
    described("column: other label", "DM", "AGE", label="Age at Entry"),
    described(
        "column: label longer than 40", "AE", "AETERM", label="Reported Term for the Adverse Event as the Site Wrote It"
    ),
    described("column: label missing", "CM", "CMTRT", label=""),
    whole_column(
        "column: number sent as text",
        "VS",
        lambda frame: frame["VSSTRESN"].map("{:g}".format).astype(object),
        "VSSTRESN",
        ("VS", "", "VSSTRESN"),
    ),
    moved_column("column: out of order", "DS", "DSTERM", "DOMAIN"),
    described("column: longer than its values", "DM", "COUNTRY", length=200),
    without_dataset("dataset: demographics missing", "DM", ("DM", "", "")),
    without_dataset("dataset: trial summary missing", "TS", ("TS", "", "")),
    without_dataset("dataset: arms of the trial missing", "TA", ("TA", "", "")),
    without_dataset("dataset: parent of a supplement missing", "TU", ("SUPPTU", "1", "RDOMAIN")),
    without_dataset("dataset: subject-level analysis missing", "ADSL", ("ADSL", "", "")),
)

TERMS = (
    cell("term: closed list", "DM", FIRST, "SEX", "Male"),
    cell("term: small letters", "DM", FIRST, "SEX", "m"),
    cell("term: synonym of an extensible list", "EX", FIRST, "EXLOC", "HEPAR"),
    cell("term: unit spelt otherwise", "EX", FIRST, "EXDOSU", "GY"),
    cell("term: race misspelt", "DM", FIRST, "RACE", "ASIEN"),
    cell(
        "term: of the wrong list for its category",
        "DS",
        {"USUBJID": S1, "DSCAT": "DISPOSITION EVENT"},
        "DSDECOD",
        "RANDOMIZED",
    ),
    cell("term: response in words", "RS", response(S1, 2), "RSSTRESC", "PARTIAL RESPONSE"),
    cell(
        "term: performance status beyond its list",
        "RS",
        {"USUBJID": S1, "RSTESTCD": "ECOG101"},
        "RSSTRESC",
        "7",
        RSORRES="7",
    ),
    cell("term: severity as a grade", "AE", FIRST, "AESEV", "3"),
    cell("term: outcome misspelt", "AE", FIRST, "AEOUT", "RECOVERED"),
    cell("term: epoch not in the list", "AE", FIRST, "EPOCH", "THERAPY"),
    cell("term: yes as a word", "AE", FIRST, "AESER", "YES"),
    cell("term: country of two letters", "DM", FIRST, "COUNTRY", "CN"),
    cell("term: age in years, singular", "DM", FIRST, "AGEU", "YEAR"),
    cell("term: criterion of response misspelt", "RS", response(S1, 3), "RSCAT", "RECIST1.1"),
    cell("term: lesion called measurable", "TU", {"USUBJID": S1, "TULNKID": "T01"}, "TUSTRESC", "MEASURABLE"),
    cell("term: method misspelt", "TR", size(S1, 1), "TRMETHOD", "CT-SCAN"),
    cell("term: evaluator not in the list", "RS", response(S1, 3), "RSEVAL", "RADIOLOGY"),
    cell("term: reason for no arm", "DM", {"USUBJID": FAILED}, "ARMNRS", "SCREENING FAILURE"),
    cell("term: trial parameter code", "TS", parameter("TITLE"), "TSPARMCD", "TITEL"),
    cell("term: value of a trial parameter", "TS", parameter("INTTYPE"), "TSVAL", "RADIOTHERAPY"),
    cell("text: leading blank", "CM", FIRST, "CMTRT", " LENVATINIB"),
    cell("text: a word for nothing", "MH", FIRST, "MHSTDTC", "UNKNOWN", nth=0),
    cell("text: a dot for nothing", "CM", FIRST, "CMDECOD", "."),
    cell("text: test code longer than 8", "LB", laboratory(S1, 1), "LBTESTCD", "ALBUMINSERUM"),
    cell("text: test code begins with a digit", "VS", FIRST, "VSTESTCD", "1WEIGHT"),
    cell("text: domain code of another domain", "CM", FIRST, "DOMAIN", "EX"),
    cell("text: other study", "PR", FIRST, "STUDYID", "RTHCC2"),
    cell("text: category is the domain", "CM", FIRST, "CMCAT", "CM"),
)

REQUIRED = (
    cell("required: sex missing", "DM", FIRST, "SEX", ""),
    cell("required: adverse event without term", "AE", FIRST, "AETERM", ""),
    cell("required: coded term missing", "AE", FIRST, "AEDECOD", ""),
    cell("required: treatment without name", "EX", FIRST, "EXTRT", ""),
    cell("required: subject identifier missing", "LB", laboratory(S1, 2), "USUBJID", ""),
    cell("required: element without start", "SE", FIRST, "SESTDTC", ""),
    cell("required: dose without unit", "EX", FIRST, "EXDOSU", ""),
    cell("required: dose missing", "EX", FIRST, "EXDOSE", float("nan"), EXDOSU="", EXDOSFRQ="", at="EXDOSE"),
    cell("required: result without unit", "LB", laboratory(S1, 1), "LBSTRESU", ""),
    cell(
        "required: standard result missing",
        "LB",
        laboratory(S1, 1),
        "LBSTRESC",
        "",
        LBSTRESN=float("nan"),
        LBSTRESU="",
        LBNRIND="",
    ),
    cell("required: standard number missing", "LB", laboratory(S1, 1), "LBSTRESN", float("nan")),
    cell("required: age without unit", "DM", FIRST, "AGEU", ""),
    cell("required: response without date", "RS", response(S1, 2), "RSDTC", "", RSDY=float("nan")),
    cell("required: category of disposition", "DS", FIRST, "DSCAT", ""),
    cell(
        "required: result neither given nor not done",
        "VS",
        FIRST,
        "VSORRES",
        "",
        VSORRESU="",
        VSSTRESC="",
        VSSTRESN=float("nan"),
        VSSTRESU="",
    ),
    cell("required: value of a trial parameter", "TS", parameter("TITLE"), "TSVAL", ""),
)

DATES = (
    cell("date: day and month before year", "RS", response(S1, 2), "RSDTC", "19/06/2023"),
    cell("date: without hyphens", "EX", FIRST, "EXSTDTC", "20230508"),
    cell("date: month 13", "AE", FIRST, "AESTDTC", "2023-13-11"),
    cell("date: 30 February", "CM", FIRST, "CMSTDTC", "2023-02-30"),
    cell("date: month in words", "DM", FIRST, "RFICDTC", "28APR2023"),
    cell("date: end before start", "AE", FIRST, "AEENDTC", "2023-05-01", AEENDY=-7),
    cell("date: after the data cut-off", "LB", laboratory(S1, 5, "AFP"), "LBDTC", "2024-10-24", LBDY=536),
    either(
        cell("date: visit after death", "VS", {"USUBJID": S4, "VISITNUM": 2}, "VSDTC", "2023-09-18", VSDY=106),
        ("DM", {"USUBJID": S4}, "DTHDTC"),
    ),
    cell("date: response after death", "RS", response(S4, 2), "RSDTC", "2023-09-18", RSDY=106),
    cell("date: birth after consent", "DM", FIRST, "BRTHDTC", "2023-06-11"),
    cell(
        "date: diagnosis before birth",
        "MH",
        {"USUBJID": S1, "MHCAT": "PRIMARY DIAGNOSIS"},
        "MHSTDTC",
        "1921-06-14",
        MHSTDY=-37218,
    ),
    cell("date: consent after treatment", "DM", FIRST, "RFICDTC", "2023-05-28"),
    cell("date: dose ends before it starts", "EX", FIRST, "EXENDTC", "2023-05-01", EXENDY=-7),
    cell("date: first dose is not RFXSTDTC", "DM", FIRST, "RFXSTDTC", "2023-05-15"),
    cell("date: last dose is not RFXENDTC", "DM", FIRST, "RFXENDTC", "2023-06-18"),
    cell("date: death before the last assessment", "DM", {"USUBJID": S3}, "DTHDTC", "2023-07-18"),
    cell(
        "date: first line after second",
        "CM",
        {"USUBJID": S2, "CMCAT": "FIRST LINE"},
        "CMSTDTC",
        "2023-11-17",
        CMSTDY=187,
        CMENDTC="",
        CMENDY=float("nan"),
    ),
    cell(
        "date: second line before first",
        "CM",
        {"USUBJID": S2, "CMCAT": "SECOND LINE"},
        "CMSTDTC",
        "2021-10-11",
        CMSTDY=-581,
    ),
    cell(
        "date: treatment before diagnosis",
        "MH",
        {"USUBJID": S5, "MHCAT": "PRIMARY DIAGNOSIS"},
        "MHSTDTC",
        "2023-09-30",
        MHSTDY=111,
    ),
    cell("study day: one off", "RS", response(S1, 2), "RSDY", 42),
    cell("study day: zero", "LB", laboratory(S1, 1), "LBDY", 0),
    cell("study day: of an untreated subject", "SC", {"USUBJID": FAILED}, "SCDY", 1),
    cell("study day: start after end", "CM", {"USUBJID": S2, "CMCAT": "FIRST LINE"}, "CMSTDY", 500, at="CMSTDY"),
    either(
        cell(
            "date: consent differs between DM and DS",
            "DS",
            {"USUBJID": S1, "DSDECOD": "INFORMED CONSENT OBTAINED"},
            "DSSTDTC",
            "2023-04-21",
            DSSTDY=-17,
        ),
        ("DM", FIRST, "RFICDTC"),
    ),
    cell("date: adverse event after participation", "AE", FIRST, "AEENDTC", "2024-02-09", AEENDY=278),
    cell(
        "date: lesion measured on another day than the response", "RS", response(S1, 3), "RSDTC", "2024-07-31", RSDY=451
    ),
)

KEYS = (
    added("key: subject twice in DM", "DM", FIRST, "USUBJID", SUBJID="101-001A", at=1),
    added("key: record sent twice", "LB", laboratory(S1, 2), "LBSEQ"),
    added(
        "key: sequence number twice",
        "AE",
        FIRST,
        "AESEQ",
        AETERM="VOMITING",
        AEDECOD="Vomiting",
        AELLT="Vomiting",
        AELLTCD=10047700,
        AEPTCD=10047700,
    ),
    cell("key: sequence number as text", "RS", response(S1, 2), "RSSEQ", "four"),
    cell("key: sequence number not whole", "RS", response(S1, 2), "RSSEQ", 4.5),
    cell("key: subject of no DM record", "VS", {"USUBJID": S2, "VISITNUM": 3}, "USUBJID", "RTHCC-101-099"),
    either(
        cell("key: two subjects of one number", "DM", {"USUBJID": S2}, "SUBJID", "101-001"),
        ("DM", {"USUBJID": S2}, "USUBJID"),
    ),
    removed("key: treated subject without DM", "DM", FIRST, ("CM", FIRST, "USUBJID")),
    cell("link: supplement points to no record", "SUPPEX", FIRST, "IDVARVAL", "9"),
    cell("link: supplement of another domain", "SUPPRS", FIRST, "RDOMAIN", "TR"),
    cell("link: supplement names no variable", "SUPPEX", FIRST, "IDVAR", "EXNUMBER"),
    cell("link: supplement value missing", "SUPPEX", FIRST, "QVAL", ""),
    cell("link: qualifier is a standard variable", "SUPPEX", FIRST, "QNAM", "EXDOSE"),
    cell("link: qualifier with two labels", "SUPPEX", {**FIRST, "QNAM": "BED10"}, "QLABEL", "Biological Dose"),
    added("link: qualifier twice for a record", "SUPPEX", {**FIRST, "QNAM": "BED10"}, "QNAM"),
    cell("link: relation points to no record", "RELREC", {"RELID": "AECM", "RDOMAIN": "AE"}, "IDVARVAL", "8"),
    cell(
        "link: relation to a dataset that is not there", "RELREC", {"RELID": "AECM", "RDOMAIN": "AE"}, "RDOMAIN", "QS"
    ),
    removed(
        "link: relation of one record alone",
        "RELREC",
        {"RELID": "AECM", "RDOMAIN": "CM"},
        ("RELREC", {"RELID": "AECM"}, "RELID"),
    ),
    cell("link: comment points to no record", "CO", {"IDVAR": "RSSEQ"}, "IDVARVAL", "77"),
    cell("link: comment without domain", "CO", {"IDVAR": "RSSEQ"}, "RDOMAIN", ""),
    cell("link: measured lesion never identified", "TR", size(S1, 3), "TRLNKID", "T07"),
    cell("link: irradiated lesion never identified", "EX", FIRST, "EXLNKID", "T09"),
)

DESIGN = (
    cell("arm: code of no arm", "DM", FIRST, "ARMCD", "RTX"),
    cell("arm: name of no arm", "DM", FIRST, "ARM", "Radiotherapy"),
    cell("arm: code without name", "DM", FIRST, "ACTARM", ""),
    cell("arm: none and no reason", "DM", {"USUBJID": FAILED}, "ARMNRS", ""),
    cell("arm: reason although there is one", "DM", FIRST, "ARMNRS", "NOT ASSIGNED"),
    cell("element: code of no element", "SE", FIRST, "ETCD", "SCREEN"),
    cell("element: other name than planned", "SE", FIRST, "ELEMENT", "Run-in"),
    cell("element: gap to the next", "SE", FIRST, "SEENDTC", "2023-05-05", SEENDY=-3),
    cell("element: overlap with the next", "SE", FIRST, "SEENDTC", "2023-05-10", SEENDY=3),
    cell("element: without end", "SE", FIRST, "SEENDTC", "", SEENDY=float("nan")),
    cell("element: planned one not in TE", "TA", {"TAETORD": 2}, "ETCD", "RTX"),
    cell("element: twice in one place of the arm", "TA", {"TAETORD": 3}, "TAETORD", 2),
    cell("epoch: not that of the date", "AE", FIRST, "EPOCH", "SCREENING"),
    cell("epoch: of a visit, not that of the element", "SE", {**FIRST, "ETCD": "RT"}, "EPOCH", "FOLLOW-UP"),
    cell("visit: number of another name", "LB", laboratory(S1, 2), "VISITNUM", 3),
    cell("visit: name of another number", "RS", response(S1, 2), "VISIT", "WEEK 12"),
    cell("visit: planned day differs", "VS", {**FIRST, "VISITNUM": 3}, "VISITDY", 48),
    removed("visit: not in SV", "SV", {**FIRST, "VISITNUM": 4}, ("LB", {**FIRST, "VISITNUM": 4}, "VISITNUM")),
    cell("visit: planned one not in TV", "SV", {**FIRST, "VISITNUM": 3}, "VISITNUM", 17),
    cell("visit: not held and dated", "SV", {**FIRST, "VISITNUM": 3}, "SVOCCUR", "N", at="SVSTDTC"),
    cell("visit: ends before it starts", "SV", {**FIRST, "VISITNUM": 3}, "SVENDTC", "2023-07-03", SVENDY=57),
    either(
        cell("trial: visit name twice", "TV", {"VISITNUM": 3}, "VISIT", "WEEK 6"), ("TV", {"VISITNUM": 3}, "VISITNUM")
    ),
    removed("trial: parameter missing", "TS", parameter("STOPRULE"), ("TS", {}, "TSPARMCD")),
    removed("trial: start date missing", "TS", parameter("SSTDTC"), ("TS", {}, "TSPARMCD")),
    cell("trial: null flavor beside a value", "TS", parameter("AGEMIN"), "TSVALNF", "NINF"),
    cell("trial: null flavor unknown", "TS", parameter("AGEMAX"), "TSVALNF", "NONE"),
    cell("trial: age not a duration", "TS", parameter("AGEMIN"), "TSVAL", "18 YEARS"),
    cell("trial: number of arms", "TS", parameter("NARMS"), "TSVAL", "2"),
    cell("trial: sex of subjects", "TS", parameter("SEXPOP"), "TSVAL", "M", TSVALCD="C20197"),
    cell("trial: starts after the first consent", "TS", parameter("SSTDTC"), "TSVAL", "2023-06-01"),
    cell("trial: ends before it starts", "TS", parameter("SENDTC"), "TSVAL", "2022-02-28"),
    cell("trial: other code of a term", "TS", parameter("TPHASE"), "TSVALCD", "C15600"),
    cell("trial: other name of a parameter", "TS", parameter("PLANSUB"), "TSPARM", "Planned Subjects"),
    cell("trial: criterion neither in- nor exclusion", "TI", {"IETESTCD": "INCL01"}, "IECAT", "INCLUDE"),
)

RESULTS = (
    cell("test: other name for a code", "LB", laboratory(S1, 2), "LBTEST", "Albumin, Serum"),
    cell("test: code of another name", "VS", {**FIRST, "VISITNUM": 2}, "VSTESTCD", "HEIGHT"),
    cell("result: other unit than the test's", "LB", laboratory(S1, 2), "LBSTRESU", "g/dL"),
    cell("result: number differs from text", "LB", laboratory(S1, 2), "LBSTRESN", 14),
    cell(
        "result: not converted",
        "LB",
        laboratory(S1, 2),
        "LBSTRESN",
        4,
        LBORRES="4.0",
        LBORRESU="g/dL",
        LBORNRLO="3.5",
        LBORNRHI="5.2",
        LBSTRESC="4",
        LBNRIND="LOW",
    ),
    cell(
        "result: ten times too large",
        "LB",
        laboratory(S1, 2),
        "LBORRES",
        "400",
        LBSTRESC="400",
        LBSTRESN=400,
        LBNRIND="HIGH",
    ),
    either(
        cell("result: range reversed", "LB", laboratory(S1, 2), "LBSTNRLO", 520), ("LB", laboratory(S1, 2), "LBSTNRHI")
    ),
    cell("result: range indicator contradicts", "LB", laboratory(S1, 2), "LBNRIND", "HIGH"),
    cell("result: same unit, other number", "VS", {**FIRST, "VISITNUM": 2}, "VSSTRESC", "56", VSSTRESN=56),
    cell(
        "result: height typed in metres",
        "VS",
        {**FIRST, "VSTESTCD": "HEIGHT"},
        "VSORRES",
        "1.7",
        VSSTRESC="1.7",
        VSSTRESN=1.7,
    ),
    cell(
        "result: below the limit of life",
        "VS",
        {**FIRST, "VISITNUM": 3},
        "VSORRES",
        "6.4",
        VSSTRESC="6.4",
        VSSTRESN=6.4,
    ),
    cell("flag: N where only Y may stand", "LB", laboratory(S1, 2), "LBLOBXFL", "N"),
    added(
        "flag: two last records before exposure",
        "LB",
        laboratory(S1, 1),
        "LBLOBXFL",
        LBSEQ=30,
        LBDTC="2023-05-02",
        LBDY=-6,
        at=0,
    ),
    cell("flag: last before exposure is after", "LB", laboratory(S1, 2), "LBLOBXFL", "Y"),
    with_column(
        "flag: not done beside a result", "VS", "VSSTAT", "Completion Status", "NOT DONE", before="VSLOBXFL", row=4
    ),
)

EVENTS = (
    cell("adverse event: serious without a criterion", "AE", {"USUBJID": S2}, "AESHOSP", "N", at="AESER"),
    cell("adverse event: criterion, not serious", "AE", {"USUBJID": S2}, "AESER", "N"),
    cell("adverse event: fatal without the criterion of death", "AE", {"USUBJID": S4}, "AESDTH", "N"),
    cell(
        "adverse event: death as result, outcome not fatal",
        "AE",
        {"USUBJID": S4},
        "AEOUT",
        "RECOVERING/RESOLVING",
        AETOXGR="4",
    ),
    cell("adverse event: grade 6", "AE", FIRST, "AETOXGR", "6"),
    cell("adverse event: grade 5 not fatal", "AE", FIRST, "AETOXGR", "5", at="AEOUT"),
    cell("adverse event: resolved without end", "AE", FIRST, "AEENDTC", "", AEENDY=float("nan")),
    cell("adverse event: unresolved with end", "AE", FIRST, "AEOUT", "NOT RECOVERED/NOT RESOLVED", at="AEENDTC"),
    cell("adverse event: body system of another code", "AE", {"USUBJID": S2}, "AEBDSYCD", 10017999),
    cell("adverse event: seriousness missing", "AE", FIRST, "AESER", ""),
    cell("history: asked beforehand, N", "MH", {**FIRST, "MHTERM": "HEPATITIS B"}, "MHPRESP", "N"),
    cell("history: occurrence not asked", "MH", {**FIRST, "MHTERM": "HEPATITIS B"}, "MHPRESP", ""),
    either(
        cell("death: not in demographics", "DM", {"USUBJID": S4}, "DTHFL", "", DTHDTC=""),
        ("DS", {"USUBJID": S4, "DSDECOD": "DEATH"}, "DSDECOD"),
    ),
    cell("death: date without flag", "DM", {"USUBJID": S4}, "DTHFL", ""),
    cell("death: flag N", "DM", FIRST, "DTHFL", "N"),
    cell(
        "death: other date in disposition",
        "DS",
        {"USUBJID": S3, "DSDECOD": "DEATH"},
        "DSSTDTC",
        "2023-12-27",
        DSSTDY=220,
    ),
    removed("death: not in disposition", "DS", {"USUBJID": S3, "DSDECOD": "DEATH"}, ("DM", {"USUBJID": S3}, "DTHDTC")),
    either(
        cell(
            "death: alive in subject status",
            "SS",
            {"USUBJID": S3},
            "SSSTRESC",
            "ALIVE",
            SSORRES="ALIVE",
            SSDTC="2024-01-17",
            SSDY=241,
        ),
        ("SS", {"USUBJID": S3}, "SSDTC"),
    ),
    cell("death: only in subject status", "SS", FIRST, "SSSTRESC", "DEAD", SSORRES="DEAD"),
    cell("death: fatal event ends on another day", "AE", {"USUBJID": S4}, "AEENDTC", "2023-08-10", AEENDY=67),
    cell("disposition: completed coded otherwise", "DS", {**FIRST, "DSDECOD": "COMPLETED"}, "DSDECOD", "ADVERSE EVENT"),
    removed(
        "disposition: consent missing",
        "DS",
        {**FIRST, "DSDECOD": "INFORMED CONSENT OBTAINED"},
        ("DM", FIRST, "USUBJID"),
    ),
    cell("age: not that of the birth date", "DM", FIRST, "AGE", 51),
    cell("age: beyond life", "DM", FIRST, "AGE", 161),
)

RADIOTHERAPY = (
    cell("dose: centigray as gray", "EX", FIRST, "EXDOSE", 800),
    cell("dose: total as a fraction's", "EX", FIRST, "EXDOSE", 40),
    cell("dose: times fractions is not the total", "SUPPEX", {**FIRST, "QNAM": "TOTDOSE"}, "QVAL", "45"),
    cell("dose: biologically effective one too high", "SUPPEX", {**FIRST, "QNAM": "BED10"}, "QVAL", "172"),
    cell("dose: negative", "EX", FIRST, "EXDOSE", -8),
    cell("dose: zero", "EX", FIRST, "EXDOSE", 0),
    removed("dose: treated subject without exposure", "EX", FIRST, ("DM", FIRST, "USUBJID")),
    cell("dose: more fractions delivered than planned", "SUPPEX", {**FIRST, "QNAM": "FXDELIV"}, "QVAL", "50"),
)

LESIONS = (
    cell("lesion: millimetres typed as centimetres", "TR", size(S1, 3), "TRORRES", "3", TRSTRESC="3", TRSTRESN=3),
    cell(
        "lesion: sum is not that of the targets",
        "TR",
        size(S1, 3, "", "SUMDIAM"),
        "TRORRES",
        "90",
        TRSTRESC="90",
        TRSTRESN=90,
    ),
    cell(
        "lesion: viable part larger than the whole",
        "TR",
        size(S1, 3, test="VDIAM"),
        "TRORRES",
        "41",
        TRSTRESC="41",
        TRSTRESN=41,
    ),
    cell("lesion: other place at a later record", "TU", {"USUBJID": S1, "TULNKID": "T01"}, "TULOC", "LIVERS"),
    cell("lesion: new one, and stable disease", "RS", response(S2, 4), "RSSTRESC", "SD", RSORRES="SD"),
    cell("lesion: new one, indicator absent", "RS", response(S2, 4, "NEWLIND"), "RSSTRESC", "N", RSORRES="N"),
    cell(
        "response: stable although the sum is partial response", "RS", response(S1, 3), "RSSTRESC", "SD", RSORRES="SD"
    ),
    cell("response: partial although the sum never fell", "RS", response(S5, 3), "RSSTRESC", "PR", RSORRES="PR"),
    cell("response: complete although a target is left", "RS", response(S1, 3), "RSSTRESC", "CR", RSORRES="CR"),
    cell("response: stable although the sum is progression", "RS", response(S3, 3), "RSSTRESC", "SD", RSORRES="SD"),
    cell("response: progression that no lesion shows", "RS", response(S1, 4), "RSSTRESC", "PD", RSORRES="PD"),
    either(
        cell(
            "response: better after progression",
            "RS",
            response(S2, 2, criterion=MRECIST),
            "RSSTRESC",
            "PD",
            RSORRES="PD",
        ),
        ("RS", response(S2, 3, criterion=MRECIST), "RSSTRESC"),
    ),
    either(
        cell(
            "response: overall is not that of its parts",
            "RS",
            response(S1, 2, "NTRGRESP"),
            "RSSTRESC",
            "PD",
            RSORRES="PD",
        ),
        ("RS", response(S1, 2), "RSSTRESC"),
    ),
    cell("response: before treatment", "RS", response(S1, 2), "RSDTC", "2022-06-19", RSDY=-323),
    cell("response: other than collected", "RS", response(S1, 2, criterion=MRECIST), "RSSTRESC", "SD"),
)

ANALYSIS = (
    cell("analysis: sex is not that of DM", "ADSL", FIRST, "SEX", "F"),
    cell("analysis: age is not that of DM", "ADSL", FIRST, "AGE", 16),
    cell("analysis: start of treatment is not that of EX", "ADSL", FIRST, "TRTSDT", 23140),
    cell("analysis: death is not that of DM", "ADSL", {"USUBJID": S3}, "DTHDT", 23367),
    either(
        cell("analysis: safety population without treatment", "ADSL", {"USUBJID": UNTREATED}, "SAFFL", "Y"),
        ("ADSL", {"USUBJID": UNTREATED}, "TRTSDT"),
    ),
    cell("analysis: treated subject not in the safety population", "ADSL", FIRST, "SAFFL", "N"),
    cell("analysis: population flag missing", "ADSL", FIRST, "ITTFL", ""),
    removed("analysis: subject lost", "ADSL", FIRST, ("DM", FIRST, "USUBJID")),
    added("analysis: subject twice", "ADSL", FIRST, "USUBJID"),
    cell("analysis: imputation flag of a complete date", "ADSL", FIRST, "DIAGDTF", "D"),
    cell("analysis: imputation flag missing", "ADSL", {"USUBJID": S2}, "DIAGDTF", ""),
    cell("analysis: imputation flag unknown", "ADSL", {"USUBJID": S2}, "DIAGDTF", "X"),
    cell(
        "analysis: parameter with two names", "ADTTE", time_to(S1, "PFS"), "PARAM", "Progression-Free Survival (Days)"
    ),
    cell("analysis: parameter code too long", "ADTTE", time_to(S1, "PFS"), "PARAMCD", "PROGFREES"),
    cell("analysis: duration is not that of its dates", "ADTTE", time_to(S1, "PFS"), "AVAL", 9.1),
    cell("analysis: duration not positive", "ADTTE", time_to(S1, "PFS"), "AVAL", -5.55),
    cell("analysis: event coded censored", "ADTTE", time_to(S2, "PFS"), "CNSR", 1),
    cell("analysis: censored coded event", "ADTTE", time_to(S1, "PFS"), "CNSR", 0),
    cell("analysis: censoring code missing", "ADTTE", time_to(S1, "PFS"), "CNSR", float("nan")),
    cell("analysis: pointer to no record", "ADTTE", time_to(S1, "PFS"), "SRCSEQ", 99),
    either(
        cell("analysis: pointer to a record of another date", "ADTTE", time_to(S1, "PFS"), "SRCSEQ", 1),
        ("ADTTE", time_to(S1, "PFS"), "ADT"),
    ),
    cell("analysis: date after the data cut-off", "ADTTE", time_to(S1, "OSRT"), "ADT", 23500, ADY=363, AVAL=11.93),
    cell("analysis: start is not the subject's", "ADTTE", time_to(S1, "PFS"), "STARTDT", 23100),
    cell("analysis: study day one off", "ADTTE", time_to(S1, "PFS"), "ADY", 168),
    cell("analysis: best response is not that of the visits", "ADRS", time_to(S1, "BOR"), "AVALC", "SD", AVAL=3),
    cell("analysis: value without its code", "ADRS", time_to(S1, "BOR"), "AVAL", 1),
    cell("analysis: response flag contradicts the best response", "ADRS", time_to(S5, "CRSP"), "AVALC", "Y", AVAL=1),
    cell("analysis: subject of no ADSL record", "ADTTE", time_to(S1, "PFS"), "USUBJID", "RTHCC-101-099"),
    cell("analysis: analysis flag N", "ADRS", time_to(S1, "BOR"), "ANL01FL", "N"),
    cell("analysis: event without description", "ADTTE", time_to(S2, "PFS"), "EVNTDESC", ""),
    cell("analysis: subject in two arms", "ADTTE", time_to(S1, "PFS"), "TRT01P", "Observation"),
)

GROUPS: dict[str, tuple[Planted, ...]] = {
    "Datasets and columns": STRUCTURE,
    "Terms and texts": TERMS,
    "Values that must be there": REQUIRED,
    "Dates and study days": DATES,
    "Keys and links": KEYS,
    "Design of the trial, elements and visits": DESIGN,
    "Results": RESULTS,
    "Events, history and death": EVENTS,
    "Radiotherapy": RADIOTHERAPY,
    "Lesions and response": LESIONS,
    "Analysis datasets": ANALYSIS,
}

KINDS = tuple(error for errors in GROUPS.values() for error in errors)
