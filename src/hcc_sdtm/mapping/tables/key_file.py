"""The key file of a site: which study number stands for each of the site's own."""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.finding import build_findings
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.tables.site_files import KeyFile, SiteFiles
from hcc_sdtm.mapping.tables.view import clean
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.raw.header import Heading
from hcc_sdtm.raw.table import RawTable
from hcc_sdtm.source import Source

NUMBER_CONTRADICTED = "MAP-005 subject.key-contradicts"


def read_numbers(mapping: SiteMapping, files: SiteFiles) -> dict[str, str]:
    """Study number by the site's own number, cleaned, from the mapping's key file; empty where it names none.

    Findings: one of the site's numbers with several study numbers (none is taken), a study number with several of the site's.
    """
    subjects = mapping.head.subjects
    if not subjects.file:
        return {}
    source = mapping.file.source(("subjects", "file"))
    sheet = files.read(files.choose(subjects.file, None, source)[0].file)[0]
    opened = files.open(sheet, Heading(), mapping.head.hidden)
    raw = opened.raw
    problems = [
        Problem(mapping.file.source(("subjects", key)), _no_column(column, raw, mapping))
        for key, column in (("from", subjects.from_), ("to", subjects.to))
        if column not in raw.positions
    ]
    if problems:
        raise StudyError(problems)
    missing = {"", *(clean(text) for text in mapping.head.missing)}
    pairs = pd.DataFrame({"own": raw.body[subjects.from_].map(clean), "study": raw.body[subjects.to].map(str.strip)})
    pairs = pairs[~pairs["own"].isin(missing) & ~pairs["study"].map(clean).isin(missing)]
    several_studies = (pairs.groupby("own")["study"].transform("nunique") > 1).to_numpy()
    several_owners = (pairs.groupby("study")["own"].transform("nunique") > 1).to_numpy()
    for mask, severity, message in (
        (several_studies, "error", "the site's number of this row has several study numbers here; none is taken"),
        (
            several_owners,
            "warning",
            "several of the site's numbers have this study number; their rows become one subject",
        ),
    ):
        at = pairs.index[mask]
        sources = [Source(raw.file, raw.sheet, int(raw.rows[row]), raw.positions[subjects.to]) for row in at]
        files.findings.append(
            build_findings(
                NUMBER_CONTRADICTED,
                severity,
                len(at),
                message=message,
                site=files.site,
                subject=pairs["study"][at],
                variable=subjects.to,
                source=[str(source) for source in sources],
                typed=[raw.typed(source.row, source.column) for source in sources],
            )
        )
    given = pairs[~several_studies]
    files.left_out.append((NUMBER_CONTRADICTED, opened.first + pairs.index[several_studies].to_numpy()))
    files.key_file = KeyFile(
        raw.file,
        raw.sheet,
        (raw.positions[subjects.from_], raw.positions[subjects.to]),
        dict(zip(raw.rows[given.index].tolist(), given["study"], strict=True)),
    )
    return dict(given.itertuples(index=False, name=None))


def _no_column(column: str, raw: RawTable, mapping: SiteMapping) -> str:
    """What to say of a column that a raw table does not have, with the nearest that it has."""
    # under a wrong header row a patient's number may stand where a name was expected
    names = [name for name, at in raw.positions.items() if at not in raw.identifying or name in mapping.head.hidden]
    return f'{Source(raw.file, raw.sheet)} has no column "{column}"{nearest(column, names)}'
