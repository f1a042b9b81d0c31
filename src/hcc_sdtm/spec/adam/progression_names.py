"""Names that the trial's ``progression`` uses: its datasets and variables, against the spec tables."""

from __future__ import annotations

from hcc_sdtm.spec.adam.checking import SpecChecker
from hcc_sdtm.spec.trial import WrittenTrial


def check_progression_names(checker: SpecChecker, trial: WrittenTrial) -> None:
    """Adds a problem for each dataset or variable of the irradiation records that the spec tables do not have."""
    for number, irradiation in enumerate(trial.trial.progression.irradiated):
        place = ("progression", "irradiated", number)
        checker.check_records(trial.file, place, irradiation, checker.specs.sdtm)
        table = checker.specs.sdtm.get(irradiation.dataset)
        if table is None:
            continue
        for key in ("link", "start", "end", "location"):
            if name := getattr(irradiation, key):
                checker.known(trial.file, (*place, key), f"variable of {irradiation.dataset}", name, table.names)
