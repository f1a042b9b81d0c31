"""How people type dates: one ISO 8601 text in the styles of each hospital."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.form import MonthCell

Typed = str | datetime.date | MonthCell

MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
TO_FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")

Style = Callable[[str], Typed]


def _parts(iso: str) -> tuple[int, ...]:
    return tuple(int(part) for part in iso.split("-"))


def _real(iso: str) -> Typed:
    return datetime.date.fromisoformat(iso)


def _real_month(iso: str) -> Typed:
    return MonthCell(datetime.date.fromisoformat(iso + "-01"))


def _signs(iso: str) -> str:
    return "".join(f"{part}{sign}" for part, sign in zip(_parts(iso), "年月日", strict=False))


def _dots(iso: str) -> str:
    return ".".join(str(part) for part in _parts(iso))


def _hyphens(iso: str) -> str:
    return "-".join(str(part) for part in _parts(iso))


def _wide(iso: str) -> str:
    return iso.translate(TO_FULL_WIDTH)


def _day_first(iso: str) -> str:
    year, month, day = (*iso.split("-"), "UN", "UN")[:3]
    return f"{day}/{month}/{year}"


def _day_first_named(iso: str) -> str:
    year, month = _parts(iso)[:2]
    return f"UNK-{MONTH_NAMES[month - 1]}-{year}"


def _month_first(iso: str) -> str:
    year, month, day = (*iso.split("-"), "UN", "UN")[:3]
    return f"{month}/{day}/{year}"


STYLES: dict[str, dict[int, tuple[tuple[Style, ...], tuple[float, ...]]]] = {
    # by the length of the ISO text: styles and their shares
    "101": {
        10: ((_real, _signs, _dots, _hyphens, _wide), (0.45, 0.22, 0.20, 0.08, 0.05)),
        7: ((_real_month, _hyphens, _signs), (0.45, 0.35, 0.20)),
        4: ((_signs, str), (0.5, 0.5)),
    },
    "102": {
        10: ((_day_first,), (1.0,)),
        7: ((_day_first, _day_first_named), (0.5, 0.5)),
        4: ((_day_first,), (1.0,)),
    },
    "103": dict.fromkeys((10, 7, 4), ((_month_first,), (1.0,))),
}


def type_dates(dates: Sequence[str] | np.ndarray | pd.Series, site: str, generator: np.random.Generator) -> np.ndarray:
    """Each ISO 8601 text as someone at the site types it; ``""`` stays empty. Each distinct text is rendered once a style."""
    texts = np.asarray(dates, dtype=object)
    draw = generator.random(len(texts))
    codes, distinct = pd.factorize(texts)
    lengths = np.array([len(text) for text in distinct], dtype=int)
    typed = np.full(len(texts), "", dtype=object)
    for length, (styles, shares) in STYLES[site].items():
        which = np.searchsorted(np.cumsum(shares)[:-1], draw, side="right")
        fitting = lengths[codes] == length if len(codes) else np.zeros(0, dtype=bool)
        for number, style in enumerate(styles):
            here = fitting & (which == number)
            rendered = np.full(len(distinct), "", dtype=object)
            for code in np.unique(codes[here]):
                rendered[code] = style(distinct[code])
            typed[here] = rendered[codes[here]]
    return typed


def type_plainly(iso: str, site: str) -> str:
    """One date as text in the site's usual style."""
    return {"101": _dots, "102": _day_first, "103": _month_first}[site](iso)
