"""What is written reads back the same, whatever it is."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.drafting.writing.yaml_text import comment, flow, scalar
from hcc_sdtm.spec.yaml_file import read_yaml

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)


def read_back(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yaml"
        path.write_text(text, encoding="utf-8", newline="\n")
        return read_yaml(path, "x.yaml").data


@pytest.mark.parametrize(
    "text",
    [
        "性别",
        "007",
        "N",
        "yes",
        "null",
        "a: b",
        "- x",
        "",
        "-",
        "x\ny",
        "{x}",
        "5 x week",
        "1e5",
        "#",
        "\ufeff",
        "\x85",
    ],
)
def test_awkward_texts(text):
    assert read_back(f"key: {scalar(text)}") == {"key": text}


@pytest.mark.parametrize("text", ["性别", "Visit no.", "完全缓解(CR)", "5 TIMES PER WEEK", "结局 / 死亡日期"])
def test_plain_texts_stay_plain(text):
    assert scalar(text) == text


@given(
    st.recursive(TEXTS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)), TEXTS
)
def test_a_value_and_a_comment_behind_it(value, said):
    assert read_back(f"key: {flow(value)}  {comment(said)}\nother: x") == {"key": value, "other": "x"}
