"""What is wrong with the events of a trial and with their order, beyond what their model checks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.trial import CUTOFF, DatedEvent, WrittenTrial
from hcc_sdtm.spec.yaml_file import Path_, YamlFile, listed


def event_problems(written: WrittenTrial, datasets: Mapping[str, DatasetSpec]) -> list[Problem]:
    """A problem for each name of ``events`` and ``event_order`` that does not exist, and for an order against another."""
    file, events = written.file, written.trial.events
    problems: list[Problem] = []
    for number, (name, event) in enumerate(events.items()):
        problems += _event_problems(file, name, event, list(events)[:number], datasets)
    return [*problems, *_order_problems(file, list(events), written.trial.event_order)]


def _event_problems(
    file: YamlFile, name: str, event: DatedEvent, listed_before: list[str], datasets: Mapping[str, DatasetSpec]
) -> Iterator[Problem]:
    place = ("events", name)
    if name == CUTOFF:
        yield Problem(file.source(place), f'the event "{CUTOFF}" is data_cutoff, the last of all; it is not listed')
    if event.after and event.after not in listed_before:
        yield _unknown(file, (*place, "after"), "event listed before this one", event.after, listed_before)
    if not event.dataset:
        return
    table = datasets.get(event.dataset)
    if table is None:
        yield _unknown(file, (*place, "dataset"), "dataset", event.dataset, datasets)
        return
    dates = [variable.name for variable in table.variables if variable.is_iso_date]
    if event.date not in dates:
        yield _unknown(file, (*place, "date"), f"date of {event.dataset}", event.date, dates)
    for variable in event.where:
        if variable not in table.by_name:
            yield _unknown(file, (*place, "where", variable), f"variable of {event.dataset}", variable, table.names)


def _order_problems(file: YamlFile, events: list[str], order: tuple[tuple[str, ...], ...]) -> Iterator[Problem]:
    before: dict[str, set[str]] = {name: set() for name in events}
    for number, chain in enumerate(order):
        line = ("event_order", number)
        unknown = [(at, name) for at, name in enumerate(chain) if name not in events]
        for at, name in unknown:
            yield _unknown(file, (*line, at), "event", name, events)
        if len(chain) < 2:
            yield Problem(file.source(line), "an order has at least two events")
        for earlier, later in pairwise(chain) if not unknown else ():
            if earlier == later:
                yield Problem(file.source(line), f'"{earlier}" stands twice in a row')
            elif later in before[earlier]:
                message = f'"{earlier}" before "{later}" contradicts an order above: "{later}" comes before "{earlier}"'
                yield Problem(file.source(line), message)
                break
            for name in events:
                if name == later or later in before[name]:
                    before[name] |= {earlier, *before[earlier]}


def _unknown(file: YamlFile, place: Path_, what: str, name: str, names: Collection[str]) -> Problem:
    return Problem(file.source(place), f'no {what} "{name}"{listed(names)}{nearest(name, names)}')
