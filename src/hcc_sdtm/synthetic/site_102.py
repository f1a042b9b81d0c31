"""Site 102: an English workbook, a sheet a form, one row a record, dates as text with the day first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.form import Form, number_cells, write_workbook
from hcc_sdtm.synthetic.known_study import KnownStudy
from hcc_sdtm.synthetic.records import (
    child_pugh_grade,
    irradiated_sites,
    new_lesion_rows,
    procedures,
    qualifying_records,
    size_rows,
)
from hcc_sdtm.synthetic.typed_dates import type_dates
from hcc_sdtm.synthetic.words import type_words

SITE = "102"
FILE = "site_102.xlsx"
ROLES = {"TARGET": "Target", "NON-TARGET": "Non-target", "NEW": "New"}
TITLE = (
    ("Tumour response, RTHCC",),
    ("Local reading. RECIST 1.1 and mRECIST; read dates are those of the latest reading.",),
    (),
)


def build_forms(study: KnownStudy, generator: np.random.Generator) -> dict[str, Form]:
    """The sheets by name; one row of the laboratory sheet is sent twice, in every 500 subjects."""
    forms = {
        "Enrolment": _enrolment(study, generator),
        "Radiotherapy": _radiotherapy(study, generator),
        "Response": _response(study, generator),
        **_lesions(study, generator),
        "Therapies": _therapies(study, generator),
        "Laboratory": _laboratory(study, generator),
        "Follow-up": _follow_up(study, generator),
    }
    laboratory = forms["Laboratory"]
    for at in range(3, len(laboratory.body), 2500):
        laboratory.append(laboratory.row(at), laboratory.usubjid[at])
    return forms


def write_site(raw: Path, forms: dict[str, Form]) -> None:
    """Writes the workbook."""
    write_workbook(raw / FILE, list(forms.values()))


def _form(
    study: KnownStudy,
    sheet: str,
    rows: pd.Series | np.ndarray,
    columns: Mapping[str, object],
    keys: Mapping[str, object] | None = None,
) -> Form:
    """A form whose first column is the subject's number."""
    owner = study.subjects.iloc[np.asarray(rows, dtype=int)]
    data = {"Subject": owner["NUMBER"].to_numpy()} | {
        name: value.to_numpy() if isinstance(value, pd.Series) else value for name, value in columns.items()
    }
    body = pd.DataFrame(data, index=range(len(owner)), dtype=object)
    key_frame = pd.DataFrame(
        {name: np.asarray(value, dtype=object) for name, value in (keys or {}).items()},
        index=range(len(owner)),
    )
    return Form(FILE, sheet, body, owner["USUBJID"].to_numpy(), key_frame)


def _enrolment(study: KnownStudy, generator: np.random.Generator) -> Form:
    rows = study.rows_at(SITE)
    subjects, known = study.subjects.iloc[rows], study.known.iloc[rows]
    screened = ~subjects["SCRNFAIL"].to_numpy()
    letters = generator.integers(0, 26, (len(rows), 2))
    initials = [chr(65 + one) + chr(65 + two) for one, two in letters]
    columns = {
        "Initials": np.array(initials, dtype=object),
        "Sex": type_words(SITE, subjects["SEX"], "sex"),
        "Date of birth": type_dates(known["BIRTH"], SITE, generator),
        "Age": number_cells(subjects["AGE"]),
        "Race": "Asian",
        "Consent date": type_dates(known["CONSENT"], SITE, generator),
        "ECOG": np.where(screened, number_cells(subjects["ECOG"]), ""),
        "Child-Pugh score": np.where(screened, number_cells(subjects["CHILDPUGH"]), ""),
        "Child-Pugh class": np.where(screened, child_pugh_grade(study)[rows], ""),
        "Hepatitis B": type_words(SITE, np.where(subjects["HBV"], "Y", "N"), "hepatitis"),
        "HCC diagnosis date": type_dates(known["DIAGNOSIS"], SITE, generator),
        "CNLC stage": np.where(screened, "IIIb", ""),
        "Date of progression on first line": type_dates(known["QUALIFYING"], SITE, generator),
        "Progressing lesions": np.where(screened, number_cells(subjects["PROGRESSING"]), ""),
    }
    form = _form(study, "Enrolment", rows, columns)
    form.hidden = ("Initials",)
    return form


def _radiotherapy(study: KnownStudy, generator: np.random.Generator) -> Form:
    sites = irradiated_sites(study)
    sites = sites[study.is_at(SITE, sites["ROW"])]
    columns = {
        "Technique": type_words(SITE, sites["TECH"], "technique"),
        "Region": type_words(SITE, sites["LOC"], "location"),
        "Dose per fraction (Gy)": number_cells(sites["DOSE"]),
        "Fractions planned": number_cells(sites["PLANNED"]),
        "Fractions delivered": number_cells(sites["DELIVERED"]),
        "Total dose (Gy)": number_cells(sites["TOTAL"]),
        "BED10 (Gy)": number_cells(sites["BED"]),
        "Schedule": type_words(SITE, sites["FREQ"], "frequency"),
        "First fraction": type_dates(sites["START"], SITE, generator),
        "Last fraction": type_dates(sites["END"], SITE, generator),
        "Lesion": sites["LNKID"],
    }
    return _form(study, "Radiotherapy", sites["ROW"], columns)


def _visit_cells(numbers: pd.Series) -> np.ndarray:
    return number_cells(pd.to_numeric(numbers).to_numpy(dtype=float))


def _response(study: KnownStudy, generator: np.random.Generator) -> Form:
    """Readings of scans after the start, and before them the progression that led to radiotherapy."""
    scans = study.scans[(study.scans["RECIST"] != "") & study.is_at(SITE, study.scans["ROW"])]
    after = scans[["ROW", "VISITNUM", "DATE", "RECIST", "MRECIST"]].assign(READ=scans["DATE"], ORDER=scans["ORDER"])
    before = qualifying_records(study).assign(VISITNUM="1", RECIST="PD", MRECIST="", ORDER=0)
    rows = pd.concat([before, after], ignore_index=True).sort_values(["ROW", "ORDER"], ignore_index=True)
    unscheduled = rows["VISITNUM"].str.contains(".", regex=False)
    visit = np.select([rows["ORDER"] == 0, unscheduled], ["Screening", "Unscheduled"], "Scheduled")
    columns = {
        "Visit": visit,
        "Visit no.": _visit_cells(rows["VISITNUM"]),
        "Scan date": type_dates(rows["DATE"], SITE, generator),
        "Date of reading": type_dates(rows["READ"], SITE, generator),
        "Modality": type_words(SITE, study.subjects["MODALITY"].to_numpy()[rows["ROW"]], "modality"),
        "RECIST 1.1": type_words(SITE, rows["RECIST"], "response"),
        "mRECIST": type_words(SITE, rows["MRECIST"], "response"),
    }
    form = _form(study, "Response", rows["ROW"], columns, {"VISITNUM": rows["VISITNUM"]})
    form.title = TITLE
    return form


def _lesions(study: KnownStudy, generator: np.random.Generator) -> dict[str, Form]:
    """Liver lesions in mm on one sheet, the others in cm on another; a new lesion has a row at the scan that shows it first."""
    sizes = size_rows(study)
    sizes = sizes[sizes["SITEID"] == SITE]
    rows = pd.concat([sizes, new_lesion_rows(study, SITE)], ignore_index=True)
    rows["ROLE"] = rows["ROLE"].map(ROLES)
    rows["NUMBER"] = pd.to_numeric(rows["VISITNUM"])
    rows = rows.sort_values(["ROW", "NUMBER", "LNKID"], kind="stable", ignore_index=True)
    forms = {}
    for sheet, here, unit in (
        ("Lesions", rows[rows["LIVER"].astype(bool)], "mm"), ("Extrahepatic", rows[~rows["LIVER"].astype(bool)], "cm")
    ):  # fmt: skip
        longest = here["LONGEST"] / (1 if unit == "mm" else 10)
        irradiated = np.where(here["ROLE"] == "New", "", np.where(here["IRRADIATED"].astype(bool), "Y", "N"))
        columns: dict[str, object] = {
            "Visit no.": number_cells(here["NUMBER"]),
            "Scan date": type_dates(here["DATE"], SITE, generator),
            "Lesion ID": here["LNKID"],
            "Type": here["ROLE"],
            "Site": type_words(SITE, here["LOC"], "location"),
            "Irradiated": type_words(SITE, irradiated, "yes"),
            f"Longest diameter ({unit})": number_cells(longest),
        }
        if unit == "mm":
            columns["Viable diameter (mm)"] = number_cells(here["VIABLE"])
        else:
            columns["Status"] = type_words(SITE, here["STATE"], "state")
        forms[sheet] = _form(study, sheet, here["ROW"], columns, {"VISITNUM": here["VISITNUM"], "LNKID": here["LNKID"]})
    return forms


def _therapies(study: KnownStudy, generator: np.random.Generator) -> Form:
    """Systemic lines and local therapies below one another, told apart by their category."""
    subjects, known = study.subjects, study.known
    own = study.is_at(SITE)
    frames = []
    for category, kind, drug, start, end in (
        ("First line", "regimen", "FIRSTLINE", "FIRSTSTART", "FIRSTEND"),
        ("Second line", "regimen", "SECOND", "SECONDLINE", ""),
    ):
        rows = np.flatnonzero(own & (known[start] != "").to_numpy())
        frame = pd.DataFrame(
            {"ROW": rows, "CATEGORY": category, "TREATMENT": type_words(SITE, subjects[drug].to_numpy()[rows], kind)}
        )
        frame["START"] = known[start].to_numpy()[rows]
        frame["STOP"] = known[end].to_numpy()[rows] if end else ""
        frame["REASON"] = "" if end else type_words(SITE, subjects["SWITCHREASON"].to_numpy()[rows], "reason")
        frames.append(frame.assign(SITE=""))
    local = procedures(study)
    local = local[study.is_at(SITE, local["ROW"])]
    names = {"PRIOR LOCAL THERAPY": "Prior local", "ON-STUDY LOCAL THERAPY": "Local on study"}
    frames.append(
        pd.DataFrame(
            {
                "ROW": local["ROW"],
                "CATEGORY": local["CATEGORY"].map(names),
                "TREATMENT": type_words(SITE, local["PROC"], "procedure"),
                "START": local["DATE"],
                "STOP": "",
                "REASON": "",
                "SITE": type_words(SITE, local["LOC"], "location"),
            }
        )
    )
    listed = pd.concat(frames, ignore_index=True).sort_values("ROW", kind="stable", ignore_index=True)
    columns = {
        "Category": listed["CATEGORY"],
        "Treatment": listed["TREATMENT"],
        "Site": listed["SITE"],
        "Start": type_dates(listed["START"], SITE, generator),
        "Stop": type_dates(listed["STOP"], SITE, generator),
        "Reason for change": listed["REASON"],
    }
    return _form(study, "Therapies", listed["ROW"], columns, {"CATEGORY": listed["CATEGORY"]})


def _laboratory(study: KnownStudy, generator: np.random.Generator) -> Form:
    rows = study.scans[(study.scans["AFP"] != "") & study.is_at(SITE, study.scans["ROW"])]
    columns = {
        "Visit no.": _visit_cells(rows["VISITNUM"]),
        "Sample date": type_dates(rows["DATE"], SITE, generator),
        "Test": "AFP",
        "Result": number_cells(pd.to_numeric(rows["AFP"]).to_numpy(dtype=float)),
        "Unit": "ng/mL",
    }
    return _form(study, "Laboratory", rows["ROW"], columns, {"VISITNUM": rows["VISITNUM"]})


def _follow_up(study: KnownStudy, generator: np.random.Generator) -> Form:
    rows = study.rows_at(SITE)
    subjects, known = study.subjects.iloc[rows], study.known.iloc[rows]
    columns = {
        "Status": type_words(SITE, subjects["STATUS"], "status"),
        "Last contact": type_dates(known["LASTCONTACT"].where(subjects["STATUS"] == "ALIVE", ""), SITE, generator),
        "Date of death": type_dates(known["SEENDEATH"], SITE, generator),
        "Clinical progression": type_dates(known["CLINICALPD"], SITE, generator),
        "Off-study reason": type_words(SITE, subjects["DISPOSITION"], "disposition"),
        "Off-study date": type_dates(known["OFFDAY"], SITE, generator),
    }
    return _form(study, "Follow-up", rows, columns)
