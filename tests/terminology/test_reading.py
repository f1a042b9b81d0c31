"""Published files to packages: every format the same, and one clear line for each way in which a file is none."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.table import ERROR_TEXTS
from hcc_sdtm.terminology.package import Package, PublishedCodelist, PublishedTerm
from hcc_sdtm.terminology.package_table import _is_read_wrongly
from hcc_sdtm.terminology.reading import MOST_PROBLEMS, read_package
from tests.raw import xls_files
from tests.terminology.published import (
    HEADER,
    odm_text,
    rows,
    sdtm_package,
    small_package,
    write_odm,
    write_text,
    write_xls,
    write_xlsx,
)  # fmt: skip

SMALL = small_package(
    {
        "SEX C66731 No Sex": [
            ("C16576", "F", ["Female"]),
            ("C20197", "M", ["Male"]),
            ("C17998", "U", ["UNK", "Unknown"]),
        ],
        "UNIT C71620 Yes Unit": [
            ("C48155", "g", ["Gram"]),
            ("C999001", "µg/µL", ["mcg/mcL"]),
            ("C999002", "1", []),
            ("C999003", "007", []),
            ("C999004", "TRUE", []),
            ("C999005", 'a "quoted" one', []),
        ],
    }
)
WRITERS = (write_text, write_xlsx, write_xls, write_odm)


def refusal(path, date=""):
    with pytest.raises(StudyError) as caught:
        read_package(path, date)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("write", WRITERS)
def test_every_format_gives_the_same_package(tmp_path, write):
    assert read_package(write(tmp_path, SMALL)) == SMALL


@pytest.mark.parametrize("write", [write_text, write_odm])
def test_the_whole_terminology_of_the_specs_reads_back(tmp_path, write):
    package = sdtm_package()
    assert len(package.codelists) > 80
    assert read_package(write(tmp_path, package)) == package


def test_a_table_with_other_columns_in_another_order_and_a_date_of_its_own(tmp_path):
    header = ["Standard and Date", "CDISC Synonym", *HEADER[:5]]
    body = [
        ["SDTM CT 2031-09-26", "Sex", "C66731", "", "no", "Sex", "SEX"],
        ["SDTM CT 2031-09-26", "Female;Woman ; F", "C16576", "C66731", "", "Sex", "F"],
    ]
    path = tmp_path / "export.csv"
    path.write_text(
        "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in [header, *body]), encoding="utf-8"
    )
    sex = PublishedCodelist("C66731", "SEX", "Sex", False, (PublishedTerm("C16576", "F", ("Female", "Woman")),))
    assert read_package(path) == Package("SDTM", "2031-09-26", {"C66731": sex})


def test_terms_may_stand_before_their_codelist(tmp_path):
    path = tmp_path / "SDTM Terminology 2030-01-05.txt"
    header, sex, *rest = rows(SMALL)
    path.write_text("".join("\t".join(row) + "\n" for row in [header, *rest, sex]), encoding="utf-8")
    assert read_package(path).codelists == SMALL.codelists


def test_a_byte_order_mark_and_old_line_ends_change_nothing(tmp_path):
    path = write_text(tmp_path, SMALL)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_package(path) == SMALL


def test_a_synonym_that_holds_the_separator_of_the_specs_is_left_out_and_told(tmp_path):
    package = small_package({"SEX C66731 No Sex": [("C16576", "F", ["a|b", "Female"])]})
    read = read_package(write_text(tmp_path, package))
    assert read.left_out == ("a|b",)
    assert read.codelists["C66731"].terms[0].synonyms == ("Female",)


def test_no_file(tmp_path):
    assert refusal(tmp_path / "SDTM.txt") == ["SDTM.txt: no such file"]


def test_an_empty_file(tmp_path):
    path = tmp_path / "SDTM.txt"
    path.touch()
    assert refusal(path) == ["SDTM.txt: is empty (0 bytes); export it again"]


def test_an_error_page_saved_under_the_name_of_the_file(tmp_path):
    path = tmp_path / "SDTM Terminology 2030-01-05.txt"
    path.write_text("<!DOCTYPE html>\n<html><body><h1>404 Not Found</h1></body></html>\n", encoding="utf-8")
    assert refusal(path) == [
        "SDTM Terminology 2030-01-05.txt: is a web page (HTML): an error page in place of the file, or the package as a page; "
        "download the text, the Excel or the ODM-XML file"
    ]


def test_an_archive(tmp_path):
    path = tmp_path / "SDTM Terminology.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("SDTM Terminology.txt", "Code")
    assert refusal(path) == ["SDTM Terminology.zip: is an archive; unpack it and name the file of terminology in it"]


def test_another_table_altogether(tmp_path):
    path = tmp_path / "SDTM subjects 2030-01-05.csv"
    path.write_text("subject,sex\n001,M\n002,F\n", encoding="utf-8")
    assert refusal(path) == [
        "SDTM subjects 2030-01-05.csv: is no file of controlled terminology: no row has its columns (Code, Codelist Code, "
        "Codelist Extensible (Yes/No), Codelist Name, CDISC Submission Value, CDISC Synonym(s))"
    ]


def test_missing_columns_are_named_each_with_the_nearest(tmp_path):
    path = tmp_path / "SDTM Terminology 2030-01-05.txt"
    header, *rest = rows(SMALL)
    names = ["Code", "Code list Code", header[2], header[3], "Submission Value", header[5]]
    path.write_text("".join("\t".join(row[:6]) + "\n" for row in [names, *rest]), encoding="utf-8")
    assert refusal(path) == [
        'SDTM Terminology 2030-01-05.txt:A1: the column "Codelist Code" is missing; did you mean "Code list Code"?',
        'SDTM Terminology 2030-01-05.txt:A1: the column "CDISC Submission Value" is missing; did you mean "Submission Value"?',
    ]


def test_a_text_file_that_is_cut_off_inside_a_row(tmp_path):
    path = write_text(tmp_path, SMALL)
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"C999005") + 25])
    (line,) = refusal(path)
    assert line.startswith("SDTM Terminology 2030-01-05.txt:A12: ")
    assert "cut off" in line


def test_a_text_file_that_is_cut_off_inside_a_code(tmp_path):
    path = write_text(tmp_path, SMALL)
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"C999005") + 3])
    assert any("cut off" in line or "submission value" in line for line in refusal(path))


@pytest.mark.parametrize("write", [write_xlsx, write_xls, write_odm])
def test_a_file_of_another_format_that_is_cut_off(tmp_path, write):
    path = write(tmp_path, SMALL)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (line,) = refusal(path)
    assert line.startswith(f"{path.name}: ")
    assert re.search("cut off or damaged|Can't find|cannot be read", line), line


def test_text_in_another_encoding(tmp_path):
    path = write_text(tmp_path, SMALL)
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    first = refusal(path)[0]
    assert first.startswith("SDTM Terminology 2030-01-05.txt: is not UTF-8, in which it is published")


def test_text_that_was_read_in_another_encoding_and_saved(tmp_path):
    path = write_text(tmp_path, SMALL)
    path.write_text(path.read_bytes().decode("cp1252"), encoding="utf-8")
    assert refusal(path) == [
        f"SDTM Terminology 2030-01-05.txt:{cell} is UTF-8 that a program took for another encoding; download the file again"
        for cell in ('E8: "Âµg/ÂµL"', 'F8: "Âµg/ÂµL; mcg/mcL"')
    ]


def test_letters_that_were_lost(tmp_path):
    path = write_text(tmp_path, SMALL)
    path.write_text(path.read_text(encoding="utf-8").replace("µ", "\ufffd"), encoding="utf-8")
    assert refusal(path)[0].startswith('SDTM Terminology 2030-01-05.txt:E8: "\ufffdg/\ufffdL" has lost letters')


def test_a_term_that_a_spreadsheet_has_made_an_error_of(tmp_path):
    path = write_xlsx(tmp_path, SMALL)
    book = openpyxl.load_workbook(path)
    book.worksheets[1]["E3"] = "#NAME?"
    book.save(path)
    assert refusal(path) == [
        'SDTM Terminology.xlsx:SDTM Terminology 2030-01-05!E3: "#NAME?" is what a spreadsheet shows for an error; '
        "download the file again"
    ]


def test_a_codelist_that_comes_twice(tmp_path):
    path = write_text(tmp_path, SMALL)
    row = "\t".join(rows(SMALL)[1])
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    assert refusal(path) == [
        "SDTM Terminology 2030-01-05.txt:A13: the codelist C66731 (SEX) comes a second time; it is SEX at "
        "SDTM Terminology 2030-01-05.txt:A2 already"
    ]


def test_terms_without_their_codelist_are_one_line(tmp_path):
    header, _, *rest = rows(SMALL)
    path = tmp_path / "SDTM Terminology 2030-01-05.txt"
    path.write_text("".join("\t".join(row) + "\n" for row in [header, *rest]), encoding="utf-8")
    assert refusal(path) == [
        'SDTM Terminology 2030-01-05.txt:A2: "F" and 2 more of the codelist C66731, which the file does not have; '
        "it may be cut or put together"
    ]


def test_a_term_that_comes_twice_and_a_codelist_without_an_answer(tmp_path):
    package = small_package({"SEX C66731 No Sex": [("C16576", "F", []), ("C16577", "F", [])]})
    path = write_text(tmp_path, package)
    path.write_text(path.read_text(encoding="utf-8").replace("\tNo\t", "\tperhaps\t"), encoding="utf-8")
    assert refusal(path) == [
        'SDTM Terminology 2030-01-05.txt:A2: the codelist SEX says "perhaps" to whether it is extensible; expected Yes or No',
        'SDTM Terminology 2030-01-05.txt:A4: "F" stands in the codelist SEX already, at SDTM Terminology 2030-01-05.txt:A3',
    ]


def test_many_problems_are_cut_and_counted(tmp_path):
    package = small_package({"SEX C66731 No Sex": [(f"X{at}", f"T{at}", []) for at in range(50)]})
    lines = refusal(write_text(tmp_path, package))
    assert len(lines) == MOST_PROBLEMS + 1
    assert lines[-1] == "SDTM Terminology 2030-01-05.txt: and 31 more problems of the file"


def test_a_workbook_with_a_password(tmp_path):
    path = tmp_path / "SDTM Terminology.xlsx"
    path.write_bytes(xls_files.compound_file(b"locked", name="EncryptedPackage"))
    assert refusal(path) == [
        "SDTM Terminology.xlsx: cannot be read as a .xlsx workbook: it is protected by a password; save it without one"
    ]


def test_a_workbook_with_two_sheets_of_terminology(tmp_path):
    path = write_xlsx(tmp_path, SMALL)
    book = openpyxl.load_workbook(path)
    book.create_sheet("SDTM old").append(HEADER)
    book.save(path)
    assert refusal(path) == [
        'SDTM Terminology.xlsx: has terminology on more than one sheet: "SDTM Terminology 2030-01-05" and "SDTM old"; '
        "keep one of them"
    ]


def test_odm_that_unfolds_an_entity(tmp_path):
    path = tmp_path / "SDTM Terminology.odm.xml"
    bomb = '<!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<ODM'
    path.write_text(odm_text(SMALL).replace("<ODM", bomb, 1), encoding="utf-8")
    assert "document type declaration" in refusal(path)[0]


def test_odm_that_is_too_deep(tmp_path):
    path = tmp_path / "SDTM Terminology.odm.xml"
    path.write_text(
        odm_text(SMALL).replace("<GlobalVariables>", "<x>" * 50 + "</x>" * 50 + "<GlobalVariables>"), encoding="utf-8"
    )
    assert "more than 40 deep" in refusal(path)[0]


def test_odm_of_a_study_and_no_terminology(tmp_path):
    path = tmp_path / "study.xml"
    path.write_text(
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileOID="x"><Study OID="S"/></ODM>', encoding="utf-8"
    )
    assert refusal(path) == ["study.xml: is ODM-XML without codelists; take the file SDTM Terminology.odm.xml"]


def test_odm_with_the_short_name_as_an_attribute_and_decoded_items(tmp_path):
    path = tmp_path / "ct.xml"
    path.write_text(
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:n="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC" '
        'FileOID="CT.SDTM.2024-03-29"><Study OID="S"><MetaDataVersion OID="M" Name="n">'
        '<CodeList OID="CL.C66731.SEX" Name="Sex" n:CodeListExtensible="No" n:CDISCSubmissionValue="SEX">'
        '<CodeListItem CodedValue="F" n:ExtCodeID="C16576"><Decode><TranslatedText>Female</TranslatedText></Decode>'
        "<n:CDISCSynonym>Female</n:CDISCSynonym></CodeListItem></CodeList></MetaDataVersion></Study></ODM>",
        encoding="utf-8",
    )
    sex = PublishedCodelist("C66731", "SEX", "Sex", False, (PublishedTerm("C16576", "F", ("Female",)),))
    assert read_package(path) == Package("SDTM", "2024-03-29", {"C66731": sex})


def test_odm_problems_name_the_codelist_and_the_term(tmp_path):
    package = small_package({"SEX C66731 No Sex": [("C16576", "F", []), ("none", "M", [])]})
    assert refusal(write_odm(tmp_path, package)) == [
        'SDTM Terminology.odm.xml:CodeList CL.C66731.SEX CodedValue M: "none" is no NCI code of a term, such as C16576'
    ]


def test_send_terminology_is_refused_by_what_it_says_and_not_by_its_name(tmp_path):
    path = write_text(tmp_path, replace(SMALL, standard="SEND"), "SDTM Terminology 2030-01-05.txt")
    assert refusal(path) == [
        "SDTM Terminology 2030-01-05.txt: is SEND terminology; a study's codelists are from SDTM and ADaM terminology, "
        "take that file"
    ]


LETTERS = st.characters(categories=("L", "N", "P", "S"), exclude_characters='"|;', max_codepoint=0x17F)
TEXT = st.text(LETTERS, min_size=1)


@settings(max_examples=40)
@given(values=st.lists(TEXT, min_size=1, max_size=6, unique=True), synonym=TEXT)
def test_whatever_the_terms_are_text_and_odm_agree(tmp_path_factory, values, synonym):
    # such a text is refused
    assume(not any(text in ERROR_TEXTS or _is_read_wrongly(text) for text in (synonym, *values)))
    terms = [(f"C{at}", value, [] if synonym == value else [synonym]) for at, value in enumerate(values)]
    package = small_package({"X C66731 Yes A list": terms})
    folder = tmp_path_factory.mktemp("both")
    assert read_package(write_text(folder, package)) == read_package(write_odm(folder, package)) == package
