"""What a query says to a site, in English or Chinese, and which rules a site can be asked about at all.

The sentences stand in ``query_texts.csv``, by rule id, with general ones (``*missing``, ``*list``, ``*dates``, ``*disagrees``,
``*duplicate``, ``*``) for rules that have no line; Chinese names of variables stand in ``variable_names.csv``. Knows nothing
of cells and workbooks.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from hcc_sdtm.spec.model import Specs

ENGLISH, CHINESE = "en", "zh"
LANGUAGES = (ENGLISH, CHINESE)
TEXTS = Path(__file__).with_name("query_texts.csv")
NAMES = Path(__file__).with_name("variable_names.csv")
FIELDS = ("subject", "typed", "value", "variable", "expected", "message", "days")
"""What a sentence may have in braces."""

_KINDS = {
    "required": "missing", "any-required": "missing", "some-value": "missing", "has-record": "missing",
    "in-list": "list", "not-in-list": "list", "in-codelist": "list", "pattern": "list", "not-pattern": "list",
    "iso8601": "dates", "not-after": "dates", "study-day": "dates",
    "equals": "disagrees", "differs": "disagrees", "one-to-one": "disagrees", "one-value": "disagrees",
    "reference": "disagrees", "agrees": "disagrees",
    "unique": "duplicate", "no-record": "duplicate",
}  # fmt: skip
"""The general sentence of each kind of rule in the rule tables; those of other kinds have the plain one."""

_KINDS_OF_TABLES = frozenset(
    {"column", "no-column", "columns-together", "dataset", "no-dataset", "max-bytes", "trimmed", "ascii", "study-day"}
)
"""Kinds of rules on how a dataset is made, not on what was typed."""

_RULES_ON_FILES = frozenset({"XPT", "DEF", "REC", "WVR", "QRY"})
"""Rules on outputs, on received datasets and on the register, by the letters of their ids."""

_WORDS = (
    ("duplicate", ("duplicate", "repeated", "twice", "several")),
    ("missing", ("missing", "required", "without", "no", "undated", "absent")),
    ("list", ("codelist", "term", "unknown", "list", "code")),
    ("disagrees", ("disagree", "disagrees", "differs", "differ", "contradicts", "contradicted", "agree", "mismatch")),
    ("dates", ("date", "dates", "before", "after", "order", "start", "end", "day")),
)
"""The general sentence by a word of the rule's name, where the rule is a function."""

_ISO = re.compile(r"(?<![0-9])[0-9]{4}(?:-[0-9]{2}){0,2}(?![0-9])")
_QUOTES = {ENGLISH: '"{}"', CHINESE: "“{}”"}
_NOTHING = {ENGLISH: "an empty cell", CHINESE: "空白"}
_HIDDEN = {ENGLISH: "the text of this cell", CHINESE: "该单元格的内容"}
_OR = {ENGLISH: " or ", CHINESE: "或"}


@dataclass(frozen=True)
class QueryText:
    """The three sentences of a query: what was seen, what was expected, why it matters."""

    seen: str
    expected: str
    matters: str


@dataclass(frozen=True)
class _Line:
    """A line of the table in one language."""

    seen: str
    expected: str
    matters: str
    is_asked: bool


@cache
def _lines(language: str) -> Mapping[str, _Line]:
    with TEXTS.open(encoding="utf-8", newline="") as file:
        return {
            row["rule"]: _Line(
                row[f"seen_{language}"], row[f"expected_{language}"], row[f"matters_{language}"], row["ask"] == "yes"
            )
            for row in csv.DictReader(file)
        }


@cache
def _chinese_names() -> Mapping[str, str]:
    with NAMES.open(encoding="utf-8", newline="") as file:
        return {row["variable"]: row["zh"] for row in csv.DictReader(file)}


def is_for_sites(rule_id: str, kind: str = "") -> bool:
    """Whether a site can answer for what the rule finds; False for what only the mapping, the specs or the outputs can mend.

    ``kind`` is that of a rule of the rule tables.
    """
    line = _lines(ENGLISH).get(rule_id)
    if line is not None:
        return line.is_asked
    return kind not in _KINDS_OF_TABLES and rule_id.split("-")[0] not in _RULES_ON_FILES


def site_language(country: str) -> str:
    """The language of a site where nobody says otherwise: Chinese for country CHN, else English."""
    return CHINESE if country.strip().upper() == "CHN" else ENGLISH


@dataclass(frozen=True)
class QueryTexts:
    """The sentences of one language; ``specs`` gives the labels of variables and the kinds of rules."""

    language: str
    specs: Specs
    _kinds: dict[str, str] = field(default_factory=dict)

    def text_of(self, finding: Mapping[str, str], is_hidden: bool = False) -> QueryText:
        """What to say of a finding (its columns by name).

        ``is_hidden`` says that its cell identifies patients, so that what was typed is not in the finding.
        """
        rule, _, name = finding["rule"].partition(" ")
        line = _lines(self.language).get(rule) or _lines(self.language)[self._general(rule, name)]
        expected = finding["expected"]
        places = {
            "subject": finding["subject"],
            "typed": self._quoted(finding["typed"], is_hidden),
            "value": self._quoted(finding["value"], is_hidden),
            "variable": self.variable_name(finding["dataset"], finding["variable"]),
            "expected": expected,
            "message": finding["message"],
            "days": _OR[self.language].join(dict.fromkeys(_ISO.findall(expected) or _ISO.findall(finding["message"]))),
        }
        if rule in ("EX-002", "EX-003"):
            places["value"] = finding["value"]
        return QueryText(*(_filled(sentence, places) for sentence in (line.seen, line.expected, line.matters)))

    def variable_name(self, dataset: str, variable: str) -> str:
        """The variable in words; the name itself where it is a column of the site or nobody has a word for it."""
        chinese = _chinese_names().get(variable) if self.language == CHINESE else None
        if chinese:
            return chinese
        known = {**self.specs.sdtm, **self.specs.adam}
        spec = known[dataset].by_name.get(variable) if dataset in known else None
        return spec.label if spec and spec.label else variable

    def _quoted(self, text: str, is_hidden: bool) -> str:
        if text:
            return _QUOTES[self.language].format(text)
        return (_HIDDEN if is_hidden else _NOTHING)[self.language]

    def _general(self, rule: str, name: str) -> str:
        if not self._kinds:
            self._kinds.update({row.id: row.kind for row in self.specs.rules})
        if rule in self._kinds:
            return f"*{_KINDS.get(self._kinds[rule], '')}"
        words = set(re.split(r"[.-]", name))
        return f"*{next((kind for kind, among in _WORDS if words & set(among)), '')}"


def _filled(sentence: str, places: Mapping[str, str]) -> str:
    """The sentence with its places filled in one pass, so that braces in a typed text stay what they are; ends that an empty
    place leaves open are cut."""
    text = re.sub(r"\{(\w+)\}", lambda place: places[place[1]], sentence)
    return re.sub(r"\s*(?:[:：]|\(\)|（）)\s*$", "", text).strip()
