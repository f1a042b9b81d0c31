"""Registered functions that a mapping's ``call`` may name: texts of columns and settings in, a text out.

Each works on one combination of texts and is called once a distinct combination. It gives the value and, where a data
manager should know of something, a doubt in words, which becomes a finding (warning). It raises ValueError with a message
where it cannot give a value, which becomes a finding (error).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

Function = Callable[[tuple[str, ...], Mapping[str, str]], tuple[str, str]]


def response_by_change(texts: tuple[str, ...], settings: Mapping[str, str]) -> tuple[str, str]:
    """Response from a size before and after: CR at nothing left, PR and PD by percent change, SD between.

    Texts: size before, size after, and the response that the site recorded (may be empty). A missing size gives no
    response. Settings: ``partial``, the change in percent at or below which it is PR (-30 for RECIST diameters, -50 for WHO
    and EASL areas); ``progressive``, the change at or above which it is PD (20, 25); ``codes``, what the site's codes would
    mean, as ``1=CR 2=PR 3=SD 4=PD``. A recorded code that means another response is the doubt.
    """
    before_text, after_text, recorded = texts
    if not before_text or not after_text:
        return "", ""
    try:
        before, after = float(before_text), float(after_text)
    except ValueError:
        raise ValueError(f'sizes "{before_text}" and "{after_text}" must be numbers') from None
    if before <= 0 or after < 0:
        raise ValueError(f"a size before of {before:g} and after of {after:g} cannot be compared")
    change = (after - before) / before * 100
    if after == 0:
        response = "CR"
    elif change <= float(settings["partial"]):
        response = "PR"
    else:
        response = "PD" if change >= float(settings["progressive"]) else "SD"
    meant = dict(pair.split("=") for pair in settings["codes"].split()).get(recorded, "no known response")
    if recorded and meant != response:
        return response, (
            f'code "{recorded}" would mean {meant}, but the size went from {before:g} to {after:g} ({change:+.0f} %), which is '
            f"{response}; the response is taken from the sizes"
        )
    return response, ""


FUNCTIONS: Final[Mapping[str, Function]] = {"response_by_change": response_by_change}
COLUMNS: Final[Mapping[str, int]] = {"response_by_change": 3}
"""How many columns each function reads."""

SETTINGS: Final[Mapping[str, frozenset[str]]] = {"response_by_change": frozenset({"partial", "progressive", "codes"})}
"""The settings each function needs, all of them."""
