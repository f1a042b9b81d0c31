"""Writes the planned faults into the sites' forms and tells the cell of each."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.form import LEVEL, Form, MonthCell, number_cells
from hcc_sdtm.synthetic.known_study import KnownStudy, number_text
from hcc_sdtm.synthetic.planned_faults import (
    AMBIGUOUS,
    DUPLICATE,
    EARLY_DEATH,
    IMPOSSIBLE,
    LATE_RESPONSE,
    NO_LESION,
    ONE_FORM_ONLY,
    UNIT_SLIP,
    UNKNOWN_TERM,
    Planned,
)
from hcc_sdtm.synthetic.site_101 import block_column
from hcc_sdtm.synthetic.typed_dates import type_plainly


@dataclass(frozen=True)
class Fault:
    """One planted fault: its cell, what was typed there and what is true, all text.

    ``dataset``, ``variable`` and ``keys`` tell the value that the cell gives, ``also`` other values of the same subject
    that it spoils. A whole row too many has no true value.
    """

    fault: str
    site: str
    usubjid: str
    dataset: str
    variable: str
    keys: str
    file: str
    sheet: str
    cell: str
    typed: str
    true_value: str
    also: str = ""
    rule: str = ""


@dataclass(frozen=True)
class _Spot:
    """A planned fault with what its planting needs: the subject, the scan's number and order, the site's forms."""

    planned: Planned
    study: KnownStudy
    forms: Mapping[str, Form]

    @property
    def site(self) -> str:
        return self.planned.site

    @property
    def usubjid(self) -> str:
        return str(self.study.subjects["USUBJID"].to_numpy()[self.planned.row])

    @property
    def visit(self) -> str:
        return str(self.study.scans["VISITNUM"].to_numpy()[self.planned.scan])

    @property
    def order(self) -> int:
        return int(self.study.scans["ORDER"].to_numpy()[self.planned.scan])

    def known(self, name: str) -> str:
        """The subject's date as written."""
        return str(self.study.known[name].to_numpy()[self.planned.row])

    def first_row(self, form: Form) -> int:
        """The subject's first row in the form."""
        return int(form.rows_of(self.usubjid)[0])

    def visit_row(self, form: Form) -> int:
        """The subject's row of the scan in the form."""
        return int(form.rows_of(self.usubjid, VISITNUM=self.visit)[-1])

    def fault(
        self, form: Form, position: int, column: str, value: str, keys: str = "", true_value: str = "", also: str = ""
    ) -> Fault:
        """The fault at a cell as it now stands; ``value`` is dataset and variable with a dot between."""
        sheet, cell = form.place(position, column)
        dataset, _, variable = value.partition(".")
        kind, usubjid = self.planned.kind, str(form.usubjid[position])
        typed = cell_text(form.value(position, column))
        return Fault(
            kind, self.site, usubjid, dataset, variable, keys, form.file, sheet, cell, typed, true_value, also, kind
        )


def plant_faults(study: KnownStudy, planned: list[Planned], forms: Mapping[str, Mapping[str, Form]]) -> pd.DataFrame:
    """Writes every planned fault into its form, and lists with them the ambiguous dates that stand there already.

    One row a fault: the fields of `Fault` in capitals.
    """
    faults = [PLANTERS[one.kind](_Spot(one, study, forms[one.site])) for one in planned]
    outside = forms["103"]["afp_outside"]
    for position in np.flatnonzero(outside.keys["AMBIGUOUS"].to_numpy(dtype=bool)):
        keys = outside.keys.to_dict("records")[int(position)]
        spot = _Spot(Planned(AMBIGUOUS, "103", -1), study, forms["103"])
        faults.append(
            spot.fault(outside, int(position), "outside_date", "LB.LBDTC", f"VISITNUM={keys['VISITNUM']}", keys["DATE"])
        )
    names = [field.name for field in fields(Fault)]
    rows = [[getattr(fault, name) for name in names] for fault in faults]
    return pd.DataFrame(rows, columns=[name.upper() for name in names], dtype=object)


def cell_text(value: Any) -> str:
    """Text of a typed value as a reader of the file sees it."""
    if isinstance(value, MonthCell):
        return value.first_day.isoformat()[:7]
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _impossible_date(spot: _Spot) -> Fault:
    form, column = {"101": ("入组", "出生日期"), "102": ("Enrolment", "Date of birth")}[spot.site]
    true = spot.known("BIRTH")
    position = spot.first_row(spot.forms[form])
    typed = f"{true[:4]}-02-30" if spot.site == "101" else f"31/06/{true[:4]}"
    spot.forms[form].overwrite(position, column, typed)
    return spot.fault(spot.forms[form], position, column, "DM.BRTHDTC", "", true)


def _early_death(spot: _Spot) -> Fault:
    form, column = {"101": ("随访", f"结局{LEVEL}死亡日期"), "102": ("Follow-up", "Date of death")}[spot.site]
    position = spot.first_row(spot.forms[form])
    spot.forms[form].overwrite(position, column, type_plainly(spot.planned.date, spot.site))
    return spot.fault(spot.forms[form], position, column, "DM.DTHDTC", "", spot.known("SEENDEATH"), "SS.SSDTC")


def _late_response(spot: _Spot) -> Fault:
    form, column = {"103": ("response", "scan_date"), "102": ("Response", "Scan date")}[spot.site]
    position = spot.visit_row(spot.forms[form])
    spot.forms[form].overwrite(position, column, type_plainly(spot.planned.date, spot.site))
    true = str(spot.study.scans["DATE"].to_numpy()[spot.planned.scan])
    return spot.fault(spot.forms[form], position, column, "RS.RSDTC", f"VISITNUM={spot.visit}", true)


def _no_lesion(spot: _Spot) -> Fault:
    """Nothing is overwritten: the new lesion was left out before the forms were written."""
    keys = f"VISITNUM={spot.visit};RSCAT=RECIST 1.1"
    if spot.site == "101":
        form, column = spot.forms["随访"], block_column(spot.order, "RECIST 1.1疗效")
        return spot.fault(form, spot.first_row(form), column, "RS.RSSTRESC", keys, "PD")
    form = spot.forms["Response"]
    return spot.fault(form, spot.visit_row(form), "RECIST 1.1", "RS.RSSTRESC", keys, "PD")


def _unit_slip(spot: _Spot) -> Fault:
    """Centimetres in a column of millimetres at site 101, gray in a column of centigray at site 103."""
    if spot.site == "101":
        form, column = spot.forms["随访"], block_column(spot.order, "靶病灶1(mm)")
        position = spot.first_row(form)
        true = form.value(position, column)
        form.overwrite(position, column, number_cells(np.array([true / 10]))[0])
        keys = f"VISITNUM={spot.visit};TRLNKID=T01;TRTESTCD=LDIAM"
        return spot.fault(form, position, column, "TR.TRSTRESN", keys, str(true), "TR.TRORRES TR.TRSTRESC")
    form = spot.forms["radiotherapy"]
    position = spot.first_row(form)
    gray = form.value(position, "dose_cgy") / 100
    form.overwrite(position, "dose_cgy", number_cells(np.array([gray]))[0])
    keys = f"EXLOC={form.keys['LOC'].to_numpy()[position]}"
    return spot.fault(form, position, "dose_cgy", "EX.EXDOSE", keys, number_text(gray))


def _duplicate(spot: _Spot) -> Fault:
    """A second row of the subject at the end, of the other sex and a year older."""
    name, sex, age, sexes = {
        "102": ("Enrolment", "Sex", "Age", ("Male", "Female")),
        "103": ("enrolment", "sex", "age", ("1", "2")),
    }[spot.site]
    form = spot.forms[name]
    values = form.row(spot.first_row(form))
    other = {sex: sexes[values[sex] == sexes[0]], age: values[age] + 1}
    position = form.append({**values, **other}, spot.usubjid)
    return spot.fault(form, position, form.columns[0], "DM.SUBJID", "", "", "DM.SEX DM.AGE")


def _unknown_term(spot: _Spot) -> Fault:
    form, column, typed = {"101": ("入组", "性别", "南"), "103": ("enrolment", "sex", "3")}[spot.site]
    position = spot.first_row(spot.forms[form])
    spot.forms[form].overwrite(position, column, typed)
    true = str(spot.study.subjects["SEX"].to_numpy()[spot.planned.row])
    return spot.fault(spot.forms[form], position, column, "DM.SEX", "", true)


def _one_form_only(spot: _Spot) -> Fault:
    """A row of a subject number that no other form has, otherwise like another subject's row."""
    name, value = {"102": ("Follow-up", "SS.USUBJID"), "103": ("labs", "LB.USUBJID")}[spot.site]
    form = spot.forms[name]
    numbers = spot.study.subjects["NUMBER"].to_numpy()[spot.study.rows_at(spot.site)]
    known = set(form.usubjid)
    stranger = next(
        text
        for number in range(len(numbers) + 40, len(numbers) + 40 + len(known) + 1)
        if f"RTHCC-{spot.site}-{(text := str(number).zfill(len(numbers[0])))}" not in known
    )
    column = form.columns[0]
    # a subject of a large study may have no row in this form; any other row serves as well
    rows = form.rows_of(spot.usubjid)
    values = {
        **form.row(int(rows[0]) if len(rows) else 0),
        column: stranger if spot.site == "102" else f"{spot.site}-{stranger}",
    }
    position = form.append(values, f"RTHCC-{spot.site}-{stranger}")
    return spot.fault(form, position, column, value)


PLANTERS: Mapping[str, Callable[[_Spot], Fault]] = {
    IMPOSSIBLE: _impossible_date,
    EARLY_DEATH: _early_death,
    LATE_RESPONSE: _late_response,
    NO_LESION: _no_lesion,
    UNIT_SLIP: _unit_slip,
    DUPLICATE: _duplicate,
    UNKNOWN_TERM: _unknown_term,
    ONE_FORM_ONLY: _one_form_only,
}
