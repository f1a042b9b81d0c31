"""Rules on names, labels, types, order and lengths: what datasets are, before any value is looked at.

What is judged is what the received file says of itself; where nothing was received, what the run writes. The measure is
SDTMIG 3.4 as published, never a study's own spec. ADaM datasets are judged by names and label lengths only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping

import numpy as np

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.standard import Standard, standard_of
from hcc_sdtm.received.file_table import MOMENTS, NUMBERS, TEXT, FileMetadata
from hcc_sdtm.spec.transport import LABEL_BYTES, NAME

TRANSPORT = ".xpt"
SHOWN = 8
MINOR = frozenset(
    ["a", "an", "and", "as", "at", "by", "for", "from", "if", "in", "into", "not", "of", "on", "or", "per", "than", "the",
     "to", "via", "vs", "with", "within", "without"]
)  # fmt: skip
NONCLINICAL = re.compile(
    r"FETUSID|RPHASE|RPPL(?:ST|EN)?DY|"
    r"..(?:USCHFL|RPDY|RPSTDY|RPENDY|DETECT|IMPLBL|DTHREL|EXCLFL|REASEX|NOMDY|NOMLBL|RSTIND|RSTMOD|RESLOC)"
)
"""Variables of animal studies, which a rule of its own finds."""


def _described(evidence: Evidence) -> Iterator[tuple[str, FileMetadata]]:
    if not evidence.datasets:
        raise Missing("there is no dataset")
    for name in evidence.datasets:
        yield name, evidence.described(name)


def _tabulations(evidence: Evidence) -> Iterator[tuple[str, FileMetadata, Standard]]:
    """The datasets that are not of ADaM, with the standard of each."""
    for name in evidence.sdtm_names():
        yield name, evidence.described(name), standard_of(name, evidence.datasets[name].spec.class_)


def _flag(dataset: str, variable: str, message: str, expected: str = "") -> Flag:
    return Flag(dataset, np.empty(0, dtype=np.int64), variable, message, expected, is_whole=True)


@rule("SD-0001", "metadata.label-too-long", "error", covers="CORE-000019 CG0311")
def label_too_long(evidence: Evidence) -> Iterator[Flag]:
    """A label that does not fit a transport file, at its variable or dataset.

    What it finds: The label of a variable or of a dataset with more than 40 bytes.
    Why it matters: A transport file holds 40; what writes it cuts the rest, inside a character where the label is not
        English, and then nothing reads the file.
    Example: RSTEST labelled "Name of the Response Assessment or Classification".
    Source: SAS transport file format version 5; CG0311.
    """
    for name, metadata in _described(evidence):
        labels = {"": metadata.label or "", **{each.name: each.label or "" for each in metadata.variables}}
        for variable, label in labels.items():
            if (size := len(label.encode())) > LABEL_BYTES:
                what = variable or "the dataset"
                yield _flag(
                    name, variable, f'label "{label}" of {what} has {size} bytes', f"at most {LABEL_BYTES} bytes"
                )


@rule("SD-0002", "metadata.name-not-valid", "error", covers="CORE-000182 CORE-000293 CORE-000357 CG0310 CG0205 CG0018")
def name_not_valid(evidence: Evidence) -> Iterator[Flag]:
    """A name that a transport file cannot hold, at its variable or dataset.

    What it finds: The name of a dataset, SUPP-- too, or of a variable that is not a capital letter followed by up to seven
        capital letters, digits and underscores.
    Why it matters: Version 5 of the transport format has no other names; writers cut them, and two names become one.
    Example: A variable "TumorSize" or "2NDLINE"; a dataset SUPPFACMX.
    Source: SAS transport file format version 5; SDTMIG 3.4 section 4.2.1; CG0018, CG0205, CG0310.
    """
    for name, metadata in _described(evidence):
        for what, variable in ((metadata.name, ""), *((each.name, each.name) for each in metadata.variables)):
            if not NAME.fullmatch(what):
                yield _flag(
                    name, variable, f'"{what}" is not a name that a transport file can hold', "A-Z, 0-9 and _, up to 8"
                )


@rule("SD-0003", "metadata.variable-not-in-standard", "error", covers="CORE-000376 CORE-000550 CG0013 CG0349 CG0351")
def variable_not_in_standard(evidence: Evidence) -> Iterator[Flag]:
    """A variable that the standard does not allow in the dataset, at the variable.

    What it finds: A variable that neither SDTMIG 3.4 has for the domain nor the model for the domain's class. Variables of
        animal studies have a finding of their own.
    Why it matters: Reviewers' tools drop or refuse it; the values belong in the supplemental qualifiers.
    Example: RSLINE in RS; BED10 in EX.
    Source: SDTMIG 3.4 sections 2.5 and 8.4; CG0013, CG0351.
    """
    for name, metadata, standard in _tabulations(evidence):
        for variable in metadata.variables if standard.is_closed else ():
            is_asked = NAME.fullmatch(variable.name) and not NONCLINICAL.fullmatch(variable.name)
            if is_asked and not standard.has(variable.name):
                where = "as a value of SUPP--" if not name.startswith("SUPP") else "no further variable"
                yield _flag(name, variable.name, f"SDTMIG 3.4 has no {variable.name} in {name}", where)


@rule("SD-0004", "metadata.label-differs", "warning")
def label_differs(evidence: Evidence) -> Iterator[Flag]:
    """A variable's label other than the standard's, at the variable.

    What it finds: A label that is not, letter for letter, the one that SDTMIG 3.4 gives the variable in its domain. A label
        of more than 40 bytes is another finding; variables of the model alone are not asked about.
    Why it matters: A reviewer reads the label; another one says that the variable means something else.
    Example: SEX labelled "Gender".
    Source: SDTMIG 3.4 sections 5 to 8, the tables of each domain.
    """
    for name, metadata, standard in _tabulations(evidence):
        for variable in metadata.variables:
            right = standard.variable(variable.name)
            if right is None or variable.label is None or variable.label == right.label:
                continue
            if len(variable.label.encode()) <= LABEL_BYTES:
                what = f'is labelled "{variable.label}"' if variable.label else "has no label"
                yield _flag(
                    name, variable.name, f'{variable.name} {what}; the standard has "{right.label}"', right.label
                )


@rule("SD-0005", "metadata.label-not-title-case", "warning", covers="CORE-000594 CG0359")
def label_not_title_case(evidence: Evidence) -> Iterator[Flag]:
    """A label of a variable beyond the domain's own that is not in title case, at the variable.

    What it finds: A word of such a label, no short joining word, that begins with a small letter. Labels of variables that the
        standard has in the domain are compared with the standard's.
    Why it matters: Labels of the standard are in title case; others look like notes of a programmer.
    Example: PRREFID labelled "reference id".
    Source: SDTMIG 3.4 section 3.2.2, labels; CG0359.
    """
    for name, metadata, standard in _tabulations(evidence):
        for variable in metadata.variables:
            if standard.variable(variable.name) is not None or not variable.label:
                continue
            small = [
                word for word in re.findall(r"[^\s/(-]+", variable.label) if word[0].islower() and word not in MINOR
            ]
            if small:
                yield _flag(name, variable.name, f'"{small[0]}" in label "{variable.label}" begins with a small letter')


@rule("SD-0006", "metadata.type-differs", "error", covers="CORE-001082 CG0012")
def type_differs(evidence: Evidence) -> Iterator[Flag]:
    """A text variable that is a number, or a number that is text, at the variable.

    What it finds: A variable that SDTMIG 3.4 makes text and that the file holds as numbers, or the other way round.
    Why it matters: Identifiers lose their leading zeros; programs that compare numbers with text stop or, worse, go on.
    Example: SUBJID as a number: 007 became 7.
    Source: SDTMIG 3.4 sections 5 to 8, variable types; CG0012.
    """
    for name, metadata, standard in _tabulations(evidence):
        columns = evidence.datasets[name].frame
        for variable in metadata.variables:
            right = standard.variable(variable.name)
            if right is None or variable.type not in (TEXT, *NUMBERS, *MOMENTS):
                continue
            is_number = variable.type in NUMBERS
            if variable.type in MOMENTS and variable.name in columns.columns:
                is_number = columns[variable.name].dtype.kind == "f"
            if is_number != right.is_numeric:
                found, wanted = ("numbers", "text") if is_number else ("text", "numbers")
                yield _flag(name, variable.name, f"{variable.name} holds {found}; the standard has {wanted}", wanted)


@rule("SD-0007", "metadata.order-differs", "error", covers="CORE-000852 CG0664")
def order_differs(evidence: Evidence) -> Iterator[Flag]:
    """A variable out of the standard's order, at each variable that must move.

    What it finds: Variables that are not where SDTMIG 3.4 has them among the others of the domain; as few as have to move.
        Variables of the model alone are not asked about.
    Why it matters: The order is identifiers, topic, qualifiers, timing; reviewers find a variable by its place.
    Example: EPOCH before RSTESTCD.
    Source: SDTMIG 3.4 section 4.1.4, order of the variables; CG0664.
    """
    for name, metadata, standard in _tabulations(evidence):
        if standard.spec is None:
            continue
        places = {variable: place for place, variable in enumerate(standard.spec.by_name)}
        there = [variable.name for variable in metadata.variables if variable.name in places]
        for variable in _out_of_order(there, places):
            before = [other for other in there if places[other] < places[variable]]
            after = max(before, key=places.__getitem__) if before else ""
            expected = f"after {after}" if after else "first"
            yield _flag(name, variable, f"{variable} is not where the standard has it: {expected}", expected)


def _out_of_order(names: list[str], places: Mapping[str, int]) -> list[str]:
    """The fewest names without which the others are in the order of their places."""
    ends: list[int] = []
    at_end: list[int] = []
    before: list[int] = []
    for position, name in enumerate(names):
        length = bisect_left(ends, places[name])
        before.append(at_end[length - 1] if length else -1)
        ends[length : length + 1] = [places[name]]
        at_end[length : length + 1] = [position]
    stays, position = set[int](), at_end[-1] if at_end else -1
    while position >= 0:
        stays.add(position)
        position = before[position]
    return [name for position, name in enumerate(names) if position not in stays]


@rule("SD-0008", "metadata.dataset-label-differs", "warning")
def dataset_label_differs(evidence: Evidence) -> Iterator[Flag]:
    """A dataset's label other than the standard's, at the dataset.

    What it finds: The label of a dataset that is not the one that SDTMIG 3.4 gives the domain; "Supplemental Qualifiers for"
        and the domain for a SUPP--. Parts of a split domain have labels of their own.
    Why it matters: The label is what a reviewer sees in the list of datasets.
    Example: RS labelled "Tumor Response".
    Source: SDTMIG 3.4 section 3.2.1, dataset-level metadata.
    """
    for name, metadata, standard in _tabulations(evidence):
        if standard.spec is None or standard.is_part or metadata.label is None:
            continue
        right = standard.spec.label
        if metadata.label != right and len(metadata.label.encode()) <= LABEL_BYTES:
            what = f'is labelled "{metadata.label}"' if metadata.label else "has no label"
            yield _flag(name, "", f'{name} {what}; the standard has "{right}"', right)


@rule("SD-0009", "metadata.length-not-used", "note")
def length_not_used(evidence: Evidence) -> Iterator[Flag]:
    """Text variables longer than any value of theirs, at the dataset.

    What it finds: Text variables of a transport file whose length is more than the longest value needs. One finding a dataset.
    Why it matters: A file of blanks is large, and sponsors are asked to keep lengths to what is used.
    Example: STUDYID with length 200 and values of 5 bytes.
    Source: FDA Study Data Technical Conformance Guide, section on variable lengths.
    """
    received = [(name, each) for name, each in _described(evidence) if each.file.lower().endswith(TRANSPORT)]
    if not received:
        raise Missing("no dataset is a transport file")
    for name, metadata in received:
        wide = []
        for variable in metadata.variables:
            if variable.type == TEXT and variable.length is not None and evidence.has(name, variable.name):
                texts = evidence.column(name, variable.name).texts
                used = max((len(text.encode()) for text in texts), default=0)
                if variable.length > max(used, 1):
                    wide.append(f"{variable.name} {variable.length} for {used}")
        if wide:
            more = f" and {len(wide) - SHOWN} more" if len(wide) > SHOWN else ""
            yield _flag(name, "", f"lengths beyond the longest value: {', '.join(wide[:SHOWN])}{more}")
