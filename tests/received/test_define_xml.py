import os
from pathlib import Path

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.received.define_metadata import RangeCheck
from hcc_sdtm.received.define_xml import read_define

from .define_files import define, item

STANDARDS = Path(os.environ["HCC_SDTM_DATA"]) / "standards" if "HCC_SDTM_DATA" in os.environ else None
needs_standards = pytest.mark.skipif(
    STANDARDS is None or not STANDARDS.is_dir(), reason="HCC_SDTM_DATA names no folder with standards in it"
)

ITEMS = [
    item("USUBJID", length=40, label="Unique Subject Identifier", mandatory="Yes", key=1),
    item("AESEQ", "integer", 8, mandatory="Yes", key=2),
    item("AESEV", codelist="CL.SEV", values="VL.SEV", no_data=True),
]


def read(tmp_path, text, name="define.xml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_define(path)


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_what_it_says_of_datasets_variables_terms_and_values(tmp_path, version):
    where = [("IT.AE.AESEQ", "EQ", ["1"]), ("IT.AE.USUBJID", "IN", ["a", "b"])]
    found = read(
        tmp_path,
        define(
            {"AE": ({"label": "Adverse Events"}, ITEMS)},
            {"CL.SEV": ["MILD", "+ODD"], "CL.MED": "MedDRA"},
            {"VL.SEV": [(item("SEV", length=4), where)]},
            version,
        ),
    )
    assert (found.file, found.version, found.findings) == ("define.xml", version, ())
    ae = found.datasets["AE"]
    assert (ae.label, ae.class_, ae.structure, ae.keys, ae.has_no_data) == (
        "Adverse Events", "EVENTS", "One record per x", ("USUBJID", "AESEQ"), False,
    )  # fmt: skip
    assert [
        (each.name, each.type, each.length, each.label, each.is_mandatory, each.has_no_data) for each in ae.items
    ] == [
        ("USUBJID", "text", 40, "Unique Subject Identifier", True, False),
        ("AESEQ", "integer", 8, "", True, False),
        ("AESEV", "text", None, "", False, True),
    ]
    codelist = found.codelists["CL.SEV"]
    assert (list(codelist.terms), codelist.extended, codelist.is_external) == (["MILD", "ODD"], {"ODD"}, False)
    assert found.codelists["CL.MED"].is_external
    (value,) = ae.by_name["AESEV"].values
    assert value.clauses == ((RangeCheck("", "AESEQ", "EQ", ("1",)), RangeCheck("", "USUBJID", "IN", ("a", "b"))),)
    text = (tmp_path / "define.xml").read_text().splitlines()
    assert '<ItemDef OID="IT.AE.AESEQ"' in text[ae.by_name["AESEQ"].line.line - 1]


def test_elements_and_attributes_of_others_are_left_out(tmp_path):
    text = define({"AE": ({}, ITEMS[:1])}).replace("<ODM ", '<ODM xmlns:v="urn:vendor" ')
    text = text.replace("<ItemGroupDef ", '<ItemGroupDef v:Name="XX" Odd="1" ', 1)
    text = text.replace("<ItemDef ", '<v:Note><ItemDef OID="x" Name="Y"/></v:Note><ItemDef ', 1)
    found = read(tmp_path, text)
    assert (list(found.datasets), [each.name for each in found.datasets["AE"].items], found.findings) == (
        ["AE"], ["USUBJID"], (),
    )  # fmt: skip


def test_what_is_wrong_in_the_file_is_said_at_its_line_and_the_rest_is_read(tmp_path):
    text = define(
        {
            "AE": (
                {},
                [
                    item("AETERM", length="long"),
                    item("AESEV", codelist="CL.SVE", mandatory="yes"),
                    item("AEOUT", values="VL.X"),
                ],
            ),
            "CM": ({}, [item("CMTRT", "")]),
        },
        {"CL.SEV": ["MILD"]},
    )
    text = text.replace(
        '<ItemGroupDef OID="IG.CM"', '<ItemGroupDef OID="IG.AE2" Name="AE"/>\n<ItemGroupDef OID="IG.CM"'
    )
    text = text.replace(
        '<ItemRef ItemOID="IT.CM.CMTRT"',
        '<ItemRef ItemOID="IT.CM.CMTERT" OrderNumber="9"/><ItemRef ItemOID="IT.CM.CMTRT"',
    )
    found = read(tmp_path, text)
    assert [(each.rule.split(" ")[0], each.dataset, each.variable) for each in found.findings] == [
        ("DEF-016", "AE", "AETERM"), ("DEF-016", "AE", "AESEV"), ("DEF-015", "AE", "AESEV"), ("DEF-015", "AE", ""),
        ("DEF-016", "AE", ""), ("DEF-015", "CM", ""), ("DEF-016", "CM", "CMTRT"),
    ]  # fmt: skip
    messages = "\n".join(each.message for each in found.findings)
    assert 'no CodeList has the OID "CL.SVE"; did you mean "CL.SEV"?' in messages
    assert 'Length "long" of AETERM is not a whole number from 1' in messages
    assert [each.name for each in found.datasets["AE"].items] == ["AETERM", "AESEV", "AEOUT"]
    assert found.datasets["AE"].by_name["AESEV"].is_mandatory
    lines = text.splitlines()
    assert all(each.source.startswith("define.xml:") for each in found.findings)
    assert 'Name="AE"/>' in lines[int(found.findings[4].source.partition(":")[2]) - 1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot be read as XML"),
        ("dataset,variable\n", "cannot be read as XML: line 1"),
        ("<html><body/></html>", 'is XML with the root "html"'),
        ('<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"/>', "ODM without the elements of Define-XML"),
        (define({"AE": ({}, ITEMS)}, version="1.0"), "a define.xml of version 1.0; versions 2.0 and 2.1 are read"),
        (define({}), "defines no dataset"),
        (define({"AE": ({}, ITEMS)})[:-40], "it is cut off or damaged"),
        ('<!DOCTYPE ODM [<!ENTITY a "b">]>\n<ODM>&a;</ODM>', "document type declaration"),
    ],
)
def test_what_is_no_define_is_refused_in_one_line(tmp_path, text, says):
    with pytest.raises(StudyError, match=rf"^define\.xml: .*{says}") as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused_with_the_nearest(tmp_path):
    read(tmp_path, define({"AE": ({}, ITEMS[:1])}))
    with pytest.raises(StudyError, match=r'no such file; did you mean "define\.xml"'):
        read_define(tmp_path / "defin.xml")


@needs_standards
@pytest.mark.parametrize(
    ("name", "datasets", "variables", "values", "codelists"),
    [("defineV21-SDTM.xml", 11, 155, 44, 40), ("defineV21-ADaM.xml", 3, 144, 6, 32)],
)
def test_the_published_examples_are_read_whole(name, datasets, variables, values, codelists):
    found = read_define(STANDARDS / name)
    items = [each for dataset in found.datasets.values() for each in dataset.items]
    assert (len(found.datasets), len(items), sum(len(each.values) for each in items), len(found.codelists)) == (
        datasets, variables, values, codelists,
    )  # fmt: skip
    assert found.findings == ()
    assert all(each.label and each.type for each in items)
