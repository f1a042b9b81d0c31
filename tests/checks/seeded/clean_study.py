"""A small submission without a mistake: 12 subjects of the packaged trial in 30 SDTM datasets, ADaM derived from them.

Ten subjects were irradiated (two of them died), one was assigned and not treated, one failed screening. Every value
follows from the few facts of a `Subject`, so that dates, study days, epochs, sums and responses agree.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd

from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.adam.times.adtte import build_adtte
from hcc_sdtm.spec.study import read_study
from tests.checks.seeded.clean_records import Records
from tests.checks.seeded.clean_subjects import SUBJECTS, Subject
from tests.checks.seeded.clean_trial import COUNTRY, ELEMENTS, build_trial
from tests.checks.seeded.submission import Sent, receive, send

REPOSITORY = Path(__file__).parents[3]
STUDY = read_study(REPOSITORY)
RECIST, MRECIST = STUDY.trial.primary_criterion, STUDY.trial.second_criterion
INVESTIGATOR = "INVESTIGATOR"
RESPONSE_TESTS = {
    "TRGRESP": "Target Response",
    "NTRGRESP": "Non-target Response",
    "NEWLIND": "New Lesion Indicator",
    "OVRLRESP": "Overall Response",
}
LABORATORY = {
    "AFP": ("Alpha Fetoprotein", "ug/L", 0, 7, (420, 310, 280, 260, 300)),
    "ALB": ("Albumin", "g/L", 35, 52, (41, 40, 39, 40, 38)),
    "BILI": ("Bilirubin", "umol/L", 5, 21, (14, 15, 17, 16, 18)),
}
"""Test, name, unit, reference range, results by visit."""

LESIONS = {"T01": ("TARGET", "LIVER"), "T02": ("TARGET", "LUNG"), "NT01": ("NON-TARGET", "ADRENAL GLAND")}
NEW_LESION = "NEW01"


@cache
def clean_study() -> dict[str, Sent]:
    """The submission by dataset; nobody may change it: a mistake is planted in a copy."""
    records = Records(STUDY.study_id, STUDY.trial)
    first_consent = min(subject.consent for subject in SUBJECTS)
    for name, rows in build_trial(STUDY.trial, STUDY.specs, first_consent).items():
        for row in rows:
            records.add(name, **row)
    for subject in SUBJECTS:
        _add_demographics(records, subject)
        _add_disposition(records, subject)
        _add_history(records, subject)
        _add_visits(records, subject)
        if subject.is_treated:
            _add_treatment(records, subject)
            _add_therapies(records, subject)
        if subject.sizes:
            _add_lesions(records, subject)
        if subject.responses:
            _add_responses(records, subject)
    _add_events(records)
    _add_relations(records)
    sent = {name: send(STUDY.specs.sdtm[name], pd.DataFrame(rows)) for name, rows in records.by_dataset.items()}
    order = [*STUDY.specs.sdtm]
    sent = {name: sent[name] for name in sorted(sent, key=order.index)}
    return sent | _analysis(sent)


def _analysis(sent: dict[str, Sent]) -> dict[str, Sent]:
    """ADSL, ADRS and ADTTE as the package derives them."""
    sdtm = receive(sent, STUDY.specs).datasets
    adsl, _ = build_adsl(sdtm, STUDY.specs, STUDY.trial, STUDY.adam)
    adrs, _ = build_adrs(sdtm, adsl, STUDY.specs, STUDY.trial, STUDY.adam)
    adtte, _ = build_adtte(sdtm, adsl, adrs, STUDY.specs, STUDY.trial, STUDY.adam)
    return {each.name: send(each.spec, each.published) for each in (adsl, adrs, adtte)}


def _add_demographics(records: Records, subject: Subject) -> None:
    trial = STUDY.trial
    arm = {"ARMCD": trial.arm.code, "ARM": trial.arm.name}
    values: dict[str, str | float] = {
        "SUBJID": subject.number,
        "SITEID": subject.site,
        "RFICDTC": subject.consent,
        "RFPENDTC": subject.date(subject.last_day),
        "BRTHDTC": f"{int(subject.start[:4]) - subject.age}-02-11",
        "AGE": subject.age,
        "AGEU": "YEARS",
        "SEX": subject.sex,
        "RACE": "ASIAN",
        "ETHNIC": "NOT HISPANIC OR LATINO",
        "COUNTRY": COUNTRY,
        "ARMNRS": subject.not_treated,
    }
    if subject.is_treated:
        first, last = subject.date(1), subject.date(subject.days_of_treatment)
        values |= {"RFSTDTC": first, "RFENDTC": last, "RFXSTDTC": first, "RFXENDTC": last}
        values |= {**arm, "ACTARMCD": arm["ARMCD"], "ACTARM": arm["ARM"]}
    elif subject.not_treated.startswith("ASSIGNED"):
        values |= arm
    if subject.death:
        values |= {"DTHDTC": subject.date(subject.death), "DTHFL": "Y"}
    records.add("DM", STUDYID=STUDY.study_id, USUBJID=records.name_of(subject), **values)
    dates = [subject.consent, subject.date(subject.last_day)]
    if subject.is_treated:
        dates[1:1] = [subject.date(1), subject.date(subject.days_of_treatment + 1)]
    epochs = (trial.epochs.before, trial.epochs.during, trial.epochs.after)
    for place, (start, end) in enumerate(pairwise(dates)):
        code, name, _, _ = ELEMENTS[place]
        records.add(
            "SE", subject, ETCD=code, ELEMENT=name, TAETORD=place + 1, EPOCH=epochs[place], SESTDTC=start, SEENDTC=end
        )


def _add_disposition(records: Records, subject: Subject) -> None:
    consent = "INFORMED CONSENT OBTAINED"
    records.add("DS", subject, DSTERM=consent, DSDECOD=consent, DSCAT="PROTOCOL MILESTONE", DSSTDTC=subject.consent)
    event = {"DSCAT": "DISPOSITION EVENT"}
    if not subject.is_treated:
        word = "SCREEN FAILURE" if subject.not_treated == "SCREEN FAILURE" else "NEVER DOSED"
        records.add(
            "DS",
            subject,
            DSTERM=word,
            DSDECOD=word,
            DSSCAT="STUDY PARTICIPATION",
            DSSTDTC=subject.date(subject.last_day),
            **event,
        )
        return
    records.add(
        "DS",
        subject,
        DSTERM="COMPLETED",
        DSDECOD="COMPLETED",
        DSSCAT="STUDY TREATMENT",
        DSSTDTC=subject.date(subject.days_of_treatment),
        **event,
    )
    if subject.death:
        records.add(
            "DS",
            subject,
            DSTERM="DEATH",
            DSDECOD="DEATH",
            DSSCAT="STUDY PARTICIPATION",
            DSSTDTC=subject.date(subject.death),
            **event,
        )


def _add_history(records: Records, subject: Subject) -> None:
    records.add(
        "MH",
        subject,
        MHTERM="HEPATOCELLULAR CARCINOMA",
        MHEVDTYP="INITIAL DIAGNOSIS",
        MHCAT="PRIMARY DIAGNOSIS",
        MHSTDTC=subject.diagnosis,
    )
    records.add("MH", subject, MHTERM="HEPATITIS B", MHCAT="COMORBIDITY", MHPRESP="Y", MHOCCUR="Y")
    if subject.not_treated != "SCREEN FAILURE":
        records.add(
            "MH",
            subject,
            MHTERM="PROGRESSION OF HEPATOCELLULAR CARCINOMA",
            MHEVDTYP="PROGRESSION",
            MHCAT="QUALIFYING PROGRESSION",
            MHSTDTC=subject.date(-30),
        )
        records.add(
            "FA",
            subject,
            FATESTCD="DSSTAGE",
            FATEST="Disease Stage",
            FAOBJ="HEPATOCELLULAR CARCINOMA",
            FACAT=STUDY.trial.staging_system,
            FAORRES="IIIb",
            FASTRESC="IIIb",
            FADTC=subject.date(-7),
            visit=0,
        )
        records.add(
            "FA",
            subject,
            FATESTCD="TOTNUM",
            FATEST="Total Number",
            FAOBJ="PROGRESSING LESIONS",
            FACAT="QUALIFYING PROGRESSION",
            FAORRES="2",
            FASTRESC="2",
            FASTRESN=2,
            FADTC=subject.date(-7),
            visit=0,
        )
    records.add(
        "SC",
        subject,
        SCTESTCD="EDULEVEL",
        SCTEST="Level of Education Attained",
        SCORRES="SECONDARY SCHOOL",
        SCSTRESC="SECONDARY SCHOOL",
        SCDTC=subject.consent,
    )
    records.add(
        "SS",
        subject,
        SSTESTCD="SURVSTAT",
        SSTEST="Survival Status",
        SSORRES="DEAD" if subject.death else "ALIVE",
        SSSTRESC="DEAD" if subject.death else "ALIVE",
        SSDTC=subject.date(subject.last_day),
    )


def _add_visits(records: Records, subject: Subject) -> None:
    """Visits that were held, with vital signs and laboratory at each, performance and liver function at the first."""
    if subject.not_treated == "SCREEN FAILURE":
        return
    for visit in range(len(subject.responses) + 1):
        date = subject.date(subject.visit_day(visit))
        last = {"LOBXFL": "Y"} if visit == 0 and subject.is_treated else {}
        planned = STUDY.trial.visits[visit]
        records.by_dataset.setdefault("SV", []).append(
            {
                "STUDYID": STUDY.study_id,
                "DOMAIN": "SV",
                "USUBJID": records.name_of(subject),
                "VISITNUM": planned.number,
                "VISIT": planned.name,
                "SVPRESP": "Y",
                "SVOCCUR": "Y",
                "VISITDY": planned.day,
                "SVSTDTC": date,
                "SVENDTC": date,
                "SVSTDY": subject.day(date),
                "SVENDY": subject.day(date),
            }
        )
        for code, (name, unit, low, high, results) in LABORATORY.items():
            result = results[visit]
            records.add(
                "LB",
                subject,
                visit,
                LBTESTCD=code,
                LBTEST=name,
                LBCAT="CHEMISTRY",
                LBORRES=str(result),
                LBORRESU=unit,
                LBORNRLO=str(low),
                LBORNRHI=str(high),
                LBSTRESC=str(result),
                LBSTRESN=result,
                LBSTRESU=unit,
                LBSTNRLO=low,
                LBSTNRHI=high,
                LBNRIND="HIGH" if result > high else "NORMAL",
                LBDTC=date,
                **{f"LB{name}": value for name, value in last.items()},
            )
        signs = [("WEIGHT", "Weight", "kg", 66 - visit)] + ([("HEIGHT", "Height", "cm", 170)] if visit == 0 else [])
        for code, name, unit, value in signs:
            records.add(
                "VS",
                subject,
                visit,
                VSTESTCD=code,
                VSTEST=name,
                VSORRES=str(value),
                VSORRESU=unit,
                VSSTRESC=str(value),
                VSSTRESN=value,
                VSSTRESU=unit,
                VSDTC=date,
                **{f"VS{name}": value for name, value in last.items()},
            )
    classified = {"RSDTC": subject.date(-7), "visit": 0}
    records.add(
        "RS",
        subject,
        RSTESTCD="ECOG101",
        RSTEST="ECOG1-Performance Status",
        RSCAT="ECOG",
        RSORRES="1",
        RSSTRESC="1",
        **classified,
    )
    records.add(
        "RS",
        subject,
        RSTESTCD="CPS0106",
        RSTEST="CPS01-Total Score",
        RSCAT="CHILD-PUGH CLASSIFICATION",
        RSORRES="5",
        RSSTRESC="5",
        **classified,
    )
    records.add(
        "RS",
        subject,
        RSTESTCD="CPS0107",
        RSTEST="CPS01-Grade",
        RSCAT="CHILD-PUGH CLASSIFICATION",
        RSORRES="A",
        RSSTRESC="A",
        **classified,
    )


def _add_treatment(records: Records, subject: Subject) -> None:
    total = subject.fractions * subject.dose
    number = records.add(
        "EX",
        subject,
        EXLNKID="T01",
        EXTRT="RADIOTHERAPY",
        EXCAT="RADIOTHERAPY",
        EXDOSE=subject.dose,
        EXDOSU="Gy",
        EXDOSFRM="NOT APPLICABLE",
        EXDOSFRQ="QOD" if subject.fractions <= 5 else "5 TIMES PER WEEK",
        EXROUTE="NOT APPLICABLE",
        EXLOC="LIVER",
        EXSTDTC=subject.date(1),
        EXENDTC=subject.date(subject.days_of_treatment),
    )
    records.supplement(
        "EX",
        subject,
        number,
        BED10=f"{total * (1 + subject.dose / 10):g}",
        FXDELIV=str(subject.fractions),
        FXPLAN=str(subject.fractions),
        RTTECH="SBRT" if subject.fractions <= 5 else "IMRT",
        TOTDOSE=f"{total:g}",
    )


def _add_therapies(records: Records, subject: Subject) -> None:
    number = records.add(
        "CM",
        subject,
        CMTRT="LENVATINIB",
        CMDECOD="LENVATINIB",
        CMCAT="FIRST LINE",
        CMSTDTC=subject.date(-240),
        CMENDTC=subject.date(subject.second_line - 10) if subject.second_line else "",
    )
    records.supplement("CM", subject, number, LINE="1")
    if subject.second_line:
        number = records.add(
            "CM",
            subject,
            CMTRT="REGORAFENIB",
            CMDECOD="REGORAFENIB",
            CMCAT="SECOND LINE",
            CMSTDTC=subject.date(subject.second_line),
        )
        records.supplement("CM", subject, number, LINE="2")
    if subject.number in ("101-001", "102-001"):
        records.add(
            "PR",
            subject,
            PRTRT="TACE",
            PRDECOD="TRANSARTERIAL CHEMOEMBOLIZATION",
            PRCAT="PRIOR LOCAL THERAPY",
            PRLOC="LIVER",
            PRSTDTC=subject.date(-320),
        )


def _add_lesions(records: Records, subject: Subject) -> None:
    for lesion, (kind, place) in LESIONS.items():
        number = records.add(
            "TU",
            subject,
            0,
            TULNKID=lesion,
            TUTESTCD="TUMIDENT",
            TUTEST="Tumor Identification",
            TUORRES=kind,
            TUSTRESC=kind,
            TULOC=place,
            TUMETHOD="CT SCAN",
            TULOBXFL="Y" if subject.is_treated else "",
            TUEVAL=INVESTIGATOR,
            TUDTC=subject.date(subject.visit_day(0)),
        )
        if lesion == "T01" and subject.is_treated:
            records.supplement("TU", subject, number, IRRADFL="Y")
    if subject.new_lesion_at:
        visit = subject.new_lesion_at
        records.add(
            "TU",
            subject,
            visit,
            TULNKID=NEW_LESION,
            TUTESTCD="TUMIDENT",
            TUTEST="Tumor Identification",
            TUORRES="NEW",
            TUSTRESC="NEW",
            TULOC="BONE",
            TUMETHOD="CT SCAN",
            TUEVAL=INVESTIGATOR,
            TUDTC=subject.date(subject.visit_day(visit)),
        )
    for visit, (liver, lung) in enumerate(subject.sizes):
        at = {
            "TRMETHOD": "CT SCAN",
            "TREVAL": INVESTIGATOR,
            "TRDTC": subject.date(subject.visit_day(visit)),
            "visit": visit,
            "TRLOBXFL": "Y" if visit == 0 and subject.is_treated else "",
        }
        for lesion, code, name, size in (
            ("T01", "LDIAM", "Longest Diameter", liver),
            ("T01", "VDIAM", "Viable Diameter", liver - 4),
            ("T02", "LDIAM", "Longest Diameter", lung),
            ("", "SUMDIAM", "Sum of Diameter", liver + lung),
        ):
            records.add(
                "TR",
                subject,
                TRLNKID=lesion,
                TRTESTCD=code,
                TRTEST=name,
                TRORRES=str(size),
                TRORRESU="mm",
                TRSTRESC=str(size),
                TRSTRESN=size,
                TRSTRESU="mm",
                **at,
            )
        records.add(
            "TR",
            subject,
            TRLNKID="NT01",
            TRTESTCD="TUMSTATE",
            TRTEST="Tumor State",
            TRORRES="PRESENT",
            TRSTRESC="PRESENT",
            **at,
        )


def _add_responses(records: Records, subject: Subject) -> None:
    for visit, overall in enumerate(subject.responses, start=1):
        is_new = visit == subject.new_lesion_at
        found = {"TRGRESP": "SD" if is_new else overall, "NTRGRESP": "NON-CR/NON-PD"}
        found |= {"NEWLIND": "UNEQUIVOCAL"} if is_new else {}
        found["OVRLRESP"] = overall
        at = {"RSEVAL": INVESTIGATOR, "RSDTC": subject.date(subject.visit_day(visit)), "visit": visit}
        for code, result in found.items():
            records.add(
                "RS",
                subject,
                RSTESTCD=code,
                RSTEST=RESPONSE_TESTS[code],
                RSCAT=RECIST,
                RSORRES=result,
                RSSTRESC=result,
                **at,
            )
        number = records.add(
            "RS",
            subject,
            RSTESTCD="OVRLRESP",
            RSTEST="Overall Response",
            RSCAT=MRECIST,
            RSORRES=overall,
            RSSTRESC=overall,
            **at,
        )
        records.supplement("RS", subject, number, IMGMOD="CONTRAST ENHANCED CT SCAN")


def _add_events(records: Records) -> None:
    """Adverse events: a mild one, a serious one with its treatment, and a fatal one."""
    mild, serious, fatal = SUBJECTS[0], SUBJECTS[1], SUBJECTS[3]
    gastrointestinal, hepatobiliary = ("Gastrointestinal disorders", 10017947), ("Hepatobiliary disorders", 10019805)
    for subject, term, code, organ, severity, grade, outcome, start, end in (
        (mild, "Nausea", 10028813, gastrointestinal, "MILD", "1", "RECOVERED/RESOLVED", 4, 9),
        (serious, "Ascites", 10003445, gastrointestinal, "SEVERE", "3", "RECOVERED/RESOLVED", 60, 74),
        (fatal, "Hepatic failure", 10019663, hepatobiliary, "SEVERE", "5", "FATAL", 58, fatal.death),
    ):
        is_serious = subject is not mild
        name, number = organ
        records.add(
            "AE",
            subject,
            AETERM=term.upper(),
            AELLT=term,
            AELLTCD=code,
            AEDECOD=term,
            AEPTCD=code,
            AEBODSYS=name,
            AEBDSYCD=number,
            AESOC=name,
            AESOCCD=number,
            AESEV=severity,
            AESER="Y" if is_serious else "N",
            AEACN="DOSE NOT CHANGED",
            AEREL="NOT RELATED",
            AEOUT=outcome,
            AESDTH="Y" if subject is fatal else "N",
            AESHOSP="Y" if is_serious else "N",
            AETOXGR=grade,
            AESTDTC=subject.date(start),
            AEENDTC=subject.date(end),
        )
    number = records.add(
        "CM",
        serious,
        CMTRT="SPIRONOLACTONE",
        CMDECOD="SPIRONOLACTONE",
        CMCAT="CONCOMITANT MEDICATION",
        CMSTDTC=serious.date(60),
        CMENDTC=serious.date(74),
    )
    for dataset, sequence in (("AE", 1), ("CM", number)):
        _relate(records, "AECM", dataset, f"{dataset}SEQ", str(sequence), subject=serious)


def _add_relations(records: Records) -> None:
    for many, variable in (("TR", "TRLNKID"), ("EX", "EXLNKID")):
        _relate(records, f"TU{many}", "TU", "TULNKID", kind="ONE")
        _relate(records, f"TU{many}", many, variable, kind="MANY")
    subject = SUBJECTS[1]
    records.add("CO", subject, RDOMAIN="RS", IDVAR="RSSEQ", IDVARVAL="4", COVAL="Read a second time, the same result")
    records.add("CO", subject, COVAL="Moved to another town", CODTC=subject.date(43))


def _relate(
    records: Records,
    group: str,
    dataset: str,
    variable: str,
    value: str = "",
    kind: str = "",
    subject: Subject | None = None,
) -> None:
    records.by_dataset.setdefault("RELREC", []).append(
        {
            "STUDYID": STUDY.study_id,
            "RDOMAIN": dataset,
            "USUBJID": records.name_of(subject) if subject else "",
            "IDVAR": variable,
            "IDVARVAL": value,
            "RELTYPE": kind,
            "RELID": group,
        }
    )
