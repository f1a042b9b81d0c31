"""What tables are made of: analysis datasets, results, specs. Answers what every kind of table asks of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.tables.table import Column, Line, Table
from hcc_sdtm.spec.model import Specs, Variable
from hcc_sdtm.spec.table_list import TableSpec

EVERYONE = "All subjects"


class NotMade(ValueError):
    """A table cannot be made of the data; the message is the reason."""


@dataclass(frozen=True)
class TableContent:
    """The published analysis datasets by name, the results of the endpoints (`RESULT_COLUMNS`), and what they are called.

    ``populations`` says in words who has each ADSL flag; ``schemes`` is the comparison of censoring schemes, None where there
    is none (datasets that came from outside).
    """

    facts: Facts
    datasets: Mapping[str, pd.DataFrame]
    results: pd.DataFrame
    populations: Mapping[str, str]
    specs: Specs
    schemes: pd.DataFrame | None = None

    def frame(self, dataset: str, *columns: str) -> pd.DataFrame:
        """The dataset, which has the columns; raises NotMade where it or one of them is lacking."""
        if dataset not in self.datasets:
            raise NotMade(f"there is no {dataset}")
        lacking = [name for name in columns if name not in self.datasets[dataset]]
        if lacking:
            raise NotMade(f"{dataset} has no {', '.join(lacking)}")
        return self.datasets[dataset]

    def subjects(self, population: str, *columns: str) -> pd.DataFrame:
        """The rows of ADSL with the flag Y, all where it is empty; raises NotMade as `frame`, and where there is nobody."""
        adsl = self.frame("ADSL", "USUBJID", *([population] if population else []), *columns)
        chosen = adsl[adsl[population] == "Y"] if population else adsl
        if chosen.empty:
            raise NotMade(f"nobody is among {self.population(population)}")
        return chosen

    def population(self, flag: str) -> str:
        """Who has the flag, in words."""
        words = self.populations.get(flag, flag) if flag else EVERYONE
        return words[:1].upper() + words[1:]

    def parameter(self, dataset: str, parameter: str, *columns: str) -> pd.DataFrame:
        """The records of one parameter; raises NotMade where there is none."""
        frame = self.frame(dataset, "USUBJID", "PARAMCD", *columns)
        records = frame[frame["PARAMCD"] == parameter]
        if records.empty:
            raise NotMade(f"{dataset} has no record of the parameter {parameter}")
        return records

    def variable(self, dataset: str, name: str) -> Variable | None:
        """What the spec says of a variable; None where it says nothing."""
        spec = self.specs.adam.get(dataset)
        return spec.by_name.get(name) if spec else None

    def label(self, dataset: str, name: str) -> str:
        """The variable's label, else its name."""
        found = self.variable(dataset, name)
        return found.label if found else name

    def table(
        self,
        spec: TableSpec,
        columns: list[Column],
        lines: list[Line],
        footnotes: list[str],
        population: str | None = None,
    ) -> Table:
        """A table of the spec's title and population, its own footnotes last."""
        title = f"Table {spec.number}. {spec.title}" if spec.number else spec.title
        own = [" ".join(note.split()) for note in spec.footnotes]
        words = self.population(spec.population) if population is None else population
        notes = tuple(dict.fromkeys([*footnotes, *own]))
        return Table(spec.id, title, words, tuple(columns), tuple(lines), notes, self.facts)


def keeps(frame: pd.DataFrame, where: Mapping[str, tuple[str, ...]], is_kept: bool = True) -> pd.Series:
    """Which rows have one of the values of every column (``is_kept``), or of none of them; missing is ``""``."""
    kept = pd.Series(True, index=frame.index)
    for name, values in where.items():
        among = as_text(frame[name]).isin(values)
        kept &= among if is_kept else ~among
    return kept


def as_text(column: pd.Series) -> pd.Series:
    """The column as text: missing is ``""``, a whole number has no point."""
    if pd.api.types.is_numeric_dtype(column):
        return column.map(lambda value: "" if pd.isna(value) else f"{value:.15g}").astype(object)
    return column.map(lambda value: "" if pd.isna(value) else str(value)).astype(object)
