"""A person, or what one entry says, erased: blobs gone for ever, a row that says so, and the chain as whole as before.

Rules: of a person, the identity goes, and the words of every row that is about them or that they speak in; what others
said about somebody else stays. In the states of others the name gives way to a pseudonym, the one that facts read back
have in its place, so that three complainants stay three. The person's own states go: what is left of a sanction is its
rows. Who erased and why is recorded, and can be erased like any other words.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from lictor.errors import UsageError
from lictor.ledger.canonical import canonical, spell
from lictor.ledger.reading import Page, among, pseudonym
from lictor.ledger.tail import Tail, identity

__all__ = ["Erased", "erase_account", "erase_entry"]

Blob = tuple[int, str, bytes]

_SPEAKS = frozenset({"account", "fact/by", "fact/from", "fact/giver", "fact/subject"})


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows lost their words, how many identities and states went, and the row that says so."""

    rows: int
    identities: int
    states: int
    seq: int


def erase_account(connection: sqlite3.Connection, tail: Tail, account: str, *, by: str, why: str, at: str) -> Erased:
    """Erases the account, in the transaction that is open; a `UsageError` where the ledger names no such account."""
    row = connection.execute(_IDENTITY, (identity(account),)).fetchone()
    if row is None:
        raise UsageError(f"the ledger names no account `{account}`", hint="give its id as it was recorded")
    digest = row[2].hex()
    spoken = {seq for seq, path in connection.execute(_NAMED, (digest,)) if path in _SPEAKS}
    contents = _contents(connection, spoken)
    _rename(connection, named_in=_keys(connection, digest), person=account, other=pseudonym(digest))
    states = connection.execute("DELETE FROM state WHERE key = ? OR account = ?", (account, account)).rowcount
    seq = _erase(connection, tail, [*contents, row], by=by, why=why, at=at)
    return Erased(len(contents), 1, states, seq)


def erase_entry(connection: sqlite3.Connection, tail: Tail, entry: str, *, by: str, why: str, at: str) -> Erased:
    """Erases the words of one entry, in the transaction that is open; a `UsageError` where there are none."""
    row = connection.execute("SELECT seq FROM entry WHERE id = ?", (entry,)).fetchone()
    if row is None:
        raise UsageError(f"the ledger has no entry `{entry}`", hint="give the id of a decision or a fact")
    contents = _contents(connection, row)
    if not contents:
        raise UsageError(f"entry `{entry}` holds nobody's words", hint="they may have been erased before")
    return Erased(1, 0, 0, _erase(connection, tail, contents, by=by, why=why, at=at))


def _contents(connection: sqlite3.Connection, rows: Iterable[int]) -> list[Blob]:
    """The words of those rows, as far as they are still there."""
    return list(among(connection, "SELECT entry, name, digest FROM blob WHERE name = 'content' AND entry IN", rows))


def _keys(connection: sqlite3.Connection, digest: str) -> set[str]:
    """The keys whose facts name that person without being addressed to them."""
    keys = set()
    rows = connection.execute(_ABOUT_OTHERS, (digest, digest)).fetchall()
    page = Page(connection, rows)
    for seq, body in page.rows:
        account = page.fact(seq, body).record.account
        if account is not None:
            keys.add(account)
    return keys


def _rename(connection: sqlite3.Connection, *, named_in: set[str], person: str, other: str) -> None:
    name = re.compile(rb"(?<!\\)" + re.escape(spell(person)))  # a whole text, not the end of one that quotes it
    for key, body in list(among(connection, "SELECT key, body FROM state WHERE key IN", named_in)):
        connection.execute("UPDATE state SET body = ? WHERE key = ?", (name.sub(spell(other), body), key))


def _erase(connection: sqlite3.Connection, tail: Tail, blobs: list[Blob], *, by: str, why: str, at: str) -> int:
    tail.find_people([by])
    for start in range(0, len(blobs), _AT_ONCE):
        some = sorted(blobs[start : start + _AT_ONCE])
        digests = [digest.hex() for _, _, digest in some]
        tail.add_erasure(sha256(canonical([at, digests])).hexdigest(), digests, by=by, why=why, at=at)
        tail.write({})
        connection.executemany("DELETE FROM blob WHERE entry = ? AND name = ?", [blob[:2] for blob in some])
    return tail.seq


_AT_ONCE = 500  # blobs an erasure names: each that goes is looked for among them
_IDENTITY = "SELECT entry, name, digest FROM blob WHERE identity = 1 AND bytes = ?"
_NAMED = """SELECT seq, one.key FROM entry, json_each(entry.body, '$.identities') AS one WHERE one.value = ?"""
_ABOUT_OTHERS = """SELECT seq, body FROM entry WHERE kind = 'fact' AND account IS NOT ?
  AND EXISTS (SELECT 1 FROM json_each(entry.body, '$.identities') AS one WHERE one.value = ?)"""
