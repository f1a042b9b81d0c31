"""What docs/functions.md says of the functions: the example runs and prints that, and every function is there."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import hcc_sdtm as hs

PAGE = (Path(__file__).parents[3] / "docs" / "functions.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(found) == 1
    return found[0]


def test_the_example_prints_what_the_page_says(capsys):
    exec(compile(block("python"), "functions.md", "exec"), {})
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert printed == block("text").splitlines()


@pytest.mark.parametrize("name", [name for name in hs.adam.__all__ if name != "EventSource"])
def test_every_function_is_on_the_page_with_arguments_that_it_has(name):
    signature = re.search(rf"`{name}\((.*?)\)`", PAGE)
    assert signature, name
    has = inspect.signature(getattr(hs.adam, name)).parameters
    for argument in filter(None, (each.strip().partition("=")[0] for each in signature[1].split(","))):
        assert argument == "..." or argument in has, f"{name} has no {argument}"


@pytest.mark.parametrize("name", hs.adam.__all__)
def test_every_public_function_says_what_it_returns_and_raises(name):
    documentation = inspect.getdoc(getattr(hs.adam, name)) or ""
    assert documentation.splitlines()[0].endswith((".", ":")) or "." in documentation.splitlines()[1]
    refers = re.search(r"arguments and errors are those|errors are those of", documentation)
    assert name == "EventSource" or "Raises ValueError" in documentation or refers
