"""Texts that identify a person wherever they stand: identity cards, telephones, mail addresses. Knows their shapes only."""

from __future__ import annotations

import re

PERSONAL_TEXTS = (
    ("identity card numbers", re.compile(r"\d{17}[\dXx]")),
    ("telephone numbers", re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}|\+\d{2}[\d ()/-]{8,}")),
    (
        "telephone numbers",
        re.compile(r"(?=(?:\D*\d){9,}\D*$)\(?0\d{1,4}\)?[ ./-]+\d[\d ./-]+|\(?\d{3}\)?[ .-]+\d{3}[ .-]\d{4}"),
    ),
    (
        "names with a title",
        re.compile(
            r"(?:Dr|Prof|Mr|Mrs|Ms|Mme|Nurse|Herr|Frau|Docteur|Schwester)\b\.?(?: [^\W\d_][\w.'-]*){1,4}"
            r"|[\u4e00-\u9fff]{1,4}(?:医师|医生|教授|主任|护士)"
        ),
    ),
    ("mail addresses", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")),
)
"""What such texts are called, and the whole of one."""

_INSIDE = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|[\w.+-]+@[\w-]+\.[\w.]+")


def hides_a_person(text: str) -> bool:
    """Whether a text has such a text in it."""
    return bool(_INSIDE.search(text))
