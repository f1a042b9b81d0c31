"""Whatever a file holds, it is read or refused with a line of its own; nothing else comes out of reading."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcc_sdtm.problem import StudyError
from hcc_sdtm.received import check_define, read_received

from .define_files import define, item
from .files import DM, dataset_json, write_xpt

KINDS = ("dm.xpt", "dm.parquet", "dm.json", "dm.csv", "define.xml")


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    write_xpt(folder / "dm.xpt")
    DM.to_parquet(folder / "dm.parquet")
    columns = [("USUBJID", "string"), ("AGE", "integer"), ("RFSTDTC", "date")]
    (folder / "dm.json").write_text(dataset_json(columns, [["a", 1, "2021-03-05"], ["b", None, None]]))
    DM.to_csv(folder / "dm.csv", index=False)
    items = [
        item("USUBJID", length=6, key=1, mandatory="Yes"),
        item("AGE", "integer", values="VL"),
        item("SEX", codelist="CL"),
    ]
    values = {"VL": [(item("A", "integer", 2), [("IT.DM.AGE", "GE", ["5"])])]}
    (folder / "define.xml").write_text(
        define({"DM": ({"class": "SPECIAL PURPOSE"}, items)}, {"CL": ["M", "+F"]}, values)
    )
    return {name: (folder / name).read_bytes() for name in KINDS}


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(KINDS),
    st.lists(
        st.tuples(st.integers(0, 10**6), st.sampled_from(["set", "cut", "repeat"]), st.integers(0, 255)),
        min_size=1,
        max_size=4,
    ),
)
def test_a_damaged_file_is_read_or_refused_by_name(tmp_path, contents, name, changes):
    content = bytearray(contents[name])
    for place, how, value in changes:
        at = place % max(1, len(content))
        if how == "set" and content:
            content[at] = value
        elif how == "cut":
            del content[at : at + value % 40]
        else:
            content[at:at] = content[at : at + value % 40]
    for path in tmp_path.iterdir():
        path.unlink()
    (tmp_path / "dm.xpt").write_bytes(contents["dm.xpt"])
    (tmp_path / name).write_bytes(content)
    where = tmp_path if name == "define.xml" else tmp_path / name
    refused, received = "", None
    try:
        received = read_received(where, tmp_path / name if name == "define.xml" else None)
    except StudyError as failure:
        refused = str(failure)
    assert all(line.startswith((f"{name}:", f"{where}:")) for line in refused.splitlines())
    assert bool(refused) != bool(received)
    assert received is None or check_define(received)["message"].ne("").all()
