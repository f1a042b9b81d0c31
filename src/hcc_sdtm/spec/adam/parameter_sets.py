"""Parameters written once and made for each entry of a set: two criteria, three readers.

``sets`` names lists of entries, each a name and a text; ``for_each`` with ``make`` stands for the parameters of ``make``, once
for each entry, ``{name}`` in their texts replaced. Every parameter keeps the line that it is written in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.spec.yaml_file import Path_, YamlFile

PLACE = re.compile(r"\{([A-Za-z_]+)\}")


def expand_sets(file: YamlFile, key: str) -> YamlFile:
    """The file with its list ``key`` written out, without ``sets``; a file that has no sets stays as it is.

    Raises StudyError for a set, a name or a form that does not exist.
    """
    if not isinstance(file.data, dict) or not isinstance(file.data.get(key), list):
        return file
    lines: dict[Path_, int] = {path: line for path, line in file.lines.items() if path[:1] != (key,) or len(path) == 1}
    problems: list[Problem] = []
    made: list[Any] = []
    for place, item, words in _items(file, key, problems):
        place_now: Path_ = (key, len(made))
        lines |= {(*place_now, *path[len(place) :]): n for path, n in file.lines.items() if path[: len(place)] == place}
        made.append(_replaced(file, place, item, words, problems))
    if problems:
        raise StudyError(list(dict.fromkeys(problems)))
    data = {name: value for name, value in file.data.items() if name != "sets"} | {key: made}
    return YamlFile(file.name, data, lines, file.files)


def _items(file: YamlFile, key: str, problems: list[Problem]) -> Iterator[tuple[Path_, Any, Mapping[str, str] | None]]:
    """Each parameter with its place in the file and the words of its entry; None: it is in no set."""
    sets = file.data.get("sets", {})
    if not isinstance(sets, dict):
        problems.append(Problem(file.source(("sets",)), "sets: names with a list of entries each were expected"))
        return
    for number, item in enumerate(file.data[key]):
        place = (key, number)
        if not isinstance(item, dict) or "for_each" not in item:
            yield place, item, None
            continue
        name, make = str(item["for_each"]), item.get("make")
        if name not in sets:
            problems.append(Problem(file.source((*place, "for_each")), f'no set "{name}"{nearest(name, sets)}'))
        elif set(item) != {"for_each", "make"} or not isinstance(make, list):
            message = "for_each goes with make, a list of parameters, and with nothing else"
            problems.append(Problem(file.source(place), message))
        else:
            for entry in _entries(file, name, sets[name], problems):
                yield from (((*place, "make", at), each, entry) for at, each in enumerate(make))


def _entries(file: YamlFile, name: str, entries: Any, problems: list[Problem]) -> list[Mapping[str, str]]:
    is_list = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
    if not is_list or not all(isinstance(text, str) for entry in entries for text in entry.values()):
        message = f"the set {name} is not a list of entries, each of names and texts"
        problems.append(Problem(file.source(("sets", name)), message))
        return []
    return list(entries)


def _replaced(
    file: YamlFile, place: Path_, value: Any, words: Mapping[str, str] | None, problems: list[Problem]
) -> Any:
    if words is None:
        return value
    if isinstance(value, dict):
        return {name: _replaced(file, (*place, name), each, words, problems) for name, each in value.items()}
    if isinstance(value, list):
        return [_replaced(file, (*place, at), each, words, problems) for at, each in enumerate(value)]
    for name in PLACE.findall(value):
        if name not in words:
            message = f"{{{name}}} is no name of the set{nearest(name, words)}"
            problems.append(Problem(file.source(place), message))
    return PLACE.sub(lambda found: words.get(found[1], found[0]), value)
