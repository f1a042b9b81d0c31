"""manifest.json: what a folder of outputs holds, and what it was made from.

It lists every output file and every input file with its size and SHA-256, the one short hash of all inputs,
the facts that were settled from whole columns, and the versions at work. No absolute path and no clock, so
that two equal runs have equal manifests.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from hcc_sdtm.outputs.facts import hash_sources

MANIFEST = "manifest.json"
GENERATOR = "hcc-sdtm"
FORMAT = 1

# Files that a desktop leaves in any folder it shows; they are nobody's work.
DESKTOP_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


class ManifestError(ValueError):
    """The folder has no manifest, or one that this program did not write."""


@dataclass(frozen=True, slots=True)
class ManifestChanges:
    """How a folder differs from its manifest: names of files, sorted."""

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def build_manifest(
    study_id: str,
    timestamp: datetime,
    inputs: Sequence[tuple[str, Path]],
    settled: pd.DataFrame,
    versions: Mapping[str, str],
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """The manifest of a run, but for its outputs, which `write_manifest` adds.

    ``inputs`` are (name as the study knows it, where it lies now); ``settled`` has one row a fact;
    ``notes`` are sentences that hold for every number in the folder (fictional dates, a site left out).
    Raises ValueError for an input name that is an absolute path.
    """
    absolute = [name for name, _ in inputs if Path(name).is_absolute()]
    if absolute:
        raise ValueError(f"a manifest names its inputs relative to the study; got {', '.join(absolute)}")
    entries = [_entry(name, path) for name, path in sorted(inputs)]
    return {
        "generator": GENERATOR,
        "format": FORMAT,
        "study": study_id,
        "source_hash": hash_sources({entry["name"]: entry["sha256"] for entry in entries}),
        "timestamp": timestamp.strftime("%Y-%m-%dT%H:%M:%S"),
        "notes": list(notes),
        "python": platform.python_version(),
        "versions": dict(sorted(versions.items())),
        "settled": settled.astype(str).to_dict("records"),
        "inputs": entries,
    }


def write_manifest(out: Path, manifest: Mapping[str, Any]) -> None:
    """Writes manifest.json with an entry for every other file under ``out``; to be called last."""
    outputs = [_entry(name, out / name) for name in _files(out) if name != MANIFEST]
    text = json.dumps({**manifest, "outputs": outputs}, ensure_ascii=False, indent=1)
    (out / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_manifest(out: Path) -> dict[str, Any]:
    """The manifest of a folder; raises `ManifestError` where there is none or it is not ours."""
    path = out / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ManifestError(f"{out.name} has no {MANIFEST}") from None
    except (OSError, ValueError) as error:
        raise ManifestError(f"{out.name}/{MANIFEST} cannot be read: {error}") from error
    ours = isinstance(manifest, dict) and manifest.get("generator") == GENERATOR
    if not ours or not isinstance(manifest.get("outputs"), list):
        raise ManifestError(f"{out.name}/{MANIFEST} was not written by {GENERATOR}")
    if manifest.get("format") != FORMAT:
        raise ManifestError(f'{out.name}/{MANIFEST} has format "{manifest.get("format")}"; this version reads {FORMAT}')
    return dict(manifest)


def compare_manifest(out: Path) -> ManifestChanges:
    """How the files under ``out`` differ from its manifest; raises `ManifestError` as `read_manifest`."""
    listed = {entry["name"]: entry for entry in read_manifest(out)["outputs"]}
    present = {name for name in _files(out) if name != MANIFEST}
    changed = (name for name in present & set(listed) if not _is_unchanged(out / name, listed[name]))
    return ManifestChanges(
        changed=tuple(sorted(changed)),
        missing=tuple(sorted(set(listed) - present)),
        extra=tuple(sorted(present - set(listed))),
    )


def verify_manifest(out: Path) -> list[str]:
    """One line for each file under ``out`` that is changed, missing or extra, and one where the source hash is not that of the
    inputs listed; empty when there is none."""
    changes, manifest = compare_manifest(out), read_manifest(out)
    given = manifest.get("source_hash", "")
    made = hash_sources({entry["name"]: entry["sha256"] for entry in manifest.get("inputs", [])})
    other = [f"source hash: {given} in {MANIFEST}, and its inputs make {made}"] if given and given != made else []
    return other + [
        f"{kind}: {name}"
        for kind, names in (
            ("changed", changes.changed),
            ("missing", changes.missing),
            ("extra", changes.extra),
        )
        for name in names
    ]


def _entry(name: str, path: Path) -> dict[str, Any]:
    return {"name": Path(name).as_posix(), "bytes": path.stat().st_size, "sha256": file_digest(path)}


def _is_unchanged(path: Path, entry: Mapping[str, Any]) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size != entry["bytes"]:
        return False
    return bool(file_digest(path) == entry["sha256"])


def file_digest(path: Path) -> str:
    """SHA-256 of a file, as the manifest gives it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> list[str]:
    """Every file below the folder, as a relative name with ``/``; a link is a file and is not followed."""
    names = []
    for parent, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        names += [
            (Path(parent) / name).relative_to(folder).as_posix()
            for name in [*files, *links]
            if name not in DESKTOP_FILES
        ]
    return sorted(names)
