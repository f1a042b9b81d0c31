"""Whose records an analysis reads (ARS 1.0): analysis sets from population flags, subsets from parameters, groupings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hcc_sdtm.outputs.results.ars_identifiers import Identifiers
from hcc_sdtm.spec.endpoints import CategoriesEndpoint, EndpointList, EndpointSpec, ProportionEndpoint

Object = dict[str, Any]


class Selection:
    """Analysis sets, data subsets and groupings of a list of endpoints, and their identifiers."""

    def __init__(self, endpoints: EndpointList) -> None:
        self._endpoints = endpoints
        self._identifiers = Identifiers()

    def analysis_set_id(self, flag: str) -> str:
        """The identifier of those who have a flag."""
        return self._identifiers.of(("set", flag), "AS", flag)

    def subset_id(self, endpoint: EndpointSpec) -> str:
        """The identifier of the records of an endpoint's parameter, restricted as the endpoint says."""
        texts = [text for variable, values in sorted(endpoint.where.items()) for text in (variable, *values)]
        return self._identifiers.of(("subset", *_subset_key(endpoint)), "DS", endpoint.parameter, *texts)

    def grouping_id(self, variable: str) -> str:
        """The identifier of the grouping by a variable of ADSL."""
        return self._identifiers.of(("grouping", variable), "GF", variable)

    def analysis_sets(self) -> list[Object]:
        """Every population that the list names."""
        return [
            {
                "id": self.analysis_set_id(flag),
                "label": words,
                "level": 1,
                "order": order,
                "condition": _condition("ADSL", flag, ["Y"]),
            }
            for order, (flag, words) in enumerate(self._endpoints.populations.items(), start=1)
        ]

    def subsets(self) -> list[Object]:
        """One for each parameter and restriction."""
        made: dict[str, Object] = {}
        for endpoint in self._endpoints.endpoints:
            identifier = self.subset_id(endpoint)
            if identifier not in made:
                head = {"id": identifier, "label": _subset_words(endpoint), "level": 1, "order": len(made) + 1}
                made[identifier] = head | _subset_clause(endpoint)
        return list(made.values())

    def groupings(self) -> list[Object]:
        """One for each variable of ADSL that an endpoint is given by; its groups are the values in the data."""
        variables = dict.fromkeys(variable for endpoint in self._endpoints.endpoints for variable in endpoint.by)
        return [
            {
                "id": self.grouping_id(variable),
                "label": variable,
                "groupingDataset": "ADSL",
                "groupingVariable": variable,
                "dataDriven": True,
            }
            for variable in variables
        ]


def dataset_of(endpoint: EndpointSpec) -> tuple[str, str]:
    """The dataset and variable that an endpoint analyses."""
    if isinstance(endpoint, CategoriesEndpoint):
        return "ADSL", endpoint.variable
    return (_records_of(endpoint), "AVALC" if isinstance(endpoint, ProportionEndpoint) else "AVAL")


def _records_of(endpoint: EndpointSpec) -> str:
    """The dataset whose parameter an endpoint names."""
    return "ADRS" if isinstance(endpoint, ProportionEndpoint) else "ADTTE"


def _subset_key(endpoint: EndpointSpec) -> tuple[object, ...]:
    return (
        _records_of(endpoint),
        endpoint.parameter,
        tuple(sorted((name, tuple(v)) for name, v in endpoint.where.items())),
    )


def _subset_words(endpoint: EndpointSpec) -> str:
    more = [f"{variable} {', '.join(values)}" for variable, values in endpoint.where.items()]
    return "; ".join([f"{_records_of(endpoint)} {endpoint.parameter}", *more])


def _subset_clause(endpoint: EndpointSpec) -> Object:
    dataset = _records_of(endpoint)
    conditions = [_condition(dataset, "PARAMCD", [endpoint.parameter])]
    conditions += [_condition(dataset, variable, values) for variable, values in endpoint.where.items()]
    if len(conditions) == 1:
        return {"condition": conditions[0]}
    clauses = [{"level": 2, "order": order, "condition": each} for order, each in enumerate(conditions, start=1)]
    return {"compoundExpression": {"logicalOperator": "AND", "whereClauses": clauses}}


def _condition(dataset: str, variable: str, values: Sequence[str]) -> Object:
    comparator = "EQ" if len(values) == 1 else "IN"
    return {"dataset": dataset, "variable": variable, "comparator": comparator, "value": list(values)}
