"""Recorded decisions in a file: JSON lines, CSV or Parquet, with the same columns in each.

| column | meaning |
|---|---|
| `seq`, `id`, `at` | the row of the ledger, the decision's name, when it was made |
| `fact` | the fact that made it; empty for scanned text |
| `account`, `item` | of whom and of what; empty where they were erased |
| `action`, `status` | the headline action, and whether it is `applied`, `proposed` or only `monitor` |
| `category`, `severity`, `rules` | what was found; in CSV rules are joined by a space |
| `trigger`, `actor` | what set it off, and who decided |
| `policy`, `version`, `clause` | under what |
| `until`, `rectify_by`, `appeal_until`, `strike` | what follows |
| `decision` | the whole decision: an object in JSON lines, its JSON text in CSV and Parquet |

A CSV cell that begins like a formula gets a leading apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from lictor.ledger import RecordedDecision
from lictor.report.rows import defused

__all__ = ["write_csv", "write_jsonl", "write_parquet"]

_OF_THE_RECORD = ("seq", "id", "at", "fact", "account")
_OF_THE_DECISION = (
    "item", "action", "status", "category", "severity", "rules", "trigger", "actor", "policy", "version", "clause",
    "until", "rectify_by", "appeal_until", "strike",
)  # fmt: skip
_TYPES = {"seq": pa.int64(), "rules": pa.list_(pa.string()), "strike": pa.bool_()}
_SCHEMA = pa.schema(
    [pa.field(name, _TYPES.get(name, pa.string())) for name in (*_OF_THE_RECORD, *_OF_THE_DECISION, "decision")]
)
_ROW_GROUP = 4096


def write_jsonl(decisions: Iterable[RecordedDecision], stream: BinaryIO) -> int:
    """How many decisions were written, one a line."""
    count = 0
    for one in decisions:
        stream.write(orjson.dumps(_values(one) | {"decision": one.decision}, option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count


def write_csv(decisions: Iterable[RecordedDecision], stream: BinaryIO) -> int:
    """How many decisions were written, one a row below the names of the columns."""
    count = 0
    text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
    try:
        sheet = csv.writer(text, lineterminator="\n")
        sheet.writerow(_SCHEMA.names)
        for one in decisions:
            cells = [_cell(value) for value in _values(one).values()]
            sheet.writerow([*cells, orjson.dumps(one.decision).decode()])
            count += 1
    finally:
        text.detach()
    return count


def write_parquet(decisions: Iterable[RecordedDecision], stream: BinaryIO) -> int:
    """How many decisions were written, in row groups of a few thousand."""
    count = 0
    with pq.ParquetWriter(stream, _SCHEMA, compression="zstd") as file:
        for group in _groups(decisions):
            rows = [_values(one) | {"decision": orjson.dumps(one.decision).decode()} for one in group]
            file.write_batch(pa.RecordBatch.from_pylist(rows, schema=_SCHEMA))
            count += len(group)
    return count


def _values(one: RecordedDecision) -> dict[str, Any]:
    of_record = {name: getattr(one, name) for name in _OF_THE_RECORD}
    return of_record | {name: one.decision.get(name) for name in _OF_THE_DECISION}


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return defused(" ".join(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else defused(str(value))


def _groups(decisions: Iterable[RecordedDecision]) -> Iterator[list[RecordedDecision]]:
    left = iter(decisions)
    while group := list(islice(left, _ROW_GROUP)):
        yield group
