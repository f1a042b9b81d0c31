"""Findings that the tests of the register share."""

from __future__ import annotations

from hcc_sdtm.finding import Finding, findings_frame

AFTER_DEATH = Finding(
    "RS-003 response.after-death", "error", 'response dated "2023-10-31" is after death on 2023-10-14 (RS record 577)',
    site="103", dataset="RS", subject="S-103-001", keys="VISITNUM=9", record="577", variable="RSDTC", value="2023-10-31",
    expected="a date on or before 2023-10-14", source="site_103/response.csv:E9", typed="10/31/2023",
)  # fmt: skip
SEX = Finding(
    "MAP-013 term.unknown", "error", '"南" is no term', site="101", dataset="DM", table="patient", subject="101-021",
    variable="SEX", source="site_101.xlsx:入组!C22", typed="南",
)  # fmt: skip
UNUSED = Finding("MAP-003 column.unused", "note", "nobody reads it", site="101", table="patient", variable="备注")
FINDINGS = findings_frame([AFTER_DEATH, SEX, UNUSED])
