r"""Rows that were not decided, written aside as JSON lines so that they can be mended and scanned again.

| key | meaning |
|---|---|
| `file`, `row` | where the row was read; rows count from 1 |
| `reason` | what is wrong, as one of a few fixed words: `invalid_json`, `no_text`, `bad_value`, ... |
| `detail` | what exactly is wrong, and where it can be said the way out |
| `raw` | the first 4,096 bytes of the row; bytes that are not UTF-8 as `\xNN` |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from lictor.report.files import whole_file

__all__ = ["RejectRow", "rejects_file"]


@dataclass(frozen=True, slots=True)
class RejectRow:
    """A row that was not decided, and why."""

    file: str
    row: int
    reason: str
    detail: str
    raw: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row}: {self.reason}: {self.detail}"


@contextmanager
def rejects_file(path: Path) -> Iterator[Callable[[Iterable[RejectRow]], None]]:
    """A writer of rejects into a new file of JSON lines, whatever its name; see `whole_file` for when it appears."""
    with whole_file(path) as stream:

        def write(rejects: Iterable[RejectRow]) -> None:
            stream.write(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in rejects))

        yield write
