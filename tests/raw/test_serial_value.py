import datetime as dt

import pytest
import python_calamine as calamine
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.raw.number_format import PLAIN, parse_number_format
from hcc_sdtm.raw.workbooks.serial_value import serial_value

from .xlsx_files import MAIN, OFFICE, write_xlsx

DATE, ELAPSED = parse_number_format("yyyy-mm-dd hh:mm"), parse_number_format("[h]:mm")


@pytest.mark.parametrize(
    ("number", "shown", "system", "value"),
    [
        (44260.0, PLAIN, "1900", 44260.0),
        (44260.0, DATE, "1900", dt.date(2021, 3, 5)),
        (44260.0, DATE, "1904", dt.date(2025, 3, 6)),
        (44260.0, DATE, "", dt.date(2021, 3, 5)),
        (44260.604166666664, DATE, "1900", dt.datetime(2021, 3, 5, 14, 30)),
        (0.25, DATE, "1900", dt.time(6)),
        (0.25, DATE, "1904", dt.time(6)),
        (1.0, DATE, "1900", dt.date(1900, 1, 1)),
        (59.0, DATE, "1900", dt.date(1900, 2, 28)),
        (60.0, DATE, "1900", dt.date(1900, 2, 28)),
        (61.0, DATE, "1900", dt.date(1900, 3, 1)),
        (60.0, DATE, "1904", dt.date(1904, 3, 1)),
        (1.25, ELAPSED, "1900", dt.timedelta(hours=30)),
        (-0.5, ELAPSED, "1900", dt.timedelta(hours=-12)),
        (-1.0, DATE, "1900", -1.0),
        (2958465.0, DATE, "1900", dt.date(9999, 12, 31)),
        (2958466.0, DATE, "1900", 2958466.0),
        (2957003.0, DATE, "1904", dt.date(9999, 12, 31)),
        (1e300, ELAPSED, "1900", 1e300),
        (float("inf"), DATE, "1900", float("inf")),
    ],
)
def test_value_of_a_number(number, shown, system, value):
    found = serial_value(number, shown, system)
    assert (type(found), found) == (type(value), value)


@given(
    st.lists(st.floats(0, 3_000_000), min_size=1, max_size=50),
    st.sampled_from(["1900", "1904"]),
    st.sampled_from([1, 2]),
)
def test_values_are_those_of_calamine(tmp_path_factory, numbers, system, style):
    # a ten-thousandth of a second apart from any place where rounding might decide
    numbers = [round(number * 86_400_000) / 86_400_000 for number in numbers]
    path = tmp_path_factory.mktemp("serial") / "a.xlsx"
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" s="{style}"><v>{number!r}</v></c></row>' for row, number in enumerate(numbers, 1)
    )
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{int(system == "1904")}"/>'
        '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    write_xlsx(path, rows, parts={"xl/workbook.xml": book})
    shown = [None, ELAPSED, parse_number_format("yyyy/m/d")][style]
    expected = [row[0] for row in calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]
    for number, value in zip(numbers, expected, strict=True):
        found = serial_value(number, shown, system)
        if isinstance(found, dt.date) and not isinstance(found, dt.datetime) and isinstance(value, dt.datetime):
            found = dt.datetime.combine(found, dt.time())  # midnight, reached by rounding
        assert (type(found), found) == (type(value), value)
