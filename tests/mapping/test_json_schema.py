"""The JSON Schema of a mapping takes every mapping of the repository, and refuses what an editor should mark."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from hcc_sdtm.mapping.language.json_schema import mapping_schema
from hcc_sdtm.mapping.language.verbs import VERBS
from hcc_sdtm.new_study import FILES
from hcc_sdtm.spec.study import read_written_mappings
from hcc_sdtm.spec.yaml_file import read_yaml

ROOT = Path(__file__).resolve().parents[2]
STUDIES = sorted(path.parent for path in [ROOT / "study.yaml", *ROOT.glob("examples/*/study.yaml")])
MAPPINGS = [(study, path) for study in STUDIES for path in sorted((study / "mappings").glob("*.yaml"))]
MAPPINGS.append((FILES, FILES / "mappings" / "site_001.yaml"))


def schema_of(study: Path) -> dict:
    return mapping_schema(read_written_mappings(study).specs)


@pytest.fixture(scope="module")
def schema():
    return schema_of(ROOT)


def resolved(path: Path):
    """The file as an editor reads it: numbers are numbers, and a date is a text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)
    return with_text_keys(yaml.load(path.read_text(encoding="utf-8")))


def with_text_keys(value):
    if isinstance(value, dict):
        return {str(key): with_text_keys(part) for key, part in value.items()}
    return [with_text_keys(part) for part in value] if isinstance(value, list) else value


def test_the_schema_is_one(schema):
    jsonschema.Draft7Validator.check_schema(schema)
    assert len(schema["definitions"]["Rule"]["oneOf"]) == len(VERBS)
    refs = set(re.findall(r"'#/definitions/([^']+)'", str(schema)))
    assert refs <= set(schema["definitions"])
    assert not set(schema["definitions"]) - refs, "a definition that nothing names"


@pytest.mark.parametrize(("study", "path"), MAPPINGS, ids=lambda path: path.name)
def test_every_mapping_of_the_repository_is_valid_as_an_editor_reads_it_and_as_text(study, path):
    validator = jsonschema.Draft7Validator(schema_of(study))
    for data in (resolved(path), read_yaml(path, path.name).data):
        assert [error.message for error in validator.iter_errors(data)] == []


def test_every_domain_and_variable_is_there_with_its_label(schema):
    specs = read_written_mappings(ROOT).specs
    block = schema["definitions"]["RS block"]["properties"]
    for variable in specs.sdtm["RS"].by_name.values():
        if variable.name in ("STUDYID", "DOMAIN", "RSSEQ"):  # no mapping gives them
            assert variable.name not in block
        else:
            assert block[variable.name]["description"].startswith(variable.label)
    assert set(schema["properties"]) >= {name for name in specs.sdtm if not specs.why_unmapped(name)}
    for definition in schema["definitions"].values():
        assert definition.get("description")


GOOD = {
    "site": "201",
    "tables": {"p": {"file": "a.csv", "subject": "no", "header": [1, 2], "columns": {"a": ["b", "c"]}}},
    "defaults": {"*": {"--DTC": {"date": "d"}}, "RS": {"RSEVAL": {"constant": "X"}}},
    "anchors": {"A": {"date": "2000-01-01"}, "B": {"date": {"copy": "c"}}},
    "DM": [
        {
            "rows": "p",
            "when": {"all": [{"a": "present"}, {"not": {"b": {"in": ["x", 7]}}}]},
            "SEX": {
                "first_of": [{"term": "s", "map": {"1": "M"}, "list": "L"}, {"constant": "U"}],
                "disagree": "ignore",
            },
            "AGE": {"number": "n", "unit": "inside", "factors": {"a": 0.01}, "decimal": ","},
            "DTHDTC": {"offset": {"days": "d", "after": {"date": "x"}}},
            "SUPP": {"Q": {"lookup": {"table": "p", "on": ["a", "b"], "give": {"copy": "x"}}, "label": "L"}},
        }
    ],
}


def wrong(change):
    data = copy.deepcopy(GOOD)
    change(data)
    return data


def block(**rules):
    return lambda data: data["DM"][0].update(rules)


def table(**options):
    return lambda data: data["tables"]["p"].update(options)


def test_the_example_is_valid(schema):
    assert not list(jsonschema.Draft7Validator(schema).iter_errors(GOOD))


@pytest.mark.parametrize(
    "change",
    [
        block(SEX={"cpoy": "a"}),
        block(SEXX={"copy": "a"}),
        block(SEX={"copy": "a", "constant": "b"}),
        block(SEX="a"),
        block(SEX=["a"]),
        block(SEX={"copy": ["a"]}),
        block(SEX={"copy": "a", "tims": 3}),
        block(AGE={"number": "a", "times": "much"}),
        block(AGE={"number": "a", "times": -1}),
        block(AGE={"number": "a", "unit": {"const": "x"}, "factors": {"x": 1}}),
        block(AGE={"number": "a", "decimal": ";"}),
        block(BRTHDTC={"date": "a", "order": "dym"}),
        block(SEX={"first_of": {"copy": "a"}}),
        block(SEX={"first_of": [{"copy": "a"}, {"cop": "b"}]}),
        block(SEX={"lookup": {"table": "p"}}),
        block(SEX={"lookup": {"table": "p", "give": {"copy": "x"}, "cardinality": "one"}}),
        block(SEX={"split": "a", "separator": "/", "part": 0}),
        block(when={"a": "presnt"}),
        block(when={"a": {"equal": "x"}}),
        block(when={"a": {"equals": "x", "in": ["y"]}}),
        block(when={"any": {"a": "present"}}),
        block(SUPP={"Q": {"copy": "a"}}),
        block(row="p"),
        lambda data: data["DM"][0].pop("rows"),
        lambda data: data.pop("site"),
        lambda data: data.update(DMM=[]),
        lambda data: data.update(DM={"rows": "p"}),
        lambda data: data.update(dates={"order": "dym"}),
        lambda data: data.update(defaults={"RS": {"RSEVALL": {"constant": "X"}}}),
        lambda data: data.update(defaults={"RS": {"RSEVAL": "X"}}),
        lambda data: data.update(tabels={}),
        table(heder=1),
        table(header=0),
        table(header="first"),
        table(unpivot={"columns": "a {measure}"}),
        table(columns=["a"]),
        table(transfers="some"),
        table(latest={"by": {"day": "a"}}),
    ],
)
def test_what_is_misspelt_or_of_the_wrong_kind_is_not_valid(schema, change):
    assert list(jsonschema.Draft7Validator(schema).iter_errors(wrong(change)))
