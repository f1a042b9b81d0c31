"""The tables a trial asks for (``specs/tables.yaml``): of which kind, about whom, with which columns and lines.

Another trial writes another list and no code. Order in the file is the order of every page.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hcc_sdtm.spec.endpoints import ProportionInterval, Share
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth

AnalysisDataset = Literal["ADSL", "ADRS", "ADTR", "ADTTE"]
Decimals = Annotated[int, Field(ge=0, le=6)]
Conditions = dict[str, Texts]


class _Table(FileModel):
    """What every table says.

    ``id`` names its files; ``number`` stands before the title; ``population`` is the ADSL flag (Y) of those it is about, all
    subjects where it is empty; ``in_report`` puts it on report.html as well.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    title: str
    number: str = ""
    population: str = ""
    footnotes: Texts = ()
    in_report: Truth = False


class TableVariable(FileModel):
    """One variable of ADSL in a table of characteristics.

    ``kind`` is that of its spec where it is not given: a number is continuous, a text or a number with a codelist is
    categorical. ``values`` are categories in order, each with its words; without them the order is the codelist's, else that
    of the variable's number (AGEGR1N for AGEGR1), else the alphabet's. ``decimals`` are those of the data.
    """

    variable: str
    label: str = ""
    kind: Literal["", "continuous", "categorical"] = ""
    decimals: Decimals = 0
    values: dict[str, str] = {}


class CharacteristicsTable(_Table):
    """Numbers and categories of ADSL variables, for all and, with ``by``, for each value of an ADSL variable.

    ``groups`` are the values of ``by`` in order, each with its words; ``total`` adds the column of all.
    """

    table: Literal["characteristics"]
    by: str = ""
    groups: dict[str, str] = {}
    total: Truth = True
    variables: tuple[TableVariable, ...] = Field(min_length=1)


class DispositionLine(FileModel):
    """One line of a table of disposition: the subjects who have the values of ``where`` and none of ``where_not``.

    ``""`` among values is a missing one. ``each`` makes a line of every value of an ADSL variable, the most frequent first.
    Lines are counted in the table's population and have percentages of it; with ``everyone``, in all of ADSL without them.
    """

    label: str = ""
    where: Conditions = {}
    where_not: Conditions = {}
    each: str = ""
    indent: Annotated[int, Field(ge=0, le=4)] = 0
    everyone: Truth = False


class DispositionTable(_Table):
    """Who was screened, enrolled, treated, left and why, line by line as the trial names them."""

    table: Literal["disposition"]
    lines: tuple[DispositionLine, ...] = Field(min_length=1)


class ParameterColumn(FileModel):
    """A parameter as a column; ``label`` is its PARAM where it is empty, ``span`` a head over columns that stand together."""

    parameter: str
    label: str = ""
    span: str = ""


class ResponseRate(FileModel):
    """A share of the population: those with one of the values."""

    label: str
    values: Texts


class ResponseTable(_Table):
    """Subjects by the value of ADRS parameters, such as best response, a column each (readers, criteria).

    ``values`` are categories in order, each with its words; one that only the data has comes after them. Whoever of the
    population has no record is counted as ``no_record``, and in every denominator.
    """

    table: Literal["response"]
    columns: tuple[ParameterColumn, ...] = Field(min_length=1)
    values: dict[str, str] = {}
    no_record: str = "No assessment"
    rates: tuple[ResponseRate, ...] = ()
    level: Share = 0.95
    interval: ProportionInterval = "clopper-pearson"


class EstimatesTable(_Table):
    """Results of the endpoints named, one below the other; with ``groups`` also those of subgroups.

    With ``reasons`` also the events and the censored by description, which an endpoint gives besides their totals.
    """

    table: Literal["estimates"]
    endpoints: Texts = Field(min_length=1)
    groups: Truth = False
    reasons: Truth = False


class CensoringTable(_Table):
    """Events and reasons of censoring of ADTTE parameters, a column each (censoring schemes)."""

    table: Literal["censoring"]
    columns: tuple[ParameterColumn, ...] = Field(min_length=1)
    no_record: str = "No record"


class SchemesTable(_Table):
    """The subjects whose date or censoring is another under another censoring scheme of the parameter ``of``, and why."""

    table: Literal["schemes"]
    of: str


class ListingColumn(FileModel):
    """A variable as a column; one that the dataset lacks is taken from ADSL. ``label`` is its spec's where it is empty."""

    variable: str
    label: str = ""
    decimals: Decimals = 1


class ListingTable(_Table):
    """Records of an analysis dataset, a line each, sorted by ``sort``; ``where`` says which."""

    table: Literal["listing"]
    dataset: AnalysisDataset
    where: Conditions = {}
    where_not: Conditions = {}
    columns: tuple[ListingColumn, ...] = Field(min_length=1)
    sort: Texts = ("USUBJID",)


TableSpec = (
    CharacteristicsTable
    | DispositionTable
    | ResponseTable
    | EstimatesTable
    | CensoringTable
    | SchemesTable
    | ListingTable
)


class TableList(FileModel):
    """The tables in order; ``populations`` says in words who has each ADSL flag that endpoints.yaml does not name.

    An RTF file is made of tables of at most ``rtf_lines`` lines; HTML has every line of any.
    """

    populations: dict[str, str] = {}
    tables: tuple[Annotated[TableSpec, Field(discriminator="table")], ...]
    rtf_lines: Annotated[int, Field(ge=1)] = 2000
