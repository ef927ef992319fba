"""Every row and every blob checked against the chain; the first broken row named.

Rules, for rows in order: none is missing; the hash follows from the row before and the body; the body is canonical
JSON; each blob the row names is there and has the digest named, or an `erasure` names it, never both; each blob belongs
to a row that names it. Then, decisions are found under the rows whose facts made them. Last, the tables and triggers
are those a ledger is made with. States are no part of the chain: `rebuild` compares them.

On the way in only integers are taken; here a fraction passes too, if it is spelled as orjson spells it.

NOTE: a chain alone cannot show that its tail was cut, nor that all of it was computed anew after an edit: both leave a
whole, shorter or other, ledger. A signed checkpoint kept elsewhere shows both: see `checkpoint`.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lictor.errors import LedgerError
from lictor.ledger import schema
from lictor.ledger.connection import in_our_words, open_to_read
from lictor.ledger.walk import Stretch, Walked, broken, fingerprint, walk

__all__ = ["Spread", "Verified", "verify"]

Spread = Callable[[Callable[[], Callable[[Stretch], Walked]], Iterable[Stretch]], Iterator[Walked]]

_WORTH_SPREADING = 20_000  # rows: below, to begin another process takes longer than it saves


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole ledger: its rows, the blobs present and erased, and the hash of its last row in hex.

    Where only rows after a certain one were looked at, `after` is that row, and `blobs` are those of the rows after it.
    """

    rows: int
    head: str
    blobs: int
    erased: int
    after: int = 0


def verify(
    path: str | os.PathLike[str],
    *,
    wait: float = 10.0,
    spread: Spread | None = None,
    parts: int = 1,
    leaves: Callable[[list[bytes]], object] | None = None,
    after: int = 0,
) -> Verified:
    """The ledger's size and head, if all of it is as it was appended; otherwise a `LedgerError` with the first `seq`.

    It reads one snapshot, and holds up nobody who writes meanwhile. `spread` lets so many `parts` be walked at once, by
    processes of its own; `leaves` is given the rows' hashes, in order. Rows up to `after` are taken to be whole, and
    not looked at; the first hash that `leaves` is given is then that of row `after`.
    """
    place = Path(path)
    with in_our_words(place), closing(open_to_read(place, wait=wait)) as connection:
        connection.execute("BEGIN")
        rows = max(connection.execute("SELECT coalesce(max(seq), 0) FROM entry").fetchone()[0], 0)
        key = os.urandom(16)
        new = max(rows - after, 0)
        parts = parts if spread is not None and new > _WORTH_SPREADING else 1
        stretches = [
            Stretch(after + new * part // parts + 1, after + new * (part + 1) // parts, key, leaves=leaves is not None)
            for part in range(parts)
        ]
        if after and leaves is not None:
            leaves([hashed for (hashed,) in connection.execute(_HASH, (after,))])
        if parts == 1 or spread is None:
            walks: Iterable[Walked] = (walk(connection, stretch) for stretch in stretches)
        else:
            walks = spread(partial(_walker, place, wait), stretches)
        head, blobs, made = b"", 0, 0
        for walked in walks:
            head, blobs, made = walked.head, blobs + walked.blobs, made + walked.made
            if leaves is not None:
                leaves(walked.leaves)
        _refuse_strays(connection, rows)
        if made != sum(fingerprint(key, name, seq) for name, seq in connection.execute(_MADE, (after,))):
            raise _misplaced(connection)
        erased = connection.execute(_ERASED).fetchone()[0]
        part = schema.missing_part(connection)
    if part is not None:
        raise LedgerError(
            f"the {part} of the ledger is missing or altered, though its rows are whole",
            hint="compare with a copy held elsewhere",
        )
    return Verified(rows=rows, head=head.hex(), blobs=blobs, erased=erased, after=after)


def _walker(place: Path, wait: float) -> Callable[[Stretch], Walked]:
    def walk_one(stretch: Stretch) -> Walked:
        with in_our_words(place), closing(open_to_read(place, wait=wait)) as connection:
            connection.execute("BEGIN")
            return walk(connection, stretch)

    return walk_one


def _refuse_strays(connection: sqlite3.Connection, rows: int) -> None:
    """Nothing, if no row and no blob lies outside the rows that were walked."""
    stray = connection.execute("SELECT min(seq) FROM entry WHERE seq < 1").fetchone()[0]
    if stray is not None:
        raise broken(stray, "rows are numbered from 1")
    owner = connection.execute(
        "SELECT CAST(entry AS INTEGER), CAST(name AS TEXT) FROM blob WHERE entry < 1 OR entry > ? LIMIT 1", (rows,)
    ).fetchone()
    if owner is not None:
        raise broken(owner[0], f"blob `{owner[1]}` belongs to no row")


def _misplaced(connection: sqlite3.Connection) -> LedgerError:
    seqs = [seq for (seq,) in connection.execute(_MISPLACED) if seq is not None]
    return broken(min(seqs, default=sys.maxsize), "its decisions are not found by their ids")


_HASH = "SELECT hash FROM entry WHERE seq = ?"
_MADE = "SELECT CAST(id AS TEXT), CAST(entry AS INTEGER) FROM made WHERE CAST(entry AS INTEGER) > ?"
_MISPLACED = """SELECT min(seq) FROM entry, json_each(entry.body, '$.decisions') AS one
  WHERE kind = 'fact' AND NOT EXISTS (
    SELECT 1 FROM made WHERE made.id = json_extract(one.value, '$.id') AND made.entry = entry.seq)
UNION ALL SELECT min(made.entry) FROM made WHERE NOT EXISTS (
    SELECT 1 FROM entry, json_each(entry.body, '$.decisions') AS one
    WHERE entry.seq = made.entry AND kind = 'fact' AND json_extract(one.value, '$.id') = made.id)"""
_ERASED = """SELECT count(DISTINCT value) FROM entry, json_each(entry.body, '$.erases') WHERE kind = 'erasure'"""
