"""``aggregate``: one row for each subject or other key, with a column for each measure over its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import NO_ROW, Origins
from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.language.arrange_options import Aggregate, Measure
from hcc_sdtm.mapping.tables.exact_sums import exact_sums
from hcc_sdtm.mapping.tables.row_groups import RowGroups, group_rows
from hcc_sdtm.mapping.tables.row_order import ORDER_UNSURE, RowOrder
from hcc_sdtm.mapping.tables.selecting import free_name, select_texts
from hcc_sdtm.mapping.tables.view import Places, Taken, View, clean
from hcc_sdtm.repeated_text import repeat_text

MEMBER_UNREADABLE = "MAP-036 aggregate.member-unreadable"
JOINED_BY = "; "


def aggregate(
    view: View, option: Aggregate, order_of: Callable[[Measure], RowOrder], site: str
) -> tuple[View, pd.DataFrame]:
    """The view with one row for each key of ``per``, its columns those of ``per`` and the measures, and findings.

    A record is the group of its rows. `first`, `last`, `min` and `max` have the text of one of them and stand in its cell;
    `sum` and `join` in the cells of all rows with a value, `count` in those of all rows. A declared missing text is no value;
    a measure over none is ``""``. `count` is the number of rows with a value, 0 where no row of the group has one. `first` and
    `last` go by the order of the rows, `join` has each text once, in the order of its kind; texts that differ in case alone
    are one. ``order_of`` reads the column of a measure of dates or numbers.

    Findings: a text that cannot be read as the measure's kind (error, at its cell; the measure has no value for its group); a
    partial date, compared by its first day, that may make another row the first or last (warning); a row without a key, which
    stays by itself (warning).
    """
    groups, keyless = group_rows(view, option.per, np.zeros(len(view)), site)
    everything = np.ones(len(view), dtype=bool)
    own = _group_places(view.origins, view.own, groups, everything)
    made = _Made(view, own)
    found = [keyless]
    for column in option.per:
        codes, texts = view.factorized(column)
        made.add(column, column, _first_of_groups(groups, everything, [_text_rank(codes, texts)]), own)
    for name, measure in option.measures.items():
        order = None if measure.read_as == "text" else order_of(measure)
        _Measuring(view, groups, option.per, name, measure, order, site, found).measure(made)
    aggregated = replace(
        view,
        texts=made.texts,
        positions={column: view.positions[source] for column, source in made.sources.items()},
        rows=own.rows,
        items=own.items,
        hidden=frozenset(column for column, source in made.sources.items() if source in view.hidden),
        from_names=frozenset(column for column, source in made.sources.items() if source in view.from_names),
        distinct={},
        roles=made.roles,
        others=made.others,
        taken=made.taken,
        absent={column: view.lacking(source) for column, source in made.sources.items()},
        arranged_by=set(option.per),
        arranged_in=[*view.arranged_in, *((view, column) for column in view.arranged_by if column in view.texts)],
        chosen_from={column: [(view, source)] for column, source in made.sources.items()},
    )
    return aggregated, join_findings(found)


@dataclass
class _Made:
    """The columns of the new view as they come: each with the column that it is made from, its texts and its places."""

    view: View
    own: Places
    sources: dict[str, str] = field(default_factory=dict)
    texts: dict[str, np.ndarray] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    others: dict[str, Places] = field(default_factory=dict)
    taken: dict[str, Taken] = field(default_factory=dict)

    def add(self, name: str, column: str, rows: np.ndarray, places: Places | None = None) -> None:
        """A column with the texts of one row for each group (-1: none), standing there or at the places given."""
        self.taken[name] = Taken(self.view, column, rows)
        places = places or self.view.places(column).at(rows)
        self.add_texts(name, column, select_texts(self.view.texts[column], rows), places)

    def add_texts(self, name: str, column: str, texts: np.ndarray, places: Places) -> None:
        """A column with texts of its own."""
        self.sources[name], self.texts[name] = column, texts
        if places.sheets == self.own.sheets and all(map(np.array_equal, places[:2], self.own[:2])):
            return
        for role, known in self.others.items():
            if places.sheets == known.sheets and all(map(np.array_equal, places[:2], known[:2])):
                self.roles[name] = role
                return
        self.roles[name] = free_name(f"aggregate: {name}", self.others)
        self.others[self.roles[name]] = places


@dataclass
class _Measuring:
    """One measure over the groups of a view; ``order`` is that of its column where it is read as dates or numbers."""

    view: View
    groups: RowGroups
    per: tuple[str, ...]
    name: str
    option: Measure
    order: RowOrder | None
    site: str
    found: list[pd.DataFrame]

    def measure(self, made: _Made) -> None:
        """Adds the measure's column."""
        column, groups = self.option.column, self.groups
        codes, texts = self.view.factorized(column)
        has_value = (texts != "")[codes]
        readable = has_value if self.order is None else has_value & self.order.known
        spoilt = self._spoilt(np.flatnonzero(has_value & ~readable))
        by_text = _text_rank(codes, texts)
        if self.option.function in ("first", "last"):
            place = np.arange(len(self.view))
            sizes = [place if self.option.function == "first" else -place]
            made.add(self.name, column, _first_of_groups(groups, has_value, sizes))
        elif self.option.function in ("min", "max"):
            sign = 1 if self.option.function == "min" else -1
            sizes = [sign * by_text]
            if self.order is not None:
                sizes = [sign * self.order.first, self.order.last, by_text]
            rows = _first_of_groups(groups, readable, sizes)
            rows[spoilt] = -1
            made.add(self.name, column, rows)
            if self.option.read_as == "date":
                self._add_unsure(rows, readable)
        else:
            counted = np.ones(len(self.view), dtype=bool) if self.option.function == "count" else has_value
            made_texts = self._texts(codes, texts, readable, by_text)
            made_texts[spoilt] = ""
            is_own = counted.all() and column not in self.view.roles
            places = made.own if is_own else self._places(counted)
            made.add_texts(self.name, column, made_texts, places)

    def _places(self, counted: np.ndarray) -> Places:
        return _group_places(self.view.origins, self.view.places(self.option.column), self.groups, counted)

    def _texts(self, codes: np.ndarray, texts: np.ndarray, counted: np.ndarray, by_text: np.ndarray) -> np.ndarray:
        """The count, the sum or the joined texts of each group."""
        rows, size = np.flatnonzero(counted), len(self.groups.starts)
        of_rows = self.groups.numbers[rows]
        if self.option.function == "count":
            return np.bincount(of_rows, minlength=size).astype(str).astype(object)
        if self.option.function == "sum" and self.order is not None:
            return exact_sums(self.order.first[rows], of_rows, size, self.option.decimal)
        meant = pd.factorize(np.array([clean(text) for text in texts], dtype=object))[0][codes[rows]]
        sizes = [by_text[rows], *([] if self.order is None else [self.order.first[rows]])]
        order = np.lexsort([*sizes, of_rows])
        once = ~pd.DataFrame({"group": of_rows[order], "meant": meant[order]}).duplicated().to_numpy()
        kept = order[once]
        separator = self.option.separator or JOINED_BY
        joined = repeat_text("", size)
        items, of_items = texts[codes[rows[kept]]].tolist(), of_rows[kept]
        filled, starts = np.unique(of_items, return_index=True)
        ends = np.append(starts, len(items))[1:]
        joined[filled] = [separator.join(items[start:end]) for start, end in zip(starts, ends, strict=True)]
        return joined

    def _spoilt(self, rows: np.ndarray) -> np.ndarray:
        """The groups with a text that cannot be read, each text a finding."""
        kind = self.option.read_as
        message = (
            f'this text is not a {kind}, so "{self.name}", a {self.option.function} over the rows of one '
            f"{' and '.join(self.per)}, has no value"
        )
        self.found.append(self.view.findings(rows, self.option.column, MEMBER_UNREADABLE, "error", self.site, message))
        return np.unique(self.groups.numbers[rows])

    def _add_unsure(self, chosen: np.ndarray, readable: np.ndarray) -> None:
        """Findings at partial dates that may be before the earliest, or after the latest, that was taken."""
        if self.order is None or not len(chosen):
            return
        first, last = np.floor(self.order.first), np.floor(self.order.last)
        there = chosen[self.groups.numbers]
        others = readable & (there >= 0) & (np.arange(len(there)) != there)
        if self.option.function == "max":
            rows = np.flatnonzero(others & (last > first) & (last > first[there]))
        else:
            rows = np.unique(
                there[others & (last[there] > first[there]) & (first <= last[there]) & (first > first[there])]
            )
        message = f'this date is not complete; "{self.name}" compares it by its first day, and another row may be the right one'
        self.found.append(self.view.findings(rows, self.option.column, ORDER_UNSURE, "warning", self.site, message))


def _text_rank(codes: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """By row the place of its text among the distinct texts in order."""
    return np.asarray(np.argsort(np.argsort(texts))[codes])


def _first_of_groups(groups: RowGroups, mask: np.ndarray, sizes: list[np.ndarray]) -> np.ndarray:
    """The row of each group, of those in the mask, that is smallest by the sizes in turn, -1 where it has none."""
    rows = np.flatnonzero(mask)
    order = np.lexsort([rows, *(size[rows] for size in reversed(sizes)), groups.numbers[rows]])
    of_groups, first = np.unique(groups.numbers[rows][order], return_index=True)
    found = np.full(len(groups.starts), -1, dtype=np.int64)
    found[of_groups] = rows[order[first]]
    return found


def _group_places(origins: Origins, places: Places, groups: RowGroups, mask: np.ndarray) -> Places:
    """Where each group's rows in the mask stand together: a row alone as itself, several as a group, none as `NO_ROW`."""
    members = groups.order[mask[groups.order]]
    rows, items, sizes = origins.expand(places.rows[members], places.items[members])
    # several items of one list stand in the same cell
    frame = pd.DataFrame({"group": np.repeat(groups.numbers[members], sizes), "row": rows, "item": items})
    frame = frame[~frame.duplicated()]
    counts = np.bincount(frame["group"], minlength=len(groups.starts))
    starts = np.cumsum(counts) - counts
    rows, items = frame["row"].to_numpy(), frame["item"].to_numpy()
    stands, by_item = np.full(len(counts), NO_ROW), np.zeros(len(counts), dtype=np.int64)
    alone, several = counts == 1, counts > 1
    stands[alone], by_item[alone] = rows[starts[alone]], items[starts[alone]]
    inside = several[frame["group"]]
    stands[several] = origins.add_groups(rows[inside], items[inside], counts[several])
    return Places(stands, by_item, places.sheets)
