"""Standardised results of the Findings class where the mapping gives only what was collected (SDTMIG 3.4, 4.5.1).

A value that a mapping rule was meant to give and could not (an unknown term) stays missing: nothing is filled in over it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset, Derivation, format_values
from hcc_sdtm.spec.model import Specs


def derive_test_names(dataset: Dataset, specs: Specs) -> None:
    """Adds --TEST from --TESTCD: the two codelists' terms share their code in controlled terminology."""
    code, name = f"{dataset.name}TESTCD", f"{dataset.name}TEST"
    if code not in dataset.frame or name not in dataset.spec.names:
        return
    codes, distinct = pd.factorize(dataset.frame[code])
    names = {
        text: term
        for code_list, name_list in _paired_lists(dataset, specs, code, name)
        for text, nci in specs.codelists[code_list].term_codes.items()
        if (term := specs.codelists[name_list].by_code.get(nci, ""))
    }
    values = np.array([names.get(text, "") for text in distinct], dtype=object)[codes]
    dataset.fill(name, values, _derived_from(code))


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
    prefix, frame, known = dataset.name, dataset.frame, dataset.spec.names
    collected, unit = f"{prefix}ORRES", f"{prefix}ORRESU"
    number, text, standard_unit = f"{prefix}STRESN", f"{prefix}STRESC", f"{prefix}STRESU"
    if collected not in frame:
        return
    if number in known:
        codes, distinct = pd.factorize(frame[collected])
        numbers = pd.to_numeric(pd.Series(distinct, dtype=object), errors="coerce").to_numpy(dtype=float)
        numbers[~np.isfinite(numbers)] = np.nan
        dataset.fill(number, numbers[codes], _derived_from(collected))
    if text in known:
        standard = frame[collected].to_numpy(dtype=object)
        if number in frame:
            texts = format_values(frame[number])
            standard = np.where(texts != "", texts, standard)
        dataset.fill(text, standard, _derived_from(*((number, collected) if number in frame else (collected,))))
    if standard_unit in known and unit in frame:
        dataset.fill(standard_unit, frame[unit], _derived_from(unit))


def _derived_from(*sources: str) -> Derivation:
    return Derivation(f"from {' or '.join(sources)}", sources)
