"""What received analysis datasets say of their parameters, as the names that a list of endpoints may lean on."""

from __future__ import annotations

import re
from collections.abc import Iterator

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

    The unit of a time is that of AVALU or what PARAM ends with ("Overall Survival (Months)"); without either, or where they
    differ, it is not known.
    """
    adtte, adrs = chosen.frame("ADTTE"), chosen.frame("ADRS")
    units = _units(adtte)
    parameters = {
        code: KnownParameter(unit=next(iter(found)) if len(found) == 1 else "") for code, found in units.items()
    }
    others = {str(code): KnownParameter() for code in pd.unique(adrs["PARAMCD"]) if code}
    return KnownNames(parameters, others, list(chosen.frame("ADSL").columns))


def unit_problems(chosen: AnalysisDatasets, known: KnownNames, received: Received, file: YamlFile) -> Iterator[Problem]:
    """A problem for each endpoint whose time has no unit, or several by what AVALU and PARAM say."""
    units = _units(chosen.frame("ADTTE"))
    for number, written in enumerate(file.data["endpoints"]):
        code = written.get("parameter", "")
        if written.get("estimator") in WITHOUT_TIME or code not in known.adtte:
            continue
        if len(units[code]) > 1:
            said = " and ".join(f"{unit} by {text}" for unit, text in sorted(units[code].items()))
            message = f"the unit of {code} is {said}; one parameter has one unit"
            yield Problem(Source(received.metadata[chosen.datasets["ADTTE"].name].file), message)
        elif not units[code] and not written.get("unit"):
            message = f'say the unit of {code} ("unit: days"), which neither AVALU nor PARAM of the data says'
            yield Problem(file.source(("endpoints", number, "parameter")), message)


def _units(adtte: pd.DataFrame) -> dict[str, dict[str, str]]:
    """For each PARAMCD the units that AVALU and the ends of PARAM say, each with the text that says it."""
    columns = [name for name in ("AVALU", "PARAM") if name in adtte]
    distinct = adtte[["PARAMCD", *columns]].drop_duplicates()
    units: dict[str, dict[str, str]] = {str(code): {} for code in distinct["PARAMCD"] if code}
    for row in distinct[distinct["PARAMCD"] != ""].to_dict("records"):
        found = units[str(row["PARAMCD"])]
        if row.get("AVALU"):
            found.setdefault(_unit(str(row["AVALU"])), f'AVALU "{row["AVALU"]}"')
        if label := IN_LABEL.search(str(row.get("PARAM", ""))):
            found.setdefault(_unit(label[1]), f'PARAM "{row["PARAM"]}"')
    return units


def _unit(text: str) -> str:
    """A unit as endpoints write it: ``MONTH`` and ``Months`` are ``months``."""
    plain = text.strip().casefold()
    return UNITS.get(plain.removesuffix("s"), plain)
