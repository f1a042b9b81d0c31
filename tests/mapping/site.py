"""A small site made in the test: CSV files and a mapping text, mapped with the project's own specs."""

from pathlib import Path

import pandas as pd

from hcc_sdtm.dataset import Lineage, Origins
from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.applying import MappedSite, map_site
from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.mapping.tables.key_file import read_numbers
from hcc_sdtm.mapping.tables.opening import open_view
from hcc_sdtm.mapping.tables.site_files import SiteFiles
from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.spec.tables import read_spec_tables

SPECS = read_spec_tables([Path(__file__).parents[2] / "specs"])


def map_text(folder: Path, mapping: str, **files: str) -> tuple[MappedSite, Lineage]:
    """The mapping's site; each keyword is a CSV file's stem and text."""
    raw = folder / "raw"
    raw.mkdir(exist_ok=True)
    for stem, text in files.items():
        (raw / f"{stem}.csv").write_text(text, encoding="utf-8")
    path = folder / "site.yaml"
    path.write_text(mapping, encoding="utf-8")
    lineage = Lineage()
    return map_site(read_mapping(path, "mappings/site.yaml", SPECS), raw, SPECS, lineage), lineage


def open_text(folder: Path, mapping: str, name: str = "t", **files: str) -> tuple[View, pd.DataFrame]:
    """One table of a mapping that has a file, and the findings made in opening it; each keyword is a CSV file."""
    raw = folder / "raw"
    raw.mkdir(exist_ok=True)
    for stem, text in files.items():
        (raw / f"{stem}.csv").write_text(text, encoding="utf-8")
    path = folder / "site.yaml"
    path.write_text(mapping, encoding="utf-8")
    read = read_mapping(path, "site.yaml", SPECS)
    opened = SiteFiles(raw, read.head.site, Origins())
    view = open_view(name, read, opened, read_numbers(read, opened))
    return view, join_findings(opened.findings)


def rows_of(view: View, *columns: str) -> list[list[str]]:
    """The texts of some columns of a view, row by row."""
    return [[str(view.texts[column][row]) for column in columns] for row in range(len(view))]


def records(site: MappedSite, domain: str) -> pd.DataFrame:
    """Every record of a domain without its origin columns."""
    frame = pd.concat(site.frames[domain], ignore_index=True)
    return frame[[name for name in frame.columns if not name.startswith("_")]]


def cells(site: MappedSite, rule: str) -> list[tuple[str, str]]:
    """Source and typed text of each finding of a rule id."""
    found = site.findings[site.findings["rule"].str.startswith(rule)]
    return list(zip(found["source"], found["typed"], strict=True))
