import csv

import pandas as pd

from hcc_sdtm.mapping.account.reconciling import RECONCILIATION_COLUMNS, reconciliation_frame
from hcc_sdtm.outputs.reconciliation import LINES_SHOWN, summarise_reconciliation, write_reconciliation

LINES = [
    ("101", "a.xlsx", "入组", "rows", "header", "", "", 1, ""),
    ("101", "a.xlsx", "入组", "rows", "mapped", "", "", 1_200, ""),
    ("101", "a.xlsx", "入组", "rows", "left out", "patient", "MAP-004 row.key-repeated", 2, "rows 7, 9"),
    ("101", "a.xlsx", "入组", "rows", "taken by no block", "", "MAP-061 row.taken-by-no-block", 3, "rows 10:12"),
    ("101", "a.xlsx", "入组", "rows mapped", "DM", "", "", 1_200, ""),
    ("101", "a.xlsx", "入组", "rows mapped", "DM", "mappings/a.yaml:9", "", 1_200, ""),
    ("101", "a.xlsx", "入组", "cells", "header", "", "", 4, ""),
    ("101", "a.xlsx", "入组", "cells", "used", "", "", 3_000, ""),
    ("101", "a.xlsx", "入组", "cells", "declared unused", "x", "", 500, "D2:D501"),
    (
        "101",
        "a.xlsx",
        "入组",
        "cells",
        "not looked at in its row",
        "died",
        "MAP-060 cell.not-looked-at",
        500,
        "E2:E501",
    ),
    ("101", "key.csv", "", "rows", "key of a subject", "", "", 5, ""),
    ("101", "key.csv", "", "cells", "used", "", "", 10, ""),
    ("101", "", "", "values", "typed and no value", "DM.SEX", "", 1, ""),
    ("101", "", "", "values", "changed", "DM.BRTHDTC", "", 7, ""),
    ("101", "", "", "texts", "no term covers it", "DM.SEX", "MAP-013 term.unknown", 1, '"=1+1"; did you mean "F"?'),
    ("", "old.csv", "", "files", "no mapping reads it", "", "MAP-023 file.unused", 1, ""),
]


def test_the_file_opens_in_a_spreadsheet_program_and_starts_no_formula(tmp_path):
    lines = [*LINES, ("101", "=a.csv", "", "cells", "used", "-x", "", 3, "@y")]
    write_reconciliation(tmp_path / "reconciliation.csv", reconciliation_frame(lines))
    data = (tmp_path / "reconciliation.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    written = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    assert tuple(written[0]) == RECONCILIATION_COLUMNS
    assert written[2] == ["101", "a.xlsx", "入组", "rows", "mapped", "", "", "1200", ""]
    assert written[-1] == ["101", "'=a.csv", "", "cells", "used", "'-x", "", "3", "'@y"]


def test_the_summary_has_a_line_a_sheet_and_says_what_is_in_no_dataset():
    summary = summarise_reconciliation(reconciliation_frame(LINES))
    sheet, key = summary.sheets
    assert (sheet.place, sheet.rows, sheet.mapped) == ("a.xlsx:入组", 1_205, "DM 1,200")
    assert (sheet.left_out, sheet.untaken) == ("2 MAP-004 row.key-repeated", 3)
    assert (sheet.cells, sheet.used, sheet.declared) == (4_000, "75.0%", 500)
    assert sheet.lost == "500 not looked at in its row"
    assert (key.place, key.rows, key.mapped, key.lost) == ("key.csv", 5, "keys 5", "")
    assert summary.cells == (
        "4,010 filled cells: 3,010 (75.1%) used, 500 (12.5%) declared unused, 500 (12.5%) in no dataset"
    )
    assert summary.unread_files == ["old.csv no mapping reads it"]
    # a text that gave no value comes first
    assert [line["name"] for line in summary.values] == ["DM.SEX", "DM.BRTHDTC"]
    assert summary.texts[0]["where"] == '"=1+1"; did you mean "F"?'


def test_long_lists_say_how_many_more_there_are():
    many = [("1", "", "", "texts", "no term covers it", f"V{at}", "", at, "") for at in range(LINES_SHOWN + 5)]
    summary = summarise_reconciliation(reconciliation_frame(many))
    assert (len(summary.texts), summary.more_texts) == (LINES_SHOWN, 5)
    assert summary.texts[0]["count"] == LINES_SHOWN + 4


def test_a_run_that_read_nothing_has_an_empty_summary():
    summary = summarise_reconciliation(reconciliation_frame([]))
    assert (list(summary.sheets), summary.cells) == ([], "no filled cell was read")


def test_counts_are_numbers_also_where_there_is_no_line():
    for lines in ([], LINES):
        assert reconciliation_frame(lines)["count"].dtype == "int64"
    joined = pd.concat([reconciliation_frame(LINES), reconciliation_frame([])], ignore_index=True)
    assert joined["count"].dtype == "int64"
