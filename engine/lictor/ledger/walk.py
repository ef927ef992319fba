"""A stretch of rows and their blobs, checked; each stretch by itself, so that several can be walked at once.

A stretch trusts the hash stored in the row before it: whoever walks all stretches has checked that one too. Rows are
checked a page at a time, since at this speed calls cost more than hashing; a page with something wrong is checked once
more row by row, which names the first.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b, sha256
from typing import Any

import orjson

from lictor.errors import LedgerError
from lictor.ledger import chain
from lictor.ledger.canonical import SPELLING

__all__ = ["Stretch", "Walked", "broken", "fingerprint", "walk"]

_PAGE = 100  # rows: few enough for their values to stay in the cache

Row = tuple[int, bytes, bytes]
Blob = tuple[int, str, int, Any, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows `first` to `last`; `key` makes the fingerprints, `leaves` asks for the rows' hashes."""

    first: int
    last: int
    key: bytes
    leaves: bool = False


@dataclass(slots=True)
class Walked:
    """A whole stretch: the hash of its last row, how many blobs, the fingerprint of the decisions its facts made.

    `leaves` are the rows' hashes in order, where they were asked for.
    """

    head: bytes
    blobs: int = 0
    made: int = 0
    leaves: list[bytes] = field(default_factory=list)


def walk(connection: sqlite3.Connection, stretch: Stretch) -> Walked:
    """What the stretch holds, if all of it is as it was appended; otherwise a `LedgerError` with the first `seq`."""
    return _Walk(connection, stretch).run()


def fingerprint(key: bytes, name: str, seq: int) -> int:
    """A number for a decision in a row: sums over two collections agree, in any order, only if they are the same."""
    data = b"%d %s" % (seq, name.encode(errors="backslashreplace"))
    return int.from_bytes(blake2b(data, digest_size=16, key=key).digest(), "big")


def broken(seq: int, fact: str) -> LedgerError:
    """The error that this row is broken, and how."""
    hint = "rows before it are whole; compare with a copy held elsewhere"
    return LedgerError(f"row {seq} of the ledger is broken: {fact}", hint=hint, seq=seq)


class _Walk:
    def __init__(self, connection: sqlite3.Connection, stretch: Stretch) -> None:
        self._connection = connection
        self._stretch = stretch
        before = connection.execute("SELECT hash FROM entry WHERE seq = ?", (stretch.first - 1,)).fetchone()
        self._walked = Walked(chain.GENESIS if before is None or stretch.first == 1 else before[0])
        self._next = stretch.first
        self._erased = _erased(connection)
        # Which row brought each identity.
        self._people: dict[Any, int] = {
            digest.hex(): owner for owner, digest in connection.execute(_PEOPLE, (stretch.first,))
        }

    def run(self) -> Walked:
        stretch = self._stretch
        rows = self._connection.execute(_ROWS, (stretch.first, stretch.last))
        # What lies before the first row belongs to no row, and is seen with the first.
        lowest = stretch.first if stretch.first > 1 else -sys.maxsize - 1
        blobs = self._connection.execute(_BLOBS, (lowest, stretch.last))
        waiting = next(blobs, _END)
        while page := rows.fetchmany(_PAGE):
            near = []
            while waiting[0] <= page[-1][0]:
                near.append(waiting)
                waiting = next(blobs, _END)
            try:
                self._check(page, near)
            except LedgerError:
                self._find(page, near)
        if self._next <= stretch.last:
            raise self._missing()
        return self._walked

    def _find(self, page: Sequence[Row], blobs: Sequence[Blob]) -> None:
        """Raises what is wrong with the first row of the page that is broken."""
        start = 0
        for place, row in enumerate(page[:-1]):
            end = start
            while end < len(blobs) and blobs[end][0] <= row[0]:
                end += 1
            self._check(page[place : place + 1], blobs[start:end])
            start = end
        self._check(page[-1:], blobs[start:])

    def _check(self, page: Sequence[Row], blobs: Sequence[Blob]) -> None:
        """Nothing, if these rows and their blobs are whole; of several, an error need not name the first."""
        first, head = self._next, self._walked.head
        if blobs and blobs[0][0] < first:
            raise broken(blobs[0][0], f"blob `{blobs[0][1]}` belongs to no row")
        if (page[0][0], page[-1][0]) != (first, first + len(page) - 1):
            raise self._missing()
        for _, body, hashed in page:
            head = sha256(chain.LINK + head + body).digest()
            if head != hashed:
                raise broken(first, "its hash does not follow from the row before and its body")
        values = _values(first, [body for _, body, _ in page])
        if self._erased or not self._all_held(first, values, blobs):
            self._check_blobs(first, values, blobs)
        self._next = first + len(page)
        self._walked.head = head
        self._walked.blobs += len(blobs)
        self._walked.made += self._fingerprint(first, values)
        if self._stretch.leaves:
            self._walked.leaves.extend(hashed for _, _, hashed in page)

    def _all_held(self, first: int, values: Sequence[Any], blobs: Sequence[Blob]) -> bool:
        """Whether all blobs are plainly as they should be, nothing erased; if not, it takes a closer look to say."""
        try:
            named = [
                (seq, *one) for seq, value in enumerate(values, first) for one in value.get("blobs", _NONE).items()
            ]
            whom = [
                (seq, *one) for seq, value in enumerate(values, first) for one in value.get("identities", _NONE).items()
            ]
            brought = {(seq, name, digest.hex()): seq for seq, name, personal, digest, _, _ in blobs if personal}
            contents = [(seq, name, digest.hex()) for seq, name, personal, digest, _, _ in blobs if not personal]
            if named != contents or not brought.keys() <= set(whom):
                return False
            people = self._people
            for (_, _, digest), seq in brought.items():
                people.setdefault(digest, seq)
            return (
                [sha256(salt + data).digest() for *_, salt, data in blobs] == [blob[3] for blob in blobs]
                and {blob[2] for blob in blobs} <= _SORTS
                and all(len(salt) == chain.SALT_LENGTH or name == "policy" for _, name, _, _, salt, _ in blobs)
                and all(people[digest] <= seq for seq, _, digest in whom)
            )
        except (AttributeError, KeyError, TypeError):  # what a hand other than ours wrote
            return False

    def _check_blobs(self, first: int, values: Sequence[Any], blobs: Sequence[Blob]) -> None:
        """Each blob named is there and is what its digest says, or has been erased; and none is there unnamed."""
        named: tuple[dict[tuple[int, str], Any], dict[tuple[int, str], Any]] = ({}, {})
        for seq, value in enumerate(values, first):
            for digests, name in ((named[0], "blobs"), (named[1], "identities")):
                theirs = value.get(name)
                if theirs:
                    if type(theirs) is not dict:
                        raise broken(seq, "its body names blobs in a way that no row does")
                    for place, digest in theirs.items():
                        digests[seq, place] = digest
                elif theirs is not None and theirs != {}:
                    raise broken(seq, "its body names blobs in a way that no row does")
        gone = self._erased
        for seq, name, personal, digest, salt, data in blobs:
            stated = named[personal].get((seq, name)) if personal in (0, 1) else None
            if stated is None:
                raise broken(seq, f"blob `{name}` lies with it, and it names no such blob")
            if sha256(salt + data).digest() != digest or digest.hex() != stated:
                raise broken(seq, f"blob `{name}` is not what its digest stands for")
            if len(salt) != chain.SALT_LENGTH and name != "policy":
                raise broken(seq, f"blob `{name}` has no salt")
            if stated in gone:
                raise broken(seq, f"blob `{name}` is still there, and row {gone[stated]} says it was erased")
            if personal:
                self._people.setdefault(stated, seq)
            else:
                del named[0][seq, name]
        for (seq, name), stated in named[0].items():
            if str(stated) not in gone:
                raise broken(seq, f"blob `{name}` is missing, and no erasure names it")
        for (seq, name), stated in named[1].items():
            if self._people.get(str(stated), sys.maxsize) > seq and str(stated) not in gone:
                raise broken(seq, f"identity `{name}` is missing, and no erasure names it")

    def _fingerprint(self, first: int, values: Sequence[Any]) -> int:
        key = self._stretch.key
        return sum(
            fingerprint(key, str(decision.get("id")), seq)
            for seq, value in enumerate(values, first)
            if "decisions" in value and value.get("kind") == "fact"
            for decision in value["decisions"]
        )

    def _missing(self) -> LedgerError:
        following = self._connection.execute("SELECT min(seq) FROM entry WHERE seq >= ?", (self._next,)).fetchone()
        return broken(self._next, f"it is missing: the next row is {following[0]}")


_NONE: dict[str, str] = {}
_SORTS = {0, 1}
_spelled = partial(orjson.dumps, option=SPELLING)


def _values(first: int, bodies: list[bytes]) -> list[Any]:
    """The bodies as objects; one that is no object in canonical JSON is refused."""
    try:
        values = list(map(orjson.loads, bodies))
        canonical = list(map(_spelled, values)) == bodies and set(map(type, values)) == {dict}
    except (ValueError, TypeError):
        canonical = False
    if not canonical:
        raise broken(first, "its body is not an object in canonical JSON")
    return values


# What a hand other than ours wrote may be of any type: each is cast to the one that is compared.
_ROWS = """SELECT seq, coalesce(CAST(body AS BLOB), x''), hash FROM entry
  WHERE seq BETWEEN ? AND ? ORDER BY seq"""
_BLOBS = """SELECT entry, CAST(name AS TEXT), identity,
  digest, coalesce(CAST(salt AS BLOB), x''), coalesce(CAST(bytes AS BLOB), x'') FROM blob
  WHERE entry BETWEEN ? AND ? ORDER BY entry, name"""
_PEOPLE = "SELECT entry, digest FROM blob WHERE identity = 1 AND entry < ? AND typeof(digest) = 'blob'"
_END: Blob = (sys.maxsize, "", 0, b"", b"", b"")


def _erased(connection: sqlite3.Connection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT seq, value FROM entry, json_each(entry.body, '$.erases') WHERE kind = 'erasure' ORDER BY seq DESC"
    )
    return {digest: seq for seq, digest in rows}
