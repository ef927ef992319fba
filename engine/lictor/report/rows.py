"""A scan's rows in a file: JSON lines, CSV or Parquet, by the file's suffix, with the same columns in each.

| column | meaning |
|---|---|
| `file`, `row` | where the text was read; rows count from 1, rejected ones too |
| `item` | the row's own `id`, else one made from the file's digest and the row |
| `action`, `status` | the headline action, and whether it is `applied`, `proposed` or only `monitor` |
| `category`, `severity` | of the gravest violation; empty where there is none |
| `rules` | the rules that fired, a list; in CSV joined by a space |
| `decision` | the whole decision: an object in JSON lines, its JSON text in CSV and Parquet; null for `none` |

A CSV cell that begins like a formula gets a leading apostrophe, as spreadsheets run `=`, `+`, `-`, `@`, also after a
tab or a line end.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from lictor.errors import UsageError, escape_controls
from lictor.report.files import whole_file
from lictor.report.words import excerpt
from lictor.scan.inputs.paths import display

__all__ = ["COLUMNS", "ScanRow", "Writer", "defused", "json_line", "rows_file", "terminal_line"]


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One row as it was decided; `decision` is canonical JSON, absent where the action is `none`."""

    file: str
    row: int
    item: str | None
    action: str
    status: str | None = None
    category: str | None = None
    severity: str | None = None
    rules: tuple[str, ...] = ()
    decision: bytes | None = None


Writer = Callable[[Sequence[ScanRow]], None]
_Kind = Callable[[BinaryIO], AbstractContextManager[Writer]]

SCHEMA = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("item", pa.string()),
        pa.field("action", pa.string(), nullable=False),
        pa.field("status", pa.string()),
        pa.field("category", pa.string()),
        pa.field("severity", pa.string()),
        pa.field("rules", pa.list_(pa.string()), nullable=False),
        pa.field("decision", pa.string()),
    ]
)
COLUMNS: tuple[str, ...] = tuple(SCHEMA.names)

_ROW_GROUP = 4096
_WORDS = 6
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@contextmanager
def rows_file(path: Path) -> Iterator[Writer]:
    """A writer of rows into a new file of the kind its suffix names; see `whole_file` for when it appears."""
    kind = _kind(path)
    with whole_file(path) as stream, kind(stream) as write:
        yield write


def json_line(row: ScanRow) -> bytes:
    """The row as one line of JSON, with its line end."""
    line = {
        "file": row.file, "row": row.row, "item": row.item, "action": row.action, "status": row.status,
        "category": row.category, "severity": row.severity, "rules": row.rules,
        "decision": None if row.decision is None else orjson.Fragment(row.decision),
    }  # fmt: skip
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def terminal_line(row: ScanRow) -> str:
    """The row as one line for a terminal: where, what happens, by which rules, shown by which words; safe to print."""
    parts = [f"{row.file}:{row.row}", f"{row.action} ({row.status})" if row.status else row.action]
    if row.decision is not None:
        counting = [one for one in orjson.loads(row.decision)["violations"] if not one["exempted_by"]]
        words = dict.fromkeys(piece["text"] for one in counting for piece in one["evidence"])
        parts += [f"{row.category} {row.severity}"] if row.category else []
        parts += [", ".join(row.rules)] if row.rules else []
        parts += [", ".join(f"`{excerpt(word)}`" for word in islice(words, _WORDS))] if words else []
    return escape_controls("  ".join(parts))


def defused(cell: str) -> str:
    """The cell's text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _kind(path: Path) -> _Kind:
    packed = path.suffix in (".gz", ".zst")
    suffix = Path(path.stem).suffix if packed else path.suffix
    if suffix == ".parquet" and packed:
        raise UsageError(
            f"`{display(str(path))}` would be compressed twice",
            hint="Parquet is compressed inside: name the file `.parquet`",
        )
    kinds: dict[str, _Kind] = {".jsonl": _json_lines, ".csv": _csv, ".parquet": _parquet}
    # A device has no suffix: `--out /dev/stdout`.
    if path.exists() and not path.is_file() and not path.is_dir():
        return _json_lines
    if suffix not in kinds:
        raise UsageError(
            f"`{display(str(path))}` does not say which kind of file to write",
            hint="end its name in `.jsonl`, `.csv` (either also `.gz` or `.zst`) or `.parquet`",
        )
    return kinds[suffix]


@contextmanager
def _json_lines(stream: BinaryIO) -> Iterator[Writer]:
    def write(rows: Sequence[ScanRow]) -> None:
        stream.write(b"".join(map(json_line, rows)))

    yield write


@contextmanager
def _csv(stream: BinaryIO) -> Iterator[Writer]:
    text = io.TextIOWrapper(stream, "utf-8", errors="backslashreplace", newline="", write_through=True)
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(COLUMNS)

    def write(rows: Sequence[ScanRow]) -> None:
        sheet.writerows(
            (
                defused(row.file), row.row, defused(row.item or ""), row.action, row.status or "",
                defused(row.category or ""), defused(row.severity or ""), defused(" ".join(row.rules)),
                (row.decision or b"").decode(),
            )
            for row in rows
        )  # fmt: skip

    try:
        yield write
    finally:
        text.detach()


@contextmanager
def _parquet(stream: BinaryIO) -> Iterator[Writer]:
    waiting: list[ScanRow] = []
    with pq.ParquetWriter(stream, SCHEMA, compression="zstd") as file:

        def flush() -> None:
            file.write_batch(_batch(waiting))
            waiting.clear()

        def write(rows: Sequence[ScanRow]) -> None:
            waiting.extend(rows)
            if len(waiting) >= _ROW_GROUP:
                flush()

        yield write
        if waiting:
            flush()


def _batch(rows: Sequence[ScanRow]) -> pa.RecordBatch:
    decisions = [None if row.decision is None else row.decision.decode() for row in rows]
    columns = {name: [getattr(row, name) for row in rows] for name in COLUMNS if name != "decision"}
    return pa.RecordBatch.from_pydict({**columns, "decision": decisions}, schema=SCHEMA)
