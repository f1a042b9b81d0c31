"""The encoding of a text from its bytes alone: what settles it, or the likeliest with the one that comes next.

A mark at the start, or being UTF-8 throughout, settles it. Else the file is read in each encoding that a site may use, and that
is taken under which its words are the most usual (`character_cost`). Knows nothing of tables.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from hcc_sdtm.raw.text.character_cost import (
    USUAL_BITS,
    Cost,
    central_cost,
    cyrillic_cost,
    greek_cost,
    japanese_cost,
    korean_cost,
    turkish_cost,
    unicode_cost,
    western_cost,
    wide_cost,
)

DOUBTFUL_BITS = 10.0
"""Another encoding that is no further behind (one to a thousand) is a doubt; further, it is a likely guess."""

MOST_UNREADABLE = 0.2
"""Of the characters outside ASCII, how many may be unreadable: fields cut to a number of bytes end in half a character."""

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_HEAD_BYTES = 1 << 13
_BLOCK_BYTES = 1 << 20
_SURELY_WRONG = 10_000
_MOST_MATCHES = 20_000
_MOST_WORDS = 2_000
_HIGH = re.compile(rb"[\x80-\xff]")
# what a character of two or four bytes may consist of
_PARTS = frozenset(b"0123456789") | frozenset(range(0x40, 0x100))
_REST = re.compile(rb"[0-9@-\xff]*")
_LONGEST_WORD = 200
_SHORT_UTF8 = 40


@dataclass(frozen=True)
class _Candidate:
    """An encoding, its usual name, the bits it must make up for being rare, and how its characters are weighed."""

    encoding: str
    name: str
    rarity: float
    cost: Cost


@dataclass(frozen=True)
class _Weighed:
    """A sample read as one encoding: its text, bits, characters outside ASCII, and how many of those are usual."""

    candidate: _Candidate
    text: str
    bits: float
    characters: int
    usual: int


@dataclass(frozen=True)
class FoundEncoding:
    """Python's name of the encoding, its usual name, and why it is taken.

    ``evidence`` is ``""`` where the file settles its encoding, else what speaks for it and what comes next; ``doubtful``
    where that is about as likely. ``encoding`` is ``""`` where none fits.
    """

    encoding: str
    name: str = ""
    evidence: str = ""
    doubtful: bool = False


_UTF8 = _Candidate("utf-8", "UTF-8", 0.0, unicode_cost)
_GB18030 = _Candidate("gb18030", "GB18030", 0.0, wide_cost)
_BYTE_ENCODINGS = (
    _GB18030,
    _Candidate("cp1252", "Windows-1252", 0.0, western_cost),
    _Candidate("iso8859-15", "ISO 8859-15", 1.0, western_cost),
    _Candidate("mac_roman", "Mac Roman", 4.0, western_cost),
    _Candidate("cp850", "DOS code page 850", 8.0, western_cost),
    _Candidate("cp1250", "Windows-1250", 3.0, central_cost),
    _Candidate("iso8859-2", "ISO 8859-2", 4.0, central_cost),
    _Candidate("cp852", "DOS code page 852", 10.0, central_cost),
    _Candidate("cp1254", "Windows-1254", 4.0, turkish_cost),
    _Candidate("cp1251", "Windows-1251", 4.0, cyrillic_cost),
    _Candidate("koi8_r", "KOI8-R", 8.0, cyrillic_cost),
    _Candidate("iso8859-5", "ISO 8859-5", 8.0, cyrillic_cost),
    _Candidate("cp866", "DOS code page 866", 8.0, cyrillic_cost),
    _Candidate("cp1253", "Windows-1253", 4.0, greek_cost),
    _Candidate("big5hkscs", "Big5", 3.0, wide_cost),
    _Candidate("cp932", "Shift JIS", 5.0, japanese_cost),
    _Candidate("euc_jp", "EUC-JP", 5.0, japanese_cost),
    _Candidate("cp949", "EUC-KR", 5.0, korean_cost),
)
_WIDE_ENCODINGS = (
    _Candidate("utf-16-le", "UTF-16", 0.0, unicode_cost),
    _Candidate("utf-16-be", "UTF-16", 0.0, unicode_cost),
    _Candidate("utf-32-le", "UTF-32", 0.0, unicode_cost),
    _Candidate("utf-32-be", "UTF-32", 0.0, unicode_cost),
)
_NAMES = {each.encoding: each.name for each in (_UTF8, *_BYTE_ENCODINGS, *_WIDE_ENCODINGS)} | {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
}


def find_encoding(content: bytes) -> FoundEncoding:
    """The encoding of ``content``: settled by a mark or by UTF-8 throughout, else the likeliest, with its evidence.

    A text that is UTF-8 but for a few bytes is UTF-8: those bytes become ``U+FFFD`` on reading.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _fitting(content, encoding)
    head = content[:_HEAD_BYTES]
    if b"\0" in head:
        wide = _of_two_bytes(content, head)
        if wide:
            return wide
    characters, unreadable = count_unreadable(content, "utf-8")
    words = _words(content) if characters or unreadable else []
    if not unreadable:
        return _in_spite_of_utf8(words) if 0 < characters < _SHORT_UTF8 else FoundEncoding("utf-8", "UTF-8")
    if unreadable <= MOST_UNREADABLE * characters:
        return FoundEncoding("utf-8", "UTF-8")
    return _likeliest(content, [_weigh(words, each) for each in _BYTE_ENCODINGS])


def count_unreadable(content: bytes, encoding: str) -> tuple[int, int]:
    """Characters outside ASCII that ``content`` holds in an encoding, and how many it holds of bytes that are none.

    The count ends where so many are unreadable that the encoding cannot be meant.
    """
    if content.isascii() and encoding in ("utf-8", "utf-8-sig", *(each.encoding for each in _BYTE_ENCODINGS)):
        return 0, 0
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    is_utf8 = encoding.startswith("utf-8")  # what it writes for a lost character is a character
    characters = unreadable = 0
    for start in range(0, max(1, len(content)), _BLOCK_BYTES):
        block = content[start : start + _BLOCK_BYTES]
        text = decoder.decode(block, start + _BLOCK_BYTES >= len(content))
        unreadable += text.count("\ufffd") - (block.count(b"\xef\xbf\xbd") if is_utf8 else 0)
        characters += 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))
        if unreadable > _SURELY_WRONG and unreadable > MOST_UNREADABLE * characters:
            break
    return characters - unreadable, unreadable


def first_unreadable(content: bytes, encoding: str) -> tuple[int, int]:
    """Position of the first byte that is no character of an encoding, from 0, and its line; (-1, 0) without one."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    for start in range(0, max(1, len(content)), _BLOCK_BYTES):
        pending = len(decoder.getstate()[0])
        block = content[start : start + _BLOCK_BYTES]
        try:
            lines += decoder.decode(block, start + _BLOCK_BYTES >= len(content)).count("\n")
        except UnicodeDecodeError as failure:
            return start - pending + failure.start, lines + failure.object[: failure.start].count(b"\n")
    return -1, 0


def _fitting(content: bytes, encoding: str) -> FoundEncoding:
    characters, unreadable = count_unreadable(content, encoding)
    readable = characters if encoding == "utf-8-sig" else len(content) // 4
    return FoundEncoding(encoding, _NAMES[encoding]) if unreadable <= MOST_UNREADABLE * readable else FoundEncoding("")


def _of_two_bytes(content: bytes, head: bytes) -> FoundEncoding | None:
    """UTF-16 or UTF-32 without a mark; None where the text reads better with its zero bytes as characters."""
    even = head[: len(head) // 4 * 4] if len(content) > len(head) else head
    weighed = [_weigh([even], each) for each in (_UTF8, _GB18030, *_WIDE_ENCODINGS)]
    best = min(weighed, key=lambda each: each.bits)
    if best.candidate in (_UTF8, _GB18030) or best.usual * 2 < best.characters:
        return None
    return _likeliest(content, weighed)


def _in_spite_of_utf8(words: Sequence[bytes]) -> FoundEncoding:
    """UTF-8, or GB18030 where a few Chinese characters happen to be UTF-8 of letters that no one types side by side."""
    utf8, chinese = _weigh(words, _UTF8), _weigh(words, _GB18030)
    if utf8.bits <= chinese.bits:
        return FoundEncoding("utf-8", "UTF-8")
    if utf8.bits - chinese.bits <= DOUBTFUL_BITS:
        return FoundEncoding("utf-8", "UTF-8", _evidence(utf8, chinese), True)
    return FoundEncoding("gb18030", "GB18030", _evidence(chinese, utf8), True)


def _likeliest(content: bytes, weighed: Sequence[_Weighed]) -> FoundEncoding:
    ordered = sorted(weighed, key=lambda each: each.bits)
    for position, best in enumerate(ordered):
        characters, unreadable = count_unreadable(content, best.candidate.encoding)
        if unreadable > MOST_UNREADABLE * characters and unreadable:
            continue
        # an encoding that gives the same text is no other answer
        others = [each for each in ordered[position + 1 :] if each.text != best.text]
        next_best = others[0] if others else best
        doubtful = bool(others) and next_best.bits - best.bits < DOUBTFUL_BITS
        doubtful |= best.usual * 2 < best.characters
        return FoundEncoding(best.candidate.encoding, best.candidate.name, _evidence(best, next_best), doubtful)
    return FoundEncoding("")


def _evidence(best: _Weighed, other: _Weighed) -> str:
    """In words; no text of the file is quoted, because it may be a patient's name."""
    usual = f"{best.usual} of the {best.characters} letters outside ASCII in its words make sense that way"
    if not best.characters:
        usual = "its bytes make letters that way"
    if other is best:
        return f"{usual}, and no other encoding fits"
    words = list(zip_longest(best.text.split("\n"), other.text.split("\n")))
    differing = sum(one != another for one, another in words)
    return f"{usual}; {other.candidate.name} comes next and would change {differing} of {len(words)} words"


def _weigh(words: Sequence[bytes], candidate: _Candidate) -> _Weighed:
    # words are weighed together: a zero byte between them ends every character
    text = "\n".join(word.decode(candidate.encoding, "replace") for word in words)
    bits = candidate.cost(text)
    outside = [cost for character, cost in zip(text, bits, strict=True) if character > "\x7f"]
    return _Weighed(
        candidate, text, candidate.rarity + sum(bits), len(outside), sum(cost <= USUAL_BITS for cost in outside)
    )


def _words(content: bytes) -> list[bytes]:
    """The first distinct words that hold a byte above 127: a label repeated on every row says no more than once."""
    words: dict[bytes, None] = {}
    at = 0
    for _ in range(_MOST_MATCHES):
        found = _HIGH.search(content, at)
        if not found or len(words) == _MOST_WORDS:
            break
        start = found.start()
        while start > at and content[start - 1] in _PARTS and found.start() - start < _LONGEST_WORD:
            start -= 1
        end = _REST.match(content, found.start())
        at = end.end() if end else found.end()
        words[content[start : min(at, start + _LONGEST_WORD)]] = None
    return list(words)
