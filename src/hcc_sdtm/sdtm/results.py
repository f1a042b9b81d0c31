"""Standardised results of the Findings class where the mapping gives only what was collected (SDTMIG 3.4, 4.5.1).

A value that a mapping rule was meant to give and could not (an unknown term) stays missing: nothing is filled in over it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import PLAN, Dataset, Derivation, format_value
from hcc_sdtm.spec.model import Specs


def derive_test_names(dataset: Dataset, specs: Specs) -> None:
    """Adds --TEST from --TESTCD: the two codelists' terms share their code in controlled terminology."""
    code, name = f"{dataset.name}TESTCD", f"{dataset.name}TEST"
    if code not in dataset.frame or name not in dataset.spec.by_name:
        return
    codes, distinct = pd.factorize(dataset.frame[code])
    names = {
        text: term
        for code_list, name_list in _paired_lists(dataset, specs, code, name)
        for text, nci in specs.codelists[code_list].term_codes.items()
        if (term := specs.codelists[name_list].by_code.get(nci, ""))
    }
    _fill(dataset, name, np.array([names.get(text, "") for text in distinct], dtype=object)[codes], code)


def _paired_lists(dataset: Dataset, specs: Specs, code: str, name: str) -> list[tuple[str, str]]:
    by_name = dataset.spec.by_name
    pairs = [(by_name[code].codelist, by_name[name].codelist)]
    levels = {
        variable: {
            (level.where_variable, level.where_values): level.codelist
            for level in specs.valuelevel
            if (level.dataset, level.variable) == (dataset.name, variable)
        }
        for variable in (code, name)
    }
    pairs += [(codelist, levels[name][where]) for where, codelist in levels[code].items() if where in levels[name]]
    return [(left, right) for left, right in pairs if left and right]


def derive_standard_results(dataset: Dataset) -> None:
    """Adds --STRESN (a collected number), --STRESC (its text, else the collected text) and --STRESU (the collected unit)."""
    prefix, frame, known = dataset.name, dataset.frame, dataset.spec.by_name
    collected, unit = f"{prefix}ORRES", f"{prefix}ORRESU"
    number, text, standard_unit = f"{prefix}STRESN", f"{prefix}STRESC", f"{prefix}STRESU"
    if collected not in frame:
        return
    if number in known:
        codes, distinct = pd.factorize(frame[collected])
        numbers = pd.to_numeric(pd.Series(distinct, dtype=object), errors="coerce").to_numpy(dtype=float)
        _fill(dataset, number, numbers[codes] if len(codes) else np.empty(0), collected)
    if text in known:
        standard = frame[collected].to_numpy(dtype=object)
        if number in frame:
            codes, distinct = pd.factorize(frame[number], use_na_sentinel=False)
            texts = np.array([format_value(value) for value in distinct], dtype=object)
            as_text = texts[codes] if len(codes) else standard
            standard = np.where(as_text != "", as_text, standard)
        _fill(dataset, text, standard, number if number in frame else collected)
    if standard_unit in known and unit in frame:
        _fill(dataset, standard_unit, frame[unit].to_numpy(dtype=object), unit)


def _fill(dataset: Dataset, variable: str, values: np.ndarray, source: str) -> None:
    """Puts the values where the record's plan has no rule for the variable."""
    frame = dataset.frame
    plans = dataset.lineage.plans if dataset.lineage else []
    mapped = np.array([variable in plan.rules for plan in plans] + [False])[frame[PLAN].to_numpy()]
    if variable in frame:
        values = np.where(mapped, frame[variable].to_numpy(), values)
    frame[variable] = values.astype(float) if dataset.spec.by_name[variable].is_numeric else values
    dataset.derivations[variable] = Derivation(f"from {source}", (source,))
