"""Coverage-guided fuzzing of the reading of dates: run by hand, never by pytest (needs the extra ``fuzz``).

    python -m tests.dates.fuzz_reading -max_total_time=600 [FOLDER OF SEEDS AND FINDS]

Seeds are the texts of ``spellings.csv``, the words are the vocabulary's, and what must hold is in ``invariants``. What
it finds is mended and becomes a case of ``spellings.csv``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hcc_sdtm.dates"], enable_loader_override=False):
    from hcc_sdtm.dates.reading import conventions, read_text
    from hcc_sdtm.dates.vocabulary import _lines

from tests.dates.invariants import check_reading
from tests.dates.spellings import read_spellings

HOW = [
    conventions(order=order, century=century, language=language, serials=serials)
    for order in (None, "ymd", "dmy", "mdy")
    for century, language, serials in ((None, None, None), (50, None, "1900"), (30, "zh", "1904"), (None, "en", None))
]
MAX_BYTES = 120


def read_one(data: bytes) -> None:
    """The first byte chooses the conventions, the rest is the text."""
    how = HOW[data[0] % len(HOW)] if data else HOW[0]
    text = data[1:].decode("utf-8", errors="replace")
    check_reading(text, how, read_text(text, how))


def _escaped(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def main() -> None:
    """Fuzz until the time is up or an input breaks what always holds."""
    folder = Path(tempfile.mkdtemp(prefix="date_texts_"))
    for number, spelling in enumerate(read_spellings()):
        (folder / f"{number:04d}").write_bytes(bytes([number % len(HOW)]) + spelling.text.encode())
    words = folder.with_suffix(".dict")
    texts = {line["text"] for line in _lines()}
    words.write_text("".join(f'"{_escaped(text)}"\n' for text in sorted(texts)))
    finds = f"-artifact_prefix={folder.parent}/date_text_"
    atheris.Setup([*sys.argv, f"-dict={words}", f"-max_len={MAX_BYTES}", "-timeout=5", finds, str(folder)], read_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
