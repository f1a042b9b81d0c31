"""What a finding rests on, as a short text: a decision about the finding holds while this text is the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.finding import rule_ids, short_digest, without_positions

ABOUT = ("subject", "dataset", "table", "variable")
"""The columns of which one tells what a finding is about, unless it is about a file."""


def fingerprint_evidence(findings: pd.DataFrame) -> np.ndarray:
    """The fingerprint of each finding: the short digest of its rule's id, severity, value, typed text, expected text
    and message, the message without records, rows, lines and cells. Where nothing tells which subject, dataset, table or
    variable it is about, the file's name belongs to it: what was decided on one file is not decided on the next.

    A finding keeps its key where a date was corrected from one wrong day to another; its fingerprint is another then.
    """
    columns = [findings[name] for name in ("severity", "value", "typed", "expected")]
    message = findings["message"].map({text: without_positions(text) for text in findings["message"].unique()})
    is_about_more = (findings[list(ABOUT)] != "").any(axis=1)
    files = {text: text.partition(":")[0] for text in findings["source"].unique()}
    file = ["" if more else files[text] for more, text in zip(is_about_more, findings["source"], strict=True)]
    parts = zip(rule_ids(findings), *columns, message, file, strict=True)
    texts = ("\x1f".join(part if part[-1] else part[:-1]) for part in parts)
    return np.array(list(map(short_digest, texts)), dtype=object)
