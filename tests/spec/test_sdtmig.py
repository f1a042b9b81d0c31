from pathlib import Path

import pytest

from hcc_sdtm.spec.csv_file import read_csv_file
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.sdtmig import FOLDER, build_supplement, read_sdtmig
from hcc_sdtm.spec.tables import CORES, ORIGINS, TYPES, read_spec_tables
from hcc_sdtm.spec.transport import LABEL_BYTES, NAME

REPOSITORY = Path(__file__).parents[2]

CLASSES = {
    "INTERVENTIONS": "AG CM EC EX ML PR SU",
    "EVENTS": "AE BE CE DS DV HO MH",
    "FINDINGS": "BS CP CV DA DD EG FT GF IE IS LB MB MI MK MS NV OE PC PE PP QS RE RP RS SC SS TR TU UR VS",
    "FINDINGS ABOUT": "FA SR",
    "SPECIAL PURPOSE": "CO DM SE SM SV",
    "TRIAL DESIGN": "TA TD TE TI TM TS TV",
    "STUDY REFERENCE": "OI",
    "RELATIONSHIP": "RELREC RELSPEC RELSUB",
}


@pytest.fixture(scope="module")
def specs() -> Specs:
    return read_spec_tables([REPOSITORY / "specs"])


def test_every_domain_of_the_standard_is_there_in_its_class(specs: Specs) -> None:
    standard, _ = read_sdtmig(specs.codelists, specs.tables["methods"]["method"].tolist())
    by_class = {name: " ".join(sorted(each for each in standard if standard[each].class_ == name)) for name in CLASSES}
    assert by_class == CLASSES
    assert sum(len(spec.variables) for spec in standard.values()) == 1907
    assert set(standard) <= set(specs.sdtm)


def test_the_standard_is_whole(specs: Specs) -> None:
    methods = specs.tables["methods"]["method"].tolist()
    standard, supplement = read_sdtmig(specs.codelists, methods)
    problems = []
    rows = read_csv_file(FOLDER / "variables.csv", problems, (), None).rows
    assert {row["codelist"] for row in rows} - {""} <= set(specs.codelists)
    assert {row["method"] for row in rows} - {""} <= set(methods)
    assert problems == []
    for spec in [*standard.values(), build_supplement(standard["AE"], supplement)]:
        assert len(set(spec.names)) == len(spec.names) == len(spec.by_name)
        assert set(spec.keys) | set(spec.sort) <= set(spec.names), spec.name
        assert spec.keys[0] == "STUDYID"
        assert set(spec.keys) == set(spec.sort), spec.name
        assert len(spec.label.encode()) <= LABEL_BYTES
        assert NAME.fullmatch(spec.name)
        for variable in spec.variables:
            assert NAME.fullmatch(variable.name)
            assert 0 < len(variable.label) <= LABEL_BYTES, variable.name
            assert variable.label.isascii()
            assert (variable.type in TYPES, variable.core in CORES["sdtm"]) == (True, True)
            assert variable.origin in ORIGINS
            assert 1 <= variable.length <= 200


def test_a_required_or_expected_variable_of_the_reference_study_has_the_label_and_core_of_the_standard(
    specs: Specs,
) -> None:
    standard, _ = read_sdtmig(specs.codelists, ())
    differing = [
        (spec.name, variable.name, variable.label, known[variable.name].label)
        for spec in specs.sdtm.values()
        if spec.name in standard
        for known in (standard[spec.name].by_name,)
        for variable in spec.variables
        if variable.name in known
        and (variable.label, variable.core) != (known[variable.name].label, known[variable.name].core)
    ]
    assert differing == []


def test_terms_of_a_domain_of_the_standard_carry_code_and_synonyms(specs: Specs) -> None:
    severity = specs.codelists["AESEV"]
    assert (severity.code, severity.extensible) == ("C66769", False)
    assert severity.terms["MILD"] == ("1", "Grade 1")
    assert severity.by_folded["grade 3"] == "SEVERE"
    tests, names = specs.codelists["VSTESTCD"], specs.codelists["VSTEST"]
    assert names.by_code[tests.term_codes["SYSBP"]] == "Systolic Blood Pressure"
    assert set(tests.by_code) == set(names.by_code)
    assert specs.sdtm["VS"].by_name["VSORRESU"].codelist == "VSRESU"
    assert not specs.codelists["OUT"].extensible


def test_a_codelist_without_terms_is_left_out(specs: Specs) -> None:
    assert specs.sdtm["EG"].by_name["EGTESTCD"].codelist == ""
    assert "EGTESTCD" not in specs.codelists


def test_a_variable_of_the_standard_is_taken_to_its_place(specs: Specs) -> None:
    medication = specs.sdtm["CM"]
    assert "CMDOSE" in medication.by_name
    assert "CMDOSE" not in medication.names
    names = medication.taking({"CMDOSE", "CMINDC", "CMDECOD", "CMNONE"}).names
    assert names[names.index("CMCAT") :][:4] == ["CMCAT", "CMINDC", "CMDOSE", "EPOCH"]
    assert set(names) == {*medication.names, "CMDOSE", "CMINDC"}
    assert set(medication.taking(()).by_name) == set(medication.names)


def test_a_study_may_add_terms_to_an_extensible_codelist_of_the_standard(tmp_path: Path) -> None:
    (tmp_path / "codelists.csv").write_text("codelist,term,synonyms\nVSTESTCD,KPS,Karnofsky\n", encoding="utf-8")
    specs = read_spec_tables([REPOSITORY / "specs", tmp_path])
    assert specs.codelists["VSTESTCD"].by_folded["karnofsky"] == "KPS"
    assert "SYSBP" in specs.codelists["VSTESTCD"].terms


def test_the_pointer_is_the_sequence_number_or_the_first_key_after_the_subject(specs: Specs) -> None:
    assert {name: specs.sdtm[name].pointer for name in ("AE", "DM", "SV", "RELSPEC")} == {
        "AE": "AESEQ",
        "DM": "",
        "SV": "VISITNUM",
        "RELSPEC": "REFID",
    }


def test_what_has_no_subject_or_is_made_of_other_records_is_not_mapped(specs: Specs) -> None:
    unmapped = {name for name in specs.sdtm if specs.why_unmapped(name)}
    assert {name for name in unmapped if not name.startswith("SUPP")} == {
        *CLASSES["TRIAL DESIGN"].split(),
        "OI",
        "RELREC",
    }
    assert {name for name in specs.sdtm if name.startswith("SUPP")} <= unmapped


def test_every_domain_with_subjects_has_a_supplement(specs: Specs) -> None:
    supplements = {name.removeprefix("SUPP") for name in specs.sdtm if name.startswith("SUPP")}
    groups = ("INTERVENTIONS", "EVENTS", "FINDINGS", "FINDINGS ABOUT", "SPECIAL PURPOSE")
    assert supplements == {domain for group in groups for domain in CLASSES[group].split()}
    assert specs.sdtm["SUPPAE"].label == "Supplemental Qualifiers for AE"
    assert specs.sdtm["SUPPAE"].keys == specs.sdtm["SUPPCM"].keys
    assert specs.sdtm["SUPPAE"].by_name["QLABEL"].length == 40
