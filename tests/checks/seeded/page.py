"""The detection matrix as a page: a summary, and one table for each group of errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.checks.seeded.detecting import Detection

HEAD = """# Detection matrix

A small submission without a mistake (12 subjects, the SDTM datasets of the packaged trial, ADSL, ADRS and ADTTE) is
copied once for each kind of error, the error is planted in the copy, and all rules run. An error is found where a
finding of severity error or warning that the clean submission has not stands at the planted place: dataset, record and
variable, or dataset and variable for an error of structure. Of two values that contradict each other either place is
right. *Further* are the findings that are neither there nor grouped under one that is.

The page is written by `python bench/seeded_errors.py --write`; a test holds that it is current.
"""


def summarise(detections: Sequence[Detection], clean: int) -> str:
    """One line: how many were found at their place, the findings on the clean submission, the mean of further findings."""
    found = sum(each.is_found for each in detections)
    share = 100 * found / len(detections)
    further = sum(each.further for each in detections) / len(detections)
    return (
        f"{found} of {len(detections)} kinds of error at the right cell ({share:.1f} %), "
        f"{clean} findings on the clean submission, {further:.2f} further findings an error."
    )


def render_table(detections: Iterable[Detection]) -> str:
    """A table of Markdown, a line for each error."""
    lines = ["| error | planted at | found | rules | further |", "|---|---|---|---|---|"]
    for each in detections:
        place = " or ".join(" ".join(filter(None, parts)) for parts in each.right)
        lines.append(f"| {each.kind} | {place} | {each.found} | {' '.join(each.rules)} | {each.further} |")
    return "\n".join(lines)


def render_page(groups: Mapping[str, Sequence[Detection]], clean: int) -> str:
    """The whole page."""
    every = [detection for detections in groups.values() for detection in detections]
    parts = [HEAD, summarise(every, clean)]
    for name, detections in groups.items():
        parts += [f"\n## {name}\n", render_table(detections)]
    return "\n".join(parts) + "\n"
