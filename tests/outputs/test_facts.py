import hashlib

from hcc_sdtm.outputs.facts import Facts, hash_sources


def test_the_source_hash_is_that_of_the_lines_of_sha256sum():
    inputs = {"specs/trial.yaml": "ab", "raw/入组.xlsx": "cd"}
    lines = "cd  raw/入组.xlsx\nab  specs/trial.yaml\n"
    assert hash_sources(inputs) == hashlib.sha256(lines.encode()).hexdigest()[:16]
    assert hash_sources(dict(reversed(inputs.items()))) == hash_sources(inputs)
    assert hash_sources(inputs | {"raw/入组.xlsx": "ce"}) != hash_sources(inputs)


def test_the_line_at_the_foot_of_a_page():
    facts = Facts("A trial", "RTHCC", "2024-02-29", "0123456789abcdef")
    assert facts.source_line == "Study: RTHCC. Data cut-off: 2024-02-29. Source hash: 0123456789abcdef."
    assert Facts("A trial", "X", "", "01").source_line == "Study: X. Source hash: 01."
