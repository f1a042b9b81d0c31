"""A data dictionary is known by what it lists, not by its own headers."""

from hcc_sdtm.drafting.export.code_lists import code_list, header_codes
from hcc_sdtm.drafting.export.dictionary import describe, take_dictionaries
from hcc_sdtm.drafting.export.found_tables import find_tables
from tests.drafting.draft_site import table

EXPORT = table(
    """
    record_id | sex | hbv | ht | site
    104-001   | 1   | 0   | 170 | A
    104-002   | 2   | 1   | 160 | B
    """,
    file="baseline.csv",
)


def columns_with(dictionary):
    tables, _ = find_tables([EXPORT])
    others, _ = find_tables([dictionary])
    kept, found = take_dictionaries([*tables, *others])
    assert [each.file for each in kept] == ["baseline.csv"]
    return describe(kept[0], found).by_name


def test_redcap():
    columns = columns_with(
        table(
            """
            Variable / Field Name ; Form Name ; Field Type ; Field Label ; Choices
            record_id ; baseline ; text ; Study number ;
            sex ; baseline ; radio ; Sex at birth ; 1, Male | 2, Female
            hbv ; baseline ; yesno ; Hepatitis B ;
            ht ; baseline ; text ; Height (cm) ;
            """.replace("|", "\x00")
            .replace(";", "|")
            .replace("\x00", "/PIPE/"),
            file="dictionary.csv",
        )
    )
    assert columns["sex"].label == "Sex at birth"
    assert columns["hbv"].codes == {"1": "Yes", "0": "No"}
    assert columns["ht"].unit == "cm"


def test_a_code_a_line():
    columns = columns_with(
        table(
            """
            column       | code | value
            baseline.sex | 1    | male
            baseline.sex | 2    | female
            baseline.hbv | 0    | no
            baseline.hbv | 1    | yes
            baseline.ht  | 9    | unknown
            """,
            file="cl.csv",
        )
    )
    assert columns["sex"].codes == {"1": "male", "2": "female"}
    assert columns["ht"].codes == {}  # no value of the column is one of them


def test_a_glossary_that_writes_the_meaning_first():
    columns = columns_with(
        table(
            """
            record_id | Patient ID
            sex | 1=Male, 2=Female
            hbv | hepatitis B, Y = 1 N = 0
            ht | height
            """,
            file="glossary.csv",
        )
    )
    assert columns["sex"].codes == {"1": "Male", "2": "Female"}
    assert columns["hbv"].codes == {"1": "Y", "0": "N"}


def test_code_lists():
    assert code_list("1, Male | 2, Female") == {"1": "Male", "2": "Female"}
    assert header_codes("性别 1=男 2=女") == {"1": "男", "2": "女"}
    assert header_codes("Height (cm)") == {}
    assert code_list("one word") == {}
