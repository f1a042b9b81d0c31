"""Site spreadsheets in; SDTM datasets, findings at their cell, ADaM datasets and a trial's endpoints out.

``run`` does everything, ``derive`` makes the analysis datasets of anyone's SDTM, ``estimate`` the
endpoints of anyone's ADaM, ``schema`` gives a dataset's pandera schema;
``dates``, ``adam`` and ``endpoints`` are usable on their own.
Nothing heavy is imported before it is asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["adam", "dates", "derive", "endpoints", "estimate", "run", "schema"]

_HOMES = {
    "derive": ("hcc_sdtm.pipeline", "derive"),
    "estimate": ("hcc_sdtm.pipeline", "estimate"),
    "run": ("hcc_sdtm.pipeline", "run"),
    "schema": ("hcc_sdtm.checks.schemas", "schema"),
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        module, attribute = _HOMES[name]
        return getattr(importlib.import_module(module), attribute)
    if name in __all__:
        return importlib.import_module(f"hcc_sdtm.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
