"""Tables, indexes and triggers of a ledger file, and how such a file is recognised.

Rules:

- `entry` is the ledger: rows 1, 2, 3, ... each with its body (canonical JSON text) and hash. What is looked up by is
  generated from the body, so that it cannot disagree with what was hashed.
- A body names its blobs, {name: hex digest}, under `blobs` and `identities`. A `blob` row is what an entry brought: the
  bytes and their salt. An identity's bytes are kept once, so that one account has one digest throughout: an entry may
  name an identity that an earlier entry brought.
- A decision that a fact made has no row of its own: `made` says which row holds it.
- `state` is a cache: what the facts amount to for each key, and when its next timer fires. It alone may change, and it
  is no part of the chain: `rebuild` makes it again from the rows.
- A row is never changed, deleted or replaced, nor added out of turn. A blob is deleted only while the newest entry is
  an `erasure` that names its digest under `erases`: both in one transaction. A blob without salt is public and stays.

Triggers stop slips and honest tools; who can edit the file can drop them. That is what the chain is for.
"""

from __future__ import annotations

import sqlite3

from lictor.errors import LedgerError

__all__ = ["APPLICATION_ID", "SCHEMA", "VERSION", "create", "is_fresh", "missing_part", "recognise"]

APPLICATION_ID = 0x4C494354  # "LICT"
VERSION = 1

SCHEMA = (
    """CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  body TEXT NOT NULL CHECK (typeof(body) = 'text'),
  hash BLOB NOT NULL CHECK (typeof(hash) = 'blob' AND length(hash) = 32),
  kind TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.kind')) VIRTUAL,
  id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.id')) VIRTUAL,
  account TEXT GENERATED ALWAYS AS (json_extract(body, '$.identities.account')) VIRTUAL,
  at TEXT GENERATED ALWAYS AS (json_extract(body, '$.at')) VIRTUAL
)""",
    "CREATE UNIQUE INDEX entry_id ON entry (id)",
    "CREATE INDEX entry_kind_at ON entry (kind, at)",
    "CREATE INDEX entry_account ON entry (account) WHERE account IS NOT NULL",
    """CREATE TABLE blob (
  entry INTEGER NOT NULL CHECK (typeof(entry) = 'integer'),
  name TEXT NOT NULL CHECK (typeof(name) = 'text'),
  identity INTEGER NOT NULL CHECK (identity IN (0, 1)),
  digest BLOB NOT NULL CHECK (typeof(digest) = 'blob' AND length(digest) = 32),
  salt BLOB NOT NULL CHECK (typeof(salt) = 'blob' AND length(salt) IN (0, 16)),
  bytes BLOB NOT NULL CHECK (typeof(bytes) = 'blob'),
  PRIMARY KEY (entry, name)
) WITHOUT ROWID""",
    "CREATE UNIQUE INDEX blob_identity ON blob (bytes) WHERE identity = 1",
    "CREATE UNIQUE INDEX blob_identity_digest ON blob (digest) WHERE identity = 1",
    # The second condition is for INSERT OR REPLACE, which deletes the row in its way without a DELETE trigger.
    """CREATE TRIGGER entry_in_turn BEFORE INSERT ON entry
WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
  OR EXISTS (SELECT 1 FROM entry WHERE id = new.id)
BEGIN SELECT raise(ABORT, 'an entry is added once, and next in turn'); END""",
    """CREATE TRIGGER entry_kept BEFORE DELETE ON entry
BEGIN SELECT raise(ABORT, 'an entry is never deleted'); END""",
    """CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry
BEGIN SELECT raise(ABORT, 'an entry is never changed'); END""",
    """CREATE TRIGGER blob_once BEFORE INSERT ON blob
WHEN EXISTS (SELECT 1 FROM blob WHERE entry = new.entry AND name = new.name)
  OR new.identity = 1 AND EXISTS (
    SELECT 1 FROM blob WHERE identity = 1 AND bytes = new.bytes
    UNION ALL SELECT 1 FROM blob WHERE identity = 1 AND digest = new.digest
  )
BEGIN SELECT raise(ABORT, 'a blob is added once'); END""",
    """CREATE TRIGGER blob_kept BEFORE DELETE ON blob
WHEN length(old.salt) = 0 OR NOT EXISTS (
  SELECT 1 FROM entry, json_each(entry.body, '$.erases') AS erased
  WHERE seq = (SELECT max(seq) FROM entry) AND kind = 'erasure' AND erased.value = lower(hex(old.digest))
)
BEGIN SELECT raise(ABORT, 'a blob is deleted only with the erasure that names it'); END""",
    """CREATE TRIGGER blob_unchanged BEFORE UPDATE ON blob
BEGIN SELECT raise(ABORT, 'a blob is never changed'); END""",
    """CREATE TABLE made (
  id TEXT NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (id, entry)
) WITHOUT ROWID""",
    """CREATE TRIGGER made_kept BEFORE DELETE ON made
BEGIN SELECT raise(ABORT, 'a decision is never deleted'); END""",
    """CREATE TRIGGER made_unchanged BEFORE UPDATE ON made
BEGIN SELECT raise(ABORT, 'a decision is never changed'); END""",
    """CREATE TABLE state (
  key TEXT PRIMARY KEY,
  body BLOB NOT NULL CHECK (typeof(body) = 'blob'),
  waiting TEXT,
  due TEXT,
  account TEXT
) WITHOUT ROWID""",
    "CREATE INDEX state_waiting ON state (waiting, key) WHERE waiting IS NOT NULL",
    "CREATE INDEX state_due ON state (due, key) WHERE due IS NOT NULL",
    "CREATE INDEX state_account ON state (account) WHERE account IS NOT NULL",
)


def is_fresh(connection: sqlite3.Connection) -> bool:
    """Whether the database holds nothing at all yet, so that a ledger may be made of it."""
    return _header(connection) == (0, 0) and not _parts(connection)


def recognise(connection: sqlite3.Connection, name: str) -> None:
    """Nothing, if the database is a ledger this version reads; otherwise a `LedgerError` that says what it is."""
    application, version = _header(connection)
    if application != APPLICATION_ID:
        if is_fresh(connection):
            raise LedgerError(f"`{name}` is empty, not a ledger")
        raise LedgerError(f"`{name}` is a database of another program, not a ledger", hint="name another file")
    if version > VERSION:
        raise LedgerError(
            f"`{name}` is a ledger of format {version}, and this Lictor reads up to format {VERSION}",
            hint="use the newer Lictor that wrote it",
        )


def create(connection: sqlite3.Connection) -> None:
    """The tables, indexes and triggers of an empty ledger, within the transaction that is open."""
    for statement in SCHEMA:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def missing_part(connection: sqlite3.Connection) -> str | None:
    """The first table, index or trigger that is missing or is not as it was made; None where all are in place."""
    parts = _parts(connection)
    return next((_name(statement) for statement in SCHEMA if statement not in parts), None)


def _name(statement: str) -> str:
    sort, name = statement.removeprefix("CREATE ").removeprefix("UNIQUE ").split()[:2]
    return f"{sort.lower()} `{name}`"


def _header(connection: sqlite3.Connection) -> tuple[int, int]:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    return application, version


def _parts(connection: sqlite3.Connection) -> set[str]:
    return {sql for (sql,) in connection.execute("SELECT CAST(sql AS TEXT) FROM sqlite_master WHERE sql IS NOT NULL")}
