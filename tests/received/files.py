"""Files of datasets, written for a test."""

import json

import pandas as pd
import pyreadstat

DM = pd.DataFrame(
    {
        "STUDYID": ["S1", "S1"],
        "DOMAIN": ["DM", "DM"],
        "USUBJID": ["S1-001", "S1-002"],
        "SUBJID": ["001", "002"],
        "RFSTDTC": ["2021-03-05", ""],
        "AGE": [61.0, float("nan")],
        "SEX": ["M", "F"],
    }
)
LABELS = {
    "STUDYID": "Study Identifier", "DOMAIN": "Domain Abbreviation", "USUBJID": "Unique Subject Identifier",
    "SUBJID": "Subject Identifier for the Study", "RFSTDTC": "Subject Reference Start Date/Time", "AGE": "Age", "SEX": "Sex",
}  # fmt: skip


def write_xpt(path, frame=DM, name=None, label="Demographics", version=5, formats=None):
    pyreadstat.write_xport(
        frame,
        str(path),
        file_label=label,
        column_labels=[LABELS.get(column, "") for column in frame],
        table_name=name or path.stem.upper(),
        file_format_version=version,
        variable_format=formats or {},
    )


def dataset_json(columns, rows, name="DM", **more):
    """Dataset-JSON 1.1: columns are (name, type) or a dict."""
    described = [
        each
        if isinstance(each, dict)
        else {"itemOID": f"IT.{each[0]}", "name": each[0], "label": LABELS.get(each[0], ""), "dataType": each[1]}
        for each in columns
    ]
    document = {
        "datasetJSONVersion": "1.1.0", "itemGroupOID": f"IG.{name}", "records": len(rows), "name": name, "label": "A label",
        "columns": described, "rows": rows,
    }  # fmt: skip
    return json.dumps({**document, **more})


def rules(findings):
    """Id, dataset, variable and record of each finding."""
    return [(row.rule.split(" ")[0], row.dataset, row.variable, row.record) for row in findings.itertuples(index=False)]


def ids(findings):
    return [rule for rule, *_ in rules(findings)]
