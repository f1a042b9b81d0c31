"""Rules on variables of analysis datasets by their names: flags, imputation flags, numbers that stand for texts, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.analysis_evidence import analysis_datasets, is_number, moment_days, texts_at
from hcc_sdtm.checks.column import combined_codes
from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.written_days import written_days
from hcc_sdtm.raw.sas.sas_format import parse_sas_format
from hcc_sdtm.received.file_table import MOMENTS, NUMBERS, TEXT

RECORD_FLAG = re.compile(r"ANL\d\dFL|ABLFL|LVOTFL|AOCC[A-Z0-9]*FL|(?:ITT|SAF|FAS|PPROT|COMPL)[RP]FL")
"""Flags of records: Y, or no value."""

POPULATION_FLAG = re.compile(r"(?:ITT|SAF|FAS|PPROT|COMPL|RAND|ENRL)FL")
FLAG = re.compile(r"[A-Z][A-Z0-9]{0,5}FL")
IMPUTATION_FLAG = re.compile(r"(?P<stem>A|[A-Z][A-Z0-9]{1,4})(?P<part>DT|TM)F")
DATE = re.compile(r"(?:A(?:ST|EN)?|TRT[SE]|TR\d\d[SE]|AP\d\d[SE]|DTH|RAND|ENRL|EOS|LSTALV|RFIC|START)DT")
MOMENT = re.compile(r"(?:A(?:ST|EN)?|TRT[SE]|TR\d\d[SE]|AP\d\d[SE]|START)DTM")
VALUE = re.compile(r"AVAL|BASE|CHG|PCHG|CNSR|A(?:ST|EN)?DY|PARAMN|AVISITN|ASEQ|SRCSEQ|AGE")
WITHIN_PARAMETER = re.compile(r"AVISIT|ATPT|[A-Z]+CAT\d?|CRIT\d.*|SHIFT\d?|A?B?TOXGR[LH]?|[AB]NRIND")
"""Texts whose numbers are one to one within a parameter only."""

LEVELS = {"DT": ("D", "M", "Y"), "TM": ("H", "M", "S")}


@rule("AD-0100", "analysis.flag-value", "error")
def flag_value(evidence: Evidence) -> Iterator[Flag]:
    """A flag with a value that its kind may not have, at the value.

    What it finds: In flags of records (ABLFL, ANLzzFL, LVOTFL, population flags of records and parameters) anything but Y
        and no value; in population flags of ADSL anything but Y and N; in every other variable whose name ends in FL
        anything but Y, N and no value. Variables that the spec gives a codelist are judged by that.
    Why it matters: Programs select by Y; a yes in another spelling is silently left out.
    Example: ANL01FL N, or SAFFL "Yes".
    Source: ADaMIG 1.3 sections 3.2 and 3.3, flags; 3.1, Y, N and null.
    """
    for name in analysis_datasets(evidence):
        for variable in evidence.datasets[name].frame.columns:
            if not FLAG.fullmatch(variable) or _has_codelist(evidence, name, variable):
                continue
            if RECORD_FLAG.fullmatch(variable):
                allowed, said = frozenset("Y"), "Y or no value"
            elif name == "ADSL" and POPULATION_FLAG.fullmatch(variable):
                allowed, said = frozenset("YN"), "Y or N"
            else:
                allowed, said = frozenset("YN"), "Y, N or no value"
            column = evidence.column(name, variable)
            wrong = {text for text in column.texts if text.strip() and text not in allowed}
            if wrong:
                message = f'{variable} is "{{value}}"; expected {said}'
                yield Flag(name, np.flatnonzero(column.where(wrong.__contains__)), variable, message, said)


def _has_codelist(evidence: Evidence, dataset: str, variable: str) -> bool:
    known = evidence.datasets[dataset].spec.by_name.get(variable)
    return known is not None and bool(known.codelist)


@rule("AD-0117", "imputation.flag-term", "error")
def imputation_flag_term(evidence: Evidence) -> Iterator[Flag]:
    """An imputation flag with another value than a level of imputation, at the flag.

    What it finds: Values of --DTF other than D, M and Y, and of --TMF other than H, M and S. Variables that the spec gives a
        codelist are judged by that.
    Why it matters: The flag says how much of a date was made up; Y is here the year and not a yes.
    Example: ADTF "N" for dates that were not imputed.
    Source: ADaMIG 1.3 section 3.1, imputation flags; codelists DATEFL and TIMEFL, not extensible.
    """
    for name in analysis_datasets(evidence):
        for variable in evidence.datasets[name].frame.columns:
            match = IMPUTATION_FLAG.fullmatch(variable)
            if match is None or _has_codelist(evidence, name, variable):
                continue
            levels = LEVELS[match["part"]]
            column = evidence.column(name, variable)
            wrong = {text for text in column.texts if text.strip() and text not in levels}
            if wrong:
                shown = ", ".join(levels)
                message = f'{variable} is "{{value}}"; expected {shown} or no value'
                yield Flag(name, np.flatnonzero(column.where(wrong.__contains__)), variable, message, shown)


@rule("AD-0118", "imputation.flag-without-date", "error")
def imputation_flag_without_date(evidence: Evidence) -> Iterator[Flag]:
    """An imputation flag where there is no date or time, at the flag.

    What it finds: A --DTF with a value where the --DT and the --DTM of the same record have none; a --TMF likewise with --TM
        and --DTM.
    Why it matters: Either the imputed date was lost, or nothing was imputed.
    Example: DTHDTF D, DTHDT empty.
    Source: ADaMIG 1.3 section 3.1, imputation flags.
    """
    for name in analysis_datasets(evidence):
        for variable in evidence.datasets[name].frame.columns:
            match = IMPUTATION_FLAG.fullmatch(variable)
            if match is None:
                continue
            stem = match["stem"]
            dates = [each for each in (f"{stem}{match['part']}", f"{stem}DTM") if evidence.has(name, each)]
            if dates:
                given = np.logical_or.reduce([evidence.column(name, each).given for each in dates])
                wrong = np.flatnonzero(evidence.column(name, variable).given & ~given)
                message = f'{variable} is "{{value}}" and {" and ".join(dates)} {"have" if len(dates) > 1 else "has"} no value'
                yield Flag(name, wrong, variable, message, "no value, or the date that was imputed")


@rule("AD-0116", "analysis.date-of-moment", "error")
def date_of_moment(evidence: Evidence) -> Iterator[Flag]:
    """A date that is not the day of the moment of the same record, at the date.

    What it finds: For each --DT and --DTM of one stem, a --DT that is another day than the --DTM, or missing beside it.
    Why it matters: Two programs that take one each count other days.
    Example: ADTM 2022-03-01T08:30 and ADT 2022-03-02.
    Source: ADaMIG 1.3 section 3.1, date and datetime variables.
    """
    for name in analysis_datasets(evidence):
        for variable in evidence.datasets[name].frame.columns:
            date = variable.removesuffix("M")
            if not variable.endswith("DTM") or not evidence.has(name, date):
                continue
            moment, day = moment_days(evidence, name, variable), evidence.days(name, date)["earliest"].to_numpy()
            wrong = np.flatnonzero(~np.isnan(moment) & (moment != day))
            expected = written_days(moment[wrong]).tolist()
            messages = [
                f"{date} is {own or 'missing'}, and {variable} is on {right}"
                for own, right in zip(written_days(day[wrong]), expected, strict=True)
            ]
            yield Flag(name, wrong, date, messages, expected)


@rule("AD-0102", "analysis.number-is-text", "error")
def number_is_text(evidence: Evidence) -> Iterator[Flag]:
    """A date or value of ADaM that is text, at the variable.

    What it finds: Variables that ADaMIG makes numbers (dates, moments, days, values, codes of censoring) and that hold text.
    Why it matters: Nothing can be computed from them, and text dates sort and subtract otherwise.
    Example: ADT as the text "2022-03-01".
    Source: ADaMIG 1.3 section 3.1, dates and times are numbers; sections 3.2 and 3.3, types.
    """
    for name in analysis_datasets(evidence):
        for variable in evidence.described(name).variables:
            is_asked = any(form.fullmatch(variable.name) for form in (DATE, MOMENT, VALUE))
            if is_asked and variable.type == TEXT:
                message = f"{variable.name} is text in {name}, and ADaM has it as a number"
                yield Flag(name, np.empty(0, dtype=np.int64), variable.name, message, "a number", is_whole=True)


@rule("AD-0103", "analysis.date-without-format", "warning")
def date_without_format(evidence: Evidence) -> Iterator[Flag]:
    """A date that is a bare number in its file, at the variable.

    What it finds: A --DT or --DTM that is a number without a format of dates, or of moments, in a file that has formats.
    Why it matters: A reviewer sees 22706 and not a day; a program cannot tell days from seconds.
    Example: TRTSDT without DATE9.
    Source: ADaMIG 1.3 section 3.1, dates carry a SAS format.
    """
    for name in analysis_datasets(evidence):
        for variable in evidence.described(name).variables:
            kind = "date" if DATE.fullmatch(variable.name) else "moment" if MOMENT.fullmatch(variable.name) else ""
            if not kind or variable.format is None or variable.type not in (*NUMBERS, *MOMENTS):
                continue
            if parse_sas_format(variable.format).kind != kind:
                has = f"has the format {variable.format}" if variable.format else "has no format"
                wanted = "DATE9." if kind == "date" else "DATETIME20."
                message = f"{variable.name} {has} in {name}; expected one of {kind}s, as {wanted}"
                yield Flag(name, np.empty(0, dtype=np.int64), variable.name, message, wanted, is_whole=True)


@rule("AD-0110", "analysis.number-of-text", "error")
def number_of_text(evidence: Evidence) -> Iterator[Flag]:
    """A text that goes with two numbers, or a number with two texts, at the rarer one.

    What it finds: For each text and the number that stands for it (TRTP and TRTPN, AVISIT and AVISITN, SAFFL and SAFFN),
        pairs that are not one to one in the dataset, or within a parameter for visits, time points, categories and criteria.
    Why it matters: Tables are sorted by the number: one row appears twice, or two are one.
    Example: AVISITN 3 for "WEEK 12" and for "WEEK 18".
    Source: ADaMIG 1.3 section 3.1, a variable and its numeric version are one to one.
    """
    for name in analysis_datasets(evidence):
        for text in evidence.datasets[name].frame.columns:
            partner = _partner(text)
            if not partner or not evidence.has(name, partner) or is_number(evidence, name, text):
                continue
            keys = ["PARAMCD"] if WITHIN_PARAMETER.fullmatch(text) and evidence.has(name, "PARAMCD") else []
            yield from _several(evidence, name, [*keys, text], partner)
            yield from _several(evidence, name, [*keys, partner], text)


def _partner(text: str) -> str:
    if text.startswith("_") or text in ("PARAM", "PARAMCD"):
        return ""
    if text.endswith("FL"):
        return f"{text[:-1]}N"
    if len(text) == 8 and text[-1].isdigit():
        return f"{text[:-2]}{text[-1]}N"
    return f"{text}N"


def _several(evidence: Evidence, dataset: str, keys: list[str], variable: str) -> Iterator[Flag]:
    """The first record of each value beside the one that most records of the key have; of as many, the lower text stays."""
    column, by = evidence.column(dataset, variable), [evidence.column(dataset, key) for key in keys]
    positions = np.flatnonzero(np.logical_and.reduce([column.given, *(each.given for each in by)]))
    pairs = pd.DataFrame({"key": combined_codes(by)[positions], "value": column.codes[positions], "at": positions})
    counted = pairs.groupby(["key", "value"], as_index=False).agg(at=("at", "min"), count=("at", "size"))
    if len(counted) == counted["key"].nunique():
        return
    counted["text"] = [column.texts[value] for value in counted["value"]]
    counted = counted.sort_values(["key", "count", "text"], ascending=[True, False, True])
    usual = counted.drop_duplicates("key").set_index("key")["text"]
    odd = counted[counted.duplicated("key")]
    at, expected = odd["at"].to_numpy(), [usual[key] for key in odd["key"]]
    said = zip(*(texts_at(each, at) for each in by), odd["text"], expected, strict=True)
    messages = [
        f'{variable} is "{text}" for {", ".join(map(_quoted, keys, of_key))}, and "{right}" in other records'
        for *of_key, text, right in said
    ]
    yield Flag(dataset, at, variable, messages, expected)


def _quoted(name: str, text: str) -> str:
    return f'{name} "{text}"'
