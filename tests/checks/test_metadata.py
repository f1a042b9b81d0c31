from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.metadata import NONCLINICAL, order_differs
from hcc_sdtm.checks.running import all_rules, run_checks
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.received.file_table import FileMetadata, FileVariable
from tests.checks.tables import SPECS, TRIAL, build_dataset, parse_table

NAMES = ["STUDYID", "DOMAIN", "USUBJID", "RSSEQ", "RSTESTCD", "RSORRES"]


@given(st.permutations(NAMES))
def test_as_few_variables_as_possible_have_to_move(names: list[str]) -> None:
    metadata = FileMetadata("RS", None, "", tuple(map(FileVariable, names)))
    dataset = build_dataset("RS", parse_table("USUBJID\nS-1"))
    findings, _ = run_checks({"RS": dataset}, SPECS, TRIAL, (order_differs,), {"RS": metadata})

    moved = set(findings["variable"])

    assert [name for name in names if name not in moved] == [name for name in NAMES if name not in moved]
    longest = max(size for size in range(1, len(NAMES) + 1) for some in combinations(names, size) if is_sorted(some))
    assert len(NAMES) - len(moved) == longest


def is_sorted(names: tuple[str, ...]) -> bool:
    places = [NAMES.index(name) for name in names]
    return places == sorted(places)


def test_what_was_not_received_is_described_as_the_run_writes_it() -> None:
    frame = parse_table("USUBJID  SEX  _row  OTHER\nS-1      F    1     x")
    evidence = Evidence({"DM": build_dataset("DM", frame)}, SPECS, None)

    described = evidence.described("DM")

    assert (described.name, described.label, described.file) == ("DM", "Demographics", "")
    assert [(each.name, each.label, each.type) for each in described.variables] == [
        ("USUBJID", "Unique Subject Identifier", "text"),
        ("SEX", "Sex", "text"),
        ("OTHER", None, None),
    ]


def test_what_was_received_is_described_by_its_file() -> None:
    metadata = FileMetadata("DM", "Demography", "dm.xpt", (FileVariable("SEX", "Gender"),))
    evidence = Evidence({"DM": build_dataset("DM", parse_table("SEX\nF"))}, SPECS, None, {"DM": metadata})
    assert evidence.described("DM") is metadata


def test_the_packaged_specs_are_those_of_the_standard() -> None:
    """What a run writes has the standard's names, labels, types and order, so that no rule of metadata asks."""
    datasets = {
        name: Dataset(spec, build_dataset(name, parse_table("\n".join(["  ".join(spec.names)]))).frame)
        for name, spec in SPECS.sdtm.items()
        if (spec.line.file or "").endswith("specs/datasets.csv")
    }
    assert len(datasets) > 5
    rules = [rule for rule in all_rules(SPECS) if rule.name.startswith("metadata.")]
    findings, _ = run_checks(datasets, SPECS, TRIAL, rules)
    assert findings["message"].tolist() == []


def test_variables_of_animal_studies_are_those_of_the_rule_on_them() -> None:
    (row,) = (row for row in SPECS.rules if row.name == "general.nonclinical-variable")
    assert all(NONCLINICAL.fullmatch(name.replace("--", "LB")) for name in row.variables)
