"""What pydantic found wrong, in words of its reader."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from hcc_sdtm.spec.what_was_expected import what_was_expected
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth


class Part(FileModel):
    days: int = 0


class Written(FileModel):
    text: str = ""
    list_: tuple[str, ...] = ()
    texts: Annotated[Texts, Field(min_length=1)] = ("a",)
    keys: dict[str, str] = {}
    part: Part = Part()
    whole: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.5
    truth: Truth = True
    short: Annotated[str, Field(min_length=1, max_length=3)] = "a"
    code: Annotated[str, Field(pattern="^[A-Z]+$")] = "A"
    order: Literal["ymd", "dmy", "mdy"] = "ymd"
    sign: Literal["", ",", "'"] = ""
    only: Literal["upper"] | None = None


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("text", ["a"], "needs a text, not a list"),
        ("text", {"a": "b"}, "needs a text, not keys"),
        ("list_", "a", "needs a list, as [a, b]"),
        ("texts", {"a": "b"}, "needs a list, as [a, b], not keys"),
        ("texts", [], "must not be empty"),
        ("keys", ["a"], "needs keys with values, as {key: value}, not a list"),
        ("part", "a", "needs keys with values, as {key: value}"),
        ("whole", "x", "needs a whole number"),
        ("whole", "1.5", "needs a whole number"),
        ("whole", "0", "must be at least 1"),
        ("whole", "10", "must be at most 9"),
        ("share", "x", "needs a number"),
        ("share", "nan", "needs a number that has an end"),
        ("share", "0", "must be more than 0"),
        ("share", "1", "must be less than 1"),
        ("truth", "maybe", "needs yes or no"),
        ("short", "abcd", "has more than 3 characters"),
        ("short", "", "must not be empty"),
        ("code", "a", "must match the regular expression ^[A-Z]+$"),
        ("order", "ydm", "expected ymd, dmy or mdy"),
        ("sign", ".", 'expected "", "," or "\'"'),
        ("only", "lower", "expected upper"),
    ],
)
def test_it_says_what_to_write_and_not_which_type(key, value, words):
    with pytest.raises(ValidationError) as error:
        Written.model_validate({key: value})
    (detail,) = error.value.errors()
    assert what_was_expected(detail) == words
