"""How far the unknown dates could move each statistic: its smallest and largest value over all admissible completions."""

from __future__ import annotations

from hcc_sdtm.endpoints.bounds.adding import add_bounds

__all__ = ["add_bounds"]
