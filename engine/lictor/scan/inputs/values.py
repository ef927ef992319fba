"""What reading yields: batches of rows, rows refused, files that could not be read, and remarks.

Every row of a file ends up in exactly one `InputBatch` or in exactly one `Reject`. A row keeps its number: the line in
text and JSON lines, the record after the header in CSV, the row in Parquet; all count from 1, refused rows too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lictor.errors import UsageError

__all__ = ["FileError", "InputBatch", "Limits", "Note", "Origin", "Piece", "Reason", "Reject", "RowNumbers"]

Reason = Literal[
    "already_used",  # a fact's id stands for another fact
    "bad_quoting",  # a CSV quote that never closes, or text after the closing one
    "duplicate_key",  # a JSON key we read stands twice: nobody can say which is meant
    "invalid_json",
    "invalid_utf8",
    "lone_surrogate",  # a JSON escape such as \ud800 without its other half: no text
    "no_fact",  # JSON, but not a fact of a kind we know, or with values it cannot have
    "no_text",  # the text is absent or null; an empty one is a text
    "not_an_object",
    "not_possible",  # a fact that cannot be applied: it names what is not there
    "too_long",  # beyond `Limits.max_line_bytes`
    "wrong_cells",  # a CSV record with more or fewer cells than the header
    "wrong_type",
]
RowNumbers: TypeAlias = npt.NDArray[np.int64]

RAW_KEPT = 4096
ROWS = 1 << 14


@dataclass(frozen=True, slots=True)
class Limits:
    """What an input may cost: a longer line is refused, an archive beyond ratio or size is stopped.

    `max_ratio` is bytes unpacked to bytes stored, and counts only once 64 MiB are unpacked. `max_bytes` bounds what one
    file unpacks to (and what is accepted from standard input); `None` means any size.
    """

    max_line_bytes: int = 64 << 20
    max_ratio: int = 200
    max_bytes: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.max_line_bytes <= 1 << 30:
            raise UsageError(f"a line limit of {self.max_line_bytes} bytes is not between 1 and {1 << 30}")
        if self.max_ratio < 1 or (self.max_bytes is not None and self.max_bytes < 1):
            raise UsageError("a limit on unpacked bytes is at least 1")


@dataclass(frozen=True, slots=True, eq=False)
class InputBatch:
    """Rows that can be decided: one Arrow column for each name known and present, and where each row came from.

    Columns: `text` and `text.<field>` (at least one, and in each row at least one of them is not null), `id`, `field`,
    `subject`, `surface`, `account`, `published_at`, `lang`, all of them strings as given, in UTF-8; then the signals
    asked for, as string, bool, int64 or double. A column without a value in the batch is left out, so that columns may
    differ from one batch to the next.
    """

    batch: pa.RecordBatch
    source: str
    digest: str
    rows: RowNumbers

    def item(self, index: int) -> str:
        """The row's id; without one, SHA-256 of file digest and row number. Most rows need none."""
        if "id" in self.batch.schema.names:
            given: str | None = self.batch.column("id")[index].as_py()
            if given:
                return given
        return hashlib.sha256(f"{self.digest}:{self.rows[index]}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be decided: why, and the first 4,096 bytes of it as they were stored."""

    source: str
    row: int
    reason: Reason
    detail: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class FileError:
    """A file that could not be read, or not to its end; rows yielded before it stand, other files follow."""

    source: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something left unread that the user may not expect: a file of unknown kind, a `text.` column that is no field."""

    source: str
    message: str


Piece: TypeAlias = InputBatch | Reject | FileError | Note


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that rows come from: its name as given and the SHA-256 of its bytes as stored."""

    source: str
    digest: str

    def batches(self, batch: pa.RecordBatch, rows: RowNumbers) -> Iterator[InputBatch]:
        """The rows, marked with where they came from, in even batches of at most 16,384; nothing for none."""
        size = -(-len(rows) // -(-len(rows) // ROWS)) if len(rows) else 1
        for start in range(0, len(rows), size):
            part = batch.slice(start, size) if len(rows) > size else batch
            yield InputBatch(part, self.source, self.digest, rows[start : start + size])

    def reject(self, row: int, reason: Reason, detail: str, raw: bytes) -> Reject:
        """The row refused; of its bytes the first ones are kept."""
        return Reject(self.source, row, reason, detail, bytes(raw[:RAW_KEPT]))
