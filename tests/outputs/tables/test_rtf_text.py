import pytest

from hcc_sdtm.outputs.tables.rtf import has_rtf
from hcc_sdtm.outputs.tables.rtf_text import rtf_text, rtf_width


def test_what_rtf_does_not_hold_is_a_code():
    assert rtf_text("a\nb {x}\\y") == "a\\line b \\{x\\}\\\\y"
    assert rtf_text("\u8102") == "\\uc1\\u-32510?"
    assert rtf_text("\U0001f600") == "\\uc1\\u-10179?\\uc1\\u-8704?"
    assert rtf_text("\x01") == "?"  # what stands for a text in the sample is in no text


@pytest.mark.skipif(not has_rtf(), reason="rtflite is not installed: pip install hcc-sdtm[rtf]")
@pytest.mark.parametrize("text", ["2021-06-14 event: Disease progression", "To AVA, Wave", "", "\\uc1\\u8199?1"])
def test_a_text_is_as_wide_as_rtflite_counts_it_or_a_little_wider(text):
    from rtflite.strwidth import get_string_width

    counted = get_string_width(text, 1, 9)
    assert counted - 1e-9 <= rtf_width(text) <= counted * 1.1 + 1e-9
