"""The files of a raw folder, read in threads of their own before they are asked for, each once for all sites.

The library below workbooks works beside the mapping of an earlier site. What a file gives is the same as if it were read when
it is asked for, and what is wrong with it is told then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import TracebackType

import pandas as pd

from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.tables.transfers import choose_transfers
from hcc_sdtm.raw import hash_raw_file, list_raw_files, read_raw_file
from hcc_sdtm.raw.file_kind import TEXT_ENDINGS, WORKBOOK_ENDINGS
from hcc_sdtm.raw.table import RawSheet

NamedFile = tuple[str, str]
"""A file's name under the raw folder, and the encoding that a mapping declares for it."""

THREADS = 2
"""More are of no use: all of a reader but the library below it runs one at a time."""

MOST_AHEAD = 4
"""Files that are read and wait to be asked for; more would only need memory earlier."""

_ENDINGS = (*WORKBOOK_ENDINGS, *TEXT_ENDINGS)
"""Files under other names are read when they are asked for: a library below them changes how the process treats warnings."""


@dataclass(frozen=True)
class ReadFile:
    """A file's sheets and the findings made in reading it; ``on_disk`` is the file that it lies in, itself or an archive, with
    its SHA-256 as it was just before."""

    on_disk: str
    digest: str
    sheets: list[RawSheet]
    findings: pd.DataFrame


class ReadingAhead:
    """Reads the files of a raw folder; those that are `expect`-ed before they are asked for. To be closed."""

    def __init__(self, folder: Path, progress: Callable[[str], None] = lambda step: None) -> None:
        """``progress`` is told each file that is asked for, and how many there are."""
        self.folder = folder
        self._progress = progress
        self._threads = ThreadPoolExecutor(THREADS, "reading")
        self._needed: Counter[NamedFile] = Counter()
        self._waiting: dict[NamedFile, None] = {}
        self._ahead: set[NamedFile] = set()
        self._started: dict[NamedFile, Future[ReadFile]] = {}
        self._done: dict[NamedFile, ReadFile] = {}
        self._digests: dict[str, str] = {}
        self._asked = self._expected = 0

    def __enter__(self) -> ReadingAhead:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._threads.shutdown(cancel_futures=True)

    @cached_property
    def names(self) -> list[str]:
        """Every file under the raw folder, those in archives too."""
        return list_raw_files(self.folder)

    def expect(self, mapping: SiteMapping) -> list[NamedFile]:
        """The files that the mapping will ask for, which are read in this order after all that were expected before."""
        files = list(dict.fromkeys(self._files_of(mapping)))
        self._expected += len(files)
        self._needed.update(files)
        for file in files:
            if file not in self._started and PurePosixPath(file[0]).suffix.lower() in _ENDINGS:
                self._waiting.setdefault(file)
        self._start()
        return files

    def read(self, name: str, encoding: str) -> ReadFile:
        """The file, as soon as it is read. Raises StudyError where it cannot be."""
        file = name, encoding
        self._asked += 1
        self._progress(f"reading {name} ({self._asked} of {max(self._expected, self._asked)})")
        self._waiting.pop(file, None)
        self._ahead.discard(file)
        self._start()
        if file in self._started:
            return self._started[file].result()
        if file not in self._done:
            self._done[file] = self._read_now(file)
        return self._done[file]

    def release(self, files: Iterable[NamedFile]) -> None:
        """The site that expected the files has done with them."""
        for file in files:
            self._needed[file] -= 1
            if not self._needed[file]:
                for files_by_name in (self._waiting, self._started, self._done):
                    files_by_name.pop(file, None)
                self._ahead.discard(file)
        self._start()

    def _start(self) -> None:
        while self._waiting and len(self._ahead) < MOST_AHEAD:
            file = next(iter(self._waiting))
            del self._waiting[file]
            self._ahead.add(file)
            self._started[file] = self._threads.submit(self._read_now, file)

    def _read_now(self, file: NamedFile) -> ReadFile:
        name, encoding = file
        on_disk = _on_disk(self.folder, name)
        # before the reading, so that a file that changes under it has another hash when the outputs are written
        if on_disk not in self._digests:
            self._digests[on_disk] = hash_raw_file(self.folder, on_disk)
        return ReadFile(on_disk, self._digests[on_disk], *read_raw_file(self.folder, name, encoding))

    def _files_of(self, mapping: SiteMapping) -> Iterator[NamedFile]:
        subjects = mapping.head.subjects
        if subjects.file:
            yield from ((transfer.file, "") for transfer in choose_transfers(subjects.file, None, self.names).chosen)
        for table in mapping.head.tables.values():
            if table.file:
                chosen = choose_transfers(table.file, table.transfers, self.names).chosen
                yield from ((transfer.file, table.encoding) for transfer in chosen)


def _on_disk(folder: Path, name: str) -> str:
    """The file that a name of `list_raw_files` lies in: itself, or the archive before it."""
    parts = name.split("/")
    paths = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return next((path for path in paths if (folder / path).is_file()), name)
