"""Reading all files that say how the analysis datasets are made, with every problem of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.spec.adam.adrs_rules import AdrsSpec, read_adrs_rules
from hcc_sdtm.spec.adam.adsl_reading import read_adsl_rules
from hcc_sdtm.spec.adam.adsl_rules import AdslSpec
from hcc_sdtm.spec.adam.checking import SpecChecker
from hcc_sdtm.spec.adam.criteria import Criteria, read_criteria
from hcc_sdtm.spec.adam.parameters import read_parameters
from hcc_sdtm.spec.adam.progression_names import check_progression_names
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import ROLES, RecordChoice, Trial, WrittenTrial
from hcc_sdtm.spec.yaml_file import listed


@dataclass(frozen=True)
class AdamSpecs:
    """Everything that says how the analysis datasets are made."""

    adsl: AdslSpec
    adrs: AdrsSpec
    parameters: tuple[TimeToEvent, ...]
    criteria: Criteria = field(default_factory=Criteria)


def read_adam_specs(folders: Sequence[Path], specs: Specs, trial: WrittenTrial | None) -> AdamSpecs:
    """The ADaM specs of spec folders, a later folder overlaying an earlier one.

    The last ``adsl.yaml``, ``adrs.yaml``, ``lesions.yaml`` and the last folders ``parameters`` and ``criteria`` that exist are
    taken whole, so that a study which lists its parameters has no others. The roles that they name are those of the trial,
    whose policies are checked against the dates that they make; neither is checked where the trial's file is too bad to be
    read (None).

    Raises StudyError with every problem of all files and its line: a wrong key, a dataset or variable that the spec tables
    do not have, a name used before it is made.
    """
    checker = SpecChecker(specs, trial)
    adsl = read_adsl_rules(checker, _last(folders, "adsl.yaml"))
    reading = _last(folders, "lesions.yaml")
    criteria = read_criteria(
        checker, reading if reading.exists() else None, sorted(_last(folders, "criteria").glob("*.yaml"))
    )
    adrs = read_adrs_rules(checker, _last(folders, "adrs.yaml"), adsl, criteria)
    paths = sorted(_last(folders, "parameters").glob("*.yaml"))
    parameters = read_parameters(checker, paths, adsl, adrs)
    if trial is not None and adsl is not None:
        _check_policies(checker, trial)
    if trial is not None:
        _check_trial_records(checker, trial)
        check_progression_names(checker, trial)
    if checker.problems or adsl is None or adrs is None:
        raise StudyError(checker.problems)
    return AdamSpecs(adsl, adrs, parameters, criteria)


def _last(folders: Sequence[Path], name: str) -> Path:
    existing = [folder / name for folder in folders if (folder / name).exists()]
    return existing[-1] if existing else folders[-1] / name


def _check_trial_records(checker: SpecChecker, trial: WrittenTrial) -> None:
    """Add a problem for a dataset or variable of ``treatment_start`` and ``new_therapies`` that does not exist."""
    choices: list[tuple[tuple[str | int, ...], RecordChoice]] = [(("treatment_start",), trial.trial.treatment_start)]
    choices += [(("new_therapies", number), each) for number, each in enumerate(trial.trial.new_therapies)]
    for place, choice in choices:
        if not checker.known(trial.file, (*place, "dataset"), "dataset", choice.dataset, checker.specs.sdtm):
            continue
        names = checker.specs.sdtm[choice.dataset].by_name
        asked: dict[tuple[str, ...], str] = {("where", variable): variable for variable in choice.where}
        asked |= {(key,): name for key in ("date", "end") if (name := getattr(choice, key, ""))}
        for key, variable in asked.items():
            checker.known(trial.file, (*place, *key), f"variable of {choice.dataset}", variable, names)


def _check_policies(checker: SpecChecker, trial: WrittenTrial) -> None:
    """Add a problem for a policy of a role that no rule has, and for each bound that cannot be one."""
    roles = (*ROLES, *sorted(checker.roles - {*ROLES}))
    for role, policy in trial.trial.partial_dates.items():
        place = ("partial_dates", role)
        if role not in roles:
            message = f'no rule has the role "{role}"{listed(roles)}{nearest(role, roles)}'
            checker.problems.append(Problem(trial.file.source(place), message))
        for key, bounds in (("not_before", policy.not_before), ("not_after", policy.not_after)):
            for number, bound in enumerate(bounds):
                if message := _bound_problem(checker, role, bound, trial.trial):
                    line = trial.file.source((*place, key, number))
                    checker.problems.append(Problem(line, f"{key}: {message}"))


def _bound_problem(checker: SpecChecker, role: str, bound: str, trial: Trial) -> str:
    """Why nothing of the role can have the bound, ``""``: all can. A date of ADSL bounds only what is made after it."""
    if bound not in checker.adsl_dates:
        names = [*checker.adsl_dates, *trial.events]
        known = bound in trial.events
        return "" if known else f'no date of ADSL or event "{bound}"{listed(names)}{nearest(bound, names)}'
    if bound in trial.events:
        return f'"{bound}" is a date of ADSL and an event; rename the event'
    early = [name for name, made in checker.adsl_dates.items() if made.role == role and bound not in made.after]
    return f'"{bound}" is not made before {", ".join(early)}, which has the role {role}' if early else ""
