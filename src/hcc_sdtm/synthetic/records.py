"""The SDTM records that a perfect mapping gives: the collected variables of each dataset, planted faults apart.

Derived variables (sequence numbers, study days, epochs, visit names, test names) are not here. Terms are those of the CDISC
controlled terminology of 2025-03-28. Supplemental qualifiers are given with the keys of the record they qualify in place of
its sequence number.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.known_study import KnownStudy, number_text
from hcc_sdtm.synthetic.plan import ORGANS
from hcc_sdtm.synthetic.words import type_words

RECIST, MRECIST = "RECIST 1.1", "MRECIST LENCIONI LIVER CANCER 2010"
CARCINOMA = "HEPATOCELLULAR CARCINOMA"


def build_records(study: KnownStudy) -> dict[str, pd.DataFrame]:
    """Every dataset's records, all text, USUBJID first, sorted by subject."""
    frames = {
        "DM": _demographics(study),
        **_exposure(study),
        **_responses(study),
        "DS": _disposition(study),
        "MH": _history(study),
        "FA": _findings_about(study),
        **_medications(study),
        "PR": _procedures(study),
        **_tumours(study),
        "TR": _measurements(study),
        "LB": _laboratory(study),
        "SS": _survival(study),
    }
    return {name: _sorted(frame) for name, frame in frames.items()}


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values("USUBJID", kind="stable", ignore_index=True)


def _frame(usubjid: pd.Series, columns: Mapping[str, object]) -> pd.DataFrame:
    data = {"USUBJID": usubjid.to_numpy()} | {
        name: value.to_numpy() if isinstance(value, pd.Series) else value for name, value in columns.items()
    }
    return pd.DataFrame(data, index=range(len(usubjid)), dtype=object)


def _whole(values: pd.Series) -> np.ndarray:
    return np.array([number_text(float(value)) for value in values], dtype=object)


def _demographics(study: KnownStudy) -> pd.DataFrame:
    subjects, known = study.subjects, study.known
    return _frame(
        subjects["USUBJID"],
        {
            "SUBJID": subjects["SUBJID"],
            "BRTHDTC": known["BIRTH"],
            "AGE": _whole(subjects["AGE"]),
            "SEX": subjects["SEX"],
            "RACE": "ASIAN",
            "ETHNIC": "NOT HISPANIC OR LATINO",
            "COUNTRY": "CHN",
            "RFICDTC": known["CONSENT"],
            "DTHDTC": known["SEENDEATH"],
        },
    )


def irradiated_sites(study: KnownStudy) -> pd.DataFrame:
    """One row a subject and irradiated organ: ROW, NUMBER, LOC, LNKID and the columns of the course's doses."""
    frames = []
    names = {(row, spot): name for row, spot, name in study.lesions[["ROW", "SPOT", "LNKID"]].itertuples(index=False)}
    organs = np.array(ORGANS, dtype=object)
    for number in (1, 2):
        rows = np.flatnonzero((study.subjects[f"ORGAN{number}"] >= 0).to_numpy())
        chosen = study.subjects.iloc[rows]
        frame = pd.DataFrame({"ROW": rows, "NUMBER": number, "LOC": organs[chosen[f"ORGAN{number}"].astype(int)]})
        spots = chosen[f"LESION{number}"].astype(int)
        frame["LNKID"] = [names.get((row, spot), "") for row, spot in zip(rows, spots, strict=True)]
        for name in ("TECH", "FREQ", "DOSE", "PLANNED", "DELIVERED"):
            frame[name] = chosen[f"{name}{number}"].to_numpy()
        frame["TOTAL"] = np.round(frame["DOSE"] * frame["DELIVERED"], 2)
        frame["BED"] = np.round(frame["TOTAL"] * (1 + frame["DOSE"] / 10), 1)
        frame["START"] = study.known["RTSTART"].to_numpy()[rows]
        frame["END"] = study.known[f"END{number}"].to_numpy()[rows]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True).sort_values(["ROW", "NUMBER"], ignore_index=True)


def _exposure(study: KnownStudy) -> dict[str, pd.DataFrame]:
    sites = irradiated_sites(study)
    usubjid = study.subjects["USUBJID"].iloc[sites["ROW"]]
    exposure = _frame(
        usubjid,
        {
            "EXTRT": "RADIOTHERAPY",
            "EXCAT": "RADIOTHERAPY",
            "EXDOSE": _whole(sites["DOSE"]),
            "EXDOSU": "Gy",
            "EXDOSFRM": "NOT APPLICABLE",
            "EXDOSFRQ": sites["FREQ"],
            "EXROUTE": "NOT APPLICABLE",
            "EXLOC": sites["LOC"],
            "EXSTDTC": sites["START"],
            "EXENDTC": sites["END"],
            "EXLNKID": sites["LNKID"],
        },
    )
    qualifiers = {
        "RTTECH": sites["TECH"],
        "FXPLAN": _whole(sites["PLANNED"]),
        "FXDELIV": _whole(sites["DELIVERED"]),
        "TOTDOSE": _whole(sites["TOTAL"]),
        "BED10": _whole(sites["BED"]),
    }
    return {"EX": exposure, "SUPPEX": _qualifiers(usubjid, {"EXLOC": sites["LOC"]}, qualifiers)}


def _qualifiers(usubjid: pd.Series, keys: Mapping[str, object], values: Mapping[str, object]) -> pd.DataFrame:
    """Supplemental qualifiers below one another; those without a value are left out."""
    frames = [_frame(usubjid, {**keys, "QNAM": name, "QVAL": value}) for name, value in values.items()]
    together = pd.concat(frames, ignore_index=True)
    return together[together["QVAL"] != ""].reset_index(drop=True)


def qualifying_records(study: KnownStudy) -> pd.DataFrame:
    """The progression that led to radiotherapy, as site 102 sends it among the responses: ROW, DATE, READ."""
    rows = np.flatnonzero(((study.subjects["SITEID"] == "102") & (study.known["QUALIFYING"] != "")).to_numpy())
    frame = pd.DataFrame({"ROW": rows, "DATE": study.known["QUALIFYING"].to_numpy()[rows]})
    frame["READ"] = frame["DATE"]
    for row, scenario in study.course.scenarios.items():
        if scenario.reread:
            frame.loc[frame["ROW"] == row, ["DATE", "READ"]] = scenario.reread
    return frame


def _responses(study: KnownStudy) -> dict[str, pd.DataFrame]:
    subjects, known = study.subjects, study.known
    scans = study.scans[study.scans["RECIST"] != ""]
    owner = subjects.iloc[scans["ROW"]]
    sends_modality = owner["SITEID"] != "103"
    frames, modality = [], []
    for category, column in ((RECIST, "RECIST"), (MRECIST, "MRECIST")):
        columns = {
            "RSCAT": category,
            "RSTESTCD": "OVRLRESP",
            "RSORRES": type_words(owner["SITEID"], scans[column], "response"),
            "RSSTRESC": scans[column],
            "RSEVAL": "INVESTIGATOR",
            "VISITNUM": scans["VISITNUM"],
            "RSDTC": scans["DATE"],
        }
        frames.append(_frame(owner["USUBJID"], columns))
        keys = {name: columns[name] for name in ("RSCAT", "VISITNUM", "RSDTC")}
        values = np.where(sends_modality, owner["MODALITY"], "")
        modality.append(_qualifiers(owner["USUBJID"], keys, {"IMGMOD": values}))
    before = qualifying_records(study)
    owner = subjects.iloc[before["ROW"]]
    columns = {
        "RSCAT": RECIST,
        "RSTESTCD": "OVRLRESP",
        "RSORRES": "PD",
        "RSSTRESC": "PD",
        "RSEVAL": "INVESTIGATOR",
        "VISITNUM": "1",
        "RSDTC": before["DATE"],
    }
    frames.append(_frame(owner["USUBJID"], columns))
    keys = {name: columns[name] for name in ("RSCAT", "VISITNUM", "RSDTC")}
    modality.append(_qualifiers(owner["USUBJID"], keys, {"IMGMOD": owner["MODALITY"]}))
    clinical = (known["CLINICALPD"] != "").to_numpy()
    frames.append(
        _frame(
            subjects["USUBJID"][clinical],
            {
                "RSCAT": "PROTOCOL DEFINED RESPONSE CRITERIA",
                "RSTESTCD": "SYMPTDTR",
                "RSORRES": "Y",
                "RSSTRESC": "Y",
                "RSEVAL": "INVESTIGATOR",
                "VISITNUM": "",
                "RSDTC": known["CLINICALPD"][clinical],
            },
        )
    )
    screened = ~subjects["SCRNFAIL"].to_numpy()
    scores = (
        ("ECOG", "ECOG101", _whole(subjects["ECOG"])),
        ("CHILD-PUGH CLASSIFICATION", "CPS0106", _whole(subjects["CHILDPUGH"])),
        ("CHILD-PUGH CLASSIFICATION", "CPS0107", child_pugh_grade(study)),
    )
    for category, test, values in scores:
        frames.append(
            _frame(
                subjects["USUBJID"][screened],
                {
                    "RSCAT": category,
                    "RSTESTCD": test,
                    "RSORRES": values[screened],
                    "RSSTRESC": values[screened],
                    "RSEVAL": "",  # who rates is part of the instrument
                    "VISITNUM": "1",
                    "RSDTC": known["CONSENT"][screened],
                },
            )
        )
    return {"RS": pd.concat(frames, ignore_index=True), "SUPPRS": pd.concat(modality, ignore_index=True)}


def child_pugh_grade(study: KnownStudy) -> np.ndarray:
    """Grade A for 5 and 6 points, B for 7."""
    return np.where(study.subjects["CHILDPUGH"] <= 6, "A", "B").astype(object)


def _disposition(study: KnownStudy) -> pd.DataFrame:
    subjects, known = study.subjects, study.known
    off = (subjects["DISPOSITION"] != "").to_numpy()
    consent = _frame(
        subjects["USUBJID"],
        {
            "DSTERM": "INFORMED CONSENT OBTAINED",
            "DSDECOD": "INFORMED CONSENT OBTAINED",
            "DSCAT": "PROTOCOL MILESTONE",
            "DSSCAT": "",
            "DSSTDTC": known["CONSENT"],
        },
    )
    end = _frame(
        subjects["USUBJID"][off],
        {
            "DSTERM": type_words(subjects["SITEID"], subjects["DISPOSITION"], "disposition")[off],
            "DSDECOD": subjects["DISPOSITION"][off],
            "DSCAT": "DISPOSITION EVENT",
            "DSSCAT": "STUDY PARTICIPATION",
            "DSSTDTC": known["OFFDAY"][off],
        },
    )
    return pd.concat([consent, end], ignore_index=True)


def _history(study: KnownStudy) -> pd.DataFrame:
    subjects, known = study.subjects, study.known
    progressed = (known["QUALIFYING"] != "").to_numpy()
    diagnosis = _frame(
        subjects["USUBJID"],
        {
            "MHTERM": CARCINOMA,
            "MHCAT": "PRIMARY DIAGNOSIS",
            "MHEVDTYP": "INITIAL DIAGNOSIS",
            "MHPRESP": "",
            "MHOCCUR": "",
            "MHSTDTC": known["DIAGNOSIS"],
        },
    )
    progression = _frame(
        subjects["USUBJID"][progressed],
        {
            "MHTERM": CARCINOMA,
            "MHCAT": "QUALIFYING PROGRESSION",
            "MHEVDTYP": "PROGRESSION",
            "MHPRESP": "",
            "MHOCCUR": "",
            "MHSTDTC": known["QUALIFYING"][progressed],
        },
    )
    hepatitis = _frame(
        subjects["USUBJID"],
        {
            "MHTERM": "HEPATITIS B",
            "MHCAT": "COMORBIDITY",
            "MHEVDTYP": "",
            "MHPRESP": "Y",
            "MHOCCUR": np.where(subjects["HBV"], "Y", "N"),
            "MHSTDTC": "",
        },
    )
    return pd.concat([diagnosis, progression, hepatitis], ignore_index=True)


def _findings_about(study: KnownStudy) -> pd.DataFrame:
    subjects = study.subjects[~study.subjects["SCRNFAIL"]]
    number = _whole(subjects["PROGRESSING"])
    stage = {
        "FATESTCD": "DSSTAGE",
        "FAOBJ": CARCINOMA,
        "FACAT": "CNLC 2022",
        "FAORRES": "IIIb",
        "FASTRESC": "IIIb",
    }
    lesions = {
        "FATESTCD": "TOTNUM",
        "FAOBJ": "PROGRESSING LESIONS",
        "FACAT": "QUALIFYING PROGRESSION",
        "FAORRES": number,
        "FASTRESC": number,
    }
    return pd.concat([_frame(subjects["USUBJID"], columns) for columns in (stage, lesions)], ignore_index=True)


def _medications(study: KnownStudy) -> dict[str, pd.DataFrame]:
    subjects, known = study.subjects, study.known
    frames, qualifiers = [], []
    lines = (
        ("FIRST LINE", "1", "FIRSTLINE", "FIRSTSTART", "FIRSTEND"),
        ("SECOND LINE", "2", "SECOND", "SECONDLINE", ""),
    )
    for category, line, drug, start, end in lines:
        given = (known[start] != "").to_numpy()
        owner = subjects[given]
        frames.append(
            _frame(
                owner["USUBJID"],
                {
                    "CMTRT": type_words(owner["SITEID"], owner[drug], "regimen"),
                    "CMDECOD": owner[drug],
                    "CMCAT": category,
                    "CMSTDTC": known[start][given],
                    "CMENDTC": known[end][given] if end else "",
                },
            )
        )
        values: dict[str, object] = {"LINE": line}
        if line == "2":
            values["SWREAS"] = owner["SWITCHREASON"]
        qualifiers.append(_qualifiers(owner["USUBJID"], {"CMCAT": category}, values))
    return {"CM": pd.concat(frames, ignore_index=True), "SUPPCM": pd.concat(qualifiers, ignore_index=True)}


def procedures(study: KnownStudy) -> pd.DataFrame:
    """One row a local therapy: ROW, CATEGORY, PROC, LOC, DATE."""
    frames = []
    for number in (1, 2):
        rows = np.flatnonzero((study.known[f"PRIOR{number}"] != "").to_numpy())
        frames.append(
            pd.DataFrame(
                {
                    "ROW": rows,
                    "CATEGORY": "PRIOR LOCAL THERAPY",
                    "PROC": study.subjects[f"PRIORPROC{number}"].to_numpy()[rows],
                    "LOC": "LIVER",
                    "DATE": study.known[f"PRIOR{number}"].to_numpy()[rows],
                }
            )
        )
    rows = np.flatnonzero((study.known["LOCAL"] != "").to_numpy())
    frames.append(
        pd.DataFrame(
            {
                "ROW": rows,
                "CATEGORY": "ON-STUDY LOCAL THERAPY",
                "PROC": study.subjects["LOCALPROC"].to_numpy()[rows],
                "LOC": np.array(ORGANS, dtype=object)[study.subjects["LOCALORGAN"].to_numpy()[rows]],
                "DATE": study.known["LOCAL"].to_numpy()[rows],
            }
        )
    )
    return pd.concat(frames, ignore_index=True)


def _procedures(study: KnownStudy) -> pd.DataFrame:
    listed = procedures(study)
    owner = study.subjects.iloc[listed["ROW"]]
    return _frame(
        owner["USUBJID"],
        {
            "PRTRT": type_words(owner["SITEID"], listed["PROC"], "procedure"),
            "PRDECOD": listed["PROC"],
            "PRCAT": listed["CATEGORY"],
            "PRLOC": listed["LOC"],
            "PRSTDTC": listed["DATE"],
        },
    )


def _tumours(study: KnownStudy) -> dict[str, pd.DataFrame]:
    lesions = study.lesions
    owner = study.subjects.iloc[lesions["ROW"]]
    known = _frame(
        owner["USUBJID"],
        {
            "TUTESTCD": "TUMIDENT",
            "TULNKID": lesions["LNKID"],
            "TUORRES": lesions["ROLE"],
            "TUSTRESC": lesions["ROLE"],
            "TULOC": lesions["LOC"],
            "TUEVAL": "INVESTIGATOR",
            "VISITNUM": "1",
            "TUDTC": study.known["BASELINE"].to_numpy()[lesions["ROW"]],
        },
    )
    first = study.scans[study.scans["NEWLOC"] != ""]
    new = _frame(
        study.subjects["USUBJID"].iloc[first["ROW"]],
        {
            "TUTESTCD": "TUMIDENT",
            "TULNKID": "NEW01",
            "TUORRES": "NEW",
            "TUSTRESC": "NEW",
            "TULOC": first["NEWLOC"],
            "TUEVAL": "INVESTIGATOR",
            "VISITNUM": first["VISITNUM"],
            "TUDTC": first["DATE"],
        },
    )
    flag = np.where(lesions["IRRADIATED"], "Y", "")
    irradiated = _qualifiers(owner["USUBJID"], {"TULNKID": lesions["LNKID"]}, {"IRRADFL": flag})
    return {"TU": pd.concat([known, new], ignore_index=True), "SUPPTU": irradiated}


def size_rows(study: KnownStudy) -> pd.DataFrame:
    """One row a lesion and scan with everything a site types about it, sorted by subject, scan and lesion."""
    scans = study.scans.iloc[study.sizes["SCAN"]].reset_index(drop=True)
    lesions = study.lesions.iloc[study.sizes["LESION"]].reset_index(drop=True)
    sizes = study.sizes[["LONGEST", "VIABLE", "STATE"]]
    joined = pd.concat([scans[["ROW", "DATE", "VISITNUM"]], lesions.drop(columns="ROW"), sizes], axis=1)
    joined["SITEID"] = study.subjects["SITEID"].to_numpy()[joined["ROW"]]
    joined["IN_CM"] = (joined["SITEID"] == "102") & ~joined["LIVER"]
    return joined


def new_lesion_rows(study: KnownStudy, site: str) -> pd.DataFrame:
    """One row a new lesion of a site, at the scan that shows it first: the columns of `size_rows` that have a value."""
    first = study.scans[(study.scans["NEWLOC"] != "") & study.is_at(site, study.scans["ROW"])]
    rows = first[["ROW", "DATE", "VISITNUM"]].assign(LOC=first["NEWLOC"], LNKID="NEW01", ROLE="NEW")
    return rows.assign(IRRADIATED=False, STATE="", LIVER=first["NEWLOC"] == "LIVER")


def _measurements(study: KnownStudy) -> pd.DataFrame:
    rows = size_rows(study)
    frames = []
    for test, column in (("LDIAM", "LONGEST"), ("VDIAM", "VIABLE")):
        taken = rows[rows[column].notna()]
        mm = taken[column]
        frames.append(
            _frame(
                study.subjects["USUBJID"].iloc[taken["ROW"]],
                {
                    "TRLNKID": taken["LNKID"],
                    "TRTESTCD": test,
                    "TRORRES": _whole(mm.where(~taken["IN_CM"], mm / 10)),
                    "TRORRESU": np.where(taken["IN_CM"], "cm", "mm"),
                    "TRSTRESC": _whole(mm),
                    "TRSTRESN": _whole(mm),
                    "TRSTRESU": "mm",
                    "TREVAL": "INVESTIGATOR",
                    "VISITNUM": taken["VISITNUM"],
                    "TRDTC": taken["DATE"],
                },
            )
        )
    states = rows[rows["STATE"] != ""]
    frames.append(
        _frame(
            study.subjects["USUBJID"].iloc[states["ROW"]],
            {
                "TRLNKID": states["LNKID"],
                "TRTESTCD": "TUMSTATE",
                "TRORRES": type_words(states["SITEID"], states["STATE"], "state"),
                "TRORRESU": "",
                "TRSTRESC": states["STATE"],
                "TRSTRESN": "",
                "TRSTRESU": "",
                "TREVAL": "INVESTIGATOR",
                "VISITNUM": states["VISITNUM"],
                "TRDTC": states["DATE"],
            },
        )
    )
    return pd.concat(frames, ignore_index=True)


def _laboratory(study: KnownStudy) -> pd.DataFrame:
    taken = study.scans[study.scans["AFP"] != ""]
    owner = study.subjects.iloc[taken["ROW"]]
    return _frame(
        owner["USUBJID"],
        {
            "LBTESTCD": "AFP",
            "LBORRES": taken["AFP"],
            "LBORRESU": "ug/L",  # ng/mL, as two hospitals write, is its synonym
            "LBSTRESN": taken["AFP"],
            "LBSTRESU": "ug/L",
            "VISITNUM": taken["VISITNUM"],
            "LBDTC": taken["DATE"],
        },
    )


def _survival(study: KnownStudy) -> pd.DataFrame:
    subjects = study.subjects
    return _frame(
        subjects["USUBJID"],
        {
            "SSTESTCD": "SURVSTAT",
            "SSORRES": type_words(subjects["SITEID"], subjects["STATUS"], "status"),
            "SSSTRESC": subjects["STATUS"],
            "SSDTC": study.known["STATUSDAY"],
        },
    )
