"""What a finding rests on, as a short text: a decision about the finding holds while this text is the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.finding import rule_ids, short_digest, without_positions


def fingerprint_evidence(findings: pd.DataFrame) -> np.ndarray:
    """The fingerprint of each finding: the short digest of its rule's id, severity, value, typed text, expected text
    and message, the message without records, rows, lines and cells.

    A finding keeps its key where a date was corrected from one wrong day to another; its fingerprint is another then.
    """
    columns = [findings[name] for name in ("severity", "value", "typed", "expected")]
    message = findings["message"].map({text: without_positions(text) for text in findings["message"].unique()})
    texts = map("\x1f".join, zip(rule_ids(findings), *columns, message, strict=True))
    codes, distinct = pd.factorize(np.array(list(texts), dtype=object))
    digits = np.array([short_digest(text) for text in distinct], dtype=object)
    return digits[codes] if len(codes) else np.array([], dtype=object)
