"""ard.json: the results as data, one entry a statistic, with the facts that hold for all of them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from hcc_sdtm.endpoints.estimating import NOT_ESTIMABLE


def write_ard(path: Path, results: pd.DataFrame, study_id: str, timestamp: datetime, facts: Mapping[str, str]) -> None:
    """Writes the results frame, a line a statistic, in its own order.

    A value that is not estimable is null, and its text NE. ``facts`` hold for every result: data cut-off,
    banner.
    """
    head = {"study": study_id, "timestamp": timestamp.strftime("%Y-%m-%dT%H:%M:%S"), **facts}
    lines = [
        json.dumps({name: _plain(name, row) for name in results.columns}, ensure_ascii=False, allow_nan=False)
        for row in results.to_dict("records")
    ]
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "results": [\n  ' + ",\n  ".join(lines)
    path.write_text(text + "\n ]\n}\n", encoding="utf-8", newline="\n")


def result_text(row: Mapping[Any, Any]) -> str:
    """What a reader is shown of one result: its text, else its value, else NE."""
    if row["text"]:
        return str(row["text"])
    return NOT_ESTIMABLE if _is_missing(row["value"]) else f"{row['value']:.6g}"


def _plain(name: Any, row: Mapping[Any, Any]) -> Any:
    if name == "text":
        return result_text(row)
    value = row[name]
    if _is_missing(value):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.item() if hasattr(value, "item") else value


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))
