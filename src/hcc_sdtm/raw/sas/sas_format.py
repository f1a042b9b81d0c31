"""What a SAS format says of the number under it: a date, a time, a date with time, padded digits, or the site's own texts.

Knows the formats that come with SAS by name. Does not know those that a site makes itself: their texts lie in a catalog
beside the data.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hcc_sdtm.raw.grid import cell_text, number_text
from hcc_sdtm.raw.number_format import FULL, NumberFormat

DAY_ZERO = dt.date(1960, 1, 1)
DAY_SECONDS = 86_400

_FORMAT = re.compile(r"(?P<name>\$?[A-Z0-9_]*[A-Z_])?(?P<width>\d*)(?:\.(?P<decimals>\d*))?")
_DATES = {
    "YMD": """
        DATE DAY DDMMYY DOWNAME MMDDYY YYMMDD E8601DA B8601DA IS8601DA WEEKDATE WEEKDATX WEEKDAY WEEKU WEEKV WEEKW
        WORDDATE WORDDATX JULDAY JULIAN MONNAME MONTH QTR QTRR PDJULG PDJULI MINGUO NENGO HDATE HEBDATE NLDATE NLDATEL
        NLDATEM NLDATES NLDATEMD NLDATEMDL NLDATEMDM NLDATEMDS NLDATEMN NLDATEW NLDATEWN EURDFDD EURDFDE EURDFDN
        EURDFDWN EURDFMN EURDFWDX EURDFWKX""",
    "YM": "MONYY MMYY YYMM YYMON NLDATEYM NLDATEYML NLDATEYMM NLDATEYMS EURDFMY",
    "Y": "YEAR YYQ YYQR NLDATEYQ NLDATEYR NLDATEYW",
}
_MOMENTS = {
    "YMDhs": """
        DATETIME DATEAMPM MDYAMPM E8601DT E8601DX E8601DZ E8601LX B8601DT B8601DX B8601DZ B8601LX IS8601DT IS8601DZ
        NLDATM NLDATMAP NLDATML NLDATMM NLDATMS NLDATMW EURDFDT YMDDTTM""",
    "YMD": "DTDATE DTWKDATX E8601DN B8601DN IS8601DN",
    "YM": "DTMONYY",
    "Y": "DTYEAR DTYYQC",
    "hs": "TOD NLDATMTM",
}
_TIMES = """
    TIME TIMEAMPM HHMM HOUR MMSS E8601LZ E8601TM E8601TX E8601TZ B8601LZ B8601TM B8601TX B8601TZ IS8601TM IS8601TZ
    NLTIME NLTIMAP"""
_PLAIN = """
    BEST BESTD BESTX D E F COMMA COMMAX DOLLAR DOLLARX EURO EUROX NEGPAREN NUMX PERCENT PERCENTN PVALUE ROMAN WORDF
    WORDS YEN Z HEX BINARY OCTAL FRACT SSN FLOAT IEEE IB IBR PIB PIBR RB PD PK ZD SIZEK SIZEKB SIZEKMG BESTN ODDSR
    $ $CHAR $F $ASCII $BASE64X $BINARY $EBCDIC $HEX $KANJI $KANJIX $MSGCASE $N8601B $N8601E $OCTAL $QUOTE $REVERJ
    $REVERS $UPCASE $VARYING $UCS2B $UCS2L $UCS4B $UCS4L $UESC $UNCR $UPAREN $UTF8X"""
_SEPARATED = re.compile(r"(DDMMYY|MMDDYY|YYMMDD|MMYY|YYMM|YYQ|YYQR|YYQZ)[BCDNPSZ]")
_FAMILIES = re.compile(r"\$?(NLMNY|NLMNL|NLNUM|NLPCT|NLBEST|NLD|S370F|VAXRB|VMSZN|UCS|UTF|LOG|BID)[A-Z0-9]*")


@dataclass(frozen=True)
class SasFormat:
    """``kind`` is ``date`` (days), ``moment`` (seconds since day 0), ``time`` (seconds), ``padded``, ``own`` or ``""``.

    ``shown`` says which parts of a date are seen; ``own`` formats come from the site's catalog, ``""`` is a plain number.
    """

    kind: str = ""
    shown: NumberFormat = FULL
    width: int = 0


def _by_name() -> dict[str, SasFormat]:
    found = {name: SasFormat("date", NumberFormat(shows)) for shows, names in _DATES.items() for name in names.split()}
    for shows, names in _MOMENTS.items():
        found |= {name: SasFormat("moment", NumberFormat(shows)) for name in names.split()}
    found |= dict.fromkeys(_TIMES.split(), SasFormat("time", NumberFormat("hs")))
    return found | dict.fromkeys(_PLAIN.split(), SasFormat())


_KNOWN = _by_name()


@lru_cache(maxsize=4096)
def parse_sas_format(text: str) -> SasFormat:
    """The format as a file writes it: ``DATE9.``, ``DATETIME20``, ``Z6.``, ``SEXF.``; ``""`` is a plain number."""
    match = _FORMAT.fullmatch(text.strip().upper())
    name = (match["name"] or "") if match else text
    if match is None or not name:
        return SasFormat() if match else SasFormat("own")
    if name == "Z" and not int(match["decimals"] or 0):
        return SasFormat("padded", width=int(match["width"] or 1))
    separated = _SEPARATED.fullmatch(name)
    plain = separated[1] if separated else name
    if plain in _KNOWN:
        return _KNOWN[plain]
    return SasFormat() if _FAMILIES.fullmatch(name) else SasFormat("own")


def format_number(value: float, shape: SasFormat) -> tuple[str, str]:
    """Text of a number under a format, and what is doubtful about it (``""``: nothing).

    A date is ISO 8601 text cut to what its format shows; midnight beside a date is left out. A number that is no date stays a
    number, a date with a part of a day is that day.
    """
    if shape.kind == "padded" and value >= 0 and value == int(value):
        return str(int(value)).zfill(shape.width), ""
    if shape.kind not in ("date", "moment", "time"):
        return number_text(value), ""
    try:
        if shape.kind == "time":
            is_of_day = 0 <= value < DAY_SECONDS - 0.5
            moment = dt.timedelta(seconds=value)
            return cell_text((dt.datetime.min + moment).time() if is_of_day else moment, shape.shown), ""
        if shape.kind == "date":
            day = DAY_ZERO + dt.timedelta(days=int(np.floor(value)))
            doubt = "" if value == int(value) else "has a part of a day; the day is read"
            return shape.shown.date_text(day), doubt
        moment_of_day = dt.datetime.combine(DAY_ZERO, dt.time()) + dt.timedelta(seconds=value)
        doubt = "is a moment of 1 January 1960; it is rather a number of days" if 0 < value < DAY_SECONDS else ""
        return shape.shown.date_text(moment_of_day), doubt
    except (OverflowError, ValueError):
        return number_text(value), "is no date and stays a number"
