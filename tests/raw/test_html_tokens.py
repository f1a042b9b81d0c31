import contextlib
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.raw.html.html_tokens import Tag, UnclosedError, read_tokens


def tokens(page):
    """Names of tags, and texts joined where several stand side by side."""
    found = []
    for token in read_tokens(page):
        if isinstance(token, Tag):
            found.append((token.name, dict(token.attributes)))
        elif found and isinstance(found[-1], str):
            found[-1] += token
        else:
            found.append(token)
    return found


class Oracle(HTMLParser):
    """The same, from Python's own parser."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in reversed(attrs)}))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        self.found.append((f"/{tag}", {}))

    def handle_data(self, data):
        if self.found and isinstance(self.found[-1], str):
            self.found[-1] += data
        else:
            self.found.append(data)


def oracle(page):
    parser = Oracle()
    parser.feed(page)
    parser.close()
    return parser.found


NAMES = st.sampled_from(["td", "TR", "table", "br", "b", "o:p"])
VALUES = st.text("ab1 <>'é&;", max_size=4)
ATTRIBUTES = st.lists(st.tuples(st.sampled_from(["colspan", "Style", "x:num", "nowrap"]), VALUES), max_size=3)
TEXTS = st.text("ab <&;é0 \n男", max_size=6).filter(lambda text: "<a" not in text and "<b" not in text)


@st.composite
def pages(draw):
    parts = []
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["start", "end", "text", "comment", "entity"]))
        if kind == "start":
            inside = "".join(f' {name}="{value}"' for name, value in draw(ATTRIBUTES))
            parts.append(f"<{draw(NAMES)}{inside}{draw(st.sampled_from(['>', ' >', '/>']))}")
        elif kind == "end":
            parts.append(f"</{draw(NAMES)}>")
        elif kind == "text":
            parts.append(draw(TEXTS).replace("<", "< "))
        elif kind == "comment":
            # Python 3.11 and the standard differ on comments that begin like the end of one
            parts.append(f"<!-- {draw(st.text('ab<> ', max_size=5))}-->")
        else:
            parts.append(draw(st.sampled_from(["&nbsp;", "&lt;td&gt;", "&#20013;", "&amp;amp;", "&eacute", "& "])))
    return "".join(parts)


@given(pages())
def test_a_well_formed_page_is_read_as_pythons_parser_reads_it(page):
    assert tokens(page) == oracle(page)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<td align=right colspan=2>a</td>", [("td", {"align": "right", "colspan": "2"}), "a", ("/td", {})]),
        ("<td style='font-family:\"宋体\"' nowrap>", [("td", {"style": 'font-family:"宋体"', "nowrap": ""})]),
        ('<td title="5" tube">a', [("td", {"title": "5", 'tube"': ""}), "a"]),
        ("a<!-- <td> --><![if x]>b<![endif]><?xml x?>c", ["abc"]),
        ("<script>if (a<b) '<td>'</script>x", [("script", {}), ("/script", {}), "x"]),
        ("<STYLE>td > a</Style >x", [("style", {}), ("/style", {}), "x"]),
        # what somebody typed is no tag
        ("AFP<ULN, x < 3 and y<5<td>", ["AFP<ULN, x < 3 and y<5", ("td", {})]),
        ("<5 <=6 <中>", ["<5 <=6 <中>"]),
        ("", []),
    ],
)
def test_tags_and_texts(page, expected):
    assert tokens(page) == expected


@pytest.mark.parametrize("page", ["<td", "<td a", '<td a="x>', "<!-- x", "<script>x", "<td =", "</td", "<?xml"])
def test_what_has_no_end_is_refused(page):
    with pytest.raises(UnclosedError):
        tokens(page)


@pytest.mark.parametrize(
    "part", ["<a", "<!--", "<![CDATA[", "&", "<td a=b ", "<td a='", "<table>", "<script>", "</", "<td\n", "< ", "&#1"]
)
def test_a_hostile_page_takes_a_time_that_grows_with_its_length(part):
    # a parser that looks to the end of the page from each of these would take hours
    started = time.process_time()
    with contextlib.suppress(UnclosedError):
        for _ in read_tokens(part * 100_000):
            pass
    assert time.process_time() - started < 10
