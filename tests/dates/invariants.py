"""What holds of every reading, whatever the text."""

from __future__ import annotations

from hcc_sdtm.dates.iso import parse_iso
from hcc_sdtm.dates.reading import Conventions, Reading, read_text
from hcc_sdtm.dates.vocabulary import normalise

KINDS = {"", "unreadable", "impossible", "ambiguous", "range", "surrounded", "serial"}
WITH_CANDIDATES = {"ambiguous", "range", "surrounded", "serial"}


def check_reading(text: str, how: Conventions, reading: Reading) -> None:
    """Raise AssertionError, or the ValueError of a result that is not ISO 8601, where a reading breaks a rule."""
    iso, problem, candidates, kind = reading
    assert kind in KINDS
    assert (kind == "") == (problem == "")
    assert kind == "" or text in problem
    assert bool(candidates) == (kind in WITH_CANDIDATES)
    assert not iso or kind in ("", "ambiguous", "range")
    for result in [iso, *candidates.split("|")]:
        if result:
            parse_iso(result)
            if how.serials is None or len(result) > 4:
                assert read_text(result, how) == Reading(result)  # ISO text is stable
            if iso:
                assert result.startswith(iso)  # what all candidates share
    if kind == "ambiguous":
        assert len(candidates.split("|")) > 1
    assert read_text(f" {text}\u3000", how)[0::2] == (iso, candidates)  # outer blanks are free
    if normalise(text) == text and text.isascii():
        assert read_text(text.lower(), how)[0::2] == (iso, candidates)
