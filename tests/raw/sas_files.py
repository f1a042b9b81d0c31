"""SAS files made for the tests: a small dataset written by ReadStat, and transport files that pyreadstat writes."""

import base64
import zlib

import numpy as np
import pyreadstat

ENCODING_BYTE = 70
UTF_8, WINDOWS_1252 = 20, 62

VISIT = zlib.decompress(
    base64.b64decode(
        """
        eNrtWU1ME0EUftuWUn4CLTSRg9ENeuCgm122EjixNSxSU9CkK+FgopVWXEOKkZJwE08aQ2JiPIh64GJCIjdOmGgaL3ojXowHMcboxRMXRECpu7
        Oz7e4LhZqK8We+ZDP7vnnv7dv52XkzC1DE88/Xzy+EQ0tP7wSg5oU03XIwGJJbQZY5j8RZKmEAL+fiZe6QDOEw8F7O9pOIJvjeWFwdjCViGl8a
        sAt6olrUocdvBN5FHaUbQeviEN0liBFR6j8W1zMTkw5eFiRREI9KUocoSJIgYXeTnR3nOiIuio8PjKn2hfXvPXm7heJkYGBgYGBgYGBgYGBgYP
        hjMFPct7qw5KU3nmZoNIo39ZbY5nXr5Sjfguwv1VrlkMfNz9VQO5ugG3aN8hriXwaschrxU5TvQ7xCeQW/UAk+V709P1WCV0rwUILP+XfmUfj0
        4QNEPXfjtVnOri0so/OElW5RlBwnKaPpZErPjOxwynJ/xsRiNxFumn4VedP2+2HZDk8RxfaCZTapj5Z1evPs6zVSPjJL5bEd78q+VaUYr1yw/L
        h4+9OtB2X4fWX5fU/aIVhsh/VVR7wRvjywuc7A8K9hazNP8LvsZ6GqIvu74K/IfgrqKrK/Qp6fgtqK2i8ODRXZR6DJtrfM8/ZR+5HCclpnrInV
        BQsf4fyk9TnDCsCdiHyjfuwz/jZakvTE53GnAT7OTgcKchDJLUjmkWzHewD5N0FDyRfX/CO01/to1GfpKJqk/DSVH9L6OfK+TnynPueLVBivcO
        b/koSmnh7Ux/XsOEDizPGTsR6jnLhwOT2c5WOpdCarX9TTVwGiJ1SIjqT5ZJYfHsuMGxUAg7FEj5l/EXs+lcymyT8YtUugdf2WrMX61XZRMDmT
        AlPuNHQS6pB59Rq3MHBKU7froHlHfzrSpl+O+mr3uLDzKz/Kt/yofTkUH5bzSK8K6VWhcc2h98QynT67zp+NMvXW85V9D/82fDGw3ThaM0AyTy
        qHUH1IbLX2J6h/S6T1jplsoZBOBt31jWic5P+z/tir/ejPwp5nHiQ3IDmI5GYkB/bsTQNkzB0mX6Cw4zn15H5/mU/2GZFyho8mFyu41k3YYav5
        A6mWaSc=
        """
    )
)
"""A dataset VISIT of four rows: SUBJID, AGE, VISDT (DATE9.), VISDTM (DATETIME20.), VISTM (TIME8.), SEX (SEXF.), NOTE.

AGE is .A in the third row and missing in the fourth, VISDT is .Z in the third and has half a day in the fourth.
"""

NOTE = "乏力".encode()


def with_note(note: bytes, encoding: int = UTF_8) -> bytes:
    """The dataset with another text in NOTE, and the encoding that its header says."""
    content = bytearray(VISIT.replace(NOTE, note.ljust(len(NOTE))))
    content[ENCODING_BYTE] = encoding
    return bytes(content)


def transport(folder, frame, version=5, table="VISIT", labels=None, formats=None):
    """Bytes of a transport file with the frame."""
    path = folder / "made.xpt"
    pyreadstat.write_xport(
        frame,
        str(path),
        table_name=table,
        file_format_version=version,
        column_labels=labels,
        variable_format=formats,
    )
    return path.read_bytes()


def joined(first: bytes, second: bytes) -> bytes:
    """One transport library with the datasets of two."""
    return first + second[240:]


def ibm(value: float) -> bytes:
    """A number as IBM floating point of 8 bytes, by the definition: sign, exponent of 16 in excess 64, 56 bits of fraction."""
    if value == 0:
        return bytes(8)
    sign, size, exponent = (0x80 if value < 0 else 0), abs(value), 64
    while size >= 1:
        size, exponent = size / 16, exponent + 1
    while size < 1 / 16:
        size, exponent = size * 16, exponent - 1
    return bytes([sign | exponent]) + int(size * 2**56).to_bytes(7, "big")


def cells(values) -> np.ndarray:
    """The numbers as rows of bytes."""
    return np.frombuffer(b"".join(map(ibm, values)), dtype=np.uint8).reshape(len(values), 8)
