"""The results of a folder of outputs as data, and as a program that calls the command wants them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from hcc_sdtm.endpoints.listed import Estimates
from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.made import Made
from hcc_sdtm.outputs.results.ard import write_ard
from hcc_sdtm.outputs.results.ars import write_ars
from hcc_sdtm.outputs.results.tie_out_file import write_tie_out
from hcc_sdtm.spec.endpoints import EndpointList


def write_results(
    folder: Path,
    estimates: Estimates,
    tie_out: pd.DataFrame,
    endpoints: EndpointList,
    facts: Facts,
    timestamp: datetime,
    made: Sequence[Made],
    listed_in: str,
) -> None:
    """Writes ard.json, ars.json and tie_out.csv into a folder that exists.

    ``made`` are the tables and figures of the outputs, ``listed_in`` the file that lists the endpoints.
    """
    write_ard(folder / "ard.json", estimates, facts, timestamp)
    write_ars(folder / "ars.json", estimates.results, endpoints, facts, made, listed_in)
    write_tie_out(folder / "tie_out.csv", tie_out)


def render_results_json(findings: pd.DataFrame, estimates: Estimates, tie_out: pd.DataFrame) -> str:
    """Counts of findings by severity and rule, the results, one object a statistic (what is missing is null), and how many
    numbers were computed by a second route, and agree."""
    counts = findings.groupby(["severity", "rule"]).size().reset_index(name="count")
    results = json.loads(estimates.results.to_json(orient="records", double_precision=15))
    agree = {"numbers": len(tie_out), "agree": int(tie_out["agrees"].sum()) if len(tie_out) else 0}
    printed = {"findings": counts.to_dict("records"), "endpoints": results, "tie_out": agree}
    return json.dumps(printed, ensure_ascii=False, indent=1)
