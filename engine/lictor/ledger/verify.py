"""Every row and every blob checked against the chain; the first broken row named.

Rules, for rows in order: none is missing; the hash follows from the row before and the body; the body is canonical
JSON; each blob the row names is there and has the digest named, or an `erasure` names it, never both; each blob belongs
to a row that names it. Last, the tables and triggers are those a ledger is made with.

On the way in only integers are taken; here a fraction passes too, if it is spelled as orjson spells it.

NOTE: a chain alone cannot show that its tail was cut, nor that all of it was computed anew after an edit: both leave a
whole, shorter or other, ledger. Compare `rows` and `head` with what was noted elsewhere.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson

from lictor.errors import LedgerError
from lictor.ledger import chain, schema
from lictor.ledger.canonical import SPELLING
from lictor.ledger.connection import in_our_words, open_to_read

__all__ = ["Verified", "verify"]


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole ledger: its rows, the blobs present and erased, and the hash of its last row in hex."""

    rows: int
    head: str
    blobs: int
    erased: int


def verify(path: str | os.PathLike[str], *, wait: float = 10.0) -> Verified:
    """The ledger's size and head, if all of it is as it was appended; otherwise a `LedgerError` with the first `seq`.

    It reads one snapshot, and holds up nobody who writes meanwhile.
    """
    place = Path(path)
    with in_our_words(place), closing(open_to_read(place, wait=wait)) as connection:
        connection.execute("BEGIN")
        verified = _walk(connection)
        part = schema.missing_part(connection)
    if part is not None:
        raise LedgerError(
            f"the {part} of the ledger is missing or altered, though its rows are whole",
            hint="compare with a copy held elsewhere",
        )
    return verified


def _walk(connection: sqlite3.Connection) -> Verified:
    erased = _erased(connection)
    identities: set[str] = set()
    blobs = iter(connection.execute(_BLOBS))
    owner, name, identity, digest, salt, data = next(blobs, _END)
    head, seq, count = chain.GENESIS, 0, 0
    for row, body, hashed in connection.execute(_ENTRIES):
        seq += 1
        if owner < seq:
            raise _broken(owner, f"blob `{name}` belongs to no row")
        if row != seq:
            raise _broken(seq, f"it is missing: the next row is {row}")
        head = sha256(chain.LINK + head + body).digest()
        if head != hashed:
            raise _broken(seq, "its hash does not follow from the row before and its body")
        named = _named(seq, body)
        while owner == seq:
            stated = named.get(identity, {}).pop(name, None)
            if stated is None:
                raise _broken(seq, f"blob `{name}` lies with it, and it names no such blob")
            if sha256(salt + data).digest() != digest or digest.hex() != stated:
                raise _broken(seq, f"blob `{name}` is not what its digest stands for")
            if len(salt) != chain.SALT_LENGTH and name != "policy":
                raise _broken(seq, f"blob `{name}` has no salt")
            if stated in erased:
                raise _broken(seq, f"blob `{name}` is still there, and row {erased[stated]} says it was erased")
            if identity:
                identities.add(stated)
            count += 1
            owner, name, identity, digest, salt, data = next(blobs, _END)
        for missing, stated in named[0].items():
            if str(stated) not in erased:
                raise _broken(seq, f"blob `{missing}` is missing, and no erasure names it")
        for missing, stated in named[1].items():
            if str(stated) not in identities and str(stated) not in erased:
                raise _broken(seq, f"identity `{missing}` is missing, and no erasure names it")
    if owner != _END[0]:
        raise _broken(owner, f"blob `{name}` belongs to no row")
    return Verified(rows=seq, head=head.hex(), blobs=count, erased=len(erased))


# What a hand other than ours wrote may be of any type: each is cast to the one that is compared.
_ENTRIES = "SELECT seq, coalesce(CAST(body AS BLOB), x''), hash FROM entry ORDER BY seq"
_BLOBS = """SELECT coalesce(CAST(entry AS INTEGER), 0), CAST(name AS TEXT), identity,
  digest, coalesce(CAST(salt AS BLOB), x''), coalesce(CAST(bytes AS BLOB), x'') FROM blob ORDER BY entry, name"""
_END = (sys.maxsize, "", 0, b"", b"", b"")


def _named(seq: int, body: bytes) -> dict[int, dict[str, str]]:
    """What the row names: blobs under 0, identities under 1."""
    try:
        value = orjson.loads(body)
        canonical = orjson.dumps(value, option=SPELLING) == body and type(value) is dict
    except (ValueError, TypeError):
        canonical = False
    if not canonical:
        raise _broken(seq, "its body is not an object in canonical JSON")
    blobs, identities = value.get("blobs", {}), value.get("identities", {})
    if type(blobs) is not dict or type(identities) is not dict:
        raise _broken(seq, "its body names blobs in a way that no row does")
    return {0: blobs, 1: identities}


def _erased(connection: sqlite3.Connection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT seq, value FROM entry, json_each(entry.body, '$.erases') WHERE kind = 'erasure' ORDER BY seq DESC"
    )
    return {digest: seq for seq, digest in rows}


def _broken(seq: int, fact: str) -> LedgerError:
    return LedgerError(f"row {seq} of the ledger is broken: {fact}", hint=_HINT, seq=seq)


_HINT = "rows before it are whole; compare with a copy held elsewhere"
