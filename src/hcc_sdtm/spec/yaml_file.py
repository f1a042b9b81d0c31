"""YAML as a person wrote it: every scalar is the characters in the file, and every value knows its line.

``007``, ``2021-03-05``, ``NO`` and ``~`` stay text, because nodes are composed and never resolved; a model that wants a
number or a truth value asks for one (`Number`, `Truth`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source

Path_ = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)


class FileModel(BaseModel):
    """Base of every model of a written file: an unknown key is a problem, values do not change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _truth(value: Any) -> Any:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    return words.get(value.casefold(), value) if isinstance(value, str) else value


Truth = Annotated[bool, BeforeValidator(_truth)]
"""true/false, yes/no, on/off, however written."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One text, or a list of texts."""


@dataclass(frozen=True)
class YamlFile:
    """A parsed file: dicts, lists and text in ``data``; the 1-based line of every value in ``lines``, by its path."""

    name: str
    data: Any
    lines: dict[Path_, int]

    def source(self, path: Sequence[str | int]) -> Source:
        """The line of the value at ``path``, or of the nearest value above it that has one."""
        place = tuple(path)
        while place and place not in self.lines:
            place = place[:-1]
        return Source(self.name, line=self.lines.get(place, 1))


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
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise StudyError([Problem(Source(name, line=line), f"not YAML: {error.problem}")]) from None
    except YAMLError as error:
        raise StudyError([Problem(Source(name), f"not YAML: {error}")]) from None
    lines: dict[Path_, int] = {}
    problems: list[Problem] = []
    data = _value(root, (), name, lines, problems) if root is not None else {}
    if problems:
        raise StudyError(problems)
    return YamlFile(name, data, lines)


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


def read_model(path: Path, name: str, model: type[ModelT]) -> ModelT:
    """A YAML file as a model; StudyError with every problem and its line."""
    return validate(read_yaml(path, name), model)


def _problems(file: YamlFile, model: type[BaseModel], path: Path_, error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors():
        place = (*path, *detail["loc"])
        known = tuple(part for part in _known(file, place))
        source = file.source(known)
        key = str(place[-1]) if place else ""
        if detail["type"] == "extra_forbidden":
            yield Problem(source, f'unknown key "{key}"{nearest(key, _field_names(model))}')
        elif detail["type"] == "missing":
            question = getattr(model, "QUESTIONS", {}).get(key, "")
            yield Problem(source, f'the key "{key}" is missing' + (f": {question}" if question else ""))
        else:
            given = detail["input"]
            shown = f' "{given}"' if isinstance(given, str) else ""
            context = detail.get("ctx", {})
            message = str(context.get("error", detail["msg"]))
            allowed = re.findall("'([^']+)'", str(context.get("expected", ""))) if isinstance(given, str) else []
            yield Problem(source, f"{key}{shown}: {message[0].lower()}{message[1:]}{nearest(str(given), allowed)}")


def _known(file: YamlFile, place: Path_) -> Iterator[str | int]:
    """The part of an error's place that exists in the file: union tags that pydantic adds on the way are left out."""
    path: Path_ = ()
    for part in place:
        if (*path, part) in file.lines:
            path = (*path, part)
            yield part


def _field_names(model: type[BaseModel]) -> list[str]:
    """Every key that the model or a model inside it knows."""
    names: list[str] = []
    seen: set[type[BaseModel]] = set()
    waiting: list[Any] = [model]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
            seen.add(kind)
            for name, field in kind.model_fields.items():
                names.append(field.alias or name)
                waiting.append(field.annotation)
        else:
            waiting.extend(getattr(kind, "__args__", ()))
    return names
