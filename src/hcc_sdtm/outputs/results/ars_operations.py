"""Methods and their operations (ARS 1.0, AnalysisMethod and Operation): one operation for each number that a method gives.

A row of the results is a value, and where they are given its limits, its bounds over the unknown dates and the time that the
data set for it: an operation each. Its identifier says the measure, the time that was asked for, the cause and which it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hcc_sdtm.endpoints.listed import MEASURES, NOT_ESTIMABLE
from hcc_sdtm.number_text import number_text
from hcc_sdtm.outputs.results.ard import plain_number, result_text
from hcc_sdtm.outputs.results.ars_identifiers import Identifiers

Object = dict[str, Any]

PARTS = {
    "value": "",
    "lower": "lower confidence limit",
    "upper": "upper confidence limit",
    "least": "smallest value over all admissible completions of unknown dates",
    "greatest": "largest value over all admissible completions of unknown dates",
    "time": "time that the data set",
}
"""What an operation gives of a row of the results, by the column that has it."""

WITH_LIMITS = re.compile(r"(\S+) \((\S+) to (\S+)\)")
ROLES = {"number": "NUMERATOR", "subjects": "DENOMINATOR"}
"""What a proportion is made of, by measure (ARS 1.0, OperationRoleEnum)."""


@dataclass(frozen=True, slots=True)
class OperationKey:
    """What tells the operations of a method apart; ``time`` is NaN-free: None where none was asked for."""

    method: str
    measure: str
    time: float | None
    cause: str
    part: str


class Operations:
    """The operations of every method that the results name, in the order of the results."""

    def __init__(self, results: pd.DataFrame, asked_times: Mapping[str, frozenset[float]]) -> None:
        """``asked_times`` has the times that each endpoint's spec names; another time is one that the data set."""
        self._asked = asked_times
        self._identifiers = Identifiers()
        self._rows: dict[OperationKey, Mapping[Any, Any]] = {}
        for row in results.to_dict("records"):
            for key in self._keys(row):
                self._rows.setdefault(key, row)
        self._by_method: dict[str, list[OperationKey]] = {}
        for key in self._rows:
            self._by_method.setdefault(key.method, []).append(key)

    def method_id(self, method: str) -> str:
        """The identifier of a method, by its words."""
        return self._identifiers.of(("method", method), "MT", method.split(";")[0], method.partition(";")[2])

    def methods(self) -> list[Object]:
        """The methods, each with its operations."""
        return [
            {
                "name": method,
                "id": self.method_id(method),
                "label": method.split(";")[0],
                "operations": [self._operation(key, order) for order, key in enumerate(keys, start=1)],
            }
            for method, keys in self._by_method.items()
        ]

    def results(self, row: Mapping[Any, Any]) -> Iterator[Object]:
        """The results of one row: its value and whatever of the other parts it has."""
        shown = _shown(row)
        for key in self._keys(row):
            result: Object = {"operationId": self._id(key)}
            number = plain_number(row[key.part])
            if number is not None:
                result["rawValue"] = str(number)
            yield result | {"formattedValue": shown[key.part]}

    def relationships(self, method: str) -> list[str]:
        """The identifiers of the relationships of a method: which operations a proportion is made of."""
        keys = self._by_method[method]
        return [each["id"] for key in keys for each in self._relationships(key)]

    def _keys(self, row: Mapping[Any, Any]) -> Iterator[OperationKey]:
        time = row["time"] if math.isfinite(row["time"]) else None
        is_asked = time is None or time in self._asked.get(row["endpoint"], frozenset())
        has = {
            "value": True,
            "lower": math.isfinite(row["lower"]) or math.isfinite(row["upper"]),
            "least": bool(row["bound"]),
            "time": not is_asked,
        }
        for part in PARTS:
            if has[{"upper": "lower", "greatest": "least"}.get(part, part)]:
                yield OperationKey(row["method"], row["measure"], time if is_asked else None, row["cause"], part)

    def _id(self, key: OperationKey) -> str:
        time = f"at {key.time:g}".replace(".", "p") if key.time is not None else ""
        part = "" if key.part == "value" else key.part
        return self._identifiers.of(key, self.method_id(key.method), key.measure, time, key.cause, part)

    def _operation(self, key: OperationKey, order: int) -> Object:
        at = f" at {key.time:g}" if key.time is not None else ""
        name = f"{key.measure}{at}{': ' + key.cause if key.cause else ''}"
        operation: Object = {
            "name": f"{name}, {PARTS[key.part]}" if PARTS[key.part] else name,
            "id": self._id(key),
            "order": order,
            "description": MEASURES[key.measure],
        }
        relationships = self._relationships(key)
        return operation | ({"referencedOperationRelationships": relationships} if relationships else {})

    def _relationships(self, key: OperationKey) -> list[Object]:
        if key.measure != "proportion" or key.part != "value" or key.cause:
            return []
        parts = [OperationKey(key.method, measure, None, "", "value") for measure in ROLES]
        return [
            {
                "id": f"{self._id(key)}_{ROLES[part.measure].lower()}",
                "referencedOperationRole": {"controlledTerm": ROLES[part.measure]},
                "operationId": self._id(part),
            }
            for part in parts
            if part in self._rows
        ]


def _shown(row: Mapping[Any, Any]) -> dict[str, str]:
    """Each part of a row as a reader is shown it; what the row's own text does not have, with as many decimals as that."""
    text = result_text(row)
    found = WITH_LIMITS.fullmatch(text)
    value, lower, upper = found.groups() if found else (text, "", "")
    fraction = re.match(r"-?\d+\.(\d+)", value)
    decimals = len(fraction[1]) if fraction else 0 if value != NOT_ESTIMABLE else 1
    others = {part: number_text(row[part], decimals) for part in ("lower", "upper", "least", "greatest")}
    shown = others | {"value": value, "time": number_text(row["time"])}
    return shown | ({"lower": lower, "upper": upper} if found else {})
