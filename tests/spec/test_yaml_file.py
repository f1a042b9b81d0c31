import json
import tempfile
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth, overlay, read_yaml, validate


class Inner(FileModel):
    days: int
    names: Texts = ()


class Outer(FileModel):
    QUESTIONS: ClassVar[dict[str, str]] = {"system": "which staging system?"}

    system: str
    on: Truth = False
    inner: Inner | None = None
    several: tuple[Inner, ...] = ()


def written(folder, text, name="a.yaml"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(folder, text, model=None):
    path = written(folder, text)
    with pytest.raises(StudyError) as error:
        validate(read_yaml(path, "a.yaml"), model or FileModel)
    return [str(problem) for problem in error.value.problems]


def test_every_scalar_is_the_characters_in_the_file(tmp_path):
    text = "a: 007\nb: 2021-03-05\nc: NO\nd: ~\ne: 1e3\nf: 'x '\ng:\nh: [1.50, yes]\ni: !!int 5\n"
    data = read_yaml(written(tmp_path, text), "a.yaml").data
    assert data == {
        "a": "007", "b": "2021-03-05", "c": "NO", "d": "~", "e": "1e3", "f": "x ", "g": "", "h": ["1.50", "yes"], "i": "5",
    }  # fmt: skip


def test_every_value_knows_its_line_and_a_place_without_one_the_nearest_above(tmp_path):
    file = read_yaml(written(tmp_path, "# head\na: 1\nb:\n  - c: 2\n    d: 3\n  - e: [4,\n      5]\n"), "a.yaml")
    lines = {
        path: file.source(path).line
        for path in [("a",), ("b",), ("b", 0, "d"), ("b", 1, "e", 1), ("b", 1, "zz"), ("zz",)]
    }
    assert lines == {
        ("a",): 2,
        ("b",): 3,
        ("b", 0, "d"): 5,
        ("b", 1, "e", 1): 7,
        ("b", 1, "zz"): 6,
        ("zz",): 2,
    }


def test_a_mark_at_the_start_and_an_empty_file_are_read(tmp_path):
    assert read_yaml(written(tmp_path, b"\xef\xbb\xbfa: 1\n"), "a.yaml").data == {"a": "1"}
    assert read_yaml(written(tmp_path, ""), "a.yaml").data == {}


def test_anchors_stand_for_their_value(tmp_path):
    file = read_yaml(written(tmp_path, "a: &x {n: 1}\nb: *x\n"), "a.yaml")
    assert file.data == {"a": {"n": "1"}, "b": {"n": "1"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", ['a.yaml:3: the key "a" stands here a second time']),
        ("x:\n  a: 1\n  a: 2\ny:\n  b: 1\n  b: 1\n", ['a.yaml:3: the key "a" stands here a second time',
          'a.yaml:6: the key "b" stands here a second time']),
        ("[1, 2]: x\n", ["a.yaml:1: a key must be a plain text"]),
        ("a: 1\nb: &x [*x]\n", ["a.yaml:2: a value stands inside itself"]),
        (b"a: \xff\n", ["a.yaml: not UTF-8 at byte 3; save it as UTF-8"]),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_text_has_its_line(tmp_path, text, expected):
    assert problems(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a: [1\nb: 2\n", "a.yaml:2: not YAML: "),
        ("a: 1\n---\nb: 2\n", "a.yaml:2: not YAML: "),
        ("a: \x01\n", "a.yaml: not YAML: "),
        ("a: *x\n", "a.yaml:1: not YAML: "),
        ("a: b: c\n", "a.yaml:1: not YAML: mapping values are not allowed here"),
        ("a: 1\nb: @c\n", "a.yaml:2: not YAML: found character '@' that cannot start any token"),
        (
            "a: 1\nb\u2028c: 2\n",
            "a.yaml:2: not YAML: U+2028, a line break that editors do not show; ",
        ),
        (
            "a:\n  " + "[" * 100_000 + "]" * 100_000,
            "a.yaml:2: not YAML: values stand inside one another more than 60 deep",
        ),
        ("a: " + "[" * 100_000, "a.yaml:1: not YAML: values stand inside one another more than 60 deep"),
    ],
)
def test_what_is_not_yaml_says_so(tmp_path, text, start):
    (found,) = problems(tmp_path, text)
    assert found.startswith(start)


def test_a_file_that_is_not_there_names_the_nearest(tmp_path):
    written(tmp_path, "a: 1\n", "site_101.yaml")
    with pytest.raises(StudyError, match=r'^site_102.yaml: no such file; did you mean "site_101.yaml"\?$'):
        read_yaml(tmp_path / "site_102.yaml", "site_102.yaml")
    with pytest.raises(StudyError, match=r"^x/y.yaml: no such file$"):
        read_yaml(tmp_path / "x" / "y.yaml", "x/y.yaml")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(StudyError, match=r"^folder.yaml: cannot be read: .+"):
        read_yaml(tmp_path / "folder.yaml", "folder.yaml")


def test_every_problem_of_a_model_at_once_each_with_its_line(tmp_path):
    text = "sytem: X\non: maybe\ninner:\n  dayz: 3\n  days: x\nseveral:\n  - days: 1\n  - {days: 2, name: a}\n"
    assert problems(tmp_path, text, Outer) == [
        'a.yaml:1: the key "system" is missing: which staging system?',
        'a.yaml:1: unknown key "sytem"; did you mean "system"?',
        'a.yaml:2: on "maybe": needs yes or no',
        'a.yaml:4: unknown key "dayz"; did you mean "days"?',
        'a.yaml:5: days "x": needs a whole number',
        'a.yaml:8: unknown key "name"; did you mean "names"?',
    ]  # fmt: skip


def test_a_file_that_is_no_mapping_at_all(tmp_path):
    assert len(problems(tmp_path, "just text\n", Outer)) == 1


def test_a_part_of_a_file_is_validated_with_its_own_lines(tmp_path):
    file = read_yaml(written(tmp_path, "a: 1\nparts:\n  - {days: 1}\n  - days: x\n"), "a.yaml")
    assert validate(file, Inner, ("parts", 0), file.data["parts"][0]) == Inner(days=1)
    with pytest.raises(StudyError, match=r'^a.yaml:4: days "x"'):
        validate(file, Inner, ("parts", 1), file.data["parts"][1])
    assert validate(file, Inner, ("parts", 0)) == Inner(days=1)


@pytest.mark.parametrize(
    ("text", "truth"),
    [("yes", True), ("ON", True), ("True", True), ("no", False), ("Off", False), ("FALSE", False)],
)
def test_truth_however_written_and_one_text_as_a_list(tmp_path, text, truth):
    path = written(tmp_path, f"system: X\non: {text}\ninner: {{days: 3, names: one}}\n")
    found = validate(read_yaml(path, "a.yaml"), Outer)
    assert (found.on, found.inner.names) == (truth, ("one",))


KEYS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=6)


@given(
    st.recursive(
        KEYS,
        lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(KEYS, inner, min_size=1, max_size=3),
        max_leaves=8,
    )
)
def test_any_nesting_reads_back_as_text_with_a_line_for_every_value(tmp_path_factory, data):
    def flow(value):
        if isinstance(value, str):
            return f'"{value}"'
        if isinstance(value, list):
            return "[" + ",\n ".join(map(flow, value)) + "]"
        return "{" + ",\n ".join(f'"{key}": {flow(item)}' for key, item in value.items()) + "}"

    def places(value, path=()):
        yield path
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in pairs:
            yield from places(item, (*path, key))

    file = read_yaml(written(tmp_path_factory.mktemp("yaml"), flow(data) + "\n"), "a.yaml")
    assert file.data == data
    assert set(places(data)) == set(file.lines)


def parsed(folder, name, data):
    path = folder / name
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    return read_yaml(path, name)


def leaves(data, path=()):
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found = [leaf for key, value in items for leaf in leaves(value, (*path, key))]
    return found or [(path, data)]


def at(data, path):
    for key in path:
        data = data[key]
    return data


VALUES = st.recursive(
    st.sampled_from(["x", "y", "z"]),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=12,
)
FILES = st.dictionaries(st.sampled_from("abc"), VALUES | st.just(""), max_size=3)


@given(FILES, FILES)
def test_every_value_of_an_overlay_knows_the_file_and_line_it_stands_in(base, over):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        below, above = parsed(folder, "base", base), parsed(folder, "over", over)
        merged = overlay(below, above, lambda path: len(path) < 2)
    assert set(merged.lines) == {path[:size] for path, _ in leaves(merged.data) for size in range(len(path) + 1)}
    for path, value in leaves(merged.data):
        source = merged.source(path)
        own = {"base": below, "over": above}[source.file]
        assert at(own.data, path) == value or value == {}
        assert source.line == own.lines[path]
    for key in {*base, *over}:
        gone = over.get(key) == "" and key in base
        assert (key in merged.data) == (not gone)
        if not gone:
            whole = over.get(key, base.get(key))
            both = isinstance(base.get(key), dict) and isinstance(over.get(key), dict)
            assert set(merged.data[key]) >= set(over[key]) - set(base[key]) if both else merged.data[key] == whole
