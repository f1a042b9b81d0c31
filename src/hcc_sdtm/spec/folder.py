"""Where the reference study lies: its specs are the defaults of every other study."""

from __future__ import annotations

from pathlib import Path


def reference_study() -> Path:
    """The folder of the reference study: inside the installed package, or the repository that holds the source."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "reference_study"
    return installed if installed.is_dir() else package.parents[1]
