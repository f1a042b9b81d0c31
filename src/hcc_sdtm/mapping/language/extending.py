"""A mapping that extends another: sites that share a form say once what they share."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.yaml_file import Path_, YamlFile, overlay, read_yaml

EXTENDS = "extends"
_BY_KEY = ("subjects", "dates", "anchors", "tables", "defaults")
"""Keys of the head whose own keys are merged with those of the file that is extended."""

_OPTIONS_BY_KEY = ("columns", "unpivot", "checkbox")
"""Options of a table that are merged in their turn; every other option is taken as a whole."""


@dataclass(frozen=True)
class ExtendedFile:
    """A mapping's file with what it takes from those it extends, and each of them: its path and the name sources print."""

    file: YamlFile
    read: tuple[tuple[Path, str], ...]

    def beside(self, path: Path_, text: str) -> tuple[Path, str]:
        """A file named by the value at the path, beside the file that the value stands in: its path and its name."""
        of_file = self.file.source(path).file
        folder = next(found for found, name in self.read if name == of_file).parent
        return folder / text, _beside(of_file, text)


def read_extended(path: Path, name: str) -> ExtendedFile:
    """The mapping in a file, on top of the one it extends, and so on.

    Keys of ``tables``, of a table, and of the other mappings of the head are merged one by one; a domain given here takes
    the place of the one there; an empty value takes a key away. Raises StudyError for a file that is not there or no YAML,
    with the nearest name, and for files that extend each other.
    """
    file = read_yaml(path, name)
    if not isinstance(file.data, dict):
        raise StudyError([Problem(file.source(()), "a mapping is keys: site, tables, and the domains to make")])
    read = [(path, name)]
    while (wanted := file.data.get(EXTENDS, "")) != "":
        line = file.source((EXTENDS,))
        if not isinstance(wanted, str):
            raise StudyError([Problem(line, "extends is one file, beside this one")])
        folder, of_file = next((found.parent, each) for found, each in read if each == line.file)
        base_path, base_name = folder / wanted, _beside(of_file, wanted)
        read.append((base_path, base_name))
        _require_file(folder, wanted, line)
        if any(_same(base_path, found) for found, _ in read[:-1]):
            chain = " -> ".join(each for _, each in read)
            raise StudyError([Problem(line, f"a mapping cannot extend itself: {chain}")])
        base = read_yaml(base_path, base_name)
        if not isinstance(base.data, dict):
            raise StudyError([Problem(base.source(()), "a mapping is keys: site, tables, and the domains to make")])
        own = YamlFile(
            file.name,
            {key: value for key, value in file.data.items() if key != EXTENDS},
            {place: number for place, number in file.lines.items() if place[:1] != (EXTENDS,)},
            file.files,
        )
        file = overlay(base, own, is_merged)
    return ExtendedFile(file, tuple(read))


def is_merged(path: Path_) -> bool:
    """Whether the keys at a path of a mapping are merged with the base's, and not taken as a whole."""
    match path:
        case () | ("tables", _):
            return True
        case (key,):
            return key in _BY_KEY
        case ("tables", _, option):
            return option in _OPTIONS_BY_KEY
        case ("defaults" | "anchors", _):
            return True
        case _:
            return False


def _beside(name: str, text: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), text))


def _same(first: Path, second: Path) -> bool:
    return first.resolve() == second.resolve()


def _require_file(folder: Path, wanted: str, line: Source) -> None:
    if Path(wanted).is_absolute():
        raise StudyError([Problem(line, f'"{wanted}" is no path beside this mapping')])
    if not (folder / wanted).is_file():
        known = [
            path.relative_to(folder).as_posix() for pattern in ("*.yaml", "*/*.yaml") for path in folder.glob(pattern)
        ]
        raise StudyError([Problem(line, f'no file "{wanted}" to extend{nearest(wanted, known)}')])
