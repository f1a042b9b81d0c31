"""The tables of the reference study: every number again from its published datasets, by plain lines."""

import statistics
from collections import Counter
from html.parser import HTMLParser

import pytest
from scipy.stats import beta

from hcc_sdtm.outputs.tables.rtf import has_rtf

FIGURE_SPACE = "\u2007"


class Cells(HTMLParser):
    """The cells of the body of a page's table, a list a line."""

    def __init__(self):
        super().__init__()
        self.lines, self.in_body, self.in_cell = [], False, False

    def handle_starttag(self, tag, attrs):
        self.in_body |= tag == "tbody"
        if self.in_body and tag == "tr":
            self.lines.append([])
        elif self.in_body and tag in ("td", "th"):
            self.lines[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag):
        self.in_body &= tag != "tbody"
        self.in_cell &= tag not in ("td", "th")

    def handle_data(self, data):
        if self.in_cell:
            self.lines[-1][-1] += data


@pytest.fixture(scope="module")
def table(reference_run):
    def lines(name):
        page = (reference_run.out / "results" / "tables" / f"{name}.html").read_text(encoding="utf-8")
        reader = Cells()
        reader.feed(page[page.index('<table class="report"') :])
        return [[cell.replace(FIGURE_SPACE, " ") for cell in line] for line in reader.lines if line]

    return lines


@pytest.fixture(scope="module")
def irradiated(reference_run):
    adsl = reference_run.frame("ADSL")
    return [row for row in adsl.to_dict("records") if row["RTFL"] == "Y"]


def numbers(cell):
    """``23 (40.4)`` as (23, 40.4); zero has no percentage."""
    n, _, share = cell.partition("(")
    return int(n), float(share.rstrip(")")) if share else 0.0


def require_counts(cell, n, of):
    given, share = numbers(cell)
    assert given == n
    assert share == pytest.approx(100 * n / of if n else 0, abs=0.0501)


def section(lines, head):
    """The lines under a head, by name."""
    start = lines.index([head])
    below = []
    for line in lines[start + 1 :]:
        if len(line) == 1:
            break
        below.append(line)
    return {line[0]: line[1] for line in below}


def test_age(table, irradiated):
    ages = [row["AGE"] for row in irradiated]
    given = section(table("baseline"), "Age (years)")
    assert given["n"] == str(len(ages))
    assert given["Mean (SD)"] == f"{statistics.fmean(ages):.1f} ({statistics.stdev(ages):.1f})"
    assert given["Median"] == f"{statistics.median(ages):.1f}"
    assert given["Minimum to maximum"] == f"{min(ages):.0f} to {max(ages):.0f}"


@pytest.mark.parametrize(
    ("head", "variable", "words"),
    [
        ("Sex", "SEX", {"M": "Male", "F": "Female", "": "Missing"}),
        ("ECOG performance status", "ECOGBL", {}),
        ("Child-Pugh class and score", "CPBL", {}),
        ("Extrahepatic spread", "EHSFL", {"Y": "Yes", "N": "No", "": "Missing"}),
        ("Lesions of the qualifying progression", "OLIGON", {}),
    ],
)
def test_categories_count_every_subject_once(table, irradiated, head, variable, words):
    values = Counter(
        value if isinstance(value, str) else ("" if value != value else f"{value:.0f}")
        for value in (row[variable] for row in irradiated)
    )
    given = section(table("baseline"), head)
    for value, n in values.items():
        require_counts(given[words.get(value, value) or "Missing"], n, len(irradiated))
    assert sum(numbers(cell)[0] for cell in given.values()) == len(irradiated)


def test_missing_numbers_are_counted(table, irradiated):
    known = [row["AFPBL"] for row in irradiated if row["AFPBL"] == row["AFPBL"]]
    given = section(table("baseline"), "Alpha fetoprotein (ug/L)")
    assert (given["n"], given["Missing"]) == (str(len(known)), str(len(irradiated) - len(known)))


def test_disposition(table, reference_run):
    adsl = reference_run.frame("ADSL").to_dict("records")
    enrolled = [row for row in adsl if row["ITTFL"] == "Y"]
    given = {line[0]: line[1] for line in table("disposition")}
    assert int(given["Screened"]) == len(adsl)
    assert int(given["Not enrolled"]) == len(adsl) - len(enrolled)
    for label, column, value in (
        ("Started radiotherapy", "RTFL", "Y"),
        ("Response evaluable", "EVALFL", "Y"),
        ("Died", "DTHFL", "Y"),
        ("Ongoing at the data cut-off", "EOSSTT", "ONGOING"),
        ("Left the study", "EOSSTT", "DISCONTINUED"),
        ("Lost to follow-up", "DCSREAS", "LOST TO FOLLOW-UP"),
        ("Withdrawal by subject", "DCSREAS", "WITHDRAWAL BY SUBJECT"),
    ):
        require_counts(given[label], sum(row[column] == value for row in enrolled), len(enrolled))
    by_status = sum(numbers(given[name])[0] for name in ("Ongoing at the data cut-off", "Completed", "Left the study"))
    assert by_status == len(enrolled)


def test_response_by_criterion_and_reader(table, reference_run, irradiated):
    adrs = reference_run.frame("ADRS")
    lines = table("response")
    n = len(irradiated)
    words = {line[0]: line[1:] for line in lines if not line[0].startswith("95")}
    limits = [line[1:] for line in lines if line[0].startswith("95")]
    for at, parameter in enumerate(["BOR", "CBOR", "BORR", "BORM", "CBORM", "BORRM"]):
        rows = adrs[adrs["PARAMCD"] == parameter]
        found = dict(zip(rows["USUBJID"], rows["AVALC"], strict=True))
        best = Counter(found.get(row["USUBJID"], "no record") for row in irradiated)
        for label, value in (
            ("Complete response (CR)", "CR"),
            ("Stable disease (SD)", "SD"),
            ("Not evaluable (NE)", "NE"),
        ):
            require_counts(words[label][at], best[value], n)
        responders = best["CR"] + best["PR"]
        require_counts(words["Objective response (CR + PR)"][at], responders, n)
        lower = 100 * beta.ppf(0.025, responders, n - responders + 1)
        upper = 100 * beta.ppf(0.975, responders + 1, n - responders)
        assert limits[0][at] == f"{lower:.1f} to {upper:.1f}"


def test_the_rates_are_those_of_the_endpoints(table, reference_run):
    results = reference_run.result.endpoints
    lines = {line[0]: line[1] for line in table("response")}
    for label, endpoint in (("Objective response (CR + PR)", "ORR"), ("Disease control (CR + PR + SD)", "DCR")):
        (number,) = results[(results["endpoint"] == endpoint) & (results["measure"] == "number")]["value"]
        assert numbers(lines[label])[0] == number


def test_censoring_reasons(table, reference_run, irradiated):
    adtte = reference_run.frame("ADTTE")
    lines = {line[0]: line[1:] for line in table("censoring")}
    for at, parameter in enumerate(["PFS", "PFSB", "PFSC", "PFSEMA"]):
        rows = adtte[adtte["PARAMCD"] == parameter].to_dict("records")
        require_counts(lines["Events"][at], sum(row["CNSR"] == 0 for row in rows), len(irradiated))
        require_counts(lines["Censored"][at], sum(row["CNSR"] > 0 for row in rows), len(irradiated))
        for reason, n in Counter(row["EVNTDESC"] for row in rows).items():
            require_counts(lines[reason][at], n, len(irradiated))


def test_every_compared_subject_and_every_record_is_listed(table, reference_run):
    schemes = reference_run.result.derived.schemes
    assert sum(len(line) > 1 for line in table("schemes")) == int((schemes["OF"] == "PFS").sum())
    adtte, adrs = reference_run.frame("ADTTE"), reference_run.frame("ADRS")
    assert len(table("listing-pfs")) == int((adtte["PARAMCD"] == "PFS").sum())
    assert len(table("listing-response")) == int((adrs["PARAMCD"] == "OVR").sum())
    assert len(table("listing-deaths")) == int((reference_run.frame("ADSL")["DTHFL"] == "Y").sum())


def test_the_survival_summary_says_what_the_results_say(table, reference_run):
    results = reference_run.result.endpoints
    row = results[(results["endpoint"] == "PFS") & (results["group"] == "") & (results["measure"] == "median")].iloc[0]
    lines = table("survival")
    assert lines[0] == ["Progression-free survival from radiotherapy (N = 57)"]
    assert next(line for line in lines if line[0] == "median (months)")[1] == row["text"]


def test_every_table_of_the_list_was_made(reference_run):
    folder = reference_run.out / "results" / "tables"
    for spec in reference_run.result.study.tables.tables:
        assert (folder / f"{spec.id}.html").is_file(), spec.id
        assert (folder / f"{spec.id}.rtf").is_file() == has_rtf(), spec.id
    report = (reference_run.out / "report.html").read_text(encoding="utf-8")
    assert "Table 14.1.2. Baseline characteristics" in report
    assert 'href="results/tables/listing-pfs.html"' in report
