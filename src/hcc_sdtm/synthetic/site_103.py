"""Site 103: an export of an EDC system, one CSV file a form in Windows-1252, with its data dictionary beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.form import Form, number_cells, write_csv
from hcc_sdtm.synthetic.known_study import KnownStudy
from hcc_sdtm.synthetic.records import child_pugh_grade, irradiated_sites, new_lesion_rows, procedures, size_rows
from hcc_sdtm.synthetic.typed_dates import type_dates
from hcc_sdtm.synthetic.words import type_words

SITE = "103"
FOLDER = "site_103"
DICTIONARY = "site_103_dictionary.csv"
ENCODING = "cp1252"
RACES = 5
ROLES = {"TARGET": "1", "NON-TARGET": "2", "NEW": "3"}
CATEGORIES = {"PRIOR LOCAL THERAPY": "1", "ON-STUDY LOCAL THERAPY": "2"}
OUTSIDE_CLEAR, OUTSIDE_AMBIGUOUS = 2, 2
"""Outside laboratory reports that show their order of day and month, and that do not, in every 1,000 subjects."""

LABELS: Mapping[str, tuple[str, str, str]] = {
    # field: type, label, choices
    "record_id": ("text", "Study number", ""),
    "birth_year": ("text", "Year of birth", ""),
    "age": ("text", "Age at consent (years)", ""),
    "sex": ("radio", "Sex", "1, Male | 2, Female"),
    "race": (
        "checkbox",
        "Race",
        "1, American Indian or Alaska Native | 2, Asian | 3, Black or African American | 4, Pacific Islander | 5, White",
    ),
    "hbv": ("yesno", "Hepatitis B surface antigen", ""),
    "rt_technique": ("radio", "Technique", "1, SBRT | 2, IMRT | 3, 3D-CRT"),
    "rt_site": (
        "radio",
        "Irradiated site",
        "1, Liver | 2, Lung | 3, Retroperitoneal node | 4, Bone | 5, Adrenal",
    ),
    "rt_schedule": ("radio", "Schedule", "1, Every other day | 2, Five times a week"),
    "dose_cgy": ("text", "Dose per fraction (cGy)", ""),
    "total_cgy": ("text", "Total dose delivered (cGy)", ""),
    "bed10": ("text", "Biologically effective dose, alpha/beta 10 (Gy)", ""),
    "modality": ("radio", "Modality", "1, CE-CT | 2, CE-MRI | 3, PET-CT"),
    "lesion_type": ("radio", "Type of lesion", "1, Target | 2, Non-target | 3, New"),
    "lesion_site": (
        "radio",
        "Site of lesion",
        "1, Liver | 2, Lung | 3, Retroperitoneal node | 4, Bone | 5, Adrenal",
    ),
    "irradiated": ("yesno", "Irradiated", ""),
    "ld_mm": ("text", "Longest diameter (mm)", ""),
    "viable_mm": ("text", "Viable diameter (mm)", ""),
    "afp": ("text", "AFP (µg/L)", ""),
    "outside_date": ("text", "Date on the outside laboratory's report, as printed", ""),
    "line": ("radio", "Line of therapy", "1, First | 2, Second"),
    "reason": ("radio", "Reason for the change", "1, Progression | 2, Toxicity | 3, Physician's choice"),
    "category": ("radio", "Local therapy", "1, Before the study | 2, On study"),
    "procedure_site": (
        "radio",
        "Site",
        "1, Liver | 2, Lung | 3, Retroperitoneal node | 4, Bone | 5, Adrenal",
    ),
}


def build_forms(study: KnownStudy, generator: np.random.Generator) -> dict[str, Form]:
    """The files by form name, the data dictionary among them."""
    outside = choose_outside(study)
    forms = {
        "enrolment": _enrolment(study, generator),
        "radiotherapy": _radiotherapy(study, generator),
        "response": _response(study, generator),
        "lesions": _lesions(study, generator),
        "labs": _labs(study, outside, generator),
        "afp_outside": _outside(study, outside),
        "medication": _medication(study, generator),
        "local_therapy": _local(study, generator),
        "followup": _follow_up(study, generator),
    }
    return forms | {"dictionary": _dictionary(forms)}


def write_site(raw: Path, forms: dict[str, Form]) -> None:
    """Writes the folder of forms and the dictionary beside it."""
    for form in forms.values():
        write_csv(raw / form.file, form)


def _form(
    study: KnownStudy,
    name: str,
    rows: pd.Series | np.ndarray,
    columns: Mapping[str, object],
    keys: Mapping[str, object] | None = None,
    repeating: bool = True,
) -> Form:
    """A form whose first column is the study number; a repeating one numbers a subject's rows."""
    at = np.asarray(rows, dtype=int)
    owner = study.subjects.iloc[at]
    data: dict[str, object] = {"record_id": owner["SUBJID"].to_numpy()}
    if repeating:
        data["redcap_repeat_instrument"] = name
        data["redcap_repeat_instance"] = (pd.Series(at).groupby(at).cumcount() + 1).to_numpy()
    data |= {field: value.to_numpy() if isinstance(value, pd.Series) else value for field, value in columns.items()}
    body = pd.DataFrame(data, index=range(len(owner)), dtype=object)
    key_frame = pd.DataFrame(
        {field: np.asarray(value, dtype=object) for field, value in (keys or {}).items()},
        index=range(len(owner)),
    )
    return Form(f"{FOLDER}/{name}.csv", "", body, owner["USUBJID"].to_numpy(), key_frame, encoding=ENCODING)


def _enrolment(study: KnownStudy, generator: np.random.Generator) -> Form:
    rows = study.rows_at(SITE)
    subjects, known = study.subjects.iloc[rows], study.known.iloc[rows]
    screened = ~subjects["SCRNFAIL"].to_numpy()
    columns: dict[str, object] = {
        "birth_year": known["BIRTH"],
        "age": number_cells(subjects["AGE"]),
        "sex": type_words(SITE, subjects["SEX"], "sex"),
    }
    columns |= {f"race___{number}": "1" if number == 2 else "0" for number in range(1, RACES + 1)}
    columns |= {
        "consent_date": type_dates(known["CONSENT"], SITE, generator),
        "ecog": np.where(screened, number_cells(subjects["ECOG"]), ""),
        "cp_score": np.where(screened, number_cells(subjects["CHILDPUGH"]), ""),
        "cp_class": np.where(screened, child_pugh_grade(study)[rows], ""),
        "hbv": type_words(SITE, np.where(subjects["HBV"], "Y", "N"), "hepatitis"),
        "dx_date": type_dates(known["DIAGNOSIS"], SITE, generator),
        "cnlc": np.where(screened, "IIIb", ""),
        "prog_date": type_dates(known["QUALIFYING"], SITE, generator),
        "n_prog": np.where(screened, number_cells(subjects["PROGRESSING"]), ""),
    }
    return _form(study, "enrolment", rows, columns, repeating=False)


def _radiotherapy(study: KnownStudy, generator: np.random.Generator) -> Form:
    sites = irradiated_sites(study)
    sites = sites[study.is_at(SITE, sites["ROW"])]
    columns = {
        "rt_technique": type_words(SITE, sites["TECH"], "technique"),
        "rt_site": type_words(SITE, sites["LOC"], "location"),
        "dose_cgy": number_cells(sites["DOSE"] * 100),
        "fx_planned": number_cells(sites["PLANNED"]),
        "fx_delivered": number_cells(sites["DELIVERED"]),
        "total_cgy": number_cells(sites["TOTAL"] * 100),
        "bed10": number_cells(sites["BED"]),
        "rt_schedule": type_words(SITE, sites["FREQ"], "frequency"),
        "rt_start": type_dates(sites["START"], SITE, generator),
        "rt_end": type_dates(sites["END"], SITE, generator),
        "rt_lesion": sites["LNKID"],
    }
    return _form(study, "radiotherapy", sites["ROW"], columns, {"LOC": sites["LOC"]})


def _response(study: KnownStudy, generator: np.random.Generator) -> Form:
    rows = study.scans[(study.scans["RECIST"] != "") & study.is_at(SITE, study.scans["ROW"])]
    columns = {
        "visit_no": rows["VISITNUM"],
        "scan_date": type_dates(rows["DATE"], SITE, generator),
        "recist": type_words(SITE, rows["RECIST"], "response"),
        "mrecist": type_words(SITE, rows["MRECIST"], "response"),
    }
    return _form(study, "response", rows["ROW"], columns, {"VISITNUM": rows["VISITNUM"]})


def _lesions(study: KnownStudy, generator: np.random.Generator) -> Form:
    sizes = size_rows(study)
    sizes = sizes[sizes["SITEID"] == SITE]
    rows = pd.concat([sizes, new_lesion_rows(study, SITE)], ignore_index=True)
    rows["NUMBER"] = pd.to_numeric(rows["VISITNUM"])
    rows = rows.sort_values(["ROW", "NUMBER", "LNKID"], kind="stable", ignore_index=True)
    irradiated = np.where(rows["ROLE"] == "NEW", "", np.where(rows["IRRADIATED"].astype(bool), "Y", "N"))
    columns = {
        "visit_no": rows["VISITNUM"],
        "scan_date": type_dates(rows["DATE"], SITE, generator),
        "lesion_id": rows["LNKID"],
        "lesion_type": rows["ROLE"].map(ROLES),
        "lesion_site": type_words(SITE, rows["LOC"], "location"),
        "irradiated": type_words(SITE, irradiated, "yes"),
        "ld_mm": number_cells(rows["LONGEST"]),
        "viable_mm": number_cells(rows["VIABLE"]),
        "status": type_words(SITE, rows["STATE"], "state"),
    }
    return _form(study, "lesions", rows["ROW"], columns, {"VISITNUM": rows["VISITNUM"], "LNKID": rows["LNKID"]})


def choose_outside(study: KnownStudy) -> pd.DataFrame:
    """Scans whose AFP came from an outside laboratory: rows of the study's scans with TYPED and AMBIGUOUS.

    Some laboratories print the day first and some the month first, and nobody declared which: half of the clear reports show
    the one, half the other. Reports with a day up to 12 cannot be read for certain.
    """
    scans = study.scans
    day, month = scans["DATE"].str[8:10], scans["DATE"].str[5:7]
    hand_written = np.isin(scans["ROW"], list(study.course.scenarios))
    fitting = (
        (scans["AFP"] != "") & study.is_at(SITE, scans["ROW"]) & (scans["PLACE"] > 0) & (scans["DATE"].str.len() == 10)
    )
    fitting &= ~hand_written & (day != month)
    sets = max(1, len(study.subjects) // 1000)
    clear = scans[fitting & (day > "12")].iloc[: OUTSIDE_CLEAR * sets].assign(AMBIGUOUS=False)
    doubtful = scans[fitting & (day <= "12") & ~scans["ROW"].isin(clear["ROW"])].drop_duplicates("ROW")
    doubtful = doubtful.iloc[: OUTSIDE_AMBIGUOUS * sets].assign(AMBIGUOUS=True)
    chosen = pd.concat([clear, doubtful]).sort_index()
    month_first = ~chosen["AMBIGUOUS"] & (chosen["AMBIGUOUS"].eq(False).cumsum() % 2 == 0)
    year, month, day = (chosen["DATE"].str[part] for part in (slice(0, 4), slice(5, 7), slice(8, 10)))
    return chosen.assign(TYPED=(day + "/" + month + "/" + year).where(~month_first, month + "/" + day + "/" + year))


def _labs(study: KnownStudy, outside: pd.DataFrame, generator: np.random.Generator) -> Form:
    rows = study.scans[(study.scans["AFP"] != "") & study.is_at(SITE, study.scans["ROW"])]
    rows = rows[~rows.index.isin(outside.index)]
    columns = {
        "visit_no": rows["VISITNUM"],
        "lab_date": type_dates(rows["DATE"], SITE, generator),
        "afp": rows["AFP"],
        "afp_unit": "µg/L",
    }
    return _form(study, "labs", rows["ROW"], columns, {"VISITNUM": rows["VISITNUM"]})


def _outside(study: KnownStudy, outside: pd.DataFrame) -> Form:
    columns = {
        "visit_no": outside["VISITNUM"],
        "outside_lab": "Laboratoire de la Cité",
        "outside_date": outside["TYPED"],
        "afp": outside["AFP"],
        "afp_unit": "µg/L",
    }
    keys = {"VISITNUM": outside["VISITNUM"], "AMBIGUOUS": outside["AMBIGUOUS"], "DATE": outside["DATE"]}
    return _form(study, "afp_outside", outside["ROW"], columns, keys)


def _medication(study: KnownStudy, generator: np.random.Generator) -> Form:
    own = study.is_at(SITE)
    frames = []
    for line, drug, start, end in (
        ("1", "FIRSTLINE", "FIRSTSTART", "FIRSTEND"),
        ("2", "SECOND", "SECONDLINE", ""),
    ):
        rows = np.flatnonzero(own & (study.known[start] != "").to_numpy())
        frame = pd.DataFrame({"ROW": rows, "LINE": line, "DRUG": study.subjects[drug].to_numpy()[rows]})
        frame["START"] = study.known[start].to_numpy()[rows]
        frame["STOP"] = study.known[end].to_numpy()[rows] if end else ""
        frame["REASON"] = "" if end else study.subjects["SWITCHREASON"].to_numpy()[rows]
        frames.append(frame)
    listed = pd.concat(frames, ignore_index=True).sort_values(["ROW", "LINE"], ignore_index=True)
    columns = {
        "line": listed["LINE"],
        "regimen": type_words(SITE, listed["DRUG"], "regimen"),
        "start_date": type_dates(listed["START"], SITE, generator),
        "stop_date": type_dates(listed["STOP"], SITE, generator),
        "reason": type_words(SITE, listed["REASON"], "reason"),
    }
    return _form(study, "medication", listed["ROW"], columns)


def _local(study: KnownStudy, generator: np.random.Generator) -> Form:
    rows = procedures(study)
    rows = rows[study.is_at(SITE, rows["ROW"])].sort_values("ROW", kind="stable")
    columns = {
        "category": rows["CATEGORY"].map(CATEGORIES),
        "procedure": type_words(SITE, rows["PROC"], "procedure"),
        "procedure_site": type_words(SITE, rows["LOC"], "location"),
        "procedure_date": type_dates(rows["DATE"], SITE, generator),
    }
    return _form(study, "local_therapy", rows["ROW"], columns)


def _follow_up(study: KnownStudy, generator: np.random.Generator) -> Form:
    rows = study.rows_at(SITE)
    subjects, known = study.subjects.iloc[rows], study.known.iloc[rows]
    columns = {
        "status": type_words(SITE, subjects["STATUS"], "status"),
        "last_contact": type_dates(known["LASTCONTACT"].where(subjects["STATUS"] == "ALIVE", ""), SITE, generator),
        "death_date": type_dates(known["SEENDEATH"], SITE, generator),
        "clin_prog": type_dates(known["CLINICALPD"], SITE, generator),
        "off_reason": type_words(SITE, subjects["DISPOSITION"], "disposition"),
        "off_date": type_dates(known["OFFDAY"], SITE, generator),
    }
    return _form(study, "followup", rows, columns, repeating=False)


def _dictionary(forms: Mapping[str, Form]) -> Form:
    """One row a field of every form, as the EDC system exports it."""
    rows = []
    for name, form in forms.items():
        for field in dict.fromkeys(column.partition("___")[0] for column in form.body.columns):
            if field.startswith("redcap_"):
                continue
            kind, label, choices = LABELS.get(field, ("text", field.replace("_", " ").capitalize(), ""))
            dated = field.endswith(("_date", "_start", "_end", "_contact")) or field == "clin_prog"
            validation = "date_mdy" if dated and field != "outside_date" else ""
            rows.append((field, name, kind, label, choices, validation))
    names = [
        "Variable / Field Name",
        "Form Name",
        "Field Type",
        "Field Label",
        "Choices",
        "Text Validation Type",
    ]
    body = pd.DataFrame(rows, columns=names, dtype=object)
    return Form(DICTIONARY, "", body, np.full(len(body), "", dtype=object), encoding=ENCODING)
