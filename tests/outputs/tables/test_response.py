import pandas as pd
import pytest
from scipy.stats import beta

from hcc_sdtm.outputs.tables.building import build_table
from hcc_sdtm.outputs.tables.content import NotMade
from tests.outputs.tables.frames import ADRS, content_of, shown, spec_of

YAML = """
    table: response
    population: RTFL
    columns:
      - {parameter: BOR, label: Reader 1, span: RECIST}
      - {parameter: BORM, span: mRECIST}
    values: {CR: Complete, PR: Partial, SD: Stable, PD: Progressive}
    no_record: Not read
    rates:
      - {label: ORR, values: [CR, PR]}
"""


def exact(x, n):
    lower = 100 * beta.ppf(0.025, x, n - x + 1) if x else 0.0
    upper = 100 * beta.ppf(0.975, x + 1, n - x) if x < n else 100.0
    return f"{lower:.1f} to {upper:.1f}"


def test_every_subject_of_the_population_is_in_every_column(tmp_path):
    table = build_table(spec_of(tmp_path, YAML), content_of())
    assert shown(table) == [
        ("Complete", "0", "1 (25.0)"),
        ("Partial", "1 (25.0)", "0"),
        ("Stable", "1 (25.0)", "0"),
        ("Progressive", "0", "0"),
        ("UNKNOWN", "1 (25.0)", "0"),
        ("Not read", "1 (25.0)", "3 (75.0)"),
        ("ORR", "1 (25.0)", "1 (25.0)"),
        ("95 % confidence limits", exact(1, 4), exact(1, 4)),
    ]
    assert table.population == "All treated (N = 4)"
    assert [column.label for column in table.columns] == ["Response", "Reader 1\nn (%)", "Best Response\nn (%)"]


@pytest.mark.parametrize(("value", "numbers"), [("PD", (0, 4)), ("CR", (4, 4))])
def test_nobody_and_everybody_have_the_limits_of_clopper_and_pearson(tmp_path, value, numbers):
    adrs = pd.DataFrame({"USUBJID": ["S1", "S2", "S3", "S4"], "PARAMCD": "BOR", "AVALC": value})
    text = YAML.replace("      - {parameter: BORM, span: mRECIST}\n", "")
    lines = shown(build_table(spec_of(tmp_path, text), content_of(ADRS=adrs)))
    assert lines[-1] == ("95 % confidence limits", exact(*numbers))


def test_two_records_of_a_subject_and_a_parameter_without_records_are_reasons(tmp_path):
    spec = spec_of(tmp_path, YAML)
    with pytest.raises(NotMade, match="BOR has several records of a subject"):
        build_table(spec, content_of(ADRS=pd.concat([ADRS, ADRS])))
    with pytest.raises(NotMade, match="ADRS has no record of the parameter BORM"):
        build_table(spec, content_of(ADRS=ADRS[ADRS["PARAMCD"] == "BOR"]))
