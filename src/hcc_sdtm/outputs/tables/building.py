"""Which function builds which kind of table."""

from __future__ import annotations

from hcc_sdtm.outputs.tables.censoring import build_censoring
from hcc_sdtm.outputs.tables.characteristics import build_characteristics
from hcc_sdtm.outputs.tables.content import TableContent
from hcc_sdtm.outputs.tables.disposition import build_disposition
from hcc_sdtm.outputs.tables.estimates import build_estimates
from hcc_sdtm.outputs.tables.listing import build_listing
from hcc_sdtm.outputs.tables.response import build_response
from hcc_sdtm.outputs.tables.schemes import build_schemes
from hcc_sdtm.outputs.tables.table import Table
from hcc_sdtm.spec.table_list import (
    CensoringTable,
    CharacteristicsTable,
    DispositionTable,
    EstimatesTable,
    ListingTable,
    ResponseTable,
    TableSpec,
)


def build_table(spec: TableSpec, content: TableContent) -> Table:
    """The table that the spec asks for; raises NotMade with the reason where the data cannot give it."""
    if isinstance(spec, CharacteristicsTable):
        return build_characteristics(spec, content)
    if isinstance(spec, DispositionTable):
        return build_disposition(spec, content)
    if isinstance(spec, ResponseTable):
        return build_response(spec, content)
    if isinstance(spec, EstimatesTable):
        return build_estimates(spec, content)
    if isinstance(spec, CensoringTable):
        return build_censoring(spec, content)
    if isinstance(spec, ListingTable):
        return build_listing(spec, content)
    return build_schemes(spec, content)
