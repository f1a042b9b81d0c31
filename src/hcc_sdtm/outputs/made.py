"""What became of one table or figure that the trial asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Made:
    """One table or figure: its files, relative to the folder of outputs, or the reason why there is none.

    ``note`` is what a reader should know of one that was made ("no RTF: ...").
    """

    id: str
    title: str
    files: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""
