"""Cox regression by lifelines, Efron's method for ties. Cox 1972; Efron 1977."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from lifelines.exceptions import ConvergenceWarning, StatisticalWarning
from numpy.typing import ArrayLike

from hcc_sdtm.endpoints.estimate_warning import warn
from hcc_sdtm.endpoints.hazard_ratio import LARGEST, CoxModel, doubts
from hcc_sdtm.endpoints.risk_sets import build_risk_sets, read_events, read_groups, read_numbers


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: Mapping[str, ArrayLike] | pd.DataFrame,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxModel:
    """Hazard ratios of numeric covariates (a group of two as 0 and 1), Efron's method for ties, with Wald limits.

    Raises ValueError as `log_rank` does, for a covariate that is missing somewhere or the same for everybody, and for a
    study without any event.
    """
    times = read_numbers(time)
    events = read_events(event, len(times))
    entries = None if entry is None else read_numbers(entry)
    build_risk_sets(times, entries)
    if not events.any():
        raise ValueError("there is no event, so there is no hazard ratio")
    columns = {str(name): read_numbers(values) for name, values in dict(covariates).items()}
    for name, values in columns.items():
        if len(values) != len(times):
            raise ValueError(f"time has {len(times)} values and {name} {len(values)}")
        if not np.isfinite(values).all():
            raise ValueError(
                f"{name}[{int(np.flatnonzero(~np.isfinite(values))[0])}] is missing; leave the subject out"
            )
        if (values == values[0]).all():
            raise ValueError(f"{name} is {values[0]:g} for everybody, so there is nothing to compare")
    frame = pd.DataFrame({f"x{number}": values for number, values in enumerate(columns.values())})
    frame["time"], frame["event"] = times, events
    # by itself lifelines stops at five digits
    options: dict[str, Any] = {"fit_options": {"precision": 1e-10, "r_precision": 0.0}}
    if entries is not None:
        frame["entry"] = entries
        options["entry_col"] = "entry"
    if strata is not None:
        frame["stratum"] = read_groups("strata", strata, len(times))[0]
        options["strata"] = ["stratum"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted = CoxPHFitter(alpha=1 - level).fit(frame, "time", "event", **options)
    trouble = any(issubclass(each.category, (ConvergenceWarning, StatisticalWarning)) for each in caught)
    settled = not trouble and bool(
        np.abs(fitted.params_.to_numpy() * frame[fitted.params_.index].std()).max() <= LARGEST
    )
    said = doubts(int(events.sum()), len(columns), settled)
    warn(said)
    summary = fitted.summary
    limits = np.exp(fitted.confidence_intervals_.to_numpy())
    ratios = {
        "covariate": list(columns),
        "hazard_ratio": summary["exp(coef)"].to_numpy(),
        "lower": limits[:, 0],
        "upper": limits[:, 1],
        "coefficient": summary["coef"].to_numpy(),
        "se": summary["se(coef)"].to_numpy(),
        "z": summary["z"].to_numpy(),
        "p": summary["p"].to_numpy(),
    }
    return CoxModel(ratios, len(times), int(events.sum()), said)
