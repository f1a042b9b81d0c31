"""YAML as a person wrote it: every scalar is the characters in the file, and every value knows its line.

``007``, ``2021-03-05``, ``NO`` and ``~`` stay text, because nodes are composed and never resolved; a model that wants a
number or a truth value asks for one (`Number`, `Truth`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.what_was_expected import choices, what_was_expected

LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml is fourteen times as fast as the parser in Python; a PyYAML built without it has only the other."""

DEEPEST = 60
"""Values inside one another that a file may hold; what goes on for much longer would end the process."""

OTHER_LINE_BREAKS = re.compile("[\x85\u2028\u2029]")
"""YAML 1.1, which the parser reads, breaks lines there; YAML 1.2 and every editor do not."""

Path_ = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)


class FileModel(BaseModel):
    """Base of every model of a written file: an unknown key is a problem, values do not change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _truth(value: Any) -> Any:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    return words.get(value.casefold(), value) if isinstance(value, str) else value


Truth = Annotated[bool, BeforeValidator(_truth, json_schema_input_type=bool | str)]
"""true/false, yes/no, on/off, however written."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
"""One text, or a list of texts."""


@dataclass(frozen=True)
class YamlFile:
    """A parsed file: dicts, lists and text in ``data``; the 1-based line of every value in ``lines``, by its path.

    ``files`` names the file of each value that stands in another one (`overlay`).
    """

    name: str
    data: Any
    lines: dict[Path_, int]
    files: dict[Path_, str] = field(default_factory=dict)

    def source(self, path: Sequence[str | int]) -> Source:
        """The line of the value at ``path``, or of the nearest value above it that has one."""
        place = tuple(path)
        while place and place not in self.lines:
            place = place[:-1]
        return Source(self.files.get(place, self.name), line=self.lines.get(place, 1))


def overlay(base: YamlFile, over: YamlFile, is_merged: Callable[[Path_], bool]) -> YamlFile:
    """``over`` with what only ``base`` has; each value keeps its own file and line.

    Two mappings at a path that ``is_merged`` become one, key by key; any other value of ``over`` takes the place of the
    whole of the base's, and an empty one (``key:``) takes it away.
    """
    merged = YamlFile(over.name, _merge(base.data, over.data, (), is_merged), {}, {})
    _take_lines(merged, base, over, base.data, merged.data, (), is_merged)
    return merged


def _merge(base: Any, over: Any, path: Path_, is_merged: Callable[[Path_], bool]) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict) and is_merged(path)):
        return over
    found = {
        key: _merge(value, over[key], (*path, key), is_merged) if key in over else value
        for key, value in base.items()
        if over.get(key) != ""
    }
    return found | {key: value for key, value in over.items() if key not in base}


def _take_lines(
    merged: YamlFile,
    base: YamlFile,
    over: YamlFile,
    old: Any,
    data: Any,
    path: Path_,
    is_merged: Callable[[Path_], bool],
) -> None:
    """Gives the value at the path, and every value in it, the line and the file it was taken from."""
    giver = over if path in over.lines else base
    merged.lines[path] = giver.lines.get(path, 1)
    if giver.source(path).file != merged.name:
        merged.files[path] = giver.source(path).file
    if isinstance(data, dict):
        mixed = isinstance(old, dict) and is_merged(path)
        for key, value in data.items():
            part = old.get(key) if mixed else None
            _take_lines(merged, base if mixed else giver, over, part, value, (*path, key), is_merged)
    elif isinstance(data, list):
        for at, value in enumerate(data):
            _take_lines(merged, giver, giver, None, value, (*path, at), is_merged)


def read_yaml(path: Path, name: str) -> YamlFile:
    """The file as text values with lines; ``name`` is how sources print it.

    Raises StudyError where the file is missing, not UTF-8 or not YAML, or names a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        siblings = [other.name for other in path.parent.glob("*")] if path.parent.is_dir() else []
        raise StudyError([Problem(Source(name), f"no such file{nearest(path.name, siblings)}")]) from None
    except OSError as error:
        raise StudyError([Problem(Source(name), f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        raise StudyError([Problem(Source(name), f"not UTF-8 at byte {error.start}; save it as UTF-8")]) from None
    root = _compose(text, name)
    lines: dict[Path_, int] = {}
    problems: list[Problem] = []
    data = _value(root, (), name, lines, problems) if root is not None else {}
    if problems:
        raise StudyError(problems)
    return YamlFile(name, data, lines)


def _compose(text: str, name: str) -> Node | None:
    """The root node. A text that is not YAML has the message of the parser in Python, which names the character."""
    if found := OTHER_LINE_BREAKS.search(text):
        code = f"U+{ord(found.group()):04X}"
        message = f"{code}, a line break that editors do not show; delete it, or write it as an escape in double quotes"
        raise _not_yaml(name, text.count("\n", 0, found.start()) + 1, message)
    for loader in (LOADER, yaml.SafeLoader):
        try:
            _refuse_depth(text, name, loader)
            return yaml.compose(text, loader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            wrong = _not_yaml(name, line, str(error.problem))
        except yaml.YAMLError as error:
            wrong = _not_yaml(name, 0, str(error))
    raise wrong


def _not_yaml(name: str, line: int, message: str) -> StudyError:
    return StudyError([Problem(Source(name, line=line), f"not YAML: {message}")])


def _refuse_depth(text: str, name: str, loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader]) -> None:
    depth = 0
    for event in yaml.parse(text, loader):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise _not_yaml(name, line, f"values stand inside one another more than {DEEPEST} deep")


def _value(
    node: Node,
    path: Path_,
    name: str,
    lines: dict[Path_, int],
    problems: list[Problem],
    around: tuple[Node, ...] = (),
) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if any(node is other for other in around):
        problems.append(Problem(Source(name, line=lines[path]), "a value stands inside itself"))
        return ""
    around = (*around, node)
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, at), name, lines, problems, around) for at, item in enumerate(node.value)]
    if not isinstance(node, MappingNode):
        raise TypeError(f"a YAML node of type {type(node).__name__}")
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            problems.append(Problem(Source(name, line=line), "a key must be a plain text"))
            continue
        key = key_node.value
        if key in data:
            problems.append(Problem(Source(name, line=line), f'the key "{key}" stands here a second time'))
        lines[(*path, key)] = line
        data[key] = _value(value_node, (*path, key), name, lines, problems, around)
    return data


def listed(names: Collection[str]) -> str:
    """``; expected one of a, b`` for names few enough to be read, else ``""``."""
    return f"; expected one of {', '.join(names)}" if 0 < len(names) <= 24 else ""


def validate(file: YamlFile, model: type[ModelT], path: Path_ = (), data: Any = None) -> ModelT:
    """The part of the file at ``path`` (or ``data`` from there) as a model; StudyError with every problem and its line."""
    if data is None:
        data = file.data
        for key in path:
            data = data[key]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = _problems(file, model, path, error)
        raise StudyError(sorted(problems, key=lambda problem: problem.source.line)) from None


def _problems(file: YamlFile, model: type[BaseModel], path: Path_, error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors():
        place = (*path, *detail["loc"])
        known = _known(file, place)
        source = file.source(known)
        key = str(place[-1]) if place else ""
        if detail["type"] == "extra_forbidden":
            yield Problem(source, f'unknown key "{key}"{nearest(key, _field_names(model, detail["loc"]))}')
        elif detail["type"] == "union_tag_invalid":
            key, given = (str(detail["ctx"][name]).strip("'") for name in ("discriminator", "tag"))
            tags = choices({"expected": detail["ctx"]["expected_tags"]})
            message = f'{key} "{given}": {what_was_expected(detail)}{nearest(given, tags)}'
            yield Problem(file.source((*known, key)), message)
        elif detail["type"] == "missing":
            question = getattr(model, "QUESTIONS", {}).get(key, "")
            yield Problem(source, f'the key "{key}" is missing' + (f": {question}" if question else ""))
        else:
            given = detail["input"]
            shown = f' "{given}"' if isinstance(given, str) else ""
            allowed = choices(detail.get("ctx", {})) if isinstance(given, str) else []
            named = _named(known) or key
            yield Problem(source, f"{named}{shown}: {what_was_expected(detail)}{nearest(str(given), allowed)}")


def _named(place: Path_) -> str:
    """What a value is called: its key, or its list's and which one it is there."""
    keys = [part for part in place if isinstance(part, str)]
    is_listed = bool(place) and isinstance(place[-1], int)
    return f"{keys[-1]} {int(place[-1]) + 1}" if is_listed and keys else (keys[-1] if keys else "")


def _known(file: YamlFile, place: Path_) -> Path_:
    """The part of an error's place that exists in the file: union tags that pydantic adds on the way are left out.

    A tag may have the name of a key that stands beside the wrong one (``copy`` beside ``when``): of two paths as long, the
    one that goes on further is meant.
    """
    reached: dict[Path_, int] = {(): 0}
    for at, part in enumerate(place, 1):
        reached |= {(*path, part): at for path in list(reached) if (*path, part) in file.lines}
    return max(reached, key=lambda path: (len(path), reached[path]))


def _field_names(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """Every key that the model at the place knows; where the place may be one of several, those of all of them."""
    here = {model}
    for part in place:
        fields = [field for kind in here for name, field in kind.model_fields.items() if part in (name, field.alias)]
        here = {kind for field in fields for kind in _models_in(field.annotation)} or here
    return sorted({field.alias or name for kind in here for name, field in kind.model_fields.items()})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)
