"""What speaks against reading an estimate, said as a Python warning to who works by hand, and kept with the estimate."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class EstimateWarning(UserWarning):
    """An estimate that can be computed and should not be read without care."""


def warn(sentences: Sequence[str]) -> None:
    """Each sentence as an `EstimateWarning` at the line that called the estimator."""
    for sentence in sentences:
        warnings.warn(sentence, EstimateWarning, stacklevel=3)


@contextmanager
def quiet_warnings() -> Iterator[None]:
    """No Python warning from the estimators called within; what they would say stays with what they return."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EstimateWarning)
        yield
