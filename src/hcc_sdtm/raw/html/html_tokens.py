"""A web page to its tags and texts, in time that grows with its length whatever it holds.

What a tag may look like is said in the HTML standard (section 13.2.5, tokenization). No script runs, nothing is fetched, and no
entity but the standard's is known.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_PLAIN_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)>")
_NAME = re.compile(r"/?[a-zA-Z][^\s/<>]*+")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?P<name>[^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s>"'][^\s>]*+)))?+"""
)
_CLOSE = re.compile(r"[\s/]*+>")
_RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "xml"})
"""Elements whose content is text up to their own end tag, and the islands of data that spreadsheet programs write."""

_NAMES = """
a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body
br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em
embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i
iframe img input ins kbd keygen label legend li link main map mark marquee menu meta meter nav nobr noframes
noscript object ol optgroup option output p param picture pre progress q rb rp rt ruby s samp script section
select slot small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th
thead time title tr track tt u ul var video wbr xml xmp
"""
_ELEMENTS = frozenset(_NAMES.split())


_DATA = {name for name in _ELEMENTS if name not in _RAW_TEXT}


class UnclosedError(Exception):
    """A tag or a comment that has no end: what follows it would be lost."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag, or an end tag (``/td``), its name in small letters."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)


_TAGS = {
    spelling: Tag(name)
    for name in sorted(_DATA | {f"/{name}" for name in _ELEMENTS})
    for spelling in (name, name.upper())
}
"""Tags without attributes, which most are."""


def read_tokens(page: str) -> Iterator[Tag | str]:
    """Tags and the texts between them, with character references resolved; comments and declarations are left out.

    The content of a script or a style is left out with it. Raises UnclosedError.
    """
    at = 0
    while at < len(page):
        start = page.find("<", at)
        if start < 0:
            yield _unescape(page[at:])
            return
        if start > at:
            yield _unescape(page[at:start])
        plain = _PLAIN_TAG.match(page, start)
        if plain and plain[1] in _TAGS:
            yield _TAGS[plain[1]]
            at = plain.end()
            continue
        name = _NAME.match(page, start + 1)
        if name and _is_element(name[0].lower()):
            tag, at = _read_tag(page, name)
            yield tag
            if tag.name in _RAW_TEXT:
                at = _raw_text_end(page, tag.name, at)
        elif page.startswith("<!--", start):
            at = _after(page, "-->", start + 2)  # <!--> is a whole comment
        elif page.startswith(("<!", "<?", "</"), start) and not name:
            at = _after(page, ">", start)
        else:
            # somebody typed "<5" or "<ULN": no tag, and nothing of it is lost
            yield "<"
            at = start + 1


def _unescape(text: str) -> str:
    """The text with its character references resolved; one of thousands of digits, which is none, stays as it is."""
    if "&" not in text:
        return text
    try:
        return html.unescape(text)
    except ValueError:
        return text


def _is_element(name: str) -> bool:
    plain = name.removeprefix("/")
    return plain in _ELEMENTS or ":" in plain or "-" in plain


def _read_tag(page: str, name: re.Match[str]) -> tuple[Tag, int]:
    at = name.end()
    attributes: dict[str, str] = {}
    while not (close := _CLOSE.match(page, at)):
        found = _ATTRIBUTE.match(page, at)
        if not found or found.end() == at:
            raise UnclosedError
        value = found["double"] or found["single"] or found["bare"] or ""
        attributes.setdefault(found["name"].lower(), _unescape(value))
        at = found.end()
    return Tag(name[0].lower(), attributes), close.end()


def _after(page: str, sign: str, at: int) -> int:
    end = page.find(sign, at)
    if end < 0:
        raise UnclosedError
    return end + len(sign)


def _raw_text_end(page: str, name: str, at: int) -> int:
    end = re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE).search(page, at)
    if not end:
        raise UnclosedError
    return end.start()
