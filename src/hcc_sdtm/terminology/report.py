"""What a package changes for a study, as text for a terminal and as data for a program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hcc_sdtm.terminology.comparing import ListUpdate, SynonymChange
from hcc_sdtm.terminology.importing import Import
from hcc_sdtm.terminology.values_in_use import NO_TERM, STATUSES, SYNONYM, TERM_NOW, ValueUsed, merge_places

SHOWN = 12
"""Lines of one codelist, and places of one value, that a terminal shows; JSON has all."""

HEADINGS = {
    NO_TERM: "Values in use that are no longer terms (mend each place)",
    TERM_NOW: "Values in use that are published terms now",
    SYNONYM: "Values in use that the package has under another term",
}


def render_import(found: Import, *, is_dry: bool) -> str:
    """The report for a person: what changes in the codelists, which values in use it meets, what was written."""
    package = found.package
    if found.is_same:
        lines = [f"{package}: the study has it already; nothing changes"]
        return "\n".join([*lines, *_value_lines(found)])
    before = f" in place of {found.pinned}" if found.pinned and found.pinned != package.date else ""
    again = " (the same date, another content)" if found.pinned == package.date else ""
    kept = [update for update in found.updates.values() if update.published is not None]
    changed = [update for update in found.updates.values() if update.has_changes]
    unkept = len(package.codelists.keys() - {update.now.code for update in kept})
    lines = [
        f"{package}{before}{again}, from {found.file}",
        f"Codelists of the study in it: {len(kept)}, of which {sum(u.has_changes for u in kept)} change; "
        f"{unkept} more that the study does not keep",
    ]
    for update in changed:
        lines += _list_lines(update)
    stay = [update for update in kept if update.own or update.own_synonyms]
    if stay:
        terms = sum(len(update.own) for update in stay)
        synonyms = sum(len(each.added) for update in stay for each in update.own_synonyms)
        lines.append(f"The study's own that stay, in {_names(stay)}: terms {terms}, synonyms {synonyms}")
    if package.left_out:
        lines.append(f'Synonyms left out, because they hold "|": {", ".join(package.left_out)}')
    lines += _value_lines(found)
    what = "Would be written" if is_dry else "Written"
    lines.append(f"{what}: {', '.join(found.written)}" if found.written else "No file changes")
    return "\n".join(lines)


def render_import_json(found: Import, *, is_dry: bool) -> str:
    """The whole report as JSON."""
    package = found.package
    kept = {update.now.code for update in found.updates.values()}
    value: dict[str, Any] = {
        "file": found.file,
        "standard": package.standard,
        "date": package.date,
        "pinned": found.pinned,
        "same": found.is_same,
        "dry_run": is_dry,
        "written": list(found.written),
        "codelists": [_list_data(update) for update in found.updates.values() if update.has_changes or update.near],
        "unchanged": [name for name, update in found.updates.items() if not update.has_changes],
        "other_standards": list(found.untouched),
        "not_kept": [each.name for code, each in package.codelists.items() if code not in kept],
        "values": [
            {
                "status": change.status,
                "codelist": change.codelist,
                "dataset": change.used.dataset,
                "variable": change.used.variable,
                "value": change.used.value,
                "place": change.used.place,
                "records": change.used.records,
                "first_records": list(change.used.first),
                "message": change.message,
            }
            for change in found.values
        ],
    }
    return json.dumps(value, ensure_ascii=False, indent=1)


def _names(updates: list[ListUpdate]) -> str:
    return ", ".join(update.name for update in updates)


def _list_lines(update: ListUpdate) -> Iterator[str]:
    """What changes in one codelist, a line a change, cut at `SHOWN`."""
    if update.published is None:
        yield f"{update.name} ({update.now.code}): not in the package: retired; it stays as the study's own"
        return
    yield f"{update.name} ({update.now.code}, {update.label})"
    lines = [
        *(f"{fact.what}: {fact.old} is {fact.new} now" for fact in update.facts),
        *(f'renamed: "{each.old}" is "{each.new}" now ({each.code})' for each in update.renamed),
        *(f'removed: "{value}" ({code})' for value, code in update.removed),
        *(f'no longer allowed: "{value}", the study\'s own' for value in update.not_allowed),
        *(f'published now: "{value}", which was the study\'s own' for value in update.adopted),
        *(f'"{value}", the study\'s own, is published as "{term}"' for value, term in update.near),
        *(f'added: "{term.value}" ({term.code})' for term in update.added),
        *map(_synonym_line, update.synonyms),
    ]
    yield from (f"  {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  .. and {len(lines) - SHOWN} more changes; --json has all"


def _synonym_line(change: SynonymChange) -> str:
    parts = [f'synonym of "{change.term}"']
    parts += [f"added: {', '.join(change.added)}"] if change.added else []
    parts += [f"removed: {', '.join(change.removed)}"] if change.removed else []
    return "; ".join(parts)


def _value_lines(found: Import) -> Iterator[str]:
    merged = merge_places(found.values)
    for status in STATUSES:
        having = {key: places for key, places in merged.items() if key[0] == status}
        if having:
            yield f"{HEADINGS[status]}:"
        for (_, codelist, value, message), places in having.items():
            hint = f": {message}" if message else ""
            yield f'  {codelist} "{value}"{hint}'
            yield from (f"    {_place(place)}" for place in places[:SHOWN])
            if len(places) > SHOWN:
                yield f"    .. and {len(places) - SHOWN} more places; --json has all"
    if not merged:
        yield "No value in use changes its standing"


def _place(used: ValueUsed) -> str:
    what = ".".join(filter(None, (used.dataset, used.variable)))
    if not used.records:
        return f"{used.place}: {what}"
    numbers = ", ".join(map(str, used.first)) + (" .." if used.records > len(used.first) else "")
    return f"{used.place}: {what}, {used.records} record{'s' if used.records > 1 else ''} ({numbers})"


def _list_data(update: ListUpdate) -> dict[str, Any]:
    return {
        "codelist": update.name,
        "code": update.now.code,
        "retired": update.published is None,
        "added": [{"term": term.value, "code": term.code} for term in update.added],
        "removed": [{"term": value, "code": code} for value, code in update.removed],
        "renamed": [{"code": each.code, "from": each.old, "to": each.new} for each in update.renamed],
        "own_published_now": list(update.adopted),
        "own_near_published": [{"term": value, "published": term} for value, term in update.near],
        "own_not_allowed": list(update.not_allowed),
        "own": list(update.own),
        "synonyms": [
            {"term": each.term, "added": list(each.added), "removed": list(each.removed)} for each in update.synonyms
        ],
        "facts": [{"what": fact.what, "from": fact.old, "to": fact.new} for fact in update.facts],
    }
