"""The rules as pages of Markdown: what each finds, why it matters, an example and the source; and what they cover."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from hcc_sdtm.checks.catalogue import AnyRule
from hcc_sdtm.checks.coverage import PUBLISHED, covering_rules, read_not_covered
from hcc_sdtm.checks.schema_rules import DocumentedRule
from hcc_sdtm.checks.table_rule import TableRule

FAMILIES = {
    "RAW": "Reading files", "MAP": "Mapping", "REL": "Relationships", "SCH": "Schemas", "REC": "Datasets that were received",
    "DEF": "define.xml", "SD": "SDTM: the published rules and beyond", "AD": "ADaM", "CL": "Clinical sense",
    "XPT": "Transport files", "WVR": "Waivers", "QRY": "Queries", "CT": "Controlled terminology",
}  # fmt: skip
"""Titles of the pages of rules whose ids begin with the letters; rules of any other letters stand on the page ``clinical``."""

OTHERS = "clinical"
COVERAGE = "coverage.md"
OWN_FUNCTION = "a function of its own"
PER_PAGE = 100
"""A page that nobody scrolls through is no page: families with more rules have one for each hundred of their numbers."""


def render_rules_pages(rules: Mapping[str, AnyRule]) -> dict[str, str]:
    """Text of each page by its file name, ``index.md`` with one line a rule, and the page of what they cover."""
    pages: dict[str, list[AnyRule]] = defaultdict(list)
    for rule in rules.values():
        pages[_page_of(rule.id)].append(rule)
    texts = {page: _render_page(page, sorted(found, key=lambda rule: rule.id)) for page, found in sorted(pages.items())}
    return {"index.md": _render_index(pages), COVERAGE: _render_coverage(rules), **texts}


def write_rules_pages(folder: Path, rules: Mapping[str, AnyRule]) -> list[str]:
    """Writes the pages into the folder, which is made where it is not there; gives their names."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = render_rules_pages(rules)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return list(pages)


def _page_of(rule: str) -> str:
    letters, _, number = rule.partition("-")
    if letters not in FAMILIES:
        return f"{OTHERS}.md"
    return f"{letters.lower()}-{int(number) // PER_PAGE}.md" if len(number) > len("000") else f"{letters.lower()}.md"


def _title(page: str) -> str:
    letters, _, block = page.removesuffix(".md").partition("-")
    title = FAMILIES.get(letters.upper(), "Clinical sense")
    return f"{title}, from {int(block) * PER_PAGE:04d}" if block else title


def _render_index(pages: Mapping[str, list[AnyRule]]) -> str:
    lines = ["# Rules", "", f"`hcc-sdtm rules ID` prints the same of one rule; [what they cover]({COVERAGE}).", ""]
    for page, found in sorted(pages.items()):
        lines += [f"## [{_title(page)}]({page})", "", "| rule | severity |", "|---|---|"]
        lines += [
            f"| [{rule.label}]({page}#{_anchor(rule)}) | {rule.severity} |"
            for rule in sorted(found, key=lambda rule: rule.id)
        ]
        lines.append("")
    return "\n".join(lines)


def _render_coverage(rules: Mapping[str, AnyRule]) -> str:
    covering, left = covering_rules(rules.values()), read_not_covered()
    published = [each for each in covering if each.startswith(PUBLISHED)]
    kinds = Counter(
        rule.row.kind if isinstance(rule, TableRule) else OWN_FUNCTION for rule in rules.values() if _on_datasets(rule)
    )
    lines = [
        "# Coverage of the published conformance rules",
        "",
        f"{len(published) + len(left)} rules are published for SDTMIG 3.4; {len(published)} are covered, {len(left)} are not.",
        "`hcc-sdtm rules CORE-000001` says which rule covers one.",
        "",
        "## Not covered",
        "",
        "| published | why not |",
        "|---|---|",
        *(f"| {name} | {reason} |" for name, reason in sorted(left.items())),
        "",
        "## Rules on datasets by kind",
        "",
        "| kind | rules |",
        "|---|---|",
        *(f"| {kind} | {count} |" for kind, count in sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))),
        f"| all | {kinds.total()} |",
        "",
        "## Covered",
        "",
        "| published | by |",
        "|---|---|",
        *(f"| {name} | {', '.join(covering[name])} |" for name in published),
    ]
    return "\n".join(lines) + "\n"


def _on_datasets(rule: AnyRule) -> bool:
    return not isinstance(rule, DocumentedRule) or rule.id.startswith("SCH-")


def _render_page(page: str, rules: Iterable[AnyRule]) -> str:
    lines = [f"# {_title(page)}", ""]
    for rule in rules:
        lines += [f"## {rule.label}", "", f"Severity: {rule.severity}.", ""]
        lines += [f"**{heading}.** {text}" + "\n" for heading, text in rule.documentation.items()]
        if rule.covers:
            lines += [f"**Covers.** {', '.join(rule.covers)}", ""]
    return "\n".join(lines)


def _anchor(rule: AnyRule) -> str:
    return rule.label.lower().replace(".", "").replace(" ", "-")
