"""The JSON Schema of a mapping, made from its models and the specs, so that an editor completes and checks what is written.

An editor reads a scalar as YAML does (7 is a number), the mapping's reader as its characters: where a text is wanted the
schema takes either. What only the specs or the data can say (a term, a column) is not the schema's to know.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from hcc_sdtm.mapping.language.condition import JOINS, TESTS, parse_condition
from hcc_sdtm.mapping.language.head import Head
from hcc_sdtm.mapping.language.model import EVERY_DOMAIN, OWN_DOMAIN, BlockModel
from hcc_sdtm.mapping.language.rule_problems import OF_STUDY
from hcc_sdtm.mapping.language.verbs import VERBS
from hcc_sdtm.spec.model import DatasetSpec, Specs

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that editors know best."""

TEXT = {"type": ["string", "number", "boolean", "null"]}
"""Any scalar: its characters are the text."""

_REF = "#/definitions/{model}"
_NAMED = "named"
"""Stands where a definition of this module is meant, until the models' own are there."""


def mapping_schema(specs: Specs) -> dict[str, Any]:
    """The schema of a mapping: the head, the tables, the verbs, and every domain of the specs that a mapping may make."""
    models: list[type[BaseModel]] = [Head, BlockModel, *VERBS.values()]
    written: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in models]
    refs, found = models_json_schema(written, schema_generator=_AsWritten, ref_template=_REF)
    definitions: dict[str, Any] = {name: _plain(definition) for name, definition in found["$defs"].items()}
    by_model = {model: str(ref["$ref"]).rsplit("/", 1)[1] for (model, _), ref in refs.items()}
    definitions["Rule"] = {
        "description": f"One verb with what it reads: {', '.join(VERBS)}.",
        "oneOf": [_ref(by_model[model]) for model in VERBS.values()],
    }
    definitions["Condition"] = _condition()
    head, block = definitions.pop(by_model[Head]), definitions.pop(by_model[BlockModel])
    domains = {name: spec for name, spec in specs.sdtm.items() if not specs.why_unmapped(name)}
    head["properties"]["defaults"] = _defaults(domains, head["properties"]["defaults"])
    tables, table = head["properties"]["tables"], definitions["Table"]
    # a key without a value takes away what the extended mapping has
    tables["additionalProperties"] = _or_nothing(tables["additionalProperties"])
    table["properties"] = {name: _or_nothing(part) for name, part in table["properties"].items()}
    head["properties"] = {name: _or_nothing(part) for name, part in head["properties"].items()}
    for name, spec in domains.items():
        definitions[f"{name} block"] = _block(spec, block)
        head["properties"][name] = {
            "description": f"{spec.label}: a list of blocks, each with the rows it reads.",
            "type": "array",
            "items": _ref(f"{name} block"),
        }
    # what a mapping does not say, the one it extends may
    head["anyOf"] = [{"required": head.pop("required")}, {"required": ["extends"]}]
    for name in ("Test", "Join"):  # a condition as it is held, not as it is written
        definitions.pop(name, None)
    title = {"$schema": DRAFT, "title": "A site's mapping", "description": "How a site's files become SDTM records."}
    return title | {key: value for key, value in head.items() if key not in title} | {"definitions": definitions}


def render_schema(specs: Specs) -> str:
    """The schema as JSON text."""
    return json.dumps(mapping_schema(specs), ensure_ascii=False, indent=1) + "\n"


class _AsWritten(GenerateJsonSchema):
    """What a person writes: scalars of any type for texts, and conditions as they stand in a mapping."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """Any scalar."""
        return {**super().str_schema(schema), **TEXT}

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        """A whole number, or a text of digits."""
        return {"anyOf": [super().int_schema(schema), {"type": "string", "pattern": "^[0-9]+$"}]}

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        """A number, or a text that is one."""
        return {"anyOf": [super().float_schema(schema), {"type": "string", "pattern": r"^[-+.0-9eE]+$"}]}

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        """One of some words; one of digits may be read as a number."""
        words = [*schema["expected"], *(int(word) for word in schema["expected"] if str(word).isdigit())]
        return {"enum": words}

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """A condition as written; else what the validator takes, or gives."""
        if schema["function"]["function"] is parse_condition:
            return {_NAMED: "Condition"}
        return super().function_before_schema(schema)

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """A rule by its name; any other union as it is."""
        if set(schema["choices"]) == set(VERBS):
            return {_NAMED: "Rule"}
        return super().tagged_union_schema(schema)


def _or_nothing(part: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [part, {"type": "null"}]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(model=name)}


def _plain(definition: Any) -> Any:
    """A definition without names that repeat its key, and with the keys that a model gathers where they are written."""
    if isinstance(definition, list):
        return [_plain(part) for part in definition]
    if not isinstance(definition, dict):
        return definition
    plain = {key: _plain(value) for key, value in definition.items() if key not in ("title", "default")}
    if isinstance(definition.get("title"), dict):  # a property of that name
        plain["title"] = _plain(definition["title"])
    if _NAMED in plain:
        plain |= _ref(plain.pop(_NAMED))
    choices = [part for part in plain.get("anyOf", ()) if part != {"type": "null"}]
    if len(choices) == 1:  # a key that may be left out is not therefore written empty
        del plain["anyOf"]
        plain |= choices[0]
    if isinstance(plain.get("description"), str):
        plain["description"] = " ".join(plain["description"].split()).replace("`", "")
    properties = plain.get("properties")
    if isinstance(properties, dict) and "keys" in properties:  # the keys of an unpivot stand beside its options
        plain["additionalProperties"] = properties.pop("keys")["additionalProperties"]
        plain["required"] = [name for name in plain["required"] if name != "keys"]
    return plain


def _condition() -> dict[str, Any]:
    words, tests = TESTS[:2], TESTS[2:]
    operand = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}
    one_test = {
        "type": "object",
        "properties": dict.fromkeys(tests, operand),
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    several, one = {"type": "array", "items": _ref("Condition"), "minItems": 1}, _ref("Condition")
    return {
        "description": f"A column with a test ({', '.join(TESTS)}); or all, any, not.",
        "type": "object",
        "properties": {join: one if join == "not" else several for join in JOINS},
        "additionalProperties": {"anyOf": [{"enum": list(words)}, one_test]},
        "minProperties": 1,
    }


def _block(spec: DatasetSpec, block: dict[str, Any]) -> dict[str, Any]:
    own = {name: part for name, part in block["properties"].items() if name != "rules"}
    own["rows"] = {**TEXT, "description": "The table whose rows become records."}
    own["SUPP"] = {
        "description": f"Supplemental qualifiers: records of SUPP{spec.name}, each rule with a label.",
        "type": "object",
        "additionalProperties": {"allOf": [_ref("Rule"), {"required": ["label"]}]},
    }
    return {
        "description": spec.structure,
        "type": "object",
        "properties": own | _variables([spec]),
        "additionalProperties": False,
        "required": ["rows"],
    }


def _variables(specs: list[DatasetSpec], prefix: str = "") -> dict[str, Any]:
    """A rule for each variable; with a prefix, the variables of a domain's own by what follows its two letters."""
    found: dict[str, Any] = {}
    for spec in specs:
        for variable in spec.by_name.values():
            known = [variable.label, *filter(None, [variable.codelist])]
            name = variable.name
            if name in OF_STUDY or name == spec.sequence:
                continue
            if prefix and name.startswith(spec.name):
                name = prefix + name.removeprefix(spec.name)
            found.setdefault(name, {"description": "; ".join(known), **_ref("Rule")})
    return found


def _defaults(domains: dict[str, DatasetSpec], written: dict[str, Any]) -> dict[str, Any]:
    def rules(properties: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "properties": properties, "additionalProperties": False}

    every = _variables(list(domains.values())) | _variables(list(domains.values()), OWN_DOMAIN)
    by_domain = {name: rules(_variables([spec])) for name, spec in domains.items()}
    kept = {key: value for key, value in written.items() if key != "additionalProperties"}
    return kept | rules({EVERY_DOMAIN: rules(every), **by_domain})
