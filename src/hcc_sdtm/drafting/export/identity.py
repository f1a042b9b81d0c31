"""What may identify a person: columns by their header or their values, and texts that no draft may show.

A draft proposes such columns under ``identifying``; their values are never written, nor any text that holds one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from hcc_sdtm.drafting.export.found_tables import FoundColumn
from hcc_sdtm.drafting.export.personal_texts import PERSONAL_TEXTS, hides_a_person
from hcc_sdtm.drafting.placing.placing import PlacedTable

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")


@dataclass(frozen=True)
class Secrets:
    """The texts of identifying columns: a text that is one, or holds one, is not shown."""

    texts: frozenset[str]

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        """How long those are that say something inside a longer text: initials do not."""
        return tuple(
            sorted({len(text) for text in self.texts if len(text) >= 4 or (len(text) >= 2 and not text.isascii())})
        )

    def hides(self, text: str) -> bool:
        """Whether the text may not be shown: it is such a text, holds one, or has the shape of one."""
        if hides_a_person(text) or (text in self.texts and (len(text) > 3 or not text.isascii())):
            return True
        parts = (text[at : at + size] for size in self._lengths for at in range(len(text) - size + 1))
        return any(part in self.texts for part in parts)


NO_SECRETS = Secrets(frozenset())


def identifying_columns(placed: PlacedTable) -> list[tuple[FoundColumn, str]]:
    """The table's columns that may identify a person, and why; hospital numbers too."""
    found = []
    for column in placed.table.columns:
        best = placed.best(column.name)
        if best is not None and best.verb in ("identifying", "hospital"):
            found.append((column, best.why))
            continue
        if best is not None and best.verb == "subject" and not column.profile.have_digits:
            found.append((column, f"{best.why}, and its values are no numbers: names?"))
            continue
        why = _by_values(column, best is None or best.score < 0.7)
        if why:
            found.append((column, why))
    return found


def _by_values(column: FoundColumn, header_says_nothing: bool) -> str:
    texts = column.profile.looked_at
    if not texts:
        return ""
    for what, pattern in PERSONAL_TEXTS:
        if sum(map(bool, map(pattern.fullmatch, texts))) >= 0.7 * len(texts):
            return f"its values look like {what}"
    names = sum(bool(_HAN_NAME.fullmatch(text)) and text[0] in _SURNAMES for text in texts)
    if header_says_nothing and len(texts) >= 5 and names >= 0.8 * len(texts):
        return "its values look like names of persons"
    return ""


def gather_secrets(columns: Iterable[FoundColumn], study_numbers: Sequence[str]) -> Secrets:
    """The texts of the identifying columns; the study's own subject numbers are none."""
    known = {text for column in columns for text in column.profile.texts}
    return Secrets(frozenset(known - set(study_numbers)))
