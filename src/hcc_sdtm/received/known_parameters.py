"""What received analysis datasets say of their parameters, as the names that a list of endpoints may lean on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from hcc_sdtm.problem import Problem
from hcc_sdtm.received.analysis_datasets import AnalysisDatasets
from hcc_sdtm.received.received import Received
from hcc_sdtm.source import Source
from hcc_sdtm.spec.endpoint_list import KnownNames, KnownParameter
from hcc_sdtm.spec.yaml_file import YamlFile

UNITS = {"day": "days", "week": "weeks", "month": "months", "year": "years"}
IN_LABEL = re.compile(r"\(\s*(?:in\s+)?(day|week|month|year)s?\s*\)\s*$", re.IGNORECASE)
WITHOUT_TIME = ("proportion", "categories")


def known_names(chosen: AnalysisDatasets) -> KnownNames:
    """The parameters of the data by PARAMCD, and the variables of ADSL.

    The unit of a time is that of AVALU, else what PARAM ends with ("Overall Survival (Months)"), else not known.
    """
    adtte, adrs = chosen.frame("ADTTE"), chosen.frame("ADRS")
    columns = [name for name in ("AVALU", "PARAM") if name in adtte]
    distinct = adtte[["PARAMCD", *columns]].drop_duplicates()
    units: dict[str, set[str]] = {str(code): set() for code in distinct["PARAMCD"] if code}
    for row in distinct.to_dict("records"):
        if row["PARAMCD"]:
            units[str(row["PARAMCD"])] |= _units(row)
    parameters = {
        code: KnownParameter(unit=next(iter(found)) if len(found) == 1 else "") for code, found in units.items()
    }
    others = {str(code): KnownParameter() for code in pd.unique(adrs["PARAMCD"]) if code}
    return KnownNames(parameters, others, list(chosen.frame("ADSL").columns))


def unit_problems(chosen: AnalysisDatasets, known: KnownNames, received: Received, file: YamlFile) -> Iterator[Problem]:
    """A problem for each endpoint whose time has no unit, and for each of its parameters that has several."""
    adtte = chosen.frame("ADTTE")
    for number, written in enumerate(file.data["endpoints"]):
        code = written.get("parameter", "")
        if written.get("estimator") in WITHOUT_TIME or code not in known.adtte:
            continue
        if "AVALU" in adtte:
            texts = sorted({str(text) for text in adtte.loc[adtte["PARAMCD"] == code, "AVALU"].unique() if text})
            if len({_unit(text) for text in texts}) > 1:
                message = f"AVALU of {code} is {', '.join(texts)}; one parameter has one unit"
                yield Problem(Source(received.metadata[chosen.datasets["ADTTE"].name].file), message)
                continue
        if not known.adtte[code].unit and not written.get("unit"):
            message = f'say the unit of {code} ("unit: days"), which neither AVALU nor PARAM of the data says'
            yield Problem(file.source(("endpoints", number, "parameter")), message)


def _units(row: Mapping[Any, Any]) -> set[str]:
    if row.get("AVALU"):
        return {_unit(str(row["AVALU"]))}
    found = IN_LABEL.search(str(row.get("PARAM", "")))
    return {_unit(found[1])} if found else set()


def _unit(text: str) -> str:
    """A unit as endpoints write it: ``MONTH`` and ``Months`` are ``months``."""
    plain = text.strip().casefold()
    return UNITS.get(plain.removesuffix("s"), plain)
