"""The design of the clean study: TS, TA, TE, TV and TI, as records under the names of their variables.

Facts of the trial are those of the packaged ``specs/trial.yaml``. Knows no subject.
"""

from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

Record = dict[str, str | float]

TERMINOLOGY = "2025-03-28"
CODED = {
    "SEXPOP": ("BOTH", "C49636"),
    "TPHASE": ("PHASE II TRIAL", "C15601"),
    "INTTYPE": ("RADIATION", "C15313"),
    "INTMODEL": ("SINGLE GROUP", "C82640"),
    "STYPE": ("INTERVENTIONAL", "C98388"),
    "TBLIND": ("OPEN LABEL", "C49659"),
    "TCNTRL": ("NONE", "C41132"),
    "TINDTP": ("TREATMENT", "C49656"),
    "ADAPT": ("N", "C49487"),
    "ADDON": ("Y", "C49488"),
    "RANDOM": ("N", "C49487"),
    "HLTSUBJI": ("N", "C49487"),
}
"""Parameters whose value is a term of CDISC terminology, with its code."""

PLAIN = {
    "ACTSUB": "11",
    "AGEMIN": "P18Y",
    "CURTRT": "First-line systemic therapy",
    "DCUTDESC": "Last follow-up assessment",
    "INDIC": "Hepatocellular carcinoma, stage CNLC IIIb, oligoprogressive",
    "LENGTH": "P36M",
    "NARMS": "1",
    "OBJPRIM": "Progression-free survival after radiotherapy",
    "OUTMSPRI": "Progression-free survival",
    "PLANSUB": "60",
    "SDTIGVER": "3.4",
    "SDTMVER": "2.0",
    "SPONSOR": "University Hospital",
    "STOPRULE": "NONE",
    "TDIGRP": "Hepatocellular carcinoma",
    "TRT": "Radiotherapy",
}
COUNTRY = "CHN"


def build_trial(trial: Trial, specs: Specs, first_consent: str) -> dict[str, list[Record]]:
    """The records of TS, TA, TE, TV and TI, without STUDYID and DOMAIN; the trial starts on the first consent."""
    return {
        "TS": _summary(trial, specs, first_consent),
        "TA": _arms(trial),
        "TE": [{"ETCD": code, "ELEMENT": name, "TESTRL": start, "TEENRL": end} for code, name, start, end in ELEMENTS],
        "TV": [
            {
                "VISITNUM": visit.number,
                "VISIT": visit.name,
                "VISITDY": visit.day,
                "TVSTRL": f"Day {visit.day} within {visit.window_before} days before and {visit.window_after} after",
            }
            for visit in trial.visits
        ],
        "TI": [{"IETESTCD": code, "IETEST": text, "IECAT": category} for code, text, category in CRITERIA],
    }


ELEMENTS = (
    ("SCRN", "Screening", "Informed consent", "First fraction of radiotherapy"),
    ("RT", "Radiotherapy", "First fraction of radiotherapy", "The day after the last fraction"),
    ("FU", "Follow-up", "The day after the last fraction", "Death or end of participation"),
)
"""Code, name and rules of each element, in the order of an arm."""

CRITERIA = (
    ("INCL01", "Age of 18 years or more", "INCLUSION"),
    ("INCL02", "At most 5 progressing lesions in at most 2 organs", "INCLUSION"),
    ("EXCL01", "Child-Pugh C", "EXCLUSION"),
)


def _arms(trial: Trial) -> list[Record]:
    epochs = (trial.epochs.before, trial.epochs.during, trial.epochs.after)
    return [
        {
            "ARMCD": trial.arm.code,
            "ARM": trial.arm.name,
            "TAETORD": number,
            "ETCD": code,
            "ELEMENT": name,
            "EPOCH": epoch,
        }
        for number, ((code, name, _, _), epoch) in enumerate(zip(ELEMENTS, epochs, strict=True), start=1)
    ]


def _summary(trial: Trial, specs: Specs, first_consent: str) -> list[Record]:
    dates = {"SSTDTC": first_consent, "SENDTC": str(trial.data_cutoff), "DCUTDTC": str(trial.data_cutoff)}
    values = {**PLAIN, **dates, "TITLE": trial.title, "FCNTRY": COUNTRY}
    records: list[Record] = [{"TSPARMCD": code, "TSVAL": value} for code, value in values.items()]
    records += [
        {"TSPARMCD": code, "TSVAL": term, "TSVALCD": number, "TSVCDREF": "CDISC CT", "TSVCDVER": TERMINOLOGY}
        for code, (term, number) in CODED.items()
    ]
    records += [
        {
            "TSPARMCD": "TTYPE",
            "TSVAL": term,
            "TSVALCD": number,
            "TSVCDREF": "CDISC CT",
            "TSVCDVER": TERMINOLOGY,
            "TSSEQ": place,
        }
        for place, (term, number) in enumerate((("EFFICACY", "C49666"), ("SAFETY", "C49667")), start=1)
    ]
    records += [
        {"TSPARMCD": "AGEMAX", "TSVALNF": "PINF"},
        {"TSPARMCD": "REGID", "TSVAL": "NCT00000000"},
    ]
    names = specs.codelists["TSPARM"].terms
    for record in records:
        synonyms = specs.codelists["TSPARMCD"].terms[str(record["TSPARMCD"])]
        record |= {"TSPARM": next(name for name in synonyms if name in names), "TSSEQ": record.get("TSSEQ", 1)}
    return sorted(records, key=lambda record: (record["TSPARMCD"], record["TSSEQ"]))
