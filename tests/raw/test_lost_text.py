import numpy as np
import pytest

from hcc_sdtm.raw.text.lost_text import cell_warnings, lost_text_findings
from hcc_sdtm.raw.text.text_file import TextFile


def found(*rows, encoding="utf-8"):
    texts = np.array(rows, dtype=object)
    file = TextFile("\n".join(map(",".join, rows)).encode(encoding), encoding)
    return [(finding.rule[:7], finding.source) for finding in lost_text_findings(texts, file, "a.csv")]


@pytest.mark.parametrize(
    "text", ["René", "decembre 2020 à l’hôpital", "姓名", "Møller", "PÅL ÃO", "São João não", "±5 °C", "naïve"]
)
def test_letters_that_people_type_are_no_finding(text):
    assert found([text, "x"]) == []


@pytest.mark.parametrize("text", ["René", "décès à l’hôpital", "姓名", "肝细胞癌", "Łukasz", "5 µg", "部分缓解 “PR”"])
@pytest.mark.parametrize("taken_for", ["cp1252", "latin-1"])
def test_utf_8_that_a_program_took_for_another_encoding_is_found(text, taken_for):
    if taken_for == "cp1252":
        changed = "".join(bytes([code]).decode("cp1252", "ignore") or chr(code) for code in text.encode())
    else:
        changed = text.encode().decode("latin-1")
    assert found(["x", changed]) == [("RAW-016", "a.csv:B1")]


def test_control_characters_and_lost_ones_are_found_at_their_cells():
    assert found(["a\x00", "b"], ["\ufffd", "\t\r\n"], encoding="utf-16") == [
        ("RAW-017", "a.csv:A1"),
        ("RAW-016", "a.csv:A2"),
    ]


def test_many_cells_of_a_column_are_one_finding_that_lists_them():
    findings = list(cell_warnings("RAW-016 raw.character-lost", "lost", [(row, 2) for row in range(1, 31)], "a.csv"))
    assert [(finding.source, finding.message) for finding in findings] == [("a.csv:B", "30 cells (B1 to B30): lost")]
