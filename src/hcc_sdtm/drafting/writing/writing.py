"""A draft as the text of a mapping file: every line with how sure it is, its evidence and its samples as a comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hcc_sdtm.drafting.placing.site_head import HeadLine
from hcc_sdtm.drafting.writing.draft import DraftBlock, Line, TermLine
from hcc_sdtm.drafting.writing.table_text import TableText
from hcc_sdtm.drafting.writing.yaml_text import comment, flow, key, scalar

DRAFT_MARK = "# DRAFT of a mapping, not approved"
"""How the first line of a draft starts; a mapping that starts so teaches nothing to the drafts of other sites."""

_WIDEST = 118
_MOST_MAPPED_IN_LINE = 3
_MOST_ASKED = 20


def write_draft(
    title: str,
    head: Sequence[HeadLine],
    tables: Sequence[TableText],
    blocks: Sequence[DraftBlock],
    questions: Sequence[str],
    not_placed: Sequence[str],
) -> str:
    """The text of the file; the same values give the same text."""
    lines = [f"{DRAFT_MARK}: {title}"]
    lines += [
        "# Behind each line stands how far it can be trusted (sure, likely, look), why, and what the values look like.",
        "# A line that starts with # and ends in a question is not active: answer it. Take the first line of this file",
        "# away when the mapping is approved: then the drafts of other sites learn from it.",
    ]
    if questions:
        lines += ["#", "# Questions:"]
        lines += [comment(f"{number}. {question}") for number, question in enumerate(questions, start=1)]
    for each in head:
        lines += _head_lines(each)
    lines += ["", "tables:" if tables else "tables: {}                      # no table has a column of subject numbers"]
    for table in tables:
        lines += list(_table_lines(table))
    domain = ""
    for block in blocks:
        if block.domain != domain:
            lines += ["", f"{block.domain}:"]
            domain = block.domain
        lines += list(_block_lines(block))
    if not_placed:
        lines += ["", "# Not placed:"]
        lines += [comment(each) for each in not_placed]
    return "\n".join(lines) + "\n"


def _head_lines(line: HeadLine) -> list[str]:
    if line.value is None:
        return [f"# {line.key}: ?    # question: {line.question}"]
    return [_commented(f"{line.key}: {flow(line.value)}", f"{line.confidence}: {line.question or line.why}")]


def _commented(text: str, why: str) -> str:
    return f"{text}  {comment(why)}"


def _table_lines(table: TableText) -> Iterator[str]:
    yield f"  {key(table.name)}:  {comment(table.above)}"
    for name, value in table.options.items():
        why = table.why.get(name, "")
        if name in ("unpivot", "checkbox"):
            yield f"    {name}:" + (f"  {comment(why)}" if why else "")
            for inner, given in value.items():
                yield f"      {key(inner)}: {flow(given)}"
        else:
            yield _commented(f"    {name}: {flow(value)}", why) if why else f"    {name}: {flow(value)}"
    for each in table.below:
        yield f"    {comment(each)}"


def _block_lines(block: DraftBlock) -> Iterator[str]:
    active = [line for line in block.lines if not line.question]
    mark = "" if active else "# "
    origin = f"like site {' and '.join(block.sources)}" if block.sources else "the usual form"
    if block.question:
        yield f"  {comment(f'look: {block.question}')}"
    yield f"  {mark}- rows: {scalar(block.table)}  {comment(origin)}"
    if block.when is not None:
        yield f"    {mark}when: {flow(block.when)}"
    for line in (each for each in block.lines if not each.is_supp):
        yield from _rule_lines(line, "    ", bool(active))
    supp = [line for line in block.lines if line.is_supp]
    if supp:
        all_asked = all(line.question for line in supp)
        yield "    SUPP:" if not all_asked else "    # SUPP:"
        for line in supp:
            yield from _rule_lines(line, "      ", bool(active))


def _rule_lines(line: Line, indent: str, is_active: bool) -> Iterator[str]:
    if line.question or not is_active:
        yield f"{indent}# {line.variable}: {flow(line.rule)}  # question: {' '.join((line.question or 'see above').split())}"
        return
    inner = line.rule["lookup"]["give"] if "lookup" in line.rule else line.rule
    open_terms = [each for each in line.terms if not each.term]
    if "map" not in inner and not open_terms:
        yield _commented(f"{indent}{line.variable}: {flow(line.rule)}", evidence(line))
        return
    in_line = f"{indent}{line.variable}: {flow(line.rule)}"
    short = len(inner.get("map", {})) <= _MOST_MAPPED_IN_LINE and not open_terms and len(in_line) <= _WIDEST
    if short or inner is not line.rule:
        yield _commented(in_line, evidence(line))
        return
    yield _commented(f"{indent}{line.variable}:", evidence(line))
    for name, value in inner.items():
        if name != "map":
            yield f"{indent}  {name}: {flow(value)}"
        else:
            yield f"{indent}  map:"
            yield from (_term_line(each, indent) for each in line.terms if each.term)
    if open_terms and "map" not in inner:
        yield f"{indent}  # map:"
    for each in open_terms[:_MOST_ASKED]:
        near = f"; nearest: {each.nearest}" if each.nearest else ""
        label = f' ("{each.label}")' if each.label else ""
        yield f"{indent}    # {key(_one_line(each.typed))}: ?    # {_rows(each.rows)}{label}: no term found{near}"
    if len(open_terms) > _MOST_ASKED or line.more:
        yield f"{indent}    # and {len(open_terms[_MOST_ASKED:]) + line.more} more texts"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _rows(count: int) -> str:
    return f"{count} row{'s' if count != 1 else ''}"


def _term_line(term: TermLine, indent: str) -> str:
    doubt = "" if term.is_sure else "look: "
    return f"{indent}    {key(term.typed)}: {scalar(term.term)}  {comment(f'{doubt}{term.how}; {_rows(term.rows)}')}"


def evidence(line: Line) -> str:
    """How sure, why, what the values are and which terms they have, and which sites have the same."""
    parts = list(dict.fromkeys(line.why))
    if line.samples:
        found = sum(bool(each.term) for each in line.terms)
        known = ""
        if line.terms:
            what = f" in codelist {'/'.join(line.lists)}" if line.lists else " have a term"
            known = f": all {found}{what}" if found == len(line.terms) else f": {found} of {len(line.terms)}{what}"
        parts.append(f"values {line.samples}{known}")
    if line.like:
        parts.append(f"like site {' and '.join(line.like)}")
    elif line.is_constant and not line.why:
        parts.append("the usual form")
    return f"{line.confidence}: {'; '.join([*parts, *line.notes])}"
