"""What the documentation says is there: commands, options, files, verbs, the headings of every rule, the example in Python."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner

import hcc_sdtm
from hcc_sdtm.checks.catalogue import list_rules
from hcc_sdtm.cli import main
from hcc_sdtm.mapping.language.condition import JOINS, TESTS
from hcc_sdtm.mapping.language.head import Head
from hcc_sdtm.mapping.language.table_options import Table
from hcc_sdtm.mapping.language.verbs import VERBS
from hcc_sdtm.outputs.rules_page import render_rules_pages
from hcc_sdtm.spec.tables import read_spec_tables

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAPPING = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
HEADINGS = ["What it finds", "Why it matters", "Example", "Source"]


def blocks(text: str) -> list[str]:
    return re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL)


def commands(text: str) -> list[str]:
    """Every line of a code block that calls the program, without its explanation."""
    lines = [line.split("  ")[0].split(" # ")[0] for block in blocks(text) for line in block.splitlines()]
    return [line[line.index("hcc-sdtm ") :] for line in lines if re.search(r"(^|&& |\. )hcc-sdtm ", line)]


def help_of(name: str) -> str:
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0, name
    return shown.output


def test_readme_is_short():
    assert len(README.splitlines()) <= 130


def test_every_command_of_the_readme_exists_with_its_options():
    named = commands(README)
    assert len(named) >= 8
    for line in named:
        name = line.split()[1]
        assert name in main.commands, line
        for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line.removeprefix("hcc-sdtm")):
            assert re.search(rf"{option}\b", help_of(name)), f"{option} of {line}"


def test_every_command_and_option_is_in_the_readme():
    told = "\n".join(commands(README))
    for name, command in main.commands.items():
        assert f"hcc-sdtm {name}" in told, name
        lines = "\n".join(line for line in told.splitlines() if line.startswith(f"hcc-sdtm {name}"))
        for parameter in command.params:
            if isinstance(parameter, click.Option) and "--help" not in parameter.opts:
                assert any(option in lines for option in parameter.opts), f"{name} {parameter.opts}"


def test_make_targets_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^make (\w+)", README, flags=re.MULTILINE)
    assert targets == ["demo", "test"]
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_every_file_that_is_named_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    names = [
        name
        for name in re.findall(r"`([\w./-]+)`", text)
        if ("/" in name or re.search(r"\.(py|md|yaml|csv|toml)$", name))
        and not name.startswith(("--", "OUT/", "register/"))
    ]
    for name in names:
        places = [ROOT / name, ROOT / "src" / "hcc_sdtm" / name, ROOT / "src" / "hcc_sdtm" / "checks" / name]
        assert any(place.exists() for place in places) or name.endswith(".parquet"), f"{page}: {name}"
    if page == "README.md":
        assert len(names) >= 8


def test_files_of_the_readmes_examples_exist():
    examples = "\n".join(blocks(README))
    for name in re.findall(r"\b(?:mappings/\w+\.yaml|site_\w+(?:/\w+)?\.(?:xlsx|csv))", examples):
        assert (ROOT / name).exists() or (ROOT / "raw" / name).exists(), name


def test_findings_shown_in_the_readme_are_findings_of_the_reference_study(reference_run):
    findings = reference_run.result.findings
    shown = re.findall(r"^(site_\S+): ([A-Z]+-\d{3} \S+) (\S+) (\S+): (.*)$", README, flags=re.MULTILINE)
    assert len(shown) == 2
    for source, rule, subject, variable, message in shown:
        found = findings[(findings["source"] == source) & (findings["rule"] == rule)]
        assert found[["subject", "variable"]].values.tolist() == [[subject, variable]]
        assert found["message"].iloc[0].startswith(message.removesuffix("...").strip())


def test_the_python_of_the_readme_runs(monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    monkeypatch.chdir(ROOT)
    names = {
        "series": pd.Series(["05/03/2021", "2021"]),
        "time": [1.0, 2.0, 3.0],
        "event": [1, 0, 1],
        "cause": [1, 0, 2],
    }
    exec(code, names)
    assert names["result"].sdtm["RS"].published["RSSTRESC"].isin(["PD"]).any()
    # what the comments say is there
    assert {"ADTTE"} <= names["result"].adam.keys()
    hs = names["hs"]
    assert list(hs.dates.read(names["series"], order="dmy"))[:4] == ["iso", "problem", "candidates", "kind"]
    assert list(hs.dates.impute(pd.Series(["2021-03"]), to="last", highest="M")) == [
        "date",
        "flag",
        "time",
        "time_flag",
    ]
    curve = hs.endpoints.kaplan_meier(names["time"], names["event"])
    assert curve.quantile(0.5).estimate == 3.0
    assert list(curve.at_risk([0, 6, 12])) == [3, 0, 0]
    incidence = hs.endpoints.cumulative_incidence(names["time"], names["cause"])
    assert incidence.rate(1.0, 1).estimate == pytest.approx(1 / 3)
    for name in ("gray_test", "log_rank", "cox", "interval_censored", "dependent_entry"):
        assert callable(getattr(hs.endpoints, name))
    assert callable(hs.estimate)
    share = hs.endpoints.proportion(3, 10)
    assert share.lower < share.estimate == 0.3 < share.upper


def test_every_public_name_of_the_package_can_be_had():
    for name in hcc_sdtm.__all__:
        assert getattr(hcc_sdtm, name) is not None


def test_the_mapping_page_has_every_verb_condition_and_key():
    told = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]*)`", MAPPING))))
    assert set(VERBS) <= told
    assert {*TESTS, *JOINS} <= told
    assert set(Table.model_fields) <= told
    assert set(Head.model_fields) <= told
    for verb, model in VERBS.items():
        own = {(field.alias or name) for name, field in model.model_fields.items()} - {"when", "label", verb}
        assert own <= told, verb


def test_the_mapping_page_invents_no_verb():
    part = MAPPING.split("**Verbs**")[1].split("**Conditions**")[0]
    assert set(re.findall(r"`([a-z_]+): ", part)) == set(VERBS)


def test_every_rule_is_printed_with_its_four_headings():
    listed = CliRunner().invoke(main, ["rules"])
    assert listed.exit_code == 0
    ids = [line.split()[1] for line in listed.output.splitlines()]
    rules = list_rules(read_spec_tables([ROOT / "specs"]))
    assert ids == list(rules)
    for rule in rules.values():
        assert re.fullmatch(r"[A-Z]{2,6}-[0-9]{3,4} [a-z0-9-]+(\.[a-z0-9-]+)+", rule.label)
        assert list(rule.documentation) == HEADINGS, rule.id
        assert all(rule.documentation.values()), rule.id
    for id in ("MAP-001", "SCH-003", "RS-003", "SD-0001"):
        shown = CliRunner().invoke(main, ["rules", id])
        assert shown.exit_code == 0
        label, *lines = shown.output.splitlines()
        assert label == rules[id].label
        headings = [*HEADINGS, *(["Covers"] if rules[id].covers else [])]
        assert [line.split(": ")[0] for line in lines] == headings, id


def test_the_pages_of_rules_are_those_of_the_rules():
    pages = render_rules_pages(list_rules(read_spec_tables([ROOT / "specs"])))
    folder = ROOT / "docs" / "rules"
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == pages, (
        "write them anew: hcc-sdtm rules --pages docs/rules"
    )
