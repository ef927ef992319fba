"""Opening the file, and SQLite's errors in our words.

Rules: a write-ahead log, so that readers and the one writer never wait for each other; `synchronous=FULL`, so that
what was acknowledged has reached the disk; `secure_delete`, so that erased bytes are overwritten in the file. A
database is looked at before anything in it is touched. What SQLite raises comes out as a `LedgerError` naming the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lictor.errors import LedgerError
from lictor.ledger import schema

__all__ = ["in_our_words", "open_to_read", "open_to_write", "transaction"]

_CHECKPOINT_PAGES = 8192  # 32 MB of log before it is folded into the file: fewer syncs, random pages written once

_SMALLEST = 512  # bytes: SQLite takes any shorter file for an empty database, and writes over it
_PAGE_BYTES = 8192  # of a new file: a decision with its content fills a third, so little room is left over
_CACHE_KIB = 32_768  # a batch stays in memory until it is committed

_NOTHING_WRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)

# By primary result code: what it means here, and the way out.
_WORDS = {
    sqlite3.SQLITE_BUSY: ("is locked by another writer", "wait until it is done, and run again"),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", "make room, and run again: what was acknowledged is whole"),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written: disk i/o error",
        "is the disk full, or a size limit reached? what was acknowledged is whole: run again",
    ),
    sqlite3.SQLITE_READONLY: ("is read-only", "the file and its folder must be writable to append"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "the file and its folder must be readable, and writable to append"),
    sqlite3.SQLITE_PERM: ("cannot be opened", "the file and its folder must be readable, and writable to append"),
    sqlite3.SQLITE_NOTADB: ("is not a ledger", ""),
    sqlite3.SQLITE_CORRUPT: ("is damaged", "restore it from a copy; `verify` names the first row that cannot be read"),
}


def open_to_write(path: Path, *, create: bool, wait: float) -> sqlite3.Connection:
    """A connection that may append; a missing or empty file becomes an empty ledger where `create` says so."""
    with in_our_words(path):
        _refuse_wrong_place(path, create=create)
        connection = _connect(path, "rwc" if create else "rw", wait)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            with transaction(connection):
                if create and schema.is_fresh(connection):
                    schema.create(connection)
                schema.recognise(connection, str(path))
                _refuse_altered(connection, path)
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        except BaseException:
            connection.close()
            raise
    return connection


def open_to_read(path: Path, *, wait: float) -> sqlite3.Connection:
    """A connection that cannot write and never waits for a writer; it also reads a ledger in a read-only folder."""
    with in_our_words(path):
        _refuse_wrong_place(path, create=False)
        try:
            # Not `mode=ro`, which would leave a log and its index lying beside the file.
            return _recognised(path, "rw", wait)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _NOTHING_WRITABLE:
                raise
        # A log cannot be opened where nothing may be written. Where there is none, nobody has the file open to write.
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size > 0:
            raise LedgerError(
                f"ledger `{path}` was not closed, and its log can be read only where its folder can be written",
                hint="copy the file and its `-wal` to such a folder",
            )
        return _recognised(path, "ro&immutable=1", wait)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, and the only writer meanwhile: what is read inside cannot change before it is acted upon."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()  # nothing, where SQLite has undone it already
        raise


@contextmanager
def in_our_words(path: Path) -> Iterator[None]:
    """Whatever SQLite or the file system raises inside, as a `LedgerError` that names the file and the way out."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        fact, hint = _WORDS.get(code, (f"was refused: {error}", ""))
        raise LedgerError(f"ledger `{path}` {fact}", hint=hint) from error
    except OverflowError as error:  # a row's number beyond those we give
        fact, hint = _WORDS[sqlite3.SQLITE_CORRUPT]
        raise LedgerError(f"ledger `{path}` {fact}", hint=hint) from error
    except OSError as error:
        raise LedgerError(f"ledger `{path}` cannot be opened: {str(error.strerror).lower()}") from error


def _connect(path: Path, mode: str, wait: float) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=wait, isolation_level=None)


def _recognised(path: Path, mode: str, wait: float) -> sqlite3.Connection:
    connection = _connect(path, mode, wait)
    try:
        connection.execute("PRAGMA query_only = ON")
        schema.recognise(connection, str(path))
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_altered(connection: sqlite3.Connection, path: Path) -> None:
    part = schema.missing_part(connection)
    if part is not None:
        raise LedgerError(
            f"the {part} of ledger `{path}` is missing or altered",
            hint="restore it from a copy, or begin a new ledger; `lictor ledger verify` looks at its rows",
        )


def _refuse_wrong_place(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise LedgerError(f"`{path}` is a folder, not a ledger", hint="name a file in it")
    if not path.parent.is_dir():
        raise LedgerError(f"the folder `{path.parent}` of the ledger does not exist", hint="make it first")
    if not path.exists():
        if not create:
            raise LedgerError(f"there is no ledger `{path}`")
    elif 0 < path.stat().st_size < _SMALLEST:
        raise LedgerError(f"ledger `{path}` is not a ledger", hint="name another file")
