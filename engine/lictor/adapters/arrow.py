"""A batch of texts decided, as typed columns: what every host of Arrow data calls.

A `Scanner` travels: it is pickled as the canonical bytes of its policies, and compiled once in each process it comes
to, whatever the number of batches or copies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lictor.decide import Decision
from lictor.engine import Engine
from lictor.errors import UsageError
from lictor.facts import FIELDS, instant, one_of, stamp, suggest
from lictor.policy import load_canonical
from lictor.scan.columns import ATTRIBUTES, Decided, RowError, completed
from lictor.scan.naming import naming

__all__ = ["DECIDED", "Scanner"]

_EVIDENCE = pa.struct(
    [
        ("rule", pa.string()),
        ("field", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("text", pa.string()),
        ("term", pa.string()),
        ("lexicon", pa.string()),
        ("mechanisms", pa.list_(pa.string())),
    ]
)

DECIDED = pa.schema(
    [
        ("action", pa.string()),
        ("status", pa.string()),
        ("category", pa.string()),
        ("severity", pa.string()),
        ("rules", pa.list_(pa.string())),
        ("evidence", pa.list_(_EVIDENCE)),
        ("decision", pa.string()),
        ("error", pa.string()),
    ]
)
"""The columns that come out, one row for each row in. `action` is `none` and the others are null where nothing is
decided; a row that could not be judged has a null `action`, and `error` says why. `decision` is canonical JSON."""

_DEFAULTS = ("field", "subject", "surface")

Table = TypeVar("Table", pa.RecordBatch, pa.Table)


class Scanner:
    """Decides batches by policies given by name, file, folder or pack, or by an engine.

    `columns` maps what is read to the host's own names (`{"text": "body"}`); `defaults` are `field`, `subject` and
    `surface` of rows that do not say. `keep` names columns that are carried along beside the decisions.
    """

    def __init__(
        self,
        policy: str | Path | Iterable[str | Path] | Engine = "wechat",
        *,
        at: str | datetime | None = None,
        columns: Mapping[str, str] | None = None,
        defaults: Mapping[str, str] | None = None,
        keep: Sequence[str] = (),
    ) -> None:
        self._engine: Engine | None = policy if isinstance(policy, Engine) else Engine.load(policy)
        self._canonical = tuple(one.policy.canonical for one in self._engine.policies)
        self._at = None if at is None else stamp(instant(at, what="at"))
        self._columns = dict(columns or {})
        self._defaults = dict(defaults or {})
        self.keep = tuple(keep)
        self._signals = self._engine.signals
        for name in self.keep:
            if name in DECIDED.names:
                raise UsageError(f"column `{name}` is one of those that come out", hint="rename it before")
        for name in self._columns:
            if name not in self._wanted():
                raise UsageError(f"`{name}` is not a column that is read", hint=suggest(name, self._wanted()))
        for name in self._defaults:
            one_of(name, _DEFAULTS, "default")

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each policy, by its name."""
        return {one.policy.id: one.policy.digest for one in self.engine.policies}

    @property
    def engine(self) -> Engine:
        """The engine, compiled once in this process."""
        if self._engine is None:
            self._engine = _compiled(self._canonical)
        return self._engine

    def schema(self, given: pa.Schema) -> pa.Schema:
        """The columns that come out for a table with these: those kept, then `DECIDED`."""
        for name in self.keep:
            if name not in given.names:
                raise UsageError(f"no column `{name}` to keep: {naming(given.names)}", hint=suggest(name, given.names))
        return pa.schema([*(given.field(name) for name in self.keep), *DECIDED])

    def reads(self, names: Iterable[str]) -> list[str]:
        """Which of a table's columns are read or kept, in their order: the others need not travel."""
        held = {self._columns.get(name, name) for name in self._wanted()}
        return [name for name in names if name in held or name in self.keep]

    def __call__(self, table: Table) -> Table:
        """The decisions of a batch or table: as many rows, in the same order."""
        if isinstance(table, pa.Table):
            batches = [self._batch(batch) for batch in table.to_batches()]
            return pa.Table.from_batches(batches, self.schema(table.schema))
        if not isinstance(table, pa.RecordBatch):
            raise UsageError(f"a `{type(table).__name__}` is neither a RecordBatch nor a Table of Arrow")
        return self._batch(table)

    def _batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        renamed = self._renamed(batch)
        schema = self.schema(batch.schema)
        kept = [batch.column(name) for name in self.keep]
        return pa.RecordBatch.from_arrays([*kept, *self._decided(renamed)], schema=schema)

    def _wanted(self) -> list[str]:
        return ["text", *(f"text.{field}" for field in FIELDS), *ATTRIBUTES, *self._signals]

    def _renamed(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        names = batch.schema.names
        for name in names:
            if names.count(name) > 1:
                raise UsageError(f"column `{name}` stands {names.count(name)} times", hint="rename all but one of them")
        for wanted, held in self._columns.items():
            if held not in names:
                raise UsageError(f"no column `{held}`, which `{wanted}` is read from: {naming(names)}")
        taken = set(self._columns.values())
        held_by = {wanted: self._columns.get(wanted, wanted) for wanted in self._wanted()}
        found = {w: h for w, h in held_by.items() if h in names and (w in self._columns or h not in taken)}
        arrays = [
            _said(batch.column(held)) if wanted in ATTRIBUTES else batch.column(held) for wanted, held in found.items()
        ]
        return completed(pa.RecordBatch.from_arrays(arrays, names=list(found)), self._defaults)

    def _decided(self, batch: pa.RecordBatch) -> list[pa.Array]:
        outcomes = self.engine.decide_batch(batch, at=self._at)
        rows = [_failed(one) if isinstance(one, RowError) else _found(one) for one in outcomes]
        # The rows of which something is decided are few: they are built, and set in their places among nulls.
        places = np.full(batch.num_rows, len(rows), np.int64)
        places[[one.row for one in outcomes]] = np.arange(len(rows))
        nothing = ("none", *[None] * (len(DECIDED) - 1))
        columns = zip(*rows, nothing, strict=True)
        return [pa.array(values, field.type).take(places) for values, field in zip(columns, DECIDED, strict=True)]

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_engine": None}


def _said(column: pa.Array) -> pa.Array:
    """What a row says of itself as text: hosts have numbers for ids, and instants of their own."""
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        return pc.strftime(column.cast(pa.timestamp("us", "UTC")), format="%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    return column


@lru_cache(maxsize=8)
def _compiled(canonical: tuple[bytes, ...]) -> Engine:
    return Engine([load_canonical(one) for one in canonical])


def _failed(error: RowError) -> tuple[object, ...]:
    why = f"{error.reason}; {error.hint}" if error.hint else error.reason
    return (*[None] * (len(DECIDED) - 1), why)


def _found(outcome: Decided) -> tuple[object, ...]:
    decision = outcome.decision
    return (
        decision.action,
        decision.status,
        decision.category,
        decision.severity,
        decision.rules,
        _evidence(decision),
        decision.to_json().decode(),
        None,
    )


def _evidence(decision: Decision) -> list[dict[str, object]]:
    return [
        {
            "rule": violation.rule,
            "field": one.field,
            "start": one.start,
            "end": one.end,
            "text": one.text,
            "term": one.term,
            "lexicon": one.lexicon,
            "mechanisms": one.mechanisms,
        }
        for violation in decision.violations
        for one in violation.evidence
    ]
