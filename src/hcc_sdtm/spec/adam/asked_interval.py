"""Between which assessments a time-to-event parameter may end, as somebody asks of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AskedInterval:
    """An ADTTE parameter (PARAMCD), and the records of ADRS that show a subject without its event.

    Those are records of the ADRS parameter ``assessed`` whose AVALC is among ``values``, and whose variables have one of the
    texts of ``where``.
    """

    parameter: str
    assessed: str
    values: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def texts(self) -> dict[str, tuple[str, ...]]:
        """The texts that a record has, by variable, that of the parameter apart."""
        return {**dict(self.where), "AVALC": self.values}
