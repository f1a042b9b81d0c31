"""How much of an approved mapping a draft has: the strict measure, line by line.

A *line* of the approved mapping is

- one leaf rule: the rule of one variable of one block (a lookup's inner rule is the leaf);
- one key of the head: site, country, missing, dates, each identifying column, each key of subjects;
- one option of one table: the table itself (file and sheets), header, subject, unique, ignore, unpivot, and any other.

A leaf rule is right only where the draft has a block that is the *same block* with the *same rule* for the variable.
The same block: same domain; a table of the same sheets in the same arrangement; the same condition; and all its identifying
constants are equal (--TESTCD, --CAT, --SCAT, --TERM, --TRT, --DECOD, --OBJ, --EVDTYP, --LNKID, and constants for --ORRES and
--STRESC). Where one of these differs, no line of the block is right. The same rule: same verb, column, factor, order, label
and condition; of a term rule all pairs of typed text and term that occur in the block's rows, by the map or the codelist,
must be equal. Names of tables and of unpivot keys are free. Where a list of texts is compared, those that occur count.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.mapping.language.condition import Join, Test
from hcc_sdtm.mapping.language.model import term_lists
from hcc_sdtm.mapping.language.verbs import Constant, Lookup
from hcc_sdtm.raw import build_table, read_sheets
from hcc_sdtm.spec.yaml_file import FileModel

IDENTIFYING_CONSTANTS = ("TESTCD", "CAT", "SCAT", "TERM", "TRT", "DECOD", "OBJ", "EVDTYP", "LNKID", "ORRES", "STRESC")


@dataclass
class Likeness:
    """``missed`` lines of the approved mapping, and ``extra`` ones of the draft that no approved line is like."""

    lines: int
    right: int
    drafted: int
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def recall(self):
        return self.right / self.lines

    @property
    def precision(self):
        return self.right / self.drafted

    def __str__(self):
        counts = f"recall {self.recall:.1%} ({self.right} of {self.lines} lines), "
        return counts + f"precision {self.precision:.1%} ({self.drafted - self.right} other lines drafted)"


def likeness(approved, draft, raw: Path, specs) -> Likeness:
    """How much of ``approved`` the ``draft`` has, both as `read_mapping` gives them."""
    ours, theirs = Counter(_Lines(draft, raw, specs).all()), Counter(_Lines(approved, raw, specs).all())
    common = ours & theirs
    return Likeness(
        theirs.total(),
        common.total(),
        ours.total(),
        [_shown(line) for line in (theirs - common).elements()],
        [_shown(line) for line in (ours - common).elements()],
    )


def _shown(line):
    return " | ".join(str(part) for part in line)


class _Lines:
    """The lines of one mapping, each as a value that equals that of the same line in another mapping."""

    def __init__(self, mapping, raw, specs):
        self.mapping, self.raw, self.specs = mapping, raw, specs
        self.files = sorted(path.relative_to(raw).as_posix() for path in raw.rglob("*") if path.is_file())
        self.sheets = {}
        self.tables = {name: _Table(self, table) for name, table in mapping.head.tables.items()}
        self.occurring = {text for table in self.tables.values() for texts in table.texts.values() for text in texts}

    def all(self):
        yield from self.head()
        for table in self.tables.values():
            yield from table.options()
        for block in self.mapping.blocks:
            identity = self.identity(block)
            for variable, rule in block.rules.items():
                yield ("rule", identity, variable, self.rule(rule, block, variable))
            for variable, rule in block.supp.items():
                yield ("rule", identity, f"SUPP.{variable}", self.rule(rule, block, variable))

    def head(self):
        head = self.mapping.head
        yield "head", "site", head.site
        if head.country:
            yield "head", "country", head.country
        yield "head", "missing", tuple(sorted(set(head.missing) & self.occurring))
        yield "head", "dates", repr(head.dates)
        for column in head.identifying:
            yield "head", "identifying", column
        for key, value in head.subjects:
            if value:
                yield "head", f"subjects.{key}", value

    def identity(self, block):
        constants = {
            name: rule.constant
            for name, rule in block.rules.items()
            if isinstance(rule, Constant) and rule.when is None and name[2:] in IDENTIFYING_CONSTANTS
        }
        return (
            block.domain,
            self.tables[block.rows].key,
            self.condition(block.when, self.tables[block.rows]),
            tuple(sorted(constants.items())),
        )

    def condition(self, condition, table):
        if condition is None:
            return None
        if isinstance(condition, Join):
            parts = [self.condition(part, table) for part in condition.parts]
            return condition.how, tuple(sorted(parts, key=str))
        values = condition.values
        if condition.test in ("equals", "in"):  # only texts that occur in the column can be met
            values = tuple(sorted(set(values) & set(table.texts.get(condition.column, ())))) or tuple(values)
            return condition.column, "in", values
        return condition.column, condition.test, values

    def rule(self, rule, block, variable, table=None):
        table = table or self.tables[block.rows]
        if isinstance(rule, Lookup):
            there = self.tables[rule.lookup.table]
            return "lookup", there.key, tuple(rule.lookup.on), self.rule(rule.lookup.give, block, variable, there)
        parts = []
        for name, value in rule:
            if name == "when":
                parts.append((name, self.condition(value, table)))
            elif name == "map":
                parts.append((name, self.pairs(rule, block, variable, table)))
            elif isinstance(value, FileModel):
                parts.append((name, self.rule(value, block, variable, table)))
            else:
                parts.append((name, str(value)))
        return type(rule).__name__, tuple(parts)

    def pairs(self, rule, block, variable, table):
        """Typed text and term of every text that the rule meets."""
        rows = table.mask(block.when) if table is self.tables[block.rows] else np.ones(table.size, dtype=bool)
        texts = set(table.columns[rule.term][rows]) if rule.term in table.columns else set()
        missing = {"", *self.mapping.head.missing}
        known = {text.casefold(): term for text, term in rule.map.items()}
        lists = self.lists(block, variable)
        found = []
        for text in sorted(texts - missing):
            by_list = (self.specs.codelists[name].by_folded.get(text.casefold()) for name in lists)
            found.append((text, known.get(text.casefold()) or next(filter(None, by_list), "")))
        return tuple(found)

    def lists(self, block, variable):
        known = self.specs.sdtm[block.domain].by_name
        return term_lists(self.specs, block.domain, variable) if variable in known else []


class _Table:
    """A table of a mapping on the site's files: what it opens, and its texts by column."""

    def __init__(self, lines, table):
        self.table = table
        file = next(
            (name for name in lines.files if fnmatch.fnmatchcase(name, table.file) or name == table.file), table.file
        )
        if file not in lines.sheets and (lines.raw / file).is_file():
            lines.sheets[file] = read_sheets(lines.raw / file, file)[0]
        sheets = lines.sheets.get(file, [])
        opened = [sheet for sheet in sheets if not table.sheet or fnmatch.fnmatchcase(sheet.sheet, table.sheet)]
        names = tuple(sheet.sheet for sheet in opened)
        self.key = (file, names, "unpivot" if table.unpivot else "")
        self.columns = {}
        for sheet in opened:
            raw = build_table(sheet, table.heading, ())
            for name in raw.positions:
                texts = raw.body[name].to_numpy(dtype=object)
                self.columns[name] = np.concatenate([self.columns[name], texts]) if name in self.columns else texts
        self.size = max((len(texts) for texts in self.columns.values()), default=0)
        if table.unpivot:
            self.columns, self.size = _unpivoted(table.unpivot, self.columns, self.size)
        self.columns = {name: pd.Series(texts).str.strip().to_numpy() for name, texts in self.columns.items()}
        self.texts = {name: set(texts) for name, texts in self.columns.items()}

    def options(self):
        yield "table", self.key, "file and sheet"
        for name in sorted(self.table.model_fields_set - {"file", "sheet", "unpivot", "ignore"}):
            yield "table", self.key, name, str(getattr(self.table, name))
        if "header" not in self.table.model_fields_set:
            yield "table", self.key, "header", str(self.table.header)
        if self.table.ignore:
            yield "table", self.key, "ignore", tuple(sorted(self.table.ignore))
        if self.table.unpivot:
            turned = self.table.unpivot
            pattern = re.sub(r"{(?!measure})[^}]*}", "{}", turned.columns)
            keys = tuple(sorted(tuple(values.items()) for values in turned.keys.values()))
            yield "table", self.key, "unpivot", pattern, keys, tuple(sorted(turned.measures.items()))

    def mask(self, condition):
        """The rows that meet a condition, by the plain meaning of its words."""
        if condition is None:
            return np.ones(self.size, dtype=bool)
        if isinstance(condition, Test):
            texts = pd.Series(self.columns.get(condition.column, np.full(self.size, "")))
            if condition.test == "present":
                return (texts != "").to_numpy()
            assert condition.test in ("equals", "in", "not_in"), condition.test
            found = texts.str.casefold().isin([value.casefold() for value in condition.values]).to_numpy()
            return ~found if condition.test == "not_in" else found
        parts = [self.mask(part) for part in condition.parts]
        if condition.how == "not":
            return ~parts[0]
        return np.logical_and.reduce(parts) if condition.how == "all" else np.logical_or.reduce(parts)


def _unpivoted(unpivot, columns, size):
    (values,) = unpivot.keys.values()
    (key,) = unpivot.keys
    blank = np.full(size, "", dtype=object)
    found = {measure: [] for measure in unpivot.measures}
    for item in values:
        pattern = unpivot.columns.replace("{" + key + "}", item)
        texts = {m: columns.get(pattern.replace("{measure}", text), blank) for m, text in unpivot.measures.items()}
        filled = np.logical_or.reduce([each != "" for each in texts.values()])
        for measure, each in texts.items():
            found[measure].append(each[filled])
    long = {measure: np.concatenate(parts) for measure, parts in found.items()}
    return long, max((len(texts) for texts in long.values()), default=0)
